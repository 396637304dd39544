/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "peer-message.h"
#include "peer-signal.h"
#include "protocol-error.h"

static void
test_kinds (void)
{
  static const struct
  {
    const char *text;
    BeckonPeerMessageKind kind;
  } messages[] = {
    { "{\"kind\":\"state\"}", BECKON_PEER_MESSAGE_STATE },
    { "{\"kind\":\"bye\"}", BECKON_PEER_MESSAGE_BYE },
    { "{\"kind\":\"byeack\"}", BECKON_PEER_MESSAGE_BYE_ACK },
    { "{\"kind\":\"heartbeat\"}", BECKON_PEER_MESSAGE_OTHER },
    { "{\"kind\":\"of a later version\",\"more\":{}}", BECKON_PEER_MESSAGE_OTHER },
  };

  for (guint i = 0; i < G_N_ELEMENTS (messages); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (BeckonPeerMessage) message = beckon_peer_message_parse (messages[i].text, &error);

      g_assert_no_error (error);
      g_assert_cmpint (message->kind, ==, messages[i].kind);
      g_assert_null (message->reason);
    }
}

/* What is not there, or is no truth value, is not sent. */
static void
test_state (void)
{
  g_autoptr (BeckonPeerMessage) all =
      beckon_peer_message_parse ("{\"kind\":\"state\",\"microphone\":true,\"camera\":true,"
                                 "\"screen\":true,\"pictures_off\":true}",
                                 NULL);
  g_autoptr (BeckonPeerMessage) odd =
      beckon_peer_message_parse ("{\"kind\":\"state\",\"microphone\":1,\"camera\":\"true\","
                                 "\"screen\":false,\"pictures_off\":1}",
                                 NULL);

  for (guint line = 0; line < BECKON_N_LINES; line++)
    {
      g_assert_true (all->sends[line]);
      g_assert_false (odd->sends[line]);
    }
  g_assert_true (all->pictures_off);
  g_assert_false (odd->pictures_off);
}

static void
test_reason (void)
{
  g_autofree char *longest = g_strnfill (BECKON_BYE_REASON_MAX, 'x');
  g_autofree char *fits = g_strdup_printf ("{\"kind\":\"bye\",\"reason\":\"%s\"}", longest);
  g_autofree char *too_long = g_strdup_printf ("{\"kind\":\"bye\",\"reason\":\"%sx\"}", longest);
  g_autoptr (BeckonPeerMessage) said = beckon_peer_message_parse (fits, NULL);
  g_autoptr (BeckonPeerMessage) chatty = beckon_peer_message_parse (too_long, NULL);

  g_assert_cmpstr (said->reason, ==, longest);
  g_assert_cmpint (chatty->kind, ==, BECKON_PEER_MESSAGE_BYE); /* they leave, whatever they say */
  g_assert_null (chatty->reason);
}

static void
test_refusals (void)
{
  g_autofree char *rest = g_strnfill (BECKON_PEER_MESSAGE_MAX, ' ');
  g_autofree char *large = g_strconcat ("{\"kind\":\"bye\"}", rest, NULL);
  const struct
  {
    const char *text;
    BeckonProtocolError error;
  } messages[] = {
    { "", BECKON_PROTOCOL_ERROR_BAD_FRAME },
    { "bye", BECKON_PROTOCOL_ERROR_BAD_FRAME },
    { "[{\"kind\":\"bye\"}]", BECKON_PROTOCOL_ERROR_BAD_FRAME },
    { "{\"kind\":\"\xff\"}", BECKON_PROTOCOL_ERROR_BAD_FRAME },
    { "{}", BECKON_PROTOCOL_ERROR_BAD_REQUEST },
    { "{\"kind\":null}", BECKON_PROTOCOL_ERROR_BAD_REQUEST },
    { "{\"kind\":[\"bye\"]}", BECKON_PROTOCOL_ERROR_BAD_REQUEST },
    { large, BECKON_PROTOCOL_ERROR_TOO_LARGE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (messages); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (beckon_peer_message_parse (messages[i].text, &error));
      g_assert_error (error, BECKON_PROTOCOL_ERROR, (int) messages[i].error);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/peer-message/kinds", test_kinds);
  g_test_add_func ("/peer-message/state", test_state);
  g_test_add_func ("/peer-message/reason", test_reason);
  g_test_add_func ("/peer-message/refusals", test_refusals);
  return g_test_run ();
}
