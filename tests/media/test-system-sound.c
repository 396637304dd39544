/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What other programs play is heard by who sees the shared screen, and what we play ourselves is not. */

#include "config.h"

#include "gst-complaints.h"
#include "media-ends.h"
#include "media-private.h"
#include "sound-mixer.h"
#include "system-sound.h"
#include "virtual-devices.h"

#include <gio/gio.h>

#define RATE 48000
#define OTHER_HZ 1000
#define NEXT_HZ 1500
#define OUR_HZ 700
/* Of full scale; a tone is played at 0.3 of it. */
#define HEARD 0.1
#define SILENT 0.03
/* As BeckonMediaPeer has it: of a tone, and of nothing. */
#define LOUD 0.4
#define QUIET 0.1

typedef struct
{
  BeckonDeviceList *list;
  VirtualHeadset *headset;
  VirtualEar *room; /* hears all that is played */
  VirtualEar *ear;  /* hears what is shared */
  GstElement *pipeline;
  GstElement *mixer;
  BeckonSystemSound *sound;
  GError *failure;
} Fixture;

static void
on_failed (BeckonSystemSound *sound, const GError *error, Fixture *f)
{
  g_assert_null (f->failure);
  f->failure = g_error_copy (error);
}

static void
open_pipeline (Fixture *f)
{
  GstElement *sink = gst_element_factory_make ("appsink", NULL);

  f->ear = virtual_ear_new (NULL);
  f->pipeline = gst_pipeline_new (NULL);
  f->mixer = beckon_sound_mixer_new ();
  g_object_set (sink, "sync", FALSE, NULL);
  virtual_ear_listen (f->ear, sink);
  gst_bin_add_many (GST_BIN (f->pipeline), f->mixer, sink, NULL);
  gst_element_link (f->mixer, sink);
  beckon_media_use_system_time (GST_PIPELINE (f->pipeline));
  gst_element_set_state (f->pipeline, GST_STATE_PLAYING);
}

static void
set_up (Fixture *f, gconstpointer unused)
{
  gst_complaints_pass ();
  f->list = beckon_device_list_new ();
  beckon_device_list_start (f->list);
  f->headset = virtual_headset_plug ("loud", "Loud");
  virtual_headset_wait (f->list, "loud", TRUE);
  f->room = virtual_ear_new ("loud.in");
  open_pipeline (f);
  f->sound = beckon_system_sound_new ();
  g_signal_connect (f->sound, "failed", G_CALLBACK (on_failed), f);
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  beckon_system_sound_stop (f->sound);
  g_assert_finalize_object (f->sound);
  gst_element_set_state (f->pipeline, GST_STATE_NULL);
  gst_object_unref (f->pipeline);
  virtual_ear_free (f->ear);
  virtual_ear_free (f->room);
  virtual_headset_unplug (f->headset);
  wait_until (g_list_model_get_n_items (G_LIST_MODEL (f->list)) == 0);
  virtual_list_finalize (f->list);
  g_clear_error (&f->failure);
}

/* ---- tests ---- */

static void
test_others (Fixture *f, gconstpointer unused)
{
  VirtualTone *tone = virtual_tone_start ("loud.out", OTHER_HZ);
  VirtualTone *next;
  guint64 heard;

  beckon_system_sound_start (f->sound, f->mixer);
  wait_until (virtual_ear_hears (f->ear, OTHER_HZ) > HEARD);
  /* One that comes, and one that goes. */
  next = virtual_tone_start ("loud.out", NEXT_HZ);
  wait_until (virtual_ear_hears (f->ear, NEXT_HZ) > HEARD);
  wait_until (virtual_ear_hears (f->ear, OTHER_HZ) > HEARD);
  virtual_tone_stop (tone);
  wait_until (virtual_ear_hears (f->ear, OTHER_HZ) < SILENT);
  wait_until (virtual_ear_hears (f->ear, NEXT_HZ) > HEARD);
  beckon_system_sound_stop (f->sound);
  wait_until (virtual_ear_hears (f->ear, NEXT_HZ) < SILENT);
  heard = virtual_ear_count (f->ear);
  wait_until (virtual_ear_count (f->ear) > heard); /* the mixer goes on */
  /* Once more. */
  beckon_system_sound_start (f->sound, f->mixer);
  wait_until (virtual_ear_hears (f->ear, NEXT_HZ) > HEARD);
  virtual_tone_stop (next);
  g_assert_no_error (f->failure);
}

/* Who is called would hear their own voice. */
static void
check_not_ours (Fixture *f, const char *speaker)
{
  VirtualTone *tone = virtual_tone_start ("loud.out", OTHER_HZ);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstElement) ours = NULL;
  g_autoptr (GstElement) sink = NULL;
  g_autofree char *description =
      g_strdup_printf ("audiotestsrc is-live=true freq=%d volume=0.3 ! pulsesink name=sink "
                       "device=%s buffer-time=400000 latency-time=40000",
                       OUR_HZ, speaker);
  guint64 heard;

  ours = gst_parse_launch (description, &error);
  g_assert_no_error (error);
  sink = gst_bin_get_by_name (GST_BIN (ours), "sink");
  beckon_system_sound_mark_ours (sink);
  beckon_system_sound_start (f->sound, f->mixer);
  gst_element_set_state (ours, GST_STATE_PLAYING);
  wait_until (virtual_ear_hears (f->room, OUR_HZ) > HEARD);
  wait_until (virtual_ear_hears (f->ear, OTHER_HZ) > HEARD);
  /* Long enough for it to be listened to, if it were. */
  heard = virtual_ear_count (f->ear);
  while (virtual_ear_count (f->ear) < heard + 2 * RATE)
    {
      waiting_turn ();
      g_assert_cmpfloat (virtual_ear_hears (f->ear, OUR_HZ), <, SILENT);
    }
  gst_element_set_state (ours, GST_STATE_NULL);
  virtual_tone_stop (tone);
}

static void
test_not_ours (Fixture *f, gconstpointer unused)
{
  check_not_ours (f, "loud.out");
}

/* A filter, as for room correction, plays what we play to it as its own. */
static void
test_not_ours_through_filter (Fixture *f, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) filter = g_subprocess_new (
      G_SUBPROCESS_FLAGS_STDOUT_SILENCE, &error, "pw-loopback", "-n", "filter",
      "--capture-props=media.class=Audio/Sink node.name=filter.out node.description=Filter",
      "--playback-props=target.object=loud.out", NULL);

  g_assert_no_error (error);
  virtual_device_wait (f->list, BECKON_DEVICE_SPEAKER, "filter.out", TRUE);
  check_not_ours (f, "filter.out");
  g_subprocess_force_exit (filter);
  g_subprocess_wait (filter, NULL, NULL);
  virtual_device_wait (f->list, BECKON_DEVICE_SPEAKER, "filter.out", FALSE);
}

static void
test_no_server (Fixture *f, gconstpointer unused)
{
  g_autofree char *server = g_strdup (g_getenv ("PULSE_SERVER"));

  g_setenv ("PULSE_SERVER", "unix:/nonexistent", TRUE);
  beckon_system_sound_start (f->sound, f->mixer);
  if (server != NULL)
    g_setenv ("PULSE_SERVER", server, TRUE);
  else
    g_unsetenv ("PULSE_SERVER");
  wait_until (f->failure != NULL);
  g_assert_error (f->failure, BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_NO_SOUND);
}

static BeckonMediaSession *
make_session (const char *identity)
{
  g_autoptr (BeckonMediaConfig) config = beckon_media_config_new ();

  config->video = config->audio = config->screen = BECKON_SOURCE_TEST;
  config->audio_output = BECKON_OUTPUT_NONE;
  config->identity = g_strdup (identity);
  return beckon_media_session_new (config);
}

/* Alice is muted, and shares her screen with what her computer plays. */
static void
test_shared (Fixture *f, gconstpointer unused)
{
  BeckonMediaSession *alice = make_session ("alice"), *bob = make_session ("bob");
  BeckonMediaPeer *to_alice = NULL, *to_bob = NULL;
  gboolean alice_closed = FALSE, bob_closed = FALSE;
  VirtualTone *tone = virtual_tone_start ("loud.out", OTHER_HZ);

  beckon_media_session_set_microphone (alice, FALSE);
  to_alice = media_end_add_peer (bob, "alice", FALSE, &to_bob);
  to_bob = media_end_add_peer (alice, "bob", TRUE, &to_alice);
  beckon_media_session_open (alice);
  beckon_media_session_open (bob);
  beckon_media_session_set_system_sound (alice, TRUE);
  g_assert_false (beckon_media_session_get_system_sound (alice)); /* not without a screen */
  beckon_media_session_share_screen (alice, -1, 0);
  beckon_media_session_set_system_sound (alice, TRUE);
  wait_until (beckon_media_peer_get_remote_screen (to_alice));
  wait_until (beckon_media_peer_get_audio_level (to_alice) > LOUD);
  g_assert_false (beckon_media_peer_get_remote_microphone (to_alice));
  /* With her voice, and then with that alone. */
  virtual_tone_stop (tone);
  wait_until (beckon_media_peer_get_audio_level (to_alice) < QUIET);
  beckon_media_session_set_microphone (alice, TRUE);
  wait_until (beckon_media_peer_get_audio_level (to_alice) > LOUD);
  wait_until (beckon_media_peer_get_remote_microphone (to_alice));
  beckon_media_session_stop_screen (alice, NULL);
  g_assert_false (beckon_media_session_get_system_sound (alice));
  wait_until (!beckon_media_peer_get_remote_screen (to_alice));
  wait_until (beckon_media_peer_get_audio_level (to_alice) > LOUD);
  media_end_close (alice, "hangup", &alice_closed);
  media_end_close (bob, NULL, &bob_closed);
  wait_until (alice_closed && bob_closed);
  media_end_finalize (&alice, &to_bob, 30);
  media_end_finalize (&bob, &to_alice, 30);
}

#define add(path, function)                                                                        \
  g_test_add ("/media/system-sound/" path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  g_test_init (&argc, &argv, NULL);
  beckon_media_init (NULL, NULL, &error);
  g_assert_no_error (error);
  add ("others", test_others);
  add ("not-ours", test_not_ours);
  add ("not-ours-through-filter", test_not_ours_through_filter);
  add ("no-server", test_no_server);
  add ("shared", test_shared);
  return g_test_run ();
}
