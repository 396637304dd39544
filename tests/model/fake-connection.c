/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "model"

#include "config.h"

#include "fake-connection.h"

typedef struct
{
  GBytes *frame;
  guint64 barrier;
} Frame;

struct _BeckonConnection
{
  guint ref_count;
  const BeckonConnectionHandler *handler; /* nullable */
  gpointer user_data;
  GQueue frames; /* Frame, that have not gone out */
  guint16 code;
  gboolean broken;
};

static void
frame_free (Frame *frame)
{
  g_bytes_unref (frame->frame);
  g_free (frame);
}

BeckonConnection *
fake_connection_new (void)
{
  BeckonConnection *self = g_new0 (BeckonConnection, 1);

  self->ref_count = 1;
  g_queue_init (&self->frames);
  return self;
}

BeckonConnection *
beckon_connection_ref (BeckonConnection *self)
{
  self->ref_count++;
  return self;
}

void
beckon_connection_unref (BeckonConnection *self)
{
  g_assert (self->ref_count > 0);
  if (--self->ref_count > 0)
    return;
  g_queue_clear_full (&self->frames, (GDestroyNotify) frame_free);
  g_free (self);
}

void
beckon_connection_set_handler (BeckonConnection *self,
                               const BeckonConnectionHandler *handler,
                               gpointer user_data)
{
  self->handler = handler;
  self->user_data = user_data;
}

void
beckon_connection_send (BeckonConnection *self, GBytes *frame, guint64 barrier)
{
  Frame *sent;

  if (self->code != 0 || self->broken)
    return;
  sent = g_new (Frame, 1);
  *sent = (Frame){ g_bytes_ref (frame), barrier };
  g_queue_push_tail (&self->frames, sent);
}

gboolean
beckon_connection_has_room (BeckonConnection *self, gsize length)
{
  return TRUE;
}

void
beckon_connection_close (BeckonConnection *self, guint16 code, const char *reason)
{
  if (self->code == 0 && !self->broken)
    self->code = code;
}

const char *
beckon_connection_get_address (BeckonConnection *self)
{
  return "192.0.2.1";
}

void
fake_connection_receive (BeckonConnection *self, const char *text, gsize length)
{
  g_assert (!self->broken);
  if (self->code == 0 && self->handler != NULL)
    self->handler->frame (self->user_data, text, length);
}

void
fake_connection_break (BeckonConnection *self)
{
  g_assert (!self->broken);
  self->broken = TRUE;
  if (self->handler != NULL)
    self->handler->closed (self->user_data);
}

GBytes *
fake_connection_take (BeckonConnection *self, guint64 committed)
{
  Frame *first = g_queue_peek_head (&self->frames);
  GBytes *frame;

  if (first == NULL || first->barrier > committed)
    return NULL;
  frame = g_bytes_ref (first->frame);
  frame_free (g_queue_pop_head (&self->frames));
  return frame;
}

GBytes *
fake_connection_peek (BeckonConnection *self, guint index, guint64 *barrier)
{
  const Frame *frame = g_queue_peek_nth (&self->frames, index);

  if (frame == NULL)
    return NULL;
  *barrier = frame->barrier;
  return frame->frame;
}

guint16
fake_connection_get_code (BeckonConnection *self)
{
  return self->code;
}

gpointer
fake_connection_get_user_data (BeckonConnection *self)
{
  return self->user_data;
}
