/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Staying connected. Three facts say everything about it, and the state is derived from them:
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
#define ATTEMPTS_MAX 10 /* more make no longer waits */

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

void
beckon_signaling_set_token (BeckonSignalingService *self, const char *token)
{
  set_text (self, &self->token, token, "token");
}

void
beckon_signaling_set_missed (BeckonSignalingService *self, guint missed)
{
  if (self->missed == missed)
    return;
  self->missed = missed;
  g_object_notify (G_OBJECT (self), "missed");
  beckon_signaling_events_emit_missed (self);
}

GTask *
beckon_signaling_take_sign_in (BeckonSignalingService *self)
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

  beckon_signaling_stop_session_sources (self);
  g_queue_clear_full (&self->frames, (GDestroyNotify) g_bytes_unref);
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

/* ---- where it comes from ---- */

/* @stream: what others have wrapped: libsoup, TLS, a proxy. Returns: (transfer full) (nullable) */
static GSocketConnection *
unwrap (GIOStream *stream)
{
  static const char *const names[] = { "base-iostream", "base-io-stream" };
  GIOStream *inner = g_object_ref (stream);

  while (inner != NULL && !G_IS_SOCKET_CONNECTION (inner))
    {
      g_autoptr (GIOStream) outer = g_steal_pointer (&inner);

      for (guint i = 0; inner == NULL && i < G_N_ELEMENTS (names); i++)
        if (g_object_class_find_property (G_OBJECT_GET_CLASS (outer), names[i]) != NULL)
          g_object_get (outer, names[i], &inner, NULL);
    }
  return (GSocketConnection *) inner;
}

static gboolean
can_listen (GInetAddress *address)
{
  g_autoptr (GSocketAddress) any_port = g_inet_socket_address_new (address, 0);
  g_autoptr (GSocket) socket = g_socket_new (g_inet_address_get_family (address),
                                             G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, NULL);

  return socket != NULL && g_socket_bind (socket, any_port, FALSE, NULL);
}

/* Whether this computer has had @address and has it no more: who has it can listen there. One of IPv6
 * may only be looked at once more after a change, and is there again. */
static gboolean
has_gone (GInetAddress *address)
{
  const GSocketFamily family = g_inet_address_get_family (address);
  g_autoptr (GInetAddress) any = g_inet_address_new_any (family);

  return family == G_SOCKET_FAMILY_IPV4 && !can_listen (address) && can_listen (any);
}

gboolean
beckon_signaling_has_lost_address (BeckonSignalingService *self)
{
  g_autoptr (GSocketConnection) connection = NULL;
  g_autoptr (GSocketAddress) address = NULL;

  if (self->socket == NULL)
    return FALSE;
  connection = unwrap (soup_websocket_connection_get_io_stream (self->socket));
  if (connection != NULL)
    address = g_socket_connection_get_local_address (connection, NULL);
  return G_IS_INET_SOCKET_ADDRESS (address) &&
         has_gone (g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address)));
}

void
beckon_signaling_drop_connection (BeckonSignalingService *self)
{
  g_cancellable_cancel (self->attempt);
  g_clear_object (&self->attempt);
  g_clear_handle_id (&self->retry_source, g_source_remove);
  drop_socket (self, SOUP_WEBSOCKET_CLOSE_NORMAL);
}

void
beckon_signaling_give_up (BeckonSignalingService *self, GError *why)
{
  g_autoptr (GTask) sign_in = beckon_signaling_take_sign_in (self);

  self->wanted = FALSE;
  self->was_ready = FALSE;
  self->dnd = FALSE;
  self->reconnect_after = 0;
  beckon_signaling_drop_connection (self);
  beckon_signaling_forget_session (self);
  beckon_signaling_set_token (self, NULL);
  g_clear_pointer (&self->password, g_free);
  beckon_signaling_set_user (self, NULL, NULL);
  beckon_signaling_set_missed (self, 0);
  beckon_signaling_set_problem (self, why != NULL && sign_in == NULL ? g_error_copy (why) : NULL);
  beckon_signaling_update_state (self);

  beckon_signaling_fail_requests (self, NULL);
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

/* 0.2 s, doubling to 15 s, a fifth more or less so that not everybody comes back at once; and not
 * before the server asked us to. */
static void
retry_later (BeckonSignalingService *self)
{
  const guint doubled = BACK_OFF_MIN_MS << MIN (self->attempts, ATTEMPTS_MAX);
  const guint delay = MIN (doubled, BACK_OFF_MAX_MS) * g_random_double_range (0.8, 1.2);
  const guint asked = self->reconnect_after * 1000 * g_random_double_range (1.0, 1.2);

  g_assert (self->retry_source == 0);
  self->attempts++;
  self->reconnect_after = 0;
  self->retry_source = g_timeout_add (MAX (delay, asked), on_retry, self);
}

void
beckon_signaling_connection_broke (BeckonSignalingService *self, GError *why)
{
  g_debug ("Connection to %s: %s", self->server, why->message);
  beckon_signaling_drop_connection (self);
  if (!self->wanted)
    {
      g_error_free (why);
      return;
    }
  beckon_signaling_suspend_requests (self);
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

static void
on_frame (SoupWebsocketConnection *socket, SoupWebsocketDataType type, GBytes *bytes,
          gpointer user_data)
{
  beckon_signaling_take_frame (user_data, bytes);
}

static GError *
new_disconnected (const char *text)
{
  return g_error_new_literal (BECKON_SIGNALING_ERROR, BECKON_SIGNALING_ERROR_DISCONNECTED, text);
}

static void
on_closed (SoupWebsocketConnection *socket, gpointer user_data)
{
  g_autoptr (BeckonSignalingService) self = g_object_ref (user_data);
  const int code = soup_websocket_connection_get_close_code (socket);
  g_autofree char *replaced = NULL;

  beckon_signaling_drain (self); /* what it said before it closed still holds */
  if (self->socket != socket)
    return;

  switch (code)
    {
    case BECKON_CLOSE_REPLACED:
      replaced = g_strdup_printf ("%s signed in again on this device", self->user_id);
      beckon_signaling_give_up (self, new_disconnected (replaced));
      return;
    case BECKON_CLOSE_SIGNED_OUT:
      beckon_signaling_give_up (self, g_error_new_literal (BECKON_SIGNALING_ERROR,
                                                           BECKON_SIGNALING_ERROR_SIGNED_OUT,
                                                           "This device was signed out"));
      return;
    case BECKON_CLOSE_TOKEN_REFUSED:
      if (self->password == NULL)
        {
          beckon_signaling_give_up (self, new_disconnected ("This device is signed in no more"));
          return;
        }
      beckon_signaling_set_token (self, NULL);
      break;
    case BECKON_CLOSE_BAD_FRAME:
    case SOUP_WEBSOCKET_CLOSE_TOO_BIG:
      g_message ("%s refused what was sent", self->server);
      beckon_signaling_forget_session (self); /* in a resumed one the same would be sent again */
      self->attempts = ATTEMPTS_MAX;
      break;
    case BECKON_CLOSE_RATE_LIMITED:
      self->attempts = ATTEMPTS_MAX;
      break;
    default:
      break;
    }
  beckon_signaling_connection_broke (self, g_error_new (BECKON_SIGNALING_ERROR,
                                                        BECKON_SIGNALING_ERROR_UNREACHABLE,
                                                        "The connection to %s broke",
                                                        self->server));
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
        beckon_signaling_connection_broke (self,
                                           beckon_signaling_http_translate (error, self->server));
      return;
    }

  g_clear_object (&self->attempt);
  self->socket = g_steal_pointer (&socket);
  soup_websocket_connection_set_max_incoming_payload_size (self->socket, BECKON_FRAME_MAX);
  g_signal_connect (self->socket, "message", G_CALLBACK (on_frame), self);
  g_signal_connect (self->socket, "closed", G_CALLBACK (on_closed), self);
  beckon_signaling_say_hello (self);
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
      beckon_signaling_set_token (self, token);
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
    beckon_signaling_connection_broke (self, error);
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
  g_assert (self->password != NULL); /* who has none keeps the token or gives up */
  body = json_object_new ();
  json_object_set_string_member (body, "user", self->user_id);
  json_object_set_string_member (body, "password", self->password);
  json_object_set_string_member (body, "device", self->device_id);
  beckon_signaling_http_post_async (self->http, self->server, "/v1/sessions", body, self->attempt,
                                    on_token, g_object_ref (self));
}
