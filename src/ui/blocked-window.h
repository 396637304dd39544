/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "dialogs.h"
#include "people.h"

G_BEGIN_DECLS

#define BECKON_TYPE_BLOCKED_WINDOW (beckon_blocked_window_get_type ())
/** BeckonBlockedWindow: whom this person has blocked, to be unblocked again. */
G_DECLARE_FINAL_TYPE (BeckonBlockedWindow, beckon_blocked_window, BECKON, BLOCKED_WINDOW,
                      BeckonDialog)

/** beckon_blocked_window_new: Returns: (transfer none): for beckon_dialog_present() */
GtkWidget *beckon_blocked_window_new (BeckonSignalingService *signaling, BeckonPeople *people);

G_END_DECLS
