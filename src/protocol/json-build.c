/* SPDX-License-Identifier: GPL-3.0-or-later */

/* JSON-GLib's parser takes some 250 instructions for each byte of a frame, most of them to find out
 * what the checker has found out before. What is left is to make the objects, for which one look at
 * each byte is enough; strings become what they mean in the place where they stand. */

#define G_LOG_DOMAIN "beckon-protocol"

#include "config.h"

#include "json-build.h"

typedef struct
{
  char *p;
  const char *skipped;
  gsize skipped_length;
} Builder;

static JsonNode *build_value (Builder *self);

static void
skip_white_space (Builder *self)
{
  while (*self->p == ' ' || *self->p == '\t' || *self->p == '\r' || *self->p == '\n')
    self->p++;
}

/* Goes on to what comes next, behind @c if that is here. */
static gboolean
take (Builder *self, char c)
{
  skip_white_space (self);
  if (*self->p != c)
    return FALSE;
  self->p++;
  skip_white_space (self);
  return TRUE;
}

/* ---- strings ---- */

static gunichar
read_hex (Builder *self)
{
  gunichar value = 0;

  for (guint i = 0; i < 4; i++)
    value = value * 16 + g_ascii_xdigit_value (*self->p++);
  return value;
}

/* Behind "\u". */
static gunichar
read_code_point (Builder *self)
{
  const gunichar value = read_hex (self);

  if (value < 0xD800 || value > 0xDBFF)
    return value;
  self->p += strlen ("\\u");
  return 0x10000 + ((value - 0xD800) << 10) + (read_hex (self) - 0xDC00);
}

/* Behind a backslash. Returns: the end of what it means, which is never longer than the escape. */
static char *
unescape (Builder *self, char *to)
{
  const char c = *self->p++;

  switch (c)
    {
    case 'b':
      *to++ = '\b';
      return to;
    case 'f':
      *to++ = '\f';
      return to;
    case 'n':
      *to++ = '\n';
      return to;
    case 'r':
      *to++ = '\r';
      return to;
    case 't':
      *to++ = '\t';
      return to;
    case 'u':
      return to + g_unichar_to_utf8 (read_code_point (self), to);
    default:
      *to++ = c;
      return to;
    }
}

/* Returns: within the text */
static const char *
build_string (Builder *self)
{
  const char *start = ++self->p;
  char *to;

  while (*self->p != '"' && *self->p != '\\')
    self->p++;
  to = self->p;
  while (*self->p != '"')
    {
      const char c = *self->p++;

      g_assert (c != '\0');
      if (c == '\\')
        to = unescape (self, to);
      else
        *to++ = c;
    }
  self->p++;
  *to = '\0';
  return start;
}

/* ---- values ---- */

static gint64
build_integer (Builder *self)
{
  const gboolean negative = *self->p == '-';
  guint64 value = 0;

  if (negative)
    self->p++;
  g_assert (g_ascii_isdigit (*self->p));
  while (g_ascii_isdigit (*self->p))
    value = value * 10 + (*self->p++ - '0');
  return negative ? -value : value;
}

static JsonArray *
build_array (Builder *self)
{
  JsonArray *array = json_array_new ();

  if (take (self, '[') && take (self, ']'))
    return array;
  do
    json_array_add_element (array, build_value (self));
  while (take (self, ','));
  g_assert (*self->p == ']');
  self->p++;
  return array;
}

static JsonObject *
build_object (Builder *self)
{
  JsonObject *object = json_object_new ();

  if (self->p == self->skipped)
    {
      self->p += self->skipped_length;
      return object;
    }
  if (take (self, '{') && take (self, '}'))
    return object;
  do
    {
      const char *name;

      g_assert (*self->p == '"');
      name = build_string (self);
      take (self, ':');
      json_object_set_member (object, name, build_value (self));
    }
  while (take (self, ','));
  g_assert (*self->p == '}');
  self->p++;
  return object;
}

static JsonNode *
build_value (Builder *self)
{
  JsonNode *node = json_node_alloc ();

  switch (*self->p)
    {
    case '{':
      json_node_init (node, JSON_NODE_OBJECT);
      json_node_take_object (node, build_object (self));
      return node;
    case '[':
      json_node_init (node, JSON_NODE_ARRAY);
      json_node_take_array (node, build_array (self));
      return node;
    case '"':
      return json_node_init_string (node, build_string (self));
    case 't':
      self->p += strlen ("true");
      return json_node_init_boolean (node, TRUE);
    case 'f':
      self->p += strlen ("false");
      return json_node_init_boolean (node, FALSE);
    case 'n':
      self->p += strlen ("null");
      return json_node_init_null (node);
    default:
      return json_node_init_int (node, build_integer (self));
    }
}

JsonObject *
beckon_json_build (char *text, const char *skipped, gsize skipped_length)
{
  Builder self = { text, skipped, skipped_length };

  g_return_val_if_fail (text != NULL, NULL);

  skip_white_space (&self);
  g_assert (*self.p == '{');
  return build_object (&self);
}
