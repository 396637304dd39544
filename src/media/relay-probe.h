/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "media-relay.h"

G_BEGIN_DECLS

/**
 * beckon_relay_probe_async:
 * @authority: (nullable): as for a #BeckonRelayTunnel
 * @cancellable: (nullable)
 *
 * Asks a relay for a place of ours, and gives it back at once: whether it can be reached, and
 * believes the credentials. Within eight seconds; in a thread.
 */
void beckon_relay_probe_async (const BeckonRelay *relay,
                               const char *authority,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);

/**
 * beckon_relay_probe_finish:
 * @round_trip_ms: (out): from the request to the answer
 *
 * Returns: FALSE with %BECKON_MEDIA_ERROR_NO_RELAY (nobody answers there, or nobody whom we trust),
 * %BECKON_MEDIA_ERROR_RELAY_REFUSED (it does not believe us, or has no room), or
 * %G_IO_ERROR_CANCELLED
 */
gboolean beckon_relay_probe_finish (GAsyncResult *result, double *round_trip_ms, GError **error);

/**
 * beckon_stun_probe_async:
 * @host: of a server that answers STUN over UDP
 *
 * Asks how we look from there: whether UDP gets through at all.
 */
void beckon_stun_probe_async (const char *host,
                              guint16 port,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
/** beckon_stun_probe_finish: Returns: FALSE with %BECKON_MEDIA_ERROR_UDP_BLOCKED: no answer came.
 */
gboolean beckon_stun_probe_finish (GAsyncResult *result, double *round_trip_ms, GError **error);

G_END_DECLS
