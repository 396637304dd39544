/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "identifiers.h"

#include "protocol-error.h"
#include "protocol-types.h"

#define X8 "xxxxxxxx"
#define X32 X8 X8 X8 X8
#define X128 X32 X32 X32 X32

static void
test_user_id (void)
{
  static const char *const good[] = { "a", "alice", "0", "a.b_c-d", "...", "-", X32 };
  static const char *const bad[] = { "", "A", "alicE", "a b", " a", "a ", "a\n", "ä", "a/b", "a@b", X32 "x",
                                     "a\xff", "\xe2\x80\xaa" };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    g_assert_true (beckon_user_id_is_valid (good[i]));
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (beckon_user_id_is_valid (bad[i]));
  g_assert_false (beckon_user_id_is_valid (NULL));
}

static void
test_id (void)
{
  static const char *const good[] = { "a", "Z", "0.a_B-9", X32 X32 };
  static const char *const bad[] = { "", "a b", "a/b", "ä", "a:b", X32 X32 "x" };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    g_assert_true (beckon_id_is_valid (good[i]));
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (beckon_id_is_valid (bad[i]));
  g_assert_false (beckon_id_is_valid (NULL));
}

static void
test_normalize (void)
{
  static const struct
  {
    const char *typed, *id; /* NULL: refused */
  } cases[] = {
    { "alice", "alice" },
    { "Alice", "alice" },
    { " \t ALICE\n", "alice" },
    { "A.B_C-9", "a.b_c-9" },
    { "", NULL },
    { "   ", NULL },
    { "al ice", NULL },
    { "\xc4\xb0stanbul", NULL }, /* İ: only ASCII is folded, in every locale alike */
    { "\xef\xbd\x81", NULL },    /* a full-width a is another letter */
    { "alice\xe2\x80\xae", NULL },
    { X32, X32 },
    { X32 "x", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *id = beckon_user_id_normalize (cases[i].typed, &error);

      g_assert_cmpstr (id, ==, cases[i].id);
      if (id == NULL)
        g_assert_error (error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_BAD_USER_ID);
      else
        g_assert_no_error (error);
    }
}

static void
test_parse_many (void)
{
  static const struct
  {
    const char *typed, *ids; /* joined by blanks */
    BeckonProtocolError error;
  } cases[] = {
    { "bob", "bob" },
    { " Bob, carol;dave\teve\nBOB,,; ", "bob carol dave eve" },
    { "a,b,c,d,e,f,g,h,i", "a b c d e f g h i" },
    { "a,b,c,d,e,f,g,h,i,A", "a b c d e f g h i" }, /* ten words, nine people */
    { "a,b,c,d,e,f,g,h,i,j", NULL, BECKON_PROTOCOL_ERROR_TOO_MANY_INVITEES },
    { "", NULL, BECKON_PROTOCOL_ERROR_BAD_USER_ID },
    { " ,; ", NULL, BECKON_PROTOCOL_ERROR_BAD_USER_ID },
    { "bob, b/b", NULL, BECKON_PROTOCOL_ERROR_BAD_USER_ID },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_auto (GStrv) ids = beckon_user_ids_parse (cases[i].typed, &error);
      g_autofree char *joined = ids != NULL ? g_strjoinv (" ", ids) : NULL;

      g_assert_cmpstr (joined, ==, cases[i].ids);
      if (cases[i].ids == NULL)
        g_assert_error (error, BECKON_PROTOCOL_ERROR, (int) cases[i].error);
      else
        g_assert_no_error (error);
    }
}

static void
test_name (void)
{
  static const char *const good[] = { "A", "Alice Árnadóttir", "李小龍", "عائشة", "O'Neil \"Bo\" <x>",
                                      "\U0001F469\u200D\U0001F680", X128 };
  static const char *const bad[] = {
    "",
    " ",
    "\u00a0\u2003",       /* other blanks */
    "\u200b\u200d",       /* nothing to see */
    "a\nb",               /* control characters */
    "a\x7f",
    "a\xc2\x85",
    "a\u2028",            /* separators of lines and paragraphs */
    "a\u2029",
    "\u202ealice",        /* direction: overrides, embeddings, isolates, marks */
    "alice\u202a",
    "a\u202cb",
    "a\u2066b\u2069",
    "a\u200eb",
    "a\u061cb",
    "a\xff",              /* no UTF-8 */
    "a\xc0\x80",
    X128 "x",
  };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    g_assert_true (beckon_name_is_valid (good[i]));
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (beckon_name_is_valid (bad[i]));
  g_assert_false (beckon_name_is_valid (NULL));
}

/* Every character below U+3000, alone in a name: it shows something, or it is refused. */
static void
test_name_of_every_character (void)
{
  for (gunichar c = 1; c < 0x3000; c++)
    {
      char name[8] = "";

      name[g_unichar_to_utf8 (c, name)] = '\0';
      if (beckon_name_is_valid (name))
        g_assert_true (g_unichar_isgraph (c) && g_unichar_type (c) != G_UNICODE_CONTROL);
      if (g_unichar_isalnum (c) && !g_unichar_iszerowidth (c))
        g_assert_true (beckon_name_is_valid (name));
    }
}

static void
test_line (void)
{
  static const char *const cases[][2] = {
    { "In an hour", "In an hour" },
    { "  a\r\n\r\n\tb\u2028c\u2029 ", "a b c" },
    { "a\u00a0b", "a b" },
    { "a\x1b[31mb\x7f\xc2\x85", "a[31mb" },
    { "\u202ea\u2066b\u2069\u200e\u061c", "ab" },
    { "عائشة", "عائشة" },
    { "\U0001F469\u200D\U0001F680", "\U0001F469\u200D\U0001F680" },
    { "", NULL },
    { "\n \u202e\u200b", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *line = beckon_text_to_line (cases[i][0]);

      g_assert_cmpstr (line, ==, cases[i][1]);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/identifiers/user-id", test_user_id);
  g_test_add_func ("/identifiers/id", test_id);
  g_test_add_func ("/identifiers/normalize", test_normalize);
  g_test_add_func ("/identifiers/parse-many", test_parse_many);
  g_test_add_func ("/identifiers/name", test_name);
  g_test_add_func ("/identifiers/name-of-every-character", test_name_of_every_character);
  g_test_add_func ("/identifiers/line", test_line);
  return g_test_run ();
}
