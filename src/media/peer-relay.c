/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The relays of a connection. Where nothing but a relay will do, whoever waits is told why there is
 * none: libnice only says nothing. */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "peer-private.h"

#include "relay-probe.h"

#include <nice/agent.h>

/* A relay over UDP that does not answer is asked again and again by libnice, for a minute: after so
 * long without a place we look what is wrong, and if that was nothing wait again for so long. */
#define RELAY_SECONDS 3
/* libnice's numbers of the only ones that a bundle has */
#define STREAM 1
#define COMPONENT 1
/* So long whoever leaves waits for the relays to hear it. */
#define LEAVING_MS 300
/* From this minor version of GStreamer 1 on, webrtcbin closes its agent. */
#define CLOSES_ITSELF_MINOR 28

typedef struct
{
  BeckonRelay *relay;
  BeckonRelayTunnel *tunnel; /* of a relay over TCP or TLS */
} PeerRelay;

void
beckon_peer_relay_free (gpointer data)
{
  PeerRelay *self = data;

  beckon_relay_tunnel_free (self->tunnel);
  beckon_relay_free (self->relay);
  g_free (self);
}

void
beckon_peer_relay_add (BeckonMediaPeer *self, const BeckonRelay *relay)
{
  PeerRelay *entry = g_new0 (PeerRelay, 1);
  g_autoptr (GError) error = NULL;
  g_autofree char *uri = NULL;
  gboolean added = FALSE;

  entry->relay = beckon_relay_copy (relay);
  g_ptr_array_add (self->relays, entry);
  if (relay->protocol == BECKON_RELAY_UDP && self->stun_host == NULL)
    beckon_peer_cause_set_stun (self, relay->host, relay->port);
  if (relay->protocol != BECKON_RELAY_UDP)
    {
      entry->tunnel =
          beckon_relay_tunnel_new (relay->host, relay->port, relay->protocol == BECKON_RELAY_TLS,
                                   self->config->relay_authority, &error);
      if (entry->tunnel == NULL)
        {
          g_message ("The relay %s is left out: %s", relay->host, error->message);
          return;
        }
    }
  uri = beckon_relay_to_uri (
      relay, entry->tunnel != NULL ? beckon_relay_tunnel_get_port (entry->tunnel) : 0);
  g_signal_emit_by_name (self->webrtc, "add-turn-server", uri, &added);
  if (!added)
    g_message ("The address of the relay %s was refused", relay->host);
}

const char *
beckon_peer_relay_get_protocol (BeckonMediaPeer *self)
{
  g_autoptr (GObject) agent = beckon_peer_ice_get_agent (self);
  NiceCandidate *local = NULL, *remote = NULL;
  NiceAddress address;

  if (agent == NULL ||
      !nice_agent_get_selected_pair (NICE_AGENT (agent), STREAM, COMPONENT, &local, &remote) ||
      local->type != NICE_CANDIDATE_TYPE_RELAYED)
    return NULL;
  nice_candidate_relay_address (local, &address);
  for (guint i = 0; i < self->relays->len; i++)
    {
      const PeerRelay *entry = g_ptr_array_index (self->relays, i);

      if (entry->tunnel != NULL &&
          beckon_relay_tunnel_get_port (entry->tunnel) == nice_address_get_port (&address))
        return beckon_relay_protocol_to_string (entry->relay->protocol);
    }
  return beckon_relay_protocol_to_string (BECKON_RELAY_UDP);
}

/* ---- nothing but a relay ---- */

static gboolean
needs_relay (BeckonMediaPeer *self)
{
  return self->config->relay_only && !self->has_relay && !self->was_connected &&
         self->state != BECKON_MEDIA_PEER_CLOSED && self->state != BECKON_MEDIA_PEER_FAILED;
}

static gboolean
on_no_place (gpointer user_data)
{
  BeckonMediaPeer *self = user_data;

  self->relay_source = 0;
  if (needs_relay (self))
    beckon_media_peer_fail (self, BECKON_MEDIA_ERROR_NO_RELAY, "The relay gave us no place");
  return G_SOURCE_REMOVE;
}

static void
on_probed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (BeckonMediaPeer) self = user_data;
  g_autoptr (GError) error = NULL;

  self->probing--;
  if (!beckon_relay_probe_finish (result, NULL, &error) &&
      (self->relay_problem == NULL ||
       g_error_matches (error, BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_RELAY_REFUSED)))
    {
      g_clear_error (&self->relay_problem);
      self->relay_problem = g_steal_pointer (&error);
    }
  if (self->probing > 0 || !needs_relay (self))
    return;
  if (self->relay_problem != NULL)
    beckon_media_peer_fail (self, self->relay_problem->code, self->relay_problem->message);
  else if (self->gathered)
    on_no_place (self);
  else
    self->relay_source = g_timeout_add_seconds (RELAY_SECONDS, on_no_place, self);
}

/* Asks each relay ourselves what is wrong. */
static void
find_cause (BeckonMediaPeer *self)
{
  g_clear_handle_id (&self->relay_source, g_source_remove);
  if (!needs_relay (self) || self->probing > 0)
    return;
  if (self->relays->len == 0)
    {
      beckon_media_peer_fail (self, BECKON_MEDIA_ERROR_NO_RELAY,
                              "There is no relay, and nothing else is allowed");
      return;
    }
  self->probing = self->relays->len;
  for (guint i = 0; i < self->relays->len; i++)
    {
      const PeerRelay *entry = g_ptr_array_index (self->relays, i);

      beckon_relay_probe_async (entry->relay, self->config->relay_authority, NULL, on_probed,
                                g_object_ref (self));
    }
}

static gboolean
on_relay_late (gpointer user_data)
{
  BeckonMediaPeer *self = user_data;

  self->relay_source = 0;
  find_cause (self);
  return G_SOURCE_REMOVE;
}

void
beckon_peer_relay_expect (BeckonMediaPeer *self)
{
  if (!self->config->relay_only)
    return;
  if (self->relays->len == 0)
    self->relay_source = g_idle_add (on_relay_late, self);
  else
    self->relay_source = g_timeout_add_seconds (RELAY_SECONDS, on_relay_late, self);
}

void
beckon_peer_relay_note (BeckonMediaPeer *self, const BeckonPeerSignal *signal)
{
  if (signal->kind == BECKON_PEER_SIGNAL_CANDIDATES_END)
    {
      self->gathered = TRUE;
      find_cause (self);
    }
  else if (strstr (signal->candidate, " typ relay") != NULL)
    {
      self->has_relay = TRUE;
      g_clear_handle_id (&self->relay_source, g_source_remove);
    }
}

/* ---- leaving ---- */

typedef struct
{
  BeckonMediaPeer *peer;
  BeckonPeerRelayFunc done; /* nullable: it has been called */
  guint source;
} Leaving;

static void
be_done (Leaving *leaving)
{
  BeckonPeerRelayFunc done = g_steal_pointer (&leaving->done);

  g_clear_handle_id (&leaving->source, g_source_remove);
  if (done != NULL)
    done (leaving->peer);
}

static gboolean
on_leaving_late (gpointer user_data)
{
  Leaving *leaving = user_data;

  leaving->source = 0;
  be_done (leaving);
  return G_SOURCE_REMOVE;
}

/* However long that takes: the connection is kept until then. */
static void
on_agent_closed (GObject *agent, GAsyncResult *result, gpointer user_data)
{
  Leaving *leaving = user_data;

  be_done (leaving);
  g_object_unref (leaving->peer);
  g_free (leaving);
}

void
beckon_peer_relay_leave (BeckonMediaPeer *self, BeckonPeerRelayFunc done)
{
  g_autoptr (GObject) agent = NULL;
  Leaving *leaving;
  guint major, minor, micro, nano;

  gst_version (&major, &minor, &micro, &nano);
  if (self->relays->len > 0 && minor < CLOSES_ITSELF_MINOR)
    agent = beckon_peer_ice_get_agent (self);
  if (agent == NULL)
    {
      done (self);
      return;
    }
  leaving = g_new0 (Leaving, 1);
  leaving->peer = g_object_ref (self);
  leaving->done = done;
  leaving->source = g_timeout_add (LEAVING_MS, on_leaving_late, leaving);
  nice_agent_close_async (NICE_AGENT (agent), on_agent_closed, leaving);
}
