/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Where frames come from: files that loop in real time, pictures, devices that are not there. */

#include "config.h"

#include "capture.h"
#include "media-private.h"
#include "media-session.h"
#include "test-source.h"

#include <glib/gstdio.h>

#define FPS 30
#define CLIP_FRAMES 30
#define LIMIT_S 20
#define RATE 48000

typedef struct
{
  BeckonMediaConfig *config;
  char *folder;
  BeckonCapture *capture;
  GstElement *pipeline; /* appsrc ! appsink: a connection's place */
  GstElement *target;
  GError *error;
  guint watchdog;

  /* Written on GStreamer's thread */
  GMutex lock;
  GArray *counters; /* int: as they come */
  GArray *times;    /* gint64: when */
  int width, height;
} Fixture;

static gboolean
on_watchdog (gpointer unused)
{
  g_error ("Nothing more came in %d s", LIMIT_S);
  return G_SOURCE_REMOVE;
}

static GstFlowReturn
on_frame (GstAppSink *sink, gpointer user_data)
{
  Fixture *f = user_data;
  g_autoptr (GstSample) sample = gst_app_sink_pull_sample (sink);
  GstVideoInfo info;
  GstVideoFrame frame;
  gint64 now = g_get_monotonic_time ();
  int counter;

  if (sample == NULL || !gst_video_info_from_caps (&info, gst_sample_get_caps (sample)) ||
      !gst_video_frame_map (&frame, &info, gst_sample_get_buffer (sample), GST_MAP_READ))
    return GST_FLOW_ERROR;
  counter = beckon_test_source_read (&frame);
  gst_video_frame_unmap (&frame);
  g_mutex_lock (&f->lock);
  f->width = info.width;
  f->height = info.height;
  g_array_append_val (f->counters, counter);
  g_array_append_val (f->times, now);
  g_mutex_unlock (&f->lock);
  g_main_context_wakeup (NULL);
  return GST_FLOW_OK;
}

static void
on_failed (BeckonCapture *capture, const GError *error, Fixture *f)
{
  g_assert_null (f->error);
  f->error = g_error_copy (error);
}

static void
set_up (Fixture *f, gconstpointer unused)
{
  GstAppSinkCallbacks callbacks = { .new_sample = on_frame };
  g_autoptr (GstElement) sink = NULL;
  g_autoptr (GError) error = NULL;

  f->config = beckon_media_config_new ();
  f->config->identity = g_strdup ("alice");
  f->folder = g_dir_make_tmp ("beckon-capture-XXXXXX", &error);
  g_assert_no_error (error);
  g_mutex_init (&f->lock);
  f->counters = g_array_new (FALSE, FALSE, sizeof (int));
  f->times = g_array_new (FALSE, FALSE, sizeof (gint64));
  f->pipeline = gst_parse_launch ("appsrc name=in format=time is-live=true do-timestamp=true ! "
                                  "appsink name=out sync=false async=false",
                                  &error);
  g_assert_no_error (error);
  f->target = gst_bin_get_by_name (GST_BIN (f->pipeline), "in");
  sink = gst_bin_get_by_name (GST_BIN (f->pipeline), "out");
  gst_app_sink_set_callbacks (GST_APP_SINK (sink), &callbacks, f, NULL);
  gst_element_set_state (f->pipeline, GST_STATE_PLAYING);
  f->watchdog = g_timeout_add_seconds (LIMIT_S, on_watchdog, NULL);
}

static void
start (Fixture *f)
{
  f->capture = beckon_capture_new (f->config, TRUE);
  g_signal_connect (f->capture, "failed", G_CALLBACK (on_failed), f);
  beckon_capture_add_target (f->capture, GST_APP_SRC (f->target));
  beckon_capture_start (f->capture);
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  g_autoptr (GDir) folder = g_dir_open (f->folder, 0, NULL);
  const char *name;

  if (f->capture != NULL)
    beckon_capture_stop (f->capture);
  gst_element_set_state (f->pipeline, GST_STATE_NULL);
  if (f->capture != NULL)
    {
      /* The thread that looked for a device may hold it a moment longer. */
      while (g_atomic_int_get (&G_OBJECT (f->capture)->ref_count) > 1)
        {
          g_main_context_iteration (NULL, FALSE);
          g_thread_yield ();
        }
      g_assert_finalize_object (f->capture);
    }
  gst_object_unref (f->target);
  gst_object_unref (f->pipeline);
  while ((name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *path = g_build_filename (f->folder, name, NULL);

      g_unlink (path);
    }
  g_rmdir (f->folder);
  g_free (f->folder);
  g_array_unref (f->counters);
  g_array_unref (f->times);
  g_mutex_clear (&f->lock);
  g_clear_error (&f->error);
  g_source_remove (f->watchdog);
  beckon_media_config_free (f->config);
}

static guint
count (Fixture *f)
{
  guint n;

  g_mutex_lock (&f->lock);
  n = f->counters->len;
  g_mutex_unlock (&f->lock);
  return n;
}

/* Waits until so many frames came, or it has failed. */
static void
wait_for_frames (Fixture *f, guint n)
{
  while (count (f) < n && f->error == NULL)
    g_main_context_iteration (NULL, TRUE);
}

static int
counter_at (Fixture *f, guint i)
{
  int counter;

  g_mutex_lock (&f->lock);
  counter = g_array_index (f->counters, int, i);
  g_mutex_unlock (&f->lock);
  return counter;
}

/* Nothing more comes of @source: waits until @pipeline has written it all. */
static void
finish_file (GstElement *pipeline, GstElement *source)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  g_autoptr (GstMessage) message = NULL;

  gst_app_src_end_of_stream (GST_APP_SRC (source));
  message = gst_bus_timed_pop_filtered (bus, LIMIT_S * GST_SECOND,
                                        GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  g_assert_nonnull (message);
  g_assert_cmpint (GST_MESSAGE_TYPE (message), ==, GST_MESSAGE_EOS);
  gst_element_set_state (pipeline, GST_STATE_NULL);
}

/* Makes @name of @frames numbered frames by @encoder; returns its path. */
static char *
make_file (Fixture *f, const char *name, const char *encoder, guint frames, int width, int height)
{
  g_autofree char *path = g_build_filename (f->folder, name, NULL);
  g_autofree char *description = g_strdup_printf ("appsrc name=in format=time max-bytes=0 ! %s ! "
                                                  "filesink name=file", encoder);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstElement) pipeline = gst_parse_launch (description, &error);
  g_autoptr (GstElement) source = NULL;
  g_autoptr (GstElement) file = NULL;
  g_autoptr (GstCaps) caps = NULL;
  GstVideoInfo info;

  g_assert_no_error (error);
  source = gst_bin_get_by_name (GST_BIN (pipeline), "in");
  file = gst_bin_get_by_name (GST_BIN (pipeline), "file");
  g_object_set (file, "location", path, NULL);
  gst_video_info_set_format (&info, GST_VIDEO_FORMAT_I420, width, height);
  info.fps_n = FPS;
  caps = gst_video_info_to_caps (&info);
  gst_app_src_set_caps (GST_APP_SRC (source), caps);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  for (guint i = 0; i < frames; i++)
    {
      GstBuffer *buffer = gst_buffer_new_allocate (NULL, info.size, NULL);
      GstVideoFrame frame;

      g_assert_true (gst_video_frame_map (&frame, &info, buffer, GST_MAP_WRITE));
      beckon_test_source_draw (&frame, i, 0x3070c0);
      gst_video_frame_unmap (&frame);
      GST_BUFFER_PTS (buffer) = gst_util_uint64_scale (i, GST_SECOND, FPS);
      GST_BUFFER_DURATION (buffer) = GST_SECOND / FPS;
      gst_app_src_push_buffer (GST_APP_SRC (source), buffer);
    }
  finish_file (pipeline, source);
  return g_steal_pointer (&path);
}

/* ---- tests ---- */

/* A second of frames, two and a half times over, as fast as they were filmed. */
static void
test_file_loops (Fixture *f, gconstpointer unused)
{
  const guint wanted = CLIP_FRAMES * 5 / 2;
  gint64 first, last;

  f->config->video = BECKON_SOURCE_FILE;
  f->config->video_file = make_file (f, "clip.mkv", "vp8enc deadline=1 cpu-used=8 ! matroskamux",
                                     CLIP_FRAMES, 320, 180);
  start (f);
  wait_for_frames (f, wanted);
  g_assert_no_error (f->error);
#ifndef __SANITIZE_ADDRESS__ /* too slow for each frame: some are left out, as they should be */
  for (guint i = 1; i < wanted; i++)
    g_assert_cmpint (counter_at (f, i), ==, (counter_at (f, i - 1) + 1) % CLIP_FRAMES);
#endif
  g_mutex_lock (&f->lock);
  first = g_array_index (f->times, gint64, 0);
  last = g_array_index (f->times, gint64, wanted - 1);
  g_mutex_unlock (&f->lock);
  g_test_message ("%u frames in %d ms", wanted, (int) ((last - first) / 1000));
#ifndef __SANITIZE_ADDRESS__ /* the first come late, the next hurry */
  g_assert_cmpint (last - first, >, (wanted - 6) * G_USEC_PER_SEC / FPS);
#endif
}

static void
test_picture_stands (Fixture *f, gconstpointer unused)
{
  f->config->video = BECKON_SOURCE_FILE;
  f->config->video_file = make_file (f, "still.png", "videoconvert ! pngenc snapshot=true", 1, 320,
                                     180);
  start (f);
  wait_for_frames (f, FPS / 2);
  g_assert_no_error (f->error);
  for (guint i = 0; i < FPS / 2; i++)
    g_assert_cmpint (counter_at (f, i), ==, 0);
}

static void
test_large_file_is_scaled (Fixture *f, gconstpointer unused)
{
  const gboolean large = g_get_num_processors () >= 8;

  f->config->video = BECKON_SOURCE_FILE;
  f->config->video_file = make_file (f, "large.mkv", "jpegenc ! matroskamux", 3, 1920, 1080);
  start (f);
  wait_for_frames (f, 3);
  g_assert_no_error (f->error);
  g_assert_cmpint (f->width, ==, large ? 1920 : 1280);
  g_assert_cmpint (f->height, ==, large ? 1080 : 720);
  g_assert_cmpint (counter_at (f, 1), ==, 1);
}

/* As a machine with many processors has it by itself. */
static void
test_large_file_as_it_is (Fixture *f, gconstpointer unused)
{
  f->config->video = BECKON_SOURCE_FILE;
  f->config->video_file = make_file (f, "large.mkv", "jpegenc ! matroskamux", 3, 1920, 1080);
  f->config->video_width = 1920;
  f->config->video_height = 1080;
  start (f);
  wait_for_frames (f, 3);
  g_assert_no_error (f->error);
  g_assert_cmpint (f->width, ==, 1920);
  g_assert_cmpint (f->height, ==, 1080);
}

static void
test_no_file (Fixture *f, gconstpointer unused)
{
  f->config->video = BECKON_SOURCE_FILE;
  f->config->video_file = g_build_filename (f->folder, "nothing.mkv", NULL);
  start (f);
  wait_for_frames (f, 1);
  g_assert_error (f->error, BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_FAILED);
  g_assert_false (beckon_capture_is_started (f->capture));
}

/* With a camera there are frames, without one a sentence: never neither. */
static void
test_device (Fixture *f, gconstpointer unused)
{
  f->config->video = BECKON_SOURCE_DEVICE;
  start (f);
  wait_for_frames (f, 1);
  if (f->error != NULL)
    g_assert_error (f->error, BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_NO_DEVICE);
}

static void
test_device_or_file (Fixture *f, gconstpointer unused)
{
  f->config->video = BECKON_SOURCE_DEVICE_OR_TEST;
  f->config->video_file = make_file (f, "still.png", "videoconvert ! pngenc snapshot=true", 1, 320,
                                     180);
  start (f);
  /* Nothing is promised to others before it is known which device it is, and that it may be used. */
  g_assert_true (beckon_capture_is_started (f->capture));
  g_assert_false (beckon_capture_is_running (f->capture));
  wait_for_frames (f, 2);
  g_assert_no_error (f->error);
  g_assert_true (beckon_capture_is_running (f->capture));
}

/* Stopped means closed: no frame comes any more, and it opens again. */
static void
test_stop_and_start (Fixture *f, gconstpointer unused)
{
  guint before;

  f->config->video = BECKON_SOURCE_TEST;
  f->config->video_width = 320;
  f->config->video_height = 180;
  start (f);
  wait_for_frames (f, 3);
  beckon_capture_stop (f->capture);
  g_assert_false (beckon_capture_is_started (f->capture));
  before = count (f);
  beckon_capture_start (f->capture);
  wait_for_frames (f, before + 3);
  g_assert_no_error (f->error);
}

/* Returns: (transfer full): the path of six seconds without any sound, and one with it. */
static char *
make_late_sound (Fixture *f)
{
  const gsize silent = 6 * RATE, loud = RATE;
  g_autofree char *path = g_build_filename (f->folder, "late.wav", NULL);
  g_autofree gint16 *samples = g_new0 (gint16, silent + loud);
  g_autofree char *description = NULL;
  g_autoptr (GstElement) pipeline = NULL;
  g_autoptr (GstElement) source = NULL;
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < loud; i++)
    samples[silent + i] = i % 100 < 50 ? G_MAXINT16 / 4 : -G_MAXINT16 / 4;
  description = g_strdup_printf ("appsrc name=in format=time max-bytes=0 "
                                 "caps=audio/x-raw,format=S16LE,rate=%d,channels=1,"
                                 "layout=interleaved ! wavenc ! filesink location=%s",
                                 RATE, path);
  pipeline = gst_parse_launch (description, &error);
  g_assert_no_error (error);
  source = gst_bin_get_by_name (GST_BIN (pipeline), "in");
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  gst_app_src_push_buffer (GST_APP_SRC (source),
                           gst_buffer_new_memdup (samples, (silent + loud) * sizeof *samples));
  finish_file (pipeline, source);
  return g_steal_pointer (&path);
}

static void
on_doubted (BeckonCapture *capture, const GError *error, GError **doubt)
{
  g_clear_error (doubt);
  *doubt = error != NULL ? g_error_copy (error) : NULL;
}

/* What gives nothing but silence is doubted, until there is some sound; for good, for a person may be
 * silent, too. */
static void
test_quiet_microphone (Fixture *f, gconstpointer unused)
{
  GError *doubt = NULL;

  f->config->audio = BECKON_SOURCE_FILE;
  f->config->audio_file = make_late_sound (f);
  f->capture = beckon_capture_new (f->config, FALSE);
  g_signal_connect (f->capture, "doubted", G_CALLBACK (on_doubted), &doubt);
  beckon_capture_start (f->capture);
  while (doubt == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_error (doubt, BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_DEVICE_QUIET);
  g_assert_cmpfloat (beckon_capture_get_level (f->capture), ==, 0);
  while (doubt != NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpfloat (beckon_capture_get_level (f->capture), >, 0);
  while (beckon_capture_get_level (f->capture) > 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_no_error (doubt);

  beckon_capture_stop (f->capture);
  beckon_capture_start (f->capture);
  while (doubt == NULL)
    g_main_context_iteration (NULL, TRUE);
  beckon_capture_stop (f->capture);
  g_assert_no_error (doubt);
}

/* As a microphone that is closed before anything came of it. */
static void
test_level_of_nothing (Fixture *f, gconstpointer unused)
{
  g_autoptr (GstElement) level = gst_object_ref_sink (beckon_media_make_level ());
  g_autoptr (GstPad) sink = gst_element_get_static_pad (level, "sink");
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_element_set_state (level, GST_STATE_PAUSED);
  gst_pad_send_event (sink, gst_event_new_stream_start ("nothing"));
  gst_pad_send_event (sink, gst_event_new_segment (&segment));
  gst_pad_send_event (sink, gst_event_new_eos ());
  gst_element_set_state (level, GST_STATE_NULL);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  static const struct
  {
    const char *name;
    void (*run) (Fixture *f, gconstpointer unused);
  } tests[] = {
    { "file/loops", test_file_loops },
    { "file/picture", test_picture_stands },
    { "file/large", test_large_file_is_scaled },
    { "file/large-as-it-is", test_large_file_as_it_is },
    { "file/none", test_no_file },
    { "device/camera", test_device },
    { "device/or-file", test_device_or_file },
    { "stop-and-start", test_stop_and_start },
    { "quiet-microphone", test_quiet_microphone },
    { "level-of-nothing", test_level_of_nothing },
  };

  g_test_init (&argc, &argv, NULL);
  if (!beckon_media_init (NULL, NULL, &error))
    g_error ("%s", error->message);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    {
      g_autofree char *path = g_strdup_printf ("/media/capture/%s", tests[i].name);

      g_test_add (path, Fixture, NULL, set_up, tests[i].run, tear_down);
    }
  return g_test_run ();
}
