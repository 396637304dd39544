/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "connection-loop.h"
#include "hub.h"

G_BEGIN_DECLS

#define BECKON_TYPE_HTTP_API (beckon_http_api_get_type ())
/**
 * BeckonHttpApi:
 *
 * What clients ask over HTTP: accounts, whether the server is well, and the WebSocket handshake,
 * from which on the hub has the connection. Who may ask at all its BeckonHttpDoor decides. Main
 * thread.
 */
G_DECLARE_FINAL_TYPE (BeckonHttpApi, beckon_http_api, BECKON, HTTP_API, GObject)

/** beckon_http_api_new: @connections and @config outlive the object. Listens; fails as
 * beckon_http_door_new(). */
BeckonHttpApi *beckon_http_api_new (BeckonHub *hub,
                                    BeckonAccounts *accounts,
                                    BeckonStore *store,
                                    BeckonConnectionLoop *connections,
                                    const BeckonServerConfig *config,
                                    GError **error);

/** beckon_http_api_get_url: where it listens, as "http://127.0.0.1:7300". */
const char *beckon_http_api_get_url (BeckonHttpApi *self);

/** beckon_http_api_reload: reads the certificate again; as beckon_http_door_reload(). */
gboolean beckon_http_api_reload (BeckonHttpApi *self, GError **error);

/** beckon_http_api_stop: is not ready any more, and takes no new clients. */
void beckon_http_api_stop (BeckonHttpApi *self);

G_END_DECLS
