/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "accounts.h"
#include "connection.h"

G_BEGIN_DECLS

#define BECKON_TYPE_HUB (beckon_hub_get_type ())
/**
 * BeckonHub:
 *
 * Who is connected, which calls live, and the only judge of what happens to them. Every transition
 * of an invitee is one step on one thread, so the first wins. Connections only carry. Main thread.
 */
G_DECLARE_FINAL_TYPE (BeckonHub, beckon_hub, BECKON, HUB, GObject)

/** beckon_hub_new: @config: outlives the hub */
BeckonHub *beckon_hub_new (BeckonStore *store, BeckonAccounts *accounts,
                           const BeckonServerConfig *config);

/** beckon_hub_add: a socket whose client has not said hello yet. */
void beckon_hub_add (BeckonHub *self, BeckonConnection *connection);

/** beckon_hub_stop: tells everybody that the server stops and closes all connections. */
void beckon_hub_stop (BeckonHub *self);

/** beckon_hub_get_n_connections: those that are not closed yet. */
guint beckon_hub_get_n_connections (BeckonHub *self);

G_END_DECLS
