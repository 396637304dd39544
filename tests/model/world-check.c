/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What has to be true of a world in which nothing is on its way: everybody thinks the same. */

#define G_LOG_DOMAIN "model"

#include "config.h"

#include "client.h"

#include "hub-private.h"

#define NAME(number) wire_device_name (model->wire, number)

static const JudgeCall *
find_call (const JudgeFacts *facts, guint8 id)
{
  for (guint i = 0; i < facts->n_calls; i++)
    if (facts->calls[i].id == id)
      return &facts->calls[i];
  return NULL;
}

static gboolean
is_alerted (guint8 state)
{
  return state == HUB_INVITING + 1 || state == HUB_RINGING + 1;
}

/* ---- devices ---- */

static void
check_session (Model *model, const JudgeFacts *facts, const Device *device, guint8 number)
{
  if (facts->session[number] != device->session || facts->attached[number] != device->label + 1)
    model_fail (model, "%s and the server have different sessions", NAME (number));
  else if (facts->seq[number] != device->seq)
    model_fail (model, "%s has not been told all", NAME (number));
  else if (facts->unacknowledged[number] > 0)
    model_fail (model, "The server keeps %u events of %s that were acknowledged",
                facts->unacknowledged[number], NAME (number));
  else if (device->n_pending > 0 || device->inviting || device->accepting || device->joining ||
           device->early)
    model_fail (model, "%s waits for an answer", NAME (number));
}

static guint8
others_in (const JudgeCall *call, guint8 user, gboolean alerted)
{
  guint8 others = 0;

  for (guint8 i = 1; i <= WIRE_USERS; i++)
    if (i != user && (alerted ? is_alerted (call->state[i]) : call->state[i] == HUB_JOINED + 1))
      others |= 1 << i;
  return others;
}

/* Who is still rung may be known only to who invited, and to who was told when it began. */
static void
check_member (Model *model, const JudgeCall *call, const Device *device, guint8 number)
{
  const guint8 user = client_user (model, number);
  const guint8 joined = others_in (call, user, FALSE);

  if (call->state[user] != HUB_JOINED + 1 || call->device[user] != number)
    model_fail (model, "%s is in n%u, and the server does not know", NAME (number), call->id);
  else if (device->state == BECKON_CALL_STATE_CALLING && device->joined != joined)
    model_fail (model, "%s thinks that %u are in n%u, which are %u", NAME (number), device->joined,
                call->id, joined);
  else if (device->state == BECKON_CALL_STATE_WAITING && joined != 0)
    model_fail (model, "%s was not told that somebody accepted n%u", NAME (number), call->id);
}

static void
check_call_of_device (Model *model, const JudgeFacts *facts, const Device *device, guint8 number)
{
  const guint8 user = client_user (model, number);
  const JudgeCall *call = find_call (facts, device->call);

  if (device->state == BECKON_CALL_STATE_FREE)
    return;
  if (call == NULL)
    model_fail (model, "%s is %s in n%u, which is over", NAME (number),
                beckon_call_state_to_string (device->state), device->call);
  else if (device->state != BECKON_CALL_STATE_INCOMING)
    check_member (model, call, device, number);
  else if (!is_alerted (call->state[user]))
    model_fail (model, "n%u rings on %s, and should not", call->id, NAME (number));
}

/* ---- calls ---- */

static void
check_user_in_call (
    Model *model, const World *world, const JudgeFacts *facts, const JudgeCall *call, guint8 user)
{
  for (guint8 number = 1; number <= model->n_devices; number++)
    {
      const Device *device = world_get_device (world, number);
      const gboolean theirs = client_user (model, number) == user;

      if (!theirs)
        continue;
      if (is_alerted (call->state[user]) && device->call != call->id && !facts->overdue)
        model_fail (model, "n%u should ring on %s", call->id, NAME (number));
      if (call->state[user] == HUB_JOINED + 1 && call->device[user] == number &&
          device->call != call->id)
        model_fail (model, "The server has %s in n%u, and it is not there", NAME (number),
                    call->id);
    }
}

/* ---- what they say to each other ---- */

/* Of two people: whoever rings or has lost nothing since has heard all that the server took. */
static void
check_signals (Model *model, const World *world, guint8 from, guint8 to)
{
  const Device *sender = world_get_device (world, from);
  const Device *receiver = world_get_device (world, to);

  if (sender->call == 0 || sender->call != receiver->call ||
      (receiver->renewed && receiver->state != BECKON_CALL_STATE_INCOMING))
    return;
  if ((sender->taken & ~receiver->heard) != 0)
    model_fail (model, "%s has not heard what %s said", NAME (to), NAME (from));
}

/* ---- when it is over ---- */

/* Whether any device of @user has seen one of @bits of that call; or has forgotten what it saw. */
static gboolean
has_fate (Model *model, const World *world, guint8 user, guint8 call, guint8 bits, gboolean forgot)
{
  for (guint8 number = 1; number <= model->n_devices; number++)
    {
      const Device *device = world_get_device (world, number);

      if (client_user (model, number) == user &&
          ((device->fates[call] & bits) != 0 || (forgot && device->renewed)))
        return TRUE;
    }
  return FALSE;
}

static void
check_line (Model *model, const World *world, guint8 call, guint8 user, guint8 outcome)
{
  const gboolean answered = outcome == OUTCOME_ANSWERED;

  if (!answered && has_fate (model, world, user, call, FATE_IN_CALL, FALSE))
    model_fail (model, "%s was in n%u, and it is no answered call", wire_user_name (user), call);
  else if (answered &&
           !has_fate (model, world, user, call, FATE_IN_CALL | FATE_ACCEPTED | FATE_PLACED, TRUE))
    model_fail (model, "%s was not in n%u, and it is an answered call", wire_user_name (user),
                call);
  else if (outcome == OUTCOME_DECLINED && has_fate (model, world, user, call, FATE_RANG, FALSE) &&
           !has_fate (model, world, user, call, FATE_DECLINED, FALSE))
    model_fail (model, "%s has not declined n%u", wire_user_name (user), call);
}

/* The caller's call is answered if one of the others' is. */
static void
check_history (Model *model, const World *world, const JudgeFacts *facts, guint8 call)
{
  const guint8 caller = facts->caller[call];
  gboolean answered = FALSE;

  for (guint8 user = 1; user <= WIRE_USERS; user++)
    {
      const guint8 outcome = facts->outcome[call][user];

      if (outcome != 0)
        check_line (model, world, call, user, outcome);
      answered |= user != caller && outcome == OUTCOME_ANSWERED;
    }
  if (answered != (facts->outcome[call][caller] == OUTCOME_ANSWERED))
    model_fail (model, "Who called and who was called have different histories of n%u", call);
}

/* One call for each time that somebody asked for one, at most. */
static void
check_invites (Model *model, const World *world, const JudgeFacts *facts)
{
  for (guint8 user = 1; user <= WIRE_USERS; user++)
    {
      guint asked = 0, made = 0;

      for (guint8 number = 1; number <= model->n_devices; number++)
        if (client_user (model, number) == user)
          asked += world_get_device (world, number)->invites;
      for (guint8 call = 1; call < WIRE_IDS; call++)
        made += facts->caller[call] == user;
      if (made > asked)
        model_fail (model, "%s has asked for %u calls, and %u were made", wire_user_name (user),
                    asked, made);
    }
}

static void
check_rest (Model *model, const World *world, const JudgeFacts *facts)
{
  if (facts->rows > 0)
    model_fail (model, "%u rows of the record belong to nothing that is there", facts->rows);
  for (guint8 number = 1; number <= model->n_devices; number++)
    {
      const Device *device = world_get_device (world, number);

      if (device->state != BECKON_CALL_STATE_FREE)
        model_fail (model, "%s is busy", NAME (number));
      if (device->known != 0)
        model_fail (model, "%s offers to join n%u, which is over", NAME (number), device->known);
    }
  for (guint8 call = 1; call < WIRE_IDS; call++)
    if (facts->caller[call] != 0)
      check_history (model, world, facts, call);
}

void
world_check (Model *model, const World *world)
{
  const JudgeFacts *facts = judge_get_facts (model->judge, world->judge);

  for (guint8 number = 1; number <= model->n_devices; number++)
    {
      const Device *device = world_get_device (world, number);

      check_session (model, facts, device, number);
      check_call_of_device (model, facts, device, number);
    }
  if (model->n_devices == 2)
    {
      check_signals (model, world, 1, 2);
      check_signals (model, world, 2, 1);
    }
  for (guint i = 0; i < facts->n_calls; i++)
    for (guint8 user = 1; user <= WIRE_USERS; user++)
      check_user_in_call (model, world, facts, &facts->calls[i], user);
  check_invites (model, world, facts);
  if (facts->n_calls == 0 && !facts->timers)
    check_rest (model, world, facts);
}
