/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "peer-private.h"

G_BEGIN_DECLS

/* What makes the first picture come at once: encoders that are made before it, and nothing on its way
 * that waits for a second one. Nothing here opens a device, and nothing is sent before the rest of the
 * connection sends. */

/** beckon_peer_start_watch_encoder: @encoder: (transfer none): of the camera, before anything else looks
 * at what comes out of it. */
void beckon_peer_start_watch_encoder (BeckonMediaPeer *self, GstElement *encoder);
/** beckon_peer_start_warm_up: the lines are there and described: a frame that nobody gets goes through
 * the camera's encoder, unless somebody is sent a picture already. */
void beckon_peer_start_warm_up (BeckonMediaPeer *self);

/** beckon_peer_start_watch_receiver: @webrtc, before anything comes. */
void beckon_peer_start_watch_receiver (GstElement *webrtc);
/** beckon_peer_start_watch_sink: @sink: (transfer none): shows its first picture when it is there, and
 * the others when it is their time. */
void beckon_peer_start_watch_sink (GstElement *sink);

G_END_DECLS
