/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "media-config.h"

G_BEGIN_DECLS

#define BECKON_TYPE_DEVICES_PREFERENCES (beckon_devices_preferences_get_type ())
/**
 * BeckonDevicesPreferences:
 *
 * Which devices calls use and what is done to sound, with the camera's picture and the microphone's
 * level to see and a sound to hear. The devices are open only while the page is to be seen.
 */
G_DECLARE_FINAL_TYPE (BeckonDevicesPreferences, beckon_devices_preferences, BECKON,
                      DEVICES_PREFERENCES, AdwPreferencesPage)

/** beckon_devices_preferences_new: @media: with its devices; copied */
AdwPreferencesPage *beckon_devices_preferences_new (const BeckonMediaConfig *media);

G_END_DECLS
