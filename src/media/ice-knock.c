/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "ice-knock.h"

#include <gio/gio.h>
#include <stun/usages/ice.h>

#define STREAM 1
#define COMPONENT 1
#define INTERVAL_MS 50
#define ROUNDS 60
/* Whoever names many addresses gets no more: somebody else may be there. */
#define PACKETS_OF_ROUND 4
#define CHECK_MAX 1024 /* bytes */
/* Of an address that is not known otherwise: RFC 8445, 5.1.2.1. */
#define PRIORITY (110u << 24 | 0xffffu << 8 | 255u)

struct _BeckonIceKnock
{
  GWeakRef agent; /* NiceAgent */
  char *user;     /* as they know us */
  char *password;
  guint source;
  guint n_rounds, n_packets;
};

/* Returns: the size of the check in @packet, 0 if there is none. */
static gsize
make_check (BeckonIceKnock *self, NiceAgent *agent, guint8 *packet, gsize size)
{
  StunAgent stun;
  StunMessage message;
  gboolean controlling;

  /* Were both ends of the same role the higher number would control: nobody is made to change
   * theirs. */
  g_object_get (agent, "controlling-mode", &controlling, NULL);
  stun_agent_init (&stun, STUN_ALL_KNOWN_ATTRIBUTES, STUN_COMPATIBILITY_RFC5389,
                   STUN_AGENT_USAGE_SHORT_TERM_CREDENTIALS | STUN_AGENT_USAGE_USE_FINGERPRINT);
  return stun_usage_ice_conncheck_create (
      &stun, &message, packet, size, (const guint8 *) self->user, strlen (self->user),
      (const guint8 *) self->password, strlen (self->password), FALSE, controlling, PRIORITY,
      controlling ? 0 : G_MAXUINT64, NULL, STUN_USAGE_ICE_COMPATIBILITY_RFC5245);
}

static void
send_check (BeckonIceKnock *self, NiceAgent *agent, GSocket *socket, const NiceAddress *to)
{
  guint8 packet[CHECK_MAX];
  const gsize size = make_check (self, agent, packet, sizeof packet);
  struct sockaddr_storage native;
  g_autoptr (GSocketAddress) address = NULL;

  nice_address_copy_to_sockaddr (to, (struct sockaddr *) &native);
  address = g_socket_address_new_from_native (&native, sizeof native);
  /* What cannot be reached from here is no news. */
  if (size > 0 && address != NULL)
    g_socket_send_to (socket, address, (const char *) packet, size, NULL, NULL);
}

static gboolean
reaches (GSocket *socket, const NiceCandidate *candidate)
{
  const GSocketFamily family =
      nice_address_ip_version (&candidate->addr) == 6 ? G_SOCKET_FAMILY_IPV6 : G_SOCKET_FAMILY_IPV4;

  return candidate->transport == NICE_CANDIDATE_TRANSPORT_UDP &&
         g_socket_get_socket_type (socket) == G_SOCKET_TYPE_DATAGRAM &&
         g_socket_get_family (socket) == family;
}

/* From each of our sockets to each of their addresses, some in each round, in turn. */
static void
knock (BeckonIceKnock *self, NiceAgent *agent)
{
  g_autoptr (GPtrArray) sockets = nice_agent_get_sockets (agent, STREAM, COMPONENT);
  GSList *candidates = nice_agent_get_remote_candidates (agent, STREAM, COMPONENT);
  const guint n_candidates = g_slist_length (candidates);
  const guint n = sockets != NULL ? sockets->len * n_candidates : 0;

  for (guint i = 0; i < MIN (n, PACKETS_OF_ROUND); i++, self->n_packets++)
    {
      GSocket *socket = g_ptr_array_index (sockets, self->n_packets % n / n_candidates);
      const NiceCandidate *candidate =
          g_slist_nth_data (candidates, self->n_packets % n_candidates);

      if (reaches (socket, candidate))
        send_check (self, agent, socket, &candidate->addr);
    }
  g_slist_free_full (candidates, (GDestroyNotify) nice_candidate_free);
}

static gboolean
on_round (gpointer user_data)
{
  BeckonIceKnock *self = user_data;
  g_autoptr (GObject) agent = g_weak_ref_get (&self->agent);

  if (agent == NULL || self->n_rounds++ == ROUNDS)
    {
      self->source = 0;
      return G_SOURCE_REMOVE;
    }
  knock (self, NICE_AGENT (agent));
  return G_SOURCE_CONTINUE;
}

BeckonIceKnock *
beckon_ice_knock_new (NiceAgent *agent, const char *their_fragment, const char *their_password)
{
  BeckonIceKnock *self = g_new0 (BeckonIceKnock, 1);
  g_autofree char *fragment = NULL;
  g_autofree char *password = NULL;

  g_weak_ref_init (&self->agent, agent);
  if (nice_agent_get_local_credentials (agent, STREAM, &fragment, &password))
    self->user = g_strdup_printf ("%s:%s", their_fragment, fragment);
  self->password = g_strdup (their_password);
  if (self->user != NULL)
    self->source = g_timeout_add (INTERVAL_MS, on_round, self);
  return self;
}

void
beckon_ice_knock_free (BeckonIceKnock *self)
{
  g_clear_handle_id (&self->source, g_source_remove);
  g_weak_ref_clear (&self->agent);
  g_free (self->user);
  g_free (self->password);
  g_free (self);
}
