/* SPDX-License-Identifier: GPL-3.0-or-later */

/* How long what comes in is held back, by what the network is like. */

#include "config.h"

#include <gst/app/app.h>
#include <gst/rtp/rtp.h>

#include "peer-jitter.h"

#define PICTURES "application/x-rtp,media=(string)video,clock-rate=90000,payload=96"
#define SOUND "application/x-rtp,media=(string)audio,clock-rate=90000,payload=96"
#define FRAME 3000 /* of 90 000 a second */

static void
test_good_network (void)
{
  g_assert_cmpuint (beckon_peer_jitter_choose (60, 1, 0, FALSE), ==, 8);
  g_assert_cmpuint (beckon_peer_jitter_choose (60, 3, 0, FALSE), ==, 15);
  g_assert_cmpuint (beckon_peer_jitter_choose (320, 7, 0, FALSE), ==, 30);
}

static void
test_jitter (void)
{
  g_assert_cmpuint (beckon_peer_jitter_choose (60, 20, 0, FALSE), ==, 80);
  g_assert_cmpuint (beckon_peer_jitter_choose (60, 250, 0, FALSE), ==, 1000);
  g_assert_cmpuint (beckon_peer_jitter_choose (60, 5000, 0, FALSE), ==, 1000);
}

static guint
choose_wait (double gap_ms, double round_trip_ms, double loss)
{
  return beckon_peer_jitter_choose (
      60, 2, beckon_peer_jitter_repair_time (gap_ms, round_trip_ms, loss, loss), FALSE);
}

/* The time for as many repetitions as such a loss needs. */
static void
test_loss (void)
{
  guint before = 60;

  for (double loss = 0.02; loss < 0.6; loss *= 2)
    {
      const guint ms = choose_wait (50, 40, loss);

      g_assert_cmpuint (ms, >=, MAX (before, 40));
      before = ms;
    }
  g_assert_cmpuint (choose_wait (50, 40, 0.1), >=, 2 * 40 + 100);
  g_assert_cmpuint (choose_wait (50, 40, 0.5), <=, 500);
  /* Nothing helps on such a path: it is not waited for ever. */
  g_assert_cmpuint (choose_wait (50, 3000, 0.5), ==, 1000);
  g_assert_cmpuint (choose_wait (50, -1, 0.1), <=, 150);
}

/* Where copies replace what is lost none seems to be; what is missing all the same is asked for
 * when the next picture shows it. */
static void
test_without_loss (void)
{
  g_assert_cmpuint (choose_wait (50, 40, 0), >=, 50 + 40 + 40);
  g_assert_cmpuint (choose_wait (143, 40, 0), >=, 143 + 40 + 40);
  g_assert_cmpuint (choose_wait (5000, 40, 0), <=, 400);
  /* Of pictures it is seen. */
  g_assert_cmpfloat (beckon_peer_jitter_repair_time (50, 40, 0.005, 0.05), >=, 50 + 2 * (40 + 40));
  g_assert_cmpfloat (beckon_peer_jitter_repair_time (50, 40, 0.005, 0.5), ==,
                     beckon_peer_jitter_repair_time (50, 40, 0.005, 0.05));
}

static void
test_late_packets (void)
{
  g_assert_cmpuint (beckon_peer_jitter_choose (60, 2, 0, TRUE), ==, 80);
  g_assert_cmpuint (beckon_peer_jitter_choose (220, 2, 0, TRUE), ==, 270);
  g_assert_cmpuint (beckon_peer_jitter_choose (1000, 2, 0, TRUE), ==, 1000);
}

static guint
settle_for (BeckonCalm *calm, guint now_ms, guint needed_ms, guint n_seconds)
{
  for (guint i = 0; i < n_seconds; i++)
    now_ms = beckon_peer_jitter_settle (calm, now_ms, needed_ms, 0);
  return now_ms;
}

static void
test_more_at_once_and_less_later (void)
{
  BeckonCalm calm = { 0 };

  g_assert_cmpuint (settle_for (&calm, 60, 150, 1), ==, 150);
  g_assert_cmpuint (settle_for (&calm, 150, 100, BECKON_CALM_SECONDS - 1), ==, 150);
  g_assert_cmpuint (settle_for (&calm, 150, 100, 1), ==, 100);
  /* What was needed once in a while decides, and not what was needed last. */
  g_assert_cmpuint (settle_for (&calm, 100, 100, 1), ==, 100);
  g_assert_cmpuint (settle_for (&calm, 100, 60, BECKON_CALM_SECONDS - 1), ==, 100);
  g_assert_cmpuint (settle_for (&calm, 100, 60, 1), ==, 60);
}

/* Whoever finds out again and again that it is not enough is heard to. */
static void
test_the_least_is_tried_once (void)
{
  BeckonCalm calm = { 0 };

  g_assert_cmpuint (settle_for (&calm, 15, 8, BECKON_CALM_SECONDS), ==, 8);
  g_assert_cmpuint (settle_for (&calm, 8, 8, 60), ==, 8);
  g_assert_cmpuint (settle_for (&calm, 8, 30, 1), ==, 30);
  g_assert_cmpuint (settle_for (&calm, 30, 8, 60), ==, 15);
}

/* As at the begin of a call over a thin line. */
static void
test_a_queue_that_has_gone_is_forgotten (void)
{
  BeckonCalm calm = { 0 };
  double loss = 0.12;
  guint ms = settle_for (&calm, 60, 700, 1), n = 0;

  for (; ms > 150 && n < 20; n++)
    {
      loss = beckon_peer_jitter_blend_loss (loss, 0, n + 1);
      ms = beckon_peer_jitter_settle (
          &calm, ms,
          beckon_peer_jitter_choose (ms, 30, beckon_peer_jitter_repair_time (50, 40, loss, loss),
                                     FALSE),
          130);
    }
  g_assert_cmpuint (n, <=, 10);
  /* One that comes again and again is not. */
  ms = settle_for (&calm, 150, 700, 1);
  for (n = 0; n < 20; n++)
    ms = beckon_peer_jitter_settle (&calm, ms, n % 3 == 0 ? 700 : 150, 0);
  g_assert_cmpuint (ms, ==, 700);
}

/* A second of jitter in order deviates little from packet to packet. */
static void
test_what_is_just_in_time_is_waited_for (void)
{
  BeckonCalm calm = { 0 };
  guint ms = beckon_peer_jitter_settle (&calm, 480, 700, 640);

  g_assert_cmpuint (ms, ==, 700);
  for (guint i = 0; i < 20; i++)
    ms = beckon_peer_jitter_settle (&calm, ms, 220, i % 2 == 0 ? 640 : 900);
  g_assert_cmpuint (ms, ==, 700);
  for (guint i = 0; i < 3; i++)
    ms = beckon_peer_jitter_settle (&calm, ms, 220, 200);
  g_assert_cmpuint (ms, ==, 220);
}

/* A loss of a tenth has a second without one now and then. */
static void
test_loss_is_not_forgotten_at_once (void)
{
  double loss = 0.1;

  loss = beckon_peer_jitter_blend_loss (loss, 0, 1);
  g_assert_cmpfloat (loss, >, 0.06);
  loss = beckon_peer_jitter_blend_loss (loss, 0.1, 0);
  g_assert_cmpfloat (loss, >, 0.07);
}

/* ---- a real buffer ---- */

typedef struct
{
  BeckonMediaPeer peer;
  GstElement *pipeline, *buffer;
  GstAppSrc *source;
  GstAppSink *sink;
  gint n_in; /* atomic: packets that have come to the buffer, and were looked at */
} Line;

static GstPadProbeReturn
on_in (GstPad *pad, GstPadProbeInfo *info, gpointer counter)
{
  g_atomic_int_inc ((gint *) counter);
  return GST_PAD_PROBE_OK;
}

/* As webrtcbin does; it is asked again by a buffer that has forgotten. */
static GstCaps *
on_map_requested (GstElement *buffer, guint payload, gpointer caps)
{
  return gst_caps_from_string (caps);
}

/* @caps: static. As webrtcbin has it, buffers of sound ask for repetitions, too. */
static void
line_open (Line *self, const char *caps)
{
  g_autofree char *description = g_strdup_printf (
      "appsrc name=source is-live=true format=time do-timestamp=true caps=%s "
      "! rtpjitterbuffer name=buffer faststart-min-packets=1 do-retransmission=true "
      "! appsink name=sink sync=false",
      caps);
  g_autoptr (GstPad) pad = NULL;
  g_autoptr (GError) error = NULL;

  *self = (Line){ 0 };
  self->pipeline = gst_parse_launch (description, &error);
  g_assert_no_error (error);
  self->source = GST_APP_SRC (gst_bin_get_by_name (GST_BIN (self->pipeline), "source"));
  self->sink = GST_APP_SINK (gst_bin_get_by_name (GST_BIN (self->pipeline), "sink"));
  self->buffer = gst_bin_get_by_name (GST_BIN (self->pipeline), "buffer");
  g_signal_connect (self->buffer, "request-pt-map", G_CALLBACK (on_map_requested), (gpointer) caps);
  self->peer.jitter = beckon_peer_jitter_new (&self->peer);
  beckon_peer_jitter_watch (&self->peer, self->buffer);
  beckon_peer_jitter_watch (&self->peer, self->pipeline); /* which is something else */
  pad = gst_element_get_static_pad (self->buffer, "sink");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_in, &self->n_in, NULL);
  gst_element_set_state (self->pipeline, GST_STATE_PLAYING);
}

static void
line_close (Line *self)
{
  gst_element_set_state (self->pipeline, GST_STATE_NULL);
  beckon_peer_jitter_free (self->peer.jitter);
  gst_object_unref (self->source);
  gst_object_unref (self->sink);
  gst_object_unref (self->buffer);
  gst_object_unref (self->pipeline);
}

static GstBuffer *
new_packet (guint16 seqnum)
{
  GstBuffer *buffer = gst_rtp_buffer_new_allocate (100, 0, 0);
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;

  gst_rtp_buffer_map (buffer, GST_MAP_WRITE, &rtp);
  gst_rtp_buffer_set_payload_type (&rtp, 96);
  gst_rtp_buffer_set_ssrc (&rtp, 4711);
  gst_rtp_buffer_set_seq (&rtp, seqnum);
  gst_rtp_buffer_set_timestamp (&rtp, seqnum * FRAME);
  gst_rtp_buffer_unmap (&rtp);
  return buffer;
}

/* @again: as an answer to a request */
static void
push (Line *self, guint16 seqnum, gboolean again)
{
  GstBuffer *buffer = new_packet (seqnum);

  if (again)
    GST_BUFFER_FLAG_SET (buffer, GST_RTP_BUFFER_FLAG_RETRANSMISSION);
  g_assert_cmpint (gst_app_src_push_buffer (self->source, buffer), ==, GST_FLOW_OK);
}

static guint16
pull (Line *self)
{
  g_autoptr (GstSample) sample = gst_app_sink_try_pull_sample (self->sink, 20 * GST_SECOND);
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;
  guint16 seqnum;

  g_assert_nonnull (sample);
  gst_rtp_buffer_map (gst_sample_get_buffer (sample), GST_MAP_READ, &rtp);
  seqnum = gst_rtp_buffer_get_seq (&rtp);
  gst_rtp_buffer_unmap (&rtp);
  return seqnum;
}

/* Nobody has asked for it, since nothing newer has come. */
static void
test_copies_are_taken (void)
{
  Line line;

  line_open (&line, PICTURES);
  for (guint16 seqnum = 1; seqnum <= 12; seqnum++)
    {
      push (&line, seqnum, seqnum % 3 == 0);
      push (&line, seqnum, TRUE);
      g_assert_cmpuint (pull (&line), ==, seqnum);
    }
  line_close (&line);
}

static void
check_patience (Line *line, int ms, int packets)
{
  int delay, reorder;

  beckon_peer_jitter_update (line->peer.jitter, 40);
  g_object_get (line->buffer, "rtx-delay", &delay, "rtx-delay-reorder", &reorder, NULL);
  g_assert_cmpint (delay, >=, ms);
  g_assert_cmpint (reorder, ==, packets);
}

/* One comes so much later than it should that nobody should have asked for it. */
static void
test_overtaken_is_waited_for (void)
{
  gint64 begin;
  Line line;

  line_open (&line, PICTURES);
  g_object_set (line.buffer, "rtx-delay", 10, NULL);
  push (&line, 1, FALSE);
  push (&line, 3, FALSE);
  while (g_atomic_int_get (&line.n_in) < 2)
    g_thread_yield ();
  begin = g_get_monotonic_time ();
  while (g_get_monotonic_time () < begin + 30 * 1000)
    g_usleep (5 * 1000); /* it is time itself that has to pass */
  push (&line, 2, FALSE);
  push (&line, 4, FALSE);
  while (pull (&line) != 4)
    continue;
  check_patience (&line, 20, 0);
  for (guint i = 0; i < 100; i++)
    beckon_peer_jitter_update (line.peer.jitter, 40);
  check_patience (&line, 10, 3);
  line_close (&line);
}

/* Returns: how long after its time the packet that comes @late is to be shown. */
static guint
get_delay (Line *line, guint16 seqnum, guint late_ms)
{
  GstBuffer *buffer = new_packet (seqnum);
  const GstClockTime sent = gst_util_uint64_scale (seqnum * FRAME, GST_SECOND, 90000);
  g_autoptr (GstSample) sample = NULL;

  GST_BUFFER_DTS (buffer) = sent + late_ms * GST_MSECOND;
  g_assert_cmpint (gst_app_src_push_buffer (line->source, buffer), ==, GST_FLOW_OK);
  sample = gst_app_sink_try_pull_sample (line->sink, 20 * GST_SECOND);
  g_assert_nonnull (sample);
  return (GST_BUFFER_PTS (gst_sample_get_buffer (sample)) - sent) / GST_MSECOND;
}

/* Returns: what is after it. */
static guint16
take_queue_for_clock (Line *line)
{
  guint16 n = 0;

  g_object_set (line->source, "do-timestamp", FALSE, NULL);
  g_assert_cmpuint (get_delay (line, ++n, 0), ==, 0);
  while (n < 400)
    get_delay (line, ++n, 500);
  g_assert_cmpuint (get_delay (line, ++n, 0), >, 200);
  g_assert_cmpuint (get_delay (line, ++n, 0), >, 200);
  return n;
}

static void
test_a_queue_is_no_clock (void)
{
  Line line;
  guint16 n;

  line_open (&line, PICTURES);
  n = take_queue_for_clock (&line);
  beckon_peer_jitter_forget_clock (line.peer.jitter);
  g_assert_cmpuint (get_delay (&line, ++n, 0), <, 10);
  g_assert_cmpuint (get_delay (&line, ++n, 0), <, 10);
  line_close (&line);
}

static void
test_sound_does_not_jump (void)
{
  Line line;
  guint16 n;

  line_open (&line, SOUND);
  n = take_queue_for_clock (&line);
  beckon_peer_jitter_forget_clock (line.peer.jitter);
  g_assert_cmpuint (get_delay (&line, ++n, 0), >, 200);
  line_close (&line);
}

/* ---- what is set ---- */

#define ROUND_TRIP_MS 40

/* A call's buffers of both kinds; nothing of webrtcbin but its property. */
typedef struct
{
  Line pictures, sound;
  GstElement *webrtc, *pipeline;
} Ends;

static void
ends_open (Ends *self)
{
  BeckonMediaPeer *peer = &self->pictures.peer;

  line_open (&self->pictures, PICTURES);
  line_open (&self->sound, SOUND);
  self->webrtc = gst_object_ref_sink (gst_element_factory_make ("webrtcbin", NULL));
  self->pipeline = gst_pipeline_new (NULL);
  gst_pipeline_set_latency (GST_PIPELINE (self->pipeline), 50 * GST_MSECOND);
  g_object_set (self->webrtc, "latency", 30, NULL); /* as a call begins */
  peer->webrtc = self->webrtc;
  peer->pipeline = self->pipeline;
  beckon_peer_jitter_watch (peer, self->sound.buffer);
}

static void
ends_close (Ends *self)
{
  gst_element_set_state (self->sound.pipeline, GST_STATE_NULL);
  line_close (&self->pictures);
  line_close (&self->sound);
  gst_object_unref (self->webrtc);
  gst_object_unref (self->pipeline);
}

static guint64
count_lost (Line *line)
{
  g_autoptr (GstStructure) stats = NULL;
  guint64 lost = 0;

  g_object_get (line->buffer, "stats", &stats, NULL);
  gst_structure_get (stats, "num-lost", G_TYPE_UINT64, &lost, NULL);
  return lost;
}

/* @n packets of each, without every @nth of the pictures; and a second has passed. */
static void
pass (Ends *self, guint16 *seqnum, guint n, guint nth)
{
  const guint64 lost = count_lost (&self->pictures) + n / nth;
  Line *both[] = { &self->sound, &self->pictures };

  for (guint i = 1; i <= n; i++)
    for (guint j = 0; j < G_N_ELEMENTS (both); j++)
      {
        GstBuffer *buffer = new_packet (*seqnum + i);

        if (both[j] == &self->pictures && i % nth == nth / 2)
          {
            gst_buffer_unref (buffer);
            continue;
          }
        GST_BUFFER_DTS (buffer) =
            gst_util_uint64_scale ((*seqnum + i) * FRAME, GST_SECOND, 90000);
        g_assert_cmpint (gst_app_src_push_buffer (both[j]->source, buffer), ==, GST_FLOW_OK);
      }
  *seqnum += n;
  while (count_lost (&self->pictures) < lost)
    g_usleep (5 * 1000); /* the buffer waits for them by its clock */
  beckon_peer_jitter_update (self->pictures.peer.jitter, ROUND_TRIP_MS);
}

static guint
get_latency (GstElement *element)
{
  guint ms;

  g_object_get (element, "latency", &ms, NULL);
  return ms;
}

/* A missing picture is waited for; nothing else is late for it, until nearly all would be. */
static void
test_only_missing_pictures_are_waited_for (void)
{
  Ends ends;
  guint16 seqnum = 0;

  ends_open (&ends);
  g_object_set (ends.pictures.source, "do-timestamp", FALSE, NULL);
  g_object_set (ends.sound.source, "do-timestamp", FALSE, NULL);
  pass (&ends, &seqnum, 60, 10);
  g_assert_cmpuint (get_latency (ends.pictures.buffer), >=, 30 + ROUND_TRIP_MS);
  g_assert_cmpuint (get_latency (ends.webrtc), <=, 30);
  g_assert_cmpuint (gst_pipeline_get_latency (GST_PIPELINE (ends.pipeline)), <=,
                    50 * GST_MSECOND);
  for (guint i = 0; i < 3; i++)
    pass (&ends, &seqnum, 20, 2);
  g_assert_cmpuint (get_latency (ends.webrtc), >=, 100);
  g_assert_cmpuint (get_latency (ends.pictures.buffer), >=, get_latency (ends.webrtc));
  g_assert_cmpuint (gst_pipeline_get_latency (GST_PIPELINE (ends.pipeline)), >=,
                    100 * GST_MSECOND);
  ends_close (&ends);
}

int
main (int argc, char **argv)
{
  gst_init (NULL, NULL);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/held-back/good-network", test_good_network);
  g_test_add_func ("/held-back/jitter", test_jitter);
  g_test_add_func ("/held-back/loss", test_loss);
  g_test_add_func ("/held-back/without-loss", test_without_loss);
  g_test_add_func ("/held-back/late-packets", test_late_packets);
  g_test_add_func ("/held-back/more-at-once-and-less-later", test_more_at_once_and_less_later);
  g_test_add_func ("/held-back/the-least-is-tried-once", test_the_least_is_tried_once);
  g_test_add_func ("/held-back/a-queue-that-has-gone-is-forgotten",
                   test_a_queue_that_has_gone_is_forgotten);
  g_test_add_func ("/held-back/what-is-just-in-time-is-waited-for",
                   test_what_is_just_in_time_is_waited_for);
  g_test_add_func ("/held-back/loss-is-not-forgotten-at-once", test_loss_is_not_forgotten_at_once);
  g_test_add_func ("/held-back/copies-are-taken", test_copies_are_taken);
  g_test_add_func ("/held-back/overtaken-is-waited-for", test_overtaken_is_waited_for);
  g_test_add_func ("/held-back/a-queue-is-no-clock", test_a_queue_is_no_clock);
  g_test_add_func ("/held-back/sound-does-not-jump", test_sound_does_not_jump);
  g_test_add_func ("/held-back/only-missing-pictures-are-waited-for",
                   test_only_missing_pictures_are_waited_for);
  return g_test_run ();
}
