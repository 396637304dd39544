/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "tone-player.h"

G_BEGIN_DECLS

/** beckon_tone_repeats: Returns: whether @tone is played round after round until it is stopped. */
gboolean beckon_tone_repeats (BeckonTone tone);

/**
 * beckon_tone_synthesize:
 * @tone: not %BECKON_TONE_NONE
 * @rate: samples a second
 *
 * Returns: (transfer full): one round of @tone with its silence: native 16-bit samples, one
 * channel.
 */
GBytes *beckon_tone_synthesize (BeckonTone tone, guint rate);

G_END_DECLS
