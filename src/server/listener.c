/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-server"

#include "config.h"

#include "listener.h"

#include "server-error.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

/* How many may wait to be taken; libsoup would let 10. */
#define BACKLOG 1024
/* How many are taken before others have their turn. */
#define TAKEN_AT_ONCE 64
/* When none can be taken: until the next try. */
#define PAUSE_MS 200

struct _BeckonListener
{
  GObject parent_instance;

  GSocket *socket;
  GSocketAddress *address;
  GSource *source;
  guint pause_source;
};

enum
{
  CONNECTION,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (BeckonListener, beckon_listener, G_TYPE_OBJECT)

/* ---- taking ---- */

static void
take (BeckonListener *self, GSocket *socket)
{
  g_autoptr (GSocketConnection) connection = g_socket_connection_factory_create_connection (socket);

  g_socket_set_option (socket, IPPROTO_TCP, TCP_NODELAY, TRUE, NULL);
  g_signal_emit (self, signals[CONNECTION], 0, connection);
}

static void listen_on (BeckonListener *self);

static gboolean
on_pause_over (gpointer user_data)
{
  BeckonListener *self = user_data;

  self->pause_source = 0;
  listen_on (self);
  return G_SOURCE_REMOVE;
}

static gboolean
on_readable (GSocket *listening, GIOCondition condition, gpointer user_data)
{
  g_autoptr (BeckonListener) self = g_object_ref (user_data);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < TAKEN_AT_ONCE && self->source != NULL; i++)
    {
      g_autoptr (GSocket) socket = g_socket_accept (listening, NULL, &error);

      if (socket == NULL)
        break;
      take (self, socket);
    }
  if (error == NULL || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    return self->source != NULL ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
  g_message ("Nobody can connect at the moment: %s", error->message);
  g_clear_pointer (&self->source, g_source_unref);
  self->pause_source = g_timeout_add (PAUSE_MS, on_pause_over, self);
  return G_SOURCE_REMOVE;
}

static void
listen_on (BeckonListener *self)
{
  self->source = g_socket_create_source (self->socket, G_IO_IN, NULL);
  g_source_set_callback (self->source, G_SOURCE_FUNC (on_readable), self, NULL);
  g_source_attach (self->source, g_main_context_get_thread_default ());
}

GSocketAddress *
beckon_listener_parse_address (const char *text, GError **error)
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

BeckonListener *
beckon_listener_new (GSocketAddress *address, GError **error)
{
  g_autoptr (BeckonListener) self = g_object_new (BECKON_TYPE_LISTENER, NULL);

  g_return_val_if_fail (G_IS_INET_SOCKET_ADDRESS (address), NULL);

  self->socket = g_socket_new (g_socket_address_get_family (address), G_SOCKET_TYPE_STREAM,
                               G_SOCKET_PROTOCOL_TCP, error);
  if (self->socket == NULL)
    return NULL;
  g_socket_set_blocking (self->socket, FALSE);
  g_socket_set_listen_backlog (self->socket, BACKLOG);
  if (!g_socket_bind (self->socket, address, TRUE, error) || !g_socket_listen (self->socket, error))
    return NULL;
  self->address = g_socket_get_local_address (self->socket, error);
  if (self->address == NULL)
    return NULL;
  listen_on (self);
  return g_steal_pointer (&self);
}

GSocketAddress *
beckon_listener_get_address (BeckonListener *self)
{
  g_return_val_if_fail (BECKON_IS_LISTENER (self), NULL);

  return self->address;
}

void
beckon_listener_stop (BeckonListener *self)
{
  g_return_if_fail (BECKON_IS_LISTENER (self));

  g_clear_handle_id (&self->pause_source, g_source_remove);
  if (self->source != NULL)
    g_source_destroy (self->source);
  g_clear_pointer (&self->source, g_source_unref);
  if (self->socket != NULL)
    g_socket_close (self->socket, NULL);
}

/* ---- class ---- */

static void
beckon_listener_dispose (GObject *object)
{
  BeckonListener *self = BECKON_LISTENER (object);

  beckon_listener_stop (self);
  g_clear_object (&self->socket);
  g_clear_object (&self->address);
  G_OBJECT_CLASS (beckon_listener_parent_class)->dispose (object);
}

static void
beckon_listener_class_init (BeckonListenerClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = beckon_listener_dispose;
  signals[CONNECTION] = g_signal_new ("connection", BECKON_TYPE_LISTENER, G_SIGNAL_RUN_LAST, 0,
                                      NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_SOCKET_CONNECTION);
}

static void
beckon_listener_init (BeckonListener *self)
{
}
