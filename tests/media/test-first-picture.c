/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The first picture of a connection: nothing on its way waits for a second one, and what was made
 * ready before the call was open has shown nothing to anybody. Two real ends in one process; frames
 * are handed to the connection one by one, where a camera's would come in. */

#include "config.h"

#include "capture-frames.h"
#include "gst-complaints.h"
#include "media-ends.h"
#include "peer-bandwidth.h"
#include "peer-private.h"
#include "waiting.h"

#include <gst/rtp/rtp.h>
#include <gst/video/video.h>

#define LIMIT_SECONDS 30
#define NEVER_MS 600000
#define WIDTH 320
#define HEIGHT 180
#define FPS 30
#define START_HEIGHT 360 /* of a call that nothing is known about */

enum
{
  NOTHING,
  KEY_FRAME,
  ANOTHER
};

typedef struct
{
  BeckonMediaSession *session;
  BeckonMediaPeer *peer;
  guint first_video;
  gint shown;      /* atomic */
  gint sent_empty; /* atomic: packets */
  gint loses;      /* atomic: of what RTP comes one in so many; 0: none */
  guint n_came;    /* of the thread that it comes on */
  gint sent_first; /* atomic: what was in the first that was not empty */
  gboolean closed;
} Side;

typedef struct
{
  Side alice, bob;
} Fixture;

#define wait_until(condition) wait_at_most (LIMIT_SECONDS, condition)

/* ---- fixture ---- */

static void
on_first_video (BeckonMediaPeer *peer, guint width, guint height, Side *side)
{
  side->first_video++;
}

static void
on_shown (GstElement *sink, GstBuffer *buffer, GstPad *pad, gint *shown)
{
  g_atomic_int_inc (shown);
}

static void
begin (Side *side, Side *other, const char *identity, gboolean offerer, BeckonSource audio)
{
  g_autoptr (BeckonMediaConfig) config = beckon_media_config_new ();

  config->video = BECKON_SOURCE_TEST;
  config->audio = audio;
  config->audio_output = BECKON_OUTPUT_NONE;
  config->identity = g_strdup (identity);
  config->video_sink = g_strdup ("fakesink");
  config->video_width = WIDTH;
  config->video_height = HEIGHT;
  side->session = beckon_media_session_new (config);
  side->peer = media_end_add_peer (side->session, "peer", offerer, &other->peer);
  g_signal_connect (side->peer, "first-video", G_CALLBACK (on_first_video), side);
  g_object_set (side->peer->video_sink, "signal-handoffs", TRUE, NULL);
  g_signal_connect (side->peer->video_sink, "handoff", G_CALLBACK (on_shown), &side->shown);
}

static void
look_at_packet (Side *side, GstBuffer *buffer)
{
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;

  g_assert_true (gst_rtp_buffer_map (buffer, GST_MAP_READ, &rtp));
  /* The frame's own header is behind a descriptor of four bytes. */
  if (gst_rtp_buffer_get_payload_len (&rtp) == 0)
    g_atomic_int_inc (&side->sent_empty);
  else
    g_atomic_int_compare_and_exchange (
        &side->sent_first, NOTHING,
        ((const guint8 *) gst_rtp_buffer_get_payload (&rtp))[4] & 1 ? ANOTHER : KEY_FRAME);
  gst_rtp_buffer_unmap (&rtp);
}

static GstPadProbeReturn
on_sent (GstPad *pad, GstPadProbeInfo *info, gpointer side)
{
  if (GST_PAD_PROBE_INFO_TYPE (info) & GST_PAD_PROBE_TYPE_BUFFER)
    look_at_packet (side, GST_PAD_PROBE_INFO_BUFFER (info));
  else
    look_at_packet (side, gst_buffer_list_get (GST_PAD_PROBE_INFO_BUFFER_LIST (info), 0));
  return GST_PAD_PROBE_OK;
}

/* What goes into webrtcbin. */
static void
watch_sent (Side *side)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (side->peer->webrtc, "sink_1");

  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST, on_sent, side,
                     NULL);
}

static gboolean
is_warm (Side *side)
{
  GstElement *encoder = side->peer->encoders[BECKON_LINE_CAMERA];
  g_autoptr (GstPad) source = encoder != NULL ? gst_element_get_static_pad (encoder, "src") : NULL;

  return source != NULL && gst_pad_has_current_caps (source);
}

static void
read_latency (const GValue *item, gpointer highest)
{
  guint latency;

  g_object_get (g_value_get_object (item), "latency", &latency, NULL);
  *(guint *) highest = MAX (*(guint *) highest, latency);
}

/* Returns: 0: no first packet has left a buffer; a stream that has said nothing but reports has
 * one, too. */
static guint
highest_latency (Side *side)
{
  guint highest = 0;

  beckon_media_foreach_made_by (side->peer->webrtc, "rtpjitterbuffer", read_latency, &highest);
  return highest;
}

static gboolean
are_connected (Fixture *f)
{
  return beckon_media_peer_get_state (f->alice.peer) == BECKON_MEDIA_PEER_CONNECTED &&
         beckon_media_peer_get_state (f->bob.peer) == BECKON_MEDIA_PEER_CONNECTED;
}

static void
begin_both (Fixture *f, BeckonSource audio)
{
  memset (f, 0, sizeof *f);
  gst_complaints_pass ();
  begin (&f->bob, &f->alice, "bob", FALSE, audio);
  begin (&f->alice, &f->bob, "alice", TRUE, audio);
  watch_sent (&f->alice);
}

/* Connected as while it rings, and all is ready. */
static void
set_up (Fixture *f)
{
  begin_both (f, BECKON_SOURCE_NONE);
  wait_until (are_connected (f));
  wait_until (is_warm (&f->alice) && is_warm (&f->bob));
  wait_until (g_atomic_int_get (&f->alice.sent_empty) > 0);
  wait_until (highest_latency (&f->bob) > 0);
  /* A frame that comes sooner after another is left out. */
  waiting_let_pass (2 * 1000 / FPS + 1);
}

static void
end (Side *side)
{
  media_end_close (side->session, NULL, &side->closed);
  wait_until (side->closed);
  g_signal_handlers_disconnect_by_data (side->peer, side);
  g_clear_object (&side->peer);
  g_clear_object (&side->session);
}

static void
tear_down (Fixture *f)
{
  end (&f->alice);
  end (&f->bob);
}

static void
open_both (Fixture *f)
{
  beckon_media_session_open (f->alice.session);
  beckon_media_session_open (f->bob.session);
}

/* One frame, as a camera that gives no more. */
static void
send_frame (Side *side)
{
  g_autoptr (GstBuffer) buffer = NULL;
  g_autoptr (GstSample) sample = NULL;
  g_autoptr (GstCaps) caps = NULL;
  GstVideoInfo info;

  gst_video_info_set_format (&info, GST_VIDEO_FORMAT_I420, WIDTH, HEIGHT);
  info.fps_n = FPS;
  caps = gst_video_info_to_caps (&info);
  buffer = gst_buffer_new_allocate (NULL, info.size, NULL);
  gst_buffer_memset (buffer, 0, 0x50, info.size);
  sample = gst_sample_new (buffer, caps, NULL, NULL);
  beckon_media_push (side->peer->sources[BECKON_LINE_CAMERA], sample);
}

/* ---- one is enough ---- */

/* Packets that might be missing are waited for so long, and pictures are shown so late. */
static void
hold_back (Side *side)
{
  g_object_set (side->peer->webrtc, "latency", NEVER_MS, NULL);
  gst_pipeline_set_latency (GST_PIPELINE (side->peer->pipeline), NEVER_MS * GST_MSECOND);
}

static gboolean
is_synchronous (Side *side)
{
  gboolean sync;

  g_object_get (side->peer->video_sink, "sync", &sync, NULL);
  return sync;
}

static gboolean
is_decoded_if_sent_again (Fixture *f, gint before)
{
  send_frame (&f->alice);
  return g_atomic_int_get (&f->bob.peer->frames_in) > before;
}

static void
test_one_is_enough (void)
{
  Fixture f;

  set_up (&f);
  open_both (&f);
  hold_back (&f.bob);
  beckon_media_peer_force_key_frame (f.alice.peer, BECKON_LINE_CAMERA);
  send_frame (&f.alice);
  wait_until (f.bob.first_video == 1 && g_atomic_int_get (&f.bob.shown) == 1);

  /* From then on it is as it always was. */
  wait_until (highest_latency (&f.bob) == NEVER_MS);
  wait_until (is_decoded_if_sent_again (&f, 1) && is_synchronous (&f.bob));
  g_assert_cmpint (g_atomic_int_get (&f.bob.shown), ==, 1);
  tear_down (&f);
}

/* ---- what was made ready ---- */

static gboolean
is_seen_if_sent_again (Fixture *f)
{
  send_frame (&f->alice);
  return f->bob.first_video > 0;
}

/* The key frame that an encoder begins with went to nobody, and no other was asked for. */
static void
test_first_is_a_key_frame (void)
{
  Fixture f;

  set_up (&f);
  send_frame (&f.alice); /* another kind of picture than what warmed up */
  g_assert_cmpint (g_atomic_int_get (&f.alice.sent_first), ==, NOTHING);
  open_both (&f);
  wait_until (is_seen_if_sent_again (&f));
  g_assert_cmpint (g_atomic_int_get (&f.alice.sent_first), ==, KEY_FRAME);
  tear_down (&f);
}

/* The caller sees themselves while it rings: what their encoder gets of that is for nobody. */
static void
test_preview_is_not_sent (void)
{
  Fixture f;
  GObject *own;
  gint shown = 0;

  set_up (&f);
  beckon_media_session_set_camera (f.alice.session, TRUE);
  beckon_media_session_start_preview (f.alice.session);
  own = beckon_media_session_get_local_video (f.alice.session);
  g_object_set (own, "signal-handoffs", TRUE, NULL);
  g_signal_connect (own, "handoff", G_CALLBACK (on_shown), &shown);
  beckon_media_session_open (f.bob.session);
  wait_until (g_atomic_int_get (&shown) >= 10);
  g_assert_cmpint (g_atomic_int_get (&f.alice.sent_first), ==, NOTHING);
  g_assert_cmpint (g_atomic_int_get (&f.alice.peer->frames_out), ==, 0);
  g_assert_cmpuint (f.bob.first_video, ==, 0);

  beckon_media_session_open (f.alice.session);
  wait_until (f.bob.first_video == 1);
  g_assert_cmpint (g_atomic_int_get (&f.alice.sent_first), ==, KEY_FRAME);
  tear_down (&f);
}

/* ---- a long ring ---- */

/* RFC 5761, 4: RTP and RTCP on one port. */
static gboolean
is_rtp (GstBuffer *buffer)
{
  guint8 first[2];

  return gst_buffer_extract (buffer, 0, first, sizeof first) == sizeof first && first[0] >= 128 &&
         first[0] < 192 && (first[1] < 192 || first[1] > 223);
}

static GstPadProbeReturn
on_packet (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Side *side = user_data;
  const gint loses = g_atomic_int_get (&side->loses);

  return loses > 0 && is_rtp (GST_PAD_PROBE_INFO_BUFFER (info)) && side->n_came++ % loses == 0
             ? GST_PAD_PROBE_DROP
             : GST_PAD_PROBE_OK;
}

static void
lose_rtp (const GValue *item, gpointer side)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (g_value_get_object (item), "src");

  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_packet, side, NULL);
  g_atomic_int_set (&((Side *) side)->loses, TRUE);
}

static gboolean
is_losing (Side *side)
{
  g_autoptr (GstIterator) all =
      gst_bin_iterate_all_by_element_factory_name (GST_BIN (side->peer->webrtc), "nicesrc");

  gst_iterator_foreach (all, lose_rtp, side);
  return g_atomic_int_get (&side->loses);
}

/* What makes the way ready before was lost, and there are reports of a stream that nobody has seen.
 * GStreamer says goodbye for a stream that has not sent for five seconds, and who hears that
 * forgets which line it was of. */
static void
test_long_ring (void)
{
  Fixture f;
  gint frames;

  begin_both (&f, BECKON_SOURCE_TEST);
  wait_until (is_losing (&f.bob));
  wait_until (are_connected (&f));
  wait_until (g_atomic_int_get (&f.alice.sent_empty) > 0);
  waiting_let_pass (7000);
  open_both (&f);
  waiting_let_pass (1500); /* there are reports meanwhile */
  g_assert_cmpuint (f.bob.first_video, ==, 0);
  g_atomic_int_set (&f.bob.loses, FALSE);
  beckon_media_peer_force_key_frame (f.alice.peer, BECKON_LINE_CAMERA);
  wait_until (is_seen_if_sent_again (&f));

  /* And the same when the camera was off for so long. */
  waiting_let_pass (8000);
  frames = g_atomic_int_get (&f.bob.peer->frames_in);
  wait_until (is_decoded_if_sent_again (&f, frames));
  tear_down (&f);
}

static void
count_copies (const GValue *item, gpointer n_copies)
{
  guint n;

  g_object_get (g_value_get_object (item), "num-rtx-assoc-packets", &n, NULL);
  *(guint *) n_copies += n;
}

static guint
copies_that_came (Side *side)
{
  guint n_copies = 0;

  beckon_media_foreach_made_by (side->peer->webrtc, "rtprtxreceive", count_copies, &n_copies);
  return n_copies;
}

/* Also before anything has been asked for. */
static void
test_copies_are_known (void)
{
  Fixture f;

  set_up (&f);
  wait_until (copies_that_came (&f.bob) > 0 && copies_that_came (&f.alice) > 0);
  tear_down (&f);
}

/* Before there is a picture that could be lost. */
static void
test_loss_is_known (void)
{
  Fixture f;

  begin_both (&f, BECKON_SOURCE_TEST);
  wait_until (is_losing (&f.bob));
  g_atomic_int_set (&f.bob.loses, 3);
  wait_until (are_connected (&f));
  /* They are smaller, since each of them is sent more than once. */
  wait_until (beckon_peer_bandwidth_get_quality (f.alice.peer->bandwidth)->height < START_HEIGHT);
  open_both (&f);
  wait_until (is_seen_if_sent_again (&f));
  tear_down (&f);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  g_test_init (&argc, &argv, NULL);
  beckon_media_init (NULL, NULL, &error);
  g_assert_no_error (error);
  g_test_add_func ("/media/first-picture/one-is-enough", test_one_is_enough);
  g_test_add_func ("/media/first-picture/first-is-a-key-frame", test_first_is_a_key_frame);
  g_test_add_func ("/media/first-picture/preview-is-not-sent", test_preview_is_not_sent);
  g_test_add_func ("/media/first-picture/long-ring", test_long_ring);
  g_test_add_func ("/media/first-picture/copies-are-known", test_copies_are_known);
  g_test_add_func ("/media/first-picture/loss-is-known", test_loss_is_known);
  return g_test_run ();
}
