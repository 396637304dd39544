/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "model"

#include "config.h"

#include "judge-private.h"

#include "protocol-error.h"

/* The model's own beginning of time: that of the hub, and of its wheel. */
#define BEGINNING (G_GINT64_CONSTANT (1000000) * 1000)
#define TICK_MS 5
/* After so long without a server no invitation rings any more. */
#define LATE_MS ((BECKON_INVITATION_TIMEOUT_DEFAULT + 10) * 1000)

/* The hub asks for ids without saying for whom. */
static guint8 last_id;

static char *
new_id (void)
{
  return g_strdup_printf ("n%u", ++last_id);
}

static guint8
user_of (JudgeRun *run, guint8 device)
{
  return run->judge->devices[device - 1][0] - 'a' + 1;
}

HubSession *
judge_run_find_session (JudgeRun *run, guint8 device)
{
  HubUser *user = hub_find_user (run->hub, wire_user_name (user_of (run, device)));

  return user != NULL ? hub_user_find_session (user, run->judge->devices[device - 1]) : NULL;
}

/* ---- starting ---- */

static void
start_hub (JudgeRun *run, gint64 now)
{
  Judge *judge = run->judge;
  g_autoptr (GError) error = NULL;

  run->store = beckon_memory_store_new (run->memory);
  run->wheel = beckon_timer_wheel_new (now * 1000);
  run->hub = g_object_new (BECKON_TYPE_HUB, NULL);
  run->hub->epoch = 0;
  run->hub->new_id = new_id;
  if (!hub_start (run->hub, run->store, judge->accounts, run->wheel, judge->metrics, judge->config,
                  &error))
    judge_fail (judge, "The record cannot be read: %s", error->message);
}

static void
commit (JudgeRun *run)
{
  g_autoptr (GError) error = NULL;

  if (!beckon_store_flush (run->store, &error))
    g_error ("A store in memory failed: %s", error->message);
}

static BeckonConnection *
connect_device (JudgeRun *run, guint8 device, guint8 label)
{
  BeckonConnection *connection = fake_connection_new ();

  g_assert (run->connections[device][label] == NULL);
  run->connections[device][label] = connection;
  beckon_hub_add (run->hub, connection);
  return connection;
}

/* The session goes on as if the server had not been killed. */
static void
restore_session (JudgeRun *run, const JudgeState *state, guint8 device)
{
  HubSession *session = judge_run_find_session (run, device);

  if (session == NULL)
    return;
  if (state->facts.attached[device] > 0)
    {
      BeckonConnection *connection =
          connect_device (run, device, state->facts.attached[device] - 1);

      hub_session_attach (session, fake_connection_get_user_data (connection));
    }
  else
    hub_timer (run->hub, &session->timer, state->session_end[device], session->timer.func, session);
}

static void
restore_wait (JudgeRun *run, const JudgeWait *wait)
{
  g_autofree char *id = g_strdup_printf ("n%u", wait->call);
  HubCall *call = g_hash_table_lookup (run->hub->calls, id);
  HubUser *user = hub_find_user (run->hub, wire_user_name (wait->user));
  HubParticipant *participant =
      call != NULL && user != NULL ? hub_call_find_participant (call, user) : NULL;

  if (participant == NULL || participant->state != HUB_JOINED)
    return; /* the record lacks it: that shows in the description */
  if (wait->until > 0)
    {
      hub_participant_wait (participant, wait->until);
      return;
    }
  participant->until = 0;
  beckon_timer_stop (&participant->timer);
  hub_call_set_dirty (call);
}

static void
restore (JudgeRun *run, const JudgeState *state)
{
  for (guint8 device = 1; device <= run->judge->n_devices; device++)
    restore_session (run, state, device);
  for (guint i = 0; i < state->n_waits; i++)
    restore_wait (run, &state->waits[i]);
  for (guint8 i = 1; i <= WIRE_USERS; i++)
    {
      HubUser *user = hub_find_user (run->hub, wire_user_name (i));

      if (user != NULL && (state->missed_known & 1 << i))
        hub_history_missed (run->hub, user);
    }
}

static void
add_accounts (JudgeRun *run)
{
  for (guint8 user = 1; user <= WIRE_USERS; user++)
    beckon_store_put_account (run->store, wire_user_name (user), wire_user_name (user));
  commit (run);
}

JudgeRun *
judge_run_new (Judge *judge, const JudgeState *state)
{
  JudgeRun *run = g_new0 (JudgeRun, 1);

  run->judge = judge;
  run->outputs = g_array_new (FALSE, FALSE, sizeof (JudgeOutput));
  last_id = state != NULL ? state->last_id : 0;
  run->memory = state != NULL ? judge_make_memory (judge, state) : beckon_memory_new ();
  start_hub (run, state != NULL ? state->now : BEGINNING);
  if (state == NULL)
    add_accounts (run);
  else
    restore (run, state);
  commit (run);
  return run;
}

static void
end_hub (JudgeRun *run)
{
  g_clear_object (&run->hub);
  for (guint device = 0; device <= JUDGE_DEVICES; device++)
    for (guint label = 0; label < 2; label++)
      g_clear_pointer (&run->connections[device][label], beckon_connection_unref);
  g_clear_pointer (&run->wheel, beckon_timer_wheel_free);
  g_clear_object (&run->store);
}

void
judge_run_free (JudgeRun *run)
{
  end_hub (run);
  beckon_memory_unref (run->memory);
  g_array_unref (run->outputs);
  g_free (run);
}

/* ---- what is sent ---- */

static void
output (JudgeRun *run, guint8 device, guint8 label, guint16 frame)
{
  const JudgeOutput out = { device, label, frame };

  g_array_append_val (run->outputs, out);
}

/* What was asked with that id: just now, or before what is not committed yet. */
static BeckonMessageType
find_asked (
    JudgeRun *run, const JudgeState *before, const JudgeInput *input, guint8 device, guint16 id)
{
  for (int i = before->n_tail; i >= 0; i--)
    {
      const JudgeInput *asked = i == before->n_tail ? input : &before->tail[i];
      const ClientFrame *frame =
          asked->kind == JUDGE_FRAME ? wire_get_client (run->judge->wire, asked->frame) : NULL;

      if (frame != NULL && asked->device == device && frame->id == id &&
          frame->type != BECKON_MESSAGE_NONE)
        return frame->type;
    }
  judge_fail (run->judge, "%s: a reply to %u, which it has not asked",
              wire_device_name (run->judge->wire, device), id);
  return BECKON_MESSAGE_NONE;
}

static guint16
read_output (
    JudgeRun *run, const JudgeState *before, const JudgeInput *input, guint8 device, GBytes *text)
{
  Wire *wire = run->judge->wire;
  g_autoptr (GError) error = NULL;
  guint16 frame = wire_read (wire, text, BECKON_MESSAGE_NONE, &error);

  if (frame > 0 && wire_get_server (wire, frame)->kind == WIRE_REPLY)
    frame = wire_read (
        wire, text, find_asked (run, before, input, device, wire_get_server (wire, frame)->number),
        &error);
  if (frame == 0)
    judge_fail (run->judge, "%s is sent what is no frame: %s: %s", wire_device_name (wire, device),
                error->message, (const char *) g_bytes_get_data (text, NULL));
  return frame;
}

/* Returns: whether the hub has closed that connection, and its last word has gone out. */
static gboolean
collect_connection (
    JudgeRun *run, const JudgeState *before, const JudgeInput *input, guint8 device, guint8 label)
{
  BeckonConnection *connection = run->connections[device][label];
  const guint64 committed =
      run->judge->flaw.hasty ? G_MAXUINT64 : beckon_store_get_committed (run->store);
  ServerFrame closed = { .kind = WIRE_CLOSED };
  guint64 barrier;
  GBytes *text;

  while ((text = fake_connection_take (connection, committed)) != NULL)
    {
      output (run, device, label, read_output (run, before, input, device, text));
      g_bytes_unref (text);
    }
  closed.number = fake_connection_get_code (connection);
  if (closed.number == 0 || fake_connection_peek (connection, 0, &barrier) != NULL)
    return FALSE;
  output (run, device, label, wire_put_server (run->judge->wire, &closed));
  return TRUE;
}

static void
break_connection (JudgeRun *run, guint8 device, guint8 label)
{
  g_autoptr (BeckonConnection) connection = g_steal_pointer (&run->connections[device][label]);

  fake_connection_break (connection);
}

/* Until nothing more comes of what has happened. */
static void
collect (JudgeRun *run, const JudgeState *before, const JudgeInput *input)
{
  gboolean closed;

  do
    {
      closed = FALSE;
      if (!run->judge->slow || input->kind == JUDGE_COMMIT)
        commit (run);
      for (guint8 device = 1; device <= run->judge->n_devices; device++)
        for (guint8 label = 0; label < 2; label++)
          if (run->connections[device][label] != NULL &&
              collect_connection (run, before, input, device, label))
            {
              break_connection (run, device, label);
              closed = TRUE;
            }
    }
  while (closed);
}

/* ---- what happens ---- */

static void
take_frame (JudgeRun *run, const JudgeInput *input)
{
  Wire *wire = run->judge->wire;
  BeckonConnection *connection = run->connections[input->device][input->label];
  gsize length;
  const char *text = g_bytes_get_data (wire_get_text (wire, input->frame), &length);

  if (wire_get_client (wire, input->frame)->type == BECKON_HELLO)
    {
      connection = connect_device (run, input->device, input->label);
      if (input->late)
        ((HubClient *) fake_connection_get_user_data (connection))->number = 0;
    }
  g_assert (connection != NULL);
  fake_connection_receive (connection, text, length);
}

static gint64
next_timer (JudgeRun *run)
{
  gint64 next = 0;
  GHashTableIter iter;
  gpointer value;

#define CONSIDER(timer)                                                                            \
  if (beckon_timer_is_running (timer) && (next == 0 || (timer)->deadline < next))                  \
    next = (timer)->deadline;
  g_hash_table_iter_init (&iter, run->hub->sessions);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (((HubSession *) value)->client == NULL)
      CONSIDER (&((HubSession *) value)->timer)
  g_hash_table_iter_init (&iter, run->hub->calls);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    for (guint i = 0; i < ((HubCall *) value)->participants->len; i++)
      CONSIDER (
          &((HubParticipant *) g_ptr_array_index (((HubCall *) value)->participants, i))->timer)
#undef CONSIDER
  return next;
}

static void
tick (JudgeRun *run)
{
  const gint64 now = beckon_timer_wheel_get_time (run->wheel);
  const gint64 next = next_timer (run);

  g_assert (next > 0);
  beckon_timer_wheel_advance (run->wheel, MAX (next, now) + TICK_MS * 1000);
}

/* Only what was committed is there afterwards. */
static void
restart (JudgeRun *run, gint64 after)
{
  const gint64 now = hub_now (run->hub);

  end_hub (run);
  start_hub (run, now + after);
  commit (run);
}

void
judge_run_take (JudgeRun *run, const JudgeState *before, const JudgeInput *input)
{
  switch ((JudgeInputKind) input->kind)
    {
    case JUDGE_FRAME:
      take_frame (run, input);
      break;
    case JUDGE_BREAK:
      break_connection (run, input->device, input->label);
      break;
    case JUDGE_TICK:
      tick (run);
      break;
    case JUDGE_COMMIT:
      commit (run);
      break;
    case JUDGE_CRASH:
      restart (run, input->late ? LATE_MS : 0);
      break;
    case JUDGE_STOP:
      beckon_hub_stop (run->hub);
      commit (run);
      collect (run, before, input);
      restart (run, 0);
      break;
    default:
      g_assert_not_reached ();
    }
  collect (run, before, input);
}

/* ---- what a killed server loses ---- */

static void
save_waits (HubCall *call, JudgeState *state)
{
  for (guint i = 0; i < call->participants->len; i++)
    {
      HubParticipant *participant = g_ptr_array_index (call->participants, i);

      if (participant->state != HUB_JOINED)
        continue;
      g_assert (state->n_waits < G_N_ELEMENTS (state->waits));
      state->waits[state->n_waits++] =
          (JudgeWait){ wire_id (call->id), wire_user (participant->user->id), participant->until };
    }
}

void
judge_run_save (JudgeRun *run, JudgeState *state)
{
  GHashTableIter iter;
  gpointer value;

  state->now = hub_now (run->hub);
  state->next = next_timer (run) / 1000;
  state->last_id = last_id;
  for (guint8 device = 1; device <= run->judge->n_devices; device++)
    {
      HubSession *session = judge_run_find_session (run, device);

      if (session != NULL && session->client == NULL)
        state->session_end[device] = session->timer.deadline / 1000;
    }
  for (guint8 i = 1; i <= WIRE_USERS; i++)
    {
      HubUser *user = hub_find_user (run->hub, wire_user_name (i));

      if (user != NULL && user->missed >= 0)
        state->missed_known |= 1 << i;
    }
  g_hash_table_iter_init (&iter, run->hub->calls);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    save_waits (value, state);
}
