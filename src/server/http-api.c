/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-server"

#include "config.h"

#include "http-api.h"

#include "frame-guard.h"
#include "listener.h"
#include "message.h"
#include "server-error.h"

#define BODY_MAX 16384
/* Connections of one address beside those of its clients: calls of HTTP, and clients to be refused. */
#define MORE_PER_ADDRESS 64
/* Who neither speaks nor listens is given up also before and beside the protocol, but the protocol
 * comes first: seconds. */
#define MORE_SILENCE 5
/* More than a frame may have: the protocol tells who is over that a little what was wrong. */
#define MESSAGE_MAX (2 * BECKON_FRAME_MAX)
#define ACCOUNTS_PATH "/v1/accounts"
#define SESSIONS_PATH "/v1/sessions"
#define CURRENT_SESSION_PATH "/v1/sessions/current"
#define SCHEMA_PATH "/v1/protocol.schema.json"
#define HEALTH_PATH "/healthz"
#define SIGNAL_PATH "/v1/signal"
#define SCHEMA "/org/beckon/server/protocol.schema.json"

struct _BeckonHttpApi
{
  GObject parent_instance;

  BeckonHub *hub;
  BeckonAccounts *accounts;
  const BeckonServerConfig *config;
  BeckonListener *listener;
  GTlsCertificate *certificate; /* nullable */
  GCancellable *stopped;        /* handshakes of TLS */
  SoupServer *server;
  char *url;
};

G_DEFINE_FINAL_TYPE (BeckonHttpApi, beckon_http_api, G_TYPE_OBJECT)

/* ---- answers ---- */

/* @object: (transfer full) */
static void
answer (SoupServerMessage *message, guint status, JsonObject *object)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  char *text;

  json_node_take_object (node, object);
  text = json_to_string (node, FALSE);
  soup_server_message_set_status (message, status, NULL);
  soup_server_message_set_response (message, "application/json", SOUP_MEMORY_TAKE, text,
                                    strlen (text));
}

static guint
status_of (const GError *error)
{
  if (error->domain != BECKON_PROTOCOL_ERROR)
    return SOUP_STATUS_INTERNAL_SERVER_ERROR;
  switch ((guint) error->code)
    {
    case BECKON_PROTOCOL_ERROR_WRONG_PASSWORD:
    case BECKON_PROTOCOL_ERROR_BAD_TOKEN:
      return SOUP_STATUS_UNAUTHORIZED;
    case BECKON_PROTOCOL_ERROR_REGISTRATION_CLOSED:
      return SOUP_STATUS_FORBIDDEN;
    case BECKON_PROTOCOL_ERROR_USER_EXISTS:
      return SOUP_STATUS_CONFLICT;
    case BECKON_PROTOCOL_ERROR_RATE_LIMITED:
      return 429;
    case BECKON_PROTOCOL_ERROR_TOO_LARGE:
      return SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE;
    default:
      return SOUP_STATUS_BAD_REQUEST;
    }
}

/* @error: (transfer full): what the protocol names is told; what failed inside is logged. */
static void
answer_error (SoupServerMessage *message, GError *error)
{
  const gboolean named = error->domain == BECKON_PROTOCOL_ERROR;
  JsonObject *object = json_object_new ();
  JsonObject *details = json_object_new ();

  if (!named)
    g_warning ("%s: %s", g_uri_get_path (soup_server_message_get_uri (message)), error->message);
  json_object_set_string_member (
      details, "code",
      beckon_protocol_error_to_code (named ? (guint) error->code : BECKON_PROTOCOL_ERROR_INTERNAL));
  json_object_set_string_member (details, "message",
                                 named ? error->message
                                       : "The server has a problem; try again later");
  json_object_set_object_member (object, "error", details);
  answer (message, status_of (error), object);
  g_error_free (error);
}

/* Whether that is what this call answers to; else it was refused. libsoup also hands us what is below
 * the path. */
static gboolean
is_call (SoupServerMessage *message, const char *path, const char *method, const char *own_path)
{
  if (!g_str_equal (path, own_path))
    {
      soup_server_message_set_status (message, SOUP_STATUS_NOT_FOUND, NULL);
      return FALSE;
    }
  if (g_strcmp0 (soup_server_message_get_method (message), method) == 0)
    return TRUE;
  soup_message_headers_replace (soup_server_message_get_response_headers (message), "Allow", method);
  soup_server_message_set_status (message, SOUP_STATUS_METHOD_NOT_ALLOWED, NULL);
  return FALSE;
}

static const char *
get_string (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : NULL;
}

/* A client may be gone so soon that nobody knows where it was. */
static const char *
address_of (SoupServerMessage *message)
{
  const char *address = soup_server_message_get_remote_host (message);

  return address != NULL ? address : "gone";
}

/* Returns: (transfer full) (nullable): the body, with a string in each of @names; or it was refused. */
static JsonObject *
read_body (SoupServerMessage *message, const char *const *names)
{
  SoupMessageBody *body = soup_server_message_get_request_body (message);
  g_autoptr (GBytes) bytes = soup_message_body_flatten (body);
  g_autoptr (JsonObject) object = NULL;
  GError *error = NULL;

  object = beckon_json_parse (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), &error);
  for (guint i = 0; error == NULL && names[i] != NULL; i++)
    if (get_string (object, names[i]) == NULL)
      error = g_error_new (BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_BAD_REQUEST,
                           "“%s” is missing or no string", names[i]);
  if (error == NULL)
    return g_steal_pointer (&object);
  answer_error (message, error);
  return NULL;
}

/* ---- the calls ---- */

static void
on_registered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SoupServerMessage) message = user_data;
  GError *error = NULL;

  if (beckon_accounts_register_finish (BECKON_ACCOUNTS (source), result, &error))
    answer (message, SOUP_STATUS_CREATED, json_object_new ());
  else
    answer_error (message, error);
  soup_server_message_unpause (message);
}

static void
on_accounts (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query,
             gpointer user_data)
{
  static const char *const names[] = { "user", "name", "password", NULL };
  BeckonHttpApi *self = user_data;
  g_autoptr (JsonObject) body = NULL;

  if (!is_call (message, path, "POST", ACCOUNTS_PATH) || (body = read_body (message, names)) == NULL)
    return;
  soup_server_message_pause (message);
  beckon_accounts_register_async (self->accounts, get_string (body, "user"),
                                  get_string (body, "name"), get_string (body, "password"),
                                  get_string (body, "invite_code"), on_registered,
                                  g_object_ref (message));
}

static void
on_signed_in (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SoupServerMessage) message = user_data;
  GError *error = NULL;
  gint64 expires;
  g_autofree char *token = beckon_accounts_sign_in_finish (BECKON_ACCOUNTS (source), result,
                                                           &expires, &error);

  if (token == NULL)
    answer_error (message, error);
  else
    {
      JsonObject *object = json_object_new ();

      json_object_set_string_member (object, "token", token);
      json_object_set_int_member (object, "expires", expires);
      answer (message, SOUP_STATUS_OK, object);
    }
  soup_server_message_unpause (message);
}

static void
on_sessions (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query,
             gpointer user_data)
{
  static const char *const names[] = { "user", "password", "device", NULL };
  BeckonHttpApi *self = user_data;
  g_autoptr (JsonObject) body = NULL;

  if (!is_call (message, path, "POST", SESSIONS_PATH) || (body = read_body (message, names)) == NULL)
    return;
  soup_server_message_pause (message);
  beckon_accounts_sign_in_async (self->accounts, get_string (body, "user"),
                                 get_string (body, "password"), get_string (body, "device"),
                                 address_of (message), on_signed_in, g_object_ref (message));
}

static void
on_current_session (SoupServer *server, SoupServerMessage *message, const char *path,
                    GHashTable *query, gpointer user_data)
{
  BeckonHttpApi *self = user_data;
  const char *header = soup_message_headers_get_one (
      soup_server_message_get_request_headers (message), "Authorization");
  g_autoptr (BeckonStoredAccount) account = NULL;
  GError *error = NULL;

  if (!is_call (message, path, "DELETE", CURRENT_SESSION_PATH))
    return;
  if (header != NULL && g_str_has_prefix (header, "Bearer "))
    account = beckon_accounts_check_token (self->accounts, header + strlen ("Bearer "), &error);
  else
    error = g_error_new (BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_BAD_TOKEN,
                         "Authorization: Bearer is missing");
  if (account != NULL &&
      beckon_accounts_revoke_token (self->accounts, header + strlen ("Bearer "), &error))
    soup_server_message_set_status (message, SOUP_STATUS_NO_CONTENT, NULL);
  else
    answer_error (message, error);
}

static void
on_health (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query,
           gpointer user_data)
{
  if (is_call (message, path, "GET", HEALTH_PATH))
    answer (message, SOUP_STATUS_OK, json_object_new ());
}

static void
on_schema (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query,
           gpointer user_data)
{
  g_autoptr (GBytes) schema = g_resources_lookup_data (SCHEMA, 0, NULL);

  if (!is_call (message, path, "GET", SCHEMA_PATH))
    return;
  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
  soup_message_headers_set_content_type (soup_server_message_get_response_headers (message),
                                         "application/schema+json", NULL);
  soup_message_body_append_bytes (soup_server_message_get_response_body (message), schema);
}

/* A handshake that is being answered. */
typedef struct
{
  BeckonHttpApi *api;
  char *address;
} Handshake;

static void
handshake_free (Handshake *self, GClosure *unused)
{
  g_object_unref (self->api);
  g_free (self->address);
  g_free (self);
}

/* What libsoup's own WebSocket handlers do, but with a guard. */
static void
on_switched (SoupServerMessage *message, Handshake *handshake)
{
  BeckonHttpApi *self = handshake->api;
  g_autoptr (SoupServerMessage) held = g_object_ref (message);
  g_autoptr (GIOStream) stream = soup_server_message_steal_connection (message);
  GList *extensions = g_list_append (NULL, beckon_frame_guard_new (MESSAGE_MAX));
  g_autoptr (SoupWebsocketConnection) socket = soup_websocket_connection_new (
      stream, soup_server_message_get_uri (message), SOUP_WEBSOCKET_CONNECTION_SERVER, NULL,
      BECKON_SUBPROTOCOL, extensions);
  g_autoptr (BeckonConnection) connection = beckon_connection_new (
      socket, handshake->address, self->config->silence_seconds);

  beckon_hub_add (self->hub, connection);
}

static gboolean
offers_subprotocol (SoupServerMessage *message)
{
  const char *offered = soup_message_headers_get_list (
      soup_server_message_get_request_headers (message), "Sec-WebSocket-Protocol");

  return offered != NULL && soup_header_contains (offered, BECKON_SUBPROTOCOL);
}

static void
on_signal (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query,
           gpointer user_data)
{
  BeckonHttpApi *self = user_data;
  char *protocols[] = { (char *) BECKON_SUBPROTOCOL, NULL };
  Handshake *handshake;

  if (!is_call (message, path, "GET", SIGNAL_PATH))
    return;
  if (!offers_subprotocol (message)) /* libsoup takes those that name none */
    soup_server_message_set_status (message, SOUP_STATUS_BAD_REQUEST, "The sub-protocol is missing");
  else if (soup_websocket_server_process_handshake (message, NULL, protocols, NULL, NULL))
    {
      handshake = g_new0 (Handshake, 1);
      handshake->api = g_object_ref (self);
      handshake->address = g_strdup (address_of (message)); /* while it is connected */
      g_signal_connect_data (message, "wrote-informational", G_CALLBACK (on_switched), handshake,
                             (GClosureNotify) handshake_free, 0);
      return;
    }
  soup_message_headers_replace (soup_server_message_get_response_headers (message), "Connection",
                                "close");
}

/* A body over its limit is read to its end, but not kept. */
static void
on_chunk (SoupServerMessage *message, GBytes *chunk, gpointer unused)
{
  SoupMessageBody *body = soup_server_message_get_request_body (message);

  if (body->length > BODY_MAX)
    {
      soup_message_body_set_accumulate (body, FALSE);
      soup_message_body_truncate (body);
      soup_server_message_set_status (message, SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE, NULL);
    }
}

static void
on_request (SoupServer *server, SoupServerMessage *message, gpointer unused)
{
  g_signal_connect (message, "got-chunk", G_CALLBACK (on_chunk), NULL);
}

/* ---- listening ---- */

static GSocketAddress *
parse_address (const char *text, GError **error)
{
  const char *colon = strrchr (text, ':');
  g_autofree char *host = colon != NULL ? g_strndup (text, colon - text) : NULL;
  guint64 port;
  GSocketAddress *address = NULL;

  if (host != NULL && g_str_has_prefix (host, "[") && g_str_has_suffix (host, "]"))
    {
      memmove (host, host + 1, strlen (host));
      host[strlen (host) - 1] = '\0';
    }
  if (host != NULL && g_ascii_string_to_unsigned (colon + 1, 10, 0, 65535, &port, NULL))
    address = g_inet_socket_address_new_from_string (host, port);
  if (address == NULL)
    g_set_error (error, BECKON_SERVER_ERROR, BECKON_SERVER_ERROR_CONFIG,
                 "“%s” is not ADDRESS:PORT, as 127.0.0.1:7300 or [::1]:7300", text);
  return address;
}

static gboolean
check_safe (BeckonHttpApi *self, GSocketAddress *address, GError **error)
{
  GInetAddress *inet = g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address));

  if (g_inet_address_get_is_loopback (inet) || self->config->certificate != NULL ||
      self->config->insecure)
    return TRUE;
  g_set_error (error, BECKON_SERVER_ERROR, BECKON_SERVER_ERROR_CONFIG,
               "%s is open to the network and there is no certificate: set certificate and "
               "private-key, or insecure=true behind a proxy that does TLS",
               self->config->listen);
  return FALSE;
}

static gboolean
load_certificate (BeckonHttpApi *self, GError **error)
{
  const BeckonServerConfig *config = self->config;

  if (config->certificate == NULL)
    return TRUE;
  self->certificate = config->private_key != NULL
                          ? g_tls_certificate_new_from_files (config->certificate,
                                                              config->private_key, error)
                          : g_tls_certificate_new_from_file (config->certificate, error);
  return self->certificate != NULL;
}

static void
serve (BeckonHttpApi *self, GIOStream *stream, GSocketConnection *connection)
{
  g_autoptr (GSocketAddress) local = g_socket_connection_get_local_address (connection, NULL);
  g_autoptr (GSocketAddress) remote = g_socket_connection_get_remote_address (connection, NULL);

  if (local != NULL && remote != NULL)
    soup_server_accept_iostream (self->server, stream, local, remote, NULL);
}

static void
on_tls (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (BeckonHttpApi) self = user_data;
  g_autoptr (GIOStream) base = NULL;
  g_autoptr (GError) error = NULL;

  if (!g_tls_connection_handshake_finish (G_TLS_CONNECTION (source), result, &error))
    {
      g_debug ("TLS: %s", error->message);
      return;
    }
  g_object_get (source, "base-io-stream", &base, NULL);
  serve (self, G_IO_STREAM (source), G_SOCKET_CONNECTION (base));
}

static void
on_connection (BeckonListener *listener, GSocketConnection *connection, BeckonHttpApi *self)
{
  g_autoptr (GIOStream) tls = NULL;

  g_socket_set_timeout (g_socket_connection_get_socket (connection),
                        self->config->silence_seconds + MORE_SILENCE);
  if (self->certificate == NULL)
    {
      serve (self, G_IO_STREAM (connection), connection);
      return;
    }
  tls = g_tls_server_connection_new (G_IO_STREAM (connection), self->certificate, NULL);
  if (tls == NULL)
    return;
  g_tls_connection_set_require_close_notify (G_TLS_CONNECTION (tls), FALSE);
  g_tls_connection_handshake_async (G_TLS_CONNECTION (tls), G_PRIORITY_DEFAULT, self->stopped,
                                    on_tls, g_object_ref (self));
}

static gboolean
start_listening (BeckonHttpApi *self, GError **error)
{
  g_autoptr (GSocketAddress) address = parse_address (self->config->listen, error);
  g_autofree char *text = NULL;

  if (address == NULL || !check_safe (self, address, error) || !load_certificate (self, error))
    return FALSE;
  self->listener = beckon_listener_new (
      address, self->config->connections_per_address + MORE_PER_ADDRESS, error);
  if (self->listener == NULL)
    {
      g_prefix_error (error, "%s: ", self->config->listen);
      return FALSE;
    }
  g_signal_connect (self->listener, "connection", G_CALLBACK (on_connection), self);
  text = g_socket_connectable_to_string (
      G_SOCKET_CONNECTABLE (beckon_listener_get_address (self->listener)));
  self->url = g_strconcat (self->certificate != NULL ? "https://" : "http://", text, NULL);
  return TRUE;
}

BeckonHttpApi *
beckon_http_api_new (BeckonHub *hub,
                     BeckonAccounts *accounts,
                     const BeckonServerConfig *config,
                     GError **error)
{
  g_autoptr (BeckonHttpApi) self = g_object_new (BECKON_TYPE_HTTP_API, NULL);

  self->hub = g_object_ref (hub);
  self->accounts = g_object_ref (accounts);
  self->config = config;
  self->server = soup_server_new ("server-header", "beckon-server", NULL);
  g_signal_connect (self->server, "request-started", G_CALLBACK (on_request), NULL);
  soup_server_add_handler (self->server, ACCOUNTS_PATH, on_accounts, self, NULL);
  soup_server_add_handler (self->server, SESSIONS_PATH, on_sessions, self, NULL);
  soup_server_add_handler (self->server, CURRENT_SESSION_PATH, on_current_session, self, NULL);
  soup_server_add_handler (self->server, SCHEMA_PATH, on_schema, self, NULL);
  soup_server_add_handler (self->server, HEALTH_PATH, on_health, self, NULL);
  soup_server_add_handler (self->server, SIGNAL_PATH, on_signal, self, NULL);
  return start_listening (self, error) ? g_steal_pointer (&self) : NULL;
}

const char *
beckon_http_api_get_url (BeckonHttpApi *self)
{
  g_return_val_if_fail (BECKON_IS_HTTP_API (self), NULL);

  return self->url;
}

void
beckon_http_api_stop (BeckonHttpApi *self)
{
  g_return_if_fail (BECKON_IS_HTTP_API (self));

  beckon_listener_stop (self->listener);
  g_cancellable_cancel (self->stopped);
}

static void
beckon_http_api_dispose (GObject *object)
{
  BeckonHttpApi *self = BECKON_HTTP_API (object);

  if (self->listener != NULL)
    g_signal_handlers_disconnect_by_data (self->listener, self);
  g_clear_object (&self->listener);
  g_cancellable_cancel (self->stopped);
  if (self->server != NULL)
    soup_server_disconnect (self->server);
  g_clear_object (&self->server);
  g_clear_object (&self->accounts);
  g_clear_object (&self->hub);
  G_OBJECT_CLASS (beckon_http_api_parent_class)->dispose (object);
}

static void
beckon_http_api_finalize (GObject *object)
{
  BeckonHttpApi *self = BECKON_HTTP_API (object);

  g_clear_object (&self->certificate);
  g_clear_object (&self->stopped);
  g_free (self->url);
  G_OBJECT_CLASS (beckon_http_api_parent_class)->finalize (object);
}

static void
beckon_http_api_class_init (BeckonHttpApiClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = beckon_http_api_dispose;
  G_OBJECT_CLASS (klass)->finalize = beckon_http_api_finalize;
}

static void
beckon_http_api_init (BeckonHttpApi *self)
{
  self->stopped = g_cancellable_new ();
}
