/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Passwords and tokens in the desktop's secret store. */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** BeckonSecret: what of an account: how a person signs in, and what the server gave us for that. */
typedef enum
{
  BECKON_SECRET_PASSWORD,
  BECKON_SECRET_TOKEN,
} BeckonSecret;

/** beckon_secrets_store_async: keeps a secret of an account, replacing an older one. Fails with
 * what the secret store says, also when there is none. @profile is "" for the first profile. */
void beckon_secrets_store_async (BeckonSecret what, const char *server, const char *user,
                                 const char *profile, const char *secret,
                                 GCancellable *cancellable, GAsyncReadyCallback callback,
                                 gpointer user_data);
gboolean beckon_secrets_store_finish (GAsyncResult *result, GError **error);

void beckon_secrets_lookup_async (BeckonSecret what, const char *server, const char *user,
                                  const char *profile, GCancellable *cancellable,
                                  GAsyncReadyCallback callback, gpointer user_data);
/** beckon_secrets_lookup_finish: Returns: (transfer full) (nullable): to be freed with
 * beckon_secrets_free(); %NULL without an error when there is none. */
char *beckon_secrets_lookup_finish (GAsyncResult *result, GError **error);

void beckon_secrets_clear_async (BeckonSecret what, const char *server, const char *user,
                                 const char *profile, GCancellable *cancellable,
                                 GAsyncReadyCallback callback, gpointer user_data);
/** beckon_secrets_clear_finish: Returns: whether there was one. */
gboolean beckon_secrets_clear_finish (GAsyncResult *result, GError **error);

/** beckon_secrets_free: frees it after wiping it; @secret: (nullable). */
void beckon_secrets_free (char *secret);

G_END_DECLS
