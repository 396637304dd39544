/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "model"

#include "config.h"

#include "client.h"

#include <string.h>

static const char *const action_names[N_ACTIONS] = {
  [ACTION_INVITE] = "invite",   [ACTION_ADD] = "add",       [ACTION_ACCEPT] = "accept",
  [ACTION_REJECT] = "reject",   [ACTION_CANCEL] = "cancel", [ACTION_LEAVE] = "leave",
  [ACTION_END] = "end",         [ACTION_JOIN] = "join",     [ACTION_SIGNAL] = "signal",
  [ACTION_BYE] = "bye",         [ACTION_BREAK] = "break",   [ACTION_CUT] = "cut",
  [ACTION_SILENCE] = "silence", [ACTION_DIE] = "die",       [ACTION_TICK] = "tick",
  [ACTION_CRASH] = "crash",     [ACTION_LATE] = "late",     [ACTION_STOP] = "stop",
  [ACTION_CONNECT] = "connect", [ACTION_SEND] = "send",     [ACTION_SEND_OLD] = "old",
  [ACTION_READ] = "read",       [ACTION_NOTICE] = "notice", [ACTION_COMMIT] = "commit",
  [ACTION_WAIT] = "wait",
};

/* ---- the model ---- */

void
model_fail (Model *self, const char *format, ...)
{
  va_list args;

  if (self->violation != NULL)
    return;
  va_start (args, format);
  self->violation = g_strdup_vprintf (format, args);
  va_end (args);
}

Model *
model_new (const Scenario *scenario)
{
  Model *self = g_new0 (Model, 1);

  self->scenario = scenario;
  self->n_devices = g_strv_length ((char **) scenario->devices);
  self->size = G_STRUCT_OFFSET (World, devices) + self->n_devices * sizeof (Device);
  self->wire = wire_new (scenario->devices);
  self->judge = judge_new (self->wire, scenario->devices, scenario->slow_store);
  return self;
}

void
model_free (Model *self)
{
  judge_free (self->judge);
  wire_free (self->wire);
  g_free (self->violation);
  g_free (self);
}

const Device *
world_get_device (const World *world, guint8 device)
{
  return &world->devices[device - 1];
}

static Client
get_client (Model *model, World *world, guint8 device)
{
  return (Client){ model, &world->devices[device - 1], device };
}

static const JudgeFacts *
get_facts (Model *model, const World *world)
{
  return judge_get_facts (model->judge, world->judge);
}

/* Returns: the label of a connection that the device has given up and the server has not; -1: there
 * is none. */
static int
find_old_connection (const Device *device)
{
  if (device->out_closed[!device->label])
    return !device->label;
  return device->out_closed[device->label] ? device->label : -1;
}

/* ---- the judge ---- */

static void
drop_out (Device *device, guint label)
{
  device->n_out[label] = 0;
  memset (device->out[label], 0, sizeof device->out[label]);
}

static void
take_output (Model *model, World *world, const JudgeOutput *output)
{
  Device *device = &world->devices[output->device - 1];
  const ServerFrame *frame = wire_get_server (model->wire, output->frame);
  const gboolean current =
      output->label == device->label && device->link != LINK_OUT && device->link != LINK_OFFLINE;

  if (model->log != NULL)
    {
      g_autofree char *text = wire_describe_server (model->wire, output->frame);

      g_string_append_printf (model->log, "        → %s%s: %s\n",
                              wire_device_name (model->wire, output->device),
                              current ? "" : " (in vain)", text);
    }
  if (frame->kind == WIRE_CLOSED)
    {
      drop_out (device, output->label);
      if (current)
        device->in_closed = TRUE;
      else
        device->out_closed[output->label] = FALSE;
      if (current && device->link != LINK_BYE && frame->number != BECKON_CLOSE_STOPPING &&
          frame->number != BECKON_CLOSE_NO_HELLO)
        model_fail (model, "The connection of %s is closed with %u",
                    wire_device_name (model->wire, output->device), frame->number);
      return;
    }
  if (!current)
    return;
  if (device->n_in == WORLD_IN)
    {
      model_fail (model, "More frames to %s are on their way than the model has room for",
                  wire_device_name (model->wire, output->device));
      return;
    }
  device->in[device->n_in++] = output->frame;
}

static void
ask_judge (Model *model, World *world, JudgeInput input)
{
  const JudgeOutput *outputs;
  guint n_outputs;

  if (!judge_step (model->judge, world->judge, input, &world->judge, &outputs, &n_outputs))
    {
      model_fail (model, "%s", judge_get_violation (model->judge));
      return;
    }
  for (guint i = 0; i < n_outputs; i++)
    take_output (model, world, &outputs[i]);
}

static void
server_reads (Model *model, World *world, guint8 device, guint8 label)
{
  Device *from = &world->devices[device - 1];
  JudgeInput input = { .kind = JUDGE_FRAME, .device = device, .label = label };

  if (from->n_out[label] == 0)
    {
      from->out_closed[label] = FALSE;
      input.kind = JUDGE_BREAK;
      if (get_facts (model, world)->connected[device] & 1 << label)
        ask_judge (model, world, input);
      return;
    }
  input.frame = from->out[label][0];
  input.late =
      wire_get_client (model->wire, input.frame)->type == BECKON_HELLO && label != from->label;
  from->n_out[label]--;
  memmove (&from->out[label][0], &from->out[label][1], from->n_out[label] * sizeof from->out[0][0]);
  from->out[label][from->n_out[label]] = 0;
  if (model->log != NULL)
    {
      g_autofree char *text = wire_describe_client (model->wire, input.frame);

      g_string_append_printf (model->log, "        %s → %s\n",
                              wire_device_name (model->wire, device), text);
    }
  ask_judge (model, world, input);
}

/* All connections are gone, and the devices do not know yet. */
static void
lose_all_connections (Model *model, World *world)
{
  for (guint i = 0; i < model->n_devices; i++)
    {
      Device *device = &world->devices[i];

      drop_out (device, 0);
      drop_out (device, 1);
      device->out_closed[0] = device->out_closed[1] = FALSE;
      if (device->link != LINK_OUT && device->link != LINK_OFFLINE)
        device->in_closed = TRUE;
    }
}

/* ---- devices and their connections ---- */

static void
device_reads (Model *model, World *world, guint8 number)
{
  Device *device = &world->devices[number - 1];
  const guint16 frame = device->in[0];
  Client client = get_client (model, world, number);

  device->n_in--;
  memmove (&device->in[0], &device->in[1], device->n_in * sizeof device->in[0]);
  device->in[device->n_in] = 0;
  if (model->log != NULL)
    {
      g_autofree char *text = wire_describe_server (model->wire, frame);

      g_string_append_printf (model->log, "        %s ← %s\n",
                              wire_device_name (model->wire, number), text);
    }
  client_take (&client, wire_get_server (model->wire, frame));
}

/* The older connection is the server's matter now; the next one has the other label. */
static void
leave_connection (World *world, guint8 number)
{
  Device *device = &world->devices[number - 1];

  device->out_closed[device->label] = !device->in_closed;
  if (device->in_closed)
    drop_out (device, device->label);
  device->label = !device->label;
}

static void
lose_connection (Model *model, World *world, Action action)
{
  Client client = get_client (model, world, action.device);
  Device *device = client.device;

  if (action.kind == ACTION_SILENCE)
    {
      const JudgeInput input = { .kind = JUDGE_BREAK,
                                 .device = action.device,
                                 .label = device->label };

      drop_out (device, device->label);
      device->in_closed = TRUE;
      ask_judge (model, world, input);
      return;
    }
  if (action.kind != ACTION_BREAK)
    drop_out (device, device->label);
  leave_connection (world, action.device);
  if (action.kind == ACTION_DIE)
    client_die (&client);
  else
    client_disconnect (&client);
}

/* ---- what happens ---- */

static void
pay (guint8 *budget)
{
  if (*budget > 0)
    (*budget)--;
}

static void
pay_for (World *world, Action action)
{
  if (action.kind == ACTION_INVITE)
    pay (&world->left.invites);
  else if (action.kind <= ACTION_BYE)
    pay (&world->left.acts);
  else if (action.kind <= ACTION_DIE)
    pay (&world->left.breaks);
  else if (action.kind == ACTION_TICK)
    pay (&world->left.ticks);
  else if (action.kind <= ACTION_STOP)
    pay (&world->left.crashes);
}

static void
take_action (Model *model, World *world, Action action)
{
  Client client = { NULL };
  JudgeInput input = { 0 };

  if (action.device > 0)
    client = get_client (model, world, action.device);
  switch ((ActionKind) action.kind)
    {
    case ACTION_BREAK:
    case ACTION_CUT:
    case ACTION_SILENCE:
    case ACTION_DIE:
      lose_connection (model, world, action);
      break;
    case ACTION_TICK:
    case ACTION_WAIT:
      input.kind = JUDGE_TICK;
      ask_judge (model, world, input);
      break;
    case ACTION_COMMIT:
      input.kind = JUDGE_COMMIT;
      ask_judge (model, world, input);
      break;
    case ACTION_CRASH:
    case ACTION_LATE:
      input.kind = JUDGE_CRASH;
      input.late = action.kind == ACTION_LATE;
      lose_all_connections (model, world);
      ask_judge (model, world, input);
      break;
    case ACTION_STOP:
      input.kind = JUDGE_STOP;
      ask_judge (model, world, input);
      lose_all_connections (model, world);
      break;
    case ACTION_CONNECT:
      client_connect (&client);
      break;
    case ACTION_SEND:
      server_reads (model, world, action.device, world_get_device (world, action.device)->label);
      break;
    case ACTION_SEND_OLD:
      server_reads (model, world, action.device,
                    find_old_connection (world_get_device (world, action.device)));
      break;
    case ACTION_READ:
      device_reads (model, world, action.device);
      break;
    case ACTION_NOTICE:
      leave_connection (world, action.device);
      client_disconnect (&client);
      break;
    case ACTION_INVITE:
    case ACTION_ADD:
    case ACTION_ACCEPT:
    case ACTION_REJECT:
    case ACTION_CANCEL:
    case ACTION_LEAVE:
    case ACTION_END:
    case ACTION_JOIN:
    case ACTION_SIGNAL:
    case ACTION_BYE:
      client_act (&client, action);
      break;
    case N_ACTIONS:
    default:
      g_assert_not_reached ();
    }
}

/* What is sent on a connection that the server has closed goes nowhere. */
static void
drop_lost_frames (Model *model, World *world)
{
  for (guint i = 0; i < model->n_devices; i++)
    if (world->devices[i].in_closed)
      drop_out (&world->devices[i], world->devices[i].label);
}

/* ---- what changes nothing for anybody ---- */

/* Whether it comes now or later is the same to whoever looks: after a break it would be told again.
 */
static gboolean
is_news (Model *model, guint16 number)
{
  const ServerFrame *frame = wire_get_server (model->wire, number);

  return frame->kind != WIRE_EVENT ||
         (frame->type != BECKON_HISTORY_CHANGED && frame->type != BECKON_HISTORY_MISSED &&
          frame->type != BECKON_CALL_RINGING && frame->type != BECKON_CALL_OFFLINE);
}

/* An acknowledgement lets the server forget; a hello that goes on does the same. */
static gboolean
is_silent (Model *model, guint16 number)
{
  const ClientFrame *frame = wire_get_client (model->wire, number);

  return frame->type == BECKON_MESSAGE_NONE && !frame->rings;
}

static gboolean
settle_device (Model *model, World *world, guint8 number)
{
  const Device *device = world_get_device (world, number);

  if (device->link == LINK_READY && device->n_in > 0 && !is_news (model, device->in[0]))
    {
      device_reads (model, world, number);
      drop_lost_frames (model, world);
      return TRUE;
    }
  for (guint label = 0; label < 2; label++)
    if (device->n_out[label] > 0 && is_silent (model, device->out[label][0]) &&
        get_facts (model, world)->n_open < JUDGE_STEPS_OPEN)
      {
        server_reads (model, world, number, label);
        return TRUE;
      }
  return FALSE;
}

/* So there are fewer orders in which the same happens. */
static void
settle (Model *model, World *world)
{
  gboolean more = !model->every_order;

  while (more && model->violation == NULL)
    {
      more = FALSE;
      for (guint8 number = 1; number <= model->n_devices; number++)
        more |= settle_device (model, world, number);
    }
}

gboolean
world_take (Model *model, World *world, Action action)
{
  if (model->log != NULL)
    {
      g_autofree char *text = action_to_string (model, action);

      g_string_append_printf (model->log, "  %s\n", text);
    }
  pay_for (world, action);
  take_action (model, world, action);
  if (model->violation != NULL)
    return FALSE;
  drop_lost_frames (model, world);
  settle (model, world);
  if (world_is_quiet (model, world))
    world_check (model, world);
  return model->violation == NULL;
}

/* ---- what may happen ---- */

gboolean
world_is_quiet (Model *model, const World *world)
{
  for (guint i = 0; i < model->n_devices; i++)
    {
      const Device *device = &world->devices[i];

      if (device->link != LINK_READY || device->n_in > 0 || device->n_out[0] > 0 ||
          device->n_out[1] > 0 || device->out_closed[0] || device->out_closed[1] ||
          device->in_closed)
        return FALSE;
    }
  return get_facts (model, world)->committed;
}

static void
add (GArray *actions, ActionKind kind, guint8 device)
{
  const Action action = { kind, device, 0 };

  g_array_append_val (actions, action);
}

static void
list_transport (const Device *device, guint8 number, gboolean open, GArray *actions)
{
  const gboolean linked = device->link != LINK_OUT && device->link != LINK_OFFLINE;

  if (!linked && !device->out_closed[device->label])
    add (actions, ACTION_CONNECT, number);
  if (device->n_in > 0)
    add (actions, ACTION_READ, number);
  if (device->in_closed)
    add (actions, ACTION_NOTICE, number);
  if (!open)
    return;
  if (linked && device->n_out[device->label] > 0)
    add (actions, ACTION_SEND, number);
  if (find_old_connection (device) >= 0)
    add (actions, ACTION_SEND_OLD, number);
}

static void
list_breaks (Model *model, const World *world, guint8 number, gboolean open, GArray *actions)
{
  const Device *device = world_get_device (world, number);
  const gboolean linked = device->link != LINK_OUT && device->link != LINK_OFFLINE;

  if (!linked || device->in_closed || find_old_connection (device) >= 0)
    return;
  add (actions, ACTION_BREAK, number);
  if (device->n_out[device->label] > 0)
    add (actions, ACTION_CUT, number);
  add (actions, ACTION_DIE, number);
  if (open && get_facts (model, world)->connected[number] & 1 << device->label)
    add (actions, ACTION_SILENCE, number);
}

/* What only that device sees, once nothing is left that could come between: in which order several
 * of them do such things makes no difference. Returns: whether there is any. */
static gboolean
list_private (const World *world, guint8 number, GArray *actions)
{
  const Budget *left = &world->left;
  const Device *device = world_get_device (world, number);
  const gboolean linked = device->link != LINK_OUT && device->link != LINK_OFFLINE;
  const gboolean idle = left->acts == 0 && left->invites == 0;
  const gboolean safe = left->breaks == 0 && left->crashes == 0;

  if (safe && !linked && !device->out_closed[device->label])
    add (actions, ACTION_CONNECT, number);
  else if (idle && (safe || device->in_closed) && device->n_in > 0)
    add (actions, ACTION_READ, number);
  if (idle && device->in_closed)
    add (actions, ACTION_NOTICE, number);
  return actions->len > 0;
}

/* Whoever is in a call hangs up at last. */
static void
list_last_acts (Model *model, const World *world, GArray *actions)
{
  for (guint8 number = 1; number <= model->n_devices; number++)
    if (world_get_device (world, number)->state == BECKON_CALL_STATE_CALLING)
      add (actions, ACTION_LEAVE, number);
}

void
world_list_actions (Model *model, const World *world, GArray *actions)
{
  const JudgeFacts *facts = get_facts (model, world);
  const gboolean open = facts->n_open < JUDGE_STEPS_OPEN;
  const gboolean quiet = world_is_quiet (model, world);
  guint kept = 0;

  g_array_set_size (actions, 0);
  for (guint8 number = 1; number <= model->n_devices && !model->every_order; number++)
    if (list_private (world, number, actions))
      return;
  for (guint8 number = 1; number <= model->n_devices; number++)
    {
      /* which looks, and changes nothing */
      Client client = get_client (model, (World *) world, number);

      client_list_acts (&client, &world->left, actions);
      if (world->left.breaks > 0)
        list_breaks (model, world, number, open, actions);
    }
  if (world->left.crashes > 0)
    {
      add (actions, ACTION_CRASH, 0);
      add (actions, ACTION_LATE, 0);
      add (actions, ACTION_STOP, 0);
    }
  if (!quiet && open && facts->timers && world->left.ticks > 0)
    add (actions, ACTION_TICK, 0);
  for (guint i = 0; i < actions->len; i++)
    if (model->scenario->actions & 1u << g_array_index (actions, Action, i).kind)
      g_array_index (actions, Action, kept++) = g_array_index (actions, Action, i);
  g_array_set_size (actions, kept);

  for (guint8 number = 1; number <= model->n_devices; number++)
    list_transport (world_get_device (world, number), number, open, actions);
  if (!facts->committed)
    add (actions, ACTION_COMMIT, 0);
  if (quiet && facts->timers)
    add (actions, ACTION_WAIT, 0);
  else if (quiet && kept == 0)
    list_last_acts (model, world, actions);
}

/* ---- the beginning ---- */

gboolean
world_start (Model *model, const Budget *budget, World *world)
{
  g_autoptr (GArray) actions = g_array_new (FALSE, FALSE, sizeof (Action));

  memset (world, 0, sizeof *world);
  world->judge = judge_start (model->judge);
  for (guint8 number = 1; number <= model->n_devices; number++)
    {
      Client client = get_client (model, world, number);

      client_start (&client);
    }
  world_list_actions (model, world, actions);
  while (actions->len > 0)
    {
      if (!world_take (model, world, g_array_index (actions, Action, 0)))
        return FALSE;
      world_list_actions (model, world, actions);
    }
  world->left = *budget;
  return TRUE;
}

/* ---- words ---- */

char *
action_to_string (Model *model, Action action)
{
  GString *text = g_string_new (NULL);

  if (action.device > 0)
    g_string_append_printf (text, "%s:", wire_device_name (model->wire, action.device));
  g_string_append (text, action_names[action.kind]);
  if (action.kind == ACTION_JOIN)
    g_string_append_printf (text, ":n%u", action.arg);
  else if (action.arg != 0)
    {
      g_string_append_c (text, ':');
      for (guint8 user = 1; user <= WIRE_USERS; user++)
        if (action.arg & 1 << user)
          g_string_append (text, wire_user_name (user));
    }
  return g_string_free (text, FALSE);
}

gboolean
action_from_string (Model *model, const char *text, Action *action)
{
  g_auto (GStrv) words = g_strsplit (text, ":", -1);
  const guint n = g_strv_length (words);
  guint i = 0;

  *action = (Action){ N_ACTIONS };
  if (n == 0)
    return FALSE;
  action->device = wire_device (model->wire, words[0]);
  if (action->device > 0)
    i++;
  for (guint kind = 0; i < n && kind < N_ACTIONS; kind++)
    if (g_str_equal (words[i], action_names[kind]))
      action->kind = kind;
  if (action->kind == N_ACTIONS)
    return FALSE;
  if (++i < n && action->kind == ACTION_JOIN)
    action->arg = wire_id (words[i]);
  else
    for (const char *user = i < n ? words[i] : ""; *user >= 'a' && *user <= 'c'; user++)
      action->arg |= 1 << (*user - 'a' + 1);
  return TRUE;
}

char *
world_describe (Model *model, const World *world)
{
  g_autofree char *judge = judge_describe (model->judge, world->judge);
  GString *text = g_string_new (judge);

  for (guint8 number = 1; number <= model->n_devices; number++)
    {
      const Device *device = world_get_device (world, number);

      g_string_append_printf (
          text, "%s: link %u session n%u seq %u, call n%u %s joined %u rung %u%s%s\n",
          wire_device_name (model->wire, number), device->link, device->session, device->seq,
          device->call, beckon_call_state_to_string (device->state), device->joined, device->rung,
          device->accepting ? " accepting" : "", device->joining ? " joining" : "");
    }
  return g_string_free (text, FALSE);
}
