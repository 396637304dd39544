/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "account.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/** beckon_show_preferences: opens the preferences of @account's profile over @parent. */
void beckon_show_preferences (GtkWindow *parent, BeckonAccount *account);

G_END_DECLS
