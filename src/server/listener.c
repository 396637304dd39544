/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-server"

#include "config.h"

#include "listener.h"

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
  guint per_address;
  GHashTable *counts; /* char * → guint: connections of each address; held by each of them too */
};

enum
{
  CONNECTION,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (BeckonListener, beckon_listener, G_TYPE_OBJECT)

/* ---- how many of whom ---- */

typedef struct
{
  GHashTable *counts;
  char *address;
} Place;

static guint
count_of (GHashTable *counts, const char *address)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (counts, address));
}

static void
place_free (Place *place)
{
  const guint count = count_of (place->counts, place->address);

  g_assert (count > 0);
  if (count > 1)
    g_hash_table_insert (place->counts, g_strdup (place->address), GUINT_TO_POINTER (count - 1));
  else
    g_hash_table_remove (place->counts, place->address);
  g_hash_table_unref (place->counts);
  g_free (place->address);
  g_free (place);
}

/* Returns: FALSE: that address has all that it may have. The place is given back with @connection. */
static gboolean
take_place (BeckonListener *self, GSocketConnection *connection, GSocketAddress *remote)
{
  GInetAddress *inet = g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (remote));
  g_autofree char *address = g_inet_address_to_string (inet);
  const guint count = count_of (self->counts, address);
  Place *place;

  if (count >= self->per_address)
    return FALSE;
  place = g_new (Place, 1);
  place->counts = g_hash_table_ref (self->counts);
  place->address = g_strdup (address);
  g_hash_table_insert (self->counts, g_steal_pointer (&address), GUINT_TO_POINTER (count + 1));
  g_object_set_data_full (G_OBJECT (connection), "beckon-place", place,
                          (GDestroyNotify) place_free);
  return TRUE;
}

/* ---- taking ---- */

static void
take (BeckonListener *self, GSocket *socket)
{
  g_autoptr (GSocketConnection) connection = g_socket_connection_factory_create_connection (socket);
  g_autoptr (GSocketAddress) remote = g_socket_connection_get_remote_address (connection, NULL);

  if (remote == NULL || !take_place (self, connection, remote))
    return; /* gone already, or one too many */
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

BeckonListener *
beckon_listener_new (GSocketAddress *address, guint per_address, GError **error)
{
  g_autoptr (BeckonListener) self = g_object_new (BECKON_TYPE_LISTENER, NULL);

  g_return_val_if_fail (G_IS_INET_SOCKET_ADDRESS (address), NULL);

  self->per_address = per_address;
  self->socket = g_socket_new (g_socket_address_get_family (address), G_SOCKET_TYPE_STREAM,
                               G_SOCKET_PROTOCOL_TCP, error);
  if (self->socket == NULL)
    return NULL;
  g_socket_set_blocking (self->socket, FALSE);
  g_socket_set_listen_backlog (self->socket, BACKLOG);
  if (!g_socket_bind (self->socket, address, TRUE, error) ||
      !g_socket_listen (self->socket, error))
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
beckon_listener_finalize (GObject *object)
{
  g_hash_table_unref (BECKON_LISTENER (object)->counts);
  G_OBJECT_CLASS (beckon_listener_parent_class)->finalize (object);
}

static void
beckon_listener_class_init (BeckonListenerClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = beckon_listener_dispose;
  G_OBJECT_CLASS (klass)->finalize = beckon_listener_finalize;
  signals[CONNECTION] = g_signal_new ("connection", BECKON_TYPE_LISTENER, G_SIGNAL_RUN_LAST, 0, NULL,
                                      NULL, NULL, G_TYPE_NONE, 1, G_TYPE_SOCKET_CONNECTION);
}

static void
beckon_listener_init (BeckonListener *self)
{
  self->counts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}
