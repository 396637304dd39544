/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "addresses.h"
#include "server-config.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

#define BECKON_TYPE_HTTP_DOOR (beckon_http_door_get_type ())
/**
 * BeckonHttpDoor:
 *
 * Who may come in, and how. It listens, does TLS, and keeps out who would talk without TLS over a
 * network, pages of other people in a browser, and too many of one address. From a proxy that is
 * trusted everybody comes, and its word about who they are is taken. Main thread.
 */
G_DECLARE_FINAL_TYPE (BeckonHttpDoor, beckon_http_door, BECKON, HTTP_DOOR, GObject)

/**
 * beckon_http_door_new:
 * @server: gets everybody's requests
 * @addresses: counts connections, also those that are not HTTP any more
 * @config: outlives the object
 *
 * Listens. Fails with %BECKON_SERVER_ERROR_CONFIG, a %G_IO_ERROR (the address), or a %G_TLS_ERROR,
 * %G_FILE_ERROR (the certificate).
 */
BeckonHttpDoor *beckon_http_door_new (SoupServer *server,
                                      BeckonAddresses *addresses,
                                      const BeckonServerConfig *config,
                                      GError **error);

/** beckon_http_door_get_url: where it listens, as "http://127.0.0.1:7300". */
const char *beckon_http_door_get_url (BeckonHttpDoor *self);

/** beckon_http_door_reload: reads the certificate again, for those who come from now on. When it
 * fails, as the constructor, the one before stays. */
gboolean beckon_http_door_reload (BeckonHttpDoor *self, GError **error);

/** beckon_http_door_stop: takes nobody any more. */
void beckon_http_door_stop (BeckonHttpDoor *self);

/** beckon_http_door_get_client: Returns: (transfer full): from where it is asked, as limits count
 * it (beckon_networks_get_key()); also by somebody who is gone already. */
char *beckon_http_door_get_client (BeckonHttpDoor *self, SoupServerMessage *message);

/** beckon_http_door_let_go: does not count @stream any more, which was stolen: whoever has it now
 * does. */
void beckon_http_door_let_go (BeckonHttpDoor *self, GIOStream *stream);

G_END_DECLS
