/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "accounts.h"
#include "connection.h"
#include "metrics.h"
#include "timer-wheel.h"

G_BEGIN_DECLS

#define BECKON_TYPE_HUB (beckon_hub_get_type ())
/**
 * BeckonHub:
 *
 * Who is connected, which calls live, what each device has not been told yet; and the only judge of what
 * happens to calls. Every transition of an invitee is one step on one thread, so the first wins. Connections
 * only carry. Main thread.
 *
 * This header is the seam behind which a second hub, of several servers, will stand; the programs of
 * tests/server that speak the protocol are its conformance suite.
 *
 * This one lives in memory and writes what it decides into the store's record, in the batch that has to be
 * committed before anybody is told. So a server that is killed comes back with its sessions, calls that ring
 * and run, events that were not acknowledged and replies that may be asked for again.
 */
G_DECLARE_FINAL_TYPE (BeckonHub, beckon_hub, BECKON, HUB, GObject)

/** beckon_hub_new: reads the store's record; @metrics, @wheel and @config outlive the hub. Fails with
 * %BECKON_SERVER_ERROR_DATABASE. */
BeckonHub *beckon_hub_new (BeckonStore *store, BeckonAccounts *accounts, BeckonTimerWheel *wheel,
                           BeckonMetrics *metrics, const BeckonServerConfig *config, GError **error);

/** beckon_hub_add: a connection whose client has not said hello yet. */
void beckon_hub_add (BeckonHub *self, BeckonConnection *connection);

/** beckon_hub_stop: tells everybody that the server stops and closes all connections; their sessions can be
 * resumed at the next server on the same store. */
void beckon_hub_stop (BeckonHub *self);

/** beckon_hub_get_n_connections: those that are not closed yet. */
guint beckon_hub_get_n_connections (BeckonHub *self);

G_END_DECLS
