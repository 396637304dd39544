/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Whether a call would work, told line by line. */

#define G_LOG_DOMAIN "beckon-cli"

#include "config.h"

#include "cli-private.h"

#include "network-check.h"

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
  g_autoptr (GPtrArray) contacts = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (BeckonNetworkCheck) check = NULL;
  GPtrArray *servers = beckon_signaling_service_get_ice_servers (self->signaling);

  contacts = beckon_signaling_service_list_contacts_finish (self->signaling, result, NULL, &error);
  if (contacts == NULL)
    {
      beckon_cli_client_fail (self, error);
      return;
    }
  check = beckon_network_check_new (self->options->config);
  beckon_network_check_set_server (check, self->options->server,
                                   (g_get_monotonic_time () - self->asked) /
                                       (double) G_TIME_SPAN_MILLISECOND);
  for (guint i = 0; i < servers->len; i++)
    {
      const BeckonIceServer *server = g_ptr_array_index (servers, i);

      for (guint j = 0; server->urls[j] != NULL; j++)
        beckon_network_check_add_ice_server (check, server->urls[j], server->username,
                                             server->credential);
    }
  g_signal_connect (check, "line", G_CALLBACK (on_line), self);
  self->checking = TRUE;
  beckon_network_check_run_async (check, self->sign_in, on_checked, self);
}

void
beckon_cli_client_check (BeckonCliClient *self)
{
  self->asked = g_get_monotonic_time ();
  beckon_signaling_service_list_contacts_async (self->signaling, NULL, on_server_answered, self);
}
