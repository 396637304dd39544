/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Any bytes as a frame of a client and of a server. What is taken is written as what is taken again,
 * and what a server passes on is never refused by who gets it. */

#include "config.h"

#include "message.h"

int LLVMFuzzerTestOneInput (const guint8 *data, size_t size);

static BeckonMessage *
parse (const char *data, gsize size, BeckonParty from)
{
  g_autoptr (GError) error = NULL;
  gint64 request_id = -1;
  BeckonMessage *message = beckon_message_parse (data, size, from, &request_id, &error);

  g_assert ((message == NULL) == (error != NULL));
  g_assert (request_id >= 0 && request_id <= BECKON_NUMBER_MAX);
  if (error != NULL)
    g_assert (error->domain == BECKON_PROTOCOL_ERROR && g_utf8_validate (error->message, -1, NULL));
  return message;
}

/* Returns: (transfer full): what it is written as. */
static char *
write_again (BeckonMessage *message, BeckonParty from, BeckonMessageType asked)
{
  gsize length;
  char *text = beckon_message_to_string (message, &length);
  g_autoptr (BeckonMessage) again = parse (text, length, from);
  g_autofree char *same = NULL;

  g_assert (again != NULL);
  if (asked != BECKON_MESSAGE_NONE)
    g_assert (beckon_message_check_reply (again, asked, NULL) == beckon_message_is_ok (message));
  same = beckon_message_to_string (again, NULL);
  g_assert_cmpstr (same, ==, text);
  return text;
}

/* As the server does with a signal. */
static void
relay (BeckonMessage *request)
{
  g_autoptr (BeckonMessage) event = beckon_message_new_event (BECKON_SIGNAL_RECEIVED);
  JsonObject *from = json_object_new ();
  g_autofree char *text = NULL;

  json_object_set_string_member (from, "user", "somebody");
  beckon_message_set_id (event, 1);
  beckon_message_set_string (event, "call", beckon_message_get_string (request, "call"));
  beckon_message_set_object (event, "from", from);
  beckon_message_set_object (event, "payload",
                             json_object_ref (beckon_message_get_object (request, "payload")));
  text = write_again (event, BECKON_PARTY_SERVER, BECKON_MESSAGE_NONE);
}

static void
take_client_frame (const char *data, gsize size)
{
  g_autoptr (BeckonMessage) message = parse (data, size, BECKON_PARTY_CLIENT);
  g_autofree char *text = NULL;

  if (message == NULL)
    return;
  text = write_again (message, BECKON_PARTY_CLIENT, BECKON_MESSAGE_NONE);
  if (beckon_message_get_message_type (message) == BECKON_SIGNAL_SEND)
    relay (message);
}

static void
take_reply (const char *data, gsize size)
{
  for (guint asked = BECKON_HELLO; asked < BECKON_SESSION_CLOSING; asked++)
    {
      g_autoptr (BeckonMessage) reply = parse (data, size, BECKON_PARTY_SERVER);
      g_autoptr (GError) error = NULL;
      g_autofree char *text = NULL;

      g_assert (beckon_message_check_reply (reply, asked, &error) == (error == NULL));
      if (!g_error_matches (error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_BAD_FRAME))
        text = write_again (reply, BECKON_PARTY_SERVER, asked);
    }
}

static void
take_server_frame (const char *data, gsize size)
{
  g_autoptr (BeckonMessage) message = parse (data, size, BECKON_PARTY_SERVER);
  g_autofree char *text = NULL;

  if (message == NULL)
    return;
  if (beckon_message_get_kind (message) == BECKON_MESSAGE_REPLY)
    take_reply (data, size);
  else
    text = write_again (message, BECKON_PARTY_SERVER, BECKON_MESSAGE_NONE);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  take_client_frame ((const char *) data, size);
  take_server_frame ((const char *) data, size);
  return 0;
}
