/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "half-server.h"

void
half_server_send_raw (HalfServer *self, const char *text)
{
  g_assert_nonnull (self->socket);
  /* They may be leaving. */
  if (soup_websocket_connection_get_state (self->socket) == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_send_text (self->socket, text);
}

void
half_server_reply (HalfServer *self, JsonObject *request, const char *fields)
{
  g_autofree char *text = g_strdup_printf (
      "{\"re\":%" G_GINT64_FORMAT ",\"ok\":true%s%s}", json_object_get_int_member (request, "id"),
      *fields != '\0' ? "," : "", fields);

  half_server_send_raw (self, text);
}

void
half_server_refuse (HalfServer *self, JsonObject *request, const char *code)
{
  g_autofree char *text = g_strdup_printf (
      "{\"re\":%" G_GINT64_FORMAT ",\"ok\":false,\"error\":{\"code\":\"%s\",\"message\":\"no\"}}",
      json_object_get_int_member (request, "id"), code);

  half_server_send_raw (self, text);
}

void
half_server_event (HalfServer *self, const char *type, const char *format, ...)
{
  g_autofree char *fields = NULL;
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  fields = g_strdup_vprintf (format, args);
  va_end (args);
  text = g_strdup_printf ("{\"seq\":%" G_GINT64_FORMAT ",\"type\":\"%s\"%s%s}", ++self->seq, type,
                          *fields != '\0' ? "," : "", fields);
  half_server_send_raw (self, text);
}

static char *
session_name (HalfServer *self)
{
  return g_strdup_printf ("s%u", self->session);
}

static gboolean
resumes (HalfServer *self, JsonObject *hello)
{
  g_autofree char *session = session_name (self);
  JsonObject *resume;

  if (!self->can_resume || !json_object_has_member (hello, "resume"))
    return FALSE;
  resume = json_object_get_object_member (hello, "resume");
  return g_str_equal (json_object_get_string_member (resume, "session"), session);
}

static void
answer_hello (HalfServer *self, JsonObject *request)
{
  const gboolean resumed = resumes (self, request);
  g_autofree char *session = NULL;
  g_autofree char *fields = NULL;

  self->hellos++;
  g_clear_pointer (&self->hello, json_object_unref);
  self->hello = json_object_ref (request);
  if (self->ignore_hello)
    return;
  if (self->refuse_token)
    {
      self->refuse_token = FALSE;
      half_server_refuse (self, request, "bad-token");
      soup_websocket_connection_close (self->socket, self->refusal != 0 ? self->refusal : 4003, NULL);
      return;
    }
  self->resumed += resumed;
  if (!resumed)
    {
      self->session++;
      self->seq = self->acked = 0;
    }
  session = session_name (self);
  fields = g_strdup_printf (
      "\"session\":\"%s\",\"resumed\":%s,\"user\":{\"id\":\"alice\",\"name\":\"Alice\"},"
      "\"server\":{\"name\":\"half\",\"version\":\"1\",\"features\":[]},\"limits\":{},"
      "\"ice_servers\":[{\"urls\":[\"stun:127.0.0.1:3478\"],\"username\":\"%s\"}],"
      "\"calls\":%s,\"missed\":%d",
      session, resumed ? "true" : "false", self->ice_username != NULL ? self->ice_username : "",
      self->hello_calls != NULL ? self->hello_calls : "[]", self->missed);
  half_server_reply (self, request, fields);
  if (self->behind_hello != NULL)
    half_server_send_raw (self, self->behind_hello);
  if (self->event_behind_hello)
    half_server_event (self, "contacts.changed", "%s", "");
}

static void
on_message (SoupWebsocketConnection *socket, SoupWebsocketDataType data_type, GBytes *bytes,
            HalfServer *self)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *object;
  const char *type;

  g_assert_true (json_parser_load_from_data (parser, g_bytes_get_data (bytes, NULL),
                                             g_bytes_get_size (bytes), NULL));
  object = json_node_get_object (json_parser_get_root (parser));
  if (json_object_has_member (object, "ack"))
    self->acked = json_object_get_int_member (object, "ack");
  if (!json_object_has_member (object, "type"))
    return;
  type = json_object_get_string_member (object, "type");
  if (g_str_equal (type, "hello"))
    answer_hello (self, object);
  else if (g_str_equal (type, "ping"))
    half_server_reply (self, object, "");
  else
    {
      if (g_str_equal (type, "bye"))
        half_server_reply (self, object, "");
      g_queue_push_tail (&self->requests, json_object_ref (object));
    }
}

static void
on_websocket (SoupServer *server, SoupServerMessage *message, const char *path,
              SoupWebsocketConnection *socket, gpointer user_data)
{
  HalfServer *self = user_data;

  if (self->socket != NULL)
    g_signal_handlers_disconnect_by_data (self->socket, self);
  g_set_object (&self->socket, socket);
  g_signal_connect (socket, "message", G_CALLBACK (on_message), self);
}

static void
on_sessions (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query,
             gpointer user_data)
{
  HalfServer *self = user_data;
  const char *body = "{\"token\":\"t\",\"expires\":99}";

  self->sessions++;
  if (self->not_a_server)
    body = "<html>It works!</html>";
  else if (self->refuse_password)
    body = "{\"error\":{\"code\":\"wrong-password\",\"message\":\"Wrong user id or password\"}}";
  soup_server_message_set_status (message, self->refuse_password ? 401 : 200, NULL);
  soup_server_message_set_response (message, "application/json", SOUP_MEMORY_STATIC, body,
                                    strlen (body));
}

static void
on_accounts (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query,
             gpointer user_data)
{
  HalfServer *self = user_data;
  const char *body = "{\"error\":{\"code\":\"user-exists\",\"message\":\"Taken\"}}";

  if (self->refuse_registration)
    body = "{\"error\":{\"code\":\"rate-limited\",\"message\":\"Too many\"}}";
  soup_server_message_set_status (message, self->refuse_registration ? 429 : 409, NULL);
  soup_server_message_set_response (message, "application/json", SOUP_MEMORY_STATIC, body,
                                    strlen (body));
}

HalfServer *
half_server_new (guint port)
{
  HalfServer *self = g_new0 (HalfServer, 1);
  char *protocols[] = { (char *) "beckon.v1", NULL };
  GSList *uris;

  g_queue_init (&self->requests);
  self->server = soup_server_new (NULL, NULL);
  soup_server_add_handler (self->server, "/v1/sessions", on_sessions, self, NULL);
  soup_server_add_handler (self->server, "/v1/accounts", on_accounts, self, NULL);
  soup_server_add_websocket_handler (self->server, "/v1/signal", NULL, protocols, on_websocket,
                                     self, NULL);
  g_assert_true (soup_server_listen_local (self->server, port, SOUP_SERVER_LISTEN_IPV4_ONLY, NULL));
  uris = soup_server_get_uris (self->server);
  self->url = g_uri_to_string (uris->data);
  self->url[strlen (self->url) - 1] = '\0'; /* the final slash */
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  return self;
}

void
half_server_cut (HalfServer *self)
{
  g_autoptr (SoupWebsocketConnection) socket = g_steal_pointer (&self->socket);
  GIOStream *stream;

  g_assert_nonnull (socket);
  g_signal_handlers_disconnect_by_data (socket, self);
  stream = soup_websocket_connection_get_io_stream (socket);
  g_io_stream_close (stream, NULL, NULL);
}

void
half_server_free (HalfServer *self)
{
  if (self->socket != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->socket, self);
      g_clear_object (&self->socket);
    }
  soup_server_disconnect (self->server);
  g_clear_object (&self->server);
  g_queue_clear_full (&self->requests, (GDestroyNotify) json_object_unref);
  g_clear_pointer (&self->hello, json_object_unref);
  g_free (self->hello_calls);
  g_free (self->ice_username);
  g_free (self->url);
  g_free (self);
}

static JsonObject *
take_request (HalfServer *self, const char *type)
{
  JsonObject *request;

  while ((request = g_queue_pop_head (&self->requests)) != NULL)
    {
      if (g_str_equal (json_object_get_string_member (request, "type"), type))
        return request;
      json_object_unref (request);
    }
  return NULL;
}

guint
half_server_count (HalfServer *self, const char *type)
{
  guint n = 0;

  for (GList *l = self->requests.head; l != NULL; l = l->next)
    n += g_str_equal (json_object_get_string_member (l->data, "type"), type);
  return n;
}

JsonObject *
half_server_expect (HalfServer *self, const char *type)
{
  JsonObject *request = NULL;

  wait_until (request != NULL || (request = take_request (self, type)) != NULL);
  return request;
}
