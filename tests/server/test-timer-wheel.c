/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "timer-wheel.h"

#define MS G_TIME_SPAN_MILLISECOND
#define TICK (5 * MS)
#define START (1234567 * MS + 891)

typedef struct
{
  BeckonTimer timer;
  BeckonTimerWheel *wheel;
  gint64 deadline;
  guint calls;
  gint64 called; /* the wheel's time */
  GArray *log;   /* of gint64: the deadlines in the order of the calls */
} Alarm;

static void
on_alarm (gpointer user_data)
{
  Alarm *self = user_data;

  g_assert_false (beckon_timer_is_running (&self->timer));
  self->calls++;
  self->called = beckon_timer_wheel_get_time (self->wheel);
  g_assert_cmpint (self->called, >=, self->deadline);
  if (self->log != NULL)
    g_array_append_val (self->log, self->deadline);
}

static void
alarm_set (Alarm *self, BeckonTimerWheel *wheel, gint64 deadline)
{
  self->wheel = wheel;
  self->deadline = deadline;
  beckon_timer_start (&self->timer, wheel, deadline, on_alarm, self);
  g_assert_true (beckon_timer_is_running (&self->timer));
}

static void
assert_sorted (GArray *log)
{
  for (guint i = 1; i < log->len; i++)
    g_assert_cmpint (g_array_index (log, gint64, i - 1), <=, g_array_index (log, gint64, i));
}

/* A deadline of each order of magnitude: not called the moment before, called 5 ms after. */
static void
test_distances (void)
{
  const gint64 distances[] = {
    0,
    1,
    TICK - 1,
    TICK,
    TICK + 1,
    63 * TICK,
    64 * TICK,
    65 * TICK + 3,
    G_TIME_SPAN_SECOND,
    64 * 64 * TICK,
    G_TIME_SPAN_HOUR,
    30 * G_TIME_SPAN_DAY,
    3650 * G_TIME_SPAN_DAY,
    G_MAXINT64 / 2,
  };

  for (guint i = 0; i < G_N_ELEMENTS (distances); i++)
    {
      g_autoptr (BeckonTimerWheel) wheel = beckon_timer_wheel_new (START);
      const gint64 deadline = START + distances[i];
      Alarm alarm = { 0 };

      alarm_set (&alarm, wheel, deadline);
      beckon_timer_wheel_advance (wheel, deadline - 1);
      g_assert_cmpuint (alarm.calls, ==, 0);
      beckon_timer_wheel_advance (wheel, deadline + TICK);
      g_assert_cmpuint (alarm.calls, ==, 1);
      beckon_timer_wheel_advance (wheel, deadline + G_TIME_SPAN_DAY);
      g_assert_cmpuint (alarm.calls, ==, 1);
    }
}

/* What lies in the past is due at once, but not from within beckon_timer_start(). */
static void
test_past (void)
{
  g_autoptr (BeckonTimerWheel) wheel = beckon_timer_wheel_new (START);
  const gint64 deadlines[] = { G_MININT64, -1, 0, START - G_TIME_SPAN_DAY, START };

  for (guint i = 0; i < G_N_ELEMENTS (deadlines); i++)
    {
      const gint64 due = START + (deadlines[i] < START ? 0 : TICK);
      Alarm alarm = { 0 };

      alarm_set (&alarm, wheel, deadlines[i]);
      g_assert_cmpuint (alarm.calls, ==, 0);
      g_assert_cmpint (beckon_timer_wheel_get_next (wheel), <=, due);
      beckon_timer_wheel_advance (wheel, due);
      g_assert_cmpuint (alarm.calls, ==, 1);
    }
}

/* The latest deadline there is never comes, and breaks nothing. */
static void
test_never (void)
{
  g_autoptr (BeckonTimerWheel) wheel = beckon_timer_wheel_new (0);
  Alarm alarm = { 0 };

  alarm_set (&alarm, wheel, G_MAXINT64);
  beckon_timer_wheel_advance (wheel, G_MAXINT64 - 1);
  g_assert_cmpuint (alarm.calls, ==, 0);
  g_assert_true (beckon_timer_is_running (&alarm.timer));
  beckon_timer_stop (&alarm.timer);
  g_assert_cmpint (beckon_timer_wheel_get_next (wheel), ==, G_MAXINT64);
}

/* One big step calls in the order of the deadlines, also within a tick. */
static void
test_order (void)
{
  g_autoptr (BeckonTimerWheel) wheel = beckon_timer_wheel_new (START);
  g_autoptr (GArray) log = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  Alarm alarms[3000] = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (alarms); i++)
    {
      const gint64 span = i % 3 == 0 ? TICK : i % 3 == 1 ? G_TIME_SPAN_SECOND : G_TIME_SPAN_HOUR;

      alarms[i].log = log;
      alarm_set (&alarms[i], wheel, START + TICK + g_rand_double (rand) * span);
    }
  beckon_timer_wheel_advance (wheel, START + 2 * G_TIME_SPAN_HOUR);
  g_assert_cmpuint (log->len, ==, G_N_ELEMENTS (alarms));
  assert_sorted (log);
}

static void
test_stop_and_restart (void)
{
  g_autoptr (BeckonTimerWheel) wheel = beckon_timer_wheel_new (START);
  Alarm stopped = { 0 }, moved = { 0 }, other = { 0 };

  beckon_timer_stop (&stopped.timer); /* never started */
  alarm_set (&stopped, wheel, START + G_TIME_SPAN_SECOND);
  alarm_set (&other, wheel, START + G_TIME_SPAN_SECOND);
  alarm_set (&moved, wheel, START + G_TIME_SPAN_SECOND);
  beckon_timer_stop (&stopped.timer);
  beckon_timer_stop (&stopped.timer);
  g_assert_false (beckon_timer_is_running (&stopped.timer));
  alarm_set (&moved, wheel, START + G_TIME_SPAN_HOUR);

  beckon_timer_wheel_advance (wheel, START + G_TIME_SPAN_MINUTE);
  g_assert_cmpuint (stopped.calls, ==, 0);
  g_assert_cmpuint (moved.calls, ==, 0);
  g_assert_cmpuint (other.calls, ==, 1);

  alarm_set (&moved, wheel, START + G_TIME_SPAN_MINUTE + TICK); /* and earlier again */
  beckon_timer_wheel_advance (wheel, START + G_TIME_SPAN_MINUTE + 2 * TICK);
  g_assert_cmpuint (moved.calls, ==, 1);
  g_assert_cmpint (beckon_timer_wheel_get_next (wheel), ==, G_MAXINT64);
}

/* ---- from within ---- */

typedef struct
{
  Alarm alarm;
  Alarm *victim; /* is freed with everything that it is in */
  Alarm *stop;
} Killer;

static void
on_killer (gpointer user_data)
{
  Killer *self = user_data;

  if (self->victim != NULL)
    beckon_timer_stop (&self->victim->timer);
  g_clear_pointer (&self->victim, g_free);
  beckon_timer_stop (&self->stop->timer);
  g_free (self);
}

/* One frees itself, the next that is due in the same tick, and stops a third in it. */
static void
test_free_within (void)
{
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (BeckonTimerWheel) wheel = beckon_timer_wheel_new (0);
      const gint64 step = i == 0 ? 1 : G_TIME_SPAN_SECOND; /* the same tick; different ones */
      Killer *killer = g_new0 (Killer, 1);
      Alarm stop = { 0 }, last = { 0 };

      killer->victim = g_new0 (Alarm, 1);
      killer->stop = &stop;
      alarm_set (&last, wheel, 4 * step);
      alarm_set (&stop, wheel, 3 * step);
      alarm_set (killer->victim, wheel, 2 * step);
      beckon_timer_start (&killer->alarm.timer, wheel, step, on_killer, killer);
      beckon_timer_wheel_advance (wheel, G_TIME_SPAN_MINUTE);
      g_assert_cmpuint (stop.calls, ==, 0);
      g_assert_cmpuint (last.calls, ==, 1);
    }
}

typedef struct
{
  BeckonTimer timer;
  BeckonTimerWheel *wheel;
  gint64 period;
  guint calls;
} Ticker;

static void
on_ticker (gpointer user_data)
{
  Ticker *self = user_data;

  self->calls++;
  beckon_timer_start (&self->timer, self->wheel,
                      beckon_timer_wheel_get_time (self->wheel) + self->period, on_ticker, self);
}

static void
test_restart_within (void)
{
  g_autoptr (BeckonTimerWheel) wheel = beckon_timer_wheel_new (START);
  Ticker ticker = { .wheel = wheel, .period = 20 * MS };
  Ticker eager = { .wheel = wheel, .period = -1 }; /* always late: not for ever in one call */

  beckon_timer_start (&ticker.timer, wheel, START + 20 * MS, on_ticker, &ticker);
  beckon_timer_start (&eager.timer, wheel, START, on_ticker, &eager);
  for (guint i = 1; i <= 1000; i++)
    beckon_timer_wheel_advance (wheel, START + i * MS);
  g_assert_cmpuint (ticker.calls, >=, 40); /* up to 5 ms late each time */
  g_assert_cmpuint (ticker.calls, <=, 50);
  g_assert_cmpuint (eager.calls, <=, 1000 / 5 + 1);
  g_assert_cmpuint (eager.calls, >=, 1000 / 5 - 1);
}

/* ---- what get_next says ---- */

/* Who only ever goes where it points meets every deadline in time, with few steps in between. */
static void
test_next (void)
{
  g_autoptr (BeckonTimerWheel) wheel = beckon_timer_wheel_new (START);
  g_autoptr (GRand) rand = g_rand_new_with_seed (11);
  Alarm alarms[500] = { 0 };
  guint steps = 0;

  g_assert_cmpint (beckon_timer_wheel_get_next (wheel), ==, G_MAXINT64);
  for (guint i = 0; i < G_N_ELEMENTS (alarms); i++)
    alarm_set (&alarms[i], wheel, START + 1 + g_rand_double (rand) * G_TIME_SPAN_DAY);
  for (gint64 next; (next = beckon_timer_wheel_get_next (wheel)) != G_MAXINT64; steps++)
    {
      g_assert_cmpint (next, >, beckon_timer_wheel_get_time (wheel));
      beckon_timer_wheel_advance (wheel, next);
    }
  for (guint i = 0; i < G_N_ELEMENTS (alarms); i++)
    {
      g_assert_cmpuint (alarms[i].calls, ==, 1);
      g_assert_cmpint (alarms[i].called, <=, alarms[i].deadline + TICK);
    }
  g_assert_cmpuint (steps, <=, 5 * G_N_ELEMENTS (alarms));
}

/* As a server has them: a hundred thousand run, most are started anew before they are due. */
static void
test_many (void)
{
  const guint n = 100000;
  g_autoptr (BeckonTimerWheel) wheel = beckon_timer_wheel_new (START);
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);
  g_autoptr (GArray) log = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autofree Alarm *alarms = g_new0 (Alarm, n);
  gint64 now = START;

  for (guint i = 0; i < n; i++)
    alarm_set (&alarms[i], wheel, now + g_rand_int_range (rand, 1, 60000) * MS);
  for (guint i = 0; i < 10 * n; i++)
    {
      Alarm *alarm = &alarms[g_rand_int_range (rand, 0, n)];

      if (i % 100 == 0)
        beckon_timer_wheel_advance (wheel, now += MS);
      alarm_set (alarm, wheel, now + g_rand_int_range (rand, 1, 60000) * MS);
    }
  for (guint i = 0; i < n; i++)
    {
      g_assert_true (alarms[i].calls > 0 || beckon_timer_is_running (&alarms[i].timer));
      alarms[i].calls = 0;
      alarms[i].log = log;
      if (i % 2 == 1)
        beckon_timer_stop (&alarms[i].timer);
      else if (!beckon_timer_is_running (&alarms[i].timer))
        alarm_set (&alarms[i], wheel, now + 30 * G_TIME_SPAN_SECOND);
    }
  beckon_timer_wheel_advance (wheel, now + G_TIME_SPAN_MINUTE);
  g_assert_cmpuint (log->len, ==, n / 2);
  assert_sorted (log);
  for (guint i = 0; i < n; i++)
    g_assert_cmpuint (alarms[i].calls, ==, 1 - i % 2);
}

/* ---- the real time ---- */

static void
on_quit (gpointer user_data)
{
  g_main_loop_quit (user_data);
}

static void
test_source (void)
{
  g_autoptr (BeckonTimerWheel) wheel = beckon_timer_wheel_new (g_get_monotonic_time ());
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GMainLoop) loop = g_main_loop_new (context, FALSE);
  g_autoptr (GSource) source = beckon_timer_wheel_create_source (wheel);
  const gint64 deadline = g_get_monotonic_time () + 30 * MS;
  Alarm early = { 0 };
  BeckonTimer quit = { 0 };

  g_source_attach (source, context);
  alarm_set (&early, wheel, deadline);
  beckon_timer_start (&quit, wheel, deadline + TICK, on_quit, loop);
  g_main_loop_run (loop);
  g_assert_cmpint (g_get_monotonic_time (), >=, deadline + TICK);
  g_assert_cmpint (early.called, >=, deadline);
  g_source_destroy (source);
}

/* The clock goes on in a turn that has something else to do, so that what is started in it is not
 * early. */
static void
test_source_clock (void)
{
  g_autoptr (BeckonTimerWheel) wheel = beckon_timer_wheel_new (0);
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GSource) source = beckon_timer_wheel_create_source (wheel);
  gint64 before;

  g_source_attach (source, context);
  before = g_get_monotonic_time ();
  g_main_context_iteration (context, FALSE);
  g_assert_cmpint (beckon_timer_wheel_get_time (wheel), >=, before);
  g_source_destroy (source);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/timer-wheel/distances", test_distances);
  g_test_add_func ("/timer-wheel/past", test_past);
  g_test_add_func ("/timer-wheel/never", test_never);
  g_test_add_func ("/timer-wheel/order", test_order);
  g_test_add_func ("/timer-wheel/stop-and-restart", test_stop_and_restart);
  g_test_add_func ("/timer-wheel/free-within", test_free_within);
  g_test_add_func ("/timer-wheel/restart-within", test_restart_within);
  g_test_add_func ("/timer-wheel/next", test_next);
  g_test_add_func ("/timer-wheel/many", test_many);
  g_test_add_func ("/timer-wheel/source", test_source);
  g_test_add_func ("/timer-wheel/clock", test_source_clock);
  return g_test_run ();
}
