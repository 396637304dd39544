/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gst/app/app.h>

G_BEGIN_DECLS

/* Mixes what comes live, in part of a pipeline that uses the system's time:
 *
 *   silence ───────┐
 *   appsrc ────────┤
 *   appsrc ────────┴▶ audiomixer ─▶ BECKON_VOICE_CAPS
 */

/** beckon_sound_mixer_new: Returns: (transfer floating): a bin with a mixer, and a "src" pad. */
GstElement *beckon_sound_mixer_new (void);
/** beckon_sound_mixer_append: @bin: has no mixer yet. @latency: ns that the mixer waits for a
 * source that is late. Returns: (transfer none): its last element, which is not linked. */
GstElement *beckon_sound_mixer_append (GstElement *bin, GstClockTime latency);

/** beckon_sound_mixer_add: (thread any): @bin: has a mixer.
 * Returns: (transfer full): what is pushed here, of BECKON_VOICE_CAPS and stamped by the system's
 * clock as beckon_sound_mixer_push() does it, is mixed; when it is late by much, the oldest of it is
 * thrown away. */
GstAppSrc *beckon_sound_mixer_add (GstElement *bin);
/** beckon_sound_mixer_remove: (thread any): for good, and without waiting for what is behind the
 * mixer. */
void beckon_sound_mixer_remove (GstElement *bin, GstAppSrc *source);

/** beckon_sound_mixer_push: (thread any): @buffer: (transfer full): of BECKON_VOICE_CAPS, and writable;
 * @at: when it is to be mixed, by the system's clock. Returns: when it is over. */
GstClockTime beckon_sound_mixer_push (GstAppSrc *source, GstBuffer *buffer, GstClockTime at);

/** beckon_sound_mixer_set_volume: @volume: 0 and more; 1: as it comes */
void beckon_sound_mixer_set_volume (GstAppSrc *source, double volume);

G_END_DECLS
