/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "account.h"
#include "media-config.h"

G_BEGIN_DECLS

#define BECKON_TYPE_DEVICES_PREFERENCES (beckon_devices_preferences_get_type ())
/**
 * BeckonDevicesPreferences:
 *
 * Which devices calls use and what is done to sound, with the camera's picture and the microphone's
 * level to see and a sound to hear. The devices are open only while the page is to be seen, and no
 * call needs them.
 */
G_DECLARE_FINAL_TYPE (BeckonDevicesPreferences, beckon_devices_preferences, BECKON,
                      DEVICES_PREFERENCES, AdwPreferencesPage)

/** beckon_devices_preferences_new: @media: with its devices; copied */
AdwPreferencesPage *beckon_devices_preferences_new (const BeckonMediaConfig *media);

/** beckon_devices_preferences_set_account: whose calls these are, once. */
void beckon_devices_preferences_set_account (BeckonDevicesPreferences *self,
                                             BeckonAccount *account);

G_END_DECLS
