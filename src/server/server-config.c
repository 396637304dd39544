/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-server"

#include "config.h"

#include "server-config.h"

#include "protocol-types.h"
#include "server-error.h"

BeckonServerConfig *
beckon_server_config_new (void)
{
  BeckonServerConfig *self = g_new0 (BeckonServerConfig, 1);

  self->listen = g_strdup ("127.0.0.1:7300");
  self->data = g_build_filename (g_get_user_data_dir (), "beckon-server", NULL);
  self->name = g_strdup ("Beckon");
  self->token_days = 90;
  self->hello_seconds = 10;
  self->silence_seconds = 45;
  self->ring_seconds = BECKON_INVITATION_TIMEOUT_DEFAULT;
  self->caller_grace = 8;
  self->member_grace = 20;
  self->requests_per_minute = 600;
  self->invitations_per_minute = 60;
  self->connections_per_address = 1000;
  self->sign_in_failures_per_minute = 10;
  self->turn_seconds = 3600;
  return self;
}

void
beckon_server_config_free (BeckonServerConfig *self)
{
  g_free (self->listen);
  g_free (self->data);
  g_free (self->name);
  g_free (self->registration_code);
  g_free (self->certificate);
  g_free (self->private_key);
  g_strfreev (self->ice_urls);
  g_free (self->turn_secret);
  g_free (self);
}

static gboolean
refuse (GError **error, const char *group, const char *key, const char *why)
{
  g_set_error (error, BECKON_SERVER_ERROR, BECKON_SERVER_ERROR_CONFIG, "[%s] %s: %s", group, key,
               why);
  return FALSE;
}

static gboolean
read_registration (BeckonServerConfig *self, const char *word, GError **error)
{
  if (g_str_equal (word, "open"))
    self->registration = BECKON_REGISTRATION_OPEN;
  else if (g_str_equal (word, "code"))
    self->registration = BECKON_REGISTRATION_CODE;
  else if (g_str_equal (word, "closed"))
    self->registration = BECKON_REGISTRATION_CLOSED;
  else
    return refuse (error, "server", "registration", "is open, code or closed");
  return TRUE;
}

/* Where each key goes. */
typedef struct
{
  const char *group, *key;
  char **text;
  guint *number;
  guint min, max;
  gboolean *flag;
  char ***list;
} Key;

static gboolean
read_key (GKeyFile *file, const Key *key, GError **error)
{
  g_autoptr (GError) wrong = NULL;

  if (!g_key_file_has_key (file, key->group, key->key, NULL))
    return TRUE;
  if (key->text != NULL)
    {
      g_free (*key->text);
      *key->text = g_key_file_get_string (file, key->group, key->key, &wrong);
    }
  else if (key->list != NULL)
    {
      g_strfreev (*key->list);
      *key->list = g_key_file_get_string_list (file, key->group, key->key, NULL, &wrong);
    }
  else if (key->flag != NULL)
    *key->flag = g_key_file_get_boolean (file, key->group, key->key, &wrong);
  else
    {
      const int value = g_key_file_get_integer (file, key->group, key->key, &wrong);

      if (wrong == NULL && (value < (int) key->min || value > (int) key->max))
        {
          g_autofree char *range = g_strdup_printf ("is a number from %u to %u", key->min, key->max);

          return refuse (error, key->group, key->key, range);
        }
      *key->number = value;
    }
  return wrong == NULL || refuse (error, key->group, key->key, wrong->message);
}

/* A key that nobody knows is a key that somebody mistyped. */
static gboolean
check_known (GKeyFile *file, const Key *keys, guint n_keys, GError **error)
{
  g_auto (GStrv) groups = g_key_file_get_groups (file, NULL);

  for (guint i = 0; groups[i] != NULL; i++)
    {
      g_auto (GStrv) names = g_key_file_get_keys (file, groups[i], NULL, NULL);

      for (guint j = 0; names[j] != NULL; j++)
        {
          gboolean known = FALSE;

          for (guint k = 0; k < n_keys; k++)
            known |= g_str_equal (keys[k].group, groups[i]) && g_str_equal (keys[k].key, names[j]);
          if (!known)
            return refuse (error, groups[i], names[j], "there is no such key");
        }
    }
  return TRUE;
}

gboolean
beckon_server_config_load (BeckonServerConfig *self, const char *path, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *registration = NULL;
  const Key keys[] = {
    { "server", "listen", .text = &self->listen },
    { "server", "data", .text = &self->data },
    { "server", "name", .text = &self->name },
    { "server", "registration", .text = &registration },
    { "server", "registration-code", .text = &self->registration_code },
    { "server", "insecure", .flag = &self->insecure },
    { "server", "certificate", .text = &self->certificate },
    { "server", "private-key", .text = &self->private_key },
    { "server", "token-days", .number = &self->token_days, .min = 1, .max = 3650 },
    { "limits", "hello-seconds", .number = &self->hello_seconds, .min = 1, .max = 60 },
    { "limits", "silence-seconds", .number = &self->silence_seconds, .min = 1, .max = 600 },
    { "limits", "ring-seconds", .number = &self->ring_seconds, .min = 1,
      .max = BECKON_INVITATION_TIMEOUT_MAX },
    { "limits", "caller-grace", .number = &self->caller_grace, .min = 0, .max = 60 },
    { "limits", "member-grace", .number = &self->member_grace, .min = 0, .max = 60 },
    { "limits", "requests-per-minute", .number = &self->requests_per_minute, .min = 10,
      .max = 1000000 },
    { "limits", "invitations-per-minute", .number = &self->invitations_per_minute, .min = 1,
      .max = 1000000 },
    { "limits", "connections-per-address", .number = &self->connections_per_address, .min = 1,
      .max = 1000000 },
    { "limits", "sign-in-failures-per-minute", .number = &self->sign_in_failures_per_minute,
      .min = 1, .max = 1000000 },
    { "ice", "urls", .list = &self->ice_urls },
    { "ice", "turn-secret", .text = &self->turn_secret },
    { "ice", "turn-seconds", .number = &self->turn_seconds, .min = 60, .max = 86400 },
  };

  if (!g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, error))
    return FALSE;
  if (!check_known (file, keys, G_N_ELEMENTS (keys), error))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    if (!read_key (file, &keys[i], error))
      return FALSE;
  if (registration != NULL && !read_registration (self, registration, error))
    return FALSE;
  if (self->registration == BECKON_REGISTRATION_CODE && self->registration_code == NULL)
    return refuse (error, "server", "registration-code", "is needed with registration=code");
  return TRUE;
}
