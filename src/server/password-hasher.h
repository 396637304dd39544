/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** BECKON_PASSWORD_MAX: bytes of a password. */
#define BECKON_PASSWORD_MAX 511

#define BECKON_TYPE_PASSWORD_HASHER (beckon_password_hasher_get_type ())
/**
 * BeckonPasswordHasher:
 *
 * Hashes passwords with yescrypt, in two threads of its own, because each takes as long as a
 * hundred calls. Main thread.
 */
G_DECLARE_FINAL_TYPE (
    BeckonPasswordHasher, beckon_password_hasher, BECKON, PASSWORD_HASHER, GObject)

BeckonPasswordHasher *beckon_password_hasher_new (void);

/**
 * beckon_password_hasher_hash_async:
 * @password: at most %BECKON_PASSWORD_MAX bytes
 * @setting: (nullable): a hash of crypt(5), to see whether @password gives the same; %NULL: makes a
 * new one
 *
 * Fails with %BECKON_PROTOCOL_ERROR_RATE_LIMITED when too many wait, or
 * %BECKON_SERVER_ERROR_CRYPTO.
 */
void beckon_password_hasher_hash_async (BeckonPasswordHasher *self,
                                        const char *password,
                                        const char *setting,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data);
/** beckon_password_hasher_hash_finish: Returns: (transfer full): the hash. */
char *beckon_password_hasher_hash_finish (BeckonPasswordHasher *self,
                                          GAsyncResult *result,
                                          GError **error);

/** beckon_password_hasher_hash: waits for it. Returns: (transfer full) (nullable): a new hash. */
char *beckon_password_hasher_hash (const char *password);

G_END_DECLS
