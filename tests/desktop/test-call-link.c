/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "call-link.h"

#include <gio/gio.h>

static void
test_taken (void)
{
  static const struct
  {
    const char *text;
    const char *user;
    const char *server;
    const char *media;
  } links[] = {
    { "beckon:bob", "bob", NULL, NULL },
    { "BECKON:Bob?voice", "bob", NULL, "voice" },
    { "beckon:bob.larsson-2@calls.example.org?video", "bob.larsson-2", "calls.example.org",
      "video" },
    { "beckon:bob@Calls.Example.org:7300", "bob", "calls.example.org:7300", NULL },
    { "beckon:bob@127.0.0.1:65535?voice", "bob", "127.0.0.1:65535", "voice" },
    { "beckon:bob@[::1]:7300?video", "bob", "[::1]:7300", "video" },
    { "beckon:bob@[2001:db8::7]", "bob", "[2001:db8::7]", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (links); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (BeckonCallLink) link = beckon_call_link_parse (links[i].text, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (link->user, ==, links[i].user);
      g_assert_cmpstr (link->server, ==, links[i].server);
      g_assert_cmpint (link->has_media, ==, links[i].media != NULL);
      if (links[i].media != NULL)
        g_assert_cmpstr (beckon_media_to_string (link->media), ==, links[i].media);
    }
}

static void
test_refused (void)
{
  static const char *const texts[] = {
    "",
    "bob",
    "beckon",
    "beckon:",
    "beckon: bob",
    "beckon:bob ",
    "beckon://bob",
    "beckon:bob/",
    "beckon:bob%40example.org",
    "beckon:bob,carol",
    "beckon:bob@",
    "beckon:@example.org",
    "beckon:bob@carol@example.org",
    "beckon:bob@example.org:",
    "beckon:bob@example.org:0",
    "beckon:bob@example.org:07300",
    "beckon:bob@example.org:65536",
    "beckon:bob@example.org:7300:7300",
    "beckon:bob@example.org/path",
    "beckon:bob@-example.org",
    "beckon:bob@example.org.",
    "beckon:bob@[::1",
    "beckon:bob@[::1]x",
    "beckon:bob@[example.org]",
    "beckon:bob@[b:1]",
    "beckon:bob@[127.0.0.1]",
    "beckon:bob@[]",
    "beckon:bob@example .org",
    "beckon:bob?",
    "beckon:bob?Video",
    "beckon:bob?video&voice",
    "beckon:bob?video#now",
    "beckon:bob?audio",
    "beckon:bob#video",
    "beckon:b\303\266b",
    "beckon:bob\n",
    "https://example.org",
    "beckon:abcdefghijklmnopqrstuvwxyz0123456",
  };
  g_autofree char *much = g_strnfill (BECKON_CALL_LINK_MAX, 'a');
  g_autofree char *long_one = g_strconcat ("beckon:bob@", much, NULL);

  for (guint i = 0; i <= G_N_ELEMENTS (texts); i++)
    {
      const char *text = i < G_N_ELEMENTS (texts) ? texts[i] : long_one;
      g_autoptr (GError) error = NULL;
      g_autoptr (BeckonCallLink) link = beckon_call_link_parse (text, &error);

      if (link != NULL)
        g_error ("“%s” was taken", text);
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
    }
}

static void
check_is_at (const char *text, const char *address, gboolean expected)
{
  g_autoptr (BeckonCallLink) link = beckon_call_link_parse (text, NULL);

  g_assert_nonnull (link);
  if (beckon_call_link_is_at (link, address) != expected)
    g_error ("%s is at %s: not %d", text, address, expected);
}

static void
test_server (void)
{
  check_is_at ("beckon:bob", "https://calls.example.org", TRUE);
  check_is_at ("beckon:bob@calls.example.org", "https://calls.example.org", TRUE);
  check_is_at ("beckon:bob@calls.example.org", "Calls.Example.org", TRUE);
  check_is_at ("beckon:bob@calls.example.org", "http://calls.example.org:7300/", TRUE);
  check_is_at ("beckon:bob@calls.example.org:443", "calls.example.org", TRUE);
  check_is_at ("beckon:bob@calls.example.org:80", "http://calls.example.org", TRUE);
  check_is_at ("beckon:bob@127.0.0.1:7300", "http://127.0.0.1:7300", TRUE);
  check_is_at ("beckon:bob@[::1]:7300", "http://[::1]:7300", TRUE);
  check_is_at ("beckon:bob@[::1]", "http://[::1]:7300", TRUE);
  check_is_at ("beckon:bob@calls.example.org:7301", "http://calls.example.org:7300", FALSE);
  check_is_at ("beckon:bob@example.org", "https://calls.example.org", FALSE);
  check_is_at ("beckon:bob@calls.example.org", "https://calls.example.org.evil.example", FALSE);
  check_is_at ("beckon:bob@calls.example.org", "", FALSE);
  check_is_at ("beckon:bob@calls.example.org", "https://%", FALSE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/call-link/taken", test_taken);
  g_test_add_func ("/call-link/refused", test_refused);
  g_test_add_func ("/call-link/server", test_server);
  return g_test_run ();
}
