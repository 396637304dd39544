/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

#include "bandwidth-estimator.h"

G_BEGIN_DECLS

/** SIMULATED_PACKET: bytes of the largest packet */
#define SIMULATED_PACKET 1200

/** SimulatedPath: a camera that sends what an estimator lets it, a line with a rate, a queue, loss
 * and jitter, and a peer that reports 20 times a second. Time is only a number here. Whoever tests
 * sets the fields, also while it runs; times are in µs. */
typedef struct
{
  BeckonBandwidthEstimator *estimator;
  GRand *dice;
  GQueue packets; /* BeckonPacketReport, by time of sending; arrived_us by our clock */
  gint64 now;
  double busy_until;
  gint64 next_frame, next_feedback, next_sound;

  /* The path */
  guint rate;    /* bits a second; 0: no limit */
  gint64 queue;  /* the longest wait */
  gint64 delay;  /* one way */
  gint64 others; /* the longest wait for somebody else's packets; it comes and goes by half each two
                    seconds */
  gint64 jitter;
  gboolean ordered; /* no packet overtakes another */
  gint64 last_arrival;
  double loss;
  double burst;      /* packets that are lost in a row, on average; 0: each is by itself */
  gboolean in_burst; /* now */
  double reports_lost;
  gboolean late_is_lost; /* in reports, where others have overtaken it */
  gboolean reports_late; /* they have the jitter of the path, too, in order */
  GQueue feedbacks;      /* Feedback, those */

  /* A TCP stream beside us, which sends as much as it may */
  double tcp_window; /* bits; 0: there is none */
  double tcp_due;    /* bits */
  gint64 tcp_cut;    /* nothing that is lost before counts: it is of the same round trip */
  guint64 tcp_bits;  /* that came through */

  /* The camera */
  double use;         /* share of the target that it sends */
  guint most;         /* bits a second; 0: all that it may */
  guint least;        /* the same: it cannot send less */
  gint64 sound_every; /* 0: there is none */

  /* What was seen */
  double longest_wait;
  guint lowest;
} SimulatedPath;

/** simulated_path_new: @rate: bits a second, or 0; with 20 ms of delay and a queue of a second
 *
 * Returns: (transfer full): the same packets each time, by seed */
SimulatedPath *simulated_path_new (guint rate);
void simulated_path_free (SimulatedPath *self);
/** simulated_path_get_target: bits a second */
guint simulated_path_get_target (SimulatedPath *self);
/** simulated_path_run: for @time, of which it says afterwards the longest wait and the lowest
 * target */
void simulated_path_run (SimulatedPath *self, gint64 time);
/** simulated_path_get_mean_target: Returns: in bits a second, of the @n_seconds that it runs for
 * that */
double simulated_path_get_mean_target (SimulatedPath *self, guint n_seconds);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimulatedPath, simulated_path_free)

G_END_DECLS
