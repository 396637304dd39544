/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "connection-loop.h"
#include "http-door.h"

G_BEGIN_DECLS

/** BeckonHttpUpgradeFunc: @connection: a WebSocket whose client has said nothing yet; set its
 * handler now */
typedef void (*BeckonHttpUpgradeFunc) (BeckonConnection *connection, gpointer user_data);

/**
 * beckon_http_upgrade_serve:
 * @loop: outlives @server
 *
 * Answers WebSocket handshakes on /v1/signal. Then the connection is @server's no more: @loop has
 * it, and @func is told.
 */
void beckon_http_upgrade_serve (SoupServer *server,
                                BeckonHttpDoor *door,
                                BeckonConnectionLoop *loop,
                                BeckonHttpUpgradeFunc func,
                                gpointer user_data);

/** beckon_http_upgrade_stop: answers handshakes with 503 from now on. */
void beckon_http_upgrade_stop (SoupServer *server);

G_END_DECLS
