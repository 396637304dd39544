/* SPDX-License-Identifier: GPL-3.0-or-later */

/* How libnice looks for a path. */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "ice-knock.h"
#include "peer-private.h"

#include <nice/interfaces.h>

#define STUN_PACING_MS 5
/* So often a path is tried: at once, and after 0.5, 1.5, 3.5 and 7.5 s; servers after a fifth of
 * that. With libnice's own three attempts a fifth of all packets lost is too much. */
#define STUN_ATTEMPTS 5
#define STUN_SERVER_MS 100
/* After its last attempt nobody can find a path any more; but whoever has found one, and may not
 * choose, waits for the one who may, and whose attempts may have been lost. */
#define CHOOSING_MS 5000
#define CHOSEN_MS 9000

/* Returns: (transfer full) (nullable) */
static GObject *
get_ice (BeckonMediaPeer *self)
{
  GObject *ice = NULL;

  if (g_object_class_find_property (G_OBJECT_GET_CLASS (self->webrtc), "ice-agent") != NULL)
    g_object_get (self->webrtc, "ice-agent", &ice, NULL);
  return ice;
}

GObject *
beckon_peer_ice_get_agent (BeckonMediaPeer *self)
{
  g_autoptr (GObject) ice = get_ice (self);
  GObject *agent = NULL;

  if (ice != NULL && g_object_class_find_property (G_OBJECT_GET_CLASS (ice), "agent") != NULL)
    g_object_get (ice, "agent", &agent, NULL);
  return agent;
}

/* What we say ourselves comes from our own addresses, and so not where only a relay's may be told.
 */
static void
begin_checks (gpointer object, gpointer unused)
{
  BeckonMediaPeer *self = object;
  g_autoptr (GObject) agent = beckon_peer_ice_get_agent (self);
  const GstSDPMessage *sdp = self->their_description != NULL ? self->their_description->sdp : NULL;
  const char *fragment, *password;

  if (agent == NULL || sdp == NULL || self->knock != NULL || self->was_connected ||
      self->state == BECKON_MEDIA_PEER_FAILED || self->config->relay_only)
    return;
  fragment = beckon_peer_sdp_get_attribute (sdp, "ice-ufrag");
  password = beckon_peer_sdp_get_attribute (sdp, "ice-pwd");
  if (fragment != NULL && password != NULL)
    self->knock = beckon_ice_knock_new (NICE_AGENT (agent), fragment, password);
}

static void
on_component_state (
    NiceAgent *agent, guint stream, guint component, guint state, BeckonMediaPeer *self)
{
  if (state == NICE_COMPONENT_STATE_CONNECTING)
    beckon_media_hop (self, begin_checks, NULL, NULL);
}

void
beckon_peer_ice_set_up (BeckonMediaPeer *self)
{
  g_autoptr (GObject) ice = get_ice (self);
  g_autoptr (GObject) agent = beckon_peer_ice_get_agent (self);
  GList *addresses;

  if (ice != NULL)
    beckon_media_set_if_there (ice, "ice-tcp", "false");
  if (agent == NULL)
    return;
  g_object_set (agent, "upnp", FALSE, "stun-pacing-timer", STUN_PACING_MS, "stun-initial-timeout",
                STUN_SERVER_MS, "stun-max-retransmissions", STUN_ATTEMPTS, "idle-timeout",
                self->offerer ? CHOOSING_MS : CHOSEN_MS, NULL);

  /* A machine without a network still has two people on it. */
  addresses = nice_interfaces_get_local_ips (FALSE);
  if (addresses == NULL)
    {
      NiceAddress loopback;

      nice_address_init (&loopback);
      nice_address_set_from_string (&loopback, "127.0.0.1");
      nice_agent_add_local_address (NICE_AGENT (agent), &loopback);
    }
  g_list_free_full (addresses, g_free);
  /* On the agent's thread. */
  g_signal_connect_object (agent, "component-state-changed", G_CALLBACK (on_component_state), self,
                           0);
}

void
beckon_peer_ice_end_checks (BeckonMediaPeer *self)
{
  g_clear_pointer (&self->knock, beckon_ice_knock_free);
}
