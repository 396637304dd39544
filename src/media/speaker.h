/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gst/gst.h>

#include "device-settings.h"

G_BEGIN_DECLS

#define BECKON_TYPE_SPEAKER (beckon_speaker_get_type ())
/**
 * BeckonSpeaker:
 *
 * What is heard of a call: the voices of all its peers, mixed, on the speaker that the settings name,
 * in a pipeline of its own. Another speaker, one that is unplugged, or a sound server that dies holds
 * up no connection: meanwhile nothing is heard. What is played is known to the echo cancellation of
 * the microphone. Main thread; voices on any.
 *
 * Signals:
 *   opened ()               it plays
 *   failed (GError *error)  nothing is heard now: NO_DEVICE, DEVICE_LOST. It opens again by itself
 *                           when a speaker is there.
 */
G_DECLARE_FINAL_TYPE (BeckonSpeaker, beckon_speaker, BECKON, SPEAKER, GObject)

BeckonSpeaker *beckon_speaker_new (BeckonDeviceSettings *settings);

/** beckon_speaker_open: a voice is about to come. Nothing the second time. */
void beckon_speaker_open (BeckonSpeaker *self);
/** beckon_speaker_close: for good, in a thread. */
void beckon_speaker_close (BeckonSpeaker *self);

/** beckon_speaker_get_probe: (nullable): the name by which echo cancellation finds what is played. */
const char *beckon_speaker_get_probe (BeckonSpeaker *self);

/** BeckonVoice: one of those that are mixed. Keeps its speaker. */
typedef struct _BeckonVoice BeckonVoice;

BeckonVoice *beckon_speaker_add_voice (BeckonSpeaker *self);
/** beckon_voice_free: whoever pushes has to have ended. */
void beckon_voice_free (BeckonVoice *voice);
/** beckon_voice_set_volume: @volume: 0..1.5 */
void beckon_voice_set_volume (BeckonVoice *voice, double volume);
/** beckon_voice_push: (thread any, but one at a time)
 * @buffer: of BECKON_VOICE_CAPS
 * @due: when it is to leave the speaker, by the system's clock: with the picture of the same moment.
 *   What comes too late for that is heard as soon as it can. */
void beckon_voice_push (BeckonVoice *voice, GstBuffer *buffer, GstClockTime due);

/* All sound between capture and speaker, so that the echo canceller compares like with like. */
#define BECKON_VOICE_CAPS "audio/x-raw,format=S16LE,rate=48000,channels=1,layout=interleaved"

G_END_DECLS
