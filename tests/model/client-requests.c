/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a device asks: sent, acknowledged, asked again. */

#define G_LOG_DOMAIN "model"

#include "config.h"

#include "client-private.h"

#include <string.h>

/* ---- sending ---- */

void
client_send (Client *self, const ClientFrame *frame)
{
  const guint label = self->device->label;

  if (self->device->n_out[label] == WORLD_OUT)
    {
      model_fail (self->model, "More frames of %s are on their way than the model has room for",
                  client_name (self));
      return;
    }
  self->device->out[label][self->device->n_out[label]++] =
      wire_put_client (self->model->wire, frame);
}

/* With what has come meanwhile, unless it is asked again: then the hello has said so. */
void
client_send_request (Client *self, guint16 number, gboolean again)
{
  ClientFrame frame = *wire_get_client (self->model->wire, number);

  if (!again && self->device->acked < self->device->seq)
    {
      frame.ack = self->device->acked = self->device->seq;
      self->device->rings = 0;
    }
  client_send (self, &frame);
}

/* ---- last words ---- */

static gboolean
is_farewell (const ClientFrame *request)
{
  switch ((guint) request->type)
    {
    case BECKON_CALL_CANCEL:
    case BECKON_CALL_REJECT:
    case BECKON_CALL_LEAVE:
    case BECKON_CALL_END:
      return TRUE;
    default:
      return FALSE;
    }
}

/* What has come before it is answered by it. */
static void
answer_held (Client *self, guint8 call)
{
  Device *device = self->device;
  guint kept = 0;

  for (guint i = 0; i < device->n_held; i++)
    {
      const ServerFrame *event = wire_get_server (self->model->wire, device->held[i]);

      if (event->type != BECKON_CALL_RECEIVED || event->call != call)
        device->held[kept++] = device->held[i];
    }
  for (guint i = kept; i < device->n_held; i++)
    device->held[i] = 0;
  device->n_held = kept;
}

gboolean
client_is_done_with (Client *self, guint8 call)
{
  for (guint i = 0; i < self->device->n_pending; i++)
    {
      const ClientFrame *request = wire_get_client (self->model->wire, self->device->pending[i]);

      if (is_farewell (request) && request->call == call)
        return TRUE;
    }
  return FALSE;
}

/* ---- asking ---- */

void
client_ask (Client *self, ClientFrame frame)
{
  guint16 number;

  if (self->device->n_pending == WORLD_PENDING)
    {
      model_fail (self->model, "%s has more requests under way than the model has room for",
                  client_name (self));
      return;
    }
  if (is_farewell (&frame))
    answer_held (self, frame.call);
  frame.id = ++self->device->last_id;
  number = wire_put_client (self->model->wire, &frame);
  self->device->pending[self->device->n_pending++] = number;
  if (self->device->link == LINK_READY)
    client_send_request (self, number, FALSE);
}

void
client_ask_about (Client *self, BeckonMessageType type, guint8 call)
{
  const ClientFrame frame = { .type = type, .call = call };

  client_ask (self, frame);
}

void
client_ask_leave (Client *self, guint8 call)
{
  const ClientFrame frame = { .type = BECKON_CALL_LEAVE,
                              .call = call,
                              .reason = BECKON_LEAVE_HUNG_UP };

  client_ask (self, frame);
}

void
client_ask_reject (Client *self, guint8 call, BeckonRejectReason reason)
{
  const ClientFrame frame = { .type = BECKON_CALL_REJECT, .call = call, .reason = reason };

  self->device->fates[call] |= reason == BECKON_REJECT_DECLINED ? FATE_DECLINED : 0;
  client_ask (self, frame);
}

/* What came together is acknowledged together; what somebody waits for, at once. */
void
client_acknowledge (Client *self, gboolean at_once)
{
  ClientFrame frame = { .type = BECKON_MESSAGE_NONE,
                        .ack = self->device->seq,
                        .rings = self->device->rings };

  if (self->device->link != LINK_READY || self->device->acked == self->device->seq ||
      (self->device->n_in > 0 && !at_once))
    return;
  self->device->acked = self->device->seq;
  self->device->rings = 0;
  if (self->device->n_out[self->device->label] > 0)
    {
      guint16 *last =
          &self->device->out[self->device->label][self->device->n_out[self->device->label] - 1];
      const ClientFrame *before = wire_get_client (self->model->wire, *last);

      if (before->type == BECKON_MESSAGE_NONE)
        {
          frame.rings |= before->rings;
          *last = wire_put_client (self->model->wire, &frame);
          return;
        }
    }
  client_send (self, &frame);
}

/* ---- over breaks of the connection ---- */

gboolean
client_take_pending (Client *self, guint16 id, ClientFrame *request)
{
  for (guint i = 0; i < self->device->n_pending; i++)
    {
      *request = *wire_get_client (self->model->wire, self->device->pending[i]);
      if (request->id != id)
        continue;
      self->device->n_pending--;
      memmove (&self->device->pending[i], &self->device->pending[i + 1],
               (self->device->n_pending - i) * sizeof self->device->pending[0]);
      self->device->pending[self->device->n_pending] = 0;
      return TRUE;
    }
  return FALSE;
}

void
client_forget_requests (Client *self)
{
  Device *device = self->device;

  device->inviting = device->accepting = device->joining = device->early = 0;
  device->n_pending = device->n_held = device->asked_again = 0;
  memset (device->pending, 0, sizeof device->pending);
  memset (device->held, 0, sizeof device->held);
}

/* In a new session our last words are said once more; what else was asked may or may not have been
 * done. What rings is told again. */
void
client_renew_requests (Client *self)
{
  guint16 pending[WORLD_PENDING];
  const guint n = self->device->n_pending;

  memcpy (pending, self->device->pending, sizeof pending);
  client_forget_requests (self);
  for (guint i = 0; i < n; i++)
    {
      ClientFrame request = *wire_get_client (self->model->wire, pending[i]);

      if (is_farewell (&request))
        client_ask (self, request);
    }
}
