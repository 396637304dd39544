/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The load in Beckon's own protocol (docs/protocol.md). The last event of each read is
 * acknowledged, in one write with what the read gave reason to say. Of a frame only what matters
 * here is read. */

#include "config.h"

#include "load-generator.h"

#include <stdio.h>
#include <string.h>

/* RFC 6455's own example. */
#define KEY "dGhlIHNhbXBsZSBub25jZQ=="
#define ACCEPT "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
#define MASK "\x37\xfa\x21\x3d"

#define TEXT 0x81
#define CLOSE 0x88
#define PING 0x89

#define FRAME_MAX 1024

/* What there is to a call; its end is known to both. */
enum
{
  INVITE_REPLY = 1 << 0,
  RECEIVED = 1 << 1,
  RINGING = 1 << 2,
  ACCEPT_REPLY = 1 << 3,
  ACCEPTED = 1 << 4,
  LEAVE_REPLY = 1 << 5,
  LEFT = 1 << 6,
  ENDED = 1 << 7,

  IT_RINGS = INVITE_REPLY | RECEIVED | RINGING,
  IT_RUNS = ACCEPT_REPLY | ACCEPTED,
  IT_IS_OVER = LEAVE_REPLY | LEFT | ENDED,
};

typedef struct
{
  const char *text;
  size_t length;
} Span;

typedef struct
{
  Span text;
  uint64_t re, seq;
  bool ok;
  Span type, call;
} Frame;

static bool
is (Span span, const char *text)
{
  return span.length == strlen (text) && memcmp (span.text, text, span.length) == 0;
}

/* ---- reading JSON ---- */

/* @at: behind the opening quote. Returns: the closing one, or @end. */
static const char *
find_quote (const char *at, const char *end)
{
  while (at < end && *at != '"')
    at += *at == '\\' ? 2 : 1;
  return at < end ? at : end;
}

/* Returns: where the value ends that begins at @at. */
static const char *
skip_value (const char *at, const char *end)
{
  unsigned depth = 0;

  for (; at < end; at++)
    {
      if (*at == '"')
        at = find_quote (at + 1, end);
      else if (*at == '{' || *at == '[')
        depth++;
      else if (depth == 0 && (*at == ',' || *at == '}'))
        return at;
      else if (*at == '}' || *at == ']')
        depth--;
    }
  return end;
}

static uint64_t
to_number (Span value)
{
  uint64_t number = 0;

  for (size_t i = 0; i < value.length && value.text[i] >= '0' && value.text[i] <= '9'; i++)
    number = 10 * number + (value.text[i] - '0');
  return number;
}

static Span
to_string (Span value)
{
  return value.length >= 2 ? (Span){ value.text + 1, value.length - 2 } : value;
}

static void
note_member (Frame *frame, Span key, Span value)
{
  if (is (key, "re"))
    frame->re = to_number (value);
  else if (is (key, "seq"))
    frame->seq = to_number (value);
  else if (is (key, "ok"))
    frame->ok = is (value, "true");
  else if (is (key, "type"))
    frame->type = to_string (value);
  else if (is (key, "call"))
    frame->call = to_string (value);
}

static Frame
read_frame (const char *text, size_t length)
{
  const char *at = text + 1, *end = text + length;
  Frame frame = { { text, length } };

  while (at < end && *at != '}')
    {
      const char *key_end, *value_end;

      at = memchr (at, '"', end - at);
      if (at == NULL)
        break;
      key_end = find_quote (at + 1, end);
      value_end = skip_value (key_end + 2, end);
      if (value_end >= end)
        break;
      note_member (&frame, (Span){ at + 1, key_end - at - 1 },
                   (Span){ key_end + 2, value_end - key_end - 2 });
      at = value_end;
    }
  return frame;
}

/* ---- sending ---- */

static void
queue_frame (Load *load, Connection *connection, const char *text, size_t length)
{
  static const char mask[] = MASK;
  char frame[FRAME_MAX + 8] = { (char) TEXT };
  size_t at = 2;

  if (length > FRAME_MAX)
    fail (connection, "a frame of %zu bytes", length);
  frame[1] = (char) (0x80 | (length < 126 ? length : 126));
  if (length >= 126)
    {
      frame[at++] = (char) (length >> 8);
      frame[at++] = (char) length;
    }
  memcpy (frame + at, mask, 4);
  at += 4;
  for (size_t i = 0; i < length; i++)
    frame[at + i] = text[i] ^ mask[i & 3];
  queue (load, connection, frame, at + length);
}

/* @rest: what follows the type, as ",…}" */
static void
request (Load *load, Connection *connection, const char *type, const char *rest)
{
  char text[FRAME_MAX];
  const int length = snprintf (text, sizeof text, "{\"id\":%lu,\"type\":\"%s\"%s",
                               ++connection->request, type, rest);

  queue_frame (load, connection, text, length);
}

static void
request_call (Load *load, Connection *connection, const char *type, const char *reason)
{
  char rest[200];

  snprintf (rest, sizeof rest, ",\"call\":\"%s\"%s}", connection->pair->call, reason);
  request (load, connection, type, rest);
  connection->awaited = connection->request;
}

static void
acknowledge (Load *load, Connection *connection)
{
  char text[40];

  queue_frame (load, connection, text,
               snprintf (text, sizeof text, "{\"ack\":%lu}", connection->seq));
}

static void
greet (Load *load, Connection *connection)
{
  static const char text[] = "GET /v1/signal HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
                             "Connection: Upgrade\r\nSec-WebSocket-Key: " KEY "\r\n"
                             "Sec-WebSocket-Version: 13\r\n"
                             "Sec-WebSocket-Protocol: beckon.v1\r\n\r\n";

  queue (load, connection, text, sizeof text - 1);
}

/* The token is the number of the user in 64 hexadecimal digits; server-load writes it so. */
static void
sign_in (Load *load, Connection *connection)
{
  char rest[200];

  snprintf (
      rest, sizeof rest,
      ",\"token\":\"%064x\",\"device\":{\"id\":\"d%u\",\"name\":\"Bench\",\"agent\":\"bench\"}}",
      connection->index, connection->index);
  request (load, connection, "hello", rest);
  connection->awaited = connection->request;
}

static void
send_signal (Load *load, Connection *connection)
{
  char rest[FRAME_MAX];

  snprintf (rest, sizeof rest, ",\"call\":\"%s\",\"to\":{\"user\":\"u%u\"},\"payload\":%s}",
            connection->pair->call, peer_of (connection)->index, load->payload);
  request (load, connection, "signal.send", rest);
}

static void
start_call (Load *load, Pair *pair)
{
  char rest[100];

  pair->seen = 0;
  pair->call[0] = '\0';
  pair->callee_hangs_up = !pair->callee_hangs_up;
  snprintf (rest, sizeof rest, ",\"invitees\":[\"u%u\"],\"media\":\"video\"}", pair->callee->index);
  request (load, pair->caller, "call.invite", rest);
  pair->caller->awaited = pair->caller->request;
}

static void
hang_up (Load *load, Pair *pair)
{
  request_call (load, pair->callee_hangs_up ? pair->callee : pair->caller, "call.leave",
                ",\"reason\":\"hung-up\"");
}

/* ---- calls ---- */

static void
note (Load *load, Connection *connection, const Frame *frame, unsigned what)
{
  Pair *pair = connection->pair;
  const unsigned before = pair->seen, after = before | what;

  if (before == after)
    fail (connection, "for the second time: %.*s", (int) frame->text.length, frame->text.text);
  if (pair->call[0] == '\0' && frame->call.length <= CALL_ID_MAX)
    snprintf (pair->call, sizeof pair->call, "%.*s", (int) frame->call.length, frame->call.text);
  if (frame->call.length > 0 && !is (frame->call, pair->call))
    fail (connection, "another call: %.*s", (int) frame->text.length, frame->text.text);
  pair->seen = after;
  if ((what & IT_RINGS) && (after & IT_RINGS) == IT_RINGS)
    request_call (load, pair->callee, "call.accept", "");
  else if ((what & IT_RUNS) && (after & IT_RUNS) == IT_RUNS && load->stay)
    load->joined++;
  else if ((what & IT_RUNS) && (after & IT_RUNS) == IT_RUNS)
    hang_up (load, pair);
  else if ((what & IT_IS_OVER) && (after & IT_IS_OVER) == IT_IS_OVER)
    has_finished (load, pair);
}

static void
on_reply (Load *load, Connection *connection, const Frame *frame)
{
  const Pair *pair = connection->pair;

  if (!frame->ok)
    fail (connection, "%.*s", (int) frame->text.length, frame->text.text);
  if (frame->re != connection->awaited)
    load->replied++; /* of a signal */
  else if (connection->state == SIGNING_IN)
    has_signed_in (load, connection);
  else if (connection == pair->caller && !(pair->seen & INVITE_REPLY))
    note (load, connection, frame, INVITE_REPLY);
  else if (connection == pair->callee && !(pair->seen & ACCEPT_REPLY))
    note (load, connection, frame, ACCEPT_REPLY);
  else
    note (load, connection, frame, LEAVE_REPLY);
}

static void
on_signal (Load *load, Connection *connection, const Frame *frame)
{
  const char *payload = memmem (frame->text.text, frame->text.length, load->payload, PAYLOAD_BYTES);

  if (payload == NULL || !is (frame->call, connection->pair->call))
    fail (connection, "another signal: %.*s", (int) frame->text.length, frame->text.text);
  has_received (load, connection);
}

/* Events that are not named here are nothing to a call that goes well, but for those that end it.
 */
static void
on_event (Load *load, Connection *connection, const Frame *frame)
{
  static const char *const bad[] = { "call.rejected", "call.offline",    "call.cancelled",
                                     "call.timeout",  "call.unanswered", "session.closing" };
  const Pair *pair = connection->pair;
  const bool is_caller = pair != NULL && connection == pair->caller;
  const bool is_left = pair != NULL && is_caller == pair->callee_hangs_up;

  for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++)
    if (is (frame->type, bad[i]))
      fail (connection, "%.*s", (int) frame->text.length, frame->text.text);
  if (pair == NULL)
    return;
  if (is (frame->type, "signal.received"))
    on_signal (load, connection, frame);
  else if (is (frame->type, "call.received") && !is_caller)
    note (load, connection, frame, RECEIVED);
  else if (is (frame->type, "call.ringing") && is_caller)
    note (load, connection, frame, RINGING);
  else if (is (frame->type, "call.accepted") && is_caller)
    note (load, connection, frame, ACCEPTED);
  else if (is (frame->type, "call.left") && is_left)
    note (load, connection, frame, LEFT);
  else if (is (frame->type, "call.ended") && is_left)
    note (load, connection, frame, ENDED);
}

/* ---- receiving ---- */

static void
on_text (Load *load, Connection *connection, const char *text, size_t length)
{
  const Frame frame = read_frame (text, length);

  if (frame.re > 0)
    on_reply (load, connection, &frame);
  else if (frame.seq == connection->seq + 1)
    {
      connection->seq = frame.seq;
      on_event (load, connection, &frame);
    }
  else
    fail (connection, "out of order: %.*s", (int) length, text);
}

static size_t
take_switch (Load *load, Connection *connection, const char *data, size_t length)
{
  const char *end = memmem (data, length, "\r\n\r\n", 4);

  if (end == NULL)
    return 0;
  if (length < 12 || memcmp (data, "HTTP/1.1 101", 12) != 0 ||
      memmem (data, end - data, ACCEPT, strlen (ACCEPT)) == NULL)
    fail (connection, "%.*s", (int) (end - data), data);
  has_opened (load, connection);
  return end + 4 - data;
}

static size_t
take_frame (Load *load, Connection *connection, const uint8_t *data, size_t length)
{
  size_t at = 2, size;

  if (length < 2 || (data[1] == 126 && length < 4))
    return 0;
  size = data[1];
  if (size == 126)
    {
      size = data[2] << 8 | data[3];
      at = 4;
    }
  else if (size > 126)
    fail (connection, "a frame that is too large or masked");
  if (length < at + size)
    return 0;
  if (data[0] == TEXT)
    on_text (load, connection, (const char *) data + at, size);
  else if (data[0] == CLOSE && size >= 2)
    fail (connection, "closed with %u %.*s", data[at] << 8 | data[at + 1], (int) size - 2,
          (const char *) data + at + 2);
  else if (data[0] != PING) /* comes only to who is silent; that we go on is answer enough */
    fail (connection, "a frame of kind %#x", data[0]);
  return at + size;
}

static size_t
take (Load *load, Connection *connection, const char *data, size_t length)
{
  const uint64_t seq = connection->seq;
  size_t eaten = 0, n = 1;

  if (connection->state == GREETING)
    return take_switch (load, connection, data, length);
  while (n > 0)
    {
      n = take_frame (load, connection, (const uint8_t *) data + eaten, length - eaten);
      eaten += n;
    }
  if (connection->seq > seq)
    acknowledge (load, connection);
  return eaten;
}

const Dialect beckon_dialect = { greet, sign_in, take, send_signal, start_call, hang_up };
