/* SPDX-License-Identifier: GPL-3.0-or-later */

/* JSON-GLib reads more than JSON: comments, 'strings', octal numbers, "\u0000" as the end of a
 * string, numbers that wrap round or become "inf.0" when they are written again. Two readers of one
 * frame must not see two things, and what one client says to another through a server must not come
 * out broken. So every text goes through the checker here first, which does not recurse, as the
 * parser of JSON-GLib does. */

#define G_LOG_DOMAIN "beckon-protocol"

#include "config.h"

#include "json-parse.h"

#include <string.h>

/* What may come next. */
typedef enum
{
  EXPECT_VALUE,
  EXPECT_FIRST_ITEM, /* or the end of the array */
  EXPECT_FIRST_NAME, /* or the end of the object */
  EXPECT_NAME,
  EXPECT_COLON,
  EXPECT_COMMA, /* or an end */
} Expected;

typedef struct
{
  const char *p, *end;
  Expected expected;
  guint depth;
  gboolean in_object[BECKON_FRAME_DEPTH_MAX];
  const char *wrong; /* what is wrong, if it is not just that it is no JSON */
} Checker;

static gboolean
fail (Checker *self, const char *wrong)
{
  self->wrong = wrong;
  return FALSE;
}

static gboolean
open_level (Checker *self, gboolean object)
{
  if (self->depth == BECKON_FRAME_DEPTH_MAX)
    return fail (self, "Nested too deep");
  self->in_object[self->depth++] = object;
  self->expected = object ? EXPECT_FIRST_NAME : EXPECT_FIRST_ITEM;
  return TRUE;
}

static gboolean
close_level (Checker *self, gboolean object)
{
  if (self->depth == 0 || self->in_object[self->depth - 1] != object)
    return FALSE;
  self->depth--;
  self->expected = EXPECT_COMMA;
  return TRUE;
}

/* Returns: the number in the four hexadecimal digits at @p, or -1. */
static int
read_hex (Checker *self)
{
  int value = 0;

  if (self->end - self->p < 4)
    return -1;
  for (guint i = 0; i < 4; i++)
    {
      const int digit = g_ascii_xdigit_value (self->p[i]);

      if (digit < 0)
        return -1;
      value = value * 16 + digit;
    }
  self->p += 4;
  return value;
}

/* After the backslash. */
static gboolean
check_escape (Checker *self)
{
  int value;

  if (self->p == self->end)
    return FALSE;
  if (*self->p++ != 'u')
    return memchr ("\"\\/bfnrt", self->p[-1], 8) != NULL;
  value = read_hex (self);
  if (value == 0)
    return fail (self, "A string with U+0000 in it");
  if (value >= 0xD800 && value <= 0xDBFF)
    {
      if (self->end - self->p < 2 || self->p[0] != '\\' || self->p[1] != 'u')
        return FALSE;
      self->p += 2;
      value = read_hex (self);
      return value >= 0xDC00 && value <= 0xDFFF;
    }
  return value > 0 && !(value >= 0xDC00 && value <= 0xDFFF);
}

/* After the first quotation mark. */
static gboolean
check_string (Checker *self)
{
  while (self->p < self->end)
    {
      const guchar c = *self->p++;

      if (c == '"')
        return TRUE;
      if (c < 0x20 || (c == '\\' && !check_escape (self)))
        return FALSE;
    }
  return FALSE;
}

static gboolean
check_number (Checker *self)
{
  gint64 value = 0;
  const char *digits;

  if (*self->p == '-')
    self->p++;
  digits = self->p;
  while (self->p < self->end && g_ascii_isdigit (*self->p))
    {
      value = value * 10 + *self->p++ - '0';
      if (value > BECKON_NUMBER_MAX)
        return fail (self, "A number is too large");
    }
  if (self->p == digits || (*digits == '0' && self->p - digits > 1))
    return FALSE;
  if (self->p < self->end && strchr (".eE", *self->p) != NULL)
    return fail (self, "A number is no integer");
  return TRUE;
}

static gboolean
check_word (Checker *self)
{
  static const char *const words[] = { "true", "false", "null" };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    {
      const gsize length = strlen (words[i]);

      if (self->end - self->p >= length && memcmp (self->p, words[i], length) == 0)
        {
          self->p += length;
          return TRUE;
        }
    }
  return FALSE;
}

static gboolean
check_value (Checker *self)
{
  const char c = *self->p;

  if (c == '{' || c == '[')
    {
      self->p++;
      return open_level (self, c == '{');
    }
  self->expected = EXPECT_COMMA;
  if (c == '"')
    {
      self->p++;
      return check_string (self);
    }
  return c == '-' || g_ascii_isdigit (c) ? check_number (self) : check_word (self);
}

static gboolean
check_comma (Checker *self)
{
  const char c = *self->p++;

  if (c == '}' || c == ']')
    return close_level (self, c == '}');
  if (c != ',' || self->depth == 0)
    return FALSE;
  self->expected = self->in_object[self->depth - 1] ? EXPECT_NAME : EXPECT_VALUE;
  return TRUE;
}

/* @self->p is at something that is no white space. */
static gboolean
check_token (Checker *self)
{
  switch (self->expected)
    {
    case EXPECT_FIRST_NAME:
      if (*self->p == '}')
        return check_comma (self);
      G_GNUC_FALLTHROUGH;
    case EXPECT_NAME:
      self->expected = EXPECT_COLON;
      return *self->p++ == '"' && check_string (self);
    case EXPECT_COLON:
      self->expected = EXPECT_VALUE;
      return *self->p++ == ':';
    case EXPECT_COMMA:
      return check_comma (self);
    case EXPECT_FIRST_ITEM:
      if (*self->p == ']')
        return check_comma (self);
      G_GNUC_FALLTHROUGH;
    case EXPECT_VALUE:
    default:
      return check_value (self);
    }
}

/* Returns: (nullable): what is wrong with it. */
static const char *
find_fault (const char *data, gsize length)
{
  Checker self = { .p = data, .end = data + length, .expected = EXPECT_VALUE };

  while (self.p < self.end)
    {
      if (memchr (" \t\r\n", *self.p, 4) != NULL)
        self.p++;
      else if (!check_token (&self))
        return self.wrong != NULL ? self.wrong : "Not JSON";
    }
  return self.depth == 0 && self.expected == EXPECT_COMMA ? NULL : "JSON without its end";
}

static JsonObject *
refuse (GError **error, BeckonProtocolError code, const char *text)
{
  g_set_error_literal (error, BECKON_PROTOCOL_ERROR, code, text);
  return NULL;
}

JsonObject *
beckon_json_parse (const char *data, gsize length, GError **error)
{
  g_autoptr (JsonParser) parser = NULL;
  const char *fault;
  JsonNode *root;

  g_return_val_if_fail (data != NULL || length == 0, NULL);

  if (length > BECKON_FRAME_MAX)
    return refuse (error, BECKON_PROTOCOL_ERROR_TOO_LARGE, "Too large");
  if (length == 0)
    return refuse (error, BECKON_PROTOCOL_ERROR_BAD_FRAME, "Empty");
  if (!g_utf8_validate_len (data, length, NULL))
    return refuse (error, BECKON_PROTOCOL_ERROR_BAD_FRAME, "Not UTF-8");
  fault = find_fault (data, length);
  if (fault != NULL)
    return refuse (error, BECKON_PROTOCOL_ERROR_BAD_FRAME, fault);
  parser = json_parser_new_immutable ();
  if (!json_parser_load_from_data (parser, data, length, NULL))
    return refuse (error, BECKON_PROTOCOL_ERROR_BAD_FRAME, "Not JSON");
  root = json_parser_get_root (parser);
  if (!JSON_NODE_HOLDS_OBJECT (root))
    return refuse (error, BECKON_PROTOCOL_ERROR_BAD_FRAME, "Not an object");
  return json_object_ref (json_node_get_object (root));
}
