/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "devices-popover.h"

#include "device-choice.h"
#include "member-volumes.h"
#include "phrases.h"

struct _BeckonDevicesPopover
{
  GtkPopover parent_instance;

  /* Template widgets */
  GtkWidget *camera;
  GtkWidget *microphone;
  GtkWidget *speaker;
  GtkLevelBar *level;
  GtkAdjustment *volume;
  GtkWidget *volume_scale;
  BeckonMemberVolumes *people;

  /* Owned */
  BeckonDeviceSettings *devices; /* nullable */
  BeckonDeviceChoice *choices[BECKON_DEVICE_USE_RINGER]; /* nullable: there are no devices */
  GSignalGroup *call_signals;
  GBinding *volume_binding; /* nullable */
};

G_DEFINE_FINAL_TYPE (BeckonDevicesPopover, beckon_devices_popover, GTK_TYPE_POPOVER)

static void
clear_choices (BeckonDevicesPopover *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (self->choices); i++)
    g_clear_object (&self->choices[i]);
}

static void
on_level (BeckonDevicesPopover *self, GParamSpec *pspec, BeckonCall *call)
{
  if (gtk_widget_get_mapped (GTK_WIDGET (self)))
    gtk_level_bar_set_value (self->level, beckon_call_get_microphone_level (call));
}

/* A number of 1.5 says little to who hears it. */
static void
update_volume_text (BeckonDevicesPopover *self)
{
  g_autofree char *text =
      beckon_phrase_for_volume ((guint) (gtk_adjustment_get_value (self->volume) * 100 + 0.5));

  gtk_accessible_update_property (GTK_ACCESSIBLE (self->volume_scale),
                                  GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, text, -1);
}

/* ---- public ---- */

void
beckon_devices_popover_set_devices (BeckonDevicesPopover *self, BeckonDeviceSettings *devices)
{
  GtkWidget *choosers[BECKON_DEVICE_USE_RINGER];

  g_return_if_fail (BECKON_IS_DEVICES_POPOVER (self));

  if (!g_set_object (&self->devices, devices))
    return;
  choosers[BECKON_DEVICE_USE_CAMERA] = self->camera;
  choosers[BECKON_DEVICE_USE_MICROPHONE] = self->microphone;
  choosers[BECKON_DEVICE_USE_SPEAKER] = self->speaker;
  g_clear_pointer (&self->volume_binding, g_binding_unbind);
  clear_choices (self);
  if (devices == NULL)
    return;
  self->volume_binding = g_object_bind_property (devices, "volume", self->volume, "value",
                                                 G_BINDING_BIDIRECTIONAL | G_BINDING_SYNC_CREATE);
  for (BeckonDeviceUse use = 0; use < G_N_ELEMENTS (self->choices); use++)
    self->choices[use] = beckon_device_choice_new (devices, use, choosers[use]);
}

void
beckon_devices_popover_set_call (BeckonDevicesPopover *self,
                                 BeckonCall *call,
                                 BeckonVolumeMemory *memory)
{
  g_return_if_fail (BECKON_IS_DEVICES_POPOVER (self));

  g_signal_group_set_target (self->call_signals, call);
  gtk_level_bar_set_value (self->level, 0);
  beckon_member_volumes_set_call (self->people, call, memory);
}

static void
beckon_devices_popover_dispose (GObject *object)
{
  BeckonDevicesPopover *self = BECKON_DEVICES_POPOVER (object);

  g_clear_pointer (&self->volume_binding, g_binding_unbind);
  g_clear_object (&self->call_signals);
  g_clear_object (&self->devices);
  clear_choices (self);
  G_OBJECT_CLASS (beckon_devices_popover_parent_class)->dispose (object);
}

static void
beckon_devices_popover_class_init (BeckonDevicesPopoverClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = beckon_devices_popover_dispose;
  g_type_ensure (BECKON_TYPE_MEMBER_VOLUMES);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/beckon/Beckon/devices-popover.ui");
  gtk_widget_class_bind_template_child (widget_class, BeckonDevicesPopover, camera);
  gtk_widget_class_bind_template_child (widget_class, BeckonDevicesPopover, microphone);
  gtk_widget_class_bind_template_child (widget_class, BeckonDevicesPopover, speaker);
  gtk_widget_class_bind_template_child (widget_class, BeckonDevicesPopover, level);
  gtk_widget_class_bind_template_child (widget_class, BeckonDevicesPopover, volume);
  gtk_widget_class_bind_template_child (widget_class, BeckonDevicesPopover, volume_scale);
  gtk_widget_class_bind_template_child (widget_class, BeckonDevicesPopover, people);
}

static void
beckon_devices_popover_init (BeckonDevicesPopover *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->call_signals = g_signal_group_new (BECKON_TYPE_CALL);
  g_signal_group_connect_swapped (self->call_signals, "notify::microphone-level",
                                  G_CALLBACK (on_level), self);
  g_signal_connect_object (self->volume, "value-changed", G_CALLBACK (update_volume_text), self,
                           G_CONNECT_SWAPPED);
  update_volume_text (self);
}
