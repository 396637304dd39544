/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Beside others on the same line.
 *
 * A queue that two cuts have not shortened, though less arrived after them, is not ours: somebody
 * else's packets stand in it, or the path has become longer. Whoever goes by delay leaves a TCP
 * stream the whole line then. So COMPETING goes by loss, as that does, until there is no queue any
 * more. */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "bandwidth-private.h"

/* A queue of ours is emptied at the rate of the line, however little we send. */
#define OURS_SHARE 0.88
/* The same, where so long nothing has been cut. */
#define OURS_SHARE_LATER 0.75
/* Whoever uses less of the target sends no less after a cut, and sees nothing of it: all of what
 * they send arrives, however long it waits in somebody else's queue. */
#define UNUSED_SHARE 0.7
#define ALL_SHARE 0.9
#define WAITING_US (1500 * G_TIME_SPAN_MILLISECOND)
/* Three reports: a queue that grows at half the rate of the line is long by then. */
#define SHOWN_AFTER_US (150 * G_TIME_SPAN_MILLISECOND)
/* A packet more each round trip, and less for each in which more is lost than usual. */
#define COMPETING_BEGIN 0.5
#define COMPETING_BACK_OFF 0.7
/* But one full queue loses until all who fill it have heard of it and sent less. */
#define COMPETING_BACK_OFF_ROUNDS 3
#define COMPETING_USED 0.25 /* a small picture does not use what the next larger one needs */
#define COMPETING_PACKET (1250 * 8)
#define COMPETING_GROWTH 0.1 /* a second, at least */
#define UNUSUAL_LOSS 3       /* times as much as before */
#define ROUND_TRIP_MIN (50 * G_TIME_SPAN_MILLISECOND)
#define EMPTY_US (2 * G_TIME_SPAN_SECOND)
/* After each cut, and without one after so long, it shows whose queue it is. */
#define COMPETING_CUT_US (6 * G_TIME_SPAN_SECOND)

gboolean
beckon_competition_may_begin (BeckonBandwidthEstimator *self)
{
  return self->most_capacity == 0 || self->most_capacity > BECKON_COMPETITION_CAPACITY ||
         beckon_path_is_roomy (self);
}

gboolean
beckon_competition_is_queue_ours (BeckonBandwidthEstimator *self)
{
  const double arriving = beckon_path_get_arriving (self), sent = beckon_path_get_sent (self);

  if (sent < UNUSED_SHARE * self->target && arriving > ALL_SHARE * sent)
    return FALSE;
  return arriving > OURS_SHARE * self->cut_arriving;
}

gboolean
beckon_competition_is_waiting_for_others (BeckonBandwidthEstimator *self, gint64 now)
{
  const double arriving = beckon_path_get_arriving (self);

  if (!beckon_path_is_waiting (self) || !beckon_competition_may_begin (self))
    {
      self->waiting_since = 0;
      return FALSE;
    }
  if (self->waiting_since == 0)
    {
      self->waiting_since = now;
      self->waited_target = self->waited_arriving = 0;
    }
  self->waited_target = MAX (self->waited_target, self->target);
  if (now - self->waiting_since > BECKON_PATH_ARRIVING_US)
    self->waited_arriving = MAX (self->waited_arriving, arriving);
  return now - self->waiting_since > WAITING_US &&
         arriving < OURS_SHARE_LATER * self->waited_arriving;
}

gboolean
beckon_competition_was_more_before (BeckonBandwidthEstimator *self, gint64 now, gint64 queue)
{
  return queue < BECKON_COMPETITION_SHORT_QUEUE_US && self->most_at > 0 &&
         beckon_competition_may_begin (self) &&
         now - self->most_at < BECKON_COMPETITION_COMPETED_US &&
         beckon_path_get_arriving (self) < OURS_SHARE_LATER * self->most_capacity;
}

gboolean
beckon_competition_has_shown (BeckonBandwidthEstimator *self, gint64 now, gboolean was_more)
{
  if (!was_more)
    self->more_since = 0;
  else if (self->more_since == 0)
    self->more_since = now;
  return was_more && now - self->more_since >= SHOWN_AFTER_US;
}

void
beckon_competition_note_emptied (BeckonBandwidthEstimator *self)
{
  if (beckon_path_get_arriving (self) > OURS_SHARE * self->capacity)
    self->most_capacity = MIN (self->most_capacity, self->capacity);
}

void
beckon_competition_begin (BeckonBandwidthEstimator *self, gint64 now, double target_before)
{
  self->state = BECKON_BANDWIDTH_COMPETING;
  self->target = MAX (self->target, COMPETING_BEGIN * target_before);
  self->cut_at = self->round_since = now;
  self->n_round = self->n_round_lost = 0;
  self->empty_since = self->waiting_since = 0;
  self->silent_target = 0;
  self->judged = TRUE;
}

/* They have gone. */
static void
end_competition (BeckonBandwidthEstimator *self, gint64 now)
{
  self->competed_at = now;
  /* What waits had to be taken for harmless beside them. */
  self->doubt = 1;
  self->noise = self->heap = 0;
}

static void
grow_from_here (BeckonBandwidthEstimator *self)
{
  self->capacity = self->target;
  beckon_bandwidth_grow_from_capacity (self);
}

/* Returns: whether there was no queue for a while. */
static gboolean
is_empty (BeckonBandwidthEstimator *self, gint64 now)
{
  if (beckon_path_is_waiting (self))
    self->empty_since = 0;
  else if (self->empty_since == 0)
    self->empty_since = now;
  return self->empty_since > 0 && now - self->empty_since > EMPTY_US;
}

static gboolean
should_yield (BeckonBandwidthEstimator *self, gint64 now, gint64 round)
{
  const gboolean unusual =
      self->n_round_lost > UNUSUAL_LOSS * self->cut_loss * self->n_round && self->n_round_lost > 0;

  return (unusual && now - self->cut_at > COMPETING_BACK_OFF_ROUNDS * round) ||
         now - self->cut_at > COMPETING_CUT_US;
}

void
beckon_competition_go_on (BeckonBandwidthEstimator *self, gint64 now, double seconds, gint64 queue)
{
  const gint64 round = MAX (self->round_trip, ROUND_TRIP_MIN);
  const double rounds = (double) G_TIME_SPAN_SECOND / round;

  if (is_empty (self, now))
    {
      end_competition (self, now);
      grow_from_here (self);
      return;
    }
  if (!self->judged && now - self->cut_at > round + BECKON_PATH_ARRIVING_US)
    {
      self->judged = TRUE;
      self->target = MAX (self->target, self->tried_target);
      if (beckon_path_is_waiting (self) && beckon_competition_is_queue_ours (self))
        {
          /* Where packets only wait by turns there was nobody else, and nothing is too much. */
          if (queue == 0)
            {
              grow_from_here (self);
              return;
            }
          end_competition (self, now);
          beckon_bandwidth_cut (self, now, queue);
          return;
        }
    }
  if (should_yield (self, now, round))
    {
      self->cut_arriving = beckon_path_get_arriving (self);
      self->tried_target = self->n_round_lost > 0 ? 0 : self->target;
      self->target *= COMPETING_BACK_OFF;
      self->cut_at = now;
      self->judged = FALSE;
    }
  else if (self->judged && beckon_path_get_sent (self) > COMPETING_USED * self->target)
    self->target +=
        seconds * MAX (COMPETING_PACKET * rounds * rounds, COMPETING_GROWTH * self->target);
  if (now - self->round_since > round)
    {
      self->round_since = now;
      self->n_round = self->n_round_lost = 0;
    }
}
