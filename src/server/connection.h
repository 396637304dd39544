/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

#define BECKON_TYPE_CONNECTION (beckon_connection_get_type ())
/**
 * BeckonConnection:
 *
 * One client's socket: carries frames, notices silence, closes with a code. It knows nothing of what
 * the frames say. Main thread.
 *
 * Signals:
 *   frame (GBytes *frame)  a text frame came
 *   closed ()              once, whoever closed it; nothing comes after
 */
G_DECLARE_FINAL_TYPE (BeckonConnection, beckon_connection, BECKON, CONNECTION, GObject)

/** beckon_connection_new: @silence: seconds without a frame after which it is given up */
BeckonConnection *beckon_connection_new (SoupWebsocketConnection *socket, const char *address,
                                         guint silence);

void beckon_connection_send (BeckonConnection *self, const char *text);
/** beckon_connection_close: @code: of the WebSocket; "closed" follows, within 2 s. */
void beckon_connection_close (BeckonConnection *self, gushort code, const char *reason);
const char *beckon_connection_get_address (BeckonConnection *self);

G_END_DECLS
