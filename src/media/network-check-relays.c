/* SPDX-License-Identifier: GPL-3.0-or-later */

/* UDP, and then the relays all at once. */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "network-check-private.h"

#define STUN_PORT 3478

/* ---- relays ---- */

void
beckon_check_probe_free (BeckonCheckProbe *self)
{
  g_clear_error (&self->error);
  g_free (self);
}

static void
tell_relay (BeckonNetworkCheck *self, const BeckonCheckProbe *probe)
{
  const BeckonRelay *relay = probe->relay;
  const char *protocol = beckon_relay_protocol_to_string (relay->protocol);
  char *subject = g_strdup_printf ("%s %s:%u", protocol, relay->host, relay->port);

  if (probe->error == NULL)
    beckon_network_check_tell (
        self, BECKON_CHECK_RELAY, BECKON_CHECK_GOOD, subject,
        g_strdup_printf ("The relay %s has a place for us over %s, %.0f ms there and back.",
                         relay->host, protocol, probe->round_trip_ms),
        probe->round_trip_ms, NULL);
  else
    beckon_network_check_tell (self, BECKON_CHECK_RELAY, BECKON_CHECK_FAILED, subject,
                               g_strdup_printf ("%s.", probe->error->message), -1, probe->error);
}

static void
tell_relays (BeckonNetworkCheck *self)
{
  if (self->probes->len == 0)
    beckon_network_check_tell (
        self, BECKON_CHECK_RELAY, BECKON_CHECK_WARNING, NULL,
        g_strdup ("The server names no relay: people behind strict firewalls cannot be "
                  "reached."),
        -1, NULL);
  for (guint i = 0; i < self->probes->len; i++)
    {
      const BeckonCheckProbe *probe = g_ptr_array_index (self->probes, i);

      tell_relay (self, probe);
      if (self->relay == NULL && probe->error == NULL)
        self->relay = probe->relay;
    }
}

static void
relays_done (BeckonNetworkCheck *self)
{
  if (g_cancellable_is_cancelled (g_task_get_cancellable (self->task)))
    {
      beckon_network_check_complete (self);
      return;
    }
  tell_relays (self);
  beckon_network_check_try_media (self);
}

static void
on_relay_probed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  BeckonCheckProbe *probe = user_data;
  g_autoptr (BeckonNetworkCheck) self = g_steal_pointer (&probe->owner);

  beckon_relay_probe_finish (result, &probe->round_trip_ms, &probe->error);
  if (--self->waiting == 0)
    relays_done (self);
}

static void
check_relays (BeckonNetworkCheck *self)
{
  self->waiting = self->relays->len;
  for (guint i = 0; i < self->relays->len; i++)
    {
      BeckonCheckProbe *probe = g_new0 (BeckonCheckProbe, 1);

      probe->owner = g_object_ref (self);
      probe->relay = g_ptr_array_index (self->relays, i);
      g_ptr_array_add (self->probes, probe);
      beckon_relay_probe_async (probe->relay, self->config->relay_authority,
                                g_task_get_cancellable (self->task), on_relay_probed, probe);
    }
  if (self->relays->len == 0)
    relays_done (self);
}

/* ---- UDP ---- */

static void
on_stun_probed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (BeckonNetworkCheck) self = user_data;
  g_autoptr (GError) error = NULL;
  double round_trip_ms = -1;

  if (beckon_stun_probe_finish (result, &round_trip_ms, &error))
    beckon_network_check_tell (
        self, BECKON_CHECK_UDP, BECKON_CHECK_GOOD, NULL,
        g_strdup_printf ("UDP gets through, %.0f ms there and back.", round_trip_ms), round_trip_ms,
        NULL);
  else if (g_error_matches (error, BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_UDP_BLOCKED))
    beckon_network_check_tell (self, BECKON_CHECK_UDP, BECKON_CHECK_WARNING, NULL,
                               g_strdup_printf ("%s.", error->message), -1, error);
  check_relays (self);
}

/* Who answers STUN: a server for that, or a relay over UDP. */
static gboolean
find_stun (BeckonNetworkCheck *self, char **host, guint16 *port)
{
  for (guint i = 0; i < self->servers->len; i++)
    {
      const BeckonCheckServer *server = g_ptr_array_index (self->servers, i);
      g_autoptr (GSocketConnectable) place = NULL;

      if (!g_str_has_prefix (server->url, "stun:"))
        continue;
      place = g_network_address_parse (server->url + strlen ("stun:"), STUN_PORT, NULL);
      if (place == NULL)
        continue;
      *host = g_strdup (g_network_address_get_hostname (G_NETWORK_ADDRESS (place)));
      *port = g_network_address_get_port (G_NETWORK_ADDRESS (place));
      return TRUE;
    }
  for (guint i = 0; i < self->relays->len; i++)
    {
      const BeckonRelay *relay = g_ptr_array_index (self->relays, i);

      if (relay->protocol != BECKON_RELAY_UDP)
        continue;
      *host = g_strdup (relay->host);
      *port = relay->port;
      return TRUE;
    }
  return FALSE;
}

void
beckon_network_check_try_relays (BeckonNetworkCheck *self)
{
  g_autofree char *host = NULL;
  guint16 port;

  if (find_stun (self, &host, &port))
    {
      beckon_stun_probe_async (host, port, g_task_get_cancellable (self->task), on_stun_probed,
                               g_object_ref (self));
      return;
    }
  beckon_network_check_tell (
      self, BECKON_CHECK_UDP, BECKON_CHECK_WARNING, NULL,
      g_strdup ("The server names nobody who could tell whether UDP gets through."), -1, NULL);
  check_relays (self);
}
