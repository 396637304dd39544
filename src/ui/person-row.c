/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "person-row.h"

#include "protocol-types.h"

typedef struct
{
  /* Template objects */
  GMenuModel *row_menu;

  /* Owned */
  char *id;           /* nullable */
  char *name;         /* nullable */
  GtkWidget *popover; /* nullable: until it is asked for */

  gboolean contact;
  gboolean blocked;
  gboolean callable;
} BeckonPersonRowPrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (BeckonPersonRow, beckon_person_row, GTK_TYPE_LIST_BOX_ROW)

typedef enum
{
  PROP_BLOCKED = 1,
  N_PROPS
} BeckonPersonRowProperty;

static GParamSpec *properties[N_PROPS];

static void
update_actions (BeckonPersonRow *self)
{
  BeckonPersonRowPrivate *priv = beckon_person_row_get_instance_private (self);
  GtkWidget *widget = GTK_WIDGET (self);

  gtk_widget_action_set_enabled (widget, "row.voice", priv->id != NULL && priv->callable);
  gtk_widget_action_set_enabled (widget, "row.video", priv->id != NULL && priv->callable);
  gtk_widget_action_set_enabled (widget, "row.copy", priv->id != NULL);
  gtk_widget_action_set_enabled (widget, "row.add", priv->id != NULL && !priv->contact);
  gtk_widget_action_set_enabled (widget, "row.remove", priv->id != NULL && priv->contact);
  gtk_widget_action_set_enabled (widget, "row.block", priv->id != NULL && !priv->blocked);
  gtk_widget_action_set_enabled (widget, "row.unblock", priv->id != NULL && priv->blocked);
}

/* ---- the menu ---- */

static void
open_menu (BeckonPersonRow *self, const GdkRectangle *at)
{
  BeckonPersonRowPrivate *priv = beckon_person_row_get_instance_private (self);

  if (priv->id == NULL)
    return;
  if (priv->popover == NULL)
    {
      priv->popover = gtk_popover_menu_new_from_model (priv->row_menu);
      gtk_widget_set_parent (priv->popover, GTK_WIDGET (self));
    }
  gtk_popover_set_pointing_to (GTK_POPOVER (priv->popover), at);
  gtk_popover_popup (GTK_POPOVER (priv->popover));
}

static void
on_secondary_click (BeckonPersonRow *self, int n_press, double x, double y)
{
  open_menu (self, &(GdkRectangle){ (int) x, (int) y, 1, 1 });
}

static void
on_long_press (BeckonPersonRow *self, double x, double y)
{
  open_menu (self, &(GdkRectangle){ (int) x, (int) y, 1, 1 });
}

static void
on_menu_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  open_menu (BECKON_PERSON_ROW (widget), NULL);
}

static void
call (GtkWidget *widget, BeckonMedia media)
{
  gtk_widget_activate_action (widget, "home.call", "(ss)",
                              beckon_person_row_get_id (BECKON_PERSON_ROW (widget)),
                              beckon_media_to_string (media));
}

static void
on_voice_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  call (widget, BECKON_MEDIA_VOICE);
}

static void
on_video_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  call (widget, BECKON_MEDIA_VIDEO);
}

static void
on_copy_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  gtk_widget_activate_action (widget, "home.copy", "s",
                              beckon_person_row_get_id (BECKON_PERSON_ROW (widget)));
}

static void
on_add_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  gtk_widget_activate_action (widget, "home.restore-contact", "s",
                              beckon_person_row_get_id (BECKON_PERSON_ROW (widget)));
}

/* @action: of the window, that is told who they are and what they are called */
static void
ask_with_name (GtkWidget *widget, const char *action)
{
  BeckonPersonRowPrivate *priv =
      beckon_person_row_get_instance_private (BECKON_PERSON_ROW (widget));

  gtk_widget_activate_action (widget, action, "(ss)", priv->id, priv->name);
}

static void
on_remove_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  ask_with_name (widget, "home.remove-contact");
}

static void
on_block_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  ask_with_name (widget, "home.block");
}

static void
on_unblock_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  BeckonPersonRowPrivate *priv =
      beckon_person_row_get_instance_private (BECKON_PERSON_ROW (widget));

  gtk_widget_activate_action (widget, "home.unblock", "s", priv->id);
}

/* ---- the row ---- */

static void
beckon_person_row_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  BeckonPersonRowPrivate *priv =
      beckon_person_row_get_instance_private (BECKON_PERSON_ROW (widget));

  GTK_WIDGET_CLASS (beckon_person_row_parent_class)
      ->size_allocate (widget, width, height, baseline);
  if (priv->popover != NULL)
    gtk_popover_present (GTK_POPOVER (priv->popover));
}

static void
beckon_person_row_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  switch ((BeckonPersonRowProperty) prop_id)
    {
    case PROP_BLOCKED:
      g_value_set_boolean (value, beckon_person_row_is_blocked (BECKON_PERSON_ROW (object)));
      break;
    case N_PROPS:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
beckon_person_row_dispose (GObject *object)
{
  BeckonPersonRowPrivate *priv =
      beckon_person_row_get_instance_private (BECKON_PERSON_ROW (object));

  g_clear_pointer (&priv->popover, gtk_widget_unparent);

  G_OBJECT_CLASS (beckon_person_row_parent_class)->dispose (object);
}

static void
beckon_person_row_finalize (GObject *object)
{
  BeckonPersonRowPrivate *priv =
      beckon_person_row_get_instance_private (BECKON_PERSON_ROW (object));

  g_free (priv->id);
  g_free (priv->name);

  G_OBJECT_CLASS (beckon_person_row_parent_class)->finalize (object);
}

static void
beckon_person_row_class_init (BeckonPersonRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = beckon_person_row_get_property;
  object_class->dispose = beckon_person_row_dispose;
  object_class->finalize = beckon_person_row_finalize;
  widget_class->size_allocate = beckon_person_row_size_allocate;

  properties[PROP_BLOCKED] =
      g_param_spec_boolean ("blocked", NULL, NULL, FALSE,
                            G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_template_from_resource (widget_class, "/org/beckon/Beckon/person-row.ui");
  gtk_widget_class_bind_template_child_private (widget_class, BeckonPersonRow, row_menu);
  gtk_widget_class_bind_template_callback (widget_class, on_secondary_click);
  gtk_widget_class_bind_template_callback (widget_class, on_long_press);
  gtk_widget_class_install_action (widget_class, "row.menu", NULL, on_menu_action);
  gtk_widget_class_install_action (widget_class, "row.voice", NULL, on_voice_action);
  gtk_widget_class_install_action (widget_class, "row.video", NULL, on_video_action);
  gtk_widget_class_install_action (widget_class, "row.copy", NULL, on_copy_action);
  gtk_widget_class_install_action (widget_class, "row.add", NULL, on_add_action);
  gtk_widget_class_install_action (widget_class, "row.remove", NULL, on_remove_action);
  gtk_widget_class_install_action (widget_class, "row.block", NULL, on_block_action);
  gtk_widget_class_install_action (widget_class, "row.unblock", NULL, on_unblock_action);
}

static void
beckon_person_row_init (BeckonPersonRow *self)
{
  BeckonPersonRowPrivate *priv = beckon_person_row_get_instance_private (self);

  gtk_widget_init_template (GTK_WIDGET (self));
  priv->callable = TRUE;
  update_actions (self);
}

void
beckon_person_row_set_person (BeckonPersonRow *self, const char *id, const char *name)
{
  BeckonPersonRowPrivate *priv = beckon_person_row_get_instance_private (self);

  g_return_if_fail (BECKON_IS_PERSON_ROW (self));
  g_return_if_fail (id != NULL && name != NULL);
  g_return_if_fail (priv->id == NULL);

  priv->id = g_strdup (id);
  priv->name = g_strdup (name);
  update_actions (self);
}

const char *
beckon_person_row_get_id (BeckonPersonRow *self)
{
  BeckonPersonRowPrivate *priv = beckon_person_row_get_instance_private (self);

  g_return_val_if_fail (BECKON_IS_PERSON_ROW (self), NULL);

  return priv->id;
}

void
beckon_person_row_set_contact (BeckonPersonRow *self, gboolean contact)
{
  BeckonPersonRowPrivate *priv = beckon_person_row_get_instance_private (self);

  g_return_if_fail (BECKON_IS_PERSON_ROW (self));

  priv->contact = contact;
  update_actions (self);
}

void
beckon_person_row_set_callable (BeckonPersonRow *self, gboolean callable)
{
  BeckonPersonRowPrivate *priv = beckon_person_row_get_instance_private (self);

  g_return_if_fail (BECKON_IS_PERSON_ROW (self));

  priv->callable = callable;
  update_actions (self);
}

void
beckon_person_row_set_blocked (BeckonPersonRow *self, gboolean blocked)
{
  BeckonPersonRowPrivate *priv = beckon_person_row_get_instance_private (self);

  g_return_if_fail (BECKON_IS_PERSON_ROW (self));

  if (priv->blocked == blocked)
    return;
  priv->blocked = blocked;
  update_actions (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_BLOCKED]);
}

gboolean
beckon_person_row_is_blocked (BeckonPersonRow *self)
{
  BeckonPersonRowPrivate *priv = beckon_person_row_get_instance_private (self);

  g_return_val_if_fail (BECKON_IS_PERSON_ROW (self), FALSE);

  return priv->blocked;
}
