/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "peer-bandwidth.h"

#include "bandwidth-estimator.h"
#include "codec-choice.h"
#include "encoder-load.h"
#include "peer-gcc.h"
#include "peer-repair.h"
#include "quality-ladder.h"
#include "shared-encoders.h"
#include "sound-codec.h"
#include "sound-copies.h"

#include <gst/video/video.h>

/* What a session's sizes leave out: IP, UDP, and what SRTP adds. */
#define OUTER_BYTES 38
#define FEEDBACK_MAX 4096
#define KBPS_MAX 1000000
/* The other reports are larger, less urgent, and one for each stream that there is or could be:
 * together a kilobyte each time. */
#define REPORTS_PER_RTCP 4
#define REPORTS_PER_RTCP_THIN 15
#define THIN_BITS 150000
#define LOSSY 0.15
/* More than enough for a picture of that size: what is above would be sent for nothing. */
#define BITS_PER_PIXEL 0.1
#define PICTURE_BITS_MIN 250000
#define PICTURE_BITS_MAX 4000000
#define ENCODER_BITS_MIN 8000
/* Copies that fill no more of the target than this take nothing from pictures. */
#define SPARE_SHARE 0.66
/* A key frame is as large as the frames of so long a time. */
#define KEY_FRAME_MS 250
#define KEY_FRAME_PERCENT_MIN 300
/* Frames that a stall has delayed come together, and are not too many. */
#define CREDIT 6

typedef struct
{
  BeckonPeerBandwidth *owner;
  GstElement *encoder; /* borrowed of the pipeline, as the others */
  GstElement *filter;  /* nullable: its size stays as it is */
  BeckonPacer *pacer;  /* nullable: of sound */
  GstElement *payloader; /* nullable: the same */
  guint packet; /* bytes, as set */
  guint width, height; /* as they are set */
  GstClockTime next;   /* when the next frame is due; of the streaming thread */
  gint fps;            /* atomic; 0: none now */
  gint bits;           /* atomic: what there is for it */
  gint bits_max;       /* atomic: what a picture of its size needs */
  gboolean limited;    /* others get the same pictures */
  BeckonQuality limit; /* then: no better ones */
} Line;

struct _BeckonPeerBandwidth
{
  BeckonMediaPeer *peer;
  GWeakRef session;  /* GObject: the RTP session, once it is there */
  guint feedback_ms, reports_ms; /* as they are set */
  gboolean reduced;              /* the peer takes feedback that has no report before it */
  gboolean numbered; /* the peer knows transport-wide numbers */
  gint packets_seen; /* at the last tick */
  BeckonBandwidthEstimator *estimator;
  BeckonPeerGcc *gcc; /* the target is its, where it is at work */
  BeckonQualityLadder *ladder;
  BeckonPeerRepair *repair;
  double repair_bits; /* for each bit of a picture, now */
  BeckonEncoderLoad *load; /* of the camera's encoder */
  const BeckonQuality *quality; /* nullable: the ladder's, of the last update */
  BeckonSoundCopies *copies;
  Line lines[BECKON_N_LINES];
  guint audio_bits, audio_loss; /* as they are set */
  gint audio_ms;                /* atomic: what is wanted; 0: nothing yet */
  gint audio_ms_set;            /* of the streaming thread */
};

BeckonPeerBandwidth *
beckon_peer_bandwidth_new (BeckonMediaPeer *peer)
{
  BeckonPeerBandwidth *self = g_new0 (BeckonPeerBandwidth, 1);

  self->peer = peer;
  g_weak_ref_init (&self->session, NULL);
  self->estimator = beckon_bandwidth_estimator_new ();
  self->gcc = beckon_peer_gcc_new (peer);
  self->ladder = beckon_quality_ladder_new ();
  self->repair = beckon_peer_repair_new ();
  self->load = beckon_encoder_load_new ();
  self->copies = beckon_sound_copies_new ();
  for (guint line = 0; line < BECKON_N_LINES; line++)
    self->lines[line] = (Line){ .owner = self, .bits_max = PICTURE_BITS_MAX };
  return self;
}

void
beckon_peer_bandwidth_free (BeckonPeerBandwidth *self)
{
  g_weak_ref_clear (&self->session);
  beckon_bandwidth_estimator_free (self->estimator);
  beckon_peer_gcc_free (self->gcc);
  beckon_quality_ladder_free (self->ladder);
  beckon_peer_repair_free (self->repair);
  beckon_encoder_load_free (self->load);
  beckon_sound_copies_free (self->copies);
  g_free (self);
}

/* ---- what the encoders make ---- */

/* On the main thread and on the streaming one: both read both. */
static void
set_encoder_bits (Line *line)
{
  const gint bits = MIN (g_atomic_int_get (&line->bits), g_atomic_int_get (&line->bits_max));

  beckon_codec_set_bitrate (line->encoder, MAX (bits, ENCODER_BITS_MIN));
}

static void
set_size (Line *line, guint width, guint height)
{
  g_autoptr (GstCaps) caps = gst_caps_new_simple (
      "video/x-raw", "width", GST_TYPE_INT_RANGE, 1, width, "height", GST_TYPE_INT_RANGE, 1, height,
      "pixel-aspect-ratio", GST_TYPE_FRACTION, 1, 1, NULL);

  if (line->filter == NULL || (line->width == width && line->height == height))
    return;
  line->width = width;
  line->height = height;
  g_object_set (line->filter, "caps", caps, NULL);
}

static void
set_fps (Line *line, guint fps)
{
  if (g_atomic_int_exchange (&line->fps, fps) == fps || fps == 0)
    return;
  if (g_object_class_find_property (G_OBJECT_GET_CLASS (line->encoder), "max-intra-bitrate") != NULL)
    g_object_set (line->encoder, "max-intra-bitrate",
                  MAX (KEY_FRAME_PERCENT_MIN, KEY_FRAME_MS * fps / 10), NULL);
}

static void
set_packet (Line *line, guint bytes)
{
  if (line->payloader == NULL || line->packet == bytes)
    return;
  line->packet = bytes;
  g_object_set (line->payloader, "mtu", bytes, NULL);
}

/* On a thin line sound comes first, and what is sent again last. */
static void
set_repair (BeckonPeerBandwidth *self, guint target, double repair)
{
  const BeckonQuality *quality = self->quality;
  const guint bits = target < THIN_BITS ? quality->video_bits * (1 + repair) : target;

  beckon_peer_repair_set_limit (self->repair, quality->falling ? 0 : bits);
}

/* Each line by itself: sound has none, and of camera and screen seldom both have a key frame. */
static void
set_pace (BeckonPeerBandwidth *self)
{
  /* That element paces by itself. */
  const guint pace = beckon_peer_gcc_get_target (self->gcc) > 0
                         ? 0
                         : beckon_bandwidth_estimator_get_pace (self->estimator);

  for (BeckonLine line = BECKON_LINE_CAMERA; line < BECKON_N_LINES; line++)
    if (self->lines[line].pacer != NULL)
      beckon_pacer_set_rate (self->lines[line].pacer, pace);
}

static void
set_picture (Line *line, const BeckonQuality *best)
{
  BeckonQuality quality = *best;

  if (line->encoder == NULL)
    return;
  if (line->limited)
    beckon_quality_lower (&quality, &line->limit);
  g_atomic_int_set (&line->bits, quality.video_bits);
  set_encoder_bits (line);
  set_size (line, quality.width, quality.height);
  set_fps (line, quality.fps);
  set_packet (line, quality.video_packet);
}

static void
set_sound (BeckonPeerBandwidth *self, const BeckonQuality *quality, double loss)
{
  const guint percent = beckon_sound_choose_loss (loss, quality->audio_bits, self->audio_loss);
  GstElement *encoder = self->lines[BECKON_LINE_MICROPHONE].encoder;

  if (encoder == NULL)
    return;
  if (self->audio_bits != quality->audio_bits)
    g_object_set (encoder, "bitrate", quality->audio_bits, NULL);
  g_atomic_int_set (&self->audio_ms, quality->audio_ms);
  if (self->audio_loss != percent)
    g_object_set (encoder, "packet-loss-percentage", percent, NULL);
  self->audio_bits = quality->audio_bits;
  self->audio_loss = percent;
}

/* Ours to them goes the way of our own packets: where that is thin there are fewer, but where many
 * are lost there is none to spare. By itself a session reports at the end of a frame only, and so
 * never of sound alone. */
static void
set_feedback (BeckonPeerBandwidth *self, guint target, double loss)
{
  const guint lossy_ms = target >= THIN_BITS ? 50 : 100;
  const guint ms = target >= 300000 || loss > LOSSY ? lossy_ms : target >= 100000 ? 100 : 200;
  const guint reports_ms = ms * (target < THIN_BITS ? REPORTS_PER_RTCP_THIN : REPORTS_PER_RTCP);
  g_autoptr (GObject) session = g_weak_ref_get (&self->session);

  if (session == NULL || (ms == self->feedback_ms && reports_ms == self->reports_ms))
    return;
  self->feedback_ms = ms;
  self->reports_ms = reports_ms;
  g_object_set (session, "twcc-feedback-interval", ms * GST_MSECOND, "rtcp-min-interval",
                reports_ms * GST_MSECOND, "rtcp-reduced-size", self->reduced, NULL);
}

void
beckon_peer_bandwidth_tick (BeckonPeerBandwidth *self)
{
  const gint packets = g_atomic_int_get (&self->peer->audio_packets_out) +
                       g_atomic_int_get (&self->peer->frames_out);

  beckon_bandwidth_estimator_tick (self->estimator, g_get_monotonic_time (),
                                   self->numbered && packets != self->packets_seen);
  self->packets_seen = packets;
  beckon_peer_bandwidth_update (self);
}

/* Returns: how many copies of all that is sent there would be room for. */
static guint
get_spare (BeckonPeerBandwidth *self, guint target)
{
  const double sent = beckon_bandwidth_estimator_get_sent (self->estimator);
  const double times = sent > 0 ? SPARE_SHARE * target * (1 + self->repair_bits) / sent : 0;

  return times > 1 ? times - 1 : 0;
}

void
beckon_peer_bandwidth_update (BeckonPeerBandwidth *self)
{
  const guint target = beckon_peer_bandwidth_get_target (self);
  const double loss = beckon_bandwidth_estimator_get_loss (self->estimator);
  const gint64 now = g_get_monotonic_time ();
  const gboolean gcc = beckon_peer_gcc_get_target (self->gcc) > 0;
  const gboolean examining = !gcc && beckon_bandwidth_estimator_is_examining (self->estimator);
  const gboolean *sent = self->peer->local;
  const guint pictures = sent[BECKON_LINE_CAMERA] + sent[BECKON_LINE_SCREEN];
  const double repair = beckon_peer_repair_update (
      self->repair, now, loss, beckon_bandwidth_estimator_get_round_trip (self->estimator),
      beckon_quality_ladder_get_picture_room (self->ladder, target, pictures),
      get_spare (self, target));
  const BeckonQuality *quality;

  self->repair_bits = repair;
  beckon_quality_ladder_limit (self->ladder, beckon_encoder_load_update (self->load, now));
  beckon_quality_ladder_hold (self->ladder, examining);
  if (!examining)
    beckon_quality_ladder_set_copies (
        self->ladder,
        beckon_sound_copies_update (
            self->copies, now, loss,
            beckon_bandwidth_estimator_get_loss_after_loss (self->estimator),
            beckon_quality_ladder_get_room (self->ladder, target)));
  beckon_quality_ladder_set_drained (
      self->ladder, gcc ? 0 : beckon_bandwidth_estimator_get_drained (self->estimator));
  quality = beckon_quality_ladder_update (self->ladder, now, target, repair, pictures);
  self->quality = quality;
  if (self->numbered)
    set_repair (self, target, repair);

  if (!examining)
    set_feedback (self, target, loss);
  set_pace (self);
  set_sound (self, quality, loss);
  set_picture (&self->lines[BECKON_LINE_CAMERA], quality);
  set_picture (&self->lines[BECKON_LINE_SCREEN], quality);
  beckon_media_peer_set_pictures_off (
      self->peer, quality->off && (sent[BECKON_LINE_CAMERA] || sent[BECKON_LINE_SCREEN]));
  if (self->peer->shared != NULL)
    beckon_shared_encoders_update (self->peer->shared);
}

/* ---- building ---- */

/* Leaves out frames above the rate. The encoder goes by their time stamps, and needs no key frame.
 */
static GstPadProbeReturn
on_picture (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Line *line = user_data;
  const GstClockTime pts = GST_BUFFER_PTS (GST_PAD_PROBE_INFO_BUFFER (info));
  const gint fps = g_atomic_int_get (&line->fps);
  GstClockTime interval;

  if (!g_atomic_int_get (&line->owner->peer->opened))
    return GST_PAD_PROBE_OK; /* one that warms up, and the primer: see peer-start.c */
  if (fps == 0)
    return GST_PAD_PROBE_DROP;
  interval = GST_SECOND / fps;
  if (!GST_CLOCK_TIME_IS_VALID (pts))
    return GST_PAD_PROBE_OK;
  /* A clock that began anew, or a long pause. */
  if (ABS (GST_CLOCK_DIFF (line->next, pts)) > CREDIT * interval)
    line->next = pts;
  if (pts + interval / 3 < line->next)
    return GST_PAD_PROBE_DROP;
  line->next += interval;
  return GST_PAD_PROBE_OK;
}

GstElement *
beckon_peer_bandwidth_add_picture (BeckonPeerBandwidth *self, BeckonLine line, GstElement *after)
{
  Line *l = &self->lines[line];
  g_autoptr (GstPad) pad = gst_element_get_static_pad (after, "sink");
  GstElement *scale;

  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_picture, l, NULL);
  if (line == BECKON_LINE_SCREEN)
    return after; /* text stays sharp: its rate yields, not its size */
  scale = beckon_media_make_element ("videoscale");
  l->filter = beckon_media_make_element ("capsfilter");
  gst_bin_add_many (GST_BIN (self->peer->pipeline), scale, l->filter, NULL);
  gst_element_link_many (after, scale, l->filter, NULL);
  return l->filter;
}

/* A small picture has no use for the bits of a large one. Returns: 0: it is not known of what size it is. */
static guint
get_bits_max (const GstCaps *caps)
{
  GstVideoInfo video;
  double fps = 30, bits;

  if (caps == NULL || !gst_video_info_from_caps (&video, caps))
    return 0;
  if (GST_VIDEO_INFO_FPS_N (&video) > 0)
    fps = (double) GST_VIDEO_INFO_FPS_N (&video) / GST_VIDEO_INFO_FPS_D (&video);
  bits = BITS_PER_PIXEL * fps * GST_VIDEO_INFO_WIDTH (&video) * GST_VIDEO_INFO_HEIGHT (&video);
  return CLAMP (bits, PICTURE_BITS_MIN, PICTURE_BITS_MAX);
}

/* The size is known when the first comes. */
static GstPadProbeReturn
on_encoder_event (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  GstEvent *event = GST_PAD_PROBE_INFO_EVENT (info);
  Line *line = user_data;
  GstCaps *caps;
  guint bits;

  if (GST_EVENT_TYPE (event) != GST_EVENT_CAPS)
    return GST_PAD_PROBE_OK;
  gst_event_parse_caps (event, &caps);
  bits = get_bits_max (caps);
  if (bits == 0)
    return GST_PAD_PROBE_OK;
  g_atomic_int_set (&line->bits_max, (gint) bits);
  set_encoder_bits (line);
  return GST_PAD_PROBE_OK;
}

/* Changed while a frame is encoded, the size makes opusenc (up to 1.22 at least) abort: it finds the
 * frame to be of another. Here none is. */
static GstPadProbeReturn
on_sound (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  BeckonPeerBandwidth *self = user_data;
  const gint ms = g_atomic_int_get (&self->audio_ms);

  if (ms == 0 || ms == self->audio_ms_set)
    return GST_PAD_PROBE_OK;
  g_object_set (self->lines[BECKON_LINE_MICROPHONE].encoder, "frame-size", ms, NULL);
  self->audio_ms_set = ms;
  return GST_PAD_PROBE_OK;
}

void
beckon_peer_bandwidth_set_encoder (BeckonPeerBandwidth *self, BeckonLine line, GstElement *encoder)
{
  Line *l = &self->lines[line];
  g_autoptr (GstPad) sink = gst_element_get_static_pad (encoder, "sink");

  l->encoder = encoder;
  if (line != BECKON_LINE_MICROPHONE)
    gst_pad_add_probe (sink, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, on_encoder_event, l, NULL);
  else
    gst_pad_add_probe (sink, GST_PAD_PROBE_TYPE_BUFFER, on_sound, self, NULL);
  if (line == BECKON_LINE_CAMERA)
    beckon_encoder_load_watch (self->load, encoder);
  beckon_peer_bandwidth_update (self);
}

void
beckon_peer_bandwidth_set_packets (BeckonPeerBandwidth *self,
                                   BeckonLine line,
                                   GstElement *payloader,
                                   BeckonPacer *pacer)
{
  self->lines[line].payloader = payloader;
  self->lines[line].pacer = pacer;
}

void
beckon_peer_bandwidth_watch_queue (BeckonPeerBandwidth *self, GstElement *queue)
{
  g_signal_connect_swapped (queue, "overrun", G_CALLBACK (beckon_encoder_load_add_overtaken),
                            self->load);
}

void
beckon_peer_bandwidth_watch_sound (BeckonPeerBandwidth *self, GstElement *payloader)
{
  g_autoptr (GstPad) source = gst_element_get_static_pad (payloader, "src");

  beckon_sound_copies_watch (self->copies, source);
}

void
beckon_peer_bandwidth_set_copies (BeckonPeerBandwidth *self, int payload)
{
  beckon_sound_copies_set_payload (self->copies, payload);
}

void
beckon_peer_bandwidth_set_ssrc (BeckonPeerBandwidth *self, BeckonLine line, guint32 ssrc)
{
  if (line != BECKON_LINE_MICROPHONE)
    beckon_peer_repair_add_line (self->repair, ssrc);
}

/* ---- what the peer reports ---- */

static void
take_feedback (gpointer object, gpointer data)
{
  BeckonPeerBandwidth *self = BECKON_MEDIA_PEER (object)->bandwidth;
  GArray *reports = data;

  beckon_bandwidth_estimator_take (self->estimator, g_get_monotonic_time (),
                                   (const BeckonPacketReport *) reports->data, reports->len);
  beckon_peer_bandwidth_update (self);
}

static void
add_report (GArray *reports, const GValue *value)
{
  const GstStructure *packet =
      GST_VALUE_HOLDS_STRUCTURE (value) ? gst_value_get_structure (value) : NULL;
  guint64 sent = 0, arrived = 0;
  BeckonPacketReport report = { 0 };

  if (packet == NULL || reports->len >= FEEDBACK_MAX ||
      !gst_structure_get (packet, "local-ts", G_TYPE_UINT64, &sent, "remote-ts", G_TYPE_UINT64,
                          &arrived, "size", G_TYPE_UINT, &report.size, NULL) ||
      !GST_CLOCK_TIME_IS_VALID (sent))
    return;
  report.lost = !GST_CLOCK_TIME_IS_VALID (arrived);
  report.sent_us = sent / GST_USECOND;
  report.arrived_us = report.lost ? 0 : arrived / GST_USECOND;
  report.size += OUTER_BYTES;
  g_array_append_val (reports, report);
}

/* On the thread that receives: a session says upstream what became of the packets it sent. */
static GstPadProbeReturn
on_session_event (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  const GstStructure *structure = gst_event_get_structure (GST_PAD_PROBE_INFO_EVENT (info));
  const GValue *packets;
  const GValueArray *array;
  GArray *reports;

  if (structure == NULL || !gst_structure_has_name (structure, "RTPTWCCPackets"))
    return GST_PAD_PROBE_OK;
  packets = gst_structure_get_value (structure, "packets");
  /* GLib warns of the type's macro, and GStreamer still uses the type. */
  array = packets != NULL && g_str_equal (G_VALUE_TYPE_NAME (packets), "GValueArray")
              ? g_value_get_boxed (packets)
              : NULL;
  if (array == NULL)
    return GST_PAD_PROBE_OK;
  reports = g_array_new (FALSE, FALSE, sizeof (BeckonPacketReport));
  for (guint i = 0; i < array->n_values; i++)
    add_report (reports, &array->values[i]);
  beckon_media_hop (user_data, take_feedback, reports, (GDestroyNotify) g_array_unref);
  return GST_PAD_PROBE_OK;
}

static void
on_session_pad (GstElement *session, GstPad *pad, BeckonMediaPeer *peer)
{
  if (g_str_equal (GST_OBJECT_NAME (pad), "send_rtp_sink"))
    gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_EVENT_UPSTREAM, on_session_event, peer, NULL);
}

void
beckon_peer_bandwidth_watch (BeckonMediaPeer *peer, GstElement *element)
{
  GstElementFactory *factory = gst_element_get_factory (element);
  g_autoptr (GObject) session = NULL;

  beckon_peer_repair_watch (peer->bandwidth->repair, element);
  beckon_sound_copies_watch_element (element);
  beckon_peer_gcc_watch (peer->bandwidth->gcc, element);
  if (factory == NULL || !g_str_equal (GST_OBJECT_NAME (factory), "rtpsession"))
    return;
  g_signal_connect (element, "pad-added", G_CALLBACK (on_session_pad), peer);
  g_object_get (element, "internal-session", &session, NULL);
  if (g_object_class_find_property (G_OBJECT_GET_CLASS (session), "twcc-feedback-interval") != NULL)
    g_weak_ref_set (&peer->bandwidth->session, session);
}

/* ---- public ---- */

void
beckon_peer_bandwidth_offer_gcc (BeckonPeerBandwidth *self, GstElement *webrtc)
{
  beckon_peer_gcc_offer (self->gcc, webrtc);
}

void
beckon_peer_bandwidth_set_numbered (BeckonPeerBandwidth *self, gboolean numbered)
{
  self->numbered = numbered;
}

void
beckon_peer_bandwidth_set_reduced (BeckonPeerBandwidth *self, gboolean reduced)
{
  self->reduced = reduced;
  self->feedback_ms = 0; /* to be set again */
}

void
beckon_peer_bandwidth_try_path (BeckonPeerBandwidth *self)
{
  beckon_peer_repair_try_path (self->repair);
}

void
beckon_peer_bandwidth_note_loss (BeckonPeerBandwidth *self, double loss)
{
  beckon_bandwidth_estimator_note_loss (self->estimator, loss);
}

void
beckon_peer_bandwidth_set_cap (BeckonPeerBandwidth *self, guint kbps)
{
  guint least, most;

  beckon_bandwidth_estimator_set_cap (self->estimator, MIN (kbps, KBPS_MAX) * 1000);
  beckon_bandwidth_estimator_get_bounds (self->estimator, &least, &most);
  beckon_peer_gcc_set_bounds (
      self->gcc, beckon_bandwidth_estimator_get_target (self->estimator), least, most);
  beckon_peer_bandwidth_update (self);
}

guint
beckon_peer_bandwidth_get_target (BeckonPeerBandwidth *self)
{
  guint least, most;
  const guint target = beckon_peer_gcc_get_target (self->gcc);

  if (target == 0)
    return beckon_bandwidth_estimator_get_target (self->estimator);
  /* Without a report it says nothing new. */
  beckon_bandwidth_estimator_get_bounds (self->estimator, &least, &most);
  return MAX (target * beckon_bandwidth_estimator_get_share (self->estimator), least);
}

const char *
beckon_peer_bandwidth_get_estimator (BeckonPeerBandwidth *self)
{
  return beckon_peer_gcc_get_target (self->gcc) > 0 ? BECKON_GCC_FACTORY : BECKON_OWN_ESTIMATOR;
}

const BeckonQuality *
beckon_peer_bandwidth_get_quality (BeckonPeerBandwidth *self)
{
  return self->quality;
}

guint
beckon_peer_bandwidth_get_demand (BeckonPeerBandwidth *self, BeckonLine line)
{
  g_autoptr (GstPad) pad =
      gst_element_get_static_pad (GST_ELEMENT (self->peer->sources[line]), "src");
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  const guint most = get_bits_max (caps);

  if (self->quality == NULL || self->quality->fps == 0)
    return 0;
  return most > 0 ? MIN (self->quality->video_bits, most) : self->quality->video_bits;
}

void
beckon_peer_bandwidth_set_limit (BeckonPeerBandwidth *self,
                                 BeckonLine line,
                                 const BeckonQuality *limit)
{
  Line *l = &self->lines[line];

  if (limit == NULL && !l->limited)
    return;
  l->limited = limit != NULL;
  if (limit != NULL)
    l->limit = *limit;
  if (self->quality != NULL)
    set_picture (l, self->quality);
}
