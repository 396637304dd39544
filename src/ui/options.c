/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "options.h"

#include <glib/gi18n.h>

static const GOptionEntry entries[] = {
  { "profile", 0, 0, G_OPTION_ARG_STRING, NULL,
    N_ ("Use settings, account and windows of their own under this name"),
    /* Translators: in --help, what stands for a value; a word in capital letters */
    N_ ("NAME") },
  { "background", 0, 0, G_OPTION_ARG_NONE, NULL, N_ ("Start without a window, to be called"),
    NULL },
  { "server", 0, 0, G_OPTION_ARG_STRING, NULL, N_ ("Sign in to this server at the start"),
    /* Translators: in --help, what stands for a value; a word in capital letters */
    N_ ("URL") },
  /* Translators: in --help, after "Sign in to this server at the start" */
  { "user", 0, 0, G_OPTION_ARG_STRING, NULL, N_ ("… as this user"),
    /* Translators: in --help, what stands for a value; a word in capital letters */
    N_ ("ID") },
  { "name", 0, 0, G_OPTION_ARG_STRING, NULL, N_ ("… with this name, if the account is created"),
    /* Translators: in --help, what stands for a value; a word in capital letters */
    N_ ("NAME") },
  { "password-file", 0, 0, G_OPTION_ARG_FILENAME, NULL,
    N_ ("… with the password in the first line of this file"),
    /* Translators: in --help, what stands for a value; a word in capital letters */
    N_ ("FILE") },
  { "register", 0, 0, G_OPTION_ARG_NONE, NULL, N_ ("… and create the account if there is none"),
    NULL },
  { "video-in", 0, 0, G_OPTION_ARG_FILENAME, NULL,
    N_ ("Where your picture comes from: camera, test, none or a file"),
    /* Translators: in --help, what stands for a value; a word in capital letters */
    N_ ("SOURCE") },
  { "audio-in", 0, 0, G_OPTION_ARG_FILENAME, NULL,
    N_ ("Where your sound comes from: microphone, test, none or a file"),
    /* Translators: in --help, what stands for a value; a word in capital letters */
    N_ ("SOURCE") },
  { "screen-in", 0, 0, G_OPTION_ARG_FILENAME, NULL,
    N_("Where a shared screen comes from: portal, test, none or a file"),
    /* Translators: in --help, what stands for a value; a word in capital letters */
    N_("SOURCE") },
  { "test-media", 0, 0, G_OPTION_ARG_NONE, NULL,
    N_ ("Send a test picture and a tone where there is no device"), NULL },
  { NULL }
};

void
beckon_options_describe (GApplication *application)
{
  g_application_add_main_option_entries (application, entries);
}

static char *
dup_option (GVariantDict *dict, const char *name)
{
  char *value = NULL;

  g_variant_dict_lookup (dict, name, "s", &value);
  return value;
}

static char *
dup_filename (GVariantDict *dict, const char *name)
{
  g_autoptr (GVariant) value = g_variant_dict_lookup_value (dict, name, G_VARIANT_TYPE_BYTESTRING);

  return value != NULL ? g_variant_dup_bytestring (value, NULL) : NULL;
}

static gboolean
read_profile (BeckonOptions *self, GVariantDict *dict, GError **error)
{
  g_autofree char *id = NULL;

  self->profile = dup_option (dict, "profile");
  if (self->profile == NULL)
    {
      self->profile = g_strdup ("");
      return TRUE;
    }
  id = g_strconcat (APPLICATION_ID ".", self->profile, NULL);
  if (g_application_id_is_valid (id) && strchr (self->profile, '.') == NULL)
    return TRUE;
  g_set_error_literal (
      error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
      _("--profile takes letters, digits, hyphens and underscores, and no digit first"));
  return FALSE;
}

static gboolean
read_account (BeckonOptions *self, GVariantDict *dict, GError **error)
{
  g_autofree char *password_file = dup_filename (dict, "password-file");
  char *end;

  self->server = dup_option (dict, "server");
  self->user = dup_option (dict, "user");
  self->name = dup_option (dict, "name");
  self->create = g_variant_dict_contains (dict, "register");
  if (self->server == NULL && self->user == NULL && password_file == NULL && !self->create)
    return TRUE;
  if (self->server == NULL || self->user == NULL || password_file == NULL)
    {
      g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                           _("To sign in, give --server, --user and --password-file"));
      return FALSE;
    }
  if (!g_file_get_contents (password_file, &self->password, NULL, error))
    return FALSE;
  end = strpbrk (self->password, "\r\n");
  if (end != NULL)
    *end = '\0';
  return TRUE;
}

static BeckonSource
read_source (GVariantDict *dict, const char *option, const char *device, char **file)
{
  g_autofree char *value = dup_filename (dict, option);

  if (value == NULL)
    return g_variant_dict_contains (dict, "test-media") ? BECKON_SOURCE_DEVICE_OR_TEST
                                                        : BECKON_SOURCE_DEVICE;
  if (g_str_equal (value, device))
    return BECKON_SOURCE_DEVICE;
  if (g_str_equal (value, "test"))
    return BECKON_SOURCE_TEST;
  if (g_str_equal (value, "none"))
    return BECKON_SOURCE_NONE;
  *file = g_steal_pointer (&value);
  return g_variant_dict_contains (dict, "test-media") ? BECKON_SOURCE_DEVICE_OR_TEST
                                                      : BECKON_SOURCE_FILE;
}

BeckonOptions *
beckon_options_new (GVariantDict *dict, GError **error)
{
  g_autoptr (BeckonOptions) self = g_new0 (BeckonOptions, 1);

  g_return_val_if_fail (dict != NULL, NULL);

  self->media = beckon_media_config_new ();
  if (!read_profile (self, dict, error) || !read_account (self, dict, error))
    return NULL;
  self->background = g_variant_dict_contains (dict, "background");
  self->media->video = read_source (dict, "video-in", "camera", &self->media->video_file);
  self->media->audio = read_source (dict, "audio-in", "microphone", &self->media->audio_file);
  if (g_variant_dict_contains (dict, "screen-in"))
    self->media->screen = read_source (dict, "screen-in", "portal", &self->media->screen_file);
  if (self->media->screen == BECKON_SOURCE_DEVICE_OR_TEST)
    self->media->screen = BECKON_SOURCE_FILE; /* a screen is chosen, not found */
  return g_steal_pointer (&self);
}

void
beckon_options_free (BeckonOptions *self)
{
  g_free (self->profile);
  g_free (self->server);
  g_free (self->user);
  g_free (self->name);
  g_free (self->password);
  g_clear_pointer (&self->media, beckon_media_config_free);
  g_free (self);
}
