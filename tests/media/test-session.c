/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Two media sessions in one process, with a peer each; what one says is handed to the other by the
 * main loop, as the server would. Everything else is real: ICE, DTLS, RTP, the data channel. */

#include "config.h"

#include "gst-complaints.h"
#include "media-ends.h"
#include "peer-private.h"
#include "waiting.h"

#include <dirent.h>
#include <gst/rtp/rtp.h>
#include <gst/video/gstvideosink.h>

#define LIMIT_SECONDS 20

typedef struct _Side
{
  BeckonMediaSession *session;
  BeckonMediaPeer *peer;
  struct _Side *other;
  GPtrArray *said; /* BeckonPeerSignal */
  guint first_audio, first_video, byes;
  guint width, height;
  char *bye_reason;
  gboolean closed;
} Side;

typedef struct
{
  Side alice, bob;
} Fixture;

/* ---- waiting ---- */

#define wait_until(condition) wait_at_most (LIMIT_SECONDS, condition)

/* ---- fixture ---- */

static void
on_local_signal (BeckonMediaPeer *peer, BeckonPeerSignal *signal, Side *side)
{
  g_autoptr (GError) error = NULL;

  g_ptr_array_add (side->said, beckon_peer_signal_copy (signal));
  if (side->other->peer == NULL)
    return;
  beckon_media_peer_handle_signal (side->other->peer, signal, &error);
  g_assert_no_error (error);
}

static void
on_first_audio (BeckonMediaPeer *peer, Side *side)
{
  side->first_audio++;
}

static void
on_first_video (BeckonMediaPeer *peer, guint width, guint height, Side *side)
{
  side->first_video++;
  side->width = width;
  side->height = height;
}

static void
on_bye (BeckonMediaPeer *peer, const char *reason, Side *side)
{
  side->byes++;
  g_free (side->bye_reason);
  side->bye_reason = g_strdup (reason);
}

static BeckonMediaConfig *
new_config (const char *identity)
{
  BeckonMediaConfig *config = beckon_media_config_new ();

  config->video = config->audio = BECKON_SOURCE_TEST;
  config->audio_output = BECKON_OUTPUT_NONE;
  config->identity = g_strdup (identity);
  config->video_width = 320;
  config->video_height = 180;
  config->video_fps = 15;
  return config;
}

static void
side_init (Side *side, Side *other, const BeckonMediaConfig *config)
{
  side->session = beckon_media_session_new (config);
  side->other = other;
  side->said = g_ptr_array_new_with_free_func ((GDestroyNotify) beckon_peer_signal_free);
}

static void
side_add_peer (Side *side, const char *user, gboolean offerer)
{
  side->peer =
      g_object_ref (beckon_media_session_add_peer (side->session, user, "device", 1, offerer));
  g_signal_connect (side->peer, "local-signal", G_CALLBACK (on_local_signal), side);
  g_signal_connect (side->peer, "first-audio", G_CALLBACK (on_first_audio), side);
  g_signal_connect (side->peer, "first-video", G_CALLBACK (on_first_video), side);
  g_signal_connect (side->peer, "bye", G_CALLBACK (on_bye), side);
}

static void
fixture_init (Fixture *f, const BeckonMediaConfig *alice, const BeckonMediaConfig *bob)
{
  memset (f, 0, sizeof *f);
  gst_complaints_pass ();
  side_init (&f->alice, &f->bob, alice);
  side_init (&f->bob, &f->alice, bob);
  side_add_peer (&f->bob, "alice", FALSE);
  side_add_peer (&f->alice, "bob", TRUE);
}

static void
fixture_set_up (Fixture *f)
{
  g_autoptr (BeckonMediaConfig) alice = new_config ("alice");
  g_autoptr (BeckonMediaConfig) bob = new_config ("bob");

  fixture_init (f, alice, bob);
}

static void
side_close (Side *side, const char *reason)
{
  media_end_close (side->session, reason, &side->closed);
  wait_until (side->closed);
}

static void
side_clear (Side *side)
{
  if (!side->closed)
    side_close (side, NULL);
  g_signal_handlers_disconnect_by_data (side->peer, side);
  media_end_finalize (&side->session, &side->peer, LIMIT_SECONDS);
  g_ptr_array_unref (side->said);
  g_free (side->bye_reason);
}

static void
fixture_clear (Fixture *f)
{
  side_clear (&f->alice);
  side_clear (&f->bob);
}

static gboolean
are_connected (Fixture *f)
{
  return beckon_media_peer_get_state (f->alice.peer) == BECKON_MEDIA_PEER_CONNECTED &&
         beckon_media_peer_get_state (f->bob.peer) == BECKON_MEDIA_PEER_CONNECTED;
}

static void
open_both (Fixture *f)
{
  beckon_media_session_open (f->alice.session);
  beckon_media_session_open (f->bob.session);
}

/* ---- calls ---- */

static BeckonStatistics *
stats_of (const Side *side)
{
  return beckon_media_peer_get_statistics (side->peer);
}

static void
test_voice (void)
{
  BeckonStatistics *s;
  Fixture f;

  fixture_set_up (&f);
  open_both (&f);
  wait_until (f.alice.first_audio == 1 && f.bob.first_audio == 1);
  wait_until (beckon_media_peer_get_audio_level (f.alice.peer) > 0.3);
  wait_until (beckon_media_peer_get_remote_microphone (f.alice.peer));
  g_assert_true (are_connected (&f));
  g_assert_false (beckon_media_peer_get_remote_camera (f.alice.peer));
  g_assert_null (beckon_media_peer_get_remote_video (f.alice.peer));
  g_assert_cmpuint (f.alice.first_video, ==, 0);

  /* Pictures that are promised, and of which there is not even a first one. */
  s = stats_of (&f.alice);
  wait_until (beckon_statistics_get_quality (s) > BECKON_QUALITY_BAD);
  g_assert_cmpfloat (beckon_statistics_get_frozen_share (s), ==, -1);
  beckon_media_peer_set_remote_state (f.alice.peer, TRUE, TRUE, FALSE);
  wait_until (beckon_statistics_get_quality (s) == BECKON_QUALITY_BAD);
  g_assert_cmpuint (beckon_statistics_get_freezes (s), ==, 1);
  beckon_media_peer_set_remote_state (f.alice.peer, TRUE, FALSE, FALSE);
  wait_until (beckon_statistics_get_quality (s) > BECKON_QUALITY_BAD);
  fixture_clear (&f);
}

/* Two sessions of one machine, two seconds after their pictures came. */
static void
check_known (BeckonStatistics *s)
{
  g_assert_cmpfloat (beckon_statistics_get_video_kbps_received (s), <=,
                     beckon_statistics_get_kbps_received (s) * 2);
  g_assert_cmpfloat (beckon_statistics_get_jitter_buffer_ms (s), >=, 0);
  g_assert_cmpfloat (beckon_statistics_get_delay_ms (s), >=,
                     beckon_statistics_get_round_trip_ms (s) / 2);
  g_assert_cmpfloat (beckon_statistics_get_delay_ms (s), <, 1000);
  g_assert_cmpuint (beckon_statistics_get_width_sent (s), <=, 320);
  g_assert_cmpuint (beckon_statistics_get_height_sent (s), <=, 180);
  g_assert_cmpstr (beckon_statistics_get_video_codec_sent (s), ==, "VP8");
  g_assert_cmpstr (beckon_statistics_get_video_codec_received (s), ==, "VP8");
  g_assert_cmpstr (beckon_statistics_get_audio_codec_sent (s), ==, "Opus");
  g_assert_cmpstr (beckon_statistics_get_audio_codec_received (s), ==, "Opus");
  g_assert_cmpstr (beckon_statistics_get_video_encoder (s), ==, "vp8enc");
  g_assert_cmpstr (beckon_statistics_get_video_decoder (s), ==, "vp8dec");
  g_assert_true (g_str_has_prefix (beckon_statistics_get_cipher (s), "AES-"));
  g_assert_cmpint (beckon_statistics_get_path (s), ==, BECKON_MEDIA_ROUTE_DIRECT);
  g_assert_cmpstr (beckon_statistics_get_protocol (s), ==, "udp");
  g_assert_nonnull (beckon_statistics_get_local_candidate (s));
  g_assert_nonnull (beckon_statistics_get_remote_candidate (s));
}

static void
on_updated (BeckonStatistics *statistics, guint *n_updated)
{
  ++*n_updated;
}

/* What the bars show is a function of what else is said. */
static void
check_quality (BeckonStatistics *s)
{
  const BeckonQualityFacts facts = {
    .loss = MAX (beckon_statistics_get_packet_loss (s), beckon_statistics_get_packet_loss_sent (s)),
    .round_trip_ms = beckon_statistics_get_round_trip_ms (s),
    .frozen = beckon_statistics_get_frozen_share (s),
    .fps = beckon_statistics_get_fps_received (s),
  };

  g_assert_cmpfloat (facts.frozen, >=, 0); /* pictures are expected */
  g_assert_cmpuint (beckon_statistics_get_quality (s), ==, beckon_media_quality (&facts));
}

static void
test_video (void)
{
  BeckonStatistics *s;
  guint64 frames;
  guint n_updated;
  Fixture f;

  fixture_set_up (&f);
  beckon_media_session_set_camera (f.alice.session, TRUE);
  beckon_media_session_set_camera (f.bob.session, TRUE);
  open_both (&f);
  wait_until (f.alice.first_video == 1 && f.bob.first_video == 1);
  g_assert_cmpuint (f.alice.width, ==, 320);
  g_assert_cmpuint (f.alice.height, ==, 180);
  g_assert_nonnull (beckon_media_peer_get_remote_video (f.alice.peer));
  wait_until (f.alice.first_audio == 1 && f.bob.first_audio == 1);
  wait_until (beckon_media_peer_get_remote_camera (f.bob.peer));
  s = stats_of (&f.bob);
  wait_until (beckon_statistics_get_fps_received (s) >= 10);
  g_assert_cmpuint (beckon_statistics_get_width (s), ==, 320);
  g_assert_cmpfloat (beckon_statistics_get_kbps_received (s), >, 10);
  g_assert_cmpuint (beckon_statistics_get_audio_packets_received (s), >, 0);
  wait_until (beckon_statistics_get_video_kbps_received (s) > 10 &&
              beckon_statistics_get_video_kbps_sent (s) > 10 &&
              beckon_statistics_get_audio_kbps_received (s) > 5 &&
              beckon_statistics_get_audio_kbps_sent (s) > 5 &&
              beckon_statistics_get_round_trip_ms (s) >= 0 &&
              beckon_statistics_get_width_sent (s) > 0 &&
              beckon_statistics_get_video_frames_shown (s) > 0);
  check_known (s);
  frames = beckon_statistics_get_video_frames_received (s);
  wait_until (beckon_statistics_get_video_frames_received (s) > frames);
  check_quality (s); /* not in the first second of pictures */

  /* How it was while it closes is not how it was. */
  g_signal_connect (s, "updated", G_CALLBACK (on_updated), &n_updated);
  side_close (&f.bob, NULL);
  n_updated = 0;
  beckon_peer_stats_count (f.bob.peer);
  g_assert_cmpuint (n_updated, ==, 0);
  g_assert_cmpfloat (beckon_statistics_get_fps_received (s), >, 0);
  fixture_clear (&f);
}

static GstPadProbeReturn
on_last_frame (GstPad *pad, GstPadProbeInfo *info, gpointer unused)
{
  gst_buffer_unref (GST_PAD_PROBE_INFO_BUFFER (info));
  GST_PAD_PROBE_INFO_FLOW_RETURN (info) = GST_FLOW_ERROR;
  return GST_PAD_PROBE_HANDLED;
}

/* An encoder that takes no more, without a word: both ends are told, and the call goes on. */
static void
test_encoder_fails (void)
{
  const GError *problem;
  Fixture f;

  fixture_set_up (&f);
  beckon_media_session_set_camera (f.alice.session, TRUE);
  open_both (&f);
  wait_until (f.bob.first_video == 1 && beckon_media_peer_get_remote_camera (f.bob.peer));
  beckon_media_add_probe (f.alice.peer->encoders[BECKON_LINE_CAMERA], "sink",
                          GST_PAD_PROBE_TYPE_BUFFER, on_last_frame, NULL);
  wait_until (!beckon_media_peer_get_remote_camera (f.bob.peer));
  problem = beckon_media_session_get_camera_problem (f.alice.session);
  g_assert_error (problem, BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_ENCODER);
  g_assert_null (beckon_media_session_get_screen_problem (f.alice.session));
  g_assert_true (are_connected (&f));

  beckon_media_session_set_camera (f.alice.session, FALSE);
  g_assert_null (beckon_media_session_get_camera_problem (f.alice.session));
  beckon_media_session_set_camera (f.alice.session, TRUE); /* it does not come back */
  problem = beckon_media_session_get_camera_problem (f.alice.session);
  g_assert_error (problem, BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_ENCODER);
  wait_until (beckon_media_peer_get_audio_level (f.bob.peer) > 0.3);
  g_assert_false (beckon_media_peer_get_remote_camera (f.bob.peer));
  fixture_clear (&f);
}

static guint
count (const char *text, const char *part)
{
  guint n = 0;

  while ((text = strstr (text, part)) != NULL)
    {
      n++;
      text += strlen (part);
    }
  return n;
}

/* Each RTP line of offer and answer has transport-wide numbers, with one id; what comes of them is a
 * target that grows while there is room, and a size that follows. */
static void
test_bandwidth (void)
{
  g_autoptr (BeckonMediaConfig) alice = new_config ("alice");
  g_autoptr (BeckonMediaConfig) bob = new_config ("bob");
  Fixture f;

  alice->video_width = 1280;
  alice->video_height = 720;
  fixture_init (&f, alice, bob);
  beckon_media_session_set_camera (f.alice.session, TRUE);
  open_both (&f);
  wait_until (f.bob.first_video == 1);
  g_assert_cmpuint (f.bob.height, ==, 360);
  for (guint i = 0; i < 2; i++)
    {
      const BeckonPeerSignal *said = g_ptr_array_index ((i == 0 ? &f.alice : &f.bob)->said, 0);

      g_assert_cmpint (said->kind, ==, BECKON_PEER_SIGNAL_DESCRIPTION);
      g_assert_cmpuint (count (said->sdp, "a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-"
                                          "transport-wide-cc-extensions-01"), ==, 3);
      g_assert_cmpuint (count (said->sdp, " transport-cc"), ==,
                        count (said->sdp, "a=rtpmap:") - count (said->sdp, " rtx/") -
                        count (said->sdp, " red/"));
    }
  wait_until (beckon_statistics_get_kbps_target (stats_of (&f.alice)) > 550);
#ifndef __SANITIZE_ADDRESS__ /* the processor has no time for larger pictures then, and they stay */
  wait_until (beckon_statistics_get_height (stats_of (&f.bob)) > 360);
#endif
  fixture_clear (&f);
}

static void
test_bandwidth_cap (void)
{
  g_autoptr (BeckonMediaConfig) alice = new_config ("alice");
  g_autoptr (BeckonMediaConfig) bob = new_config ("bob");
  Fixture f;

  alice->video_width = 1280;
  alice->video_height = 720;
  alice->bandwidth = 150;
  fixture_init (&f, alice, bob);
  beckon_media_session_set_camera (f.alice.session, TRUE);
  open_both (&f);
  wait_until (beckon_statistics_get_height (stats_of (&f.bob)) == 180);
  g_assert_cmpfloat (beckon_statistics_get_kbps_target (stats_of (&f.alice)), <=, 150);
  fixture_clear (&f);
}

/* Connected while it rings; but neither a picture nor a sound goes anywhere before it is accepted.
 */
/* A sink to which every picture comes ten seconds too late. */
typedef struct
{
  GstVideoSink parent_instance;
  gint shown; /* atomic */
} LateSink;
typedef GstVideoSinkClass LateSinkClass;

GType late_sink_get_type (void);
G_DEFINE_TYPE (LateSink, late_sink, GST_TYPE_VIDEO_SINK)

static GstFlowReturn
late_sink_show_frame (GstVideoSink *sink, GstBuffer *buffer)
{
  g_atomic_int_inc (&((LateSink *) sink)->shown);
  return GST_FLOW_OK;
}

static void
late_sink_class_init (LateSinkClass *klass)
{
  static GstStaticPadTemplate pad = GST_STATIC_PAD_TEMPLATE (
      "sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS ("video/x-raw"));

  klass->show_frame = late_sink_show_frame;
  gst_element_class_add_static_pad_template (GST_ELEMENT_CLASS (klass), &pad);
  gst_element_class_set_static_metadata (GST_ELEMENT_CLASS (klass), "Late", "Sink/Video", "Late",
                                         "Beckon");
}

static void
late_sink_init (LateSink *self)
{
  gst_base_sink_set_ts_offset (GST_BASE_SINK (self), -10 * (GstClockTimeDiff) GST_SECOND);
}

/* Left to itself a sink drops what is late, but for one picture a second. */
static void
test_late_pictures_are_shown (void)
{
  g_autoptr (BeckonMediaConfig) alice = new_config ("alice");
  g_autoptr (BeckonMediaConfig) bob = new_config ("bob");
  LateSink *sink;
  Fixture f;

  gst_element_register (NULL, "latesink", GST_RANK_NONE, late_sink_get_type ());
  bob->video_sink = g_strdup ("latesink");
  fixture_init (&f, alice, bob);
  beckon_media_session_set_camera (f.alice.session, TRUE);
  open_both (&f);
  wait_until (f.bob.first_video == 1);
  sink = (LateSink *) beckon_media_peer_get_remote_video (f.bob.peer);
  wait_until (g_atomic_int_get (&sink->shown) > 3 * LIMIT_SECONDS);
  fixture_clear (&f);
}

static void
test_nothing_before_open (void)
{
  gint64 opened;
  Fixture f;

  fixture_set_up (&f);
  beckon_media_session_set_camera (f.alice.session, TRUE);
  beckon_media_session_set_camera (f.bob.session, TRUE);
  wait_until (are_connected (&f));
  waiting_let_pass (1200);
  g_assert_cmpuint (f.alice.first_audio + f.alice.first_video, ==, 0);
  g_assert_cmpuint (f.bob.first_audio + f.bob.first_video, ==, 0);
  g_assert_false (beckon_media_peer_get_remote_microphone (f.bob.peer));
  g_assert_cmpuint (beckon_statistics_get_video_frames_sent (stats_of (&f.alice)), ==, 0);
  g_assert_cmpuint (beckon_statistics_get_audio_packets_sent (stats_of (&f.alice)), ==, 0);

  opened = g_get_monotonic_time ();
  open_both (&f);
  wait_until (f.alice.first_video == 1 && f.bob.first_video == 1);
  g_test_message ("open → first picture on both sides: %" G_GINT64_FORMAT " ms",
                  (g_get_monotonic_time () - opened) / 1000);
  fixture_clear (&f);
}

/* Who has been invited, and whom it rings, gets nothing when another one accepts; nor are they heard. */
static void
test_held (void)
{
  Fixture f;

  fixture_set_up (&f);
  beckon_media_session_set_camera (f.alice.session, TRUE);
  beckon_media_session_set_camera (f.bob.session, TRUE);
  beckon_media_session_hold_peer (f.alice.session, f.alice.peer, TRUE);
  wait_until (are_connected (&f));
  open_both (&f);
  wait_until (beckon_statistics_get_audio_packets_sent (stats_of (&f.bob)) >= 30);
  g_assert_cmpuint (f.alice.first_audio + f.alice.first_video, ==, 0);
  g_assert_cmpuint (f.bob.first_audio + f.bob.first_video, ==, 0);
  g_assert_false (beckon_media_peer_get_remote_microphone (f.bob.peer));
  g_assert_cmpuint (beckon_statistics_get_video_frames_sent (stats_of (&f.alice)), ==, 0);
  g_assert_cmpuint (beckon_statistics_get_audio_packets_sent (stats_of (&f.alice)), ==, 0);

  beckon_media_session_hold_peer (f.alice.session, f.alice.peer, FALSE);
  wait_until (f.alice.first_video == 1 && f.alice.first_audio == 1);
  wait_until (f.bob.first_video == 1 && f.bob.first_audio == 1);
  fixture_clear (&f);
}

static void
test_mute (void)
{
  guint64 frames;
  Fixture f;

  fixture_set_up (&f);
  beckon_media_session_set_camera (f.alice.session, TRUE);
  open_both (&f);
  wait_until (f.bob.first_video == 1 && f.bob.first_audio == 1);
  wait_until (beckon_media_peer_get_remote_camera (f.bob.peer) &&
              beckon_media_peer_get_remote_microphone (f.bob.peer));

  beckon_media_session_set_microphone (f.alice.session, FALSE);
  beckon_media_session_set_camera (f.alice.session, FALSE);
  wait_until (!beckon_media_peer_get_remote_camera (f.bob.peer) &&
              !beckon_media_peer_get_remote_microphone (f.bob.peer));
  wait_until (beckon_media_peer_get_audio_level (f.bob.peer) == 0);
  wait_until (beckon_statistics_get_fps_received (stats_of (&f.bob)) == 0);
  frames = beckon_statistics_get_video_frames_received (stats_of (&f.bob));
  g_assert_true (are_connected (&f)); /* silence is not absence */

  beckon_media_session_set_microphone (f.alice.session, TRUE);
  beckon_media_session_set_camera (f.alice.session, TRUE);
  wait_until (beckon_statistics_get_video_frames_received (stats_of (&f.bob)) > frames);
  wait_until (beckon_media_peer_get_audio_level (f.bob.peer) > 0.3);
  g_assert_true (beckon_media_peer_get_remote_camera (f.bob.peer));
  fixture_clear (&f);
}

static void
test_echo (void)
{
  g_autoptr (BeckonMediaConfig) alice = new_config ("alice");
  g_autoptr (BeckonMediaConfig) echo = new_config ("echo");
  Fixture f;

  echo->video = echo->audio = BECKON_SOURCE_ECHO;
  fixture_init (&f, alice, echo);
  beckon_media_session_set_camera (f.alice.session, TRUE);
  beckon_media_session_set_camera (f.bob.session, TRUE);
  open_both (&f);
  wait_until (f.alice.first_video == 1 && f.alice.first_audio == 1);
  g_assert_cmpuint (f.alice.width, ==, 320);
  fixture_clear (&f);
}

/* Nobody has a camera or a microphone here; the call goes on without. */
static void
test_missing_file (void)
{
  g_autoptr (BeckonMediaConfig) alice = new_config ("alice");
  g_autoptr (BeckonMediaConfig) bob = new_config ("bob");
  Fixture f;

  alice->video = BECKON_SOURCE_FILE;
  alice->video_file = g_strdup ("/nonexistent/clip.mkv");
  fixture_init (&f, alice, bob);
  beckon_media_session_set_camera (f.alice.session, TRUE);
  open_both (&f);
  wait_until (beckon_media_session_get_camera_problem (f.alice.session) != NULL);
  g_assert_false (beckon_media_session_get_camera (f.alice.session));
  wait_until (f.bob.first_audio == 1);
  wait_until (beckon_media_peer_get_remote_microphone (f.bob.peer));
  g_assert_false (beckon_media_peer_get_remote_camera (f.bob.peer));
  fixture_clear (&f);
}

/* GStreamer may go on connecting what has failed for another reason. */
static void
test_failed_for_good (void)
{
  Fixture f;

  fixture_set_up (&f);
  wait_until (beckon_media_peer_get_state (f.alice.peer) == BECKON_MEDIA_PEER_CONNECTING);
  beckon_media_peer_fail (f.alice.peer, BECKON_MEDIA_ERROR_FAILED, "A test");
  wait_until (beckon_media_peer_get_state (f.bob.peer) == BECKON_MEDIA_PEER_CONNECTED);
  waiting_let_pass (300);
  g_assert_cmpint (beckon_media_peer_get_state (f.alice.peer), ==, BECKON_MEDIA_PEER_FAILED);
  g_assert_error (beckon_media_peer_get_problem (f.alice.peer), BECKON_MEDIA_ERROR,
                  BECKON_MEDIA_ERROR_FAILED);
  fixture_clear (&f);
}

/* ---- addresses ---- */

static gboolean
says_addresses (Side *side)
{
  for (guint i = 0; i < side->said->len; i++)
    {
      const BeckonPeerSignal *signal = g_ptr_array_index (side->said, i);

      if (signal->kind == BECKON_PEER_SIGNAL_CANDIDATE ||
          (signal->sdp != NULL && strstr (signal->sdp, "candidate:") != NULL))
        return TRUE;
    }
  return FALSE;
}

static gboolean
says_description (Side *side)
{
  return side->said->len > 0 &&
         ((BeckonPeerSignal *) side->said->pdata[0])->kind == BECKON_PEER_SIGNAL_DESCRIPTION;
}

/* The relay does not answer: then there is no connection, rather than one that shows who is who. */
static void
test_relay_only (void)
{
  g_autoptr (BeckonMediaConfig) alice = new_config ("alice");
  g_autoptr (BeckonMediaConfig) bob = new_config ("bob");
  Fixture f = { 0 };

  alice->relay_only = TRUE;
  side_init (&f.alice, &f.bob, alice);
  side_init (&f.bob, &f.alice, bob);
  beckon_media_session_add_ice_server (f.alice.session, "turn:127.0.0.1:9?transport=udp", "a", "b");
  side_add_peer (&f.bob, "alice", FALSE);
  side_add_peer (&f.alice, "bob", TRUE);
  wait_until (says_description (&f.alice) && says_addresses (&f.bob));
  wait_until (beckon_media_peer_get_state (f.alice.peer) == BECKON_MEDIA_PEER_FAILED);
  g_assert_error (beckon_media_peer_get_problem (f.alice.peer), BECKON_MEDIA_ERROR,
                  BECKON_MEDIA_ERROR_NO_RELAY);
  g_assert_false (says_addresses (&f.alice));
  fixture_clear (&f);
}

static void
test_relay_only_without_relay (void)
{
  g_autoptr (BeckonMediaConfig) alice = new_config ("alice");
  g_autoptr (BeckonMediaConfig) bob = new_config ("bob");
  Fixture f;

  alice->relay_only = TRUE;
  fixture_init (&f, alice, bob);
  wait_until (beckon_media_peer_get_state (f.alice.peer) == BECKON_MEDIA_PEER_FAILED);
  g_assert_error (beckon_media_peer_get_problem (f.alice.peer), BECKON_MEDIA_ERROR,
                  BECKON_MEDIA_ERROR_NO_RELAY);
  g_assert_false (says_addresses (&f.alice));
  fixture_clear (&f);
}

/* ---- ends ---- */

static void
test_bye (void)
{
  gint64 started;
  Fixture f;

  fixture_set_up (&f);
  open_both (&f);
  wait_until (beckon_media_peer_get_remote_microphone (f.bob.peer));
  started = g_get_monotonic_time ();
  side_close (&f.alice, "hangup");
  wait_until (f.bob.byes == 1);
  g_test_message ("closed in %" G_GINT64_FORMAT " ms", (g_get_monotonic_time () - started) / 1000);
  g_assert_cmpstr (f.bob.bye_reason, ==, "hangup");
  fixture_clear (&f);
}

static void
test_close_at_once (void)
{
  Fixture f;

  fixture_set_up (&f);
  fixture_clear (&f);
}

/* Whoever forgets to close leaves no thread that knows of them. */
static void
test_drop (void)
{
  Fixture f;

  fixture_set_up (&f);
  open_both (&f);
  wait_until (are_connected (&f));
  g_clear_object (&f.alice.session);
  wait_until (G_OBJECT (f.alice.peer)->ref_count == 1);
  g_assert_finalize_object (f.alice.peer);
  wait_until (beckon_media_peer_get_state (f.bob.peer) == BECKON_MEDIA_PEER_LOST);
  g_ptr_array_unref (f.alice.said);
  side_clear (&f.bob);
}

static guint
count_entries (const char *path)
{
  DIR *folder = opendir (path);
  guint n = 0;

  g_assert_nonnull (folder);
  while (readdir (folder) != NULL)
    n++;
  closedir (folder);
  return n;
}

static void
test_twenty (void)
{
  guint files = 0, threads = 0;

  for (guint i = 0; i < 20; i++)
    {
      Fixture f;

      fixture_set_up (&f);
      open_both (&f);
      wait_until (f.alice.first_audio == 1 && f.bob.first_audio == 1);
      fixture_clear (&f);
      if (i == 4) /* what is made once is there by then */
        {
          files = count_entries ("/proc/self/fd");
          threads = count_entries ("/proc/self/task");
        }
    }
  wait_until (count_entries ("/proc/self/fd") <= files + 2);
  wait_until (count_entries ("/proc/self/task") <= threads + 2);
}

#define NUMBERS (BECKON_SSRCS_MAX * 4)

/* Each packet as if it were the first of another stream. */
static GstPadProbeReturn
on_sent (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  gint *n_sent = user_data;
  GstBuffer *buffer = gst_buffer_make_writable (GST_PAD_PROBE_INFO_BUFFER (info));
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;

  g_assert_true (gst_rtp_buffer_map (buffer, GST_MAP_READWRITE, &rtp));
  gst_rtp_buffer_set_ssrc (&rtp, g_atomic_int_add (n_sent, 1) + 1);
  gst_rtp_buffer_unmap (&rtp);
  GST_PAD_PROBE_INFO_DATA (info) = buffer;
  return GST_PAD_PROBE_OK;
}

/* Of how many streams @side keeps something, theirs and its own. */
static guint
count_sources (Side *side)
{
  g_autoptr (GstElement) rtpbin = gst_bin_get_by_name (GST_BIN (side->peer->webrtc), "rtpbin");
  g_autoptr (GObject) session = NULL;
  guint n;

  g_signal_emit_by_name (rtpbin, "get-internal-session", 0, &session);
  g_object_get (session, "num-sources", &n, NULL);
  return n;
}

/* Whoever sends stream after stream is not remembered for each; what was described goes on. */
static void
test_streams_without_end (void)
{
  g_autoptr (GstPad) pad = NULL;
  gint n_sent = 0, heard;
  gulong probe;
  guint own;
  Fixture f;

  fixture_set_up (&f);
  open_both (&f);
  wait_until (f.alice.first_audio == 1 && f.bob.first_audio == 1);
  own = count_sources (&f.alice);
  pad = gst_element_get_static_pad (f.bob.peer->last[BECKON_LINE_MICROPHONE], "src");
  probe = gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_sent, &n_sent, NULL);
  wait_until (g_atomic_int_get (&n_sent) > NUMBERS);
  gst_pad_remove_probe (pad, probe);
  heard = g_atomic_int_get (&f.alice.peer->audio_packets_in);
  wait_until (g_atomic_int_get (&f.alice.peer->audio_packets_in) > heard + 20);
  g_assert_cmpuint (count_sources (&f.alice), <=, own + BECKON_SSRCS_MAX);
  g_assert_cmpuint (count_sources (&f.bob), >=, NUMBERS); /* they were sent */
  fixture_clear (&f);
}

/* How many descriptions were exchanged. */
static guint
count_descriptions (Fixture *f)
{
  guint n = 0;

  for (guint i = 0; i < f->alice.said->len; i++)
    n += ((BeckonPeerSignal *) f->alice.said->pdata[i])->kind == BECKON_PEER_SIGNAL_DESCRIPTION;
  for (guint i = 0; i < f->bob.said->len; i++)
    n += ((BeckonPeerSignal *) f->bob.said->pdata[i])->kind == BECKON_PEER_SIGNAL_DESCRIPTION;
  return n;
}

/* A screen beside a camera, stopped, and shared again: told and shown, and nothing is negotiated.
 */
static void
test_screen (void)
{
  g_autoptr (BeckonMediaConfig) alice = new_config ("alice");
  g_autoptr (BeckonMediaConfig) bob = new_config ("bob");
  Fixture f;

  alice->screen = BECKON_SOURCE_TEST;
  fixture_init (&f, alice, bob);
  beckon_media_session_set_camera (f.alice.session, TRUE);
  open_both (&f);
  wait_until (f.bob.first_video == 1);
  g_assert_cmpuint (count_descriptions (&f), ==, 2);
  g_assert_false (beckon_media_session_get_screen (f.alice.session));
  for (guint i = 0; i < 2; i++)
    {
      g_assert_null (beckon_media_peer_get_remote_screen_video (f.bob.peer));
      beckon_media_session_share_screen (f.alice.session, -1, 0);
      g_assert_true (beckon_media_session_get_screen (f.alice.session));
      wait_until (beckon_media_peer_get_remote_screen_video (f.bob.peer) != NULL);
      g_assert_true (beckon_media_peer_get_remote_screen (f.bob.peer));
      wait_until (beckon_statistics_get_fps_received (stats_of (&f.bob)) > 0 &&
                  beckon_statistics_get_screen_frames_received (stats_of (&f.bob)) > (i + 1) * 5);
      g_assert_cmpuint (beckon_statistics_get_screen_width (stats_of (&f.bob)), ==, 320);
      beckon_media_session_stop_screen (f.alice.session, NULL);
      wait_until (!beckon_media_peer_get_remote_screen (f.bob.peer));
    }
  g_assert_true (beckon_media_peer_get_remote_camera (f.bob.peer));
  g_assert_null (beckon_media_session_get_screen_problem (f.alice.session));
  g_assert_cmpuint (count_descriptions (&f), ==, 2);
  fixture_clear (&f);
}

static void
test_no_screen (void)
{
  g_autoptr (GError) ended = NULL;
  Fixture f;

  fixture_set_up (&f);
  open_both (&f);
  /* Nothing is configured, and the desktop was not asked. */
  beckon_media_session_share_screen (f.alice.session, -1, 0);
  g_assert_false (beckon_media_session_get_screen (f.alice.session));
  g_assert_error (beckon_media_session_get_screen_problem (f.alice.session), BECKON_MEDIA_ERROR,
                  BECKON_MEDIA_ERROR_NO_DEVICE);
  beckon_media_session_stop_screen (f.alice.session, NULL);
  g_assert_no_error (beckon_media_session_get_screen_problem (f.alice.session));
  ended = g_error_new_literal (BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_DEVICE_LOST, "It was closed");
  beckon_media_session_stop_screen (f.alice.session, ended);
  g_assert_error (beckon_media_session_get_screen_problem (f.alice.session), BECKON_MEDIA_ERROR,
                  BECKON_MEDIA_ERROR_DEVICE_LOST);
  fixture_clear (&f);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  g_test_init (&argc, &argv, NULL);
  beckon_media_init (NULL, NULL, &error);
  g_assert_no_error (error);
  g_test_add_func ("/media/session/voice", test_voice);
  g_test_add_func ("/media/session/video", test_video);
  g_test_add_func ("/media/session/encoder-fails", test_encoder_fails);
  g_test_add_func ("/media/session/bandwidth", test_bandwidth);
  g_test_add_func ("/media/session/bandwidth-cap", test_bandwidth_cap);
  g_test_add_func ("/media/session/late-pictures-are-shown", test_late_pictures_are_shown);
  g_test_add_func ("/media/session/nothing-before-open", test_nothing_before_open);
  g_test_add_func ("/media/session/held", test_held);
  g_test_add_func ("/media/session/mute", test_mute);
  g_test_add_func ("/media/session/screen", test_screen);
  g_test_add_func ("/media/session/no-screen", test_no_screen);
  g_test_add_func ("/media/session/echo", test_echo);
  g_test_add_func ("/media/session/missing-file", test_missing_file);
  g_test_add_func ("/media/session/failed-for-good", test_failed_for_good);
  g_test_add_func ("/media/session/relay-only", test_relay_only);
  g_test_add_func ("/media/session/relay-only-without-relay", test_relay_only_without_relay);
  g_test_add_func ("/media/session/bye", test_bye);
  g_test_add_func ("/media/session/close-at-once", test_close_at_once);
  g_test_add_func ("/media/session/drop", test_drop);
  g_test_add_func ("/media/session/streams-without-end", test_streams_without_end);
  g_test_add_func ("/media/session/twenty", test_twenty);
  return g_test_run ();
}
