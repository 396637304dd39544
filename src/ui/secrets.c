/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "secrets.h"

#include <glib/gi18n.h>
#include <libsecret/secret.h>

#define ATTRIBUTES                                                                                 \
  {                                                                                                \
    { "server", SECRET_SCHEMA_ATTRIBUTE_STRING }, { "user", SECRET_SCHEMA_ATTRIBUTE_STRING },      \
        { "profile", SECRET_SCHEMA_ATTRIBUTE_STRING },                                             \
    {                                                                                              \
      NULL, 0                                                                                      \
    }                                                                                              \
  }

static const SecretSchema schemas[] = {
  [BECKON_SECRET_PASSWORD] = {
    .name = APPLICATION_ID,
    .flags = SECRET_SCHEMA_NONE,
    .attributes = ATTRIBUTES,
  },
  [BECKON_SECRET_TOKEN] = {
    .name = APPLICATION_ID ".Token",
    .flags = SECRET_SCHEMA_NONE,
    .attributes = ATTRIBUTES,
  },
};

void
beckon_secrets_store_async (BeckonSecret what,
                            const char *server,
                            const char *user,
                            const char *profile,
                            const char *secret,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_autofree char *label = NULL;

  g_return_if_fail (server != NULL && user != NULL && profile != NULL && secret != NULL);

  /* Translators: the name of a secret in the desktop's password application: user ID, server */
  label = g_strdup_printf (_("Beckon: %s at %s"), user, server);
  secret_password_store (&schemas[what], SECRET_COLLECTION_DEFAULT, label, secret, cancellable, callback,
                         user_data, "server", server, "user", user, "profile", profile, NULL);
}

gboolean
beckon_secrets_store_finish (GAsyncResult *result, GError **error)
{
  return secret_password_store_finish (result, error);
}

void
beckon_secrets_lookup_async (BeckonSecret what,
                             const char *server,
                             const char *user,
                             const char *profile,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_return_if_fail (server != NULL && user != NULL && profile != NULL);

  secret_password_lookup (&schemas[what], cancellable, callback, user_data, "server", server, "user", user,
                          "profile", profile, NULL);
}

char *
beckon_secrets_lookup_finish (GAsyncResult *result, GError **error)
{
  return secret_password_lookup_finish (result, error);
}

void
beckon_secrets_clear_async (BeckonSecret what,
                            const char *server,
                            const char *user,
                            const char *profile,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_return_if_fail (server != NULL && user != NULL && profile != NULL);

  secret_password_clear (&schemas[what], cancellable, callback, user_data, "server", server, "user", user,
                         "profile", profile, NULL);
}

gboolean
beckon_secrets_clear_finish (GAsyncResult *result, GError **error)
{
  return secret_password_clear_finish (result, error);
}

void
beckon_secrets_free (char *secret)
{
  secret_password_free (secret);
}
