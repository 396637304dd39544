/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Any bytes as a frame of a client and of a server. What is taken is written as what is taken again,
 * and what a server passes on is never refused by who gets it. What is read in a faster way than the
 * rest is read as the rest, and all of it as JSON-GLib does. */

#include "config.h"

#include "message.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, size_t size);

static BeckonMessage *
parse (const char *data, gsize size, BeckonParty from)
{
  g_autoptr (GError) error = NULL;
  gint64 number = -1;
  BeckonMessage *message = beckon_message_parse (data, size, from, &number, &error);

  g_assert ((message == NULL) == (error != NULL));
  g_assert (number >= 0 && number <= BECKON_NUMBER_MAX);
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

/* As the server does with a signal. @data: the request as it came */
static void
relay (BeckonMessage *request, const char *data, gsize size)
{
  g_autoptr (BeckonMessage) event = beckon_message_new_event (BECKON_SIGNAL_RECEIVED);
  g_autoptr (BeckonMessage) received = NULL;
  g_autoptr (JsonObject) whole = beckon_json_parse (data, size, NULL);
  g_autoptr (GBytes) bytes = NULL;
  JsonObject *from = json_object_new ();
  const char *payload;
  gsize length;

  payload = beckon_message_get_raw (request, "payload", &length);
  json_object_set_string_member (from, "user", "somebody");
  beckon_message_set_string (event, "call", beckon_message_get_string (request, "call"));
  beckon_message_set_object (event, "from", from);
  beckon_message_set_raw (event, "payload", payload, length);
  bytes = beckon_message_to_event_bytes (event, 1);
  received = parse (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), BECKON_PARTY_SERVER);
  g_assert (received != NULL);
  g_assert (json_object_equal (beckon_message_get_object (received, "payload"),
                               json_object_get_object_member (whole, "payload")));
}

/* The same JSON is the same to JSON-GLib, but for what it does not take. */
static void
read_twice (const char *data, gsize size)
{
  g_autoptr (JsonObject) object = beckon_json_parse (data, size, NULL);
  g_autoptr (JsonParser) parser = json_parser_new ();

  if (object != NULL && json_parser_load_from_data (parser, data, size, NULL))
    g_assert (json_object_equal (object, json_node_get_object (json_parser_get_root (parser))));
}

/* With a blank in front an acknowledgement is a frame as all others. */
static void
read_slowly (BeckonMessage *message, const char *data, gsize size)
{
  g_autofree char *text = g_malloc (size + 1);
  g_autoptr (BeckonMessage) same = NULL;

  text[0] = ' ';
  memcpy (text + 1, data, size);
  same = parse (text, size + 1, BECKON_PARTY_CLIENT);
  g_assert ((message == NULL) == (same == NULL));
  if (message == NULL)
    return;
  g_assert_cmpint (beckon_message_get_kind (message), ==, beckon_message_get_kind (same));
  g_assert_cmpint (beckon_message_get_ack (message), ==, beckon_message_get_ack (same));
  g_assert_cmpint (beckon_message_get_id (message), ==, beckon_message_get_id (same));
}

static void
take_client_frame (const char *data, gsize size)
{
  g_autoptr (BeckonMessage) message = parse (data, size, BECKON_PARTY_CLIENT);
  g_autofree char *text = NULL;

  if (size > 0 && size < BECKON_FRAME_MAX)
    read_slowly (message, data, size);
  if (message == NULL)
    return;
  text = write_again (message, BECKON_PARTY_CLIENT, BECKON_MESSAGE_NONE);
  if (beckon_message_get_message_type (message) == BECKON_SIGNAL_SEND)
    relay (message, data, size);
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
  read_twice ((const char *) data, size);
  take_client_frame ((const char *) data, size);
  take_server_frame ((const char *) data, size);
  return 0;
}
