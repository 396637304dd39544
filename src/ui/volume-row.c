/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "volume-row.h"

#include "phrases.h"

#include <glib/gi18n.h>

struct _BeckonVolumeRow
{
  GtkBox parent_instance;

  /* Template widgets */
  GtkLabel *name;
  GtkLabel *value;
  GtkWidget *scale;
  GtkAdjustment *percent;

  /* Owned */
  BeckonCall *call;
  BeckonVolumeMemory *memory;
  char *user;
};

G_DEFINE_FINAL_TYPE (BeckonVolumeRow, beckon_volume_row, GTK_TYPE_BOX)

/* Returns: in percent */
static guint
take_value (BeckonVolumeRow *self)
{
  const guint percent = (guint) (gtk_adjustment_get_value (self->percent) + 0.5);
  g_autofree char *text = beckon_phrase_for_volume (percent);

  gtk_label_set_label (self->value, text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->scale), GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT,
                                  text, -1);
  beckon_call_set_volume (self->call, self->user, percent / 100.0);
  return percent;
}

static void
on_value_changed (BeckonVolumeRow *self)
{
  beckon_volume_memory_keep (self->memory, self->user, take_value (self));
}

static void
beckon_volume_row_dispose (GObject *object)
{
  BeckonVolumeRow *self = BECKON_VOLUME_ROW (object);

  g_clear_object (&self->call);
  g_clear_object (&self->memory);
  G_OBJECT_CLASS (beckon_volume_row_parent_class)->dispose (object);
}

static void
beckon_volume_row_finalize (GObject *object)
{
  g_free (BECKON_VOLUME_ROW (object)->user);
  G_OBJECT_CLASS (beckon_volume_row_parent_class)->finalize (object);
}

static void
beckon_volume_row_class_init (BeckonVolumeRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = beckon_volume_row_dispose;
  G_OBJECT_CLASS (klass)->finalize = beckon_volume_row_finalize;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/beckon/Beckon/volume-row.ui");
  gtk_widget_class_bind_template_child (widget_class, BeckonVolumeRow, name);
  gtk_widget_class_bind_template_child (widget_class, BeckonVolumeRow, value);
  gtk_widget_class_bind_template_child (widget_class, BeckonVolumeRow, scale);
  gtk_widget_class_bind_template_child (widget_class, BeckonVolumeRow, percent);
}

static void
beckon_volume_row_init (BeckonVolumeRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_adjustment_set_upper (self->percent, 100 * BECKON_VOLUME_MAX);
}

GtkWidget *
beckon_volume_row_new (BeckonCall *call, const BeckonUser *user, BeckonVolumeMemory *memory)
{
  BeckonVolumeRow *self;

  g_return_val_if_fail (BECKON_IS_CALL (call), NULL);
  g_return_val_if_fail (user != NULL, NULL);
  g_return_val_if_fail (BECKON_IS_VOLUME_MEMORY (memory), NULL);

  self = g_object_new (BECKON_TYPE_VOLUME_ROW, NULL);
  self->call = g_object_ref (call);
  self->memory = g_object_ref (memory);
  self->user = g_strdup (user->id);
  beckon_volume_row_set_name (self, user->name);
  gtk_adjustment_set_value (self->percent, beckon_volume_memory_find (memory, user->id));
  take_value (self);
  g_signal_connect_object (self->percent, "value-changed", G_CALLBACK (on_value_changed), self,
                           G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}

const char *
beckon_volume_row_get_user (BeckonVolumeRow *self)
{
  g_return_val_if_fail (BECKON_IS_VOLUME_ROW (self), NULL);

  return self->user;
}

void
beckon_volume_row_set_name (BeckonVolumeRow *self, const char *name)
{
  g_autofree char *label = NULL;

  g_return_if_fail (BECKON_IS_VOLUME_ROW (self));
  g_return_if_fail (name != NULL);

  gtk_label_set_label (self->name, name);
  /* Translators: a slider, for screen readers; %s is the name of a person who is heard in a call */
  label = g_strdup_printf (_("Volume of %s"), name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->scale), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  label, -1);
}
