/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Two sessions in one process, on the devices of a real PipeWire: how much later than at one end a
 * beep is heard at the other, and how much later a picture is shown. */

#include "config.h"

#include "device-settings.h"
#include "gst-complaints.h"
#include "media-ends.h"
#include "test-source.h"
#include "virtual-devices.h"

#define FPS 30
#define WIDTH 320
#define HEIGHT 180
#define PICTURES (1 << BECKON_COUNTER_CELLS)
#define BEEPS 8
/* A sound that is later than its picture by more, or earlier, is noticed (ITU-R BT.1359): in ms. */
#define LATE 125
#define EARLY 45

typedef struct
{
  BeckonDeviceSettings *settings;
  BeckonMediaSession *session;
  BeckonMediaPeer *peer;
  gboolean closed;
} Side;

typedef struct
{
  BeckonDeviceList *list;
  VirtualHeadset *near, *far;
  VirtualTone *beeps;
  VirtualEar *at_near, *at_far;
  Side alice, bob;
  GMutex lock;
  gint64 seen_us[PICTURES]; /* by alice, in her own picture */
  double picture_ms;        /* a moving mean of how much later bob sees it; 0: he has not yet */
} Fixture;

static int
read_number (GstPad *pad, GstBuffer *buffer)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  GstVideoInfo info;
  GstVideoFrame frame;
  int number;

  g_assert_true (gst_video_info_from_caps (&info, caps));
  g_assert_true (gst_video_frame_map (&frame, &info, buffer, GST_MAP_READ));
  number = beckon_test_source_read (&frame);
  gst_video_frame_unmap (&frame);
  return number;
}

static GstPadProbeReturn
on_own_picture (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Fixture *f = user_data;
  const int number = read_number (pad, GST_PAD_PROBE_INFO_BUFFER (info));

  g_mutex_lock (&f->lock);
  if (number >= 0)
    f->seen_us[number] = g_get_monotonic_time ();
  g_mutex_unlock (&f->lock);
  return GST_PAD_PROBE_OK;
}

/* When it is due. */
static void
on_shown (GstElement *sink, GstBuffer *buffer, GstPad *pad, Fixture *f)
{
  const int number = read_number (pad, buffer);

  g_mutex_lock (&f->lock);
  if (number >= 0 && f->seen_us[number] > 0)
    {
      const double ms = (g_get_monotonic_time () - f->seen_us[number]) / 1e3;

      f->picture_ms += (ms - f->picture_ms) * (f->picture_ms > 0 ? 0.1 : 1);
    }
  g_mutex_unlock (&f->lock);
}

static double
picture_later (Fixture *f)
{
  double ms;

  g_mutex_lock (&f->lock);
  ms = f->picture_ms;
  g_mutex_unlock (&f->lock);
  return ms;
}

static void
side_init (Side *side, Fixture *f, BeckonSource audio, BeckonSource video, BeckonOutput output)
{
  g_autoptr (BeckonMediaConfig) config = beckon_media_config_new ();

  side->settings = beckon_device_settings_new (f->list);
  g_object_set (side->settings, "echo-cancellation", FALSE, "noise-suppression", FALSE,
                "gain-control", FALSE, "microphone", "near.in", "speaker", "far.out", NULL);
  config->audio = audio;
  config->video = video;
  config->audio_output = output;
  config->video_sink = g_strdup ("fakesink");
  config->video_width = WIDTH;
  config->video_height = HEIGHT;
  config->video_fps = FPS;
  config->devices = g_object_ref (side->settings);
  side->session = beckon_media_session_new (config);
}

static void
set_up (Fixture *f, gconstpointer unused)
{
  g_autoptr (GstPad) pad = NULL;
  GObject *sink;

  gst_complaints_pass ();
  f->list = beckon_device_list_new ();
  beckon_device_list_start (f->list);
  f->near = virtual_headset_plug ("near", "Near");
  f->far = virtual_headset_plug ("far", "Far");
  virtual_headset_wait (f->list, "near", TRUE);
  virtual_headset_wait (f->list, "far", TRUE);
  f->beeps = virtual_beeps_start ("near.out");
  f->at_near = virtual_ear_new ("near.in");
  f->at_far = virtual_ear_new ("far.out.monitor"); /* no microphone takes its time */
  side_init (&f->alice, f, BECKON_SOURCE_DEVICE, BECKON_SOURCE_TEST, BECKON_OUTPUT_NONE);
  side_init (&f->bob, f, BECKON_SOURCE_NONE, BECKON_SOURCE_NONE, BECKON_OUTPUT_DEVICE);
  beckon_media_session_set_camera (f->alice.session, TRUE);
  f->bob.peer = media_end_add_peer (f->bob.session, "alice", FALSE, &f->alice.peer);
  f->alice.peer = media_end_add_peer (f->alice.session, "bob", TRUE, &f->bob.peer);
  beckon_media_session_open (f->alice.session);
  beckon_media_session_open (f->bob.session);
  wait_until (beckon_media_session_get_local_video (f->alice.session) != NULL);
  pad = gst_element_get_static_pad (
      GST_ELEMENT (beckon_media_session_get_local_video (f->alice.session)), "sink");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_own_picture, f, NULL);
  wait_until (beckon_media_peer_get_remote_video (f->bob.peer) != NULL);
  sink = beckon_media_peer_get_remote_video (f->bob.peer);
  g_signal_connect (sink, "handoff", G_CALLBACK (on_shown), f);
  g_object_set (sink, "signal-handoffs", TRUE, NULL);
}

static void
side_clear (Side *side)
{
  media_end_close (side->session, "hung-up", &side->closed);
  wait_until (side->closed);
  wait_until (G_OBJECT (side->session)->ref_count == 1);
  media_end_finalize (&side->session, &side->peer, VIRTUAL_LIMIT_SECONDS);
  wait_until (G_OBJECT (side->settings)->ref_count == 1);
  g_assert_finalize_object (side->settings);
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  side_clear (&f->alice);
  side_clear (&f->bob);
  virtual_tone_stop (f->beeps);
  virtual_ear_free (f->at_near);
  virtual_ear_free (f->at_far);
  virtual_headset_unplug (f->near);
  virtual_headset_unplug (f->far);
  wait_until (g_list_model_get_n_items (G_LIST_MODEL (f->list)) == 0);
  virtual_list_finalize (f->list);
}

/* Returns: how much later than at the near end the last beep began at the far end; less than
 * nothing: it has not come there yet. */
static double
beep_later (Fixture *f)
{
  return (virtual_ear_heard_at (f->at_far) - virtual_ear_heard_at (f->at_near)) / 1e3;
}

static void
test_in_step (Fixture *f, gconstpointer unused)
{
  double sum = 0;

  wait_until (picture_later (f) > 0 && virtual_ear_heard_at (f->at_far) > 0);
  for (guint i = 0; i < BEEPS; i++)
    {
      const gint64 before = virtual_ear_heard_at (f->at_far);

      wait_until (virtual_ear_heard_at (f->at_far) > before + G_USEC_PER_SEC / 2);
      g_test_message ("A beep is heard %.1f ms later, a picture seen %.1f ms", beep_later (f),
                      picture_later (f));
      sum += beep_later (f) - picture_later (f);
    }
  g_assert_cmpfloat (sum / BEEPS, <, LATE);
  g_assert_cmpfloat (sum / BEEPS, >, -EARLY);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  g_test_init (&argc, &argv, NULL);
  if (!beckon_media_init (NULL, NULL, &error))
    g_error ("%s", error->message);
  g_test_add ("/media/in-step", Fixture, NULL, set_up, test_in_step, tear_down);
  return g_test_run ();
}
