/* SPDX-License-Identifier: GPL-3.0-or-later */

/* How long what comes in is held back, by what the network is like. */

#include "config.h"

#include "peer-jitter.h"

static void
test_good_network (void)
{
  g_assert_cmpuint (beckon_peer_jitter_choose (60, 2, 40, 0, FALSE), ==, 60);
  g_assert_cmpuint (beckon_peer_jitter_choose (320, 2, 40, 0.005, FALSE), ==, 60);
}

static void
test_jitter (void)
{
  g_assert_cmpuint (beckon_peer_jitter_choose (60, 20, 40, 0, FALSE), ==, 100);
  g_assert_cmpuint (beckon_peer_jitter_choose (60, 250, 40, 0, FALSE), ==, 1000);
  g_assert_cmpuint (beckon_peer_jitter_choose (60, 5000, 40, 0, FALSE), ==, 1000);
}

/* The time for as many repetitions as such a loss needs. */
static void
test_loss (void)
{
  guint before = 60;

  for (double loss = 0.02; loss < 0.6; loss *= 2)
    {
      const guint ms = beckon_peer_jitter_choose (60, 2, 40, loss, FALSE);

      g_assert_cmpuint (ms, >=, MAX (before, 40));
      before = ms;
    }
  g_assert_cmpuint (beckon_peer_jitter_choose (60, 2, 40, 0.1, FALSE), >=, 2 * 40 + 100);
  g_assert_cmpuint (beckon_peer_jitter_choose (60, 2, 40, 0.5, FALSE), <=, 500);
  /* Nothing helps on such a path: it is not waited for ever. */
  g_assert_cmpuint (beckon_peer_jitter_choose (60, 2, 3000, 0.5, FALSE), ==, 1000);
  g_assert_cmpuint (beckon_peer_jitter_choose (60, 2, -1, 0.1, FALSE), <=, 150);
}

static void
test_late_packets (void)
{
  g_assert_cmpuint (beckon_peer_jitter_choose (60, 2, 40, 0, TRUE), ==, 100);
  g_assert_cmpuint (beckon_peer_jitter_choose (220, 2, 40, 0, TRUE), ==, 320);
  g_assert_cmpuint (beckon_peer_jitter_choose (1000, 2, 40, 0, TRUE), ==, 1000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/held-back/good-network", test_good_network);
  g_test_add_func ("/held-back/jitter", test_jitter);
  g_test_add_func ("/held-back/loss", test_loss);
  g_test_add_func ("/held-back/late-packets", test_late_packets);
  return g_test_run ();
}
