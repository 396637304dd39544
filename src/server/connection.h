/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * BeckonConnection:
 *
 * One client's WebSocket, after the handshake: carries text frames, notices silence and who does
 * not read, closes with a code. It knows nothing of what the frames say. Reference counted; main
 * thread.
 *
 * What is sent is held back until its barrier is reached: nobody is told what is not written down
 * yet. Frames go out in the order in which they were sent, together where they can.
 */
typedef struct _BeckonConnection BeckonConnection;

typedef struct
{
  /** frame: a text frame came, valid UTF-8 or not; @text lives until it returns */
  void (*frame) (gpointer user_data, const char *text, gsize length);
  /** closed: once, whoever closed it; nothing comes after */
  void (*closed) (gpointer user_data);
  /** drained: (nullable): there is room again, after beckon_connection_has_room() said that there
   * is none */
  void (*drained) (gpointer user_data);
} BeckonConnectionHandler;

BeckonConnection *beckon_connection_ref (BeckonConnection *self);
void beckon_connection_unref (BeckonConnection *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeckonConnection, beckon_connection_unref)

/** beckon_connection_set_handler: @handler: static, or %NULL: nobody listens any more */
void beckon_connection_set_handler (BeckonConnection *self,
                                    const BeckonConnectionHandler *handler,
                                    gpointer user_data);

/** beckon_connection_send: @frame: UTF-8 text without its end; @barrier: what has to be committed
 * first. Over its limit of what waits to be read the connection closes; and with 1011 if the frame
 * is too long, since whoever waits for it would wait for ever. Does nothing once it is closing. */
void beckon_connection_send (BeckonConnection *self, GBytes *frame, guint64 barrier);

/** beckon_connection_has_room: whether @length more bytes would be taken without getting near to
 * the limit. Who has much to say stops when there is no room, and goes on when "drained" comes; so
 * it is read as fast as the client can. */
gboolean beckon_connection_has_room (BeckonConnection *self, gsize length);

/** beckon_connection_close: after what was sent before; @code: of the WebSocket; "closed" follows,
 * within 2 s, never from within this call. */
void beckon_connection_close (BeckonConnection *self, guint16 code, const char *reason);

/** beckon_connection_get_address: of the client, without its port, as limits count it
 * (beckon_networks_get_key()); behind a proxy that is trusted, what that says. */
const char *beckon_connection_get_address (BeckonConnection *self);

G_END_DECLS
