/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

#define BECKON_TYPE_DAY_WATCH (beckon_day_watch_get_type ())
/**
 * BeckonDayWatch:
 *
 * Says that another day has begun, for what is told as “yesterday”. A midnight at which the
 * computer sleeps is told when it wakes.
 *
 * Signals: changed ()  the day is another one, or the clock was set.
 */
G_DECLARE_FINAL_TYPE (BeckonDayWatch, beckon_day_watch, BECKON, DAY_WATCH, GObject)

/** beckon_day_watch_new: @now: what time it is, in the time zone whose days are meant. */
BeckonDayWatch *beckon_day_watch_new (GDateTime *now);

/** beckon_day_watch_get_now: Returns: (transfer full): what time it is, counted from what
 * beckon_day_watch_new() was told. */
GDateTime *beckon_day_watch_get_now (BeckonDayWatch *self);

G_END_DECLS
