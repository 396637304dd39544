/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "jwt.h"
#include "metrics.h"
#include "server-config.h"
#include "store.h"

G_BEGIN_DECLS

#define BECKON_TYPE_ACCOUNTS (beckon_accounts_get_type ())
/**
 * BeckonAccounts:
 *
 * Who may sign in. Passwords are hashed in threads of their own, so that the main loop never waits;
 * tokens are 256 random bits, of which only the hash is kept. Who is told of an account or a token
 * has it for good: it is committed by then. Main thread.
 *
 * Signals:
 *   revoked (char *hash)  the token with that hash is not known any more
 */
G_DECLARE_FINAL_TYPE (BeckonAccounts, beckon_accounts, BECKON, ACCOUNTS, GObject)

/**
 * beckon_accounts_new:
 * @config: outlives the object
 * @verifier: (nullable) (transfer full): of tokens that a site has signed; %NULL: there are none
 * @metrics: (nullable): outlives the object
 */
BeckonAccounts *beckon_accounts_new (BeckonStore *store,
                                     const BeckonServerConfig *config,
                                     BeckonJwtVerifier *verifier,
                                     BeckonMetrics *metrics);

/**
 * beckon_accounts_register_async:
 * @code: (nullable): the registration code
 * @address: where it comes from
 *
 * Fails with RATE_LIMITED, before anything else is looked at, BAD_USER_ID, BAD_REQUEST (the name),
 * WEAK_PASSWORD, USER_EXISTS, REGISTRATION_CLOSED or INVITE_CODE_NEEDED.
 */
void beckon_accounts_register_async (BeckonAccounts *self,
                                     const char *user,
                                     const char *name,
                                     const char *password,
                                     const char *code,
                                     const char *address,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
gboolean
beckon_accounts_register_finish (BeckonAccounts *self, GAsyncResult *result, GError **error);

/**
 * beckon_accounts_sign_in_async:
 * @device: what the person calls it
 * @address: where it comes from
 *
 * Fails with WRONG_PASSWORD or RATE_LIMITED, for nobody as for somebody with another password: in
 * the same words and after the same work.
 */
void beckon_accounts_sign_in_async (BeckonAccounts *self,
                                    const char *user,
                                    const char *password,
                                    const char *device,
                                    const char *address,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
/** beckon_accounts_sign_in_finish: Returns: (transfer full): a token; @expires: (out): Unix seconds
 */
char *beckon_accounts_sign_in_finish (BeckonAccounts *self,
                                      GAsyncResult *result,
                                      gint64 *expires,
                                      GError **error);

/**
 * beckon_accounts_check_token:
 * @token: the server's own, or one that a site has signed, which makes the account or gives it the
 * name that is in the token
 *
 * Returns: (transfer full): the account without its password, or %NULL with BAD_TOKEN or
 * %BECKON_SERVER_ERROR_DATABASE.
 */
BeckonStoredAccount *
beckon_accounts_check_token (BeckonAccounts *self, const char *token, GError **error);

/** beckon_accounts_is_revoked: Returns: whether beckon_accounts_revoke_hash() was said of @hash, committed or
 * not; %FALSE with %BECKON_SERVER_ERROR_DATABASE: that is not known. */
gboolean beckon_accounts_is_revoked (BeckonAccounts *self, const char *hash, GError **error);

/** beckon_accounts_revoke_token_async: "revoked" is emitted before it completes. Fails with
 * BAD_TOKEN, also for what a site has signed: that holds until it expires. */
void beckon_accounts_revoke_token_async (BeckonAccounts *self,
                                         const char *token,
                                         GAsyncReadyCallback callback,
                                         gpointer user_data);
gboolean
beckon_accounts_revoke_token_finish (BeckonAccounts *self, GAsyncResult *result, GError **error);

/**
 * beckon_accounts_revoke_hash:
 * @expires: Unix seconds
 * @shared: there are sessions that go on with it, for which beckon_accounts_check_token() still knows it
 *
 * A token of @user of which only the hash is known holds no more, also what a site has signed.
 */
void beckon_accounts_revoke_hash (
    BeckonAccounts *self, const char *hash, const char *user, gint64 expires, gboolean shared);

/** beckon_accounts_hash_token: Returns: (transfer full): what is kept of @token, as "revoked" has
 * it. */
char *beckon_accounts_hash_token (const char *token);

/** beckon_accounts_is_busy: whether something that was begun has not completed. */
gboolean beckon_accounts_is_busy (BeckonAccounts *self);

/** beckon_accounts_random_id: Returns: (transfer full): 128 random bits as an identifier. */
char *beckon_accounts_random_id (void);

G_END_DECLS
