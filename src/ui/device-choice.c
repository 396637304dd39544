/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "device-choice.h"

#include <glib/gi18n.h>

struct _BeckonDeviceChoice
{
  GObject parent_instance;

  GtkWidget *chooser; /* borrowed */

  /* Owned */
  BeckonDeviceSettings *devices;
  GPtrArray *ids; /* of each row; char */

  BeckonDeviceUse use;
  gboolean filling;
};

G_DEFINE_FINAL_TYPE (BeckonDeviceChoice, beckon_device_choice, G_TYPE_OBJECT)

static void
add_row (BeckonDeviceChoice *self, GtkStringList *names, const char *name, const char *id)
{
  gtk_string_list_append (names, name);
  g_ptr_array_add (self->ids, g_strdup (id));
}

static void
add_rows (BeckonDeviceChoice *self, GtkStringList *names)
{
  GListModel *list = G_LIST_MODEL (beckon_device_settings_get_list (self->devices));
  const BeckonDeviceKind kind = beckon_device_use_get_kind (self->use);

  for (guint i = 0; i < g_list_model_get_n_items (list); i++)
    {
      g_autoptr (BeckonDevice) device = g_list_model_get_item (list, i);

      if (beckon_device_get_kind (device) != kind)
        continue;
      if (self->ids->len == 0 && kind != BECKON_DEVICE_CAMERA)
        /* Translators: a choice of microphone or speaker: the one of the desktop's settings */
        add_row (self, names, _("System Default"), "");
      add_row (self, names, beckon_device_get_name (device), beckon_device_get_id (device));
    }
}

/* Returns: the row of what is chosen, else of what is used in its place. */
static guint
find_row (BeckonDeviceChoice *self)
{
  BeckonDevice *used = beckon_device_settings_get_device (self->devices, self->use);
  const char *choice = beckon_device_settings_get_choice (self->devices, self->use);
  guint row;

  if (g_ptr_array_find_with_equal_func (self->ids, choice, g_str_equal, &row))
    return row;
  if (used != NULL && g_ptr_array_find_with_equal_func (self->ids, beckon_device_get_id (used),
                                                        g_str_equal, &row))
    return row;
  return GTK_INVALID_LIST_POSITION;
}

static void
fill (BeckonDeviceChoice *self)
{
  static const char *const nothing[] = {
    /* Translators: in place of a list to choose from, where there is none */
    N_("No camera"),
    /* Translators: in place of a list to choose from, where there is none */
    N_("No microphone"),
    /* Translators: in place of a list to choose from, where there is none: no loudspeaker */
    N_("No speaker")
  };
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);
  gboolean any;

  g_ptr_array_set_size (self->ids, 0);
  add_rows (self, names);
  any = self->ids->len > 0;
  if (!any)
    gtk_string_list_append (names, _(nothing[beckon_device_use_get_kind (self->use)]));
  self->filling = TRUE;
  g_object_set (self->chooser, "model", names, "selected", any ? find_row (self) : 0, "sensitive",
                any, NULL);
  self->filling = FALSE;
}

/* Which devices there are has not changed by that; and the widget may be the one that says so, which
 * does not bear another model in the middle of it. */
static void
on_changed (BeckonDeviceChoice *self, guint use)
{
  if (use != self->use || self->ids->len == 0)
    return;
  self->filling = TRUE;
  g_object_set (self->chooser, "selected", find_row (self), NULL);
  self->filling = FALSE;
}

static void
on_selected (BeckonDeviceChoice *self)
{
  guint row;

  g_object_get (self->chooser, "selected", &row, NULL);
  if (!self->filling && row < self->ids->len)
    beckon_device_settings_choose (self->devices, self->use, g_ptr_array_index (self->ids, row));
}

static void
beckon_device_choice_finalize (GObject *object)
{
  BeckonDeviceChoice *self = BECKON_DEVICE_CHOICE (object);

  g_clear_object (&self->devices);
  g_ptr_array_unref (self->ids);

  G_OBJECT_CLASS (beckon_device_choice_parent_class)->finalize (object);
}

static void
beckon_device_choice_class_init (BeckonDeviceChoiceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = beckon_device_choice_finalize;
}

static void
beckon_device_choice_init (BeckonDeviceChoice *self)
{
  self->ids = g_ptr_array_new_with_free_func (g_free);
}

BeckonDeviceChoice *
beckon_device_choice_new (BeckonDeviceSettings *devices, BeckonDeviceUse use, GtkWidget *chooser)
{
  BeckonDeviceChoice *self;

  g_return_val_if_fail (BECKON_IS_DEVICE_SETTINGS (devices), NULL);
  g_return_val_if_fail (use < BECKON_N_DEVICE_USES, NULL);
  g_return_val_if_fail (GTK_IS_WIDGET (chooser), NULL);

  self = g_object_new (BECKON_TYPE_DEVICE_CHOICE, NULL);
  self->devices = g_object_ref (devices);
  self->use = use;
  self->chooser = chooser;
  g_signal_connect_object (devices, "changed", G_CALLBACK (on_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (beckon_device_settings_get_list (devices), "items-changed",
                           G_CALLBACK (fill), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (chooser, "notify::selected", G_CALLBACK (on_selected), self,
                           G_CONNECT_SWAPPED);
  fill (self);
  return self;
}
