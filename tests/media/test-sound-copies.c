/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Sound that is sent more than once: how often, what descriptions say of it, and what comes out of
 * GStreamer's own reader of RFC 2198 when packets between them are lost. */

#include "config.h"

#include <gst/app/app.h>
#include <gst/rtp/rtp.h>

#include "peer-private.h"
#include "quality-ladder.h"
#include "sound-copies.h"

#define SECOND G_USEC_PER_SEC
#define OPUS 111
#define COPIES 112
#define PACKETS 500
#define STEP 960 /* 20 ms at 48 000 a second */
#define BEGIN 65500

static void
test_choose (void)
{
  g_assert_cmpuint (beckon_sound_copies_choose (0, 0, TRUE), ==, 0);
  g_assert_cmpuint (beckon_sound_copies_choose (0.05, 0.05, TRUE), ==, 0);
  g_assert_cmpuint (beckon_sound_copies_choose (0.1, 0.1, TRUE), ==, 1);
  g_assert_cmpuint (beckon_sound_copies_choose (0.2, 0.2, TRUE), ==, 2);
  g_assert_cmpuint (beckon_sound_copies_choose (0.3, 0.3, TRUE), ==, BECKON_SOUND_COPIES_MAX);
  /* Opus has none. */
  g_assert_cmpuint (beckon_sound_copies_choose (0.005, 0.005, FALSE), ==, 0);
  g_assert_cmpuint (beckon_sound_copies_choose (0.02, 0.02, FALSE), ==, 1);
  g_assert_cmpuint (beckon_sound_copies_choose (0.1, 0.1, FALSE), ==, 2);
  /* In bursts a copy of one packet is of little use. */
  g_assert_cmpuint (beckon_sound_copies_choose (0.05, 0.3, TRUE), ==, 0);
  g_assert_cmpuint (beckon_sound_copies_choose (0.05, 0.8, TRUE), ==, BECKON_SOUND_COPIES_MAX);
  g_assert_cmpuint (beckon_sound_copies_choose (0.02, 0.5, TRUE), ==, 2);
  g_assert_cmpuint (beckon_sound_copies_choose (0.02, 0.5, FALSE), ==, 3);
  g_assert_cmpuint (beckon_sound_copies_choose (0.005, 0.8, TRUE), ==, 0);
  for (gboolean repeated = FALSE; repeated <= TRUE; repeated++)
    {
      guint before = 0;

      for (double loss = 0; loss <= 1; loss += 0.01)
        {
          const guint copies = beckon_sound_copies_choose (loss, loss, repeated);

          g_assert_cmpuint (copies, >=, before);
          g_assert_cmpuint (copies, <=, BECKON_SOUND_COPIES_MAX);
          before = copies;
        }
    }
}

static void
test_takes_its_time (void)
{
  g_autoptr (BeckonSoundCopies) copies = beckon_sound_copies_new ();
  gint64 now = SECOND;

  /* Nobody understands them yet. */
  g_assert_cmpuint (beckon_sound_copies_update (copies, now, 0.5, 0.5, 3), ==, 0);
  beckon_sound_copies_set_payload (copies, COPIES);
  g_assert_cmpuint (beckon_sound_copies_update (copies, now, 0.5, 0.5, 3), ==, 3);
  g_assert_cmpuint (beckon_sound_copies_update (copies, now + SECOND, 0, 0, 3), ==, 3);
  g_assert_cmpuint (beckon_sound_copies_update (copies, now + SECOND, 0.5, 0.5, 1), ==, 1);
  for (now += 2 * SECOND; now < 30 * SECOND; now += SECOND)
    beckon_sound_copies_update (copies, now, 0, 0, 3);
  g_assert_cmpuint (beckon_sound_copies_update (copies, now, 0, 0, 3), ==, 0);
}

/* Copies are paid for by pictures, and on a thin line there are fewer. */
static void
test_room (void)
{
  g_autoptr (BeckonQualityLadder) ladder = beckon_quality_ladder_new ();
  guint before;

  before = beckon_quality_ladder_update (ladder, SECOND, 500000, 0, 1)->video_bits;
  g_assert_cmpuint (beckon_quality_ladder_get_room (ladder, 500000), >=, 3);
  beckon_quality_ladder_set_copies (ladder, 3);
  g_assert_cmpuint (beckon_quality_ladder_update (ladder, SECOND, 500000, 0, 1)->video_bits, <,
                    before - 100000);
  beckon_quality_ladder_update (ladder, SECOND, 100000, 0, 1);
  g_assert_cmpuint (beckon_quality_ladder_get_room (ladder, 100000), ==, 2);
  beckon_quality_ladder_update (ladder, SECOND, 40000, 0, 1);
  g_assert_cmpuint (beckon_quality_ladder_get_room (ladder, 30000), ==, 0);
}

/* ---- descriptions ---- */

#define HEAD                                                                                       \
  "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=ice-ufrag:abcd\r\na=ice-pwd:"              \
  "0123456789012345678901\r\na=fingerprint:sha-256 00\r\n"
#define SOUND "m=audio 9 UDP/TLS/RTP/SAVPF 111 63\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\na=sendrecv\r\n"
#define MAPS "a=rtpmap:111 opus/48000/2\r\na=rtpmap:63 red/48000/2\r\n"

static int
read_copies (const char *text)
{
  BeckonSdpLines lines;
  g_autoptr (GError) error = NULL;
  g_autoptr (GstSDPMessage) sdp =
      beckon_peer_sdp_parse (text, TRUE, BECKON_H264_NEVER, &lines, &error);

  g_assert_no_error (error);
  return lines.copies;
}

static void
test_descriptions (void)
{
  g_assert_cmpint (read_copies (HEAD SOUND MAPS), ==, -1);                         /* of what? */
  g_assert_cmpint (read_copies (HEAD SOUND MAPS "a=fmtp:63 111/111\r\n"), ==, 63); /* Chromium's */
  g_assert_cmpint (read_copies (HEAD SOUND MAPS "a=fmtp:63 111/111/111\r\n"), ==, 63);
  g_assert_cmpint (read_copies (HEAD SOUND MAPS "a=fmtp:63 0/0\r\n"), ==, -1);
  g_assert_cmpint (read_copies (HEAD SOUND MAPS "a=fmtp:63 111/1111\r\n"), ==, -1);
}

static void
test_says_so (void)
{
  g_autoptr (GstSDPMessage) sdp = NULL;
  g_autofree char *once = NULL, *twice = NULL;

  g_assert_cmpint (gst_sdp_message_new_from_text (
                       HEAD
                       "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=rtpmap:111 OPUS/48000/2\r\n"
                       "a=sendrecv\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=rtpmap:96 VP8/90000\r\n",
                       &sdp),
                   ==, GST_SDP_OK);
  beckon_peer_sdp_add_copies (sdp, -1);
  once = gst_sdp_message_as_text (sdp);
  g_assert_nonnull (strstr (once, "a=rtpmap:97 red/48000/2")); /* 96 is taken */
  g_assert_nonnull (strstr (once, "a=fmtp:97 111/111"));
  beckon_peer_sdp_add_copies (sdp, -1);
  twice = gst_sdp_message_as_text (sdp);
  g_assert_cmpstr (once, ==, twice);
}

/* webrtcbin says so in offers alone; on each line of packets, and once. */
static void
test_reduced (void)
{
  g_autoptr (GstSDPMessage) sdp = NULL;

  g_assert_cmpint (
      gst_sdp_message_new_from_text (HEAD "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=rtcp-rsize\r\n"
                                          "m=video 9 UDP/TLS/RTP/SAVPF 96\r\n"
                                          "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n",
                                     &sdp),
      ==, GST_SDP_OK);
  beckon_peer_sdp_allow_reduced (sdp);
  for (guint i = 0; i < 3; i++)
    {
      const GstSDPMedia *media = gst_sdp_message_get_media (sdp, i);

      g_assert_cmpint (gst_sdp_media_get_attribute_val_n (media, "rtcp-rsize", 0) != NULL, ==,
                       i < 2);
      g_assert_null (gst_sdp_media_get_attribute_val_n (media, "rtcp-rsize", 1));
    }
}

/* ---- packets ---- */

typedef struct
{
  BeckonSoundCopies *copies;
  GstElement *pipeline;
  GstAppSrc *source;
  GstAppSink *sink;
  GRand *dice;
  double loss;
  guint with_copies; /* packets */
} Line;

static GstPadProbeReturn
on_network (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Line *self = user_data;
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;

  g_assert_true (gst_rtp_buffer_map (GST_PAD_PROBE_INFO_BUFFER (info), GST_MAP_READ, &rtp));
  self->with_copies += gst_rtp_buffer_get_payload_type (&rtp) == COPIES;
  gst_rtp_buffer_unmap (&rtp);
  return g_rand_double (self->dice) < self->loss ? GST_PAD_PROBE_DROP : GST_PAD_PROBE_OK;
}

static void
line_open (Line *self, double loss)
{
  g_autoptr (GstElement) reader = NULL;
  g_autoptr (GstPad) sent = NULL, arriving = NULL;
  g_autoptr (GError) error = NULL;

  *self = (Line){ .dice = g_rand_new_with_seed (3), .loss = loss };
  self->pipeline = gst_parse_launch (
      "appsrc name=source format=time caps=application/x-rtp,media=(string)audio,clock-rate=48000,"
      "payload=" G_STRINGIFY (OPUS) " ! rtpreddec name=reader pt=" G_STRINGIFY (
          COPIES) " ! appsink name=sink sync=false",
      &error);
  g_assert_no_error (error);
  self->source = GST_APP_SRC (gst_bin_get_by_name (GST_BIN (self->pipeline), "source"));
  self->sink = GST_APP_SINK (gst_bin_get_by_name (GST_BIN (self->pipeline), "sink"));
  reader = gst_bin_get_by_name (GST_BIN (self->pipeline), "reader");
  self->copies = beckon_sound_copies_new ();
  sent = gst_element_get_static_pad (GST_ELEMENT (self->source), "src");
  beckon_sound_copies_watch (self->copies, sent);
  beckon_sound_copies_watch_element (reader);
  arriving = gst_element_get_static_pad (reader, "sink");
  gst_pad_add_probe (arriving, GST_PAD_PROBE_TYPE_BUFFER, on_network, self, NULL);
  gst_element_set_state (self->pipeline, GST_STATE_PLAYING);
}

static void
line_close (Line *self)
{
  gst_element_set_state (self->pipeline, GST_STATE_NULL);
  beckon_sound_copies_free (self->copies);
  gst_object_unref (self->source);
  gst_object_unref (self->sink);
  gst_object_unref (self->pipeline);
  g_rand_free (self->dice);
}

/* What is in it says which one it is, and is of another length each time. */
static guint
size_of (guint i)
{
  return 20 + i % 50;
}

static void
push_bytes (Line *self, guint i, const guint8 *bytes, guint size, guint32 timestamp)
{
  GstBuffer *buffer = gst_rtp_buffer_new_allocate (size, 0, 0);
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;

  gst_rtp_buffer_map (buffer, GST_MAP_WRITE, &rtp);
  gst_rtp_buffer_set_payload_type (&rtp, OPUS);
  gst_rtp_buffer_set_ssrc (&rtp, 815);
  gst_rtp_buffer_set_seq (&rtp, BEGIN + i);
  gst_rtp_buffer_set_timestamp (&rtp, timestamp);
  memcpy (gst_rtp_buffer_get_payload (&rtp), bytes, size);
  gst_rtp_buffer_unmap (&rtp);
  g_assert_cmpint (gst_app_src_push_buffer (self->source, buffer), ==, GST_FLOW_OK);
}

static void
push (Line *self, guint i, guint size, guint32 timestamp)
{
  g_autofree guint8 *bytes = g_malloc (size);

  memset (bytes, i % 251, size);
  push_bytes (self, i, bytes, size, timestamp);
}

static void
check_packet (GstSample *sample, guint *came)
{
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;
  const guint8 *payload;
  guint i, size;

  g_assert_true (gst_rtp_buffer_map (gst_sample_get_buffer (sample), GST_MAP_READ, &rtp));
  i = (guint16) (gst_rtp_buffer_get_seq (&rtp) - BEGIN);
  size = gst_rtp_buffer_get_payload_len (&rtp);
  payload = gst_rtp_buffer_get_payload (&rtp);
  g_assert_cmpuint (i, <, PACKETS);
  g_assert_cmpuint (gst_rtp_buffer_get_payload_type (&rtp), ==, OPUS);
  g_assert_cmpuint (gst_rtp_buffer_get_timestamp (&rtp), ==, i * STEP);
  g_assert_cmpuint (size, ==, size_of (i));
  for (guint j = 0; j < size; j++)
    g_assert_cmpuint (payload[j], ==, i % 251);
  gst_rtp_buffer_unmap (&rtp);
  came[i]++;
  /* Else they would go no further in webrtcbin. */
  g_assert_false (
      GST_BUFFER_FLAG_IS_SET (gst_sample_get_buffer (sample), GST_RTP_BUFFER_FLAG_REDUNDANT));
}

/* Returns: how many packets did not come in any way. */
static guint
count_missing (Line *self)
{
  guint came[PACKETS] = { 0 }, missing = 0;
  GstSample *sample;

  for (guint i = 0; i < PACKETS; i++)
    push (self, i, size_of (i), i * STEP);
  gst_app_src_end_of_stream (self->source);
  while ((sample = gst_app_sink_pull_sample (self->sink)) != NULL)
    {
      check_packet (sample, came);
      gst_sample_unref (sample);
    }
  for (guint i = 0; i < PACKETS; i++)
    missing += came[i] == 0;
  g_test_message ("%u of %u did not come, %u were sent with copies", missing, PACKETS,
                  self->with_copies);
  return missing;
}

/* Whoever does not know copies gets what they always got, and who loses little as well. */
static void
test_none (gconstpointer understood)
{
  const double loss = GPOINTER_TO_INT (understood) ? 0.05 : 0.5;
  Line line;

  line_open (&line, 0);
  beckon_sound_copies_set_payload (line.copies, GPOINTER_TO_INT (understood) ? COPIES : -1);
  beckon_sound_copies_update (line.copies, SECOND, loss, loss, 3);
  g_assert_cmpuint (count_missing (&line), ==, 0);
  g_assert_cmpuint (line.with_copies, ==, 0);
  line_close (&line);
}

static void
test_lost (gconstpointer data)
{
  const double loss = GPOINTER_TO_UINT (data) / 100.0;
  Line line;

  line_open (&line, loss);
  beckon_sound_copies_set_payload (line.copies, COPIES);
  beckon_sound_copies_update (line.copies, SECOND, loss, loss, 3);
  /* Of those, Opus still has most in the packet behind. */
  g_assert_cmpuint (count_missing (&line), <=, PACKETS * (loss > 0.4 ? 0.1 : 0.04));
  g_assert_cmpuint (line.with_copies, ==, PACKETS - 1);
  line_close (&line);
}

/* What was said before a pause, or is too large for its place, has no place. */
static void
test_no_place (void)
{
  Line line;
  guint n = 0;
  GstSample *sample;

  line_open (&line, 0);
  beckon_sound_copies_set_payload (line.copies, COPIES);
  beckon_sound_copies_update (line.copies, SECOND, 0.5, 0.5, 3);
  push (&line, 0, 20, 0);
  push (&line, 1, 20, 48000);
  push (&line, 2, 1100, 48000 + STEP);
  push (&line, 3, 20, 48000 + 2 * STEP);
  gst_app_src_end_of_stream (line.source);
  while ((sample = gst_app_sink_pull_sample (line.sink)) != NULL)
    {
      n++;
      gst_sample_unref (sample);
    }
  g_assert_cmpuint (n, ==, 4);
  g_assert_cmpuint (line.with_copies, ==, 1);
  line_close (&line);
}

/* @first: of each packet. Returns: how many copies there are of those behind them */
static guint
send_such (Line *self, guint *i, const guint8 first[2], gint64 now)
{
  for (guint n = 0; n < 100; n++, (*i)++)
    {
      g_autoptr (GstSample) sample = NULL;

      push_bytes (self, *i, first, 2, *i * STEP);
      sample = gst_app_sink_pull_sample (self->sink);
    }
  return beckon_sound_copies_update (self->copies, now, 0.02, 0.02, 3);
}

/* Of music, and of speech without room for it, Opus has no copy of its own. */
static void
test_opus_has_none (void)
{
  static const guint8 music[] = { 31 << 3, 0 }, speech[] = { 15 << 3, 0x80 },
                      repeated[] = { 15 << 3, 0xc0 }, pause[] = { 15 << 3, 0x00 };
  Line line;
  guint i = 0;

  line_open (&line, 0);
  beckon_sound_copies_set_payload (line.copies, COPIES);
  g_assert_cmpuint (send_such (&line, &i, repeated, 1 * SECOND), ==, 0);
  g_assert_cmpuint (send_such (&line, &i, music, 2 * SECOND), ==, 1);
  g_assert_cmpuint (send_such (&line, &i, pause, 20 * SECOND), ==, 1);
  send_such (&line, &i, repeated, 30 * SECOND);
  g_assert_cmpuint (send_such (&line, &i, repeated, 40 * SECOND), ==, 0);
  g_assert_cmpuint (send_such (&line, &i, pause, 50 * SECOND), ==, 0);
  g_assert_cmpuint (send_such (&line, &i, speech, 60 * SECOND), ==, 1);
  line_close (&line);
}

int
main (int argc, char **argv)
{
  gst_init (NULL, NULL);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sound-copies/choose", test_choose);
  g_test_add_func ("/sound-copies/takes-its-time", test_takes_its_time);
  g_test_add_func ("/sound-copies/room", test_room);
  g_test_add_func ("/sound-copies/descriptions", test_descriptions);
  g_test_add_func ("/sound-copies/says-so", test_says_so);
  g_test_add_func ("/sound-copies/reports-reduced", test_reduced);
  g_test_add_data_func ("/sound-copies/none/little-lost", GINT_TO_POINTER (TRUE), test_none);
  g_test_add_data_func ("/sound-copies/none/not-understood", GINT_TO_POINTER (FALSE), test_none);
  g_test_add_data_func ("/sound-copies/lost/10-percent", GUINT_TO_POINTER (10), test_lost);
  g_test_add_data_func ("/sound-copies/lost/30-percent", GUINT_TO_POINTER (30), test_lost);
  g_test_add_data_func ("/sound-copies/lost/50-percent", GUINT_TO_POINTER (50), test_lost);
  g_test_add_func ("/sound-copies/no-place", test_no_place);
  g_test_add_func ("/sound-copies/opus-has-none", test_opus_has_none);
  return g_test_run ();
}
