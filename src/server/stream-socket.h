/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * beckon_stream_get_socket_connection:
 * @stream: libsoup's stream around one of TLS around that of a socket, or any part of this
 * @is_tls: (out) (optional): whether TLS is between
 *
 * Returns: (transfer none) (nullable): the connection at the bottom
 */
GSocketConnection *beckon_stream_get_socket_connection (GIOStream *stream, gboolean *is_tls);

G_END_DECLS
