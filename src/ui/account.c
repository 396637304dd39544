/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The object, what it makes of what the server says, and signing out. */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "account-private.h"

#include "secrets.h"

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
set_error (BeckonAccount *self, GError **place, const GError *error, BeckonAccountProperty property)
{
  if (*place == NULL && error == NULL)
    return;
  g_clear_error (place);
  *place = error != NULL ? g_error_copy (error) : NULL;
  g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

void
beckon_account_set_failure (BeckonAccount *self, const GError *error)
{
  set_error (self, &self->failure, error, PROP_FAILURE);
}

void
beckon_account_set_problem (BeckonAccount *self, const GError *error)
{
  set_error (self, &self->problem, error, PROP_PROBLEM);
}

void
beckon_account_emit_notice (BeckonAccount *self, const char *sentence)
{
  g_signal_emit (self, signals[NOTICE], 0, sentence);
}

void
beckon_account_emit_left (BeckonAccount *self)
{
  g_signal_emit (self, signals[LEFT], 0);
}

void
beckon_account_set_signed_in (BeckonAccount *self, gboolean signed_in)
{
  if (self->signed_in == signed_in)
    return;
  self->signed_in = signed_in;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SIGNED_IN]);
}

void
beckon_account_set_manager (BeckonAccount *self, BeckonCallManager *manager)
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
  beckon_account_set_problem (self, beckon_signaling_service_get_problem (service));
}

static void
on_user_name (BeckonSignalingService *service, GParamSpec *pspec, BeckonAccount *self)
{
  beckon_account_keep_name (self);
}

/* The server may end the session for good: the password was changed elsewhere, say. */
static void
on_service_state (BeckonSignalingService *service, GParamSpec *pspec, BeckonAccount *self)
{
  BeckonCall *call;

  if (beckon_signaling_service_get_state (service) == BECKON_SIGNALING_CONNECTED)
    beckon_account_keep_token (self); /* it has let us in, and may be a new one */
  if (beckon_signaling_service_get_state (service) != BECKON_SIGNALING_SIGNED_OUT ||
      !self->signed_in || self->restoring != NULL)
    return;
  beckon_account_leave_remembered (self, beckon_signaling_service_get_problem (service));
  /* Nobody would end it any more. */
  call = beckon_call_manager_get_current_call (self->manager);
  if (call != NULL)
    beckon_call_hang_up (call);
  beckon_account_set_failure (self, beckon_signaling_service_get_problem (service));
  beckon_account_set_manager (self, NULL);
  beckon_account_set_signed_in (self, FALSE);
  beckon_account_emit_left (self);
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
  beckon_account_set_remembered (self, NULL, NULL);
  g_set_object (&manager, self->manager);
  if (manager == NULL)
    {
      beckon_account_set_signed_in (self, FALSE);
      g_task_return_boolean (task, TRUE);
      return;
    }
  beckon_call_manager_shutdown_async (manager, on_manager_shut_down, g_steal_pointer (&task));
  beckon_account_set_manager (self, NULL);
  beckon_account_set_signed_in (self, FALSE);
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
  beckon_account_forget (self);
  if (self->manager != NULL)
    beckon_signaling_service_set_forgets_token (beckon_call_manager_get_signaling (self->manager),
                                                TRUE);
  if (local_port != 0)
    {
      /* Nobody can sign in there by hand: the server ends, and nobody was told the password. */
      g_settings_reset (self->settings, "local-port");
      g_settings_reset (self->settings, "server");
      g_settings_reset (self->settings, "user");
    }
  beckon_account_set_failure (self, NULL);
  beckon_account_emit_left (self);
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
  g_signal_group_connect_object (self->signaling_signals, "notify::user-name",
                                 G_CALLBACK (on_user_name), self, 0);
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
