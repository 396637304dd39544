/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "websocket.h"

#include <string.h>

#define LONGEST 1000
#define FIN 0x80
#define MASKED 0x80

/* ---- what a client writes ---- */

/* @first: first byte; @size: what the header says about the length, in 0, 2 or 8 more bytes */
static void
add_header (GByteArray *bytes, guint8 first, guint more, guint64 size, gboolean masked)
{
  const guint8 mask[] = { 0x12, 0x34, 0x56, 0x78 };
  guint8 second = more == 8 ? 127 : more == 2 ? 126 : size;

  second |= masked ? MASKED : 0;
  g_byte_array_append (bytes, &first, 1);
  g_byte_array_append (bytes, &second, 1);
  for (guint i = 0; i < more; i++)
    {
      const guint8 byte = size >> (8 * (more - 1 - i));

      g_byte_array_append (bytes, &byte, 1);
    }
  if (masked)
    g_byte_array_append (bytes, mask, sizeof mask);
}

static void
add_frame (GByteArray *bytes, guint8 first, const char *payload, gsize length)
{
  const guint8 mask[] = { 0x12, 0x34, 0x56, 0x78 };

  add_header (bytes, first, length > 65535 ? 8 : length > 125 ? 2 : 0, length, TRUE);
  for (gsize i = 0; i < length; i++)
    {
      const guint8 byte = payload[i] ^ mask[i % 4];

      g_byte_array_append (bytes, &byte, 1);
    }
}

static void
add_text_frame (GByteArray *bytes, guint8 first, const char *payload)
{
  add_frame (bytes, first, payload, strlen (payload));
}

/* ---- what the reader says ---- */

/* A line for each message, up to the first nonsense. @piece: bytes that it is handed at once */
static char *
read_all (GByteArray *bytes, gsize max, gsize piece)
{
  static const char *const words[] = { "nothing", "text", "binary", "ping", "pong", "close" };
  g_autoptr (GString) said = g_string_new (NULL);
  BeckonWebsocketReader reader = { .max = max };
  BeckonWebsocketMessage message = { 0 };

  for (gsize i = 0; i < bytes->len && message.got != BECKON_WEBSOCKET_GOT_NONSENSE; i += piece)
    {
      const gsize length = MIN (piece, bytes->len - i);
      g_autofree guint8 *copy =
          g_memdup2 (bytes->data + i, length); /* so that a sanitizer sees it end */
      gsize at = 0;

      do
        {
          at += beckon_websocket_reader_take (&reader, copy + at, length - at, &message);
          g_assert_cmpuint (at, <=, length);
          if (message.got == BECKON_WEBSOCKET_GOT_NONSENSE)
            g_string_append_printf (said, "%u %s\n", message.code, message.reason);
          else if (message.got == BECKON_WEBSOCKET_GOT_CLOSE)
            g_string_append_printf (said, "close %u\n", message.code);
          else if (message.got != BECKON_WEBSOCKET_GOT_NOTHING)
            g_string_append_printf (said, "%s “%.*s”\n", words[message.got], (int) message.length,
                                    message.data);
        }
      while (message.got != BECKON_WEBSOCKET_GOT_NOTHING &&
             message.got != BECKON_WEBSOCKET_GOT_NONSENSE);
      g_assert_true (message.got == BECKON_WEBSOCKET_GOT_NONSENSE || at == length);
    }
  beckon_websocket_reader_clear (&reader);
  return g_string_free (g_steal_pointer (&said), FALSE);
}

/* However the bytes are cut, the reader says the same. */
static void
assert_reads (GByteArray *bytes, const char *expected)
{
  for (gsize piece = 1; piece <= bytes->len; piece += piece < 20 ? 1 : piece)
    {
      g_autofree char *said = read_all (bytes, LONGEST, piece);

      g_assert_cmpstr (said, ==, expected);
    }
}

static void
test_messages (void)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autofree char *longest = g_strnfill (LONGEST, 'x');
  g_autofree char *expected =
      g_strdup_printf ("text “{}”\ntext “”\nping “”\ntext “%s”\npong “123”\n"
                       "binary “\x01”\ntext “äöü 12345”\nclose 1000\n",
                       longest);

  add_text_frame (bytes, FIN | BECKON_WEBSOCKET_TEXT, "{}");
  add_text_frame (bytes, FIN | BECKON_WEBSOCKET_TEXT, "");
  add_text_frame (bytes, FIN | BECKON_WEBSOCKET_PING, "");
  add_text_frame (bytes, FIN | BECKON_WEBSOCKET_TEXT, longest);
  add_text_frame (bytes, FIN | BECKON_WEBSOCKET_PONG, "123");
  add_text_frame (bytes, FIN | BECKON_WEBSOCKET_BINARY, "\x01");
  add_text_frame (bytes, FIN | BECKON_WEBSOCKET_TEXT, "äöü 12345");
  add_text_frame (bytes, FIN | BECKON_WEBSOCKET_CLOSE, "\x03\xe8goodbye");
  assert_reads (bytes, expected);
}

static void
test_fragments (void)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autofree char *half = g_strnfill (LONGEST / 2, 'x');
  g_autofree char *expected = g_strdup_printf ("ping “in between”\ntext “one two three”\ntext “”\n"
                                               "text “%s%s”\ntext “end”\n",
                                               half, half);

  add_text_frame (bytes, BECKON_WEBSOCKET_TEXT, "one ");
  add_text_frame (bytes, BECKON_WEBSOCKET_CONTINUATION, "two");
  add_text_frame (bytes, FIN | BECKON_WEBSOCKET_PING, "in between");
  add_text_frame (bytes, BECKON_WEBSOCKET_CONTINUATION, "");
  add_text_frame (bytes, FIN | BECKON_WEBSOCKET_CONTINUATION, " three");
  add_text_frame (bytes, BECKON_WEBSOCKET_TEXT, "");
  add_text_frame (bytes, FIN | BECKON_WEBSOCKET_CONTINUATION, "");
  add_text_frame (bytes, BECKON_WEBSOCKET_TEXT, half); /* together just as long as may be */
  add_text_frame (bytes, FIN | BECKON_WEBSOCKET_CONTINUATION, half);
  add_text_frame (bytes, FIN | BECKON_WEBSOCKET_TEXT, "end");
  assert_reads (bytes, expected);
}

/* Large payloads need eight bytes of length, and are unmasked wherever they are cut. */
static void
test_large (void)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autofree char *payload = g_malloc (70000);
  g_autofree char *expected = NULL;

  for (guint i = 0; i < 70000; i++)
    payload[i] = 'a' + i % 23;
  expected = g_strdup_printf ("text “%.*s”\ntext “%.*s”\n", 70000, payload, 65536, payload);
  add_frame (bytes, FIN | BECKON_WEBSOCKET_TEXT, payload, 70000);
  add_frame (bytes, FIN | BECKON_WEBSOCKET_TEXT, payload, 65536);
  for (gsize piece = 997; piece < 200000; piece *= 3)
    {
      g_autofree char *said = read_all (bytes, 70000, piece);

      g_assert_cmpstr (said, ==, expected);
    }
}

/* ---- nonsense ---- */

static void
test_bad_headers (void)
{
  const struct
  {
    guint8 first;
    guint more;
    guint64 size;
    gboolean masked;
    const char *expected;
  } cases[] = {
    { FIN | 0x40 | BECKON_WEBSOCKET_TEXT, 0, 2, TRUE, "1002 Reserved bits are set\n" },
    { FIN | 0x10 | BECKON_WEBSOCKET_PING, 0, 0, TRUE, "1002 Reserved bits are set\n" },
    { FIN | 0x3, 0, 2, TRUE, "1002 There is no such opcode\n" },
    { FIN | 0x7, 0, 2, TRUE, "1002 There is no such opcode\n" },
    { FIN | 0xb, 0, 2, TRUE, "1002 There is no such opcode\n" },
    { FIN | 0xf, 0, 2, TRUE, "1002 There is no such opcode\n" },
    { FIN | BECKON_WEBSOCKET_TEXT, 0, 2, FALSE, "1002 Frames of a client are masked\n" },
    { FIN | BECKON_WEBSOCKET_TEXT, 0, 0, FALSE, "1002 Frames of a client are masked\n" },
    { BECKON_WEBSOCKET_PING, 0, 0, TRUE, "1002 Control frames have no fragments\n" },
    { BECKON_WEBSOCKET_CLOSE, 0, 0, TRUE, "1002 Control frames have no fragments\n" },
    { FIN | BECKON_WEBSOCKET_PING, 2, 126, TRUE, "1002 A control frame is too long\n" },
    { FIN | BECKON_WEBSOCKET_PONG, 8, 1, TRUE, "1002 A control frame is too long\n" },
    { FIN | BECKON_WEBSOCKET_CONTINUATION, 0, 2, TRUE, "1002 There is nothing to continue\n" },
    { BECKON_WEBSOCKET_CONTINUATION, 0, 0, TRUE, "1002 There is nothing to continue\n" },
    { FIN | BECKON_WEBSOCKET_TEXT, 2, 125, TRUE, "1002 A length is badly written\n" },
    { FIN | BECKON_WEBSOCKET_TEXT, 2, 0, TRUE, "1002 A length is badly written\n" },
    { FIN | BECKON_WEBSOCKET_TEXT, 8, 65535, TRUE, "1002 A length is badly written\n" },
    { FIN | BECKON_WEBSOCKET_TEXT, 8, G_MAXUINT64, TRUE, "1002 A length is badly written\n" },
    { FIN | BECKON_WEBSOCKET_TEXT, 8, G_MAXINT64, TRUE, "1009 A message is too long\n" },
    { FIN | BECKON_WEBSOCKET_TEXT, 2, LONGEST + 1, TRUE, "1009 A message is too long\n" },
    { BECKON_WEBSOCKET_BINARY, 2, LONGEST + 1, TRUE, "1009 A message is too long\n" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GByteArray) bytes = g_byte_array_new ();

      add_header (bytes, cases[i].first, cases[i].more, cases[i].size, cases[i].masked);
      assert_reads (bytes, cases[i].expected);
    }
}

/* The two bytes with which it begins are enough to refuse a frame. */
static void
test_early (void)
{
  guint8 bytes[] = { FIN | BECKON_WEBSOCKET_TEXT, 5 };
  BeckonWebsocketReader reader = { .max = LONGEST };
  BeckonWebsocketMessage message;

  beckon_websocket_reader_take (&reader, bytes, 1, &message);
  g_assert_cmpint (message.got, ==, BECKON_WEBSOCKET_GOT_NOTHING);
  beckon_websocket_reader_take (&reader, bytes + 1, 1, &message);
  g_assert_cmpint (message.got, ==, BECKON_WEBSOCKET_GOT_NONSENSE);
  beckon_websocket_reader_clear (&reader);
}

static void
test_bad_fragments (void)
{
  g_autofree char *half = g_strnfill (LONGEST / 2, 'x');
  g_autoptr (GByteArray) unended = g_byte_array_new ();
  g_autoptr (GByteArray) endless = g_byte_array_new ();
  g_autoptr (GByteArray) twice = g_byte_array_new ();

  add_text_frame (unended, BECKON_WEBSOCKET_TEXT, "{");
  add_text_frame (unended, FIN | BECKON_WEBSOCKET_TEXT, "}");
  assert_reads (unended, "1002 The message before has no end\n");

  add_text_frame (endless, BECKON_WEBSOCKET_TEXT, half);
  add_text_frame (endless, BECKON_WEBSOCKET_CONTINUATION, half);
  add_text_frame (endless, BECKON_WEBSOCKET_CONTINUATION, "x");
  assert_reads (endless, "1009 A message is too long\n");

  add_text_frame (twice, BECKON_WEBSOCKET_TEXT, "a");
  add_text_frame (twice, FIN | BECKON_WEBSOCKET_CONTINUATION, "b");
  add_text_frame (twice, FIN | BECKON_WEBSOCKET_CONTINUATION, "c");
  assert_reads (twice, "text “ab”\n1002 There is nothing to continue\n");
}

static void
test_closes (void)
{
  const guint good[] = { 1000, 1001, 1002, 1003, 1007, 1008, 1009,
                         1010, 1011, 1012, 1014, 3000, 4999 };
  const guint bad[] = { 0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535 };
  g_autoptr (GByteArray) half = g_byte_array_new ();
  g_autoptr (GByteArray) empty = g_byte_array_new ();
  g_autoptr (GByteArray) not_utf8 = g_byte_array_new ();

  for (guint i = 0; i < G_N_ELEMENTS (good) + G_N_ELEMENTS (bad); i++)
    {
      const gboolean is_good = i < G_N_ELEMENTS (good);
      const guint code = is_good ? good[i] : bad[i - G_N_ELEMENTS (good)];
      const char payload[] = { code >> 8, code & 0xff };
      g_autoptr (GByteArray) bytes = g_byte_array_new ();
      g_autofree char *expected = is_good ? g_strdup_printf ("close %u\n", code)
                                          : g_strdup ("1002 That is no code to close with\n");

      add_frame (bytes, FIN | BECKON_WEBSOCKET_CLOSE, payload, 2);
      assert_reads (bytes, expected);
    }
  add_frame (half, FIN | BECKON_WEBSOCKET_CLOSE, "\0", 1);
  assert_reads (half, "1002 That is no code to close with\n");
  add_frame (empty, FIN | BECKON_WEBSOCKET_CLOSE, NULL, 0);
  assert_reads (empty, "close 1005\n");
  add_text_frame (not_utf8, FIN | BECKON_WEBSOCKET_CLOSE, "\x03\xe8\xff");
  assert_reads (not_utf8, "1007 The reason of a close is not UTF-8\n");
}

/* ---- memory ---- */

static void
test_no_memory_when_idle (void)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  BeckonWebsocketReader reader = { .max = LONGEST };
  BeckonWebsocketMessage message;

  add_text_frame (bytes, BECKON_WEBSOCKET_TEXT, "a");
  add_text_frame (bytes, FIN | BECKON_WEBSOCKET_CONTINUATION, "b");
  for (gsize i = 0; i < bytes->len; i++)
    {
      beckon_websocket_reader_take (&reader, bytes->data + i, 1, &message);
      g_assert_nonnull (reader.part);
    }
  g_assert_cmpint (message.got, ==, BECKON_WEBSOCKET_GOT_TEXT);
  beckon_websocket_reader_take (&reader, NULL, 0, &message);
  g_assert_cmpint (message.got, ==, BECKON_WEBSOCKET_GOT_NOTHING);
  g_assert_null (reader.part);
}

/* A message that is whole in what was read is not copied. */
static void
test_no_copy (void)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  BeckonWebsocketReader reader = { .max = LONGEST };
  BeckonWebsocketMessage message;

  add_text_frame (bytes, FIN | BECKON_WEBSOCKET_TEXT, "{}");
  beckon_websocket_reader_take (&reader, bytes->data, bytes->len, &message);
  g_assert_true (message.data == (const char *) bytes->data + 6);
  g_assert_null (reader.part);
}

/* ---- writing ---- */

static void
test_headers (void)
{
  const struct
  {
    BeckonWebsocketOpcode opcode;
    gsize length;
    guint size;
    guint8 header[BECKON_WEBSOCKET_HEADER_MAX];
  } cases[] = {
    { BECKON_WEBSOCKET_PING, 0, 2, { 0x89, 0 } },
    { BECKON_WEBSOCKET_PONG, 125, 2, { 0x8a, 125 } },
    { BECKON_WEBSOCKET_TEXT, 125, 2, { 0x81, 125 } },
    { BECKON_WEBSOCKET_TEXT, 126, 4, { 0x81, 126, 0, 126 } },
    { BECKON_WEBSOCKET_TEXT, 65535, 4, { 0x81, 126, 0xff, 0xff } },
    { BECKON_WEBSOCKET_TEXT, 65536, 10, { 0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0 } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      guint8 header[BECKON_WEBSOCKET_HEADER_MAX];
      const guint size = beckon_websocket_write_header (header, cases[i].opcode, cases[i].length);

      g_assert_cmpmem (header, size, cases[i].header, cases[i].size);
    }
}

static void
test_close_payload (void)
{
  g_autoptr (GBytes) none = beckon_websocket_new_close (BECKON_WEBSOCKET_CLOSE_NO_CODE, "ignored");
  g_autoptr (GBytes) bare = beckon_websocket_new_close (1000, NULL);
  g_autoptr (GBytes) full = beckon_websocket_new_close (4006, "The server stops");
  g_autoptr (GBytes) cut = NULL;
  g_autofree char *umlauts = NULL;
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < 100; i++)
    g_string_append (text, "ä"); /* two bytes each: no half of one is left */
  umlauts = g_strdup (text->str);
  cut = beckon_websocket_new_close (4006, umlauts);
  g_assert_cmpuint (g_bytes_get_size (none), ==, 0);
  g_assert_cmpmem (g_bytes_get_data (bare, NULL), g_bytes_get_size (bare), "\x03\xe8", 2);
  g_assert_cmpmem (g_bytes_get_data (full, NULL), g_bytes_get_size (full),
                   "\x0f\xa6The server stops", 18);
  g_assert_cmpuint (g_bytes_get_size (cut), ==, 2 + 122);
  g_assert_true (g_utf8_validate_len ((const char *) g_bytes_get_data (cut, NULL) + 2, 122, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/websocket/messages", test_messages);
  g_test_add_func ("/websocket/fragments", test_fragments);
  g_test_add_func ("/websocket/large", test_large);
  g_test_add_func ("/websocket/bad-headers", test_bad_headers);
  g_test_add_func ("/websocket/early", test_early);
  g_test_add_func ("/websocket/bad-fragments", test_bad_fragments);
  g_test_add_func ("/websocket/closes", test_closes);
  g_test_add_func ("/websocket/no-memory-when-idle", test_no_memory_when_idle);
  g_test_add_func ("/websocket/no-copy", test_no_copy);
  g_test_add_func ("/websocket/headers", test_headers);
  g_test_add_func ("/websocket/close-payload", test_close_payload);
  return g_test_run ();
}
