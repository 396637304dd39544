/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What is known of a connection, once a second: what we count ourselves, and what webrtcbin, the
 * elements and the video sink say about themselves. Releases differ in what they say: whatever is
 * not there is not known. */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "media-words.h"
#include "peer-bandwidth.h"
#include "peer-jitter.h"
#include "peer-private.h"
#include "peer-share.h"
#include "shared-encoders.h"

#define VIDEO_CLOCK_RATE 90000

/* ---- what webrtcbin says ---- */

/* Totals over all lines. */
typedef struct
{
  double bytes_in[2], bytes_out[2];     /* of sound, of pictures */
  double came, lost_in, sent, lost_out; /* packets */
  double round_trip_ms, jitter_ms;
  BeckonMediaRoute path;
  const char *protocol, *local_candidate, *remote_candidate; /* nullable */
  const GstStructure *all; /* while it is read */
} Report;

static double
get_number (const GstStructure *entry, const char *name)
{
  const GValue *value = gst_structure_get_value (entry, name);
  g_auto (GValue) number = G_VALUE_INIT;

  g_value_init (&number, G_TYPE_DOUBLE);
  return value != NULL && g_value_transform (value, &number) ? g_value_get_double (&number) : 0;
}

/* Returns: (nullable): the structure that is in @entry by the name of @name (nullable) */
static const GstStructure *
get_structure (const GstStructure *entry, const char *name)
{
  const GValue *value = name != NULL ? gst_structure_get_value (entry, name) : NULL;

  return value != NULL && GST_VALUE_HOLDS_STRUCTURE (value) ? gst_value_get_structure (value)
                                                            : NULL;
}

/* GStreamer 1.22 calls every stream of a bundle "audio", but its clock does not lie. */
static gboolean
is_video (const GstStructure *entry)
{
  const GstStructure *source = get_structure (entry, "gst-rtpsource-stats");
  int clock_rate;

  if (source != NULL && gst_structure_get_int (source, "clock-rate", &clock_rate) && clock_rate > 0)
    return clock_rate == VIDEO_CLOCK_RATE;
  return g_strcmp0 (gst_structure_get_string (entry, "kind"), "video") == 0;
}

static void
read_pair (Report *report, const GstStructure *pair)
{
  const GstStructure *local =
      get_structure (report->all, gst_structure_get_string (pair, "local-candidate-id"));
  const GstStructure *remote =
      get_structure (report->all, gst_structure_get_string (pair, "remote-candidate-id"));

  if (local == NULL || remote == NULL)
    return;
  report->local_candidate =
      beckon_media_candidate_type (gst_structure_get_string (local, "candidate-type"));
  report->remote_candidate =
      beckon_media_candidate_type (gst_structure_get_string (remote, "candidate-type"));
  report->protocol = beckon_media_protocol (gst_structure_get_string (local, "protocol"));
  report->path = g_strcmp0 (report->local_candidate, "relayed") == 0 ||
                         g_strcmp0 (report->remote_candidate, "relayed") == 0
                     ? BECKON_MEDIA_ROUTE_RELAYED
                     : BECKON_MEDIA_ROUTE_DIRECT;
}

static void
read_inbound (Report *report, const GstStructure *entry)
{
  report->bytes_in[is_video (entry)] += get_number (entry, "bytes-received");
  report->came += get_number (entry, "packets-received");
  report->lost_in += get_number (entry, "packets-lost");
  report->jitter_ms = MAX (report->jitter_ms, get_number (entry, "jitter") * 1000);
}

static gboolean
read_entry (GQuark id, const GValue *value, gpointer user_data)
{
  Report *report = user_data;
  GstWebRTCStatsType type;
  const GstStructure *entry;

  if (!GST_VALUE_HOLDS_STRUCTURE (value))
    return TRUE;
  entry = gst_value_get_structure (value);
  if (!gst_structure_get (entry, "type", GST_TYPE_WEBRTC_STATS_TYPE, &type, NULL))
    return TRUE;
  if (type == GST_WEBRTC_STATS_INBOUND_RTP)
    read_inbound (report, entry);
  else if (type == GST_WEBRTC_STATS_OUTBOUND_RTP)
    {
      report->bytes_out[is_video (entry)] += get_number (entry, "bytes-sent");
      report->sent += get_number (entry, "packets-sent");
    }
  else if (type == GST_WEBRTC_STATS_REMOTE_INBOUND_RTP)
    {
      report->lost_out += get_number (entry, "packets-lost");
      if (get_number (entry, "round-trip-time") > 0)
        report->round_trip_ms = get_number (entry, "round-trip-time") * 1000;
    }
  else if (type == GST_WEBRTC_STATS_CANDIDATE_PAIR)
    read_pair (report, entry);
  return TRUE;
}

/* ---- what the elements say ---- */

static const char *
get_codec (GstPad *pad, gboolean *video)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  const GstStructure *first;

  if (caps == NULL || gst_caps_is_empty (caps))
    return NULL;
  first = gst_caps_get_structure (caps, 0);
  *video = g_strcmp0 (gst_structure_get_string (first, "media"), "video") == 0;
  return beckon_media_codec_name (gst_structure_get_string (first, "encoding-name"));
}

/* The pads of webrtcbin know what goes through them. */
static gboolean
read_pad (GstElement *webrtc, GstPad *pad, gpointer user_data)
{
  BeckonStatisticsValues *values = user_data;
  const gboolean sent = GST_PAD_DIRECTION (pad) == GST_PAD_SINK;
  gboolean video = FALSE;
  const char *codec = get_codec (pad, &video);

  if (codec == NULL)
    return TRUE;
  if (video)
    *(sent ? &values->video_codec_sent : &values->video_codec_received) = codec;
  else
    *(sent ? &values->audio_codec_sent : &values->audio_codec_received) = codec;
  return TRUE;
}

/* "aes-128-icm" is what RFC 3711 calls counter mode. */
static void
read_cipher (BeckonStatisticsValues *values, GstElement *element)
{
  g_autoptr (GEnumClass) words = NULL;
  const GEnumValue *value;
  int cipher;

  if (g_object_class_find_property (G_OBJECT_GET_CLASS (element), "rtp-cipher") == NULL)
    return;
  g_object_get (element, "rtp-cipher", &cipher, NULL);
  words = g_type_class_ref (
      g_object_class_find_property (G_OBJECT_GET_CLASS (element), "rtp-cipher")->value_type);
  value = g_enum_get_value (words, cipher);
  if (value != NULL)
    {
      g_autofree char *word = g_ascii_strup (value->value_nick, -1);

      values->cipher = g_intern_string (word);
    }
}

static void
read_encryptor (const GValue *element, gpointer values)
{
  read_cipher (values, g_value_get_object (element));
}

static void
read_elements (BeckonMediaPeer *self)
{
  BeckonStatisticsValues *s = &self->statistics->counted;

  gst_element_foreach_pad (self->webrtc, read_pad, s);
  beckon_media_foreach_made_by (self->pipeline, "srtpenc", read_encryptor, s);
}

static void
read_sent_size (BeckonMediaPeer *self)
{
  BeckonStatisticsValues *s = &self->statistics->counted;
  g_autoptr (GstPad) pad = NULL;

  s->width_sent = s->height_sent = 0;
  if (s->fps_sent <= 0)
    return;
  pad = beckon_peer_share_get_pad (self->share, BECKON_LINE_CAMERA);
  if (pad != NULL)
    beckon_media_read_size (pad, &s->width_sent, &s->height_sent);
}

static void
read_sink (BeckonMediaPeer *self)
{
  g_autoptr (GstStructure) stats = NULL;

  if (g_object_class_find_property (G_OBJECT_GET_CLASS (self->video_sink), "stats") == NULL)
    return;
  g_object_get (self->video_sink, "stats", &stats, NULL);
  if (stats == NULL)
    return;
  self->statistics->counted.video_frames_shown = get_number (stats, "rendered");
  self->statistics->counted.video_frames_dropped = get_number (stats, "dropped");
}

static void
count_encoders (BeckonMediaPeer *self)
{
  BeckonStatisticsValues *s = &self->statistics->counted;

  if (self->shared == NULL)
    return;
  s->video_encoders = beckon_shared_encoders_count (self->shared, BECKON_LINE_CAMERA);
  s->screen_encoders = beckon_shared_encoders_count (self->shared, BECKON_LINE_SCREEN);
  s->video_sharers =
      beckon_shared_encoders_count_sharers (self->shared, self, BECKON_LINE_CAMERA);
  s->screen_sharers =
      beckon_shared_encoders_count_sharers (self->shared, self, BECKON_LINE_SCREEN);
}

/* ---- once a second ---- */

/* Returns: how many there are more than in @known, which is told. */
static guint64
count_frames (guint64 *known, const gint *counter)
{
  const guint64 before = *known;

  *known = g_atomic_int_get (counter);
  return *known - before;
}

static double
kbps (double now, double before, double seconds)
{
  return seconds > 0 ? MAX (0, now - before) * 8 / 1000 / seconds : 0;
}

/* What was lost and comes late is taken back: less than nothing may be lost. */
static double
lost_share (double lost, double all)
{
  return all > 0 ? CLAMP (lost / all, 0, 1) : 0;
}

static void
judge (BeckonMediaPeer *self)
{
  BeckonStatisticsValues *s = &self->statistics->counted;
  const gboolean pictures = beckon_media_peer_expects_pictures (self);
  const gboolean frozen = beckon_meter_is_frozen (self->meter, g_get_monotonic_time ());
  const BeckonQualityFacts facts = {
    .loss = MAX (s->packet_loss, s->packet_loss_sent),
    .round_trip_ms = s->round_trip_ms,
    .frozen = s->frozen_share,
    /* The first second of a picture is not a whole one, unless it does not come at all. */
    .fps = pictures && (self->fps_before > 0 || frozen) ? s->fps_received : -1,
  };

  s->quality =
      self->state == BECKON_MEDIA_PEER_LOST ? BECKON_QUALITY_BAD : beckon_media_quality (&facts);
}

static void
take_report (gpointer peer, gpointer data)
{
  BeckonMediaPeer *self = peer;
  const Report *now = data;
  const Report *before = self->report != NULL ? self->report : now;
  BeckonStatisticsValues *s = &self->statistics->counted;
  const gint64 at = g_get_monotonic_time ();
  const double seconds = (at - self->reported_at) / (double) G_TIME_SPAN_SECOND;
  const double lost = now->lost_in - before->lost_in;

  if (self->state == BECKON_MEDIA_PEER_CLOSED)
    return;
  s->audio_kbps_received = kbps (now->bytes_in[0], before->bytes_in[0], seconds);
  s->video_kbps_received = kbps (now->bytes_in[1], before->bytes_in[1], seconds);
  s->audio_kbps_sent = kbps (now->bytes_out[0], before->bytes_out[0], seconds);
  s->video_kbps_sent = kbps (now->bytes_out[1], before->bytes_out[1], seconds);
  s->packet_loss = lost_share (lost, now->came - before->came + lost);
  s->packet_loss_sent = lost_share (now->lost_out - before->lost_out, now->sent - before->sent);
  beckon_peer_bandwidth_note_loss (self->bandwidth, s->packet_loss_sent);
  s->round_trip_ms = now->round_trip_ms;
  s->jitter_ms = now->jitter_ms;
  s->delay_ms = now->round_trip_ms >= 0
                    ? now->round_trip_ms / 2 + beckon_peer_jitter_get_play_ms (self->jitter)
                    : -1;
  s->path = now->path;
  s->local_candidate = now->local_candidate;
  s->remote_candidate = now->remote_candidate;
  s->protocol = g_strcmp0 (s->local_candidate, "relayed") == 0
                    ? beckon_peer_relay_get_protocol (self)
                    : now->protocol;
  judge (self);
  g_free (self->report);
  self->report = g_memdup2 (now, sizeof *now);
  self->reported_at = at;
  beckon_statistics_end_second (self->statistics);
}

/* On webrtcbin's thread. */
static void
on_stats (GstPromise *promise, gpointer user_data)
{
  BeckonMediaPeer *self = user_data;
  Report report = { .round_trip_ms = -1, .jitter_ms = -1 };

  if (gst_promise_wait (promise) == GST_PROMISE_RESULT_REPLIED)
    {
      report.all = gst_promise_get_reply (promise);
      gst_structure_foreach (report.all, read_entry, &report);
      report.all = NULL;
      beckon_media_hop (self, take_report, g_memdup2 (&report, sizeof report), g_free);
    }
  gst_promise_unref (promise);
}

void
beckon_peer_stats_count (BeckonMediaPeer *self)
{
  BeckonStatisticsValues *s = &self->statistics->counted;
  const gint64 at = g_get_monotonic_time ();
  const double seconds = (at - self->counted_at) / (double) G_TIME_SPAN_SECOND;
  const gint in = g_atomic_int_and ((guint *) &self->bytes_in, 0);
  const gint out = g_atomic_int_and ((guint *) &self->bytes_out, 0);

  if (self->state == BECKON_MEDIA_PEER_CLOSED)
    return; /* how it was is what it was before */
  self->fps_before = s->fps_received;
  self->counted_at = at;
  s->bytes_received += in;
  s->bytes_sent += out;
  s->kbps_received = kbps (in, 0, seconds);
  s->kbps_sent = kbps (out, 0, seconds);
  s->audio_packets_received = g_atomic_int_get (&self->audio_packets_in);
  s->audio_packets_sent = g_atomic_int_get (&self->audio_packets_out);
  s->fps_received = count_frames (&s->video_frames_received, &self->frames_in) / seconds;
  s->fps_sent = count_frames (&s->video_frames_sent, &self->frames_out) / seconds;
  s->video_encoder = self->video_encoder;
  s->video_decoder = self->video_decoder;
  s->kbps_target = beckon_peer_bandwidth_get_target (self->bandwidth) / 1000.0;
  s->bandwidth_estimator = beckon_peer_bandwidth_get_estimator (self->bandwidth);
  s->width = g_atomic_int_get (&self->width);
  s->height = g_atomic_int_get (&self->height);
  beckon_peer_jitter_update (self->jitter, s->round_trip_ms);
  beckon_peer_screen_count (self, s);
  count_encoders (self);
  beckon_meter_expect_pictures (self->meter, beckon_media_peer_expects_pictures (self), at);
  beckon_meter_read (self->meter, at, s);
  if (self->state == BECKON_MEDIA_PEER_LOST)
    judge (self);
  if (self->state != BECKON_MEDIA_PEER_CONNECTED)
    {
      beckon_statistics_end_second (self->statistics);
      return;
    }
  read_elements (self);
  read_sent_size (self);
  read_sink (self);
  g_signal_emit_by_name (self->webrtc, "get-stats", NULL,
                         gst_promise_new_with_change_func (on_stats, self, NULL));
}
