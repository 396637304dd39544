/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Recordings that go wrong, and those in which one stream stays away for long. No frame of them is
 * decoded: what is in the file is what went in. */

#include "config.h"

#include "media-session.h"
#include "recorder.h"
#include "waiting.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <gst/app/app.h>
#include <sys/stat.h>
#include <unistd.h>

#define LIMIT_SECONDS 20
#define wait_until(condition) wait_at_most (LIMIT_SECONDS, condition)

#define SOUND_CAPS "audio/x-opus,channel-mapping-family=0,channels=1,rate=48000"
#define PICTURE_CAPS "video/x-vp8,width=320,height=240,framerate=0/1"
#define SOUND_EVERY (20 * GST_MSECOND)
#define PICTURE_EVERY (100 * GST_MSECOND)
#define PACKET 1000
#define KEY_FRAME 20000
#define STARTED (5 * GST_SECOND) /* as no connection begins at 0 */

typedef struct
{
  char *folder, *path;
  BeckonRecorder *recorder;
  GstCaps *caps[2]; /* of sound, of pictures */
  GstClockTime now;
  guint pushed[2];
  gboolean done;
  GError *error; /* nullable: of the end */
} Fixture;

static gint told; /* atomic: messages of the media layer */

static GLogWriterOutput
note_message (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer unused)
{
  if (level & G_LOG_LEVEL_MESSAGE)
    for (gsize i = 0; i < n_fields; i++)
      if (g_str_equal (fields[i].key, "GLIB_DOMAIN") &&
          g_str_equal (fields[i].value, "beckon-media"))
        g_atomic_int_inc (&told);
  return g_log_writer_default (level, fields, n_fields, NULL);
}

static void
set_up (Fixture *f, gconstpointer name)
{
  f->folder = g_dir_make_tmp ("beckon-recorder-XXXXXX", NULL);
  f->path = g_path_is_absolute (name) ? g_strdup (name) : g_build_filename (f->folder, name, NULL);
  f->caps[FALSE] = gst_caps_from_string (SOUND_CAPS);
  f->caps[TRUE] = gst_caps_from_string (PICTURE_CAPS);
  f->now = STARTED;
  g_atomic_int_set (&told, 0);
  f->recorder = beckon_recorder_new (f->path);
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  g_assert_finalize_object (f->recorder);
  gst_clear_caps (&f->caps[FALSE]);
  gst_clear_caps (&f->caps[TRUE]);
  g_clear_error (&f->error);
  if (g_str_has_prefix (f->path, f->folder))
    g_unlink (f->path);
  g_rmdir (f->folder);
  g_free (f->path);
  g_free (f->folder);
}

/* Returns: FALSE: it was left out, and a key frame is wanted. */
static gboolean
push (Fixture *f, gboolean video, gsize size, gboolean delta)
{
  g_autoptr (GstBuffer) buffer = gst_buffer_new_allocate (NULL, size, NULL);
  /* The header of a VP8 frame says which it is, and the muxer looks. */
  const guint8 head[] = { delta ? 0x11 : 0x10, 2, 0, 0x9d, 0x01, 0x2a, 0x40, 1, 0xf0, 0 };

  gst_buffer_memset (buffer, 0, 0, size);
  if (video)
    gst_buffer_fill (buffer, 0, head, sizeof head);
  if (delta)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT);
  GST_BUFFER_PTS (buffer) = f->now;
  return beckon_recorder_push (f->recorder, video, f->caps[video], buffer);
}

/* Time passes as fast as it can. */
static void
play (Fixture *f, GstClockTime length, gboolean sound, gboolean pictures)
{
  const GstClockTime end = f->now + length;

  for (; f->now < end; f->now += SOUND_EVERY)
    {
      if (sound)
        {
          g_assert_true (push (f, FALSE, PACKET, FALSE));
          f->pushed[FALSE]++;
        }
      if (pictures && f->now % PICTURE_EVERY == 0)
        {
          g_assert_true (push (f, TRUE, KEY_FRAME, FALSE));
          f->pushed[TRUE]++;
        }
    }
}

static gint64
get_size (const char *path)
{
  GStatBuf status;

  return g_stat (path, &status) == 0 ? status.st_size : 0;
}

static void
on_finished (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fixture *f = user_data;
  const gboolean whole =
      beckon_recorder_finish_finish (BECKON_RECORDER (source), result, &f->error);

  g_assert_true (whole == (f->error == NULL));
  f->done = TRUE;
}

static void
finish (Fixture *f)
{
  beckon_recorder_finish_async (f->recorder, on_finished, f);
  wait_until (f->done);
}

/* ---- what goes wrong ---- */

static void
test_no_folder (Fixture *f, gconstpointer unused)
{
  play (f, GST_SECOND, TRUE, TRUE);
  wait_until (g_atomic_int_get (&told) > 0);
  play (f, GST_SECOND, TRUE, TRUE); /* which nobody takes any more */
  finish (f);
  g_assert_error (f->error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_WRITE);
}

static void
test_full_disk (Fixture *f, gconstpointer unused)
{
  play (f, 20 * GST_SECOND, TRUE, TRUE);
  wait_until (g_atomic_int_get (&told) > 0);
  g_assert_cmpint (g_atomic_int_get (&told), ==, 1);
  finish (f);
  g_assert_nonnull (f->error);
  g_assert_cmpint (f->error->domain, ==, GST_RESOURCE_ERROR);
}

/* Not one that fails while it is waited for. */
static void
test_full_disk_at_the_end (Fixture *f, gconstpointer unused)
{
  play (f, 100 * GST_MSECOND, TRUE, TRUE);
  finish (f);
  g_assert_nonnull (f->error);
}

static gpointer
read_all (gpointer fd)
{
  GPollFD poll = { GPOINTER_TO_INT (fd), G_IO_IN, 0 };
  char bytes[4096];

  do
    {
      g_poll (&poll, 1, -1);
      while (read (poll.fd, bytes, sizeof bytes) > 0)
        ;
    }
  while (!(poll.revents & G_IO_HUP));
  return NULL;
}

/* A pipe that nobody reads is a disk that takes nothing; nobody waits for it but the file. */
static void
test_slow_disk (Fixture *f, gconstpointer unused)
{
  GThread *reader;
  int fd;

  g_assert_cmpint (mkfifo (f->path, 0600), ==, 0);
  fd = open (f->path, O_RDONLY | O_NONBLOCK);
  g_assert_cmpint (fd, >=, 0);
  play (f, GST_SECOND, TRUE, TRUE);
  for (guint i = 0; g_atomic_int_get (&told) == 0 && i < 200; i++, f->now += PICTURE_EVERY)
    {
      push (f, FALSE, PACKET, FALSE);
      push (f, TRUE, 1024 * 1024, FALSE);
      waiting_turn ();
    }
  g_assert_cmpint (g_atomic_int_get (&told), ==, 1);
  reader = g_thread_new ("reader", read_all, GINT_TO_POINTER (fd));
  finish (f);
  g_assert_error (f->error, BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_FAILED);
  g_thread_join (reader);
  close (fd);
}

/* ---- what stays away ---- */

/* Frames of a file, and when the last of them is. */
typedef struct
{
  guint frames[2];
  GstClockTime last[2];
} Content;

static GstFlowReturn
on_sample (GstAppSink *sink, gpointer user_data)
{
  Content *content = user_data;
  g_autoptr (GstSample) sample = gst_app_sink_pull_sample (sink);
  const gboolean video = g_str_equal (GST_OBJECT_NAME (sink), "pictures");

  if (sample == NULL)
    return GST_FLOW_OK;
  content->frames[video]++;
  content->last[video] = GST_BUFFER_PTS (gst_sample_get_buffer (sample));
  return GST_FLOW_OK;
}

static void
read_file (const char *path, Content *content)
{
  GstAppSinkCallbacks callbacks = { .new_sample = on_sample };
  g_autofree char *description = g_strdup_printf (
      "filesrc location=%s ! matroskademux name=d "
      "d.audio_0 ! queue max-size-time=0 max-size-bytes=0 max-size-buffers=0 ! "
      "appsink name=sound sync=false "
      "d.video_0 ! queue max-size-time=0 max-size-bytes=0 max-size-buffers=0 ! "
      "appsink name=pictures sync=false",
      path);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstElement) pipeline = gst_parse_launch (description, &error);
  g_autoptr (GstElement) sound = gst_bin_get_by_name (GST_BIN (pipeline), "sound");
  g_autoptr (GstElement) pictures = gst_bin_get_by_name (GST_BIN (pipeline), "pictures");
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  g_autoptr (GstMessage) message = NULL;

  g_assert_no_error (error);
  gst_app_sink_set_callbacks (GST_APP_SINK (sound), &callbacks, content, NULL);
  gst_app_sink_set_callbacks (GST_APP_SINK (pictures), &callbacks, content, NULL);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (bus, LIMIT_SECONDS * GST_SECOND,
                                        GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  g_assert_nonnull (message);
  g_assert_cmpint (GST_MESSAGE_TYPE (message), ==, GST_MESSAGE_EOS);
}

/* What is of the other stream is on the disk, whole, and does not wait for the end. */
static void
test_stream_stays_away (Fixture *f, gconstpointer unused)
{
  Content content = { 0 };
  gint64 size;

  play (f, GST_SECOND, TRUE, TRUE);
  wait_until (g_file_test (f->path, G_FILE_TEST_EXISTS));
  play (f, 120 * GST_SECOND, TRUE, FALSE);
  wait_until (get_size (f->path) > 100 * PACKET * (gint64) (GST_SECOND / SOUND_EVERY));
  play (f, 5 * GST_SECOND, TRUE, TRUE);
  size = get_size (f->path);
  play (f, 60 * GST_SECOND, FALSE, TRUE);
  wait_until (get_size (f->path) > size + 40 * KEY_FRAME * (gint64) (GST_SECOND / PICTURE_EVERY));
  play (f, 5 * GST_SECOND, TRUE, TRUE);
  finish (f);
  g_assert_no_error (f->error);
  read_file (f->path, &content);
  /* Each of their own, and one for every ten seconds in the place of what was not there. */
  g_assert_cmpuint (content.frames[FALSE], >=, f->pushed[FALSE] + 4);
  g_assert_cmpuint (content.frames[FALSE], <=, f->pushed[FALSE] + 7);
  g_assert_cmpuint (content.frames[TRUE], >=, f->pushed[TRUE] + 10);
  g_assert_cmpuint (content.frames[TRUE], <=, f->pushed[TRUE] + 14);
  for (guint i = 0; i < 2; i++)
    g_assert_cmpuint (content.last[i], >=, f->now - STARTED - PICTURE_EVERY);
}

/* What builds on pictures that are not the last in the file would be shown on top of a wrong one. */
static void
test_goes_on_with_a_key_frame (Fixture *f, gconstpointer unused)
{
  Content content = { 0 };

  play (f, GST_SECOND, TRUE, TRUE);
  wait_until (g_file_test (f->path, G_FILE_TEST_EXISTS));
  g_assert_true (push (f, TRUE, PACKET, TRUE));
  play (f, 15 * GST_SECOND, TRUE, FALSE);
  g_assert_false (push (f, TRUE, PACKET, TRUE));
  g_assert_true (push (f, TRUE, PACKET, TRUE)); /* left out as well, and not asked for again */
  g_assert_true (push (f, TRUE, KEY_FRAME, FALSE));
  g_assert_true (push (f, TRUE, PACKET, TRUE));
  finish (f);
  g_assert_no_error (f->error);
  read_file (f->path, &content);
  g_assert_cmpuint (content.frames[TRUE], ==, f->pushed[TRUE] + 1 + 1 + 2);
}

/* ---- names ---- */

static void
test_names (void)
{
  static const struct
  {
    const char *path, *another;
  } cases[] = {
    { "call.mkv", "call-2.mkv" },
    { "/tmp/a.b/rec", "/tmp/a.b/rec-2" },
    { "/tmp/a.b/rec.mkv", "/tmp/a.b/rec-2.mkv" },
    { "./rec", "./rec-2" },
    { "rec.of.bob.mkv", "rec.of.bob-2.mkv" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *another = beckon_recorder_name_another (cases[i].path, "2");

      g_assert_cmpstr (another, ==, cases[i].another);
    }
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  g_test_init (&argc, &argv, NULL);
  g_log_set_writer_func (note_message, NULL, NULL);
  if (!beckon_media_init (NULL, NULL, &error))
    g_error ("%s", error->message);
  g_test_add_func ("/media/recorder/names", test_names);
  g_test_add ("/media/recorder/no-folder", Fixture, "no/folder.mkv", set_up, test_no_folder,
              tear_down);
  g_test_add ("/media/recorder/full-disk", Fixture, "/dev/full", set_up, test_full_disk, tear_down);
  g_test_add ("/media/recorder/full-disk-at-the-end", Fixture, "/dev/full", set_up,
              test_full_disk_at_the_end, tear_down);
  g_test_add ("/media/recorder/slow-disk", Fixture, "slow.mkv", set_up, test_slow_disk, tear_down);
  g_test_add ("/media/recorder/stream-stays-away", Fixture, "away.mkv", set_up,
              test_stream_stays_away, tear_down);
  g_test_add ("/media/recorder/goes-on-with-a-key-frame", Fixture, "away.mkv", set_up,
              test_goes_on_with_a_key_frame, tear_down);
  return g_test_run ();
}
