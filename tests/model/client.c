/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A device, as docs/protocol.md says that one behaves: its connection, its session, its frames. */

#define G_LOG_DOMAIN "model"

#include "config.h"

#include "client-private.h"

#include <string.h>

#define HELLO_ID 1

guint8
client_user (Model *model, guint8 device)
{
  return model->scenario->devices[device - 1][0] - 'a' + 1;
}

const char *
client_name (const Client *self)
{
  return wire_device_name (self->model->wire, self->number);
}

/* ---- events and replies, in their order ---- */

static void
hold_event (Client *self, const ServerFrame *event)
{
  if (self->device->n_held == WORLD_HELD)
    {
      model_fail (self->model, "%s holds more events than the model has room for",
                  client_name (self));
      return;
    }
  self->device->held[self->device->n_held++] = wire_put_server (self->model->wire, event);
}

static void
handle_held (Client *self)
{
  guint16 held[WORLD_HELD];
  const guint n = self->device->n_held;

  memcpy (held, self->device->held, sizeof held);
  memset (self->device->held, 0, sizeof self->device->held);
  self->device->n_held = self->device->asked_again = 0;
  for (guint i = 0; i < n; i++)
    client_handle_event (self, wire_get_server (self->model->wire, held[i]));
}

static void
take_event (Client *self, const ServerFrame *event)
{
  if (self->device->link != LINK_READY && self->device->link != LINK_BYE)
    {
      model_fail (self->model, "%s gets an event before the reply to hello", client_name (self));
      return;
    }
  if (event->number != self->device->seq + 1)
    {
      model_fail (self->model, "%s gets event %u behind %u", client_name (self), event->number,
                  self->device->seq);
      return;
    }
  self->device->seq = event->number;
  if (self->device->link == LINK_BYE)
    return;
  /* Our last word about that call is on its way. Either it comes in time to be the answer to this
   * invitation, too; or this is a new one, and the answer to it is still the same. */
  if (event->type == BECKON_CALL_RECEIVED && client_is_done_with (self, event->call))
    client_ask_reject (self, event->call, BECKON_REJECT_DECLINED);
  else if (self->device->asked_again)
    hold_event (self, event);
  else
    client_handle_event (self, event);
  if (event->type == BECKON_CALL_RECEIVED)
    {
      self->device->rings = 1;
      client_acknowledge (self, TRUE);
    }
}

/* What is asked again is answered as the first time: so its reply comes before what has been told
 * since. */
static void
take_reply (Client *self, const ServerFrame *reply)
{
  client_answer (self, reply);
  if (self->device->asked_again > 0 && reply->number >= self->device->asked_again)
    handle_held (self);
}

/* ---- hello ---- */

static const WireCall *
find_call (const ServerFrame *reply, guint8 call)
{
  for (guint i = 0; i < reply->n_calls; i++)
    if (reply->calls[i].call == call)
      return &reply->calls[i];
  return NULL;
}

static void
take_members (Client *self, const WireCall *there)
{
  const guint8 me = 1 << client_user (self->model, self->number);

  self->device->joined = there->joined & ~me;
  self->device->rung = there->rung & ~me;
}

static void
join_again (Client *self, const WireCall *there)
{
  take_members (self, there);
  self->device->joining = 1;
  client_ask_about (self, BECKON_CALL_JOIN, there->call);
}

/* What the server has decides; see "The snapshot" in docs/protocol.md. */
static void
reconcile_call (Client *self, const ServerFrame *reply)
{
  const WireCall *there = find_call (reply, self->device->call);
  const guint8 device = self->number;
  const gboolean accepted = there != NULL && there->state == wire_word ("accepted");

  if (there == NULL || (accepted && there->device != device) ||
      (!accepted && self->device->state != BECKON_CALL_STATE_INCOMING))
    client_dispatch (self, BECKON_CALL_EVENT_OVER);
  else if (accepted)
    join_again (self, there);
  else
    take_members (self, there);
}

static void
take_snapshot (Client *self, const ServerFrame *reply)
{
  const guint8 device = self->number;

  self->device->known = 0;
  for (guint i = 0; i < reply->n_calls; i++)
    {
      const WireCall *there = &reply->calls[i];

      if (there->call == self->device->call || there->state != wire_word ("accepted"))
        continue;
      if (there->device != device)
        self->device->known = there->call;
      else if (!client_is_done_with (self, there->call))
        client_ask_leave (self, there->call); /* nobody here knows of it any more */
    }
}

static void
take_hello_reply (Client *self, const ServerFrame *reply)
{
  if (reply->number != HELLO_ID || reply->code != 0)
    {
      model_fail (self->model, "%s is refused", client_name (self));
      return;
    }
  self->device->link = LINK_READY;
  if (reply->resumed)
    {
      if (reply->session != self->device->session)
        model_fail (self->model, "%s goes on with another's session", client_name (self));
      self->device->asked_again = self->device->n_pending > 0 ? self->device->last_id : 0;
      for (guint i = 0; i < self->device->n_pending; i++)
        client_send_request (self, self->device->pending[i], TRUE);
      return;
    }
  self->device->renewed |= self->device->session != 0;
  self->device->session = reply->session;
  self->device->seq = self->device->acked = self->device->heard = 0;
  self->device->last_id = HELLO_ID;
  client_renew_requests (self);
  if (self->device->state == BECKON_CALL_STATE_FREE)
    client_forget_call (self); /* whatever it was about to join */
  else
    reconcile_call (self, reply);
  take_snapshot (self, reply);
}

void
client_take (Client *self, const ServerFrame *frame)
{
  if (frame->kind == WIRE_EVENT)
    take_event (self, frame);
  else if (self->device->link == LINK_HELLO)
    take_hello_reply (self, frame);
  else if (self->device->link == LINK_READY)
    take_reply (self, frame);
  client_acknowledge (self, FALSE);
}

/* ---- the connection ---- */

void
client_start (Client *self)
{
  self->device->link = LINK_OUT;
  self->device->state = BECKON_CALL_STATE_FREE;
}

void
client_connect (Client *self)
{
  const ClientFrame hello = { .type = BECKON_HELLO,
                              .id = HELLO_ID,
                              .device = self->number,
                              .session = self->device->session,
                              .ack = self->device->session != 0 ? self->device->seq : 0 };

  g_assert (self->device->link == LINK_OUT || self->device->link == LINK_OFFLINE);
  self->device->link = LINK_HELLO;
  self->device->acked = self->device->seq;
  self->device->rings = 0;
  client_send (self, &hello);
}

void
client_disconnect (Client *self)
{
  if (self->device->link == LINK_BYE)
    {
      self->device->link = LINK_OUT;
      self->device->session = self->device->seq = self->device->acked = 0;
      client_forget_requests (self);
    }
  else
    self->device->link = LINK_OFFLINE;
  self->device->in_closed = self->device->n_in = 0;
  memset (self->device->in, 0, sizeof self->device->in);
}

void
client_die (Client *self)
{
  client_disconnect (self);
  client_forget_call (self);
  client_forget_requests (self);
  self->device->link = LINK_OUT;
  self->device->session = self->device->last_id = self->device->known = 0;
  self->device->seq = self->device->acked = 0;
  self->device->renewed = TRUE;
}
