/* SPDX-License-Identifier: GPL-3.0-or-later */

/* make-clip FILE IDENTITY SECONDS: a Matroska clip of 640x360 at 30 fps whose every frame carries its
 * number (src/media/test-source.h), from 0, with the tone of IDENTITY. */

#include "config.h"

#include <gst/app/app.h>

#include "media-session.h"
#include "test-source.h"

#define WIDTH 640
#define HEIGHT 360
#define FPS 30

static void
push_frame (GstAppSrc *source, const GstVideoInfo *info, guint number, guint32 color)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, info->size, NULL);
  GstVideoFrame frame;

  gst_video_frame_map (&frame, info, buffer, GST_MAP_WRITE);
  beckon_test_source_draw (&frame, number, color);
  gst_video_frame_unmap (&frame);
  GST_BUFFER_PTS (buffer) = gst_util_uint64_scale (number, GST_SECOND, FPS);
  GST_BUFFER_DURATION (buffer) = GST_SECOND / FPS;
  gst_app_src_push_buffer (source, buffer);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *description = NULL;
  g_autoptr (GstElement) pipeline = NULL;
  g_autoptr (GstElement) source = NULL;
  g_autoptr (GstElement) sink = NULL;
  g_autoptr (GstCaps) caps = NULL;
  g_autoptr (GstBus) bus = NULL;
  g_autoptr (GstMessage) message = NULL;
  GstVideoInfo info;
  guint seconds;
  gboolean done;

  if (argc != 4 || (seconds = g_ascii_strtoull (argv[3], NULL, 10)) == 0)
    {
      g_printerr ("usage: make-clip FILE IDENTITY SECONDS\n");
      return 2;
    }
  if (!beckon_media_init (NULL, NULL, &error))
    g_error ("%s", error->message);
  description = g_strdup_printf (
      "matroskamux name=m ! filesink name=f appsrc name=v format=time max-bytes=0 ! "
      "vp8enc deadline=1 cpu-used=8 target-bitrate=3000000 max-quantizer=20 keyframe-max-dist=30 ! "
      "m. audiotestsrc freq=%f volume=0.3 samplesperbuffer=960 num-buffers=%u ! "
      "audio/x-raw,rate=48000,channels=1 ! opusenc ! m.",
      beckon_media_test_frequency (argv[2]), seconds * 50);
  pipeline = gst_parse_launch (description, &error);
  g_assert_no_error (error);
  sink = gst_bin_get_by_name (GST_BIN (pipeline), "f");
  g_object_set (sink, "location", argv[1], NULL);
  source = gst_bin_get_by_name (GST_BIN (pipeline), "v");
  gst_video_info_set_format (&info, GST_VIDEO_FORMAT_I420, WIDTH, HEIGHT);
  info.fps_n = FPS;
  caps = gst_video_info_to_caps (&info);
  gst_app_src_set_caps (GST_APP_SRC (source), caps);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  for (guint i = 0; i < seconds * FPS; i++)
    push_frame (GST_APP_SRC (source), &info, i, beckon_media_test_color (argv[2]));
  gst_app_src_end_of_stream (GST_APP_SRC (source));
  bus = gst_element_get_bus (pipeline);
  message = gst_bus_timed_pop_filtered (bus, 60 * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  done = message != NULL && GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS;
  gst_element_set_state (pipeline, GST_STATE_NULL);
  return done ? 0 : 1;
}
