/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define BECKON_TYPE_CLOCK_FORMAT (beckon_clock_format_get_type ())
/**
 * BeckonClockFormat:
 *
 * Whether the time of day is told with twelve hours: as GNOME's clock tells it
 * ("clock-format" of org.gnome.desktop.interface, by the portal Settings), or, where no desktop
 * says so, as the language does. Main thread only.
 *
 * Properties: twelve-hours (boolean, read-only)
 */
G_DECLARE_FINAL_TYPE (BeckonClockFormat, beckon_clock_format, BECKON, CLOCK_FORMAT, GObject)

/** beckon_clock_format_get_default: Returns: (transfer none): that of the process. It goes by the
 * language until beckon_clock_format_follow(). */
BeckonClockFormat *beckon_clock_format_get_default (void);

/** beckon_clock_format_follow: from now on, whatever is said on @bus, the session bus. Once. */
void beckon_clock_format_follow (BeckonClockFormat *self, GDBusConnection *bus);

gboolean beckon_clock_format_has_twelve_hours (BeckonClockFormat *self);

G_END_DECLS
