/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define BECKON_TYPE_MEDIA_PAUSER (beckon_media_pauser_get_type ())
/**
 * BeckonMediaPauser:
 *
 * Pauses the media players of the desktop (MPRIS) that play, and later resumes these and no others:
 * not those whose person has pressed something meanwhile. Never fails: who cannot be paused plays
 * on. Main thread only.
 */
G_DECLARE_FINAL_TYPE (BeckonMediaPauser, beckon_media_pauser, BECKON, MEDIA_PAUSER, GObject)

/** beckon_media_pauser_new: @bus: the session bus. */
BeckonMediaPauser *beckon_media_pauser_new (GDBusConnection *bus);

/** beckon_media_pauser_set_quiet: TRUE pauses, FALSE resumes; returns at once. Nothing if it is so
 * already: a player that is started in a call is meant to play. */
void beckon_media_pauser_set_quiet (BeckonMediaPauser *self, gboolean quiet);

/** beckon_media_pauser_is_possible: whether players can be reached from where we run. */
gboolean beckon_media_pauser_is_possible (void);

G_END_DECLS
