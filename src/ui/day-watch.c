/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "day-watch.h"

#include <glib-unix.h>

#include <errno.h>
#include <sys/timerfd.h>
#include <unistd.h>

struct _BeckonDayWatch
{
  GObject parent_instance;

  GTimeZone *zone;
  gint64 ahead; /* µs: of the system's clock */
  int timer;    /* or -1: there is none to be had */
  guint source;
};

G_DEFINE_FINAL_TYPE (BeckonDayWatch, beckon_day_watch, G_TYPE_OBJECT)

enum
{
  CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* Returns: µs to the next midnight. */
static gint64
get_rest (BeckonDayWatch *self)
{
  g_autoptr (GDateTime) now = beckon_day_watch_get_now (self);
  g_autoptr (GDateTime) tomorrow = g_date_time_add_days (now, 1);
  g_autoptr (GDateTime) midnight =
      g_date_time_new (self->zone, g_date_time_get_year (tomorrow),
                       g_date_time_get_month (tomorrow), g_date_time_get_day_of_month (tomorrow), 0,
                       0, 0);

  return g_date_time_difference (midnight, now);
}

/* By the clock on the wall, which goes on while the computer sleeps. */
static void
arm (BeckonDayWatch *self)
{
  const gint64 at = g_get_real_time () + get_rest (self);
  const struct itimerspec spec = {
    .it_value = { .tv_sec = at / G_USEC_PER_SEC, .tv_nsec = at % G_USEC_PER_SEC * 1000 },
  };

  if (timerfd_settime (self->timer, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &spec, NULL) != 0)
    g_message ("The next day will not be noticed: %s", g_strerror (errno));
}

static gboolean
on_timer (int fd, GIOCondition condition, gpointer user_data)
{
  BeckonDayWatch *self = user_data;
  guint64 times;

  /* What is read is of no interest: that the clock was set comes as an error. */
  if (read (fd, &times, sizeof times) < 0 && errno == EAGAIN)
    return G_SOURCE_CONTINUE;
  arm (self);
  g_signal_emit (self, signals[CHANGED], 0);
  return G_SOURCE_CONTINUE;
}

static void
beckon_day_watch_finalize (GObject *object)
{
  BeckonDayWatch *self = BECKON_DAY_WATCH (object);

  g_clear_handle_id (&self->source, g_source_remove);
  if (self->timer >= 0)
    close (self->timer);
  g_clear_pointer (&self->zone, g_time_zone_unref);

  G_OBJECT_CLASS (beckon_day_watch_parent_class)->finalize (object);
}

static void
beckon_day_watch_class_init (BeckonDayWatchClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = beckon_day_watch_finalize;

  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 0);
}

static void
beckon_day_watch_init (BeckonDayWatch *self)
{
  self->timer = timerfd_create (CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);
}

BeckonDayWatch *
beckon_day_watch_new (GDateTime *now)
{
  BeckonDayWatch *self;

  g_return_val_if_fail (now != NULL, NULL);

  self = g_object_new (BECKON_TYPE_DAY_WATCH, NULL);
  self->zone = g_time_zone_ref (g_date_time_get_timezone (now));
  self->ahead = g_date_time_to_unix (now) * G_USEC_PER_SEC + g_date_time_get_microsecond (now) -
                g_get_real_time ();
  if (self->timer < 0)
    {
      g_message ("The next day will not be noticed: %s", g_strerror (errno));
      return self;
    }
  self->source = g_unix_fd_add (self->timer, G_IO_IN, on_timer, self);
  arm (self);
  return self;
}

GDateTime *
beckon_day_watch_get_now (BeckonDayWatch *self)
{
  g_autoptr (GDateTime) second = NULL;
  g_autoptr (GDateTime) now = NULL;
  gint64 time;

  g_return_val_if_fail (BECKON_IS_DAY_WATCH (self), NULL);

  time = g_get_real_time () + self->ahead;
  second = g_date_time_new_from_unix_utc (time / G_USEC_PER_SEC);
  now = g_date_time_add (second, time % G_USEC_PER_SEC);
  return g_date_time_to_timezone (now, self->zone);
}
