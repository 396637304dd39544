/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-cli"

#include "config.h"

#include "cli-client.h"

#include <glib-unix.h>

#include "call-manager.h"
#include "cli-output.h"

/* A person waits for the server for ever; a script wants to know. */
#define SIGN_IN_SECONDS 15

typedef struct
{
  const BeckonCliOptions *options;
  BeckonCliOutput output;
  GMainLoop *loop;
  BeckonSignalingService *signaling;
  BeckonCallManager *manager;
  BeckonCall *call; /* nullable: the one this is about */
  GCancellable *sign_in;
  GThread *prewarm;
  guint sign_in_source, answer_source, duration_source, stats_source, signal_sources[2];
  BeckonCliExit exit;
  gboolean media_flowed;
  gboolean ringing_said;
  gboolean stopping;
} Client;

static GVariant *
text (const char *value)
{
  return g_variant_new_string (value != NULL ? value : "");
}

/* ---- the end ---- */

static void
on_shut_down (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Client *self = user_data;

  beckon_call_manager_shutdown_finish (BECKON_CALL_MANAGER (source), result, NULL);
  g_main_loop_quit (self->loop);
}

static void
stop (Client *self, BeckonCliExit status)
{
  if (self->stopping)
    return;
  self->stopping = TRUE;
  self->exit = status;
  beckon_call_manager_shutdown_async (self->manager, on_shut_down, self);
}

static void
fail (Client *self, const GError *error)
{
  const gboolean nobody =
      g_error_matches (error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_NO_INVITEE) ||
      g_error_matches (error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_UNKNOWN_USER) ||
      g_error_matches (error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_BLOCKED);

  beckon_cli_output_error (&self->output, error);
  stop (self, nobody ? BECKON_CLI_EXIT_NO_INVITEE : BECKON_CLI_EXIT_ERROR);
}

/* ---- one call ---- */

static void
print_stats (Client *self)
{
  BeckonMediaStats s;

  if (!beckon_call_get_stats (self->call, &s))
    return;
  beckon_cli_output_event (
      &self->output, "stats", "video_frames_sent", g_variant_new_uint64 (s.video_frames_sent),
      "video_frames_received", g_variant_new_uint64 (s.video_frames_received),
      "audio_packets_sent", g_variant_new_uint64 (s.audio_packets_sent), "audio_packets_received",
      g_variant_new_uint64 (s.audio_packets_received), "bytes_sent",
      g_variant_new_uint64 (s.bytes_sent), "bytes_received",
      g_variant_new_uint64 (s.bytes_received), "width", g_variant_new_uint32 (s.width), "height",
      g_variant_new_uint32 (s.height), "fps_sent", g_variant_new_double (s.fps_sent),
      "fps_received", g_variant_new_double (s.fps_received), "kbps_sent",
      g_variant_new_double (s.kbps_sent), "kbps_received", g_variant_new_double (s.kbps_received),
      "round_trip_ms", g_variant_new_double (s.round_trip_ms), "packet_loss",
      g_variant_new_double (s.packet_loss), "jitter_ms", g_variant_new_double (s.jitter_ms), NULL);
}

static gboolean
on_stats (gpointer user_data)
{
  print_stats (user_data);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_duration (gpointer user_data)
{
  Client *self = user_data;

  self->duration_source = 0;
  print_stats (self);
  beckon_call_hang_up (self->call);
  return G_SOURCE_REMOVE;
}

static void
media_flows (Client *self)
{
  if (self->media_flowed)
    return;
  self->media_flowed = TRUE;
  self->stats_source = g_timeout_add_seconds (1, on_stats, self);
  if (self->options->duration > 0)
    self->duration_source = g_timeout_add (self->options->duration * 1000, on_duration, self);
}

static void
on_first_audio (BeckonCall *call, const char *user, gpointer user_data)
{
  Client *self = user_data;

  beckon_cli_output_event (&self->output, "first-audio", "user", text (user), NULL);
  media_flows (self);
}

static void
on_first_video (BeckonCall *call, const char *user, guint width, guint height, gpointer user_data)
{
  Client *self = user_data;

  beckon_cli_output_event (&self->output, "first-video", "user", text (user), "width",
                           g_variant_new_uint32 (width), "height", g_variant_new_uint32 (height),
                           NULL);
  media_flows (self);
}

static void
on_remote_state (BeckonCall *call, GParamSpec *pspec, gpointer user_data)
{
  Client *self = user_data;

  if (beckon_call_get_state (call) == BECKON_CALL_STATE_CALLING)
    beckon_cli_output_event (
        &self->output, "remote-state", "microphone",
        g_variant_new_boolean (beckon_call_get_remote_microphone (call)), "camera",
        g_variant_new_boolean (beckon_call_get_remote_camera (call)), NULL);
}

/* What is missing is said; the call goes on without. */
static void
on_problem (BeckonCall *call, GParamSpec *pspec, gpointer user_data)
{
  Client *self = user_data;
  GError *problem = NULL;

  g_object_get (call, g_param_spec_get_name (pspec), &problem, NULL);
  if (problem == NULL)
    return;
  beckon_cli_output_event (&self->output, g_param_spec_get_name (pspec), "message",
                           text (problem->message), NULL);
  g_error_free (problem);
}

static void
on_progress (BeckonCall *call, GParamSpec *pspec, gpointer user_data)
{
  Client *self = user_data;
  const BeckonCallProgress progress = beckon_call_get_progress (call);
  const char *const names[] = {
    [BECKON_CALL_PROGRESS_RINGING] = "ringing",
    [BECKON_CALL_PROGRESS_OFFLINE] = "offline",
    [BECKON_CALL_PROGRESS_CONNECTED] = "media-connected",
    [BECKON_CALL_PROGRESS_RECONNECTING] = "reconnecting",
    [BECKON_CALL_PROGRESS_ENDED] = NULL,
  };

  if (names[progress] != NULL)
    beckon_cli_output_event (&self->output, names[progress], NULL);
}

static void
on_state (BeckonCall *call, GParamSpec *pspec, gpointer user_data)
{
  Client *self = user_data;

  if (beckon_call_get_state (call) == BECKON_CALL_STATE_CALLING)
    beckon_cli_output_event (&self->output, "accepted", NULL);
}

/* How it ended: the event beside "ended", if it has one of its own, and the exit status. */
static BeckonCliExit
describe_end (Client *self, BeckonCallEnd end)
{
  switch (end)
    {
    case BECKON_CALL_END_HUNG_UP:
    case BECKON_CALL_END_PEER_HUNG_UP:
      return self->media_flowed ? BECKON_CLI_EXIT_OK : BECKON_CLI_EXIT_ERROR;
    case BECKON_CALL_END_DECLINED:
      return self->options->answer == BECKON_CLI_BUSY ? BECKON_CLI_EXIT_BUSY
                                                      : BECKON_CLI_EXIT_REJECTED;
    case BECKON_CALL_END_PEER_DECLINED:
      beckon_cli_output_event (&self->output, "rejected", "reason", text ("declined"), "message",
                               text (beckon_call_get_message (self->call)), NULL);
      return BECKON_CLI_EXIT_REJECTED;
    case BECKON_CALL_END_PEER_BUSY:
      beckon_cli_output_event (&self->output, "rejected", "reason", text ("busy"), NULL);
      return BECKON_CLI_EXIT_BUSY;
    case BECKON_CALL_END_UNANSWERED:
      beckon_cli_output_event (&self->output, "unanswered", NULL);
      return BECKON_CLI_EXIT_UNANSWERED;
    case BECKON_CALL_END_MISSED:
      beckon_cli_output_event (&self->output, "timeout", NULL);
      return BECKON_CLI_EXIT_UNANSWERED;
    case BECKON_CALL_END_CANCELLED:
    case BECKON_CALL_END_PEER_CANCELLED:
      beckon_cli_output_event (&self->output, "cancelled", NULL);
      return BECKON_CLI_EXIT_CANCELLED;
    case BECKON_CALL_END_CONNECTION_LOST:
    case BECKON_CALL_END_NO_MEDIA:
      return BECKON_CLI_EXIT_LOST;
    case BECKON_CALL_END_ANSWERED_ELSEWHERE:
      beckon_cli_output_event (&self->output, "answered-elsewhere", NULL);
      return BECKON_CLI_EXIT_ERROR;
    case BECKON_CALL_END_NONE:
    case BECKON_CALL_END_FAILED:
    default:
      return BECKON_CLI_EXIT_ERROR;
    }
}

static void
forget_call (Client *self)
{
  g_clear_handle_id (&self->answer_source, g_source_remove);
  g_clear_handle_id (&self->duration_source, g_source_remove);
  g_clear_handle_id (&self->stats_source, g_source_remove);
  if (self->call != NULL)
    g_signal_handlers_disconnect_by_data (self->call, self);
  g_clear_object (&self->call);
  self->media_flowed = FALSE;
}

static void
on_end (BeckonCall *call, GParamSpec *pspec, gpointer user_data)
{
  Client *self = user_data;
  const BeckonCallEnd end = beckon_call_get_end (call);
  g_autoptr (GEnumClass) words = g_type_class_ref (BECKON_TYPE_CALL_END);
  const BeckonCliExit status = describe_end (self, end);

  if (beckon_call_get_error (call) != NULL)
    beckon_cli_output_error (&self->output, beckon_call_get_error (call));
  beckon_cli_output_event (&self->output, "ended", "reason",
                           text (g_enum_get_value (words, end)->value_nick), "duration_ms",
                           g_variant_new_int64 (beckon_call_get_duration (call)), NULL);
  forget_call (self);
  if (self->options->command == BECKON_CLI_CALL || self->options->command == BECKON_CLI_ANSWER)
    stop (self, status);
}

static void
follow_call (Client *self, BeckonCall *call)
{
  g_assert (self->call == NULL);
  self->call = g_object_ref (call);
  g_signal_connect (call, "first-audio", G_CALLBACK (on_first_audio), self);
  g_signal_connect (call, "first-video", G_CALLBACK (on_first_video), self);
  g_signal_connect (call, "notify::progress", G_CALLBACK (on_progress), self);
  g_signal_connect (call, "notify::state", G_CALLBACK (on_state), self);
  g_signal_connect (call, "notify::end", G_CALLBACK (on_end), self);
  g_signal_connect (call, "notify::remote-microphone", G_CALLBACK (on_remote_state), self);
  g_signal_connect (call, "notify::remote-camera", G_CALLBACK (on_remote_state), self);
  g_signal_connect (call, "notify::microphone-problem", G_CALLBACK (on_problem), self);
  g_signal_connect (call, "notify::camera-problem", G_CALLBACK (on_problem), self);
  g_signal_connect (call, "notify::speaker-problem", G_CALLBACK (on_problem), self);
}

/* ---- call ---- */

static void
on_invited (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Client *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (BeckonCall) call = beckon_call_manager_invite_finish (BECKON_CALL_MANAGER (source),
                                                                   result, &error);

  if (call == NULL)
    {
      fail (self, error);
      return;
    }
  beckon_cli_output_event (&self->output, "invited", "call", text (beckon_call_get_id (call)),
                           NULL);
}

static void
on_current_call (BeckonCallManager *manager, GParamSpec *pspec, gpointer user_data)
{
  Client *self = user_data;
  BeckonCall *call = beckon_call_manager_get_current_call (manager);

  if (call != NULL)
    follow_call (self, call);
}

/* ---- answer, echo, watch ---- */

static void
on_accepted (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (!beckon_call_accept_finish (BECKON_CALL (source), result, &error))
    g_debug ("The accept failed: %s", error->message);
}

static void
accept_call (Client *self)
{
  beckon_cli_output_event (&self->output, "accepting", NULL);
  beckon_call_accept_async (self->call, self->options->config->video != BECKON_SOURCE_NONE,
                            on_accepted, NULL);
}

static gboolean
on_answer (gpointer user_data)
{
  Client *self = user_data;

  self->answer_source = 0;
  switch (self->options->answer)
    {
    case BECKON_CLI_ACCEPT:
      accept_call (self);
      break;
    case BECKON_CLI_REJECT:
      beckon_call_reject (self->call, BECKON_REJECT_DECLINED, NULL);
      break;
    case BECKON_CLI_BUSY:
      beckon_call_reject (self->call, BECKON_REJECT_BUSY, NULL);
      break;
    case BECKON_CLI_IGNORE:
    default:
      break;
    }
  return G_SOURCE_REMOVE;
}

static void
on_incoming (BeckonCallManager *manager, BeckonCall *call, gpointer user_data)
{
  Client *self = user_data;

  beckon_cli_output_event (&self->output, "received", "call", text (beckon_call_get_id (call)),
                           "from", text (beckon_call_get_peer_id (call)), "from_name",
                           text (beckon_call_get_peer_name (call)), "media",
                           text (beckon_media_to_string (beckon_call_get_media (call))), NULL);
  if (self->options->command == BECKON_CLI_ECHO)
    accept_call (self);
  else if (self->options->command == BECKON_CLI_ANSWER)
    self->answer_source = g_timeout_add (self->options->after, on_answer, self);
}

static void
on_missed (BeckonCallManager *manager, const BeckonUser *from, BeckonMedia media,
           gpointer user_data)
{
  Client *self = user_data;

  beckon_cli_output_event (&self->output, "missed", "from", text (from->id), "media",
                           text (beckon_media_to_string (media)), NULL);
}

static void
on_presence (BeckonSignalingService *service, const char *user, BeckonPresence presence,
             gpointer user_data)
{
  Client *self = user_data;

  beckon_cli_output_event (&self->output, "presence", "user", text (user), "state",
                           text (beckon_presence_to_string (presence)), NULL);
}

static void
on_contacts (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GPtrArray) contacts = beckon_signaling_service_list_contacts_finish (
      BECKON_SIGNALING_SERVICE (source), result, NULL);
}

/* ---- signing in ---- */

static void
run_command (Client *self)
{
  switch (self->options->command)
    {
    case BECKON_CLI_CALL:
      beckon_cli_output_event (&self->output, "inviting", NULL);
      beckon_call_manager_invite_async (self->manager,
                                        (const char *const *) self->options->invitees,
                                        self->options->media, self->options->timeout, NULL,
                                        on_invited, self);
      break;
    case BECKON_CLI_WATCH:
      beckon_signaling_service_list_contacts_async (self->signaling, NULL, on_contacts, NULL);
      break;
    case BECKON_CLI_ANSWER:
    case BECKON_CLI_ECHO:
    default:
      break; /* calls come by themselves */
    }
}

static void
on_signed_in (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Client *self = user_data;
  g_autoptr (GError) error = NULL;

  g_clear_handle_id (&self->sign_in_source, g_source_remove);
  if (!beckon_signaling_service_sign_in_finish (self->signaling, result, &error))
    {
      if (!self->stopping)
        fail (self, error);
      return;
    }
  beckon_cli_output_event (&self->output, "connected", "user",
                           text (beckon_signaling_service_get_user_id (self->signaling)), "server",
                           text (beckon_signaling_service_get_server (self->signaling)), NULL);
  if (!self->stopping)
    run_command (self);
}

static gboolean
on_sign_in_late (gpointer user_data)
{
  Client *self = user_data;
  const GError *problem = beckon_signaling_service_get_problem (self->signaling);

  self->sign_in_source = 0;
  if (problem != NULL)
    {
      beckon_cli_output_error (&self->output, problem);
      stop (self, BECKON_CLI_EXIT_ERROR);
    }
  g_cancellable_cancel (self->sign_in);
  return G_SOURCE_REMOVE;
}

static void
sign_in (Client *self)
{
  self->sign_in_source = g_timeout_add_seconds (SIGN_IN_SECONDS, on_sign_in_late, self);
  beckon_signaling_service_sign_in_async (self->signaling, self->options->user,
                                          self->options->password, self->sign_in, on_signed_in,
                                          self);
}

static void
on_registered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Client *self = user_data;
  g_autoptr (GError) error = NULL;

  if (beckon_signaling_service_register_finish (self->signaling, result, &error) ||
      g_error_matches (error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_USER_EXISTS))
    sign_in (self);
  else
    fail (self, error);
}

static gboolean
on_interrupted (gpointer user_data)
{
  Client *self = user_data;
  BeckonCliExit status = BECKON_CLI_EXIT_OK;

  if (self->call != NULL)
    beckon_call_hang_up (self->call); /* its end sets the exit status of call and answer */
  if (self->options->command == BECKON_CLI_CALL || self->options->command == BECKON_CLI_ANSWER)
    status = BECKON_CLI_EXIT_CANCELLED;
  stop (self, status);
  return G_SOURCE_CONTINUE;
}

static gboolean
set_up (Client *self, GError **error)
{
  const BeckonCliOptions *options = self->options;
  g_autofree char *device = g_strdup_printf ("beckon-call.%s", g_get_host_name ());

  if (!beckon_media_init (NULL, NULL, error))
    return FALSE;
  self->prewarm = beckon_media_prewarm ();
  g_strcanon (device, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "._-", '-');
  self->signaling = beckon_signaling_service_new (options->server, device, g_get_host_name (),
                                                  error);
  if (self->signaling == NULL)
    return FALSE;
  self->manager = beckon_call_manager_new (self->signaling, options->config);
  beckon_call_manager_set_tones (self->manager, FALSE);
  g_signal_connect (self->manager, "notify::current-call", G_CALLBACK (on_current_call), self);
  g_signal_connect (self->manager, "incoming-call", G_CALLBACK (on_incoming), self);
  g_signal_connect (self->manager, "missed-call", G_CALLBACK (on_missed), self);
  g_signal_connect (self->signaling, "presence-changed", G_CALLBACK (on_presence), self);
  return TRUE;
}

static void
tear_down (Client *self)
{
  forget_call (self);
  g_clear_handle_id (&self->sign_in_source, g_source_remove);
  for (guint i = 0; i < G_N_ELEMENTS (self->signal_sources); i++)
    g_clear_handle_id (&self->signal_sources[i], g_source_remove);
  if (self->manager != NULL)
    g_signal_handlers_disconnect_by_data (self->manager, self);
  if (self->signaling != NULL)
    g_signal_handlers_disconnect_by_data (self->signaling, self);
  g_clear_object (&self->manager);
  g_clear_object (&self->signaling);
  g_clear_object (&self->sign_in);
  g_clear_pointer (&self->loop, g_main_loop_unref);
  g_clear_pointer (&self->prewarm, g_thread_join);
}

BeckonCliExit
beckon_cli_run (const BeckonCliOptions *options)
{
  Client self = { .options = options };
  g_autoptr (GError) error = NULL;

  self.output.json = options->json;
  self.output.started = g_get_monotonic_time ();
  self.loop = g_main_loop_new (NULL, FALSE);
  self.sign_in = g_cancellable_new ();
  if (!set_up (&self, &error))
    {
      beckon_cli_output_error (&self.output, error);
      tear_down (&self);
      return g_error_matches (error, BECKON_SIGNALING_ERROR, BECKON_SIGNALING_ERROR_BAD_ADDRESS)
                 ? BECKON_CLI_EXIT_USAGE
                 : BECKON_CLI_EXIT_ERROR;
    }
  self.signal_sources[0] = g_unix_signal_add (SIGINT, on_interrupted, &self);
  self.signal_sources[1] = g_unix_signal_add (SIGTERM, on_interrupted, &self);
  if (options->do_register)
    beckon_signaling_service_register_async (self.signaling, options->user,
                                             options->name != NULL ? options->name : options->user,
                                             options->password, self.sign_in, on_registered, &self);
  else
    sign_in (&self);
  g_main_loop_run (self.loop);
  tear_down (&self);
  return self.exit;
}
