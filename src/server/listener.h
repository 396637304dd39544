/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define BECKON_TYPE_LISTENER (beckon_listener_get_type ())
/**
 * BeckonListener:
 *
 * A socket on which the server listens. When no connection can be taken, because the process has no
 * file left for it, it waits a moment and goes on; libsoup's own listener would take none ever
 * again, and lets only ten wait. Main thread.
 *
 * Signals:
 *   connection (GSocketConnection *connection)  somebody connected; closed unless a handler keeps
 * it
 */
G_DECLARE_FINAL_TYPE (BeckonListener, beckon_listener, BECKON, LISTENER, GObject)

/** beckon_listener_parse_address: @text: "ADDRESS:PORT", IPv6 as "[::1]:7300". Returns: (transfer
 * full): the address, or %NULL with %BECKON_SERVER_ERROR_CONFIG. */
GSocketAddress *beckon_listener_parse_address (const char *text, GError **error);

/** beckon_listener_new: fails with %G_IO_ERROR. */
BeckonListener *beckon_listener_new (GSocketAddress *address, GError **error);

/** beckon_listener_get_address: Returns: (transfer none): where it is, with the port that it got.
 */
GSocketAddress *beckon_listener_get_address (BeckonListener *self);

/** beckon_listener_stop: takes nobody any more. */
void beckon_listener_stop (BeckonListener *self);

G_END_DECLS
