/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The text is read back by a small reader that is as strict as Prometheus' own. */

#include "config.h"

#include "metrics.h"

#include <locale.h>
#include <string.h>

/* ---- reading ---- */

typedef struct
{
  GHashTable *types;   /* char * → char *: of each family that has been begun */
  GHashTable *samples; /* char *, NAME{LABEL="VALUE"} as it stands → double * */
  GPtrArray *order;    /* borrowed keys of samples */
  char *family;        /* that the lines belong to */
  gboolean help;       /* its HELP has come, and its TYPE has not */
} Text;

static void
text_free (Text *self)
{
  g_hash_table_unref (self->types);
  g_hash_table_unref (self->samples);
  g_ptr_array_unref (self->order);
  g_free (self->family);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Text, text_free)

static void
assert_name (const char *name, gsize length)
{
  g_assert_cmpuint (length, >, 0);
  g_assert_cmpuint (strspn (name, G_CSET_a_2_z "_"), >=, length);
}

/* "# HELP NAME TEXT" or "# TYPE NAME TYPE" */
static void
read_comment (Text *self, const char *line)
{
  g_auto (GStrv) words = g_strsplit (line, " ", 4);

  g_assert_cmpuint (g_strv_length (words), ==, 4);
  assert_name (words[2], strlen (words[2]));
  g_assert_true (g_str_has_prefix (words[2], "beckon_"));
  if (g_str_equal (words[1], "HELP"))
    {
      g_assert_false (self->help);
      g_assert_null (strchr (words[3], '\\'));
      g_free (self->family);
      self->family = g_strdup (words[2]);
      self->help = TRUE;
      return;
    }
  g_assert_cmpstr (words[1], ==, "TYPE");
  g_assert_true (self->help);
  g_assert_cmpstr (words[2], ==, self->family);
  g_assert_true (g_str_equal (words[3], "gauge") || g_str_equal (words[3], "counter") ||
                 g_str_equal (words[3], "histogram"));
  g_assert_true (g_hash_table_insert (self->types, g_strdup (words[2]), g_strdup (words[3])));
  self->help = FALSE;
}

/* Returns: behind {label="value"}. */
static const char *
skip_label (const char *p)
{
  const char *name = ++p;

  p = strchr (p, '=');
  g_assert_nonnull (p);
  assert_name (name, p - name);
  g_assert_cmpint (p[1], ==, '"');
  for (p += 2; *p != '"'; p++)
    {
      g_assert_cmpint (*p, !=, '\0');
      if (*p == '\\')
        g_assert_nonnull (strchr ("\\\"n", *++p));
    }
  g_assert_cmpint (p[1], ==, '}');
  return p + 2;
}

static void
read_sample (Text *self, const char *line)
{
  const char *p = line + strcspn (line, "{ ");
  char *end;
  double *value = g_new (double, 1);
  char *key;

  g_assert_false (self->help);
  assert_name (line, p - line);
  g_assert_true (g_str_has_prefix (line, self->family));
  if (*p == '{')
    p = skip_label (p);
  g_assert_cmpint (*p, ==, ' ');
  key = g_strndup (line, p - line);
  *value = g_ascii_strtod (p + 1, &end);
  g_assert_true (end > p + 1 && *end == '\0');
  g_assert_true (g_hash_table_insert (self->samples, key, value));
  g_ptr_array_add (self->order, key);
}

static Text *
read_text (BeckonMetrics *metrics)
{
  Text *self = g_new0 (Text, 1);
  g_autofree char *text = beckon_metrics_format (metrics);
  g_auto (GStrv) lines = NULL;

  self->types = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->samples = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->order = g_ptr_array_new ();
  g_assert_true (g_str_has_suffix (text, "\n"));
  text[strlen (text) - 1] = '\0';
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    if (g_str_has_prefix (lines[i], "# "))
      read_comment (self, lines[i]);
    else
      read_sample (self, lines[i]);
  return self;
}

static void
assert_value (Text *self, const char *key, double expected)
{
  const double *value = g_hash_table_lookup (self->samples, key);

  if (value == NULL)
    g_error ("There is no %s", key);
  g_assert_cmpfloat_with_epsilon (*value, expected, 1e-9);
}

/* ---- tests ---- */

static void
test_families (void)
{
  g_autoptr (BeckonMetrics) metrics = beckon_metrics_new ();
  g_autoptr (Text) text = read_text (metrics);
  GHashTableIter iter;
  gpointer name, type;
  guint gauges = 0, counters = 0;

  g_hash_table_iter_init (&iter, text->types);
  while (g_hash_table_iter_next (&iter, &name, &type))
    {
      gauges += g_str_equal (type, "gauge");
      counters += g_str_equal (type, "counter");
      g_assert_cmpint (g_str_equal (type, "counter"), ==, g_str_has_suffix (name, "_total"));
      g_assert_cmpint (g_str_equal (type, "histogram"), ==, g_str_has_suffix (name, "_seconds"));
    }
  g_assert_cmpuint (gauges, ==, BECKON_N_GAUGES);
  g_assert_cmpuint (counters, ==, BECKON_N_COUNTERS);
  g_assert_cmpuint (g_hash_table_size (text->types), ==,
                    BECKON_N_GAUGES + BECKON_N_COUNTERS + BECKON_N_HISTOGRAMS);
}

static void
test_gauges (void)
{
  g_autoptr (BeckonMetrics) metrics = beckon_metrics_new ();
  g_autoptr (Text) text = NULL;

  beckon_metrics_add (metrics, BECKON_GAUGE_CONNECTIONS, 3);
  beckon_metrics_add (metrics, BECKON_GAUGE_CONNECTIONS, -1);
  beckon_metrics_set (metrics, BECKON_GAUGE_QUEUE_BYTES, G_GINT64_CONSTANT (5000000000));
  beckon_metrics_set (metrics, BECKON_GAUGE_DRAINING, 1);
  text = read_text (metrics);
  assert_value (text, "beckon_connections", 2);
  assert_value (text, "beckon_queue_bytes", 5000000000);
  assert_value (text, "beckon_draining", 1);
  assert_value (text, "beckon_store_failing", 0);
}

static void
test_counters (void)
{
  g_autoptr (BeckonMetrics) metrics = beckon_metrics_new ();
  g_autofree char *same = g_strdup ("ping"); /* at another place */
  g_autoptr (Text) text = NULL;

  for (guint i = 0; i < 1000; i++)
    {
      beckon_metrics_count (metrics, BECKON_COUNTER_REQUESTS, "ping");
      beckon_metrics_count (metrics, BECKON_COUNTER_REQUESTS, same);
      beckon_metrics_count (metrics, BECKON_COUNTER_EVENTS, "call.received");
    }
  beckon_metrics_count (metrics, BECKON_COUNTER_REQUESTS, "hello");
  text = read_text (metrics);
  assert_value (text, "beckon_requests_total{type=\"ping\"}", 2000);
  assert_value (text, "beckon_requests_total{type=\"hello\"}", 1);
  assert_value (text, "beckon_events_total{type=\"call.received\"}", 1000);
  g_assert_false (g_hash_table_contains (text->samples, "beckon_events_total{type=\"ping\"}"));
}

static void
test_escapes (void)
{
  g_autoptr (BeckonMetrics) metrics = beckon_metrics_new ();
  g_autoptr (Text) text = NULL;

  beckon_metrics_count (metrics, BECKON_COUNTER_ERRORS, "a\"b\\c\nd ä} 7");
  beckon_metrics_count (metrics, BECKON_COUNTER_ERRORS, "");
  text = read_text (metrics);
  assert_value (text, "beckon_errors_total{code=\"a\\\"b\\\\c\\nd ä} 7\"}", 1);
  assert_value (text, "beckon_errors_total{code=\"\"}", 1);
}

/* However many labels there are, and wherever: the text stays small and nothing is left uncounted.
 */
static void
test_bounded (void)
{
  g_autoptr (BeckonMetrics) metrics = beckon_metrics_new ();
  g_autoptr (GPtrArray) labels = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (Text) text = NULL;
  double sum = 0;
  guint series = 0;

  for (guint i = 0; i < 500; i++)
    g_ptr_array_add (labels, g_strdup_printf ("label-%u", i));
  for (guint round = 0; round < 3; round++)
    for (guint i = 0; i < labels->len; i++)
      beckon_metrics_count (metrics, BECKON_COUNTER_CLOSES, labels->pdata[i]);
  beckon_metrics_count (metrics, BECKON_COUNTER_CLOSES, "other");
  text = read_text (metrics);
  for (guint i = 0; i < text->order->len; i++)
    if (g_str_has_prefix (text->order->pdata[i], "beckon_closes_total"))
      {
        series++;
        sum += *(double *) g_hash_table_lookup (text->samples, text->order->pdata[i]);
      }
  g_assert_cmpuint (series, ==, 65);
  g_assert_cmpfloat (sum, ==, 1501);
  assert_value (text, "beckon_closes_total{code=\"label-63\"}", 3);
  assert_value (text, "beckon_closes_total{code=\"other\"}", 3 * (500 - 64) + 1);
}

static void
test_histogram (void)
{
  g_autoptr (BeckonMetrics) metrics = beckon_metrics_new ();
  g_autoptr (Text) text = NULL;

  beckon_metrics_observe (metrics, BECKON_HISTOGRAM_LOOP_LAG, 0);
  beckon_metrics_observe (metrics, BECKON_HISTOGRAM_LOOP_LAG, 0.001); /* the bound belongs to it */
  beckon_metrics_observe (metrics, BECKON_HISTOGRAM_LOOP_LAG, 0.0011);
  beckon_metrics_observe (metrics, BECKON_HISTOGRAM_LOOP_LAG, 0.3);
  beckon_metrics_observe (metrics, BECKON_HISTOGRAM_LOOP_LAG, 1000);
  text = read_text (metrics);
  assert_value (text, "beckon_loop_lag_seconds_bucket{le=\"0.001\"}", 2);
  assert_value (text, "beckon_loop_lag_seconds_bucket{le=\"0.0025\"}", 3);
  assert_value (text, "beckon_loop_lag_seconds_bucket{le=\"0.25\"}", 3);
  assert_value (text, "beckon_loop_lag_seconds_bucket{le=\"0.5\"}", 4);
  assert_value (text, "beckon_loop_lag_seconds_bucket{le=\"+Inf\"}", 5);
  assert_value (text, "beckon_loop_lag_seconds_count", 5);
  assert_value (text, "beckon_loop_lag_seconds_sum", 1000.3021);
}

/* Every histogram has rising bounds, counts that do not fall, and ends with +Inf, which is its
 * count. */
static void
test_histograms_whole (void)
{
  g_autoptr (BeckonMetrics) metrics = beckon_metrics_new ();
  g_autoptr (Text) text = NULL;
  double last_bound = -1, last_count = 0;
  guint ends = 0;

  for (guint i = 0; i < BECKON_N_HISTOGRAMS; i++)
    for (double seconds = 1e-5; seconds < 1e4; seconds *= 1.1)
      beckon_metrics_observe (metrics, i, seconds);
  text = read_text (metrics);
  for (guint i = 0; i < text->order->len; i++)
    {
      const char *key = text->order->pdata[i];
      const char *bound = strstr (key, "_bucket{le=\"");
      const double count = *(double *) g_hash_table_lookup (text->samples, key);

      if (bound == NULL)
        continue;
      bound += strlen ("_bucket{le=\"");
      g_assert_cmpfloat (g_ascii_strtod (bound, NULL), >, last_bound);
      g_assert_cmpfloat (count, >, last_count);
      last_bound = g_ascii_strtod (bound, NULL);
      last_count = count;
      if (g_str_has_prefix (bound, "+Inf"))
        {
          g_autofree char *total = g_strndup (key, strstr (key, "_bucket") - key);
          g_autofree char *name = g_strconcat (total, "_count", NULL);

          assert_value (text, name, count);
          last_bound = -1;
          last_count = 0;
          ends++;
        }
    }
  g_assert_cmpuint (ends, ==, BECKON_N_HISTOGRAMS);
}

int
main (int argc, char *argv[])
{
  setlocale (LC_ALL, "");
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/metrics/families", test_families);
  g_test_add_func ("/metrics/gauges", test_gauges);
  g_test_add_func ("/metrics/counters", test_counters);
  g_test_add_func ("/metrics/escapes", test_escapes);
  g_test_add_func ("/metrics/bounded", test_bounded);
  g_test_add_func ("/metrics/histogram", test_histogram);
  g_test_add_func ("/metrics/histograms-whole", test_histograms_whole);
  return g_test_run ();
}
