/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What is counted, and what is made of it: levels of quality, freezes, waiting packets, the object
 * that says it, words. */

#include "config.h"

#include "media-meter.h"
#include "media-words.h"

#define SECOND G_TIME_SPAN_SECOND
#define MS G_TIME_SPAN_MILLISECOND

static const BeckonQualityFacts unknown = { -1, -1, -1, -1 };

/* ---- quality ---- */

static guint
level (double loss, double round_trip_ms, double frozen, double fps)
{
  return beckon_media_quality (&(BeckonQualityFacts){ loss, round_trip_ms, frozen, fps });
}

static void
test_quality_unknown (void)
{
  g_assert_cmpuint (beckon_media_quality (&unknown), ==, BECKON_QUALITY_UNKNOWN);
}

/* Each row of the table in media-quality.h: what is at an edge, and what is just behind it. */
static void
test_quality_edges (void)
{
  static const struct
  {
    guint level;
    double loss, round_trip_ms, frozen, fps;
  } rows[] = {
    { 5, 0.01, 150, 0, 14 },
    { 4, 0.03, 250, 0.02, 10 },
    { 3, 0.07, 400, 0.1, 6 },
    { 2, 0.15, 800, 0.3, 3 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const double e = 1e-6;

      g_assert_cmpuint (level (rows[i].loss, -1, -1, -1), ==, rows[i].level);
      g_assert_cmpuint (level (-1, rows[i].round_trip_ms, -1, -1), ==, rows[i].level);
      g_assert_cmpuint (level (-1, -1, rows[i].frozen, -1), ==, rows[i].level);
      g_assert_cmpuint (level (-1, -1, -1, rows[i].fps), ==, rows[i].level);
      g_assert_cmpuint (level (rows[i].loss + e, -1, -1, -1), ==, rows[i].level - 1);
      g_assert_cmpuint (level (-1, rows[i].round_trip_ms + e, -1, -1), ==, rows[i].level - 1);
      g_assert_cmpuint (level (-1, -1, rows[i].frozen + e, -1), ==, rows[i].level - 1);
      g_assert_cmpuint (level (-1, -1, -1, rows[i].fps - e), ==, rows[i].level - 1);
    }
}

static void
test_quality_worst_counts (void)
{
  g_assert_cmpuint (level (0, 10, 0, 30), ==, 5);
  g_assert_cmpuint (level (0.5, 10, 0, 30), ==, 1);
  g_assert_cmpuint (level (0, 300, 0, 30), ==, 3);
  g_assert_cmpuint (level (0, 300, 0.2, 30), ==, 2);
  g_assert_cmpuint (level (0, 300, 0.2, 0), ==, 1);
  g_assert_cmpuint (level (1, G_MAXDOUBLE, 1, 0), ==, 1);
}

/* ---- pictures ---- */

/* Pictures from @from_ms to @to_ms, every @every_ms. Returns: when the last one came, in ms */
static gint64
play (BeckonMeter *meter, gint64 from_ms, gint64 to_ms, gint64 every_ms)
{
  gint64 last = from_ms;

  for (gint64 at = from_ms; at <= to_ms; at += every_ms)
    {
      beckon_meter_picture (meter, at * MS);
      last = at;
    }
  return last;
}

static void
test_no_freeze (void)
{
  g_autoptr (BeckonMeter) meter = beckon_meter_new ();
  BeckonStatisticsValues stats = { 0 };

  beckon_meter_expect_pictures (meter, TRUE, 1 * SECOND);
  play (meter, 2020, 5000, 33);  /* the first may take its time */
  play (meter, 5180, 9000, 200); /* slow, but it moves */
  beckon_meter_read (meter, 9100 * MS, &stats);
  g_assert_cmpfloat (stats.frozen_share, ==, 0);
  g_assert_cmpuint (stats.freezes, ==, 0);
  g_assert_cmpfloat (stats.frozen_ms, ==, 0);
}

static void
test_freezes (void)
{
  g_autoptr (BeckonMeter) meter = beckon_meter_new ();
  BeckonStatisticsValues stats = { 0 };

  beckon_meter_expect_pictures (meter, TRUE, 1 * SECOND);
  g_assert_cmpint (play (meter, 1000, 2000, 100), ==, 2000);
  g_assert_cmpint (play (meter, 2500, 3000, 100), ==, 3000); /* 500 ms */
  g_assert_cmpint (play (meter, 3201, 4001, 100), ==, 4001); /* 201 ms */
  beckon_meter_read (meter, 4100 * MS, &stats);
  g_assert_cmpuint (stats.freezes, ==, 2);
  g_assert_cmpfloat (stats.frozen_ms, ==, 701);
  /* One that is not over is one already, and still the same when it ends. */
  beckon_meter_read (meter, 5001 * MS, &stats);
  g_assert_cmpfloat (stats.frozen_share, >, 0.1);
  g_assert_cmpuint (stats.freezes, ==, 3);
  g_assert_cmpfloat (stats.frozen_ms, ==, 1701);
  beckon_meter_picture (meter, 6001 * MS);
  beckon_meter_read (meter, 6001 * MS, &stats);
  g_assert_cmpuint (stats.freezes, ==, 3);
  g_assert_cmpfloat (stats.frozen_ms, ==, 2701);
}

/* Of a picture that is promised and does not come it is not the first that stands still. */
static void
test_no_first_picture (void)
{
  g_autoptr (BeckonMeter) meter = beckon_meter_new ();
  BeckonStatisticsValues stats = { 0 };

  beckon_meter_expect_pictures (meter, TRUE, 1 * SECOND);
  beckon_meter_read (meter, 3200 * MS, &stats);
  g_assert_cmpfloat (stats.frozen_share, ==, 0);
  g_assert_false (beckon_meter_is_frozen (meter, 3200 * MS));
  beckon_meter_read (meter, 4 * SECOND, &stats);
  g_assert_true (beckon_meter_is_frozen (meter, 4 * SECOND));
  g_assert_cmpfloat (stats.frozen_ms, ==, 1000);
  g_assert_cmpuint (stats.freezes, ==, 1);
  g_assert_cmpfloat_with_epsilon (stats.frozen_share, 0.1, 0.001);
  for (gint64 at = 5; at <= 13; at++)
    beckon_meter_read (meter, at * SECOND, &stats);
  g_assert_cmpfloat_with_epsilon (stats.frozen_share, 1, 0.001);
  /* It comes after all. */
  beckon_meter_picture (meter, 14 * SECOND);
  g_assert_false (beckon_meter_is_frozen (meter, 14 * SECOND));
  beckon_meter_read (meter, 14 * SECOND, &stats);
  g_assert_cmpuint (stats.freezes, ==, 1);
  g_assert_cmpfloat (stats.frozen_ms, ==, 11000);
}

/* What is long ago does not count any more. */
static void
test_frozen_share (void)
{
  g_autoptr (BeckonMeter) meter = beckon_meter_new ();
  BeckonStatisticsValues stats = { 0 };

  beckon_meter_expect_pictures (meter, TRUE, 0);
  beckon_meter_picture (meter, 1 * SECOND);
  for (gint64 at = 1; at <= 11; at++)
    beckon_meter_read (meter, at * SECOND, &stats);
  g_assert_cmpfloat_with_epsilon (stats.frozen_share, 1, 0.001);
  beckon_meter_picture (meter, 11 * SECOND);
  for (gint64 at = 12; at <= 21; at++)
    {
      play (meter, (at - 1) * 1000, at * 1000, 100);
      beckon_meter_read (meter, at * SECOND, &stats);
      g_assert_cmpfloat (stats.frozen_share, <, 1);
    }
  g_assert_cmpfloat (stats.frozen_share, ==, 0);
  g_assert_cmpuint (stats.freezes, ==, 1);
}

/* Whoever switches the camera off is not frozen, nor when it comes on again. */
static void
test_camera_off (void)
{
  g_autoptr (BeckonMeter) meter = beckon_meter_new ();
  BeckonStatisticsValues stats = { 0 };

  beckon_meter_expect_pictures (meter, TRUE, 0);
  play (meter, 1000, 2000, 100);
  beckon_meter_expect_pictures (meter, FALSE, 2100 * MS);
  beckon_meter_picture (meter, 2150 * MS); /* on its way when they said so */
  beckon_meter_read (meter, 60 * SECOND, &stats);
  g_assert_cmpfloat (stats.frozen_share, ==, -1);
  beckon_meter_expect_pictures (meter, TRUE, 60 * SECOND);
  play (meter, 60500, 61000, 100);
  beckon_meter_read (meter, 61 * SECOND, &stats);
  g_assert_cmpfloat (stats.frozen_share, ==, 0);
  g_assert_cmpuint (stats.freezes, ==, 0);
}

/* ---- packets ---- */

static void
test_waiting (void)
{
  g_autoptr (BeckonMeter) meter = beckon_meter_new ();
  BeckonStatisticsValues stats = { 0 };

  beckon_meter_read (meter, 0, &stats);
  g_assert_cmpfloat (stats.jitter_buffer_ms, ==, -1);
  beckon_meter_waited (meter, 20 * MS);
  beckon_meter_waited (meter, 60 * MS);
  beckon_meter_read (meter, 0, &stats);
  g_assert_cmpfloat (stats.jitter_buffer_ms, ==, 40);
  beckon_meter_read (meter, 0, &stats); /* of the last second only */
  g_assert_cmpfloat (stats.jitter_buffer_ms, ==, -1);
}

static void
push (GstPad *pad, guint16 number)
{
  guint8 header[12] = { 0x80, 96 };

  GST_WRITE_UINT16_BE (header + 2, number);
  g_assert_cmpint (gst_pad_push (pad, gst_buffer_new_memdup (header, sizeof header)), ==,
                   GST_FLOW_OK);
}

/* A queue that is blocked is a buffer in which packets wait. */
static void
test_waiting_measured (void)
{
  g_autoptr (BeckonMeter) meter = beckon_meter_new ();
  g_autoptr (GstElement) pipeline = gst_object_ref_sink (gst_pipeline_new (NULL));
  GstElement *queue = gst_element_factory_make ("queue", NULL);
  GstElement *end = gst_element_factory_make ("fakesink", NULL);
  g_autoptr (GstPad) into = gst_element_get_static_pad (queue, "sink");
  g_autoptr (GstPad) out_of = gst_element_get_static_pad (queue, "src");
  g_autoptr (GstPad) source = gst_object_ref_sink (gst_pad_new ("src", GST_PAD_SRC));
  BeckonStatisticsValues stats = { 0 };
  GstSegment segment;
  gint64 began;
  gulong block;

  gst_bin_add_many (GST_BIN (pipeline), queue, end, NULL);
  g_object_set (end, "async", FALSE, NULL);
  gst_element_link (queue, end);
  beckon_meter_watch_jitter_buffer (meter, queue);
  block = gst_pad_add_probe (out_of, GST_PAD_PROBE_TYPE_BLOCK_DOWNSTREAM, NULL, NULL, NULL);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  gst_pad_link (source, into);
  gst_pad_set_active (source, TRUE);
  gst_pad_push_event (source, gst_event_new_stream_start ("stream"));
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (source, gst_event_new_segment (&segment));
  push (source, 65535);
  push (source, 0);
  began = g_get_monotonic_time ();
  while (g_get_monotonic_time () - began < 20 * MS)
    g_thread_yield ();
  gst_pad_remove_probe (out_of, block);
  do
    {
      g_thread_yield ();
      beckon_meter_read (meter, 0, &stats);
    }
  while (stats.jitter_buffer_ms < 0);
  g_assert_cmpfloat (stats.jitter_buffer_ms, >=, 20);
  gst_element_set_state (pipeline, GST_STATE_NULL);
}

/* ---- the object ---- */

/* Each value is a property that nobody can write, by the name of its function; before anything is
 * known they say so. */
static void
test_properties (void)
{
  g_autoptr (BeckonStatistics) statistics = beckon_statistics_new ();
  guint n_properties;
  g_autofree GParamSpec **properties =
      g_object_class_list_properties (G_OBJECT_GET_CLASS (statistics), &n_properties);

  g_assert_cmpuint (n_properties, >, 50);
  for (guint i = 0; i < n_properties; i++)
    {
      g_auto (GValue) value = G_VALUE_INIT;

      g_assert_cmpint (properties[i]->flags & (G_PARAM_READABLE | G_PARAM_WRITABLE), ==,
                       G_PARAM_READABLE);
      g_assert_null (strchr (properties[i]->name, '_'));
      g_object_get_property (G_OBJECT (statistics), properties[i]->name, &value);
      g_assert_true (g_param_value_defaults (properties[i], &value));
    }
  g_assert_cmpfloat (beckon_statistics_get_round_trip_ms (statistics), ==, -1);
  g_assert_cmpfloat (beckon_statistics_get_delay_ms (statistics), ==, -1);
  g_assert_cmpuint (beckon_statistics_get_quality (statistics), ==, BECKON_QUALITY_UNKNOWN);
  g_assert_cmpint (beckon_statistics_get_path (statistics), ==, BECKON_MEDIA_ROUTE_UNKNOWN);
  g_assert_null (beckon_statistics_get_cipher (statistics));
}

static void
on_notify (BeckonStatistics *statistics, GParamSpec *pspec, GString *told)
{
  g_string_append_printf (told, "%s ", pspec->name);
}

static void
on_updated (BeckonStatistics *statistics, GString *told)
{
  g_string_append (told, "updated ");
}

/* What is being counted is nobody's business; then what has changed is told, at once. */
static void
test_told (void)
{
  static const char *const changed[] = { "path ", "video-codec-sent ", "kbps-sent ",
                                         "bytes-sent " };
  g_autoptr (BeckonStatistics) statistics = beckon_statistics_new ();
  g_autoptr (GString) told = g_string_new (NULL);
  g_autofree char *codec = NULL;
  BeckonMediaRoute path;
  guint64 bytes;
  double kbps;

  g_signal_connect (statistics, "notify", G_CALLBACK (on_notify), told);
  g_signal_connect (statistics, "updated", G_CALLBACK (on_updated), told);
  statistics->counted.kbps_sent = 41.5;
  statistics->counted.bytes_sent = G_GUINT64_CONSTANT (1) << 40;
  statistics->counted.video_codec_sent = "VP8";
  statistics->counted.path = BECKON_MEDIA_ROUTE_RELAYED;
  g_assert_cmpfloat (beckon_statistics_get_kbps_sent (statistics), ==, 0);
  g_assert_cmpstr (told->str, ==, "");

  beckon_statistics_end_second (statistics);
  for (guint i = 0; i < G_N_ELEMENTS (changed); i++)
    g_assert_nonnull (strstr (told->str, changed[i]));
  g_assert_cmpuint (told->len, ==, strlen ("path video-codec-sent kbps-sent bytes-sent updated "));
  g_assert_true (g_str_has_suffix (told->str, " updated "));
  g_object_get (statistics, "path", &path, "video-codec-sent", &codec, "kbps-sent", &kbps,
                "bytes-sent", &bytes, NULL);
  g_assert_cmpint (path, ==, BECKON_MEDIA_ROUTE_RELAYED);
  g_assert_cmpstr (codec, ==, "VP8");
  g_assert_cmpfloat (kbps, ==, 41.5);
  g_assert_cmpuint (bytes, ==, G_GUINT64_CONSTANT (1) << 40);
  g_assert_cmpfloat (beckon_statistics_get_kbps_sent (statistics), ==, 41.5);

  g_string_truncate (told, 0);
  statistics->counted.pictures_off = TRUE;
  beckon_statistics_tell (statistics);
  g_assert_cmpstr (told->str, ==, "pictures-off ");
  beckon_statistics_end_second (statistics);
  g_assert_cmpstr (told->str, ==, "pictures-off updated ");
}

/* ---- words ---- */

static void
test_words (void)
{
  g_assert_cmpstr (beckon_media_codec_name ("opus"), ==, "Opus");
  g_assert_cmpstr (beckon_media_codec_name ("H264"), ==, "H.264");
  g_assert_null (beckon_media_codec_name ("evil\n"));
  g_assert_null (beckon_media_codec_name (NULL));
  g_assert_cmpstr (beckon_media_candidate_type ("srflx"), ==, "server-reflexive");
  g_assert_cmpstr (beckon_media_candidate_type ("relay"), ==, "relayed");
  g_assert_null (beckon_media_candidate_type ("unknown"));
  g_assert_cmpstr (beckon_media_protocol ("UDP"), ==, "udp");
  g_assert_null (beckon_media_protocol ("sctp"));
}

int
main (int argc, char **argv)
{
  gst_init (NULL, NULL);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/media/quality/unknown", test_quality_unknown);
  g_test_add_func ("/media/quality/edges", test_quality_edges);
  g_test_add_func ("/media/quality/worst-counts", test_quality_worst_counts);
  g_test_add_func ("/media/meter/no-freeze", test_no_freeze);
  g_test_add_func ("/media/meter/freezes", test_freezes);
  g_test_add_func ("/media/meter/no-first-picture", test_no_first_picture);
  g_test_add_func ("/media/meter/frozen-share", test_frozen_share);
  g_test_add_func ("/media/meter/camera-off", test_camera_off);
  g_test_add_func ("/media/meter/waiting", test_waiting);
  g_test_add_func ("/media/meter/waiting-measured", test_waiting_measured);
  g_test_add_func ("/media/statistics/properties", test_properties);
  g_test_add_func ("/media/statistics/told", test_told);
  g_test_add_func ("/media/statistics/words", test_words);
  return g_test_run ();
}
