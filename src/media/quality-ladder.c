/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "quality-ladder.h"

#include <math.h>

/* IP, UDP, RTP with one extension, and what SRTP adds. */
#define HEADER_BITS (58 * 8)
#define VIDEO_PACKET 1200
/* One of those takes a fifth of a second of a line of 50 kbit/s, and all of the queue that it may have. */
#define THIN_BITS 120000
#define THIN_PACKET 480
#define UP_AFTER_US (600 * (gint64) 1000)
#define UP_AFTER_SMALLEST_US (1500 * (gint64) 1000)
#define DOWN_AFTER_US (700 * (gint64) 1000)
/* Where it is far too little pictures stand until they are smaller: as soon as it is sure. */
#define FAR_DOWN_AFTER_US (150 * (gint64) 1000)
#define UP_SHARE 1.15
/* Up from the smallest: the key frame of the next size is as much as a thin line's queue takes. */
#define UP_SHARE_SMALLEST 1.8
/* Who was wrong to go up waits longer the next time. */
#define UP_LASTED_US (8000 * (gint64) 1000)
#define UP_AFTER_GROWTH 4
#define UP_AFTER_MAX_US (60000 * (gint64) 1000)
/* With less than this share of what a rung needs there are no pictures until one is down. */
#define PAUSE_SHARE 0.3
/* Not even the smallest for so long: a queue has been emptied by then. */
#define OFF_AFTER_US (5000 * (gint64) 1000)
/* With so much more than the smallest need they come back, after so long; who has had them for
 * longer than LASTED_US has not been wrong. Nobody has tried what is said to be there, so they
 * begin with little. */
#define BACK_SHARE 1.3
#define BACK_DOUBLES_US (4000.0 * 1000)
#define BACK_AFTER_US (4000 * (gint64) 1000)
#define BACK_AFTER_MAX_US (64000 * (gint64) 1000)
#define LASTED_US (20000 * (gint64) 1000)
/* Of the target, what sound may have with its copies. */
#define SOUND_SHARE 0.6

/* From the largest. @bits: what it takes to look well enough. The last one has no pictures. */
static const struct
{
  guint width, height, fps, bits;
} rungs[] = {
  { 1920, 1080, 30, 2400000 }, { 1280, 720, 30, 1200000 }, { 960, 540, 30, 700000 },
  { 640, 360, 30, 300000 },    { 480, 270, 20, 150000 },   { 320, 180, 15, 80000 },
  { 320, 180, 7, 24000 },      { 160, 90, 7, 9000 },       { 160, 90, 0, 0 },
};
#define OFF_RUNG (G_N_ELEMENTS (rungs) - 1)
#define START_RUNG 3
#define START_SOUND 1 /* until a target has risen */
/* A machine that does not do this is not to be helped by smaller pictures. */
#define LIMIT_MAX 5

/* From the most. Below the first rate of a row the next row holds. The less there is, the larger a
 * packet: its headers are as much as its sound. Where there is enough it is small: it has to be
 * full before it leaves, and pictures wait for the sound of the same moment. Sound alone makes a
 * target (eight times of what is sent) that is too small for those, and has no use for them. */
static const struct
{
  guint target, bits, ms;
} sounds[] = {
  { 480000, 40000, 10 }, { 400000, 40000, 20 }, { 200000, 32000, 20 },
  { 101000, 24000, 40 }, { 60000, 16000, 60 },  { 0, 12000, 60 },
};

struct _BeckonQualityLadder
{
  BeckonQuality quality;
  guint rung;
  guint limit; /* no rung above it, as the machine is */
  guint sound;
  guint copies; /* of sound */
  guint drained; /* what the target will be when a queue has been emptied; 0: as it is */
  gint64 up_since, down_since, far_since; /* 0: not now */
  gint64 up_at, up_after; /* of the smallest pictures: when they became larger, how long it takes */
  gint64 little_since;    /* not even enough for the smallest; 0: not now */
  gint64 back_at;         /* when pictures were off last and came back; 0: never */
  gint64 back_after;      /* how long it takes until they do */
  gboolean held;
};

void
beckon_quality_lower (BeckonQuality *quality, const BeckonQuality *limit)
{
  quality->width = MIN (quality->width, limit->width);
  quality->height = MIN (quality->height, limit->height);
  quality->fps = MIN (quality->fps, limit->fps);
  quality->video_bits = MIN (quality->video_bits, limit->video_bits);
}

BeckonQualityLadder *
beckon_quality_ladder_new (void)
{
  BeckonQualityLadder *self = g_new0 (BeckonQualityLadder, 1);

  self->rung = START_RUNG;
  self->sound = START_SOUND;
  self->back_after = BACK_AFTER_US;
  self->up_after = UP_AFTER_SMALLEST_US;
  return self;
}

void
beckon_quality_ladder_free (BeckonQualityLadder *self)
{
  g_free (self);
}

/* More sound only when there is clearly more: each change is heard. */
static void
choose_sound (BeckonQualityLadder *self, guint target)
{
  while (target < sounds[self->sound].target)
    self->sound++;
  while (self->sound > 0 && target > UP_SHARE * sounds[self->sound - 1].target)
    self->sound--;
  self->quality.audio_bits = sounds[self->sound].bits;
  self->quality.audio_ms = sounds[self->sound].ms;
}

/* Returns: whether @condition has held for @time. */
static gboolean
has_held (gint64 *since, gboolean condition, gint64 now, gint64 time)
{
  if (!condition)
    *since = 0;
  else if (*since == 0)
    *since = now;
  return condition && now - *since >= time;
}

static guint
find_rung (double bits)
{
  guint rung = 0;

  while (bits < rungs[rung].bits)
    rung++;
  return rung;
}

static void
switch_off (BeckonQualityLadder *self, gint64 now)
{
  const gboolean wrong = self->back_at != 0 && now - self->back_at < LASTED_US;

  self->rung = OFF_RUNG;
  self->back_after = wrong ? MIN (2 * self->back_after, BACK_AFTER_MAX_US) : BACK_AFTER_US;
  self->up_since = self->down_since = self->far_since = self->little_since = 0;
}

static void
wait_for_more (BeckonQualityLadder *self, gint64 now, double bits)
{
  if (!has_held (&self->up_since, bits > BACK_SHARE * rungs[OFF_RUNG - 1].bits, now,
                 self->back_after))
    return;
  self->rung = OFF_RUNG - 1;
  self->back_at = now;
  self->up_since = self->down_since = 0;
}

static void
note_smallest (BeckonQualityLadder *self, gint64 now)
{
  const gboolean wrong = self->up_at != 0 && now - self->up_at < UP_LASTED_US;

  self->up_after =
      wrong ? MIN (UP_AFTER_GROWTH * self->up_after, UP_AFTER_MAX_US) : UP_AFTER_SMALLEST_US;
}

static gboolean
is_paused (BeckonQualityLadder *self, double bits)
{
  return bits < PAUSE_SHARE * rungs[self->rung].bits;
}

static void
go_down (BeckonQualityLadder *self, gint64 now, guint rung)
{
  self->rung = rung;
  self->down_since = self->far_since = 0;
  if (rung == OFF_RUNG - 1)
    note_smallest (self, now);
}

/* @drained: of them, when a queue has been emptied; not less than @bits */
static void
choose_rung (BeckonQualityLadder *self, gint64 now, double bits, double drained)
{
  /* A queue that is emptied is soon over, but not to be waited for without any picture. */
  const guint lower =
      CLAMP (find_rung (is_paused (self, bits) ? bits : drained), self->limit, OFF_RUNG - 1);
  const gboolean smallest = self->rung == OFF_RUNG - 1;
  const guint higher =
      MAX (find_rung (bits / (smallest ? UP_SHARE_SMALLEST : UP_SHARE)), self->limit);

  if (has_held (&self->up_since, higher < self->rung, now, smallest ? self->up_after : UP_AFTER_US))
    {
      self->rung = higher;
      if (smallest)
        self->up_at = now;
    }
  if (has_held (&self->down_since, lower > self->rung, now, DOWN_AFTER_US))
    go_down (self, now, lower);
  if (has_held (&self->far_since, self->rung < OFF_RUNG - 1 && is_paused (self, drained), now,
                FAR_DOWN_AFTER_US))
    go_down (self, now, CLAMP (find_rung (drained), self->limit, OFF_RUNG - 1));
  if (has_held (&self->little_since, bits < rungs[OFF_RUNG - 1].bits, now, OFF_AFTER_US))
    switch_off (self, now);
}

/* Returns: how much of @bits pictures that have come back may use. */
static double
limit_after_return (BeckonQualityLadder *self, gint64 now, double bits)
{
  if (self->back_at == 0)
    return bits;
  return MIN (bits, BACK_SHARE * rungs[OFF_RUNG - 1].bits *
                        exp2 ((now - self->back_at) / BACK_DOUBLES_US));
}

/* A copy is in a packet that there is anyway. */
static double
bits_of_sound (const BeckonQuality *quality, guint copies)
{
  return quality->audio_bits * (1.0 + copies) + HEADER_BITS * 1000.0 / quality->audio_ms;
}

/* Without repetition of pictures, @copies of sound: what is left for pictures. */
static double
bits_of_pictures (BeckonQualityLadder *self, guint target, guint copies, guint pictures)
{
  double bits = target - bits_of_sound (&self->quality, copies);

  /* The smallest pictures do not fill their packets. */
  bits = MIN (bits * self->quality.video_packet / (self->quality.video_packet + HEADER_BITS / 8.0),
              bits - rungs[OFF_RUNG - 1].fps * HEADER_BITS);
  return MAX (bits, 0) / MAX (pictures, 1);
}

const BeckonQuality *
beckon_quality_ladder_update (
    BeckonQualityLadder *self, gint64 now_us, guint target, double repair, guint pictures)
{
  BeckonQuality *quality = &self->quality;
  double bits, drained;

  if (!self->held)
    choose_sound (self, target);
  quality->video_packet = target < THIN_BITS ? THIN_PACKET : VIDEO_PACKET;
  bits = bits_of_pictures (self, target, self->copies, pictures) / (1 + repair);
  drained = bits_of_pictures (self, MAX (target, self->drained), self->copies, pictures) /
            (1 + repair);
  if (pictures > 0 && !self->held)
    {
      if (self->rung == OFF_RUNG)
        wait_for_more (self, now_us, bits);
      bits = limit_after_return (self, now_us, bits);
      if (self->rung != OFF_RUNG)
        choose_rung (self, now_us, bits, drained);
      /* It is repetition that takes them: no queue has to be emptied. */
      if (is_paused (self, bits) && !is_paused (self, bits_of_pictures (self, target, 0, pictures)))
        self->rung = CLAMP (find_rung (bits), self->limit, OFF_RUNG - 1);
    }
  else if (pictures == 0 && !self->held && self->rung != OFF_RUNG)
    self->rung = CLAMP (find_rung (bits), self->limit, OFF_RUNG - 1); /* no size changes */
  quality->width = rungs[self->rung].width;
  quality->height = rungs[self->rung].height;
  quality->fps = is_paused (self, bits) ? 0 : rungs[self->rung].fps;
  quality->falling = quality->fps == 0 && self->far_since != 0;
  quality->off = self->rung == OFF_RUNG;
  quality->video_bits = bits;
  return quality;
}

void
beckon_quality_ladder_limit (BeckonQualityLadder *self, gint step)
{
  if (step < 0)
    self->rung = self->limit = MAX (self->rung, MIN (self->rung + 1, LIMIT_MAX));
  else if (step > 0 && self->limit > 0)
    self->limit--;
}

void
beckon_quality_ladder_hold (BeckonQualityLadder *self, gboolean held)
{
  self->held = held;
}

void
beckon_quality_ladder_set_drained (BeckonQualityLadder *self, guint target)
{
  self->drained = target;
}

void
beckon_quality_ladder_set_copies (BeckonQualityLadder *self, guint copies)
{
  self->copies = copies;
}

guint
beckon_quality_ladder_get_picture_room (BeckonQualityLadder *self, guint target, guint pictures)
{
  double times;

  if (self->quality.audio_bits == 0)
    return G_MAXUINT; /* there was no target yet */
  times = bits_of_pictures (self, target, self->copies, pictures) /
          (BACK_SHARE * rungs[OFF_RUNG - 1].bits);
  return times > 1 ? times - 1 : 0;
}

guint
beckon_quality_ladder_get_room (BeckonQualityLadder *self, guint target)
{
  const double left = SOUND_SHARE * target - bits_of_sound (&self->quality, 0);

  return self->quality.audio_bits > 0 && left > 0 ? left / self->quality.audio_bits : 0;
}
