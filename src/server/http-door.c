/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-server"

#include "config.h"

#include "http-door.h"

#include "listener.h"
#include "networks.h"
#include "server-error.h"
#include "stream-socket.h"
#include "tls-files.h"

/* Connections of one address beside those of its clients: calls of HTTP, and clients to be refused.
 */
#define MORE_PER_ADDRESS 64
/* Who neither speaks nor listens is given up also before and beside the protocol, but the protocol
 * comes first: seconds. */
#define MORE_SILENCE 5
/* A handshake of TLS has one of the few threads of GIO's pool as long as it takes. So it begins
 * when the client has begun, one address has no more than that at a time, and it is given up after
 * so many seconds. */
#define HANDSHAKES_PER_ADDRESS 8
#define HANDSHAKE_SECONDS 5
#define PLACE "beckon-place"

struct _BeckonHttpDoor
{
  GObject parent_instance;

  SoupServer *server;
  BeckonAddresses *addresses;
  const BeckonServerConfig *config;
  BeckonListener *listener;
  GTlsCertificate *certificate; /* nullable */
  GQueue handshakes;            /* of Handshake; they hold the door */
  gboolean is_on_loopback;
  char *url;
};

G_DEFINE_FINAL_TYPE (BeckonHttpDoor, beckon_http_door, G_TYPE_OBJECT)

/* ---- who ---- */

static GInetAddress *
get_inet (GSocketAddress *address)
{
  return g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address));
}

static gboolean
is_proxy (BeckonHttpDoor *self, GSocketAddress *address)
{
  return beckon_networks_contain (self->config->proxies, get_inet (address));
}

static void
give_place_back (gpointer place)
{
  BeckonAddress *address = place;

  address->connections--;
  beckon_address_unref (address);
}

/* Returns: FALSE: that address has all that it may have. The place is given back with @connection.
 */
static gboolean
take_place (BeckonHttpDoor *self, GSocketConnection *connection, GSocketAddress *remote)
{
  g_autofree char *key = beckon_networks_get_key (get_inet (remote));
  g_autoptr (BeckonAddress) address = beckon_addresses_get (self->addresses, key);

  if (address->connections >= self->config->connections_per_address + MORE_PER_ADDRESS)
    return FALSE;
  address->connections++;
  g_object_set_data_full (G_OBJECT (connection), PLACE, g_steal_pointer (&address),
                          give_place_back);
  return TRUE;
}

void
beckon_http_door_let_go (BeckonHttpDoor *self, GIOStream *stream)
{
  GSocketConnection *connection = beckon_stream_get_socket_connection (stream, NULL);

  g_return_if_fail (BECKON_IS_HTTP_DOOR (self));
  g_return_if_fail (connection != NULL);

  g_object_set_data (G_OBJECT (connection), PLACE, NULL);
}

/* What the proxy itself has seen is the last word of the header; all before it the client may have
 * written. Returns: (transfer full) (nullable) */
static char *
get_forwarded (SoupServerMessage *message)
{
  const char *list = soup_message_headers_get_list (
      soup_server_message_get_request_headers (message), "X-Forwarded-For");
  const char *comma = list != NULL ? strrchr (list, ',') : NULL;
  g_autofree char *last = g_strdup (comma != NULL ? comma + 1 : list);
  g_autoptr (GInetAddress) address = NULL;

  if (last != NULL)
    address = g_inet_address_new_from_string (g_strstrip (last));
  return address != NULL ? beckon_networks_get_key (address) : NULL;
}

char *
beckon_http_door_get_client (BeckonHttpDoor *self, SoupServerMessage *message)
{
  GSocketAddress *remote = soup_server_message_get_remote_address (message);
  char *forwarded = NULL;

  g_return_val_if_fail (BECKON_IS_HTTP_DOOR (self), NULL);

  if (remote == NULL)
    return g_strdup ("gone");
  if (is_proxy (self, remote))
    forwarded = get_forwarded (message);
  return forwarded != NULL ? forwarded : beckon_networks_get_key (get_inet (remote));
}

static gboolean
is_origin_allowed (BeckonHttpDoor *self, const char *origin)
{
  char **allowed = self->config->origins;

  for (guint i = 0; allowed != NULL && allowed[i] != NULL; i++)
    if (g_str_equal (allowed[i], "*") || g_ascii_strcasecmp (allowed[i], origin) == 0)
      return TRUE;
  return FALSE;
}

/* A browser says whose page it is that asks; other programs do not. */
static void
on_headers (SoupServerMessage *message, BeckonHttpDoor *self)
{
  const char *origin =
      soup_message_headers_get_one (soup_server_message_get_request_headers (message), "Origin");

  if (origin == NULL || is_origin_allowed (self, origin))
    return;
  g_debug ("A page of %s was refused", origin);
  soup_server_message_set_status (message, SOUP_STATUS_FORBIDDEN, NULL);
}

static void
on_request (SoupServer *server, SoupServerMessage *message, BeckonHttpDoor *self)
{
  /* libsoup closes after each answer when it does not listen itself, but would not say so. */
  soup_message_headers_replace (soup_server_message_get_response_headers (message), "Connection",
                                "close");
  g_signal_connect_object (message, "got-headers", G_CALLBACK (on_headers), self, 0);
}

/* ---- TLS ---- */

static void
serve (BeckonHttpDoor *self, GIOStream *stream, GSocketConnection *connection)
{
  g_autoptr (GSocketAddress) local = g_socket_connection_get_local_address (connection, NULL);
  g_autoptr (GSocketAddress) remote = g_socket_connection_get_remote_address (connection, NULL);

  g_socket_set_timeout (g_socket_connection_get_socket (connection),
                        self->config->silence_seconds + MORE_SILENCE);
  if (local != NULL && remote != NULL)
    soup_server_accept_iostream (self->server, stream, local, remote, NULL);
}

typedef enum
{
  HANDSHAKE_SILENT,  /* the client has not begun */
  HANDSHAKE_WAITING, /* others of its address go on */
  HANDSHAKE_RUNNING, /* in a thread */
} HandshakeState;

typedef struct
{
  HandshakeState state;
  BeckonHttpDoor *door;
  GList link; /* in the door's "handshakes" */
  GSocketConnection *connection;
  BeckonAddress *address; /* nullable: of a proxy, which is not bounded */
  GCancellable *cancellable;
  GSource *source; /* nullable: waits for the client to begin */
  guint timeout;
} Handshake;

static void start_next_handshake (BeckonHttpDoor *self, BeckonAddress *address);

static void
handshake_free (Handshake *self)
{
  BeckonAddress *address = self->address;

  if (self->source != NULL)
    g_source_destroy (self->source);
  g_clear_pointer (&self->source, g_source_unref);
  g_clear_handle_id (&self->timeout, g_source_remove);
  g_queue_unlink (&self->door->handshakes, &self->link);
  if (address != NULL && self->state == HANDSHAKE_RUNNING)
    {
      address->handshakes--;
      start_next_handshake (self->door, address);
    }
  g_clear_pointer (&self->address, beckon_address_unref);
  g_object_unref (self->cancellable);
  g_object_unref (self->connection);
  g_object_unref (self->door);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Handshake, handshake_free)

/* One that runs ends when its thread has seen that it is to end. */
static void
handshake_cancel (Handshake *self)
{
  if (self->state == HANDSHAKE_RUNNING)
    g_cancellable_cancel (self->cancellable);
  else
    handshake_free (self);
}

static gboolean
on_handshake_late (gpointer user_data)
{
  Handshake *self = user_data;

  self->timeout = 0;
  handshake_cancel (self);
  return G_SOURCE_REMOVE;
}

static void
on_handshake_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Handshake) self = user_data;
  g_autoptr (GError) error = NULL;

  if (g_tls_connection_handshake_finish (G_TLS_CONNECTION (source), result, &error))
    serve (self->door, G_IO_STREAM (source), self->connection);
  else
    g_debug ("TLS: %s", error->message);
}

/* As g_tls_server_connection_new(), but without the certificates of all authorities in the world,
 * of which each connection would get a copy (3.8 MB with GnuTLS): clients show none. Returns:
 * (transfer full) (nullable) */
static GIOStream *
make_tls (GSocketConnection *connection, GTlsCertificate *certificate)
{
  const GType type = g_tls_backend_get_server_connection_type (g_tls_backend_get_default ());

  return g_initable_new (type, NULL, NULL, "base-io-stream", connection, "certificate", certificate,
                         "database", NULL, "require-close-notify", FALSE, NULL);
}

static void
handshake_start (Handshake *handshake)
{
  g_autoptr (Handshake) self = handshake;
  g_autoptr (GIOStream) tls = make_tls (self->connection, self->door->certificate);

  if (tls == NULL)
    return;
  self->state = HANDSHAKE_RUNNING;
  if (self->address != NULL)
    self->address->handshakes++;
  g_tls_connection_handshake_async (G_TLS_CONNECTION (tls), G_PRIORITY_DEFAULT, self->cancellable,
                                    on_handshake_done, self);
  g_steal_pointer (&self);
}

static void
start_next_handshake (BeckonHttpDoor *self, BeckonAddress *address)
{
  for (GList *link = self->handshakes.head; link != NULL; link = link->next)
    {
      Handshake *handshake = link->data;

      if (handshake->state == HANDSHAKE_WAITING && handshake->address == address)
        {
          handshake_start (handshake);
          return;
        }
    }
}

static gboolean
on_client_begins (GSocket *socket, GIOCondition condition, gpointer user_data)
{
  Handshake *self = user_data;

  g_clear_pointer (&self->source, g_source_unref);
  self->state = HANDSHAKE_WAITING;
  if (self->address == NULL || self->address->handshakes < HANDSHAKES_PER_ADDRESS)
    handshake_start (self);
  return G_SOURCE_REMOVE;
}

static void
wait_for_handshake (BeckonHttpDoor *self, GSocketConnection *connection)
{
  BeckonAddress *address = g_object_get_data (G_OBJECT (connection), PLACE);
  Handshake *handshake = g_new0 (Handshake, 1);

  handshake->door = g_object_ref (self);
  handshake->link.data = handshake;
  g_queue_push_tail_link (&self->handshakes, &handshake->link);
  handshake->connection = g_object_ref (connection);
  handshake->address = address != NULL ? beckon_address_ref (address) : NULL;
  handshake->cancellable = g_cancellable_new ();
  handshake->timeout = g_timeout_add_seconds (HANDSHAKE_SECONDS, on_handshake_late, handshake);
  handshake->source =
      g_socket_create_source (g_socket_connection_get_socket (connection), G_IO_IN, NULL);
  g_source_set_callback (handshake->source, G_SOURCE_FUNC (on_client_begins), handshake, NULL);
  g_source_attach (handshake->source, g_main_context_get_thread_default ());
}

/* ---- listening ---- */

static gboolean
needs_tls (BeckonHttpDoor *self, GSocketAddress *remote)
{
  return self->certificate == NULL && !self->is_on_loopback &&
         !g_inet_address_get_is_loopback (get_inet (remote)) &&
         !beckon_networks_contain (self->config->plain, get_inet (remote));
}

static void
on_connection (BeckonListener *listener, GSocketConnection *connection, BeckonHttpDoor *self)
{
  g_autoptr (GSocketAddress) remote = g_socket_connection_get_remote_address (connection, NULL);
  gboolean is_trusted;

  if (remote == NULL)
    return; /* gone already */
  is_trusted = is_proxy (self, remote);
  if (!is_trusted && needs_tls (self, remote))
    g_debug ("Somebody who is no proxy came without TLS");
  else if (!is_trusted && !take_place (self, connection, remote))
    g_debug ("Too many connections of one address");
  else if (self->certificate != NULL)
    wait_for_handshake (self, connection);
  else
    serve (self, G_IO_STREAM (connection), connection);
}

static gboolean
check_safe (BeckonHttpDoor *self, GError **error)
{
  if (self->is_on_loopback || self->config->certificate != NULL || self->config->proxies != NULL ||
      self->config->plain != NULL)
    return TRUE;
  g_set_error (error, BECKON_SERVER_ERROR, BECKON_SERVER_ERROR_CONFIG,
               "%s is open to the network and there is no certificate: set certificate and "
               "private-key, or proxies to those that do TLS",
               self->config->listen);
  return FALSE;
}

gboolean
beckon_http_door_reload (BeckonHttpDoor *self, GError **error)
{
  const BeckonServerConfig *config = self->config;
  g_autoptr (GTlsCertificate) certificate = NULL;

  g_return_val_if_fail (BECKON_IS_HTTP_DOOR (self), FALSE);

  if (config->certificate == NULL)
    return TRUE;
  certificate = beckon_tls_files_load (config->certificate, config->private_key, error);
  if (certificate == NULL)
    return FALSE;
  g_set_object (&self->certificate, certificate);
  return TRUE;
}

static gboolean
start_listening (BeckonHttpDoor *self, GError **error)
{
  g_autoptr (GSocketAddress) address = beckon_listener_parse_address (self->config->listen, error);
  g_autofree char *text = NULL;

  if (address == NULL)
    return FALSE;
  self->is_on_loopback = g_inet_address_get_is_loopback (get_inet (address));
  if (!check_safe (self, error) || !beckon_http_door_reload (self, error))
    return FALSE;
  self->listener = beckon_listener_new (address, error);
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

BeckonHttpDoor *
beckon_http_door_new (SoupServer *server,
                      BeckonAddresses *addresses,
                      const BeckonServerConfig *config,
                      GError **error)
{
  g_autoptr (BeckonHttpDoor) self = NULL;

  g_return_val_if_fail (SOUP_IS_SERVER (server), NULL);
  g_return_val_if_fail (addresses != NULL && config != NULL, NULL);

  self = g_object_new (BECKON_TYPE_HTTP_DOOR, NULL);
  self->server = g_object_ref (server);
  self->addresses = beckon_addresses_ref (addresses);
  self->config = config;
  g_signal_connect_object (server, "request-started", G_CALLBACK (on_request), self, 0);
  return start_listening (self, error) ? g_steal_pointer (&self) : NULL;
}

const char *
beckon_http_door_get_url (BeckonHttpDoor *self)
{
  g_return_val_if_fail (BECKON_IS_HTTP_DOOR (self), NULL);

  return self->url;
}

void
beckon_http_door_stop (BeckonHttpDoor *self)
{
  GList *link, *next;

  g_return_if_fail (BECKON_IS_HTTP_DOOR (self));

  beckon_listener_stop (self->listener);
  for (link = self->handshakes.head; link != NULL; link = next)
    {
      next = link->next;
      handshake_cancel (link->data);
    }
}

/* ---- class ---- */

static void
beckon_http_door_dispose (GObject *object)
{
  BeckonHttpDoor *self = BECKON_HTTP_DOOR (object);

  if (self->listener != NULL)
    g_signal_handlers_disconnect_by_data (self->listener, self);
  g_clear_object (&self->listener);
  g_clear_object (&self->server);
  g_clear_object (&self->certificate);
  G_OBJECT_CLASS (beckon_http_door_parent_class)->dispose (object);
}

static void
beckon_http_door_finalize (GObject *object)
{
  BeckonHttpDoor *self = BECKON_HTTP_DOOR (object);

  g_clear_pointer (&self->addresses, beckon_addresses_unref);
  g_free (self->url);
  G_OBJECT_CLASS (beckon_http_door_parent_class)->finalize (object);
}

static void
beckon_http_door_class_init (BeckonHttpDoorClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = beckon_http_door_dispose;
  G_OBJECT_CLASS (klass)->finalize = beckon_http_door_finalize;
}

static void
beckon_http_door_init (BeckonHttpDoor *self)
{
}
