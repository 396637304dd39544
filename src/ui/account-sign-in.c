/* SPDX-License-Identifier: GPL-3.0-or-later */

/* One sign-in by a person or without one: makes the account first if it has to, and asks again
 * while the server does not answer. */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "account-private.h"

#include "identifiers.h"
#include "protocol-error.h"
#include "secrets.h"

/* Between two tries to create an account on a server that does not answer. */
#define REGISTER_RETRY_MS 1000

/* From the credentials to the first connection. */
typedef struct
{
  char *server;
  char *user;
  char *password;
  char *token; /* nullable */
  char *name;
  char *invite_code; /* nullable */
  BeckonAccountCreate create;
  gboolean remember;
  GError *not_created;        /* nullable: why not, though the account may be there */
  BeckonCallManager *manager; /* may have left the account when the sign-in ends */
  guint retry_source;
} SignIn;

static void
sign_in_free (SignIn *sign_in)
{
  g_clear_handle_id (&sign_in->retry_source, g_source_remove);
  g_clear_object (&sign_in->manager);
  g_clear_error (&sign_in->not_created);
  g_free (sign_in->server);
  g_free (sign_in->user);
  beckon_secrets_free (sign_in->password);
  beckon_secrets_free (sign_in->token);
  g_free (sign_in->name);
  g_free (sign_in->invite_code);
  g_free (sign_in);
}

/* @error: (transfer full) */
static void
fail_sign_in (GTask *task, GError *error)
{
  BeckonAccount *self = g_task_get_source_object (task);
  const SignIn *data = g_task_get_task_data (task);

  if (data->manager == self->manager)
    {
      beckon_account_set_problem (self, NULL);
      beckon_account_set_manager (self, NULL);
      /* What was restored is not signed in any more once it is known why: see account-restore.c. */
      if (self->restoring == NULL)
        beckon_account_set_signed_in (self, FALSE);
    }
  g_task_return_error (task, error);
}

static void
on_signed_in (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  BeckonAccount *self = g_task_get_source_object (task);
  const SignIn *data = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  if (!beckon_signaling_service_sign_in_finish (BECKON_SIGNALING_SERVICE (source), result, &error))
    {
      fail_sign_in (task,
                    g_error_copy (beckon_signaling_service_why_not (data->not_created, error)));
      return;
    }
  if (data->manager != self->manager)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CANCELLED, "Signed out meanwhile");
      return;
    }
  if (data->remember)
    beckon_account_remember (self, data->server, data->user, data->password);
  beckon_signaling_service_set_forgets_token (BECKON_SIGNALING_SERVICE (source),
                                              self->remembered_user == NULL);
  beckon_account_set_failure (self, NULL);
  beckon_account_set_signed_in (self, TRUE);
  g_task_return_boolean (task, TRUE);
}

/* @task: (transfer full) */
static void
sign_in (GTask *task)
{
  const SignIn *data = g_task_get_task_data (task);

  beckon_signaling_service_sign_in_async (beckon_call_manager_get_signaling (data->manager),
                                          data->user, data->password, data->token,
                                          g_task_get_cancellable (task), on_signed_in, task);
}

static void create_account (GTask *task);

static gboolean
on_register_retry (gpointer user_data)
{
  GTask *task = user_data;
  SignIn *data = g_task_get_task_data (task);

  data->retry_source = 0;
  if (g_cancellable_is_cancelled (g_task_get_cancellable (task)))
    {
      fail_sign_in (task, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "Cancelled"));
      g_object_unref (task);
    }
  else
    create_account (task);
  return G_SOURCE_REMOVE;
}

static void
on_registered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  BeckonAccount *self = g_task_get_source_object (task);
  SignIn *data = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  if (beckon_signaling_service_register_finish (BECKON_SIGNALING_SERVICE (source), result,
                                                &error) ||
      (data->create == BECKON_ACCOUNT_CREATE_IF_MISSING &&
       beckon_signaling_service_may_exist (error)))
    {
      data->not_created = g_steal_pointer (&error);
      beckon_account_set_problem (self, NULL);
      sign_in (task);
    }
  else if (g_error_matches (error, BECKON_SIGNALING_ERROR, BECKON_SIGNALING_ERROR_UNREACHABLE))
    {
      beckon_account_set_problem (self, error);
      data->retry_source = g_timeout_add (REGISTER_RETRY_MS, on_register_retry, task);
    }
  else
    {
      fail_sign_in (task, g_steal_pointer (&error));
      g_object_unref (task);
    }
}

/* @task: (transfer full) */
static void
create_account (GTask *task)
{
  const SignIn *data = g_task_get_task_data (task);

  beckon_signaling_service_register_async (beckon_call_manager_get_signaling (data->manager),
                                           data->user, data->name != NULL ? data->name : data->user,
                                           data->password, data->invite_code,
                                           g_task_get_cancellable (task), on_registered, task);
}

static char *
ensure_device_id (BeckonAccount *self)
{
  char *id = g_settings_get_string (self->settings, "device-id");

  if (beckon_id_is_valid (id))
    return id;
  g_free (id);
  id = g_uuid_string_random ();
  g_settings_set_string (self->settings, "device-id", id);
  return id;
}

static BeckonCallManager *
create_manager (BeckonAccount *self, const char *server, const char *user, GError **error)
{
  g_autofree char *device = ensure_device_id (self);
  g_autoptr (BeckonSignalingService) service = NULL;
  BeckonCallManager *manager;

  service = beckon_signaling_service_new (server, device, g_get_host_name (), error);
  if (service == NULL)
    return NULL;
  g_settings_bind (self->settings, "ring-here", service, "ring", G_SETTINGS_BIND_GET);
  g_free (self->media->identity);
  self->media->identity = g_strdup (user);
  manager = beckon_call_manager_new (service, self->media);
  g_settings_bind (self->settings, "preconnect", manager, "preconnect", G_SETTINGS_BIND_GET);
  g_settings_bind (self->settings, "relay-only", manager, "relay-only", G_SETTINGS_BIND_GET);
  g_settings_bind (self->settings, "bandwidth", manager, "bandwidth", G_SETTINGS_BIND_GET);
  return manager;
}

void
beckon_account_sign_in_async (BeckonAccount *self,
                              const BeckonCredentials *credentials,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (BeckonCallManager) manager = NULL;
  g_autofree char *user = NULL;
  SignIn *data;
  GError *error = NULL;

  g_return_if_fail (BECKON_IS_ACCOUNT (self));
  g_return_if_fail (credentials != NULL && credentials->password != NULL);
  g_return_if_fail (self->manager == NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, beckon_account_sign_in_async);

  user = beckon_user_id_normalize (credentials->user, &error);
  if (user != NULL)
    manager = create_manager (self, credentials->server, user, &error);
  if (manager == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  data = g_new0 (SignIn, 1);
  data->manager = g_object_ref (manager);
  data->server = g_strdup (credentials->server);
  data->user = g_steal_pointer (&user);
  data->password = g_strdup (credentials->password);
  data->token = g_strdup (credentials->token);
  data->name = g_strdup (credentials->name);
  data->invite_code = g_strdup (credentials->invite_code);
  data->create = credentials->create;
  data->remember = credentials->remember;
  g_task_set_task_data (task, data, (GDestroyNotify) sign_in_free);

  beckon_account_set_manager (self, manager);
  if (data->create == BECKON_ACCOUNT_CREATE_NOT)
    sign_in (g_steal_pointer (&task));
  else
    create_account (g_steal_pointer (&task));
}

gboolean
beckon_account_sign_in_finish (BeckonAccount *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
