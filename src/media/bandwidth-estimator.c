/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The header says what this is about. One state machine:
 *
 *               over-use              queue is empty
 *   STARTING ─────────────▶ DRAINING ────────────────▶ GROWING
 *   ×2 a second             below what ◀────────────── slowly at the capacity that was
 *                           was measured   over-use    measured, faster beyond it
 *
 * Where much is lost, or more at more bits, and no delay says why, EXAMINING sends less than
 * arrives for a moment: if much less is lost then, it was the rate; if not, everything is as
 * before. Where no reports come at all, half is sent, and half of that.
 *
 * COMPETING is in bandwidth-competition.c; what the reports say of the path in bandwidth-path.c. */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "bandwidth-private.h"

#include <math.h>

#define START_BITS 500000
#define BITS_MAX 20000000
/* Packets may follow each other faster than the target by so much: what was encoded for a higher
 * target, before a stall was taken for a full line, has to get away, too. */
#define PACE 2.5
#define BACK_OFF 0.85
#define BACK_OFF_MIN 0.2
#define CUTS_OF_ONE_QUEUE 2
/* Of what is sent: who gets less than that out of a queue still fills it. */
#define ARRIVES_SHARE 0.92
/* Of the longest that a queue was: it is being emptied. */
#define EMPTYING_SHARE 0.75
/* A line that loses by the rate is full, though it may never have been seen empty. */
#define BLIND_SHARE 0.5
#define BLIND_US G_TIME_SPAN_SECOND
/* target = capacity × (1 + CURVE × (t - 1)³), t in seconds: back at the capacity after one second.
 */
#define CURVE 0.15
#define GROWTH_MAX 2.0 /* a second */
/* Who sends less than this share of the target has not tried it. */
#define USED_SHARE 0.6
/* The same beyond what a full line was measured to carry. */
#define USED_SHARE_BEYOND 0.72
#define UNUSED_GROWTH 1.4 /* a second */
#define UNUSED_RATIO 8
#define UNUSED_GROWTH_BEYOND 1.1 /* the same where a line was full before */
/* Loss comes of the rate if it rose by so much while the rate rose by so much. */
#define LOSS_RISE 0.15
#define RATE_RISE 1.25
#define LOSS_REMEMBERED_US (10 * G_TIME_SPAN_SECOND)
#define LOSS_EXAMINED 0.3
/* One long burst has gone by then, and would look as if sending less had ended it. */
#define LOSSY_US (500 * G_TIME_SPAN_MILLISECOND)
#define LOSSY_STILL 0.66 /* of what was lost at first */
/* And less often each time that it was for nothing. */
#define EXAMINE_EVERY_US (20 * G_TIME_SPAN_SECOND)
#define EXAMINE_EVERY_MAX (10 * 60 * G_TIME_SPAN_SECOND)
#define EXAMINE_US (600 * G_TIME_SPAN_MILLISECOND)
#define EXAMINE_PACKETS 40
#define EXAMINE_SHARE 0.8 /* of what arrives */
#define LOSS_FELL 0.4
/* Who finds out nothing in so long asks too seldom; who sends next to nothing cannot send less. */
#define EXAMINE_US_MAX (1500 * G_TIME_SPAN_MILLISECOND)
#define EXAMINED_BITS_MIN 80000
/* Reports come several times a second, and are lost as other packets are. */
#define SILENCE_US (700 * G_TIME_SPAN_MILLISECOND)
#define SILENCE_OF_LOSS_US (3 * G_TIME_SPAN_SECOND)
/* After it what was before is tried again soon: more often a processor stalls than a line. */
#define RETURN_GROWTH 4.0 /* a second */
#define RETURN_LOSS 0.1
/* A line that is over-used below what it has carried has become thinner, or only seems to be: each
 * time more is harmless, and half as much more after so long. */
#define DOUBT_GROWTH 1.5
#define DOUBT_MAX 10.0
#define DOUBT_HALF_US (20 * G_TIME_SPAN_SECOND)
#define BELOW 0.9
/* Of the newest report: one alone may call late packets lost, where they overtake each other. */
#define LOSS_KNOWN_WEIGHT 0.5

BeckonBandwidthEstimator *
beckon_bandwidth_estimator_new (void)
{
  BeckonBandwidthEstimator *self = g_new0 (BeckonBandwidthEstimator, 1);

  self->target = START_BITS;
  self->cap = BITS_MAX;
  self->doubt = 1;
  self->examine_every = EXAMINE_EVERY_US;
  self->arrivals = g_array_new (FALSE, FALSE, sizeof (BeckonArrival));
  self->base = self->next_base = G_MAXINT64;
  self->round_trip = -1;
  return self;
}

void
beckon_bandwidth_estimator_free (BeckonBandwidthEstimator *self)
{
  g_array_unref (self->arrivals);
  g_free (self);
}

/* ---- over-use ---- */

void
beckon_bandwidth_cut (BeckonBandwidthEstimator *self, gint64 now, gint64 queue)
{
  const double share =
      CLAMP (BACK_OFF - (double) queue / G_TIME_SPAN_SECOND, BACK_OFF_MIN, BACK_OFF);

  if (self->state != BECKON_BANDWIDTH_DRAINING)
    {
      self->cut_loss = self->loss_before;
      self->cut_target = self->target;
      self->cut_arriving = beckon_path_get_arriving (self);
      self->n_cuts =
          self->competed_at > 0 && now - self->competed_at < BECKON_COMPETITION_COMPETED_US;
    }
  if (self->state != BECKON_BANDWIDTH_DRAINING && self->capacity > 0 &&
      self->target < BELOW * self->capacity)
    self->doubt = MIN (DOUBT_MAX, self->doubt * DOUBT_GROWTH);
  self->capacity = CLAMP (beckon_path_measure_capacity (self), BECKON_BANDWIDTH_BITS_MIN, BITS_MAX);
  /* Some of what arrived may have done so before the line was thin; but of who shares it with others,
   * more arrives than a moment of waiting shows. */
  self->cut_arriving = MIN (self->cut_arriving, MAX (self->capacity, self->cut_arriving / 2));
  if (queue > 2 * BECKON_COMPETITION_SHORT_QUEUE_US || self->capacity > self->most_capacity ||
      now - self->most_at > BECKON_COMPETITION_COMPETED_US)
    {
      self->most_capacity = self->capacity;
      self->most_at = now;
    }
  /* Before it was as long as that the line may have been wider. */
  if (queue > BECKON_COMPETITION_SHORT_QUEUE_US)
    self->waiting_since = 0;
  self->target = MIN (self->target, share * self->capacity);
  self->silent_target = 0;
  self->cut_at = now;
  self->queue_at_cut = self->queue_most = queue;
  self->n_cuts++;
  self->state = BECKON_BANDWIDTH_DRAINING;
}

/* Returns: the target when the queue is empty. */
static double
get_drained (BeckonBandwidthEstimator *self)
{
  return MAX (self->target, BACK_OFF * self->capacity);
}

void
beckon_bandwidth_grow_from_capacity (BeckonBandwidthEstimator *self)
{
  self->state = BECKON_BANDWIDTH_GROWING;
  self->target = get_drained (self);
  self->loss = MIN (self->loss, self->cut_loss);
  self->growing_for = 0;
  self->n_cuts = 0;
}

/* ---- emptying a queue ---- */

static void
drain_blindly (BeckonBandwidthEstimator *self, gint64 now, double capacity)
{
  self->capacity = CLAMP (capacity, BECKON_BANDWIDTH_BITS_MIN, BITS_MAX);
  self->target = MIN (self->target, BLIND_SHARE * self->capacity);
  self->cut_at = now;
  self->blind_until = now + BLIND_US;
  self->queue_at_cut = 0;
  self->state = BECKON_BANDWIDTH_DRAINING;
  /* What is lost at the new rate is another matter. */
  self->compared_target = self->target;
  self->compared_at = now;
  self->loss = self->cut_loss = self->compared_loss;
  self->cut_target = self->target;
  self->n_reports = BECKON_PATH_LOSS_PACKETS / 4;
}

/* Whether what the line carries was measured to be more than it is: some came before it was thinner. */
static gboolean
still_fills_queue (BeckonBandwidthEstimator *self)
{
  return beckon_path_get_arriving (self) <
         ARRIVES_SHARE * MIN (self->target, beckon_path_get_sent (self));
}

static void
note_emptying (BeckonBandwidthEstimator *self, gint64 now, gint64 queue)
{
  self->queue_most = MAX (self->queue_most, queue);
  if (queue >= EMPTYING_SHARE * self->queue_most)
    return;
  self->cut_at = now;
  self->queue_at_cut = self->queue_most = queue;
}

static void
drain (BeckonBandwidthEstimator *self, gint64 now, gint64 queue)
{
  /* The cut shows when what was sent before it has arrived. */
  const gint64 shows_after =
      self->queue_at_cut + MAX (self->round_trip, 0) + 4 * BECKON_PATH_WINDOW_US;

  if (now < self->blind_until)
    return;
  note_emptying (self, now, queue);
  if (queue == 0)
    {
      if (beckon_path_is_waiting (self) && now - self->cut_at < shows_after)
        return;
      if (beckon_path_is_waiting (self) && !beckon_competition_is_queue_ours (self) &&
          beckon_competition_may_begin (self))
        beckon_competition_begin (self, now, self->cut_target);
      else
        {
          beckon_competition_note_emptied (self);
          beckon_bandwidth_grow_from_capacity (self);
        }
      return;
    }
  if (queue > 2 * self->queue_at_cut && now - self->cut_at > self->round_trip)
    {
      beckon_bandwidth_cut (self, now, queue); /* what was measured at its beginning was too much */
      return;
    }
  if (now - self->cut_at < shows_after)
    return;
  if (self->n_cuts < CUTS_OF_ONE_QUEUE || still_fills_queue (self) ||
      beckon_competition_is_queue_ours (self) || !beckon_competition_may_begin (self))
    beckon_bandwidth_cut (self, now, queue);
  else
    beckon_competition_begin (self, now, self->cut_target);
}

/* ---- growing ---- */

static void
begin_examination (BeckonBandwidthEstimator *self, gint64 now)
{
  self->examined_from = self->state;
  self->examined_target = self->target;
  self->examined_loss = beckon_path_get_loss (self);
  self->examined_sent = beckon_path_get_sent (self);
  self->examined_at = now;
  self->n_examined = self->n_examined_lost = 0;
  self->target =
      EXAMINE_SHARE * (1 - self->examined_loss) * MIN (self->target, self->examined_sent);
  self->state = BECKON_BANDWIDTH_EXAMINING;
}

/* Some lines drop what others would queue: there more bits do not arrive, only more are lost.
 * Whoever loses at random loses the same share at any rate. */
static void
compare_from_here (BeckonBandwidthEstimator *self, gint64 now)
{
  self->compared_target = self->target;
  self->compared_loss = beckon_path_get_loss (self);
  self->compared_at = now;
}

static gboolean
may_lose_by_rate (BeckonBandwidthEstimator *self, gint64 now)
{
  const double rise = beckon_path_get_loss (self) - self->compared_loss;
  const gboolean higher = self->target > RATE_RISE * self->compared_target;

  if (self->n_reports < BECKON_PATH_LOSS_PACKETS)
    return FALSE;
  if (self->compared_target > 0 && higher && rise > LOSS_RISE)
    return TRUE;
  if (self->compared_target == 0 || self->target < self->compared_target ||
      (higher && rise < LOSS_RISE / 3) || now - self->compared_at > LOSS_REMEMBERED_US)
    compare_from_here (self, now);
  return FALSE;
}

static gboolean
should_examine (BeckonBandwidthEstimator *self, gint64 now)
{
  return beckon_path_get_loss (self) > LOSS_EXAMINED &&
         self->n_reports == BECKON_PATH_LOSS_PACKETS &&
         beckon_path_get_sent (self) > EXAMINED_BITS_MIN &&
         (self->examined_at == 0 || now - self->examined_at > self->examine_every);
}

/* Nothing grows meanwhile. */
static void
wait_for_burst (BeckonBandwidthEstimator *self, gint64 now)
{
  if (self->lossy_since == 0)
    {
      self->lossy_since = now;
      self->lossy_loss = beckon_path_get_loss (self);
    }
  else if (now - self->lossy_since >= LOSSY_US)
    {
      self->lossy_since = 0;
      begin_examination (self, now);
    }
}

/* Were it the rate that loses, nothing would be lost now; else it is as much as before. */
static void
examine (BeckonBandwidthEstimator *self, gint64 now)
{
  if (now - self->examined_at < EXAMINE_US_MAX &&
      (now - self->examined_at < EXAMINE_US || self->n_examined < EXAMINE_PACKETS))
    return;
  if (self->n_examined >= EXAMINE_PACKETS &&
      self->n_examined_lost < LOSS_FELL * self->examined_loss * self->n_examined)
    {
      self->compared_loss = (double) self->n_examined_lost / self->n_examined;
      drain_blindly (self, now,
                     self->examined_sent * (1 - self->examined_loss) /
                         MAX (1 - self->compared_loss, 0.2));
      return;
    }
  self->state = self->examined_from;
  self->target = self->examined_target;
  compare_from_here (self, now);
  self->examine_every = MIN (2 * self->examine_every, EXAMINE_EVERY_MAX);
}

/* Returns: what the target is multiplied with after @seconds. */
static double
follow_curve (BeckonBandwidthEstimator *self, double seconds)
{
  double wanted;

  self->growing_for += seconds;
  wanted = self->capacity * (1 + CURVE * pow (self->growing_for - 1, 3));
  return CLAMP (wanted / self->target, 1, pow (GROWTH_MAX, seconds));
}

static void
grow (BeckonBandwidthEstimator *self, double seconds)
{
  const double sent = self->delivered / MAX (1 - self->loss, 0.2);
  const gboolean is_beyond = self->capacity > 0 && self->target > self->capacity;

  if (beckon_path_get_loss (self) > LOSS_EXAMINED && self->examined_at == 0)
    return; /* that has to be looked into first */
  if (self->target < self->silent_target && beckon_path_get_loss (self) < RETURN_LOSS)
    {
      self->target = MIN (self->silent_target, self->target * pow (RETURN_GROWTH, seconds));
      return;
    }
  self->silent_target = 0;
  if (self->state == BECKON_BANDWIDTH_GROWING && beckon_path_is_filling (self))
    return; /* whether it was too much already shows soon */
  if (sent > (is_beyond ? USED_SHARE_BEYOND : USED_SHARE) * self->target)
    self->target *= self->state == BECKON_BANDWIDTH_STARTING ? pow (GROWTH_MAX, seconds)
                                                             : follow_curve (self, seconds);
  /* Where reports are lost less is known to be delivered than is known to be sent. */
  else if (self->target < UNUSED_RATIO * MAX (sent, beckon_path_get_sent (self)))
    self->target *= pow (is_beyond ? UNUSED_GROWTH_BEYOND : UNUSED_GROWTH, seconds);
}

/* ---- public ---- */

void
beckon_bandwidth_estimator_set_cap (BeckonBandwidthEstimator *self, guint bits)
{
  self->cap = bits > 0 ? CLAMP (bits, BECKON_BANDWIDTH_BITS_MIN, BITS_MAX) : BITS_MAX;
  self->target = MIN (self->target, self->cap);
}

void
beckon_bandwidth_estimator_get_bounds (BeckonBandwidthEstimator *self, guint *least, guint *most)
{
  *least = BECKON_BANDWIDTH_BITS_MIN;
  *most = self->cap;
}

void
beckon_bandwidth_estimator_take (BeckonBandwidthEstimator *self,
                                 gint64 now_us,
                                 const BeckonPacketReport *reports,
                                 guint n_reports)
{
  /* After a silence it is one feedback's worth that is known, and not the silence's. */
  const double seconds =
      CLAMP (now_us - self->fed_at, 0, G_TIME_SPAN_SECOND / 4) / (double) G_TIME_SPAN_SECOND;
  gboolean was_more, has_shown;
  gint64 queue;

  self->fed_at = now_us;
  self->silent_since = 0;
  self->loss_before = self->loss;
  beckon_path_take_reports (self, now_us, reports, n_reports);
  if (self->arrivals->len == 0)
    return;
  beckon_path_note_jitter (self, seconds);
  self->doubt = 1 + (self->doubt - 1) * pow (0.5, seconds * G_TIME_SPAN_SECOND / DOUBT_HALF_US);
  queue = beckon_path_get_queue (self);
  was_more = queue > 0 && beckon_competition_was_more_before (self, now_us, queue);
  has_shown = beckon_competition_has_shown (self, now_us, was_more);
  if (self->state != BECKON_BANDWIDTH_COMPETING && self->state != BECKON_BANDWIDTH_EXAMINING &&
      beckon_competition_is_waiting_for_others (self, now_us))
    beckon_competition_begin (self, now_us, self->waited_target);
  else if (self->state == BECKON_BANDWIDTH_DRAINING)
    drain (self, now_us, queue);
  else if (self->state == BECKON_BANDWIDTH_COMPETING)
    beckon_competition_go_on (self, now_us, seconds, queue);
  else if (has_shown)
    beckon_competition_begin (self, now_us, self->cut_target);
  else if (queue > 0 && !was_more)
    beckon_bandwidth_cut (self, now_us, queue);
  else if (self->state == BECKON_BANDWIDTH_EXAMINING)
    examine (self, now_us);
  else if (may_lose_by_rate (self, now_us) || should_examine (self, now_us))
    wait_for_burst (self, now_us);
  else
    grow (self, seconds);
  if (beckon_path_get_loss (self) < LOSSY_STILL * self->lossy_loss)
    self->lossy_since = 0;
  self->target = CLAMP (self->target, BECKON_BANDWIDTH_BITS_MIN, self->cap);
}

void
beckon_bandwidth_estimator_note_loss (BeckonBandwidthEstimator *self, double loss)
{
  self->loss_known += (CLAMP (loss, 0, 1) - self->loss_known) * LOSS_KNOWN_WEIGHT;
}

void
beckon_bandwidth_estimator_tick (BeckonBandwidthEstimator *self, gint64 now_us, gboolean sending)
{
  const gint64 patience = SILENCE_US + self->loss * SILENCE_OF_LOSS_US + MAX (self->round_trip, 0);

  if (!sending)
    self->silent_since = 0;
  else if (self->silent_since == 0)
    self->silent_since = now_us;
  else if (now_us - self->silent_since > patience)
    {
      self->silent_since = now_us;
      self->silent_target = MAX (self->silent_target, self->target);
      self->target = MAX (self->target / 2, BECKON_BANDWIDTH_BITS_MIN);
      self->capacity = self->target;
      self->growing_for = 0;
      self->state = BECKON_BANDWIDTH_GROWING;
    }
}

gboolean
beckon_bandwidth_estimator_is_examining (BeckonBandwidthEstimator *self)
{
  return self->state == BECKON_BANDWIDTH_EXAMINING;
}

guint
beckon_bandwidth_estimator_get_target (BeckonBandwidthEstimator *self)
{
  return self->target;
}

guint
beckon_bandwidth_estimator_get_sent (BeckonBandwidthEstimator *self)
{
  return beckon_path_get_sent (self);
}

guint
beckon_bandwidth_estimator_get_drained (BeckonBandwidthEstimator *self)
{
  if (self->state != BECKON_BANDWIDTH_DRAINING)
    return 0;
  return CLAMP (get_drained (self), BECKON_BANDWIDTH_BITS_MIN, self->cap);
}

guint
beckon_bandwidth_estimator_get_pace (BeckonBandwidthEstimator *self)
{
  return self->capacity > 0 ? MIN (self->target * PACE, BITS_MAX) : 0;
}

double
beckon_bandwidth_estimator_get_share (BeckonBandwidthEstimator *self)
{
  if (self->state != BECKON_BANDWIDTH_GROWING || self->silent_target <= 0)
    return 1;
  return MIN (self->target / self->silent_target, 1);
}

double
beckon_bandwidth_estimator_get_loss (BeckonBandwidthEstimator *self)
{
  return beckon_path_get_loss (self);
}

double
beckon_bandwidth_estimator_get_loss_after_loss (BeckonBandwidthEstimator *self)
{
  return beckon_path_get_loss_after_loss (self);
}

gint64
beckon_bandwidth_estimator_get_round_trip (BeckonBandwidthEstimator *self)
{
  return self->round_trip;
}
