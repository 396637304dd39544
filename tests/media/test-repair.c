/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What is sent more than once, by how much is lost: the figures, and real packets through the
 * element that keeps them. */

#include "config.h"

#include <gst/app/app.h>
#include <gst/rtp/rtp.h>

#include "peer-repair.h"

#define ANY G_MAXUINT /* copies */
#define SECOND G_USEC_PER_SEC
#define MS 1000
#define PICTURES 4711
#define SOUND 815
#define PAYLOAD 96
#define RTX_PAYLOAD 97
#define FRAMES 20
#define PACKETS 2 /* of a frame */

static void
test_choose (void)
{
  guint before = 0;

  g_assert_cmpuint (beckon_peer_repair_choose (0, 40 * MS, 0), ==, 0);
  g_assert_cmpuint (beckon_peer_repair_choose (0.02, 40 * MS, 0), ==, 0);
  g_assert_cmpuint (beckon_peer_repair_choose (0.1, 40 * MS, 0), ==, 1);
  g_assert_cmpuint (beckon_peer_repair_choose (0.5, 40 * MS, 0), ==, BECKON_COPIES_MAX);
  /* Where the way is long there is no time to ask. */
  g_assert_cmpuint (beckon_peer_repair_choose (0.05, 40 * MS, 0), ==, 0);
  g_assert_cmpuint (beckon_peer_repair_choose (0.05, 300 * MS, 0), >, 0);
  g_assert_cmpuint (beckon_peer_repair_choose (0.1, 1000 * MS, 0), >, 1);
  g_assert_cmpuint (beckon_peer_repair_choose (1, -1, 0), ==, BECKON_COPIES_MAX);
  /* Where there is room to spare a frame in half a minute is too much. */
  g_assert_cmpuint (beckon_peer_repair_choose (0.05, 40 * MS, ANY), ==, 1);
  g_assert_cmpuint (beckon_peer_repair_choose (0.02, 40 * MS, ANY), ==, 0);
  g_assert_cmpuint (beckon_peer_repair_choose (0.1, 40 * MS, 1), ==, 1);
  for (double loss = 0; loss <= 1; loss += 0.01)
    {
      const guint copies = beckon_peer_repair_choose (loss, 1000 * MS, 0);

      g_assert_cmpuint (copies, >=, before);
      before = copies;
    }
}

static void
test_takes_its_time (void)
{
  g_autoptr (BeckonPeerRepair) repair = beckon_peer_repair_new ();
  gint64 now = SECOND;

  g_assert_cmpfloat (beckon_peer_repair_update (repair, now, 0, 40 * MS, ANY, 0), ==, 0);
  g_assert_cmpfloat (beckon_peer_repair_update (repair, now, 0.5, 40 * MS, ANY, 0), >=, 3);
  /* A moment without loss is no better network. */
  g_assert_cmpfloat (beckon_peer_repair_update (repair, now + SECOND, 0, 40 * MS, ANY, 0), ==, 3);
  g_assert_cmpfloat (beckon_peer_repair_update (repair, now + 2 * SECOND, 0.5, 40 * MS, ANY, 0), >=,
                     3);
  for (now += 3 * SECOND; now < 30 * SECOND; now += SECOND)
    beckon_peer_repair_update (repair, now, 0, 40 * MS, ANY, 0);
  g_assert_cmpfloat (beckon_peer_repair_update (repair, now, 0, 40 * MS, ANY, 0), ==, 0);
}

/* Bursts are some seconds apart. */
static void
test_waits_longer_with_room_to_spare (void)
{
  g_autoptr (BeckonPeerRepair) repair = beckon_peer_repair_new ();
  gint64 now = SECOND;

  beckon_peer_repair_update (repair, now, 0.05, 40 * MS, ANY, 1);
  for (now += SECOND; now < 12 * SECOND; now += SECOND)
    g_assert_cmpfloat (beckon_peer_repair_update (repair, now, 0, 40 * MS, ANY, 1), ==, 1);
  for (; now < 16 * SECOND; now += SECOND)
    beckon_peer_repair_update (repair, now, 0, 40 * MS, ANY, 1);
  g_assert_cmpfloat (beckon_peer_repair_update (repair, now, 0, 40 * MS, ANY, 1), ==, 0);
}

/* On a thin line copies would leave nothing for pictures. */
static void
test_has_room (void)
{
  g_autoptr (BeckonPeerRepair) repair = beckon_peer_repair_new ();

  g_assert_cmpfloat (beckon_peer_repair_update (repair, SECOND, 0.5, 40 * MS, 1, 0), ==, 2);
  g_assert_cmpfloat (beckon_peer_repair_update (repair, SECOND, 0.5, 40 * MS, ANY, 0), >=, 4);
  g_assert_cmpfloat (beckon_peer_repair_update (repair, SECOND, 0.5, 40 * MS, 0, 0), ==, 1);
}

/* ---- packets ---- */

typedef struct
{
  BeckonPeerRepair *repair;
  GstElement *pipeline;
  GstAppSrc *source;
  GstAppSink *sink;
  guint16 next;
} Line;

static void
line_open (Line *self, guint ssrc)
{
  g_autofree char *description = g_strdup_printf (
      "appsrc name=source format=time caps=application/x-rtp,media=(string)video,clock-rate=90000,"
      "payload=%u,ssrc=(uint)%u ! rtprtxsend name=rtx ! appsink name=sink sync=false",
      PAYLOAD, ssrc);
  g_autoptr (GstStructure) map = gst_structure_new (
      "application/x-rtp-pt-map", G_STRINGIFY (PAYLOAD), G_TYPE_UINT, RTX_PAYLOAD, NULL);
  g_autoptr (GstElement) rtx = NULL;
  g_autoptr (GError) error = NULL;

  self->pipeline = gst_parse_launch (description, &error);
  g_assert_no_error (error);
  self->source = GST_APP_SRC (gst_bin_get_by_name (GST_BIN (self->pipeline), "source"));
  self->sink = GST_APP_SINK (gst_bin_get_by_name (GST_BIN (self->pipeline), "sink"));
  rtx = gst_bin_get_by_name (GST_BIN (self->pipeline), "rtx");
  g_object_set (rtx, "payload-type-map", map, NULL);
  self->repair = beckon_peer_repair_new ();
  beckon_peer_repair_add_line (self->repair, PICTURES);
  beckon_peer_repair_watch (self->repair, rtx);
  beckon_peer_repair_watch (self->repair, self->pipeline); /* which is something else */
  self->next = 65500;                                      /* so that they begin anew */
  gst_element_set_state (self->pipeline, GST_STATE_PLAYING);
}

static void
line_close (Line *self)
{
  gst_element_set_state (self->pipeline, GST_STATE_NULL);
  beckon_peer_repair_free (self->repair);
  gst_object_unref (self->source);
  gst_object_unref (self->sink);
  gst_object_unref (self->pipeline);
}

/* @size: of what is in each packet */
static void
push_packets (Line *self, guint ssrc, guint32 timestamp, gboolean key, guint size)
{
  for (guint i = 0; i < PACKETS; i++)
    {
      GstBuffer *buffer = gst_rtp_buffer_new_allocate (size, 0, 0);
      GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;

      gst_rtp_buffer_map (buffer, GST_MAP_WRITE, &rtp);
      gst_rtp_buffer_set_payload_type (&rtp, PAYLOAD);
      gst_rtp_buffer_set_ssrc (&rtp, ssrc);
      gst_rtp_buffer_set_seq (&rtp, self->next++);
      gst_rtp_buffer_set_timestamp (&rtp, timestamp);
      gst_rtp_buffer_set_marker (&rtp, i + 1 == PACKETS);
      gst_rtp_buffer_unmap (&rtp);
      if (!key || i > 0)
        GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT);
      g_assert_cmpint (gst_app_src_push_buffer (self->source, buffer), ==, GST_FLOW_OK);
    }
}

static void
push_frame (Line *self, guint ssrc, guint32 timestamp, gboolean key)
{
  push_packets (self, ssrc, timestamp, key, 100);
}

/* Returns: whether @sample is a packet that is sent once more; @seqnum: that of the packet as it
 * was */
static gboolean
read_packet (GstSample *sample, guint16 *seqnum)
{
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;
  gboolean again;

  g_assert_true (gst_rtp_buffer_map (gst_sample_get_buffer (sample), GST_MAP_READ, &rtp));
  again = gst_rtp_buffer_get_payload_type (&rtp) == RTX_PAYLOAD;
  *seqnum = again ? GST_READ_UINT16_BE (gst_rtp_buffer_get_payload (&rtp))
                  : gst_rtp_buffer_get_seq (&rtp);
  gst_rtp_buffer_unmap (&rtp);
  return again;
}

/* Takes all that comes, to its end, which follows the last copy. @copies: counted by place */
static void
count_copies (Line *self, guint *copies)
{
  const guint16 first = self->next - FRAMES * PACKETS;
  GstSample *sample;

  gst_app_src_end_of_stream (self->source);
  while ((sample = gst_app_sink_pull_sample (self->sink)) != NULL)
    {
      guint16 seqnum;

      if (read_packet (sample, &seqnum))
        copies[(guint16) (seqnum - first)]++;
      gst_sample_unref (sample);
    }
}

typedef struct
{
  const char *name;
  double loss;
  guint ssrc;
  guint interval; /* of frames, of 90 000 a second */
  guint copies;
} Copies;

static void
test_copies (gconstpointer data)
{
  const Copies *wanted = data;
  guint copies[FRAMES * PACKETS] = { 0 };
  Line line;

  line_open (&line, wanted->ssrc);
  beckon_peer_repair_update (line.repair, SECOND, wanted->loss, 40 * MS, ANY, 0);
  for (guint i = 0; i < FRAMES; i++)
    push_frame (&line, wanted->ssrc, i * wanted->interval, i == FRAMES / 2);
  count_copies (&line, copies);
  /* Those of the last frames would come with the next ones. */
  for (guint i = 0; i < (FRAMES - BECKON_COPIES_MAX) * PACKETS; i++)
    {
      const gboolean key = i / PACKETS == FRAMES / 2 && wanted->copies > 0;
      const gboolean first = i / PACKETS == 0 && wanted->copies > 0;

      g_assert_cmpuint (copies[i], ==, MIN (wanted->copies + key, BECKON_COPIES_MAX) + first);
    }
  line_close (&line);
}

/* Nobody waits for what comes behind the first picture to know that they have not got it; an empty
 * frame is none. */
static void
test_first_at_once (void)
{
  guint copies[FRAMES * PACKETS] = { 0 };
  Line line;

  line_open (&line, PICTURES);
  push_packets (&line, PICTURES, 0, TRUE, 0);
  for (guint i = 0; i < PACKETS; i++)
    gst_sample_unref (gst_app_sink_pull_sample (line.sink));
  beckon_peer_repair_update (line.repair, SECOND, 0.2, 40 * MS, ANY, 0);
  push_frame (&line, PICTURES, 3000, TRUE);
  count_copies (&line, copies);
  for (guint i = 0; i < FRAMES * PACKETS; i++)
    g_assert_cmpuint (copies[i], ==, i < (FRAMES - 1) * PACKETS ? 0 : 2);
  line_close (&line);
}

/* A packet that has been sent is enough to know what the path loses. */
static void
test_try_path (void)
{
  guint copies[FRAMES * PACKETS] = { 0 };
  Line line;

  line_open (&line, PICTURES);
  beckon_peer_repair_try_path (line.repair); /* there is nothing yet */
  push_packets (&line, PICTURES, 0, TRUE, 0);
  for (guint i = 0; i < PACKETS; i++)
    gst_sample_unref (gst_app_sink_pull_sample (line.sink));
  for (guint i = 0; i < 5; i++)
    beckon_peer_repair_try_path (line.repair);
  count_copies (&line, copies);
  for (guint i = 0; i < FRAMES * PACKETS; i++)
    g_assert_cmpuint (copies[i], ==, i == (FRAMES - 1) * PACKETS ? 5 : 0);
  line_close (&line);
}

static void
ask (GstPad *pad, guint ssrc, guint16 seqnum)
{
  gst_pad_push_event (
      pad, gst_event_new_custom (GST_EVENT_CUSTOM_UPSTREAM,
                                 gst_structure_new ("GstRTPRetransmissionRequest", "seqnum",
                                                    G_TYPE_UINT, seqnum, "ssrc", G_TYPE_UINT, ssrc,
                                                    NULL)));
}

/* Who asks gets an answer as often as it takes. */
static void
test_answers (void)
{
  guint copies[FRAMES * PACKETS] = { 0 };
  GstPad *pad;
  Line line;

  line_open (&line, SOUND);
  beckon_peer_repair_update (line.repair, SECOND, 0.5, 40 * MS, ANY, 0);
  for (guint i = 0; i < FRAMES; i++)
    push_frame (&line, SOUND, i, FALSE);
  pad = gst_element_get_static_pad (GST_ELEMENT (line.sink), "sink");
  for (guint i = 0; i < FRAMES * PACKETS; i++)
    gst_sample_unref (gst_app_sink_pull_sample (line.sink));
  ask (pad, SOUND, line.next - 3);
  count_copies (&line, copies);
  for (guint i = 0; i < FRAMES * PACKETS; i++)
    g_assert_cmpuint (copies[i], ==, i == FRAMES * PACKETS - 3 ? 3 : 0);
  gst_object_unref (pad);
  line_close (&line);
}

/* Whether what is before a key frame is sent again. */
static void
check_before_key_frame (gboolean has_fallen)
{
  guint copies[FRAMES * PACKETS] = { 0 };
  GstPad *pad;
  Line line;

  line_open (&line, PICTURES);
  for (guint i = 0; i < FRAMES; i++)
    {
      if (i == FRAMES - 2 && has_fallen)
        {
          beckon_peer_repair_set_limit (line.repair, 0);
          beckon_peer_repair_set_limit (line.repair, G_MAXINT);
        }
      push_frame (&line, PICTURES, i * 3000, i == FRAMES - 2);
    }
  pad = gst_element_get_static_pad (GST_ELEMENT (line.sink), "sink");
  for (guint i = 0; i < FRAMES * PACKETS; i++)
    gst_sample_unref (gst_app_sink_pull_sample (line.sink));
  for (guint back = 1; back <= 3 * PACKETS; back++)
    ask (pad, PICTURES, line.next - back);
  count_copies (&line, copies);
  for (guint i = 0; i < FRAMES * PACKETS; i++)
    g_assert_cmpuint (copies[i], ==, i >= (FRAMES - (has_fallen ? 2 : 3)) * PACKETS);
  gst_object_unref (pad);
  line_close (&line);
}

/* Who has asked waits for it. */
static void
test_before_key_frame (void)
{
  check_before_key_frame (FALSE);
}

/* The key frame of a line that became thin makes up for what was lost. */
static void
test_fallen (void)
{
  check_before_key_frame (TRUE);
}

/* Who asks again and again fills no line. */
static void
test_limit (void)
{
  guint copies[FRAMES * PACKETS] = { 0 };
  guint all = 0;
  GstPad *pad;
  Line line;

  line_open (&line, SOUND);
  for (guint i = 0; i < FRAMES; i++)
    push_frame (&line, SOUND, i, FALSE);
  pad = gst_element_get_static_pad (GST_ELEMENT (line.sink), "sink");
  for (guint i = 0; i < FRAMES * PACKETS; i++)
    gst_sample_unref (gst_app_sink_pull_sample (line.sink));
  beckon_peer_repair_set_limit (line.repair, 8);
  for (guint i = 0; i < 1000; i++)
    ask (pad, SOUND, line.next - 3);
  count_copies (&line, copies);
  for (guint i = 0; i < FRAMES * PACKETS; i++)
    all += copies[i];
  g_assert_cmpuint (all, >, 10);
  g_assert_cmpuint (all, <, 200);
  gst_object_unref (pad);
  line_close (&line);
}

int
main (int argc, char **argv)
{
  static const Copies copies[] = {
    { "/repair/copies/none", 0.01, PICTURES, 3000, 0 },
    { "/repair/copies/one", 0.1, PICTURES, 3000, 1 },
    { "/repair/copies/many", 0.5, PICTURES, 3000, 3 },
    { "/repair/copies/many-at-once", 0.5, PICTURES, 13000, 3 },
    { "/repair/copies/not-of-sound", 0.5, SOUND, 3000, 0 },
  };

  gst_init (NULL, NULL);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/repair/choose", test_choose);
  g_test_add_func ("/repair/takes-its-time", test_takes_its_time);
  g_test_add_func ("/repair/waits-longer-with-room-to-spare", test_waits_longer_with_room_to_spare);
  g_test_add_func ("/repair/has-room", test_has_room);
  for (guint i = 0; i < G_N_ELEMENTS (copies); i++)
    g_test_add_data_func (copies[i].name, &copies[i], test_copies);
  g_test_add_func ("/repair/first-at-once", test_first_at_once);
  g_test_add_func ("/repair/try-path", test_try_path);
  g_test_add_func ("/repair/answers", test_answers);
  g_test_add_func ("/repair/before-key-frame", test_before_key_frame);
  g_test_add_func ("/repair/fallen", test_fallen);
  g_test_add_func ("/repair/limit", test_limit);
  return g_test_run ();
}
