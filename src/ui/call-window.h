/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "call-manager.h"

G_BEGIN_DECLS

#define BECKON_TYPE_CALL_WINDOW (beckon_call_window_get_type ())
/**
 * BeckonCallWindow:
 *
 * One call from waiting to the line that says how it ended; the same window goes on to the next call
 * when that is made from it. Closing it ends the call.
 *
 * Properties: microphone, camera, screen, system-sound (read-write: those of the call, for the
 * actions "call.microphone", "call.camera", "call.screen" and "call.system-sound").
 */
G_DECLARE_FINAL_TYPE (BeckonCallWindow, beckon_call_window, BECKON, CALL_WINDOW, AdwWindow)

GtkWidget *beckon_call_window_new (GtkApplication *application, GSettings *settings);

/** beckon_call_window_set_call: shows @call, which is @manager's, from now on. */
void beckon_call_window_set_call (BeckonCallWindow *self, BeckonCallManager *manager,
                                  BeckonCall *call);

G_END_DECLS
