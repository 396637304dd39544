/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Where a capture's frames come from: each source a bin with one "src" pad of raw frames. */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "capture-source.h"

#include "media-private.h"
#include "test-source.h"


static GstElement *
make_bin (GstElement *last)
{
  GstElement *bin = gst_bin_new (NULL);
  g_autoptr (GstPad) pad = gst_element_get_static_pad (last, "src");

  gst_bin_add (GST_BIN (bin), last);
  gst_element_add_pad (bin, gst_ghost_pad_new ("src", pad));
  return bin;
}

static void
link_decoded (GstElement *decoder, GstPad *pad, GstElement *next)
{
  g_autoptr (GstPad) sink = gst_element_get_static_pad (next, "sink");

  if (!gst_pad_is_linked (sink) && GST_PAD_LINK_FAILED (gst_pad_link (pad, sink)))
    GST_ELEMENT_ERROR (decoder, STREAM, FORMAT, ("The file cannot be shown"), (NULL));
}

static gboolean
is_picture (const char *path)
{
  g_autofree char *type = g_content_type_guess (path, NULL, 0, NULL);
  g_autofree char *mime = g_content_type_get_mime_type (type);

  return mime != NULL && g_str_has_prefix (mime, "image/");
}

GstElement *
beckon_capture_source_new_file (const char *path, gboolean video)
{
  const gboolean still = video && is_picture (path);
  GstElement *decoder = beckon_media_make_element ("uridecodebin");
  GstElement *convert = beckon_media_make_element (video ? "videoconvert" : "audioconvert");
  GstElement *pace = beckon_media_make_element (still ? "imagefreeze" : "clocksync");
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);
  g_autofree char *uri = g_filename_to_uri (absolute, NULL, NULL);
  g_autoptr (GstCaps) caps = gst_caps_from_string (video ? "video/x-raw(ANY)" : "audio/x-raw(ANY)");
  GstElement *last = pace;
  GstElement *bin;

  g_object_set (decoder, "uri", uri, "caps", caps, "expose-all-streams", FALSE, NULL);
  if (still)
    {
      g_autoptr (GstCaps) rate = gst_caps_from_string ("video/x-raw,framerate=30/1");

      g_object_set (pace, "is-live", TRUE, NULL);
      last = beckon_media_make_element ("capsfilter");
      g_object_set (last, "caps", rate, NULL);
    }
  bin = make_bin (last);
  gst_bin_add_many (GST_BIN (bin), decoder, convert, NULL);
  if (still)
    {
      gst_bin_add (GST_BIN (bin), pace);
      gst_element_link (pace, last);
    }
  gst_element_link (convert, pace);
  g_signal_connect (decoder, "pad-added", G_CALLBACK (link_decoded), convert);
  return bin;
}

GstElement *
beckon_capture_source_new_test (const BeckonMediaConfig *config, gboolean video)
{
  GstElement *tone;

  if (video)
    return beckon_test_source_new (
        config->identity, config->video_width > 0 ? config->video_width : BECKON_PICTURE_WIDTH,
        config->video_height > 0 ? config->video_height : BECKON_PICTURE_HEIGHT,
        config->video_fps > 0 ? config->video_fps : BECKON_PICTURE_FPS);
  tone = beckon_media_make_element ("audiotestsrc");
  g_object_set (tone, "is-live", TRUE, "freq", beckon_media_test_frequency (config->identity),
                "volume", 0.3, "samplesperbuffer", 480, NULL);
  return make_bin (tone);
}

/* ---- devices ---- */

GstElement *
beckon_capture_source_new_device (GstElement *source, gboolean video)
{
  GstElement *filter, *decoder, *convert, *bin;
  g_autoptr (GstCaps) caps = NULL;

  if (!video)
    {
      /* What the clock of the sound server makes of it slips away from what the echo canceller knows. */
      if (g_object_class_find_property (G_OBJECT_GET_CLASS (source), "slave-method") != NULL)
        gst_util_set_object_arg (G_OBJECT (source), "slave-method", "re-timestamp");
      return make_bin (source);
    }
  /* What PipeWire lends is gone with the device, under the hands of an encoder. */
  if (g_object_class_find_property (G_OBJECT_GET_CLASS (source), "always-copy") != NULL)
    g_object_set (source, "always-copy", TRUE, NULL);

  /* pipewiresrc wants caps right behind it; a decoder, because many cameras have 720p as JPEG only. */
  caps = gst_caps_from_string ("video/x-raw,width=[1,1920],height=[1,1080]; "
                               "image/jpeg,width=[1,1920],height=[1,1080]");
  filter = beckon_media_make_element ("capsfilter");
  decoder = beckon_media_make_element ("decodebin");
  convert = beckon_media_make_element ("videoconvert");
  g_object_set (filter, "caps", caps, NULL);
  bin = make_bin (convert);
  gst_bin_add_many (GST_BIN (bin), source, filter, decoder, NULL);
  gst_element_link_many (source, filter, decoder, NULL);
  g_signal_connect (decoder, "pad-added", G_CALLBACK (link_decoded), convert);
  return bin;
}
