/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Pictures, sent again before anybody asks: whole packets, as an answer to a request would be.
 * Sound has its copies inside its next packets (sound-copies.h); the handshake that comes before
 * both is peer-repeat.h's. */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define BECKON_COPIES_MAX 3

/**
 * BeckonPeerRepair:
 *
 * Sends pictures more than once where much is lost, before anybody asks. The copies are what an
 * answer to such a request would be, so that nothing is negotiated for them, and whoever
 * understands repetition understands them. They follow with the next frames, since what is lost is
 * often lost together; those of the very first picture follow at once, too. Where little is lost
 * there are none: to ask is cheaper.
 */
typedef struct _BeckonPeerRepair BeckonPeerRepair;

BeckonPeerRepair *beckon_peer_repair_new (void);
void beckon_peer_repair_free (BeckonPeerRepair *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeckonPeerRepair, beckon_peer_repair_free)

/** beckon_peer_repair_add_line: @ssrc: what its pictures are sent with. Before anything is sent. */
void beckon_peer_repair_add_line (BeckonPeerRepair *self, guint32 ssrc);

/** beckon_peer_repair_watch: (thread any): @element: (transfer none): if it keeps what was sent to send
 * it again, its packets are copied from now on; @self outlives it. */
void beckon_peer_repair_watch (BeckonPeerRepair *self, GstElement *element);

/** beckon_peer_repair_try_path: sends a packet of the last frame once more, for nothing but the
 * reports of the peer: what is lost is known before there is something to lose. */
void beckon_peer_repair_try_path (BeckonPeerRepair *self);

/** beckon_peer_repair_update:
 * @now_us: the monotonic clock
 * @loss: 0..1, what the peer reports lost
 * @round_trip_us: -1: not known
 * @room: how many copies there may be
 * @spare: how many of them take nothing from pictures
 *
 * Copies more at once, and less after a while.
 *
 * Returns: how many bits go into repair for each bit of a picture. */
double beckon_peer_repair_update (BeckonPeerRepair *self, gint64 now_us, double loss,
                                  gint64 round_trip_us, guint room, guint spare);

/** beckon_peer_repair_set_limit: so much may be sent again, copies and answers together. 0: nothing, nor
 * ever what is before the next key frame. */
void beckon_peer_repair_set_limit (BeckonPeerRepair *self, guint bits_per_second);

/** beckon_peer_repair_choose: Returns: how many copies are needed, so that next to nothing is missing
 * when the time for asking again is over too; and still less, where up to @spare take nothing from pictures. */
guint beckon_peer_repair_choose (double loss, gint64 round_trip_us, guint spare);

G_END_DECLS
