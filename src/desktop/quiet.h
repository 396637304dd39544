/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define BECKON_TYPE_QUIET (beckon_quiet_get_type ())
/**
 * BeckonQuiet:
 *
 * Whether the person does not want to be disturbed now: by our own setting "do-not-disturb", by
 * GNOME's switch (no banners), or because the notification daemon says that it is inhibited (KDE
 * Plasma, others). What cannot be read, in a sandbox say, is not so. Main thread only.
 *
 * Properties: quiet (boolean, read-only)
 */
G_DECLARE_FINAL_TYPE (BeckonQuiet, beckon_quiet, BECKON, QUIET, GObject)

/** beckon_quiet_new: @bus: (nullable): of the session. @settings: with the key "do-not-disturb". */
BeckonQuiet *beckon_quiet_new (GDBusConnection *bus, GSettings *settings);

gboolean beckon_quiet_is_quiet (BeckonQuiet *self);

G_END_DECLS
