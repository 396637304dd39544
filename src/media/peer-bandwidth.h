/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "pacer.h"
#include "peer-private.h"
#include "quality-ladder.h"

G_BEGIN_DECLS

/**
 * BeckonPeerBandwidth:
 *
 * Where a connection meets the estimator and the ladder: what the peer's session reports goes in,
 * and the encoders, and what is before them, are set to what comes out. Nothing is negotiated for
 * that. Main thread, but for what says otherwise.
 */
typedef struct _BeckonPeerBandwidth BeckonPeerBandwidth;

/** beckon_peer_bandwidth_new: @peer: (transfer none): outlives it */
BeckonPeerBandwidth *beckon_peer_bandwidth_new (BeckonMediaPeer *peer);
void beckon_peer_bandwidth_free (BeckonPeerBandwidth *self);

/** beckon_peer_bandwidth_offer_gcc: @webrtc: (transfer none): new: if the runtime has Google's
 * estimator, the target is that one's; see peer-gcc.h. */
void beckon_peer_bandwidth_offer_gcc (BeckonPeerBandwidth *self, GstElement *webrtc);
/** beckon_peer_bandwidth_watch: (thread any): @element was made inside webrtcbin: if it is an RTP
 * session its reports are taken from now on, if it is the runtime's estimator its target. */
void beckon_peer_bandwidth_watch (BeckonMediaPeer *peer, GstElement *element);

/** beckon_peer_bandwidth_add_picture: adds what makes pictures smaller and fewer behind @after; those
 * of a screen are only made fewer. Returns: (transfer none): the last of it. */
GstElement *beckon_peer_bandwidth_add_picture (BeckonPeerBandwidth *self, BeckonLine line,
                                               GstElement *after);
/** beckon_peer_bandwidth_set_encoder: @encoder: (transfer none): of a line, in the same pipeline */
void beckon_peer_bandwidth_set_encoder (BeckonPeerBandwidth *self, BeckonLine line,
                                        GstElement *encoder);

/** beckon_peer_bandwidth_set_packets: @payloader: (transfer none): makes the packets of a line's pictures.
 * @pacer: (transfer none): behind it, in the same pipeline */
void beckon_peer_bandwidth_set_packets (BeckonPeerBandwidth *self, BeckonLine line,
                                        GstElement *payloader, BeckonPacer *pacer);

/** beckon_peer_bandwidth_watch_queue: @queue: that is in front of the camera's encoder, and leaks: then
 * pictures are to be smaller */
void beckon_peer_bandwidth_watch_queue (BeckonPeerBandwidth *self, GstElement *queue);

/** beckon_peer_bandwidth_set_ssrc: @ssrc: what the pictures of @line are sent with */
void beckon_peer_bandwidth_set_ssrc (BeckonPeerBandwidth *self, BeckonLine line, guint32 ssrc);

/** beckon_peer_bandwidth_watch_sound: @payloader: (transfer none): of the microphone's packets */
void beckon_peer_bandwidth_watch_sound (BeckonPeerBandwidth *self, GstElement *payloader);
/** beckon_peer_bandwidth_set_copies: @payload: the type that the peer gives to sound with copies in it, -1: it
 * knows none */
void beckon_peer_bandwidth_set_copies (BeckonPeerBandwidth *self, int payload);

/** beckon_peer_bandwidth_set_numbered: whether the peer's description knows transport-wide numbers: then
 * it reports what it gets, and silence means something. */
void beckon_peer_bandwidth_set_numbered (BeckonPeerBandwidth *self, gboolean numbered);

/** beckon_peer_bandwidth_set_reduced: whether the peer takes feedback by itself (RFC 5506): with a
 * report of each stream before it, it is five times as much. */
void beckon_peer_bandwidth_set_reduced (BeckonPeerBandwidth *self, gboolean reduced);

/** beckon_peer_bandwidth_update: what is sent has changed. */
void beckon_peer_bandwidth_update (BeckonPeerBandwidth *self);
/** beckon_peer_bandwidth_tick: several times a second. */
void beckon_peer_bandwidth_tick (BeckonPeerBandwidth *self);

/** beckon_peer_bandwidth_try_path: as beckon_peer_repair_try_path() */
void beckon_peer_bandwidth_try_path (BeckonPeerBandwidth *self);
/** beckon_peer_bandwidth_note_loss: once a second: @loss: 0..1, of ours, as the peer counts it in
 * the end */
void beckon_peer_bandwidth_note_loss (BeckonPeerBandwidth *self, double loss);

/** beckon_peer_bandwidth_set_cap: @kbps: what is sent at most; 0: no cap */
void beckon_peer_bandwidth_set_cap (BeckonPeerBandwidth *self, guint kbps);
/** beckon_peer_bandwidth_get_target: Returns: bits a second that we may send. */
guint beckon_peer_bandwidth_get_target (BeckonPeerBandwidth *self);
/** beckon_peer_bandwidth_get_estimator: Returns: who says so, static: "beckon", or an element's factory. */
const char *beckon_peer_bandwidth_get_estimator (BeckonPeerBandwidth *self);

/** beckon_peer_bandwidth_get_quality: (transfer none) (nullable): of pictures, as the path to them
 * carries them now. */
const BeckonQuality *beckon_peer_bandwidth_get_quality (BeckonPeerBandwidth *self);
/** beckon_peer_bandwidth_get_demand: Returns: bits a second that are of use for pictures of @line; 0:
 * none are made now. */
guint beckon_peer_bandwidth_get_demand (BeckonPeerBandwidth *self, BeckonLine line);
/** beckon_peer_bandwidth_set_limit: @limit: (nullable): what the encoder of @line makes is sent to others
 * too, and is no better than that. */
void beckon_peer_bandwidth_set_limit (BeckonPeerBandwidth *self,
                                      BeckonLine line,
                                      const BeckonQuality *limit);

G_END_DECLS
