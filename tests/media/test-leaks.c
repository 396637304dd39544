/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A hundred calls in a row in one process leave nothing behind: no descriptor, no thread, and no
 * memory that grows with each of them. */

#include "config.h"

#include "gst-complaints.h"
#include "media-ends.h"
#include "waiting.h"

#include <dirent.h>
#include <malloc.h>
#include <unistd.h>

#define CALLS 100
/* What is made once is there by then, and caches are full. */
#define WARM_UP 30
#define LIMIT_SECONDS 30
/* What is allocated: 4 KB are GStreamer's names for the attributes of each new SSRC in a description,
 * which it keeps for good. A leaked frame of this size would be 86 KB, a leaked connection some MB. */
#define ALLOCATED_KB_MAX 12
/* What is resident wobbles with the threads that allocate: this is for what is not allocated. */
#define RESIDENT_KB_MAX 96
#define LOOSE_ENDS 2

typedef struct
{
  BeckonMediaSession *session;
  BeckonMediaPeer *peer;
  guint first_audio, first_video;
  gboolean closed;
} Side;

#define wait_until(condition) wait_at_most (LIMIT_SECONDS, condition)

/* ---- one call ---- */

static void
on_first_audio (BeckonMediaPeer *peer, Side *side)
{
  side->first_audio++;
}

static void
on_first_video (BeckonMediaPeer *peer, guint width, guint height, Side *side)
{
  side->first_video++;
}

static void
begin (Side *side, Side *other, const char *identity, gboolean offerer)
{
  g_autoptr (BeckonMediaConfig) config = beckon_media_config_new ();

  config->video = config->audio = BECKON_SOURCE_TEST;
  config->audio_output = BECKON_OUTPUT_NONE;
  config->identity = g_strdup (identity);
  config->video_width = 320;
  config->video_height = 180;
  config->video_fps = 15;
  side->session = beckon_media_session_new (config);
  beckon_media_session_set_camera (side->session, TRUE);
  side->peer = media_end_add_peer (side->session, "peer", offerer, &other->peer);
  g_signal_connect (side->peer, "first-audio", G_CALLBACK (on_first_audio), side);
  g_signal_connect (side->peer, "first-video", G_CALLBACK (on_first_video), side);
}

static void
end (Side *side)
{
  g_signal_handlers_disconnect_by_data (side->peer, side);
  media_end_finalize (&side->session, &side->peer, LIMIT_SECONDS);
}

static void
call (void)
{
  Side alice = { 0 }, bob = { 0 };

  begin (&bob, &alice, "bob", FALSE);
  begin (&alice, &bob, "alice", TRUE);
  beckon_media_session_open (alice.session);
  beckon_media_session_open (bob.session);
  wait_until (alice.first_video > 0 && bob.first_video > 0 && alice.first_audio > 0 &&
              bob.first_audio > 0);
  media_end_close (alice.session, "hangup", &alice.closed);
  media_end_close (bob.session, NULL, &bob.closed);
  wait_until (alice.closed && bob.closed);
  end (&alice);
  end (&bob);
}

/* ---- what is left ---- */

static guint
count_entries (const char *path)
{
  DIR *folder = opendir (path);
  guint n = 0;

  g_assert_nonnull (folder);
  while (readdir (folder) != NULL)
    n++;
  closedir (folder);
  return n;
}

static double
allocated_kb (void)
{
  const struct mallinfo2 info = mallinfo2 ();

  return (info.uordblks + info.hblkhd) / 1024.0;
}

static double
resident_kb (void)
{
  g_autofree char *text = NULL;
  unsigned long pages;

  malloc_trim (0);
  g_assert_true (g_file_get_contents ("/proc/self/statm", &text, NULL, NULL));
  g_assert_cmpint (sscanf (text, "%*u %lu", &pages), ==, 1);
  return pages * (sysconf (_SC_PAGESIZE) / 1024.0);
}

/* The slope of the straight line through them: what one more costs. One outlier is none. */
static double
slope (const double *values, guint n)
{
  double x = 0, y = 0, xx = 0, xy = 0;

  for (guint i = 0; i < n; i++)
    {
      x += i;
      y += values[i];
      xx += (double) i * i;
      xy += i * values[i];
    }
  return (n * xy - x * y) / (n * xx - x * x);
}

static void
test_hundred_calls (void)
{
  double allocated[CALLS - WARM_UP], resident[CALLS - WARM_UP];
  guint files = 0, threads = 0;
  double allocated_each, resident_each;

  gst_complaints_pass ();
  for (guint i = 0; i < CALLS; i++)
    {
      call ();
      if (i == WARM_UP)
        {
          files = count_entries ("/proc/self/fd");
          threads = count_entries ("/proc/self/task");
        }
      if (i < WARM_UP)
        continue;
      allocated[i - WARM_UP] = allocated_kb ();
      resident[i - WARM_UP] = resident_kb ();
    }
  allocated_each = slope (allocated, G_N_ELEMENTS (allocated));
  resident_each = slope (resident, G_N_ELEMENTS (resident));
  g_test_message ("memory: %.1f MB after %d calls, %.1f MB after %d; for each %.1f KB, %.1f allocated",
                  resident[0] / 1024, WARM_UP, resident[CALLS - WARM_UP - 1] / 1024, CALLS,
                  resident_each, allocated_each);
  wait_until (count_entries ("/proc/self/fd") <= files + LOOSE_ENDS);
  wait_until (count_entries ("/proc/self/task") <= threads + LOOSE_ENDS);
  g_assert_cmpfloat (allocated_each, <, ALLOCATED_KB_MAX);
  g_assert_cmpfloat (resident_each, <, RESIDENT_KB_MAX);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  g_test_init (&argc, &argv, NULL);
  beckon_media_init (NULL, NULL, &error);
  g_assert_no_error (error);
  g_test_add_func ("/media/leaks/hundred-calls", test_hundred_calls);
  return g_test_run ();
}
