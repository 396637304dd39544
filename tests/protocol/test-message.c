/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The codec: every type there and back, everything malformed refused. */

#include "config.h"

#include "frames.h"

#include "identifiers.h"
#include "json-write.h"
#include "protocol-types.h"

/* ---- good frames ---- */

static void
test_round_trip (gconstpointer data)
{
  const FrameSample *sample = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = frame_text (sample->text);
  g_autofree char *name = NULL;
  g_autofree char *written = NULL;
  gsize length;
  g_autoptr (BeckonMessage) message = frame_read (text, -1, frame_sample_party (sample),
                                                  sample->asked, &name, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (name, ==, sample->name);
  written = beckon_message_to_string (message, &length);
  g_assert_cmpstr (written, ==, text);
  g_assert_cmpuint (length, ==, strlen (text));
}

/* Every type has a sample with all its fields or none to leave out, and one with the least. */
static void
test_samples_complete (void)
{
  for (guint type = BECKON_MESSAGE_NONE + 1; type < BECKON_MESSAGE_N_TYPES; type++)
    {
      static const char *const kinds[] = { "request.", "event.", "reply." };
      const char *word = beckon_message_type_to_string (type);
      guint found = 0;

      for (guint kind = 0; kind < G_N_ELEMENTS (kinds); kind++)
        for (guint i = 0; i < n_frame_samples; i++)
          {
            g_autofree char *name = g_strconcat (kinds[kind], word, NULL);

            if (frame_samples[i].least && g_str_equal (frame_samples[i].name, name))
              found |= 1 << kind;
          }
      g_assert_cmpuint (found, ==, type < BECKON_SESSION_CLOSING ? 1 | 4 : 2);
      g_assert_cmpuint (beckon_message_type_from_string (word), ==, type);
    }
  g_assert_cmpuint (beckon_message_type_from_string (""), ==, BECKON_MESSAGE_NONE);
}

/* Puts a member that nobody knows into every object but the opaque ones. */
static void
add_strange_members (JsonNode *node)
{
  if (JSON_NODE_HOLDS_ARRAY (node))
    {
      JsonArray *array = json_node_get_array (node);

      for (guint i = 0; i < json_array_get_length (array); i++)
        add_strange_members (json_array_get_element (array, i));
    }
  else if (JSON_NODE_HOLDS_OBJECT (node))
    {
      JsonObject *object = json_node_get_object (node);
      g_autoptr (GList) names = json_object_get_members (object);

      for (GList *l = names; l != NULL; l = l->next)
        if (!g_str_equal (l->data, "payload") && !g_str_equal (l->data, "limits"))
          add_strange_members (json_object_get_member (object, l->data));
      json_object_set_string_member (object, "x-strange", "new");
      json_object_set_null_member (object, "__proto__");
    }
}

static void
test_unknown_members (gconstpointer data)
{
  const FrameSample *sample = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = frame_text (sample->text);
  g_autoptr (JsonNode) node = json_from_string (text, &error);
  g_autoptr (JsonNode) known = json_from_string (text, NULL);
  g_autoptr (JsonNode) again = NULL;
  g_autofree char *strange = NULL;
  g_autofree char *written = NULL;
  g_autoptr (BeckonMessage) message = NULL;

  g_assert_no_error (error);
  add_strange_members (node);
  strange = json_to_string (node, TRUE); /* with white space, too */
  g_assert_nonnull (strstr (strange, "x-strange"));
  message = frame_read (strange, -1, frame_sample_party (sample), sample->asked, NULL, NULL, &error);
  g_assert_no_error (error);
  written = beckon_message_to_string (message, NULL);
  again = json_from_string (written, &error);
  g_assert_no_error (error);
  g_assert_true (json_node_equal (again, known)); /* a payload keeps its white space */
}

/* ---- bad frames ---- */

static void
test_fault (gconstpointer data)
{
  const FrameFault *fault = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = frame_text (fault->text);
  gint64 number = -1;
  g_autoptr (BeckonMessage) message = frame_read (text, -1, fault->from, fault->asked, NULL,
                                                  &number, &error);

  g_assert_error (error, BECKON_PROTOCOL_ERROR, (int) fault->error);
  g_assert_null (message);
  g_assert_cmpint (number, ==, fault->number);
  g_assert_true (*error->message != '\0' && g_utf8_validate (error->message, -1, NULL));
}

/* A frame that was cut off anywhere is refused, and nothing behind its end is looked at. */
static void
test_truncated (void)
{
  for (guint i = 0; i < n_frame_samples; i++)
    {
      g_autofree char *text = frame_text (frame_samples[i].text);

      for (gsize length = 0; length < strlen (text); length++)
        {
          g_autofree char *start = g_memdup2 (text, length); /* for AddressSanitizer to see the end */
          g_autoptr (GError) error = NULL;

          g_assert_null (beckon_message_parse (start, length, frame_sample_party (&frame_samples[i]),
                                               NULL, &error));
          g_assert_error (error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_BAD_FRAME);
        }
    }
}

static gboolean
is_accepted (const FrameSample *sample, JsonNode *node)
{
  g_autofree char *text = json_to_string (node, FALSE);
  g_autoptr (BeckonMessage) message = frame_read (text, -1, frame_sample_party (sample),
                                                  sample->asked, NULL, NULL, NULL);

  return message != NULL;
}

/* Copies: removing a member frees its name. */
static GStrv
dup_member_names (JsonObject *object)
{
  g_autoptr (GList) names = json_object_get_members (object);
  g_autoptr (GStrvBuilder) copies = g_strv_builder_new ();

  for (GList *l = names; l != NULL; l = l->next)
    g_strv_builder_add (copies, l->data);
  return g_strv_builder_end (copies);
}

/* Without any one of its members, and with any one of another kind, the least frame is refused.
 * @root is changed back before the function returns. */
static void
check_members (const FrameSample *sample, JsonNode *root, JsonNode *node)
{
  static const char *const others[] = { "null", "true", "[]", "{}", "5", "\"word\"" };
  JsonObject *object;
  g_auto (GStrv) names = NULL;

  if (JSON_NODE_HOLDS_ARRAY (node))
    {
      JsonArray *array = json_node_get_array (node);

      for (guint i = 0; i < json_array_get_length (array); i++)
        check_members (sample, root, json_array_get_element (array, i));
    }
  if (!JSON_NODE_HOLDS_OBJECT (node))
    return;
  object = json_node_get_object (node);
  names = dup_member_names (object);
  for (guint n = 0; names[n] != NULL; n++)
    {
      JsonNode *member = json_object_dup_member (object, names[n]);

      json_object_remove_member (object, names[n]);
      if (is_accepted (sample, root))
        g_error ("%s without “%s” was accepted", sample->text, names[n]);
      for (guint i = 0; i < G_N_ELEMENTS (others); i++)
        {
          JsonNode *other = json_from_string (others[i], NULL);

          json_object_set_member (object, names[n], other);
          if (json_node_get_value_type (other) != json_node_get_value_type (member) &&
              is_accepted (sample, root))
            g_error ("%s with “%s” of %s was accepted", sample->text, names[n], others[i]);
        }
      json_object_set_member (object, names[n], member);
      if (!g_str_equal (names[n], "payload") && !g_str_equal (names[n], "limits"))
        check_members (sample, root, member);
    }
}

static void
test_every_member (void)
{
  for (guint i = 0; i < n_frame_samples; i++)
    {
      g_autofree char *text = frame_text (frame_samples[i].text);
      g_autoptr (JsonNode) node = json_from_string (text, NULL);

      g_assert_true (is_accepted (&frame_samples[i], node));
      if (frame_samples[i].least)
        check_members (&frame_samples[i], node, node);
    }
}

/* ---- limits ---- */

/* @pattern holds one %s for what is @length long and made of @unit. */
typedef struct
{
  const char *what;
  const char *pattern;
  const char *unit;
  guint most; /* units */
  BeckonProtocolError over;
  BeckonMessageType asked;
  BeckonParty from;
} Limit;

#define INVITE "{'id':1,'type':'call.invite','invitees':['bob'],'media':'voice','data':'%s'}"
#define SEND "{'id':1,'type':'signal.send','call':'c','to':{'user':'bob'},'payload':{'x':'%s'}}"
#define BAD BECKON_PROTOCOL_ERROR_BAD_REQUEST
#define BROKEN BECKON_PROTOCOL_ERROR_BAD_FRAME
#define LARGE BECKON_PROTOCOL_ERROR_TOO_LARGE

static const Limit limits[] = {
  { "user-id", "{'id':1,'type':'contacts.add','user':'%s'}", "a", BECKON_USER_ID_MAX, BAD },
  { "id", "{'id':1,'type':'call.accept','call':'%s'}", "Z", BECKON_ID_MAX, BAD },
  { "name", "{'id':1,'type':'profile.set','name':'%s'}", "n", BECKON_NAME_MAX_BYTES, BAD },
  { "name-in-bytes", "{'id':1,'type':'profile.set','name':'%s'}", "ä", BECKON_NAME_MAX_BYTES / 2,
    BAD },
  { "token", "{'id':1,'type':'hello','token':'%s','device':{'id':'d','name':'n'}}", "t", 4096,
    BAD },
  { "agent", "{'id':1,'type':'hello','token':'t','device':{'id':'d','name':'n','agent':'%s'}}", "a",
    128, BAD },
  { "data", INVITE, "d", BECKON_CALL_DATA_MAX, LARGE },
  { "data-in-bytes", INVITE, "ä", BECKON_CALL_DATA_MAX / 2, LARGE },
  { "data-is-measured-unescaped", INVITE, "\\n", BECKON_CALL_DATA_MAX, LARGE },
  { "payload", SEND, "p", BECKON_PAYLOAD_MAX - 8, LARGE }, /* 8: {"x":""} */
  { "payload-is-measured-escaped", SEND, "\\n", BECKON_PAYLOAD_MAX / 2 - 4, LARGE },
  { "payload-is-measured-with-white-space",
    "{'id':1,'type':'signal.send','call':'c','to':{'user':'bob'},'payload': {%s} }", " ",
    BECKON_PAYLOAD_MAX - 2, LARGE },
  { "payload-is-measured-by-its-reader-too",
    "{'seq':1,'type':'signal.received','call':'c','from':{'user':'bob'},'payload':{%s}}", "\t",
    BECKON_PAYLOAD_MAX - 2, LARGE, BECKON_MESSAGE_NONE, BECKON_PARTY_SERVER },
  { "invitees", "{'id':1,'type':'call.invite','media':'voice','invitees':['bob'%s]}", ",'bob'",
    BECKON_INVITEES_MAX - 1, BECKON_PROTOCOL_ERROR_TOO_MANY_INVITEES },
  { "watched", "{'id':1,'type':'presence.watch','users':['bob'%s]}", ",'bob'", 499, BAD },
  { "frame", "{'id':1,'type':'ping'}%s", " ", BECKON_FRAME_MAX - 22, LARGE },
  { "contacts", "{'re':1,'ok':true,'contacts':[{'id':'b','name':'B','presence':'dnd'}%s]}",
    ",{'id':'b','name':'B','presence':'dnd'}", 499, BROKEN, BECKON_CONTACTS_LIST },
  { "members", "{'re':1,'ok':true,'members':[{'id':'b','name':'B'}%s]}", ",{'id':'b','name':'B'}",
    BECKON_INVITEES_MAX, BROKEN, BECKON_CALL_ACCEPT },
};

static char *
fill (const Limit *limit, guint units)
{
  g_autoptr (GString) text = g_string_new (NULL);
  const char *place = strstr (limit->pattern, "%s");

  g_string_append_len (text, limit->pattern, place - limit->pattern);
  for (guint i = 0; i < units; i++)
    g_string_append (text, limit->unit);
  g_string_append (text, place + 2);
  return frame_text (text->str);
}

static void
test_limit (gconstpointer data)
{
  const Limit *limit = data;
  const BeckonParty from = limit->asked == BECKON_MESSAGE_NONE ? limit->from : BECKON_PARTY_SERVER;
  g_autofree char *at = fill (limit, limit->most);
  g_autofree char *over = fill (limit, limit->most + 1);
  g_autoptr (GError) error = NULL;
  g_autoptr (BeckonMessage) message = frame_read (at, -1, from, limit->asked, NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (message);
  g_assert_null (frame_read (over, -1, from, limit->asked, NULL, NULL, &error));
  g_assert_error (error, BECKON_PROTOCOL_ERROR, (int) limit->over);
}

static void
test_integers (void)
{
  static const struct
  {
    const char *pattern;
    gint64 min, max;
  } ranges[] = {
    { "{'id':%s,'type':'ping'}", 1, BECKON_NUMBER_MAX },
    { "{'id':1,'ack':%s,'type':'ping'}", 1, BECKON_NUMBER_MAX },
    { "{'ack':%s}", 1, BECKON_NUMBER_MAX },
    { "{'id':1,'type':'call.invite','invitees':['b'],'media':'video','timeout':%s}", 1, 600 },
    { "{'id':1,'type':'history.list','limit':%s}", 1, 100 },
    { "{'id':1,'type':'history.list','limit':1,'before':%s}", 0, BECKON_NUMBER_MAX },
  };

  for (guint i = 0; i < G_N_ELEMENTS (ranges); i++)
    for (guint j = 0; j < 4; j++)
      {
        const gint64 value[] = { ranges[i].min, ranges[i].max, ranges[i].min - 1, ranges[i].max + 1 };
        g_autofree char *number = g_strdup_printf ("%" G_GINT64_FORMAT, value[j]);
        g_autoptr (GString) text = g_string_new (ranges[i].pattern);
        g_autofree char *frame = NULL;
        g_autoptr (BeckonMessage) message = NULL;

        g_string_replace (text, "%s", number, 1);
        frame = frame_text (text->str);
        message = beckon_message_parse (frame, -1, BECKON_PARTY_CLIENT, NULL, NULL);
        if ((message != NULL) != (j < 2))
          g_error ("%s", frame);
      }
}

static void
test_nest_bomb (void)
{
  static const char *const starts[] = { "", "{'a':", "/*'*/" };

  for (guint i = 0; i < G_N_ELEMENTS (starts); i++)
    {
      g_autofree char *start = frame_text (starts[i]);
      g_autofree char *bomb = g_malloc (BECKON_FRAME_MAX);
      g_autoptr (GError) error = NULL;

      memset (bomb, i == 1 ? '[' : '{', BECKON_FRAME_MAX);
      memcpy (bomb, start, strlen (start));
      g_assert_null (beckon_json_parse (bomb, BECKON_FRAME_MAX, &error));
      g_assert_error (error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_BAD_FRAME);
    }
}

static void
test_depth (void)
{
  for (guint depth = 1; depth <= 20; depth++)
    {
      g_autoptr (GString) text = g_string_new ("{\"x\":");
      g_autoptr (JsonObject) object = NULL;

      for (guint i = 1; i < depth; i++)
        g_string_append_c (text, '[');
      g_string_append (text, "\"[[[{{\\\"\""); /* brackets in a string do not count */
      for (guint i = 1; i < depth; i++)
        g_string_append_c (text, ']');
      g_string_append_c (text, '}');
      object = beckon_json_parse (text->str, text->len, NULL);
      g_assert_true ((object != NULL) == (depth <= BECKON_FRAME_DEPTH_MAX));
    }
}

/* Each object has its own count, and one of the same name counts too. */
static void
test_members (void)
{
  for (guint over = 0; over < 2; over++)
    {
      g_autoptr (GString) inner = g_string_new ("{\"\":0");
      g_autoptr (GString) text = g_string_new ("{\"x\":0");
      g_autoptr (JsonObject) object = NULL;
      g_autoptr (GError) error = NULL;

      for (guint i = 1; i < BECKON_FRAME_MEMBERS_MAX; i++)
        g_string_append (inner, ",\"\":0");
      for (guint i = 1; i < BECKON_FRAME_MEMBERS_MAX + over; i++)
        g_string_append_printf (text, ",\"%u\":%s}", i, i % 32 == 0 ? inner->str : "{");
      g_string_append_c (text, '}');
      object = beckon_json_parse (text->str, text->len, &error);
      g_assert_cmpint (object == NULL, ==, over);
      if (over)
        g_assert_error (error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_BAD_FRAME);
    }
}

static void
test_nul_bytes (void)
{
  static const char frame[] = "{\"id\":1,\"type\":\"ping\"}\0";
  g_autoptr (GError) error = NULL;

  g_assert_null (beckon_message_parse (frame, sizeof frame, BECKON_PARTY_CLIENT, NULL, &error));
  g_assert_error (error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_BAD_FRAME);
  g_clear_error (&error);
  g_assert_null (beckon_message_parse (NULL, 0, BECKON_PARTY_CLIENT, NULL, &error));
  g_assert_error (error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_BAD_FRAME);
}

/* ---- in the program ---- */

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

static void
add_tables (void)
{
  for (guint i = 0; i < n_frame_samples; i++)
    {
      const FrameSample *sample = &frame_samples[i];
      const char *which = sample->least ? "least" : "full";
      g_autofree char *there = g_strdup_printf ("/message/good/%s/%s", sample->name, which);
      g_autofree char *strange = g_strdup_printf ("/message/unknown-members/%s/%s", sample->name,
                                                  which);

      g_test_add_data_func (there, sample, test_round_trip);
      g_test_add_data_func (strange, sample, test_unknown_members);
    }
  for (guint i = 0; i < n_frame_faults; i++)
    {
      g_autofree char *path = g_strdup_printf ("/message/bad/%u/%s", i + 1, frame_faults[i].what);

      g_test_add_data_func (path, &frame_faults[i], test_fault);
    }
  for (guint i = 0; i < G_N_ELEMENTS (limits); i++)
    {
      g_autofree char *path = g_strconcat ("/message/limit/", limits[i].what, NULL);

      g_test_add_data_func (path, &limits[i], test_limit);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  add_tables ();
  g_test_add_func ("/message/samples-complete", test_samples_complete);
  g_test_add_func ("/message/truncated", test_truncated);
  g_test_add_func ("/message/every-member", test_every_member);
  g_test_add_func ("/message/integers", test_integers);
  g_test_add_func ("/message/nest-bomb", test_nest_bomb);
  g_test_add_func ("/message/depth", test_depth);
  g_test_add_func ("/message/members", test_members);
  g_test_add_func ("/message/nul-bytes", test_nul_bytes);
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
