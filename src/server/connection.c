/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-server"

#include "config.h"

#include "connection.h"

#include "message.h"

/* A client that does not answer our close gets no more time than that. */
#define CLOSE_MS 2000

struct _BeckonConnection
{
  GObject parent_instance;

  SoupWebsocketConnection *socket;
  char *address;
  gint64 heard; /* monotonic */
  guint silence;
  guint silence_source;
  guint close_source;
  gboolean closed;
};

enum
{
  FRAME,
  CLOSED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (BeckonConnection, beckon_connection, G_TYPE_OBJECT)

static void
set_closed (BeckonConnection *self)
{
  g_autoptr (BeckonConnection) held = g_object_ref (self);

  if (self->closed)
    return;
  self->closed = TRUE;
  g_clear_handle_id (&self->silence_source, g_source_remove);
  g_clear_handle_id (&self->close_source, g_source_remove);
  g_signal_handlers_disconnect_by_data (self->socket, self);
  g_signal_emit (self, signals[CLOSED], 0);
}

static void
on_message (SoupWebsocketConnection *socket, SoupWebsocketDataType type, GBytes *frame,
            BeckonConnection *self)
{
  g_autoptr (BeckonConnection) held = g_object_ref (self);

  self->heard = g_get_monotonic_time ();
  if (self->close_source != 0)
    return; /* we have said goodbye */
  if (type == SOUP_WEBSOCKET_DATA_TEXT)
    g_signal_emit (self, signals[FRAME], 0, frame);
  else
    beckon_connection_close (self, BECKON_CLOSE_BAD_FRAME, "Frames are text");
}

static void
on_error (SoupWebsocketConnection *socket, GError *error, BeckonConnection *self)
{
  g_debug ("%s: %s", self->address, error->message);
}

static gboolean
on_silence (gpointer user_data)
{
  BeckonConnection *self = user_data;

  if (g_get_monotonic_time () - self->heard < (gint64) self->silence * G_USEC_PER_SEC)
    return G_SOURCE_CONTINUE;
  self->silence_source = 0;
  beckon_connection_close (self, SOUP_WEBSOCKET_CLOSE_GOING_AWAY, "Nothing was heard");
  return G_SOURCE_REMOVE;
}

BeckonConnection *
beckon_connection_new (SoupWebsocketConnection *socket, const char *address, guint silence)
{
  BeckonConnection *self = g_object_new (BECKON_TYPE_CONNECTION, NULL);

  self->socket = g_object_ref (socket);
  self->address = g_strdup (address);
  self->heard = g_get_monotonic_time ();
  self->silence = silence;
  self->silence_source = g_timeout_add_seconds (MAX (1, silence / 3), on_silence, self);
  soup_websocket_connection_set_max_incoming_payload_size (socket, 2 * BECKON_FRAME_MAX);
  g_signal_connect (socket, "message", G_CALLBACK (on_message), self);
  g_signal_connect (socket, "error", G_CALLBACK (on_error), self);
  g_signal_connect_swapped (socket, "closed", G_CALLBACK (set_closed), self);
  return self;
}

void
beckon_connection_send (BeckonConnection *self, const char *text)
{
  if (!self->closed &&
      soup_websocket_connection_get_state (self->socket) == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_send_text (self->socket, text);
}

static gboolean
on_close_late (gpointer user_data)
{
  BeckonConnection *self = user_data;

  self->close_source = 0;
  g_io_stream_close (soup_websocket_connection_get_io_stream (self->socket), NULL, NULL);
  set_closed (self);
  return G_SOURCE_REMOVE;
}

void
beckon_connection_close (BeckonConnection *self, gushort code, const char *reason)
{
  if (self->closed || self->close_source != 0)
    return;
  self->close_source = g_timeout_add (CLOSE_MS, on_close_late, self);
  if (soup_websocket_connection_get_state (self->socket) == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_close (self->socket, code, reason);
}

const char *
beckon_connection_get_address (BeckonConnection *self)
{
  return self->address;
}

static void
beckon_connection_dispose (GObject *object)
{
  BeckonConnection *self = BECKON_CONNECTION (object);

  g_clear_handle_id (&self->silence_source, g_source_remove);
  g_clear_handle_id (&self->close_source, g_source_remove);
  if (self->socket != NULL)
    g_signal_handlers_disconnect_by_data (self->socket, self);
  g_clear_object (&self->socket);
  G_OBJECT_CLASS (beckon_connection_parent_class)->dispose (object);
}

static void
beckon_connection_finalize (GObject *object)
{
  g_free (BECKON_CONNECTION (object)->address);
  G_OBJECT_CLASS (beckon_connection_parent_class)->finalize (object);
}

static void
beckon_connection_class_init (BeckonConnectionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = beckon_connection_dispose;
  object_class->finalize = beckon_connection_finalize;
  signals[FRAME] = g_signal_new ("frame", BECKON_TYPE_CONNECTION, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 1, G_TYPE_BYTES);
  signals[CLOSED] = g_signal_new ("closed", BECKON_TYPE_CONNECTION, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 0);
}

static void
beckon_connection_init (BeckonConnection *self)
{
}
