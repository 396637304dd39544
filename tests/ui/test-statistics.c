/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The bars of a call, and the window of its statistics. */

#include "config.h"

#include "call-window.h"
#include "sparkline.h"
#include "statistics-window.h"
#include "ui-fixture.h"

static void
fill (BeckonStatistics *statistics)
{
  BeckonStatisticsValues *stats = &statistics->counted;

  stats->quality = 4;
  stats->round_trip_ms = 24.3;
  stats->packet_loss = 0.002;
  stats->packet_loss_sent = 0.013;
  stats->delay_ms = 47;
  stats->jitter_ms = 3;
  stats->jitter_buffer_ms = 61;
  stats->kbps_received = 1440;
  stats->width = 1280;
  stats->height = 720;
  stats->fps_received = 29.7;
  stats->video_kbps_received = 1400;
  stats->audio_kbps_received = 41;
  stats->video_codec_received = "VP8";
  stats->video_decoder = "vp8dec";
  stats->audio_codec_received = "Opus";
  stats->freezes = 2;
  stats->frozen_ms = 1340;
  stats->cipher = "AES-128-ICM";
  stats->path = BECKON_MEDIA_ROUTE_RELAYED;
  stats->protocol = "tls";
  beckon_statistics_end_second (statistics);
}

/* ---- lines ---- */

static void
test_sparkline (void)
{
  g_autoptr (GtkWidget) widget = g_object_ref_sink (g_object_new (BECKON_TYPE_SPARKLINE, NULL));
  BeckonSparkline *line = BECKON_SPARKLINE (widget);

  g_assert_cmpfloat (beckon_sparkline_get_highest (line), ==, 0);
  beckon_sparkline_add (line, 9);
  for (guint i = 0; i < 59; i++)
    beckon_sparkline_add (line, i % 5);
  g_assert_cmpfloat (beckon_sparkline_get_highest (line), ==, 9);
  beckon_sparkline_add (line, 1); /* the first one has gone */
  g_assert_cmpfloat (beckon_sparkline_get_highest (line), ==, 4);
}

/* ---- the window ---- */

static void
test_shown (void)
{
  g_autoptr (BeckonCall) call = fake_call_new ();
  GtkWidget *window;

  fill (call->statistics);
  window = beckon_statistics_window_new (NULL, call);
  gtk_window_present (GTK_WINDOW (window));
  ui_await (gtk_widget_get_mapped (window));
  g_assert_nonnull (ui_find_label (window, "24 ms"));
  g_assert_nonnull (ui_find_label (window, "0.2 %"));
  g_assert_nonnull (ui_find_label (window, "47 ms"));
  g_assert_nonnull (ui_find_label (window, "1.4 Mbit/s"));
  g_assert_nonnull (ui_find_label (window, "Over a relay, TLS"));
  g_assert_nonnull (ui_find_label (window, "DTLS-SRTP, AES-128-ICM"));
  g_assert_nonnull (ui_find_label (window, "Connection: good"));
  g_assert_nonnull (ui_find_label (window, "1280 × 720, 30 fps"));
  g_assert_nonnull (ui_find_label (window, "1.4 Mbit/s, VP8 (vp8dec)"));
  g_assert_nonnull (ui_find_label (window, "2 times, 1.3 s in all"));
  g_assert_nonnull (ui_find_label (window, "41 kbit/s, Opus"));
  g_assert_nonnull (ui_find_label (window, "No picture"));
  g_assert_nonnull (ui_find_named (window, "Round trip, last minute"));

  /* It follows the call. */
  call->statistics->counted.round_trip_ms = 731;
  call->statistics->counted.path = BECKON_MEDIA_ROUTE_DIRECT;
  call->statistics->counted.protocol = "udp";
  beckon_statistics_end_second (call->statistics);
  g_assert_nonnull (ui_find_label (window, "731 ms"));
  g_assert_nonnull (ui_find_label (window, "Direct, UDP"));
  /* Also to another connection. */
  g_clear_object (&call->statistics);
  call->statistics = beckon_statistics_new ();
  fake_call_notify (call, "statistics");
  call->statistics->counted.round_trip_ms = 85;
  beckon_statistics_end_second (call->statistics);
  g_assert_nonnull (ui_find_label (window, "85 ms"));
  /* What was last is still there when the call is over. */
  g_clear_object (&call->statistics);
  fake_call_notify (call, "statistics");
  ui_settle ();
  g_assert_nonnull (ui_find_label (window, "85 ms"));
  ui_destroy (window);
}

static void
test_nothing_known (void)
{
  g_autoptr (BeckonCall) call = fake_call_new ();
  GtkWidget *window;

  window = beckon_statistics_window_new (NULL, call);
  gtk_window_present (GTK_WINDOW (window));
  ui_await (gtk_widget_get_mapped (window));
  g_assert_nonnull (ui_find_label (window, "Not known"));
  g_assert_nonnull (ui_find_label (window, "None"));
  ui_destroy (window);
}

static void
test_text (void)
{
  g_autoptr (BeckonCall) call = fake_call_new ();
  g_autofree char *text = NULL;
  GtkWidget *window;

  fill (call->statistics);
  window = beckon_statistics_window_new (NULL, call);
  text = beckon_statistics_window_get_text (BECKON_STATISTICS_WINDOW (window));
  g_assert_nonnull (strstr (text, "Round trip: 24 ms\n"));
  g_assert_nonnull (strstr (text, "Connection – Path: Over a relay, TLS\n"));
  g_assert_nonnull (strstr (text, "Connection – Delay: 47 ms\n"));
  g_assert_nonnull (
      strstr (text, "Video – Received: 1280 × 720, 30 fps (1.4 Mbit/s, VP8 (vp8dec))\n"));
  g_assert_nonnull (strstr (text, "Sound – Received: 41 kbit/s, Opus\n"));
  ui_destroy (window);
}

/* ---- the bars ---- */

/* No level is told by its picture alone: each has a sentence. They open the statistics. */
static void
test_bars (void)
{
  static const char *const sentences[] = { "Connection: bad", "Connection: weak",
                                           "Connection: fair", "Connection: good",
                                           "Connection: excellent" };
  BeckonCallManager *manager = ui_create_manager ();
  GSettings *settings = ui_open_settings ();
  BeckonCall *call = fake_call_new ();
  GtkWidget *window = beckon_call_window_new (NULL, settings);
  GtkWidget *bars = ui_find_action (window, "call.statistics");
  GtkWidget *statistics = NULL;
  GList *others;

  fill (call->statistics);
  call->statistics->counted.quality = BECKON_QUALITY_UNKNOWN;
  beckon_statistics_tell (call->statistics);
  g_object_add_weak_pointer (G_OBJECT (window), (gpointer *) &window);
  beckon_call_window_set_call (BECKON_CALL_WINDOW (window), manager, call);
  gtk_window_present (GTK_WINDOW (window));
  fake_call_set_state (call, BECKON_CALL_STATE_CALLING, BECKON_CALL_PROGRESS_CONNECTED);
  ui_await (gtk_widget_get_mapped (window));
  g_assert_false (gtk_widget_get_visible (bars));
  for (guint level = 1; level <= G_N_ELEMENTS (sentences); level++)
    {
      call->statistics->counted.quality = level;
      beckon_statistics_tell (call->statistics);
      ui_await (g_strcmp0 (gtk_widget_get_tooltip_text (bars), sentences[level - 1]) == 0);
      g_assert_true (ui_find_named (window, sentences[level - 1]) == bars);
      g_assert_true (gtk_widget_get_visible (bars));
    }

  ui_click (bars);
  ui_click (bars); /* a double click opens one */
  others = gtk_window_list_toplevels ();
  for (GList *l = others; l != NULL; l = l->next)
    if (BECKON_IS_STATISTICS_WINDOW (l->data))
      {
        g_assert_null (statistics);
        statistics = l->data;
      }
  g_list_free (others);
  g_assert_nonnull (statistics);
  g_object_add_weak_pointer (G_OBJECT (statistics), (gpointer *) &statistics);
  gtk_window_destroy (GTK_WINDOW (window));
  ui_await (window == NULL && statistics == NULL);
  ui_settle ();
  g_assert_finalize_object (manager);
  g_assert_finalize_object (call);
  g_assert_finalize_object (settings);
}

int
main (int argc, char **argv)
{
  if (!ui_init (&argc, &argv))
    return 77;
  g_test_add_func ("/ui/statistics/sparkline", test_sparkline);
  g_test_add_func ("/ui/statistics/shown", test_shown);
  g_test_add_func ("/ui/statistics/nothing-known", test_nothing_known);
  g_test_add_func ("/ui/statistics/text", test_text);
  g_test_add_func ("/ui/statistics/bars", test_bars);
  return g_test_run ();
}
