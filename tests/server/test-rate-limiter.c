/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "rate-limiter.h"

static void
take_all (BeckonRateLimiter *limiter, const char *key, guint count)
{
  for (guint i = 0; i < count; i++)
    g_assert_cmpuint (beckon_rate_limiter_take (limiter, key), ==, 0);
}

static void
test_burst (void)
{
  g_autoptr (BeckonRateLimiter) limiter = beckon_rate_limiter_new (1, 5);

  take_all (limiter, "ada", 5);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpuint (beckon_rate_limiter_take (limiter, "ada"), ==, 60);
}

static void
test_keys (void)
{
  g_autoptr (BeckonRateLimiter) limiter = beckon_rate_limiter_new (1, 2);

  take_all (limiter, "ada", 2);
  take_all (limiter, "bob", 2);
  take_all (limiter, "", 2);
  g_assert_cmpuint (beckon_rate_limiter_take (limiter, "ada"), >, 0);
  g_assert_cmpuint (beckon_rate_limiter_take (limiter, "bob"), >, 0);
  g_assert_cmpuint (beckon_rate_limiter_take (limiter, ""), >, 0);
}

static void
test_seconds (void)
{
  const struct
  {
    guint per_minute, seconds;
  } cases[] = {
    { 1, 60 }, { 2, 30 }, { 7, 9 }, { 60, 1 }, { 6000, 1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (BeckonRateLimiter) limiter = beckon_rate_limiter_new (cases[i].per_minute, 1);

      take_all (limiter, "ada", 1);
      g_assert_cmpuint (beckon_rate_limiter_take (limiter, "ada"), ==, cases[i].seconds);
    }
}

static void
test_refill (void)
{
  const guint per_minute = 6000; /* one in 10 ms */
  g_autoptr (BeckonRateLimiter) limiter = beckon_rate_limiter_new (per_minute, 3);
  const gint64 start = g_get_monotonic_time ();
  guint taken = 0;

  while (g_get_monotonic_time () - start < 200 * G_TIME_SPAN_MILLISECOND)
    taken += beckon_rate_limiter_take (limiter, "ada") == 0;
  g_assert_cmpuint (taken, >=, 4); /* more than the burst, however slow the machine */
  g_assert_cmpuint (taken, <=,
                    3 + 1 + (g_get_monotonic_time () - start) * per_minute / G_TIME_SPAN_MINUTE);
}

static void
test_give_back (void)
{
  g_autoptr (BeckonRateLimiter) limiter = beckon_rate_limiter_new (1, 2);

  beckon_rate_limiter_give_back (limiter, "ada"); /* a full bucket stays as it is */
  take_all (limiter, "ada", 2);
  g_assert_cmpuint (beckon_rate_limiter_take (limiter, "ada"), >, 0);
  beckon_rate_limiter_give_back (limiter, "ada");
  take_all (limiter, "ada", 1);
  g_assert_cmpuint (beckon_rate_limiter_take (limiter, "ada"), >, 0);
}

/* Full buckets are forgotten while there are many; the others are not. */
static void
test_sweep (void)
{
  g_autoptr (BeckonRateLimiter) limiter = beckon_rate_limiter_new (1, 1);

  take_all (limiter, "ada", 1);
  for (guint i = 0; i < 5000; i++)
    {
      g_autofree char *key = g_strdup_printf ("stranger %u", i);

      take_all (limiter, key, 1);
      beckon_rate_limiter_give_back (limiter, key);
    }
  g_assert_cmpuint (beckon_rate_limiter_take (limiter, "ada"), >, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rate-limiter/burst", test_burst);
  g_test_add_func ("/rate-limiter/keys", test_keys);
  g_test_add_func ("/rate-limiter/seconds", test_seconds);
  g_test_add_func ("/rate-limiter/refill", test_refill);
  g_test_add_func ("/rate-limiter/give-back", test_give_back);
  g_test_add_func ("/rate-limiter/sweep", test_sweep);
  return g_test_run ();
}
