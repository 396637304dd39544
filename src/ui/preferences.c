/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "preferences.h"

#include "account-preferences.h"
#include "before-calls.h"
#include "calls-preferences.h"
#include "devices-preferences.h"
#include "dialogs.h"
#include "media-pauser.h"

void
beckon_show_preferences (GtkWindow *parent,
                         BeckonAccount *account,
                         BeckonAutostart *autostart,
                         BeckonGlobalShortcuts *shortcuts)
{
  GtkWidget *preferences;
  AdwPreferencesPage *calls;
  const BeckonMediaConfig *media;

  g_return_if_fail (GTK_IS_WINDOW (parent));
  g_return_if_fail (BECKON_IS_ACCOUNT (account));

  media = beckon_account_get_media (account);
  preferences = beckon_preferences_new ();
  calls = beckon_calls_preferences_new (beckon_account_get_settings (account), autostart);
  beckon_calls_preferences_set_desktop (BECKON_CALLS_PREFERENCES (calls), shortcuts,
                                        beckon_media_pauser_is_possible ());
  adw_preferences_page_add (calls, beckon_before_calls_new (account));
  beckon_preferences_add (preferences, calls);
  if (media->devices != NULL)
    {
      AdwPreferencesPage *devices = beckon_devices_preferences_new (media);

      beckon_devices_preferences_set_account (BECKON_DEVICES_PREFERENCES (devices), account);
      beckon_preferences_add (preferences, devices);
    }
  if (beckon_account_get_manager (account) != NULL)
    beckon_preferences_add (preferences, beckon_account_preferences_new (account));
  beckon_dialog_present (preferences, parent);
}
