/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Contacts, the history of calls, and what becomes of people. */

#define G_LOG_DOMAIN "beckon-cli"

#include "config.h"

#include "cli-private.h"

#define HISTORY_LIMIT 100 /* as many as a server tells at once */

/* ---- contacts ---- */

static void
on_contacts (GObject *source, GAsyncResult *result, gpointer user_data)
{
  BeckonCliClient *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) blocked = NULL;
  g_autoptr (GPtrArray) contacts = beckon_signaling_service_list_contacts_finish (
      BECKON_SIGNALING_SERVICE (source), result, &blocked, &error);

  if (contacts == NULL)
    {
      beckon_cli_client_fail (self, error);
      return;
    }
  for (guint i = 0; i < contacts->len; i++)
    {
      const BeckonContact *contact = g_ptr_array_index (contacts, i);

      beckon_cli_output_event (
          &self->output, "contact", "user", beckon_cli_text (contact->user->id), "name",
          beckon_cli_text (contact->user->name), "presence",
          beckon_cli_text (beckon_presence_to_string (contact->presence)), NULL);
    }
  for (guint i = 0; i < blocked->len; i++)
    {
      const BeckonUser *user = g_ptr_array_index (blocked, i);

      beckon_cli_output_event (&self->output, "blocked", "user", beckon_cli_text (user->id), "name",
                               beckon_cli_text (user->name), NULL);
    }
  beckon_cli_client_stop (self, BECKON_CLI_EXIT_OK);
}

static void
on_contact_changed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  BeckonCliClient *self = user_data;
  g_autoptr (GError) error = NULL;

  if (!beckon_signaling_service_request_finish (BECKON_SIGNALING_SERVICE (source), result, &error))
    {
      beckon_cli_client_fail (self, error);
      return;
    }
  beckon_cli_output_event (&self->output, "contacts-changed", "user",
                           beckon_cli_text (self->options->users[0]), NULL);
  beckon_cli_client_stop (self, BECKON_CLI_EXIT_OK);
}

void
beckon_cli_client_show_contacts (BeckonCliClient *self)
{
  const char *user = self->options->users != NULL ? self->options->users[0] : NULL;

  switch (self->options->change)
    {
    case BECKON_CLI_CONTACTS_ADD:
      beckon_signaling_service_add_contact_async (self->signaling, user, NULL, on_contact_changed,
                                                  self);
      break;
    case BECKON_CLI_CONTACTS_REMOVE:
      beckon_signaling_service_remove_contact_async (self->signaling, user, NULL,
                                                     on_contact_changed, self);
      break;
    case BECKON_CLI_CONTACTS_BLOCK:
      beckon_signaling_service_block_async (self->signaling, user, NULL, on_contact_changed, self);
      break;
    case BECKON_CLI_CONTACTS_UNBLOCK:
      beckon_signaling_service_unblock_async (self->signaling, user, NULL, on_contact_changed,
                                              self);
      break;
    case BECKON_CLI_CONTACTS_LIST:
    default:
      beckon_signaling_service_list_contacts_async (self->signaling, NULL, on_contacts, self);
      break;
    }
}

/* ---- history ---- */

static void
on_seen (GObject *source, GAsyncResult *result, gpointer user_data)
{
  BeckonCliClient *self = user_data;
  g_autoptr (GError) error = NULL;

  if (!beckon_signaling_service_request_finish (BECKON_SIGNALING_SERVICE (source), result, &error))
    {
      beckon_cli_client_fail (self, error);
      return;
    }
  beckon_cli_output_event (&self->output, "seen", NULL);
  beckon_cli_client_stop (self, BECKON_CLI_EXIT_OK);
}

static void
print_past_call (BeckonCliClient *self, const BeckonPastCall *call)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) users = NULL;

  for (guint i = 0; i < call->others->len; i++)
    g_strv_builder_add (builder, ((BeckonUser *) g_ptr_array_index (call->others, i))->id);
  users = g_strv_builder_end (builder);
  beckon_cli_output_event (&self->output, "past-call", "call", beckon_cli_text (call->call),
                           "direction", beckon_cli_text (call->outgoing ? "outgoing" : "incoming"),
                           "media", beckon_cli_text (beckon_media_to_string (call->media)), "users",
                           g_variant_new_strv ((const char *const *) users, -1), "outcome",
                           beckon_cli_text (call->outcome), "started",
                           g_variant_new_int64 (call->started), "duration_ms",
                           g_variant_new_int64 (call->duration), NULL);
}

static void
on_history (GObject *source, GAsyncResult *result, gpointer user_data)
{
  BeckonCliClient *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) calls = beckon_signaling_service_list_history_finish (
      BECKON_SIGNALING_SERVICE (source), result, &error);

  if (calls == NULL)
    {
      beckon_cli_client_fail (self, error);
      return;
    }
  for (guint i = 0; i < calls->len; i++)
    print_past_call (self, g_ptr_array_index (calls, i));
  beckon_cli_output_event (
      &self->output, "missed-calls", "count",
      g_variant_new_uint32 (beckon_signaling_service_get_missed (self->signaling)), NULL);
  if (self->options->seen && calls->len > 0) /* no later ones: nobody has looked at those */
    beckon_signaling_service_see_history_async (
        self->signaling, ((BeckonPastCall *) g_ptr_array_index (calls, 0))->started, NULL, on_seen,
        self);
  else
    beckon_cli_client_stop (self, BECKON_CLI_EXIT_OK);
}

void
beckon_cli_client_show_history (BeckonCliClient *self)
{
  beckon_signaling_service_list_history_async (self->signaling, HISTORY_LIMIT, 0, NULL, on_history,
                                               self);
}

/* ---- watch ---- */

static void
on_presence (BeckonSignalingService *service,
             const char *user,
             BeckonPresence presence,
             BeckonCliClient *self)
{
  beckon_cli_output_event (&self->output, "presence", "user", beckon_cli_text (user), "state",
                           beckon_cli_text (beckon_presence_to_string (presence)), NULL);
}

static void
on_missed_count (BeckonSignalingService *service, guint count, BeckonCliClient *self)
{
  beckon_cli_output_event (&self->output, "missed-calls", "count", g_variant_new_uint32 (count),
                           NULL);
}

static void
on_other_call (BeckonCallManager *manager, GParamSpec *pspec, BeckonCliClient *self)
{
  const BeckonCallSnapshot *other = beckon_call_manager_get_other_call (manager);

  if (other != NULL)
    beckon_cli_output_event (&self->output, "other-call", "call", beckon_cli_text (other->call),
                             "media", beckon_cli_text (beckon_media_to_string (other->media)),
                             "device", beckon_cli_text (other->device), NULL);
}

static void
on_watched (GObject *source, GAsyncResult *result, gpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) contacts = beckon_signaling_service_list_contacts_finish (
      BECKON_SIGNALING_SERVICE (source), result, NULL, &error);

  if (contacts == NULL)
    g_debug ("The contacts did not come: %s", error->message);
}

void
beckon_cli_client_watch_people (BeckonCliClient *self)
{
  g_signal_connect (self->signaling, "presence-changed", G_CALLBACK (on_presence), self);
  g_signal_connect (self->signaling, "history-missed", G_CALLBACK (on_missed_count), self);
  g_signal_connect (self->manager, "notify::other-call", G_CALLBACK (on_other_call), self);
  on_other_call (self->manager, NULL, self);
  if (beckon_signaling_service_get_missed (self->signaling) > 0)
    on_missed_count (self->signaling, beckon_signaling_service_get_missed (self->signaling), self);
  beckon_signaling_service_list_contacts_async (self->signaling, NULL, on_watched, NULL);
}
