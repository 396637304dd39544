/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What is read of a pad, whatever it carries, or may carry. */

#include "config.h"

#include "media-private.h"

#include <gst/app/app.h>

/* Returns: (transfer floating): a pad that has @now, and may have @template. */
static GstPad *
new_pad (const char *template, const char *now)
{
  g_autoptr (GstCaps) possible = gst_caps_from_string (template);
  g_autoptr (GstPadTemplate) kind =
      gst_object_ref_sink (gst_pad_template_new ("src", GST_PAD_SRC, GST_PAD_ALWAYS, possible));
  GstPad *pad = gst_pad_new_from_template (kind, "src");

  gst_pad_set_active (pad, TRUE);
  if (now != NULL)
    {
      g_autoptr (GstCaps) caps = gst_caps_from_string (now);
      g_autoptr (GstEvent) start = gst_event_new_stream_start ("test");
      g_autoptr (GstEvent) event = gst_event_new_caps (caps);

      g_assert_cmpint (gst_pad_store_sticky_event (pad, start), ==, GST_FLOW_OK);
      g_assert_cmpint (gst_pad_store_sticky_event (pad, event), ==, GST_FLOW_OK);
    }
  return pad;
}

static void
test_pad_has (void)
{
  static const struct
  {
    const char *template, *now;
    gboolean has;
  } cases[] = {
    { "application/x-rtp", "application/x-rtp, media=audio", TRUE },
    { "application/x-rtp", "application/x-rtp, media=video", FALSE },
    { "application/x-rtp", "application/x-rtp", FALSE },
    { "application/x-rtp, media=audio", NULL, TRUE },
    { "application/x-rtp, media=audio", "application/x-rtp, media=video", FALSE },
    { "application/x-rtp, media=(int)5", NULL, FALSE },
    { "ANY", NULL, FALSE },
    { "ANY", "application/x-rtp, media=audio", TRUE },
    { "EMPTY", NULL, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GstPad) pad = gst_object_ref_sink (new_pad (cases[i].template, cases[i].now));

      g_assert_cmpint (beckon_media_pad_has (pad, "media", "audio"), ==, cases[i].has);
    }
}

static void
test_read_size (void)
{
  static const char *const none[] = { NULL, "application/x-rtp, media=video",
                                      "video/x-raw, width=640, height=360" /* of no format */ };
  g_autoptr (GstPad) pad = gst_object_ref_sink (
      new_pad ("ANY", "video/x-raw, format=I420, width=640, height=360, framerate=30/1"));
  guint width = 1, height = 2;

  for (guint i = 0; i < G_N_ELEMENTS (none); i++)
    {
      g_autoptr (GstPad) other = gst_object_ref_sink (new_pad ("ANY", none[i]));

      g_assert_false (beckon_media_read_size (other, &width, &height));
      g_assert_cmpuint (width, ==, 1);
      g_assert_cmpuint (height, ==, 2);
    }
  g_assert_true (beckon_media_read_size (pad, &width, &height));
  g_assert_cmpuint (width, ==, 640);
  g_assert_cmpuint (height, ==, 360);
}

/* Returns: (transfer full) (nullable): why @encoder gave up two pieces of sound that came at once
 * when the pipeline had just begun, the second of which was not expected then; NULL if it did not.
 */
static GError *
encode_beginning (GstElement *pipeline)
{
  g_autoptr (GstElement) source = gst_bin_get_by_name (GST_BIN (pipeline), "source");
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  g_autoptr (GstMessage) message = NULL;
  GError *error = NULL;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  for (guint i = 0; i < 10; i++)
    {
      GstBuffer *buffer = gst_buffer_new_allocate (NULL, 960, NULL); /* 10 ms */

      gst_buffer_memset (buffer, 0, 0, 960);
      GST_BUFFER_PTS (buffer) = (i + 1) * (i < 3 ? 1 : 10) * GST_MSECOND;
      if (i == 1)
        GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
      gst_app_src_push_buffer (GST_APP_SRC (source), buffer);
    }
  gst_app_src_end_of_stream (GST_APP_SRC (source));
  message = gst_bus_timed_pop_filtered (bus, 10 * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  g_assert_nonnull (message);
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    gst_message_parse_error (message, &error, NULL);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  return error;
}

static void
test_skip_beginning (void)
{
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GstElement) pipeline = gst_parse_launch (
          "appsrc name=source format=time caps=audio/x-raw,format=S16LE,rate=48000,channels=1,"
          "layout=interleaved ! opusenc name=encoder perfect-timestamp=1 tolerance=80000000 ! "
          "fakesink",
          &error);
      g_autoptr (GstElement) encoder = NULL;
      gint encoded = 0;

      g_assert_no_error (error);
      encoder = gst_bin_get_by_name (GST_BIN (pipeline), "encoder");
      beckon_media_count_buffers (encoder, &encoded);
      if (i == 1)
        beckon_media_skip_beginning (encoder, 20 * GST_MSECOND);
      error = encode_beginning (pipeline);
      if (i == 1)
        {
          g_assert_no_error (error);
          g_assert_cmpint (encoded, >=, 3);
        }
      else if (error == NULL)
        g_test_message ("This GStreamer does not need it");
    }
}

int
main (int argc, char **argv)
{
  gst_init (NULL, NULL);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/elements/pad-has", test_pad_has);
  g_test_add_func ("/elements/read-size", test_read_size);
  g_test_add_func ("/elements/skip-beginning", test_skip_beginning);
  return g_test_run ();
}
