/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What comes of a device's requests. */

#define G_LOG_DOMAIN "model"

#include "config.h"

#include "client-private.h"

#include "protocol-error.h"

static gboolean
is_refusal (const ServerFrame *reply, BeckonProtocolError error)
{
  return reply->code == error + 1;
}

/* ---- replies ---- */

static void
take_early (Client *self, gboolean busy)
{
  const guint8 early = self->device->early;

  self->device->early = 0;
  if (early == 0 || early == self->device->call)
    return;
  if (busy)
    client_ask_reject (self, early, BECKON_REJECT_BUSY);
  else
    client_ring (self, early);
}

static void
take_invited (Client *self, const ServerFrame *reply)
{
  const guint8 invited = self->device->inviting;

  self->device->inviting = 0;
  if (reply->code != 0)
    {
      take_early (self, FALSE);
      return;
    }
  self->device->call = reply->call;
  self->device->fates[reply->call] |= reply->merged ? 0 : FATE_PLACED;
  self->device->rung = invited & ~reply->failed;
  client_dispatch (self, BECKON_CALL_EVENT_INVITED);
  if (reply->merged)
    {
      self->device->joined = self->device->rung;
      self->device->rung = 0;
      client_dispatch (self, BECKON_CALL_EVENT_PEER_ACCEPTED);
    }
  take_early (self, TRUE);
}

static void
take_answered (Client *self, const ServerFrame *reply)
{
  const guint8 me = 1 << client_user (self->model, self->number);
  const guint8 known = self->device->joined | self->device->rung;

  /* It may have ended meanwhile, and have begun again: then it is that one which was accepted. */
  if (self->device->state != BECKON_CALL_STATE_INCOMING ||
      (!self->device->accepting && reply->code != 0))
    return;
  self->device->accepting = 0;
  if (reply->code != 0)
    {
      client_dispatch (self, BECKON_CALL_EVENT_ACCEPT_FAILED);
      return;
    }
  self->device->joined = reply->users & ~me;
  self->device->rung = known & ~self->device->joined;
  client_dispatch (self, BECKON_CALL_EVENT_ACCEPT_CONFIRMED);
}

static void
take_joined (Client *self, const ServerFrame *reply)
{
  const guint8 me = 1 << client_user (self->model, self->number);

  if (!self->device->joining)
    return;
  self->device->joining = 0;
  if (reply->code != 0)
    {
      client_end_call (self);
      return;
    }
  self->device->joined = reply->users & ~me;
  self->device->rung &= ~self->device->joined;
  if (self->device->state == BECKON_CALL_STATE_INCOMING)
    client_dispatch (self, BECKON_CALL_EVENT_ACCEPT_CONFIRMED);
  else if (self->device->state == BECKON_CALL_STATE_FREE)
    client_dispatch (self, BECKON_CALL_EVENT_INVITED);
  if (self->device->state == BECKON_CALL_STATE_WAITING && self->device->joined != 0)
    client_dispatch (self, BECKON_CALL_EVENT_PEER_ACCEPTED);
}

static void
take_added (Client *self, const ClientFrame *request, const ServerFrame *reply)
{
  if (self->device->call == request->call && reply->code == 0)
    self->device->rung |= request->users & ~reply->failed & ~self->device->joined;
}

void
client_answer (Client *self, const ServerFrame *reply)
{
  ClientFrame request;

  if (!client_take_pending (self, reply->number, &request))
    {
      model_fail (self->model, "%s gets a reply to %u, which has one or was not asked",
                  client_name (self), reply->number);
      return;
    }
  switch ((guint) request.type)
    {
    case BECKON_CALL_INVITE:
      take_invited (self, reply);
      break;
    case BECKON_CALL_ACCEPT:
      if (self->device->call == request.call)
        take_answered (self, reply);
      else if (reply->code == 0 && !client_is_done_with (self, request.call))
        client_ask_leave (self, request.call);
      break;
    case BECKON_CALL_JOIN:
      if (self->device->call == request.call)
        take_joined (self, reply);
      break;
    case BECKON_SIGNAL_SEND:
      if (self->device->call == request.call && reply->code == 0)
        self->device->taken |= 1 << request.reason;
      break;
    case BECKON_CALL_ADD:
      take_added (self, &request, reply);
      break;
    case BECKON_CALL_CANCEL:
      /* it crossed an accept, which was first: we are in the call, and leave it */
      if (is_refusal (reply, BECKON_PROTOCOL_ERROR_ALREADY_ACCEPTED) || reply->failed != 0)
        client_ask_leave (self, request.call);
      break;
    case BECKON_CALL_LEAVE:
      /* it followed an accept that was lost with its session: it still rings */
      if (is_refusal (reply, BECKON_PROTOCOL_ERROR_NOT_IN_CALL) &&
          (self->device->fates[request.call] & (FATE_ACCEPTED | FATE_IN_CALL)) == FATE_ACCEPTED)
        client_ask_reject (self, request.call, BECKON_REJECT_DECLINED);
      break;
    default:
      break; /* the last word was ours */
    }
}
