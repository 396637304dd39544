/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Connections that have one encoder: each gets every frame, in order and whole, whoever comes, goes,
 * stands still or loses something. Their pipelines end in decoders here, frame by frame: no network
 * and no time. Once for each codec that there is. */

#include "config.h"

#include "capture-frames.h"
#include "codec-choice.h"
#include "gst-complaints.h"
#include "media-session.h"
#include "peer-private.h"
#include "peer-share.h"
#include "test-source.h"

#include <gst/video/video.h>

#define ENDS 3
#define LIMIT (30 * GST_SECOND)
#define WIDTH 320
#define HEIGHT 180
#define FPS 30
#define SOON 10 /* frames, until whatever is under way has come about */
#define COLOR 0x3070c0

typedef struct
{
  BeckonMediaPeer *peer;
  GstElement *encoder, *decoder; /* borrowed */
  GstAppSink *sink;
  int last;
  gint encoded, key_frames; /* atomic: that left the encoder */
  gint told; /* to have been sent, as our frame was on its way; of the encoder's thread */
  gboolean gone;
} End;

typedef struct
{
  End ends[ENDS];
  BeckonCodec codec;
  guint16 next;
} Fixture;

static GstPadProbeReturn
on_encoded (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  End *end = user_data;

  g_atomic_int_inc (&end->encoded);
  if (!GST_BUFFER_FLAG_IS_SET (GST_PAD_PROBE_INFO_BUFFER (info), GST_BUFFER_FLAG_DELTA_UNIT))
    g_atomic_int_inc (&end->key_frames);
  return GST_PAD_PROBE_OK;
}

/* How many have been sent is told at any time, and never less than before. */
static GstPadProbeReturn
on_before_gate (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  End *end = user_data;
  const gint sent = g_atomic_int_get (&end->peer->frames_out);

  g_assert_cmpint (sent, >=, end->told);
  end->told = sent;
  return GST_PAD_PROBE_OK;
}

static GstElement *
add (End *end, GstElement *after, const char *factory)
{
  return beckon_media_append (end->peer->pipeline, after, beckon_media_make_element (factory));
}

static GstElement *
add_filter (End *end, GstElement *after, const char *text)
{
  GstElement *filter = add (end, after, "capsfilter");
  g_autoptr (GstCaps) caps = gst_caps_from_string (text);

  g_object_set (filter, "caps", caps, NULL);
  return filter;
}

static GstElement *
add_encoder (End *end, BeckonCodec codec)
{
  GstElement *source = GST_ELEMENT (end->peer->sources[BECKON_LINE_CAMERA]);
  g_autoptr (GstPad) pad = NULL;

  gst_bin_add (GST_BIN (end->peer->pipeline), source);
  end->encoder = add (end, source, beckon_codec_choice_get_encoder (codec));
  if (codec == BECKON_CODEC_VP8)
    g_object_set (end->encoder, "deadline", (gint64) 1, "keyframe-max-dist", 3000, NULL);
  else
    beckon_codec_set_up_encoder (end->encoder);
  beckon_codec_set_bitrate (end->encoder, 1000000);
  pad = gst_element_get_static_pad (end->encoder, "src");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_encoded, end, NULL);
  return codec == BECKON_CODEC_VP8 ? end->encoder
                                   : add_filter (end, end->encoder, BECKON_H264_FILTER);
}

static void
end_open (End *end, BeckonCodec codec, guint id)
{
  GstElement *last, *sink;

  *end = (End){ .last = -1 };
  end->peer = g_object_new (BECKON_TYPE_MEDIA_PEER, NULL);
  end->peer->config = beckon_media_config_new ();
  beckon_peer_share_set_id (end->peer->share, id);
  last = add_encoder (end, codec);
  last = beckon_peer_share_add_line (end->peer->share, BECKON_LINE_CAMERA, end->encoder, last);
  beckon_media_add_probe (last, "sink_0", GST_PAD_PROBE_TYPE_BUFFER, on_before_gate, end);
  if (codec == BECKON_CODEC_H264)
    last = add (end, last, "h264parse");
  end->decoder = add (end, last, beckon_codec_choice_get_decoder (codec));
  last = add (end, end->decoder, "videoconvert");
  last = add_filter (end, last, "video/x-raw,format=I420");
  sink = add (end, last, "appsink");
  g_object_set (sink, "sync", FALSE, "async", FALSE, NULL);
  end->sink = GST_APP_SINK (sink);
  gst_element_set_state (end->peer->pipeline, GST_STATE_PLAYING);
  g_assert_cmpint (gst_element_get_state (end->peer->pipeline, NULL, NULL, LIMIT), !=,
                   GST_STATE_CHANGE_FAILURE);
}

static void
end_close (End *end)
{
  gst_element_set_state (end->peer->pipeline, GST_STATE_NULL);
  end->gone = TRUE;
}

static BeckonPeerShare *
share_of (Fixture *f, guint i)
{
  return f->ends[i].peer->share;
}

static void
follow (Fixture *f, guint follower, int leader)
{
  beckon_peer_share_follow (share_of (f, follower), BECKON_LINE_CAMERA,
                            leader >= 0 ? share_of (f, leader) : NULL, FALSE);
}

/* ---- frames ---- */

static GstSample *
draw (guint16 number)
{
  g_autoptr (GstBuffer) buffer = NULL;
  g_autoptr (GstCaps) caps = NULL;
  GstVideoFrame frame;
  GstVideoInfo info;

  gst_video_info_set_format (&info, GST_VIDEO_FORMAT_I420, WIDTH, HEIGHT);
  info.fps_n = FPS;
  buffer = gst_buffer_new_allocate (NULL, info.size, NULL);
  gst_video_frame_map (&frame, &info, buffer, GST_MAP_WRITE);
  beckon_test_source_draw (&frame, number, COLOR);
  gst_video_frame_unmap (&frame);
  caps = gst_video_info_to_caps (&info);
  return gst_sample_new (buffer, caps, NULL, NULL);
}

static int
read_number (GstSample *sample)
{
  GstVideoFrame frame;
  GstVideoInfo info;
  int number;

  g_assert_true (gst_video_info_from_caps (&info, gst_sample_get_caps (sample)));
  g_assert_true (gst_video_frame_map (&frame, &info, gst_sample_get_buffer (sample), GST_MAP_READ));
  number = beckon_test_source_read (&frame);
  gst_video_frame_unmap (&frame);
  return number;
}

/* One may come twice, of two encoders, of which one may be a frame behind. */
static void
expect (End *end, int number, gboolean all)
{
  while (end->last != number)
    {
      g_autoptr (GstSample) sample = gst_app_sink_try_pull_sample (end->sink, LIMIT);
      int seen;

      g_assert_nonnull (sample);
      seen = read_number (sample);
      g_assert_cmpint (seen, >=, end->last - 1);
      if (all)
        g_assert_cmpint (seen, <=, end->last + 1);
      end->last = seen;
    }
}

static void
wait_until_empty (const GValue *item, gpointer unused)
{
  while (gst_app_src_get_current_level_buffers (g_value_get_object (item)) > 0)
    g_thread_yield ();
}

/* What comes from another encoder is taken by a thread of its own, which may be late:
 * no time passes here. */
static void
drain (End *end)
{
  g_autoptr (GstIterator) sources =
      gst_bin_iterate_all_by_element_factory_name (GST_BIN (end->peer->pipeline), "appsrc");

  gst_iterator_foreach (sources, wait_until_empty, NULL);
}

/* The next frame of the camera comes to all but @still (or -1). */
static void
step (Fixture *f, int still)
{
  g_autoptr (GstSample) sample = draw (f->next);

  for (guint i = 0; i < ENDS; i++)
    if (!f->ends[i].gone)
      beckon_media_push (f->ends[i].peer->sources[BECKON_LINE_CAMERA], sample);
  for (guint i = 0; i < ENDS; i++)
    if (!f->ends[i].gone && (int) i != still)
      {
        expect (&f->ends[i], f->next, TRUE);
        drain (&f->ends[i]);
      }
  f->next++;
  while (g_main_context_iteration (NULL, FALSE))
    continue;
}

static void
steps (Fixture *f, guint n)
{
  while (n-- > 0)
    step (f, -1);
}

/* Only these encoders work from now on. */
static void
check_encoders (Fixture *f, guint working)
{
  gint before[ENDS];

  steps (f, SOON);
  for (guint i = 0; i < ENDS; i++)
    before[i] = g_atomic_int_get (&f->ends[i].encoded);
  steps (f, SOON);
  for (guint i = 0; i < ENDS; i++)
    g_assert_cmpint (g_atomic_int_get (&f->ends[i].encoded) - before[i], ==,
                     working & 1 << i ? SOON : 0);
}

static gboolean
set_up (Fixture *f, gconstpointer codec)
{
  memset (f, 0, sizeof *f);
  gst_complaints_pass ();
  f->codec = GPOINTER_TO_UINT (codec);
  if (beckon_codec_choice_get_encoder (f->codec) == NULL)
    {
      g_test_skip ("There is no such codec");
      return FALSE;
    }
  for (guint i = 0; i < ENDS; i++)
    end_open (&f->ends[i], f->codec, i + 1);
  return TRUE;
}

static void
tear_down (Fixture *f)
{
  for (guint i = 0; i < ENDS; i++)
    if (!f->ends[i].gone)
      end_close (&f->ends[i]);
  for (guint i = 0; i < ENDS; i++)
    for (guint j = 0; j < ENDS; j++)
      if (i != j)
        beckon_peer_share_forget (share_of (f, i), share_of (f, j));
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  for (guint i = 0; i < ENDS; i++)
    g_assert_finalize_object (f->ends[i].peer);
}

/* ---- tests ---- */

static void
test_one_for_all (gconstpointer codec)
{
  Fixture f;

  if (!set_up (&f, codec))
    return;
  check_encoders (&f, 1 << 0 | 1 << 1 | 1 << 2);
  follow (&f, 1, 0);
  check_encoders (&f, 1 << 0 | 1 << 2);
  follow (&f, 2, 0);
  check_encoders (&f, 1 << 0);
  /* What is said to be sent is what each got; one may have come of both. */
  for (guint i = 0; i < ENDS; i++)
    {
      g_assert_cmpint (g_atomic_int_get (&f.ends[i].peer->frames_out), >=, f.next);
      g_assert_cmpint (g_atomic_int_get (&f.ends[i].peer->frames_out), <=, f.next + 1);
    }
  follow (&f, 2, -1);
  check_encoders (&f, 1 << 0 | 1 << 2);
  follow (&f, 2, 0);
  follow (&f, 2, -1);
  follow (&f, 2, 0); /* before anything came of it */
  check_encoders (&f, 1 << 0);
  tear_down (&f);
}

/* What an encoder makes for others alone is not what its own end sends. */
static void
test_made_for_others (gconstpointer codec)
{
  Fixture f;
  gint sent;

  if (!set_up (&f, codec))
    return;
  follow (&f, 2, 1);
  check_encoders (&f, 1 << 0 | 1 << 1);
  follow (&f, 1, 0);
  check_encoders (&f, 1 << 0 | 1 << 1);
  sent = g_atomic_int_get (&f.ends[1].peer->frames_out);
  steps (&f, SOON);
  g_assert_cmpint (g_atomic_int_get (&f.ends[1].peer->frames_out) - sent, ==, SOON);
  tear_down (&f);
}

/* Another one's encoder is there before that of who goes is missed. */
static void
test_encoder_goes (gconstpointer codec)
{
  Fixture f;

  if (!set_up (&f, codec))
    return;
  follow (&f, 1, 0);
  follow (&f, 2, 0);
  check_encoders (&f, 1 << 0);
  follow (&f, 1, -1);
  follow (&f, 2, 1);
  for (guint i = 1; i < ENDS; i++)
    beckon_peer_share_forget (share_of (&f, i), share_of (&f, 0));
  end_close (&f.ends[0]);
  check_encoders (&f, 1 << 1);
  /* And without a word before. */
  end_close (&f.ends[1]);
  beckon_peer_share_forget (share_of (&f, 2), share_of (&f, 1));
  check_encoders (&f, 1 << 2);
  tear_down (&f);
}

static GstPadProbeReturn
on_swallowed (GstPad *pad, GstPadProbeInfo *info, gpointer unused)
{
  return GST_PAD_PROBE_DROP;
}

static void
push_until_stuck (Fixture *f, gboolean stuck)
{
  while (beckon_peer_share_is_stuck (share_of (f, 0), BECKON_LINE_CAMERA) != stuck)
    {
      g_autoptr (GstSample) sample = draw (f->next);

      beckon_media_push (f->ends[0].peer->sources[BECKON_LINE_CAMERA], sample);
      g_thread_yield ();
    }
}

/* One that makes nothing of what it gets is known for it, until it does. */
static void
test_stuck (gconstpointer codec)
{
  g_autoptr (GstPad) pad = NULL;
  gulong swallowed;
  Fixture f;

  if (!set_up (&f, codec))
    return;
  steps (&f, SOON);
  g_assert_false (beckon_peer_share_is_stuck (share_of (&f, 0), BECKON_LINE_CAMERA));
  pad = gst_element_get_static_pad (f.ends[0].encoder, "sink");
  swallowed = gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_swallowed, NULL, NULL);
  push_until_stuck (&f, TRUE);
  gst_pad_remove_probe (pad, swallowed);
  push_until_stuck (&f, FALSE);
  tear_down (&f);
}

static void
ask (Fixture *f, guint i)
{
  g_autoptr (GstPad) pad = beckon_peer_share_get_pad (share_of (f, i), BECKON_LINE_CAMERA);

  gst_pad_send_event (pad,
                      gst_video_event_new_upstream_force_key_unit (GST_CLOCK_TIME_NONE, TRUE, 0));
}

/* All who have lost something get one key frame, not one each. */
static void
test_key_frames (gconstpointer codec)
{
  gint before;
  Fixture f;

  if (!set_up (&f, codec))
    return;
  follow (&f, 1, 0);
  follow (&f, 2, 0);
  check_encoders (&f, 1 << 0);
  for (guint round = 0; round < 3; round++)
    {
      before = g_atomic_int_get (&f.ends[0].key_frames);
      for (guint i = 0; i < ENDS; i++)
        ask (&f, (round + i) % ENDS);
      steps (&f, SOON);
      g_assert_cmpint (g_atomic_int_get (&f.ends[0].key_frames), ==, before + 1);
    }
  tear_down (&f);
}

/* Who takes nothing for a while misses something, and goes on with a key frame. The others do not
 * notice. */
static void
test_stands_still (gconstpointer codec)
{
  g_autoptr (GstPad) pad = NULL;
  gulong block;
  Fixture f;

  if (!set_up (&f, codec))
    return;
  follow (&f, 1, 0);
  follow (&f, 2, 0);
  check_encoders (&f, 1 << 0);
  pad = gst_element_get_static_pad (f.ends[2].decoder, "sink");
  block = beckon_media_block (pad, GST_PAD_PROBE_TYPE_BUFFER);
  for (guint i = 0; i < 3 * SOON; i++)
    step (&f, 2);
  gst_pad_remove_probe (pad, block);
  /* Room is there as soon as its thread runs. */
  while (f.ends[2].last < f.next - 1)
    {
      g_autoptr (GstSample) sample = gst_app_sink_try_pull_sample (f.ends[2].sink, 0);

      if (sample == NULL)
        step (&f, 2);
      else
        {
          g_assert_cmpint (read_number (sample), >=, f.ends[2].last);
          f.ends[2].last = read_number (sample);
        }
    }
  steps (&f, SOON);
  tear_down (&f);
}

/* What is too much for somebody does not go on until there is something else. */
static void
test_at_once (gconstpointer codec)
{
  gint sent;
  Fixture f;

  if (!set_up (&f, codec))
    return;
  follow (&f, 1, 0);
  follow (&f, 2, 0);
  check_encoders (&f, 1 << 0);
  beckon_peer_share_follow (share_of (&f, 2), BECKON_LINE_CAMERA, NULL, TRUE);
  sent = g_atomic_int_get (&f.ends[2].key_frames);
  step (&f, -1);
  g_assert_cmpint (g_atomic_int_get (&f.ends[2].key_frames), ==, sent + 1);
  check_encoders (&f, 1 << 0 | 1 << 2);
  tear_down (&f);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    GTestDataFunc func;
  } tests[] = {
    { "one-for-all", test_one_for_all },     { "encoder-goes", test_encoder_goes },
    { "made-for-others", test_made_for_others },
    { "key-frames", test_key_frames },       { "stands-still", test_stands_still },
    { "stuck", test_stuck },
    { "at-once", test_at_once },
  };
  static const char *codecs[BECKON_N_CODECS] = { "vp8", "h264" };
  g_autoptr (GError) error = NULL;

  g_test_init (&argc, &argv, NULL);
  beckon_media_init (NULL, NULL, &error);
  g_assert_no_error (error);
  for (BeckonCodec codec = 0; codec < BECKON_N_CODECS; codec++)
    for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
      {
        g_autofree char *path = g_strdup_printf ("/share/%s/%s", codecs[codec], tests[i].name);

        g_test_add_data_func (path, GUINT_TO_POINTER (codec), tests[i].func);
      }
  return g_test_run ();
}
