/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "trial.h"

#include "identifiers.h"

char *
beckon_trial_user_id (const char *login)
{
  g_autofree char *folded = NULL;
  g_autoptr (GString) id = g_string_new (NULL);

  g_return_val_if_fail (login != NULL, NULL);

  folded = g_ascii_strdown (login, -1);
  for (const char *c = folded; *c != '\0' && id->len < BECKON_USER_ID_MAX; c++)
    if (g_ascii_isalnum (*c) || strchr ("._-", *c) != NULL)
      g_string_append_c (id, *c);
  return beckon_user_id_is_valid (id->str) ? g_string_free (g_steal_pointer (&id), FALSE)
                                           : g_strdup ("me");
}

static const char *
get_name (void)
{
  const char *name = g_get_real_name ();

  /* What GLib says where nobody has written one down. */
  return g_str_equal (name, "Unknown") || *name == '\0' ? g_get_user_name () : name;
}

static void
fail (GTask *task, GError *error)
{
  /* Whoever starts it already may go on. */
  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PENDING))
    beckon_local_server_stop (beckon_account_get_local_server (g_task_get_source_object (task)));
  g_task_return_error (task, error);
}

static void
on_signed_in (GObject *source, GAsyncResult *result, gpointer user_data)
{
  BeckonAccount *account = BECKON_ACCOUNT (source);
  g_autoptr (GTask) task = user_data;
  GSettings *settings = beckon_account_get_settings (account);
  const guint port =
      beckon_local_server_get_port (beckon_account_get_local_server (account));
  g_autofree char *url = beckon_local_server_get_url (port);
  GError *error = NULL;

  if (!beckon_account_sign_in_finish (account, result, &error))
    {
      fail (task, error);
      return;
    }
  g_settings_set_string (settings, "server", url);
  g_settings_set_string (settings, "user", g_task_get_task_data (task));
  g_settings_set_uint (settings, "local-port", port);
  g_task_return_boolean (task, TRUE);
}

static void
on_started (GObject *source, GAsyncResult *result, gpointer user_data)
{
  BeckonLocalServer *server = BECKON_LOCAL_SERVER (source);
  g_autoptr (GTask) task = user_data;
  BeckonAccount *account = g_task_get_source_object (task);
  g_autofree char *url = NULL;
  g_autofree char *password = NULL;
  GError *error = NULL;

  if (beckon_local_server_start_finish (server, result, &error))
    password = beckon_local_server_load_password (server, &error);
  if (password == NULL)
    {
      fail (task, error);
      return;
    }
  url = beckon_local_server_get_url (beckon_local_server_get_port (server));
  beckon_account_sign_in_async (account,
                                &(BeckonCredentials){
                                    .server = url,
                                    .user = g_task_get_task_data (task),
                                    .password = password,
                                    .name = get_name (),
                                    .create = BECKON_ACCOUNT_CREATE_IF_MISSING,
                                },
                                g_task_get_cancellable (task), on_signed_in,
                                g_object_ref (task));
}

void
beckon_trial_start_async (BeckonAccount *account,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  GTask *task;

  g_return_if_fail (BECKON_IS_ACCOUNT (account));

  task = g_task_new (account, cancellable, callback, user_data);
  g_task_set_source_tag (task, beckon_trial_start_async);
  g_task_set_task_data (task, beckon_trial_user_id (g_get_user_name ()), g_free);
  beckon_local_server_start_async (beckon_account_get_local_server (account), 0, cancellable,
                                   on_started, task);
}

gboolean
beckon_trial_start_finish (BeckonAccount *account, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, account), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
