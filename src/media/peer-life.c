/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The life of a connection: it is built and started, looks now and then whether the other end is
 * still there, and ends with a bye, its recordings and its relays. */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "codec-choice.h"
#include "peer-private.h"

#include "peer-bandwidth.h"
#include "peer-start.h"

/* Everything that is looked at now and then is looked at on this beat. */
#define TICK_MS 250
#define TICKS_PER_HEARTBEAT 2
#define TICKS_PER_SECOND 4
/* Three heartbeats. */
#define SILENCE_MS 1500
#define BYE_MS 500
/* So long our last words need to leave the machine. */
#define LAST_WORDS_MS 100
#define DTLS_TIMER_S 2 /* OpenSSL's first is one second */
#define STUN_PORT 3478

/* ---- the beat ---- */

/* Sound says that we are here, and a heartbeat, with its acknowledgement, is much on a thin line.
 */
static void
show_life (BeckonMediaPeer *self)
{
  const gint packets = g_atomic_int_get (&self->audio_packets_out);

  if (packets == self->audio_packets_told)
    beckon_peer_channel_send_heartbeat (self);
  self->audio_packets_told = packets;
}

/* Who sends nothing is silent: no more levels come then. */
static void
look_for_silence (BeckonMediaPeer *self)
{
  const gint packets = g_atomic_int_get (&self->audio_packets_in);

  if (packets == self->audio_packets_seen)
    beckon_media_peer_set_level (self, 0);
  self->audio_packets_seen = packets;
}

static void
look_for_life (BeckonMediaPeer *self)
{
  const gint silence = (beckon_media_now_ms () - g_atomic_int_get (&self->heard)) & G_MAXINT;

  if (!self->was_connected)
    return;
  if (self->state == BECKON_MEDIA_PEER_CONNECTED && silence > SILENCE_MS)
    beckon_media_peer_set_state (self, BECKON_MEDIA_PEER_LOST);
  else if (self->state == BECKON_MEDIA_PEER_LOST && silence < SILENCE_MS)
    beckon_media_peer_set_state (self, BECKON_MEDIA_PEER_CONNECTED);
}

static gboolean
on_tick (gpointer user_data)
{
  BeckonMediaPeer *self = user_data;

  self->ticks++;
  look_for_life (self);
  beckon_peer_cause_tick (self);
  look_for_silence (self);
  beckon_peer_bandwidth_tick (self->bandwidth);
  if (self->ticks % TICKS_PER_HEARTBEAT == 0)
    show_life (self);
  if (self->ticks % TICKS_PER_SECOND == 0)
    beckon_peer_stats_count (self);
  return G_SOURCE_CONTINUE;
}

/* ---- the bus ---- */

/* Not every encoder says that it has failed: but the source in front of it does, which ends with
 * that. Returns: whose pictures do, or BECKON_N_LINES. */
static BeckonLine
find_failed_line (BeckonMediaPeer *self, GstObject *source)
{
  BeckonLine line = BECKON_LINE_CAMERA;

  while (line < BECKON_N_LINES && source != GST_OBJECT (self->sources[line]) &&
         (self->encoders[line] == NULL ||
          !gst_object_has_as_ancestor (source, GST_OBJECT (self->encoders[line]))))
    line++;
  return line;
}

static void
take_error (BeckonMediaPeer *self, GstMessage *message)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *debug = NULL;
  const BeckonLine line = find_failed_line (self, GST_MESSAGE_SRC (message));
  const gboolean quiet = self->was_connected && line == BECKON_N_LINES;

  gst_message_parse_error (message, &error, &debug);
  g_log (G_LOG_DOMAIN, quiet ? G_LOG_LEVEL_DEBUG : G_LOG_LEVEL_MESSAGE, "%s: %s (%s)", self->user,
         error->message, debug != NULL ? debug : "");
  if (line != BECKON_N_LINES)
    beckon_media_peer_fail_line (self, line);
  if (g_str_has_prefix (GST_OBJECT_NAME (GST_MESSAGE_SRC (message)), "dtls"))
    beckon_media_peer_fail (self, BECKON_MEDIA_ERROR_ENCRYPTION,
                            "No encrypted connection could be made");
  else if (!self->was_connected)
    beckon_media_peer_fail (self, BECKON_MEDIA_ERROR_FAILED, error->message);
  /* A browser's goodbye is an error of the data channel: the silence that follows says the rest. */
}

static gboolean
on_bus (GstBus *bus, GstMessage *message, gpointer user_data)
{
  BeckonMediaPeer *self = user_data;
  double level;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    take_error (self, message);
  else if (beckon_media_read_level (message, &level))
    beckon_media_peer_set_level (self, level);
  else if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_LATENCY)
    gst_bin_recalculate_latency (GST_BIN (self->pipeline));
  return G_SOURCE_CONTINUE;
}

/* ---- the beginning, and what the session asks for ---- */

BeckonMediaPeer *
beckon_media_peer_new (const BeckonMediaConfig *config,
                       const char *user,
                       const char *device,
                       guint generation,
                       gboolean offerer,
                       const char *record_path)
{
  BeckonMediaPeer *self = g_object_new (BECKON_TYPE_MEDIA_PEER, NULL);
  g_autoptr (GstBus) bus = gst_element_get_bus (self->pipeline);

  self->config = beckon_media_config_copy (config);
  self->user = g_strdup (user);
  self->device = g_strdup (device);
  self->generation = generation;
  self->offerer = offerer;
  self->video_sink = beckon_media_make_element (config->video_sink != NULL ? config->video_sink
                                                                           : "fakesink");
  gst_object_ref_sink (self->video_sink);
  /* A late picture is better than none: it has been decoded already, and the newest is always shown. */
  g_object_set (self->video_sink, "sync", TRUE, "async", FALSE, "max-lateness", (gint64) -1, "qos",
                FALSE, NULL);
  beckon_peer_bandwidth_set_cap (self->bandwidth, config->bandwidth);
  if (record_path != NULL)
    self->recorder = beckon_recorder_new (record_path);
  beckon_peer_screen_prepare (self, record_path);
  for (BeckonCodec codec = 0; codec < BECKON_N_CODECS; codec++)
    {
      self->encoder_names[codec] = beckon_codec_choice_get_encoder (codec);
      self->decoder_names[codec] = beckon_codec_choice_get_decoder (codec);
    }
  self->video_encoder = self->encoder_names[BECKON_CODEC_VP8];
  self->video_decoder = self->decoder_names[BECKON_CODEC_VP8];
  self->bus_watch = gst_bus_add_watch (bus, on_bus, self);
  beckon_peer_connection_build (self);
  return self;
}

void
beckon_media_peer_set_stun_server (BeckonMediaPeer *self, const char *uri)
{
  g_autoptr (GSocketConnectable) place =
      g_network_address_parse (uri + strlen ("stun://"), STUN_PORT, NULL);

  g_object_set (self->webrtc, "stun-server", uri, NULL);
  if (place != NULL)
    beckon_peer_cause_set_stun (self, g_network_address_get_hostname (G_NETWORK_ADDRESS (place)),
                                g_network_address_get_port (G_NETWORK_ADDRESS (place)));
}

void
beckon_media_peer_set_speaker (BeckonMediaPeer *self, BeckonSpeaker *speaker)
{
  g_assert (!self->started && self->voice == NULL);
  self->voice = beckon_speaker_add_voice (speaker);
}

void
beckon_media_peer_start (BeckonMediaPeer *self)
{
  g_assert (!self->started);
  self->started = TRUE;
  self->counted_at = g_get_monotonic_time ();
  self->tick_source = g_timeout_add (TICK_MS, on_tick, self);
  beckon_peer_relay_expect (self);
  if (self->offerer)
    beckon_peer_connection_offer (self);
}

GstAppSrc *
beckon_media_peer_get_source (BeckonMediaPeer *self, BeckonLine line)
{
  return self->sources[line];
}

void
beckon_media_peer_set_sent_to (BeckonMediaPeer *self, gboolean sent_to)
{
  self->not_sent_to = !sent_to;
}

gboolean
beckon_media_peer_is_sent_to (BeckonMediaPeer *self)
{
  return !self->not_sent_to;
}

void
beckon_media_peer_set_held (BeckonMediaPeer *self, gboolean held)
{
  self->held = held;
}

gboolean
beckon_media_peer_is_held (BeckonMediaPeer *self)
{
  return self->held;
}

void
beckon_media_peer_force_key_frame (BeckonMediaPeer *self, BeckonLine line)
{
  g_autoptr (GstPad) pad = NULL;

  if (self->encoders[line] == NULL)
    return;
  pad = gst_element_get_static_pad (self->encoders[line], "src");
  beckon_media_ask_for_key_frame (pad);
}

void
beckon_media_peer_set_local_state (BeckonMediaPeer *self,
                                   gboolean microphone,
                                   gboolean camera,
                                   gboolean screen)
{
  const gboolean now[BECKON_N_LINES] = { microphone, camera, screen };

  if (memcmp (self->local, now, sizeof now) == 0)
    return;
  memcpy (self->local, now, sizeof now);
  beckon_peer_bandwidth_update (self->bandwidth);
  beckon_peer_channel_send_state (self);
}

void
beckon_media_peer_open (BeckonMediaPeer *self)
{
  g_atomic_int_set (&self->opened, TRUE);
}

/* ---- leaving ---- */

/* @error: (transfer full) (nullable): of the recording; that of the screen is kept in the task. */
static void
complete_close (BeckonMediaPeer *self, GError *error)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->close);
  const GError *of_screen = g_task_get_task_data (task);

  if (error == NULL && of_screen != NULL)
    error = g_error_copy (of_screen);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

static void
on_recorded (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (BeckonMediaPeer) self = user_data;
  GError *error = NULL;

  beckon_recorder_finish_finish (BECKON_RECORDER (source), result, &error);
  complete_close (self, error);
}

static void
on_screen_recorded (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (BeckonMediaPeer) self = user_data;
  GError *error = NULL;

  if (!beckon_peer_screen_finish_finish (self, result, &error))
    g_task_set_task_data (self->close, error, (GDestroyNotify) g_error_free);
  if (self->recorder != NULL)
    beckon_recorder_finish_async (self->recorder, on_recorded, g_object_ref (self));
  else
    complete_close (self, NULL);
}

static void
on_relays_left (BeckonMediaPeer *self)
{
  beckon_peer_screen_finish_async (self, on_screen_recorded, g_object_ref (self));
}

static void
on_stopped (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (BeckonMediaPeer) self = user_data;

  g_ptr_array_set_size (self->channels, 0);
  beckon_peer_relay_leave (self, on_relays_left);
}

void
beckon_media_peer_look_away (BeckonMediaPeer *self)
{
  g_clear_handle_id (&self->bye_source, g_source_remove);
  g_clear_handle_id (&self->tick_source, g_source_remove);
  g_clear_handle_id (&self->relay_source, g_source_remove);
  g_clear_handle_id (&self->bus_watch, g_source_remove);
  beckon_peer_channel_leave (self);
}

static void
keep_element (const GValue *element, gpointer kept)
{
  g_ptr_array_add (kept, g_value_dup_object (element));
}

static gboolean
on_kept_long_enough (gpointer unused)
{
  return G_SOURCE_REMOVE; /* and they go */
}

/* A handshake leaves a timer behind, which holds the DTLS connection and may so be the last to do
 * so: if that goes on the clock's thread while an element that listens to it goes on ours, it
 * crashes (up to GStreamer 1.28). The decoder holds it too, so it is kept until the timer is over.
 */
static void
keep_dtls (BeckonMediaPeer *self)
{
  g_autoptr (GPtrArray) kept = g_ptr_array_new_with_free_func (gst_object_unref);

  beckon_media_foreach_made_by (self->pipeline, "dtlsdec", keep_element, kept);
  if (kept->len > 0)
    g_timeout_add_seconds_full (G_PRIORITY_DEFAULT, DTLS_TIMER_S, on_kept_long_enough,
                                g_steal_pointer (&kept), (GDestroyNotify) g_ptr_array_unref);
}

void
beckon_media_peer_prepare_stop (BeckonMediaPeer *self)
{
  beckon_peer_ice_end_checks (self);
  beckon_peer_start_stop (self->start);
  beckon_peer_channel_close (self);
  keep_dtls (self);
}

static void
stop_pipeline (BeckonMediaPeer *self, GAsyncReadyCallback done, gpointer user_data)
{
  beckon_media_peer_prepare_stop (self);
  beckon_media_stop_in_thread (gst_object_ref (self->pipeline), done, user_data);
}

void
beckon_media_peer_break_off (BeckonMediaPeer *self, BeckonMediaError code, const char *text)
{
  beckon_media_peer_fail (self, code, text);
  beckon_peer_channel_leave (self);
  stop_pipeline (self, NULL, NULL);
}

/* They know, or had their time: everything of this connection goes, in a thread. */
static void
stop (BeckonMediaPeer *self)
{
  beckon_media_peer_look_away (self);
  stop_pipeline (self, on_stopped, g_object_ref (self));
}

static gboolean
on_bye_over (gpointer user_data)
{
  BeckonMediaPeer *self = user_data;

  self->bye_source = 0;
  stop (self);
  return G_SOURCE_REMOVE;
}

void
beckon_media_peer_bye_heard (BeckonMediaPeer *self)
{
  if (self->bye_source != 0)
    stop (self);
}

void
beckon_media_peer_byes_crossed (BeckonMediaPeer *self)
{
  if (self->bye_source == 0 || self->they_left)
    return;
  self->they_left = TRUE;
  g_source_remove (self->bye_source);
  self->bye_source = g_timeout_add (LAST_WORDS_MS, on_bye_over, self);
}

void
beckon_media_peer_close_async (BeckonMediaPeer *self,
                               const char *reason,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  guint wait = 0;

  g_assert (self->close == NULL && self->state != BECKON_MEDIA_PEER_CLOSED);

  self->close = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (self->close, beckon_media_peer_close_async);
  if (self->they_left)
    wait = LAST_WORDS_MS;
  else if (reason != NULL && beckon_peer_channel_send_bye (self, reason))
    wait = BYE_MS;
  beckon_media_peer_set_state (self, BECKON_MEDIA_PEER_CLOSED);
  if (wait > 0)
    self->bye_source = g_timeout_add (wait, on_bye_over, self);
  else
    stop (self);
}

gboolean
beckon_media_peer_close_finish (BeckonMediaPeer *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
