/* SPDX-License-Identifier: GPL-3.0-or-later */

/* How good a call is, and was. */

#define G_LOG_DOMAIN "beckon-cli"

#include "config.h"

#include "cli-private.h"

static GVariant *
count (guint64 value)
{
  return g_variant_new_uint64 (value);
}

static GVariant *
number (double value)
{
  return g_variant_new_double (value);
}

static void
print_statistics (BeckonCliClient *self, gboolean last)
{
  const BeckonMediaStats *s = &self->stats;

  beckon_cli_output_event (
      &self->output, "statistics", "last", g_variant_new_boolean (last),
      /* How good it is, and the way it takes */
      "quality", g_variant_new_uint32 (s->quality), "path",
      beckon_cli_text (beckon_media_route_to_string (s->path.route)), "protocol",
      beckon_cli_text (s->path.protocol), "local_candidate", beckon_cli_text (s->path.local_type),
      "remote_candidate", beckon_cli_text (s->path.remote_type), "cipher",
      beckon_cli_text (s->cipher), "round_trip_ms", number (s->round_trip_ms), "packet_loss",
      number (s->packet_loss), "packet_loss_sent", number (s->packet_loss_sent), "jitter_ms",
      number (s->jitter_ms), "jitter_buffer_ms", number (s->jitter_buffer_ms),
      /* Pictures */
      "video_codec_sent", beckon_cli_text (s->video_codec_sent), "video_codec_received",
      beckon_cli_text (s->video_codec_received), "video_encoder",
      beckon_cli_text (s->video_encoder), "video_decoder", beckon_cli_text (s->video_decoder),
      "video_encoders", g_variant_new_uint32 (s->video_encoders), "video_sharers",
      g_variant_new_uint32 (s->video_sharers), "video_kbps_sent", number (s->video_kbps_sent),
      "video_kbps_received", number (s->video_kbps_received), "fps_sent", number (s->fps_sent),
      "fps_received", number (s->fps_received), "width_sent", g_variant_new_uint32 (s->width_sent),
      "height_sent", g_variant_new_uint32 (s->height_sent), "width",
      g_variant_new_uint32 (s->width), "height", g_variant_new_uint32 (s->height),
      "video_frames_sent", count (s->video_frames_sent), "video_frames_received",
      count (s->video_frames_received), "video_frames_shown", count (s->video_frames_shown),
      "video_frames_dropped", count (s->video_frames_dropped), "freezes",
      g_variant_new_uint32 (s->freezes), "frozen_ms", number (s->frozen_ms), "pictures_off",
      g_variant_new_boolean (s->pictures_off), "remote_pictures_off",
      g_variant_new_boolean (s->remote_pictures_off),
      /* A shared screen */
      "screen_frames_sent", count (s->screen_frames_sent), "screen_frames_received",
      count (s->screen_frames_received), "screen_width", g_variant_new_uint32 (s->screen_width),
      "screen_height", g_variant_new_uint32 (s->screen_height), "screen_encoders",
      g_variant_new_uint32 (s->screen_encoders), "screen_sharers",
      g_variant_new_uint32 (s->screen_sharers),
      /* Sound */
      "audio_codec_sent", beckon_cli_text (s->audio_codec_sent), "audio_codec_received",
      beckon_cli_text (s->audio_codec_received), "audio_kbps_sent", number (s->audio_kbps_sent),
      "audio_kbps_received", number (s->audio_kbps_received), "audio_packets_sent",
      count (s->audio_packets_sent), "audio_packets_received", count (s->audio_packets_received),
      "audio_made_up_ms", count (s->audio_made_up_ms),
      /* Everything */
      "bandwidth_estimator", beckon_cli_text (s->bandwidth_estimator), "kbps_target",
      number (s->kbps_target), "kbps_sent", number (s->kbps_sent), "kbps_received",
      number (s->kbps_received), "bytes_sent", count (s->bytes_sent), "bytes_received",
      count (s->bytes_received), NULL);
}

void
beckon_cli_client_read_statistics (BeckonCliClient *self)
{
  if (!beckon_call_get_stats (self->call, &self->stats))
    return;
  self->has_stats = TRUE;
  if (self->options->statistics)
    print_statistics (self, FALSE);
}

void
beckon_cli_client_print_last_statistics (BeckonCliClient *self)
{
  if (self->has_stats)
    print_statistics (self, TRUE);
  self->has_stats = FALSE;
}
