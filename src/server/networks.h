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

G_END_DECLS
