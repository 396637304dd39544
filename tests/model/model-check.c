/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The model check: every interleaving of what people do and what goes wrong, to the depth that
 * scenarios.c gives, with the server's own hub as the judge. See docs/testing.md. */

#define G_LOG_DOMAIN "model"

#include "config.h"

#include <locale.h>
#include <stdlib.h>

#include "scenarios.h"
#include "search.h"
#include "traces.h"

/* What a run of everything looks at, at least. */
#define STATES_MIN 1000000

typedef struct
{
  Model *model; /* the one that is at work */
  guint n_points;
  guint n_failed;
  guint64 n_states;
} Check;

typedef struct
{
  char *scenario; /* nullable: only this one */
  char *replay;   /* nullable */
  char *numbers;  /* nullable: of a budget */
  Budget budget;
  gint64 states; /* 0: as many as there are */
  gboolean quick;
} Options;

/* ---- results ---- */

static void report (Check *check, gboolean passed, const char *format, ...) G_GNUC_PRINTF (3, 4);

static void
report (Check *check, gboolean passed, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  check->n_points++;
  check->n_failed += !passed;
  g_print ("%sok %u - %s\n", passed ? "" : "not ", check->n_points, text);
}

static void
explain (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    g_print ("# %s\n", lines[i]);
}

/* In the model nothing happens of which the server has to tell its operator. */
static GLogWriterOutput
on_log (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  Check *check = user_data;
  g_autofree char *text = NULL;

  if ((level & G_LOG_LEVEL_MASK) > G_LOG_LEVEL_MESSAGE)
    return G_LOG_WRITER_HANDLED;
  text = g_log_writer_format_fields (level, fields, n_fields, FALSE);
  if ((level & G_LOG_LEVEL_MESSAGE) == 0 || check->model == NULL)
    return g_log_writer_default (level, fields, n_fields, NULL);
  model_fail (check->model, "The server says: %s", text);
  return G_LOG_WRITER_HANDLED;
}

/* ---- traces ---- */

static const Scenario *
find_scenario (const char *name)
{
  const Scenario *scenario = NULL;

  for (guint i = 0; (scenario = scenarios_get (i)) != NULL; i++)
    if (g_str_equal (scenario->name, name))
      break;
  return scenario;
}

/* Returns: whether all went well; tells what happened, if not or if asked to. */
static gboolean
replay (Check *check, const Scenario *scenario, const char *actions, gboolean tell)
{
  g_autoptr (Model) model = check->model = model_new (scenario);
  g_autoptr (GString) log = model->log = g_string_new (NULL);
  const gboolean fine = search_replay (model, actions);

  check->model = NULL;
  if (tell || !fine)
    explain (log->str);
  if (!fine)
    explain (model->violation);
  return fine;
}

static void
check_traces (Check *check)
{
  const Trace *trace;

  for (guint i = 0; (trace = traces_get (i)) != NULL; i++)
    report (check, replay (check, find_scenario (trace->scenario), trace->actions, FALSE), "%s",
            trace->name);
}

/* ---- scenarios ---- */

static void
check_run (Check *check, const Scenario *scenario, Budget budget, gint64 limit)
{
  const gint64 start = g_get_monotonic_time ();
  g_autoptr (Model) model = check->model = model_new (scenario);
  g_autofree char *way = NULL;
  SearchCount count;
  const gboolean fine = search_run (model, &budget, limit, &count, &way);

  check->model = NULL;
  check->n_states += count.states;
  report (check, fine && (count.complete || limit > 0), "%s: %s, %" G_GUINT64_FORMAT " states",
          scenario->name, scenario->about, count.states);
  g_print ("# %u invites, %u acts, %u breaks, %u crashes, %u early timers: %" G_GUINT64_FORMAT
           " transitions, %u deep%s, %" G_GUINT64_FORMAT
           " ends; the judge: %u states, %u steps; %.1f s\n",
           budget.invites, budget.acts, budget.breaks, budget.crashes, budget.ticks,
           count.transitions, count.depth, count.complete ? "" : ", cut", count.ends,
           count.judge.states, count.judge.steps, (g_get_monotonic_time () - start) / 1e6);
  if (fine)
    return;
  explain (model->violation);
  if (way != NULL)
    g_print ("# once more: model-check --scenario %s --replay '%s'\n", scenario->name, way);
}

static Budget
raise_budget (Budget budget)
{
  return (Budget){ budget.invites + 1, budget.acts + 1, budget.breaks + 1, budget.crashes + 1,
                   budget.ticks + 1 };
}

static void
check_scenario (Check *check, const Scenario *scenario, const Options *options)
{
  if (options->numbers != NULL)
    check_run (check, scenario, options->budget, options->states);
  else if (options->quick)
    check_run (check, scenario, scenario->quick, options->states);
  else
    for (guint i = 0; i < G_N_ELEMENTS (scenario->budgets) && scenario->budgets[i].invites > 0; i++)
      check_run (check, scenario,
                 options->states > 0 ? raise_budget (scenario->budgets[i]) : scenario->budgets[i],
                 options->states);
}

/* ---- the check itself ---- */

static gboolean
is_found_out (Check *check, const char *scenario, JudgeFlaw flaw)
{
  const Budget budget = { 1, 1, 0, 1, 0 };
  g_autoptr (Model) model = check->model = model_new (find_scenario (scenario));
  g_autofree char *way = NULL;
  SearchCount count;
  gboolean found;

  judge_set_flaw (model->judge, flaw);
  found = !search_run (model, &budget, 0, &count, &way);
  check->model = NULL;
  return found;
}

static void
check_finds (Check *check)
{
  const char kinds[] = "snerocm";

  for (guint i = 0; kinds[i] != '\0'; i++)
    report (check, is_found_out (check, "signals", (JudgeFlaw){ .forgets = kinds[i] }),
            "a server that forgets what it recorded as “%c” is found out", kinds[i]);
  report (check, is_found_out (check, "slow", (JudgeFlaw){ .hasty = TRUE }),
          "a server that says what it has not written down is found out");
}

/* What the search leaves out because it is the same in another order is so: it comes to the same
 * ends. */
static void
check_orders (Check *check, const Scenario *scenario)
{
  const Budget budget = { 1, 1, 1, 0, 0 };
  SearchCount count[2];
  gboolean fine = TRUE;

  for (guint i = 0; i < G_N_ELEMENTS (count); i++)
    {
      g_autoptr (Model) model = check->model = model_new (scenario);
      g_autofree char *way = NULL;

      model->every_order = i > 0;
      fine &= search_run (model, &budget, 0, &count[i], &way);
      check->model = NULL;
    }
  report (check, fine && count[0].ends == count[1].ends,
          "%s: %" G_GUINT64_FORMAT " states and %" G_GUINT64_FORMAT
          " come to the same %" G_GUINT64_FORMAT " ends",
          scenario->name, count[0].states, count[1].states, count[0].ends);
}

static void
check_all (Check *check, const Options *options)
{
  const Scenario *scenario;

  check_finds (check);
  check_traces (check);
  for (guint i = 0; (scenario = scenarios_get (i)) != NULL; i++)
    check_scenario (check, scenario, options);
  if (options->quick)
    return;
  check_orders (check, find_scenario ("two"));
  check_orders (check, find_scenario ("bye"));
  report (check, check->n_states >= STATES_MIN, "%" G_GUINT64_FORMAT " states, at least %u",
          check->n_states, STATES_MIN);
}

/* ---- the program ---- */

static gboolean
read_budget (const char *text, Budget *budget)
{
  g_auto (GStrv) words = g_strsplit (text, ",", -1);
  guint8 *const numbers[] = { &budget->invites, &budget->acts, &budget->breaks, &budget->crashes,
                              &budget->ticks };

  if (g_strv_length (words) != G_N_ELEMENTS (numbers))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      guint64 number;

      if (!g_ascii_string_to_unsigned (words[i], 10, 0, 9, &number, NULL))
        return FALSE;
      *numbers[i] = number;
    }
  return TRUE;
}

static gboolean
read_options (Options *options, int *argc, char ***argv)
{
  const GOptionEntry entries[] = {
    { "scenario", 0, 0, G_OPTION_ARG_STRING, &options->scenario, "Look at only one scenario",
      "NAME" },
    { "replay", 0, 0, G_OPTION_ARG_STRING, &options->replay,
      "Do what a trace says, and tell what happens", "TRACE" },
    { "budget", 0, 0, G_OPTION_ARG_STRING, &options->numbers,
      "How many invites, other acts, breaks, crashes and early timers a run may have",
      "I,A,B,C,T" },
    { "states", 0, 0, G_OPTION_ARG_INT64, &options->states,
      "Stop after so many states of a scenario; without a budget, one more of everything", "N" },
    { "quick", 0, 0, G_OPTION_ARG_NONE, &options->quick, "Less of everything, for a slow build",
      NULL },
    { NULL }
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, argc, argv, &error))
    {
      g_printerr ("model-check: %s\n", error->message);
      return FALSE;
    }
  if (options->scenario != NULL && find_scenario (options->scenario) == NULL)
    {
      g_printerr ("model-check: there is no scenario “%s”\n", options->scenario);
      return FALSE;
    }
  if (options->numbers != NULL && !read_budget (options->numbers, &options->budget))
    {
      g_printerr ("model-check: a budget is five numbers from 0 to 9\n");
      return FALSE;
    }
  return TRUE;
}

int
main (int argc, char *argv[])
{
  Check check = { NULL };
  Options options = { NULL };

  setlocale (LC_ALL, "");
  if (!read_options (&options, &argc, &argv))
    return 2;
  g_log_set_writer_func (on_log, &check, NULL);
  if (options.replay != NULL)
    report (&check,
            replay (&check, find_scenario (options.scenario != NULL ? options.scenario : "two"),
                    options.replay, TRUE),
            "replay");
  else if (options.scenario != NULL)
    check_scenario (&check, find_scenario (options.scenario), &options);
  else
    check_all (&check, &options);
  g_print ("1..%u\n", check.n_points);
  g_free (options.scenario);
  g_free (options.replay);
  g_free (options.numbers);
  return check.n_failed > 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
