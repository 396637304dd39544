/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What is read of a pad, whatever it carries, or may carry. */

#include "config.h"

#include "media-private.h"

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

int
main (int argc, char **argv)
{
  gst_init (NULL, NULL);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/elements/pad-has", test_pad_has);
  g_test_add_func ("/elements/read-size", test_read_size);
  return g_test_run ();
}
