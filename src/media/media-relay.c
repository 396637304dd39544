/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "media-relay.h"

#define PORT 3478
#define TLS_PORT 5349

static gboolean
refuse (GError **error, const char *text)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, text);
  return FALSE;
}

static gboolean
parse_port (BeckonRelay *self, const char *text, GError **error)
{
  guint64 port;

  if (!g_ascii_string_to_unsigned (text, 10, 1, G_MAXUINT16, &port, NULL))
    return refuse (error, "The address of a relay has a bad port");
  self->port = port;
  return TRUE;
}

/* "host", "host:port", "[2001:db8::1]:port" */
static gboolean
parse_place (BeckonRelay *self, const char *place, GError **error)
{
  const char *rest;

  if (*place == '[')
    {
      rest = strchr (place, ']');
      if (rest == NULL)
        return refuse (error, "The address of a relay lacks a bracket");
      self->host = g_strndup (place + 1, rest - place - 1);
      rest++;
      if (!g_hostname_is_ip_address (self->host))
        return refuse (error, "The address of a relay is none");
    }
  else
    {
      rest = place + strcspn (place, ":");
      self->host = g_strndup (place, rest - place);
    }
  if (*self->host == '\0' || strpbrk (self->host, "/@?# ") != NULL)
    return refuse (error, "The address of a relay has no host");
  if (*rest == '\0')
    return TRUE;
  if (*rest != ':')
    return refuse (error, "The address of a relay has a bad port");
  return parse_port (self, rest + 1, error);
}

/* @query: (nullable): what is behind the "?" */
static gboolean
parse_transport (BeckonRelay *self, gboolean secure, const char *query, GError **error)
{
  if (query == NULL)
    self->protocol = secure ? BECKON_RELAY_TLS : BECKON_RELAY_UDP;
  else if (g_str_equal (query, "transport=tcp"))
    self->protocol = secure ? BECKON_RELAY_TLS : BECKON_RELAY_TCP;
  else if (g_str_equal (query, "transport=udp") && !secure)
    self->protocol = BECKON_RELAY_UDP;
  else
    return refuse (error, "A relay speaks something that is not known here");
  return TRUE;
}

BeckonRelay *
beckon_relay_parse (const char *url, const char *username, const char *credential, GError **error)
{
  g_autoptr (BeckonRelay) self = g_new0 (BeckonRelay, 1);
  const gboolean secure = g_str_has_prefix (url, "turns:");
  const char *rest = strchr (url, ':');
  g_auto (GStrv) parts = NULL;

  g_return_val_if_fail (url != NULL, NULL);

  if (!secure && !g_str_has_prefix (url, "turn:"))
    {
      refuse (error, "Not the address of a relay");
      return NULL;
    }
  if (username == NULL || credential == NULL)
    {
      refuse (error, "A relay without credentials");
      return NULL;
    }
  parts = g_strsplit (rest + 1, "?", 2);
  self->port = secure ? TLS_PORT : PORT;
  if (parts[0] == NULL || !parse_place (self, parts[0], error) ||
      !parse_transport (self, secure, parts[1], error))
    {
      if (parts[0] == NULL)
        refuse (error, "The address of a relay has no host");
      return NULL;
    }
  self->username = g_strdup (username);
  self->credential = g_strdup (credential);
  return g_steal_pointer (&self);
}

BeckonRelay *
beckon_relay_copy (const BeckonRelay *self)
{
  BeckonRelay *copy;

  g_return_val_if_fail (self != NULL, NULL);

  copy = g_memdup2 (self, sizeof *self);
  copy->host = g_strdup (self->host);
  copy->username = g_strdup (self->username);
  copy->credential = g_strdup (self->credential);
  return copy;
}

void
beckon_relay_free (BeckonRelay *self)
{
  if (self == NULL)
    return;
  g_free (self->host);
  g_free (self->username);
  g_free (self->credential);
  g_free (self);
}

char *
beckon_relay_to_uri (const BeckonRelay *self, guint16 tunnel)
{
  g_autofree char *user = NULL;
  g_autofree char *password = NULL;
  const char *host = tunnel != 0 ? "127.0.0.1" : self->host;
  gboolean bracket;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail ((self->protocol == BECKON_RELAY_UDP) == (tunnel == 0), NULL);

  user = g_uri_escape_string (self->username, NULL, FALSE);
  password = g_uri_escape_string (self->credential, NULL, FALSE);
  bracket = strchr (host, ':') != NULL;
  return g_strdup_printf ("turn://%s:%s@%s%s%s:%u?transport=%s", user, password, bracket ? "[" : "",
                          host, bracket ? "]" : "", tunnel != 0 ? tunnel : self->port,
                          self->protocol == BECKON_RELAY_UDP ? "udp" : "tcp");
}

const char *
beckon_relay_protocol_to_string (BeckonRelayProtocol protocol)
{
  static const char *const words[] = {
    [BECKON_RELAY_UDP] = "udp",
    [BECKON_RELAY_TCP] = "tcp",
    [BECKON_RELAY_TLS] = "tls",
  };

  return words[protocol];
}
