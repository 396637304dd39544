/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * BeckonTimer:
 *
 * A moment at which something is to be done. Lives inside what it belongs to and costs nothing
 * while it does not run; zeroed memory is a timer that does not run.
 */
typedef struct _BeckonTimer BeckonTimer;
typedef void (*BeckonTimerFunc) (gpointer user_data);
struct _BeckonTimer
{
  /*< private >*/
  BeckonTimer *next, **link; /* link: what points to it; NULL: it does not run */
  gint64 deadline;           /* monotonic µs */
  BeckonTimerFunc func;
  gpointer user_data;
};

/**
 * BeckonTimerWheel:
 *
 * All timers of a server: starting and stopping one costs the same with ten and with a hundred
 * thousand. It is also the server's clock, so that a test can make its own time. Main thread.
 */
typedef struct _BeckonTimerWheel BeckonTimerWheel;

/** beckon_timer_wheel_new: @now: monotonic µs, to begin with */
BeckonTimerWheel *beckon_timer_wheel_new (gint64 now);
/** beckon_timer_wheel_free: no timer runs any more. */
void beckon_timer_wheel_free (BeckonTimerWheel *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeckonTimerWheel, beckon_timer_wheel_free)

/** beckon_timer_wheel_get_time: monotonic µs, as of the last beckon_timer_wheel_advance(). */
gint64 beckon_timer_wheel_get_time (BeckonTimerWheel *self);
/** beckon_timer_wheel_advance: it is @now: calls what has come due, the earliest first. A function
 * may start and stop any timer, and free what its own is in. */
void beckon_timer_wheel_advance (BeckonTimerWheel *self, gint64 now);
/** beckon_timer_wheel_get_next: Returns: when to advance again, at the latest; %G_MAXINT64: nothing
 * runs. */
gint64 beckon_timer_wheel_get_next (BeckonTimerWheel *self);

/** beckon_timer_wheel_create_source: Returns: (transfer full): a source that keeps the wheel at the
 * real time; it does not keep the wheel alive. */
GSource *beckon_timer_wheel_create_source (BeckonTimerWheel *self);

/** beckon_timer_start: @deadline: monotonic µs; due up to 5 ms later, never earlier. One that runs
 * is started anew. */
void beckon_timer_start (BeckonTimer *timer,
                         BeckonTimerWheel *wheel,
                         gint64 deadline,
                         BeckonTimerFunc func,
                         gpointer user_data);
/** beckon_timer_stop: does nothing to one that does not run. */
void beckon_timer_stop (BeckonTimer *timer);
gboolean beckon_timer_is_running (const BeckonTimer *timer);

G_END_DECLS
