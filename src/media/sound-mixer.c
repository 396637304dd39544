/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "sound-mixer.h"

#include "media-private.h"

#define RATE 48000
#define MIXER "mixer"
/* The mixer plays one buffer behind the other if their stamps are no further apart; else each when
 * it is due. */
#define ALIGNMENT (30 * GST_MSECOND)
/* What a program plays comes in parts, and is stamped when it comes. */
#define NEW_LATENCY (20 * GST_MSECOND)
/* As much as a connection holds back, and more. */
#define QUEUE_MAX (2 * GST_SECOND)

/* A mixer takes what it has as soon as all have something, however early that is. The echo
 * canceller then knows too soon what is played. With this one beside the sources nothing is early.
 */
static GstElement *
make_silence (void)
{
  g_autoptr (GstClock) clock = gst_system_clock_obtain ();
  GstElement *silence = beckon_media_make_element ("audiotestsrc");

  gst_util_set_object_arg (G_OBJECT (silence), "wave", "silence");
  g_object_set (silence, "is-live", TRUE, "samplesperbuffer", RATE / 100, "timestamp-offset",
                (gint64) gst_clock_get_time (clock), NULL);
  return silence;
}

static GstElement *
make_mixer (GstClockTime latency)
{
  GstElement *mixer = beckon_media_make_element ("audiomixer");

  gst_object_set_name (GST_OBJECT (mixer), MIXER);
  g_object_set (mixer, "latency", (guint64) latency, "output-buffer-duration",
                (guint64) (10 * GST_MSECOND), "alignment-threshold", (guint64) ALIGNMENT,
                "discont-wait", (guint64) 0, NULL);
  /* And not when the machine was started. */
  gst_util_set_object_arg (G_OBJECT (mixer), "start-time-selection", "first");
  return mixer;
}

static GstElement *
append_filter (GstElement *bin, GstElement *after)
{
  g_autoptr (GstCaps) caps = gst_caps_from_string (BECKON_VOICE_CAPS);
  GstElement *filter = beckon_media_append (bin, after, beckon_media_make_element ("capsfilter"));

  g_object_set (filter, "caps", caps, NULL);
  return filter;
}

GstElement *
beckon_sound_mixer_append (GstElement *bin, GstClockTime latency)
{
  GstElement *last = append_filter (bin, beckon_media_append (bin, NULL, make_silence ()));

  return append_filter (bin, beckon_media_append (bin, last, make_mixer (latency)));
}

GstElement *
beckon_sound_mixer_new (void)
{
  GstElement *bin = gst_bin_new (NULL);
  g_autoptr (GstPad) pad =
      gst_element_get_static_pad (beckon_sound_mixer_append (bin, NEW_LATENCY), "src");

  gst_element_add_pad (bin, gst_ghost_pad_new ("src", pad));
  return bin;
}

GstAppSrc *
beckon_sound_mixer_add (GstElement *bin)
{
  g_autoptr (GstElement) mixer = gst_bin_get_by_name (GST_BIN (bin), MIXER);
  g_autoptr (GstCaps) caps = gst_caps_from_string (BECKON_VOICE_CAPS);
  GstElement *source = beckon_media_make_element ("appsrc");
  g_autoptr (GstPad) pad = gst_element_request_pad_simple (mixer, "sink_%u");
  g_autoptr (GstPad) source_pad = gst_element_get_static_pad (source, "src");

  /* Without the latencies it is said to be able to wait for nothing, and then the mixer waits for
   * it. */
  g_object_set (source, "is-live", TRUE, "format", GST_FORMAT_TIME, "caps", caps, "max-bytes",
                (guint64) 0, "max-time", (guint64) QUEUE_MAX, "min-latency", (gint64) 0,
                "max-latency", (gint64) QUEUE_MAX, NULL);
  gst_util_set_object_arg (G_OBJECT (source), "leaky-type", "downstream");
  gst_bin_add (GST_BIN (bin), source);
  gst_pad_link (source_pad, pad);
  gst_element_sync_state_with_parent (source);
  return gst_object_ref (GST_APP_SRC (source));
}

/* Returns: (transfer full): the mixer's */
static GstPad *
get_pad (GstAppSrc *source)
{
  g_autoptr (GstPad) source_pad = gst_element_get_static_pad (GST_ELEMENT (source), "src");

  return gst_pad_get_peer (source_pad);
}

void
beckon_sound_mixer_remove (GstElement *bin, GstAppSrc *source)
{
  g_autoptr (GstElement) mixer = gst_bin_get_by_name (GST_BIN (bin), MIXER);
  g_autoptr (GstPad) pad = get_pad (source);

  /* Else it waits for a sound server that may hang. */
  gst_pad_set_active (pad, FALSE);
  gst_element_set_locked_state (GST_ELEMENT (source), TRUE);
  gst_element_set_state (GST_ELEMENT (source), GST_STATE_NULL);
  gst_bin_remove (GST_BIN (bin), GST_ELEMENT (source));
  gst_element_release_request_pad (mixer, pad);
}

GstClockTime
beckon_sound_mixer_push (GstAppSrc *source, GstBuffer *buffer, GstClockTime at)
{
  const GstClockTime duration =
      gst_util_uint64_scale (gst_buffer_get_size (buffer) / sizeof (gint16), GST_SECOND, RATE);

  GST_BUFFER_PTS (buffer) = at;
  GST_BUFFER_DTS (buffer) = GST_CLOCK_TIME_NONE;
  GST_BUFFER_DURATION (buffer) = duration;
  gst_app_src_push_buffer (source, buffer);
  return at + duration;
}

void
beckon_sound_mixer_set_volume (GstAppSrc *source, double volume)
{
  g_autoptr (GstPad) pad = get_pad (source);

  g_object_set (pad, "volume", volume, NULL);
}
