/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-cli"

#include "config.h"

#include "cli-private.h"

#include <glib-unix.h>

#include <unistd.h>

/* A person waits for the server for ever; a script wants to know. */
#define SIGN_IN_SECONDS 15

GVariant *
beckon_cli_text (const char *value)
{
  return g_variant_new_string (value != NULL ? value : "");
}

/* ---- the end ---- */

static void
on_shut_down (GObject *source, GAsyncResult *result, gpointer user_data)
{
  BeckonCliClient *self = user_data;
  g_autoptr (GError) error = NULL;

  if (!beckon_call_manager_shutdown_finish (BECKON_CALL_MANAGER (source), result, &error))
    {
      beckon_cli_output_error (&self->output, error);
      if (self->exit == BECKON_CLI_EXIT_OK)
        self->exit = BECKON_CLI_EXIT_ERROR;
    }
  g_main_loop_quit (self->loop);
}

static void
on_signed_out (GObject *source, GAsyncResult *result, gpointer user_data)
{
  BeckonCliClient *self = user_data;

  beckon_signaling_service_sign_out_finish (BECKON_SIGNALING_SERVICE (source), result, NULL);
  g_main_loop_quit (self->loop);
}

void
beckon_cli_client_stop (BeckonCliClient *self, BeckonCliExit status)
{
  if (self->stopping)
    return;
  self->stopping = TRUE;
  self->exit = status;
  if (self->manager != NULL)
    beckon_call_manager_shutdown_async (self->manager, on_shut_down, self);
  else
    beckon_signaling_service_sign_out_async (self->signaling, on_signed_out, self);
}

gboolean
beckon_cli_is_nobody (const GError *error)
{
  return g_error_matches (error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_NO_INVITEE) ||
         g_error_matches (error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_UNKNOWN_USER) ||
         g_error_matches (error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_BLOCKED);
}

void
beckon_cli_client_fail (BeckonCliClient *self, const GError *error)
{
  beckon_cli_output_error (&self->output, error);
  beckon_cli_client_stop (self, beckon_cli_is_nobody (error) ? BECKON_CLI_EXIT_NO_INVITEE
                                                             : BECKON_CLI_EXIT_ERROR);
}

/* ---- signing in ---- */

static void
run_command (BeckonCliClient *self)
{
  switch (self->options->command)
    {
    case BECKON_CLI_CALL:
      beckon_cli_client_place (self);
      break;
    case BECKON_CLI_JOIN:
      beckon_cli_client_join (self);
      break;
    case BECKON_CLI_WATCH:
      beckon_cli_client_watch_people (self);
      break;
    case BECKON_CLI_CONTACTS:
      beckon_cli_client_show_contacts (self);
      break;
    case BECKON_CLI_HISTORY:
      beckon_cli_client_show_history (self);
      break;
    case BECKON_CLI_CHECK:
      beckon_cli_client_check (self);
      break;
    case BECKON_CLI_APP: /* has no client */
    case BECKON_CLI_ANSWER:
    case BECKON_CLI_ECHO:
    case BECKON_CLI_TEST_CALL:
    default:
      break; /* calls come by themselves */
    }
}

/* Calls go on meanwhile. */
static void
on_server_state (BeckonCliClient *self)
{
  const GError *problem = beckon_signaling_service_get_problem (self->signaling);
  const BeckonSignalingState state = beckon_signaling_service_get_state (self->signaling);

  if (state == BECKON_SIGNALING_RECONNECTING && !self->server_lost)
    beckon_cli_output_event (&self->output, "server-lost", "message",
                             beckon_cli_text (problem != NULL ? problem->message : NULL), NULL);
  else if (state == BECKON_SIGNALING_CONNECTED && self->server_lost)
    beckon_cli_output_event (&self->output, "server-back", NULL);
  self->server_lost = state == BECKON_SIGNALING_RECONNECTING;
}

static void
on_signed_in (GObject *source, GAsyncResult *result, gpointer user_data)
{
  BeckonCliClient *self = user_data;
  g_autoptr (GError) error = NULL;

  g_clear_handle_id (&self->sign_in_source, g_source_remove);
  if (!beckon_signaling_service_sign_in_finish (self->signaling, result, &error))
    {
      if (!self->stopping)
        beckon_cli_client_fail (self,
                                beckon_signaling_service_why_not (self->not_registered, error));
      return;
    }
  beckon_cli_output_event (
      &self->output, "connected", "user",
      beckon_cli_text (beckon_signaling_service_get_user_id (self->signaling)), "server",
      beckon_cli_text (beckon_signaling_service_get_server (self->signaling)), NULL);
  g_signal_connect_swapped (self->signaling, "notify::state", G_CALLBACK (on_server_state), self);
  if (!self->stopping)
    run_command (self);
}

static gboolean
on_sign_in_late (gpointer user_data)
{
  BeckonCliClient *self = user_data;
  const GError *problem = beckon_signaling_service_get_problem (self->signaling);

  self->sign_in_source = 0;
  if (problem != NULL)
    {
      beckon_cli_output_error (&self->output, problem);
      beckon_cli_client_stop (self, BECKON_CLI_EXIT_ERROR);
    }
  g_cancellable_cancel (self->sign_in);
  return G_SOURCE_REMOVE;
}

static void
sign_in (BeckonCliClient *self)
{
  self->sign_in_source = g_timeout_add_seconds (SIGN_IN_SECONDS, on_sign_in_late, self);
  beckon_signaling_service_sign_in_async (self->signaling, self->options->user,
                                          self->options->password, self->options->token,
                                          self->sign_in, on_signed_in, self);
}

static void
on_registered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  BeckonCliClient *self = user_data;

  if (beckon_signaling_service_register_finish (self->signaling, result, &self->not_registered) ||
      beckon_signaling_service_may_exist (self->not_registered))
    sign_in (self);
  else
    beckon_cli_client_fail (self, self->not_registered);
}

static gboolean
on_interrupted (gpointer user_data)
{
  BeckonCliClient *self = user_data;
  BeckonCliExit status = BECKON_CLI_EXIT_OK;

  if (self->checking)
    {
      g_cancellable_cancel (self->sign_in); /* its end stops us */
      return G_SOURCE_CONTINUE;
    }
  if (self->call != NULL)
    beckon_call_hang_up (self->call); /* its end sets the exit status, where there is but one */
  if (beckon_cli_options_is_one_call (self->options))
    status = BECKON_CLI_EXIT_CANCELLED;
  beckon_cli_client_stop (self, status);
  return G_SOURCE_CONTINUE;
}

/* Who only asks does so beside whatever else runs on this computer: not in its place. */
static char *
make_device_id (const BeckonCliOptions *options)
{
  char *id;

  if (options->device != NULL)
    return g_strdup (options->device);
  if (beckon_cli_options_has_calls (options))
    id = g_strdup_printf ("beckon-call.%.40s", g_get_host_name ());
  else
    id = g_strdup_printf ("beckon-call.%.30s.%d", g_get_host_name (), (int) getpid ());
  return g_strcanon (id, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "._-", '-');
}

static gboolean
set_up (BeckonCliClient *self, GError **error)
{
  const BeckonCliOptions *options = self->options;
  g_autofree char *device = make_device_id (options);
  const gboolean calls = beckon_cli_options_has_calls (options);

  if ((calls || options->command == BECKON_CLI_CHECK) && !beckon_media_init (NULL, NULL, error))
    return FALSE;
  self->signaling = beckon_signaling_service_new (
      options->server, device, options->device != NULL ? options->device : g_get_host_name (),
      error);
  if (self->signaling == NULL)
    return FALSE;
  beckon_signaling_service_set_ring (self->signaling, calls);
  beckon_signaling_service_set_forgets_token (self->signaling, options->password != NULL);
  if (!calls)
    return TRUE;
  self->prewarm = beckon_media_prewarm ();
  self->manager = beckon_call_manager_new (self->signaling, options->config);
  beckon_call_manager_set_tones (self->manager, FALSE);
  g_object_set (self->manager, "preconnect", options->preconnect, NULL);
  beckon_cli_client_watch_calls (self);
  return TRUE;
}

static void
tear_down (BeckonCliClient *self)
{
  beckon_cli_client_forget_call (self);
  g_clear_pointer (&self->input, beckon_cli_input_free);
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
  g_clear_error (&self->not_registered);
  g_clear_object (&self->statistics);
  g_clear_pointer (&self->loop, g_main_loop_unref);
  g_clear_pointer (&self->prewarm, g_thread_join);
}

BeckonCliExit
beckon_cli_run (const BeckonCliOptions *options)
{
  BeckonCliClient self = { .options = options };
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
                                             options->password, options->invite_code, self.sign_in,
                                             on_registered, &self);
  else
    sign_in (&self);
  g_main_loop_run (self.loop);
  tear_down (&self);
  return self.exit;
}
