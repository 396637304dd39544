/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-signaling"

#include "config.h"

#include "signaling-private.h"

#include "protocol-error.h"

#define BYE_MS 2000 /* so long the server has to say goodbye */

enum
{
  PROP_0,
  PROP_STATE,
  PROP_PROBLEM,
  PROP_SERVER,
  PROP_USER_ID,
  PROP_USER_NAME,
  PROP_TOKEN,
  PROP_MISSED,
  PROP_RING,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (BeckonSignalingService, beckon_signaling_service, G_TYPE_OBJECT)

static gboolean
is_host (const char *host)
{
  g_autofree char *ascii = host != NULL ? g_hostname_to_ascii (host) : NULL;

  return ascii != NULL && *ascii != '\0' &&
         ascii[strspn (ascii, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS ".-_:%")] == '\0';
}

/* "calls.example.org" → "https://calls.example.org"; no path, no final slash. */
static char *
normalize_server (const char *text, GError **error)
{
  g_autofree char *stripped = g_strstrip (g_strdup (text));
  g_autofree char *full = strstr (stripped, "://") != NULL
                              ? g_strdup (stripped)
                              : g_strconcat ("https://", stripped, NULL);
  g_autoptr (GUri) uri = g_uri_parse (full, G_URI_FLAGS_NONE, NULL);
  const char *scheme = uri != NULL ? g_uri_get_scheme (uri) : NULL;

  if (uri == NULL || !is_host (g_uri_get_host (uri)) ||
      (g_strcmp0 (scheme, "http") != 0 && g_strcmp0 (scheme, "https") != 0))
    {
      g_set_error (error, BECKON_SIGNALING_ERROR, BECKON_SIGNALING_ERROR_BAD_ADDRESS,
                   "“%s” is not the address of a server", stripped);
      return NULL;
    }
  return g_uri_join (G_URI_FLAGS_NONE, scheme, NULL, g_uri_get_host (uri), g_uri_get_port (uri),
                     "", NULL, NULL);
}

BeckonSignalingService *
beckon_signaling_service_new (const char *server,
                              const char *device_id,
                              const char *device_name,
                              GError **error)
{
  g_autofree char *normalized = NULL;
  BeckonSignalingService *self;

  g_return_val_if_fail (server != NULL, NULL);
  g_return_val_if_fail (device_id != NULL && device_name != NULL, NULL);

  normalized = normalize_server (server, error);
  if (normalized == NULL)
    return NULL;
  self = g_object_new (BECKON_TYPE_SIGNALING_SERVICE, NULL);
  self->server = g_steal_pointer (&normalized);
  self->device_id = g_strdup (device_id);
  self->device_name = g_strdup (device_name);
  return self;
}

static void
on_registered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (JsonObject) answer = beckon_signaling_http_post_finish (result, &error);

  if (answer != NULL)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
beckon_signaling_service_register_async (BeckonSignalingService *self,
                                         const char *user_id,
                                         const char *name,
                                         const char *password,
                                         const char *invite_code,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer user_data)
{
  GTask *task;
  JsonObject *body;

  g_return_if_fail (BECKON_IS_SIGNALING_SERVICE (self));
  g_return_if_fail (user_id != NULL && name != NULL && password != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, beckon_signaling_service_register_async);
  body = json_object_new ();
  json_object_set_string_member (body, "user", user_id);
  json_object_set_string_member (body, "name", name);
  json_object_set_string_member (body, "password", password);
  if (invite_code != NULL)
    json_object_set_string_member (body, "invite_code", invite_code);
  beckon_signaling_http_post_async (self->http, self->server, "/v1/accounts", body, cancellable,
                                    on_registered, task);
}

gboolean
beckon_signaling_service_register_finish (BeckonSignalingService *self,
                                          GAsyncResult *result,
                                          GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

gboolean
beckon_signaling_service_may_exist (const GError *error)
{
  return g_error_matches (error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_USER_EXISTS) ||
         g_error_matches (error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_RATE_LIMITED);
}

/* The password of an account that is not there is called wrong. */
const GError *
beckon_signaling_service_why_not (const GError *not_registered, const GError *error)
{
  if (g_error_matches (error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_WRONG_PASSWORD) &&
      g_error_matches (not_registered, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_RATE_LIMITED))
    return not_registered;
  return error;
}

static gboolean
on_sign_in_cancelled (GCancellable *cancellable, gpointer user_data)
{
  beckon_signaling_give_up (user_data, NULL);
  return G_SOURCE_REMOVE;
}

void
beckon_signaling_service_sign_in_async (BeckonSignalingService *self,
                                        const char *user_id,
                                        const char *password,
                                        const char *token,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data)
{
  g_return_if_fail (BECKON_IS_SIGNALING_SERVICE (self));
  g_return_if_fail (user_id != NULL);
  g_return_if_fail (password != NULL || token != NULL);
  g_return_if_fail (!self->wanted);

  self->sign_in = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (self->sign_in, beckon_signaling_service_sign_in_async);
  if (cancellable != NULL)
    {
      self->sign_in_cancelled = g_cancellable_source_new (cancellable);
      g_source_set_callback (self->sign_in_cancelled, G_SOURCE_FUNC (on_sign_in_cancelled), self,
                             NULL);
      g_source_attach (self->sign_in_cancelled, g_task_get_context (self->sign_in));
    }
  self->wanted = TRUE;
  self->attempts = 0;
  self->password = g_strdup (password);
  beckon_signaling_set_token (self, token);
  beckon_signaling_set_user (self, user_id, NULL);
  beckon_signaling_set_problem (self, NULL);
  beckon_signaling_connect (self);
  beckon_signaling_update_state (self);
}

gboolean
beckon_signaling_service_sign_in_finish (BeckonSignalingService *self,
                                         GAsyncResult *result,
                                         GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
finish_bye (BeckonSignalingService *self)
{
  g_autoptr (GTask) bye = g_steal_pointer (&self->bye);

  g_clear_handle_id (&self->bye_source, g_source_remove);
  if (bye == NULL)
    return;
  beckon_signaling_give_up (self, NULL);
  g_task_return_boolean (bye, TRUE);
}

static void
on_bye_answered (GObject *source, GAsyncResult *result, gpointer unused)
{
  finish_bye (BECKON_SIGNALING_SERVICE (source));
}

static gboolean
on_bye_late (gpointer user_data)
{
  BeckonSignalingService *self = user_data;

  self->bye_source = 0;
  finish_bye (self);
  return G_SOURCE_REMOVE;
}

void
beckon_signaling_service_sign_out_async (BeckonSignalingService *self,
                                         GAsyncReadyCallback callback,
                                         gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  BeckonMessage *bye;

  g_return_if_fail (BECKON_IS_SIGNALING_SERVICE (self));

  task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (task, beckon_signaling_service_sign_out_async);
  if (!self->was_ready || self->bye != NULL)
    {
      beckon_signaling_give_up (self, NULL);
      g_task_return_boolean (task, TRUE);
      return;
    }
  self->bye = g_steal_pointer (&task);
  self->bye_source = g_timeout_add (BYE_MS, on_bye_late, self);
  beckon_signaling_service_retry (self); /* somebody may still ring because of us */
  bye = beckon_message_new_request (BECKON_BYE, 0);
  if (self->forgets_token)
    beckon_message_set_boolean (bye, "forget", TRUE);
  beckon_signaling_service_request (self, bye, g_task_new (self, NULL, on_bye_answered, NULL), NULL,
                                    NULL);
}

gboolean
beckon_signaling_service_sign_out_finish (BeckonSignalingService *self,
                                          GAsyncResult *result,
                                          GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

void
beckon_signaling_service_retry (BeckonSignalingService *self)
{
  g_return_if_fail (BECKON_IS_SIGNALING_SERVICE (self));

  if (self->retry_source == 0)
    return;
  g_clear_handle_id (&self->retry_source, g_source_remove);
  self->attempts = 0;
  beckon_signaling_connect (self);
}

BeckonSignalingState
beckon_signaling_service_get_state (BeckonSignalingService *self)
{
  g_return_val_if_fail (BECKON_IS_SIGNALING_SERVICE (self), BECKON_SIGNALING_SIGNED_OUT);

  if (!self->wanted)
    return BECKON_SIGNALING_SIGNED_OUT;
  if (self->ready)
    return BECKON_SIGNALING_CONNECTED;
  return self->was_ready || self->problem != NULL ? BECKON_SIGNALING_RECONNECTING
                                                  : BECKON_SIGNALING_CONNECTING;
}

const GError *
beckon_signaling_service_get_problem (BeckonSignalingService *self)
{
  g_return_val_if_fail (BECKON_IS_SIGNALING_SERVICE (self), NULL);

  return self->problem;
}

const char *
beckon_signaling_service_get_server (BeckonSignalingService *self)
{
  g_return_val_if_fail (BECKON_IS_SIGNALING_SERVICE (self), NULL);

  return self->server;
}

const char *
beckon_signaling_service_get_user_id (BeckonSignalingService *self)
{
  g_return_val_if_fail (BECKON_IS_SIGNALING_SERVICE (self), NULL);

  return self->user_id;
}

const char *
beckon_signaling_service_get_user_name (BeckonSignalingService *self)
{
  g_return_val_if_fail (BECKON_IS_SIGNALING_SERVICE (self), NULL);

  return self->user_name;
}

const char *
beckon_signaling_service_get_device_id (BeckonSignalingService *self)
{
  g_return_val_if_fail (BECKON_IS_SIGNALING_SERVICE (self), NULL);

  return self->device_id;
}

const char *
beckon_signaling_service_get_token (BeckonSignalingService *self)
{
  g_return_val_if_fail (BECKON_IS_SIGNALING_SERVICE (self), NULL);

  return self->token;
}

guint
beckon_signaling_service_get_missed (BeckonSignalingService *self)
{
  g_return_val_if_fail (BECKON_IS_SIGNALING_SERVICE (self), 0);

  return self->missed;
}

gboolean
beckon_signaling_service_get_ring (BeckonSignalingService *self)
{
  g_return_val_if_fail (BECKON_IS_SIGNALING_SERVICE (self), FALSE);

  return self->ring;
}

void
beckon_signaling_service_set_ring (BeckonSignalingService *self, gboolean ring)
{
  g_return_if_fail (BECKON_IS_SIGNALING_SERVICE (self));

  if (self->ring == ring)
    return;
  self->ring = ring;
  if (self->ready)
    beckon_signaling_tell_ring (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RING]);
}

void
beckon_signaling_service_set_forgets_token (BeckonSignalingService *self, gboolean forgets)
{
  g_return_if_fail (BECKON_IS_SIGNALING_SERVICE (self));

  self->forgets_token = forgets;
}

GPtrArray *
beckon_signaling_service_get_ice_servers (BeckonSignalingService *self)
{
  g_return_val_if_fail (BECKON_IS_SIGNALING_SERVICE (self), NULL);

  return self->ice_servers;
}

/* ---- class ---- */

static void
beckon_signaling_service_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  BeckonSignalingService *self = BECKON_SIGNALING_SERVICE (object);

  switch (id)
    {
    case PROP_STATE:
      g_value_set_enum (value, beckon_signaling_service_get_state (self));
      break;
    case PROP_PROBLEM:
      g_value_set_boxed (value, self->problem);
      break;
    case PROP_SERVER:
      g_value_set_string (value, self->server);
      break;
    case PROP_USER_ID:
      g_value_set_string (value, self->user_id);
      break;
    case PROP_USER_NAME:
      g_value_set_string (value, self->user_name);
      break;
    case PROP_TOKEN:
      g_value_set_string (value, self->token);
      break;
    case PROP_MISSED:
      g_value_set_uint (value, self->missed);
      break;
    case PROP_RING:
      g_value_set_boolean (value, self->ring);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
beckon_signaling_service_set_property (GObject *object, guint id, const GValue *value,
                                       GParamSpec *pspec)
{
  BeckonSignalingService *self = BECKON_SIGNALING_SERVICE (object);

  switch (id)
    {
    case PROP_RING:
      beckon_signaling_service_set_ring (self, g_value_get_boolean (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
beckon_signaling_service_dispose (GObject *object)
{
  BeckonSignalingService *self = BECKON_SIGNALING_SERVICE (object);

  self->wanted = FALSE;
  g_clear_handle_id (&self->bye_source, g_source_remove);
  beckon_signaling_drop_connection (self);
  beckon_signaling_fail_requests (self, NULL);
  G_OBJECT_CLASS (beckon_signaling_service_parent_class)->dispose (object);
}

static void
beckon_signaling_service_finalize (GObject *object)
{
  BeckonSignalingService *self = BECKON_SIGNALING_SERVICE (object);

  g_clear_object (&self->http);
  g_clear_object (&self->network);
  g_clear_pointer (&self->ice_servers, g_ptr_array_unref);
  g_clear_error (&self->problem);
  g_free (self->server);
  g_free (self->device_id);
  g_free (self->device_name);
  g_free (self->user_id);
  g_free (self->user_name);
  g_free (self->password);
  g_free (self->token);
  g_free (self->session);
  G_OBJECT_CLASS (beckon_signaling_service_parent_class)->finalize (object);
}

static void
beckon_signaling_service_class_init (BeckonSignalingServiceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags read = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = beckon_signaling_service_get_property;
  object_class->set_property = beckon_signaling_service_set_property;
  object_class->dispose = beckon_signaling_service_dispose;
  object_class->finalize = beckon_signaling_service_finalize;

  properties[PROP_STATE] = g_param_spec_enum ("state", NULL, NULL, BECKON_TYPE_SIGNALING_STATE,
                                              BECKON_SIGNALING_SIGNED_OUT, read);
  properties[PROP_PROBLEM] = g_param_spec_boxed ("problem", NULL, NULL, G_TYPE_ERROR, read);
  properties[PROP_SERVER] = g_param_spec_string ("server", NULL, NULL, NULL, read);
  properties[PROP_USER_ID] = g_param_spec_string ("user-id", NULL, NULL, NULL, read);
  properties[PROP_USER_NAME] = g_param_spec_string ("user-name", NULL, NULL, NULL, read);
  properties[PROP_TOKEN] = g_param_spec_string ("token", NULL, NULL, NULL, read);
  properties[PROP_MISSED] = g_param_spec_uint ("missed", NULL, NULL, 0, G_MAXUINT, 0, read);
  properties[PROP_RING] = g_param_spec_boolean ("ring", NULL, NULL, TRUE, read | G_PARAM_WRITABLE);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  beckon_signaling_events_install (object_class);
}

static void
on_network_changed (GNetworkMonitor *network, gboolean available, gpointer user_data)
{
  beckon_signaling_probe (user_data);
  if (available)
    beckon_signaling_service_retry (user_data);
}

static void
beckon_signaling_service_init (BeckonSignalingService *self)
{
  self->http = soup_session_new_with_options ("timeout", BECKON_SIGNALING_ANSWER_SECONDS, "user-agent",
                                              "beckon/" PACKAGE_VERSION, NULL);
  self->network = g_object_ref (g_network_monitor_get_default ());
  g_signal_connect_object (self->network, "network-changed", G_CALLBACK (on_network_changed), self,
                           0);
  self->ice_servers = g_ptr_array_new_with_free_func ((GDestroyNotify) beckon_ice_server_free);
  self->ring = TRUE;
  g_queue_init (&self->frames);
  g_queue_init (&self->requests);
}
