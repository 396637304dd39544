/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-cli"

#include "config.h"

#include "cli-options.h"

#include "identifiers.h"

#include <stdio.h>
#include <termios.h>
#include <unistd.h>

#define USAGE_SUMMARY                                                                              \
  "Commands:\n"                                                                                    \
  "  call USER… [--voice] [--timeout S]    place a call\n"                                         \
  "  answer [--accept|--reject|--busy|--ignore] [--after MS]\n"                                    \
  "                                        wait for one call and do that\n"                        \
  "  echo                                  answer everybody, send back what they send\n"           \
  "  watch                                 print what happens until interrupted\n"                 \
  "\n"                                                                                             \
  "Exit status: 0 media flowed and the call ended normally, 1 another error, 2 usage,\n"           \
  "3 rejected, 4 busy, 5 unanswered, 6 cancelled, 7 unknown, blocked or no invitee, 8 lost"

/* As GOption fills it in; borrowed words are copied into the result. */
typedef struct
{
  char *server, *user, *name, *password_file, *video_in, *audio_in, *record;
  double duration;
  int timeout, after;
  gboolean do_register, json, voice, accept, reject, busy, ignore;
  char **words;
} Raw;

static void
raw_clear (Raw *raw)
{
  g_free (raw->server);
  g_free (raw->user);
  g_free (raw->name);
  g_free (raw->password_file);
  g_free (raw->video_in);
  g_free (raw->audio_in);
  g_free (raw->record);
  g_strfreev (raw->words);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Raw, raw_clear)

static gboolean
usage (GError **error, const char *text)
{
  g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, text);
  return FALSE;
}

static gboolean
parse_raw (Raw *raw, int argc, char **argv, GError **error)
{
  const GOptionEntry entries[] = {
    { "server", 0, 0, G_OPTION_ARG_STRING, &raw->server, "Address of the server", "URL" },
    { "user", 0, 0, G_OPTION_ARG_STRING, &raw->user, "Who signs in", "ID" },
    { "name", 0, 0, G_OPTION_ARG_STRING, &raw->name, "Name of a new account", "NAME" },
    { "password-file", 0, 0, G_OPTION_ARG_FILENAME, &raw->password_file,
      "File with the password in its first line; else it is asked for", "FILE" },
    { "register", 0, 0, G_OPTION_ARG_NONE, &raw->do_register,
      "Create the account first where it does not exist", NULL },
    { "json", 0, 0, G_OPTION_ARG_NONE, &raw->json, "One JSON object a line", NULL },
    { "video-in", 0, 0, G_OPTION_ARG_FILENAME, &raw->video_in, "What is shown",
      "FILE|test|camera|none" },
    { "audio-in", 0, 0, G_OPTION_ARG_FILENAME, &raw->audio_in, "What is said",
      "FILE|test|microphone|none" },
    { "record", 0, 0, G_OPTION_ARG_FILENAME, &raw->record, "Keep what the others sent",
      "FILE.mkv" },
    { "duration", 0, 0, G_OPTION_ARG_DOUBLE, &raw->duration,
      "Hang up so long after media flows", "SECONDS" },
    { "voice", 0, 0, G_OPTION_ARG_NONE, &raw->voice, "call: a voice call", NULL },
    { "timeout", 0, 0, G_OPTION_ARG_INT, &raw->timeout, "call: how long it rings (1–600)",
      "SECONDS" },
    { "accept", 0, 0, G_OPTION_ARG_NONE, &raw->accept, "answer: accept (the default)", NULL },
    { "reject", 0, 0, G_OPTION_ARG_NONE, &raw->reject, "answer: decline", NULL },
    { "busy", 0, 0, G_OPTION_ARG_NONE, &raw->busy, "answer: say busy", NULL },
    { "ignore", 0, 0, G_OPTION_ARG_NONE, &raw->ignore, "answer: let it ring", NULL },
    { "after", 0, 0, G_OPTION_ARG_INT, &raw->after, "answer: only after this time", "MS" },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &raw->words, NULL, NULL },
    { NULL }
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("COMMAND — calls without windows");
  g_auto (GStrv) copy = g_strdupv (argv);

  g_option_context_set_summary (context, USAGE_SUMMARY);
  g_option_context_add_main_entries (context, entries, NULL);
  return g_option_context_parse_strv (context, &copy, error);
}

static BeckonSource
parse_source (const char *word, const char *device, char **file)
{
  if (word == NULL || g_str_equal (word, device))
    return BECKON_SOURCE_DEVICE;
  if (g_str_equal (word, "test"))
    return BECKON_SOURCE_TEST;
  if (g_str_equal (word, "none"))
    return BECKON_SOURCE_NONE;
  *file = g_strdup (word);
  return BECKON_SOURCE_FILE;
}

static gboolean
check_file (const char *file, GError **error)
{
  if (file == NULL || g_file_test (file, G_FILE_TEST_IS_REGULAR))
    return TRUE;
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "There is no file “%s”", file);
  return FALSE;
}

static gboolean
fill_media (BeckonCliOptions *self, const Raw *raw, GError **error)
{
  BeckonMediaConfig *config = self->config = beckon_media_config_new ();

  config->identity = g_strdup (self->user);
  config->record_path = g_strdup (raw->record);
  if (self->command == BECKON_CLI_ECHO)
    {
      config->video = config->audio = BECKON_SOURCE_ECHO;
      config->audio_output = BECKON_OUTPUT_NONE;
      return TRUE;
    }
  config->video = parse_source (raw->video_in, "camera", &config->video_file);
  config->audio = parse_source (raw->audio_in, "microphone", &config->audio_file);
  return check_file (config->video_file, error) && check_file (config->audio_file, error);
}

static gboolean
fill_answer (BeckonCliOptions *self, const Raw *raw, GError **error)
{
  if (raw->accept + raw->reject + raw->busy + raw->ignore > 1)
    return usage (error, "One answer at a time: --accept, --reject, --busy or --ignore");
  if (raw->after < 0)
    return usage (error, "--after takes milliseconds, 0 or more");
  self->after = raw->after;
  self->answer = raw->reject   ? BECKON_CLI_REJECT
                 : raw->busy   ? BECKON_CLI_BUSY
                 : raw->ignore ? BECKON_CLI_IGNORE
                               : BECKON_CLI_ACCEPT;
  return TRUE;
}

static gboolean
fill_invitees (BeckonCliOptions *self, const Raw *raw, GError **error)
{
  g_autofree char *joined = g_strjoinv (" ", raw->words + 1);

  if (raw->timeout < 0 || raw->timeout > BECKON_INVITATION_TIMEOUT_MAX)
    return usage (error, "--timeout takes seconds, 1 to 600");
  self->timeout = raw->timeout;
  self->media = raw->voice ? BECKON_MEDIA_VOICE : BECKON_MEDIA_VIDEO;
  self->invitees = beckon_user_ids_parse (joined, error);
  return self->invitees != NULL;
}

static gboolean
fill_command (BeckonCliOptions *self, const Raw *raw, GError **error)
{
  static const char *const names[] = { "call", "answer", "echo", "watch", NULL };
  const char *word = raw->words != NULL ? raw->words[0] : NULL;

  if (word == NULL)
    return usage (error, "What to do? call, answer, echo or watch");
  if (!g_strv_contains (names, word))
    return usage (error, "The command is one of call, answer, echo, watch");
  while (!g_str_equal (names[self->command], word))
    self->command++;
  if (self->command == BECKON_CLI_CALL)
    return fill_invitees (self, raw, error);
  if (raw->words[1] != NULL)
    return usage (error, "Only “call” takes user ids");
  return fill_answer (self, raw, error);
}

/* Returns: (transfer full) (nullable): the first line of standard input; not shown if typed. */
static char *
ask_password (void)
{
  struct termios shown, hidden;
  const gboolean typed = isatty (STDIN_FILENO) && tcgetattr (STDIN_FILENO, &shown) == 0;
  g_autofree char *line = NULL;
  size_t size = 0;
  ssize_t length;

  if (typed)
    {
      hidden = shown;
      hidden.c_lflag &= ~ECHO;
      tcsetattr (STDIN_FILENO, TCSAFLUSH, &hidden);
      g_printerr ("Password: ");
    }
  length = getline (&line, &size, stdin);
  if (typed)
    {
      tcsetattr (STDIN_FILENO, TCSAFLUSH, &shown);
      g_printerr ("\n");
    }
  return length >= 0 ? g_steal_pointer (&line) : NULL;
}

static gboolean
fill_password (BeckonCliOptions *self, const Raw *raw, GError **error)
{
  g_autofree char *content = NULL;

  if (raw->password_file == NULL)
    content = ask_password ();
  else if (!g_file_get_contents (raw->password_file, &content, NULL, error))
    return FALSE;
  if (content != NULL)
    content[strcspn (content, "\r\n")] = '\0';
  if (content == NULL || *content == '\0')
    return usage (error, "There is no password");
  self->password = g_steal_pointer (&content);
  return TRUE;
}

BeckonCliOptions *
beckon_cli_options_parse (int argc, char **argv, GError **error)
{
  g_auto (Raw) raw = { 0 };
  g_autoptr (BeckonCliOptions) self = g_new0 (BeckonCliOptions, 1);

  if (!parse_raw (&raw, argc, argv, error))
    return NULL;
  self->json = raw.json;
  self->do_register = raw.do_register;
  self->server = g_strdup (raw.server);
  self->name = g_strdup (raw.name);
  self->duration = raw.duration;
  if (raw.server == NULL || raw.user == NULL)
    {
      usage (error, "--server and --user are needed");
      return NULL;
    }
  if (raw.duration < 0)
    {
      usage (error, "--duration takes seconds, more than 0");
      return NULL;
    }
  self->user = beckon_user_id_normalize (raw.user, error);
  if (self->user == NULL || !fill_command (self, &raw, error) || !fill_media (self, &raw, error) ||
      !fill_password (self, &raw, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
beckon_cli_options_free (BeckonCliOptions *self)
{
  g_free (self->server);
  g_free (self->user);
  g_free (self->name);
  g_free (self->password);
  g_strfreev (self->invitees);
  g_clear_pointer (&self->config, beckon_media_config_free);
  g_free (self);
}
