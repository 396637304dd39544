/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "media-relay.h"

G_BEGIN_DECLS

/** BECKON_RELAY_RATE_MAX: kbit/s: no more is tried, which is twice what a call sends at most. */
#define BECKON_RELAY_RATE_MAX 8000

/**
 * beckon_relay_rate_async:
 * @authority: (nullable): as for a #BeckonRelayTunnel
 * @cancellable: (nullable)
 *
 * Measures what gets to a relay and back: takes two places there, and sends packets as large as
 * those of pictures from one to the other, as fast as %BECKON_RELAY_RATE_MAX, for less than a
 * second; 0.8 MB at most. In a thread; the line is full meanwhile.
 */
void beckon_relay_rate_async (const BeckonRelay *relay,
                              const char *authority,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);

/**
 * beckon_relay_rate_finish:
 * @rate: (out): kbit/s of what was in the packets
 *
 * Returns: FALSE with %BECKON_MEDIA_ERROR_NO_PATH (too little came back to be measured), or as
 * beckon_relay_probe_finish()
 */
gboolean beckon_relay_rate_finish (GAsyncResult *result, guint *rate, GError **error);

G_END_DECLS
