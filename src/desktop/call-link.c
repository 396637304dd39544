/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-desktop"

#include "config.h"

#include "call-link.h"

#include "identifiers.h"

#include <gio/gio.h>

#define SCHEME "beckon:"
#define HOST_MAX 253
#define PORT_MAX 65535
#define HOST_CHARACTERS G_CSET_a_2_z G_CSET_DIGITS ".-"
#define ADDRESS_CHARACTERS "abcdef" G_CSET_DIGITS ".:"

static gboolean
is_name (const char *host)
{
  const gsize length = strlen (host);

  return length >= 1 && length <= HOST_MAX && strspn (host, HOST_CHARACTERS) == length &&
         g_ascii_isalnum (host[0]) && g_ascii_isalnum (host[length - 1]);
}

/* An IPv6 address in its brackets. */
static gboolean
is_literal (const char *host)
{
  const gsize length = strlen (host);
  g_autofree char *address = NULL;

  if (length < 4 || host[0] != '[' || host[length - 1] != ']')
    return FALSE;
  address = g_strndup (host + 1, length - 2);
  return strspn (address, ADDRESS_CHARACTERS) == length - 2 && strchr (address, ':') != NULL &&
         g_hostname_is_ip_address (address);
}

static gboolean
is_port (const char *text)
{
  guint64 port;

  return *text != '0' && g_ascii_string_to_unsigned (text, 10, 1, PORT_MAX, &port, NULL);
}

static gboolean
is_server (const char *server)
{
  const char *bracket = strchr (server, ']');
  const char *colon = strchr (bracket != NULL ? bracket : server, ':');
  g_autofree char *host = colon != NULL ? g_strndup (server, colon - server) : g_strdup (server);

  if (colon != NULL && !is_port (colon + 1))
    return FALSE;
  return *host == '[' ? is_literal (host) : is_name (host);
}

static gboolean
take_media (BeckonCallLink *self, const char *query)
{
  self->has_media = TRUE;
  return beckon_media_from_string (query, &self->media);
}

/* @rest: what is behind the scheme. */
static gboolean
take (BeckonCallLink *self, const char *rest)
{
  const char *query = strchr (rest, '?');
  g_autofree char *who = query != NULL ? g_strndup (rest, query - rest) : g_strdup (rest);
  char *at = strchr (who, '@');

  if (query != NULL && !take_media (self, query + 1))
    return FALSE;
  if (at != NULL)
    {
      *at = '\0';
      self->server = g_ascii_strdown (at + 1, -1);
      if (!is_server (self->server))
        return FALSE;
    }
  self->user = g_ascii_strdown (who, -1);
  return beckon_user_id_is_valid (self->user);
}

BeckonCallLink *
beckon_call_link_parse (const char *text, GError **error)
{
  g_autoptr (BeckonCallLink) self = g_new0 (BeckonCallLink, 1);

  g_return_val_if_fail (text != NULL, NULL);

  if (strlen (text) <= BECKON_CALL_LINK_MAX &&
      g_ascii_strncasecmp (text, SCHEME, strlen (SCHEME)) == 0 &&
      take (self, text + strlen (SCHEME)))
    return g_steal_pointer (&self);
  g_set_error_literal (
      error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
      "A link to a call is beckon:USER, beckon:USER@SERVER, with ?voice or ?video");
  return NULL;
}

gboolean
beckon_call_link_is_at (const BeckonCallLink *self, const char *address)
{
  g_autofree char *full = NULL;
  g_autofree char *host = NULL;
  g_autofree char *with_port = NULL;
  g_autoptr (GUri) uri = NULL;
  int port;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (address != NULL, FALSE);

  if (self->server == NULL)
    return TRUE;
  full = strstr (address, "://") != NULL ? g_strdup (address)
                                         : g_strconcat ("https://", address, NULL);
  uri = g_uri_parse (full, G_URI_FLAGS_NONE, NULL);
  if (uri == NULL || g_uri_get_host (uri) == NULL)
    return FALSE;
  host = g_ascii_strdown (g_uri_get_host (uri), -1);
  if (strchr (host, ':') != NULL)
    {
      char *literal = g_strdup_printf ("[%s]", host);

      g_free (host);
      host = literal;
    }
  if (g_str_equal (self->server, host))
    return TRUE; /* who names no port means the server that is there */
  port = g_uri_get_port (uri);
  if (port < 0)
    port = g_str_equal (g_uri_get_scheme (uri), "http") ? 80 : 443;
  with_port = g_strdup_printf ("%s:%d", host, port);
  return g_str_equal (self->server, with_port);
}

void
beckon_call_link_free (BeckonCallLink *self)
{
  g_free (self->user);
  g_free (self->server);
  g_free (self);
}
