/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "simulated-path.h"

#define MS 1000
#define SECOND G_USEC_PER_SEC
#define FRAME_US (SECOND / 30)
#define FEEDBACK_US (50 * MS)
#define SOUND 130
#define OFFSET (12345 * (gint64) SECOND) /* the peer's clock is another one */

typedef struct
{
  gint64 due;
  GArray *reports; /* BeckonPacketReport */
} Feedback;

SimulatedPath *
simulated_path_new (guint rate)
{
  SimulatedPath *self = g_new0 (SimulatedPath, 1);

  self->estimator = beckon_bandwidth_estimator_new ();
  self->dice = g_rand_new_with_seed (7);
  self->rate = rate;
  self->queue = SECOND;
  self->delay = 20 * MS;
  self->use = 1;
  return self;
}

static void
feedback_free (gpointer data)
{
  Feedback *feedback = data;

  g_array_unref (feedback->reports);
  g_free (feedback);
}

void
simulated_path_free (SimulatedPath *self)
{
  g_queue_clear_full (&self->packets, g_free);
  g_queue_clear_full (&self->feedbacks, feedback_free);
  beckon_bandwidth_estimator_free (self->estimator);
  g_rand_free (self->dice);
  g_free (self);
}

guint
simulated_path_get_target (SimulatedPath *self)
{
  return beckon_bandwidth_estimator_get_target (self->estimator);
}

/* In bursts as Gilbert has them: within one everything is lost. */
static gboolean
is_lost (SimulatedPath *self)
{
  const double chance = g_rand_double (self->dice);

  if (self->burst <= 0)
    return chance < self->loss;
  if (chance < (self->in_burst ? 1 / self->burst : self->loss / (1 - self->loss) / self->burst))
    self->in_burst = !self->in_burst;
  return self->in_burst;
}

static void
send_packet (SimulatedPath *self, guint size)
{
  BeckonPacketReport *packet = g_new0 (BeckonPacketReport, 1);
  double leaves = MAX (self->busy_until, self->now);

  packet->sent_us = self->now;
  packet->size = size;
  packet->lost = is_lost (self) || leaves - self->now > self->queue;
  if (!packet->lost && self->rate > 0)
    {
      self->longest_wait = MAX (self->longest_wait, leaves - self->now);
      leaves += size * 8.0 * SECOND / self->rate;
      self->busy_until = leaves;
    }
  packet->arrived_us = leaves + self->delay + self->jitter * g_rand_double (self->dice) +
                       self->others / 2 +
                       self->others / 2 * (self->now % (2 * SECOND)) / (2 * SECOND);
  if (self->ordered)
    packet->arrived_us = MAX (packet->arrived_us, self->last_arrival);
  self->last_arrival = packet->arrived_us;
  g_queue_push_tail (&self->packets, packet);
}

/* A packet more each round trip, and 0.7 of that when one is lost, as Linux does. */
static void
send_tcp (SimulatedPath *self)
{
  const double round = 2 * self->delay + MAX (self->busy_until - self->now, 0);

  self->tcp_due += self->tcp_window * MS / round;
  for (; self->tcp_due >= SIMULATED_PACKET * 8; self->tcp_due -= SIMULATED_PACKET * 8)
    {
      if (self->busy_until - self->now <= self->queue)
        {
          self->busy_until =
              MAX (self->busy_until, self->now) + SIMULATED_PACKET * 8.0 * SECOND / self->rate;
          self->tcp_bits += SIMULATED_PACKET * 8;
          self->tcp_window += SIMULATED_PACKET * 8 * (SIMULATED_PACKET * 8 / self->tcp_window);
        }
      else if (self->now > self->tcp_cut)
        {
          self->tcp_window = MAX (0.7 * self->tcp_window, 2 * SIMULATED_PACKET * 8);
          self->tcp_cut = self->now + round;
        }
    }
}

static void
send_frame (SimulatedPath *self)
{
  /* Sound has its share first. */
  const double sound = self->sound_every > 0 ? SOUND * 8.0 * SECOND / self->sound_every : 0;
  const double may =
      MAX (self->use * simulated_path_get_target (self) - sound, (double) self->least);
  const double bits = MIN (may, self->most > 0 ? self->most : G_MAXUINT);
  gint bytes = bits / 8 * FRAME_US / SECOND;

  while (bytes > 0)
    {
      send_packet (self, MIN (bytes, SIMULATED_PACKET));
      bytes -= SIMULATED_PACKET;
    }
}

/* Returns: how many packets a report is about, the last of which has come. What has not come by
 * then is taken for lost. */
static guint
count_reported (SimulatedPath *self)
{
  guint n = 0, i = 0;

  for (GList *l = self->packets.head; l != NULL; l = l->next)
    {
      const BeckonPacketReport *packet = l->data;

      i++;
      if (packet->arrived_us + self->delay <= self->now)
        n = packet->lost ? n : i;
      else if (!self->late_is_lost)
        break;
    }
  return n;
}

/* All that has come by then, as the peer saw it; the report takes its time, too. */
static void
report (SimulatedPath *self)
{
  Feedback *feedback = g_new0 (Feedback, 1);
  const Feedback *before = g_queue_peek_tail (&self->feedbacks);

  feedback->reports = g_array_new (FALSE, FALSE, sizeof (BeckonPacketReport));
  feedback->due = self->now;
  if (self->reports_late)
    feedback->due += self->jitter * g_rand_double (self->dice);
  if (before != NULL)
    feedback->due = MAX (feedback->due, before->due);
  for (guint n = count_reported (self); n > 0; n--)
    {
      BeckonPacketReport *packet = g_queue_peek_head (&self->packets);

      packet->lost |= packet->arrived_us + self->delay > self->now;
      packet->arrived_us += OFFSET;
      g_array_append_val (feedback->reports, *packet);
      g_free (g_queue_pop_head (&self->packets));
    }
  g_queue_push_tail (&self->feedbacks, feedback);
}

static void
feed (SimulatedPath *self, Feedback *feedback)
{
  GArray *reports = feedback->reports;

  if (reports->len > 0 &&
      (self->reports_lost == 0 || g_rand_double (self->dice) >= self->reports_lost))
    beckon_bandwidth_estimator_take (self->estimator, self->now, (gpointer) reports->data,
                                     reports->len);
  feedback_free (feedback);
  self->lowest = MIN (self->lowest, simulated_path_get_target (self));
}

static void
feed_due (SimulatedPath *self)
{
  Feedback *feedback;

  while ((feedback = g_queue_peek_head (&self->feedbacks)) != NULL && feedback->due <= self->now)
    feed (self, g_queue_pop_head (&self->feedbacks));
}

void
simulated_path_run (SimulatedPath *self, gint64 time)
{
  const gint64 end = self->now + time;

  self->longest_wait = 0;
  self->lowest = G_MAXUINT;
  for (; self->now < end; self->now += MS)
    {
      if (self->tcp_window > 0)
        send_tcp (self);
      if (self->now >= self->next_frame)
        {
          send_frame (self);
          self->next_frame += FRAME_US;
        }
      if (self->sound_every > 0 && self->now >= self->next_sound)
        {
          send_packet (self, SOUND);
          self->next_sound += self->sound_every;
        }
      if (self->now >= self->next_feedback)
        {
          report (self);
          self->next_feedback += FEEDBACK_US;
        }
      feed_due (self);
    }
  g_test_message ("at %5.1f s: target %5u kbit/s, lowest %5u, longest wait %4.0f ms",
                  self->now / 1e6, simulated_path_get_target (self) / 1000, self->lowest / 1000,
                  self->longest_wait / MS);
}

double
simulated_path_get_mean_target (SimulatedPath *self, guint n_seconds)
{
  double sum = 0;

  for (guint i = 0; i < 10 * n_seconds; i++)
    {
      simulated_path_run (self, SECOND / 10);
      sum += simulated_path_get_target (self);
    }
  return sum / (10 * n_seconds);
}
