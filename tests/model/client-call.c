/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A device's call, by the same table as that of the real client, and what it is told of it. */

#define G_LOG_DOMAIN "model"

#include "config.h"

#include "client-private.h"

/* ---- the call ---- */

void
client_forget_call (Client *self)
{
  self->device->state = BECKON_CALL_STATE_FREE;
  self->device->call = self->device->joined = self->device->rung = self->device->accepting =
      self->device->joining = 0;
  self->device->taken = self->device->heard = 0;
}

void
client_dispatch (Client *self, BeckonCallEvent event)
{
  BeckonCallState next;

  if (!beckon_call_state_next (self->device->state, event, &next))
    {
      model_fail (self->model, "%s is told %s while %s", client_name (self),
                  beckon_call_event_to_string (event),
                  beckon_call_state_to_string (self->device->state));
      return;
    }
  self->device->state = next;
  if (next == BECKON_CALL_STATE_FREE)
    client_forget_call (self);
  else if (next == BECKON_CALL_STATE_CALLING)
    self->device->fates[self->device->call] |= FATE_IN_CALL;
}

/* Also of one that it has asked to join, and is not in yet. */
void
client_end_call (Client *self)
{
  if (self->device->state == BECKON_CALL_STATE_FREE)
    client_forget_call (self);
  else
    client_dispatch (self, BECKON_CALL_EVENT_OVER);
}

gboolean
client_is_busy (const Client *self)
{
  return self->device->state != BECKON_CALL_STATE_FREE || self->device->joining ||
         self->device->early != 0;
}

void
client_ring (Client *self, guint8 call)
{
  self->device->call = call;
  self->device->fates[call] |= FATE_RANG;
  client_dispatch (self, BECKON_CALL_EVENT_RECEIVED);
}

static void
take_received (Client *self, const ServerFrame *event)
{
  const guint8 call = event->call;

  if (self->device->call == call || self->device->early == call)
    return; /* told again */
  if (!event->rings)
    return;
  if (client_is_busy (self))
    client_ask_reject (self, call, BECKON_REJECT_BUSY);
  else if (self->device->inviting != 0)
    self->device->early = call;
  else
    {
      client_ring (self, call);
      self->device->joined = 1 << event->user;
      self->device->rung =
          event->users & ~self->device->joined & ~(1 << client_user (self->model, self->number));
    }
}

static void
take_gone (Client *self, guint8 users, BeckonCallEvent last)
{
  self->device->joined &= ~users;
  self->device->rung &= ~users;
  if (self->device->state == BECKON_CALL_STATE_INCOMING ||
      (self->device->joined | self->device->rung) != 0)
    return;
  client_dispatch (
      self, self->device->state == BECKON_CALL_STATE_CALLING ? BECKON_CALL_EVENT_LAST_LEFT : last);
}

static void
take_accepted (Client *self, const ServerFrame *event)
{
  self->device->joined |= 1 << event->user;
  self->device->rung &= ~(1 << event->user);
  if (self->device->state != BECKON_CALL_STATE_INCOMING)
    client_dispatch (self, BECKON_CALL_EVENT_PEER_ACCEPTED);
}

/* "moved" is the end of the call for this device, whatever its state was. */
static void
take_elsewhere (Client *self)
{
  client_dispatch (self, self->device->state == BECKON_CALL_STATE_INCOMING
                             ? BECKON_CALL_EVENT_ANSWERED_ELSEWHERE
                             : BECKON_CALL_EVENT_OVER);
}

static void
take_signal (Client *self, const ServerFrame *event)
{
  const guint8 bit = 1 << event->count;

  if (self->device->heard & bit)
    model_fail (self->model, "%s hears signal %u again", client_name (self), event->count);
  self->device->heard |= bit;
}

static void
take_call_event (Client *self, const ServerFrame *event)
{
  if (self->device->state == BECKON_CALL_STATE_FREE && event->type != BECKON_CALL_ENDED)
    return; /* it is about to join */
  switch ((guint) event->type)
    {
    case BECKON_CALL_ADDED:
      self->device->rung |= event->users & ~self->device->joined;
      break;
    case BECKON_CALL_ACCEPTED:
      take_accepted (self, event);
      break;
    case BECKON_CALL_REJECTED:
    case BECKON_CALL_LEFT:
      take_gone (self, 1 << event->user, BECKON_CALL_EVENT_ALL_DECLINED);
      break;
    case BECKON_CALL_WITHDRAWN:
      take_gone (self, event->users, BECKON_CALL_EVENT_ALL_DECLINED);
      break;
    case BECKON_CALL_UNANSWERED:
      take_gone (self, event->users, BECKON_CALL_EVENT_ALL_TIMED_OUT);
      break;
    case BECKON_CALL_ANSWERED_ELSEWHERE:
      take_elsewhere (self);
      break;
    case BECKON_CALL_CANCELLED:
      client_dispatch (self, BECKON_CALL_EVENT_CANCELLED);
      break;
    case BECKON_CALL_TIMEOUT:
      client_dispatch (self, BECKON_CALL_EVENT_TIMED_OUT);
      break;
    case BECKON_CALL_ENDED:
      client_end_call (self);
      break;
    case BECKON_SIGNAL_RECEIVED:
      take_signal (self, event);
      break;
    default:
      break; /* how it goes, and what people see */
    }
}

/* What came while our own invite was under way is over. */
static void
take_early_event (Client *self, const ServerFrame *event)
{
  switch ((guint) event->type)
    {
    case BECKON_CALL_ANSWERED_ELSEWHERE:
    case BECKON_CALL_CANCELLED:
    case BECKON_CALL_TIMEOUT:
    case BECKON_CALL_ENDED:
      self->device->early = 0;
      break;
    default:
      break;
    }
}

void
client_handle_event (Client *self, const ServerFrame *event)
{
  if (event->type == BECKON_CALL_RECEIVED)
    take_received (self, event);
  else if (event->call != 0 && event->call == self->device->call)
    take_call_event (self, event);
  else if (event->call != 0 && event->call == self->device->early)
    take_early_event (self, event);
  if (event->type == BECKON_CALL_CREATED ||
      (event->type == BECKON_CALL_ANSWERED_ELSEWHERE && event->word == wire_word ("accepted")))
    self->device->known = event->call;
  else if (event->type == BECKON_CALL_ENDED && self->device->known == event->call)
    self->device->known = 0;
}
