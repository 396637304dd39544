/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * BeckonRelayTunnel:
 *
 * Takes what libnice says to a relay over TCP or TLS. libnice knows "turns:" by name only and would
 * send everything in the clear; so it is given a port on this machine, and whoever connects there
 * is connected to the relay, over TLS, with a certificate that is checked. Over TCP as well, for by
 * its port is known which relay libnice has chosen. It has a thread of its own: media must not wait
 * for windows that are drawn.
 */
typedef struct _BeckonRelayTunnel BeckonRelayTunnel;

/**
 * beckon_relay_tunnel_new:
 * @secure: over TLS
 * @authority: (nullable): a file with the certificates (PEM) of who vouches for the relay; %NULL:
 *   whom this system trusts
 *
 * Returns: (transfer full): a tunnel that listens, or %NULL: no port, or no such file
 */
BeckonRelayTunnel *beckon_relay_tunnel_new (
    const char *host, guint16 port, gboolean secure, const char *authority, GError **error);
/** beckon_relay_tunnel_free: breaks what still goes through it. */
void beckon_relay_tunnel_free (BeckonRelayTunnel *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeckonRelayTunnel, beckon_relay_tunnel_free)

/** beckon_relay_tunnel_get_port: Returns: the port on 127.0.0.1 */
guint16 beckon_relay_tunnel_get_port (BeckonRelayTunnel *self);

/** beckon_relay_client_new: Returns: (transfer full): connects to a relay as a tunnel
 * does;
 * @database: (nullable): who vouches for it */
GSocketClient *beckon_relay_client_new (gboolean secure, GTlsDatabase *database);

G_END_DECLS
