/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-cli"

#include "config.h"

#include "cli-options.h"

#include "camera-access.h"
#include "cli-password.h"
#include "identifiers.h"

#define USAGE_SUMMARY                                                                              \
  "Commands:\n"                                                                                    \
  "  call USER… [--voice] [--timeout S]    place a call\n"                                         \
  "  answer [--accept|--reject|--busy|--ignore] [--after MS]\n"                                    \
  "                                        wait for one call and do that\n"                        \
  "  join [CALL] [--add USER]…             take part, with this device, in a call that runs on\n"  \
  "                                        another device of the same user, or ran on this one\n"  \
  "                                        before a crash; then invite more people\n"              \
  "  echo                                  answer everybody, send back what they send\n"           \
  "  watch                                 print what happens until interrupted\n"                 \
  "  contacts [add|remove|block|unblock USER]\n"                                                   \
  "                                        list contacts and blocked people, or change the list\n" \
  "  history [--seen]                      list past calls; say that they have been looked at\n"   \
  "  app [status|call USER…|answer|decline|hang-up|mute|unmute]\n"                                 \
  "                                        have the application of this session do it; needs\n"    \
  "                                        neither --server nor --user\n"                         \
  "  check                                 try what a call would need: the server, UDP, relays, media\n" \
  "  test-call                             call oneself, without a server and for 5 s or --duration,\n" \
  "                                        and print what was heard and seen\n"                    \
  "\n"                                                                                             \
  "While a call of call, answer or join is there, lines of standard input are commands:\n"         \
  "  add USER…   withdraw USER…   mute   unmute   volume USER PERCENT\n"                            \
  "  share   unshare   share-sound   unshare-sound   hang-up\n"                                     \
  "\n"                                                                                             \
  "Exit status: 0 media flowed and the call ended normally, 1 another error, 2 usage,\n"           \
  "3 rejected, 4 busy, 5 unanswered, 6 cancelled, 7 unknown, blocked or no invitee, 8 lost"

#define NODE_PREFIX "pipewire:"

/* As GOption fills it in; borrowed words are copied into the result. */
typedef struct
{
  char *server, *user, *name, *password_file, *token_file, *invite_code, *device, *video_in, *audio_in,
      *screen_in, *record, *preconnect, *relay_authority, *profile, *estimator;
  double duration;
  int timeout, after, bandwidth;
  gboolean do_register, json, statistics, voice, accept, reject, busy, ignore, seen, relay_only,
      without_camera;
  char **words, **added;
} Raw;

static void
raw_clear (Raw *raw)
{
  g_free (raw->server);
  g_free (raw->user);
  g_free (raw->name);
  g_free (raw->password_file);
  g_free (raw->token_file);
  g_free (raw->invite_code);
  g_free (raw->device);
  g_free (raw->video_in);
  g_free (raw->audio_in);
  g_free (raw->screen_in);
  g_free (raw->record);
  g_free (raw->preconnect);
  g_free (raw->relay_authority);
  g_free (raw->profile);
  g_free (raw->estimator);
  g_strfreev (raw->words);
  g_strfreev (raw->added);
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
    { "token-file", 0, 0, G_OPTION_ARG_FILENAME, &raw->token_file,
      "File with a token in its first line, in the place of the password", "FILE" },
    { "device", 0, 0, G_OPTION_ARG_STRING, &raw->device,
      "Which device this is, where a user has several", "ID" },
    { "register", 0, 0, G_OPTION_ARG_NONE, &raw->do_register,
      "Create the account first where it does not exist", NULL },
    { "invite-code", 0, 0, G_OPTION_ARG_STRING, &raw->invite_code,
      "For --register, on a server that creates accounts only with one", "CODE" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &raw->json, "One JSON object a line", NULL },
    { "statistics", 0, 0, G_OPTION_ARG_NONE, &raw->statistics,
      "Say each second how good the connection is, and not only at the end", NULL },
    { "relay-only", 0, 0, G_OPTION_ARG_NONE, &raw->relay_only,
      "Send and receive over relays only, so that the others do not learn our address", NULL },
    { "relay-authority", 0, 0, G_OPTION_ARG_FILENAME, &raw->relay_authority,
      "Who vouches for relays over TLS, in the place of whom the system trusts", "FILE.pem" },
    { "video-in", 0, 0, G_OPTION_ARG_FILENAME, &raw->video_in, "What is shown",
      "FILE|test|camera|portal|none" },
    { "audio-in", 0, 0, G_OPTION_ARG_FILENAME, &raw->audio_in, "What is said",
      "FILE|test|microphone|none" },
    { "screen-in", 0, 0, G_OPTION_ARG_FILENAME, &raw->screen_in,
      "What “share” shares: what the desktop’s dialog gives, or a PipeWire node",
      "FILE|test|portal|pipewire:NODE|none" },
    { "record", 0, 0, G_OPTION_ARG_FILENAME, &raw->record, "Keep what the others sent",
      "FILE.mkv" },
    { "preconnect", 0, 0, G_OPTION_ARG_STRING, &raw->preconnect,
      "Who may connect while it rings (default: contacts)", "contacts|everyone|nobody" },
    { "bandwidth", 0, 0, G_OPTION_ARG_INT, &raw->bandwidth, "Send no more to each person", "KBPS" },
    { "bandwidth-estimator", 0, 0, G_OPTION_ARG_STRING, &raw->estimator,
      "Who says what the line carries (default: beckon)", "beckon|rtpgccbwe" },
    { "duration", 0, 0, G_OPTION_ARG_DOUBLE, &raw->duration,
      "Hang up so long after media flows", "SECONDS" },
    { "voice", 0, 0, G_OPTION_ARG_NONE, &raw->voice, "call: a voice call", NULL },
    { "timeout", 0, 0, G_OPTION_ARG_INT, &raw->timeout,
      "call, join: how long those who are invited are rung (1–600)", "SECONDS" },
    { "add", 0, 0, G_OPTION_ARG_STRING_ARRAY, &raw->added, "join: invite them too", "USER" },
    { "profile", 0, 0, G_OPTION_ARG_STRING, &raw->profile, "app: which of several", "NAME" },
    { "without-camera", 0, 0, G_OPTION_ARG_NONE, &raw->without_camera,
      "app answer: do not show yourself", NULL },
    { "seen", 0, 0, G_OPTION_ARG_NONE, &raw->seen, "history: nothing is missed any more", NULL },
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

/* “portal” is a camera that the desktop lends, which is the only one there is in a sandbox. */
static void
set_up_cameras (BeckonMediaConfig *config, Raw *raw)
{
  const gboolean asked = g_strcmp0 (raw->video_in, "portal") == 0;

  config->devices = beckon_device_settings_new (NULL);
  if (asked || beckon_camera_access_is_needed ())
    beckon_camera_access_set_up (beckon_device_settings_get_list (config->devices));
  if (asked)
    g_clear_pointer (&raw->video_in, g_free);
}

static gboolean
fill_media (BeckonCliOptions *self, Raw *raw, GError **error)
{
  BeckonMediaConfig *config = self->config = beckon_media_config_new ();

  config->identity = g_strdup (self->user);
  if (raw->screen_in != NULL && g_str_has_prefix (raw->screen_in, NODE_PREFIX))
    config->screen_node = g_strdup (raw->screen_in + strlen (NODE_PREFIX));
  else
    config->screen = parse_source (raw->screen_in, "portal", &config->screen_file);
  config->record_path = g_strdup (raw->record);
  config->relay_only = raw->relay_only;
  config->relay_authority = g_strdup (raw->relay_authority);
  if (raw->bandwidth < 0)
    return usage (error, "--bandwidth takes kbit/s, 0 or more");
  config->bandwidth = raw->bandwidth;
  if (raw->estimator != NULL && !beckon_media_config_set_estimator (config, raw->estimator))
    return usage (error, "--bandwidth-estimator takes beckon or rtpgccbwe");
  if (self->command == BECKON_CLI_ECHO)
    {
      config->video = config->audio = BECKON_SOURCE_ECHO;
      config->audio_output = BECKON_OUTPUT_NONE;
      return TRUE;
    }
  set_up_cameras (config, raw);
  config->video = parse_source (raw->video_in, "camera", &config->video_file);
  config->audio = parse_source (raw->audio_in, "microphone", &config->audio_file);
  return check_file (config->video_file, error) && check_file (config->audio_file, error) &&
         check_file (config->screen_file, error);
}

static gboolean
fill_preconnect (BeckonCliOptions *self, const Raw *raw, GError **error)
{
  g_autoptr (GEnumClass) words = g_type_class_ref (BECKON_TYPE_PRECONNECT);
  const GEnumValue *value =
      g_enum_get_value_by_nick (words, raw->preconnect != NULL ? raw->preconnect : "contacts");

  if (value == NULL)
    return usage (error, "--preconnect takes contacts, everyone or nobody");
  self->preconnect = value->value;
  return TRUE;
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

/* @words: user ids */
static gboolean
fill_invitees (BeckonCliOptions *self, const Raw *raw, char **words, GError **error)
{
  g_autofree char *joined = g_strjoinv (" ", words);

  self->media = raw->voice ? BECKON_MEDIA_VOICE : BECKON_MEDIA_VIDEO;
  self->users = beckon_user_ids_parse (joined, error);
  return self->users != NULL;
}

static gboolean
fill_join (BeckonCliOptions *self, const Raw *raw, GError **error)
{
  g_autofree char *joined = raw->added != NULL ? g_strjoinv (" ", raw->added) : NULL;

  if (raw->words[1] != NULL && (raw->words[2] != NULL || !beckon_id_is_valid (raw->words[1])))
    return usage (error, "“join” takes the id of one call");
  self->call = g_strdup (raw->words[1]);
  if (joined != NULL)
    self->added = beckon_user_ids_parse (joined, error);
  return joined == NULL || self->added != NULL;
}

static gboolean
fill_contacts (BeckonCliOptions *self, const Raw *raw, GError **error)
{
  static const char *const changes[] = { "list", "add", "remove", "block", "unblock", NULL };
  const char *word = raw->words[1];

  if (word == NULL)
    return TRUE;
  if (!g_strv_contains (changes + 1, word) || raw->words[2] == NULL || raw->words[3] != NULL)
    return usage (error, "“contacts” takes add, remove, block or unblock, and one user id");
  while (!g_str_equal (changes[self->change], word))
    self->change++;
  self->users = beckon_user_ids_parse (raw->words[2], error);
  if (self->users != NULL && self->users[1] != NULL)
    return usage (error, "One user id at a time");
  return self->users != NULL;
}

static gboolean
fill_app (BeckonCliOptions *self, const Raw *raw, GError **error)
{
  static const char *const names[] = { "status",  "call", "answer", "decline",
                                       "hang-up", "mute", "unmute", NULL };
  const char *word = raw->words[1] != NULL ? raw->words[1] : "status";
  g_autofree char *id = NULL;

  if (!g_strv_contains (names, word))
    return usage (error, "“app” takes status, call, answer, decline, hang-up, mute or unmute");
  while (!g_str_equal (names[self->app], word))
    self->app++;
  self->without_camera = raw->without_camera;
  self->profile = g_strdup (raw->profile);
  id = g_strconcat (APPLICATION_ID ".", raw->profile, NULL);
  if (raw->profile != NULL && (strchr (raw->profile, '.') || !g_application_id_is_valid (id)))
    return usage (error, "--profile takes letters, digits, hyphens and underscores, no digit first");
  if (self->app == BECKON_CLI_APP_CALL)
    return fill_invitees (self, raw, raw->words + 2, error);
  if (raw->words[1] != NULL && raw->words[2] != NULL)
    return usage (error, "Only “app call” takes more words");
  return TRUE;
}

static gboolean
is_app (const Raw *raw)
{
  return raw->words != NULL && g_strcmp0 (raw->words[0], "app") == 0;
}

static gboolean
fill_command (BeckonCliOptions *self, const Raw *raw, GError **error)
{
  static const char *const names[] = { "call",     "answer",  "echo", "watch", "join",
                                       "contacts", "history", "check", "test-call", NULL };
  const char *word = raw->words != NULL ? raw->words[0] : NULL;

  if (word == NULL)
    return usage (error, "What to do? call, answer, join, echo, watch, contacts, history, check, "
                         "test-call or app");
  if (!g_strv_contains (names, word))
    return usage (error, "Commands are call, answer, join, echo, watch, contacts, history, check, "
                         "test-call and app");
  while (!g_str_equal (names[self->command], word))
    self->command++;
  if (raw->timeout < 0 || raw->timeout > BECKON_INVITATION_TIMEOUT_MAX)
    return usage (error, "--timeout takes seconds, 1 to 600");
  self->timeout = raw->timeout;
  self->seen = raw->seen;
  if (self->command == BECKON_CLI_CALL)
    return fill_invitees (self, raw, raw->words + 1, error);
  if (self->command == BECKON_CLI_JOIN)
    return fill_join (self, raw, error);
  if (self->command == BECKON_CLI_CONTACTS)
    return fill_contacts (self, raw, error);
  if (raw->words[1] != NULL)
    return usage (error, "Only “call”, “join” and “contacts” take more words");
  return fill_answer (self, raw, error);
}

/* Takes the first line of @content (nullable). Returns: FALSE if there is nothing in it. */
static gboolean
take_line (char **line, const char *content)
{
  *line = content != NULL ? g_strndup (content, strcspn (content, "\r\n")) : NULL;
  return *line != NULL && **line != '\0';
}

static gboolean
fill_token (BeckonCliOptions *self, const Raw *raw, GError **error)
{
  g_autofree char *content = NULL;

  if (raw->do_register)
    return usage (error, "A new account needs a password");
  if (!g_file_get_contents (raw->token_file, &content, NULL, error))
    return FALSE;
  return take_line (&self->token, content) || usage (error, "There is no token");
}

static gboolean
fill_password (BeckonCliOptions *self, const Raw *raw, GError **error)
{
  g_autofree char *content = NULL;

  if (raw->token_file != NULL)
    return fill_token (self, raw, error);
  if (raw->password_file == NULL)
    content = beckon_cli_ask_password ();
  else if (!g_file_get_contents (raw->password_file, &content, NULL, error))
    return FALSE;
  return take_line (&self->password, content) || usage (error, "There is no password");
}

/* Which needs neither a server nor an account. */
static gboolean
is_test_call (const Raw *raw)
{
  return raw->words != NULL && g_strcmp0 (raw->words[0], "test-call") == 0;
}

BeckonCliOptions *
beckon_cli_options_parse (int argc, char **argv, GError **error)
{
  g_auto (Raw) raw = { 0 };
  g_autoptr (BeckonCliOptions) self = g_new0 (BeckonCliOptions, 1);

  if (!parse_raw (&raw, argc, argv, error))
    return NULL;
  self->json = raw.json;
  self->statistics = raw.statistics;
  self->do_register = raw.do_register;
  self->server = g_strdup (raw.server);
  self->name = g_strdup (raw.name);
  self->invite_code = g_strdup (raw.invite_code);
  self->duration = raw.duration;
  if (is_app (&raw))
    {
      self->command = BECKON_CLI_APP;
      return fill_app (self, &raw, error) ? g_steal_pointer (&self) : NULL;
    }
  if (raw.duration < 0)
    {
      usage (error, "--duration takes seconds, more than 0");
      return NULL;
    }
  if (is_test_call (&raw))
    {
      self->user = g_strdup (raw.user != NULL ? raw.user : g_get_user_name ());
      return fill_command (self, &raw, error) && fill_media (self, &raw, error)
                 ? g_steal_pointer (&self)
                 : NULL;
    }
  if (raw.server == NULL || raw.user == NULL)
    {
      usage (error, "--server and --user are needed");
      return NULL;
    }
  if (raw.device != NULL && !beckon_id_is_valid (raw.device))
    {
      usage (error, "--device takes 1 to 64 characters of A-Z a-z 0-9 . _ -");
      return NULL;
    }
  self->device = g_strdup (raw.device);
  self->user = beckon_user_id_normalize (raw.user, error);
  if (self->user == NULL || !fill_command (self, &raw, error) || !fill_media (self, &raw, error) ||
      !fill_preconnect (self, &raw, error) || !fill_password (self, &raw, error))
    return NULL;
  return g_steal_pointer (&self);
}

gboolean
beckon_cli_options_has_calls (const BeckonCliOptions *self)
{
  return self->command != BECKON_CLI_CONTACTS && self->command != BECKON_CLI_HISTORY &&
         self->command != BECKON_CLI_CHECK;
}

gboolean
beckon_cli_options_is_one_call (const BeckonCliOptions *self)
{
  return self->command == BECKON_CLI_CALL || self->command == BECKON_CLI_ANSWER ||
         self->command == BECKON_CLI_JOIN;
}

void
beckon_cli_options_free (BeckonCliOptions *self)
{
  g_free (self->server);
  g_free (self->user);
  g_free (self->name);
  g_free (self->password);
  g_free (self->token);
  g_free (self->invite_code);
  g_free (self->device);
  g_free (self->call);
  g_free (self->profile);
  g_strfreev (self->users);
  g_strfreev (self->added);
  g_clear_pointer (&self->config, beckon_media_config_free);
  g_free (self);
}
