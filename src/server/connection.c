/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-server"

#include "config.h"

#include "connection-private.h"

#include <string.h>

/* A client that does not answer our close gets no more time than that. */
#define CLOSE_US (2 * G_TIME_SPAN_SECOND)
/* Nor does one that goes on talking: bytes. What was on its way may be as much as that. */
#define IGNORED_MAX (1024 * 1024)

struct _Outgoing
{
  Outgoing *next;
  GBytes *payload;
  guint64 barrier;
  BeckonWebsocketOpcode opcode; /* text or close */
};

BeckonConnection *
beckon_connection_ref (BeckonConnection *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  self->refs++;
  return self;
}

void
beckon_connection_unref (BeckonConnection *self)
{
  g_return_if_fail (self != NULL && self->refs > 0);

  if (--self->refs > 0)
    return;
  g_assert (self->closed && self->first == NULL && self->waits == NULL);
  beckon_address_unref (self->address);
  g_free (self);
}

/* ---- the queue ---- */

static void
count_queued (BeckonConnection *self, gssize change)
{
  self->queued += change;
  beckon_metrics_add (self->loop->metrics, BECKON_GAUGE_QUEUE_BYTES, change);
}

static gsize
get_cost (GBytes *payload)
{
  return sizeof (Outgoing) + g_bytes_get_size (payload);
}

static void
push (BeckonConnection *self, BeckonWebsocketOpcode opcode, GBytes *payload, guint64 barrier)
{
  Outgoing *outgoing = g_new (Outgoing, 1);

  *outgoing = (Outgoing){ NULL, g_bytes_ref (payload), barrier, opcode };
  if (self->last != NULL)
    self->last->next = outgoing;
  else
    self->first = outgoing;
  self->last = outgoing;
  count_queued (self, get_cost (payload));
}

static void
pop (BeckonConnection *self)
{
  Outgoing *outgoing = self->first;

  self->first = outgoing->next;
  if (self->first == NULL)
    self->last = NULL;
  count_queued (self, -(gssize) get_cost (outgoing->payload));
  g_bytes_unref (outgoing->payload);
  g_free (outgoing);
}

/* All frames, but not our close, if it is there. */
static void
drop_frames (BeckonConnection *self)
{
  while (self->first != NULL && self->first->opcode != BECKON_WEBSOCKET_CLOSE)
    pop (self);
}

static void
set_rest (BeckonConnection *self, GBytes *rest)
{
  if (self->rest != NULL)
    count_queued (self, -(gssize) g_bytes_get_size (self->rest));
  g_clear_pointer (&self->rest, g_bytes_unref);
  self->rest = rest;
  if (rest != NULL)
    count_queued (self, g_bytes_get_size (rest));
}

static gboolean
is_below (const BeckonConnection *self, gsize more, guint part)
{
  return self->queued + more <= self->loop->limits.outbound_bytes / part;
}

void
connection_tell_drained (BeckonConnection *self)
{
  if (!self->crowded || !is_below (self, 0, 4))
    return;
  self->crowded = FALSE;
  if (self->code == 0 && self->handler != NULL && self->handler->drained != NULL)
    self->handler->drained (self->user_data);
}

gboolean
connection_is_held (const BeckonConnection *self)
{
  return self->first != NULL && self->first->barrier > self->loop->committed;
}

/* ---- writing ---- */

static gsize
put (guint8 *buffer, BeckonWebsocketOpcode opcode, GBytes *payload)
{
  gsize length = 0;
  const void *data = payload != NULL ? g_bytes_get_data (payload, &length) : NULL;
  const guint size = beckon_websocket_write_header (buffer, opcode, length);

  if (length > 0)
    memcpy (buffer + size, data, length);
  return size + length;
}

/* Moves what may go out from the queue into the loop's buffer, as much as there is room for.
 * Returns: bytes */
static gsize
gather (BeckonConnection *self)
{
  guint8 *buffer = self->loop->write_buffer;
  gsize n = 0;

  if (self->pong != NULL)
    n += put (buffer + n, BECKON_WEBSOCKET_PONG, self->pong);
  g_clear_pointer (&self->pong, g_bytes_unref);
  if (self->ping)
    n += put (buffer + n, BECKON_WEBSOCKET_PING, NULL);
  self->ping = FALSE;
  while (self->first != NULL && !connection_is_held (self))
    {
      const Outgoing *outgoing = self->first;

      if (n + BECKON_WEBSOCKET_HEADER_MAX + g_bytes_get_size (outgoing->payload) > WRITE_SIZE)
        break;
      n += put (buffer + n, outgoing->opcode, outgoing->payload);
      self->said |= outgoing->opcode == BECKON_WEBSOCKET_CLOSE;
      pop (self);
    }
  return n;
}

/* Returns: FALSE: the stream has ended */
static gboolean
write_bytes (BeckonConnection *self, const guint8 *bytes, gsize length, gsize *written)
{
  *written = 0;
  while (*written < length)
    {
      const gssize n = connection_stream_write (&self->stream, bytes + *written, length - *written);

      if (n == STREAM_ENDED)
        return FALSE;
      if (n == STREAM_WOULD_BLOCK)
        break;
      *written += n;
    }
  self->blocked = *written < length;
  return TRUE;
}

static gboolean
write_rest (BeckonConnection *self)
{
  gsize length, written;
  const guint8 *bytes = g_bytes_get_data (self->rest, &length);

  if (!write_bytes (self, bytes, length, &written))
    return FALSE;
  set_rest (self,
            self->blocked ? g_bytes_new_from_bytes (self->rest, written, length - written) : NULL);
  return TRUE;
}

static gboolean
write_next (BeckonConnection *self, gsize length)
{
  const guint8 *bytes = self->loop->write_buffer;
  gsize written;

  if (!write_bytes (self, bytes, length, &written))
    return FALSE;
  if (self->blocked)
    set_rest (self, g_bytes_new (bytes + written, length - written));
  return TRUE;
}

gboolean
connection_write (BeckonConnection *self)
{
  gsize length;

  if (self->rest != NULL && !self->blocked && !write_rest (self))
    return FALSE;
  while (!self->blocked && (length = gather (self)) > 0)
    if (!write_next (self, length))
      return FALSE;
  if (!self->said || self->blocked)
    return TRUE;
  if (self->answered)
    return FALSE;
  if (self->deaf && !self->shut)
    connection_stream_shut (&self->stream);
  self->shut = self->deaf;
  return TRUE;
}

/* ---- closing ---- */

static const char *
get_code_label (guint16 code)
{
  static const struct
  {
    guint16 code;
    const char *label;
  } labels[] = {
    { BECKON_WEBSOCKET_CLOSE_NORMAL, "1000" },
    { BECKON_WEBSOCKET_CLOSE_GOING_AWAY, "1001" },
    { BECKON_WEBSOCKET_CLOSE_PROTOCOL_ERROR, "1002" },
    { BECKON_WEBSOCKET_CLOSE_NO_CODE, "1005" },
    { BECKON_WEBSOCKET_CLOSE_BROKEN, "1006" },
    { BECKON_WEBSOCKET_CLOSE_BAD_DATA, "1007" },
    { BECKON_WEBSOCKET_CLOSE_TOO_BIG, "1009" },
    { BECKON_WEBSOCKET_CLOSE_FAILED, "1011" },
    { BECKON_CLOSE_BAD_FRAME, "4000" },
    { BECKON_CLOSE_NO_HELLO, "4001" },
    { BECKON_CLOSE_REPLACED, "4002" },
    { BECKON_CLOSE_TOKEN_REFUSED, "4003" },
    { BECKON_CLOSE_RATE_LIMITED, "4004" },
    { BECKON_CLOSE_SIGNED_OUT, "4005" },
    { BECKON_CLOSE_STOPPING, "4006" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (labels); i++)
    if (labels[i].code == code)
      return labels[i].label;
  return "other";
}

/* Puts our close frame behind what was sent. */
static void
start_closing (BeckonConnection *self, guint16 code, const char *reason)
{
  g_autoptr (GBytes) payload = beckon_websocket_new_close (code, reason);
  BeckonConnectionLoop *loop = self->loop;

  g_assert (self->code == 0);
  self->code = code;
  self->ping = FALSE;
  g_clear_pointer (&self->pong, g_bytes_unref);
  push (self, BECKON_WEBSOCKET_CLOSE, payload, self->last != NULL ? self->last->barrier : 0);
  connection_loop_make_ready (loop, self);
  beckon_timer_start (&self->timer, loop->wheel,
                      beckon_timer_wheel_get_time (loop->wheel) + CLOSE_US, connection_check_alive,
                      self);
}

void
connection_finish (BeckonConnection *self)
{
  const BeckonConnectionHandler *handler = self->handler;

  g_assert (!self->closed);
  self->closed = TRUE;
  if (self->code == 0)
    self->code = BECKON_WEBSOCKET_CLOSE_BROKEN;
  beckon_metrics_count (self->loop->metrics, BECKON_COUNTER_CLOSES, get_code_label (self->code));
  beckon_timer_stop (&self->timer);
  connection_loop_remove (self->loop, self);
  connection_stream_close (&self->stream);
  beckon_websocket_reader_clear (&self->reader);
  set_rest (self, NULL);
  g_clear_pointer (&self->pong, g_bytes_unref);
  while (self->first != NULL)
    pop (self);
  self->loop = NULL;
  self->handler = NULL;
  if (handler != NULL)
    handler->closed (self->user_data);
  beckon_connection_unref (self);
}

/* What was said before cannot be told, because it is not written down; why it closes can. */
static void
close_at_once (BeckonConnection *self)
{
  drop_frames (self);
  self->first->barrier = 0;
  connection_loop_make_ready (self->loop, self);
  beckon_timer_start (&self->timer, self->loop->wheel,
                      beckon_timer_wheel_get_time (self->loop->wheel) + CLOSE_US,
                      connection_check_alive, self);
}

void
connection_check_alive (gpointer connection)
{
  BeckonConnection *self = connection;
  BeckonConnectionLoop *loop = self->loop;
  const gint64 now = beckon_timer_wheel_get_time (loop->wheel);
  const gint64 patience = loop->limits.silence_seconds * G_USEC_PER_SEC;
  gint64 next;

  if (self->code != 0)
    {
      if (connection_is_held (self))
        close_at_once (self);
      else
        connection_finish (self);
      return;
    }
  if (now - self->heard >= patience)
    {
      start_closing (self, BECKON_WEBSOCKET_CLOSE_GOING_AWAY, "Nothing was heard");
      return;
    }
  next = self->heard + patience / 3;
  if (next <= now)
    {
      self->ping = TRUE;
      connection_loop_make_ready (loop, self);
      next = MIN (now + patience / 3, self->heard + patience);
    }
  beckon_timer_start (&self->timer, loop->wheel, next, connection_check_alive, self);
}

/* ---- reading ---- */

/* The client closes: it does not read any more what it has not read yet. */
static void
take_close (BeckonConnection *self, guint16 code)
{
  self->answered = TRUE;
  self->deaf = TRUE;
  drop_frames (self);
  if (self->code == 0)
    start_closing (self, code, NULL);
  else if (self->first != NULL)
    self->first->barrier = 0;
  connection_loop_make_ready (self->loop, self);
}

static void
take_text (BeckonConnection *self, const BeckonWebsocketMessage *message)
{
  if (self->code == 0 && self->handler != NULL)
    self->handler->frame (self->user_data, message->data, message->length);
}

static void
take_ping (BeckonConnection *self, const BeckonWebsocketMessage *message)
{
  if (self->code != 0)
    return;
  g_clear_pointer (&self->pong, g_bytes_unref);
  self->pong = g_bytes_new (message->data, message->length);
  connection_loop_make_ready (self->loop, self);
}

static void
take_nonsense (BeckonConnection *self, const BeckonWebsocketMessage *message)
{
  g_debug ("%s: %s", beckon_connection_get_address (self), message->reason);
  self->deaf = TRUE;
  if (self->code == 0)
    start_closing (self, message->code, message->reason);
}

static void
take_message (BeckonConnection *self, const BeckonWebsocketMessage *message)
{
  switch (message->got)
    {
    case BECKON_WEBSOCKET_GOT_TEXT:
      take_text (self, message);
      break;
    case BECKON_WEBSOCKET_GOT_BINARY:
      beckon_connection_close (self, BECKON_CLOSE_BAD_FRAME, "Frames are text");
      break;
    case BECKON_WEBSOCKET_GOT_PING:
      take_ping (self, message);
      break;
    case BECKON_WEBSOCKET_GOT_CLOSE:
      take_close (self, message->code);
      break;
    case BECKON_WEBSOCKET_GOT_NONSENSE:
      take_nonsense (self, message);
      break;
    case BECKON_WEBSOCKET_GOT_PONG:
    case BECKON_WEBSOCKET_GOT_NOTHING:
      break;
    default:
      g_assert_not_reached ();
    }
}

gssize
connection_read (BeckonConnection *self)
{
  guint8 *bytes = self->loop->read_buffer;
  const gssize n = connection_stream_read (&self->stream, bytes, READ_SIZE);
  BeckonWebsocketMessage message = { .got = BECKON_WEBSOCKET_GOT_PONG };
  gssize taken = 0;

  if (n <= 0)
    return n;
  self->heard = beckon_timer_wheel_get_time (self->loop->wheel);
  self->ignored += self->code != 0 ? n : 0;
  if (self->ignored > IGNORED_MAX)
    return STREAM_ENDED;
  while (!self->deaf && message.got != BECKON_WEBSOCKET_GOT_NOTHING)
    {
      taken += beckon_websocket_reader_take (&self->reader, bytes + taken, n - taken, &message);
      take_message (self, &message);
    }
  if (self->deaf)
    beckon_websocket_reader_clear (&self->reader);
  return n;
}

/* ---- for everybody ---- */

void
beckon_connection_set_handler (BeckonConnection *self,
                               const BeckonConnectionHandler *handler,
                               gpointer user_data)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (handler == NULL || (handler->frame != NULL && handler->closed != NULL));

  self->handler = handler;
  self->user_data = user_data;
}

void
beckon_connection_send (BeckonConnection *self, GBytes *frame, guint64 barrier)
{
  g_return_if_fail (self != NULL && frame != NULL);

  if (self->closed || self->code != 0)
    return;
  if (g_bytes_get_size (frame) > BECKON_FRAME_MAX)
    {
      g_warning ("A frame of %" G_GSIZE_FORMAT " bytes cannot be sent", g_bytes_get_size (frame));
      start_closing (self, BECKON_WEBSOCKET_CLOSE_FAILED, "The server has a problem");
      return;
    }
  if (!is_below (self, get_cost (frame), 1))
    {
      drop_frames (self);
      start_closing (self, BECKON_CLOSE_RATE_LIMITED, "Too slow to read");
      return;
    }
  push (self, BECKON_WEBSOCKET_TEXT, frame, barrier);
  connection_loop_make_ready (self->loop, self);
}

gboolean
beckon_connection_has_room (BeckonConnection *self, gsize length)
{
  g_return_val_if_fail (self != NULL, FALSE);

  if (self->closed || self->code != 0)
    return FALSE;
  self->crowded |= !is_below (self, sizeof (Outgoing) + length, 2);
  return !self->crowded;
}

void
beckon_connection_close (BeckonConnection *self, guint16 code, const char *reason)
{
  g_return_if_fail (self != NULL);

  if (!self->closed && self->code == 0)
    start_closing (self, code, reason);
}

const char *
beckon_connection_get_address (BeckonConnection *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return beckon_address_get_text (self->address);
}
