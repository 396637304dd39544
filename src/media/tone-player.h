/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "device-settings.h"

G_BEGIN_DECLS

typedef enum
{
  BECKON_TONE_NONE,
  BECKON_TONE_RING,      /* somebody calls; repeats */
  BECKON_TONE_RING_BACK, /* it rings there; repeats */
  BECKON_TONE_BUSY,      /* once, about 2 s */
  BECKON_TONE_ENDED,     /* once, short */
} BeckonTone;

#define BECKON_TYPE_TONE_PLAYER (beckon_tone_player_get_type ())
/**
 * BeckonTonePlayer:
 *
 * Plays one of our synthesised tones on the speaker. No sound server, no tone: logged, never an
 * error. One that repeats goes on when a device is there again, or another one was chosen. Main
 * thread only; neither opening nor closing a sound device holds it up.
 *
 * Properties: tone (read-only: what plays now; NONE after a tone that does not repeat has ended),
 * sink (construct-only string: where to, as gst-launch writes it; default: the speaker of the
 * sound server).
 */
G_DECLARE_FINAL_TYPE (BeckonTonePlayer, beckon_tone_player, BECKON, TONE_PLAYER, GObject)

BeckonTonePlayer *beckon_tone_player_new (void);
/** beckon_tone_player_set_devices: @devices: (nullable): who calls is heard on their ringer, all
 * else on their speaker, from the next tone on, which then follows what is changed there; without
 * one, or without a device, on "sink". */
void beckon_tone_player_set_devices (BeckonTonePlayer *self, BeckonDeviceSettings *devices);
/** beckon_tone_player_play: replaces what plays; NONE stops it at once, also within a note. */
void beckon_tone_player_play (BeckonTonePlayer *self, BeckonTone tone);
BeckonTone beckon_tone_player_get_tone (BeckonTonePlayer *self);

G_END_DECLS
