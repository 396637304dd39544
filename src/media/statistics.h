/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib-object.h>

#include "media-quality.h"

G_BEGIN_DECLS

typedef enum
{
  BECKON_MEDIA_ROUTE_UNKNOWN,
  BECKON_MEDIA_ROUTE_DIRECT,
  BECKON_MEDIA_ROUTE_RELAYED, /* over a relay of ours or of theirs */
} BeckonMediaRoute;
#define BECKON_TYPE_MEDIA_ROUTE (beckon_media_route_get_type ())
GType beckon_media_route_get_type (void) G_GNUC_CONST;

#define BECKON_TYPE_STATISTICS (beckon_statistics_get_type ())
/**
 * BeckonStatistics:
 *
 * What one connection is like, in figures. Its #BeckonMediaPeer makes it and changes it once a
 * second; whoever holds it still has the last figures when the connection is gone. Main thread
 * only.
 *
 * Properties: all below, read-only; the name is what follows "get", with dashes: "round-trip-ms".
 * Counts and times are of the whole connection, rates and shares of the last second. What is
 * "received" came from the peer, what is "sent" went there.
 *
 * Signals: updated (): a second is over; what has changed in it has been notified
 */
G_DECLARE_FINAL_TYPE (BeckonStatistics, beckon_statistics, BECKON, STATISTICS, GObject)

/* ---- how good it is, and the way that it takes ---- */

/**
 * beckon_statistics_get_quality:
 *
 * What the bars of a call show: beckon_media_quality() of the worse of both packet losses,
 * round-trip-ms, frozen-share and fps-received. The last one does not count while no pictures are
 * expected, nor in the first second of them. %BECKON_QUALITY_BAD while nothing comes at all.
 *
 * Returns: a #BeckonQualityLevel
 */
guint beckon_statistics_get_quality (BeckonStatistics *self);
/** beckon_statistics_get_path: Returns: whether it is direct, or through a relay */
BeckonMediaRoute beckon_statistics_get_path (BeckonStatistics *self);
/** beckon_statistics_get_protocol: Returns: (nullable): "udp", "tcp", "tls": to our relay if there
 * is one, else to the peer; %NULL: not known */
const char *beckon_statistics_get_protocol (BeckonStatistics *self);
/** beckon_statistics_get_local_candidate: Returns: (nullable): of ICE: "host", "server-reflexive",
 * "peer-reflexive", "relayed" */
const char *beckon_statistics_get_local_candidate (BeckonStatistics *self);
/** beckon_statistics_get_remote_candidate: Returns: (nullable): the same, of theirs */
const char *beckon_statistics_get_remote_candidate (BeckonStatistics *self);
/** beckon_statistics_get_cipher: Returns: (nullable): of SRTP: "AES-128-ICM" */
const char *beckon_statistics_get_cipher (BeckonStatistics *self);
/** beckon_statistics_get_round_trip_ms: Returns: milliseconds there and back; -1: not known yet */
double beckon_statistics_get_round_trip_ms (BeckonStatistics *self);
/** beckon_statistics_get_delay_ms: Returns: milliseconds after which sound and pictures of theirs
 * are played here: half of the round trip, and what is held back to play them evenly; what cameras,
 * encoders and loudspeakers take comes on top. -1: not known yet */
double beckon_statistics_get_delay_ms (BeckonStatistics *self);
/** beckon_statistics_get_packet_loss: Returns: 0..1 of what they sent */
double beckon_statistics_get_packet_loss (BeckonStatistics *self);
/** beckon_statistics_get_packet_loss_sent: Returns: 0..1 of what we sent, as they report it */
double beckon_statistics_get_packet_loss_sent (BeckonStatistics *self);
/** beckon_statistics_get_jitter_ms: Returns: mean deviation of the packets' delay in milliseconds,
 * of the worst stream; -1: not known yet */
double beckon_statistics_get_jitter_ms (BeckonStatistics *self);
/** beckon_statistics_get_jitter_buffer_ms: Returns: milliseconds that a packet waited for earlier
 * ones, on average; -1: none came */
double beckon_statistics_get_jitter_buffer_ms (BeckonStatistics *self);

/* ---- pictures of the camera ---- */

/** beckon_statistics_get_video_codec_sent: Returns: (nullable): "VP8" or "H.264" */
const char *beckon_statistics_get_video_codec_sent (BeckonStatistics *self);
const char *beckon_statistics_get_video_codec_received (BeckonStatistics *self);
/** beckon_statistics_get_video_encoder: Returns: (nullable): the factory of the element that
 * encodes, in hardware or software: "vah264enc", "vp8enc" */
const char *beckon_statistics_get_video_encoder (BeckonStatistics *self);
const char *beckon_statistics_get_video_decoder (BeckonStatistics *self);
/** beckon_statistics_get_video_encoders: Returns: how many of ours run for the whole call */
guint beckon_statistics_get_video_encoders (BeckonStatistics *self);
/** beckon_statistics_get_video_sharers: Returns: how many get the same pictures, this peer
 * included */
guint beckon_statistics_get_video_sharers (BeckonStatistics *self);
/** beckon_statistics_get_video_kbps_sent: Returns: kbit/s, with RTP's headers */
double beckon_statistics_get_video_kbps_sent (BeckonStatistics *self);
double beckon_statistics_get_video_kbps_received (BeckonStatistics *self);
/** beckon_statistics_get_fps_sent: Returns: pictures a second */
double beckon_statistics_get_fps_sent (BeckonStatistics *self);
double beckon_statistics_get_fps_received (BeckonStatistics *self);
/** beckon_statistics_get_width_sent: Returns: pixels, as it is encoded; 0: there is no picture */
guint beckon_statistics_get_width_sent (BeckonStatistics *self);
guint beckon_statistics_get_height_sent (BeckonStatistics *self);
/** beckon_statistics_get_width: Returns: pixels of the received picture; 0: there is none */
guint beckon_statistics_get_width (BeckonStatistics *self);
guint beckon_statistics_get_height (BeckonStatistics *self);
/** beckon_statistics_get_video_frames_sent: Returns: how many were encoded */
guint64 beckon_statistics_get_video_frames_sent (BeckonStatistics *self);
/** beckon_statistics_get_video_frames_received: Returns: how many were decoded */
guint64 beckon_statistics_get_video_frames_received (BeckonStatistics *self);
/** beckon_statistics_get_video_frames_shown: Returns: how many of those were put on the screen */
guint64 beckon_statistics_get_video_frames_shown (BeckonStatistics *self);
/** beckon_statistics_get_video_frames_dropped: Returns: how many were not, as they came too late */
guint64 beckon_statistics_get_video_frames_dropped (BeckonStatistics *self);
/** beckon_statistics_get_freezes: Returns: how often no picture of theirs came for 200 ms */
guint beckon_statistics_get_freezes (BeckonStatistics *self);
/** beckon_statistics_get_frozen_ms: Returns: milliseconds that this took in all */
double beckon_statistics_get_frozen_ms (BeckonStatistics *self);
/** beckon_statistics_get_frozen_share: Returns: 0..1 of the last ten seconds; -1: no pictures are
 * expected */
double beckon_statistics_get_frozen_share (BeckonStatistics *self);
/** beckon_statistics_get_pictures_off: Returns: whether the line carries none of ours now */
gboolean beckon_statistics_get_pictures_off (BeckonStatistics *self);
/** beckon_statistics_get_remote_pictures_off: Returns: the same, of theirs, as they say */
gboolean beckon_statistics_get_remote_pictures_off (BeckonStatistics *self);

/* ---- a shared screen ---- */

guint64 beckon_statistics_get_screen_frames_sent (BeckonStatistics *self);
guint64 beckon_statistics_get_screen_frames_received (BeckonStatistics *self);
/** beckon_statistics_get_screen_width: Returns: pixels of the received screen; 0: there is none */
guint beckon_statistics_get_screen_width (BeckonStatistics *self);
guint beckon_statistics_get_screen_height (BeckonStatistics *self);
guint beckon_statistics_get_screen_encoders (BeckonStatistics *self);
guint beckon_statistics_get_screen_sharers (BeckonStatistics *self);

/* ---- sound ---- */

/** beckon_statistics_get_audio_codec_sent: Returns: (nullable): "Opus" */
const char *beckon_statistics_get_audio_codec_sent (BeckonStatistics *self);
const char *beckon_statistics_get_audio_codec_received (BeckonStatistics *self);
/** beckon_statistics_get_audio_kbps_sent: Returns: kbit/s, with RTP's headers */
double beckon_statistics_get_audio_kbps_sent (BeckonStatistics *self);
double beckon_statistics_get_audio_kbps_received (BeckonStatistics *self);
guint64 beckon_statistics_get_audio_packets_sent (BeckonStatistics *self);
guint64 beckon_statistics_get_audio_packets_received (BeckonStatistics *self);
/** beckon_statistics_get_audio_made_up_ms: Returns: milliseconds of their sound that neither came,
 * nor were in a packet that did */
guint64 beckon_statistics_get_audio_made_up_ms (BeckonStatistics *self);

/* ---- everything that is on the wire ---- */

/** beckon_statistics_get_bandwidth_estimator: Returns: (nullable): who says what the path carries:
 * "beckon", or an element's factory; %NULL: nobody yet */
const char *beckon_statistics_get_bandwidth_estimator (BeckonStatistics *self);
/** beckon_statistics_get_kbps_target: Returns: kbit/s that the path to them is taken to carry */
double beckon_statistics_get_kbps_target (BeckonStatistics *self);
/** beckon_statistics_get_kbps_sent: Returns: kbit/s */
double beckon_statistics_get_kbps_sent (BeckonStatistics *self);
double beckon_statistics_get_kbps_received (BeckonStatistics *self);
guint64 beckon_statistics_get_bytes_sent (BeckonStatistics *self);
guint64 beckon_statistics_get_bytes_received (BeckonStatistics *self);

G_END_DECLS
