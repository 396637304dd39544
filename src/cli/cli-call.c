/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A call, told line by line, and what the options say is to be done with it. */

#define G_LOG_DOMAIN "beckon-cli"

#include "config.h"

#include "cli-private.h"

/* ---- one call ---- */

static gboolean
on_stats (gpointer user_data)
{
  beckon_cli_client_read_statistics (user_data);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_duration (gpointer user_data)
{
  BeckonCliClient *self = user_data;

  self->duration_source = 0;
  beckon_cli_client_read_statistics (self);
  beckon_call_hang_up (self->call);
  return G_SOURCE_REMOVE;
}

static void
media_flows (BeckonCliClient *self)
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
  BeckonCliClient *self = user_data;

  beckon_cli_output_event (&self->output, "first-audio", "user", beckon_cli_text (user), NULL);
  media_flows (self);
}

static void
on_first_video (BeckonCall *call, const char *user, guint width, guint height, gpointer user_data)
{
  BeckonCliClient *self = user_data;

  beckon_cli_output_event (&self->output, "first-video", "user", beckon_cli_text (user), "width",
                           g_variant_new_uint32 (width), "height", g_variant_new_uint32 (height),
                           NULL);
  media_flows (self);
}

static void
on_handed_over (BeckonCall *call, const char *user, guint generation, gpointer user_data)
{
  BeckonCliClient *self = user_data;

  beckon_cli_output_event (&self->output, "handed-over", "user", beckon_cli_text (user),
                           "generation", g_variant_new_uint32 (generation), NULL);
}

/* Returns: whether the line to us is too thin for theirs. */
static gboolean
have_no_pictures (BeckonCall *call)
{
  BeckonStatistics *statistics = beckon_call_get_statistics (call);

  return statistics != NULL && beckon_statistics_get_remote_pictures_off (statistics);
}

static void
on_remote_state (BeckonCall *call, GParamSpec *pspec, gpointer user_data)
{
  BeckonCliClient *self = user_data;

  if (beckon_call_get_state (call) == BECKON_CALL_STATE_CALLING)
    beckon_cli_output_event (&self->output, "remote-state", "microphone",
                             g_variant_new_boolean (beckon_call_get_remote_microphone (call)),
                             "camera", g_variant_new_boolean (beckon_call_get_remote_camera (call)),
                             "screen", g_variant_new_boolean (beckon_call_get_remote_screen (call)),
                             "pictures_off", g_variant_new_boolean (have_no_pictures (call)), NULL);
}

static void
on_local_state (BeckonCall *call, GParamSpec *pspec, gpointer user_data)
{
  BeckonCliClient *self = user_data;

  if (beckon_call_get_state (call) == BECKON_CALL_STATE_CALLING)
    beckon_cli_output_event (&self->output, "local-state", "microphone",
                             g_variant_new_boolean (beckon_call_get_microphone (call)), "camera",
                             g_variant_new_boolean (beckon_call_get_camera (call)), "screen",
                             g_variant_new_boolean (beckon_call_get_screen (call)), "system_sound",
                             g_variant_new_boolean (beckon_call_get_system_sound (call)), NULL);
}

/* What is missing is said; the call goes on without. */
static void
on_problem (BeckonCall *call, GParamSpec *pspec, gpointer user_data)
{
  BeckonCliClient *self = user_data;
  GError *problem = NULL;

  g_object_get (call, g_param_spec_get_name (pspec), &problem, NULL);
  if (problem == NULL)
    return;
  beckon_cli_output_event (&self->output, g_param_spec_get_name (pspec), "message",
                           beckon_cli_text (problem->message), NULL);
  g_error_free (problem);
}

static void
on_progress (BeckonCall *call, GParamSpec *pspec, gpointer user_data)
{
  BeckonCliClient *self = user_data;
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
  BeckonCliClient *self = user_data;

  if (beckon_call_get_state (call) == BECKON_CALL_STATE_CALLING)
    beckon_cli_output_event (&self->output, "accepted", NULL);
}

static const char *
member_word (BeckonMemberState state)
{
  switch (state)
    {
    case BECKON_MEMBER_ALERTED:
      return "alerted";
    case BECKON_MEMBER_JOINED:
      return "joined";
    case BECKON_MEMBER_GONE:
    default:
      return "gone";
    }
}

static void
on_members (BeckonCall *call, GParamSpec *pspec, gpointer user_data)
{
  BeckonCliClient *self = user_data;
  GPtrArray *members = beckon_call_get_members (call);
  GVariantBuilder builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{ss}"));

  for (guint i = 0; i < members->len; i++)
    {
      const BeckonUser *user = g_ptr_array_index (members, i);

      g_variant_builder_add (&builder, "{ss}", user->id,
                             member_word (beckon_call_get_member_state (call, user->id)));
    }
  beckon_cli_output_event (&self->output, "members", "members", g_variant_builder_end (&builder),
                           NULL);
}

/* How it ended: the event beside "ended", if it has one of its own, and the exit status. */
static BeckonCliExit
describe_end (BeckonCliClient *self, BeckonCallEnd end)
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
      beckon_cli_output_event (&self->output, "rejected", "reason", beckon_cli_text ("declined"),
                               "message", beckon_cli_text (beckon_call_get_message (self->call)),
                               NULL);
      return BECKON_CLI_EXIT_REJECTED;
    case BECKON_CALL_END_PEER_BUSY:
      beckon_cli_output_event (&self->output, "rejected", "reason", beckon_cli_text ("busy"), NULL);
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
      beckon_cli_output_event (&self->output, "answered-elsewhere", "device",
                               beckon_cli_text (beckon_call_get_answered_device (self->call)),
                               NULL);
      return BECKON_CLI_EXIT_ERROR;
    case BECKON_CALL_END_NONE:
    case BECKON_CALL_END_FAILED:
    default:
      return BECKON_CLI_EXIT_ERROR;
    }
}

void
beckon_cli_client_forget_call (BeckonCliClient *self)
{
  g_clear_handle_id (&self->answer_source, g_source_remove);
  g_clear_handle_id (&self->duration_source, g_source_remove);
  g_clear_handle_id (&self->stats_source, g_source_remove);
  if (self->call != NULL)
    g_signal_handlers_disconnect_by_data (self->call, self);
  g_clear_object (&self->sharing);
  g_clear_object (&self->call);
  self->media_flowed = FALSE;
}

static void
on_end (BeckonCall *call, GParamSpec *pspec, gpointer user_data)
{
  BeckonCliClient *self = user_data;
  const BeckonCallEnd end = beckon_call_get_end (call);
  g_autoptr (GEnumClass) words = g_type_class_ref (BECKON_TYPE_CALL_END);
  const BeckonCliExit status = describe_end (self, end);

  if (beckon_call_get_error (call) != NULL)
    beckon_cli_output_error (&self->output, beckon_call_get_error (call));
  beckon_cli_client_print_last_statistics (self);
  beckon_cli_output_event (
      &self->output, "ended", "reason", beckon_cli_text (g_enum_get_value (words, end)->value_nick),
      "duration_ms", g_variant_new_int64 (beckon_call_get_duration (call)), NULL);
  beckon_cli_client_forget_call (self);
  if (beckon_cli_options_is_one_call (self->options))
    beckon_cli_client_stop (self, status);
}

static void
follow_call (BeckonCliClient *self, BeckonCall *call)
{
  g_assert (self->call == NULL);
  self->call = g_object_ref (call);
  self->sharing = beckon_screen_sharing_new (call, NULL);
  g_signal_connect (call, "first-audio", G_CALLBACK (on_first_audio), self);
  g_signal_connect (call, "first-video", G_CALLBACK (on_first_video), self);
  g_signal_connect (call, "handed-over", G_CALLBACK (on_handed_over), self);
  g_signal_connect (call, "notify::progress", G_CALLBACK (on_progress), self);
  g_signal_connect (call, "notify::state", G_CALLBACK (on_state), self);
  g_signal_connect (call, "notify::end", G_CALLBACK (on_end), self);
  g_signal_connect (call, "notify::remote-microphone", G_CALLBACK (on_remote_state), self);
  g_signal_connect (call, "notify::remote-camera", G_CALLBACK (on_remote_state), self);
  g_signal_connect (call, "notify::remote-screen", G_CALLBACK (on_remote_state), self);
  g_signal_connect (call, "notify::screen", G_CALLBACK (on_local_state), self);
  g_signal_connect (call, "notify::system-sound", G_CALLBACK (on_local_state), self);
  g_signal_connect (call, "notify::screen-problem", G_CALLBACK (on_problem), self);
  g_signal_connect (call, "notify::microphone", G_CALLBACK (on_local_state), self);
  g_signal_connect (call, "notify::camera", G_CALLBACK (on_local_state), self);
  g_signal_connect (call, "notify::microphone-problem", G_CALLBACK (on_problem), self);
  g_signal_connect (call, "notify::camera-problem", G_CALLBACK (on_problem), self);
  g_signal_connect (call, "notify::speaker-problem", G_CALLBACK (on_problem), self);
  g_signal_connect (call, "notify::members", G_CALLBACK (on_members), self);
  if (beckon_cli_options_is_one_call (self->options) && self->input == NULL)
    self->input = beckon_cli_input_new (beckon_cli_client_do, self);
}

/* ---- call, join ---- */

static void
on_invited (GObject *source, GAsyncResult *result, gpointer user_data)
{
  BeckonCliClient *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (BeckonCall) call =
      beckon_call_manager_invite_finish (BECKON_CALL_MANAGER (source), result, &error);
  const gboolean merged = call != NULL && !beckon_call_is_outgoing (call);

  if (call == NULL)
    {
      beckon_cli_client_fail (self, error);
      return;
    }
  beckon_cli_output_event (&self->output, "invited", "call",
                           beckon_cli_text (beckon_call_get_id (call)), "merged",
                           g_variant_new_boolean (merged), NULL);
  if (merged)
    beckon_cli_output_event (&self->output, "accepted", NULL);
}

void
beckon_cli_client_place (BeckonCliClient *self)
{
  beckon_cli_output_event (&self->output, "inviting", NULL);
  beckon_call_manager_invite_async (self->manager, (const char *const *) self->options->users,
                                    self->options->media, self->options->timeout, NULL, on_invited,
                                    self);
}

static void
on_joined (GObject *source, GAsyncResult *result, gpointer user_data)
{
  BeckonCliClient *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (BeckonCall) call =
      beckon_call_manager_join_finish (BECKON_CALL_MANAGER (source), result, &error);

  if (call == NULL)
    {
      beckon_cli_client_fail (self, error);
      return;
    }
  beckon_cli_output_event (
      &self->output, "joined", "call", beckon_cli_text (beckon_call_get_id (call)), "media",
      beckon_cli_text (beckon_media_to_string (beckon_call_get_media (call))), NULL);
  if (self->options->added != NULL)
    beckon_cli_client_add (self, (const char *const *) self->options->added);
}

void
beckon_cli_client_join (BeckonCliClient *self)
{
  const BeckonCallSnapshot *other = beckon_call_manager_get_other_call (self->manager);
  const char *call = self->options->call;
  g_autoptr (GError) error = NULL;

  if (call == NULL && other != NULL)
    call = other->call;
  if (call == NULL)
    {
      error = g_error_new_literal (BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_UNKNOWN_CALL,
                                   "There is no call to join");
      beckon_cli_client_fail (self, error);
      return;
    }
  beckon_cli_output_event (&self->output, "joining", "call", beckon_cli_text (call), NULL);
  beckon_call_manager_join_async (self->manager, call,
                                  self->options->config->video != BECKON_SOURCE_NONE, NULL,
                                  on_joined, self);
}

/* ---- answer, echo ---- */

static void
on_accepted (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (!beckon_call_accept_finish (BECKON_CALL (source), result, &error))
    g_debug ("The accept failed: %s", error->message);
}

static void
accept_call (BeckonCliClient *self)
{
  beckon_cli_output_event (&self->output, "accepting", NULL);
  beckon_call_accept_async (self->call, self->options->config->video != BECKON_SOURCE_NONE,
                            on_accepted, NULL);
}

static gboolean
on_answer (gpointer user_data)
{
  BeckonCliClient *self = user_data;

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
  BeckonCliClient *self = user_data;

  beckon_cli_output_event (
      &self->output, "received", "call", beckon_cli_text (beckon_call_get_id (call)), "from",
      beckon_cli_text (beckon_call_get_peer_id (call)), "from_name",
      beckon_cli_text (beckon_call_get_peer_name (call)), "media",
      beckon_cli_text (beckon_media_to_string (beckon_call_get_media (call))), NULL);
  if (self->options->command == BECKON_CLI_ECHO)
    accept_call (self);
  else if (self->options->command == BECKON_CLI_ANSWER)
    self->answer_source = g_timeout_add (self->options->after, on_answer, self);
}

static void
on_missed (BeckonCallManager *manager,
           const BeckonUser *from,
           BeckonMedia media,
           gpointer user_data)
{
  BeckonCliClient *self = user_data;

  beckon_cli_output_event (&self->output, "missed", "from", beckon_cli_text (from->id), "media",
                           beckon_cli_text (beckon_media_to_string (media)), NULL);
}

static void
on_current_call (BeckonCallManager *manager, GParamSpec *pspec, gpointer user_data)
{
  BeckonCliClient *self = user_data;
  BeckonCall *call = beckon_call_manager_get_current_call (manager);

  if (call != NULL)
    follow_call (self, call);
}

void
beckon_cli_client_watch_calls (BeckonCliClient *self)
{
  g_signal_connect (self->manager, "notify::current-call", G_CALLBACK (on_current_call), self);
  g_signal_connect (self->manager, "incoming-call", G_CALLBACK (on_incoming), self);
  g_signal_connect (self->manager, "missed-call", G_CALLBACK (on_missed), self);
}
