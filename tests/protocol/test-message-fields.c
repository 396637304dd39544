/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a program sees of a message: fields that are set and read, acknowledgements, refusals,
 * payloads that are passed on, the bytes that are sent. */

#include "config.h"

#include "frames.h"

#include "json-write.h"

/* What a message is made of by its setters is what the other end reads by its getters. */
static void
test_fields (void)
{
  static const char *const invitees[] = { "bob", "carol", NULL };
  g_autoptr (BeckonMessage) made = beckon_message_new_request (BECKON_CALL_INVITE, 0);
  g_autoptr (BeckonMessage) read = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  g_auto (GStrv) names = NULL;

  beckon_message_set_id (made, 41);
  beckon_message_set_ack (made, 7);
  beckon_message_set_strv (made, "invitees", invitees);
  beckon_message_set_string (made, "media", "video");
  beckon_message_set_int (made, "timeout", 30);
  beckon_message_set_string (made, "data", "“\n\"\\/\x01\U0001F600");
  text = beckon_message_to_string (made, NULL);
  g_assert_null (strchr (text, '\n'));

  read = beckon_message_parse (text, -1, BECKON_PARTY_CLIENT, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (beckon_message_get_kind (read), ==, BECKON_MESSAGE_REQUEST);
  g_assert_cmpint (beckon_message_get_message_type (read), ==, BECKON_CALL_INVITE);
  g_assert_cmpint (beckon_message_get_id (read), ==, 41);
  g_assert_cmpint (beckon_message_get_ack (read), ==, 7);
  names = beckon_message_dup_strv (read, "invitees");
  g_assert_cmpstrv (names, invitees);
  g_assert_cmpuint (json_array_get_length (beckon_message_get_array (read, "invitees")), ==, 2);
  g_assert_cmpstr (beckon_message_get_string (read, "media"), ==, "video");
  g_assert_cmpuint (json_object_get_size (beckon_message_get_fields (read)), ==, 4);
  g_assert_cmpint (beckon_message_get_int (read, "timeout"), ==, 30);
  g_assert_cmpstr (beckon_message_get_string (read, "data"), ==, "“\n\"\\/\x01\U0001F600");
}

/* A field that is not there, or of another kind, reads as nothing. */
static void
test_absent_fields (void)
{
  g_autofree char *text = frame_text ("{'seq':3,'type':'presence.changed','user':'bob',"
                                      "'state':'dnd'}");
  g_autoptr (BeckonMessage) event = beckon_message_parse (text, -1, BECKON_PARTY_SERVER, NULL, NULL);

  g_assert_true (beckon_message_has (event, "user"));
  for (guint i = 0; i < 2; i++)
    {
      const char *field = i == 0 ? "call" : "user";

      g_assert_cmpint (beckon_message_has (event, field), ==, i);
      g_assert_cmpint (beckon_message_get_int (event, field), ==, 0);
      g_assert_false (beckon_message_get_boolean (event, field));
      g_assert_null (beckon_message_get_object (event, field));
      g_assert_null (beckon_message_get_array (event, field));
      g_assert_null (beckon_message_dup_strv (event, field));
    }
  g_assert_null (beckon_message_get_string (event, "call"));
  g_assert_null (beckon_message_get_string (event, "seq"));
}

static void
test_ack (void)
{
  g_autoptr (BeckonMessage) ack = beckon_message_new_ack (9);
  g_autofree char *text = beckon_message_to_string (ack, NULL);

  g_assert_cmpstr (text, ==, "{\"ack\":9}");
  g_assert_cmpint (beckon_message_get_kind (ack), ==, BECKON_MESSAGE_ACK);
  g_assert_cmpint (beckon_message_get_id (ack), ==, 9);
  g_assert_cmpint (beckon_message_get_ack (ack), ==, 9);
}

/* An acknowledgement is read in a way of its own, but one that begins with a blank is not: both see
 * the same. */
static void
test_ack_both_ways (void)
{
  static const char *const texts[] = {
    "{\"ack\":%s}",  "{\"ack\":%s",           "{\"ack\":%s}}",    "{\"ack\":%s,\"ack\":1}",
    "{\"ack\":%s }", "{\"ack\": %s}",         "{\"ack\":%s}\n",   "{\"ack\":%s,\"x\":1}",
    "{\"ack\":%s]",  "{\"ack\":%s\"}",        "{\"acks\":%s}",    "{\"ack\":%s,\"type\":\"ping\"}",
    "{\"ack\":%s,}", "{\"ack\":%s,\"id\":2}", "[\"ack\":%s}",     "{\"ack\"%s}",
    "{\"ack\":%s1}", "{\"ack\":%s0}",         "{\"ack\":%s\001}",
  };
  static const char *const numbers[] = {
    "",
    "0",
    "1",
    "9",
    "10",
    "12",
    "00",
    "01",
    "-1",
    "-",
    "+1",
    "1.0",
    "1e0",
    ".",
    "a",
    "{}",
    "[]",
    "null",
    "\"1\"",
    "true",
    "0x10",
    "1 2",
    "9007199254740991",
    "9007199254740992",
    "9007199254740993",
    "90071992547409920",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551617",
    "99999999999999999999999999999999999",
  };
  guint n_good = 0;

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    for (guint j = 0; j < G_N_ELEMENTS (numbers); j++)
      {
        g_autoptr (GString) text = g_string_new (texts[i]);
        g_autofree char *slow = NULL;
        g_autoptr (GError) error = NULL;
        g_autoptr (GError) slow_error = NULL;
        g_autoptr (BeckonMessage) message = NULL;
        g_autoptr (BeckonMessage) slow_message = NULL;

        g_string_replace (text, "%s", numbers[j], 1);
        slow = g_strconcat (" ", text->str, NULL);
        message = beckon_message_parse (text->str, text->len, BECKON_PARTY_CLIENT, NULL, &error);
        slow_message = beckon_message_parse (slow, -1, BECKON_PARTY_CLIENT, NULL, &slow_error);
        if ((message == NULL) != (slow_message == NULL))
          g_error ("%s", text->str);
        if (message == NULL)
          {
            g_assert_cmpint (error->code, ==, slow_error->code);
            continue;
          }
        g_assert_cmpint (beckon_message_get_kind (message), ==,
                         beckon_message_get_kind (slow_message));
        g_assert_cmpint (beckon_message_get_id (message), ==, beckon_message_get_id (slow_message));
        g_assert_cmpint (beckon_message_get_ack (message), ==,
                         beckon_message_get_ack (slow_message));
        n_good++;
      }
  g_assert_cmpuint (n_good, >, 20);
}

/* Every error that a server answers arrives as that error, with its words. */
static void
test_refusals (void)
{
  for (guint code = 0; code <= BECKON_PROTOCOL_ERROR_LAST; code++)
    {
      g_autoptr (BeckonMessage) made = beckon_message_new_error_reply (5, code, "So “nicht”");
      g_autofree char *text = beckon_message_to_string (made, NULL);
      g_autoptr (BeckonMessage) read = beckon_message_parse (text, -1, BECKON_PARTY_SERVER, NULL,
                                                             NULL);
      g_autoptr (GError) error = NULL;

      g_assert_nonnull (read);
      g_assert_false (beckon_message_is_ok (read));
      g_assert_cmpint (beckon_message_get_id (read), ==, 5);
      g_assert_false (beckon_message_check_reply (read, BECKON_CALL_INVITE, &error));
      g_assert_error (error, BECKON_PROTOCOL_ERROR, (int) code);
      g_assert_cmpstr (error->message, ==, "So “nicht”");
    }
}

static void
test_refusal_of_newer_server (void)
{
  g_autofree char *text = frame_text ("{'re':5,'ok':false,'error':{'code':'moon-phase',"
                                      "'message':'Not today','retry_after':60,'moon':0}}");
  g_autoptr (BeckonMessage) reply = beckon_message_parse (text, -1, BECKON_PARTY_SERVER, NULL, NULL);
  g_autoptr (GError) error = NULL;
  JsonObject *details;

  g_assert_false (beckon_message_check_reply (reply, BECKON_PING, &error));
  g_assert_error (error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_INTERNAL);
  g_assert_cmpstr (error->message, ==, "Not today");
  details = beckon_message_get_object (reply, "error");
  g_assert_cmpint (json_object_get_int_member (details, "retry_after"), ==, 60);
  g_assert_false (json_object_has_member (details, "moon"));
}

/* A server passes a payload on without reading it; what arrives is what was sent. */
static void
test_relay (void)
{
  static const char *const payloads[] = {
    "{}",
    "{ \t\r\n}",
    "{\"a\":9007199254740992,\"b\":-9007199254740992,\"c\":-0}",
    "{\"\":\"\",\"\\\"\":\"\\u0001\\u007f\\ud83d\\ude00\\/\"}",
    "{\"a\":[[],{},null,true,false,[[[[[[[[[[1]]]]]]]]]]]}",
    "{\"type\":\"ping\",\"id\":7,\"seq\":8}",
    "{\"payload\":{\"payload\":{}},\"}\":\"{\"}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (payloads); i++)
    {
      g_autofree char *sent = g_strdup_printf ("{\"id\":1,\"type\":\"signal.send\",\"call\":\"c\","
                                               "\"to\":{\"user\":\"bob\"},\"payload\":%s}",
                                               payloads[i]);
      g_autoptr (GError) error = NULL;
      g_autoptr (BeckonMessage) request = beckon_message_parse (sent, -1, BECKON_PARTY_CLIENT, NULL,
                                                                &error);
      g_autoptr (BeckonMessage) event = beckon_message_new_event (BECKON_SIGNAL_RECEIVED);
      g_autoptr (BeckonMessage) received = NULL;
      g_autoptr (JsonNode) node = json_from_string (payloads[i], NULL);
      g_autofree char *text = NULL;
      JsonObject *from = json_object_new ();
      const char *payload;
      gsize length;

      g_assert_no_error (error);
      g_assert_true (beckon_message_has (request, "payload"));
      payload = beckon_message_get_raw (request, "payload", &length);
      g_assert_cmpmem (payload, length, payloads[i], strlen (payloads[i]));
      json_object_set_string_member (from, "user", "alice");
      beckon_message_set_id (event, 1);
      beckon_message_set_string (event, "call", beckon_message_get_string (request, "call"));
      beckon_message_set_object (event, "from", from);
      beckon_message_set_raw (event, "payload", payload, length);
      text = beckon_message_to_string (event, NULL);
      g_assert_nonnull (strstr (text, payloads[i]));
      received = beckon_message_parse (text, -1, BECKON_PARTY_SERVER, NULL, &error);
      g_assert_no_error (error);
      g_assert_true (json_object_equal (beckon_message_get_object (received, "payload"),
                                        json_node_get_object (node)));
    }
}

/* However the member is written and however often, everybody sees the same payload. */
static void
test_raw (void)
{
  static const struct
  {
    const char *members;
    const char *payload; /* NULL: refused */
  } cases[] = {
    { "'payload':{'a':1}", "{'a':1}" },
    { " 'payload' : {'a': 1} ", "{'a': 1}" },
    { "'p\\u0061yl\\u006Fad':{'a':1}", "{'a':1}" },
    { "'\\u0070\\u0061\\u0079\\u006c\\u006f\\u0061\\u0064':{}", "{}" },
    { "'payload':{'a':1},'payload':{'b':2}", "{'b':2}" },
    { "'payload':{'a':1},'payloa\\u0064':{'b':2}", "{'b':2}" },
    { "'payload':'text','payload':{'b':2}", "{'b':2}" },
    { "'payload':[{}],'payload':{'b':[{}]}", "{'b':[{}]}" },
    { "'payload':{'b':2},'x':{'payload':{'c':3}},'y':[{'payload':{}}]", "{'b':2}" },
    { "'payload':{'payload':{'c':3}}", "{'payload':{'c':3}}" },
    { "'payload':{'a':1},'payload':'text'", NULL },
    { "'payload':{'a':1},'payload':[{}]", NULL },
    { "'payload':{'a':1},'payload':null", NULL },
    { "'payloa':{}", NULL },
    { "'payloads':{}", NULL },
    { "'payload\\u0020':{}", NULL },
    { "'payl\\noad':{}", NULL },
    { "'Payload':{}", NULL },
    { "'':{}", NULL },
    { "'x':{'payload':{}}", NULL },
    { "'x':'payload','y':{}", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *frame = g_strdup_printf ("{'id':1,'type':'signal.send','call':'c',%s,"
                                                "'to':{'user':'bob'}}",
                                                cases[i].members);
      g_autofree char *text = frame_text (frame);
      g_autofree char *expected = frame_text (cases[i].payload != NULL ? cases[i].payload : "");
      g_autoptr (GError) error = NULL;
      g_autoptr (BeckonMessage) message =
          beckon_message_parse (text, -1, BECKON_PARTY_CLIENT, NULL, &error);
      const char *payload;
      gsize length;

      if (cases[i].payload == NULL)
        {
          g_assert_error (error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_BAD_REQUEST);
          continue;
        }
      g_assert_no_error (error);
      payload = beckon_message_get_raw (message, "payload", &length);
      g_assert_cmpmem (payload, length, expected, strlen (expected));
      g_assert_null (beckon_message_get_raw (message, "call", &length));
      g_assert_null (beckon_message_get_object (message, "payload"));
    }
}

/* A payload where none belongs is a member that nobody knows. */
static void
test_raw_elsewhere (void)
{
  static const struct
  {
    BeckonParty from;
    const char *text;
  } frames[] = {
    { BECKON_PARTY_CLIENT, "{'id':1,'type':'ping','payload':{'a':1}}" },
    { BECKON_PARTY_CLIENT, "{'ack':1,'payload':{'a':1}}" },
    { BECKON_PARTY_SERVER, "{'seq':1,'type':'contacts.changed','payload':{'a':1}}" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (frames); i++)
    {
      g_autofree char *text = frame_text (frames[i].text);
      g_autoptr (GError) error = NULL;
      g_autoptr (BeckonMessage) message =
          beckon_message_parse (text, -1, frames[i].from, NULL, &error);

      g_assert_no_error (error);
      g_assert_false (beckon_message_has (message, "payload"));
    }
}

/* One event for several sessions: only the number differs, until somebody changes it. */
static void
test_event_bytes (void)
{
  static const gint64 seqs[] = { 1, 12, BECKON_NUMBER_MAX };
  g_autoptr (BeckonMessage) event = beckon_message_new_event (BECKON_SIGNAL_RECEIVED);

  beckon_message_set_string (event, "call", "c");
  beckon_message_set_raw (event, "payload", "{\"a\": 1}", 8);
  for (guint round = 0; round < 3; round++)
    {
      if (round == 1)
        beckon_message_set_string (event, "call", "d");
      if (round == 2)
        beckon_message_set_raw (event, "payload", "{}", 2);
      for (guint i = 0; i < G_N_ELEMENTS (seqs); i++)
        {
          g_autoptr (GBytes) bytes = beckon_message_to_event_bytes (event, seqs[i]);
          g_autoptr (GBytes) same = NULL;
          g_autofree char *expected = g_strdup_printf (
              "{\"seq\":%" G_GINT64_FORMAT ",\"type\":\"signal.received\",\"call\":\"%s\","
              "\"payload\":%s}",
              seqs[i], round == 0 ? "c" : "d", round == 2 ? "{}" : "{\"a\": 1}");

          g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), expected,
                           strlen (expected));
          beckon_message_set_id (event, seqs[i]);
          same = beckon_message_to_bytes (event);
          g_assert_true (g_bytes_equal (bytes, same));
        }
    }
}

/* What is made is text, until somebody looks into it or sets something anew. */
static void
test_written_fields (void)
{
  g_autoptr (BeckonMessage) event = beckon_message_new_event (BECKON_CALL_CANCELLED);
  g_autofree char *first = NULL, *second = NULL;

  beckon_message_set_string (event, "by", "\"call\":\"x\"");
  beckon_json_append_integer (beckon_message_write (event, "timeout"), -5);
  beckon_message_set_string (event, "call", "c");
  beckon_message_set_id (event, 1);
  first = beckon_message_to_string (event, NULL);
  g_assert_cmpstr (first, ==,
                   "{\"seq\":1,\"type\":\"call.cancelled\",\"by\":\"\\\"call\\\":\\\"x\\\"\","
                   "\"timeout\":-5,\"call\":\"c\"}");

  g_assert_true (beckon_message_has (event, "by"));
  g_assert_cmpstr (beckon_message_get_string (event, "by"), ==, "\"call\":\"x\"");
  g_assert_cmpint (beckon_message_get_int (event, "timeout"), ==, -5);
  second = beckon_message_to_string (event, NULL);
  g_assert_cmpstr (second, ==, first);

  beckon_message_set_boolean (event, "by", TRUE);
  beckon_message_set_int (event, "timeout", 7);
  json_object_set_string_member (beckon_message_get_fields (event), "more", "m");
  g_free (second);
  second = beckon_message_to_string (event, NULL);
  g_assert_cmpstr (second, ==,
                   "{\"seq\":1,\"type\":\"call.cancelled\",\"by\":true,\"timeout\":7,"
                   "\"call\":\"c\",\"more\":\"m\"}");
}

static void
test_references (void)
{
  BeckonMessage *message = beckon_message_new_reply (1);

  g_assert_true (beckon_message_ref (message) == message);
  beckon_message_unref (message);
  g_assert_true (beckon_message_is_ok (message));
  beckon_message_unref (message);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/message/fields", test_fields);
  g_test_add_func ("/message/absent-fields", test_absent_fields);
  g_test_add_func ("/message/ack", test_ack);
  g_test_add_func ("/message/ack-both-ways", test_ack_both_ways);
  g_test_add_func ("/message/refusals", test_refusals);
  g_test_add_func ("/message/refusal-of-newer-server", test_refusal_of_newer_server);
  g_test_add_func ("/message/relay", test_relay);
  g_test_add_func ("/message/raw", test_raw);
  g_test_add_func ("/message/raw-elsewhere", test_raw_elsewhere);
  g_test_add_func ("/message/event-bytes", test_event_bytes);
  g_test_add_func ("/message/written-fields", test_written_fields);
  g_test_add_func ("/message/references", test_references);
  return g_test_run ();
}
