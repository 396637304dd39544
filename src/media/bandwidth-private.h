/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the files of the bandwidth estimator share: bandwidth-estimator.c (the states, and what the
 * target becomes), bandwidth-path.c (what is known of the path), bandwidth-competition.c (beside
 * others on the same line). */

#pragma once

#include "bandwidth-estimator.h"

G_BEGIN_DECLS

/* The thinnest line that is of any use. */
#define BECKON_BANDWIDTH_BITS_MIN 30000
/* All packets of so long have to have waited. */
#define BECKON_PATH_WINDOW_US (50 * G_TIME_SPAN_MILLISECOND)
/* What arrives now is what did in so long. */
#define BECKON_PATH_ARRIVING_US (G_TIME_SPAN_SECOND / 2)
#define BECKON_COMPETITION_SHORT_QUEUE_US (100 * G_TIME_SPAN_MILLISECOND)
/* Who was there a moment ago is believed to be there after one cut. */
#define BECKON_COMPETITION_COMPETED_US (20 * G_TIME_SPAN_SECOND)
/* Of a thinner line others leave nothing worth having, and sound and reports alone nearly fill it.
 */
#define BECKON_COMPETITION_CAPACITY 100000
/* Loss is that of so many. */
#define BECKON_PATH_LOSS_PACKETS 100
/* Whether what follows a lost packet is lost, too, is that of so many that followed one. */
#define BECKON_PATH_RUN_PACKETS 20

typedef enum
{
  BECKON_BANDWIDTH_STARTING,
  BECKON_BANDWIDTH_DRAINING,
  BECKON_BANDWIDTH_GROWING,
  BECKON_BANDWIDTH_EXAMINING,
  BECKON_BANDWIDTH_COMPETING,
} BeckonBandwidthState;

typedef struct
{
  gint64 arrived;
  gint64 delay; /* with an offset that nobody knows */
  guint size;
} BeckonArrival;

struct _BeckonBandwidthEstimator
{
  BeckonBandwidthState state;
  double target, cap;
  double capacity;            /* as the last over-use has shown it */
  double delivered;           /* what arrived, over the last second */
  gint64 sent_at;             /* the newest that was reported */
  double sent_bits, sent_for; /* of the last second or so, as far as reports came; microseconds */
  gint64 cut_at, fed_at, blind_until;
  gint64 queue_at_cut, queue_most; /* since then, or since it became shorter */
  double cut_target, cut_arriving; /* before the first cut: bits a second */
  double loss_before, cut_loss;    /* before the last feedback, and before a queue was seen */
  double growing_for;              /* seconds in which the target was used */
  guint n_cuts;                    /* of the queue that is there now */

  GArray *arrivals;       /* BeckonArrival, by time of arrival */
  gint64 base, next_base; /* the shortest delay of two spans of time */
  gint64 base_since;
  double heap;       /* the longest wait lately that began at once, with what had waited already */
  double reordered;  /* by how much packets overtook each other lately, at most */
  double doubt;      /* 1..DOUBT_MAX */
  double noise;      /* mean step of the least wait against its direction */
  gint64 wait;       /* the least wait at the last feedback */
  double loss;       /* as reports have it */
  double loss_known; /* at most, as the peer counts it in the end */
  double loss_after_loss; /* of the packets behind one that was lost */
  gboolean was_lost;      /* the newest that was reported */
  guint n_reports;   /* in all, up to BECKON_PATH_LOSS_PACKETS */
  double compared_target, compared_loss; /* before the last growth that counts */
  gint64 compared_at;
  BeckonBandwidthState examined_from; /* what was before EXAMINING, as the next two */
  double examined_target, examined_loss, examined_sent;
  gint64 examined_at, examine_every;
  gint64 lossy_since; /* there is something to examine; 0: there is not */
  double lossy_loss;  /* then */
  guint n_examined, n_examined_lost;
  double most_capacity; /* of the last cuts */
  gint64 most_at;
  gint64 more_since;                     /* more came before; 0: it did not */
  gint64 waiting_since;                  /* all packets wait; 0: they do not */
  double waited_target, waited_arriving; /* the most since then */
  gint64 empty_since; /* COMPETING, as the next three: 0: there is a queue */
  gint64 competed_at; /* until then; 0: never */
  gint64 round_since;
  guint n_round, n_round_lost; /* packets of this round trip */
  double tried_target;         /* before a cut that was only to show it; 0: it was none */
  gboolean judged;             /* since the last cut: whose queue it is */
  gint64 silent_since;         /* 0: nothing is sent, or it is reported */
  double silent_target;        /* what was before the silence; 0: that is over */
  gint64 round_trip;
};

/* bandwidth-estimator.c */

/** beckon_bandwidth_cut: @queue: ours, microseconds: below what the path carries, until that is
 * empty */
void beckon_bandwidth_cut (BeckonBandwidthEstimator *self, gint64 now, gint64 queue);
/** beckon_bandwidth_grow_from_capacity: there is no queue, or none any more. */
void beckon_bandwidth_grow_from_capacity (BeckonBandwidthEstimator *self);

/* bandwidth-path.c */

void beckon_path_take_reports (BeckonBandwidthEstimator *self,
                               gint64 now,
                               const BeckonPacketReport *reports,
                               guint n_reports);
/** beckon_path_note_jitter: after each feedback that tells of packets: @seconds: since the last one
 */
void beckon_path_note_jitter (BeckonBandwidthEstimator *self, double seconds);
/** beckon_path_get_sent: Returns: bits a second. */
double beckon_path_get_sent (BeckonBandwidthEstimator *self);
/** beckon_path_get_arriving: Returns: bits a second, lately. */
double beckon_path_get_arriving (BeckonBandwidthEstimator *self);
/** beckon_path_get_loss: Returns: 0..1, what the path loses by itself. */
double beckon_path_get_loss (BeckonBandwidthEstimator *self);
/** beckon_path_get_loss_after_loss: Returns: 0..1, at least the loss itself. */
double beckon_path_get_loss_after_loss (BeckonBandwidthEstimator *self);
/** beckon_path_get_queue: Returns: in microseconds, 0 if there is none that matters. */
gint64 beckon_path_get_queue (BeckonBandwidthEstimator *self);
/** beckon_path_is_waiting: Returns: whether our packets wait, if not longer than is harmless. */
gboolean beckon_path_is_waiting (BeckonBandwidthEstimator *self);
/** beckon_path_is_filling: Returns: whether packets wait for half as long as would matter. */
gboolean beckon_path_is_filling (BeckonBandwidthEstimator *self);
/** beckon_path_measure_capacity: Returns: bits a second, at which packets come out of the queue. */
double beckon_path_measure_capacity (BeckonBandwidthEstimator *self);
/** beckon_path_is_roomy: Returns: whether packets that wait come out of the queue as they would on
 * no thin line, however few of them are ours. */
gboolean beckon_path_is_roomy (BeckonBandwidthEstimator *self);

/* bandwidth-competition.c */

/** beckon_competition_may_begin: Returns: FALSE: the line is too thin to be shared. */
gboolean beckon_competition_may_begin (BeckonBandwidthEstimator *self);
/** beckon_competition_is_queue_ours: Returns: whether as much arrives as before the first
 * cut; %FALSE where too little of the target is sent to tell. */
gboolean beckon_competition_is_queue_ours (BeckonBandwidthEstimator *self);
/** beckon_competition_is_waiting_for_others: Returns: whether packets go on waiting, however much
 * less of ours there is. */
gboolean beckon_competition_is_waiting_for_others (BeckonBandwidthEstimator *self, gint64 now);
/** beckon_competition_was_more_before: Returns: whether a short queue is there again, though much
 * less of ours arrives than came out of one lately. */
gboolean
beckon_competition_was_more_before (BeckonBandwidthEstimator *self, gint64 now, gint64 queue);
/** beckon_competition_has_shown: after each feedback: @was_more: the same. Returns: whether it has
 * been so for a while: the queue of a line that has become thinner is short only for a moment. */
gboolean
beckon_competition_has_shown (BeckonBandwidthEstimator *self, gint64 now, gboolean was_more);
/** beckon_competition_note_emptied: our queue is empty: if as much arrived until then as came out
 * of it when it was cut, all of the line is ours, and it is no wider. */
void beckon_competition_note_emptied (BeckonBandwidthEstimator *self);
void beckon_competition_begin (BeckonBandwidthEstimator *self, gint64 now, double target_before);
/** beckon_competition_go_on: @seconds: since the last feedback; @queue: microseconds */
void
beckon_competition_go_on (BeckonBandwidthEstimator *self, gint64 now, double seconds, gint64 queue);

G_END_DECLS
