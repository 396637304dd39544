/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What is remembered of a sign-in, and signing in with it at the next start, without a person. */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "account-private.h"

#include "secrets.h"
#include "volume-memory.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>

/* ---- what is remembered ---- */

static void
on_secret_cleared (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (!beckon_secrets_clear_finish (result, &error) && error != NULL)
    g_message ("A secret could not be forgotten: %s", error->message);
}

void
beckon_account_set_remembered (BeckonAccount *self, const char *server, const char *user)
{
  g_free (self->remembered_server);
  g_free (self->remembered_user);
  self->remembered_server = g_strdup (server);
  self->remembered_user = g_strdup (user);
  g_clear_pointer (&self->kept, beckon_secrets_free);
}

static char *
build_people_path (BeckonAccount *self)
{
  g_autofree char *name =
      *self->profile == '\0' ? g_strdup ("people") : g_strconcat ("people-", self->profile, NULL);

  return g_build_filename (g_get_user_cache_dir (), "beckon", name, NULL);
}

void
beckon_account_remember_people (BeckonAccount *self, BeckonPeople *people)
{
  g_autofree char *path = NULL;
  g_autofree char *account = NULL;

  g_return_if_fail (BECKON_IS_ACCOUNT (self));
  g_return_if_fail (BECKON_IS_PEOPLE (people));
  g_return_if_fail (self->manager != NULL);

  path = build_people_path (self);
  account = g_strdup_printf (
      "%s at %s", self->media->identity,
      beckon_signaling_service_get_server (beckon_call_manager_get_signaling (self->manager)));
  beckon_people_remember (people, path, account);
}

static void
forget_volumes (BeckonAccount *self)
{
  g_autoptr (BeckonVolumeMemory) memory = NULL;

  if (self->manager == NULL)
    return; /* nobody was heard */
  memory = beckon_volume_memory_new (
      self->settings, self->media->identity,
      beckon_signaling_service_get_server (beckon_call_manager_get_signaling (self->manager)));
  beckon_volume_memory_forget (memory);
}

void
beckon_account_forget (BeckonAccount *self)
{
  g_autofree char *people = build_people_path (self);

  g_unlink (people);
  g_settings_reset (self->settings, "user-name");
  forget_volumes (self);
  /* what still waits to be stored would be so after this */
  g_cancellable_cancel (self->storing);
  g_object_unref (self->storing);
  self->storing = g_cancellable_new ();
  for (BeckonSecret what = BECKON_SECRET_PASSWORD;
       self->remembered_user != NULL && what <= BECKON_SECRET_TOKEN; what++)
    beckon_secrets_clear_async (what, self->remembered_server, self->remembered_user, self->profile,
                                NULL, on_secret_cleared, NULL);
}

void
beckon_account_leave_remembered (BeckonAccount *self, const GError *why)
{
  if (g_error_matches (why, BECKON_SIGNALING_ERROR, BECKON_SIGNALING_ERROR_SIGNED_OUT))
    beckon_account_forget (self);
  beckon_account_set_remembered (self, NULL, NULL);
}

static void
on_token_stored (GObject *source, GAsyncResult *result, gpointer unused)
{
  g_autoptr (GError) error = NULL;

  if (!beckon_secrets_store_finish (result, &error) &&
      !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_message ("The token could not be stored: %s", error->message);
}

void
beckon_account_keep_token (BeckonAccount *self)
{
  const char *token =
      beckon_signaling_service_get_token (beckon_call_manager_get_signaling (self->manager));

  if (self->remembered_user == NULL || token == NULL || g_strcmp0 (token, self->kept) == 0)
    return;
  g_clear_pointer (&self->kept, beckon_secrets_free);
  self->kept = g_strdup (token);
  beckon_secrets_store_async (BECKON_SECRET_TOKEN, self->remembered_server, self->remembered_user,
                              self->profile, token, self->storing, on_token_stored, NULL);
}

void
beckon_account_keep_name (BeckonAccount *self)
{
  BeckonSignalingService *signaling = beckon_call_manager_get_signaling (self->manager);
  const char *name = beckon_signaling_service_get_user_name (signaling);
  g_autofree char *user = g_settings_get_string (self->settings, "user");

  if (name != NULL && g_strcmp0 (user, beckon_signaling_service_get_user_id (signaling)) == 0)
    g_settings_set_string (self->settings, "user-name", name);
}

static void
on_password_stored (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (BeckonAccount) self = user_data;
  g_autoptr (GError) error = NULL;

  if (beckon_secrets_store_finish (result, &error) ||
      g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  g_message ("The password could not be stored: %s", error->message);
  beckon_account_emit_notice (
      self, _("The password could not be stored: you will be asked for it at the next start"));
}

void
beckon_account_remember (BeckonAccount *self,
                         const char *server,
                         const char *user,
                         const char *password)
{
  g_settings_set_string (self->settings, "server", server);
  g_settings_set_string (self->settings, "user", user);
  beckon_account_keep_name (self);
  g_settings_reset (self->settings, "local-port"); /* it is that of another account */
  beckon_account_set_remembered (self, server, user);
  beckon_account_keep_token (self);
  beckon_secrets_store_async (BECKON_SECRET_PASSWORD, server, user, self->profile, password,
                              self->storing, on_password_stored, g_object_ref (self));
}

/* ---- signing in without a person ---- */

static void
end_restoring (BeckonAccount *self, const GError *failure)
{
  const gboolean is_refused =
      failure != NULL && !g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  g_clear_object (&self->restoring);
  if (failure == NULL)
    return;
  beckon_account_leave_remembered (self, failure);
  if (is_refused)
    beckon_account_set_failure (self, failure);
  beckon_account_set_signed_in (self, FALSE);
  if (is_refused)
    beckon_account_emit_left (self);
}

static void
on_restored (GObject *source, GAsyncResult *result, gpointer user_data)
{
  BeckonAccount *self = BECKON_ACCOUNT (source);
  g_autoptr (GError) error = NULL;

  beckon_account_sign_in_finish (self, result, &error);
  end_restoring (self, error);
}

void
beckon_account_start (BeckonAccount *self, const BeckonCredentials *credentials)
{
  g_return_if_fail (BECKON_IS_ACCOUNT (self));
  g_return_if_fail (self->manager == NULL);

  if (self->restoring == NULL)
    self->restoring = g_cancellable_new ();
  beckon_account_set_signed_in (self, TRUE);
  beckon_account_sign_in_async (self, credentials, self->restoring, on_restored, NULL);
}

static void
stop_restoring (BeckonAccount *self)
{
  g_clear_object (&self->restoring);
  beckon_account_set_remembered (self, NULL, NULL);
  beckon_account_set_signed_in (self, FALSE);
}

static void
on_token_found (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (BeckonAccount) self = user_data;
  char *password = g_steal_pointer (&self->found);
  char *token = beckon_secrets_lookup_finish (result, NULL); /* the password does without */

  if (g_cancellable_is_cancelled (self->restoring))
    {
      beckon_secrets_free (token);
      stop_restoring (self);
    }
  else
    {
      self->kept = token;
      beckon_account_start (self, &(BeckonCredentials){
                                      .server = self->remembered_server,
                                      .user = self->remembered_user,
                                      .password = password,
                                      .token = self->kept,
                                  });
    }
  beckon_secrets_free (password);
}

static void
on_password_found (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (BeckonAccount) self = user_data;
  g_autoptr (GError) error = NULL;

  self->found = beckon_secrets_lookup_finish (result, &error);
  if (error != NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_message ("The password could not be looked up: %s", error->message);
      beckon_account_emit_notice (
          self, _("The secret store does not answer: type your password to sign in"));
    }
  if (self->found == NULL || g_cancellable_is_cancelled (self->restoring))
    {
      g_clear_pointer (&self->found, beckon_secrets_free);
      stop_restoring (self);
      return;
    }
  beckon_secrets_lookup_async (BECKON_SECRET_TOKEN, self->remembered_server, self->remembered_user,
                               self->profile, self->restoring, on_token_found, g_object_ref (self));
}

static void
on_local_server_started (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (BeckonAccount) self = user_data;
  g_autoptr (GError) error = NULL;

  if (beckon_local_server_start_finish (BECKON_LOCAL_SERVER (source), result, &error) ||
      g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  g_message ("The server on this computer does not start: %s", error->message);
  beckon_account_emit_notice (self, _("The server on this computer could not be started"));
}

/* We connect when it is there. */
static gboolean
restore_local (BeckonAccount *self, const char *server, const char *user)
{
  const guint port = g_settings_get_uint (self->settings, "local-port");
  g_autoptr (GError) error = NULL;
  g_autofree char *password = NULL;

  if (port == 0)
    return FALSE;
  password = beckon_local_server_load_password (self->local_server, &error);
  if (password == NULL)
    {
      g_message ("%s", error->message);
      return FALSE;
    }
  beckon_local_server_start_async (self->local_server, port, NULL, on_local_server_started,
                                   g_object_ref (self));
  beckon_account_start (self, &(BeckonCredentials){
                                  .server = server,
                                  .user = user,
                                  .password = password,
                              });
  return TRUE;
}

void
beckon_account_restore (BeckonAccount *self)
{
  g_autofree char *server = NULL;
  g_autofree char *user = NULL;

  g_return_if_fail (BECKON_IS_ACCOUNT (self));
  g_return_if_fail (self->manager == NULL && self->restoring == NULL);

  server = g_settings_get_string (self->settings, "server");
  user = g_settings_get_string (self->settings, "user");
  if (*server == '\0' || *user == '\0' || restore_local (self, server, user))
    return;
  self->restoring = g_cancellable_new ();
  beckon_account_set_remembered (self, server, user);
  beckon_account_set_signed_in (self, TRUE);
  beckon_secrets_lookup_async (BECKON_SECRET_PASSWORD, server, user, self->profile, self->restoring,
                               on_password_found, g_object_ref (self));
}
