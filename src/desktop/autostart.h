/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define BECKON_TYPE_AUTOSTART (beckon_autostart_get_type ())
/**
 * BeckonAutostart:
 *
 * Keeps the desktop in step with the setting "start-at-login". In a sandbox it asks the Background
 * portal, which is also who lets an application live without windows; if that refuses, the setting
 * goes back to FALSE. Elsewhere it is a file in the autostart folder; the same if that cannot be
 * written. Main thread only.
 *
 * Property: "refused" (readable)  whether the desktop has said no when it was asked last, to the start or
 * to a life without windows; or whether the file could not be written
 */
G_DECLARE_FINAL_TYPE (BeckonAutostart, beckon_autostart, BECKON, AUTOSTART, GObject)

/**
 * beckon_autostart_new:
 * @bus: (nullable): the session bus, to ask the portal over; %NULL for a file
 * @settings: with the key "start-at-login"
 * @application_id: names the file
 * @name: (translated) what stands in it, for the desktop's settings
 * @command: (array zero-terminated=1): what starts it without a window
 */
BeckonAutostart *beckon_autostart_new (GDBusConnection *bus, GSettings *settings,
                                       const char *application_id, const char *name,
                                       const char *const *command);

/** beckon_autostart_is_refused: what the property "refused" says. */
gboolean beckon_autostart_is_refused (BeckonAutostart *self);
/** beckon_autostart_get_error: Returns: (nullable): why the file could not be written. */
const GError *beckon_autostart_get_error (BeckonAutostart *self);

/** beckon_autostart_ask: asks the portal that we may live without windows; nothing without one.
 * @why: (translated) what the person reads. */
void beckon_autostart_ask (BeckonAutostart *self, const char *why);

G_END_DECLS
