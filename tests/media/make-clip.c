/* SPDX-License-Identifier: GPL-3.0-or-later */

/* make-clip FILE IDENTITY SECONDS [WIDTH HEIGHT [FPS [NOISE]]]: a clip of 640x360 at 30 fps whose
 * every frame carries its number (src/media/test-source.h), from 0, with the tone of IDENTITY:
 * Matroska, or what browsers take for a camera and a microphone: frames alone in a .y4m, sound alone
 * in a .wav, where the identity "speech" says something. NOISE is how bright its dots are at most, of 255: an encoder uses all bits that it may. */

#include "config.h"

#include <gst/app/app.h>

#include "media-session.h"
#include "speech.h"
#include "test-source.h"

#define WIDTH "640"
#define HEIGHT "360"
#define FPS "30"

#define FRAMES "appsrc name=v format=time block=true max-bytes=50000000 "
#define TONE "audiotestsrc freq=%f volume=0.3 samplesperbuffer=960 num-buffers=%u ! "               \
             "audio/x-raw,format=S16LE,rate=48000,channels=1 "
#define SPEECH "speech" /* who has no tone */

/* Other dots in each frame, all below the counter. */
static void
add_noise (GstVideoFrame *frame, guint number, int noise)
{
  const int width = GST_VIDEO_FRAME_WIDTH (frame), height = GST_VIDEO_FRAME_HEIGHT (frame);
  const int stride = GST_VIDEO_FRAME_COMP_STRIDE (frame, 0), top = width / BECKON_COUNTER_CELLS;
  guint8 *luma = GST_VIDEO_FRAME_COMP_DATA (frame, 0);
  guint32 state = number + 1;

  for (int y = top; y < height; y++)
    for (int x = 0; x < width; x++)
      {
        state = state * 1664525 + 1013904223; /* Numerical Recipes */
        luma[y * stride + x] = MIN (luma[y * stride + x] + (int) (state >> 24) * noise / 255, 235);
      }
}

static void
push_frame (
    GstAppSrc *source, const GstVideoInfo *info, guint number, guint32 color, int noise)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, info->size, NULL);
  GstVideoFrame frame;

  gst_video_frame_map (&frame, info, buffer, GST_MAP_WRITE);
  beckon_test_source_draw (&frame, number, color);
  if (noise > 0)
    add_noise (&frame, number, noise);
  gst_video_frame_unmap (&frame);
  GST_BUFFER_PTS (buffer) = gst_util_uint64_scale (number, GST_SECOND, info->fps_n);
  GST_BUFFER_DURATION (buffer) = GST_SECOND / info->fps_n;
  gst_app_src_push_buffer (source, buffer);
}

static char *
describe (const char *file, const char *identity, guint seconds)
{
  const double tone = beckon_media_test_frequency (identity);
  const guint n = seconds * 50;

  if (g_str_has_suffix (file, ".y4m"))
    return g_strdup (FRAMES "! y4menc ! filesink name=f");
  if (g_str_has_suffix (file, ".wav") && g_str_equal (identity, SPEECH))
    return g_strdup ("appsrc name=a format=time caps=audio/x-raw,format=S16LE,rate=48000,channels=1,"
                     "layout=interleaved ! wavenc ! filesink name=f");
  if (g_str_has_suffix (file, ".wav"))
    return g_strdup_printf (TONE "! wavenc ! filesink name=f", tone, n);
  return g_strdup_printf (
      "matroskamux name=m ! filesink name=f " FRAMES
      "! vp8enc deadline=1 cpu-used=8 target-bitrate=3000000 max-quantizer=20 keyframe-max-dist=30 ! "
      "m. " TONE "! opusenc ! m.",
      tone, n);
}

static void
push_speech (GstAppSrc *source, guint seconds)
{
  const guint n = seconds * SPEECH_RATE;

  gst_app_src_push_buffer (source, gst_buffer_new_wrapped (speech_new (n), n * sizeof (gint16)));
  gst_app_src_end_of_stream (source);
}

static void
push_frames (
    GstAppSrc *source, int width, int height, int fps, guint seconds, guint32 color, int noise)
{
  g_autoptr (GstCaps) caps = NULL;
  GstVideoInfo info;

  gst_video_info_set_format (&info, GST_VIDEO_FORMAT_I420, width, height);
  info.fps_n = fps;
  caps = gst_video_info_to_caps (&info);
  gst_app_src_set_caps (source, caps);
  for (guint i = 0; i < seconds * fps; i++)
    push_frame (source, &info, i, color, noise);
  gst_app_src_end_of_stream (source);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *description = NULL;
  g_autoptr (GstElement) pipeline = NULL;
  g_autoptr (GstElement) source = NULL;
  g_autoptr (GstElement) speech = NULL;
  g_autoptr (GstElement) sink = NULL;
  g_autoptr (GstBus) bus = NULL;
  g_autoptr (GstMessage) message = NULL;
  guint seconds;
  gboolean done;

  if ((argc != 4 && (argc < 6 || argc > 8)) ||
      (seconds = g_ascii_strtoull (argv[3], NULL, 10)) == 0)
    {
      g_printerr ("usage: make-clip FILE IDENTITY SECONDS [WIDTH HEIGHT [FPS [NOISE]]]\n");
      return 2;
    }
  if (!beckon_media_init (NULL, NULL, &error))
    g_error ("%s", error->message);
  description = describe (argv[1], argv[2], seconds);
  pipeline = gst_parse_launch (description, &error);
  g_assert_no_error (error);
  sink = gst_bin_get_by_name (GST_BIN (pipeline), "f");
  g_object_set (sink, "location", argv[1], NULL);
  source = gst_bin_get_by_name (GST_BIN (pipeline), "v");
  speech = gst_bin_get_by_name (GST_BIN (pipeline), "a");
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  if (speech != NULL)
    push_speech (GST_APP_SRC (speech), seconds);
  if (source != NULL)
    push_frames (GST_APP_SRC (source), atoi (argc >= 6 ? argv[4] : WIDTH),
                 atoi (argc >= 6 ? argv[5] : HEIGHT), atoi (argc >= 7 ? argv[6] : FPS), seconds,
                 beckon_media_test_color (argv[2]), argc == 8 ? atoi (argv[7]) : 0);
  bus = gst_element_get_bus (pipeline);
  message = gst_bus_timed_pop_filtered (bus, 60 * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  done = message != NULL && GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS;
  gst_element_set_state (pipeline, GST_STATE_NULL);
  return done ? 0 : 1;
}
