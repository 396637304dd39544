/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A call from here to here, over a relay if there is one, and how much gets through. */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "network-check-private.h"

#include "relay-rate.h"

#define MEDIA_LIMIT_SECONDS 10
#define LOOK_MS 250
/* Before that many seconds of media nothing is known of it. */
#define MEDIA_SECONDS 3

static void
on_end_closed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (BeckonNetworkCheck) self = user_data;

  beckon_media_session_close_finish (BECKON_MEDIA_SESSION (source), result, NULL);
  if (--self->waiting == 0)
    beckon_network_check_complete (self);
}

static void
close_ends (BeckonNetworkCheck *self)
{
  g_clear_handle_id (&self->source, g_source_remove);
  self->waiting += G_N_ELEMENTS (self->ends);
  for (guint i = 0; i < G_N_ELEMENTS (self->ends); i++)
    {
      BeckonCheckEnd *end = &self->ends[i];

      g_signal_handlers_disconnect_by_data (end->peer, self);
      end->peer = NULL;
      beckon_media_session_close_async (end->session, i == 0 ? "hangup" : NULL, on_end_closed,
                                        g_object_ref (self));
      g_clear_object (&end->session);
    }
}

static void
tell_media (BeckonNetworkCheck *self)
{
  const guint quality = beckon_statistics_get_quality (self->statistics);
  const gboolean good = quality >= BECKON_QUALITY_GOOD;
  const gboolean relayed =
      beckon_statistics_get_path (self->statistics) == BECKON_MEDIA_ROUTE_RELAYED;
  const double round_trip_ms = beckon_statistics_get_round_trip_ms (self->statistics);
  g_autofree char *rate =
      self->rate > 0 ? g_strdup_printf ("%u kbit/s get through, ", self->rate) : g_strdup ("");

  beckon_network_check_tell (
      self, BECKON_CHECK_MEDIA, good ? BECKON_CHECK_GOOD : BECKON_CHECK_WARNING, NULL,
      g_strdup_printf ("Sound and pictures go %s: %s%.0f ms there and back, %.1f %% lost, "
                       "quality %u of 5.%s",
                       relayed ? "over the relay and come back"
                               : "out and come back on this computer",
                       rate, round_trip_ms,
                       beckon_statistics_get_packet_loss (self->statistics) * 100, quality,
                       relayed && self->rate == 0 ? " How much gets through could not be measured."
                                                  : ""),
      round_trip_ms, NULL);
}

static void
on_rate_measured (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (BeckonNetworkCheck) self = user_data;
  g_autoptr (GError) error = NULL;
  guint rate = 0;

  if (!beckon_relay_rate_finish (result, &rate, &error))
    g_message ("The rate was not measured: %s", error->message);
  beckon_network_check_set_rate (self, rate);
  if (!g_cancellable_is_cancelled (g_task_get_cancellable (self->task)))
    tell_media (self);
  if (--self->waiting == 0)
    beckon_network_check_complete (self);
}

/* The call has gone well. Without a relay there is nobody out there to measure anything with. */
static void
check_rate (BeckonNetworkCheck *self)
{
  self->statistics = g_object_ref (beckon_media_peer_get_statistics (self->ends[0].peer));
  if (self->relay == NULL)
    {
      tell_media (self);
      return;
    }
  self->waiting++;
  beckon_relay_rate_async (self->relay, self->config->relay_authority,
                           g_task_get_cancellable (self->task), on_rate_measured,
                           g_object_ref (self));
}

static gboolean
on_look (gpointer user_data)
{
  BeckonNetworkCheck *self = user_data;
  const gint64 now = g_get_monotonic_time ();
  BeckonStatistics *statistics = beckon_media_peer_get_statistics (self->ends[0].peer);

  if (self->flowed == 0 && beckon_statistics_get_video_kbps_received (statistics) > 0 &&
      beckon_statistics_get_round_trip_ms (statistics) >= 0)
    self->flowed = now;
  if (g_cancellable_is_cancelled (g_task_get_cancellable (self->task)))
    ;
  else if (self->flowed != 0 && now - self->flowed >= MEDIA_SECONDS * G_TIME_SPAN_SECOND)
    check_rate (self);
  else if (beckon_media_peer_get_state (self->ends[0].peer) == BECKON_MEDIA_PEER_FAILED)
    beckon_network_check_tell (
        self, BECKON_CHECK_MEDIA, BECKON_CHECK_FAILED, NULL,
        g_strdup_printf ("Sound and pictures do not go out: %s.",
                         beckon_media_peer_get_problem (self->ends[0].peer)->message),
        -1, beckon_media_peer_get_problem (self->ends[0].peer));
  else if (self->flowed == 0 && now - self->began > MEDIA_LIMIT_SECONDS * G_TIME_SPAN_SECOND)
    beckon_network_check_tell (self, BECKON_CHECK_MEDIA, BECKON_CHECK_FAILED, NULL,
                               g_strdup ("Sound and pictures go out, but do not come back."), -1,
                               NULL);
  else
    return G_SOURCE_CONTINUE;
  self->source = 0;
  close_ends (self);
  return G_SOURCE_REMOVE;
}

static void
on_local_signal (BeckonMediaPeer *peer, BeckonPeerSignal *signal, BeckonNetworkCheck *self)
{
  const guint other = peer == self->ends[0].peer ? 1 : 0;
  g_autoptr (GError) error = NULL;

  if (!beckon_media_peer_handle_signal (self->ends[other].peer, signal, &error))
    g_message ("The check refused its own signal: %s", error->message);
}

static void
start_end (BeckonNetworkCheck *self, BeckonCheckEnd *end, gboolean offerer)
{
  g_autoptr (BeckonMediaConfig) config = beckon_media_config_new ();

  config->video = config->audio = BECKON_SOURCE_TEST;
  config->audio_output = BECKON_OUTPUT_NONE;
  config->video_width = 640;
  config->video_height = 360;
  config->relay_only = self->relay != NULL;
  config->relay_authority = g_strdup (self->config->relay_authority);
  end->session = beckon_media_session_new (config);
  for (guint i = 0; self->relay != NULL && i < self->servers->len; i++)
    {
      const BeckonCheckServer *server = g_ptr_array_index (self->servers, i);

      beckon_media_session_add_ice_server (end->session, server->url, server->username,
                                           server->credential);
    }
  beckon_media_session_set_camera (end->session, TRUE);
  beckon_media_session_open (end->session);
  end->peer =
      beckon_media_session_add_peer (end->session, offerer ? "there" : "here", "check", 1, offerer);
  g_signal_connect_object (end->peer, "local-signal", G_CALLBACK (on_local_signal), self, 0);
}

void
beckon_network_check_try_media (BeckonNetworkCheck *self)
{
  start_end (self, &self->ends[1], FALSE);
  start_end (self, &self->ends[0], TRUE);
  self->began = g_get_monotonic_time ();
  self->source = g_timeout_add (LOOK_MS, on_look, self);
}
