/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Something that Opus takes for speech: it has a copy of that only, and of no tone. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define SPEECH_RATE 48000 /* samples a second */

/**
 * speech_new:
 * @n_samples: how long
 *
 * Returns: (transfer full): so many samples of one channel, the same ones each time; free with g_free()
 */
gint16 *speech_new (guint n_samples);

G_END_DECLS
