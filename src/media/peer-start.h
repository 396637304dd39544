/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "peer-private.h"

G_BEGIN_DECLS

/* What makes the first picture come at once: nothing on its way waits for a second one. */

/** beckon_peer_start_watch_receiver: @webrtc, before anything comes. */
void beckon_peer_start_watch_receiver (GstElement *webrtc);
/** beckon_peer_start_watch_sink: @sink: (transfer none): shows its first picture when it is there, and
 * the others when it is their time. */
void beckon_peer_start_watch_sink (GstElement *sink);

G_END_DECLS
