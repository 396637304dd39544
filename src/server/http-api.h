/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "hub.h"

G_BEGIN_DECLS

#define BECKON_TYPE_HTTP_API (beckon_http_api_get_type ())
/**
 * BeckonHttpApi:
 *
 * The server's door: account calls over HTTP, and the WebSocket handshake, from which on the hub has
 * the connection. Main thread.
 */
G_DECLARE_FINAL_TYPE (BeckonHttpApi, beckon_http_api, BECKON, HTTP_API, GObject)

/** beckon_http_api_new: @config: outlives the object. Listens; fails with
 * %BECKON_SERVER_ERROR_CONFIG, %G_IO_ERROR (the address), %G_TLS_ERROR (the certificate). */
BeckonHttpApi *beckon_http_api_new (BeckonHub *hub, BeckonAccounts *accounts,
                                    const BeckonServerConfig *config, GError **error);

/** beckon_http_api_get_url: where it listens, as "http://127.0.0.1:7300". */
const char *beckon_http_api_get_url (BeckonHttpApi *self);

/** beckon_http_api_stop: takes no new connections. */
void beckon_http_api_stop (BeckonHttpApi *self);

G_END_DECLS
