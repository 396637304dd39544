/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The bandwidth estimator on what peers have reported in calls through bad lines: feedback/, in the
 * format of tests/bench/feedback-log.h. */

#include "config.h"

#include <glib.h>

#include "bandwidth-estimator.h"

#define SECOND G_USEC_PER_SEC
#define OFFSET (12345 * (gint64) SECOND) /* the peer's clock is another one */
#define UNIT 100 /* microseconds */

typedef struct
{
  const char *name;
  double loss_min, loss_max; /* at the end */
  guint least, most;         /* kbit/s: what the target is within, from the third second on */
} Recording;

static GArray *
read_feedback (const char *line, gint64 *now)
{
  GArray *reports = g_array_new (FALSE, FALSE, sizeof (BeckonPacketReport));
  g_auto (GStrv) words = g_strsplit (line, " ", -1);

  *now = g_ascii_strtoll (words[0], NULL, 10) * UNIT;
  for (guint i = 1; words[i] != NULL; i++)
    {
      g_auto (GStrv) parts = g_strsplit (words[i], ",", 3);
      BeckonPacketReport report = { 0 };

      g_assert_cmpuint (g_strv_length (parts), ==, 3);
      report.lost = g_str_equal (parts[1], "-");
      report.sent_us = SECOND + g_ascii_strtoll (parts[0], NULL, 10) * UNIT;
      report.arrived_us = OFFSET + g_ascii_strtoll (parts[1], NULL, 10) * UNIT;
      report.size = g_ascii_strtoull (parts[2], NULL, 10);
      g_array_append_val (reports, report);
    }
  return reports;
}

/* Nobody sends more or less for what comes out here: it is only looked at. */
static void
test_recording (gconstpointer data)
{
  const Recording *recording = data;
  g_autofree char *file = g_strconcat (recording->name, ".txt", NULL);
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "feedback", file, NULL);
  g_autoptr (BeckonBandwidthEstimator) estimator = beckon_bandwidth_estimator_new ();
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  g_autoptr (GError) error = NULL;
  gint64 told = 0;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  lines = g_strsplit (g_strchomp (text), "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      gint64 now;
      g_autoptr (GArray) reports = read_feedback (lines[i], &now);
      guint kbps;

      beckon_bandwidth_estimator_take (estimator, SECOND + now, (gpointer) reports->data,
                                       reports->len);
      kbps = beckon_bandwidth_estimator_get_target (estimator) / 1000;
      g_test_message ("%.1f s: %u kbit/s, %.2f lost", now / 1e6, kbps,
                      beckon_bandwidth_estimator_get_loss (estimator));
      if (now - told > SECOND)
        {
          beckon_bandwidth_estimator_note_loss (estimator, recording->loss_min);
          told = now;
        }
      if (now < 3 * SECOND)
        continue;
      g_assert_cmpuint (kbps, >=, recording->least);
      g_assert_cmpuint (kbps, <=, recording->most);
    }
  g_assert_cmpfloat (beckon_bandwidth_estimator_get_loss (estimator), >=, recording->loss_min);
  g_assert_cmpfloat (beckon_bandwidth_estimator_get_loss (estimator), <=, recording->loss_max);
}

int
main (int argc, char **argv)
{
  static const Recording recordings[] = {
    { "bursts-garbled", 0, 0.5, 1200, 20000 },   { "jitter-100", 0, 0.05, 300, 20000 },
    { "jitter-100-alone", 0, 0.05, 300, 20000 }, { "jitter-100-reordered", 0, 0.05, 300, 20000 },
    { "loss-30", 0.2, 0.4, 300, 20000 },         { "rate-100", 0, 0.1, 30, 150 },
    { "rate-1000", 0, 0.05, 300, 20000 },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (recordings); i++)
    {
      g_autofree char *name = g_strconcat ("/bandwidth/recorded/", recordings[i].name, NULL);

      g_test_add_data_func (name, &recordings[i], test_recording);
    }
  return g_test_run ();
}
