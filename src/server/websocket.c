/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-server"

#include "config.h"

#include "websocket.h"

#include <string.h>

#define FIN 0x80
#define RESERVED 0x70
#define OPCODE 0x0f
#define CONTROL 0x08
#define MASKED 0x80
#define LENGTH 0x7f
#define LENGTH_16 126
#define LENGTH_64 127
#define MASK_SIZE 4
/* What a client sends: two bytes, eight of length, the mask. */
#define HEADER_MAX (2 + 8 + MASK_SIZE)

typedef struct
{
  guint8 size; /* bytes of the header itself; 0: not all of it is here */
  guint8 opcode;
  gboolean fin;
  guint8 mask[MASK_SIZE];
  guint64 length;
} Header;

typedef struct _BeckonWebsocketPart Part;
struct _BeckonWebsocketPart
{
  guint8 bytes[HEADER_MAX]; /* of a header that is half read */
  guint n_bytes;
  Header header; /* of the frame that is half read; its size is 0 between frames */
  guint64 read;  /* bytes of that frame's payload */
  guint8 control[BECKON_WEBSOCKET_CONTROL_MAX];
  guint8 opcode;       /* of the message that is half read; CONTINUATION: none is */
  GByteArray *message; /* nullable */
};

static void
part_free (Part *part)
{
  g_clear_pointer (&part->message, g_byte_array_unref);
  g_free (part);
}

void
beckon_websocket_reader_clear (BeckonWebsocketReader *self)
{
  g_return_if_fail (self != NULL);

  g_clear_pointer (&self->part, part_free);
}

static Part *
ensure_part (BeckonWebsocketReader *self)
{
  if (self->part == NULL)
    self->part = g_new0 (Part, 1);
  return self->part;
}

/* What was told last is told: lets go of it, and of everything if nothing is half read. */
static void
tidy (BeckonWebsocketReader *self)
{
  Part *part = self->part;

  if (part == NULL)
    return;
  if (part->opcode == BECKON_WEBSOCKET_CONTINUATION)
    g_clear_pointer (&part->message, g_byte_array_unref);
  if (part->opcode == BECKON_WEBSOCKET_CONTINUATION && part->n_bytes == 0 && part->header.size == 0)
    g_clear_pointer (&self->part, part_free);
}

static void
set_nonsense (BeckonWebsocketMessage *message, guint16 code, const char *reason)
{
  *message = (BeckonWebsocketMessage){
    .got = BECKON_WEBSOCKET_GOT_NONSENSE,
    .code = code,
    .reason = reason,
  };
}

/* ---- headers ---- */

static guint64
read_number (const guint8 *bytes, guint n)
{
  guint64 number = 0;

  for (guint i = 0; i < n; i++)
    number = number << 8 | bytes[i];
  return number;
}

/* Bytes of the length behind the first two, as these say. */
static guint
size_of_more (guint8 second)
{
  const guint8 length = second & LENGTH;

  return length == LENGTH_64 ? 8 : length == LENGTH_16 ? 2 : 0;
}

/* Bytes of the length behind the first two, as few as there can be. */
static guint
least_of_more (guint64 length)
{
  return length > G_MAXUINT16 ? 8 : length >= LENGTH_16 ? 2 : 0;
}

/* Returns: (nullable): what is wrong with the first two bytes of a frame. */
static const char *
find_nonsense (BeckonWebsocketReader *self, guint8 first, guint8 second)
{
  const guint8 opcode = first & OPCODE;
  const gboolean in_message =
      self->part != NULL && self->part->opcode != BECKON_WEBSOCKET_CONTINUATION;

  if (first & RESERVED)
    return "Reserved bits are set";
  if ((opcode & ~CONTROL) > BECKON_WEBSOCKET_BINARY)
    return "There is no such opcode";
  if (!(second & MASKED))
    return "Frames of a client are masked";
  if ((opcode & CONTROL) && !(first & FIN))
    return "Control frames have no fragments";
  if ((opcode & CONTROL) && (second & LENGTH) > BECKON_WEBSOCKET_CONTROL_MAX)
    return "A control frame is too long";
  if (opcode == BECKON_WEBSOCKET_CONTINUATION && !in_message)
    return "There is nothing to continue";
  if (!(opcode & CONTROL) && opcode != BECKON_WEBSOCKET_CONTINUATION && in_message)
    return "The message before has no end";
  return NULL;
}

/* Reads a header from the first of @n bytes, if it is all there; or says what is wrong with it, as
 * soon as that can be told. */
static void
read_header (BeckonWebsocketReader *self,
             const guint8 *bytes,
             gsize n,
             Header *header,
             BeckonWebsocketMessage *message)
{
  const GByteArray *before = self->part != NULL ? self->part->message : NULL;
  const char *nonsense;
  guint more;

  header->size = 0;
  if (n < 2)
    return;
  nonsense = find_nonsense (self, bytes[0], bytes[1]);
  if (nonsense != NULL)
    {
      set_nonsense (message, BECKON_WEBSOCKET_CLOSE_PROTOCOL_ERROR, nonsense);
      return;
    }
  more = size_of_more (bytes[1]);
  if (n < 2 + more + MASK_SIZE)
    return;
  header->fin = (bytes[0] & FIN) != 0;
  header->opcode = bytes[0] & OPCODE;
  header->length = more == 0 ? bytes[1] & LENGTH : read_number (bytes + 2, more);
  memcpy (header->mask, bytes + 2 + more, MASK_SIZE);
  if (more != least_of_more (header->length) || header->length > G_MAXINT64)
    set_nonsense (message, BECKON_WEBSOCKET_CLOSE_PROTOCOL_ERROR, "A length is badly written");
  else if (!(header->opcode & CONTROL) &&
           header->length > self->max - (before != NULL ? before->len : 0))
    set_nonsense (message, BECKON_WEBSOCKET_CLOSE_TOO_BIG, "A message is too long");
  else
    header->size = 2 + more + MASK_SIZE;
}

/* ---- payloads ---- */

/* @offset: of the first of these bytes in the payload */
static void
unmask (guint8 *bytes, gsize n, const guint8 *mask, guint64 offset)
{
  guint8 turned[8];
  guint64 eight, key;
  gsize i = 0;

  for (guint j = 0; j < sizeof turned; j++)
    turned[j] = mask[(offset + j) % MASK_SIZE];
  memcpy (&key, turned, sizeof key);
  for (; i + sizeof eight <= n; i += sizeof eight)
    {
      memcpy (&eight, bytes + i, sizeof eight);
      eight ^= key;
      memcpy (bytes + i, &eight, sizeof eight);
    }
  for (; i < n; i++)
    bytes[i] ^= turned[i % sizeof turned];
}

static gboolean
is_close_code (guint16 code)
{
  if (code >= 3000)
    return code < 5000;
  return code >= 1000 && code <= 1014 && code != 1004 && code != BECKON_WEBSOCKET_CLOSE_NO_CODE &&
         code != BECKON_WEBSOCKET_CLOSE_BROKEN;
}

static void
tell_close (BeckonWebsocketMessage *message, const guint8 *payload, gsize length)
{
  const guint16 code = length >= 2 ? read_number (payload, 2) : BECKON_WEBSOCKET_CLOSE_NO_CODE;

  if (length == 1 || (length >= 2 && !is_close_code (code)))
    set_nonsense (message, BECKON_WEBSOCKET_CLOSE_PROTOCOL_ERROR, "That is no code to close with");
  else if (length > 2 && !g_utf8_validate_len ((const char *) payload + 2, length - 2, NULL))
    set_nonsense (message, BECKON_WEBSOCKET_CLOSE_BAD_DATA, "The reason of a close is not UTF-8");
  else
    *message = (BeckonWebsocketMessage){ .got = BECKON_WEBSOCKET_GOT_CLOSE, .code = code };
}

static void
tell (BeckonWebsocketMessage *message, guint8 opcode, const guint8 *payload, gsize length)
{
  static const BeckonWebsocketGot gots[] = {
    [BECKON_WEBSOCKET_TEXT] = BECKON_WEBSOCKET_GOT_TEXT,
    [BECKON_WEBSOCKET_BINARY] = BECKON_WEBSOCKET_GOT_BINARY,
    [BECKON_WEBSOCKET_PING] = BECKON_WEBSOCKET_GOT_PING,
    [BECKON_WEBSOCKET_PONG] = BECKON_WEBSOCKET_GOT_PONG,
  };

  if (opcode == BECKON_WEBSOCKET_CLOSE)
    {
      tell_close (message, payload, length);
      return;
    }
  message->got = gots[opcode];
  message->data = length > 0 ? (const char *) payload : "";
  message->length = length;
}

static void
append (Part *part, const guint8 *bytes, gsize n)
{
  if (part->message == NULL)
    part->message = g_byte_array_new ();
  g_byte_array_append (part->message, bytes, n);
}

static void
end_fragment (Part *part, gboolean fin, BeckonWebsocketMessage *message)
{
  const GByteArray *whole = part->message;

  if (!fin)
    return;
  tell (message, part->opcode, whole != NULL ? whole->data : NULL, whole != NULL ? whole->len : 0);
  part->opcode = BECKON_WEBSOCKET_CONTINUATION;
}

static gsize
take_payload (BeckonWebsocketReader *self,
              guint8 *bytes,
              gsize length,
              BeckonWebsocketMessage *message)
{
  Part *part = self->part;
  Header *header = &part->header;
  const gsize n = MIN (length, header->length - part->read);

  unmask (bytes, n, header->mask, part->read);
  if (header->opcode & CONTROL)
    memcpy (part->control + part->read, bytes, n);
  else
    append (part, bytes, n);
  part->read += n;
  if (part->read < header->length)
    return n;
  header->size = 0;
  if (header->opcode & CONTROL)
    tell (message, header->opcode, part->control, header->length);
  else
    end_fragment (part, header->fin, message);
  return n;
}

/* Returns: bytes taken of the payload, which begins with @bytes. */
static gsize
begin_frame (BeckonWebsocketReader *self,
             const Header *header,
             guint8 *bytes,
             gsize length,
             BeckonWebsocketMessage *message)
{
  const gboolean alone = (header->opcode & CONTROL) ||
                         (header->fin && header->opcode != BECKON_WEBSOCKET_CONTINUATION);
  Part *part;

  if (alone && length >= header->length)
    {
      unmask (bytes, header->length, header->mask, 0);
      tell (message, header->opcode, bytes, header->length);
      return header->length;
    }
  part = ensure_part (self);
  part->header = *header;
  part->read = 0;
  if (header->opcode == BECKON_WEBSOCKET_TEXT || header->opcode == BECKON_WEBSOCKET_BINARY)
    part->opcode = header->opcode;
  return take_payload (self, bytes, length, message);
}

static gsize
take_header (BeckonWebsocketReader *self,
             guint8 *bytes,
             gsize length,
             BeckonWebsocketMessage *message)
{
  Part *part = self->part;
  const guint before = part != NULL ? part->n_bytes : 0;
  const gsize n = MIN (length, HEADER_MAX - before);
  guint8 together[HEADER_MAX];
  Header header;
  gsize taken;

  if (before > 0)
    memcpy (together, part->bytes, before);
  memcpy (together + before, bytes, n);
  read_header (self, together, before + n, &header, message);
  if (message->got != BECKON_WEBSOCKET_GOT_NOTHING)
    return n;
  if (header.size == 0)
    {
      part = ensure_part (self);
      memcpy (part->bytes + before, bytes, n);
      part->n_bytes += n;
      return n;
    }
  if (part != NULL)
    part->n_bytes = 0;
  taken = header.size - before;
  return taken + begin_frame (self, &header, bytes + taken, length - taken, message);
}

gsize
beckon_websocket_reader_take (BeckonWebsocketReader *self,
                              guint8 *bytes,
                              gsize length,
                              BeckonWebsocketMessage *message)
{
  gsize taken = 0;

  g_return_val_if_fail (self != NULL && message != NULL, length);
  g_return_val_if_fail (bytes != NULL || length == 0, length);

  *message = (BeckonWebsocketMessage){ 0 };
  tidy (self);
  while (message->got == BECKON_WEBSOCKET_GOT_NOTHING && taken < length)
    {
      if (self->part != NULL && self->part->header.size > 0)
        taken += take_payload (self, bytes + taken, length - taken, message);
      else
        taken += take_header (self, bytes + taken, length - taken, message);
    }
  return taken;
}

/* ---- writing ---- */

guint
beckon_websocket_write_header (guint8 *header, BeckonWebsocketOpcode opcode, gsize length)
{
  const guint more = least_of_more (length);

  g_return_val_if_fail (header != NULL, 0);
  g_return_val_if_fail (!(opcode & CONTROL) || length <= BECKON_WEBSOCKET_CONTROL_MAX, 0);

  header[0] = FIN | opcode;
  header[1] = more == 8 ? LENGTH_64 : more == 2 ? LENGTH_16 : length;
  for (guint i = 0; i < more; i++)
    header[2 + i] = (guint64) length >> (8 * (more - 1 - i));
  return 2 + more;
}

GBytes *
beckon_websocket_new_close (guint16 code, const char *reason)
{
  guint8 payload[BECKON_WEBSOCKET_CONTROL_MAX] = { code >> 8, code & 0xff };
  const char *end;

  if (code == BECKON_WEBSOCKET_CLOSE_NO_CODE)
    return g_bytes_new_static (NULL, 0);
  g_return_val_if_fail (is_close_code (code), NULL);
  if (reason == NULL)
    return g_bytes_new (payload, 2);
  g_utf8_validate_len (reason, MIN (strlen (reason), BECKON_WEBSOCKET_REASON_MAX), &end);
  memcpy (payload + 2, reason, end - reason);
  return g_bytes_new (payload, 2 + (end - reason));
}
