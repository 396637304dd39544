/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "tone-synth.h"

#include <math.h>

/* Long enough that a note does not click, short enough that nobody hears it fade. */
#define RAMP 0.008

typedef struct
{
  double start;     /* seconds into the round */
  double duration;  /* seconds */
  double frequency; /* Hz */
  double level;     /* 0..1 */
  double decay;     /* seconds until 1/e is left, as of a struck bar; 0: steady */
} Note;

typedef struct
{
  double length; /* of a round, in seconds */
  gboolean repeats;
  Note notes[5]; /* ends with a duration of 0 */
} Score;

/* E5 and C5, twice, then room to speak. */
static const Score ring = {
  .length = 3.6,
  .repeats = TRUE,
  .notes = {
      { 0.00, 1.10, 659.26, 0.30, 0.28 },
      { 0.26, 1.10, 523.25, 0.30, 0.34 },
      { 0.92, 1.10, 659.26, 0.30, 0.28 },
      { 1.18, 1.60, 523.25, 0.30, 0.44 },
  },
};

/* What European exchanges play. */
static const Score ring_back = {
  .length = 5.0,
  .repeats = TRUE,
  .notes = { { 0.0, 1.0, 425, 0.14, 0 } },
};

static const Score busy = {
  .length = 2.0,
  .notes = { { 0.0, 0.5, 425, 0.14, 0 }, { 1.0, 0.5, 425, 0.14, 0 } },
};

static const Score ended = {
  .length = 0.6,
  .notes = { { 0.00, 0.35, 523.25, 0.24, 0.09 }, { 0.14, 0.45, 392.00, 0.24, 0.12 } },
};

static const Score *
score_of (BeckonTone tone)
{
  switch (tone)
    {
    case BECKON_TONE_RING:
      return &ring;
    case BECKON_TONE_RING_BACK:
      return &ring_back;
    case BECKON_TONE_BUSY:
      return &busy;
    case BECKON_TONE_ENDED:
      return &ended;
    case BECKON_TONE_NONE:
    default:
      g_assert_not_reached ();
    }
}

/* A struck note has two overtones, which die sooner than it does. */
static double
note_wave (const Note *note, double t)
{
  double phase = 2 * G_PI * note->frequency * t;

  if (note->decay == 0)
    return sin (phase);

  return exp (-t / note->decay) * sin (phase) +
         0.25 * exp (-2 * t / note->decay) * sin (2 * phase) +
         0.08 * exp (-4 * t / note->decay) * sin (3 * phase);
}

static void
add_note (const Note *note, gint16 *samples, guint rate)
{
  guint first = note->start * rate, n = note->duration * rate;

  for (guint i = 0; i < n; i++)
    {
      double t = (double) i / rate;
      double ramp = MIN (1, MIN (t, note->duration - t) / RAMP);

      samples[first + i] += lrint (G_MAXINT16 * note->level * ramp * note_wave (note, t));
    }
}

gboolean
beckon_tone_repeats (BeckonTone tone)
{
  return tone != BECKON_TONE_NONE && score_of (tone)->repeats;
}

GBytes *
beckon_tone_synthesize (BeckonTone tone, guint rate)
{
  const Score *score;
  gint16 *samples;
  gsize n;

  g_return_val_if_fail (tone != BECKON_TONE_NONE, NULL);
  g_return_val_if_fail (rate > 0, NULL);

  score = score_of (tone);
  n = score->length * rate;
  samples = g_new0 (gint16, n);
  for (const Note *note = score->notes; note->duration > 0; note++)
    add_note (note, samples, rate);

  return g_bytes_new_take (samples, n * sizeof *samples);
}
