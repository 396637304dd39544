/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The first picture of a connection. Runs on GStreamer's threads, but for what begins it all. */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "peer-start.h"

#include "capture-frames.h"
#include "peer-bandwidth.h"
#include "peer-share.h"

#include <gst/rtp/rtp.h>
#include <gst/video/video.h>

/* Who asks for key frames again and again gets no burst. */
#define KEY_FRAME_INTERVAL (300 * GST_MSECOND)
/* But whoever has not seen the first need not wait: in the beginning. */
#define FIRST_INTERVAL (50 * GST_MSECOND)
#define BEGINNING (2 * GST_SECOND)
/* So long a payloader that cannot negotiate is waited for at most. */
#define NEGOTIATION_US (100 * G_TIME_SPAN_MILLISECOND)
/* While it rings, so many packets, so far apart, for the peer to report on. */
#define TRIALS 25
#define TRIAL_MS 40
/* Three lines, each with what is sent again, and some that changed meanwhile. */
#define STREAMS_MAX 16u

struct _BeckonPeerStart
{
  BeckonMediaPeer *peer;
  /* Three of the main thread. */
  gboolean primed;
  guint n_trials, trial_source;
  GstClockTime first; /* when the first picture was sent; of the encoder's thread */
  GstCaps *caps;      /* nullable: of the last frame that warmed up; of the capture's thread */
  gint priming;       /* atomic: the next frame is a primer */
  GMutex lock;
  /* Both under the lock: what comes out of the encoder until then is for nobody, and the primer
   * only finds the way. */
  GstClockTime warm_up, primer;
  /* See on_payload(). */
  GCond negotiated;
  gint negotiating;  /* atomic, written under the lock */
  gboolean stopping; /* under the lock */
};

BeckonPeerStart *
beckon_peer_start_new (BeckonMediaPeer *peer)
{
  BeckonPeerStart *self = g_new0 (BeckonPeerStart, 1);

  self->peer = peer;
  self->first = self->warm_up = self->primer = GST_CLOCK_TIME_NONE;
  g_mutex_init (&self->lock);
  g_cond_init (&self->negotiated);
  return self;
}

void
beckon_peer_start_free (BeckonPeerStart *self)
{
  g_clear_handle_id (&self->trial_source, g_source_remove);
  gst_clear_caps (&self->caps);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->negotiated);
  g_free (self);
}

static gboolean
is_open (BeckonPeerStart *self)
{
  return g_atomic_int_get (&self->peer->opened);
}

/* ---- frames that nobody gets ---- */

/* Before the call is open, one frame of each kind goes to the encoder, which is set up by it. */
static GstPadProbeReturn
on_captured (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  BeckonPeerStart *self = user_data;
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  gboolean primer;

  if (is_open (self) || caps == NULL)
    return is_open (self) ? GST_PAD_PROBE_REMOVE : GST_PAD_PROBE_DROP;
  primer = g_atomic_int_compare_and_exchange (&self->priming, TRUE, FALSE);
  if (!primer && self->caps != NULL && gst_caps_is_equal (caps, self->caps))
    return GST_PAD_PROBE_DROP;
  gst_caps_replace (&self->caps, caps);
  g_mutex_lock (&self->lock);
  self->warm_up = GST_BUFFER_PTS (GST_PAD_PROBE_INFO_BUFFER (info));
  if (primer)
    self->primer = self->warm_up;
  g_mutex_unlock (&self->lock);
  return GST_PAD_PROBE_OK;
}

static gboolean
is_until (BeckonPeerStart *self, const GstClockTime *time, GstBuffer *buffer)
{
  gboolean is;

  g_mutex_lock (&self->lock);
  is = GST_CLOCK_TIME_IS_VALID (*time) && GST_BUFFER_PTS (buffer) <= *time;
  g_mutex_unlock (&self->lock);
  return is;
}

static gboolean
is_for_nobody (BeckonPeerStart *self, GstBuffer *buffer)
{
  return !is_open (self) || is_until (self, &self->warm_up, buffer);
}

static void
set_key_frame_interval (BeckonPeerStart *self, GstClockTime interval)
{
  GstElement *encoder = self->peer->encoders[BECKON_LINE_CAMERA];

  if (g_object_class_find_property (G_OBJECT_GET_CLASS (encoder), "min-force-key-unit-interval") !=
      NULL)
    g_object_set (encoder, "min-force-key-unit-interval", interval, NULL);
}

/* The first that is sent is a key frame, though the one that was asked for may have been for
 * nobody. */
static GstPadProbeReturn
on_encoded (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  BeckonPeerStart *self = user_data;
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);
  g_autoptr (GstPad) next = NULL;

  if (GST_CLOCK_TIME_IS_VALID (self->first))
    {
      if (GST_BUFFER_PTS (buffer) < self->first + BEGINNING)
        return GST_PAD_PROBE_OK;
      set_key_frame_interval (self, KEY_FRAME_INTERVAL);
      return GST_PAD_PROBE_REMOVE;
    }
  if (is_for_nobody (self, buffer))
    {
      if (!is_until (self, &self->primer, buffer))
        return GST_PAD_PROBE_DROP;
      /* Past all who look here at what is sent. */
      beckon_peer_share_mark_for_nobody (buffer);
      next = gst_pad_get_peer (pad);
      gst_pad_chain (next, buffer);
      return GST_PAD_PROBE_HANDLED;
    }
  if (!beckon_media_is_key_frame (buffer))
    {
      beckon_media_ask_for_key_frame (pad);
      return GST_PAD_PROBE_DROP;
    }
  self->first = GST_BUFFER_PTS (buffer);
  set_key_frame_interval (self, FIRST_INTERVAL);
  return GST_PAD_PROBE_OK;
}

/* ---- packets with nothing in them ---- */

static gboolean
empty (GstBuffer **buffer, guint index, gpointer unused)
{
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;
  guint length;

  if (!gst_rtp_buffer_map (*buffer, GST_MAP_READ, &rtp))
    return TRUE;
  length = gst_rtp_buffer_get_header_len (&rtp);
  gst_rtp_buffer_unmap (&rtp);
  *buffer = gst_buffer_make_writable (*buffer);
  gst_buffer_resize (*buffer, 0, length);
  return TRUE;
}

/* A frame's, all of them. */
static GstPadProbeReturn
on_packets (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  if (!is_for_nobody (user_data, beckon_media_first_packet (info)))
    return GST_PAD_PROBE_REMOVE;
  beckon_media_change_packets (info, empty, NULL);
  return GST_PAD_PROBE_OK;
}

/* ---- a payloader that is stopped ---- */

/* With a frame whose way has yet to be negotiated, a payloader that cannot do so any more loses its copy
 * of what came with it (up to GStreamer 1.28). GStreamer stops it from behind, where it would ask. So
 * what is being negotiated is waited for before it is stopped, and nothing is after that. */
static GstPadProbeReturn
on_payload (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  BeckonPeerStart *self = user_data;
  g_autoptr (GstElement) payloader = gst_pad_get_parent_element (pad);
  GstPadProbeReturn result = GST_PAD_PROBE_OK;

  if (payloader == NULL || !GST_PAD_NEEDS_RECONFIGURE (GST_RTP_BASE_PAYLOAD_SRCPAD (payloader)))
    return GST_PAD_PROBE_OK;
  g_mutex_lock (&self->lock);
  if (self->stopping)
    result = GST_PAD_PROBE_DROP;
  else
    g_atomic_int_set (&self->negotiating, TRUE);
  g_mutex_unlock (&self->lock);
  return result;
}

/* It has: its caps come out, or packets where they are as before. */
static GstPadProbeReturn
on_negotiated (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  BeckonPeerStart *self = user_data;

  if (!g_atomic_int_get (&self->negotiating) ||
      ((GST_PAD_PROBE_INFO_TYPE (info) & GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM) != 0 &&
       GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) != GST_EVENT_CAPS))
    return GST_PAD_PROBE_OK;
  g_mutex_lock (&self->lock);
  g_atomic_int_set (&self->negotiating, FALSE);
  g_cond_signal (&self->negotiated);
  g_mutex_unlock (&self->lock);
  return GST_PAD_PROBE_OK;
}

void
beckon_peer_start_stop (BeckonPeerStart *self)
{
  const gint64 until = g_get_monotonic_time () + NEGOTIATION_US;
  gboolean again;

  g_clear_handle_id (&self->trial_source, g_source_remove);
  g_mutex_lock (&self->lock);
  again = self->stopping;
  self->stopping = TRUE;
  while (g_atomic_int_get (&self->negotiating) && !again &&
         g_cond_wait_until (&self->negotiated, &self->lock, until))
    ;
  g_mutex_unlock (&self->lock);
}

void
beckon_peer_start_watch_source (BeckonPeerStart *self)
{
  beckon_media_add_probe (GST_ELEMENT (self->peer->sources[BECKON_LINE_CAMERA]), "src",
                          GST_PAD_PROBE_TYPE_BUFFER, on_captured, self);
}

void
beckon_peer_start_watch_line (BeckonPeerStart *self, GstElement *encoder, GstElement *payloader)
{
  beckon_media_add_probe (encoder, "src", GST_PAD_PROBE_TYPE_BUFFER, on_encoded, self);
  beckon_media_add_probe (payloader, "src",
                          GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST, on_packets,
                          self);
  beckon_media_add_probe (payloader, "sink", GST_PAD_PROBE_TYPE_BUFFER, on_payload, self);
  beckon_media_add_probe (payloader, "src",
                          GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM | GST_PAD_PROBE_TYPE_BUFFER |
                              GST_PAD_PROBE_TYPE_BUFFER_LIST,
                          on_negotiated, self);
}

/* ---- what begins it ---- */

/* What the camera gives, or most do: then the first real frame finds everything as it needs it. */
static GstCaps *
get_caps (BeckonPeerStart *self)
{
  const BeckonMediaConfig *config = self->peer->config;
  g_autoptr (GstPad) pad =
      gst_element_get_static_pad (GST_ELEMENT (self->peer->sources[BECKON_LINE_CAMERA]), "src");
  GstCaps *caps = gst_pad_get_current_caps (pad);

  if (caps != NULL)
    return caps;
  return gst_caps_new_simple (
      "video/x-raw", "format", G_TYPE_STRING, "I420", "width", G_TYPE_INT,
      config->video_width > 0 ? (int) config->video_width : BECKON_PICTURE_WIDTH, "height",
      G_TYPE_INT, config->video_height > 0 ? (int) config->video_height : BECKON_PICTURE_HEIGHT, "framerate",
      GST_TYPE_FRACTION, config->video_fps > 0 ? (int) config->video_fps : BECKON_PICTURE_FPS, 1,
      "multiview-mode", G_TYPE_STRING, "mono", "pixel-aspect-ratio", GST_TYPE_FRACTION, 1, 1,
      "interlace-mode", G_TYPE_STRING, "progressive", NULL);
}

static void
push_neutral_frame (BeckonPeerStart *self)
{
  g_autoptr (GstCaps) caps = get_caps (self);
  g_autoptr (GstBuffer) buffer = NULL;
  g_autoptr (GstSample) frame = NULL;
  GstVideoInfo info;

  if (!gst_video_info_from_caps (&info, caps))
    return;
  buffer = gst_buffer_new_allocate (NULL, info.size, NULL);
  gst_buffer_memset (buffer, 0, 0x80, info.size); /* grey */
  frame = gst_sample_new (buffer, caps, NULL, NULL);
  beckon_media_push (self->peer->sources[BECKON_LINE_CAMERA], frame);
}

static gboolean
is_wanted (BeckonPeerStart *self)
{
  return self->peer->encoders[BECKON_LINE_CAMERA] != NULL &&
         self->peer->config->video != BECKON_SOURCE_NONE && !is_open (self);
}

void
beckon_peer_start_warm_up (BeckonPeerStart *self)
{
  if (is_wanted (self))
    push_neutral_frame (self);
}

static gboolean
on_trial (gpointer user_data)
{
  BeckonPeerStart *self = user_data;

  if (!is_wanted (self) || self->n_trials == TRIALS)
    {
      self->trial_source = 0;
      return G_SOURCE_REMOVE;
    }
  self->n_trials++;
  beckon_peer_bandwidth_try_path (self->peer->bandwidth);
  return G_SOURCE_CONTINUE;
}

void
beckon_peer_start_prime (BeckonPeerStart *self)
{
  if (!is_wanted (self) || self->primed)
    return;
  self->primed = TRUE;
  g_atomic_int_set (&self->priming, TRUE);
  push_neutral_frame (self);
  self->trial_source = g_timeout_add (TRIAL_MS, on_trial, self);
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
on_jitter_buffer (
    GstElement *rtpbin, GstElement *buffer, guint session, guint ssrc, gpointer unused)
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

  if (rtpbin == NULL)
    return;
  /* Each has a thread of its own, and a stranger makes as many as they like. */
  g_object_set (rtpbin, "max-streams", STREAMS_MAX, NULL);
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
