/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gst/gst.h>

#include "media-peer.h"

G_BEGIN_DECLS

#define BECKON_GCC_FACTORY "rtpgccbwe"
#define BECKON_OWN_ESTIMATOR "beckon" /* the name of ours in statistics */

/**
 * BeckonPeerGcc:
 *
 * Google Congestion Control, where that is asked for and the runtime has it: the element
 * `rtpgccbwe` of gst-plugins-rs behind what webrtcbin sends. It paces packets, and says from the
 * peer's reports how many bits a second the path carries; each time that changes, the peer's
 * bandwidth is updated. Main thread, but for what says otherwise.
 */
typedef struct _BeckonPeerGcc BeckonPeerGcc;

/** beckon_peer_gcc_new: @peer: (transfer none): outlives it */
BeckonPeerGcc *beckon_peer_gcc_new (BeckonMediaPeer *peer);
void beckon_peer_gcc_free (BeckonPeerGcc *self);

/** beckon_peer_gcc_set_bounds: in bits a second: @start: before anything is known; @least, @most:
 * it never says less, or more; they hold for an element that is made later */
void beckon_peer_gcc_set_bounds (BeckonPeerGcc *self, guint start, guint least, guint most);

/** beckon_peer_gcc_offer: gives @webrtc the element when it asks what else packets go through; it
 * has not asked yet. Nothing happens where there is no such element. */
void beckon_peer_gcc_offer (BeckonPeerGcc *self, GstElement *webrtc);
/** beckon_peer_gcc_watch: (thread any): @element has found its place inside webrtcbin: if it is the
 * one, it is at work from now on. */
void beckon_peer_gcc_watch (BeckonPeerGcc *self, GstElement *element);

/** beckon_peer_gcc_get_target: Returns: bits a second, 0: it is not at work. */
guint beckon_peer_gcc_get_target (BeckonPeerGcc *self);

G_END_DECLS
