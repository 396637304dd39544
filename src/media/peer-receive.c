/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a peer sends: decoded, shown, played, counted, kept. Runs on GStreamer's threads. */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "peer-private.h"

#include "capture-frames.h"
#include "sound-codec.h"

#include <gst/rtp/rtp.h>

#define HELD_BACK_MAX (1500 * GST_MSECOND)

gint
beckon_media_now_ms (void)
{
  return g_get_monotonic_time () / 1000 & G_MAXINT;
}

/* ---- what is made inside webrtcbin ---- */

/* Returns: bytes, of one packet or of several at once. */
static gsize
get_size (const GstPadProbeInfo *info)
{
  if (GST_PAD_PROBE_INFO_TYPE (info) & GST_PAD_PROBE_TYPE_BUFFER)
    return gst_buffer_get_size (GST_PAD_PROBE_INFO_BUFFER (info));
  if (GST_PAD_PROBE_INFO_TYPE (info) & GST_PAD_PROBE_TYPE_BUFFER_LIST)
    return gst_buffer_list_calculate_size (GST_PAD_PROBE_INFO_BUFFER_LIST (info));
  return 0;
}

static GstPadProbeReturn
on_packet_in (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  BeckonMediaPeer *self = user_data;

  g_atomic_int_add (&self->bytes_in, get_size (info));
  g_atomic_int_set (&self->heard, beckon_media_now_ms ());
  return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn
on_packet_out (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  BeckonMediaPeer *self = user_data;

  g_atomic_int_add (&self->bytes_out, get_size (info));
  return GST_PAD_PROBE_OK;
}

static void
add_probe (GstElement *element, const char *name, GstPadProbeType type,
           GstPadProbeCallback callback, gpointer user_data)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (element, name);

  if (pad != NULL)
    gst_pad_add_probe (pad, type, callback, user_data, NULL);
}

/* A stream that has been silent for five seconds, while it rings or a camera is off, would be given
 * up by its sender, who says goodbye for it, and by its receiver. webrtcbin forgets then which line
 * it is of, and what comes later goes nowhere: see find_line(). From GStreamer 1.24 on that can be
 * turned off. Who is gone is known by other means. */
static void
keep_silent_streams (GstElement *session)
{
  g_autoptr (GObject) internal = NULL;

  g_object_get (session, "internal-session", &internal, NULL);
  beckon_media_set_if_there (internal, "timeout-inactive-sources", "false");
}

/* Without it a copy is of no known stream, and thrown away, until one has been asked for. */
static void
set_repeats (const GValue *item, gpointer user_data)
{
  BeckonMediaPeer *self = user_data;
  GstElement *element = g_value_get_object (item);
  g_autoptr (GstStructure) repeats = beckon_peer_sdp_get_repeats (self->their_description->sdp);

  if (g_object_class_find_property (G_OBJECT_GET_CLASS (element), "ssrc-map") != NULL)
    g_object_set (element, "ssrc-map", repeats, NULL);
}

void
beckon_peer_receive_know_repeats (BeckonMediaPeer *self)
{
  beckon_media_foreach_made_by (self->webrtc, "rtprtxreceive", set_repeats, self);
}

void
beckon_peer_receive_watch (BeckonMediaPeer *self, GstElement *element)
{
  static const struct
  {
    const char *factory, *property, *value;
  } settings[] = {
    /* The first packet is played at once, and not when the buffer's whole time has passed. */
    { "rtpjitterbuffer", "faststart-min-packets", "1" },
    /* A stall of the processor is not a loss. */
    { "rtpjitterbuffer", "rtx-next-seqnum", "false" },
    { "rtpjitterbuffer", "rtx-delay", "10" },
    { "rtpjitterbuffer", "rtx-retry-timeout", "60" },
    { "rtpjitterbuffer", "rtx-min-retry-timeout", "20" },
    /* The default throttles requests for what was lost. */
    { "rtpsession", "bandwidth", "1000000" },
    { "rtpsession", "rtcp-min-interval", "200000000" },
    /* Nobody but the peer can have sent a packet that is decrypted: none waits for a second one. */
    { "rtpsession", "probation", "1" },
  };
  const GstPadProbeType data = GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST;
  GstElementFactory *factory = gst_element_get_factory (element);
  const char *name = factory != NULL ? GST_OBJECT_NAME (factory) : "";

  for (guint i = 0; i < G_N_ELEMENTS (settings); i++)
    if (g_str_equal (name, settings[i].factory))
      beckon_media_set_if_there (element, settings[i].property, settings[i].value);
  if (g_str_equal (name, "rtpsession"))
    keep_silent_streams (element);
  if (g_str_equal (name, "rtprtxreceive") && self->their_description != NULL)
    beckon_peer_receive_know_repeats (self);
  if (g_str_equal (name, "rtpjitterbuffer"))
    beckon_meter_watch_jitter_buffer (self->meter, element);
  if (g_str_equal (name, "nicesrc"))
    {
      add_probe (element, "src", data, on_packet_in, self);
      beckon_peer_repeat_watch_in (self->repeat, element);
    }
  else if (g_str_equal (name, "nicesink"))
    {
      add_probe (element, "sink", data, on_packet_out, self);
      beckon_peer_repeat_watch_out (self->repeat, element);
    }
}

/* ---- chains ---- */

static GstElement *
add (BeckonMediaPeer *self, GstElement *after, GstElement *element)
{
  beckon_media_append (self->pipeline, after, element);
  gst_element_sync_state_with_parent (element);
  return element;
}

static GstElement *
make (BeckonMediaPeer *self, GstElement *after, const char *factory)
{
  return add (self, after, beckon_media_make_element (factory));
}

static void
record (BeckonMediaPeer *self, gboolean video, GstPad *pad, GstBuffer *buffer)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);

  if (caps != NULL && !beckon_recorder_push (self->recorder, video, caps, buffer))
    beckon_media_ask_for_key_frame (pad);
}

static GstPadProbeReturn
on_encoded_video (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  record (user_data, TRUE, pad, GST_PAD_PROBE_INFO_BUFFER (info));
  return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn
on_encoded_audio (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  record (user_data, FALSE, pad, GST_PAD_PROBE_INFO_BUFFER (info));
  return GST_PAD_PROBE_OK;
}

static void
echo (BeckonMediaPeer *self, BeckonLine line, GstPad *pad, GstBuffer *buffer)
{
  g_autoptr (GstCaps) caps = NULL;
  g_autoptr (GstSample) sample = NULL;

  if (!g_atomic_int_get (&self->opened))
    return;
  caps = gst_pad_get_current_caps (pad);
  sample = gst_sample_new (buffer, caps, NULL, NULL);
  beckon_media_push (self->sources[line], sample);
}

static void
take_first_video (gpointer peer, gpointer unused)
{
  BeckonMediaPeer *self = peer;

  beckon_media_peer_saw_video (self, g_atomic_int_get (&self->width),
                               g_atomic_int_get (&self->height));
}

static void
note_size (BeckonMediaPeer *self, GstPad *pad)
{
  guint width, height;

  if (!beckon_media_read_size (pad, &width, &height))
    return;
  g_atomic_int_set (&self->width, width);
  g_atomic_int_set (&self->height, height);
}

static GstPadProbeReturn
on_decoded_video (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  BeckonMediaPeer *self = user_data;

  note_size (self, pad);
  beckon_meter_picture (self->meter, g_get_monotonic_time ());
  if (g_atomic_int_add (&self->frames_in, 1) == 0)
    beckon_media_hop (self, take_first_video, NULL, NULL);
  if (self->config->video == BECKON_SOURCE_ECHO)
    echo (self, BECKON_LINE_CAMERA, pad, GST_PAD_PROBE_INFO_BUFFER (info));
  return GST_PAD_PROBE_OK;
}

static void
emit_first_audio (gpointer peer, gpointer unused)
{
  g_signal_emit_by_name (peer, "first-audio");
}

static GstPadProbeReturn
on_decoded_audio (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  BeckonMediaPeer *self = user_data;

  if (g_atomic_int_add (&self->audio_came, 1) == 0)
    beckon_media_hop (self, emit_first_audio, NULL, NULL);
  if (self->config->audio == BECKON_SOURCE_ECHO)
    echo (self, BECKON_LINE_MICROPHONE, pad, GST_PAD_PROBE_INFO_BUFFER (info));
  return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn
on_audio_packet (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  g_atomic_int_inc (&((BeckonMediaPeer *) user_data)->audio_packets_in);
  return GST_PAD_PROBE_OK;
}

/* Returns: (nullable) */
static GstElement *
receive_video (BeckonMediaPeer *self, BeckonLine line, BeckonCodec codec)
{
  const gboolean screen = line == BECKON_LINE_SCREEN;
  g_autoptr (GstPad) encoded = NULL;
  GstElement *depay, *last;
  GstElement *decoder = beckon_peer_codec_receive (self, line, codec, &depay, &encoded);

  if (decoder == NULL)
    return NULL;
  if (self->recorder != NULL && !screen)
    gst_pad_add_probe (encoded, GST_PAD_PROBE_TYPE_BUFFER, on_encoded_video, self, NULL);
  if (screen)
    beckon_peer_screen_watch (self, encoded, decoder);
  else
    add_probe (decoder, "src", GST_PAD_PROBE_TYPE_BUFFER, on_decoded_video, self);
  last = make (self, decoder, "queue");
  /* All that is held back waits in here; see peer-jitter.c. */
  g_object_set (last, "leaky", 2 /* downstream */, "max-size-buffers", 0, "max-size-bytes", 0,
                "max-size-time", (guint64) HELD_BACK_MAX, NULL);
  last = make (self, last, "videoconvertscale");
  add (self, last, screen ? self->screen_sink : self->video_sink);
  return depay;
}

/* ---- sound ---- */

static GstFlowReturn
on_voice (GstAppSink *sink, gpointer user_data)
{
  BeckonMediaPeer *self = user_data;
  g_autoptr (GstSample) sample = gst_app_sink_pull_sample (sink);
  GstBuffer *buffer;
  GstClockTime time;

  if (sample == NULL)
    return GST_FLOW_OK;
  buffer = gst_sample_get_buffer (sample);
  time = gst_segment_to_running_time (gst_sample_get_segment (sample), GST_FORMAT_TIME,
                                      GST_BUFFER_PTS (buffer));
  /* When the picture of the same moment is shown. */
  if (GST_CLOCK_TIME_IS_VALID (time))
    beckon_voice_push (self->voice, buffer,
                       gst_element_get_base_time (self->pipeline) + time +
                           gst_pipeline_get_latency (GST_PIPELINE (self->pipeline)));
  return GST_FLOW_OK;
}

static void
add_voice (BeckonMediaPeer *self, GstElement *after)
{
  GstAppSinkCallbacks callbacks = { .new_sample = on_voice };
  g_autoptr (GstCaps) caps = gst_caps_from_string (BECKON_VOICE_CAPS);
  GstElement *sink = beckon_media_make_element ("appsink");

  g_object_set (sink, "caps", caps, "sync", FALSE, "async", FALSE, "enable-last-sample", FALSE,
                NULL);
  gst_app_sink_set_callbacks (GST_APP_SINK (sink), &callbacks, self, NULL);
  add (self, after, sink);
}

static GstElement *
receive_audio (BeckonMediaPeer *self)
{
  GstElement *depay = make (self, NULL, "rtpopusdepay");
  GstElement *decoder, *last, *sink;

  add_probe (depay, "sink", GST_PAD_PROBE_TYPE_BUFFER, on_audio_packet, self);
  if (self->recorder != NULL)
    add_probe (depay, "src", GST_PAD_PROBE_TYPE_BUFFER, on_encoded_audio, self);
  decoder = add (self, depay, beckon_sound_decoder_new ());
  beckon_meter_watch_sound (self->meter, decoder);
  add_probe (decoder, "src", GST_PAD_PROBE_TYPE_BUFFER, on_decoded_audio, self);
  last = make (self, make (self, decoder, "audioconvert"), "audioresample");
  last = add (self, last, beckon_media_make_level ());
  if (self->voice != NULL)
    {
      add_voice (self, last);
      return depay;
    }
  sink = beckon_media_make_element ("fakesink");
  g_object_set (sink, "sync", TRUE, "async", FALSE, NULL);
  last = make (self, last, "queue");
  g_object_set (last, "max-size-buffers", 0, "max-size-time", (guint64) HELD_BACK_MAX, NULL);
  add (self, last, sink);
  return depay;
}

/* ---- lines ---- */

static gboolean
is_media (GstPad *pad, const char *media)
{
  return beckon_media_pad_has (pad, "media", media);
}

static GstElement *
receive_nothing (BeckonMediaPeer *self)
{
  GstElement *sink = beckon_media_make_element ("fakesink");

  g_object_set (sink, "sync", FALSE, "async", FALSE, NULL);
  return add (self, NULL, sink);
}

void
beckon_peer_receive_prepare_video (BeckonMediaPeer *self, BeckonCodec codec)
{
  g_assert (self->video_depay == NULL && !g_atomic_int_get (&self->opened));
  self->video_codec = codec;
  self->video_depay = receive_video (self, BECKON_LINE_CAMERA, codec);
}

/* Returns: (nullable) */
static GstElement *
receive_camera (BeckonMediaPeer *self, GstPad *pad)
{
  const BeckonCodec codec = beckon_peer_codec_get (pad);

  if (self->video_depay == NULL)
    return receive_video (self, BECKON_LINE_CAMERA, codec);
  return codec == self->video_codec ? self->video_depay : NULL;
}

/* Each of their streams has a thread of its own. */
static gboolean
is_first (gint *came)
{
  return g_atomic_int_compare_and_exchange (came, FALSE, TRUE);
}

static guint32
get_ssrc (GstPadProbeInfo *info)
{
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;
  guint32 ssrc;

  if (!gst_rtp_buffer_map (beckon_media_first_packet (info), GST_MAP_READ, &rtp))
    return 0; /* which no description has: it is what webrtcbin says */
  ssrc = gst_rtp_buffer_get_ssrc (&rtp);
  gst_rtp_buffer_unmap (&rtp);
  return ssrc;
}

/* The description knows; webrtcbin has forgotten whom it was said goodbye of, and takes it for the
 * first line. Who says nothing of streams is taken at webrtcbin's word. */
static guint
find_line (BeckonMediaPeer *self, GstPad *pad, guint32 ssrc)
{
  g_autoptr (GstWebRTCRTPTransceiver) transceiver = NULL;
  guint line = beckon_peer_sdp_find_ssrc (self->their_description->sdp, ssrc);

  if (line != G_MAXUINT)
    return line;
  g_object_get (pad, "transceiver", &transceiver, NULL);
  if (transceiver != NULL)
    g_object_get (transceiver, "mlineindex", &line, NULL);
  return line;
}

/* A line of theirs is looked at for the first time. */
static void
receive_line (BeckonMediaPeer *self, GstPad *pad, guint line)
{
  g_autoptr (GstPad) sink = NULL;
  GstElement *first = NULL;

  if (line == BECKON_LINE_MICROPHONE && is_media (pad, "audio") && is_first (&self->audio_came_in))
    first = receive_audio (self);
  else if (line == BECKON_LINE_CAMERA && is_media (pad, "video") && is_first (&self->video_came))
    first = receive_camera (self, pad);
  else if (line == BECKON_LINE_SCREEN && is_media (pad, "video") && is_first (&self->screen_came))
    first = receive_video (self, BECKON_LINE_SCREEN, beckon_peer_codec_get (pad));
  if (first == NULL)
    {
      g_message ("%s sends something on line %u that is not looked at", self->user, line);
      first = receive_nothing (self);
    }
  sink = gst_element_get_static_pad (first, "sink");
  gst_pad_link (pad, sink);
}

/* Who sends before the call is accepted sends to nobody: nothing is decoded, and no speaker opens.
 * The depayloader asks for a key frame when it finds that it has missed one. */
static GstPadProbeReturn
on_gate (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  BeckonMediaPeer *self = user_data;

  if (!g_atomic_int_get (&self->opened) || !g_atomic_int_get (&self->verified))
    return GST_PAD_PROBE_DROP;
  receive_line (self, pad, find_line (self, pad, get_ssrc (info)));
  return GST_PAD_PROBE_REMOVE;
}

void
beckon_peer_receive_pad (BeckonMediaPeer *self, GstPad *pad)
{
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST, on_gate, self,
                     NULL);
}
