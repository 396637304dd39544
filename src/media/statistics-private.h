/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The list of all values, for who counts them. */

#pragma once

#include "statistics.h"

G_BEGIN_DECLS

/** BECKON_STATISTICS_VALUES: each value: its kind, its name, what it is before anything is known. A
 * property, a field and a function are made of each; statistics.h says what they mean. Words are
 * static or live as long as the process: a plain copy is a copy. */
#define BECKON_STATISTICS_VALUES(V) \
  V (UINT, quality, BECKON_QUALITY_UNKNOWN) \
  V (ROUTE, path, BECKON_MEDIA_ROUTE_UNKNOWN) \
  V (WORD, protocol, NULL) \
  V (WORD, local_candidate, NULL) \
  V (WORD, remote_candidate, NULL) \
  V (WORD, cipher, NULL) \
  V (DOUBLE, round_trip_ms, -1) \
  V (DOUBLE, delay_ms, -1) \
  V (DOUBLE, packet_loss, 0) \
  V (DOUBLE, packet_loss_sent, 0) \
  V (DOUBLE, jitter_ms, -1) \
  V (DOUBLE, jitter_buffer_ms, -1) \
  V (WORD, video_codec_sent, NULL) \
  V (WORD, video_codec_received, NULL) \
  V (WORD, video_encoder, NULL) \
  V (WORD, video_decoder, NULL) \
  V (UINT, video_encoders, 0) \
  V (UINT, video_sharers, 0) \
  V (DOUBLE, video_kbps_sent, 0) \
  V (DOUBLE, video_kbps_received, 0) \
  V (DOUBLE, fps_sent, 0) \
  V (DOUBLE, fps_received, 0) \
  V (UINT, width_sent, 0) \
  V (UINT, height_sent, 0) \
  V (UINT, width, 0) \
  V (UINT, height, 0) \
  V (UINT64, video_frames_sent, 0) \
  V (UINT64, video_frames_received, 0) \
  V (UINT64, video_frames_shown, 0) \
  V (UINT64, video_frames_dropped, 0) \
  V (UINT, freezes, 0) \
  V (DOUBLE, frozen_ms, 0) \
  V (DOUBLE, frozen_share, -1) \
  V (BOOLEAN, pictures_off, FALSE) \
  V (BOOLEAN, remote_pictures_off, FALSE) \
  V (UINT64, screen_frames_sent, 0) \
  V (UINT64, screen_frames_received, 0) \
  V (UINT, screen_width, 0) \
  V (UINT, screen_height, 0) \
  V (UINT, screen_encoders, 0) \
  V (UINT, screen_sharers, 0) \
  V (WORD, audio_codec_sent, NULL) \
  V (WORD, audio_codec_received, NULL) \
  V (DOUBLE, audio_kbps_sent, 0) \
  V (DOUBLE, audio_kbps_received, 0) \
  V (UINT64, audio_packets_sent, 0) \
  V (UINT64, audio_packets_received, 0) \
  V (UINT64, audio_made_up_ms, 0) \
  V (WORD, bandwidth_estimator, NULL) \
  V (DOUBLE, kbps_target, 0) \
  V (DOUBLE, kbps_sent, 0) \
  V (DOUBLE, kbps_received, 0) \
  V (UINT64, bytes_sent, 0) \
  V (UINT64, bytes_received, 0)

/* The C type of each kind. */
#define BECKON_STATISTICS_BOOLEAN gboolean
#define BECKON_STATISTICS_UINT guint
#define BECKON_STATISTICS_UINT64 guint64
#define BECKON_STATISTICS_DOUBLE double
#define BECKON_STATISTICS_WORD const char *
#define BECKON_STATISTICS_ROUTE BeckonMediaRoute

typedef struct
{
#define BECKON_STATISTICS_FIELD(kind, name, unknown) BECKON_STATISTICS_##kind name;
  BECKON_STATISTICS_VALUES (BECKON_STATISTICS_FIELD)
#undef BECKON_STATISTICS_FIELD
} BeckonStatisticsValues;

struct _BeckonStatistics
{
  GObject parent_instance;

  BeckonStatisticsValues counted; /* to be written to */
  BeckonStatisticsValues told;    /* what the properties are */
};

/** beckon_statistics_new: Returns: (transfer full): of which nothing is known yet */
BeckonStatistics *beckon_statistics_new (void);

/** beckon_statistics_tell: makes what was counted the properties, and notifies what has changed. */
void beckon_statistics_tell (BeckonStatistics *self);
/** beckon_statistics_end_second: tells all, and that the second is over. */
void beckon_statistics_end_second (BeckonStatistics *self);

G_END_DECLS
