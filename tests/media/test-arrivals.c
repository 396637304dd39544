/* SPDX-License-Identifier: GPL-3.0-or-later */

/* How late packets come, as the probe of a real jitter buffer sees them. */

#include "config.h"

#include <gst/rtp/rtp.h>

#include "arrivals.h"

#define PAYLOAD 96
#define LONG_MS 1000 /* no packet here comes later than that behind another */

typedef struct
{
  BeckonArrivals arrivals;
  GstElement *pipeline;
  GstPad *sink;
} Fixture;

static void
set_up (Fixture *f, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstElement) buffer = NULL;
  g_autoptr (GstCaps) caps = gst_caps_from_string (
      "application/x-rtp, media=video, payload=96, clock-rate=90000, encoding-name=VP8");
  GstSegment segment;

  f->pipeline = gst_parse_launch ("rtpjitterbuffer name=b ! fakesink async=false", &error);
  g_assert_no_error (error);
  buffer = gst_bin_get_by_name (GST_BIN (f->pipeline), "b");
  beckon_arrivals_watch (&f->arrivals, buffer);
  f->sink = gst_element_get_static_pad (buffer, "sink");
  gst_element_set_state (f->pipeline, GST_STATE_PLAYING);
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_send_event (f->sink, gst_event_new_stream_start ("network"));
  gst_pad_send_event (f->sink, gst_event_new_caps (caps));
  gst_pad_send_event (f->sink, gst_event_new_segment (&segment));
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  gst_object_unref (f->sink);
  gst_element_set_state (f->pipeline, GST_STATE_NULL);
  gst_object_unref (f->pipeline);
}

static void
come (Fixture *f, guint16 seqnum)
{
  GstBuffer *packet = gst_rtp_buffer_new_allocate (10, 0, 0);
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;

  gst_rtp_buffer_map (packet, GST_MAP_WRITE, &rtp);
  gst_rtp_buffer_set_payload_type (&rtp, PAYLOAD);
  gst_rtp_buffer_set_seq (&rtp, seqnum);
  gst_rtp_buffer_unmap (&rtp);
  g_assert_cmpint (gst_pad_chain (f->sink, packet), ==, GST_FLOW_OK);
}

static void
test_overtaken (Fixture *f, gconstpointer unused)
{
  come (f, 1000);
  come (f, 1002);
  g_assert_cmpuint (beckon_arrivals_take (&f->arrivals.overtaken_ms), ==, 0);
  g_usleep (30 * 1000); /* what is measured */
  come (f, 1001);
  g_assert_cmpuint (beckon_arrivals_take (&f->arrivals.overtaken_ms), >=, 30);
  g_assert_cmpuint (beckon_arrivals_take (&f->arrivals.overtaken_ms), ==, 0);
}

/* A number that never came is not one that came when the machine was started, also if it is 0. */
static void
test_lost_where_numbers_begin_anew (Fixture *f, gconstpointer unused)
{
  for (guint seqnum = 65500; seqnum < 65535; seqnum++)
    come (f, seqnum);
  come (f, 1);
  come (f, 2);
  come (f, 65535);
  g_assert_cmpuint (beckon_arrivals_take (&f->arrivals.overtaken_ms), <, LONG_MS);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  g_test_add ("/arrivals/overtaken", Fixture, NULL, set_up, test_overtaken, tear_down);
  g_test_add ("/arrivals/lost-where-numbers-begin-anew", Fixture, NULL, set_up,
              test_lost_where_numbers_begin_anew, tear_down);
  return g_test_run ();
}
