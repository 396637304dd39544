/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-protocol"

#include "config.h"

#include "json-write.h"

/* Digits of the longest 64-bit number, and its sign. */
#define INTEGER_MAX 20

void
beckon_json_append_integer (GString *text, gint64 value)
{
  char digits[INTEGER_MAX];
  guint64 rest = value < 0 ? -(guint64) value : (guint64) value;
  char *p = digits + sizeof digits;

  do
    {
      *--p = '0' + rest % 10;
      rest /= 10;
    }
  while (rest > 0);
  if (value < 0)
    *--p = '-';
  g_string_append_len (text, p, digits + sizeof digits - p);
}

/* Whether the character stands for itself in a string. */
static gboolean
is_plain (guchar c)
{
  return c >= 0x20 && c != '"' && c != '\\';
}

static void
append_escaped (GString *text, guchar c)
{
  static const char hex[] = "0123456789abcdef";
  static const char letters[] = "btnvfr"; /* of U+0008 and the next ones */

  g_string_append_c (text, '\\');
  if (c == '"' || c == '\\')
    g_string_append_c (text, c);
  else if (c >= '\b' && c <= '\r' && c != '\v')
    g_string_append_c (text, letters[c - '\b']);
  else
    {
      g_string_append (text, "u00");
      g_string_append_c (text, hex[c >> 4]);
      g_string_append_c (text, hex[c & 0xf]);
    }
}

void
beckon_json_append_string (GString *text, const char *value)
{
  const char *p = value;

  g_string_append_c (text, '"');
  while (*p != '\0')
    {
      const char *start = p;

      while (is_plain (*p))
        p++;
      g_string_append_len (text, start, p - start);
      if (*p != '\0')
        append_escaped (text, *p++);
    }
  g_string_append_c (text, '"');
}

void
beckon_json_append_member (GString *text, const char *name, const char *value)
{
  if (text->str[text->len - 1] != '{')
    g_string_append_c (text, ',');
  beckon_json_append_string (text, name);
  g_string_append_c (text, ':');
  beckon_json_append_string (text, value);
}

static void
append_object (GString *text, JsonObject *object)
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *node;
  gboolean first = TRUE;

  g_string_append_c (text, '{');
  json_object_iter_init_ordered (&iter, object);
  while (json_object_iter_next_ordered (&iter, &name, &node))
    {
      if (!first)
        g_string_append_c (text, ',');
      first = FALSE;
      beckon_json_append_string (text, name);
      g_string_append_c (text, ':');
      beckon_json_append_node (text, node);
    }
  g_string_append_c (text, '}');
}

static void
append_array (GString *text, JsonArray *array)
{
  g_string_append_c (text, '[');
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      if (i > 0)
        g_string_append_c (text, ',');
      beckon_json_append_node (text, json_array_get_element (array, i));
    }
  g_string_append_c (text, ']');
}

static void
append_value (GString *text, JsonNode *node)
{
  const GType type = json_node_get_value_type (node);

  if (type == G_TYPE_STRING)
    beckon_json_append_string (text, json_node_get_string (node));
  else if (type == G_TYPE_BOOLEAN)
    g_string_append (text, json_node_get_boolean (node) ? "true" : "false");
  else
    {
      g_assert (type == G_TYPE_INT64);
      beckon_json_append_integer (text, json_node_get_int (node));
    }
}

void
beckon_json_append_node (GString *text, JsonNode *node)
{
  switch (json_node_get_node_type (node))
    {
    case JSON_NODE_OBJECT:
      append_object (text, json_node_get_object (node));
      break;
    case JSON_NODE_ARRAY:
      append_array (text, json_node_get_array (node));
      break;
    case JSON_NODE_NULL:
      g_string_append (text, "null");
      break;
    case JSON_NODE_VALUE:
    default:
      append_value (text, node);
      break;
    }
}
