/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** BeckonPacketReport: what became of one packet of ours, as the peer's transport-wide feedback says. */
typedef struct
{
  gint64 sent_us;    /* our clock */
  gint64 arrived_us; /* the peer's clock, whatever that begins with; not looked at if lost */
  guint size;        /* bytes */
  gboolean lost;
} BeckonPacketReport;

/**
 * BeckonBandwidthEstimator:
 *
 * How many bits a second the path to one peer carries now. Nothing but arithmetic: it knows no clock
 * and no network, so that a test can be both. One thread at a time.
 *
 * What decides is delay. A queue that fills makes every packet wait; jitter makes some wait. So the
 * path is over-used when even that of the latest packets which waited least has waited too long. The
 * rate at which packets came out of that queue is what the path carries, and the target goes below
 * it, further the longer the queue is. When the queue is empty the target returns, slowly at the rate
 * that was too much and faster and faster beyond it. It begins by doubling every second.
 *
 * Loss alone does not lower the target: radio loses packets without being full, and of half the bits
 * as large a share would be lost. Only where the share depends on the rate is it the rate that loses;
 * where very much is lost that is tried out.
 */
typedef struct _BeckonBandwidthEstimator BeckonBandwidthEstimator;

BeckonBandwidthEstimator *beckon_bandwidth_estimator_new (void);
void beckon_bandwidth_estimator_free (BeckonBandwidthEstimator *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeckonBandwidthEstimator, beckon_bandwidth_estimator_free)

/** beckon_bandwidth_estimator_set_cap: @bits: a second, what the target never exceeds; 0: no cap */
void beckon_bandwidth_estimator_set_cap (BeckonBandwidthEstimator *self, guint bits);

/** beckon_bandwidth_estimator_get_bounds: @least, @most: (out): bits a second that the target stays
 * between, whatever is reported */
void beckon_bandwidth_estimator_get_bounds (BeckonBandwidthEstimator *self, guint *least,
                                            guint *most);

/** beckon_bandwidth_estimator_take: one feedback. @now_us: when it came, by our clock; @reports: in
 * the order of sending. A hostile peer may say what it likes: the target stays within its bounds. */
void beckon_bandwidth_estimator_take (BeckonBandwidthEstimator *self, gint64 now_us,
                                      const BeckonPacketReport *reports, guint n_reports);

/** beckon_bandwidth_estimator_note_loss: once a second: @loss: 0..1, what the peer says has not
 * come at all; feedbacks call a packet lost that others have overtaken. */
void beckon_bandwidth_estimator_note_loss (BeckonBandwidthEstimator *self, double loss);

/** beckon_bandwidth_estimator_tick: now and then: a path that reports nothing at all while something is
 * sent is full, or gone. */
void beckon_bandwidth_estimator_tick (BeckonBandwidthEstimator *self, gint64 now_us,
                                      gboolean sending);

/** beckon_bandwidth_estimator_get_target: Returns: bits a second to send, headers and all. */
guint beckon_bandwidth_estimator_get_target (BeckonBandwidthEstimator *self);
/** beckon_bandwidth_estimator_get_sent: Returns: bits a second that were sent lately, as far as reports came. */
guint beckon_bandwidth_estimator_get_sent (BeckonBandwidthEstimator *self);
/** beckon_bandwidth_estimator_get_drained: Returns: what the target will be when the queue that is being
 * emptied is empty; 0: none is. */
guint beckon_bandwidth_estimator_get_drained (BeckonBandwidthEstimator *self);
/** beckon_bandwidth_estimator_get_pace: Returns: bits a second at which the packets of a large picture
 * may follow each other; 0: as they come, the path has never been seen full. */
guint beckon_bandwidth_estimator_get_pace (BeckonBandwidthEstimator *self);
/** beckon_bandwidth_estimator_is_examining: Returns: whether the target is lower for a moment, to
 * see what that changes: nothing else should be changed for it. */
gboolean beckon_bandwidth_estimator_is_examining (BeckonBandwidthEstimator *self);
/** beckon_bandwidth_estimator_get_share: for who goes by another's target, made of the same reports:
 * Returns: what part of it to send, less than 1 where nothing is reported, and until what was before
 * has been tried again. */
double beckon_bandwidth_estimator_get_share (BeckonBandwidthEstimator *self);
/** beckon_bandwidth_estimator_get_loss: Returns: 0..1, of the last hundred packets or so. */
double beckon_bandwidth_estimator_get_loss (BeckonBandwidthEstimator *self);
/** beckon_bandwidth_estimator_get_loss_after_loss: Returns: 0..1, of the packets that followed one that
 * was lost, at least the loss itself: as much as that where each is lost by itself, more in bursts. */
double beckon_bandwidth_estimator_get_loss_after_loss (BeckonBandwidthEstimator *self);
/** beckon_bandwidth_estimator_get_round_trip: Returns: microseconds, -1 before the first feedback. */
gint64 beckon_bandwidth_estimator_get_round_trip (BeckonBandwidthEstimator *self);

G_END_DECLS
