/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "account.h"
#include "autostart.h"
#include "global-shortcuts.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/** beckon_show_preferences: opens the preferences of @account's profile over @parent.
 * @autostart: (nullable): who says whether the start at log-in is refused
 * @shortcuts: (nullable): who says whether the desktop has keys for us */
void beckon_show_preferences (GtkWindow *parent, BeckonAccount *account,
                              BeckonAutostart *autostart, BeckonGlobalShortcuts *shortcuts);

G_END_DECLS
