/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Pictures as H.264: when they are, and a call with somebody who has nothing else. What arrives is
 * looked at in the recording, whose frames are numbered. */

#include "config.h"

#include "gst-complaints.h"
#include "media-ends.h"
#include "peer-private.h"
#include "test-source.h"
#include "waiting.h"

#include <glib/gstdio.h>
#include <gst/video/video.h>

#define FRAMES 20 /* of each size */
#define LIMIT_SECONDS 60

#define wait_until(condition) wait_at_most (LIMIT_SECONDS, condition)

/* ---- descriptions ---- */

#define HEAD                                                                                       \
  "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=ice-ufrag:u\r\na=ice-pwd:p\r\n"              \
  "a=fingerprint:sha-256 00\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=sendrecv\r\n"                  \
  "a=rtpmap:111 opus/48000/2\r\nm=video 9 UDP/TLS/RTP/SAVPF %s\r\na=sendrecv\r\n"
#define VP8 "a=rtpmap:96 VP8/90000\r\n"
#define H264(pt, parameters) "a=rtpmap:" #pt " H264/90000\r\na=fmtp:" #pt " " parameters "\r\n"
#define GOOD "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"

static const struct
{
  const char *formats, *maps;
  BeckonH264Use use;
  int payload; /* that is taken; -1: none */
  BeckonCodec codec;
} offers[] = {
  { "96 102", VP8 H264 (102, GOOD), BECKON_H264_IF_NEEDED, 96, BECKON_CODEC_VP8 },
  { "102 96", VP8 H264 (102, GOOD), BECKON_H264_IF_NEEDED, 96, BECKON_CODEC_VP8 },
  { "102 96", VP8 H264 (102, GOOD), BECKON_H264_IF_PREFERRED, 102, BECKON_CODEC_H264 },
  { "96 102", VP8 H264 (102, GOOD), BECKON_H264_IF_PREFERRED, 96, BECKON_CODEC_VP8 },
  { "102", H264 (102, GOOD), BECKON_H264_IF_NEEDED, 102, BECKON_CODEC_H264 },
  { "102", H264 (102, GOOD), BECKON_H264_NEVER, -1, BECKON_CODEC_VP8 },
  /* The constrained baseline before the whole of it, whatever comes first. */
  { "100 102", H264 (100, "packetization-mode=1;profile-level-id=42001f") H264 (102, GOOD),
    BECKON_H264_IF_NEEDED, 102, BECKON_CODEC_H264 },
  { "100", H264 (100, "profile-level-id=42001f; packetization-mode=1"), BECKON_H264_IF_NEEDED, 100,
    BECKON_CODEC_H264 },
  { "102", H264 (102, "packetization-mode=0;profile-level-id=42e01f"), BECKON_H264_IF_NEEDED, -1,
    BECKON_CODEC_VP8 },
  /* As webrtcbin answers. */
  { "102", H264 (102, "packetization-mode=1"), BECKON_H264_IF_NEEDED, 102, BECKON_CODEC_H264 },
  { "102", H264 (102, "profile-level-id=42e01f"), BECKON_H264_IF_NEEDED, -1, BECKON_CODEC_VP8 },
  { "102", H264 (102, "packetization-mode=1;profile-level-id=64001f"), BECKON_H264_IF_NEEDED, -1,
    BECKON_CODEC_VP8 },
  { "102", H264 (102, "packetization-mode=1;profile-level-id=42e00a"), BECKON_H264_IF_NEEDED, -1,
    BECKON_CODEC_VP8 },
  { "102", H264 (102, "packetization-mode=1;profile-level-id=+2e01f"), BECKON_H264_IF_NEEDED, -1,
    BECKON_CODEC_VP8 },
  { "102", H264 (102, "packetization-mode=1;profile-level-id="), BECKON_H264_IF_NEEDED, -1,
    BECKON_CODEC_VP8 },
  { "102", "a=rtpmap:102 H264/90000\r\n", BECKON_H264_IF_NEEDED, -1, BECKON_CODEC_VP8 },
  { "102", "a=rtpmap:102 H2645/90000\r\n" VP8, BECKON_H264_IF_NEEDED, -1, BECKON_CODEC_VP8 },
};

static void
test_choice (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (offers); i++)
    {
      g_autofree char *head = g_strdup_printf (HEAD, offers[i].formats);
      g_autofree char *text = g_strconcat (head, offers[i].maps, NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (GstSDPMessage) sdp = NULL;
      BeckonSdpLines lines;

      sdp = beckon_peer_sdp_parse (text, TRUE, offers[i].use, &lines, &error);
      g_test_message ("%u: %s", i, error != NULL ? error->message : "taken");
      g_assert_cmpint (lines.payload[BECKON_LINE_CAMERA], ==, offers[i].payload);
      g_assert_cmpint (lines.codec[BECKON_LINE_CAMERA], ==, offers[i].codec);
      g_assert_cmpint (sdp != NULL, ==, offers[i].payload >= 0);
    }
}

/* ---- a call ---- */

typedef struct _Side
{
  BeckonMediaSession *session;
  BeckonMediaPeer *peer, *other;
  char *offer;
  gboolean closed;
} Side;

/* Bob has never heard of VP8. */
static void
on_signal (BeckonMediaPeer *peer, BeckonPeerSignal *signal, Side *side)
{
  g_autoptr (BeckonPeerSignal) changed = beckon_peer_signal_copy (signal);
  g_autoptr (GError) error = NULL;

  if (signal->kind == BECKON_PEER_SIGNAL_DESCRIPTION && signal->sdp_type == BECKON_SDP_OFFER)
    {
      g_autoptr (GString) sdp = g_string_new (signal->sdp);

      side->offer = g_strdup (signal->sdp);
      g_assert_cmpuint (g_string_replace (sdp, " VP8/", " VP7/", 0), ==, 2);
      g_free (changed->sdp);
      changed->sdp = g_strdup (sdp->str);
    }
  beckon_media_peer_handle_signal (side->other, changed, &error);
  g_assert_no_error (error);
}

static void
connect_sides (Side *alice, Side *bob)
{
  bob->peer = beckon_media_session_add_peer (bob->session, "alice", NULL, 1, FALSE);
  alice->peer = beckon_media_session_add_peer (alice->session, "bob", NULL, 1, TRUE);
  alice->other = bob->peer;
  bob->other = alice->peer;
  g_signal_connect (alice->peer, "local-signal", G_CALLBACK (on_signal), alice);
  g_signal_connect (bob->peer, "local-signal", G_CALLBACK (on_signal), bob);
}

static void
side_close (Side *side)
{
  g_signal_handlers_disconnect_by_data (side->peer, side);
  media_end_close (side->session, NULL, &side->closed);
  wait_until (side->closed);
  g_assert_finalize_object (side->session);
  g_free (side->offer);
}

static BeckonStatistics *
stats_of (const Side *side)
{
  return beckon_media_peer_get_statistics (side->peer);
}

/* What it holds: how many frames of each height there are, and whose numbers do not rise. */
typedef struct
{
  guint small, large, wrong;
  int last;
} Film;

static GstFlowReturn
on_frame (GstAppSink *sink, gpointer user_data)
{
  Film *film = user_data;
  g_autoptr (GstSample) sample = gst_app_sink_pull_sample (sink);
  GstVideoInfo info;
  GstVideoFrame frame;
  int number;

  if (sample == NULL)
    return GST_FLOW_OK;
  g_assert_true (gst_video_info_from_caps (&info, gst_sample_get_caps (sample)));
  g_assert_true (gst_video_frame_map (&frame, &info, gst_sample_get_buffer (sample), GST_MAP_READ));
  number = beckon_test_source_read (&frame);
  gst_video_frame_unmap (&frame);
  if (number <= film->last)
    film->wrong++;
  film->last = number;
  if (info.height > 360)
    film->large++;
  else
    film->small++;
  return GST_FLOW_OK;
}

static Film
watch (const char *path)
{
  Film film = { .last = -1 };
  GstAppSinkCallbacks callbacks = { .new_sample = on_frame };
  g_autofree char *description =
      g_strdup_printf ("filesrc location=%s ! matroskademux ! h264parse ! %s ! videoconvert ! "
                       "video/x-raw,format=I420 ! appsink name=out sync=false",
                       path, beckon_codec_choice_get_decoder (BECKON_CODEC_H264));
  g_autoptr (GError) error = NULL;
  g_autoptr (GstElement) pipeline = gst_parse_launch (description, &error);
  g_autoptr (GstElement) sink = NULL;
  g_autoptr (GstBus) bus = NULL;
  g_autoptr (GstMessage) message = NULL;

  g_assert_no_error (error);
  sink = gst_bin_get_by_name (GST_BIN (pipeline), "out");
  gst_app_sink_set_callbacks (GST_APP_SINK (sink), &callbacks, &film, NULL);
  bus = gst_element_get_bus (pipeline);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (bus, LIMIT_SECONDS * GST_SECOND,
                                        GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  g_assert_nonnull (message);
  g_assert_cmpint (GST_MESSAGE_TYPE (message), ==, GST_MESSAGE_EOS);
  return film;
}

/* ---- an encoder ---- */

#define RATE_FRAMES 60

typedef struct
{
  GstElement *encoder;
  BeckonRecorder *recorder; /* nullable */
  GstClockTime start;
  guint raw;
  guint64 bytes[2]; /* of the second half of each rate */
} Encoding;

/* Half way it gets a quarter of the bits. */
static GstPadProbeReturn
on_raw (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Encoding *encoding = user_data;

  if (encoding->raw++ == RATE_FRAMES)
    beckon_codec_set_bitrate (encoding->encoder, 250000);
  return GST_PAD_PROBE_OK;
}

static GstFlowReturn
on_encoded (GstAppSink *sink, gpointer user_data)
{
  Encoding *encoding = user_data;
  g_autoptr (GstSample) sample = gst_app_sink_pull_sample (sink);
  GstBuffer *buffer;

  if (sample == NULL)
    return GST_FLOW_OK;
  buffer = gst_sample_get_buffer (sample);
  if (encoding->raw % RATE_FRAMES > RATE_FRAMES / 2)
    encoding->bytes[encoding->raw > RATE_FRAMES] += gst_buffer_get_size (buffer);
  if (encoding->recorder != NULL)
    {
      g_autoptr (GstBuffer) moved = gst_buffer_copy (buffer);

      GST_BUFFER_PTS (moved) = encoding->start + GST_BUFFER_PTS (buffer) % (3600 * GST_SECOND);
      beckon_recorder_push (encoding->recorder, TRUE, gst_sample_get_caps (sample), moved);
    }
  return GST_FLOW_OK;
}

static void
encode (Encoding *encoding, const char *pattern, guint width, guint height, guint frames)
{
  GstAppSinkCallbacks callbacks = { .new_sample = on_encoded };
  g_autofree char *description = g_strdup_printf (
      "videotestsrc pattern=%s num-buffers=%u ! video/x-raw,width=%u,height=%u,framerate=30/1 ! "
      "%s name=encoder ! " BECKON_H264_FILTER " ! appsink name=out sync=false",
      pattern, frames, width, height, beckon_codec_choice_get_encoder (BECKON_CODEC_H264));
  g_autoptr (GError) error = NULL;
  g_autoptr (GstElement) pipeline = gst_parse_launch (description, &error);
  g_autoptr (GstElement) sink = NULL, encoder = NULL;
  g_autoptr (GstPad) pad = NULL;
  g_autoptr (GstBus) bus = NULL;
  g_autoptr (GstMessage) message = NULL;

  g_assert_no_error (error);
  sink = gst_bin_get_by_name (GST_BIN (pipeline), "out");
  encoding->encoder = encoder = gst_bin_get_by_name (GST_BIN (pipeline), "encoder");
  gst_app_sink_set_callbacks (GST_APP_SINK (sink), &callbacks, encoding, NULL);
  beckon_codec_set_up_encoder (encoder);
  beckon_codec_set_bitrate (encoder, 1000000);
  pad = gst_element_get_static_pad (encoder, "sink");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_raw, encoding, NULL);
  bus = gst_element_get_bus (pipeline);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (bus, LIMIT_SECONDS * GST_SECOND,
                                        GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  g_assert_nonnull (message);
  g_assert_cmpint (GST_MESSAGE_TYPE (message), ==, GST_MESSAGE_EOS);
}

static gboolean
skip_without_h264 (void)
{
  const gboolean there = beckon_codec_choice_get_encoder (BECKON_CODEC_H264) != NULL;

  if (!there)
    g_test_skip ("There is no H.264");
  return !there;
}

/* It keeps to the rate that it is told, and to another one while it runs. Nothing is harder than
 * noise. */
static void
test_rate (void)
{
  Encoding encoding = { 0 };

  if (skip_without_h264 ())
    return;
  encode (&encoding, "snow", 640, 360, 2 * RATE_FRAMES);
  g_test_message ("%" G_GUINT64_FORMAT ", then %" G_GUINT64_FORMAT " kbit/s",
                  encoding.bytes[0] * 8 / 1000, encoding.bytes[1] * 8 / 1000);
  /* A second of each. */
  g_assert_cmpuint (encoding.bytes[0], >, 500000 / 8);
  g_assert_cmpuint (encoding.bytes[0], <, 1500000 / 8);
  g_assert_cmpuint (encoding.bytes[1] * 3, <, encoding.bytes[0] * 2);
}

static void
on_recorded (GObject *source, GAsyncResult *result, gpointer done)
{
  g_autoptr (GError) error = NULL;

  beckon_recorder_finish_finish (BECKON_RECORDER (source), result, &error);
  g_assert_no_error (error);
  *(gboolean *) done = TRUE;
}

/* Pictures that become larger and smaller in one file: all of them are there. */
static void
test_recording (void)
{
  g_autofree char *folder = g_dir_make_tmp ("beckon-h264-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "sizes.mkv", NULL);
  Encoding encoding = { .recorder = beckon_recorder_new (path) };
  gboolean done = FALSE;
  Film film;

  if (!skip_without_h264 ())
    {
      for (guint i = 0; i < 3; i++)
        {
          encoding.start = i * 10 * GST_SECOND;
          encode (&encoding, "ball", i == 1 ? 960 : 640, i == 1 ? 540 : 360, FRAMES);
        }
      beckon_recorder_finish_async (encoding.recorder, on_recorded, &done);
      wait_until (done);
      film = watch (path);
      g_test_message ("%u small, %u large", film.small, film.large);
      g_assert_cmpuint (film.small, >=, 2 * FRAMES - 4); /* one may be left out for its rate */
      g_assert_cmpuint (film.large, >=, FRAMES - 2);
      g_unlink (path);
    }
  g_assert_finalize_object (encoding.recorder);
  g_rmdir (folder);
}

/* ---- in a call ---- */

/* The offer that a browser would read, too: VP8 first, and each is repeated when it is lost. */
static void
check_offer (const char *sdp)
{
  g_autoptr (GstSDPMessage) message = NULL;

  g_assert_cmpint (gst_sdp_message_new_from_text (sdp, &message), ==, GST_SDP_OK);
  for (guint line = BECKON_LINE_CAMERA; line <= BECKON_LINE_SCREEN; line++)
    {
      const GstSDPMedia *media = gst_sdp_message_get_media (message, line);
      guint repeated = 0;

      g_assert_cmpuint (gst_sdp_media_formats_len (media), ==, 4);
      for (guint i = 0; i < gst_sdp_media_attributes_len (media); i++)
        {
          const GstSDPAttribute *attribute = gst_sdp_media_get_attribute (media, i);

          for (guint codec = 0; codec < 2; codec++)
            {
              g_autofree char *apt =
                  g_strconcat (" apt=", gst_sdp_media_get_format (media, codec), NULL);

              repeated += g_str_has_suffix (attribute->value, apt);
            }
        }
      g_assert_cmpuint (repeated, ==, 2);
    }
}

static BeckonMediaConfig *
new_config (const char *identity)
{
  BeckonMediaConfig *config = beckon_media_config_new ();

  config->video = config->screen = BECKON_SOURCE_TEST;
  config->audio = BECKON_SOURCE_NONE;
  config->audio_output = BECKON_OUTPUT_NONE;
  config->identity = g_strdup (identity);
  config->video_width = 640;
  config->video_height = 360;
  config->video_fps = 15;
  return config;
}

/* Both send their cameras, and Alice a screen. */
static void
test_call (void)
{
  g_autoptr (BeckonMediaConfig) config = new_config ("alice");
  g_autofree char *folder = g_dir_make_tmp ("beckon-h264-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "bob.mkv", NULL);
  g_autofree char *screen_path = g_build_filename (folder, "bob-screen.mkv", NULL);
  Side alice = { 0 }, bob = { 0 };
  BeckonStatistics *statistics;
  Film film;

  if (skip_without_h264 ())
    {
      g_rmdir (folder);
      return;
    }
  alice.session = beckon_media_session_new (config);
  config->record_path = g_strdup (path);
  bob.session = beckon_media_session_new (config);
  beckon_media_session_set_camera (alice.session, TRUE);
  beckon_media_session_set_camera (bob.session, TRUE);
  beckon_media_session_open (alice.session);
  beckon_media_session_open (bob.session);
  connect_sides (&alice, &bob);
  wait_until (beckon_statistics_get_video_frames_received (stats_of (&bob)) > FRAMES);
  wait_until (beckon_statistics_get_video_frames_received (stats_of (&alice)) > FRAMES);
  beckon_media_session_share_screen (alice.session, -1, 0);
  wait_until (beckon_statistics_get_screen_frames_received (stats_of (&bob)) > 5);
  g_assert_cmpuint (beckon_statistics_get_screen_height (stats_of (&bob)), ==, 360);
  statistics = stats_of (&bob);
  g_assert_cmpstr (beckon_statistics_get_video_codec_sent (statistics), ==, "H.264");
  g_assert_cmpstr (beckon_statistics_get_video_codec_received (statistics), ==, "H.264");
  g_assert_cmpstr (beckon_statistics_get_video_encoder (statistics), ==,
                   beckon_codec_choice_get_encoder (BECKON_CODEC_H264));
  g_assert_cmpstr (beckon_statistics_get_video_decoder (statistics), ==,
                   beckon_codec_choice_get_decoder (BECKON_CODEC_H264));
  g_assert_cmpstr (beckon_statistics_get_video_encoder (stats_of (&alice)), ==,
                   beckon_statistics_get_video_encoder (statistics));
  check_offer (alice.offer);
  side_close (&alice);
  side_close (&bob);
  film = watch (path);
  g_test_message ("%u small, %u large, %u wrong", film.small, film.large, film.wrong);
  g_assert_cmpuint (film.small, >=, FRAMES);
  g_assert_cmpuint (film.wrong, ==, 0);
  g_assert_cmpuint (watch (screen_path).small, >, 5);
  g_unlink (path);
  g_unlink (screen_path);
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  g_test_init (&argc, &argv, NULL);
  beckon_media_init (NULL, NULL, &error);
  g_assert_no_error (error);
  gst_complaints_pass ();
  g_test_add_func ("/media/h264/choice", test_choice);
  g_test_add_func ("/media/h264/rate", test_rate);
  g_test_add_func ("/media/h264/recording", test_recording);
  g_test_add_func ("/media/h264/call", test_call);
  return g_test_run ();
}
