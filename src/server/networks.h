/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * beckon_networks_parse:
 * @texts: addresses and networks, as "192.0.2.1", "10.0.0.0/8" or "fd00::/8"
 *
 * Returns: (transfer full) (element-type GInetAddressMask): the networks, or %NULL with a
 * %G_IO_ERROR.
 */
GPtrArray *beckon_networks_parse (const char *const *texts, GError **error);

/** beckon_networks_contain: @networks: (nullable): %NULL contains nothing */
gboolean beckon_networks_contain (GPtrArray *networks, GInetAddress *address);

/** beckon_networks_get_key: Returns: (transfer full): by what the limits for an address count who
 * comes from @address: itself, if it is IPv4, also written as IPv6; else the /64 of IPv6, which one
 * customer has at least, as "2001:db8:0:1::/64". */
char *beckon_networks_get_key (GInetAddress *address);

G_END_DECLS
