/* SPDX-License-Identifier: GPL-3.0-or-later */

/* How pictures are encoded, ours and theirs.
 *
 * Who offers does not know which codec it will be. So a line of pictures is built with a gap in it,
 * which is filled when the answer is there; until then nothing goes further than the queue before
 * it. What comes in says by itself what it is. Traps are in docs/media.md. */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "peer-private.h"

#include "pacer.h"
#include "peer-bandwidth.h"
#include "peer-share.h"
#include "peer-start.h"

/* Who asks for key frames again and again gets no burst. Of a camera, see peer-start.c. */
#define SCREEN_KEY_FRAME_INTERVAL "300000000" /* ns */
/* How long a key frame that was asked for may take. */
#define ASK_AGAIN_MS 500
/* There is no chroma for half a pixel, and x264 takes none. */
#define EVEN_SIZE "video/x-raw,width=(int)[2,32766,2],height=(int)[2,32766,2]"
/* What the level that is in our descriptions allows; a screen keeps its size. */
#define CAMERA_SIZE "video/x-raw,width=(int)[2,1280,2],height=(int)[2,720,2]"
/* Text that is worse cannot be read; of VP8, see peer-screen.c. */
#define SCREEN_QP_MAX "36"

static const struct
{
  const char *encoding, *payloader, *depayloader;
} codecs[BECKON_N_CODECS] = {
  [BECKON_CODEC_VP8] = { "VP8", "rtpvp8pay", "rtpvp8depay" },
  [BECKON_CODEC_H264] = { "H264", "rtph264pay", "rtph264depay" },
};

BeckonH264Use
beckon_peer_codec_get_h264_use (BeckonMediaPeer *self)
{
  if (self->encoder_names[BECKON_CODEC_H264] == NULL)
    return BECKON_H264_NEVER;
  return beckon_codec_choice_is_hardware (BECKON_CODEC_H264) ? BECKON_H264_IF_PREFERRED
                                                             : BECKON_H264_IF_NEEDED;
}

static GstElement *
add (BeckonMediaPeer *self, GstElement *after, const char *factory)
{
  return beckon_media_append (self->pipeline, after, beckon_media_make_element (factory));
}

static GstElement *
add_filter (BeckonMediaPeer *self, GstElement *after, const char *text)
{
  GstElement *filter = add (self, after, "capsfilter");
  g_autoptr (GstCaps) caps = gst_caps_from_string (text);

  g_object_set (filter, "caps", caps, NULL);
  return filter;
}

/* ---- ours ---- */

void
beckon_peer_codec_leave_gap (BeckonMediaPeer *self,
                             BeckonLine line,
                             GstElement *queue,
                             GstElement *before,
                             GstElement *after)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (queue, "src");

  self->gaps[line].queue = queue;
  self->gaps[line].before = before;
  self->gaps[line].after = after;
  self->gaps[line].block = beckon_media_block (pad, GST_PAD_PROBE_TYPE_DATA_DOWNSTREAM);
}

static void
set_up_vp8_camera (GstElement *encoder)
{
  gst_util_set_object_arg (G_OBJECT (encoder), "end-usage", "cbr");
  g_object_set (encoder, "deadline", (gint64) 1, "cpu-used", -6, "threads", 1, "lag-in-frames", 0,
                "keyframe-max-dist", 3000, "min-quantizer", 4, "max-quantizer", 56,
                /* It keeps to its rate: frames are left out rather than queued. */
                "dropframe-threshold", 20, "overshoot", 15, "buffer-size", 500,
                "buffer-initial-size", 400, "buffer-optimal-size", 400, NULL);
}

static void
set_up_screen_encoder (BeckonCodec codec, GstElement *encoder)
{
  if (codec == BECKON_CODEC_VP8)
    {
      beckon_peer_screen_set_up_encoder (encoder);
      return;
    }
  beckon_codec_set_up_encoder (encoder);
  beckon_media_set_if_there (encoder, "min-force-key-unit-interval", SCREEN_KEY_FRAME_INTERVAL);
  if (!beckon_media_set_if_there (encoder, "qp-max", SCREEN_QP_MAX))
    beckon_media_set_if_there (encoder, "quantizer-max", SCREEN_QP_MAX);
}

static void
set_up_camera_encoder (GstElement *encoder)
{
  if (g_str_equal (GST_OBJECT_NAME (gst_element_get_factory (encoder)), BECKON_SOFTWARE_ENCODER))
    set_up_vp8_camera (encoder);
  else
    beckon_codec_set_up_encoder (encoder);
}

static void
set_up_encoder (BeckonMediaPeer *self, BeckonLine line, BeckonCodec codec, GstElement *encoder)
{
  if (line == BECKON_LINE_SCREEN)
    set_up_screen_encoder (codec, encoder);
  else
    set_up_camera_encoder (encoder);
}

/* Returns: the last element, an encoder of H.264 is in between. */
static GstElement *
add_h264 (BeckonMediaPeer *self, BeckonLine line, GstElement *after, const char *name)
{
  if (line == BECKON_LINE_SCREEN)
    after = add (self, after, "videoscale");
  after = add_filter (self, after, line == BECKON_LINE_SCREEN ? EVEN_SIZE : CAMERA_SIZE);
  self->encoders[line] = add (self, after, name);
  return add_filter (self, self->encoders[line], BECKON_H264_FILTER);
}

static void
set_up_payloader (GstElement *payloader, BeckonCodec codec, int payload, guint ssrc)
{
  g_object_set (payloader, "pt", payload, "ssrc", ssrc, "mtu", 1200, NULL);
  if (codec == BECKON_CODEC_VP8)
    {
      gst_util_set_object_arg (G_OBJECT (payloader), "picture-id-mode", "15-bit");
      return;
    }
  /* Who comes later, or has lost one, finds what a key frame needs in front of it. */
  g_object_set (payloader, "config-interval", -1, NULL);
  gst_util_set_object_arg (G_OBJECT (payloader), "aggregate-mode", "zero-latency");
}

/* Where frames of others come in too, ours come first. */
static GstPad *
get_sink (GstElement *element)
{
  GstPad *sink = gst_element_get_static_pad (element, "sink");

  return sink != NULL ? sink : gst_element_get_static_pad (element, "sink_0");
}

void
beckon_peer_codec_fill_gap (
    BeckonMediaPeer *self, BeckonLine line, BeckonCodec codec, int payload, guint ssrc)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (self->gaps[line].queue, "src");
  const gulong block = self->gaps[line].block;
  const char *name = self->encoder_names[codec];
  GstElement *last = self->gaps[line].before, *payloader, *pacer;

  g_assert (block != 0 && name != NULL);
  self->gaps[line].block = 0;
  /* Hardware does not know what a screen needs. */
  if (codec == BECKON_CODEC_VP8)
    last = self->encoders[line] =
        add (self, last, line == BECKON_LINE_CAMERA ? name : BECKON_SOFTWARE_ENCODER);
  else
    last = add_h264 (self, line, last, name);
  last = beckon_peer_share_add_line (self->share, line, self->encoders[line], last);
  payloader = add (self, last, codecs[codec].payloader);
  if (line == BECKON_LINE_CAMERA)
    {
      self->video_encoder = name;
      beckon_peer_start_watch_line (self->start, self->encoders[line], payloader);
    }
  set_up_encoder (self, line, codec, self->encoders[line]);
  beckon_peer_bandwidth_set_encoder (self->bandwidth, line, self->encoders[line]);
  set_up_payloader (payloader, codec, payload, ssrc);
  pacer = beckon_media_append (self->pipeline, payloader, beckon_pacer_new ());
  beckon_peer_bandwidth_set_packets (self->bandwidth, line, payloader, BECKON_PACER (pacer));
  gst_element_link (pacer, self->gaps[line].after);
  for (GstElement *element = pacer; element != self->gaps[line].before;)
    {
      g_autoptr (GstPad) sink = get_sink (element);
      g_autoptr (GstPad) peer = gst_pad_get_peer (sink);

      gst_element_sync_state_with_parent (element);
      element = GST_ELEMENT (GST_OBJECT_PARENT (peer));
    }
  gst_pad_remove_probe (pad, block);
  if (line == BECKON_LINE_CAMERA && !g_atomic_int_get (&self->opened))
    beckon_peer_receive_prepare_video (self, codec);
}

/* ---- theirs ---- */

static GstElement *
start (GstElement *element)
{
  gst_element_sync_state_with_parent (element);
  return element;
}

typedef struct
{
  gboolean waiting; /* for a key frame */
  gint64 asked;     /* monotonic */
} Gate;

static void
ask_for_key_frame (Gate *gate, GstPad *pad)
{
  const gint64 now = g_get_monotonic_time ();

  if (gate->asked != 0 && now - gate->asked < ASK_AGAIN_MS * G_TIME_SPAN_MILLISECOND)
    return;
  gate->asked = now;
  beckon_media_ask_for_key_frame (pad);
}

/* Behind a hole nothing is right until the next key frame. rtph264depay 1.22 has
 * "wait-for-keyframe" for that, which waits for ever where the last packet of a frame has the
 * marker, as everybody's has. */
static GstPadProbeReturn
on_h264 (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);
  Gate *gate = user_data;

  if (beckon_media_is_key_frame (buffer))
    gate->waiting = FALSE;
  else if (GST_BUFFER_IS_DISCONT (buffer))
    gate->waiting = TRUE;
  if (!gate->waiting)
    return GST_PAD_PROBE_OK;
  ask_for_key_frame (gate, pad);
  return GST_PAD_PROBE_DROP;
}

static GstElement *
receive_h264 (BeckonMediaPeer *self, GstElement *depay)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (depay, "src");
  Gate *gate = g_new0 (Gate, 1);

  gate->waiting = TRUE;
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_h264, gate, g_free);
  return start (add (self, depay, "h264parse"));
}

static void
set_up_decoder (GstElement *decoder, const char *name)
{
  if (g_str_equal (name, BECKON_SOFTWARE_DECODER))
    g_object_set (decoder, "threads", 1, NULL);
  if (!g_str_equal (name, "avdec_h264"))
    return;
  /* Each of its threads is a frame that is held back. */
  g_object_set (decoder, "max-threads", 1, NULL);
  beckon_media_set_if_there (decoder, "output-corrupt", "false");
}

BeckonCodec
beckon_peer_codec_get (GstPad *pad)
{
  BeckonCodec codec = 0;

  while (codec < BECKON_N_CODECS &&
         !beckon_media_pad_has (pad, "encoding-name", codecs[codec].encoding))
    codec++;
  return codec;
}

GstElement *
beckon_peer_codec_receive (BeckonMediaPeer *self,
                           BeckonLine line,
                           BeckonCodec codec,
                           GstElement **depay,
                           GstPad **encoded)
{
  const char *name;
  GstElement *last, *decoder;

  if (codec == BECKON_N_CODECS || self->decoder_names[codec] == NULL)
    return NULL;
  /* A screen may be larger than the hardware takes. */
  name = codec == BECKON_CODEC_VP8 && line == BECKON_LINE_SCREEN ? BECKON_SOFTWARE_DECODER
                                                                 : self->decoder_names[codec];
  *depay = last = start (add (self, NULL, codecs[codec].depayloader));
  beckon_media_set_if_there (*depay, "request-keyframe", "true");
  if (codec == BECKON_CODEC_VP8)
    g_object_set (*depay, "wait-for-keyframe", TRUE, NULL);
  else
    last = receive_h264 (self, *depay);
  /* Not behind a parser, which takes away times that it has had. */
  *encoded = gst_element_get_static_pad (last, last == *depay ? "src" : "sink");
  decoder = add (self, last, name);
  set_up_decoder (decoder, name);
  if (line == BECKON_LINE_CAMERA)
    self->video_decoder = name;
  return start (decoder);
}
