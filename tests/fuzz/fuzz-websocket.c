/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Any bytes as what a client sends behind the handshake. However they are cut, the same messages
 * come of them, within their limit, and what is left between messages is nothing. The first byte
 * says how they are cut. */

#include "config.h"

#include "websocket.h"

#define LONGEST 300

int LLVMFuzzerTestOneInput (const guint8 *data, size_t size);

static void
check_message (const BeckonWebsocketMessage *message)
{
  const gboolean is_control =
      message->got == BECKON_WEBSOCKET_GOT_PING || message->got == BECKON_WEBSOCKET_GOT_PONG;

  g_assert (message->length <= (is_control ? BECKON_WEBSOCKET_CONTROL_MAX : LONGEST));
  g_assert ((message->reason != NULL) == (message->got == BECKON_WEBSOCKET_GOT_NONSENSE));
  if (message->got == BECKON_WEBSOCKET_GOT_CLOSE)
    {
      /* What may come in may be sent back. */
      g_autoptr (GBytes) echo = beckon_websocket_new_close (message->code, NULL);

      g_assert (g_bytes_get_size (echo) ==
                (message->code == BECKON_WEBSOCKET_CLOSE_NO_CODE ? 0 : 2));
    }
}

/* Returns: (transfer full): all that was told. */
static GByteArray *
read_all (const guint8 *data, size_t size, size_t piece)
{
  GByteArray *told = g_byte_array_new ();
  BeckonWebsocketReader reader = { .max = LONGEST };
  BeckonWebsocketMessage message = { 0 };

  for (size_t i = 0; i < size && message.got != BECKON_WEBSOCKET_GOT_NONSENSE; i += piece)
    {
      const size_t length = MIN (piece, size - i);
      g_autofree guint8 *copy = g_memdup2 (data + i, length);
      size_t at = 0;

      do
        {
          at += beckon_websocket_reader_take (&reader, copy + at, length - at, &message);
          g_assert (at <= length);
          check_message (&message);
          g_byte_array_append (told, (const guint8 *) &message.got, sizeof message.got);
          g_byte_array_append (told, (const guint8 *) message.data, message.length);
          if (message.got == BECKON_WEBSOCKET_GOT_NOTHING)
            g_byte_array_set_size (told, told->len - sizeof message.got);
        }
      while (message.got != BECKON_WEBSOCKET_GOT_NOTHING &&
             message.got != BECKON_WEBSOCKET_GOT_NONSENSE);
      g_assert (message.got == BECKON_WEBSOCKET_GOT_NONSENSE || at == length);
    }
  beckon_websocket_reader_clear (&reader);
  return told;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  g_autoptr (GByteArray) whole = NULL;
  g_autoptr (GByteArray) cut = NULL;

  if (size < 2)
    return 0;
  whole = read_all (data + 1, size - 1, size);
  cut = read_all (data + 1, size - 1, 1 + data[0] % 16);
  g_assert (whole->len == cut->len && memcmp (whole->data, cut->data, cut->len) == 0);
  return 0;
}
