/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A real agent of libnice with somebody at the other end who never answers: what they hear. */

#include "config.h"

#include <stun/stunagent.h>

#include "ice-knock.h"
#include "waiting.h"

#define LIMIT_SECONDS 20
#define wait_until(condition) wait_at_most (LIMIT_SECONDS, condition)

#define FRAGMENT "them"
#define PASSWORD "twenty-two-characters!"
#define ATTEMPTS 3 /* of libnice */

typedef struct
{
  NiceAgent *agent;
  guint stream;
  GSocket *other;
  char *user; /* as they know us */
  gboolean gathered;
  guint n_heard, n_strange, n_controlling;
} Fixture;

static void
on_received (
    NiceAgent *agent, guint stream, guint component, guint size, char *data, gpointer data2)
{
}

static void
on_gathered (NiceAgent *agent, guint stream, Fixture *f)
{
  f->gathered = TRUE;
}

static GSocket *
open_socket (void)
{
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GError) error = NULL;
  GSocket *socket =
      g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, &error);

  g_assert_no_error (error);
  g_socket_set_blocking (socket, FALSE);
  g_socket_bind (socket, address, FALSE, &error);
  g_assert_no_error (error);
  return socket;
}

static void
add_candidate (Fixture *f)
{
  g_autoptr (GSocketAddress) address = g_socket_get_local_address (f->other, NULL);
  NiceCandidate *candidate = nice_candidate_new (NICE_CANDIDATE_TYPE_HOST);
  GSList *candidates;

  candidate->transport = NICE_CANDIDATE_TRANSPORT_UDP;
  candidate->component_id = 1;
  candidate->stream_id = f->stream;
  nice_address_set_from_string (&candidate->addr, "127.0.0.1");
  nice_address_set_port (&candidate->addr,
                         g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address)));
  g_strlcpy (candidate->foundation, "1", sizeof candidate->foundation);
  candidates = g_slist_append (NULL, candidate);
  g_assert_cmpint (nice_agent_set_remote_candidates (f->agent, f->stream, 1, candidates), ==, 1);
  g_slist_free_full (candidates, (GDestroyNotify) nice_candidate_free);
}

static void
set_up (Fixture *f, gconstpointer unused)
{
  g_autofree char *fragment = NULL;
  g_autofree char *password = NULL;
  NiceAddress loopback;

  f->other = open_socket ();
  f->agent = nice_agent_new (g_main_context_default (), NICE_COMPATIBILITY_RFC5245);
  g_object_set (f->agent, "upnp", FALSE, "ice-tcp", FALSE, "controlling-mode", TRUE,
                "stun-max-retransmissions", ATTEMPTS, NULL);
  nice_address_init (&loopback);
  nice_address_set_from_string (&loopback, "127.0.0.1");
  nice_agent_add_local_address (f->agent, &loopback);
  g_signal_connect (f->agent, "candidate-gathering-done", G_CALLBACK (on_gathered), f);
  f->stream = nice_agent_add_stream (f->agent, 1);
  nice_agent_attach_recv (f->agent, f->stream, 1, g_main_context_default (), on_received, NULL);
  nice_agent_get_local_credentials (f->agent, f->stream, &fragment, &password);
  f->user = g_strdup_printf (FRAGMENT ":%s", fragment);
  nice_agent_gather_candidates (f->agent, f->stream);
  wait_until (f->gathered);
  nice_agent_set_remote_credentials (f->agent, f->stream, FRAGMENT, PASSWORD);
  add_candidate (f);
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  g_object_unref (f->agent);
  g_object_unref (f->other);
  g_free (f->user);
}

/* Returns: checks that have come, of the right person to the right person. */
static guint
hear (Fixture *f)
{
  StunDefaultValidaterData known[] = {
    { (guint8 *) f->user, strlen (f->user), (guint8 *) PASSWORD, strlen (PASSWORD) },
    { NULL, 0, NULL, 0 },
  };
  guint8 packet[STUN_MAX_MESSAGE_SIZE];
  StunAgent stun;
  StunMessage message;
  gssize size;

  stun_agent_init (&stun, STUN_ALL_KNOWN_ATTRIBUTES, STUN_COMPATIBILITY_RFC5389,
                   STUN_AGENT_USAGE_SHORT_TERM_CREDENTIALS | STUN_AGENT_USAGE_USE_FINGERPRINT);
  while ((size = g_socket_receive (f->other, (char *) packet, sizeof packet, NULL, NULL)) > 0)
    {
      if (stun_agent_validate (&stun, &message, packet, size, stun_agent_default_validater,
                               known) != STUN_VALIDATION_SUCCESS)
        f->n_strange++;
      else
        f->n_heard++;
      f->n_controlling += stun_message_has_attribute (&message, STUN_ATTRIBUTE_ICE_CONTROLLING);
    }
  return f->n_heard;
}

/* What libnice says by itself is not nearly so much. */
static void
test_knocks (Fixture *f, gconstpointer unused)
{
  g_autoptr (BeckonIceKnock) knock = beckon_ice_knock_new (f->agent, FRAGMENT, PASSWORD);

  wait_until (hear (f) > 4 * ATTEMPTS);
  g_assert_cmpuint (f->n_strange, ==, 0);
  g_assert_cmpuint (f->n_controlling, ==, f->n_heard);
  g_assert_cmpint (nice_agent_get_component_state (f->agent, f->stream, 1), ==,
                   NICE_COMPONENT_STATE_CONNECTING);
}

/* Who ends what it belongs to need not end it first. */
static void
test_outlives_its_agent (Fixture *f, gconstpointer unused)
{
  g_autoptr (BeckonIceKnock) knock = beckon_ice_knock_new (f->agent, FRAGMENT, PASSWORD);

  wait_until (hear (f) > 0);
  g_clear_object (&f->agent);
  waiting_let_pass (200);
  hear (f);
  g_assert_cmpuint (f->n_strange, ==, 0);
  f->agent = nice_agent_new (g_main_context_default (), NICE_COMPATIBILITY_RFC5245);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/ice-knock/knocks", Fixture, NULL, set_up, test_knocks, tear_down);
  g_test_add ("/ice-knock/outlives-its-agent", Fixture, NULL, set_up, test_outlives_its_agent,
              tear_down);
  return g_test_run ();
}
