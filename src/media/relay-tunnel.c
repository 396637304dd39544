/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "relay-tunnel.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

/* libnice connects once for each address of this machine. */
#define LINKS_MAX 32
#define CONNECT_SECONDS 10
/* Too many files are open: nobody says when one is closed. */
#define ACCEPT_AGAIN_MS 250

struct _BeckonRelayTunnel
{
  GSocketListener *listener;
  GTlsDatabase *database; /* nullable */
  char *host;
  guint16 port;
  guint16 local_port;
  gboolean secure;
  GMainContext *context;
  GCancellable *cancellable;
  GThread *thread;

  guint pending; /* its thread only: what is under way */
  guint links;
  GSource *again; /* nullable: to accept again */
};

typedef struct
{
  BeckonRelayTunnel *tunnel;
  GIOStream *inner;
} Link;

/* ---- connecting ---- */

static void
set_no_delay (GSocketConnection *connection)
{
  g_socket_set_option (g_socket_connection_get_socket (connection), IPPROTO_TCP, TCP_NODELAY, TRUE,
                       NULL);
}

static void
on_client_event (GSocketClient *client,
                 GSocketClientEvent event,
                 GSocketConnectable *connectable,
                 GIOStream *connection,
                 GTlsDatabase *database)
{
  if (event == G_SOCKET_CLIENT_CONNECTED)
    set_no_delay (G_SOCKET_CONNECTION (connection));
  else if (event == G_SOCKET_CLIENT_TLS_HANDSHAKING && database != NULL)
    g_tls_connection_set_database (G_TLS_CONNECTION (connection), database);
}

GSocketClient *
beckon_relay_client_new (gboolean secure, GTlsDatabase *database)
{
  GSocketClient *client = g_socket_client_new ();

  g_socket_client_set_tls (client, secure);
  g_socket_client_set_enable_proxy (client, FALSE);
  if (database != NULL)
    g_signal_connect_data (client, "event", G_CALLBACK (on_client_event), g_object_ref (database),
                           (GClosureNotify) (GCallback) g_object_unref, 0);
  else
    g_signal_connect (client, "event", G_CALLBACK (on_client_event), NULL);
  return client;
}

/* ---- links ---- */

static void
link_free (Link *link)
{
  link->tunnel->links--;
  link->tunnel->pending--;
  g_io_stream_close (link->inner, NULL, NULL);
  g_object_unref (link->inner);
  g_free (link);
}

static void
on_spliced (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Link *link = user_data;
  g_autoptr (GError) error = NULL;

  if (!g_io_stream_splice_finish (result, &error))
    g_debug ("The relay %s: %s", link->tunnel->host, error->message);
  link_free (link);
}

static void
on_connected (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Link *link = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocketConnection) outer =
      g_socket_client_connect_to_host_finish (G_SOCKET_CLIENT (source), result, &error);

  if (outer == NULL)
    {
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        g_message ("The relay %s cannot be reached: %s", link->tunnel->host, error->message);
      link_free (link);
      return;
    }
  /* Its time-out was for connecting: a muted call may be silent. */
  g_socket_set_timeout (g_socket_connection_get_socket (outer), 0);
  g_io_stream_splice_async (link->inner, G_IO_STREAM (outer),
                            G_IO_STREAM_SPLICE_CLOSE_STREAM1 | G_IO_STREAM_SPLICE_CLOSE_STREAM2,
                            G_PRIORITY_DEFAULT, link->tunnel->cancellable, on_spliced, link);
}

static void
add_link (BeckonRelayTunnel *self, GSocketConnection *inner)
{
  g_autoptr (GSocketClient) client = NULL;
  Link *link;

  if (self->links == LINKS_MAX)
    return; /* it is closed with the last reference */
  self->links++;
  self->pending++;
  link = g_new0 (Link, 1);
  link->tunnel = self;
  link->inner = G_IO_STREAM (g_object_ref (inner));
  set_no_delay (inner);
  client = beckon_relay_client_new (self->secure, self->database);
  g_socket_client_set_timeout (client, CONNECT_SECONDS);
  g_socket_client_connect_to_host_async (client, self->host, self->port, self->cancellable,
                                         on_connected, link);
}

static void accept_next (BeckonRelayTunnel *self);

static gboolean
on_again (gpointer user_data)
{
  BeckonRelayTunnel *self = user_data;

  g_clear_pointer (&self->again, g_source_unref);
  accept_next (self);
  return G_SOURCE_REMOVE;
}

/* Whoever came is still at the door. */
static void
accept_later (BeckonRelayTunnel *self)
{
  self->again = g_timeout_source_new (ACCEPT_AGAIN_MS);
  g_source_set_callback (self->again, on_again, self, NULL);
  g_source_attach (self->again, self->context);
}

static void
on_accepted (GObject *source, GAsyncResult *result, gpointer user_data)
{
  BeckonRelayTunnel *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocketConnection) inner =
      g_socket_listener_accept_finish (G_SOCKET_LISTENER (source), result, NULL, &error);

  self->pending--;
  if (inner != NULL)
    add_link (self, inner);
  if (g_cancellable_is_cancelled (self->cancellable))
    return;
  if (inner != NULL)
    {
      accept_next (self);
      return;
    }
  g_message ("A tunnel to a relay: %s", error->message);
  accept_later (self);
}

static void
accept_next (BeckonRelayTunnel *self)
{
  self->pending++;
  g_socket_listener_accept_async (self->listener, self->cancellable, on_accepted, self);
}

/* ---- its thread ---- */

static gpointer
run (gpointer data)
{
  BeckonRelayTunnel *self = data;

  g_main_context_push_thread_default (self->context);
  accept_next (self);
  while (!g_cancellable_is_cancelled (self->cancellable) || self->pending > 0)
    g_main_context_iteration (self->context, TRUE);
  if (self->again != NULL)
    g_source_destroy (self->again);
  g_clear_pointer (&self->again, g_source_unref);
  g_main_context_pop_thread_default (self->context);
  return NULL;
}

static gboolean
open_port (BeckonRelayTunnel *self, GError **error)
{
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) ours = NULL;

  self->listener = g_socket_listener_new ();
  if (!g_socket_listener_add_address (self->listener, any, G_SOCKET_TYPE_STREAM,
                                      G_SOCKET_PROTOCOL_TCP, NULL, &ours, error))
    return FALSE;
  self->local_port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (ours));
  return TRUE;
}

BeckonRelayTunnel *
beckon_relay_tunnel_new (
    const char *host, guint16 port, gboolean secure, const char *authority, GError **error)
{
  g_autoptr (BeckonRelayTunnel) self = g_new0 (BeckonRelayTunnel, 1);

  g_return_val_if_fail (host != NULL, NULL);

  self->host = g_strdup (host);
  self->port = port;
  self->secure = secure;
  self->context = g_main_context_new ();
  self->cancellable = g_cancellable_new ();
  if (secure && authority != NULL)
    self->database = g_tls_file_database_new (authority, error);
  if ((secure && authority != NULL && self->database == NULL) || !open_port (self, error))
    return NULL;
  self->thread = g_thread_new ("beckon-tunnel", run, self);
  return g_steal_pointer (&self);
}

static gboolean
on_stopped (gpointer user_data)
{
  g_cancellable_cancel (user_data);
  return G_SOURCE_REMOVE;
}

/* By its own thread: GLib loses the source of a cancellable that is cancelled by another one while
 * the source is being finished. */
static void
stop (BeckonRelayTunnel *self)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT); /* whatever the links carry */
  g_source_set_callback (source, on_stopped, self->cancellable, NULL);
  g_source_attach (source, self->context);
  g_clear_pointer (&self->thread, g_thread_join);
}

void
beckon_relay_tunnel_free (BeckonRelayTunnel *self)
{
  if (self == NULL)
    return;
  if (self->thread != NULL)
    stop (self);
  if (self->listener != NULL)
    g_socket_listener_close (self->listener);
  g_clear_object (&self->listener);
  g_clear_object (&self->database);
  g_object_unref (self->cancellable);
  g_main_context_unref (self->context);
  g_free (self->host);
  g_free (self);
}

guint16
beckon_relay_tunnel_get_port (BeckonRelayTunnel *self)
{
  return self->local_port;
}
