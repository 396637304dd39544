/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "contact-item.h"

struct _BeckonContactItem
{
  GObject parent_instance;

  char *id;
  char *name;
  BeckonPresence presence;
  gboolean remembered; /* its presence is not known */
};

G_DEFINE_FINAL_TYPE (BeckonContactItem, beckon_contact_item, G_TYPE_OBJECT)

typedef enum
{
  PROP_ID = 1,
  PROP_NAME,
  PROP_PRESENCE,
  N_PROPS
} BeckonContactItemProperty;

static GParamSpec *properties[N_PROPS];

static void
beckon_contact_item_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  BeckonContactItem *self = BECKON_CONTACT_ITEM (object);

  switch ((BeckonContactItemProperty) prop_id)
    {
    case PROP_ID:
      g_value_set_string (value, self->id);
      break;
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;
    case PROP_PRESENCE:
      g_value_set_enum (value, self->presence);
      break;
    case N_PROPS:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
beckon_contact_item_set_property (GObject *object,
                                  guint prop_id,
                                  const GValue *value,
                                  GParamSpec *pspec)
{
  BeckonContactItem *self = BECKON_CONTACT_ITEM (object);

  switch ((BeckonContactItemProperty) prop_id)
    {
    case PROP_ID:
      self->id = g_value_dup_string (value);
      break;
    case PROP_NAME:
      self->name = g_value_dup_string (value);
      break;
    case PROP_PRESENCE:
      beckon_contact_item_set_presence (self, g_value_get_enum (value));
      break;
    case N_PROPS:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
beckon_contact_item_finalize (GObject *object)
{
  BeckonContactItem *self = BECKON_CONTACT_ITEM (object);

  g_free (self->id);
  g_free (self->name);

  G_OBJECT_CLASS (beckon_contact_item_parent_class)->finalize (object);
}

static void
beckon_contact_item_class_init (BeckonContactItemClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = beckon_contact_item_get_property;
  object_class->set_property = beckon_contact_item_set_property;
  object_class->finalize = beckon_contact_item_finalize;

  properties[PROP_ID] = g_param_spec_string (
      "id", NULL, NULL, NULL, G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  properties[PROP_NAME] =
      g_param_spec_string ("name", NULL, NULL, NULL,
                           G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  properties[PROP_PRESENCE] =
      g_param_spec_enum ("presence", NULL, NULL, BECKON_TYPE_PRESENCE, BECKON_PRESENCE_OFFLINE,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
beckon_contact_item_init (BeckonContactItem *self)
{
}

BeckonContactItem *
beckon_contact_item_new (const char *id, const char *name, BeckonPresence presence)
{
  g_return_val_if_fail (id != NULL && name != NULL, NULL);

  return g_object_new (BECKON_TYPE_CONTACT_ITEM, "id", id, "name", name, "presence", presence,
                       NULL);
}

BeckonContactItem *
beckon_contact_item_new_remembered (const char *id, const char *name)
{
  BeckonContactItem *self = beckon_contact_item_new (id, name, BECKON_PRESENCE_OFFLINE);

  self->remembered = TRUE;
  return self;
}

const char *
beckon_contact_item_get_id (BeckonContactItem *self)
{
  g_return_val_if_fail (BECKON_IS_CONTACT_ITEM (self), NULL);

  return self->id;
}

const char *
beckon_contact_item_get_name (BeckonContactItem *self)
{
  g_return_val_if_fail (BECKON_IS_CONTACT_ITEM (self), NULL);

  return self->name;
}

BeckonPresence
beckon_contact_item_get_presence (BeckonContactItem *self)
{
  g_return_val_if_fail (BECKON_IS_CONTACT_ITEM (self), BECKON_PRESENCE_OFFLINE);

  return self->presence;
}

gboolean
beckon_contact_item_is_presence_known (BeckonContactItem *self)
{
  g_return_val_if_fail (BECKON_IS_CONTACT_ITEM (self), FALSE);

  return !self->remembered;
}

void
beckon_contact_item_set_presence (BeckonContactItem *self, BeckonPresence presence)
{
  g_return_if_fail (BECKON_IS_CONTACT_ITEM (self));

  if (self->presence == presence && !self->remembered)
    return;
  self->presence = presence;
  self->remembered = FALSE;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PRESENCE]);
}
