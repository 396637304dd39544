/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "media-quality.h"

#define N_LIMITS (BECKON_QUALITY_EXCELLENT - BECKON_QUALITY_BAD)

/* From the best level downwards. */
static const double most_loss[N_LIMITS] = { 0.01, 0.03, 0.07, 0.15 };
static const double most_round_trip_ms[N_LIMITS] = { 150, 250, 400, 800 };
static const double most_frozen[N_LIMITS] = { 0, 0.02, 0.1, 0.3 };
static const double least_fps[N_LIMITS] = { 14, 10, 6, 3 };

/* The level that @fact allows; @sign: 1 where less is better, -1 where more is */
static guint
allowed_level (double fact, const double *limits, double sign)
{
  guint level = BECKON_QUALITY_EXCELLENT;

  while (level > BECKON_QUALITY_BAD &&
         sign * fact > sign * limits[BECKON_QUALITY_EXCELLENT - level])
    level--;
  return level;
}

BeckonQualityLevel
beckon_media_quality (const BeckonQualityFacts *facts)
{
  guint level = G_MAXUINT;

  g_return_val_if_fail (facts != NULL, BECKON_QUALITY_UNKNOWN);

  if (facts->loss >= 0)
    level = MIN (level, allowed_level (facts->loss, most_loss, 1));
  if (facts->round_trip_ms >= 0)
    level = MIN (level, allowed_level (facts->round_trip_ms, most_round_trip_ms, 1));
  if (facts->frozen >= 0)
    level = MIN (level, allowed_level (facts->frozen, most_frozen, 1));
  if (facts->fps >= 0)
    level = MIN (level, allowed_level (facts->fps, least_fps, -1));
  return level != G_MAXUINT ? level : BECKON_QUALITY_UNKNOWN;
}
