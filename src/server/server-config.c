/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-server"

#include "config.h"

#include "server-config.h"

#include "identifiers.h"
#include "networks.h"
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
  self->session_seconds = 60;
  self->presence_grace = 30;
  self->ring_seconds = BECKON_INVITATION_TIMEOUT_DEFAULT;
  self->caller_grace = 8;
  self->member_grace = 20;
  self->requests_per_minute = 600;
  self->signal_bytes_per_minute = 4 * 1024 * 1024;
  self->invitations_per_minute = 60;
  self->invitations_per_callee = 20;
  self->outbound_bytes = 1024 * 1024;
  self->connections_per_address = 1000;
  self->sign_in_failures_per_minute = 10;
  self->sign_in_failures_per_address_per_minute = 60;
  self->registrations_per_address_per_minute = 30;
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
  g_strfreev (self->origins);
  g_clear_pointer (&self->proxies, g_ptr_array_unref);
  g_clear_pointer (&self->plain, g_ptr_array_unref);
  g_free (self->certificate);
  g_free (self->private_key);
  g_free (self->jwt_secret_file);
  g_free (self->jwt_public_key);
  g_free (self->jwt_issuer);
  g_free (self->jwt_audience);
  g_strfreev (self->ice_urls);
  g_free (self->turn_secret);
  g_free (self->metrics_listen);
  g_clear_pointer (&self->metrics_networks, g_ptr_array_unref);
  g_free (self);
}

static gboolean
refuse (GError **error, const char *group, const char *key, const char *why)
{
  g_set_error (error, BECKON_SERVER_ERROR, BECKON_SERVER_ERROR_CONFIG, "[%s] %s: %s", group, key,
               why);
  return FALSE;
}

/* Where each key goes. */
typedef struct
{
  const char *group, *key;
  char **text;
  guint *number;
  guint min, max;
  char ***list;
  GPtrArray **networks;
  guint *choice;            /* the place of the word in "words" */
  const char *const *words; /* ends with NULL */
} Key;

static gboolean
read_number (GKeyFile *file, const Key *key, GError **error)
{
  g_autoptr (GError) wrong = NULL;
  const int value = g_key_file_get_integer (file, key->group, key->key, &wrong);
  g_autofree char *range = NULL;

  *key->number = value;
  if (wrong == NULL && value >= (int) key->min && value <= (int) key->max)
    return TRUE;
  range = g_strdup_printf ("is a number from %u to %u", key->min, key->max);
  return refuse (error, key->group, key->key, range);
}

static gboolean
read_networks (GKeyFile *file, const Key *key, GError **error)
{
  g_autoptr (GError) wrong = NULL;
  g_auto (GStrv) texts = g_key_file_get_string_list (file, key->group, key->key, NULL, &wrong);

  if (texts != NULL)
    {
      g_clear_pointer (key->networks, g_ptr_array_unref);
      *key->networks = beckon_networks_parse ((const char *const *) texts, &wrong);
    }
  return wrong == NULL || refuse (error, key->group, key->key, wrong->message);
}

static gboolean
read_choice (GKeyFile *file, const Key *key, GError **error)
{
  g_autofree char *word = g_key_file_get_string (file, key->group, key->key, NULL);
  g_autofree char *words = NULL;
  g_autofree char *why = NULL;

  for (guint i = 0; word != NULL && key->words[i] != NULL; i++)
    if (g_str_equal (word, key->words[i]))
      {
        *key->choice = i;
        return TRUE;
      }
  words = g_strjoinv (", ", (char **) key->words);
  why = g_strdup_printf ("is one of %s", words);
  return refuse (error, key->group, key->key, why);
}

static gboolean
read_key (GKeyFile *file, const Key *key, GError **error)
{
  g_autoptr (GError) wrong = NULL;

  if (!g_key_file_has_key (file, key->group, key->key, NULL))
    return TRUE;
  if (key->number != NULL)
    return read_number (file, key, error);
  if (key->networks != NULL)
    return read_networks (file, key, error);
  if (key->choice != NULL)
    return read_choice (file, key, error);
  if (key->list != NULL)
    {
      g_strfreev (*key->list);
      *key->list = g_key_file_get_string_list (file, key->group, key->key, NULL, &wrong);
    }
  else
    {
      g_free (*key->text);
      *key->text = g_key_file_get_string (file, key->group, key->key, &wrong);
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

/* What a browser sends is a scheme, a host and perhaps a port, and nothing behind them. */
static gboolean
is_origin (const char *text)
{
  g_autoptr (GUri) uri = g_uri_parse (text, G_URI_FLAGS_NONE, NULL);

  return uri != NULL && g_uri_get_host (uri) != NULL && *g_uri_get_host (uri) != '\0' &&
         *g_uri_get_path (uri) == '\0' && g_uri_get_query (uri) == NULL &&
         g_uri_get_fragment (uri) == NULL && g_uri_get_userinfo (uri) == NULL;
}

/* What is in the reply to each hello: a client refuses all of it if this is more than it takes. */
static gboolean
check_told (const BeckonServerConfig *self, GError **error)
{
  if (strlen (self->name) > BECKON_NAME_MAX_BYTES)
    return refuse (error, "server", "name",
                   "has at most " G_STRINGIFY (BECKON_NAME_MAX_BYTES) " bytes");
  for (guint i = 0; self->ice_urls != NULL && self->ice_urls[i] != NULL; i++)
    {
      const gsize length = strlen (self->ice_urls[i]);

      if (i == BECKON_ICE_SERVERS_MAX)
        return refuse (error, "ice", "urls",
                       "are at most " G_STRINGIFY (BECKON_ICE_SERVERS_MAX));
      if (length == 0 || length > BECKON_ICE_URL_MAX)
        return refuse (error, "ice", "urls",
                       "have 1 to " G_STRINGIFY (BECKON_ICE_URL_MAX) " bytes each");
    }
  return TRUE;
}

/* What makes sense by itself, but not together. */
static gboolean
check (const BeckonServerConfig *self, GError **error)
{
  const gboolean has_key = self->jwt_secret_file != NULL || self->jwt_public_key != NULL;

  if (!check_told (self, error))
    return FALSE;
  if (self->registration == BECKON_REGISTRATION_CODE && self->registration_code == NULL)
    return refuse (error, "server", "registration-code", "is needed with registration=code");
  if (self->private_key != NULL && self->certificate == NULL)
    return refuse (error, "server", "certificate", "is needed with private-key");
  if (!has_key && (self->jwt_issuer != NULL || self->jwt_audience != NULL))
    return refuse (error, "jwt", "public-key", "or secret-file is needed with issuer or audience");
  for (guint i = 0; self->origins != NULL && self->origins[i] != NULL; i++)
    if (!g_str_equal (self->origins[i], "*") && !is_origin (self->origins[i]))
      return refuse (error, "server", "origins", "are as https://example.org, or *");
  return TRUE;
}

gboolean
beckon_server_config_load (BeckonServerConfig *self, const char *path, GError **error)
{
  static const char *const registrations[] = {
    [BECKON_REGISTRATION_OPEN] = "open",
    [BECKON_REGISTRATION_CODE] = "code",
    [BECKON_REGISTRATION_CLOSED] = "closed",
    NULL,
  };
  static const char *const directories[] = { "open", "closed", NULL };
  static const char *const durabilities[] = { "process", "power", NULL };
  g_autoptr (GKeyFile) file = g_key_file_new ();
  guint registration = self->registration;
  guint directory = self->directory_closed;
  guint durability = self->power_safe;
  const Key keys[] = {
    { "server", "listen", .text = &self->listen },
    { "server", "data", .text = &self->data },
    { "server", "name", .text = &self->name },
    { "server", "registration", .choice = &registration, .words = registrations },
    { "server", "registration-code", .text = &self->registration_code },
    { "server", "directory", .choice = &directory, .words = directories },
    { "server", "origins", .list = &self->origins },
    { "server", "proxies", .networks = &self->proxies },
    { "server", "plain", .networks = &self->plain },
    { "server", "certificate", .text = &self->certificate },
    { "server", "private-key", .text = &self->private_key },
    { "server", "durability", .choice = &durability, .words = durabilities },
    { "server", "token-days", .number = &self->token_days, .min = 1, .max = 3650 },
    { "jwt", "secret-file", .text = &self->jwt_secret_file },
    { "jwt", "public-key", .text = &self->jwt_public_key },
    { "jwt", "issuer", .text = &self->jwt_issuer },
    { "jwt", "audience", .text = &self->jwt_audience },
    { "limits", "hello-seconds", .number = &self->hello_seconds, .min = 1, .max = 60 },
    { "limits", "silence-seconds", .number = &self->silence_seconds, .min = 1, .max = 600 },
    { "limits", "session-seconds", .number = &self->session_seconds, .min = 1, .max = 3600 },
    { "limits", "presence-grace", .number = &self->presence_grace, .min = 0, .max = 600 },
    { "limits", "ring-seconds", .number = &self->ring_seconds, .min = 1,
      .max = BECKON_INVITATION_TIMEOUT_MAX },
    { "limits", "caller-grace", .number = &self->caller_grace, .min = 0, .max = 60 },
    { "limits", "member-grace", .number = &self->member_grace, .min = 0, .max = 60 },
    { "limits", "requests-per-minute", .number = &self->requests_per_minute, .min = 10,
      .max = 1000000 },
    { "limits", "signal-bytes-per-minute", .number = &self->signal_bytes_per_minute, .min = 65536,
      .max = 1 << 30 },
    { "limits", "invitations-per-minute", .number = &self->invitations_per_minute, .min = 1,
      .max = 1000000 },
    { "limits", "invitations-per-callee", .number = &self->invitations_per_callee, .min = 1,
      .max = BECKON_CALLS_MAX - 1 }, /* beside the one that they are in */
    { "limits", "outbound-bytes", .number = &self->outbound_bytes, .min = 131072, .max = 1 << 30 },
    { "limits", "connections-per-address", .number = &self->connections_per_address, .min = 1,
      .max = 1000000 },
    { "limits", "sign-in-failures-per-minute", .number = &self->sign_in_failures_per_minute,
      .min = 1, .max = 1000000 },
    { "limits", "sign-in-failures-per-address-per-minute",
      .number = &self->sign_in_failures_per_address_per_minute, .min = 1, .max = 1000000 },
    { "limits", "registrations-per-address-per-minute",
      .number = &self->registrations_per_address_per_minute, .min = 1, .max = 1000000 },
    { "ice", "urls", .list = &self->ice_urls },
    { "ice", "turn-secret", .text = &self->turn_secret },
    { "ice", "turn-seconds", .number = &self->turn_seconds, .min = 60, .max = 86400 },
    { "metrics", "listen", .text = &self->metrics_listen },
    { "metrics", "networks", .networks = &self->metrics_networks },
  };

  if (!g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, error))
    return FALSE;
  if (!check_known (file, keys, G_N_ELEMENTS (keys), error))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    if (!read_key (file, &keys[i], error))
      return FALSE;
  self->registration = registration;
  self->directory_closed = directory;
  self->power_safe = durability;
  return check (self, error);
}
