/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-server"

#include "config.h"

#include "metrics.h"

/* Values of one counter's label; every one is a line that is kept for ever by who reads them. */
#define SERIES_MAX 64
#define OTHER "other"
/* With room for labels that are written in several places. */
#define SLOT_BITS 8
#define N_SLOTS (1 << SLOT_BITS)
#define BUCKETS_MAX 14

/* ---- the tables ---- */

typedef struct
{
  const char *name, *help;
} GaugeInfo;

static const GaugeInfo gauges[] = {
  [BECKON_GAUGE_CONNECTIONS] = { "beckon_connections", "Open WebSockets, also before hello." },
  [BECKON_GAUGE_SESSIONS] = { "beckon_sessions",
                              "Sessions, also those without a connection that can be resumed." },
  [BECKON_GAUGE_CALLS_RINGING] = { "beckon_calls_ringing", "Calls that nobody has accepted yet." },
  [BECKON_GAUGE_CALLS_RUNNING] = { "beckon_calls_running", "Calls with people in them." },
  [BECKON_GAUGE_QUEUE_BYTES] = { "beckon_queue_bytes", "Frames that wait to be read by clients." },
  [BECKON_GAUGE_STORE_FAILING] = { "beckon_store_failing",
                                   "1 while the database cannot be written." },
  [BECKON_GAUGE_DRAINING] = { "beckon_draining", "1 while the server stops." },
};
G_STATIC_ASSERT (G_N_ELEMENTS (gauges) == BECKON_N_GAUGES);

typedef struct
{
  const char *name, *label, *help;
} CounterInfo;

static const CounterInfo counters[] = {
  [BECKON_COUNTER_RESUMES] = { "beckon_resumes_total", "result",
                               "Sessions that clients wanted to go on with." },
  [BECKON_COUNTER_CALLS] = { "beckon_calls_total", "result", "Calls that ended, by how." },
  [BECKON_COUNTER_REQUESTS] = { "beckon_requests_total", "type", "Requests of clients." },
  [BECKON_COUNTER_ERRORS] = { "beckon_errors_total", "code", "Requests that were refused." },
  [BECKON_COUNTER_CLOSES] = { "beckon_closes_total", "code",
                              "WebSockets that were closed, by close code." },
  [BECKON_COUNTER_RATE_LIMITED] = { "beckon_rate_limited_total", "limit",
                                    "What was refused for being too fast." },
  [BECKON_COUNTER_SIGN_INS] = { "beckon_sign_ins_total", "result", "Sign-ins with a password." },
  [BECKON_COUNTER_EVENTS] = { "beckon_events_total", "type", "Events for clients." },
};
G_STATIC_ASSERT (G_N_ELEMENTS (counters) == BECKON_N_COUNTERS);

typedef struct
{
  const char *name, *help;
  double bounds[BUCKETS_MAX]; /* seconds, rising; 0 ends them */
} HistogramInfo;

static const HistogramInfo histograms[] = {
  [BECKON_HISTOGRAM_INVITE_TO_RING] = { "beckon_invite_to_ring_seconds",
                                        "From call.invite to the first call.ringing.",
                                        { 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5,
                                          1, 2.5, 5, 10 } },
  [BECKON_HISTOGRAM_INVITE_TO_ACCEPT] = { "beckon_invite_to_accept_seconds",
                                          "From call.invite to the first accept.",
                                          { 0.1, 0.5, 1, 2, 5, 10, 15, 20, 30, 45, 60, 90, 600 } },
  [BECKON_HISTOGRAM_LOOP_LAG] = { "beckon_loop_lag_seconds",
                                  "How late the timers of the main loop are.",
                                  { 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5,
                                    5 } },
  [BECKON_HISTOGRAM_STORE_COMMIT] = { "beckon_store_commit_seconds",
                                      "From handing changes to the database until they are kept.",
                                      { 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005,
                                        0.01, 0.025, 0.05, 0.1, 0.5, 1, 5 } },
};
G_STATIC_ASSERT (G_N_ELEMENTS (histograms) == BECKON_N_HISTOGRAMS);

/* ---- what was counted ---- */

typedef struct
{
  const char *key; /* only its address is looked at; NULL: free */
  guint series;
} Slot;

typedef struct
{
  char *label;
  guint64 count;
} Series;

typedef struct
{
  Series series[SERIES_MAX + 1]; /* the last one is of all the others */
  guint n_series;
  Slot slots[N_SLOTS]; /* a hash table of addresses, so that a label is compared once and not each
                          time */
  guint n_slots;
} Counter;

typedef struct
{
  guint64 counts[BUCKETS_MAX + 1]; /* each without those below it; the last one: over all bounds */
  double sum;
} Histogram;

struct _BeckonMetrics
{
  gint64 gauges[BECKON_N_GAUGES];
  Counter counters[BECKON_N_COUNTERS];
  Histogram histograms[BECKON_N_HISTOGRAMS];
};

BeckonMetrics *
beckon_metrics_new (void)
{
  return g_new0 (BeckonMetrics, 1);
}

void
beckon_metrics_free (BeckonMetrics *self)
{
  for (guint counter = 0; counter < BECKON_N_COUNTERS; counter++)
    for (guint i = 0; i <= SERIES_MAX; i++)
      g_free (self->counters[counter].series[i].label);
  g_free (self);
}

void
beckon_metrics_add (BeckonMetrics *self, BeckonGauge gauge, gint64 change)
{
  g_return_if_fail (self != NULL && gauge < BECKON_N_GAUGES);

  self->gauges[gauge] += change;
}

void
beckon_metrics_set (BeckonMetrics *self, BeckonGauge gauge, gint64 value)
{
  g_return_if_fail (self != NULL && gauge < BECKON_N_GAUGES);

  self->gauges[gauge] = value;
}

/* Returns: the index of the series with that label, a new one if there is room for it. */
static guint
find_series (Counter *self, const char *label)
{
  for (guint i = 0; i < self->n_series; i++)
    if (g_str_equal (self->series[i].label, label))
      return i;
  if (self->n_series == SERIES_MAX || g_str_equal (label, OTHER))
    {
      if (self->series[SERIES_MAX].label == NULL)
        self->series[SERIES_MAX].label = g_strdup (OTHER);
      return SERIES_MAX;
    }
  self->series[self->n_series].label = g_strdup (label);
  return self->n_series++;
}

void
beckon_metrics_count (BeckonMetrics *self, BeckonCounter counter, const char *label)
{
  Counter *table;
  guint place, series;

  g_return_if_fail (self != NULL && counter < BECKON_N_COUNTERS && label != NULL);

  table = &self->counters[counter];
  /* Fibonacci hashing: the lowest bits of addresses are much alike. */
  place = (guint32) (GPOINTER_TO_SIZE (label) * 2654435769u) >> (32 - SLOT_BITS);
  while (table->slots[place].key != label && table->slots[place].key != NULL)
    place = (place + 1) % N_SLOTS;
  if (table->slots[place].key != NULL)
    {
      table->series[table->slots[place].series].count++;
      return;
    }
  series = find_series (table, label);
  table->series[series].count++;
  if (table->n_slots < N_SLOTS / 2)
    {
      table->slots[place] = (Slot){ label, series };
      table->n_slots++;
    }
}

void
beckon_metrics_observe (BeckonMetrics *self, BeckonHistogram histogram, double seconds)
{
  const double *bounds;
  guint i = 0;

  g_return_if_fail (self != NULL && histogram < BECKON_N_HISTOGRAMS && seconds >= 0);

  bounds = histograms[histogram].bounds;
  while (i < BUCKETS_MAX && bounds[i] > 0 && seconds > bounds[i])
    i++;
  self->histograms[histogram].counts[i]++;
  self->histograms[histogram].sum += seconds;
}

/* ---- the text ---- */

static void
append_head (GString *text, const char *name, const char *help, const char *type)
{
  g_string_append_printf (text, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void
append_gauges (BeckonMetrics *self, GString *text)
{
  for (guint i = 0; i < BECKON_N_GAUGES; i++)
    {
      append_head (text, gauges[i].name, gauges[i].help, "gauge");
      g_string_append_printf (text, "%s %" G_GINT64_FORMAT "\n", gauges[i].name, self->gauges[i]);
    }
}

static void
append_label (GString *text, const char *label)
{
  for (const char *p = label; *p != '\0'; p++)
    if (*p == '\n')
      g_string_append (text, "\\n");
    else
      {
        if (*p == '\\' || *p == '"')
          g_string_append_c (text, '\\');
        g_string_append_c (text, *p);
      }
}

static void
append_counters (BeckonMetrics *self, GString *text)
{
  for (guint i = 0; i < BECKON_N_COUNTERS; i++)
    {
      append_head (text, counters[i].name, counters[i].help, "counter");
      for (guint j = 0; j <= SERIES_MAX; j++)
        {
          const Series *series = &self->counters[i].series[j];

          if (series->label == NULL)
            continue;
          g_string_append_printf (text, "%s{%s=\"", counters[i].name, counters[i].label);
          append_label (text, series->label);
          g_string_append_printf (text, "\"} %" G_GUINT64_FORMAT "\n", series->count);
        }
    }
}

/* As C writes numbers, wherever the server's owner lives. */
static const char *
format_number (double number, char *buffer)
{
  return g_ascii_formatd (buffer, G_ASCII_DTOSTR_BUF_SIZE, "%.15g", number);
}

static void
append_histogram (const HistogramInfo *info, const Histogram *histogram, GString *text)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];
  guint64 count = 0;
  guint i;

  append_head (text, info->name, info->help, "histogram");
  for (i = 0; i < BUCKETS_MAX && info->bounds[i] > 0; i++)
    {
      count += histogram->counts[i];
      g_string_append_printf (text, "%s_bucket{le=\"%s\"} %" G_GUINT64_FORMAT "\n", info->name,
                              format_number (info->bounds[i], number), count);
    }
  count += histogram->counts[i];
  g_string_append_printf (text, "%s_bucket{le=\"+Inf\"} %" G_GUINT64_FORMAT "\n", info->name,
                          count);
  g_string_append_printf (text, "%s_sum %s\n", info->name, format_number (histogram->sum, number));
  g_string_append_printf (text, "%s_count %" G_GUINT64_FORMAT "\n", info->name, count);
}

char *
beckon_metrics_format (BeckonMetrics *self)
{
  GString *text;

  g_return_val_if_fail (self != NULL, NULL);

  text = g_string_sized_new (8192);
  append_gauges (self, text);
  append_counters (self, text);
  for (guint i = 0; i < BECKON_N_HISTOGRAMS; i++)
    append_histogram (&histograms[i], &self->histograms[i], text);
  return g_string_free (text, FALSE);
}
