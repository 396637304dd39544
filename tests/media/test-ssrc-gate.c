/* SPDX-License-Identifier: GPL-3.0-or-later */

/* How many numbers of streams one end may use; what has none passes. */

#include "config.h"

#include "ssrc-gate.h"

#include <gst/rtp/rtp.h>

#define ROOM BECKON_SSRCS_MAX

typedef struct
{
  BeckonSsrcGate *gate;
} Fixture;

static void
set_up (Fixture *f, gconstpointer unused)
{
  f->gate = beckon_ssrc_gate_new ();
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  beckon_ssrc_gate_free (f->gate);
}

static gboolean
passes (Fixture *f, const guint8 *data, gsize size)
{
  return beckon_ssrc_gate_passes (f->gate, data, size);
}

static gboolean
stream_passes (Fixture *f, guint8 payload_type, guint32 ssrc)
{
  guint8 data[20] = { 0x80, payload_type };

  GST_WRITE_UINT32_BE (data + 8, ssrc);
  return passes (f, data, sizeof data);
}

static gboolean
report_passes (Fixture *f, guint8 type, guint32 ssrc)
{
  guint8 data[16] = { 0x80, type, 0, 3 };

  GST_WRITE_UINT32_BE (data + 4, ssrc);
  GST_WRITE_UINT32_BE (data + 8, g_random_int ()); /* encrypted */
  return passes (f, data, sizeof data);
}

static void
fill (Fixture *f)
{
  for (guint ssrc = 1; ssrc <= ROOM; ssrc++)
    g_assert_true (stream_passes (f, 96, ssrc));
}

static void
test_streams (Fixture *f, gconstpointer unused)
{
  fill (f);
  for (guint ssrc = ROOM + 1; ssrc < ROOM + 1000; ssrc++)
    g_assert_false (stream_passes (f, 96, ssrc));
  for (guint ssrc = 1; ssrc <= ROOM; ssrc++)
    {
      g_assert_true (stream_passes (f, 96, ssrc));
      g_assert_true (stream_passes (f, 0x80 | 111, ssrc)); /* with a marker */
    }
}

static void
test_reports (Fixture *f, gconstpointer unused)
{
  static const guint8 types[] = { 200, 201, 204, 205, 206 };

  fill (f);
  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    {
      g_assert_true (report_passes (f, types[i], 1));
      g_assert_false (report_passes (f, types[i], ROOM + 1));
    }
}

/* A goodbye has no sender that anything is kept of; whoever reports behind it has. */
static void
test_report_behind_another (Fixture *f, gconstpointer unused)
{
  guint8 data[] = { 0x80, 203, 0, 0, 0x80, 201, 0, 1, 0, 0, 0, 1 };

  fill (f);
  g_assert_true (passes (f, data, 4));
  g_assert_true (passes (f, data, sizeof data));
  data[11] = ROOM + 1;
  g_assert_false (passes (f, data, sizeof data));
  data[3] = 255; /* as long as no datagram is */
  g_assert_true (passes (f, data, sizeof data));
}

/* Not what looks like a report and is none: streams may have those numbers. */
static void
test_stream_like_a_report (Fixture *f, gconstpointer unused)
{
  fill (f);
  g_assert_true (stream_passes (f, 0x80 | 95, 1));
  g_assert_false (stream_passes (f, 0x80 | 95, ROOM + 1));
  g_assert_false (stream_passes (f, 0x80 | 81, ROOM + 1));
  g_assert_false (stream_passes (f, 63, ROOM + 1));
}

static void
test_mixed_of_others (Fixture *f, gconstpointer unused)
{
  guint8 data[] = { 0x82, 96, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3 };

  for (guint ssrc = 1; ssrc < ROOM; ssrc++)
    g_assert_true (stream_passes (f, 96, ssrc));
  g_assert_true (passes (f, data, sizeof data));
  data[19] = ROOM;
  g_assert_true (passes (f, data, sizeof data));
  data[19] = ROOM + 1;
  g_assert_false (passes (f, data, sizeof data));
  g_assert_false (stream_passes (f, 96, ROOM + 1)); /* there is no room left */
}

static void
test_wrong_length (Fixture *f, gconstpointer unused)
{
  guint8 data[] = { 0x90, 96, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xbe, 0xde, 0, 1, 0, 0, 0, 0 };

  g_assert_true (passes (f, data, sizeof data));
  g_assert_false (passes (f, data, sizeof data - 1));
  g_assert_false (passes (f, data, 15));
  data[0] = 0x83;
  g_assert_false (passes (f, data, sizeof data));
}

static void
test_no_streams (Fixture *f, gconstpointer unused)
{
  static const guint8 handshake[40] = { 22, 254, 253 };

  fill (f);
  g_assert_true (passes (f, handshake, sizeof handshake));
  g_assert_true (passes (f, handshake, 0));
}

#define SDP                                                                                        \
  "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\n"

static void
test_described (Fixture *f, gconstpointer unused)
{
  g_autoptr (GString) text = g_string_new (SDP);
  g_autoptr (GstSDPMessage) sdp = NULL;

  for (guint i = 0; i < ROOM; i++)
    g_string_append_printf (text, "a=ssrc:%u cname:them\r\na=ssrc:%u msid:a b\r\n", 1000 + i,
                            1000 + i);
  g_string_append (text, "a=ssrc:nonsense\r\na=ssrc:\r\n");
  g_assert_cmpint (gst_sdp_message_new_from_text (text->str, &sdp), ==, GST_SDP_OK);
  beckon_ssrc_gate_expect (f->gate, sdp);
  for (guint i = 0; i < ROOM / 2; i++)
    g_assert_true (stream_passes (f, 96, 1 + i));
  g_assert_false (stream_passes (f, 96, ROOM));
  for (guint i = 0; i < ROOM / 2; i++)
    g_assert_true (stream_passes (f, 96, 1000 + i));
  g_assert_false (stream_passes (f, 96, 1000 + ROOM / 2));
}

/* A report of @sender, who describes @described. */
static GstBuffer *
new_report (guint32 sender, guint32 described)
{
  GstBuffer *buffer = gst_rtcp_buffer_new (1200);
  GstRTCPBuffer rtcp = GST_RTCP_BUFFER_INIT;
  GstRTCPPacket packet;

  gst_rtcp_buffer_map (buffer, GST_MAP_READWRITE, &rtcp);
  gst_rtcp_buffer_add_packet (&rtcp, GST_RTCP_TYPE_RR, &packet);
  gst_rtcp_packet_rr_set_ssrc (&packet, sender);
  gst_rtcp_buffer_add_packet (&rtcp, GST_RTCP_TYPE_SDES, &packet);
  gst_rtcp_packet_sdes_add_item (&packet, described);
  gst_rtcp_packet_sdes_add_entry (&packet, GST_RTCP_SDES_CNAME, 4, (const guint8 *) "them");
  gst_rtcp_buffer_unmap (&rtcp);
  return buffer;
}

/* Behind the decryption there are more numbers than stood in clear. */
static void
test_described_in_reports (Fixture *f, gconstpointer unused)
{
  g_autoptr (GstElement) session = gst_object_ref_sink (gst_element_factory_make ("rtpsession", NULL));
  g_autoptr (GstPad) source = gst_object_ref_sink (gst_pad_new ("src", GST_PAD_SRC));
  g_autoptr (GstCaps) caps = gst_caps_new_empty_simple ("application/x-rtcp");
  g_autoptr (GObject) internal = NULL;
  g_autoptr (GstPad) sink = NULL;
  GstSegment segment;
  guint before, n;

  beckon_ssrc_gate_watch (f->gate, session);
  sink = gst_element_request_pad_simple (session, "recv_rtcp_sink");
  gst_pad_link (source, sink);
  gst_pad_set_active (source, TRUE);
  gst_element_set_state (session, GST_STATE_PLAYING);
  g_object_get (session, "internal-session", &internal, NULL);
  gst_pad_push_event (source, gst_event_new_stream_start ("reports"));
  gst_pad_push_event (source, gst_event_new_caps (caps));
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (source, gst_event_new_segment (&segment));
  g_object_get (internal, "num-sources", &before, NULL);
  for (guint i = 0; i < 3 * ROOM; i++)
    gst_pad_push (source, new_report (i % 2 == 0 ? 1 : 1000 + i, 2000 + i));
  g_object_get (internal, "num-sources", &n, NULL);
  g_assert_cmpuint (n - before, <=, ROOM);
  g_assert_cmpuint (n - before, >, ROOM / 2); /* they were looked at */
  gst_element_set_state (session, GST_STATE_NULL);
}

int
main (int argc, char **argv)
{
  gst_init (NULL, NULL);
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/ssrc-gate/streams", Fixture, NULL, set_up, test_streams, tear_down);
  g_test_add ("/ssrc-gate/reports", Fixture, NULL, set_up, test_reports, tear_down);
  g_test_add ("/ssrc-gate/report-behind-another", Fixture, NULL, set_up,
              test_report_behind_another, tear_down);
  g_test_add ("/ssrc-gate/stream-like-a-report", Fixture, NULL, set_up, test_stream_like_a_report,
              tear_down);
  g_test_add ("/ssrc-gate/mixed-of-others", Fixture, NULL, set_up, test_mixed_of_others, tear_down);
  g_test_add ("/ssrc-gate/wrong-length", Fixture, NULL, set_up, test_wrong_length, tear_down);
  g_test_add ("/ssrc-gate/no-streams", Fixture, NULL, set_up, test_no_streams, tear_down);
  g_test_add ("/ssrc-gate/described", Fixture, NULL, set_up, test_described, tear_down);
  g_test_add ("/ssrc-gate/described-in-reports", Fixture, NULL, set_up, test_described_in_reports,
              tear_down);
  return g_test_run ();
}
