/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "peer-private.h"

G_BEGIN_DECLS

/**
 * BeckonPeerStart:
 *
 * What makes the first picture come at once: an encoder and a way that are made before it, and
 * nothing on that way that waits for a second picture. Nothing here opens a device, and what is
 * sent before the call is open are packets with nothing in them, as RFC 6263 has them. Main thread,
 * but for what says otherwise.
 */
typedef struct _BeckonPeerStart BeckonPeerStart;

/** beckon_peer_start_new: @peer: (transfer none): outlives it */
BeckonPeerStart *beckon_peer_start_new (BeckonMediaPeer *peer);
void beckon_peer_start_free (BeckonPeerStart *self);

/** beckon_peer_start_watch_source: before a frame of the camera comes. */
void beckon_peer_start_watch_source (BeckonPeerStart *self);
/** beckon_peer_start_watch_line: @encoder, @payloader: (transfer none): of the camera, before
 * anything else looks at what comes out of them */
void
beckon_peer_start_watch_line (BeckonPeerStart *self, GstElement *encoder, GstElement *payloader);
/** beckon_peer_start_warm_up: the lines are described: if the call is not open, a frame that nobody
 * gets goes through the camera's encoder. */
void beckon_peer_start_warm_up (BeckonPeerStart *self);
/** beckon_peer_start_prime: there is a connection: the same, and empty packets find the way to the
 * other end, which has all that receives pictures from then on. One of them is repeated for a
 * second: what the path loses is known before the first picture. */
void beckon_peer_start_prime (BeckonPeerStart *self);

/** beckon_peer_start_stop: the pipeline is about to be stopped. */
void beckon_peer_start_stop (BeckonPeerStart *self);

/** beckon_peer_start_watch_receiver: @webrtc, before anything comes. */
void beckon_peer_start_watch_receiver (GstElement *webrtc);
/** beckon_peer_start_watch_sink: @sink: (transfer none): shows its first picture when it is there,
 * and the others when it is their time. */
void beckon_peer_start_watch_sink (GstElement *sink);

G_END_DECLS
