/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the files of one peer's connection share: media-peer.c (the object), peer-life.c (from its
 * beginning to its end), peer-connection.c (webrtcbin and descriptions), peer-ice.c (its path),
 * peer-codec.c (how pictures are encoded), peer-share.c (by whom), peer-receive.c (what comes in),
 * peer-screen.c (the shared screen, both ways), peer-channel.c (the data channel), peer-relay.c
 * (relays), peer-stats.c (what is known of it all), and what has a header of its own: how much is
 * sent, what is held back, the first picture, and others. */

#pragma once

#include <gst/webrtc/webrtc.h>

#include "codec-choice.h"
#include "media-meter.h"
#include "media-private.h"
#include "peer-repeat.h"
#include "recorder.h"
#include "relay-tunnel.h"
#include "ssrc-gate.h"
#include "statistics-private.h"

G_BEGIN_DECLS

struct _BeckonMediaPeer
{
  GObject parent_instance;

  /* Owned, for the whole life */
  BeckonMediaConfig *config;
  char *user;
  char *device; /* nullable */
  GstElement *pipeline;
  GstElement *webrtc;                  /* borrowed of the pipeline */
  GstAppSrc *sources[BECKON_N_LINES];
  GstElement *encoders[BECKON_N_LINES]; /* borrowed of the pipeline; nullable: not built yet */
  GstElement *video_sink;
  GstElement *video_depay; /* nullable: what shows their picture, made before it came */
  BeckonCodec video_codec; /* of that */
  GstElement *screen_sink;
  const char *encoder_names[BECKON_N_CODECS]; /* interned; nullable: not spoken here */
  const char *decoder_names[BECKON_N_CODECS];
  const char *video_encoder; /* those of the camera's pictures, ours and theirs */
  const char *video_decoder;
  BeckonVoice *voice; /* nullable: not heard */
  BeckonRecorder *recorder;            /* nullable */
  BeckonMeter *meter;
  BeckonPeerRepeat *repeat;
  BeckonSsrcGate *gate;
  struct _BeckonIceKnock *knock; /* nullable: no path is looked for; ice-knock.h */
  /* Nullable: there is none yet, and no second one: streams are known by it on their threads. */
  GstWebRTCSessionDescription *their_description;
  BeckonRecorder *screen_recorder;     /* nullable: the same */
  struct _BeckonPeerBandwidth *bandwidth; /* peer-bandwidth.h */
  struct _BeckonPeerJitter *jitter;       /* peer-jitter.h */
  struct _BeckonPeerStart *start;         /* peer-start.h */
  struct _BeckonPeerShare *share;         /* peer-share.h */
  struct _BeckonSharedEncoders *shared;   /* nullable; borrowed of the session: shared-encoders.h */

  /* Owned, as it goes */
  GstWebRTCDataChannel *channel; /* nullable: one of them */
  GPtrArray *channels;           /* GstWebRTCDataChannel: all, for as long as the pipeline runs */
  GQueue candidates;             /* BeckonPeerSignal: of theirs, until their description is there */
  GError *problem;
  GTask *close;

  /* Sources */
  guint bus_watch;
  guint tick_source;
  guint bye_source;

  BeckonMediaPeerState state;
  guint generation;
  gboolean offerer;
  gboolean started;
  gboolean not_sent_to;
  gboolean has_local; /* a description */
  gboolean was_connected;
  gboolean channel_open;
  gboolean left_channels; /* nothing is said or heard any more */
  guint refused;          /* causes, as bits, why messages of theirs were; each has been logged */
  guint association;      /* of webrtcbin's thread: ours among all in this process, or 0 */
  gboolean local[BECKON_N_LINES];  /* what we say that we send */
  gboolean remote[BECKON_N_LINES]; /* what they say */
  gboolean failed[BECKON_N_LINES]; /* ours: what encodes it has */
  gint audio_came_in, video_came, screen_came; /* atomic */
  gboolean they_left;
  gboolean held; /* whatever the session is, not open for them */
  guint ticks;
  gint audio_packets_seen; /* at the last tick */
  gint audio_packets_told; /* of ours, at the last heartbeat, or instead of it */
  double audio_level;
  double volume;

  /* peer-codec.c: where an encoder goes when it is known which one; borrowed of the pipeline */
  struct
  {
    GstElement *queue, *before, *after;
    gulong block;
  } gaps[BECKON_N_LINES];
  guint ssrcs[BECKON_N_LINES];
  int copies; /* payload type of sound with copies in it in their offer; -1: they know none */
  gboolean reduced;                 /* they take, and offer, feedback without a report before it */
  GstElement *last[BECKON_N_LINES]; /* before webrtcbin; borrowed of the pipeline */
  gulong unverified[BECKON_N_LINES]; /* peer-connection.c: probes that let nothing out yet */

  /* Written by GStreamer's threads, all atomic */
  gint heard;  /* ms of the last packet, whatever was in it; see now_ms() */
  gint opened; /* what they send is looked at, and may be echoed */
  gint verified; /* it is them: until then nothing is sent, and nothing looked at */
  gint bytes_in, bytes_out;                  /* since the last second */
  gint frames_in, frames_out;                /* pictures, in all */
  gint audio_packets_in, audio_packets_out;  /* in all */
  gint width, height;
  gint screen_frames_in, screen_frames_out;
  gint screen_new; /* frames since they last began to share */
  gint screen_width, screen_height;
  gint audio_came;

  /* peer-stats.c */
  BeckonStatistics *statistics;
  double fps_before;              /* received, a second ago */
  gpointer report;                /* nullable: what webrtcbin said last */
  gint64 counted_at, reported_at; /* monotonic */

  /* peer-relay.c */
  GPtrArray *relays;     /* PeerRelay */
  GError *relay_problem; /* nullable: what is wrong with them, as far as it was found out */
  guint probing;         /* relays that have not answered us yet */
  guint relay_source;
  gboolean has_relay;    /* one has a place for us */
  gboolean gathered;     /* there are no more candidates of ours */

  /* peer-cause.c */
  char *stun_host; /* nullable: who says whether UDP gets through */
  guint16 stun_port;
  GError *udp_problem; /* nullable */
  enum
  {
    BECKON_CAUSE_UNKNOWN,
    BECKON_CAUSE_ASKED,
    BECKON_CAUSE_KNOWN,
  } cause;
  guint connecting_ticks;
  guint n_remote_candidates;
  gboolean ice_failed;
};

/* media-peer.c */

void beckon_media_peer_set_state (BeckonMediaPeer *self, BeckonMediaPeerState state);
/** beckon_media_peer_fail: for good, unless it was connected: then it is only lost. */
void beckon_media_peer_fail (BeckonMediaPeer *self, BeckonMediaError code, const char *text);
/** beckon_media_peer_emit_signal: @signal: (transfer full) */
void beckon_media_peer_emit_signal (BeckonMediaPeer *self, BeckonPeerSignal *signal);
void beckon_media_peer_set_remote_state (BeckonMediaPeer *self, gboolean microphone,
                                         gboolean camera, gboolean screen);
/** beckon_media_peer_set_pictures_off: @off: the path to them carries none: they are told */
void beckon_media_peer_set_pictures_off (BeckonMediaPeer *self, gboolean off);
/** beckon_media_peer_set_remote_pictures_off: that is what they say; told as a change of
 * remote-camera */
void beckon_media_peer_set_remote_pictures_off (BeckonMediaPeer *self, gboolean off);
/** beckon_media_peer_expects_pictures: Returns: whether their camera's pictures ought to come now.
 */
gboolean beckon_media_peer_expects_pictures (BeckonMediaPeer *self);
/** beckon_media_peer_fail_line: what encodes @line, of pictures, has failed: nothing comes out of it
 * any more, and connections that are made later have another encoder. */
void beckon_media_peer_fail_line (BeckonMediaPeer *self, BeckonLine line);
void beckon_media_peer_saw_video (BeckonMediaPeer *self, guint width, guint height);
/** beckon_media_peer_saw_screen: the first frame since they share it */
void beckon_media_peer_saw_screen (BeckonMediaPeer *self);
void beckon_media_peer_set_level (BeckonMediaPeer *self, double level);
/** beckon_media_peer_they_left: their bye came, on the data channel. */
void beckon_media_peer_they_left (BeckonMediaPeer *self, const char *reason);

/* peer-life.c */

/** beckon_media_peer_prepare_stop: before the pipeline goes to NULL, whoever does that: what would
 * harm it then is ended, or kept until it cannot. */
void beckon_media_peer_prepare_stop (BeckonMediaPeer *self);
/** beckon_media_peer_look_away: nothing is awaited, heard or said any more. */
void beckon_media_peer_look_away (BeckonMediaPeer *self);
/** beckon_media_peer_break_off: fails, and stops at once, without a word more to whoever is there. */
void beckon_media_peer_break_off (BeckonMediaPeer *self, BeckonMediaError code, const char *text);
/** beckon_media_peer_bye_heard: they know that we leave. */
void beckon_media_peer_bye_heard (BeckonMediaPeer *self);
/** beckon_media_peer_byes_crossed: both said goodbye at once; what we answer is to get through as well. */
void beckon_media_peer_byes_crossed (BeckonMediaPeer *self);

/* peer-connection.c */

void beckon_peer_connection_build (BeckonMediaPeer *self);
/** beckon_peer_ice_set_up: of webrtcbin, before anything is described. */
void beckon_peer_ice_set_up (BeckonMediaPeer *self);
/** beckon_peer_ice_end_checks: a path is known at both ends, or not looked for any more. */
void beckon_peer_ice_end_checks (BeckonMediaPeer *self);
/** beckon_peer_ice_get_agent: Returns: (transfer full) (nullable): libnice's ICE agent, where
 * webrtcbin shows it. */
GObject *beckon_peer_ice_get_agent (BeckonMediaPeer *self);
void beckon_peer_connection_offer (BeckonMediaPeer *self);
gboolean beckon_peer_connection_set_remote (BeckonMediaPeer *self, const BeckonPeerSignal *signal,
                                            GError **error);
gboolean beckon_peer_connection_add_candidate (BeckonMediaPeer *self,
                                               const BeckonPeerSignal *signal, GError **error);

#define BECKON_TWCC_URI "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"

/* peer-sdp.c: a stranger's description, looked at before webrtcbin sees it */

/* When pictures go as H.264, and not as VP8. */
typedef enum
{
  BECKON_H264_NEVER,
  BECKON_H264_IF_NEEDED,    /* they have no VP8 */
  BECKON_H264_IF_PREFERRED, /* that, or they would rather have it */
} BeckonH264Use;

typedef struct
{
  int payload[BECKON_N_LINES]; /* of the codec that we speak; -1: the line is not there */
  BeckonCodec codec[BECKON_N_LINES];                      /* of pictures: that one */
  char profile[BECKON_N_LINES][BECKON_H264_PROFILE_SIZE]; /* of H.264: its kind */
  int twcc[BECKON_N_LINES];    /* id of the transport-wide sequence number; 0: not known there */
  int copies; /* payload type of sound that has copies in it; -1: not known there */
  gboolean reduced; /* feedback may come without a report before it, on the first line, as on all */
} BeckonSdpLines;

/** beckon_peer_sdp_parse: @offer: it must have the lines that we need. Returns: (transfer full): the
 * description, or %NULL with BAD_DESCRIPTION. */
GstSDPMessage *beckon_peer_sdp_parse (
    const char *text, gboolean offer, BeckonH264Use use, BeckonSdpLines *lines, GError **error);
/** beckon_peer_sdp_get_attribute: Returns: (transfer none) (nullable): what @key is for the bundle:
 * that of its first line, or of the whole */
const char *beckon_peer_sdp_get_attribute (const GstSDPMessage *sdp, const char *key);
/** beckon_peer_sdp_repeat_h264: @sdp: an offer of ours: webrtcbin offers to repeat what is lost
 * only in the first codec of a line. */
void beckon_peer_sdp_repeat_h264 (GstSDPMessage *sdp);
/** beckon_peer_sdp_add_copies: @sdp: ours: says that sound with copies in it is understood. @payload: the
 * payload type of that in the offer that is answered; -1: any */
void beckon_peer_sdp_add_copies (GstSDPMessage *sdp, int payload);
/** beckon_peer_sdp_allow_reduced: @sdp: ours: says that feedback may come without a report before
 * it, which webrtcbin leaves out of an answer. */
void beckon_peer_sdp_allow_reduced (GstSDPMessage *sdp);
/** beckon_peer_sdp_find_ssrc: Returns: the line of @sdp that is said to send @ssrc; G_MAXUINT: none
 * is */
guint beckon_peer_sdp_find_ssrc (const GstSDPMessage *sdp, guint32 ssrc);
/** beckon_peer_sdp_get_repeats: Returns: (transfer full): what stream of @sdp is sent again as
 * which, one for each line at most, as rtprtxreceive has it */
GstStructure *beckon_peer_sdp_get_repeats (const GstSDPMessage *sdp);
gboolean beckon_peer_sdp_check_candidate (const char *candidate, GError **error);
/** beckon_peer_sdp_is_useful_candidate: @candidate: a checked one. Names are nothing for us: looking one
 * up would tell a stranger's name server about us; nor are components that we do not have. */
gboolean beckon_peer_sdp_is_useful_candidate (const char *candidate);

/* peer-codec.c */

/** beckon_peer_codec_get_h264_use: Returns: when we take it. */
BeckonH264Use beckon_peer_codec_get_h264_use (BeckonMediaPeer *self);
/** beckon_peer_codec_leave_gap: a line of pictures is built up to @before, and from @after, a
 * capsfilter with the payload types that we offer, or the one that we answer. Nothing passes @queue
 * (borrowed) until it is known how they are encoded. */
void beckon_peer_codec_leave_gap (BeckonMediaPeer *self,
                                  BeckonLine line,
                                  GstElement *queue,
                                  GstElement *before,
                                  GstElement *after);
/** beckon_peer_codec_fill_gap: with an encoder, a payloader and a pacer. */
void beckon_peer_codec_fill_gap (
    BeckonMediaPeer *self, BeckonLine line, BeckonCodec codec, int payload, guint ssrc);
/** beckon_peer_codec_get: (thread any): what comes on @pad, webrtcbin's; BECKON_N_CODECS: none of these. */
BeckonCodec beckon_peer_codec_get (GstPad *pad);
/** beckon_peer_codec_receive: (thread any): @depay: (out): the first element for it; @encoded: (out)
 * (transfer full): where frames pass that are whole. Returns: (nullable): the decoder behind them;
 * NULL: a codec that we do not have. */
GstElement *beckon_peer_codec_receive (BeckonMediaPeer *self, BeckonLine line, BeckonCodec codec,
                                       GstElement **depay, GstPad **encoded);

/* peer-receive.c */

/** beckon_peer_receive_prepare_video: makes what shows their picture; nothing gets there before we open. */
void beckon_peer_receive_prepare_video (BeckonMediaPeer *self, BeckonCodec codec);
/** beckon_peer_receive_pad: (thread any): a line of theirs begins. */
void beckon_peer_receive_pad (BeckonMediaPeer *self, GstPad *pad);
/** beckon_peer_receive_know_repeats: (thread any): what they have described sends again what else
 * of it. */
void beckon_peer_receive_know_repeats (BeckonMediaPeer *self);
/** beckon_peer_receive_watch: (thread any): @element was made inside webrtcbin: set it, count at it. */
void beckon_peer_receive_watch (BeckonMediaPeer *self, GstElement *element);
gint beckon_media_now_ms (void);

/* peer-relay.c */

typedef void (*BeckonPeerRelayFunc) (BeckonMediaPeer *self);

void beckon_peer_relay_free (gpointer data);
/** beckon_peer_relay_leave: the pipeline has stopped: gives back what relays have for us, which would
 * be kept for ten minutes; @done: that was said, or took too long */
void beckon_peer_relay_leave (BeckonMediaPeer *self, BeckonPeerRelayFunc done);
/** beckon_peer_relay_expect: servers are set: where only a relay will do, one has to answer in time. */
void beckon_peer_relay_expect (BeckonMediaPeer *self);
/** beckon_peer_relay_note: @signal: a candidate of ours, or that there are no more */
void beckon_peer_relay_note (BeckonMediaPeer *self, const BeckonPeerSignal *signal);
/** beckon_peer_relay_get_protocol: Returns: (nullable): how we speak to the relay that is used, static;
 * webrtcbin does not tell */
const char *beckon_peer_relay_get_protocol (BeckonMediaPeer *self);

/* peer-verify.c */

/** beckon_peer_verify: once DTLS is up: Returns: whether the certificate is the announced one. */
gboolean beckon_peer_verify (BeckonMediaPeer *self);
/** beckon_peer_verify_certificate: @fingerprint: as a description has it; a stranger wrote both */
gboolean beckon_peer_verify_certificate (const char *fingerprint, const char *pem);

/* peer-cause.c */

void beckon_peer_cause_set_stun (BeckonMediaPeer *self, const char *host, guint16 port);
/** beckon_peer_cause_tick: on the beat: looks what is wrong if connecting takes long. */
void beckon_peer_cause_tick (BeckonMediaPeer *self);
/** beckon_peer_cause_ice_failed: fails with a named cause, at once or when it is found out. */
void beckon_peer_cause_ice_failed (BeckonMediaPeer *self);

/* peer-stats.c */

/** beckon_peer_stats_count: once a second */
void beckon_peer_stats_count (BeckonMediaPeer *self);

/* peer-screen.c */

/** beckon_peer_screen_prepare: @record_path: (nullable): of the connection's recording; the screen
 * goes into a file beside it. */
void beckon_peer_screen_prepare (BeckonMediaPeer *self, const char *record_path);
/** beckon_peer_screen_set_up_encoder: what is right for text and not for faces. */
void beckon_peer_screen_set_up_encoder (GstElement *encoder);
/** beckon_peer_screen_watch: counts, and keeps, what passes @encoded and comes out of @decoder. */
void beckon_peer_screen_watch (BeckonMediaPeer *self, GstPad *encoded, GstElement *decoder);
/** beckon_peer_screen_ended: they share no more; the next first frame is told again. */
void beckon_peer_screen_ended (BeckonMediaPeer *self);
void beckon_peer_screen_count (BeckonMediaPeer *self, BeckonStatisticsValues *values);
/** beckon_peer_screen_finish_async: completes the recording, if there is one. */
void beckon_peer_screen_finish_async (BeckonMediaPeer *self,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
gboolean
beckon_peer_screen_finish_finish (BeckonMediaPeer *self, GAsyncResult *result, GError **error);

/* peer-channel.c */

/** beckon_peer_channel_number: (thread webrtcbin's): @element: any, just added to webrtcbin: if it
 * is of the association, that gets a number which no other connection of this process has. */
void beckon_peer_channel_number (BeckonMediaPeer *self, GstElement *element);
/** beckon_peer_channel_watch: (thread any): hears what is said on it; take it next. */
void beckon_peer_channel_watch (BeckonMediaPeer *self, GstWebRTCDataChannel *channel);
/** beckon_peer_channel_take: @channel: (transfer full): what is said from now on is said on the first.
 * All are kept until the pipeline has stopped: elements of webrtcbin tell a channel that they failed
 * without holding it, also after it was closed. */
void beckon_peer_channel_take (BeckonMediaPeer *self, GstWebRTCDataChannel *channel);
/** beckon_peer_channel_leave: nothing more is said or heard */
void beckon_peer_channel_leave (BeckonMediaPeer *self);
/** beckon_peer_channel_close: the pipeline is about to be stopped: what is being said is cut off.
 */
void beckon_peer_channel_close (BeckonMediaPeer *self);
void beckon_peer_channel_create (BeckonMediaPeer *self);
void beckon_peer_channel_send_state (BeckonMediaPeer *self);
void beckon_peer_channel_send_heartbeat (BeckonMediaPeer *self);
/** beckon_peer_channel_send_bye: Returns: whether there is a channel to say it on. */
gboolean beckon_peer_channel_send_bye (BeckonMediaPeer *self, const char *reason);

G_END_DECLS
