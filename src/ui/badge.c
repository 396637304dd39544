/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "badge.h"

#include "toolkit.h"

/* What lasts no longer is not worth a flicker. */
#define DELAY_MS 1000
/* Long enough to be read by who looked elsewhere. */
#define TOLD_SECONDS 6

struct _BeckonBadge
{
  GtkBox parent_instance;

  /* Template widgets */
  GtkLabel *label;

  /* Owned */
  char *icon_name;

  guint source;
};

G_DEFINE_FINAL_TYPE (BeckonBadge, beckon_badge, GTK_TYPE_BOX)

typedef enum
{
  PROP_ICON_NAME = 1,
  N_PROPS
} BeckonBadgeProperty;

static GParamSpec *properties[N_PROPS];

static gboolean
on_delay (gpointer user_data)
{
  BeckonBadge *self = user_data;

  self->source = 0;
  gtk_widget_set_visible (GTK_WIDGET (self), TRUE);
  beckon_announce (GTK_WIDGET (self), gtk_label_get_label (self->label), FALSE);
  return G_SOURCE_REMOVE;
}

static void
set_icon_name (BeckonBadge *self, const char *icon_name)
{
  if (g_strcmp0 (self->icon_name, icon_name) == 0)
    return;
  g_free (self->icon_name);
  self->icon_name = g_strdup (icon_name);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ICON_NAME]);
}

static void
beckon_badge_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  switch ((BeckonBadgeProperty) prop_id)
    {
    case PROP_ICON_NAME:
      g_value_set_string (value, BECKON_BADGE (object)->icon_name);
      break;
    case N_PROPS:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
beckon_badge_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  switch ((BeckonBadgeProperty) prop_id)
    {
    case PROP_ICON_NAME:
      set_icon_name (BECKON_BADGE (object), g_value_get_string (value));
      break;
    case N_PROPS:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
beckon_badge_dispose (GObject *object)
{
  BeckonBadge *self = BECKON_BADGE (object);

  g_clear_handle_id (&self->source, g_source_remove);

  G_OBJECT_CLASS (beckon_badge_parent_class)->dispose (object);
}

static void
beckon_badge_finalize (GObject *object)
{
  g_free (BECKON_BADGE (object)->icon_name);

  G_OBJECT_CLASS (beckon_badge_parent_class)->finalize (object);
}

static void
beckon_badge_class_init (BeckonBadgeClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = beckon_badge_get_property;
  object_class->set_property = beckon_badge_set_property;
  object_class->dispose = beckon_badge_dispose;
  object_class->finalize = beckon_badge_finalize;

  properties[PROP_ICON_NAME] =
      g_param_spec_string ("icon-name", NULL, NULL, NULL,
                           G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_template_from_resource (widget_class, "/org/beckon/Beckon/badge.ui");
  gtk_widget_class_bind_template_child (widget_class, BeckonBadge, label);
}

static void
beckon_badge_init (BeckonBadge *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
beckon_badge_set_sentence (BeckonBadge *self, const char *sentence)
{
  g_return_if_fail (BECKON_IS_BADGE (self));

  if (sentence == NULL)
    {
      g_clear_handle_id (&self->source, g_source_remove);
      gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
      return;
    }
  gtk_label_set_label (self->label, sentence);
  if (self->source == 0 && !gtk_widget_get_visible (GTK_WIDGET (self)))
    self->source = g_timeout_add (DELAY_MS, on_delay, self);
}

static gboolean
on_told (gpointer user_data)
{
  BeckonBadge *self = user_data;

  self->source = 0;
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
  return G_SOURCE_REMOVE;
}

void
beckon_badge_tell (BeckonBadge *self, const char *sentence)
{
  g_return_if_fail (BECKON_IS_BADGE (self));
  g_return_if_fail (sentence != NULL);

  g_clear_handle_id (&self->source, g_source_remove);
  gtk_label_set_label (self->label, sentence);
  gtk_widget_set_visible (GTK_WIDGET (self), TRUE);
  beckon_announce (GTK_WIDGET (self), sentence, FALSE);
  self->source = g_timeout_add_seconds (TOLD_SECONDS, on_told, self);
}
