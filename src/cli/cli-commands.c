/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What can be typed while a call runs. */

#define G_LOG_DOMAIN "beckon-cli"

#include "config.h"

#include "cli-private.h"

#include "identifiers.h"

static void
on_added (GObject *source, GAsyncResult *result, gpointer user_data)
{
  BeckonCliClient *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (BeckonInviteResult) added =
      beckon_call_add_finish (BECKON_CALL (source), result, &error);

  if (added == NULL)
    {
      beckon_cli_output_error (&self->output, error);
      return;
    }
  for (guint i = 0; i < added->failed->len; i++)
    beckon_cli_output_error (&self->output,
                             ((BeckonInviteFailure *) g_ptr_array_index (added->failed, i))->error);
  beckon_cli_output_event (&self->output, "added", "timeout", g_variant_new_uint32 (added->timeout),
                           NULL);
}

void
beckon_cli_client_add (BeckonCliClient *self, const char *const *users)
{
  beckon_cli_output_event (&self->output, "adding", "users", g_variant_new_strv (users, -1), NULL);
  beckon_call_add_async (self->call, users, self->options->timeout, on_added, self);
}

/* ---- typed ---- */

static gboolean
add (BeckonCliClient *self, const char *rest, GError **error)
{
  g_auto (GStrv) users = beckon_user_ids_parse (rest, error);

  if (users != NULL)
    beckon_cli_client_add (self, (const char *const *) users);
  return users != NULL;
}

static gboolean
withdraw (BeckonCliClient *self, const char *rest, GError **error)
{
  g_auto (GStrv) users = beckon_user_ids_parse (rest, error);

  for (guint i = 0; users != NULL && users[i] != NULL && self->call != NULL; i++)
    beckon_call_withdraw (self->call, users[i]);
  return users != NULL;
}

static gboolean
mute (BeckonCliClient *self, const char *rest, GError **error)
{
  beckon_call_set_microphone (self->call, FALSE);
  return TRUE;
}

static gboolean
unmute (BeckonCliClient *self, const char *rest, GError **error)
{
  beckon_call_set_microphone (self->call, TRUE);
  return TRUE;
}

/* "bob 50": half as loud */
static gboolean
set_volume (BeckonCliClient *self, const char *rest, GError **error)
{
  g_autofree char *text = g_strstrip (g_strdup (rest));
  g_auto (GStrv) words = g_strsplit_set (text, " \t", -1);
  guint64 percent;

  if (g_strv_length (words) != 2 || !beckon_user_id_is_valid (words[0]) ||
      !g_ascii_string_to_unsigned (words[1], 10, 0, (guint64) (100 * BECKON_VOLUME_MAX), &percent,
                                   NULL))
    {
      g_set_error (error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_BAD_REQUEST,
                   "volume wants a user ID and percents, 0 to %.0f", 100 * BECKON_VOLUME_MAX);
      return FALSE;
    }
  beckon_call_set_volume (self->call, words[0], percent / 100.0);
  return TRUE;
}

static gboolean
share (BeckonCliClient *self, const char *rest, GError **error)
{
  beckon_screen_sharing_start (self->sharing, NULL);
  return TRUE;
}

static gboolean
stop_sharing (BeckonCliClient *self, const char *rest, GError **error)
{
  beckon_screen_sharing_stop (self->sharing);
  return TRUE;
}

static gboolean
share_sound (BeckonCliClient *self, const char *rest, GError **error)
{
  beckon_call_set_system_sound (self->call, TRUE);
  return TRUE;
}

static gboolean
stop_sharing_sound (BeckonCliClient *self, const char *rest, GError **error)
{
  beckon_call_set_system_sound (self->call, FALSE);
  return TRUE;
}

static gboolean
hang_up (BeckonCliClient *self, const char *rest, GError **error)
{
  beckon_call_hang_up (self->call);
  return TRUE;
}

static const struct
{
  const char *word;
  gboolean (*run) (BeckonCliClient *self, const char *rest, GError **error);
} commands[] = {
  { "add", add },
  { "withdraw", withdraw },
  { "mute", mute },
  { "unmute", unmute },
  { "volume", set_volume },
  { "share", share },
  { "unshare", stop_sharing },
  { "share-sound", share_sound },
  { "unshare-sound", stop_sharing_sound },
  { "hang-up", hang_up },
};

static gboolean
run (BeckonCliClient *self, const char *line, GError **error)
{
  const gsize length = strcspn (line, " \t");

  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    if (strlen (commands[i].word) == length && strncmp (commands[i].word, line, length) == 0)
      return commands[i].run (self, line + length, error);
  g_set_error_literal (error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_UNKNOWN_TYPE,
                       "The commands are add, withdraw, mute, unmute, volume, share, unshare, "
                       "share-sound, unshare-sound and hang-up");
  return FALSE;
}

void
beckon_cli_client_do (const char *line, gpointer client)
{
  BeckonCliClient *self = client;
  g_autoptr (GError) error = NULL;

  if (*line != '\0' && self->call != NULL && !run (self, line, &error))
    beckon_cli_output_error (&self->output, error);
}
