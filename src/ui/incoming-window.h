/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "call-manager.h"

G_BEGIN_DECLS

#define BECKON_TYPE_INCOMING_WINDOW (beckon_incoming_window_get_type ())
/**
 * BeckonIncomingWindow:
 *
 * The small window of a call that comes in. It closes by itself when the call is answered, declined
 * or over; an accept that came too late it explains first, for 3 s. Closing it declines.
 */
G_DECLARE_FINAL_TYPE (BeckonIncomingWindow, beckon_incoming_window, BECKON, INCOMING_WINDOW,
                      AdwWindow)

GtkWidget *beckon_incoming_window_new (GtkApplication *application, BeckonCallManager *manager,
                                       BeckonCall *call);

/** beckon_incoming_window_appear: shows it without taking the keyboard from what the person types. */
void beckon_incoming_window_appear (BeckonIncomingWindow *self);

/** beckon_incoming_window_accept: as its buttons do; also for a notification's. A second accept or
 * decline has no effect. */
void beckon_incoming_window_accept (BeckonIncomingWindow *self, gboolean with_camera);

/** beckon_incoming_window_decline: @message: (nullable): what the caller gets to read. */
void beckon_incoming_window_decline (BeckonIncomingWindow *self, const char *message);

BeckonCall *beckon_incoming_window_get_call (BeckonIncomingWindow *self);

G_END_DECLS
