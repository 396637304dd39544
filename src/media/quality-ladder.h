/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** BeckonQuality: what to make of the bits that there are. */
typedef struct
{
  guint audio_bits;    /* a second, without headers */
  guint audio_ms;      /* of sound in a packet: 10, 20, 40 or 60 */
  guint width, height; /* the picture is not to be larger; its own shape is kept */
  guint fps;           /* 0: no pictures now */
  gboolean falling;    /* then: the next is smaller, and hangs on none before it */
  gboolean off;        /* and none until the path carries more: that is worth being told */
  guint video_bits;    /* a second, without headers */
  guint video_packet;  /* bytes of a picture in a packet, at most */
} BeckonQuality;

/** beckon_quality_lower: @quality: (inout): of pictures, no more than @limit has */
void beckon_quality_lower (BeckonQuality *quality, const BeckonQuality *limit);

/**
 * BeckonQualityLadder:
 *
 * Turns a target of bits a second into sound and pictures. Sound comes first: it always gets what
 * it needs to be understood. Pictures get what is left, and are made smaller and fewer, rung by
 * rung, when that is too little for their size. Nothing but arithmetic, as the estimator.
 *
 * A new size needs a key frame, and those are large. So one goes up after a while of more than
 * enough, and down after a moment of too little; in that moment, if it is much too little, no
 * pictures are made at all: a queue is being emptied. Before there are any the size is what is
 * right.
 * Where it will be much too little afterwards as well they become smaller at once.
 *
 * Where for some seconds there is not even enough for the smallest they are off. They come back,
 * small, after some seconds of clearly more, and after twice as long each time that they did not
 * stay: without them nobody knows what the path would carry.
 */
typedef struct _BeckonQualityLadder BeckonQualityLadder;

BeckonQualityLadder *beckon_quality_ladder_new (void);
void beckon_quality_ladder_free (BeckonQualityLadder *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeckonQualityLadder, beckon_quality_ladder_free)

/**
 * beckon_quality_ladder_update:
 * @now_us: the monotonic clock
 * @target: bits a second for everything, headers too
 * @repair: bits that are sent once more for each bit of a picture: they are taken from it
 * @pictures: how many lines of pictures share what sound leaves, 0 in a voice call
 *
 * Returns: (transfer none): valid until the next call.
 */
const BeckonQuality *beckon_quality_ladder_update (BeckonQualityLadder *self, gint64 now_us,
                                                   guint target, double repair, guint pictures);

/** beckon_quality_ladder_limit: for a machine that does not keep up.
 * @step: -1: no larger pictures than the next smaller ones from now on; 1: the next larger again; 0 */
void beckon_quality_ladder_limit (BeckonQualityLadder *self, gint step);
/** beckon_quality_ladder_set_drained: @target: bits a second that there will be for everything when a
 * queue has been emptied; 0: the target is what there is */
void beckon_quality_ladder_set_drained (BeckonQualityLadder *self, guint target);
/** beckon_quality_ladder_set_copies: @copies: so often sound is sent besides the first time. */
void beckon_quality_ladder_set_copies (BeckonQualityLadder *self, guint copies);
/** beckon_quality_ladder_get_room: Returns: how many copies of sound may be sent at @target bits a second:
 * it comes before pictures, but does not take all that there is. */
guint beckon_quality_ladder_get_room (BeckonQualityLadder *self, guint target);

/** beckon_quality_ladder_get_picture_room: Returns: how many copies may be sent of each packet of @pictures
 * lines of pictures: with more there would not be enough for the smallest. */
guint beckon_quality_ladder_get_picture_room (BeckonQualityLadder *self, guint target,
                                              guint pictures);

/** beckon_quality_ladder_hold: @held: the sizes stay as they are, whatever the targets. */
void beckon_quality_ladder_hold (BeckonQualityLadder *self, gboolean held);

G_END_DECLS
