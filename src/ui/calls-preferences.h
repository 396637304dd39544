/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "autostart.h"
#include "global-shortcuts.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define BECKON_TYPE_CALLS_PREFERENCES (beckon_calls_preferences_get_type ())
/** BeckonCallsPreferences: whether and where it rings, and how calls connect; all of it settings. */
G_DECLARE_FINAL_TYPE (BeckonCallsPreferences, beckon_calls_preferences, BECKON, CALLS_PREFERENCES,
                      AdwPreferencesPage)

/** beckon_calls_preferences_new: @autostart: (nullable): who says whether the start at log-in is
 * refused */
AdwPreferencesPage *beckon_calls_preferences_new (GSettings *settings, BeckonAutostart *autostart);

/** beckon_calls_preferences_set_desktop: @shortcuts: (nullable): who says whether the desktop has keys for
 * us, which is not known without it; @players: whether players can be reached. What is not possible
 * says so. */
void beckon_calls_preferences_set_desktop (BeckonCallsPreferences *self,
                                           BeckonGlobalShortcuts *shortcuts, gboolean players);

G_END_DECLS
