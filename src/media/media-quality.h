/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** BeckonQualityLevel: how good a connection is for who looks and listens; from 1 to 5 where
 * something is known. */
typedef enum
{
  BECKON_QUALITY_UNKNOWN,
  BECKON_QUALITY_BAD,
  BECKON_QUALITY_WEAK,
  BECKON_QUALITY_FAIR,
  BECKON_QUALITY_GOOD,
  BECKON_QUALITY_EXCELLENT,
} BeckonQualityLevel;

/** BeckonQualityFacts: what a level is made of. A negative number: not known, or there is none. */
typedef struct
{
  double loss; /* 0..1 of the packets of the last second, the worse of both ways */
  double round_trip_ms;
  double frozen; /* 0..1 of the last ten seconds in which the picture stood still */
  double fps;    /* of the picture that comes */
} BeckonQualityFacts;

/**
 * beckon_media_quality:
 *
 * Each fact allows a level, and the worst of them counts; at the edge of two levels it is the
 * better one:
 *
 * | level | loss, at most | round trip, ms | frozen | pictures a second, at least |
 * |-------|---------------|----------------|--------|-----------------------------|
 * | 5     | 1 %           | 150            | 0      | 14                          |
 * | 4     | 3 %           | 250            | 2 %    | 10                          |
 * | 3     | 7 %           | 400            | 10 %   | 6                           |
 * | 2     | 15 %          | 800            | 30 %   | 3                           |
 * | 1     | more          | more           | more   | fewer                       |
 *
 * Returns: %BECKON_QUALITY_UNKNOWN where no fact is known.
 */
BeckonQualityLevel beckon_media_quality (const BeckonQualityFacts *facts);

G_END_DECLS
