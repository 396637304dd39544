/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The bandwidth estimator on a simulated path. */

#include "simulated-path.h"

#define MS 1000
#define SECOND G_USEC_PER_SEC

static void
test_start (void)
{
  g_autoptr (SimulatedPath) path = simulated_path_new (3000000);

  g_assert_cmpuint (simulated_path_get_target (path), ==, 500000);
  simulated_path_run (path, 4 * SECOND);
  g_assert_cmpuint (simulated_path_get_target (path), >=, 2200000);
  g_assert_cmpuint (simulated_path_get_target (path), <=, 3600000);
}

/* A packet alone is a quarter of a second on its way there, and nothing has held it up. */
static void
test_thinnest_line (void)
{
  g_autoptr (SimulatedPath) path = simulated_path_new (40000);

  simulated_path_run (path, 5 * SECOND);
  simulated_path_run (path, 20 * SECOND);
  g_assert_cmpfloat (path->longest_wait, <, 450 * MS);
}

static void
test_stays_within_rate (gconstpointer data)
{
  const guint rate = GPOINTER_TO_UINT (data);
  g_autoptr (SimulatedPath) path = simulated_path_new (rate);
  double sum = 0, paces = 0;

  simulated_path_run (path, 10 * SECOND);
  for (guint i = 0; i < 100; i++)
    {
      simulated_path_run (path, SECOND / 5);
      sum += simulated_path_get_target (path);
      paces += beckon_bandwidth_estimator_get_pace (path->estimator);
      g_assert_cmpfloat (path->longest_wait, <,
                         MAX (150 * MS, 5 * SIMULATED_PACKET * 8.0 * SECOND / rate));
    }
  g_assert_cmpfloat (sum / 100, >=, 0.7 * rate);
  g_assert_cmpfloat (sum / 100, <=, 1.05 * rate);
  /* A key frame's packets pass the others', but do not fill the queue. */
  g_assert_cmpfloat (paces / 100, >, rate);
  g_assert_cmpfloat (paces / 100, <, 3 * rate);
}

/* An encoder cannot make less than four fifths of it of a picture full of noise, and the queue is short. */
static void
test_noise (gconstpointer data)
{
  const guint rate = GPOINTER_TO_UINT (data);
  g_autoptr (SimulatedPath) path = simulated_path_new (0);
  double waits = 0;
  guint full = 0;

  path->most = 2 * rate;
  path->sound_every = 20 * MS;
  simulated_path_run (path, 3 * SECOND);
  path->rate = rate;
  path->queue = 200 * MS;
  path->least = 0.8 * rate;
  simulated_path_run (path, 5 * SECOND);
  for (guint i = 0; i < 300; i++)
    {
      simulated_path_run (path, SECOND / 10);
      waits += path->longest_wait;
      full += path->longest_wait > 0.9 * path->queue;
    }
  g_test_message ("longest wait of a tenth of a second: %.0f ms in the mean", waits / 300 / MS);
  g_assert_cmpfloat (waits / 300, <, 60 * MS);
  g_assert_cmpuint (full, ==, 0);
}

/* The first picture of a call does not wait for a line that nobody knows yet. */
static void
test_no_pace_at_first (void)
{
  g_autoptr (SimulatedPath) path = simulated_path_new (0);

  g_assert_cmpuint (beckon_bandwidth_estimator_get_pace (path->estimator), ==, 0);
  simulated_path_run (path, 2 * SECOND);
  g_assert_cmpuint (beckon_bandwidth_estimator_get_pace (path->estimator), ==, 0);
}

static void
test_random_loss_cuts_nothing (gconstpointer data)
{
  const guint percent = GPOINTER_TO_UINT (data);
  g_autoptr (SimulatedPath) path = simulated_path_new (0);

  path->loss = percent / 100.0;
  beckon_bandwidth_estimator_set_cap (path->estimator, 2500000);
  simulated_path_run (path, 10 * SECOND);
  g_assert_cmpuint (simulated_path_get_target (path), ==, 2500000);
  /* Where very much is lost less than what arrives is tried for a moment. */
  g_assert_cmpuint (path->lowest, >=, 500000 * (percent < 30 ? 1 : 0.7 * (1 - path->loss)));
  simulated_path_run (path, 10 * SECOND);
  g_assert_cmpuint (path->lowest, ==, 2500000);
  g_assert_cmpfloat_with_epsilon (beckon_bandwidth_estimator_get_loss (path->estimator), path->loss,
                                  0.15);
}

static double
mean_loss_after_loss (SimulatedPath *path)
{
  double sum = 0;

  for (guint i = 0; i < 10; i++)
    {
      simulated_path_run (path, 2 * SECOND);
      sum += beckon_bandwidth_estimator_get_loss_after_loss (path->estimator);
    }
  return sum / 10;
}

/* Of packets that follow a lost one as many are lost as of all, but in bursts. */
static void
test_loss_in_bursts (void)
{
  g_autoptr (SimulatedPath) path = simulated_path_new (0);

  beckon_bandwidth_estimator_set_cap (path->estimator, 2500000);
  simulated_path_run (path, 5 * SECOND);
  g_assert_cmpfloat (beckon_bandwidth_estimator_get_loss_after_loss (path->estimator), ==, 0);
  path->loss = 0.05;
  g_assert_cmpfloat (mean_loss_after_loss (path), <, 0.15);
  path->burst = 5;
  simulated_path_run (path, 5 * SECOND);
  g_assert_cmpfloat_with_epsilon (mean_loss_after_loss (path), 0.8, 0.1);
}

/* A third of the last hundred packets is one long burst now and then, and has gone before anything could be
 * found out by sending less. */
static void
test_bursts_cut_nothing (void)
{
  g_autoptr (SimulatedPath) path = simulated_path_new (0);

  beckon_bandwidth_estimator_set_cap (path->estimator, 1000000);
  simulated_path_run (path, 10 * SECOND);
  path->loss = 0.05;
  path->burst = 10;
  simulated_path_run (path, 60 * SECOND);
  g_assert_cmpuint (path->lowest, ==, 1000000);
}

/* Where reports are lost as well it takes no longer to look whether it is the rate that loses, and
 * once is enough. */
static void
test_examines_in_passing (void)
{
  g_autoptr (SimulatedPath) path = simulated_path_new (0);
  guint examined = 0, longest = 0, all = 0;

  path->loss = path->reports_lost = 0.5;
  path->use = 0.5;
  for (guint i = 0; i < 150; i++)
    {
      simulated_path_run (path, SECOND / 10);
      examined = beckon_bandwidth_estimator_is_examining (path->estimator) ? examined + 1 : 0;
      longest = MAX (longest, examined);
      all += examined > 0;
    }
  g_assert_cmpuint (longest, >, 0);
  g_assert_cmpuint (longest, <=, 18);
  g_assert_cmpuint (all, ==, longest);
  g_assert_cmpuint (simulated_path_get_target (path), >, 400000);
}

/* Five times too much from the first packet on, so that nobody has ever seen the line empty. */
static void
test_full_from_the_start (void)
{
  g_autoptr (SimulatedPath) path = simulated_path_new (100000);

  path->queue = 300 * MS;
  path->busy_until = path->queue;
  simulated_path_run (path, 8 * SECOND);
  g_assert_cmpuint (simulated_path_get_target (path), <=, 150000);
  simulated_path_run (path, 10 * SECOND);
  g_assert_cmpuint (simulated_path_get_target (path), >=, 50000);
  g_assert_cmpuint (simulated_path_get_target (path), <=, 150000);
  g_assert_cmpfloat (beckon_bandwidth_estimator_get_loss (path->estimator), <, 0.1);
}

/* A line that becomes much thinner drops what does not fit into its queue: that is no loss of the
 * path, and nothing to be repaired. Nor is it tried again soon how much there is by one who does
 * not need it. */
static void
test_thin_line_loses_nothing (void)
{
  g_autoptr (SimulatedPath) path = simulated_path_new (0);
  guint full = 0;

  path->most = 100000;
  path->queue = 300 * MS;
  simulated_path_run (path, 3 * SECOND);
  path->rate = 60000;
  for (guint i = 0; i < 20; i++)
    {
      simulated_path_run (path, SECOND / 2);
      g_assert_cmpfloat (beckon_bandwidth_estimator_get_loss (path->estimator), <, 0.1);
    }
  path->most = 40000;
  for (guint i = 0; i < 10; i++)
    {
      simulated_path_run (path, SECOND / 2);
      full += simulated_path_get_target (path) > 120000;
    }
  g_assert_cmpuint (full, ==, 0);
}

/* Nothing is heard of what is sent; then all is as it was. */
static void
test_silence (void)
{
  g_autoptr (SimulatedPath) path = simulated_path_new (0);

  beckon_bandwidth_estimator_set_cap (path->estimator, 2000000);
  simulated_path_run (path, 5 * SECOND);
  for (guint i = 0; i < 20; i++)
    beckon_bandwidth_estimator_tick (path->estimator, path->now + i * SECOND / 4, FALSE);
  g_assert_cmpuint (simulated_path_get_target (path), ==, 2000000);
  g_assert_cmpfloat (beckon_bandwidth_estimator_get_share (path->estimator), ==, 1);
  for (guint i = 0; i < 12; i++)
    beckon_bandwidth_estimator_tick (path->estimator, path->now + i * SECOND / 4, TRUE);
  g_assert_cmpuint (simulated_path_get_target (path), <=, 500000);
  g_assert_cmpfloat (beckon_bandwidth_estimator_get_share (path->estimator), <=, 0.25);
  simulated_path_run (path, 5 * SECOND);
  g_assert_cmpuint (simulated_path_get_target (path), ==, 2000000);
  g_assert_cmpfloat (beckon_bandwidth_estimator_get_share (path->estimator), ==, 1);
}

/* Where half is lost, half of the reports are, too. */
static void
test_silence_of_loss (void)
{
  g_autoptr (SimulatedPath) path = simulated_path_new (0);
  guint before;

  path->loss = 0.5;
  simulated_path_run (path, 10 * SECOND);
  before = simulated_path_get_target (path);
  for (guint i = 0; i < 6; i++)
    beckon_bandwidth_estimator_tick (path->estimator, path->now + i * SECOND / 4, TRUE);
  g_assert_cmpuint (simulated_path_get_target (path), ==, before);
}

/* A full line that also loses. */
static void
test_loss_hides_no_queue (void)
{
  g_autoptr (SimulatedPath) path = simulated_path_new (1000000);

  path->loss = 0.1;
  simulated_path_run (path, 5 * SECOND);
  simulated_path_run (path, 20 * SECOND);
  g_assert_cmpuint (path->lowest, >=, 550000);
  g_assert_cmpfloat (path->longest_wait, <, 200 * MS);
}

static void
test_step (void)
{
  g_autoptr (SimulatedPath) path = simulated_path_new (3000000);

  simulated_path_run (path, 8 * SECOND);
  path->rate = 500000;
  /* Two round trips through the queue that this makes. */
  simulated_path_run (path, 250 * MS);
  g_assert_cmpuint (simulated_path_get_target (path), <=, 1000000);
  simulated_path_run (path, 250 * MS);
  g_assert_cmpuint (simulated_path_get_target (path), <=, 500000);
  simulated_path_run (path, 3 * SECOND);
  simulated_path_run (path, 10 * SECOND);
  g_assert_cmpuint (path->lowest, >=, 300000);
  g_assert_cmpfloat (path->longest_wait, <, 200 * MS);
  path->rate = 3000000;
  simulated_path_run (path, 4 * SECOND);
  g_assert_cmpuint (simulated_path_get_target (path), >=, 2400000);
}

/* A line that drops what would have to wait: there only loss can tell. */
static void
test_short_queue (void)
{
  g_autoptr (SimulatedPath) path = simulated_path_new (1000000);

  path->queue = 15 * MS;
  simulated_path_run (path, 10 * SECOND);
  for (guint i = 0; i < 20; i++)
    {
      simulated_path_run (path, SECOND);
      g_assert_cmpuint (path->lowest, >=, 200000);
      g_assert_cmpuint (simulated_path_get_target (path), <=, 1500000);
      g_assert_cmpfloat (beckon_bandwidth_estimator_get_loss (path->estimator), <, 0.4);
    }
}

static void
test_jitter_is_no_queue (gconstpointer data)
{
  g_autoptr (SimulatedPath) path = simulated_path_new (0);

  path->jitter = GPOINTER_TO_UINT (data) * MS;
  beckon_bandwidth_estimator_set_cap (path->estimator, 2000000);
  simulated_path_run (path, 5 * SECOND);
  simulated_path_run (path, 10 * SECOND);
  g_assert_cmpuint (path->lowest, >=, 700000);
}

static void
test_ordered_jitter_is_no_queue (gconstpointer data)
{
  g_autoptr (SimulatedPath) path = simulated_path_new (0);

  path->jitter = GPOINTER_TO_UINT (data) * MS;
  path->ordered = TRUE;
  beckon_bandwidth_estimator_set_cap (path->estimator, 2000000);
  simulated_path_run (path, 10 * SECOND);
  simulated_path_run (path, 10 * SECOND);
  g_assert_cmpuint (path->lowest, >=, 1000000);
}

/* Sound and a simple picture, as most calls are, and packets that come in heaps. The dice fall
 * differently each time. */
static void
test_heaps_are_no_queue (gconstpointer data)
{
  for (guint32 seed = 1; seed <= 12; seed++)
    {
      g_autoptr (SimulatedPath) path = simulated_path_new (0);
      guint below = 0;

      g_rand_set_seed (path->dice, seed);
      path->most = 150000;
      simulated_path_run (path, 3 * SECOND);
      path->jitter = GPOINTER_TO_UINT (data) * MS;
      path->ordered = path->reports_late = TRUE;
      for (guint i = 0; i < 100; i++)
        {
          simulated_path_run (path, SECOND / 5);
          below += simulated_path_get_target (path) < 2 * path->most;
        }
      g_test_message ("seed %u: %u of 100 times too low", seed, below);
      g_assert_cmpuint (below, <=, 10);
    }
}

/* Packets wait for up to a second because they do, and nobody hears of them for as long. */
static void
test_second_of_jitter (void)
{
  for (guint32 seed = 1; seed <= 12; seed++)
    {
      g_autoptr (SimulatedPath) path = simulated_path_new (0);
      guint below = 0;

      g_rand_set_seed (path->dice, seed);
      path->most = 150000;
      simulated_path_run (path, 3 * SECOND);
      path->jitter = SECOND;
      path->ordered = path->reports_late = TRUE;
      for (guint i = 0; i < 48; i++)
        {
          simulated_path_run (path, SECOND / 4);
          beckon_bandwidth_estimator_tick (path->estimator, path->now, TRUE);
          below += simulated_path_get_target (path) < 200000;
        }
      g_test_message ("seed %u: %u of 48 times too low", seed, below);
      g_assert_cmpuint (below, <=, 4);
    }
}

/* Packets that are overtaken are called lost at first, and are not in the end. */
static void
test_overtaken_is_not_lost (void)
{
  g_autoptr (SimulatedPath) path = simulated_path_new (0);

  path->most = 500000;
  for (guint i = 0; i < 3; i++)
    {
      simulated_path_run (path, SECOND);
      beckon_bandwidth_estimator_note_loss (path->estimator, 0);
    }
  path->jitter = 100 * MS;
  path->late_is_lost = TRUE;
  for (guint i = 0; i < 20; i++)
    {
      simulated_path_run (path, SECOND);
      beckon_bandwidth_estimator_note_loss (path->estimator, 0);
      g_assert_cmpuint (path->lowest, >=, 500000);
    }
  g_assert_cmpfloat (beckon_bandwidth_estimator_get_loss (path->estimator), <, 0.01);
  path->loss = 0.2;
  for (guint i = 0; i < 10; i++)
    {
      simulated_path_run (path, SECOND);
      beckon_bandwidth_estimator_note_loss (path->estimator, path->loss);
    }
  g_assert_cmpfloat (beckon_bandwidth_estimator_get_loss (path->estimator), >, 0.1);
}

static void
test_longer_path (void)
{
  g_autoptr (SimulatedPath) path = simulated_path_new (0);

  beckon_bandwidth_estimator_set_cap (path->estimator, 2000000);
  simulated_path_run (path, 5 * SECOND);
  path->delay += 80 * MS;
  simulated_path_run (path, 5 * SECOND);
  g_assert_cmpuint (path->lowest, >=, 500000);
  simulated_path_run (path, 4 * SECOND);
  /* It is tried now and then whether somebody else is in the way. */
  g_assert_cmpuint (path->lowest, >=, 1200000);
  simulated_path_run (path, SECOND);
  g_assert_cmpuint (simulated_path_get_target (path), >=, 1800000);
}

/* A TCP stream fills the queue, and would take all that is left to it. */
static void
test_queue_of_others (void)
{
  g_autoptr (SimulatedPath) path = simulated_path_new (0);

  path->most = 400000;
  path->ordered = TRUE;
  simulated_path_run (path, 5 * SECOND);
  path->others = 400 * MS;
  simulated_path_run (path, 10 * SECOND);
  g_assert_cmpfloat (simulated_path_get_mean_target (path, 20), >=, 300000);
}

/* Who uses all of a line that becomes thinner has a full queue that is their own, whenever that is, and
 * takes it for nobody else's. */
static void
test_thinner_line (gconstpointer data)
{
  static const gint64 queues[] = { 200 * MS, 300 * MS, 500 * MS };

  for (guint i = 0; i < G_N_ELEMENTS (queues); i++)
    for (guint j = 0; j < 100; j++)
      {
        g_autoptr (SimulatedPath) path = simulated_path_new (3000000);

        path->queue = queues[i];
        path->sound_every = 20 * MS;
        simulated_path_run (path, 6 * SECOND + j * 37 * MS);
        path->rate = GPOINTER_TO_UINT (data);
        simulated_path_run (path, 3 * SECOND / 2);
        for (guint second = 0; second < 8; second++)
          {
            simulated_path_run (path, SECOND);
            g_assert_cmpfloat (path->longest_wait, <, 120 * MS);
          }
        g_assert_cmpuint (simulated_path_get_target (path), >=, 0.7 * path->rate);
      }
}

/* Neither leaves the other nothing, and afterwards all is as it was. */
static void
test_tcp_stream (gconstpointer data)
{
  const guint rate = GPOINTER_TO_UINT (data);
  g_autoptr (SimulatedPath) path = simulated_path_new (rate);
  double ours;

  path->queue = SECOND / 2;
  simulated_path_run (path, 6 * SECOND);
  path->tcp_window = 10 * SIMULATED_PACKET * 8;
  simulated_path_run (path, 15 * SECOND);
  path->tcp_bits = 0;
  ours = simulated_path_get_mean_target (path, 60);
  g_test_message ("we have %.0f %%, it has %.0f %%", 100 * ours / rate,
                  100.0 * path->tcp_bits / 60 / rate);
  g_assert_cmpfloat (ours, >=, 0.2 * rate);
  g_assert_cmpfloat (path->tcp_bits / 60.0, >=, 0.2 * rate);
  path->tcp_window = 0;
  for (guint i = 0; i < 32; i++)
    simulated_path_run (path, SECOND / 4);
  simulated_path_run (path, 10 * SECOND);
  g_assert_cmpfloat (path->longest_wait, <,
                     MAX (200 * MS, 5 * SIMULATED_PACKET * 8.0 * SECOND / rate));
  g_assert_cmpuint (simulated_path_get_target (path), >=, 0.6 * rate);
}

/* Little comes of a picture that needs little, also out of a queue: that makes no thin line. */
static void
test_small_picture_beside_tcp (gconstpointer data)
{
  g_autoptr (SimulatedPath) path = simulated_path_new (3000000);
  guint n_short = 0;
  double ours;

  path->queue = SECOND / 2;
  path->sound_every = 20 * MS;
  path->next_sound = 7 * MS;
  path->most = GPOINTER_TO_UINT (data);
  simulated_path_run (path, 2 * SECOND);
  path->tcp_window = 10 * SIMULATED_PACKET * 8;
  simulated_path_run (path, 10 * SECOND);
  ours = simulated_path_get_mean_target (path, 30);
  g_test_message ("%.0f kbit/s", ours / 1000);
  g_assert_cmpfloat (ours, >=, 1.5 * path->most);
  /* Nor is it without what it needs again and again. */
  for (guint i = 0; i < 30; i++)
    {
      simulated_path_run (path, SECOND);
      n_short += path->lowest < path->most;
    }
  g_test_message ("short in %u seconds of 30", n_short);
  g_assert_cmpuint (n_short, <=, 8);
}

/* Who cannot send less than a line carries has nobody but themselves in the queue; sound comes
 * close behind pictures there, too, but not so soon as beside others. */
static void
test_too_thin (void)
{
  g_autoptr (SimulatedPath) path = simulated_path_new (0);
  guint least = G_MAXUINT, most = 0;

  path->queue = SECOND / 2;
  path->most = 60000;
  simulated_path_run (path, 5 * SECOND);
  path->rate = 40000;
  path->least = 28000;
  path->sound_every = 60 * MS;
  path->next_sound = path->now + 7 * MS;
  simulated_path_run (path, 10 * SECOND);
  for (guint i = 0; i < 100; i++)
    {
      simulated_path_run (path, SECOND / 5);
      least = MIN (least, simulated_path_get_target (path));
      most = MAX (most, simulated_path_get_target (path));
    }
  g_test_message ("%u to %u kbit/s", least / 1000, most / 1000);
  g_assert_cmpuint (most, <=, 50000);
}

/* Who does not use what they may have does not know what there is. */
static void
test_still_picture (void)
{
  g_autoptr (SimulatedPath) path = simulated_path_new (0);

  path->use = 0.1;
  simulated_path_run (path, 30 * SECOND);
  g_assert_cmpuint (simulated_path_get_target (path), <=, 1000000);
}

static void
test_cap (void)
{
  g_autoptr (SimulatedPath) path = simulated_path_new (0);

  beckon_bandwidth_estimator_set_cap (path->estimator, 300000);
  g_assert_cmpuint (simulated_path_get_target (path), ==, 300000);
  simulated_path_run (path, 5 * SECOND);
  g_assert_cmpuint (simulated_path_get_target (path), ==, 300000);
  beckon_bandwidth_estimator_set_cap (path->estimator, 0);
  simulated_path_run (path, 3 * SECOND);
  g_assert_cmpuint (simulated_path_get_target (path), >=, 2000000);
}

/* What a peer says can be anything. */
static void
test_nonsense (void)
{
  g_autoptr (SimulatedPath) path = simulated_path_new (1000000);
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
      g_assert_cmpuint (simulated_path_get_target (path), >=, 30000);
      g_assert_cmpuint (simulated_path_get_target (path), <=, 20000000);
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
    { "/bandwidth/noise/%u-kbps", test_noise, { 300, 400, 500, 1000 } },
    { "/bandwidth/random-loss-cuts-nothing/%u-percent",
      test_random_loss_cuts_nothing,
      { 5, 10, 30, 50 } },
    { "/bandwidth/jitter-is-no-queue/%u-ms", test_jitter_is_no_queue, { 10, 30, 100, 300 } },
    { "/bandwidth/ordered-jitter-is-no-queue/%u-ms",
      test_ordered_jitter_is_no_queue,
      { 10, 30, 60, 100 } },
    { "/bandwidth/thinner-line/%u-kbps", test_thinner_line, { 500, 1000, 1500, 2200 } },
    { "/bandwidth/tcp-stream/%u-kbps", test_tcp_stream, { 500, 1500, 3000, 10000 } },
    { "/bandwidth/small-picture-beside-tcp/%u-kbps",
      test_small_picture_beside_tcp,
      { 60, 90, 120, 200 } },
    { "/bandwidth/heaps-are-no-queue/%u-ms", test_heaps_are_no_queue, { 15, 30, 60, 100 } },
  };

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/bandwidth/start", test_start);
  g_test_add_func ("/bandwidth/no-pace-at-first", test_no_pace_at_first);
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
  g_test_add_func ("/bandwidth/loss-in-bursts", test_loss_in_bursts);
  g_test_add_func ("/bandwidth/bursts-cut-nothing", test_bursts_cut_nothing);
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
