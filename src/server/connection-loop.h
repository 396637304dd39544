/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "addresses.h"
#include "connection.h"
#include "metrics.h"
#include "timer-wheel.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * BeckonConnectionLimits:
 * @silence_seconds: a connection from which nothing came for so long is closed, with 1001; after a
 *   third of it it is pinged
 * @outbound_bytes: a connection for which more than that waits is closed, with 4004
 */
typedef struct
{
  guint silence_seconds;
  gsize outbound_bytes;
} BeckonConnectionLimits;

/**
 * BeckonConnectionLoop:
 *
 * Carries all WebSockets of a server in one source of the main loop, which would look at each of
 * them in every turn if they were sources of their own. In a turn everybody who has sent something
 * is read from once, and everybody for whom something is there is written to once; what cannot be
 * done in some milliseconds waits for the next turn, so that others have theirs. Main thread.
 *
 * It counts connections, bytes that wait, how connections closed, and how late the loop is.
 */
typedef struct _BeckonConnectionLoop BeckonConnectionLoop;

/** beckon_connection_loop_new: attaches itself to the thread's default main context; @wheel and
 * @metrics outlive it. */
BeckonConnectionLoop *beckon_connection_loop_new (BeckonTimerWheel *wheel,
                                                  BeckonMetrics *metrics,
                                                  const BeckonConnectionLimits *limits);

/** beckon_connection_loop_free: drops the connections that are left: they are "closed". Not from
 * within one of their handlers. */
void beckon_connection_loop_free (BeckonConnectionLoop *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeckonConnectionLoop, beckon_connection_loop_free)

/**
 * beckon_connection_loop_adopt:
 * @stream: (transfer full): what soup_server_message_steal_connection() returned, when the
 * handshake was answered; with nobody else holding what it is made of
 * @address: of the client, as limits count it
 *
 * Takes a WebSocket over. Its frames come from the next turn on: set its handler before.
 *
 * Returns: (transfer full): the connection, which lives until it is closed, also without this
 * reference
 */
BeckonConnection *
beckon_connection_loop_adopt (BeckonConnectionLoop *self, GIOStream *stream, const char *address);

/** beckon_connection_loop_set_committed: frames with this barrier, or a lower one, may go out. */
void beckon_connection_loop_set_committed (BeckonConnectionLoop *self, guint64 committed);

/** beckon_connection_loop_get_n_connections: those that are not closed yet. */
guint beckon_connection_loop_get_n_connections (BeckonConnectionLoop *self);

/** beckon_connection_loop_get_addresses: Returns: (transfer none): from where they come. */
BeckonAddresses *beckon_connection_loop_get_addresses (BeckonConnectionLoop *self);

G_END_DECLS
