/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Whether a call would work, told line by line. */

#define G_LOG_DOMAIN "beckon-cli"

#include "config.h"

#include "cli-private.h"

#include "check-server.h"

static void
on_line (BeckonNetworkCheck *check, const BeckonCheckLine *line, BeckonCliClient *self)
{
  const guint rate =
      line->check == BECKON_CHECK_MEDIA ? beckon_network_check_get_rate (check) : 0;

  if (line->status == BECKON_CHECK_FAILED)
    self->check_failed = TRUE;
  beckon_cli_output_event (
      &self->output, "check", "what", beckon_cli_text (beckon_check_to_string (line->check)),
      "status", beckon_cli_text (beckon_check_status_to_string (line->status)), "subject",
      beckon_cli_text (line->subject), "round_trip_ms", g_variant_new_double (line->round_trip_ms),
      "rate_kbps", g_variant_new_uint32 (rate), "message", beckon_cli_text (line->sentence), NULL);
}

static void
on_checked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  BeckonCliClient *self = user_data;
  g_autoptr (GError) error = NULL;

  self->checking = FALSE;
  g_signal_handlers_disconnect_by_data (source, self);
  if (beckon_network_check_run_finish (BECKON_NETWORK_CHECK (source), result, &error) == NULL)
    beckon_cli_client_stop (self, BECKON_CLI_EXIT_CANCELLED);
  else
    beckon_cli_client_stop (self, self->check_failed ? BECKON_CLI_EXIT_ERROR : BECKON_CLI_EXIT_OK);
}

static void
on_server_answered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  BeckonCliClient *self = user_data;
  g_autoptr (BeckonNetworkCheck) check = NULL;
  g_autoptr (GError) error = NULL;

  check = beckon_check_server_finish (self->signaling, result, &error);
  if (check == NULL)
    {
      beckon_cli_client_fail (self, error);
      return;
    }
  g_signal_connect (check, "line", G_CALLBACK (on_line), self);
  self->checking = TRUE;
  beckon_network_check_run_async (check, self->sign_in, on_checked, self);
}

void
beckon_cli_client_check (BeckonCliClient *self)
{
  beckon_check_server_async (self->signaling, self->options->server, self->options->config, NULL,
                             on_server_answered, self);
}
