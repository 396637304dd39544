/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The webrtcbin of one connection: its lines, descriptions, candidates.
 *
 * Every connection has the same lines from the start, sent on or not: turning a camera on needs no
 * negotiation then. What the traps are is in docs/media.md. */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "peer-private.h"

#include "peer-bandwidth.h"
#include "peer-jitter.h"
#include "peer-start.h"
#include "sound-codec.h"

/* Of the whole pipeline: opusdec alone reports 120 ms, which would be everybody's. */
#define PIPELINE_LATENCY                                                                           \
  ((BECKON_PEER_JITTER_START_MS + BECKON_PEER_JITTER_DECODING_MS) * GST_MSECOND)
/* What the encoder gathers before it encodes it. */
#define AUDIO_FRAME (20 * GST_MSECOND)
#define TWCC_ID 3 /* when we offer */

static const struct
{
  const char *media, *encoding, *params, *msid;
  int clock_rate;
  int payload; /* when we offer */
  int h264;    /* the same, of H.264 */
} lines[BECKON_N_LINES] = {
  [BECKON_LINE_MICROPHONE] = { "audio", "OPUS", "2", "microphone", 48000, 111, -1 },
  [BECKON_LINE_CAMERA] = { "video", "VP8", NULL, "camera", 90000, 96, 102 },
  [BECKON_LINE_SCREEN] = { "video", "VP8", NULL, "screen", 90000, 98, 104 },
};

/* ---- sending ---- */

static GstElement *
add (BeckonMediaPeer *self, GstElement *after, const char *factory)
{
  return beckon_media_append (self->pipeline, after, beckon_media_make_element (factory));
}

static GstElement *
add_sound (BeckonMediaPeer *self, GstElement *after, int payload, guint ssrc)
{
  GstElement *encoder = beckon_media_append (self->pipeline, after, beckon_sound_encoder_new ());
  GstElement *payloader = add (self, encoder, "rtpopuspay");

  /* If frames come all at once when the pipeline has just begun, and one says that something is
   * missing before it, the encoder counts back from that one to before the beginning, and gives up
   * for good. */
  beckon_media_skip_beginning (encoder, AUDIO_FRAME);
  beckon_media_count_buffers (encoder, &self->audio_packets_out);
  self->encoders[BECKON_LINE_MICROPHONE] = encoder;
  beckon_peer_bandwidth_set_encoder (self->bandwidth, BECKON_LINE_MICROPHONE, encoder);
  g_object_set (payloader, "pt", payload, "ssrc", ssrc, "mtu", 1200, NULL);
  beckon_peer_bandwidth_watch_sound (self->bandwidth, payloader);
  return payloader;
}

/* @twcc: the id of the transport-wide sequence number, or 0: then nothing is known of the bandwidth. */
static GstCaps *
rtp_caps (BeckonLine line, BeckonCodec codec, int payload, int twcc, guint ssrc)
{
  g_autofree char *extension = g_strdup_printf ("extmap-%d", twcc);
  GstCaps *caps = gst_caps_new_simple ("application/x-rtp", "media", G_TYPE_STRING,
                                       lines[line].media, "encoding-name", G_TYPE_STRING,
                                       codec == BECKON_CODEC_H264 ? "H264" : lines[line].encoding,
                                       "clock-rate", G_TYPE_INT, lines[line].clock_rate, "payload",
                                       G_TYPE_INT, payload, "ssrc", G_TYPE_UINT, ssrc, NULL);

  if (lines[line].params != NULL)
    gst_caps_set_simple (caps, "encoding-params", G_TYPE_STRING, lines[line].params, NULL);
  if (twcc > 0)
    gst_caps_set_simple (caps, extension, G_TYPE_STRING, BECKON_TWCC_URI,
                         "rtcp-fb-transport-cc", G_TYPE_BOOLEAN, TRUE, NULL);
  return caps;
}

/* Since 1.24, webrtcbin means to receive only on a line that was offered, and then refuses its pad
 * to who wants to send; before, it means what the offer does. */
static void
mean_to_send (BeckonMediaPeer *self, BeckonLine line)
{
  g_autoptr (GArray) transceivers = NULL;

  g_signal_emit_by_name (self->webrtc, "get-transceivers", &transceivers);
  for (guint i = 0; i < transceivers->len; i++)
    {
      GstWebRTCRTPTransceiver *transceiver =
          g_array_index (transceivers, GstWebRTCRTPTransceiver *, i);
      GstWebRTCRTPTransceiverDirection direction;
      guint mline;

      g_object_get (transceiver, "mlineindex", &mline, "direction", &direction, NULL);
      if (mline == line && direction == GST_WEBRTC_RTP_TRANSCEIVER_DIRECTION_RECVONLY)
        g_object_set (transceiver, "direction", GST_WEBRTC_RTP_TRANSCEIVER_DIRECTION_SENDRECV,
                      NULL);
    }
}

/* Returns: (transfer full): what we offer for a line. */
static GstCaps *
offered_caps (BeckonMediaPeer *self, BeckonLine line, guint ssrc)
{
  GstCaps *caps = rtp_caps (line, BECKON_CODEC_VP8, lines[line].payload, TWCC_ID, ssrc);

  if (lines[line].h264 >= 0 && beckon_peer_codec_get_h264_use (self) != BECKON_H264_NEVER)
    gst_caps_append (caps, rtp_caps (line, BECKON_CODEC_H264, lines[line].h264, TWCC_ID, ssrc));
  return caps;
}

/* Returns: (transfer full): @caps with what descriptions say of H.264; @theirs: (nullable): their
 * profile. A payloader would look for an encoder of just that level. */
static GstCaps *
describe_h264 (const GstCaps *caps, const char *theirs)
{
  GstCaps *described = gst_caps_copy (caps);

  for (guint i = 0; i < gst_caps_get_size (described); i++)
    {
      GstStructure *format = gst_caps_get_structure (described, i);

      if (g_strcmp0 (gst_structure_get_string (format, "encoding-name"), "H264") != 0)
        continue;
      gst_structure_set (format, "packetization-mode", G_TYPE_STRING, "1", "profile-level-id",
                         G_TYPE_STRING, theirs != NULL ? theirs : BECKON_H264_PROFILE, NULL);
      if (theirs == NULL)
        gst_structure_set (format, "level-asymmetry-allowed", G_TYPE_STRING, "1", NULL);
    }
  return described;
}

/* DTLS is up a moment before the main thread can look with whom. */
static void
hold_until_verified (BeckonMediaPeer *self, BeckonLine line, GstElement *last)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (last, "src");

  if (g_atomic_int_get (&self->verified))
    return;
  self->last[line] = last;
  self->unverified[line] =
      beckon_media_block (pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST);
}

/* appsrc ! queue ! convert ! encoder ! payloader ! caps ! webrtcbin. Without the ssrc in the caps
 * every stream would land on the first line. @theirs: (nullable): their offer; NULL: it is ours */
static void
add_line (BeckonMediaPeer *self, BeckonLine line, const BeckonSdpLines *theirs)
{
  const gboolean audio = line == BECKON_LINE_MICROPHONE;
  const guint ssrc = self->ssrcs[line] = g_random_int_range (1, G_MAXINT32);
  g_autofree char *name = g_strdup_printf ("sink_%u", line);
  g_autoptr (GstCaps) caps =
      theirs != NULL
          ? rtp_caps (line, theirs->codec[line], theirs->payload[line], theirs->twcc[line], ssrc)
          : offered_caps (self, line, ssrc);
  g_autoptr (GstCaps) described =
      describe_h264 (caps, theirs != NULL ? theirs->profile[line] : NULL);
  g_autoptr (GstWebRTCRTPTransceiver) transceiver = NULL;
  g_autoptr (GstPad) pad = NULL;
  g_autoptr (GstPad) source = NULL;
  GstElement *queue, *convert, *filter;

  gst_bin_add (GST_BIN (self->pipeline), GST_ELEMENT (self->sources[line]));
  queue = add (self, GST_ELEMENT (self->sources[line]), "queue");
  g_object_set (queue, "leaky", 2 /* downstream */, "max-size-buffers", audio ? 5 : 2,
                "max-size-bytes", 0, "max-size-time", (guint64) 0, NULL);
  convert = add (self, queue, audio ? "audioconvert" : "videoconvert");
  if (line == BECKON_LINE_CAMERA)
    beckon_peer_bandwidth_watch_queue (self->bandwidth, queue);
  if (!audio)
    convert = beckon_peer_bandwidth_add_picture (self->bandwidth, line, convert);
  else
    convert = add_sound (self, convert,
                         theirs != NULL ? theirs->payload[line] : lines[line].payload, ssrc);
  beckon_peer_bandwidth_set_ssrc (self->bandwidth, line, ssrc);
  if (line == BECKON_LINE_CAMERA)
    beckon_peer_start_watch_source (self->start);
  filter = add (self, audio ? convert : NULL, "capsfilter");
  g_object_set (filter, "caps", caps, NULL);
  if (!audio)
    beckon_peer_codec_leave_gap (self, line, queue, convert, filter);
  if (!audio && theirs != NULL)
    beckon_peer_codec_fill_gap (self, line, theirs->codec[line], theirs->payload[line], ssrc);

  hold_until_verified (self, line, filter);
  mean_to_send (self, line);
  pad = gst_element_request_pad_simple (self->webrtc, name);
  g_assert (pad != NULL);
  beckon_media_set_if_there (pad, "msid", lines[line].msid);
  g_object_get (pad, "transceiver", &transceiver, NULL);
  g_object_set (transceiver, "codec-preferences", described, NULL);
  if (!audio)
    g_object_set (transceiver, "do-nack", TRUE, NULL);
  source = gst_element_get_static_pad (filter, "src");
  gst_pad_link (source, pad);
}

/* They have answered: each line of pictures goes as they can take it. */
static void
fill_gaps (BeckonMediaPeer *self, const BeckonSdpLines *answer)
{
  for (BeckonLine line = BECKON_LINE_CAMERA; line < BECKON_N_LINES; line++)
    {
      const BeckonCodec codec = answer->codec[line];
      const int payload = codec == BECKON_CODEC_H264 ? lines[line].h264 : lines[line].payload;
      g_autoptr (GstCaps) caps = NULL;

      /* A payload type that we have not offered is one that nobody can send to. */
      if (answer->payload[line] != payload)
        continue;
      caps =
          rtp_caps (line, codec, payload, answer->twcc[line] > 0 ? TWCC_ID : 0, self->ssrcs[line]);
      g_object_set (self->gaps[line].after, "caps", caps, NULL);
      beckon_peer_codec_fill_gap (self, line, codec, payload, self->ssrcs[line]);
    }
}

/* ---- building ---- */

static void
emit_local_candidate (gpointer object, gpointer data)
{
  BeckonPeerSignal *signal = data;

  signal->generation = BECKON_MEDIA_PEER (object)->generation;
  beckon_peer_relay_note (object, signal);
  beckon_media_peer_emit_signal (object, beckon_peer_signal_copy (signal));
}

static void
on_ice_candidate (GstElement *webrtc, guint mline, const char *candidate, BeckonMediaPeer *self)
{
  if (*candidate == '\0')
    return;
  beckon_media_hop (self, emit_local_candidate,
                    beckon_peer_signal_new_candidate (1, mline, candidate),
                    (GDestroyNotify) beckon_peer_signal_free);
}

static void
on_gathering_state (GstElement *webrtc, GParamSpec *pspec, BeckonMediaPeer *self)
{
  GstWebRTCICEGatheringState state;

  g_object_get (webrtc, "ice-gathering-state", &state, NULL);
  if (state == GST_WEBRTC_ICE_GATHERING_STATE_COMPLETE)
    beckon_media_hop (self, emit_local_candidate, beckon_peer_signal_new_candidates_end (1),
                      (GDestroyNotify) beckon_peer_signal_free);
}

static void
let_out (BeckonMediaPeer *self)
{
  g_atomic_int_set (&self->verified, TRUE);
  for (guint line = 0; line < BECKON_N_LINES; line++)
    if (self->unverified[line] != 0)
      {
        g_autoptr (GstPad) pad = gst_element_get_static_pad (self->last[line], "src");

        gst_pad_remove_probe (pad, self->unverified[line]);
        self->unverified[line] = 0;
      }
}

static void
take_connection_state (gpointer object, gpointer data)
{
  BeckonMediaPeer *self = object;
  const GstWebRTCPeerConnectionState state = GPOINTER_TO_INT (data);

  if (self->state == BECKON_MEDIA_PEER_FAILED)
    return; /* for good */
  if (state == GST_WEBRTC_PEER_CONNECTION_STATE_CONNECTED && !beckon_peer_verify (self))
    {
      /* Not a word more to whoever that is. */
      beckon_media_peer_break_off (self, BECKON_MEDIA_ERROR_ENCRYPTION,
                                   "Somebody else is at the other end of the connection");
    }
  else if (state == GST_WEBRTC_PEER_CONNECTION_STATE_CONNECTED)
    {
      g_atomic_int_set (&self->heard, beckon_media_now_ms ());
      self->was_connected = TRUE;
      beckon_peer_ice_end_checks (self);
      let_out (self);
      beckon_media_peer_set_state (self, BECKON_MEDIA_PEER_CONNECTED);
      beckon_peer_start_prime (self->start);
    }
  else if (state == GST_WEBRTC_PEER_CONNECTION_STATE_FAILED)
    beckon_peer_cause_ice_failed (self);
}

static void
on_connection_state (GstElement *webrtc, GParamSpec *pspec, BeckonMediaPeer *self)
{
  GstWebRTCPeerConnectionState state;

  g_object_get (webrtc, "connection-state", &state, NULL);
  beckon_media_hop (self, take_connection_state, GINT_TO_POINTER (state), NULL);
}

static void
on_deep_element (GstBin *bin, GstBin *parent, GstElement *element, BeckonMediaPeer *self)
{
  beckon_peer_receive_watch (self, element);
  beckon_ssrc_gate_watch (self->gate, element);
  beckon_peer_channel_number (self, element);
  beckon_peer_bandwidth_watch (self, element);
  beckon_peer_jitter_watch (self, element);
}

static void
on_pad (GstElement *webrtc, GstPad *pad, BeckonMediaPeer *self)
{
  if (GST_PAD_DIRECTION (pad) == GST_PAD_SRC)
    beckon_peer_receive_pad (self, pad);
}

static void
take_channel (gpointer object, gpointer channel)
{
  beckon_peer_channel_take (object, g_object_ref (channel));
}

static void
on_data_channel (GstElement *webrtc, GstWebRTCDataChannel *channel, BeckonMediaPeer *self)
{
  /* What they say first can come before the main thread looks. */
  beckon_peer_channel_watch (self, channel);
  beckon_media_hop (self, take_channel, g_object_ref (channel), g_object_unref);
}

void
beckon_peer_connection_build (BeckonMediaPeer *self)
{
  self->webrtc = beckon_media_make_element ("webrtcbin");
  gst_util_set_object_arg (G_OBJECT (self->webrtc), "bundle-policy", "max-bundle");
  beckon_media_set_if_there (self->webrtc, "latency", G_STRINGIFY (BECKON_PEER_JITTER_START_MS));
  if (self->config->relay_only)
    gst_util_set_object_arg (G_OBJECT (self->webrtc), "ice-transport-policy", "relay");
  g_signal_connect (self->webrtc, "deep-element-added", G_CALLBACK (on_deep_element), self);
  g_signal_connect (self->webrtc, "pad-added", G_CALLBACK (on_pad), self);
  if (self->config->estimator == BECKON_ESTIMATOR_GCC)
    beckon_peer_bandwidth_offer_gcc (self->bandwidth, self->webrtc);
  g_signal_connect (self->webrtc, "on-ice-candidate", G_CALLBACK (on_ice_candidate), self);
  g_signal_connect (self->webrtc, "on-data-channel", G_CALLBACK (on_data_channel), self);
  g_signal_connect (self->webrtc, "notify::connection-state", G_CALLBACK (on_connection_state),
                    self);
  g_signal_connect (self->webrtc, "notify::ice-gathering-state", G_CALLBACK (on_gathering_state),
                    self);
  gst_bin_add (GST_BIN (self->pipeline), self->webrtc);
  gst_pipeline_set_latency (GST_PIPELINE (self->pipeline), PIPELINE_LATENCY);
  beckon_peer_ice_set_up (self);
  beckon_peer_start_watch_receiver (self->webrtc);
  beckon_peer_start_watch_sink (self->video_sink);
  gst_element_set_state (self->pipeline, GST_STATE_READY);
}

/* ---- descriptions ---- */

static void
emit_local_description (gpointer object, gpointer data)
{
  BeckonMediaPeer *self = object;

  self->has_local = TRUE;
  beckon_media_peer_emit_signal (
      self, beckon_peer_signal_new_description (
                self->generation, self->offerer ? BECKON_SDP_OFFER : BECKON_SDP_ANSWER, data));
  if (self->their_description != NULL && self->state == BECKON_MEDIA_PEER_NEW)
    beckon_media_peer_set_state (self, BECKON_MEDIA_PEER_CONNECTING);
  beckon_peer_start_warm_up (self->start);
}

static void
fail_description (gpointer object, gpointer text)
{
  beckon_media_peer_fail (object, BECKON_MEDIA_ERROR_BAD_DESCRIPTION, text);
}

/* On webrtcbin's thread: our offer or answer is there. It goes out before the candidates do, and not
 * before it stands in webrtcbin's queue: what answers it comes behind it there. */
static void
on_description (GstPromise *promise, gpointer user_data)
{
  BeckonMediaPeer *self = user_data;
  const GstStructure *reply = gst_promise_wait (promise) == GST_PROMISE_RESULT_REPLIED
                                  ? gst_promise_get_reply (promise)
                                  : NULL;
  g_autoptr (GstWebRTCSessionDescription) description = NULL;
  g_autoptr (GstPromise) applied = NULL;
  g_autoptr (GError) error = NULL;

  if (reply != NULL && gst_structure_has_field (reply, "error"))
    gst_structure_get (reply, "error", G_TYPE_ERROR, &error, NULL);
  if (reply != NULL && error == NULL)
    gst_structure_get (reply, self->offerer ? "offer" : "answer",
                       GST_TYPE_WEBRTC_SESSION_DESCRIPTION, &description, NULL);
  if (description != NULL)
    {
      if (self->offerer)
        beckon_peer_sdp_repeat_h264 (description->sdp);
      if (self->offerer || self->copies >= 0)
        beckon_peer_sdp_add_copies (description->sdp, self->offerer ? -1 : self->copies);
      if (self->offerer || self->reduced)
        beckon_peer_sdp_allow_reduced (description->sdp);
      /* With no promise to answer, a bin that is closing leaks its answer; and it answers none that
       * it has no time for any more. */
      applied = gst_promise_new ();
      g_signal_emit_by_name (self->webrtc, "set-local-description", description, applied);
      gst_promise_interrupt (applied);
      beckon_media_hop (self, emit_local_description, gst_sdp_message_as_text (description->sdp),
                        g_free);
    }
  else if (error != NULL)
    beckon_media_hop (self, fail_description, g_strdup (error->message), g_free);
  gst_promise_unref (promise);
}

void
beckon_peer_connection_offer (BeckonMediaPeer *self)
{
  for (guint line = 0; line < BECKON_N_LINES; line++)
    add_line (self, line, NULL);
  beckon_peer_channel_create (self);
  gst_element_set_state (self->pipeline, GST_STATE_PLAYING);
  g_signal_emit_by_name (self->webrtc, "create-offer", NULL,
                         gst_promise_new_with_change_func (on_description, self, NULL));
}

typedef struct
{
  BeckonSdpLines lines;
} Applied;

static void
add_held_candidates (BeckonMediaPeer *self)
{
  BeckonPeerSignal *signal;

  while ((signal = g_queue_pop_head (&self->candidates)) != NULL)
    {
      g_signal_emit_by_name (self->webrtc, "add-ice-candidate", signal->mline, signal->candidate);
      beckon_peer_signal_free (signal);
    }
}

/* Their description holds: an offer is answered, with the payload types that it names. */
static void
on_applied (gpointer object, gpointer data)
{
  BeckonMediaPeer *self = object;
  Applied *applied = data;

  if (self->state == BECKON_MEDIA_PEER_FAILED || self->state == BECKON_MEDIA_PEER_CLOSED)
    return; /* meanwhile */
  add_held_candidates (self);
  beckon_peer_bandwidth_set_numbered (self->bandwidth,
                                      applied->lines.twcc[BECKON_LINE_MICROPHONE] > 0);
  self->reduced = applied->lines.reduced;
  beckon_peer_bandwidth_set_reduced (self->bandwidth, self->reduced);
  self->copies = applied->lines.copies;
  beckon_peer_bandwidth_set_copies (self->bandwidth, self->copies);
  if (self->offerer)
    {
      fill_gaps (self, &applied->lines);
      beckon_peer_start_warm_up (self->start);
      if (self->state == BECKON_MEDIA_PEER_NEW)
        beckon_media_peer_set_state (self, BECKON_MEDIA_PEER_CONNECTING);
      return;
    }
  for (guint line = 0; line < BECKON_N_LINES; line++)
    if (applied->lines.payload[line] >= 0)
      add_line (self, line, &applied->lines);
  gst_element_set_state (self->pipeline, GST_STATE_PLAYING);
  g_signal_emit_by_name (self->webrtc, "create-answer", NULL,
                         gst_promise_new_with_change_func (on_description, self, NULL));
}

typedef struct
{
  BeckonMediaPeer *peer; /* borrowed: its pipeline stops before it goes */
  BeckonSdpLines lines;
} Applying;

static void
on_remote_set (GstPromise *promise, gpointer user_data)
{
  Applying *applying = user_data;
  const GstStructure *reply = gst_promise_wait (promise) == GST_PROMISE_RESULT_REPLIED
                                  ? gst_promise_get_reply (promise)
                                  : NULL;
  g_autoptr (GError) error = NULL;

  if (reply != NULL && gst_structure_has_field (reply, "error"))
    gst_structure_get (reply, "error", G_TYPE_ERROR, &error, NULL);
  if (error != NULL)
    beckon_media_hop (applying->peer, fail_description, g_strdup (error->message), g_free);
  else if (gst_promise_wait (promise) == GST_PROMISE_RESULT_REPLIED)
    beckon_media_hop (applying->peer, on_applied,
                      g_memdup2 (&(Applied) { applying->lines }, sizeof (Applied)), g_free);
  gst_promise_unref (promise);
}

gboolean
beckon_peer_connection_set_remote (BeckonMediaPeer *self,
                                   const BeckonPeerSignal *signal,
                                   GError **error)
{
  const gboolean offer = signal->sdp_type == BECKON_SDP_OFFER;
  g_autoptr (GError) refused = NULL;
  GstSDPMessage *sdp;
  Applying *applying;

  if (offer == self->offerer || self->their_description != NULL ||
      (self->offerer && !self->has_local))
    {
      g_set_error (error, BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_BAD_DESCRIPTION,
                   "An %s that nobody waits for", offer ? "offer" : "answer");
      return FALSE;
    }
  applying = g_new0 (Applying, 1);
  applying->peer = self;
  sdp = beckon_peer_sdp_parse (signal->sdp, offer, beckon_peer_codec_get_h264_use (self),
                               &applying->lines, &refused);
  if (sdp == NULL)
    {
      /* The only one that was to come: there is nothing to wait for. Later, since the call may end of it. */
      beckon_media_hop (self, fail_description, g_strdup (refused->message), g_free);
      g_propagate_error (error, g_steal_pointer (&refused));
      g_free (applying);
      return FALSE;
    }
  self->their_description = gst_webrtc_session_description_new (
      offer ? GST_WEBRTC_SDP_TYPE_OFFER : GST_WEBRTC_SDP_TYPE_ANSWER, sdp);
  beckon_ssrc_gate_expect (self->gate, sdp);
  beckon_peer_receive_know_repeats (self);
  g_signal_emit_by_name (self->webrtc, "set-remote-description", self->their_description,
                         gst_promise_new_with_change_func (on_remote_set, applying, g_free));
  return TRUE;
}

gboolean
beckon_peer_connection_add_candidate (BeckonMediaPeer *self,
                                      const BeckonPeerSignal *signal,
                                      GError **error)
{
  if (!beckon_peer_sdp_check_candidate (signal->candidate, error))
    return FALSE;
  if (!beckon_peer_sdp_is_useful_candidate (signal->candidate))
    return TRUE; /* the others of theirs will do */
  self->n_remote_candidates++;
  if (self->their_description != NULL)
    g_signal_emit_by_name (self->webrtc, "add-ice-candidate", signal->mline, signal->candidate);
  else
    g_queue_push_tail (&self->candidates, beckon_peer_signal_copy (signal));
  return TRUE;
}
