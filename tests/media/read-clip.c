/* SPDX-License-Identifier: GPL-3.0-or-later */

/* read-clip FILE: prints what is in a recording, as one JSON object: the frame counters in order of
 * coming (-1: unreadable), the size of the last picture, and the sizes one after the other, the middle
 * of the last picture as 0xYYUUVV, the strongest tone and how much of the sound it is. */

#include "config.h"

#include <gst/app/app.h>
#include <math.h>

#include "media-session.h"
#include "test-source.h"

#define RATE 48000
#define TONE_MIN 200
#define TONE_MAX 1400
#define TONE_STEP 20

typedef struct
{
  GstElement *pipeline;
  GString *counters;
  GString *sizes;
  GArray *samples; /* gint16 */
  guint frames;
  int width, height;
  guint middle;
} Clip;

static GstFlowReturn
on_picture (GstAppSink *sink, gpointer user_data)
{
  Clip *clip = user_data;
  g_autoptr (GstSample) sample = gst_app_sink_pull_sample (sink);
  GstVideoFrame frame;
  GstVideoInfo info;

  if (sample == NULL || !gst_video_info_from_caps (&info, gst_sample_get_caps (sample)) ||
      !gst_video_frame_map (&frame, &info, gst_sample_get_buffer (sample), GST_MAP_READ))
    return GST_FLOW_ERROR;
  g_string_append_printf (clip->counters, "%s%d", clip->frames++ > 0 ? "," : "",
                          beckon_test_source_read (&frame));
  if (clip->width != GST_VIDEO_INFO_WIDTH (&info) || clip->height != GST_VIDEO_INFO_HEIGHT (&info))
    g_string_append_printf (clip->sizes, "%s[%d,%d]", clip->width > 0 ? "," : "",
                            GST_VIDEO_INFO_WIDTH (&info), GST_VIDEO_INFO_HEIGHT (&info));
  clip->width = GST_VIDEO_INFO_WIDTH (&info);
  clip->height = GST_VIDEO_INFO_HEIGHT (&info);
  clip->middle = 0;
  for (guint i = 0; i < 3; i++)
    {
      const guint8 *data = GST_VIDEO_FRAME_COMP_DATA (&frame, i);
      const int stride = GST_VIDEO_FRAME_COMP_STRIDE (&frame, i);
      const int x = clip->width / 2 >> (i > 0), y = clip->height / 3 >> (i > 0);

      clip->middle = clip->middle << 8 | data[y * stride + x];
    }
  gst_video_frame_unmap (&frame);
  return GST_FLOW_OK;
}

static GstFlowReturn
on_sound (GstAppSink *sink, gpointer user_data)
{
  Clip *clip = user_data;
  g_autoptr (GstSample) sample = gst_app_sink_pull_sample (sink);
  GstMapInfo map;

  if (sample == NULL || !gst_buffer_map (gst_sample_get_buffer (sample), &map, GST_MAP_READ))
    return GST_FLOW_ERROR;
  g_array_append_vals (clip->samples, map.data, map.size / sizeof (gint16));
  gst_buffer_unmap (gst_sample_get_buffer (sample), &map);
  return GST_FLOW_OK;
}

static void
on_pad (GstElement *decoder, GstPad *pad, Clip *clip)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  const gboolean video = gst_structure_has_name (gst_caps_get_structure (caps, 0), "video/x-raw");
  const char *chain = video ? "videoconvert ! appsink caps=video/x-raw,format=I420"
                            : "audioconvert ! audioresample ! appsink "
                              "caps=audio/x-raw,format=S16LE,channels=1,rate=48000";
  GstAppSinkCallbacks callbacks = { .new_sample = video ? on_picture : on_sound };
  g_autofree char *named = g_strconcat (chain, " name=out sync=false", NULL);
  GstElement *bin = gst_parse_bin_from_description (named, TRUE, NULL);
  g_autoptr (GstElement) sink = gst_bin_get_by_name (GST_BIN (bin), "out");
  g_autoptr (GstPad) target = gst_element_get_static_pad (bin, "sink");

  gst_app_sink_set_callbacks (GST_APP_SINK (sink), &callbacks, clip, NULL);
  gst_bin_add (GST_BIN (clip->pipeline), bin);
  gst_element_sync_state_with_parent (bin);
  gst_pad_link (pad, target);
}

/* Goertzel: how strong @frequency is, as a share of all there is. */
static double
share_of (const GArray *samples, double frequency)
{
  const double k = 2 * cos (2 * M_PI * frequency / RATE);
  double s1 = 0, s2 = 0, energy = 0;

  for (guint i = 0; i < samples->len; i++)
    {
      const double x = g_array_index (samples, gint16, i);
      const double s = x + k * s1 - s2;

      s2 = s1;
      s1 = s;
      energy += x * x;
    }
  return energy > 0 ? 2 * (s1 * s1 + s2 * s2 - k * s1 * s2) / (energy * samples->len) : 0;
}

/* By blocks of a fifth of a second, since a clock that drifts a little blurs a long tone. */
static double
find_tone (const GArray *samples, double *share)
{
  const guint block = RATE / 5;
  double best = 0;

  *share = 0;
  for (double frequency = TONE_MIN; frequency <= TONE_MAX; frequency += TONE_STEP)
    {
      double sum = 0;
      guint n = 0;

      for (guint start = 0; start + block <= samples->len; start += block, n++)
        {
          const GArray part = { (char *) &g_array_index (samples, gint16, start), block };

          sum += share_of (&part, frequency);
        }
      if (n > 0 && sum / n > *share)
        {
          *share = sum / n;
          best = frequency;
        }
    }
  return best;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *uri = NULL;
  g_autoptr (GstBus) bus = NULL;
  g_autoptr (GstMessage) message = NULL;
  Clip clip = { 0 };
  GstElement *decoder;
  double tone, share;
  gboolean done;

  if (argc != 2 || (uri = gst_filename_to_uri (argv[1], NULL)) == NULL)
    {
      g_printerr ("usage: read-clip FILE\n");
      return 2;
    }
  if (!beckon_media_init (NULL, NULL, &error))
    g_error ("%s", error->message);
  clip.counters = g_string_new (NULL);
  clip.sizes = g_string_new (NULL);
  clip.samples = g_array_new (FALSE, FALSE, sizeof (gint16));
  clip.pipeline = gst_object_ref_sink (gst_pipeline_new (NULL));
  decoder = gst_element_factory_make ("uridecodebin", NULL);
  g_object_set (decoder, "uri", uri, NULL);
  g_signal_connect (decoder, "pad-added", G_CALLBACK (on_pad), &clip);
  gst_bin_add (GST_BIN (clip.pipeline), decoder);
  gst_element_set_state (clip.pipeline, GST_STATE_PLAYING);
  bus = gst_element_get_bus (clip.pipeline);
  message = gst_bus_timed_pop_filtered (bus, 60 * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  done = message != NULL && GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS;
  gst_element_set_state (clip.pipeline, GST_STATE_NULL);

  tone = find_tone (clip.samples, &share);
  g_print ("{\"whole\":%s,\"width\":%d,\"height\":%d,\"sizes\":[%s],\"middle\":%u,\"seconds\":%.2f,"
           "\"tone_hz\":%.0f,\"tone_share\":%.2f,\"counters\":[%s]}\n",
           done ? "true" : "false", clip.width, clip.height, clip.sizes->str, clip.middle,
           clip.samples->len / (double) RATE, tone, share, clip.counters->str);
  g_string_free (clip.counters, TRUE);
  g_string_free (clip.sizes, TRUE);
  g_array_unref (clip.samples);
  gst_object_unref (clip.pipeline);
  return 0;
}
