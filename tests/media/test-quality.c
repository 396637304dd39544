/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include <glib.h>

#include "encoder-load.h"
#include "quality-ladder.h"

#define SECOND G_USEC_PER_SEC
#define HEADERS (58 * 8)

/* Ten times a second, for @seconds. Returns: what holds then. */
static BeckonQuality
hold (BeckonQualityLadder *ladder, gint64 *now, guint target, double repair, double seconds)
{
  const gint64 end = *now + seconds * SECOND;
  BeckonQuality quality = { 0 };

  for (; *now < end; *now += SECOND / 10)
    quality = *beckon_quality_ladder_update (ladder, *now, target, repair, 1);
  return quality;
}

static void
test_rungs (void)
{
  static const struct
  {
    guint target, height, fps, audio_bits, audio_ms;
  } wanted[] = {
    { 5000000, 1080, 30, 40000, 10 }, { 1700000, 720, 30, 40000, 10 },
    { 1000000, 540, 30, 40000, 10 },  { 500000, 360, 30, 40000, 20 },
    { 300000, 270, 20, 32000, 20 },   { 180000, 180, 15, 24000, 40 },
    { 100000, 180, 7, 16000, 60 },    { 80000, 180, 7, 16000, 60 },
    { 50000, 180, 7, 12000, 60 },     { 40000, 90, 7, 12000, 60 },
    { 30000, 90, 0, 12000, 60 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (wanted); i++)
    {
      g_autoptr (BeckonQualityLadder) ladder = beckon_quality_ladder_new ();
      gint64 now = SECOND;
      const BeckonQuality q = hold (ladder, &now, wanted[i].target, 0, 20);
      const guint all = q.audio_bits + HEADERS * 1000 / q.audio_ms + q.video_bits;

      g_test_message ("%u kbit/s: sound %u in %u ms, %ux%u at %u, %u kbit/s",
                      wanted[i].target / 1000, q.audio_bits, q.audio_ms, q.width, q.height, q.fps,
                      q.video_bits / 1000);
      g_assert_cmpuint (q.height, ==, wanted[i].height);
      g_assert_cmpuint (q.fps, ==, wanted[i].fps);
      g_assert_cmpuint (q.audio_bits, ==, wanted[i].audio_bits);
      g_assert_cmpuint (q.audio_ms, ==, wanted[i].audio_ms);
      g_assert_cmpuint (all, <=, wanted[i].target);
      g_assert_cmpint (q.off, ==, q.fps == 0);
    }
}

/* A packet does not fill the queue of a thin line, and copies leave enough for the smallest pictures. */
static void
test_thin_line (void)
{
  static const struct
  {
    guint target, packet, room;
  } lines[] = { { 38000, 480, 0 }, { 50000, 480, 1 }, { 500000, 1200, 30 } };

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_autoptr (BeckonQualityLadder) ladder = beckon_quality_ladder_new ();
      const guint target = lines[i].target;

      g_assert_cmpuint (beckon_quality_ladder_get_picture_room (ladder, target, 1), ==, G_MAXUINT);
      g_assert_cmpuint (beckon_quality_ladder_update (ladder, SECOND, target, 0, 1)->video_packet,
                        ==, lines[i].packet);
      g_assert_cmpuint (MIN (beckon_quality_ladder_get_picture_room (ladder, target, 1), 30), ==,
                        lines[i].room);
    }
}

/* What was learnt of the line while it rang holds for the first picture. */
static void
test_begins_as_is_right (void)
{
  g_autoptr (BeckonQualityLadder) ladder = beckon_quality_ladder_new ();
  const BeckonQuality *quality;

  beckon_quality_ladder_update (ladder, SECOND, 500000, 3, 0);
  quality = beckon_quality_ladder_update (ladder, SECOND + 1, 500000, 3, 1);
  g_assert_cmpuint (quality->height, ==, 180);
  g_assert_cmpuint (quality->fps, ==, 15);
}

/* More is lost than seemed: pictures are smaller, and not away until they are. */
static void
test_repair_takes_no_time (void)
{
  g_autoptr (BeckonQualityLadder) ladder = beckon_quality_ladder_new ();
  gint64 now = SECOND;

  g_assert_cmpuint (hold (ladder, &now, 500000, 0, 5).height, ==, 360);
  beckon_quality_ladder_set_copies (ladder, 3);
  g_assert_cmpuint (hold (ladder, &now, 500000, 3.5, 0.1).fps, ==, 7);
  g_assert_cmpuint (hold (ladder, &now, 500000, 3.5, 0.1).height, ==, 180);
}

static void
test_moves_when_it_lasts (void)
{
  g_autoptr (BeckonQualityLadder) ladder = beckon_quality_ladder_new ();
  gint64 now = SECOND;

  g_assert_cmpuint (hold (ladder, &now, 2000000, 0, 0.5).height, ==, 360);
  g_assert_cmpuint (hold (ladder, &now, 2000000, 0, 0.5).height, ==, 720);
  /* A queue is emptied: no pictures, and then the same as before. */
  beckon_quality_ladder_set_drained (ladder, 2000000);
  g_assert_cmpuint (hold (ladder, &now, 200000, 0, 0.5).height, ==, 720);
  g_assert_cmpuint (hold (ladder, &now, 200000, 0, 0.1).fps, ==, 0);
  g_assert_false (hold (ladder, &now, 200000, 0, 0.05).falling);
  g_assert_cmpuint (hold (ladder, &now, 2000000, 0, 0.1).fps, ==, 30);
  /* Nor are they smaller while there is some for them. */
  g_assert_cmpuint (hold (ladder, &now, 1000000, 0, 2).height, ==, 720);
  g_assert_cmpuint (hold (ladder, &now, 200000, 0, 1).height, ==, 180);
  g_assert_cmpuint (hold (ladder, &now, 200000, 0, 0.1).fps, ==, 15);
}

/* Nobody waits for pictures that will be far too large as well when the queue is empty. */
static void
test_falls_far_at_once (void)
{
  g_autoptr (BeckonQualityLadder) ladder = beckon_quality_ladder_new ();
  gint64 now = SECOND;
  BeckonQuality quality;

  g_assert_cmpuint (hold (ladder, &now, 2000000, 0, 2).height, ==, 720);
  beckon_quality_ladder_set_drained (ladder, 425000);
  quality = hold (ladder, &now, 325000, 0, 0.1);
  g_assert_cmpuint (quality.fps, ==, 0);
  g_assert_true (quality.falling);
  quality = hold (ladder, &now, 325000, 0, 0.3);
  g_assert_cmpuint (quality.height, ==, 360);
  g_assert_cmpuint (quality.fps, ==, 30);
  g_assert_false (quality.falling);
  /* What is half of what they need is not far. */
  g_assert_cmpuint (hold (ladder, &now, 2000000, 0, 3).height, ==, 720);
  beckon_quality_ladder_set_drained (ladder, 0);
  g_assert_cmpuint (hold (ladder, &now, 700000, 0, 0.5).height, ==, 720);
}

/* A target that goes up and down by a tenth, as it does on a full line, changes no size. */
static void
test_does_not_flap (void)
{
  for (guint target = 60000; target < 4000000; target = target * 1.07)
    {
      g_autoptr (BeckonQualityLadder) ladder = beckon_quality_ladder_new ();
      gint64 now = SECOND;
      guint changes = 0, height;

      height = hold (ladder, &now, target, 0, 20).height;
      for (guint i = 0; i < 40; i++)
        {
          const guint next = hold (ladder, &now, i % 2 ? target : target * 0.9, 0, 1).height;

          changes += next != height;
          height = next;
        }
      g_assert_cmpuint (changes, <=, 1);
    }
}

static void
test_repair_takes_from_the_picture (void)
{
  g_autoptr (BeckonQualityLadder) ladder = beckon_quality_ladder_new ();
  gint64 now = SECOND;
  const BeckonQuality whole = hold (ladder, &now, 1000000, 0, 10);
  const BeckonQuality repaired = hold (ladder, &now, 1000000, 1, 10);

  g_assert_cmpuint (repaired.video_bits, ==, whole.video_bits / 2);
  g_assert_cmpuint (repaired.audio_bits, ==, whole.audio_bits);
}

/* Where a line carries no picture they are off, and said to be, but not because a queue is emptied.
 */
static void
test_off (void)
{
  g_autoptr (BeckonQualityLadder) ladder = beckon_quality_ladder_new ();
  gint64 now = SECOND;
  BeckonQuality back;

  g_assert_cmpuint (hold (ladder, &now, 40000, 0, 10).fps, ==, 7);
  g_assert_false (hold (ladder, &now, 30000, 0, 4).off);
  g_assert_cmpuint (hold (ladder, &now, 40000, 0, 1).fps, ==, 7);
  g_assert_true (hold (ladder, &now, 30000, 0, 6).off);
  /* A little more is not enough, nor is much for a moment. */
  g_assert_true (hold (ladder, &now, 33000, 0, 30).off);
  g_assert_true (hold (ladder, &now, 200000, 0, 3).off);
  g_assert_true (hold (ladder, &now, 30000, 0, 1).off);
  /* Then they are small at first: so much has not been tried. */
  back = hold (ladder, &now, 200000, 0, 4.2);
  g_assert_false (back.off);
  g_assert_cmpuint (back.height, ==, 90);
  g_assert_cmpuint (back.fps, >=, 3);
  g_assert_cmpuint (back.video_bits, <, 20000);
  g_assert_cmpuint (hold (ladder, &now, 200000, 0, 30).height, ==, 180);
}

/* Returns: seconds until pictures are back. */
static double
wait_for_pictures (BeckonQualityLadder *ladder, gint64 *now)
{
  const gint64 since = *now;

  while (hold (ladder, now, 60000, 0, 0.1).off)
    g_assert_cmpint (*now - since, <, 100 * SECOND);
  return (*now - since) / (double) SECOND;
}

static void
test_back_less_and_less_often (void)
{
  g_autoptr (BeckonQualityLadder) ladder = beckon_quality_ladder_new ();
  gint64 now = SECOND;
  double last = 0;

  for (guint i = 0; i < 4; i++)
    {
      double took;

      g_assert_true (hold (ladder, &now, 30000, 0, 8).off);
      took = wait_for_pictures (ladder, &now);
      g_assert_cmpfloat (took, >, 1.8 * last);
      last = took;
    }
  /* Once they have stayed all is forgotten. */
  g_assert_false (hold (ladder, &now, 60000, 0, 30).off);
  g_assert_true (hold (ladder, &now, 30000, 0, 8).off);
  g_assert_cmpfloat (wait_for_pictures (ladder, &now), <, 5);
}

/* Larger ones that were too much are tried again later. */
static void
test_smallest_waits (void)
{
  g_autoptr (BeckonQualityLadder) ladder = beckon_quality_ladder_new ();
  gint64 now = SECOND;

  hold (ladder, &now, 40000, 0, 10);
  g_assert_cmpuint (hold (ladder, &now, 90000, 0, 2).height, ==, 180);
  g_assert_cmpuint (hold (ladder, &now, 40000, 0, 2).height, ==, 90);
  g_assert_cmpuint (hold (ladder, &now, 90000, 0, 5).height, ==, 90);
  g_assert_cmpuint (hold (ladder, &now, 90000, 0, 2).height, ==, 180);
}

/* For a moment there is less, on purpose. */
static void
test_held (void)
{
  g_autoptr (BeckonQualityLadder) ladder = beckon_quality_ladder_new ();
  gint64 now = SECOND;
  const BeckonQuality before = hold (ladder, &now, 500000, 0, 10);
  BeckonQuality held;

  beckon_quality_ladder_hold (ladder, TRUE);
  held = hold (ladder, &now, 250000, 0, 2);
  g_assert_cmpuint (held.height, ==, before.height);
  g_assert_cmpuint (held.fps, ==, before.fps);
  g_assert_cmpuint (held.audio_bits, ==, before.audio_bits);
  g_assert_cmpuint (held.video_bits, <, before.video_bits);
  beckon_quality_ladder_hold (ladder, FALSE);
  g_assert_cmpuint (hold (ladder, &now, 250000, 0, 2).height, <, before.height);
}

static void
test_two_pictures (void)
{
  g_autoptr (BeckonQualityLadder) ladder = beckon_quality_ladder_new ();
  const guint one = beckon_quality_ladder_update (ladder, 1, 1000000, 0, 1)->video_bits;
  const guint each = beckon_quality_ladder_update (ladder, 2, 1000000, 0, 2)->video_bits;

  g_assert_cmpuint (each, ==, one / 2);
}

/* A machine that does not keep up gets smaller pictures, however much the line carries. */
static void
test_limit (void)
{
  g_autoptr (BeckonQualityLadder) ladder = beckon_quality_ladder_new ();
  gint64 now = 1;

  g_assert_cmpuint (hold (ladder, &now, 2000000, 0, 10).height, ==, 720);
  beckon_quality_ladder_limit (ladder, -1);
  g_assert_cmpuint (hold (ladder, &now, 2000000, 0, 0.1).height, ==, 540);
  g_assert_cmpuint (hold (ladder, &now, 4000000, 0, 10).height, ==, 540);
  for (guint i = 0; i < 10; i++)
    beckon_quality_ladder_limit (ladder, -1);
  g_assert_cmpuint (hold (ladder, &now, 4000000, 0, 10).height, ==, 180);
  g_assert_cmpuint (hold (ladder, &now, 4000000, 0, 10).fps, ==, 15);
  for (guint i = 0; i < 10; i++)
    beckon_quality_ladder_limit (ladder, 1);
  g_assert_cmpuint (hold (ladder, &now, 4000000, 0, 10).height, ==, 1080);
}

/* @seconds with 30 pictures each, of which some are overtaken. Returns: the sum of what it said. */
static gint
work (BeckonEncoderLoad *load, gint64 *now, guint seconds, gint took_ms, guint overtaken)
{
  gint said = 0;

  for (guint i = 0; i < seconds; i++)
    {
      for (guint picture = 0; picture < 30; picture++)
        if (picture < overtaken)
          beckon_encoder_load_add_overtaken (load);
        else
          beckon_encoder_load_add (load, took_ms * 1000);
      *now += G_USEC_PER_SEC;
      said += beckon_encoder_load_update (load, *now);
      g_assert_cmpint (beckon_encoder_load_update (load, *now + 1000), ==, 0);
    }
  return said;
}

static void
test_load (void)
{
  g_autoptr (BeckonEncoderLoad) load = beckon_encoder_load_new ();
  gint64 now = 1;

  g_assert_cmpint (beckon_encoder_load_update (load, now), ==, 0);
  g_assert_cmpint (work (load, &now, 20, 15, 0), ==, 0);
  g_assert_cmpint (work (load, &now, 1, 30, 0), ==, 0); /* a key frame, a busy moment */
  g_assert_cmpint (work (load, &now, 1, 15, 0), ==, 0);
  g_assert_cmpint (work (load, &now, 2, 28, 0), ==, -1);
  g_assert_cmpint (work (load, &now, 2, 10, 6), ==, -1);
  g_assert_cmpint (work (load, &now, 7, 5, 0), ==, 0);
  g_assert_cmpint (work (load, &now, 1, 5, 0), ==, 1);
  /* That was too much: the next attempt comes later. */
  g_assert_cmpint (work (load, &now, 2, 28, 0), ==, -1);
  g_assert_cmpint (work (load, &now, 15, 5, 0), ==, 0);
  g_assert_cmpint (work (load, &now, 1, 5, 0), ==, 1);
  /* Nothing is sent. */
  g_assert_cmpint (work (load, &now, 5, 5, 30), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/quality/rungs", test_rungs);
  g_test_add_func ("/quality/thin-line", test_thin_line);
  g_test_add_func ("/quality/moves-when-it-lasts", test_moves_when_it_lasts);
  g_test_add_func ("/quality/falls-far-at-once", test_falls_far_at_once);
  g_test_add_func ("/quality/repair-takes-no-time", test_repair_takes_no_time);
  g_test_add_func ("/quality/begins-as-is-right", test_begins_as_is_right);
  g_test_add_func ("/quality/does-not-flap", test_does_not_flap);
  g_test_add_func ("/quality/repair-takes-from-the-picture", test_repair_takes_from_the_picture);
  g_test_add_func ("/quality/off", test_off);
  g_test_add_func ("/quality/back-less-and-less-often", test_back_less_and_less_often);
  g_test_add_func ("/quality/smallest-waits", test_smallest_waits);
  g_test_add_func ("/quality/held", test_held);
  g_test_add_func ("/quality/two-pictures", test_two_pictures);
  g_test_add_func ("/quality/limit", test_limit);
  g_test_add_func ("/quality/load", test_load);
  return g_test_run ();
}
