/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Of one source, in all. */
#define BECKON_ENCODERS_MAX 3

/** BeckonSharer: somebody who gets pictures. */
typedef struct
{
  gconstpointer kind; /* only who has the same can share */
  guint bits;         /* a second, of what is of use to them */
  gboolean settled;   /* it has been so for a while */
  guint encoder;      /* the index of whose encoder they have; their own, if nobody else's */
} BeckonSharer;

/**
 * beckon_encoder_plan_make:
 * @sharers: (inout) (array length=n): who has an encoder is one of them, and has it themselves
 *
 * Chooses who shares an encoder with whom. All of a group get what the least of them can take. So
 * those share whose bits are near each other, and one on a thin line has an encoder of their own:
 * nobody else's pictures get worse by it. Where that would take too many encoders the nearest
 * groups share. Nothing but arithmetic, as the ladder.
 *
 * Who shares goes on until the bits differ twofold; who does not begins when they differ less, and
 * have done so for a while: each change takes a key frame.
 */
void beckon_encoder_plan_make (BeckonSharer *sharers, guint n);

G_END_DECLS
