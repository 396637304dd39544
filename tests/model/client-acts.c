/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the people at a device may do, and do. */

#define G_LOG_DOMAIN "model"

#include "config.h"

#include "client-private.h"

#include <string.h>

#define SIGNALS_MAX 7 /* of one device: each has a number of its own */

static void
add_act (Client *self, ActionKind kind, guint8 arg, GArray *actions)
{
  const Action action = { kind, self->number, arg };

  g_array_append_val (actions, action);
}

/* @pairs: "a1:bc": a1 may do it to b and c. @busy: those in this set are part of it already. */
static void
add_pairs (Client *self, const char *const *pairs, ActionKind kind, guint8 busy, GArray *actions)
{
  for (guint i = 0; pairs[i] != NULL; i++)
    {
      guint8 users = 0;

      if (!g_str_has_prefix (pairs[i], wire_device_name (self->model->wire, self->number)))
        continue;
      for (const char *user = strchr (pairs[i], ':') + 1; *user != '\0'; user++)
        users |= 1 << (*user - 'a' + 1);
      if ((users & busy) == 0)
        add_act (self, kind, users, actions);
    }
}

/* Who is rung may speak to who rings them, and members to everybody. */
static void
add_signals (Client *self, GArray *actions)
{
  const Device *device = self->device;
  const guint8 users =
      device->state == BECKON_CALL_STATE_INCOMING ? device->joined : device->joined | device->rung;

  for (guint8 user = 1; user <= WIRE_USERS && device->said < SIGNALS_MAX; user++)
    if (users & 1 << user)
      add_act (self, ACTION_SIGNAL, 1 << user, actions);
}

/* Those who are part of it, or will be once call.add is answered. */
static guint8
find_known (Client *self)
{
  guint8 known = self->device->joined | self->device->rung;

  for (guint i = 0; i < self->device->n_pending; i++)
    {
      const ClientFrame *request = wire_get_client (self->model->wire, self->device->pending[i]);

      if (request->type == BECKON_CALL_ADD)
        known |= request->users;
    }
  return known;
}

/* Invites need a connection; answers and farewells wait for one. */
void
client_list_acts (Client *self, const Budget *left, GArray *actions)
{
  const Scenario *scenario = self->model->scenario;
  const gboolean ready = self->device->link == LINK_READY;
  const gboolean free = !client_is_busy (self) && self->device->inviting == 0;

  if (self->device->link == LINK_OUT || self->device->link == LINK_BYE ||
      self->device->n_pending + 1 >= WORLD_PENDING)
    return;
  if (ready && free && left->invites > 0)
    add_pairs (self, scenario->invites, ACTION_INVITE, 0, actions);
  if (left->acts == 0)
    return;
  if (self->device->state == BECKON_CALL_STATE_INCOMING)
    {
      if (!self->device->accepting && !self->device->joining)
        add_act (self, ACTION_ACCEPT, 0, actions);
      add_act (self, ACTION_REJECT, 0, actions);
    }
  else if (self->device->state == BECKON_CALL_STATE_WAITING)
    add_act (self, ACTION_CANCEL, 0, actions);
  else if (self->device->state == BECKON_CALL_STATE_CALLING)
    {
      add_act (self, ACTION_LEAVE, 0, actions);
      if (self->device->fates[self->device->call] & FATE_PLACED)
        add_act (self, ACTION_END, 0, actions);
    }
  if (ready && (self->device->state == BECKON_CALL_STATE_WAITING ||
                self->device->state == BECKON_CALL_STATE_CALLING))
    add_pairs (self, scenario->adds, ACTION_ADD, find_known (self), actions);
  if (self->device->state != BECKON_CALL_STATE_FREE)
    add_signals (self, actions);
  if (ready && free && self->device->known != 0)
    add_act (self, ACTION_JOIN, self->device->known, actions);
  if (ready)
    add_act (self, ACTION_BYE, 0, actions);
}

static void
reject (Client *self)
{
  /* The server takes them in order: an accept that is under way comes first. */
  if (self->device->accepting || self->device->joining)
    client_ask_leave (self, self->device->call);
  else
    client_ask_reject (self, self->device->call, BECKON_REJECT_DECLINED);
  client_dispatch (self, BECKON_CALL_EVENT_REJECT);
}

/* Nothing else matters any more. */
static void
say_bye (Client *self)
{
  client_forget_call (self);
  client_forget_requests (self);
  client_ask_about (self, BECKON_BYE, 0);
  self->device->known = 0;
  self->device->link = LINK_BYE;
  self->device->renewed = TRUE;
}

void
client_act (Client *self, Action action)
{
  switch ((guint) action.kind)
    {
    case ACTION_INVITE:
      self->device->inviting = action.arg;
      self->device->invites++;
      client_ask (self, (ClientFrame){ .type = BECKON_CALL_INVITE, .users = action.arg });
      break;
    case ACTION_ADD:
      client_ask (self, (ClientFrame){ .type = BECKON_CALL_ADD,
                                       .call = self->device->call,
                                       .users = action.arg });
      break;
    case ACTION_ACCEPT:
      self->device->accepting = 1;
      self->device->fates[self->device->call] |= FATE_ACCEPTED;
      client_ask_about (self, BECKON_CALL_ACCEPT, self->device->call);
      break;
    case ACTION_REJECT:
      reject (self);
      break;
    case ACTION_CANCEL:
      client_ask_about (self, BECKON_CALL_CANCEL, self->device->call);
      client_dispatch (self, BECKON_CALL_EVENT_CANCEL);
      break;
    case ACTION_LEAVE:
      client_ask_leave (self, self->device->call);
      client_dispatch (self, BECKON_CALL_EVENT_HANG_UP);
      break;
    case ACTION_END:
      client_ask_about (self, BECKON_CALL_END, self->device->call);
      client_dispatch (self, BECKON_CALL_EVENT_HANG_UP);
      break;
    case ACTION_JOIN:
      self->device->call = action.arg;
      self->device->known = 0;
      self->device->joining = 1;
      client_ask_about (self, BECKON_CALL_JOIN, action.arg);
      break;
    case ACTION_SIGNAL:
      client_ask (self, (ClientFrame){ .type = BECKON_SIGNAL_SEND,
                                       .call = self->device->call,
                                       .users = action.arg,
                                       .reason = ++self->device->said });
      break;
    case ACTION_BYE:
      say_bye (self);
      break;
    default:
      g_assert_not_reached ();
    }
}
