/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The limits of the codec, each at its end and one beyond it. */

#include "config.h"

#include "frames.h"

#include "identifiers.h"
#include "protocol-types.h"

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

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (limits); i++)
    {
      g_autofree char *path = g_strconcat ("/message/limit/", limits[i].what, NULL);

      g_test_add_data_func (path, &limits[i], test_limit);
    }
  g_test_add_func ("/message/integers", test_integers);
  g_test_add_func ("/message/nest-bomb", test_nest_bomb);
  g_test_add_func ("/message/depth", test_depth);
  g_test_add_func ("/message/members", test_members);
  return g_test_run ();
}
