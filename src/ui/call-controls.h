/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

#include "call.h"
#include "device-settings.h"
#include "volume-memory.h"

G_BEGIN_DECLS

#define BECKON_TYPE_CALL_CONTROLS (beckon_call_controls_get_type ())
/**
 * BeckonCallControls:
 *
 * The row of buttons at the bottom of a call window, with a menu where that is narrow. They act by
 * the window's actions "call.microphone", "call.camera", "call.screen", "call.hang-up",
 * "call.fullscreen" and "call.pip". A toggle is pressed while what it stands for is on.
 */
G_DECLARE_FINAL_TYPE (BeckonCallControls, beckon_call_controls, BECKON, CALL_CONTROLS, GtkBox)

/**
 * beckon_call_controls_update:
 * @call: what to show the state of
 * @waiting: for an answer: fewer buttons, and the red one says Cancel
 * @narrow: whether the window is: what has no room is in the menu
 */
void beckon_call_controls_update (BeckonCallControls *self, BeckonCall *call, gboolean waiting,
                                  gboolean narrow);

/** beckon_call_controls_set_devices: @devices: (nullable): what calls use, and a person changes */
void beckon_call_controls_set_devices (BeckonCallControls *self, BeckonDeviceSettings *devices);
/** beckon_call_controls_set_call: @call: (nullable); @memory: how loud its people are heard, (nullable)
 * without a call */
void beckon_call_controls_set_call (BeckonCallControls *self, BeckonCall *call,
                                    BeckonVolumeMemory *memory);

G_END_DECLS
