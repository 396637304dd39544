/* SPDX-License-Identifier: GPL-3.0-or-later */

/* One account's connection. Three facts say everything about it, and the state is derived from them:
 *
 *   wanted   a person signed in and has not signed out
 *   ready    the server answered hello on the socket that we hold
 *   problem  why the last attempt, or the last connection, ended
 *
 *   sign in ──▶ attempt: [token] ──▶ socket ──▶ hello ──▶ ready ──▶ broken
 *                 ▲                                                   │
 *                 └──────── back-off, or the network came back ◀──────┘
 */

#define G_LOG_DOMAIN "beckon-signaling"

#include "config.h"

#include "signaling-private.h"

#define BACK_OFF_MIN_MS 200
#define BACK_OFF_MAX_MS 15000
#define SILENCE_SECONDS 15  /* then we ping */
#define ANSWER_SECONDS 10   /* an HTTP call or the hello may take that long */
#define BYE_MS 2000

/* What to do with the answer of a request that is under way. */
typedef struct
{
  BeckonMessageType type;
  GTask *task;
  BeckonReplyReader reader;
  GDestroyNotify free_result;
  GSource *cancelled; /* nullable */
} Request;

struct _BeckonSignalingService
{
  GObject parent_instance;

  /* Owned, for the whole life */
  char *server;
  char *device_id;
  char *device_name;
  SoupSession *http;
  GNetworkMonitor *network;
  GPtrArray *ice_servers;
  GHashTable *requests; /* gint64 id → Request */
  GQueue frames;        /* BeckonMessage: read, and to be handled in turn */

  /* Owned, while signed in */
  char *user_id;
  char *user_name;
  char *password;
  char *token;
  GTask *sign_in; /* until the first connection */
  GSource *sign_in_cancelled;
  GError *problem;

  /* Owned, of the attempt or connection there is now */
  GCancellable *attempt;
  SoupWebsocketConnection *socket;
  GTask *bye;

  /* Sources */
  guint frame_source;
  guint retry_source;
  guint silence_source;
  guint deadline_source;

  guint attempts; /* that failed in a row */
  guint pings;    /* unanswered */
  gint64 last_id;
  gint64 heard; /* monotonic time of the last frame */
  gboolean wanted;
  gboolean ready;
  gboolean was_ready;
  BeckonSignalingState notified;
};

enum
{
  PROP_0,
  PROP_STATE,
  PROP_PROBLEM,
  PROP_SERVER,
  PROP_USER_ID,
  PROP_USER_NAME,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (BeckonSignalingService, beckon_signaling_service, G_TYPE_OBJECT)

static void attempt_connection (BeckonSignalingService *self);

/* ---- requests ---- */

static void
request_free (Request *request)
{
  if (request->cancelled != NULL)
    {
      g_source_destroy (request->cancelled);
      g_source_unref (request->cancelled);
    }
  g_clear_object (&request->task);
  g_free (request);
}

static gboolean
take_request (BeckonSignalingService *self, gint64 id, Request **request)
{
  g_autofree gint64 *key = NULL;

  return g_hash_table_steal_extended (self->requests, &id, (gpointer *) &key, (gpointer *) request);
}

typedef struct
{
  BeckonSignalingService *service; /* borrowed: the source goes with the request */
  gint64 id;
} Cancelled;

static gboolean
on_request_cancelled (GCancellable *cancellable, gpointer user_data)
{
  Cancelled *cancelled = user_data;
  Request *request;

  if (take_request (cancelled->service, cancelled->id, &request))
    {
      g_task_return_error_if_cancelled (request->task);
      request_free (request);
    }
  return G_SOURCE_REMOVE;
}

static void
watch_cancellable (BeckonSignalingService *self, Request *request, gint64 id)
{
  GCancellable *cancellable = g_task_get_cancellable (request->task);
  Cancelled *cancelled;

  if (cancellable == NULL)
    return;
  cancelled = g_new (Cancelled, 1);
  *cancelled = (Cancelled) { self, id };
  request->cancelled = g_cancellable_source_new (cancellable);
  g_source_set_callback (request->cancelled, G_SOURCE_FUNC (on_request_cancelled), cancelled, g_free);
  g_source_attach (request->cancelled, g_task_get_context (request->task));
}

static void
send_message (BeckonSignalingService *self, BeckonMessage *message)
{
  g_autofree char *text = beckon_message_to_string (message, NULL);

  g_assert (self->socket != NULL);
  soup_websocket_connection_send_text (self->socket, text);
}

static void
send_request (BeckonSignalingService *self, BeckonMessage *message, GTask *task,
              BeckonReplyReader reader, GDestroyNotify free_result)
{
  Request *request = g_new0 (Request, 1);
  gint64 *id = g_new (gint64, 1);

  *id = ++self->last_id;
  request->type = beckon_message_get_message_type (message);
  request->task = task;
  request->reader = reader;
  request->free_result = free_result;
  watch_cancellable (self, request, *id);
  beckon_message_set_id (message, *id);
  g_hash_table_insert (self->requests, id, request);
  send_message (self, message);
}

void
beckon_signaling_service_request (BeckonSignalingService *self,
                                  BeckonMessage *message,
                                  GTask *task,
                                  BeckonReplyReader reader,
                                  GDestroyNotify free_result)
{
  g_autoptr (BeckonMessage) owned = message;

  g_assert (BECKON_IS_SIGNALING_SERVICE (self));

  if (self->ready)
    {
      send_request (self, message, task, reader, free_result);
      return;
    }
  g_task_return_new_error (task, BECKON_SIGNALING_ERROR, BECKON_SIGNALING_ERROR_NOT_CONNECTED,
                           "Not connected to %s", self->server);
  g_object_unref (task);
}

/* "Nobody can be invited" of one invitee is the reason that this one has. */
static void
sharpen_refusal (BeckonMessage *reply, GError *error)
{
  JsonObject *details = beckon_message_get_object (reply, "error");
  JsonNode *node = details != NULL ? json_object_get_member (details, "failed") : NULL;
  JsonArray *failed = node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node)
                                                                   : NULL;
  JsonObject *only = NULL;
  BeckonProtocolError code;

  if (failed != NULL && json_array_get_length (failed) == 1 &&
      JSON_NODE_HOLDS_OBJECT (json_array_get_element (failed, 0)))
    only = json_array_get_object_element (failed, 0);
  if (only != NULL &&
      beckon_protocol_error_from_code (
          json_object_get_string_member_with_default (only, "code", ""), &code))
    error->code = code;
}

static void
answer_request (BeckonSignalingService *self, BeckonMessage *reply)
{
  Request *request;
  GError *error = NULL;

  if (!take_request (self, beckon_message_get_id (reply), &request))
    return; /* it was cancelled */

  if (!beckon_message_check_reply (reply, request->type, &error))
    {
      if (g_error_matches (error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_NO_INVITEE))
        sharpen_refusal (reply, error);
      g_task_return_error (request->task, error);
    }
  else if (request->reader != NULL)
    g_task_return_pointer (request->task, request->reader (reply), request->free_result);
  else
    g_task_return_boolean (request->task, TRUE);
  request_free (request);
}

static void
fail_requests (BeckonSignalingService *self)
{
  g_autoptr (GHashTable) requests = g_steal_pointer (&self->requests);
  GHashTableIter iter;
  gpointer value;

  self->requests = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free,
                                          (GDestroyNotify) request_free);
  g_hash_table_iter_init (&iter, requests);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      Request *request = value;

      g_task_return_new_error (request->task, BECKON_SIGNALING_ERROR,
                               BECKON_SIGNALING_ERROR_DISCONNECTED,
                               "The connection to %s broke", self->server);
    }
}

/* ---- state ---- */

static void
update_state (BeckonSignalingService *self)
{
  BeckonSignalingState state = beckon_signaling_service_get_state (self);

  if (state == self->notified)
    return;
  self->notified = state;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
}

/* @problem: (transfer full) (nullable) */
static void
set_problem (BeckonSignalingService *self, GError *problem)
{
  if (problem == NULL && self->problem == NULL)
    return;
  g_clear_error (&self->problem);
  self->problem = problem;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PROBLEM]);
}

/* GLib has g_set_str() from 2.76 on. */
static void
set_text (BeckonSignalingService *self, char **text, const char *value, guint property)
{
  char *copy;

  if (g_strcmp0 (*text, value) == 0)
    return;
  copy = g_strdup (value);
  g_free (*text);
  *text = copy;
  g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

static void
set_user (BeckonSignalingService *self, const char *id, const char *name)
{
  set_text (self, &self->user_id, id, PROP_USER_ID);
  set_text (self, &self->user_name, name, PROP_USER_NAME);
}

/* Returns: (transfer full) (nullable): the sign-in that waits for the first connection. */
static GTask *
take_sign_in (BeckonSignalingService *self)
{
  if (self->sign_in_cancelled != NULL)
    {
      g_source_destroy (self->sign_in_cancelled);
      g_clear_pointer (&self->sign_in_cancelled, g_source_unref);
    }
  return g_steal_pointer (&self->sign_in);
}

static void
on_socket_gone (SoupWebsocketConnection *socket, gpointer unused)
{
  g_object_unref (socket);
}

/* Lets go of the socket; it closes by itself and may outlive us until it has. */
static void
drop_socket (BeckonSignalingService *self, int code)
{
  g_autoptr (SoupWebsocketConnection) socket = g_steal_pointer (&self->socket);

  g_clear_handle_id (&self->silence_source, g_source_remove);
  g_clear_handle_id (&self->deadline_source, g_source_remove);
  g_clear_handle_id (&self->frame_source, g_source_remove);
  g_queue_clear_full (&self->frames, (GDestroyNotify) beckon_message_unref);
  self->ready = FALSE;
  if (socket == NULL)
    return;
  g_signal_handlers_disconnect_by_data (socket, self);
  if (soup_websocket_connection_get_state (socket) == SOUP_WEBSOCKET_STATE_CLOSED)
    return;
  g_signal_connect (g_object_ref (socket), "closed", G_CALLBACK (on_socket_gone), NULL);
  if (soup_websocket_connection_get_state (socket) == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_close (socket, code, NULL);
}

static void
drop_connection (BeckonSignalingService *self)
{
  g_cancellable_cancel (self->attempt);
  g_clear_object (&self->attempt);
  g_clear_handle_id (&self->retry_source, g_source_remove);
  drop_socket (self, SOUP_WEBSOCKET_CLOSE_NORMAL);
  fail_requests (self);
}

/* Signed out for good, by the person or because the server will not have us; @why: (transfer full)
 * (nullable). */
static void
give_up (BeckonSignalingService *self, GError *why)
{
  g_autoptr (GTask) sign_in = take_sign_in (self);

  self->wanted = FALSE;
  self->was_ready = FALSE;
  drop_connection (self);
  g_clear_pointer (&self->token, g_free);
  g_clear_pointer (&self->password, g_free);
  set_user (self, NULL, NULL);
  set_problem (self, why != NULL && sign_in == NULL ? g_error_copy (why) : NULL);
  update_state (self);

  if (sign_in != NULL && !g_task_return_error_if_cancelled (sign_in))
    g_task_return_error (sign_in, why != NULL ? g_steal_pointer (&why)
                                              : g_error_new (G_IO_ERROR, G_IO_ERROR_CANCELLED,
                                                             "Signed out"));
  g_clear_error (&why);
}

static gboolean
on_retry (gpointer user_data)
{
  BeckonSignalingService *self = user_data;

  self->retry_source = 0;
  attempt_connection (self);
  return G_SOURCE_REMOVE;
}

/* 0.2 s, doubling to 15 s, a fifth more or less so that not everybody comes back at once. */
static void
retry_later (BeckonSignalingService *self)
{
  const guint doubled = BACK_OFF_MIN_MS << MIN (self->attempts, 10);
  const guint delay = MIN (doubled, BACK_OFF_MAX_MS) * g_random_double_range (0.8, 1.2);

  g_assert (self->retry_source == 0);
  self->attempts++;
  self->retry_source = g_timeout_add (delay, on_retry, self);
}

/* The attempt or the connection ended and another may do better; @why: (transfer full). */
static void
connection_broke (BeckonSignalingService *self, GError *why)
{
  g_debug ("Connection to %s: %s", self->server, why->message);
  drop_connection (self);
  if (!self->wanted)
    {
      g_error_free (why);
      return;
    }
  retry_later (self);
  set_problem (self, why);
  update_state (self);
}

static gboolean
is_final (const GError *error)
{
  return error->domain == BECKON_PROTOCOL_ERROR ||
         g_error_matches (error, BECKON_SIGNALING_ERROR, BECKON_SIGNALING_ERROR_NOT_A_SERVER);
}

/* ---- the connection ---- */

static gboolean
on_silence (gpointer user_data)
{
  BeckonSignalingService *self = user_data;
  g_autoptr (BeckonMessage) ping = NULL;

  if (g_get_monotonic_time () - self->heard < SILENCE_SECONDS * G_USEC_PER_SEC / 2)
    {
      self->pings = 0;
      return G_SOURCE_CONTINUE;
    }
  if (self->pings >= 2)
    {
      self->silence_source = 0;
      connection_broke (self, g_error_new (BECKON_SIGNALING_ERROR,
                                           BECKON_SIGNALING_ERROR_UNREACHABLE,
                                           "%s does not answer any more", self->server));
      return G_SOURCE_REMOVE;
    }
  self->pings++;
  ping = beckon_message_new_request (BECKON_PING, 0);
  send_request (self, ping, g_task_new (self, NULL, NULL, NULL), NULL, NULL);
  return G_SOURCE_CONTINUE;
}

static void
read_ice_servers (BeckonSignalingService *self, BeckonMessage *reply)
{
  JsonArray *array = beckon_message_get_array (reply, "ice_servers");
  const guint n = array != NULL ? json_array_get_length (array) : 0;

  g_ptr_array_set_size (self->ice_servers, 0);
  for (guint i = 0; i < n; i++)
    {
      JsonObject *object = json_array_get_object_element (array, i);
      JsonArray *urls = json_object_get_array_member (object, "urls");
      BeckonIceServer *server = g_new0 (BeckonIceServer, 1);
      g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

      for (guint j = 0; j < json_array_get_length (urls); j++)
        g_strv_builder_add (builder, json_array_get_string_element (urls, j));
      server->urls = g_strv_builder_end (builder);
      server->username = g_strdup (
          json_object_get_string_member_with_default (object, "username", NULL));
      server->credential = g_strdup (
          json_object_get_string_member_with_default (object, "credential", NULL));
      g_ptr_array_add (self->ice_servers, server);
    }
}

static GStrv
read_call_ids (BeckonMessage *reply)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  JsonArray *calls = beckon_message_get_array (reply, "calls");
  const guint n = calls != NULL ? json_array_get_length (calls) : 0;

  for (guint i = 0; i < n; i++)
    g_strv_builder_add (builder, json_object_get_string_member (
                                     json_array_get_object_element (calls, i), "call"));
  return g_strv_builder_end (builder);
}

static gpointer
keep_reply (BeckonMessage *reply)
{
  return beckon_message_ref (reply);
}

static void
on_hello_answered (GObject *source, GAsyncResult *result, gpointer unused)
{
  BeckonSignalingService *self = BECKON_SIGNALING_SERVICE (source);
  g_autoptr (GError) error = NULL;
  g_autoptr (BeckonMessage) reply = g_task_propagate_pointer (G_TASK (result), &error);
  g_autoptr (GTask) sign_in = NULL;
  g_auto (GStrv) calls = NULL;
  JsonObject *user;

  if (reply == NULL)
    {
      if (self->socket == NULL)
        return; /* it broke, and was dealt with */
      if (g_error_matches (error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_BAD_TOKEN))
        g_clear_pointer (&self->token, g_free); /* the next attempt asks for a new one */
      connection_broke (self, g_steal_pointer (&error));
      return;
    }

  g_clear_handle_id (&self->deadline_source, g_source_remove);
  self->ready = TRUE;
  self->was_ready = TRUE;
  self->attempts = 0;
  self->pings = 0;
  self->silence_source = g_timeout_add_seconds (SILENCE_SECONDS, on_silence, self);
  user = beckon_message_get_object (reply, "user");
  set_user (self, json_object_get_string_member (user, "id"),
            json_object_get_string_member (user, "name"));
  read_ice_servers (self, reply);
  calls = read_call_ids (reply);

  set_problem (self, NULL);
  update_state (self);
  beckon_signaling_events_emit_session_started (self, (const char *const *) calls);
  sign_in = take_sign_in (self);
  if (sign_in != NULL)
    g_task_return_boolean (sign_in, TRUE);
}

static void
say_hello (BeckonSignalingService *self)
{
  g_autoptr (BeckonMessage) hello = beckon_message_new_request (BECKON_HELLO, 0);
  JsonObject *device = json_object_new ();
  GTask *task = g_task_new (self, NULL, on_hello_answered, NULL);

  json_object_set_string_member (device, "id", self->device_id);
  json_object_set_string_member (device, "name", self->device_name);
  json_object_set_string_member (device, "agent", "beckon/" PACKAGE_VERSION);
  beckon_message_set_string (hello, "token", self->token);
  beckon_message_set_object (hello, "device", device);
  g_task_set_source_tag (task, say_hello);
  send_request (self, hello, task, keep_reply, (GDestroyNotify) beckon_message_unref);
}

static void
acknowledge (BeckonSignalingService *self, gint64 seq)
{
  g_autoptr (BeckonMessage) ack = beckon_message_new_ack (seq);

  if (self->socket != NULL &&
      soup_websocket_connection_get_state (self->socket) == SOUP_WEBSOCKET_STATE_OPEN)
    send_message (self, ack);
}

static void
handle_frame (BeckonSignalingService *self, BeckonMessage *message)
{
  switch (beckon_message_get_kind (message))
    {
    case BECKON_MESSAGE_REPLY:
      answer_request (self, message);
      break;
    case BECKON_MESSAGE_EVENT:
      beckon_signaling_events_emit (self, message);
      acknowledge (self, beckon_message_get_id (message));
      break;
    case BECKON_MESSAGE_REQUEST:
    case BECKON_MESSAGE_ACK:
    default:
      g_assert_not_reached (); /* the codec refuses these from a server */
    }
}

static gboolean on_frame_turn (gpointer user_data);

static void
schedule_frame (BeckonSignalingService *self)
{
  if (self->frame_source == 0 && !g_queue_is_empty (&self->frames))
    self->frame_source = g_idle_add_full (G_PRIORITY_DEFAULT, on_frame_turn, self, NULL);
}

/* One frame a turn, and the next turn is taken only then: whoever asked has got their reply before
 * an event that was behind it is told. (A GTask that returns in the turn in which it was made calls
 * back in a later one.) */
static gboolean
on_frame_turn (gpointer user_data)
{
  g_autoptr (BeckonSignalingService) self = g_object_ref (user_data);
  g_autoptr (BeckonMessage) message = g_queue_pop_head (&self->frames);

  self->frame_source = 0;
  handle_frame (self, message);
  schedule_frame (self);
  return G_SOURCE_REMOVE;
}

static void
on_frame (SoupWebsocketConnection *socket, SoupWebsocketDataType type, GBytes *bytes,
          gpointer user_data)
{
  g_autoptr (BeckonSignalingService) self = g_object_ref (user_data);
  g_autoptr (GError) error = NULL;
  BeckonMessage *message;
  gsize length;
  const char *data = g_bytes_get_data (bytes, &length);

  self->heard = g_get_monotonic_time ();
  message = beckon_message_parse (data, length, BECKON_PARTY_SERVER, NULL, &error);
  if (message != NULL)
    {
      g_queue_push_tail (&self->frames, message);
      schedule_frame (self);
    }
  /* A newer server may say what we do not know yet. */
  else if (!g_error_matches (error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_UNKNOWN_TYPE))
    {
      g_message ("%s sent what is no frame: %s", self->server, error->message);
      connection_broke (self, g_steal_pointer (&error));
    }
}

static void
on_closed (SoupWebsocketConnection *socket, gpointer user_data)
{
  g_autoptr (BeckonSignalingService) self = g_object_ref (user_data);
  const int code = soup_websocket_connection_get_close_code (socket);
  BeckonMessage *last;

  /* What it said before it closed still holds. */
  while (self->socket == socket && (last = g_queue_pop_head (&self->frames)) != NULL)
    {
      handle_frame (self, last);
      beckon_message_unref (last);
    }
  if (self->socket != socket)
    return;

  switch (code)
    {
    case BECKON_CLOSE_REPLACED:
      give_up (self, g_error_new (BECKON_SIGNALING_ERROR, BECKON_SIGNALING_ERROR_DISCONNECTED,
                                  "%s signed in again on this device", self->user_id));
      break;
    case BECKON_CLOSE_SIGNED_OUT:
      give_up (self, g_error_new (BECKON_SIGNALING_ERROR, BECKON_SIGNALING_ERROR_DISCONNECTED,
                                  "This device was signed out"));
      break;
    case BECKON_CLOSE_TOKEN_REFUSED:
      g_clear_pointer (&self->token, g_free);
      G_GNUC_FALLTHROUGH;
    default:
      connection_broke (self, g_error_new (BECKON_SIGNALING_ERROR,
                                           BECKON_SIGNALING_ERROR_UNREACHABLE,
                                           "The connection to %s broke", self->server));
      break;
    }
}

static gboolean
on_hello_late (gpointer user_data)
{
  BeckonSignalingService *self = user_data;

  self->deadline_source = 0;
  connection_broke (self, g_error_new (BECKON_SIGNALING_ERROR, BECKON_SIGNALING_ERROR_UNREACHABLE,
                                       "%s does not answer", self->server));
  return G_SOURCE_REMOVE;
}

static void
on_socket (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (BeckonSignalingService) self = user_data;
  GError *error = NULL;
  g_autoptr (SoupWebsocketConnection) socket = soup_session_websocket_connect_finish (
      SOUP_SESSION (source), result, &error);

  if (socket == NULL)
    {
      if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        g_error_free (error);
      else
        connection_broke (self, beckon_signaling_http_translate (error, self->server));
      return;
    }

  g_clear_object (&self->attempt);
  self->socket = g_steal_pointer (&socket);
  self->last_id = 0;
  self->heard = g_get_monotonic_time ();
  soup_websocket_connection_set_max_incoming_payload_size (self->socket, BECKON_FRAME_MAX);
  g_signal_connect (self->socket, "message", G_CALLBACK (on_frame), self);
  g_signal_connect (self->socket, "closed", G_CALLBACK (on_closed), self);
  self->deadline_source = g_timeout_add_seconds (ANSWER_SECONDS, on_hello_late, self);
  say_hello (self);
}

static void
open_socket (BeckonSignalingService *self)
{
  /* "http…" becomes "ws…", "https…" becomes "wss…" */
  g_autofree char *uri = g_strconcat ("ws", self->server + strlen ("http"), "/v1/signal", NULL);
  g_autoptr (SoupMessage) message = soup_message_new ("GET", uri);
  char *protocols[] = { (char *) BECKON_SUBPROTOCOL, NULL };

  soup_session_websocket_connect_async (self->http, message, NULL, protocols, G_PRIORITY_DEFAULT,
                                        self->attempt, on_socket, g_object_ref (self));
}

static void
on_token (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (BeckonSignalingService) self = user_data;
  GError *error = NULL;
  g_autoptr (JsonObject) answer = beckon_signaling_http_post_finish (result, &error);
  const char *token = NULL;

  if (answer != NULL)
    token = json_object_get_string_member_with_default (answer, "token", NULL);
  if (answer != NULL && token == NULL)
    error = g_error_new (BECKON_SIGNALING_ERROR, BECKON_SIGNALING_ERROR_NOT_A_SERVER,
                         "%s is not a Beckon server", self->server);

  if (token != NULL)
    {
      self->token = g_strdup (token);
      open_socket (self);
    }
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_error_free (error);
  else if (is_final (error) && !self->was_ready &&
           !g_error_matches (error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_RATE_LIMITED) &&
           !g_error_matches (error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_INTERNAL))
    give_up (self, error);
  else if (g_error_matches (error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_WRONG_PASSWORD))
    give_up (self, error); /* it was changed while we were away */
  else
    connection_broke (self, error);
}

static void
attempt_connection (BeckonSignalingService *self)
{
  JsonObject *body;

  g_assert (self->wanted && self->socket == NULL && self->attempt == NULL);

  self->attempt = g_cancellable_new ();
  if (self->token != NULL)
    {
      open_socket (self);
      return;
    }
  body = json_object_new ();
  json_object_set_string_member (body, "user", self->user_id);
  json_object_set_string_member (body, "password", self->password);
  json_object_set_string_member (body, "device", self->device_id);
  beckon_signaling_http_post_async (self->http, self->server, "/v1/sessions", body, self->attempt,
                                    on_token, g_object_ref (self));
}

static void
on_network_changed (GNetworkMonitor *network, gboolean available, gpointer user_data)
{
  if (available)
    beckon_signaling_service_retry (user_data);
}

/* ---- public ---- */

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
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  JsonObject *body;

  g_return_if_fail (BECKON_IS_SIGNALING_SERVICE (self));
  g_return_if_fail (user_id != NULL && name != NULL && password != NULL);

  g_task_set_source_tag (task, beckon_signaling_service_register_async);
  body = json_object_new ();
  json_object_set_string_member (body, "user", user_id);
  json_object_set_string_member (body, "name", name);
  json_object_set_string_member (body, "password", password);
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

static gboolean
on_sign_in_cancelled (GCancellable *cancellable, gpointer user_data)
{
  give_up (user_data, NULL);
  return G_SOURCE_REMOVE;
}

void
beckon_signaling_service_sign_in_async (BeckonSignalingService *self,
                                        const char *user_id,
                                        const char *password,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data)
{
  g_return_if_fail (BECKON_IS_SIGNALING_SERVICE (self));
  g_return_if_fail (user_id != NULL && password != NULL);
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
  set_user (self, user_id, NULL);
  set_problem (self, NULL);
  attempt_connection (self);
  update_state (self);
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

  if (bye == NULL)
    return;
  give_up (self, NULL);
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

  self->deadline_source = 0;
  finish_bye (self);
  return G_SOURCE_REMOVE;
}

void
beckon_signaling_service_sign_out_async (BeckonSignalingService *self,
                                         GAsyncReadyCallback callback,
                                         gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);
  g_autoptr (BeckonMessage) bye = NULL;

  g_return_if_fail (BECKON_IS_SIGNALING_SERVICE (self));

  g_task_set_source_tag (task, beckon_signaling_service_sign_out_async);
  if (!self->ready || self->bye != NULL)
    {
      give_up (self, NULL);
      g_task_return_boolean (task, TRUE);
      return;
    }
  self->bye = g_steal_pointer (&task);
  self->deadline_source = g_timeout_add (BYE_MS, on_bye_late, self);
  bye = beckon_message_new_request (BECKON_BYE, 0);
  send_request (self, bye, g_task_new (self, NULL, on_bye_answered, NULL), NULL, NULL);
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
  attempt_connection (self);
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
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
beckon_signaling_service_dispose (GObject *object)
{
  BeckonSignalingService *self = BECKON_SIGNALING_SERVICE (object);

  self->wanted = FALSE;
  drop_connection (self);
  G_OBJECT_CLASS (beckon_signaling_service_parent_class)->dispose (object);
}

static void
beckon_signaling_service_finalize (GObject *object)
{
  BeckonSignalingService *self = BECKON_SIGNALING_SERVICE (object);

  g_clear_object (&self->http);
  g_clear_object (&self->network);
  g_clear_pointer (&self->ice_servers, g_ptr_array_unref);
  g_clear_pointer (&self->requests, g_hash_table_unref);
  g_clear_error (&self->problem);
  g_free (self->server);
  g_free (self->device_id);
  g_free (self->device_name);
  g_free (self->user_id);
  g_free (self->user_name);
  g_free (self->password);
  g_free (self->token);
  G_OBJECT_CLASS (beckon_signaling_service_parent_class)->finalize (object);
}

static void
beckon_signaling_service_class_init (BeckonSignalingServiceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags read = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = beckon_signaling_service_get_property;
  object_class->dispose = beckon_signaling_service_dispose;
  object_class->finalize = beckon_signaling_service_finalize;

  properties[PROP_STATE] = g_param_spec_enum ("state", NULL, NULL, BECKON_TYPE_SIGNALING_STATE,
                                              BECKON_SIGNALING_SIGNED_OUT, read);
  properties[PROP_PROBLEM] = g_param_spec_boxed ("problem", NULL, NULL, G_TYPE_ERROR, read);
  properties[PROP_SERVER] = g_param_spec_string ("server", NULL, NULL, NULL, read);
  properties[PROP_USER_ID] = g_param_spec_string ("user-id", NULL, NULL, NULL, read);
  properties[PROP_USER_NAME] = g_param_spec_string ("user-name", NULL, NULL, NULL, read);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  beckon_signaling_events_install (object_class);
}

static void
beckon_signaling_service_init (BeckonSignalingService *self)
{
  self->http = soup_session_new_with_options ("timeout", ANSWER_SECONDS, "user-agent",
                                              "beckon/" PACKAGE_VERSION, NULL);
  self->network = g_object_ref (g_network_monitor_get_default ());
  g_signal_connect_object (self->network, "network-changed", G_CALLBACK (on_network_changed), self,
                           0);
  self->ice_servers = g_ptr_array_new_with_free_func ((GDestroyNotify) beckon_ice_server_free);
  g_queue_init (&self->frames);
  self->requests = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free,
                                          (GDestroyNotify) request_free);
}
