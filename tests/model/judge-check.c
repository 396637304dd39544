/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What has to be true of each step of the judge. */

#define G_LOG_DOMAIN "model"

#include "config.h"

#include "judge-private.h"

#define FAIL(...) judge_fail (run->judge, __VA_ARGS__)

/* ---- steps of an invitee ---- */

static gboolean
may_step (guint8 from, guint8 to)
{
  if (from == to)
    return TRUE;
  switch (from)
    {
    case 0:
      return TRUE; /* invited just now, and perhaps busy at once */
    case HUB_INVITING + 1:
      return TRUE;
    case HUB_RINGING + 1:
      return to != HUB_INVITING + 1 && to != HUB_LEFT + 1;
    case HUB_JOINED + 1:
      return to == HUB_LEFT + 1;
    case HUB_LEFT + 1:
      return to == HUB_JOINED + 1 || to == HUB_INVITING + 1 || to == HUB_REJECTED + 1;
    default:
      return to == HUB_INVITING + 1 || to == HUB_REJECTED + 1;
    }
}

static const JudgeCall *
find_call (const JudgeFacts *facts, guint8 id)
{
  for (guint i = 0; i < facts->n_calls; i++)
    if (facts->calls[i].id == id)
      return &facts->calls[i];
  return NULL;
}

static guint8
state_in (const JudgeCall *call, guint8 user)
{
  return call != NULL ? call->state[user] : 0;
}

static gboolean
is_alerted (guint8 state)
{
  return state == HUB_INVITING + 1 || state == HUB_RINGING + 1;
}

static void
check_steps (JudgeRun *run, const JudgeFacts *before, const JudgeFacts *after)
{
  for (guint i = 0; i < after->n_calls; i++)
    {
      const JudgeCall *call = &after->calls[i];
      const JudgeCall *was = find_call (before, call->id);

      if (was == NULL && before->caller[call->id] != 0)
        FAIL ("n%u was over, and is there again", call->id);
      for (guint8 user = 1; user <= WIRE_USERS; user++)
        if (!may_step (state_in (was, user), call->state[user]))
          FAIL ("%s went from %u to %u in n%u", wire_user_name (user), state_in (was, user) - 1,
                call->state[user] - 1, call->id);
    }
}

/* ---- one call at a time ---- */

static void
check_occupation (JudgeRun *run, const JudgeFacts *facts)
{
  for (guint8 user = 1; user <= WIRE_USERS; user++)
    {
      guint joined = 0;

      for (guint i = 0; i < facts->n_calls; i++)
        joined += facts->calls[i].state[user] == HUB_JOINED + 1;
      if (joined > 1)
        FAIL ("%s is in %u calls", wire_user_name (user), joined);
    }
}

/* ---- whom it rings ---- */

static gboolean
was_told (JudgeRun *run, HubSession *session, gint64 after, const char *call)
{
  for (GList *l = session->events.head; l != NULL; l = l->next)
    {
      const HubEvent *event = l->data;

      if (event->seq > after && g_strcmp0 (event->received, call) == 0)
        return TRUE;
    }
  return FALSE;
}

/* Every device of somebody whom it rings since this step, and each that is new since this step, is
 * told. */
static void
check_told (JudgeRun *run, const JudgeFacts *before, const JudgeFacts *after)
{
  for (guint8 device = 1; device <= run->judge->n_devices; device++)
    {
      HubSession *session = judge_run_find_session (run, device);
      const guint8 user = run->judge->devices[device - 1][0] - 'a' + 1;
      const gboolean fresh = before->session[device] != after->session[device];

      for (guint i = 0; i < after->n_calls && session != NULL && session->ring; i++)
        {
          const JudgeCall *call = &after->calls[i];
          g_autofree char *id = g_strdup_printf ("n%u", call->id);

          if (is_alerted (call->state[user]) &&
              (fresh || !is_alerted (state_in (find_call (before, call->id), user))) &&
              !was_told (run, session, fresh ? 0 : before->seq[device], id))
            FAIL ("%s is not told that %s rings", session->device, id);
        }
    }
}

/* An acknowledgement of an older invitation to the same call is none of the present one. */
static void
check_ringing (JudgeRun *run, const JudgeFacts *before, const JudgeFacts *after, guint8 device)
{
  HubSession *session = device > 0 ? judge_run_find_session (run, device) : NULL;
  const guint8 user = device > 0 ? run->judge->devices[device - 1][0] - 'a' + 1 : 0;

  for (guint i = 0; i < after->n_calls && session != NULL; i++)
    {
      const JudgeCall *call = &after->calls[i];
      g_autofree char *id = g_strdup_printf ("n%u", call->id);

      if (call->state[user] == HUB_RINGING + 1 &&
          state_in (find_call (before, call->id), user) == HUB_INVITING + 1 &&
          was_told (run, session, 0, id))
        FAIL ("%s rings on %s, which has not said so", id, session->device);
    }
}

/* ---- the end ---- */

static void
check_ends (JudgeRun *run, const JudgeFacts *before, const JudgeFacts *after)
{
  for (guint i = 0; i < before->n_calls; i++)
    {
      const JudgeCall *call = &before->calls[i];

      if (find_call (after, call->id) != NULL || !after->committed)
        continue;
      for (guint8 user = 1; user <= WIRE_USERS; user++)
        if (call->state[user] != 0 && after->outcome[call->id][user] == 0)
          FAIL ("n%u is over, and not in the history of %s", call->id, wire_user_name (user));
    }
}

/* ---- nothing twice ---- */

static gboolean
is_question (guint8 type)
{
  return type == BECKON_MESSAGE_NONE || type == BECKON_HELLO || hub_request_only_asks (type);
}

/* Whatever it was the reply to: the hub does not remember that either. */
static guint16
reply_only (JudgeRun *run, const ServerFrame *frame)
{
  ServerFrame reply = *frame;

  reply.type = BECKON_MESSAGE_NONE;
  return wire_put_server (run->judge->wire, &reply);
}

/* The first reply to each request is kept; one that comes again gets the same, and does nothing
 * else. */
static void
check_replies (JudgeRun *run, const JudgeState *before, JudgeState *after)
{
  for (guint8 device = 1; device <= run->judge->n_devices; device++)
    if (after->facts.session[device] == before->facts.session[device])
      memcpy (after->replies[device], before->replies[device], sizeof after->replies[device]);
  for (guint i = 0; i < run->outputs->len; i++)
    {
      const JudgeOutput *out = &g_array_index (run->outputs, JudgeOutput, i);
      const ServerFrame *frame = wire_get_server (run->judge->wire, out->frame);
      guint16 *first;

      if (frame->kind != WIRE_REPLY || is_question (frame->type) ||
          after->facts.session[out->device] == 0)
        continue;
      if (frame->number >= JUDGE_REQUESTS)
        {
          FAIL ("More requests than the model has room for");
          return;
        }
      if (frame->code == BECKON_PROTOCOL_ERROR_HELLO_FIRST + 1)
        continue; /* of a connection that has no session any more */
      first = &after->replies[out->device][frame->number];
      if (*first == 0)
        *first = reply_only (run, frame);
      else if (*first != reply_only (run, frame))
        {
          g_autofree char *one = wire_describe_server (run->judge->wire, *first);
          g_autofree char *other = wire_describe_server (run->judge->wire, out->frame);

          FAIL ("%s was answered “%s”, and now “%s”",
                wire_device_name (run->judge->wire, out->device), one, other);
        }
    }
}

static void
check_repetition (JudgeRun *run,
                  const JudgeState *before,
                  const JudgeInput *input,
                  const JudgeState *after)
{
  const ClientFrame *frame;

  if (input->kind != JUDGE_FRAME || before->facts.attached[input->device] != input->label + 1)
    return;
  frame = wire_get_client (run->judge->wire, input->frame);
  if (is_question (frame->type) || frame->id > before->facts.handled[input->device])
    return;
  if (!before->facts.committed)
    return; /* its reply may wait for what it is the reply to */
  if (run->outputs->len != 1)
    FAIL ("A repeated request was answered with %u frames", run->outputs->len);
  if (after->key != before->key)
    FAIL ("A repeated request has done something");
}

/* ---- all ---- */

void
judge_check (JudgeRun *run, const JudgeState *before, const JudgeInput *input, JudgeState *after)
{
  check_replies (run, before, after);
  check_repetition (run, before, input, after);
  check_steps (run, &before->facts, &after->facts);
  check_occupation (run, &after->facts);
  check_told (run, &before->facts, &after->facts);
  check_ringing (run, &before->facts, &after->facts, input->device);
  check_ends (run, &before->facts, &after->facts);
}
