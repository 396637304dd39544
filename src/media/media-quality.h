/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** BECKON_QUALITY_UNKNOWN: nothing is known yet; else a level from 1 to 5. */
#define BECKON_QUALITY_UNKNOWN 0
#define BECKON_QUALITY_WORST 1
#define BECKON_QUALITY_BEST 5

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
 * How good a connection is for who looks and listens. Each fact allows a level, and the worst of
 * them counts; at the edge of two levels it is the better one:
 *
 * | level | loss, at most | round trip, ms | frozen | pictures a second, at least |
 * |-------|---------------|----------------|--------|-----------------------------|
 * | 5     | 1 %           | 150            | 0      | 14                          |
 * | 4     | 3 %           | 250            | 2 %    | 10                          |
 * | 3     | 7 %           | 400            | 10 %   | 6                           |
 * | 2     | 15 %          | 800            | 30 %   | 3                           |
 * | 1     | more          | more           | more   | fewer                       |
 *
 * Returns: 1 to 5, or %BECKON_QUALITY_UNKNOWN where no fact is known.
 */
guint beckon_media_quality (const BeckonQualityFacts *facts);

G_END_DECLS
