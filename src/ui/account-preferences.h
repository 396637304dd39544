/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "account.h"

G_BEGIN_DECLS

#define BECKON_TYPE_ACCOUNT_PREFERENCES (beckon_account_preferences_get_type ())
/** BeckonAccountPreferences: the account's name and address, the devices that are signed in to it, and
 * the way out of it. Closes the preferences when nobody is signed in any more. */
G_DECLARE_FINAL_TYPE (BeckonAccountPreferences, beckon_account_preferences, BECKON,
                      ACCOUNT_PREFERENCES, AdwPreferencesPage)

/** beckon_account_preferences_new: @account: with a manager */
AdwPreferencesPage *beckon_account_preferences_new (BeckonAccount *account);

G_END_DECLS
