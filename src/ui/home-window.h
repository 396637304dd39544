/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "account.h"
#include "autostart.h"
#include "global-shortcuts.h"

G_BEGIN_DECLS

#define BECKON_TYPE_HOME_WINDOW (beckon_home_window_get_type ())
/**
 * BeckonHomeWindow:
 *
 * Where a person signs in, sees whom they can reach, and calls them. A call that was placed shows in
 * a window of its own; this one says why a call could not be placed.
 *
 * Actions: home.call (ss): user IDs as typed, "voice" or "video"; home.remove-contact (ss), home.block (ss):
 * a user ID and a name, home.unblock (s).
 */
G_DECLARE_FINAL_TYPE (BeckonHomeWindow, beckon_home_window, BECKON, HOME_WINDOW,
                      AdwApplicationWindow)

/** beckon_home_window_new: @autostart: (nullable): of which the preferences tell */
GtkWidget *beckon_home_window_new (GtkApplication *application, BeckonAccount *account,
                                   BeckonAutostart *autostart);

/** beckon_home_window_say: shows a sentence for some seconds. */
void beckon_home_window_say (BeckonHomeWindow *self, const char *sentence);

/** beckon_home_window_set_shortcuts: @shortcuts: (nullable): of which the preferences tell */
void beckon_home_window_set_shortcuts (BeckonHomeWindow *self, BeckonGlobalShortcuts *shortcuts);

G_END_DECLS
