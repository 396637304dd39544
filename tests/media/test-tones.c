/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <gst/gst.h>
#include <math.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tone-player.h"
#include "tone-synth.h"

#define RATE 24000
#define LIMIT_MS 10000

/* How much of @frequency (0..1 of full scale) is in the samples from @start on. */
static double
strength (GBytes *sound, double start, double length, double frequency)
{
  gsize size;
  const gint16 *samples = g_bytes_get_data (sound, &size);
  guint first = start * RATE, n = length * RATE;
  double re = 0, im = 0;

  g_assert_cmpuint ((first + n) * sizeof *samples, <=, size);
  for (guint i = 0; i < n; i++)
    {
      double phase = 2 * G_PI * frequency * i / RATE;

      re += samples[first + i] * cos (phase);
      im += samples[first + i] * sin (phase);
    }
  return 2 * hypot (re, im) / n / G_MAXINT16;
}

static double
peak (GBytes *sound, double start, double length)
{
  gsize size;
  const gint16 *samples = g_bytes_get_data (sound, &size);
  guint first = start * RATE, n = length * RATE;
  int most = 0;

  g_assert_cmpuint ((first + n) * sizeof *samples, <=, size);
  for (guint i = 0; i < n; i++)
    most = MAX (most, ABS ((int) samples[first + i]));
  return (double) most / G_MAXINT16;
}

static double
seconds (GBytes *sound)
{
  return (double) g_bytes_get_size (sound) / sizeof (gint16) / RATE;
}

static void
test_ring_is_two_fading_notes (void)
{
  g_autoptr (GBytes) ring = beckon_tone_synthesize (BECKON_TONE_RING, RATE);

  g_assert_true (beckon_tone_repeats (BECKON_TONE_RING));
  g_assert_cmpfloat (strength (ring, 0.02, 0.2, 659.26), >, 0.1);
  g_assert_cmpfloat (strength (ring, 0.02, 0.2, 523.25), <, 0.03);
  g_assert_cmpfloat (strength (ring, 0.28, 0.2, 523.25), >, 0.1);
  g_assert_cmpfloat (strength (ring, 0.28, 0.1, 523.25), >, 2 * strength (ring, 0.8, 0.1, 523.25));
  g_assert_cmpfloat (peak (ring, 2.9, 0.7), ==, 0);
}

static void
test_ring_back_is_one_second_of_five (void)
{
  g_autoptr (GBytes) tone = beckon_tone_synthesize (BECKON_TONE_RING_BACK, RATE);

  g_assert_true (beckon_tone_repeats (BECKON_TONE_RING_BACK));
  g_assert_cmpfloat_with_epsilon (seconds (tone), 5, 1e-6);
  g_assert_cmpfloat (strength (tone, 0.05, 0.9, 425), >, 0.1);
  g_assert_cmpfloat (strength (tone, 0.05, 0.9, 450), <, 0.01);
  g_assert_cmpfloat (peak (tone, 1, 4), ==, 0);
}

static void
test_busy_beeps_twice (void)
{
  g_autoptr (GBytes) tone = beckon_tone_synthesize (BECKON_TONE_BUSY, RATE);

  g_assert_false (beckon_tone_repeats (BECKON_TONE_BUSY));
  g_assert_cmpfloat_with_epsilon (seconds (tone), 2, 1e-6);
  for (double start = 0; start < 2; start += 1)
    {
      g_assert_cmpfloat (strength (tone, start + 0.05, 0.4, 425), >, 0.1);
      g_assert_cmpfloat (peak (tone, start + 0.5, 0.5), ==, 0);
    }
}

static void
test_ended_falls (void)
{
  g_autoptr (GBytes) tone = beckon_tone_synthesize (BECKON_TONE_ENDED, RATE);

  g_assert_false (beckon_tone_repeats (BECKON_TONE_ENDED));
  g_assert_cmpfloat (seconds (tone), <, 1);
  g_assert_cmpfloat (strength (tone, 0.02, 0.1, 523.25), >, strength (tone, 0.02, 0.1, 392));
  g_assert_cmpfloat (strength (tone, 0.25, 0.2, 392), >, strength (tone, 0.25, 0.2, 523.25));
}

static void
test_no_tone_clips_or_clicks (void)
{
  for (BeckonTone tone = BECKON_TONE_RING; tone <= BECKON_TONE_ENDED; tone++)
    {
      g_autoptr (GBytes) sound = beckon_tone_synthesize (tone, RATE);
      gsize size;
      const gint16 *samples = g_bytes_get_data (sound, &size);
      gsize n = size / sizeof *samples;
      int jump = ABS (samples[0] - samples[n - 1]);

      for (gsize i = 1; i < n; i++)
        jump = MAX (jump, ABS (samples[i] - samples[i - 1]));
      /* Two full notes of 660 Hz at their steepest move a sixth of their height in a sample. */
      g_assert_cmpint (jump, <, G_MAXINT16 / 6);
      g_assert_cmpfloat (peak (sound, 0, seconds (sound)), <, 0.9);
    }
}

/* A player whose sound comes out of a pipe, which ends when the player lets go of its device. It
 * plays as fast as it is heard; with @real_time in its own time. */
typedef struct
{
  BeckonTonePlayer *player;
  char *directory;
  char *fifo;
  int out;
} Fixture;

/* Returns: what came out, at most @most bytes; less if it ended. */
static GBytes *
hear (Fixture *fixture, gsize most)
{
  g_autoptr (GByteArray) heard = g_byte_array_new ();

  while (heard->len < most)
    {
      guint8 part[4096];
      gssize n = read (fixture->out, part, MIN (sizeof part, most - heard->len));

      g_assert_no_errno (n);
      if (n == 0)
        break;
      g_byte_array_append (heard, part, n);
    }
  return g_byte_array_free_to_bytes (g_steal_pointer (&heard));
}

static void
setup (Fixture *fixture, gconstpointer real_time)
{
  g_autofree char *sink = NULL;

  fixture->directory = g_dir_make_tmp ("tones-XXXXXX", NULL);
  fixture->fifo = g_build_filename (fixture->directory, "sound", NULL);
  g_assert_no_errno (mkfifo (fixture->fifo, 0600));
  sink = g_strdup_printf ("%s filesink buffer-mode=unbuffered location=%s",
                          real_time ? "identity sync=true !" : "", fixture->fifo);
  fixture->player = g_object_new (BECKON_TYPE_TONE_PLAYER, "sink", sink, NULL);
}

/* The player's last buffers are heard to their end: nobody writes into a closed pipe. */
static void
teardown (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GBytes) rest = NULL;

  g_assert_finalize_object (fixture->player);
  rest = hear (fixture, G_MAXINT);
  close (fixture->out);
  g_assert_no_errno (g_unlink (fixture->fifo));
  g_assert_no_errno (g_rmdir (fixture->directory));
  g_free (fixture->fifo);
  g_free (fixture->directory);
}

static void
play (Fixture *fixture, BeckonTone tone)
{
  beckon_tone_player_play (fixture->player, tone);
  g_assert_cmpint (beckon_tone_player_get_tone (fixture->player), ==, tone);
  fixture->out = open (fixture->fifo, O_RDONLY | O_CLOEXEC); /* once the device is open */
  g_assert_no_errno (fixture->out);
}

static gboolean
on_limit (gpointer unused)
{
  g_error ("nothing happened in time");
  return G_SOURCE_REMOVE;
}

static void
await_tone (Fixture *fixture, BeckonTone tone)
{
  guint limit = g_timeout_add (LIMIT_MS, on_limit, NULL);

  while (beckon_tone_player_get_tone (fixture->player) != tone)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (limit);
}

static void
test_player_plays_once (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GBytes) expected = beckon_tone_synthesize (BECKON_TONE_ENDED, RATE);
  g_autoptr (GBytes) heard = NULL;

  play (fixture, BECKON_TONE_ENDED);
  heard = hear (fixture, g_bytes_get_size (expected));
  g_assert_true (g_bytes_equal (heard, expected));
  await_tone (fixture, BECKON_TONE_NONE);
  g_clear_pointer (&heard, g_bytes_unref);
  heard = hear (fixture, 1);
  g_assert_cmpuint (g_bytes_get_size (heard), ==, 0);
}

static void
test_player_repeats (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GBytes) expected = beckon_tone_synthesize (BECKON_TONE_RING, RATE);

  play (fixture, BECKON_TONE_RING);
  for (int i = 0; i < 3; i++)
    {
      g_autoptr (GBytes) heard = hear (fixture, g_bytes_get_size (expected));

      g_assert_true (g_bytes_equal (heard, expected));
    }
  g_assert_cmpint (beckon_tone_player_get_tone (fixture->player), ==, BECKON_TONE_RING);
}

static void
test_player_stops_within_a_note (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GBytes) heard = NULL;
  gsize round = 3.6 * RATE * sizeof (gint16);

  play (fixture, BECKON_TONE_RING);
  heard = hear (fixture, 100);
  g_clear_pointer (&heard, g_bytes_unref);
  beckon_tone_player_play (fixture->player, BECKON_TONE_NONE);
  g_assert_cmpint (beckon_tone_player_get_tone (fixture->player), ==, BECKON_TONE_NONE);
  heard = hear (fixture, round); /* what was under way, then the end */
  g_assert_cmpuint (g_bytes_get_size (heard), <, round / 2);
}

static void
count (guint *notified)
{
  ++*notified;
}

static void
test_player_notifies_once (Fixture *fixture, gconstpointer unused)
{
  guint notified = 0;

  g_signal_connect_swapped (fixture->player, "notify::tone", G_CALLBACK (count), &notified);
  play (fixture, BECKON_TONE_RING);
  beckon_tone_player_play (fixture->player, BECKON_TONE_RING);
  g_assert_cmpuint (notified, ==, 1);
  beckon_tone_player_play (fixture->player, BECKON_TONE_NONE);
  beckon_tone_player_play (fixture->player, BECKON_TONE_NONE);
  g_assert_cmpuint (notified, ==, 2);
}

static void
test_player_without_a_device (void)
{
  g_autoptr (BeckonTonePlayer) player =
      g_object_new (BECKON_TYPE_TONE_PLAYER, "sink", "filesink location=/nonexistent/device", NULL);
  g_autoptr (BeckonTonePlayer) none =
      g_object_new (BECKON_TYPE_TONE_PLAYER, "sink", "no-such-sink", NULL);
  Fixture fixture = { .player = player };

  beckon_tone_player_play (none, BECKON_TONE_RING);
  g_assert_cmpint (beckon_tone_player_get_tone (none), ==, BECKON_TONE_RING);
  beckon_tone_player_play (none, BECKON_TONE_BUSY);
  g_assert_cmpint (beckon_tone_player_get_tone (none), ==, BECKON_TONE_NONE);

  beckon_tone_player_play (player, BECKON_TONE_BUSY);
  g_assert_cmpint (beckon_tone_player_get_tone (player), ==, BECKON_TONE_BUSY);
  await_tone (&fixture, BECKON_TONE_NONE);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  gst_init (NULL, NULL);

  g_test_add_func ("/tones/ring", test_ring_is_two_fading_notes);
  g_test_add_func ("/tones/ring-back", test_ring_back_is_one_second_of_five);
  g_test_add_func ("/tones/busy", test_busy_beeps_twice);
  g_test_add_func ("/tones/ended", test_ended_falls);
  g_test_add_func ("/tones/clean", test_no_tone_clips_or_clicks);
  g_test_add ("/tones/player/once", Fixture, NULL, setup, test_player_plays_once, teardown);
  g_test_add ("/tones/player/repeats", Fixture, NULL, setup, test_player_repeats, teardown);
  g_test_add ("/tones/player/stops", Fixture, "real time", setup, test_player_stops_within_a_note,
              teardown);
  g_test_add ("/tones/player/notifies", Fixture, NULL, setup, test_player_notifies_once, teardown);
  g_test_add_func ("/tones/player/no-device", test_player_without_a_device);

  return g_test_run ();
}
