/* SPDX-License-Identifier: GPL-3.0-or-later */

/* JSON-GLib reads more than JSON: comments, 'strings', octal numbers, "\u0000" as the end of a
 * string, numbers that wrap round or become "inf.0" when they are written again. Two readers of one
 * frame must not see two things, and what one client says to another through a server must not come
 * out broken. So every text goes through the checker here, which does not recurse; json-build.c
 * makes JSON-GLib's objects of what has passed it. */

#define G_LOG_DOMAIN "beckon-protocol"

#include "config.h"

#include "json-parse.h"

#include "json-build.h"

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
  guint n_members[BECKON_FRAME_DEPTH_MAX];
  const char *wrong; /* what is wrong, if it is not just that it is no JSON */

  const char *member;  /* of the outermost object, to be found; NULL: none */
  gboolean at_member;  /* its name was the last one at that level */
  const char *opened;  /* where it begins, while we are in it */
  BeckonJsonSpan span; /* where the last one was */
} Checker;

static gboolean
fail (Checker *self, const char *wrong)
{
  self->wrong = wrong;
  return FALSE;
}

static gboolean
is_white_space (char c)
{
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static gboolean
open_level (Checker *self, gboolean object)
{
  if (self->depth == BECKON_FRAME_DEPTH_MAX)
    return fail (self, "Nested too deep");
  self->in_object[self->depth] = object;
  self->n_members[self->depth++] = 0;
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
  if (self->depth == 1 && self->opened != NULL)
    {
      self->span = (BeckonJsonSpan){ self->opened, self->p - self->opened };
      self->opened = NULL;
    }
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

/* After "\u". */
static gboolean
check_code_unit (Checker *self)
{
  int value = read_hex (self);

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

/* After the backslash. */
static gboolean
check_escape (Checker *self)
{
  if (self->p == self->end)
    return FALSE;
  switch (*self->p++)
    {
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't':
      return TRUE;
    case 'u':
      return check_code_unit (self);
    default:
      return FALSE;
    }
}

/* After the first quotation mark. */
static gboolean
check_string (Checker *self)
{
  for (;;)
    {
      const char *p = self->p; /* in a register: the longest frames are mostly strings */

      while (p < self->end && *p != '"' && *p != '\\' && (guchar) *p >= 0x20)
        p++;
      self->p = p;
      if (p == self->end)
        return FALSE;
      self->p++;
      if (*p == '"')
        return TRUE;
      if (*p != '\\' || !check_escape (self))
        return FALSE;
    }
}

/* Whether the string that began at @start is @self->member, in whatever way it is written. */
static gboolean
is_member (const Checker *self, const char *start)
{
  Checker name = { .p = start, .end = self->p - 1 };
  const char *letter = self->member;

  while (name.p < name.end && *letter != '\0')
    {
      int c = *name.p++;

      if (c == '\\')
        c = *name.p++ == 'u' ? read_hex (&name) : 0; /* no other escape is of a letter */
      if (c != *letter++)
        return FALSE;
    }
  return name.p == name.end && *letter == '\0';
}

static gboolean
check_name (Checker *self)
{
  const char *start = self->p;

  self->expected = EXPECT_COLON;
  /* Names can be chosen so that all fall into one place of a hash table, which takes a time that
   * grows with the square of their number. */
  if (++self->n_members[self->depth - 1] > BECKON_FRAME_MEMBERS_MAX)
    return fail (self, "An object has too many members");
  if (!check_string (self))
    return FALSE;
  if (self->depth == 1 && self->member != NULL)
    self->at_member = is_member (self, start);
  return TRUE;
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
  if (self->p < self->end && (*self->p == '.' || *self->p == 'e' || *self->p == 'E'))
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

  /* Of several members of a name the last one counts, as in the parser. */
  if (self->depth == 1 && self->at_member)
    {
      self->opened = c == '{' ? self->p : NULL;
      self->span.text = NULL;
    }
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
      return *self->p++ == '"' && check_name (self);
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
find_fault (const char *data, gsize length, const char *member, BeckonJsonSpan *span)
{
  Checker self = { .p = data, .end = data + length, .expected = EXPECT_VALUE, .member = member };

  while (self.p < self.end)
    {
      if (is_white_space (*self.p))
        self.p++;
      else if (!check_token (&self))
        return self.wrong != NULL ? self.wrong : "Not JSON";
    }
  *span = self.span;
  return self.depth == 0 && self.expected == EXPECT_COMMA ? NULL : "JSON without its end";
}

static JsonObject *
refuse (GError **error, BeckonProtocolError code, const char *text)
{
  g_set_error_literal (error, BECKON_PROTOCOL_ERROR, code, text);
  return NULL;
}

/* Most frames are in ASCII, which is told faster than that something is UTF-8. */
static gboolean
is_ascii (const char *data, gsize length)
{
  guint64 word, all = 0;
  gsize i = 0;

  for (; i + sizeof word <= length; i += sizeof word)
    {
      memcpy (&word, data + i, sizeof word);
      all |= word;
    }
  for (; i < length; i++)
    all |= (guchar) data[i];
  return (all & G_GUINT64_CONSTANT (0x8080808080808080)) == 0;
}

/* @data: has been checked */
static JsonObject *
load (const char *data, gsize length, const BeckonJsonSpan *span, GError **error)
{
  g_autofree char *text = NULL;
  const char *p = data;

  while (is_white_space (*p))
    p++;
  if (*p != '{')
    return refuse (error, BECKON_PROTOCOL_ERROR_BAD_FRAME, "Not an object");
  text = g_malloc (length + 1);
  memcpy (text, data, length);
  text[length] = '\0';
  return span->text != NULL ? beckon_json_build (text, text + (span->text - data), span->length)
                            : beckon_json_build (text, NULL, 0);
}

JsonObject *
beckon_json_parse_around (
    const char *data, gsize length, const char *member, BeckonJsonSpan *span, GError **error)
{
  const char *fault;

  g_return_val_if_fail (data != NULL || length == 0, NULL);
  g_return_val_if_fail (span != NULL, NULL);

  if (length > BECKON_FRAME_MAX)
    return refuse (error, BECKON_PROTOCOL_ERROR_TOO_LARGE, "Too large");
  if (length == 0)
    return refuse (error, BECKON_PROTOCOL_ERROR_BAD_FRAME, "Empty");
  if (!is_ascii (data, length) && !g_utf8_validate_len (data, length, NULL))
    return refuse (error, BECKON_PROTOCOL_ERROR_BAD_FRAME, "Not UTF-8");
  fault = find_fault (data, length, member, span);
  if (fault != NULL)
    return refuse (error, BECKON_PROTOCOL_ERROR_BAD_FRAME, fault);
  return load (data, length, span, error);
}

JsonObject *
beckon_json_parse (const char *data, gsize length, GError **error)
{
  BeckonJsonSpan span;

  return beckon_json_parse_around (data, length, NULL, &span, error);
}
