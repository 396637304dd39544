/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A session bus of a test's own; each connection to it is what a process is elsewhere. */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

GTestDBus *private_bus_up (void);
/** private_bus_down: @daemon: (transfer full) */
void private_bus_down (GTestDBus *daemon);

GDBusConnection *private_bus_connect (GTestDBus *daemon);
/** private_bus_disconnect: closes the connection, and lets all happen that it has brought, while
 * what that is about is still there. */
void private_bus_disconnect (GDBusConnection **connection);

void private_bus_own (GDBusConnection *connection, const char *name);

/** private_bus_go_round: what @connection has asked of the bus until now the bus has done. */
void private_bus_go_round (GDBusConnection *connection);

/** private_bus_settle: what @from has said until now has come to @to, and was dealt with there. */
void private_bus_settle (GDBusConnection *from, GDBusConnection *to);

G_END_DECLS
