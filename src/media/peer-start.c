/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The first picture of a connection. Runs on GStreamer's threads, but for what begins it all. */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "peer-start.h"

#include "capture.h"
#include "codec-choice.h"

#include <gst/video/video.h>

/* Who asks for key frames again and again gets no burst. */
#define KEY_FRAME_INTERVAL (300 * GST_MSECOND)
/* What most cameras give: then the first real frame finds everything as it needs it. */
#define DEFAULT_WIDTH 1280
#define DEFAULT_HEIGHT 720
#define DEFAULT_FPS 30

typedef struct
{
  BeckonMediaPeer *peer; /* borrowed: outlives its pipeline */
  GstCaps *caps;         /* nullable: of the last frame that warmed up */
  GMutex lock;
  GstClockTime warm_up;  /* what comes out until then is for nobody; under the lock */
} Start;

static Start *
start_new (BeckonMediaPeer *peer)
{
  Start *self = g_atomic_rc_box_new0 (Start);

  self->peer = peer;
  self->warm_up = GST_CLOCK_TIME_NONE;
  g_mutex_init (&self->lock);
  return self;
}

static void
start_clear (gpointer data)
{
  Start *self = data;

  gst_clear_caps (&self->caps);
  g_mutex_clear (&self->lock);
}

static void
start_unref (gpointer data)
{
  g_atomic_rc_box_release_full (data, start_clear);
}

/* ---- the encoder ---- */

/* Before the call is open, one frame of each kind goes to the encoder, which is set up by it. */
static GstPadProbeReturn
on_captured (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Start *self = user_data;
  g_autoptr (GstCaps) caps = NULL;

  if (g_atomic_int_get (&self->peer->opened))
    return GST_PAD_PROBE_REMOVE;
  caps = gst_pad_get_current_caps (pad);
  if (caps == NULL || (self->caps != NULL && gst_caps_is_equal (caps, self->caps)))
    return GST_PAD_PROBE_DROP;
  gst_caps_replace (&self->caps, caps);
  g_mutex_lock (&self->lock);
  self->warm_up = GST_BUFFER_PTS (GST_PAD_PROBE_INFO_BUFFER (info));
  g_mutex_unlock (&self->lock);
  return GST_PAD_PROBE_OK;
}

static gboolean
is_for_nobody (Start *self, GstBuffer *buffer)
{
  gboolean warm_up;

  g_mutex_lock (&self->lock);
  warm_up = GST_CLOCK_TIME_IS_VALID (self->warm_up) && GST_BUFFER_PTS (buffer) <= self->warm_up;
  g_mutex_unlock (&self->lock);
  return warm_up || !g_atomic_int_get (&self->peer->opened);
}

/* The first that is sent is a key frame, though the one that was asked for may have been for nobody. */
static GstPadProbeReturn
on_encoded (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Start *self = user_data;
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);
  g_autoptr (GstElement) encoder = NULL;

  if (is_for_nobody (self, buffer))
    return GST_PAD_PROBE_DROP;
  if (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT))
    {
      gst_pad_send_event (pad, gst_video_event_new_upstream_force_key_unit (GST_CLOCK_TIME_NONE,
                                                                            TRUE, 0));
      return GST_PAD_PROBE_DROP;
    }
  encoder = gst_pad_get_parent_element (pad);
  if (encoder != NULL && g_str_equal (self->peer->video_encoder, BECKON_SOFTWARE_ENCODER))
    g_object_set (encoder, "min-force-key-unit-interval", KEY_FRAME_INTERVAL, NULL);
  return GST_PAD_PROBE_REMOVE;
}

void
beckon_peer_start_watch_encoder (BeckonMediaPeer *self, GstElement *encoder)
{
  g_autoptr (GstPad) captured = gst_element_get_static_pad (
      GST_ELEMENT (self->sources[BECKON_LINE_CAMERA]), "src");
  g_autoptr (GstPad) encoded = gst_element_get_static_pad (encoder, "src");
  Start *start = start_new (self);

  gst_pad_add_probe (captured, GST_PAD_PROBE_TYPE_BUFFER, on_captured,
                     g_atomic_rc_box_acquire (start), start_unref);
  gst_pad_add_probe (encoded, GST_PAD_PROBE_TYPE_BUFFER, on_encoded, start, start_unref);
}

static GstSample *
new_neutral_frame (const BeckonMediaConfig *config)
{
  const int width = config->video_width > 0 ? (int) config->video_width : DEFAULT_WIDTH;
  const int height = config->video_height > 0 ? (int) config->video_height : DEFAULT_HEIGHT;
  const int fps = config->video_fps > 0 ? (int) config->video_fps : DEFAULT_FPS;
  g_autoptr (GstCaps) caps = gst_caps_new_simple (
      "video/x-raw", "format", G_TYPE_STRING, "I420", "width", G_TYPE_INT, width, "height",
      G_TYPE_INT, height, "framerate", GST_TYPE_FRACTION, fps, 1, "multiview-mode", G_TYPE_STRING,
      "mono", "pixel-aspect-ratio", GST_TYPE_FRACTION, 1, 1, "interlace-mode", G_TYPE_STRING,
      "progressive", NULL);
  g_autoptr (GstBuffer) buffer = NULL;
  GstVideoInfo info;

  gst_video_info_from_caps (&info, caps);
  buffer = gst_buffer_new_allocate (NULL, info.size, NULL);
  gst_buffer_memset (buffer, 0, 0x80, info.size); /* grey */
  return gst_sample_new (buffer, caps, NULL, NULL);
}

void
beckon_peer_start_warm_up (BeckonMediaPeer *self)
{
  g_autoptr (GstSample) frame = NULL;

  if (self->encoders[BECKON_LINE_CAMERA] == NULL || self->config->video == BECKON_SOURCE_NONE ||
      g_atomic_int_get (&self->opened))
    return;
  frame = new_neutral_frame (self->config);
  beckon_media_push (self->sources[BECKON_LINE_CAMERA], frame);
}

/* ---- the jitter buffer ---- */

static GstPadProbeReturn
on_first_packet (GstPad *pad, GstPadProbeInfo *info, gpointer rtpbin)
{
  g_autoptr (GstElement) buffer = gst_pad_get_parent_element (pad);
  guint latency = 0;

  g_object_get (rtpbin, "latency", &latency, NULL);
  if (buffer != NULL)
    g_object_set (buffer, "latency", latency, NULL);
  return GST_PAD_PROBE_REMOVE;
}

/* It starts fast with faststart-min-packets only if the events before the first packet have left it
 * when that comes, and they have not: they come just before, and go in another thread. */
static void
on_jitter_buffer (GstElement *rtpbin, GstElement *buffer, guint session, guint ssrc, gpointer unused)
{
  g_autoptr (GstPad) source = gst_element_get_static_pad (buffer, "src");

  g_object_set (buffer, "latency", 0, NULL);
  gst_pad_add_probe (source, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST,
                     on_first_packet, rtpbin, NULL);
}

void
beckon_peer_start_watch_receiver (GstElement *webrtc)
{
  g_autoptr (GstElement) rtpbin = gst_bin_get_by_name (GST_BIN (webrtc), "rtpbin");

  if (rtpbin != NULL)
    g_signal_connect (rtpbin, "new-jitterbuffer", G_CALLBACK (on_jitter_buffer), NULL);
}

/* ---- the screen ---- */

static GstPadProbeReturn
on_shown (GstPad *pad, GstPadProbeInfo *info, gpointer first)
{
  g_autoptr (GstElement) sink = NULL;

  if (g_atomic_int_compare_and_exchange ((gint *) first, TRUE, FALSE))
    return GST_PAD_PROBE_OK;
  sink = gst_pad_get_parent_element (pad);
  if (sink != NULL)
    g_object_set (sink, "sync", TRUE, NULL);
  return GST_PAD_PROBE_REMOVE;
}

void
beckon_peer_start_watch_sink (GstElement *sink)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (sink, "sink");
  gint *first = g_new0 (gint, 1);

  *first = TRUE;
  g_object_set (sink, "sync", FALSE, NULL);
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_shown, first, g_free);
}
