/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

#include "media-quality.h"

G_BEGIN_DECLS

typedef enum
{
  BECKON_MEDIA_ROUTE_UNKNOWN,
  BECKON_MEDIA_ROUTE_DIRECT,
  BECKON_MEDIA_ROUTE_RELAYED, /* over a relay of ours or of theirs */
} BeckonMediaRoute;

/** BeckonMediaPath: the way that the packets take. The words are static; %NULL: not known. */
typedef struct
{
  BeckonMediaRoute route;
  const char *protocol;    /* "udp", "tcp", "tls": to our relay if there is one, else to the peer */
  const char *local_type;  /* "host", "server-reflexive", "peer-reflexive", "relayed" */
  const char *remote_type; /* the same, of theirs */
} BeckonMediaPath;

/** BeckonMediaStats: what flows now, once a second; totals since the start, rates over the last
 * second. The words are static or live as long as the process: a plain copy is a copy. */
typedef struct
{
  guint64 video_frames_sent, video_frames_received; /* encoded; decoded */
  guint64 video_frames_shown, video_frames_dropped; /* by what shows them */
  guint64 audio_packets_sent, audio_packets_received;
  guint64 bytes_sent, bytes_received;
  guint width, height;           /* of the received picture, 0 without one */
  guint width_sent, height_sent; /* of ours, as it is encoded */
  guint64 screen_frames_sent, screen_frames_received;
  guint screen_width, screen_height; /* of the received screen, 0 without one */
  double fps_sent, fps_received;
  double kbps_sent, kbps_received; /* of all that is on the wire */
  double kbps_target;              /* what the path to them is taken to carry */
  const char *bandwidth_estimator; /* who says so: "beckon", or an element's factory; nullable: not yet */
  gboolean pictures_off, remote_pictures_off; /* ours; theirs: the path carries none now */
  double video_kbps_sent, video_kbps_received;
  double audio_kbps_sent, audio_kbps_received;
  guint freezes;           /* times at which no picture of theirs came for 200 ms */
  double frozen_ms;        /* that took in all */
  guint64 audio_made_up_ms; /* of their sound: neither came, nor was in a packet that did */
  double round_trip_ms;    /* -1: not known yet */
  double packet_loss;      /* received, 0..1 over the last second */
  double packet_loss_sent; /* ours, as they report it */
  double jitter_ms;        /* -1: not known yet */
  double jitter_buffer_ms; /* that packets waited for earlier ones; -1: none came */
  const char *video_codec_sent, *video_codec_received; /* nullable, as the next ones */
  const char *audio_codec_sent, *audio_codec_received;
  const char *video_encoder, *video_decoder; /* the elements' factories */
  guint video_encoders, screen_encoders; /* that run for the whole call, of ours */
  guint video_sharers, screen_sharers;   /* who get the same pictures as this peer, with it */
  const char *cipher;                        /* of SRTP */
  BeckonMediaPath path;
  guint quality; /* see beckon_media_quality() */
} BeckonMediaStats;

/** beckon_media_stats_clear: what is known before anything is. */
void beckon_media_stats_clear (BeckonMediaStats *self);

const char *beckon_media_route_to_string (BeckonMediaRoute route);

/** beckon_media_codec_name: @encoding: (nullable): a name of RTP, "VP8", "OPUS"; a stranger may
 * have chosen it. Returns: (nullable): how people write it, static */
const char *beckon_media_codec_name (const char *encoding);

/** beckon_media_candidate_type: @word: (nullable): a type in the words of SDP, "srflx", or of
 * GStreamer. Returns: (nullable): one of #BeckonMediaPath's words */
const char *beckon_media_candidate_type (const char *word);

/** beckon_media_protocol: Returns: (nullable): @word as one of #BeckonMediaPath's words */
const char *beckon_media_protocol (const char *word);

G_END_DECLS
