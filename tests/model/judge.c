/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "model"

#include "config.h"

#include "judge-private.h"

#include "fake-accounts.h"

typedef struct
{
  guint32 from;
  JudgeInput input;
  guint32 to;
  guint32 first_output;
  guint32 n_outputs;
} Step;

/* ---- what must never be ---- */

void
judge_fail (Judge *self, const char *format, ...)
{
  va_list args;

  if (self->violation != NULL)
    return; /* what comes of it tells nothing new */
  va_start (args, format);
  self->violation = g_strdup_vprintf (format, args);
  va_end (args);
}

const char *
judge_get_violation (Judge *self)
{
  return self->violation;
}

/* ---- states ---- */

static guint64
hash_description (const GString *text, const JudgeState *state)
{
  guint64 hash = G_GUINT64_CONSTANT (14695981039346656037) + state->last_id + (state->n_tail << 8) +
                 (state->n_tail > 0 ? (guint64) state->base << 16 : 0);

  for (gsize i = 0; i < text->len; i++)
    {
      hash = (hash ^ (guchar) text->str[i]) * G_GUINT64_CONSTANT (1099511628211);
      hash ^= hash >> 29;
    }
  return hash;
}

static void
state_free (JudgeState *state)
{
  g_free (state->entries);
  g_free (state);
}

static JudgeState *
get_state (Judge *self, guint32 number)
{
  return g_ptr_array_index (self->states, number);
}

const JudgeFacts *
judge_get_facts (Judge *self, guint32 number)
{
  return &get_state (self, number)->facts;
}

/* What @run came to from @before by @input; both are %NULL for the first. */
static JudgeState *
new_state (JudgeRun *run, const JudgeState *before, const JudgeInput *input)
{
  Judge *self = run->judge;
  JudgeState *state = g_new0 (JudgeState, 1);
  g_autoptr (GString) text = g_string_sized_new (2048);

  judge_run_save (run, state);
  judge_run_get_facts (run, &state->facts);
  state->facts.timers = state->next > 0;
  state->facts.overdue = state->next > 0 && state->next <= state->now;
  state->facts.committed = !self->slow || beckon_store_get_barrier (run->store) ==
                                              beckon_store_get_committed (run->store);
  judge_run_describe (run, text);
  if (state->facts.committed)
    {
      judge_take_memory (self, state, run->memory);
      state->facts.rows = judge_count_rows (self, state);
    }
  else
    {
      state->base = before->base;
      memcpy (state->tail, before->tail, sizeof state->tail);
      state->tail[before->n_tail] = *input;
      state->n_tail = state->facts.n_open = before->n_tail + 1;
    }
  state->key = hash_description (text, state);
  return state;
}

/* @state: (transfer full) */
static guint32
put_state (Judge *self, JudgeState *state)
{
  gpointer found;
  guint32 number;

  if (g_hash_table_lookup_extended (self->numbers, &state->key, NULL, &found))
    {
      state_free (state);
      return GPOINTER_TO_UINT (found);
    }
  number = self->states->len;
  if (state->facts.committed)
    state->base = number;
  g_ptr_array_add (self->states, state);
  g_hash_table_insert (self->numbers, &state->key, GUINT_TO_POINTER (number));
  return number;
}

/* ---- steps ---- */

static guint
step_hash (gconstpointer step)
{
  const Step *self = step;
  guint64 hash = self->from;

  hash = hash * 6364136223846793005u + self->input.frame;
  hash = hash * 6364136223846793005u + self->input.kind * 64 + self->input.device * 8 +
         self->input.label * 2 + self->input.late;
  return hash >> 24;
}

static gboolean
step_equal (gconstpointer a, gconstpointer b)
{
  const Step *first = a, *second = b;

  return first->from == second->from &&
         memcmp (&first->input, &second->input, sizeof first->input) == 0;
}

static JudgeRun *start_from (Judge *self, const JudgeState *state);

/* Returns: (transfer full): how the hub described itself that wrote the record of @state. */
static char *
describe_writer (Judge *self, const JudgeState *state)
{
  const JudgeState *before = get_state (self, state->from);
  g_autoptr (JudgeRun) run = start_from (self, before);
  GString *text = g_string_new (NULL);

  judge_run_take (run, before, &state->by);
  judge_run_describe (run, text);
  return g_string_free (text, FALSE);
}

static void
check_record (JudgeRun *run, JudgeState *state)
{
  g_autoptr (GString) text = g_string_sized_new (2048);

  judge_run_describe (run, text);
  state->read = TRUE;
  if (hash_description (text, state) != state->key)
    {
      g_autofree char *writer = describe_writer (run->judge, state);

      judge_fail (run->judge,
                  "The record does not tell all. Who wrote it said\n%s\nand who read it says\n%s",
                  writer, text->str);
    }
}

/* Returns: (transfer full): a hub in that state. */
static JudgeRun *
start_from (Judge *self, const JudgeState *state)
{
  JudgeState *base = get_state (self, state->base);
  JudgeRun *run = judge_run_new (self, base);

  if (!base->read)
    check_record (run, base);
  for (guint i = 0; i < state->n_tail; i++)
    {
      judge_run_take (run, base, &state->tail[i]);
      g_array_set_size (run->outputs, 0); /* it has been sent */
    }
  return run;
}

/* Returns: (nullable): %NULL: there is a violation. */
static const Step *
take_step (Judge *self, guint32 from, const JudgeInput *input)
{
  const JudgeState *before = get_state (self, from);
  g_autoptr (JudgeRun) run = start_from (self, before);
  JudgeState *after;
  Step *step;

  if (self->violation != NULL)
    return NULL;
  judge_run_take (run, before, input);
  after = new_state (run, before, input);
  after->from = from;
  after->by = *input;
  /* what was not committed has not been told to anybody either */
  judge_check (run, input->kind == JUDGE_CRASH ? get_state (self, before->base) : before, input,
               after);
  step = g_new (Step, 1);
  *step = (Step){ from, *input, put_state (self, after), self->outputs->len, run->outputs->len };
  g_array_append_vals (self->outputs, run->outputs->data, run->outputs->len);
  g_hash_table_add (self->steps, step);
  return step;
}

gboolean
judge_step (Judge *self,
            guint32 state,
            JudgeInput input,
            guint32 *next,
            const JudgeOutput **outputs,
            guint *n_outputs)
{
  const Step wanted = { state, input };
  const Step *step = g_hash_table_lookup (self->steps, &wanted);

  if (step == NULL)
    step = take_step (self, state, &input);
  if (step == NULL)
    return FALSE;
  *next = step->to;
  *outputs = &g_array_index (self->outputs, JudgeOutput, step->first_output);
  *n_outputs = step->n_outputs;
  return self->violation == NULL;
}

void
judge_set_flaw (Judge *self, JudgeFlaw flaw)
{
  self->flaw = flaw;
}

guint32
judge_start (Judge *self)
{
  g_autoptr (JudgeRun) run = judge_run_new (self, NULL);

  return put_state (self, new_state (run, NULL, NULL));
}

JudgeCount
judge_get_count (Judge *self)
{
  return (JudgeCount){ self->states->len, g_hash_table_size (self->steps) };
}

char *
judge_describe (Judge *self, guint32 state)
{
  g_autoptr (JudgeRun) run = start_from (self, get_state (self, state));
  GString *text = g_string_new (NULL);

  judge_run_describe (run, text);
  return g_string_free (text, FALSE);
}

/* ---- life ---- */

/* Short and long times as they are in a real server; but nobody is too fast, and no reply is
 * forgotten while a client may ask for it again: a frame of the model may be on its way for longer
 * than any real one. */
static BeckonServerConfig *
new_config (void)
{
  BeckonServerConfig *config = beckon_server_config_new ();

  config->ring_seconds = 90;
  config->caller_grace = 8;
  config->member_grace = 20;
  config->session_seconds = 60;
  config->presence_grace = 30;
  config->invitations_per_callee = 20;
  config->signal_bytes_per_minute = 1000000;
  config->requests_per_minute = 1000000;
  config->invitations_per_minute = 1000000;
  config->silence_seconds = 1000000;
  return config;
}

Judge *
judge_new (Wire *wire, const char *const *devices, gboolean slow)
{
  Judge *self = g_new0 (Judge, 1);

  self->wire = wire;
  self->devices = devices;
  self->n_devices = g_strv_length ((char **) devices);
  g_assert (self->n_devices <= JUDGE_DEVICES);
  self->slow = slow;
  self->config = new_config ();
  self->metrics = beckon_metrics_new ();
  self->accounts = fake_accounts_new ();
  self->states = g_ptr_array_new_with_free_func ((GDestroyNotify) state_free);
  self->numbers = g_hash_table_new (g_int64_hash, g_int64_equal);
  self->steps = g_hash_table_new_full (step_hash, step_equal, g_free, NULL);
  self->outputs = g_array_new (FALSE, FALSE, sizeof (JudgeOutput));
  judge_pool_init (self);
  return self;
}

void
judge_free (Judge *self)
{
  g_hash_table_unref (self->steps);
  g_hash_table_unref (self->numbers);
  g_ptr_array_unref (self->states);
  g_array_unref (self->outputs);
  judge_pool_clear (self);
  g_object_unref (self->accounts);
  beckon_metrics_free (self->metrics);
  beckon_server_config_free (self->config);
  g_free (self->violation);
  g_free (self);
}
