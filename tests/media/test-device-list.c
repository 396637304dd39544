/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What is plugged into a real PipeWire, each device once; and which of them is used. */

#include "config.h"

#include "device-private.h"
#include "device-settings.h"
#include "media-session.h"
#include "tone-player.h"
#include "virtual-devices.h"

/* Somebody else who tells of devices: what the test wants. */
typedef GstDeviceProvider Gossip;
typedef GstDeviceProviderClass GossipClass;
static GType gossip_get_type (void);
G_DEFINE_TYPE (Gossip, gossip, GST_TYPE_DEVICE_PROVIDER)

static GstDeviceProvider *newest_gossip; /* of the last list */

typedef struct
{
  BeckonDeviceList *list;
  BeckonDeviceSettings *settings;
  guint changes[BECKON_N_DEVICE_USES];
} Fixture;

static gboolean
gossip_start (GstDeviceProvider *gossip)
{
  newest_gossip = gossip;
  return TRUE;
}

static void
gossip_stop (GstDeviceProvider *gossip)
{
}

static void
gossip_class_init (GossipClass *klass)
{
  gst_device_provider_class_set_static_metadata (klass, "Gossip", "Sink/Audio", "Tells of devices",
                                                 "Beckon");
  klass->start = gossip_start;
  klass->stop = gossip_stop;
}

static void
gossip_init (Gossip *gossip)
{
}

static void
on_changed (BeckonDeviceSettings *settings, guint use, Fixture *f)
{
  f->changes[use]++;
}

static void
set_up (Fixture *f, gconstpointer unused)
{
  f->list = beckon_device_list_new ();
  f->settings = beckon_device_settings_new (f->list);
  g_signal_connect (f->settings, "changed", G_CALLBACK (on_changed), f);
  beckon_device_list_start (f->list);
  wait_until (beckon_device_list_is_ready (f->list, BECKON_DEVICE_CAMERA));
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  g_assert_finalize_object (f->settings);
  virtual_list_finalize (f->list);
}

/* Returns: how many of @kind there are */
static guint
count (Fixture *f, BeckonDeviceKind kind)
{
  guint n = 0;

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (f->list)); i++)
    {
      g_autoptr (BeckonDevice) device = g_list_model_get_item (G_LIST_MODEL (f->list), i);

      if (beckon_device_get_kind (device) == kind)
        n++;
    }
  return n;
}

static gboolean
has (Fixture *f, BeckonDeviceKind kind, const char *id)
{
  return beckon_device_list_find (f->list, kind, id) != NULL;
}

static const char *
used (Fixture *f, BeckonDeviceUse use)
{
  BeckonDevice *device = beckon_device_settings_get_device (f->settings, use);

  return device != NULL ? beckon_device_get_id (device) : NULL;
}

/* ---- tests ---- */

/* The sound server's stand-in for a missing speaker is no speaker. */
static void
test_nothing (Fixture *f, gconstpointer unused)
{
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (f->list)), ==, 0);
  for (BeckonDeviceUse use = 0; use < BECKON_N_DEVICE_USES; use++)
    g_assert_null (beckon_device_settings_get_device (f->settings, use));
}

/* PipeWire and PulseAudio both tell of a headset, and its speaker can be listened to. */
static void
test_once_each (Fixture *f, gconstpointer unused)
{
  VirtualHeadset *headset = virtual_headset_plug ("one", "First");
  VirtualCamera *camera = virtual_camera_plug ("alice", "camera.one", "Webcam");
  VirtualCamera *infrared = virtual_camera_plug ("bob", "camera.ir", "Webcam IR");
  Fixture later = { 0 };
  BeckonDevice *device;

  virtual_headset_wait (f->list, "one", TRUE);
  wait_until (has (f, BECKON_DEVICE_CAMERA, "camera.one"));
  /* A second list looks when all is there, and knows all ways to each device at once. */
  set_up (&later, NULL);
  for (Fixture *each = f; each != NULL; each = each == f ? &later : NULL)
    {
      g_assert_cmpuint (count (each, BECKON_DEVICE_SPEAKER), ==, 1);
      g_assert_cmpuint (count (each, BECKON_DEVICE_MICROPHONE), ==, 1);
      g_assert_cmpuint (count (each, BECKON_DEVICE_CAMERA), ==, 1);
    }
  device = beckon_device_list_find (later.list, BECKON_DEVICE_MICROPHONE, "one.in");
  g_assert_cmpstr (beckon_device_get_name (device), ==, "First Microphone");
  virtual_camera_unplug (camera);
  virtual_camera_unplug (infrared);
  virtual_headset_unplug (headset);
  virtual_headset_wait (f->list, "one", FALSE);
  wait_until (g_list_model_get_n_items (G_LIST_MODEL (f->list)) == 0);
  wait_until (g_list_model_get_n_items (G_LIST_MODEL (later.list)) == 0);
  tear_down (&later, NULL);
}

/* A device that was chosen is used while it is there; else another one; then it again. */
static void
test_chosen_comes_back (Fixture *f, gconstpointer unused)
{
  VirtualHeadset *first = virtual_headset_plug ("one", "First");
  VirtualHeadset *second = virtual_headset_plug ("two", "Second");
  guint before;

  virtual_headset_wait (f->list, "one", TRUE);
  virtual_headset_wait (f->list, "two", TRUE);
  g_object_set (f->settings, "microphone", "two.in", "ringer", "two.out", NULL);
  wait_until (g_strcmp0 (used (f, BECKON_DEVICE_USE_MICROPHONE), "two.in") == 0);
  wait_until (g_strcmp0 (used (f, BECKON_DEVICE_USE_RINGER), "two.out") == 0);
  before = f->changes[BECKON_DEVICE_USE_MICROPHONE];
  virtual_headset_unplug (second);
  virtual_headset_wait (f->list, "two", FALSE);
  wait_until (g_strcmp0 (used (f, BECKON_DEVICE_USE_MICROPHONE), "one.in") == 0);
  wait_until (g_strcmp0 (used (f, BECKON_DEVICE_USE_RINGER), "one.out") == 0);
  g_assert_cmpuint (f->changes[BECKON_DEVICE_USE_MICROPHONE], ==, before + 1);
  second = virtual_headset_plug ("two", "Second");
  virtual_headset_wait (f->list, "two", TRUE);
  wait_until (g_strcmp0 (used (f, BECKON_DEVICE_USE_MICROPHONE), "two.in") == 0);
  g_assert_cmpuint (f->changes[BECKON_DEVICE_USE_MICROPHONE], ==, before + 2);
  virtual_headset_unplug (first);
  virtual_headset_unplug (second);
  wait_until (g_list_model_get_n_items (G_LIST_MODEL (f->list)) == 0);
  g_assert_null (used (f, BECKON_DEVICE_USE_MICROPHONE));
}

/* Returns: (transfer full): as the sound server has it */
static GstDevice *
find_in_pulse (BeckonDeviceKind wanted, const char *wanted_id)
{
  g_autoptr (GstDeviceProvider) pulse =
      gst_device_provider_factory_get_by_name ("pulsedeviceprovider");
  g_autolist (GstDevice) devices = NULL;
  GstDevice *found = NULL;

  g_assert_true (gst_device_provider_start (pulse));
  devices = gst_device_provider_get_devices (pulse);
  for (GList *l = devices; l != NULL; l = l->next)
    {
      g_autofree char *id = NULL;
      BeckonDeviceKind kind;

      if (beckon_device_describe (l->data, &kind, &id) && kind == wanted &&
          g_str_equal (id, wanted_id))
        g_set_object (&found, l->data);
    }
  gst_device_provider_stop (pulse);
  g_assert_nonnull (found);
  return found;
}

/* Returns: (transfer floating): another object for the same */
static GstDevice *
new_double (GstDevice *device)
{
  g_autoptr (GstCaps) caps = gst_device_get_caps (device);
  g_autoptr (GstStructure) properties = gst_device_get_properties (device);
  g_autofree char *name = gst_device_get_display_name (device);
  g_autofree char *class = gst_device_get_device_class (device);

  return g_object_new (G_OBJECT_TYPE (device), "display-name", name, "device-class", class, "caps",
                       caps, "properties", properties, NULL);
}

/* Has the provider of this test tell it. */
static void
gossip (GstMessage *message)
{
  g_autoptr (GstBus) bus = gst_device_provider_get_bus (newest_gossip);

  gst_bus_post (bus, message);
  wait_until (!gst_bus_have_pending (bus));
  waiting_turn ();
}

/* That it is not the default one any more is told when it has gone, and does not bring it back. */
static void
test_changed_when_gone (Fixture *f, gconstpointer unused)
{
  VirtualHeadset *headset = virtual_headset_plug ("one", "First");
  g_autoptr (GstDevice) gone = NULL;

  virtual_headset_wait (f->list, "one", TRUE);
  gone = find_in_pulse (BECKON_DEVICE_SPEAKER, "one.out");
  virtual_headset_unplug (headset);
  virtual_headset_wait (f->list, "one", FALSE);
  gossip (gst_message_new_device_changed (GST_OBJECT (newest_gossip), gone, gone));
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (f->list)), ==, 0);
}

/* What was told twice is gone when that is told once. */
static void
test_told_twice (Fixture *f, gconstpointer unused)
{
  VirtualHeadset *headset = virtual_headset_plug ("one", "First");
  g_autoptr (GstDevice) once = NULL;
  g_autoptr (GstDevice) twice = NULL;

  virtual_headset_wait (f->list, "one", TRUE);
  once = find_in_pulse (BECKON_DEVICE_SPEAKER, "one.out");
  twice = gst_object_ref_sink (new_double (once));
  gossip (gst_message_new_device_added (GST_OBJECT (newest_gossip), twice));
  virtual_headset_unplug (headset);
  virtual_headset_wait (f->list, "one", FALSE);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (f->list)), ==, 0);
}

/* A second camera takes nothing over, and steps in for the first. */
static void
test_camera_stays (Fixture *f, gconstpointer unused)
{
  VirtualCamera *first = virtual_camera_plug ("alice", "camera.one", "Webcam");
  VirtualCamera *second;

  wait_until (has (f, BECKON_DEVICE_CAMERA, "camera.one"));
  second = virtual_camera_plug ("bob", "camera.two", "Other");
  wait_until (has (f, BECKON_DEVICE_CAMERA, "camera.two"));
  g_assert_cmpstr (used (f, BECKON_DEVICE_USE_CAMERA), ==, "camera.one");
  g_assert_cmpuint (f->changes[BECKON_DEVICE_USE_CAMERA], ==, 1);
  virtual_camera_unplug (first);
  wait_until (!has (f, BECKON_DEVICE_CAMERA, "camera.one"));
  g_assert_cmpstr (used (f, BECKON_DEVICE_USE_CAMERA), ==, "camera.two");
  first = virtual_camera_plug ("alice", "camera.one", "Webcam");
  wait_until (has (f, BECKON_DEVICE_CAMERA, "camera.one"));
  g_assert_cmpstr (used (f, BECKON_DEVICE_USE_CAMERA), ==, "camera.two");
  virtual_camera_unplug (first);
  virtual_camera_unplug (second);
  wait_until (g_list_model_get_n_items (G_LIST_MODEL (f->list)) == 0);
}

static gboolean
is_loud (VirtualEar *ear)
{
  return virtual_ear_count (ear) > 48000 / 4 && virtual_ear_loudness (ear, 200) > -40;
}

/* A call is heard in the room, and what the other end does by who calls. */
static void
test_tones (Fixture *f, gconstpointer unused)
{
  VirtualHeadset *room = virtual_headset_plug ("room", "Room");
  VirtualHeadset *ears = virtual_headset_plug ("ears", "Ears");
  g_autoptr (BeckonTonePlayer) player = beckon_tone_player_new ();
  VirtualEar *at_room, *at_ears;

  virtual_headset_wait (f->list, "room", TRUE);
  virtual_headset_wait (f->list, "ears", TRUE);
  g_object_set (f->settings, "ringer", "room.out", "speaker", "ears.out", NULL);
  at_room = virtual_ear_new ("room.in");
  at_ears = virtual_ear_new ("ears.in");
  beckon_tone_player_set_devices (player, f->settings);
  beckon_tone_player_play (player, BECKON_TONE_RING);
  wait_until (is_loud (at_room));
  g_assert_false (is_loud (at_ears));
  beckon_tone_player_play (player, BECKON_TONE_RING_BACK);
  wait_until (is_loud (at_ears));
  wait_until (!is_loud (at_room));
  beckon_tone_player_set_devices (player, NULL);
  g_clear_object (&player);
  virtual_ear_free (at_room);
  virtual_ear_free (at_ears);
  virtual_headset_unplug (room);
  virtual_headset_unplug (ears);
  wait_until (g_list_model_get_n_items (G_LIST_MODEL (f->list)) == 0);
}

/* It rings on: on another ringer that is chosen, where that is unplugged, and behind a sound server
 * that was started anew. */
static void
test_ringer_follows (Fixture *f, gconstpointer unused)
{
  VirtualHeadset *room = virtual_headset_plug ("room", "Room");
  VirtualHeadset *ears = virtual_headset_plug ("ears", "Ears");
  g_autoptr (BeckonTonePlayer) player = beckon_tone_player_new ();
  VirtualEar *at_room, *at_ears;

  virtual_headset_wait (f->list, "room", TRUE);
  virtual_headset_wait (f->list, "ears", TRUE);
  g_object_set (f->settings, "ringer", "room.out", NULL);
  at_room = virtual_ear_new ("room.in");
  at_ears = virtual_ear_new ("ears.in");
  beckon_tone_player_set_devices (player, f->settings);
  beckon_tone_player_play (player, BECKON_TONE_RING);
  wait_until (is_loud (at_room));
  g_object_set (f->settings, "ringer", "ears.out", NULL);
  wait_until (is_loud (at_ears) && !is_loud (at_room));
  virtual_headset_unplug (ears);
  wait_until (is_loud (at_room));

  virtual_ear_free (at_room);
  virtual_ear_free (at_ears);
  virtual_server_kill ();
  virtual_server_start ();
  at_room = virtual_ear_new ("room.in");
  wait_until (is_loud (at_room));
  g_assert_cmpint (beckon_tone_player_get_tone (player), ==, BECKON_TONE_RING);
  g_clear_object (&player);
  virtual_ear_free (at_room);
  virtual_headset_unplug (room);
  wait_until (g_list_model_get_n_items (G_LIST_MODEL (f->list)) == 0);
}

static void
on_items_changed (GListModel *list, guint position, guint removed, guint added, guint *n)
{
  for (guint i = position; i < position + added; i++)
    {
      g_autoptr (BeckonDevice) device = g_list_model_get_item (list, i);

      g_assert_true (beckon_device_is_pulse (device));
      ++*n;
    }
}

/* PipeWire tells sooner of what is plugged in, and is not listened to: GStreamer's elements of it lock
 * each other up where they have sound. */
static void
test_sound_is_pulse (Fixture *f, gconstpointer unused)
{
  VirtualHeadset *headset;
  guint n = 0;

  g_signal_connect (f->list, "items-changed", G_CALLBACK (on_items_changed), &n);
  headset = virtual_headset_plug ("one", "First");
  virtual_headset_wait (f->list, "one", TRUE);
  virtual_headset_unplug (headset);
  virtual_headset_wait (f->list, "one", FALSE);
  virtual_server_kill ();
  beckon_device_list_lost (f->list, BECKON_DEVICE_SPEAKER);
  beckon_device_list_lost (f->list, BECKON_DEVICE_MICROPHONE);
  headset = virtual_headset_plug ("two", "Second");
  virtual_server_start ();
  virtual_headset_wait (f->list, "two", TRUE);
  g_assert_cmpuint (n, >=, 4);
  virtual_headset_unplug (headset);
  virtual_headset_wait (f->list, "two", FALSE);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  static const struct
  {
    const char *name;
    void (*run) (Fixture *f, gconstpointer unused);
  } tests[] = {
    { "nothing", test_nothing },
    { "once-each", test_once_each },
    { "chosen-comes-back", test_chosen_comes_back },
    { "changed-when-gone", test_changed_when_gone },
    { "sound-is-pulse", test_sound_is_pulse },
    { "told-twice", test_told_twice },
    { "camera-stays", test_camera_stays },
    { "tones", test_tones },
    { "ringer-follows", test_ringer_follows },
  };

  g_test_init (&argc, &argv, NULL);
  if (!beckon_media_init (NULL, NULL, &error))
    g_error ("%s", error->message);
  gst_device_provider_register (NULL, "gossip", GST_RANK_MARGINAL, gossip_get_type ());
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    {
      g_autofree char *path = g_strdup_printf ("/media/device-list/%s", tests[i].name);

      g_test_add (path, Fixture, NULL, set_up, tests[i].run, tear_down);
    }
  return g_test_run ();
}
