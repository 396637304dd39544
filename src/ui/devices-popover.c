/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "devices-popover.h"

#include <glib/gi18n.h>

struct _BeckonDevicesPopover
{
  GtkPopover parent_instance;

  /* Template widgets */
  GtkDropDown *camera;
  GtkDropDown *microphone;
  GtkDropDown *speaker;
  GtkLevelBar *level;
  GtkAdjustment *volume;

  /* Owned */
  BeckonDeviceSettings *devices; /* nullable */
  GSignalGroup *call_signals;
  GSignalGroup *device_signals;
  GSignalGroup *list_signals;
  GBinding *volume_binding; /* nullable */

  GPtrArray *ids[BECKON_DEVICE_USE_RINGER]; /* of each row; char */
  gboolean filling;
};

G_DEFINE_FINAL_TYPE (BeckonDevicesPopover, beckon_devices_popover, GTK_TYPE_POPOVER)

static GtkDropDown *
get_drop_down (BeckonDevicesPopover *self, BeckonDeviceUse use)
{
  GtkDropDown *const all[] = { self->camera, self->microphone, self->speaker };

  return all[use];
}

/* The uses of the popover and the kinds of devices are the same three. */
static void
add_rows (BeckonDevicesPopover *self, BeckonDeviceUse use, GtkStringList *names, GPtrArray *ids)
{
  GListModel *list = G_LIST_MODEL (beckon_device_settings_get_list (self->devices));

  if (use != BECKON_DEVICE_USE_CAMERA)
    {
      gtk_string_list_append (names, _("System Default"));
      g_ptr_array_add (ids, g_strdup (""));
    }
  for (guint i = 0; i < g_list_model_get_n_items (list); i++)
    {
      g_autoptr (BeckonDevice) device = g_list_model_get_item (list, i);

      if (beckon_device_get_kind (device) != (BeckonDeviceKind) use)
        continue;
      gtk_string_list_append (names, beckon_device_get_name (device));
      g_ptr_array_add (ids, g_strdup (beckon_device_get_id (device)));
    }
}

/* Returns: the row of what is chosen, else of what is used in its place. */
static guint
find_row (BeckonDevicesPopover *self, BeckonDeviceUse use, GPtrArray *ids)
{
  BeckonDevice *used = beckon_device_settings_get_device (self->devices, use);
  const char *choice = beckon_device_settings_get_choice (self->devices, use);
  guint row;

  if (g_ptr_array_find_with_equal_func (ids, choice, g_str_equal, &row))
    return row;
  if (used != NULL && g_ptr_array_find_with_equal_func (ids, beckon_device_get_id (used),
                                                        g_str_equal, &row))
    return row;
  return GTK_INVALID_LIST_POSITION;
}

static void
fill (BeckonDevicesPopover *self, BeckonDeviceUse use)
{
  static const char *const nothing[] = { N_("No camera"), N_("No microphone"), N_("No speaker") };
  GtkDropDown *drop_down = get_drop_down (self, use);
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);
  GPtrArray *ids = g_ptr_array_new_with_free_func (g_free);
  gboolean any;

  add_rows (self, use, names, ids);
  any = ids->len > (use == BECKON_DEVICE_USE_CAMERA ? 0 : 1);
  if (!any)
    {
      g_ptr_array_set_size (ids, 0);
      gtk_string_list_splice (names, 0, g_list_model_get_n_items (G_LIST_MODEL (names)),
                              (const char *const[]){ _(nothing[use]), NULL });
    }
  g_clear_pointer (&self->ids[use], g_ptr_array_unref);
  self->ids[use] = ids;
  self->filling = TRUE;
  gtk_drop_down_set_model (drop_down, G_LIST_MODEL (names));
  gtk_drop_down_set_selected (drop_down, any ? find_row (self, use, ids) : 0);
  gtk_widget_set_sensitive (GTK_WIDGET (drop_down), any);
  self->filling = FALSE;
}

static void
fill_all (BeckonDevicesPopover *self)
{
  for (BeckonDeviceUse use = 0; use < G_N_ELEMENTS (self->ids); use++)
    fill (self, use);
}

/* Which devices there are has not changed by that; and the drop-down may be the one that says so, which
 * does not bear another model in the middle of it. */
static void
on_changed (BeckonDevicesPopover *self, guint use)
{
  if (use >= G_N_ELEMENTS (self->ids) || self->ids[use]->len == 0)
    return;
  self->filling = TRUE;
  gtk_drop_down_set_selected (get_drop_down (self, use), find_row (self, use, self->ids[use]));
  self->filling = FALSE;
}

static void
on_selected (BeckonDevicesPopover *self, GParamSpec *pspec, GtkDropDown *drop_down)
{
  const guint row = gtk_drop_down_get_selected (drop_down);
  BeckonDeviceUse use = 0;

  while (get_drop_down (self, use) != drop_down)
    use++;
  if (!self->filling && self->ids[use] != NULL && row < self->ids[use]->len)
    beckon_device_settings_choose (self->devices, use, g_ptr_array_index (self->ids[use], row));
}

static void
on_level (BeckonDevicesPopover *self, GParamSpec *pspec, BeckonCall *call)
{
  if (gtk_widget_get_mapped (GTK_WIDGET (self)))
    gtk_level_bar_set_value (self->level, beckon_call_get_microphone_level (call));
}

/* ---- public ---- */

void
beckon_devices_popover_set_devices (BeckonDevicesPopover *self, BeckonDeviceSettings *devices)
{
  g_return_if_fail (BECKON_IS_DEVICES_POPOVER (self));

  if (!g_set_object (&self->devices, devices))
    return;
  g_clear_pointer (&self->volume_binding, g_binding_unbind);
  g_signal_group_set_target (self->device_signals, devices);
  g_signal_group_set_target (self->list_signals, devices != NULL
                                                     ? beckon_device_settings_get_list (devices)
                                                     : NULL);
  if (devices == NULL)
    return;
  self->volume_binding = g_object_bind_property (devices, "volume", self->volume, "value",
                                                 G_BINDING_BIDIRECTIONAL | G_BINDING_SYNC_CREATE);
  fill_all (self);
}

void
beckon_devices_popover_set_call (BeckonDevicesPopover *self, BeckonCall *call)
{
  g_return_if_fail (BECKON_IS_DEVICES_POPOVER (self));

  g_signal_group_set_target (self->call_signals, call);
  gtk_level_bar_set_value (self->level, 0);
}

static void
beckon_devices_popover_dispose (GObject *object)
{
  BeckonDevicesPopover *self = BECKON_DEVICES_POPOVER (object);

  g_clear_pointer (&self->volume_binding, g_binding_unbind);
  g_clear_object (&self->call_signals);
  g_clear_object (&self->device_signals);
  g_clear_object (&self->list_signals);
  g_clear_object (&self->devices);
  for (guint i = 0; i < G_N_ELEMENTS (self->ids); i++)
    g_clear_pointer (&self->ids[i], g_ptr_array_unref);
  G_OBJECT_CLASS (beckon_devices_popover_parent_class)->dispose (object);
}

static void
beckon_devices_popover_class_init (BeckonDevicesPopoverClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = beckon_devices_popover_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/beckon/Beckon/devices-popover.ui");
  gtk_widget_class_bind_template_child (widget_class, BeckonDevicesPopover, camera);
  gtk_widget_class_bind_template_child (widget_class, BeckonDevicesPopover, microphone);
  gtk_widget_class_bind_template_child (widget_class, BeckonDevicesPopover, speaker);
  gtk_widget_class_bind_template_child (widget_class, BeckonDevicesPopover, level);
  gtk_widget_class_bind_template_child (widget_class, BeckonDevicesPopover, volume);
  gtk_widget_class_bind_template_callback (widget_class, on_selected);
}

static void
beckon_devices_popover_init (BeckonDevicesPopover *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->call_signals = g_signal_group_new (BECKON_TYPE_CALL);
  g_signal_group_connect_swapped (self->call_signals, "notify::microphone-level",
                                  G_CALLBACK (on_level), self);
  self->device_signals = g_signal_group_new (BECKON_TYPE_DEVICE_SETTINGS);
  g_signal_group_connect_swapped (self->device_signals, "changed", G_CALLBACK (on_changed), self);
  self->list_signals = g_signal_group_new (BECKON_TYPE_DEVICE_LIST);
  g_signal_group_connect_swapped (self->list_signals, "items-changed", G_CALLBACK (fill_all), self);
}
