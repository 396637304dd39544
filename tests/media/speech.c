/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A voice that goes up and down, a mouth that takes another shape four times a second, with a hiss
 * before each other vowel. */

#include "config.h"

#include "speech.h"

#include <math.h>

typedef struct
{
  double y1, y2;
} Resonance;

static double
resound (Resonance *self, double x, double hz, double width)
{
  const double r = exp (-G_PI * width / SPEECH_RATE);
  const double c = 2 * r * cos (2 * G_PI * hz / SPEECH_RATE);
  const double y = (1 - c + r * r) * x + c * self->y1 - r * r * self->y2;

  self->y2 = self->y1;
  self->y1 = y;
  return y;
}

static double
glottis (double phase)
{
  if (phase < 0.4)
    return 0.5 * (1 - cos (G_PI * phase / 0.4));
  return phase < 0.56 ? cos (G_PI / 2 * (phase - 0.4) / 0.16) : 0;
}

/* @t: 0..1, through a syllable */
static double
loudness (double t)
{
  if (t < 0.15)
    return 0;
  return t < 0.25 ? (t - 0.15) / 0.1 : t < 0.8 ? 1 : MAX (0.95 - t, 0) / 0.15;
}

gint16 *
speech_new (guint n_samples)
{
  static const double vowels[][3] = {
    { 730, 1090, 2440 }, { 270, 2290, 3010 }, { 300, 870, 2240 },
    { 530, 1840, 2480 }, { 570, 840, 2410 },
  };
  g_autoptr (GRand) dice = g_rand_new_with_seed (7);
  gint16 *samples = g_new (gint16, n_samples);
  Resonance mouth[3] = { 0 }, teeth = { 0 };
  double formants[3] = { 500, 1500, 2500 }, phase = 0, open = 0;

  for (guint i = 0; i < n_samples; i++)
    {
      const double s = (double) i / SPEECH_RATE, t = fmod (4 * s, 1);
      const guint syllable = 4 * s;
      const double *vowel = vowels[(syllable * 7 + syllable / 3) % G_N_ELEMENTS (vowels)];
      const gboolean pause = syllable % 8 == 7;
      const gboolean hiss = syllable % 2 == 0 && !pause && t < 0.15;
      const double loud = pause ? 0 : loudness (t), noise = g_rand_double_range (dice, -1, 1);
      const double before = open;
      double x;

      phase = fmod (phase + (110 + 25 * sin (4.4 * s) + 10 * sin (14.5 * s)) / SPEECH_RATE, 1);
      open = glottis (phase);
      x = loud * (40 * (open - before) + 0.02 * noise);
      for (guint k = 0; k < 3; k++)
        {
          formants[k] += (vowel[k] - formants[k]) * 0.0005;
          x = resound (&mouth[k], x, formants[k], 80 + 20 * k);
        }
      x += 3 * resound (&teeth, hiss ? 0.05 * sin (G_PI * t / 0.15) * noise : 0, 5000, 2000);
      samples[i] = CLAMP (9000 * (x + 0.0003 * noise), G_MININT16, G_MAXINT16);
    }
  return samples;
}
