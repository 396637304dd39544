/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Two sessions in one process, on the devices of a real PipeWire: other devices in the middle of the
 * call, devices that are unplugged, a sound server that dies. Who is heard and seen at the other end
 * says which device it is. */

#include "config.h"

#include "capture.h"
#include "device-settings.h"
#include "gst-complaints.h"
#include "media-ends.h"
#include "test-source.h"
#include "virtual-devices.h"

#include <glib-unix.h>

#define RATE 48000
#define ONE_HZ 500
#define TWO_HZ 900
#define BOB_HZ 660
#define OTHER_HZ 1300
/* A tone of the tests has 0.3 where it is made. */
#define HEARD 0.05
#define NOT_HEARD 0.01

typedef struct _Side
{
  BeckonDeviceSettings *settings;
  BeckonMediaSession *session;
  BeckonMediaPeer *peer;
  struct _Side *other;
  gboolean closed;
} Side;

typedef struct
{
  BeckonDeviceList *list;
  VirtualHeadset *one, *two, *left, *right, *far;
  VirtualTone *tone_one, *tone_two;
  VirtualCamera *camera_one, *camera_two;
  VirtualEar *at_left, *at_right, *at_far;
  Side alice, bob;
  char *volumes; /* nullable: of the desktop's devices, before the call */
  gint color; /* of the picture that bob sees, written on GStreamer's thread */
} Fixture;

/* ---- the desktop ---- */

/* Returns: (transfer full): what the command says. */
static char *
run (const char *const *command)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process =
      g_subprocess_newv (command, G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error);
  char *output = NULL;

  g_assert_no_error (error);
  g_assert_true (g_subprocess_communicate_utf8 (process, NULL, NULL, &output, NULL, &error));
  g_assert_true (g_subprocess_get_successful (process));
  return output;
}

static void
do_run (const char *const *command)
{
  g_free (run (command));
}

/* @kind: "sink" or "source": as a person chooses it in the desktop's settings. */
static void
set_default (const char *kind, const char *node)
{
  g_autofree char *key = g_strconcat ("default.configured.audio.", kind, NULL);
  g_autofree char *value = g_strdup_printf ("{\"name\":\"%s\"}", node);

  do_run ((const char *const[]){ "pw-metadata", "0", key, value, "Spa:String:JSON", NULL });
}

/* Returns: (transfer full): each speaker and microphone as the desktop shows it, with its volume and
 * whether it is muted. */
static char *
get_volumes (void)
{
  g_autofree char *status = run ((const char *const[]){ "wpctl", "status", NULL });
  g_auto (GStrv) lines = g_strsplit (status, "\n", -1);
  g_autoptr (GString) volumes = g_string_new (NULL);

  for (guint i = 0; lines[i] != NULL; i++)
    if (strstr (lines[i], "[vol: ") != NULL)
      g_string_append_printf (volumes, "%s\n", g_strstrip (lines[i]));
  return g_string_free (g_steal_pointer (&volumes), FALSE);
}

static void
set_volume (const char *volumes, const char *device, const char *volume)
{
  g_autofree char *pattern = g_strdup_printf ("(\\d+)\\. %s +\\[vol", device);
  g_autoptr (GRegex) regex = g_regex_new (pattern, 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  g_autofree char *id = NULL;

  g_assert_true (g_regex_match (regex, volumes, 0, &match));
  id = g_match_info_fetch (match, 1);
  do_run ((const char *const[]){ "wpctl", "set-volume", id, volume, NULL });
}

/* ---- the call ---- */

static void
on_local_signal (BeckonMediaPeer *peer, BeckonPeerSignal *signal, Side *side)
{
  g_autoptr (GError) error = NULL;

  beckon_media_peer_handle_signal (side->other->peer, signal, &error);
  g_assert_no_error (error);
}

static void
side_init (Side *side, Side *other, Fixture *f, BeckonSource source, const char *identity)
{
  g_autoptr (BeckonMediaConfig) config = beckon_media_config_new ();

  side->other = other;
  side->settings = beckon_device_settings_new (f->list);
  /* A canceller and a noise gate would take the tones for what they are. */
  g_object_set (side->settings, "echo-cancellation", FALSE, "noise-suppression", FALSE,
                "gain-control", FALSE, NULL);
  config->video = config->audio = source;
  config->identity = g_strdup (identity);
  config->video_sink = g_strdup ("fakesink");
  config->video_width = 320;
  config->video_height = 180;
  config->video_fps = 15;
  config->devices = g_object_ref (side->settings);
  side->session = beckon_media_session_new (config);
}

static void
side_add_peer (Side *side, const char *user, gboolean offerer)
{
  side->peer = beckon_media_session_add_peer (side->session, user, "device", 1, offerer);
  g_signal_connect (side->peer, "local-signal", G_CALLBACK (on_local_signal), side);
}

static gint
get_corner (GstVideoFrame *frame, guint component)
{
  const guint8 *data = GST_VIDEO_FRAME_COMP_DATA (frame, component);
  const int x = GST_VIDEO_FRAME_COMP_WIDTH (frame, component) - 2;
  const int y = GST_VIDEO_FRAME_COMP_HEIGHT (frame, component) - 2;

  return data[y * GST_VIDEO_FRAME_COMP_STRIDE (frame, component) + x];
}

/* The ground: what moves is elsewhere. */
static GstPadProbeReturn
on_picture (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  GstVideoInfo video;
  GstVideoFrame frame;
  gint color;

  if (caps == NULL || !gst_video_info_from_caps (&video, caps) ||
      GST_VIDEO_INFO_FORMAT (&video) != GST_VIDEO_FORMAT_I420 ||
      !gst_video_frame_map (&frame, &video, GST_PAD_PROBE_INFO_BUFFER (info), GST_MAP_READ))
    return GST_PAD_PROBE_OK;
  color = get_corner (&frame, 1) << 8 | get_corner (&frame, 2);
  gst_video_frame_unmap (&frame);
  g_atomic_int_set ((gint *) user_data, color);
  return GST_PAD_PROBE_OK;
}

static gboolean
shows (Fixture *f, const char *identity)
{
  const guint32 rgb = beckon_media_test_color (identity);
  const int r = rgb >> 16, g = rgb >> 8 & 255, b = rgb & 255;
  const int u = 128 + (-38 * r - 74 * g + 112 * b) / 256;
  const int v = 128 + (112 * r - 94 * g - 18 * b) / 256;
  const gint color = g_atomic_int_get (&f->color);

  return ABS ((color >> 8) - u) < 12 && ABS ((color & 255) - v) < 12;
}

static gboolean
hears (VirtualEar *ear, double frequency)
{
  return virtual_ear_hears (ear, frequency) > HEARD;
}

static void
plug_all (Fixture *f)
{
  static const char *const microphones[] = { "one.in", "two.in", "left.in", "right.in", "far.in" };
  static const char *const speakers[] = { "one.out", "two.out", "left.out", "right.out", "far.out" };

  f->one = virtual_headset_plug ("one", "First");
  f->two = virtual_headset_plug ("two", "Second");
  f->left = virtual_headset_plug ("left", "Left");
  f->right = virtual_headset_plug ("right", "Right");
  f->far = virtual_headset_plug ("far", "Far");
  f->camera_one = virtual_camera_plug ("alice", "camera.one", "Webcam");
  f->camera_two = virtual_camera_plug ("carol", "camera.two", "Other");
  for (guint i = 0; i < G_N_ELEMENTS (microphones); i++)
    virtual_device_wait (f->list, BECKON_DEVICE_MICROPHONE, microphones[i], TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (speakers); i++)
    virtual_device_wait (f->list, BECKON_DEVICE_SPEAKER, speakers[i], TRUE);
  virtual_device_wait (f->list, BECKON_DEVICE_CAMERA, "camera.one", TRUE);
  virtual_device_wait (f->list, BECKON_DEVICE_CAMERA, "camera.two", TRUE);
  /* Without real-time priority PipeWire keeps no pace with short periods. */
  do_run ((const char *const[]){ "pw-metadata", "-n", "settings", "0", "clock.force-quantum", "2048",
                                 NULL });
  set_default ("source", "one.in");
  set_default ("sink", "left.out");
}

/* Who plays and listens beside the call. */
static void
attend (Fixture *f)
{
  f->tone_one = virtual_tone_start ("one.out", ONE_HZ);
  f->tone_two = virtual_tone_start ("two.out", TWO_HZ);
  f->at_left = virtual_ear_new ("left.in");
  f->at_right = virtual_ear_new ("right.in");
  f->at_far = virtual_ear_new ("far.in");
}

static void
leave (Fixture *f)
{
  virtual_tone_stop (f->tone_one);
  virtual_tone_stop (f->tone_two);
  virtual_ear_free (f->at_left);
  virtual_ear_free (f->at_right);
  virtual_ear_free (f->at_far);
}

/* Not what they are by themselves. */
static void
choose_volumes (Fixture *f)
{
  g_autofree char *before = get_volumes ();

  set_volume (before, "Left Speaker", "0.90");
  set_volume (before, "First Microphone", "0.85");
  f->volumes = get_volumes ();
  g_assert_nonnull (strstr (f->volumes, "[vol: 0.90]"));
  g_assert_nonnull (strstr (f->volumes, "[vol: 0.85]"));
}

static void
check_volumes (Fixture *f)
{
  g_autofree char *now = get_volumes ();

  g_assert_cmpstr (now, ==, f->volumes);
}

/* @volumes: %TRUE: the desktop's are to stay as they are */
static void
set_up (Fixture *f, gconstpointer volumes)
{
  g_autoptr (GstPad) pad = NULL;

  gst_complaints_pass ();
  f->list = beckon_device_list_new ();
  beckon_device_list_start (f->list);
  wait_until (beckon_device_list_is_ready (f->list, BECKON_DEVICE_CAMERA));
  plug_all (f);
  attend (f);
  if (volumes != NULL)
    choose_volumes (f);
  side_init (&f->alice, &f->bob, f, BECKON_SOURCE_DEVICE, "alice");
  side_init (&f->bob, &f->alice, f, BECKON_SOURCE_TEST, "bob");
  g_object_set (f->alice.settings, "microphone", "one.in", "speaker", "left.out", "camera",
                "camera.one", NULL);
  g_object_set (f->bob.settings, "speaker", "far.out", NULL);
  beckon_media_session_set_camera (f->alice.session, TRUE);
  side_add_peer (&f->bob, "alice", FALSE);
  side_add_peer (&f->alice, "bob", TRUE);
  beckon_media_session_open (f->alice.session);
  beckon_media_session_open (f->bob.session);
  wait_until (beckon_media_peer_get_remote_video (f->bob.peer) != NULL);
  pad = gst_element_get_static_pad (
      GST_ELEMENT (beckon_media_peer_get_remote_video (f->bob.peer)), "sink");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_picture, &f->color, NULL);
  wait_until (hears (f->at_far, ONE_HZ));
  wait_until (hears (f->at_left, BOB_HZ));
  wait_until (shows (f, "alice"));
}

static void
side_close (Side *side)
{
  media_end_close (side->session, "hung-up", &side->closed);
  wait_until (side->closed);
}

static void
side_clear (Side *side)
{
  if (!side->closed)
    side_close (side);
  wait_until (G_OBJECT (side->session)->ref_count == 1);
  g_assert_finalize_object (side->session);
  wait_until (G_OBJECT (side->settings)->ref_count == 1);
  g_assert_finalize_object (side->settings);
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  side_clear (&f->alice);
  side_clear (&f->bob);
  if (f->volumes != NULL)
    check_volumes (f);
  g_free (f->volumes);
  leave (f);
  virtual_headset_unplug (f->one);
  virtual_headset_unplug (f->two);
  virtual_headset_unplug (f->left);
  virtual_headset_unplug (f->right);
  virtual_headset_unplug (f->far);
  virtual_camera_unplug (f->camera_one);
  virtual_camera_unplug (f->camera_two);
  wait_until (g_list_model_get_n_items (G_LIST_MODEL (f->list)) == 0);
  virtual_list_finalize (f->list);
}

/* ---- tests ---- */

static void
test_switch (Fixture *f, gconstpointer unused)
{
  g_object_set (f->alice.settings, "microphone", "two.in", NULL);
  wait_until (hears (f->at_far, TWO_HZ));
  wait_until (virtual_ear_hears (f->at_far, ONE_HZ) < NOT_HEARD);
  g_assert_true (shows (f, "alice"));
  g_object_set (f->alice.settings, "speaker", "right.out", NULL);
  wait_until (hears (f->at_right, BOB_HZ));
  wait_until (virtual_ear_hears (f->at_left, BOB_HZ) < NOT_HEARD);
  g_object_set (f->alice.settings, "camera", "camera.two", NULL);
  wait_until (shows (f, "carol"));
  g_object_set (f->alice.settings, "camera", "camera.one", "microphone", "one.in", NULL);
  wait_until (shows (f, "alice"));
  wait_until (hears (f->at_far, ONE_HZ));
  g_assert_null (beckon_media_session_get_microphone_problem (f->alice.session));
  g_assert_null (beckon_media_session_get_speaker_problem (f->alice.session));
}

/* For a second @ear does not hear the other one; and the one that it heard it hears still. */
static void
assert_stays (VirtualEar *ear, double frequency, double other)
{
  const guint64 until = virtual_ear_count (ear) + RATE;

  while (virtual_ear_count (ear) < until)
    {
      g_assert_cmpfloat (virtual_ear_hears (ear, other), <, HEARD);
      waiting_turn ();
    }
  wait_until (hears (ear, frequency));
}

/* Who has chosen a device keeps it, also if it was the default; who has not is moved with everybody else. */
static void
test_default (Fixture *f, gconstpointer unused)
{
  VirtualEar *ear = virtual_ear_new ("");
  VirtualTone *tone = virtual_tone_start ("", OTHER_HZ);

  set_default ("source", "two.in");
  set_default ("sink", "right.out");
  wait_until (hears (ear, TWO_HZ));
  wait_until (hears (f->at_right, OTHER_HZ));
  assert_stays (f->at_far, ONE_HZ, TWO_HZ);
  assert_stays (f->at_left, BOB_HZ, OTHER_HZ);

  g_object_set (f->alice.settings, "microphone", "", "speaker", "", NULL);
  wait_until (hears (f->at_far, TWO_HZ) && virtual_ear_hears (f->at_far, ONE_HZ) < NOT_HEARD);
  wait_until (hears (f->at_right, BOB_HZ) && virtual_ear_hears (f->at_left, BOB_HZ) < NOT_HEARD);
  set_default ("source", "one.in");
  set_default ("sink", "left.out");
  wait_until (hears (f->at_far, ONE_HZ) && virtual_ear_hears (f->at_far, TWO_HZ) < NOT_HEARD);
  wait_until (hears (f->at_left, BOB_HZ) && virtual_ear_hears (f->at_right, BOB_HZ) < NOT_HEARD);
  g_assert_null (beckon_media_session_get_microphone_problem (f->alice.session));
  g_assert_null (beckon_media_session_get_speaker_problem (f->alice.session));
  virtual_tone_stop (tone);
  virtual_ear_free (ear);
}

/* The default one steps in for what was unplugged, until it is back. */
static void
test_unplug (Fixture *f, gconstpointer unused)
{
  g_object_set (f->alice.settings, "microphone", "two.in", NULL);
  wait_until (hears (f->at_far, TWO_HZ));
  virtual_tone_stop (f->tone_two);
  virtual_headset_unplug (f->two);
  wait_until (hears (f->at_far, ONE_HZ));
  f->two = virtual_headset_plug ("two", "Second");
  virtual_device_wait (f->list, BECKON_DEVICE_SPEAKER, "two.out", TRUE);
  f->tone_two = virtual_tone_start ("two.out", TWO_HZ);
  wait_until (hears (f->at_far, TWO_HZ));
  wait_until (virtual_ear_hears (f->at_far, ONE_HZ) < NOT_HEARD);
  virtual_headset_unplug (f->left);
  wait_until (beckon_device_list_find (f->list, BECKON_DEVICE_SPEAKER, "left.out") == NULL);
  virtual_ear_free (f->at_left);
  f->left = virtual_headset_plug ("left", "Left");
  virtual_device_wait (f->list, BECKON_DEVICE_MICROPHONE, "left.in", TRUE);
  f->at_left = virtual_ear_new ("left.in");
  wait_until (hears (f->at_left, BOB_HZ));
}

/* With the last camera goes the picture, and why is said; it comes back with the camera. */
static void
test_no_camera (Fixture *f, gconstpointer unused)
{
  virtual_camera_unplug (f->camera_two);
  virtual_camera_unplug (f->camera_one);
  wait_until (beckon_media_session_get_camera_problem (f->alice.session) != NULL);
  g_assert_error (beckon_media_session_get_camera_problem (f->alice.session), BECKON_MEDIA_ERROR,
                  BECKON_MEDIA_ERROR_DEVICE_LOST);
  g_assert_false (beckon_media_session_get_camera (f->alice.session));
  wait_until (!beckon_media_peer_get_remote_camera (f->bob.peer));
  f->camera_two = virtual_camera_plug ("carol", "camera.two", "Other");
  wait_until (shows (f, "carol"));
  g_assert_true (beckon_media_session_get_camera (f->alice.session));
  g_assert_null (beckon_media_session_get_camera_problem (f->alice.session));
  f->camera_one = virtual_camera_plug ("alice", "camera.one", "Webcam");
  wait_until (shows (f, "alice"));
}

/* A person who has switched the camera off meanwhile is not surprised. */
static void
test_off_stays_off (Fixture *f, gconstpointer unused)
{
  virtual_camera_unplug (f->camera_two);
  virtual_camera_unplug (f->camera_one);
  wait_until (beckon_media_session_get_camera_problem (f->alice.session) != NULL);
  beckon_media_session_set_camera (f->alice.session, FALSE);
  f->camera_one = virtual_camera_plug ("alice", "camera.one", "Webcam");
  virtual_device_wait (f->list, BECKON_DEVICE_CAMERA, "camera.one", TRUE);
  g_assert_false (beckon_media_session_get_camera (f->alice.session));
  f->camera_two = virtual_camera_plug ("carol", "camera.two", "Other");
  virtual_device_wait (f->list, BECKON_DEVICE_CAMERA, "camera.two", TRUE);
}

/* Ours is not the desktop's, nor does the gain of a voice touch that. */
static void
test_volume (Fixture *f, gconstpointer unused)
{
  const double before = virtual_ear_hears (f->at_left, BOB_HZ);

  g_object_set (f->alice.settings, "gain-control", TRUE, NULL);
  g_object_set (f->alice.peer, "volume", 0.25, NULL);
  wait_until (virtual_ear_hears (f->at_left, BOB_HZ) < before * 0.35);
  g_object_set (f->alice.settings, "volume", 0.0, NULL);
  wait_until (virtual_ear_hears (f->at_left, BOB_HZ) < NOT_HEARD);
  g_object_set (f->alice.settings, "volume", 1.0, NULL);
  g_object_set (f->alice.peer, "volume", 1.5, NULL);
  wait_until (virtual_ear_hears (f->at_left, BOB_HZ) > before * 1.2);
  wait_until (hears (f->at_far, ONE_HZ));
  wait_until (beckon_media_session_get_microphone_level (f->alice.session) > 0.5);
  check_volumes (f);
}

static void
test_server_dies (Fixture *f, gconstpointer unused)
{
  leave (f);
  virtual_server_kill ();
  wait_until (beckon_media_session_get_speaker_problem (f->alice.session) != NULL);
  virtual_server_start ();
  wait_until (beckon_media_session_get_speaker_problem (f->alice.session) == NULL);
  attend (f);
  wait_until (hears (f->at_far, ONE_HZ));
  wait_until (hears (f->at_left, BOB_HZ));
  g_assert_null (beckon_media_session_get_microphone_problem (f->alice.session));
  g_assert_true (shows (f, "alice"));
}

static gboolean
on_turn (gpointer user_data)
{
  ++*(guint *) user_data;
  return G_SOURCE_CONTINUE;
}

/* A window goes on being drawn. */
static void
assert_runs (void)
{
  guint turns = 0;
  const guint source = g_timeout_add (10, on_turn, &turns);

  wait_until (turns > 10);
  g_source_remove (source);
  g_assert_true (virtual_server_hangs ());
}

/* As nobody waits for it: opened, and let go of before that was done. */
static void
open_and_drop (Fixture *f)
{
  g_autoptr (BeckonMediaConfig) config = beckon_media_config_new ();
  BeckonCapture *capture;

  config->audio = BECKON_SOURCE_DEVICE;
  config->devices = g_object_ref (f->alice.settings);
  capture = beckon_capture_new (config, FALSE);
  beckon_capture_start (capture);
  g_assert_true (beckon_capture_is_started (capture));
  g_assert_finalize_object (capture);
}

static gboolean
is_late (const GError *problem)
{
  return g_error_matches (problem, BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_DEVICE_LATE);
}

/* A sound server that hangs holds up nothing but sound: the microphone is switched, off and on, as if
 * it did not, and heard when the server goes on. Until then it is told. */
static void
test_server_hangs (Fixture *f, gconstpointer unused)
{
  BeckonMediaSession *session = f->alice.session;

  virtual_server_hang ();
  g_object_set (f->alice.settings, "microphone", "two.in", NULL);
  assert_runs ();
  beckon_media_session_set_microphone (session, FALSE);
  assert_runs ();
  beckon_media_session_set_microphone (session, TRUE);
  open_and_drop (f);
  beckon_media_session_set_microphone (session, FALSE);
  beckon_media_session_set_microphone (session, TRUE);
  assert_runs ();
  g_object_set (f->alice.settings, "microphone", "one.in", NULL);
  g_object_set (f->alice.settings, "microphone", "two.in", "speaker", "right.out", NULL);
  assert_runs ();
  wait_until (is_late (beckon_media_session_get_microphone_problem (session)));
  wait_until (is_late (beckon_media_session_get_speaker_problem (session)));
  g_assert_true (virtual_server_hangs ());
  g_assert_true (beckon_media_session_get_microphone (session));
  virtual_server_go_on ();
  wait_until (hears (f->at_far, TWO_HZ));
  wait_until (virtual_ear_hears (f->at_far, ONE_HZ) < NOT_HEARD);
  wait_until (hears (f->at_right, BOB_HZ));
  wait_until (beckon_media_session_get_microphone_problem (session) == NULL);
  g_assert_null (beckon_media_session_get_speaker_problem (session));

  /* A call that ends meanwhile ends. */
  virtual_server_hang ();
  beckon_media_session_set_microphone (session, FALSE);
  beckon_media_session_set_microphone (session, TRUE);
  side_close (&f->alice);
  assert_runs ();
  virtual_server_go_on ();
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  static const struct
  {
    const char *name;
    void (*run) (Fixture *f, gconstpointer volumes);
    gboolean volumes;
  } tests[] = {
    { "switch", test_switch },
    { "default", test_default },
    { "unplug", test_unplug },
    { "no-camera", test_no_camera },
    { "off-stays-off", test_off_stays_off },
    { "volume", test_volume, TRUE },
    { "server-hangs", test_server_hangs },
    { "server-dies", test_server_dies },
  };

  g_test_init (&argc, &argv, NULL);
  if (!beckon_media_init (NULL, NULL, &error))
    g_error ("%s", error->message);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    {
      g_autofree char *path = g_strdup_printf ("/media/device-switch/%s", tests[i].name);

      g_test_add (path, Fixture, GINT_TO_POINTER (tests[i].volumes), set_up, tests[i].run, tear_down);
    }
  return g_test_run ();
}
