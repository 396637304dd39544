/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "account.h"

G_BEGIN_DECLS

/**
 * beckon_trial_start_async:
 *
 * Starts a server on this computer and signs in to it, with an account that has the name of who is
 * logged in; it is there again at the next start, until somebody signs out. Fails as
 * beckon_local_server_start_async() and beckon_account_sign_in_async() do.
 */
void beckon_trial_start_async (BeckonAccount *account, GCancellable *cancellable,
                               GAsyncReadyCallback callback, gpointer user_data);
gboolean beckon_trial_start_finish (BeckonAccount *account, GAsyncResult *result, GError **error);

/** beckon_trial_user_id: Returns: (transfer full): what can be a user ID of @login, a name at log-in. */
char *beckon_trial_user_id (const char *login);

G_END_DECLS
