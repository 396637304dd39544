/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a hub knows, in words: two hubs that describe themselves alike go on alike. Left out is what
 * decides nothing in the model: presence, which nobody watches, how fast requests come, when things
 * were, and the order of what is in no order. */

#define G_LOG_DOMAIN "model"

#include "config.h"

#include "judge-private.h"

#define ID_SIZE 8

/* ---- sessions ---- */

static void
describe_frame (JudgeRun *run, GString *text, GBytes *frame)
{
  g_autoptr (GError) error = NULL;
  const guint16 number = wire_read (run->judge->wire, frame, BECKON_MESSAGE_NONE, &error);

  if (number == 0)
    judge_fail (run->judge, "What is kept is no frame: %s", error->message);
  g_string_append_printf (text, " %u", number);
}

/* Nothing is missing between what was acknowledged and what was said last. */
static void
describe_events (JudgeRun *run, GString *text, HubSession *session)
{
  gint64 seq = session->seq - g_queue_get_length (&session->events);

  g_string_append (text, " events");
  for (GList *l = session->events.head; l != NULL; l = l->next)
    {
      const HubEvent *event = l->data;

      if (event->seq != ++seq)
        judge_fail (run->judge, "Event %u of %s is kept as %u", (guint) event->seq, session->device,
                    (guint) seq);
      g_string_append_printf (text, "%s", event->received != NULL ? " received" : "");
      describe_frame (run, text, event->frame);
    }
}

static void
describe_session (JudgeRun *run, GString *text, guint8 device)
{
  HubSession *session = judge_run_find_session (run, device);

  if (session == NULL)
    return;
  g_string_append_printf (text, "%s %s %s seq %u handled %u%s%s", session->device, session->id,
                          session->user->id, (guint) session->seq, (guint) session->handled,
                          session->ring ? "" : " silent", session->overflown ? " overflown" : "");
  for (guint label = 0; session->client != NULL && label < 2; label++)
    if (session->client->connection == run->connections[device][label])
      g_string_append_printf (text, " on %u", label);
  if (session->client == NULL)
    g_string_append_printf (text, " ends in %d",
                            (int) (session->timer.deadline / 1000 - hub_now (run->hub)));
  describe_events (run, text, session);
  g_string_append (text, " replies");
  for (GList *l = session->replies.head; l != NULL; l = l->next)
    describe_frame (run, text, ((HubReply *) l->data)->frame);
  g_string_append_c (text, '\n');
}

/* ---- people and calls ---- */

static void
describe_user (JudgeRun *run, GString *text, guint8 number)
{
  HubUser *user = hub_find_user (run->hub, wire_user_name (number));

  if (user == NULL)
    return;
  g_string_append_printf (text, "%s missed %d%s%s%s\n", user->id, (int) user->missed,
                          hub_user_is_dnd (user) ? " dnd" : "", user->held > 0 ? " held" : "",
                          hub_user_can_be_read (run->hub, user) ? "" : " written");
}

static const char *
or_none (const char *text)
{
  return text != NULL ? text : "-";
}

static void
describe_participant (JudgeRun *run, GString *text, HubParticipant *participant)
{
  g_string_append_printf (text, "  %s %u by %u with %s", participant->user->id, participant->state,
                          participant->inviter, or_none (participant->device));
  if (participant->until > 0)
    g_string_append_printf (text, " until %d%s", (int) (participant->until - hub_now (run->hub)),
                            beckon_timer_is_running (&participant->timer) ? "" : " for ever");
  g_string_append_printf (
      text, " %u %s%s%s %s%s signals", participant->timeout, or_none (participant->data),
      participant->joined_at > 0 ? " joined" : "", participant->left_at > 0 ? " left" : "",
      participant->state == HUB_REJECTED ? beckon_reject_reason_to_string (participant->reason)
                                         : "",
      participant->unreachable ? " unreachable" : "");
  for (guint i = 0; participant->mailbox != NULL && i < participant->mailbox->len; i++)
    g_string_append_printf (text, " %u",
                            g_bytes_hash (g_ptr_array_index (participant->mailbox, i)));
  g_string_append_c (text, '\n');
}

static void
describe_call (JudgeRun *run, GString *text, HubCall *call)
{
  g_string_append_printf (text, "%s %s%s%s\n", call->id, or_none (call->data),
                          call->accepted_at > 0 ? " accepted" : "", call->rung ? " rung" : "");
  for (guint i = 0; i < call->participants->len; i++)
    describe_participant (run, text, g_ptr_array_index (call->participants, i));
}

static const char *
write_id (char *id, guint8 number)
{
  g_snprintf (id, ID_SIZE, "n%u", number);
  return id;
}

static HubCall *
find_call (JudgeRun *run, guint8 number)
{
  char id[ID_SIZE];

  return g_hash_table_lookup (run->hub->calls, write_id (id, number));
}

static void
describe_line (const BeckonStoredCall *call, gpointer user_data)
{
  g_string_append_printf (user_data, " %s %s %s %s", call->call, call->direction, call->outcome,
                          call->members);
}

static HubClient *
find_client (JudgeRun *run, guint8 device, guint8 label)
{
  BeckonConnection *connection = run->connections[device][label];

  return connection != NULL ? fake_connection_get_user_data (connection) : NULL;
}

/* Of what is held back, and what waits to be looked at, until the next commit. */
static void
describe_connection (JudgeRun *run, GString *text, guint8 device, guint8 label)
{
  BeckonConnection *connection = run->connections[device][label];
  const HubClient *client = find_client (run, device, label);
  const HubClient *other = find_client (run, device, !label);
  guint64 barrier;
  GBytes *frame;

  if (connection == NULL)
    return;
  g_string_append_printf (text, "connection %u %u %u", device, label,
                          fake_connection_get_code (connection));
  for (guint i = 0; (frame = fake_connection_peek (connection, i, &barrier)) != NULL; i++)
    describe_frame (run, text, frame);
  if (client != NULL && other != NULL && client->number < other->number)
    g_string_append (text, " older");
  for (GList *l = client != NULL && client->waiting != NULL ? client->waiting->head : NULL;
       l != NULL; l = l->next)
    g_string_append_printf (text, " waits %u", g_bytes_hash (l->data));
  g_string_append_c (text, '\n');
}

void
judge_run_describe (JudgeRun *run, GString *text)
{
  for (guint8 device = 1; device <= run->judge->n_devices; device++)
    {
      describe_session (run, text, device);
      describe_connection (run, text, device, 0);
      describe_connection (run, text, device, 1);
    }
  for (guint8 user = 1; user <= WIRE_USERS; user++)
    {
      describe_user (run, text, user);
      beckon_memory_store_foreach_call (run->store, wire_user_name (user), describe_line, text);
    }
  for (guint8 id = 1; id < WIRE_IDS; id++)
    if (find_call (run, id) != NULL)
      describe_call (run, text, find_call (run, id));
  g_string_append (text, "over");
  for (guint8 number = 1; number < WIRE_IDS; number++)
    {
      char id[ID_SIZE];
      const char *how = g_hash_table_lookup (run->hub->ended, write_id (id, number));

      if (how != NULL)
        g_string_append_printf (text, " %s %s", id, how);
    }
  g_string_append_printf (text, "\nsessions %u calls %u\n", g_hash_table_size (run->hub->sessions),
                          g_hash_table_size (run->hub->calls));
}

/* ---- from outside ---- */

static guint8
outcome_number (const char *word)
{
  const char *const outcomes[] = { "answered", "missed",    "declined",
                                   "busy",     "cancelled", "unanswered" };

  for (guint i = 0; i < G_N_ELEMENTS (outcomes); i++)
    if (g_str_equal (outcomes[i], word))
      return i + 1;
  g_assert_not_reached ();
}

typedef struct
{
  JudgeFacts *facts;
  guint8 user;
} Lines;

static void
note_line (const BeckonStoredCall *call, gpointer user_data)
{
  Lines *lines = user_data;
  const guint8 id = wire_id (call->call);

  lines->facts->outcome[id][lines->user] = outcome_number (call->outcome);
  if (g_str_equal (call->direction, "outgoing"))
    lines->facts->caller[id] = lines->user;
}

static void
note_session (JudgeRun *run, JudgeFacts *facts, guint8 device)
{
  HubSession *session = judge_run_find_session (run, device);

  for (guint label = 0; label < 2; label++)
    if (run->connections[device][label] != NULL)
      facts->connected[device] |= 1 << label;
  if (session == NULL)
    return;
  facts->session[device] = wire_id (session->id);
  facts->seq[device] = session->seq;
  facts->handled[device] = session->handled;
  facts->unacknowledged[device] = g_queue_get_length (&session->events);
  for (guint label = 0; session->client != NULL && label < 2; label++)
    if (session->client->connection == run->connections[device][label])
      facts->attached[device] = label + 1;
}

static void
note_call (JudgeRun *run, JudgeFacts *facts, HubCall *call)
{
  JudgeCall *noted;

  if (facts->n_calls == JUDGE_CALLS)
    {
      judge_fail (run->judge, "There are more than %u calls", JUDGE_CALLS);
      return;
    }
  noted = &facts->calls[facts->n_calls++];
  noted->id = wire_id (call->id);
  noted->caller = wire_user (hub_call_get_caller (call)->user->id);
  facts->caller[noted->id] = noted->caller;
  for (guint i = 0; i < call->participants->len; i++)
    {
      HubParticipant *participant = g_ptr_array_index (call->participants, i);
      const guint8 user = wire_user (participant->user->id);

      noted->state[user] = participant->state + 1;
      noted->device[user] = wire_device (run->judge->wire, participant->device);
    }
}

void
judge_run_get_facts (JudgeRun *run, JudgeFacts *facts)
{
  *facts = (JudgeFacts){ 0 };
  for (guint8 device = 1; device <= run->judge->n_devices; device++)
    note_session (run, facts, device);
  for (guint8 id = 1; id < WIRE_IDS; id++)
    if (find_call (run, id) != NULL)
      note_call (run, facts, find_call (run, id));
  for (guint8 user = 1; user <= WIRE_USERS; user++)
    {
      Lines lines = { facts, user };

      beckon_memory_store_foreach_call (run->store, wire_user_name (user), note_line, &lines);
    }
}
