/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

#include "call.h"
#include "device-settings.h"
#include "volume-memory.h"

G_BEGIN_DECLS

#define BECKON_TYPE_DEVICES_POPOVER (beckon_devices_popover_get_type ())
/**
 * BeckonDevicesPopover:
 *
 * Which camera, microphone and speaker a call uses, how loud the microphone hears and the speaker
 * plays, and how loud each person is heard. Follows what is plugged in, and who is in the call.
 */
G_DECLARE_FINAL_TYPE (BeckonDevicesPopover, beckon_devices_popover, BECKON, DEVICES_POPOVER,
                      GtkPopover)

/** beckon_devices_popover_set_devices: @devices: (nullable): what is chosen from, and changed */
void beckon_devices_popover_set_devices (BeckonDevicesPopover *self, BeckonDeviceSettings *devices);
/** beckon_devices_popover_set_call: @call: (nullable): whose microphone the meter shows, and whose people
 * are louder or quieter; @memory: for them, (nullable) without a call */
void beckon_devices_popover_set_call (BeckonDevicesPopover *self, BeckonCall *call,
                                      BeckonVolumeMemory *memory);

G_END_DECLS
