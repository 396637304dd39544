/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the checker lets pass is made into what JSON-GLib's own parser makes of it. */

#include "config.h"

#include "json-build.h"
#include "json-parse.h"

#include <string.h>

static JsonObject *
parse_as_json_glib (const char *text)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) error = NULL;

  json_parser_load_from_data (parser, text, -1, &error);
  g_assert_no_error (error);
  return json_object_ref (json_node_get_object (json_parser_get_root (parser)));
}

/* Also the order of members, which json_object_equal() does not look at. */
static void
assert_same (JsonObject *object, JsonObject *expected)
{
  g_autoptr (GList) names = json_object_get_members (object);
  g_autoptr (GList) expected_names = json_object_get_members (expected);

  g_assert_true (json_object_equal (object, expected));
  for (GList *l = names, *m = expected_names; l != NULL; l = l->next, m = m->next)
    g_assert_cmpstr (l->data, ==, m->data);
}

static void
test_same (gconstpointer data)
{
  const char *text = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) object = beckon_json_parse (text, strlen (text), &error);
  g_autoptr (JsonObject) expected = parse_as_json_glib (text);

  g_assert_no_error (error);
  assert_same (object, expected);
}

static void
test_characters (void)
{
  for (gunichar c = 1; c < 0x11000; c++)
    {
      g_autofree char *text = NULL;
      g_autoptr (JsonObject) object = NULL;
      char expected[8] = { 0 };

      if (c >= 0xD800 && c <= 0xDFFF)
        continue;
      text = c < 0x10000
                 ? g_strdup_printf ("{\"a\":\"<\\u%04x>\"}", c)
                 : g_strdup_printf ("{\"a\":\"<\\u%04X\\u%04X>\"}", 0xD800 + ((c - 0x10000) >> 10),
                                    0xDC00 + ((c - 0x10000) & 0x3FF));
      object = beckon_json_parse (text, strlen (text), NULL);
      g_assert_nonnull (object);
      expected[0] = '<';
      expected[1 + g_unichar_to_utf8 (c, expected + 1)] = '>';
      g_assert_cmpstr (json_object_get_string_member (object, "a"), ==, expected);
    }
}

/* Nothing of what is skipped is looked at, and all behind it is. */
static void
test_skipped (void)
{
  char text[] = "{\"a\":{\"b\":1}, \"c\" : {\"d\":\"}\\\"\"} ,\"e\":[{\"f\":2}]}";
  const char *skipped = strchr (text, 'd') - 2;
  g_autoptr (JsonObject) object = beckon_json_build (text, skipped, strlen ("{\"d\":\"}\\\"\"}"));
  g_autoptr (JsonObject) expected =
      parse_as_json_glib ("{\"a\":{\"b\":1},\"c\":{},\"e\":[{\"f\":2}]}");

  assert_same (object, expected);
}

static void
test_deep (void)
{
  g_autoptr (GString) text = g_string_new ("{\"a\":");

  for (guint i = 1; i < BECKON_FRAME_DEPTH_MAX; i++)
    g_string_append (text, i % 2 == 0 ? "{\"a\":" : "[");
  g_string_append (text, "null");
  for (guint i = BECKON_FRAME_DEPTH_MAX - 1; i > 0; i--)
    g_string_append_c (text, i % 2 == 0 ? '}' : ']');
  g_string_append_c (text, '}');
  test_same (text->str);
}

int
main (int argc, char **argv)
{
  static const char *const texts[] = {
    "{}",
    " \t\r\n{ \t\r\n} \t\r\n",
    "{\"a\":1}",
    "{ \"a\" : 1 , \"b\" : [ 1 , 2 , 3 ] , \"c\" : { \"d\" : null } }",
    "{\"a\":[],\"b\":{},\"c\":[[],[{}],{}]}",
    "{\"a\":true,\"b\":false,\"c\":null,\"d\":\"\"}",
    "{\"a\":0,\"b\":-0,\"c\":-1,\"d\":9007199254740992,\"e\":-9007199254740992}",
    "{\"\\\"\\\\\\/\\b\\f\\n\\r\\t\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"}",
    "{\"\\u0061b\":\"\\u00e4\\u20AC\\ud83d\\uDE00\",\"ä\":\"€😀\"}",
    "{\"a\":\"{[,:]}\",\"b\":\"\\\\\"}",
    "{\"b\":1,\"a\":2,\"b\":{\"c\":3},\"\\u0061\":4}",
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *path = g_strdup_printf ("/json-build/same/%u", i + 1);

      g_test_add_data_func (path, texts[i], test_same);
    }
  g_test_add_func ("/json-build/characters", test_characters);
  g_test_add_func ("/json-build/skipped", test_skipped);
  g_test_add_func ("/json-build/deep", test_deep);
  return g_test_run ();
}
