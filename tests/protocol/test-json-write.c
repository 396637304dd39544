/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What we write is what others read, and JSON-GLib writes nothing shorter. */

#include "config.h"

#include "json-write.h"

#include <string.h>

static void
test_integers (void)
{
  static const gint64 numbers[] = { 0,  1,   -1,         9,          10,        -10,
                                    99, 100, G_MAXINT32, G_MAXINT64, G_MININT64 };

  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      g_autoptr (GString) text = g_string_new ("x");
      g_autofree char *expected = g_strdup_printf ("x%" G_GINT64_FORMAT, numbers[i]);

      beckon_json_append_integer (text, numbers[i]);
      g_assert_cmpstr (text->str, ==, expected);
    }
}

/* Returns: (transfer full): what the text of @value is read as. */
static char *
read_back (const char *value)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GError) error = NULL;

  beckon_json_append_string (text, value);
  for (gsize i = 0; i < text->len; i++)
    g_assert_cmpuint ((guchar) text->str[i], >=, 0x20);
  node = json_from_string (text->str, &error);
  g_assert_no_error (error);
  return json_node_dup_string (node);
}

static void
test_characters (void)
{
  for (gunichar c = 1; c < 0x3000; c++)
    {
      g_autoptr (GString) value = g_string_new ("<");
      g_autofree char *same = NULL;

      g_string_append_unichar (value, c);
      g_string_append (value, ">");
      same = read_back (value->str);
      g_assert_cmpstr (same, ==, value->str);
    }
}

static void
test_strings (void)
{
  static const struct
  {
    const char *value, *text;
  } cases[] = {
    { "", "\"\"" },
    { "a", "\"a\"" },
    { "\"", "\"\\\"\"" },
    { "\\", "\"\\\\\"" },
    { "/", "\"/\"" },
    { "\b\t\n\v\f\r", "\"\\b\\t\\n\\u000b\\f\\r\"" },
    { "\x01\x0f\x10\x1f", "\"\\u0001\\u000f\\u0010\\u001f\"" },
    { "ä\U0001F600", "\"ä\U0001F600\"" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GString) text = g_string_new (NULL);

      beckon_json_append_string (text, cases[i].value);
      g_assert_cmpstr (text->str, ==, cases[i].text);
    }
}

static void
test_nodes (void)
{
  static const char *const texts[] = {
    "{}",
    "[]",
    "[[]]",
    "{\"\":{}}",
    "[null,true,false,-9007199254740992,\"\\\\\"]",
    "{\"b\":1,\"a\":[{\"\\\"\":null},{},[1,2]],\"c\":\"x\"}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (JsonNode) node = json_from_string (texts[i], NULL);
      g_autoptr (GString) text = g_string_new (NULL);
      g_autofree char *theirs = json_to_string (node, FALSE);

      beckon_json_append_node (text, node);
      g_assert_cmpstr (text->str, ==, texts[i]);
      g_assert_cmpstr (text->str, ==, theirs);
    }
}

static void
test_members (void)
{
  g_autoptr (GString) text = g_string_new ("{");

  beckon_json_append_member (text, "a", "1");
  beckon_json_append_member (text, "b", "\"");
  g_assert_cmpstr (text->str, ==, "{\"a\":\"1\",\"b\":\"\\\"\"");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/json-write/integers", test_integers);
  g_test_add_func ("/json-write/characters", test_characters);
  g_test_add_func ("/json-write/strings", test_strings);
  g_test_add_func ("/json-write/nodes", test_nodes);
  g_test_add_func ("/json-write/members", test_members);
  return g_test_run ();
}
