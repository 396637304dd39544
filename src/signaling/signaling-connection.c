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

/* ---- state ---- */

void
beckon_signaling_update_state (BeckonSignalingService *self)
{
  BeckonSignalingState state = beckon_signaling_service_get_state (self);

  if (state == self->notified)
    return;
  self->notified = state;
  g_object_notify (G_OBJECT (self), "state");
}

/* @problem: (transfer full) (nullable) */
void
beckon_signaling_set_problem (BeckonSignalingService *self, GError *problem)
{
  if (problem == NULL && self->problem == NULL)
    return;
  g_clear_error (&self->problem);
  self->problem = problem;
  g_object_notify (G_OBJECT (self), "problem");
}

/* GLib has g_set_str() from 2.76 on. */
static void
set_text (BeckonSignalingService *self, char **text, const char *value, const char *property)
{
  char *copy;

  if (g_strcmp0 (*text, value) == 0)
    return;
  copy = g_strdup (value);
  g_free (*text);
  *text = copy;
  g_object_notify (G_OBJECT (self), property);
}

void
beckon_signaling_set_user (BeckonSignalingService *self, const char *id, const char *name)
{
  set_text (self, &self->user_id, id, "user-id");
  set_text (self, &self->user_name, name, "user-name");
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

void
beckon_signaling_drop_connection (BeckonSignalingService *self)
{
  g_cancellable_cancel (self->attempt);
  g_clear_object (&self->attempt);
  g_clear_handle_id (&self->retry_source, g_source_remove);
  drop_socket (self, SOUP_WEBSOCKET_CLOSE_NORMAL);
  beckon_signaling_fail_requests (self);
}

void
beckon_signaling_give_up (BeckonSignalingService *self, GError *why)
{
  g_autoptr (GTask) sign_in = take_sign_in (self);

  self->wanted = FALSE;
  self->was_ready = FALSE;
  beckon_signaling_drop_connection (self);
  g_clear_pointer (&self->token, g_free);
  g_clear_pointer (&self->password, g_free);
  beckon_signaling_set_user (self, NULL, NULL);
  beckon_signaling_set_problem (self, why != NULL && sign_in == NULL ? g_error_copy (why) : NULL);
  beckon_signaling_update_state (self);

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
  beckon_signaling_connect (self);
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
  beckon_signaling_drop_connection (self);
  if (!self->wanted)
    {
      g_error_free (why);
      return;
    }
  retry_later (self);
  beckon_signaling_set_problem (self, why);
  beckon_signaling_update_state (self);
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
  beckon_signaling_send_request (self, ping, g_task_new (self, NULL, NULL, NULL), NULL, NULL);
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
  beckon_signaling_set_user (self, json_object_get_string_member (user, "id"),
            json_object_get_string_member (user, "name"));
  read_ice_servers (self, reply);
  calls = read_call_ids (reply);

  beckon_signaling_set_problem (self, NULL);
  beckon_signaling_update_state (self);
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
  beckon_signaling_send_request (self, hello, task, keep_reply, (GDestroyNotify) beckon_message_unref);
}

static void
acknowledge (BeckonSignalingService *self, gint64 seq)
{
  g_autoptr (BeckonMessage) ack = beckon_message_new_ack (seq);

  if (self->socket != NULL &&
      soup_websocket_connection_get_state (self->socket) == SOUP_WEBSOCKET_STATE_OPEN)
    beckon_signaling_send_message (self, ack);
}

static void
handle_frame (BeckonSignalingService *self, BeckonMessage *message)
{
  switch (beckon_message_get_kind (message))
    {
    case BECKON_MESSAGE_REPLY:
      beckon_signaling_answer_request (self, message);
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
      beckon_signaling_give_up (self, g_error_new (BECKON_SIGNALING_ERROR, BECKON_SIGNALING_ERROR_DISCONNECTED,
                                  "%s signed in again on this device", self->user_id));
      break;
    case BECKON_CLOSE_SIGNED_OUT:
      beckon_signaling_give_up (self, g_error_new (BECKON_SIGNALING_ERROR, BECKON_SIGNALING_ERROR_DISCONNECTED,
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
  self->deadline_source = g_timeout_add_seconds (BECKON_SIGNALING_ANSWER_SECONDS, on_hello_late, self);
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
    beckon_signaling_give_up (self, error);
  else if (g_error_matches (error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_WRONG_PASSWORD))
    beckon_signaling_give_up (self, error); /* it was changed while we were away */
  else
    connection_broke (self, error);
}

void
beckon_signaling_connect (BeckonSignalingService *self)
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
