/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "peer-private.h"

G_BEGIN_DECLS

/**
 * BeckonPeerJitter:
 *
 * How long what comes in is held back, so that what is late or has to be sent again still arrives in
 * time: no longer than the network makes it necessary. Main thread, but for what says otherwise.
 */
typedef struct _BeckonPeerJitter BeckonPeerJitter;

/** BECKON_PEER_JITTER_START_MS: what is held back until the network is known. */
#define BECKON_PEER_JITTER_START_MS 30
/** BECKON_PEER_JITTER_DECODING_MS: how much longer sinks wait, for decoders; who takes longer shows
 * late pictures at once. */
#define BECKON_PEER_JITTER_DECODING_MS 5

/** beckon_peer_jitter_new: @peer: (transfer none): outlives it */
BeckonPeerJitter *beckon_peer_jitter_new (BeckonMediaPeer *peer);
void beckon_peer_jitter_free (BeckonPeerJitter *self);

/** beckon_peer_jitter_watch: (thread any): @element was made inside webrtcbin: if it is a jitter
 * buffer, it is looked at from now on. */
void beckon_peer_jitter_watch (BeckonMediaPeer *peer, GstElement *element);

/** beckon_peer_jitter_update: once a second. @round_trip_ms: -1: not known */
void beckon_peer_jitter_update (BeckonPeerJitter *self, double round_trip_ms);

/** beckon_peer_jitter_get_play_ms: Returns: how much later than it came something is played that
 * came as quickly as it can. */
guint beckon_peer_jitter_get_play_ms (BeckonPeerJitter *self);

/* Neither a request nor its answer are sent at once. */
#define BECKON_PEER_JITTER_REPAIR_MS 40

/** beckon_peer_jitter_count_rounds: @loss: 0..1. Returns: how many requests for what is missing, and their
 * answers, are waited for. */
guint beckon_peer_jitter_count_rounds (double loss);

/** beckon_peer_jitter_repair_time:
 * @gap_ms: from one picture to the next
 * @round_trip_ms: to the peer and back, less than 0 if that is not known
 * @loss: 0..1, of all packets
 * @loss_of_pictures: 0..1: copies may hide all that is lost of the sound
 *
 * Returns: how many ms what is missing is on its way when it has to be sent again. */
double beckon_peer_jitter_repair_time (double gap_ms,
                                       double round_trip_ms,
                                       double loss,
                                       double loss_of_pictures);
/** beckon_peer_jitter_choose:
 * @now_ms: the latency that holds
 * @jitter_ms: mean deviation of the packets' delay
 * @repair_ms: beckon_peer_jitter_repair_time(); 0: nothing is sent again
 * @late: whether packets came too late in the last second
 *
 * Returns: the latency that is needed. */
guint beckon_peer_jitter_choose (guint now_ms, double jitter_ms, double repair_ms, gboolean late);

#define BECKON_CALM_SECONDS 7

/** BeckonCalm: what was needed in the last seconds, since the latency was last changed; 0s at
 * first. */
typedef struct
{
  guint needed_ms[BECKON_CALM_SECONDS];
  guint n_seconds;
  guint least_ms; /* of the connection: it has had less, and needed more */
} BeckonCalm;

/** beckon_peer_jitter_settle: once a second. @now_ms: the latency that holds; @needed_ms: what
 * would do in this second; @spread_ms: how much later than the quickest the slowest packet of it
 * came, for which nothing is held back longer, but not less either
 *
 * Returns: what is to hold: more at once, less when that was enough for some seconds, and sooner
 * where it is much less: a queue that made it necessary has gone. The least there is was not enough
 * once, and is not tried again: what is too late then is heard. */
guint beckon_peer_jitter_settle (BeckonCalm *calm, guint now_ms, guint needed_ms, guint spread_ms);

/** beckon_peer_jitter_blend_loss: @loss: 0..1, as before; @now: of the last second; @n_clean: how many
 * seconds nothing has been lost, this one included
 *
 * Returns: the loss to go by. */
double beckon_peer_jitter_blend_loss (double loss, double now, guint n_clean);

/** beckon_peer_jitter_forget_clock: a queue has gone. A buffer follows the sender's clock, a 125th of the way
 * with each packet, and takes what waited in a queue for that clock: with five pictures a second it
 * would show them later for most of a minute. So pictures begin anew. Sound has more packets, and
 * would be heard to jump. */
void beckon_peer_jitter_forget_clock (BeckonPeerJitter *self);

G_END_DECLS
