/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The bandwidth estimator on a simulated path: a camera that sends what it may, a line with a rate,
 * a queue, loss and jitter, and a peer that reports 20 times a second. Time is only a number here. */

#include "config.h"

#include <glib.h>

#include "bandwidth-estimator.h"

#define MS 1000
#define SECOND G_USEC_PER_SEC
#define FRAME_US (SECOND / 30)
#define FEEDBACK_US (50 * MS)
#define SOUND 130
#define PACKET 1200
#define OFFSET (12345 * (gint64) SECOND) /* the peer's clock is another one */

typedef struct
{
  gint64 due;
  GArray *reports; /* BeckonPacketReport */
} Feedback;

typedef struct
{
  BeckonBandwidthEstimator *estimator;
  GRand *dice;
  GQueue packets; /* BeckonPacketReport, by time of sending; arrived_us by our clock */
  gint64 now;
  double busy_until;
  gint64 next_frame, next_feedback, next_sound;

  /* The path */
  guint rate;   /* bits a second; 0: no limit */
  gint64 queue; /* the longest wait */
  gint64 delay; /* one way */
  gint64 others; /* the longest wait for somebody else's packets; it comes and goes by half each two
                    seconds */
  gint64 jitter;
  gboolean ordered; /* no packet overtakes another */
  gint64 last_arrival;
  double loss;
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
  double use; /* share of the target that it sends */
  guint most; /* bits a second; 0: all that it may */
  guint least; /* the same: it cannot send less */
  gint64 sound_every; /* 0: there is none */

  /* What was seen */
  double longest_wait;
  guint lowest;
  guint below;
} Path;

static Path *
path_new (guint rate)
{
  Path *self = g_new0 (Path, 1);

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

static void
path_free (Path *self)
{
  g_queue_clear_full (&self->packets, g_free);
  g_queue_clear_full (&self->feedbacks, feedback_free);
  beckon_bandwidth_estimator_free (self->estimator);
  g_rand_free (self->dice);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Path, path_free)

static guint
target (Path *self)
{
  return beckon_bandwidth_estimator_get_target (self->estimator);
}

static void
send_packet (Path *self, guint size)
{
  BeckonPacketReport *packet = g_new0 (BeckonPacketReport, 1);
  double leaves = MAX (self->busy_until, self->now);

  packet->sent_us = self->now;
  packet->size = size;
  packet->lost = g_rand_double (self->dice) < self->loss || leaves - self->now > self->queue;
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
send_tcp (Path *self)
{
  const double round = 2 * self->delay + MAX (self->busy_until - self->now, 0);

  self->tcp_due += self->tcp_window * MS / round;
  for (; self->tcp_due >= PACKET * 8; self->tcp_due -= PACKET * 8)
    {
      if (self->busy_until - self->now <= self->queue)
        {
          self->busy_until = MAX (self->busy_until, self->now) + PACKET * 8.0 * SECOND / self->rate;
          self->tcp_bits += PACKET * 8;
          self->tcp_window += PACKET * 8 * (PACKET * 8 / self->tcp_window);
        }
      else if (self->now > self->tcp_cut)
        {
          self->tcp_window = MAX (0.7 * self->tcp_window, 2 * PACKET * 8);
          self->tcp_cut = self->now + round;
        }
    }
}

static void
send_frame (Path *self)
{
  const double may = MAX (self->use * target (self), self->least);
  const double bits = MIN (may, self->most > 0 ? self->most : G_MAXUINT);
  gint bytes = bits / 8 * FRAME_US / SECOND;

  while (bytes > 0)
    {
      send_packet (self, MIN (bytes, PACKET));
      bytes -= PACKET;
    }
}

/* Returns: how many packets a report is about. What has not come by then is taken for lost. */
static guint
count_reported (Path *self)
{
  guint n = 0, i = 0;

  for (GList *l = self->packets.head; l != NULL; l = l->next)
    {
      const BeckonPacketReport *packet = l->data;

      i++;
      if (packet->arrived_us + self->delay <= self->now)
        n = i;
      else if (!self->late_is_lost)
        break;
    }
  return n;
}

/* All that has come by then, as the peer saw it; the report takes its time, too. */
static void
report (Path *self)
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
feed (Path *self, Feedback *feedback)
{
  GArray *reports = feedback->reports;

  if (reports->len > 0 &&
      (self->reports_lost == 0 || g_rand_double (self->dice) >= self->reports_lost))
    beckon_bandwidth_estimator_take (self->estimator, self->now, (gpointer) reports->data,
                                     reports->len);
  feedback_free (feedback);
  self->lowest = MIN (self->lowest, target (self));
}

static void
feed_due (Path *self)
{
  Feedback *feedback;

  while ((feedback = g_queue_peek_head (&self->feedbacks)) != NULL && feedback->due <= self->now)
    feed (self, g_queue_pop_head (&self->feedbacks));
}

static void
run_for (Path *self, gint64 time)
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
                  self->now / 1e6, target (self) / 1000, self->lowest / 1000,
                  self->longest_wait / MS);
}

static double
mean_target (Path *self, guint n_seconds)
{
  double sum = 0;

  for (guint i = 0; i < 10 * n_seconds; i++)
    {
      run_for (self, SECOND / 10);
      sum += target (self);
    }
  return sum / (10 * n_seconds);
}

static void
test_start (void)
{
  g_autoptr (Path) path = path_new (3000000);

  g_assert_cmpuint (target (path), ==, 500000);
  run_for (path, 4 * SECOND);
  g_assert_cmpuint (target (path), >=, 2200000);
  g_assert_cmpuint (target (path), <=, 3600000);
}

/* A packet alone is a quarter of a second on its way there, and nothing has held it up. */
static void
test_thinnest_line (void)
{
  g_autoptr (Path) path = path_new (40000);

  run_for (path, 5 * SECOND);
  run_for (path, 20 * SECOND);
  g_assert_cmpfloat (path->longest_wait, <, 450 * MS);
}

static void
test_stays_within_rate (gconstpointer data)
{
  const guint rate = GPOINTER_TO_UINT (data);
  g_autoptr (Path) path = path_new (rate);
  double sum = 0;

  run_for (path, 10 * SECOND);
  for (guint i = 0; i < 100; i++)
    {
      run_for (path, SECOND / 5);
      sum += target (path);
      g_assert_cmpfloat (path->longest_wait, <, MAX (150 * MS, 5 * PACKET * 8.0 * SECOND / rate));
    }
  g_assert_cmpfloat (sum / 100, >=, 0.7 * rate);
  g_assert_cmpfloat (sum / 100, <=, 1.05 * rate);
}

static void
test_random_loss_cuts_nothing (gconstpointer data)
{
  const guint percent = GPOINTER_TO_UINT (data);
  g_autoptr (Path) path = path_new (0);

  path->loss = percent / 100.0;
  beckon_bandwidth_estimator_set_cap (path->estimator, 2500000);
  run_for (path, 10 * SECOND);
  g_assert_cmpuint (target (path), ==, 2500000);
  /* Where very much is lost less than what arrives is tried for a moment. */
  g_assert_cmpuint (path->lowest, >=, 500000 * (percent < 30 ? 1 : 0.7 * (1 - path->loss)));
  run_for (path, 10 * SECOND);
  g_assert_cmpuint (path->lowest, ==, 2500000);
  g_assert_cmpfloat_with_epsilon (beckon_bandwidth_estimator_get_loss (path->estimator), path->loss,
                                  0.15);
}

/* Where reports are lost as well it takes no longer to look whether it is the rate that loses, and
 * once is enough. */
static void
test_examines_in_passing (void)
{
  g_autoptr (Path) path = path_new (0);
  guint examined = 0, longest = 0, all = 0;

  path->loss = path->reports_lost = 0.5;
  path->use = 0.5;
  for (guint i = 0; i < 150; i++)
    {
      run_for (path, SECOND / 10);
      examined = beckon_bandwidth_estimator_is_examining (path->estimator) ? examined + 1 : 0;
      longest = MAX (longest, examined);
      all += examined > 0;
    }
  g_assert_cmpuint (longest, >, 0);
  g_assert_cmpuint (longest, <=, 18);
  g_assert_cmpuint (all, ==, longest);
  g_assert_cmpuint (target (path), >, 400000);
}

/* Five times too much from the first packet on, so that nobody has ever seen the line empty. */
static void
test_full_from_the_start (void)
{
  g_autoptr (Path) path = path_new (100000);

  path->queue = 300 * MS;
  path->busy_until = path->queue;
  run_for (path, 8 * SECOND);
  g_assert_cmpuint (target (path), <=, 150000);
  run_for (path, 10 * SECOND);
  g_assert_cmpuint (target (path), >=, 50000);
  g_assert_cmpuint (target (path), <=, 150000);
  g_assert_cmpfloat (beckon_bandwidth_estimator_get_loss (path->estimator), <, 0.1);
}

/* A line that becomes much thinner drops what does not fit into its queue: that is no loss of the
 * path, and nothing to be repaired. Nor is it tried again soon how much there is by one who does
 * not need it. */
static void
test_thin_line_loses_nothing (void)
{
  g_autoptr (Path) path = path_new (0);
  guint full = 0;

  path->most = 100000;
  path->queue = 300 * MS;
  run_for (path, 3 * SECOND);
  path->rate = 60000;
  for (guint i = 0; i < 20; i++)
    {
      run_for (path, SECOND / 2);
      g_assert_cmpfloat (beckon_bandwidth_estimator_get_loss (path->estimator), <, 0.1);
    }
  path->most = 40000;
  for (guint i = 0; i < 10; i++)
    {
      run_for (path, SECOND / 2);
      full += target (path) > 120000;
    }
  g_assert_cmpuint (full, ==, 0);
}

/* Nothing is heard of what is sent; then all is as it was. */
static void
test_silence (void)
{
  g_autoptr (Path) path = path_new (0);

  beckon_bandwidth_estimator_set_cap (path->estimator, 2000000);
  run_for (path, 5 * SECOND);
  for (guint i = 0; i < 20; i++)
    beckon_bandwidth_estimator_tick (path->estimator, path->now + i * SECOND / 4, FALSE);
  g_assert_cmpuint (target (path), ==, 2000000);
  g_assert_cmpfloat (beckon_bandwidth_estimator_get_share (path->estimator), ==, 1);
  for (guint i = 0; i < 12; i++)
    beckon_bandwidth_estimator_tick (path->estimator, path->now + i * SECOND / 4, TRUE);
  g_assert_cmpuint (target (path), <=, 500000);
  g_assert_cmpfloat (beckon_bandwidth_estimator_get_share (path->estimator), <=, 0.25);
  run_for (path, 5 * SECOND);
  g_assert_cmpuint (target (path), ==, 2000000);
  g_assert_cmpfloat (beckon_bandwidth_estimator_get_share (path->estimator), ==, 1);
}

/* Where half is lost, half of the reports are, too. */
static void
test_silence_of_loss (void)
{
  g_autoptr (Path) path = path_new (0);
  guint before;

  path->loss = 0.5;
  run_for (path, 10 * SECOND);
  before = target (path);
  for (guint i = 0; i < 6; i++)
    beckon_bandwidth_estimator_tick (path->estimator, path->now + i * SECOND / 4, TRUE);
  g_assert_cmpuint (target (path), ==, before);
}

/* A full line that also loses. */
static void
test_loss_hides_no_queue (void)
{
  g_autoptr (Path) path = path_new (1000000);

  path->loss = 0.1;
  run_for (path, 5 * SECOND);
  run_for (path, 20 * SECOND);
  g_assert_cmpuint (path->lowest, >=, 550000);
  g_assert_cmpfloat (path->longest_wait, <, 200 * MS);
}

static void
test_step (void)
{
  g_autoptr (Path) path = path_new (3000000);

  run_for (path, 8 * SECOND);
  path->rate = 500000;
  /* Two round trips through the queue that this makes. */
  run_for (path, 250 * MS);
  g_assert_cmpuint (target (path), <=, 1000000);
  run_for (path, 250 * MS);
  g_assert_cmpuint (target (path), <=, 500000);
  run_for (path, 3 * SECOND);
  run_for (path, 10 * SECOND);
  g_assert_cmpuint (path->lowest, >=, 300000);
  g_assert_cmpfloat (path->longest_wait, <, 200 * MS);
  path->rate = 3000000;
  run_for (path, 4 * SECOND);
  g_assert_cmpuint (target (path), >=, 2400000);
}

/* A line that drops what would have to wait: there only loss can tell. */
static void
test_short_queue (void)
{
  g_autoptr (Path) path = path_new (1000000);

  path->queue = 15 * MS;
  run_for (path, 10 * SECOND);
  for (guint i = 0; i < 20; i++)
    {
      run_for (path, SECOND);
      g_assert_cmpuint (path->lowest, >=, 200000);
      g_assert_cmpuint (target (path), <=, 1500000);
      g_assert_cmpfloat (beckon_bandwidth_estimator_get_loss (path->estimator), <, 0.4);
    }
}

static void
test_jitter_is_no_queue (gconstpointer data)
{
  g_autoptr (Path) path = path_new (0);

  path->jitter = GPOINTER_TO_UINT (data) * MS;
  beckon_bandwidth_estimator_set_cap (path->estimator, 2000000);
  run_for (path, 5 * SECOND);
  run_for (path, 10 * SECOND);
  g_assert_cmpuint (path->lowest, >=, 700000);
}

static void
test_ordered_jitter_is_no_queue (gconstpointer data)
{
  g_autoptr (Path) path = path_new (0);

  path->jitter = GPOINTER_TO_UINT (data) * MS;
  path->ordered = TRUE;
  beckon_bandwidth_estimator_set_cap (path->estimator, 2000000);
  run_for (path, 10 * SECOND);
  run_for (path, 10 * SECOND);
  g_assert_cmpuint (path->lowest, >=, 1000000);
}

/* Sound and a simple picture, as most calls are, and packets that come in heaps. The dice fall
 * differently each time. */
static void
test_heaps_are_no_queue (gconstpointer data)
{
  for (guint32 seed = 1; seed <= 12; seed++)
    {
      g_autoptr (Path) path = path_new (0);

      g_rand_set_seed (path->dice, seed);
      path->most = 150000;
      run_for (path, 3 * SECOND);
      path->jitter = GPOINTER_TO_UINT (data) * MS;
      path->ordered = path->reports_late = TRUE;
      for (guint i = 0; i < 100; i++)
        {
          run_for (path, SECOND / 5);
          path->below += target (path) < 2 * path->most;
        }
      g_test_message ("seed %u: %u of 100 times too low", seed, path->below);
      g_assert_cmpuint (path->below, <=, 10);
    }
}

/* Packets wait for up to a second because they do, and nobody hears of them for as long. */
static void
test_second_of_jitter (void)
{
  for (guint32 seed = 1; seed <= 12; seed++)
    {
      g_autoptr (Path) path = path_new (0);

      g_rand_set_seed (path->dice, seed);
      path->most = 150000;
      run_for (path, 3 * SECOND);
      path->jitter = SECOND;
      path->ordered = path->reports_late = TRUE;
      for (guint i = 0; i < 48; i++)
        {
          run_for (path, SECOND / 4);
          beckon_bandwidth_estimator_tick (path->estimator, path->now, TRUE);
          path->below += target (path) < 200000;
        }
      g_test_message ("seed %u: %u of 48 times too low", seed, path->below);
      g_assert_cmpuint (path->below, <=, 4);
    }
}

/* Packets that are overtaken are called lost at first, and are not in the end. */
static void
test_overtaken_is_not_lost (void)
{
  g_autoptr (Path) path = path_new (0);

  path->most = 500000;
  for (guint i = 0; i < 3; i++)
    {
      run_for (path, SECOND);
      beckon_bandwidth_estimator_note_loss (path->estimator, 0);
    }
  path->jitter = 100 * MS;
  path->late_is_lost = TRUE;
  for (guint i = 0; i < 20; i++)
    {
      run_for (path, SECOND);
      beckon_bandwidth_estimator_note_loss (path->estimator, 0);
      g_assert_cmpuint (path->lowest, >=, 500000);
    }
  g_assert_cmpfloat (beckon_bandwidth_estimator_get_loss (path->estimator), <, 0.01);
  path->loss = 0.2;
  for (guint i = 0; i < 10; i++)
    {
      run_for (path, SECOND);
      beckon_bandwidth_estimator_note_loss (path->estimator, path->loss);
    }
  g_assert_cmpfloat (beckon_bandwidth_estimator_get_loss (path->estimator), >, 0.1);
}

static void
test_longer_path (void)
{
  g_autoptr (Path) path = path_new (0);

  beckon_bandwidth_estimator_set_cap (path->estimator, 2000000);
  run_for (path, 5 * SECOND);
  path->delay += 80 * MS;
  run_for (path, 5 * SECOND);
  g_assert_cmpuint (path->lowest, >=, 500000);
  run_for (path, 4 * SECOND);
  /* It is tried now and then whether somebody else is in the way. */
  g_assert_cmpuint (path->lowest, >=, 1200000);
  run_for (path, SECOND);
  g_assert_cmpuint (target (path), >=, 1800000);
}

/* A TCP stream fills the queue, and would take all that is left to it. */
static void
test_queue_of_others (void)
{
  g_autoptr (Path) path = path_new (0);

  path->most = 400000;
  path->ordered = TRUE;
  run_for (path, 5 * SECOND);
  path->others = 400 * MS;
  run_for (path, 10 * SECOND);
  g_assert_cmpfloat (mean_target (path, 20), >=, 300000);
}

/* Neither leaves the other nothing, and afterwards all is as it was. */
static void
test_tcp_stream (gconstpointer data)
{
  const guint rate = GPOINTER_TO_UINT (data);
  g_autoptr (Path) path = path_new (rate);
  double ours;

  path->queue = SECOND / 2;
  run_for (path, 6 * SECOND);
  path->tcp_window = 10 * PACKET * 8;
  run_for (path, 15 * SECOND);
  path->tcp_bits = 0;
  ours = mean_target (path, 60);
  g_test_message ("we have %.0f %%, it has %.0f %%", 100 * ours / rate,
                  100.0 * path->tcp_bits / 60 / rate);
  g_assert_cmpfloat (ours, >=, 0.2 * rate);
  g_assert_cmpfloat (path->tcp_bits / 60.0, >=, 0.2 * rate);
  path->tcp_window = 0;
  for (guint i = 0; i < 32; i++)
    run_for (path, SECOND / 4);
  run_for (path, 10 * SECOND);
  g_assert_cmpfloat (path->longest_wait, <, MAX (200 * MS, 5 * PACKET * 8.0 * SECOND / rate));
  g_assert_cmpuint (target (path), >=, 0.6 * rate);
}

/* Little comes of a picture that needs little, also out of a queue: that makes no thin line. */
static void
test_small_picture_beside_tcp (gconstpointer data)
{
  g_autoptr (Path) path = path_new (3000000);
  double ours;

  path->queue = SECOND / 2;
  path->sound_every = 20 * MS;
  path->next_sound = 7 * MS;
  path->most = GPOINTER_TO_UINT (data);
  run_for (path, 2 * SECOND);
  path->tcp_window = 10 * PACKET * 8;
  run_for (path, 10 * SECOND);
  ours = mean_target (path, 30);
  g_test_message ("%.0f kbit/s", ours / 1000);
  g_assert_cmpfloat (ours, >=, 1.5 * path->most);
}

/* Who cannot send less than a line carries has nobody but themselves in the queue; sound comes
 * close behind pictures there, too, but not so soon as beside others. */
static void
test_too_thin (void)
{
  g_autoptr (Path) path = path_new (0);
  guint least = G_MAXUINT, most = 0;

  path->queue = SECOND / 2;
  path->most = 60000;
  run_for (path, 5 * SECOND);
  path->rate = 40000;
  path->least = 28000;
  path->sound_every = 60 * MS;
  path->next_sound = path->now + 7 * MS;
  run_for (path, 10 * SECOND);
  for (guint i = 0; i < 100; i++)
    {
      run_for (path, SECOND / 5);
      least = MIN (least, target (path));
      most = MAX (most, target (path));
    }
  g_test_message ("%u to %u kbit/s", least / 1000, most / 1000);
  g_assert_cmpuint (most, <=, 50000);
}

/* Who does not use what they may have does not know what there is. */
static void
test_still_picture (void)
{
  g_autoptr (Path) path = path_new (0);

  path->use = 0.1;
  run_for (path, 30 * SECOND);
  g_assert_cmpuint (target (path), <=, 1000000);
}

static void
test_cap (void)
{
  g_autoptr (Path) path = path_new (0);

  beckon_bandwidth_estimator_set_cap (path->estimator, 300000);
  g_assert_cmpuint (target (path), ==, 300000);
  run_for (path, 5 * SECOND);
  g_assert_cmpuint (target (path), ==, 300000);
  beckon_bandwidth_estimator_set_cap (path->estimator, 0);
  run_for (path, 3 * SECOND);
  g_assert_cmpuint (target (path), >=, 2000000);
}

/* What a peer says can be anything. */
static void
test_nonsense (void)
{
  g_autoptr (Path) path = path_new (1000000);
  BeckonPacketReport reports[32];

  for (guint i = 0; i < 5000; i++)
    {
      for (guint j = 0; j < G_N_ELEMENTS (reports); j++)
        reports[j] = (BeckonPacketReport){
          .sent_us = i * 50 * MS,
          .arrived_us = (gint64) g_rand_int (path->dice) << g_rand_int_range (path->dice, 0, 12),
          .size = g_rand_int_range (path->dice, 0, 65536),
          .lost = g_rand_boolean (path->dice),
        };
      beckon_bandwidth_estimator_take (path->estimator, i * 50 * MS, reports,
                                       g_rand_int_range (path->dice, 0, 32));
      g_assert_cmpuint (target (path), >=, 30000);
      g_assert_cmpuint (target (path), <=, 20000000);
    }
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    GTestDataFunc function;
    guint values[4];
  } tables[] = {
    { "/bandwidth/stays-within/%u-kbps", test_stays_within_rate, { 100, 300, 1000, 5000 } },
    { "/bandwidth/random-loss-cuts-nothing/%u-percent",
      test_random_loss_cuts_nothing,
      { 5, 10, 30, 50 } },
    { "/bandwidth/jitter-is-no-queue/%u-ms", test_jitter_is_no_queue, { 10, 30, 100, 300 } },
    { "/bandwidth/ordered-jitter-is-no-queue/%u-ms",
      test_ordered_jitter_is_no_queue,
      { 10, 30, 60, 100 } },
    { "/bandwidth/tcp-stream/%u-kbps", test_tcp_stream, { 500, 1500, 3000, 10000 } },
    { "/bandwidth/small-picture-beside-tcp/%u-kbps",
      test_small_picture_beside_tcp,
      { 60, 90, 120, 200 } },
    { "/bandwidth/heaps-are-no-queue/%u-ms", test_heaps_are_no_queue, { 15, 30, 60, 100 } },
  };

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/bandwidth/start", test_start);
  for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
    for (guint j = 0; j < G_N_ELEMENTS (tables[i].values); j++)
      {
        g_autoptr (GString) name = g_string_new (tables[i].name);
        const guint value = tables[i].values[j];
        g_autofree char *number = g_strdup_printf ("%u", value);

        g_string_replace (name, "%u", number, 1);
        g_test_add_data_func (name->str, GUINT_TO_POINTER (strstr (name->str, "kbps") ? value * 1000 : value),
                              tables[i].function);
      }
  g_test_add_func ("/bandwidth/examines-in-passing", test_examines_in_passing);
  g_test_add_func ("/bandwidth/loss-hides-no-queue", test_loss_hides_no_queue);
  g_test_add_func ("/bandwidth/short-queue", test_short_queue);
  g_test_add_func ("/bandwidth/full-from-the-start", test_full_from_the_start);
  g_test_add_func ("/bandwidth/thin-line-loses-nothing", test_thin_line_loses_nothing);
  g_test_add_func ("/bandwidth/silence", test_silence);
  g_test_add_func ("/bandwidth/silence-of-loss", test_silence_of_loss);
  g_test_add_func ("/bandwidth/step", test_step);
  g_test_add_func ("/bandwidth/overtaken-is-not-lost", test_overtaken_is_not_lost);
  g_test_add_func ("/bandwidth/longer-path", test_longer_path);
  g_test_add_func ("/bandwidth/queue-of-others", test_queue_of_others);
  g_test_add_func ("/bandwidth/too-thin", test_too_thin);
  g_test_add_func ("/bandwidth/still-picture", test_still_picture);
  g_test_add_func ("/bandwidth/cap", test_cap);
  g_test_add_func ("/bandwidth/thinnest-line", test_thinnest_line);
  g_test_add_func ("/bandwidth/second-of-jitter", test_second_of_jitter);
  g_test_add_func ("/bandwidth/nonsense", test_nonsense);
  return g_test_run ();
}
