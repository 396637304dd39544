/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "server-config.h"
#include "store.h"

G_BEGIN_DECLS

#define BECKON_TYPE_ACCOUNTS (beckon_accounts_get_type ())
/**
 * BeckonAccounts:
 *
 * Who may sign in. Passwords are hashed with yescrypt in two threads of their own, so that the main
 * loop never waits; tokens are 256 random bits, of which only the hash is kept. Main thread.
 */
G_DECLARE_FINAL_TYPE (BeckonAccounts, beckon_accounts, BECKON, ACCOUNTS, GObject)

/** beckon_accounts_new: @config: outlives the object */
BeckonAccounts *beckon_accounts_new (BeckonStore *store, const BeckonServerConfig *config);

/** beckon_accounts_register_async: fails with BAD_USER_ID, BAD_REQUEST (the name), WEAK_PASSWORD,
 * USER_EXISTS, REGISTRATION_CLOSED, RATE_LIMITED. @code: (nullable): the registration code. */
void beckon_accounts_register_async (BeckonAccounts *self, const char *user, const char *name,
                                     const char *password, const char *code,
                                     GAsyncReadyCallback callback, gpointer user_data);
gboolean beckon_accounts_register_finish (BeckonAccounts *self, GAsyncResult *result,
                                          GError **error);

/** beckon_accounts_sign_in_async: fails with WRONG_PASSWORD, for a wrong password and for nobody
 * alike and in the same time, or RATE_LIMITED. @address: where it comes from. */
void beckon_accounts_sign_in_async (BeckonAccounts *self, const char *user, const char *password,
                                    const char *device, const char *address,
                                    GAsyncReadyCallback callback, gpointer user_data);
/** beckon_accounts_sign_in_finish: Returns: (transfer full): a token; @expires: (out): Unix seconds */
char *beckon_accounts_sign_in_finish (BeckonAccounts *self, GAsyncResult *result, gint64 *expires,
                                      GError **error);

/** beckon_accounts_check_token: Returns: (transfer full): the account, or %NULL with BAD_TOKEN. */
BeckonStoredAccount *beckon_accounts_check_token (BeckonAccounts *self, const char *token,
                                                  GError **error);
gboolean beckon_accounts_revoke_token (BeckonAccounts *self, const char *token, GError **error);

/** beckon_accounts_is_busy: whether passwords are being hashed, for calls that have not ended. */
gboolean beckon_accounts_is_busy (BeckonAccounts *self);

/** beckon_accounts_random_id: Returns: (transfer full): 128 random bits as an identifier. */
char *beckon_accounts_random_id (void);

G_END_DECLS
