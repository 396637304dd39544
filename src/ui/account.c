/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "account.h"

#include "identifiers.h"
#include "phrases.h"
#include "protocol-error.h"
#include "secrets.h"

#include <glib/gi18n.h>

/* Between two tries to create an account on a server that does not answer. */
#define REGISTER_RETRY_MS 1000

/* One sign-in, from the credentials to the first connection. */
typedef struct
{
  char *server;
  char *user;
  char *password;
  char *token; /* nullable */
  char *name;
  BeckonAccountCreate create;
  gboolean remember;
  BeckonCallManager *manager; /* may have left the account when the sign-in ends */
  guint retry_source;
} SignIn;

struct _BeckonAccount
{
  GObject parent_instance;

  /* Owned */
  char *profile;
  GSettings *settings;
  BeckonMediaConfig *media;
  BeckonLocalServer *local_server;
  BeckonCallManager *manager; /* nullable */
  GSignalGroup *signaling_signals;
  GError *failure;
  GError *problem;
  GCancellable *restoring; /* nullable: a remembered sign-in is under way */
  char *found;             /* nullable: the password of that one */
  /* Of the sign-in that the secret store has, or will have, something of. */
  char *remembered_server; /* nullable: it has nothing */
  char *remembered_user;   /* nullable */
  char *kept;              /* nullable: the token in the secret store */
  GCancellable *storing;   /* all that is on its way to the secret store */

  gboolean signed_in;
};

G_DEFINE_FINAL_TYPE (BeckonAccount, beckon_account, G_TYPE_OBJECT)

typedef enum
{
  PROP_MANAGER = 1,
  PROP_SIGNED_IN,
  PROP_FAILURE,
  PROP_PROBLEM,
  N_PROPS
} BeckonAccountProperty;

enum
{
  NOTICE,
  LEFT,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static void
sign_in_free (SignIn *sign_in)
{
  g_clear_handle_id (&sign_in->retry_source, g_source_remove);
  g_clear_object (&sign_in->manager);
  g_free (sign_in->server);
  g_free (sign_in->user);
  beckon_secrets_free (sign_in->password);
  beckon_secrets_free (sign_in->token);
  g_free (sign_in->name);
  g_free (sign_in);
}

static void
set_error (BeckonAccount *self, GError **place, const GError *error, BeckonAccountProperty property)
{
  if (*place == NULL && error == NULL)
    return;
  g_clear_error (place);
  *place = error != NULL ? g_error_copy (error) : NULL;
  g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

static void
set_signed_in (BeckonAccount *self, gboolean signed_in)
{
  if (self->signed_in == signed_in)
    return;
  self->signed_in = signed_in;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SIGNED_IN]);
}

static void
set_manager (BeckonAccount *self, BeckonCallManager *manager)
{
  if (!g_set_object (&self->manager, manager))
    return;
  g_signal_group_set_target (self->signaling_signals,
                             manager != NULL ? beckon_call_manager_get_signaling (manager) : NULL);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MANAGER]);
}

static void
on_service_problem (BeckonSignalingService *service, GParamSpec *pspec, BeckonAccount *self)
{
  set_error (self, &self->problem, beckon_signaling_service_get_problem (service), PROP_PROBLEM);
}

static void
on_secret_cleared (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (!beckon_secrets_clear_finish (result, &error) && error != NULL)
    g_message ("A secret could not be forgotten: %s", error->message);
}

/* @server, @user: nullable: the sign-in is over, what is in the store of it stays. */
static void
set_remembered (BeckonAccount *self, const char *server, const char *user)
{
  g_free (self->remembered_server);
  g_free (self->remembered_user);
  self->remembered_server = g_strdup (server);
  self->remembered_user = g_strdup (user);
  g_clear_pointer (&self->kept, beckon_secrets_free);
}

static void
forget_secrets (BeckonAccount *self)
{
  /* what still waits to be stored would be so after this */
  g_cancellable_cancel (self->storing);
  g_object_unref (self->storing);
  self->storing = g_cancellable_new ();
  for (BeckonSecret what = BECKON_SECRET_PASSWORD;
       self->remembered_user != NULL && what <= BECKON_SECRET_TOKEN; what++)
    beckon_secrets_clear_async (what, self->remembered_server, self->remembered_user,
                                self->profile, NULL, on_secret_cleared, NULL);
}

/* The session is over. Where somebody wanted this device out the next start must not come in again by
 * itself. */
static void
leave_remembered (BeckonAccount *self, const GError *why)
{
  if (g_error_matches (why, BECKON_SIGNALING_ERROR, BECKON_SIGNALING_ERROR_SIGNED_OUT))
    forget_secrets (self);
  set_remembered (self, NULL, NULL);
}

static void
on_token_stored (GObject *source, GAsyncResult *result, gpointer unused)
{
  g_autoptr (GError) error = NULL;

  if (!beckon_secrets_store_finish (result, &error) &&
      !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_message ("The token could not be stored: %s", error->message);
}

static void
keep_token (BeckonAccount *self)
{
  const char *token = beckon_signaling_service_get_token (
      beckon_call_manager_get_signaling (self->manager));

  if (self->remembered_user == NULL || token == NULL || g_strcmp0 (token, self->kept) == 0)
    return;
  g_clear_pointer (&self->kept, beckon_secrets_free);
  self->kept = g_strdup (token);
  beckon_secrets_store_async (BECKON_SECRET_TOKEN, self->remembered_server, self->remembered_user,
                              self->profile, token, self->storing, on_token_stored, NULL);
}

/* The server may end the session for good: the password was changed elsewhere, say. */
static void
on_service_state (BeckonSignalingService *service, GParamSpec *pspec, BeckonAccount *self)
{
  BeckonCall *call;

  if (beckon_signaling_service_get_state (service) == BECKON_SIGNALING_CONNECTED)
    keep_token (self); /* it has let us in, and may be a new one */
  if (beckon_signaling_service_get_state (service) != BECKON_SIGNALING_SIGNED_OUT ||
      !self->signed_in || self->restoring != NULL)
    return;
  leave_remembered (self, beckon_signaling_service_get_problem (service));
  /* Nobody would end it any more. */
  call = beckon_call_manager_get_current_call (self->manager);
  if (call != NULL)
    beckon_call_hang_up (call);
  set_error (self, &self->failure, beckon_signaling_service_get_problem (service), PROP_FAILURE);
  set_manager (self, NULL);
  set_signed_in (self, FALSE);
  g_signal_emit (self, signals[LEFT], 0);
}

/* ---- signing in ---- */

static void
on_password_stored (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (BeckonAccount) self = user_data;
  g_autoptr (GError) error = NULL;

  if (beckon_secrets_store_finish (result, &error) ||
      g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  g_message ("The password could not be stored: %s", error->message);
  g_signal_emit (
      self, signals[NOTICE], 0,
      _("The password could not be stored: you will be asked for it at the next start"));
}

static void
remember (BeckonAccount *self, const SignIn *data)
{
  g_settings_set_string (self->settings, "server", data->server);
  g_settings_set_string (self->settings, "user", data->user);
  g_settings_reset (self->settings, "local-port"); /* it is that of another account */
  set_remembered (self, data->server, data->user);
  keep_token (self);
  beckon_secrets_store_async (BECKON_SECRET_PASSWORD, data->server, data->user, self->profile,
                              data->password, self->storing, on_password_stored,
                              g_object_ref (self));
}

/* @error: (transfer full) */
static void
fail_sign_in (GTask *task, GError *error)
{
  BeckonAccount *self = g_task_get_source_object (task);
  const SignIn *data = g_task_get_task_data (task);

  if (data->manager == self->manager)
    {
      set_error (self, &self->problem, NULL, PROP_PROBLEM);
      set_manager (self, NULL);
      set_signed_in (self, FALSE);
    }
  g_task_return_error (task, error);
}

static void
on_signed_in (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  BeckonAccount *self = g_task_get_source_object (task);
  const SignIn *data = g_task_get_task_data (task);
  GError *error = NULL;

  if (!beckon_signaling_service_sign_in_finish (BECKON_SIGNALING_SERVICE (source), result, &error))
    {
      fail_sign_in (task, error);
      return;
    }
  if (data->manager != self->manager)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CANCELLED, "Signed out meanwhile");
      return;
    }
  if (data->remember)
    remember (self, data);
  set_error (self, &self->failure, NULL, PROP_FAILURE);
  set_signed_in (self, TRUE);
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
       g_error_matches (error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_USER_EXISTS)))
    {
      set_error (self, &self->problem, NULL, PROP_PROBLEM);
      sign_in (task);
    }
  else if (g_error_matches (error, BECKON_SIGNALING_ERROR, BECKON_SIGNALING_ERROR_UNREACHABLE))
    {
      set_error (self, &self->problem, error, PROP_PROBLEM);
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
                                           data->password, g_task_get_cancellable (task),
                                           on_registered, task);
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
  data->create = credentials->create;
  data->remember = credentials->remember;
  g_task_set_task_data (task, data, (GDestroyNotify) sign_in_free);

  set_manager (self, manager);
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

/* ---- signing in without a person ---- */

static void
end_restoring (BeckonAccount *self, const GError *failure)
{
  const gboolean is_refused =
      failure != NULL && !g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  g_clear_object (&self->restoring);
  if (failure == NULL)
    return;
  leave_remembered (self, failure);
  if (is_refused)
    set_error (self, &self->failure, failure, PROP_FAILURE);
  set_signed_in (self, FALSE);
  if (is_refused)
    g_signal_emit (self, signals[LEFT], 0);
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
  set_signed_in (self, TRUE);
  beckon_account_sign_in_async (self, credentials, self->restoring, on_restored, NULL);
}

static void
stop_restoring (BeckonAccount *self)
{
  g_clear_object (&self->restoring);
  set_remembered (self, NULL, NULL);
  set_signed_in (self, FALSE);
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
      g_signal_emit (self, signals[NOTICE], 0,
                     _("The secret store does not answer: type your password to sign in"));
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
  g_signal_emit (self, signals[NOTICE], 0, _("The server on this computer could not be started"));
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
  set_remembered (self, server, user);
  set_signed_in (self, TRUE);
  beckon_secrets_lookup_async (BECKON_SECRET_PASSWORD, server, user, self->profile, self->restoring,
                               on_password_found, g_object_ref (self));
}

/* ---- signing out ---- */

static void
on_manager_shut_down (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;

  if (!beckon_call_manager_shutdown_finish (BECKON_CALL_MANAGER (source), result, &error))
    g_message ("Signing out: %s", error->message);
  g_task_return_boolean (task, TRUE);
}

void
beckon_account_shutdown_async (BeckonAccount *self,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (BeckonCallManager) manager = NULL;

  g_return_if_fail (BECKON_IS_ACCOUNT (self));

  task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (task, beckon_account_shutdown_async);
  if (self->restoring != NULL)
    g_cancellable_cancel (self->restoring);
  set_remembered (self, NULL, NULL);
  g_set_object (&manager, self->manager);
  if (manager == NULL)
    {
      set_signed_in (self, FALSE);
      g_task_return_boolean (task, TRUE);
      return;
    }
  beckon_call_manager_shutdown_async (manager, on_manager_shut_down, g_steal_pointer (&task));
  set_manager (self, NULL);
  set_signed_in (self, FALSE);
}

gboolean
beckon_account_shutdown_finish (BeckonAccount *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
on_signed_out (GObject *source, GAsyncResult *result, gpointer local_port)
{
  BeckonAccount *self = BECKON_ACCOUNT (source);

  beckon_account_shutdown_finish (self, result, NULL);
  /* Unless somebody has signed in there again meanwhile. */
  if (GPOINTER_TO_UINT (local_port) != 0 && self->manager == NULL &&
      g_settings_get_uint (self->settings, "local-port") == 0)
    beckon_local_server_stop (self->local_server);
}

void
beckon_account_sign_out (BeckonAccount *self)
{
  guint local_port;

  g_return_if_fail (BECKON_IS_ACCOUNT (self));

  local_port = g_settings_get_uint (self->settings, "local-port");
  forget_secrets (self);
  g_settings_reset (self->settings, "local-port");
  set_error (self, &self->failure, NULL, PROP_FAILURE);
  g_signal_emit (self, signals[LEFT], 0);
  beckon_account_shutdown_async (self, on_signed_out, GUINT_TO_POINTER (local_port));
}

/* ---- the object ---- */

static void
beckon_account_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  BeckonAccount *self = BECKON_ACCOUNT (object);

  switch ((BeckonAccountProperty) prop_id)
    {
    case PROP_MANAGER:
      g_value_set_object (value, self->manager);
      break;
    case PROP_SIGNED_IN:
      g_value_set_boolean (value, self->signed_in);
      break;
    case PROP_FAILURE:
      g_value_set_boxed (value, self->failure);
      break;
    case PROP_PROBLEM:
      g_value_set_boxed (value, self->problem);
      break;
    case N_PROPS:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
beckon_account_dispose (GObject *object)
{
  BeckonAccount *self = BECKON_ACCOUNT (object);

  if (self->restoring != NULL)
    g_cancellable_cancel (self->restoring);
  g_clear_object (&self->restoring);
  g_clear_object (&self->storing);
  g_clear_object (&self->signaling_signals);
  g_clear_object (&self->manager);
  g_clear_object (&self->local_server);
  g_clear_object (&self->settings);

  G_OBJECT_CLASS (beckon_account_parent_class)->dispose (object);
}

static void
beckon_account_finalize (GObject *object)
{
  BeckonAccount *self = BECKON_ACCOUNT (object);

  g_free (self->profile);
  g_free (self->remembered_server);
  g_free (self->remembered_user);
  beckon_secrets_free (self->found);
  beckon_secrets_free (self->kept);
  beckon_media_config_free (self->media);
  g_clear_error (&self->failure);
  g_clear_error (&self->problem);

  G_OBJECT_CLASS (beckon_account_parent_class)->finalize (object);
}

static void
beckon_account_class_init (BeckonAccountClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = beckon_account_get_property;
  object_class->dispose = beckon_account_dispose;
  object_class->finalize = beckon_account_finalize;

  properties[PROP_MANAGER] =
      g_param_spec_object ("manager", NULL, NULL, BECKON_TYPE_CALL_MANAGER, flags);
  properties[PROP_SIGNED_IN] = g_param_spec_boolean ("signed-in", NULL, NULL, FALSE, flags);
  properties[PROP_FAILURE] = g_param_spec_boxed ("failure", NULL, NULL, G_TYPE_ERROR, flags);
  properties[PROP_PROBLEM] = g_param_spec_boxed ("problem", NULL, NULL, G_TYPE_ERROR, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[NOTICE] = g_signal_new ("notice", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[LEFT] = g_signal_new ("left", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                NULL, G_TYPE_NONE, 0);
}

static void
beckon_account_init (BeckonAccount *self)
{
  self->storing = g_cancellable_new ();
  self->signaling_signals = g_signal_group_new (BECKON_TYPE_SIGNALING_SERVICE);
  g_signal_group_connect_object (self->signaling_signals, "notify::problem",
                                 G_CALLBACK (on_service_problem), self, 0);
  g_signal_group_connect_object (self->signaling_signals, "notify::state",
                                 G_CALLBACK (on_service_state), self, 0);
}

static BeckonLocalServer *
create_local_server (const char *profile)
{
  g_autofree char *name =
      *profile == '\0' ? g_strdup ("server") : g_strconcat ("server-", profile, NULL);
  g_autofree char *directory = g_build_filename (g_get_user_data_dir (), "beckon", name, NULL);

  return beckon_local_server_new (directory);
}

BeckonAccount *
beckon_account_new (const char *profile, GSettings *settings, const BeckonMediaConfig *media)
{
  BeckonAccount *self;

  g_return_val_if_fail (profile != NULL, NULL);
  g_return_val_if_fail (G_IS_SETTINGS (settings), NULL);
  g_return_val_if_fail (media != NULL, NULL);

  self = g_object_new (BECKON_TYPE_ACCOUNT, NULL);
  self->profile = g_strdup (profile);
  self->settings = g_object_ref (settings);
  self->local_server = create_local_server (profile);
  self->media = beckon_media_config_copy (media);
  return self;
}

BeckonCallManager *
beckon_account_get_manager (BeckonAccount *self)
{
  g_return_val_if_fail (BECKON_IS_ACCOUNT (self), NULL);

  return self->manager;
}

gboolean
beckon_account_is_signed_in (BeckonAccount *self)
{
  g_return_val_if_fail (BECKON_IS_ACCOUNT (self), FALSE);

  return self->signed_in;
}

const GError *
beckon_account_get_failure (BeckonAccount *self)
{
  g_return_val_if_fail (BECKON_IS_ACCOUNT (self), NULL);

  return self->failure;
}

const GError *
beckon_account_get_problem (BeckonAccount *self)
{
  g_return_val_if_fail (BECKON_IS_ACCOUNT (self), NULL);

  return self->problem;
}

GSettings *
beckon_account_get_settings (BeckonAccount *self)
{
  g_return_val_if_fail (BECKON_IS_ACCOUNT (self), NULL);

  return self->settings;
}

const BeckonMediaConfig *
beckon_account_get_media (BeckonAccount *self)
{
  g_return_val_if_fail (BECKON_IS_ACCOUNT (self), NULL);

  return self->media;
}

BeckonLocalServer *
beckon_account_get_local_server (BeckonAccount *self)
{
  g_return_val_if_fail (BECKON_IS_ACCOUNT (self), NULL);

  return self->local_server;
}
