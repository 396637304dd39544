/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define BECKON_TYPE_SLEEP_GUARD (beckon_sleep_guard_get_type ())
/**
 * BeckonSleepGuard:
 *
 * Makes logind wait with going to sleep until we have said goodbye: holds a delay lock, which costs
 * nothing, and takes a new one after each sleep. Where there is no logind, or a sandbox keeps it
 * away, nothing is ever told. Main thread only.
 *
 * Signals: sleeping ()  the computer is about to sleep: do what has to be done and call
 * beckon_sleep_guard_release(); logind waits some seconds (5, if nobody has set it otherwise)
 */
G_DECLARE_FINAL_TYPE (BeckonSleepGuard, beckon_sleep_guard, BECKON, SLEEP_GUARD, GObject)

/** beckon_sleep_guard_new: @bus: the system bus. @why: (translated) what it waits for. */
BeckonSleepGuard *beckon_sleep_guard_new (GDBusConnection *bus, const char *why);

/** beckon_sleep_guard_release: lets the computer sleep. */
void beckon_sleep_guard_release (BeckonSleepGuard *self);

G_END_DECLS
