/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the files of one peer's connection share: media-peer.c (the object), peer-connection.c
 * (webrtcbin and descriptions), peer-receive.c (what comes in), peer-channel.c (the data channel). */

#pragma once

#include <gst/webrtc/webrtc.h>

#include "media-private.h"
#include "recorder.h"

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
  BeckonVoice *voice;                  /* nullable: not heard */
  BeckonRecorder *recorder;            /* nullable */

  /* Owned, as it goes */
  GstWebRTCDataChannel *channel; /* nullable */
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
  gboolean has_local, has_remote;  /* descriptions */
  gboolean was_connected;
  gboolean channel_open;
  gboolean local[BECKON_N_LINES];  /* what we say that we send */
  gboolean remote[BECKON_N_LINES]; /* what they say */
  gboolean video_came;  /* on the streaming thread of the line */
  gboolean audio_taken; /* the same */
  gboolean they_left;
  guint ticks;
  gint audio_packets_seen; /* at the last tick */
  double audio_level;
  double volume;
  double packets_received, packets_lost; /* as webrtcbin counted them a second ago */

  /* Written by GStreamer's threads, all atomic */
  gint heard;  /* ms of the last packet, whatever was in it; see now_ms() */
  gint opened; /* frames may be echoed */
  gint bytes_in, bytes_out;                  /* since the last second */
  gint frames_in, frames_out;                /* pictures, in all */
  gint audio_packets_in, audio_packets_out;  /* in all */
  gint width, height;
  gint audio_came;

  BeckonMediaStats stats;
  BeckonMediaStats before; /* a second ago */
};

/* media-peer.c */

void beckon_media_peer_set_state (BeckonMediaPeer *self, BeckonMediaPeerState state);
/** beckon_media_peer_fail: for good, unless it was connected: then it is only lost. */
void beckon_media_peer_fail (BeckonMediaPeer *self, BeckonMediaError code, const char *text);
/** beckon_media_peer_emit_signal: @signal: (transfer full) */
void beckon_media_peer_emit_signal (BeckonMediaPeer *self, BeckonPeerSignal *signal);
void beckon_media_peer_set_remote_state (BeckonMediaPeer *self, gboolean microphone,
                                         gboolean camera, gboolean screen);
void beckon_media_peer_saw_video (BeckonMediaPeer *self, guint width, guint height);
void beckon_media_peer_set_level (BeckonMediaPeer *self, double level);
/** beckon_media_peer_they_left: their bye came, on the data channel. */
void beckon_media_peer_they_left (BeckonMediaPeer *self, const char *reason);
/** beckon_media_peer_bye_heard: they know that we leave. */
void beckon_media_peer_bye_heard (BeckonMediaPeer *self);

/* peer-connection.c */

void beckon_peer_connection_build (BeckonMediaPeer *self);
void beckon_peer_connection_offer (BeckonMediaPeer *self);
gboolean beckon_peer_connection_set_remote (BeckonMediaPeer *self, const BeckonPeerSignal *signal,
                                            GError **error);
gboolean beckon_peer_connection_add_candidate (BeckonMediaPeer *self,
                                               const BeckonPeerSignal *signal, GError **error);

/* peer-sdp.c: a stranger's description, looked at before webrtcbin sees it */

typedef struct
{
  int payload[BECKON_N_LINES]; /* of the codec that we speak; -1: the line is not there */
} BeckonSdpLines;

/** beckon_peer_sdp_parse: @offer: it must have the lines that we need. Returns: (transfer full): the
 * description, or %NULL with BAD_DESCRIPTION. */
GstSDPMessage *beckon_peer_sdp_parse (const char *text, gboolean offer, BeckonSdpLines *lines,
                                      GError **error);
gboolean beckon_peer_sdp_check_candidate (const char *candidate, GError **error);
/** beckon_peer_sdp_is_useful_candidate: @candidate: a checked one. Names are nothing for us: looking one
 * up would tell a stranger's name server about us; nor are components that we do not have. */
gboolean beckon_peer_sdp_is_useful_candidate (const char *candidate);

/* peer-receive.c */

/** beckon_peer_receive_pad: (thread any): a line of theirs begins. */
void beckon_peer_receive_pad (BeckonMediaPeer *self, GstPad *pad);
/** beckon_peer_receive_watch: (thread any): @element was made inside webrtcbin: set it, count at it. */
void beckon_peer_receive_watch (BeckonMediaPeer *self, GstElement *element);
gint beckon_media_now_ms (void);

/* peer-channel.c */

/** beckon_peer_channel_watch: (thread any): hears what is said on it; take it next. */
void beckon_peer_channel_watch (BeckonMediaPeer *self, GstWebRTCDataChannel *channel);
/** beckon_peer_channel_take: @channel: (transfer full): ours from now on, if it is the first */
void beckon_peer_channel_take (BeckonMediaPeer *self, GstWebRTCDataChannel *channel);
void beckon_peer_channel_create (BeckonMediaPeer *self);
void beckon_peer_channel_send_state (BeckonMediaPeer *self);
void beckon_peer_channel_send_heartbeat (BeckonMediaPeer *self);
/** beckon_peer_channel_send_bye: Returns: whether there is a channel to say it on. */
gboolean beckon_peer_channel_send_bye (BeckonMediaPeer *self, const char *reason);

G_END_DECLS
