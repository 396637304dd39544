/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define BECKON_TYPE_SYSTEM_SOUND (beckon_system_sound_get_type ())
/**
 * BeckonSystemSound:
 *
 * What other programs play on this computer, each by itself, from the sound server; never what this
 * process plays: who is called would hear their own voice. Programs come and go while it runs. Main
 * thread.
 *
 * Signals:
 *   failed (GError *error)  it has stopped: NO_SOUND, there is no sound server, or none any more
 */
G_DECLARE_FINAL_TYPE (BeckonSystemSound, beckon_system_sound, BECKON, SYSTEM_SOUND, GObject)

BeckonSystemSound *beckon_system_sound_new (void);

/** beckon_system_sound_start: @bin: has a mixer (sound-mixer.h), which gets a source for each
 * program, and lives until the stop. "failed" comes later, never from within. */
void beckon_system_sound_start (BeckonSystemSound *self, GstElement *bin);
/** beckon_system_sound_stop: when it returns nothing more comes. Nothing the second time. */
void beckon_system_sound_stop (BeckonSystemSound *self);

/** beckon_system_sound_mark_ours: @sink: what plays for this process: it is not shared. Nothing for
 * a sink that knows no sound server. */
void beckon_system_sound_mark_ours (GstElement *sink);

G_END_DECLS
