/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "peer-signal.h"

#include "frames.h"

#define SDP "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n"
#define CANDIDATE "candidate:1 1 udp 2130706431 192.0.2.7 50000 typ host ufrag a+/b"

/* Returns: (transfer full) (nullable): the object as it comes out of a frame at the other end. */
static JsonObject *
through_wire (JsonObject *object)
{
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), object);
  g_autofree char *text = json_to_string (node, FALSE);

  return beckon_json_parse (text, strlen (text), NULL);
}

/* @signal: (transfer full) */
static BeckonPeerSignal *
send_through (BeckonPeerSignal *signal)
{
  g_autoptr (BeckonPeerSignal) sent = signal;
  g_autoptr (BeckonPeerSignal) copy = beckon_peer_signal_copy (sent);
  g_autoptr (JsonObject) object = beckon_peer_signal_to_json (copy);
  g_autoptr (JsonObject) arrived = through_wire (object);
  g_autoptr (GError) error = NULL;
  BeckonPeerSignal *read;

  g_assert_nonnull (arrived);
  read = beckon_peer_signal_from_json (arrived, &error);
  g_assert_no_error (error);
  g_assert_cmpint (read->kind, ==, sent->kind);
  g_assert_cmpuint (read->generation, ==, sent->generation);
  g_assert_cmpint (read->sdp_type, ==, sent->sdp_type);
  g_assert_cmpstr (read->sdp, ==, sent->sdp);
  g_assert_cmpuint (read->mline, ==, sent->mline);
  g_assert_cmpstr (read->candidate, ==, sent->candidate);
  g_assert_cmpstr (read->reason, ==, sent->reason);
  return read;
}

static void
test_round_trip (void)
{
  g_autoptr (BeckonPeerSignal) offer = send_through (
      beckon_peer_signal_new_description (1, BECKON_SDP_OFFER, SDP));
  g_autoptr (BeckonPeerSignal) answer = send_through (
      beckon_peer_signal_new_description (G_MAXINT32, BECKON_SDP_ANSWER, SDP));
  g_autoptr (BeckonPeerSignal) candidate = send_through (
      beckon_peer_signal_new_candidate (2, BECKON_MLINE_MAX, CANDIDATE));
  g_autoptr (BeckonPeerSignal) end = send_through (beckon_peer_signal_new_candidates_end (3));
  g_autoptr (BeckonPeerSignal) bye = send_through (beckon_peer_signal_new_bye (4, "hung-up"));
  g_autoptr (BeckonPeerSignal) silent_bye = send_through (beckon_peer_signal_new_bye (5, NULL));

  g_assert_cmpstr (offer->sdp, ==, SDP);
  g_assert_cmpint (answer->sdp_type, ==, BECKON_SDP_ANSWER);
  g_assert_cmpstr (candidate->candidate, ==, CANDIDATE);
  g_assert_cmpint (end->kind, ==, BECKON_PEER_SIGNAL_CANDIDATES_END);
  g_assert_cmpstr (bye->reason, ==, "hung-up");
  g_assert_null (silent_bye->reason);
}

/* The largest description is within the largest payload, line breaks and all. */
static void
test_largest (void)
{
  g_autoptr (GString) sdp = g_string_new (NULL);
  g_autoptr (BeckonPeerSignal) signal = NULL;
  g_autoptr (BeckonMessage) request = beckon_message_new_request (BECKON_SIGNAL_SEND, 1);
  g_autoptr (BeckonMessage) read = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  JsonObject *to = json_object_new ();

  while (sdp->len + 40 <= BECKON_SDP_MAX)
    g_string_append (sdp, "a=fmtp:96 profile-level-id=42e01f;x=y\r\n");
  signal = beckon_peer_signal_new_description (1, BECKON_SDP_OFFER, sdp->str);
  json_object_set_string_member (to, "user", "bob");
  beckon_message_set_string (request, "call", "c");
  beckon_message_set_object (request, "to", to);
  beckon_message_set_object (request, "payload", beckon_peer_signal_to_json (signal));
  text = beckon_message_to_string (request, NULL);
  read = beckon_message_parse (text, -1, BECKON_PARTY_CLIENT, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (read);
}

typedef struct
{
  const char *text; /* with ' for " */
  BeckonProtocolError error;
} Fault;

#define BAD BECKON_PROTOCOL_ERROR_BAD_REQUEST
#define UNKNOWN BECKON_PROTOCOL_ERROR_UNKNOWN_TYPE

static const Fault faults[] = {
  { "{}", BAD },
  { "{'generation':1}", BAD },
  { "{'kind':'bye'}", BAD },
  { "{'kind':1,'generation':1}", BAD },
  { "{'kind':null,'generation':1}", BAD },
  { "{'kind':'bye','generation':0}", BAD },
  { "{'kind':'bye','generation':-1}", BAD },
  { "{'kind':'bye','generation':2147483648}", BAD },
  { "{'kind':'bye','generation':'1'}", BAD },
  { "{'kind':'bye','generation':1,'reason':5}", BAD },
  { "{'kind':'bye','generation':1,'reason':null}", BAD },
  { "{'kind':'','generation':1}", UNKNOWN },
  { "{'kind':'Bye','generation':1}", UNKNOWN },
  { "{'kind':'renegotiate','generation':1}", UNKNOWN },
  { "{'kind':'description','generation':1}", BAD },
  { "{'kind':'description','generation':1,'sdp':'v=0'}", BAD },
  { "{'kind':'description','generation':1,'sdp':{}}", BAD },
  { "{'kind':'description','generation':1,'sdp':{'type':'offer'}}", BAD },
  { "{'kind':'description','generation':1,'sdp':{'sdp':'v=0'}}", BAD },
  { "{'kind':'description','generation':1,'sdp':{'type':'offer','sdp':''}}", BAD },
  { "{'kind':'description','generation':1,'sdp':{'type':'offer','sdp':{}}}", BAD },
  { "{'kind':'description','generation':1,'sdp':{'type':'pranswer','sdp':'v=0'}}", BAD },
  { "{'kind':'description','generation':1,'sdp':{'type':null,'sdp':'v=0'}}", BAD },
  { "{'kind':'candidate','generation':1}", BAD },
  { "{'kind':'candidate','generation':1,'candidate':'candidate:1'}", BAD },
  { "{'kind':'candidate','generation':1,'mline':0}", BAD },
  { "{'kind':'candidate','generation':1,'mline':-1,'candidate':'candidate:1'}", BAD },
  { "{'kind':'candidate','generation':1,'mline':16,'candidate':'candidate:1'}", BAD },
  { "{'kind':'candidate','generation':1,'mline':'0','candidate':'candidate:1'}", BAD },
  { "{'kind':'candidate','generation':1,'mline':0,'candidate':''}", BAD },
  { "{'kind':'candidate','generation':1,'mline':0,'candidate':'a=candidate:1'}", BAD },
  { "{'kind':'candidate','generation':1,'mline':0,'candidate':'candidate:1\\r\\na=x'}", BAD },
  { "{'kind':'candidate','generation':1,'mline':0,'candidate':'candidate:ä'}", BAD },
  { "{'kind':'candidate','generation':1,'mline':0,'candidate':['candidate:1']}", BAD },
};

static void
test_faults (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      g_autofree char *text = frame_text (faults[i].text);
      g_autoptr (JsonObject) object = beckon_json_parse (text, strlen (text), NULL);
      g_autoptr (GError) error = NULL;

      g_assert_nonnull (object);
      g_assert_null (beckon_peer_signal_from_json (object, &error));
      g_assert_error (error, BECKON_PROTOCOL_ERROR, (int) faults[i].error);
    }
}

/* @object: (transfer full) */
static void
check_limit (JsonObject *object, gboolean within)
{
  g_autoptr (JsonObject) owned = object;
  g_autoptr (GError) error = NULL;
  g_autoptr (BeckonPeerSignal) signal = beckon_peer_signal_from_json (owned, &error);

  g_assert_true ((signal != NULL) == within);
  if (!within)
    g_assert_error (error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_TOO_LARGE);
}

static void
test_limits (void)
{
  for (guint over = 0; over < 2; over++)
    {
      g_autofree char *sdp = g_strnfill (BECKON_SDP_MAX + over, 'v');
      g_autofree char *filler = g_strnfill (BECKON_CANDIDATE_MAX + over - strlen ("candidate:"), '1');
      g_autofree char *candidate = g_strconcat ("candidate:", filler, NULL);
      g_autofree char *reason = g_strnfill (BECKON_BYE_REASON_MAX + over, 'r');
      g_autoptr (BeckonPeerSignal) description = beckon_peer_signal_new_description (
          1, BECKON_SDP_OFFER, sdp);
      g_autoptr (BeckonPeerSignal) ice = beckon_peer_signal_new_candidate (1, 0, candidate);
      g_autoptr (BeckonPeerSignal) bye = beckon_peer_signal_new_bye (1, reason);

      check_limit (beckon_peer_signal_to_json (description), over == 0);
      check_limit (beckon_peer_signal_to_json (ice), over == 0);
      check_limit (beckon_peer_signal_to_json (bye), over == 0);
    }
}

/* What a later client adds is not in the way of this one. */
static void
test_unknown_members (void)
{
  g_autofree char *text = frame_text ("{'kind':'candidate','generation':1,'mline':0,"
                                      "'candidate':'candidate:1','mid':'audio','signature':{}}");
  g_autoptr (JsonObject) object = beckon_json_parse (text, strlen (text), NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (BeckonPeerSignal) signal = beckon_peer_signal_from_json (object, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (signal->candidate, ==, "candidate:1");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/peer-signal/round-trip", test_round_trip);
  g_test_add_func ("/peer-signal/largest", test_largest);
  g_test_add_func ("/peer-signal/faults", test_faults);
  g_test_add_func ("/peer-signal/limits", test_limits);
  g_test_add_func ("/peer-signal/unknown-members", test_unknown_members);
  return g_test_run ();
}
