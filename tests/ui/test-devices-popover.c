/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The devices of a private PipeWire, as a person chooses them. */

#include "config.h"

#include "devices-popover.h"

#include "devices-preferences.h"
#include "gst-complaints.h"
#include "media-session.h"
#include "test-call-view.h"
#include "video-sink.h"
#include "video-view.h"
#include "virtual-devices.h"

typedef struct
{
  BeckonDeviceSettings *settings;
  GtkWidget *popover;
} Fixture;

static void
set_up (Fixture *f, gconstpointer unused)
{
  BeckonDeviceList *list;

  gst_complaints_pass ();
  f->settings = beckon_device_settings_new (NULL);
  f->popover = g_object_ref_sink (g_object_new (BECKON_TYPE_DEVICES_POPOVER, NULL));
  list = beckon_device_settings_get_list (f->settings);
  beckon_device_list_start (list);
  beckon_devices_popover_set_devices (BECKON_DEVICES_POPOVER (f->popover), f->settings);
  wait_until (beckon_device_list_is_ready (list, BECKON_DEVICE_CAMERA));
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  g_assert_finalize_object (f->popover);
  /* Devices that close hold it a moment longer. */
  g_object_add_weak_pointer (G_OBJECT (f->settings), (gpointer *) &f->settings);
  g_object_unref (f->settings);
  wait_until (f->settings == NULL);
}

static GtkDropDown *
get_drop_down (Fixture *f, const char *name)
{
  return GTK_DROP_DOWN (
      gtk_widget_get_template_child (f->popover, BECKON_TYPE_DEVICES_POPOVER, name));
}

/* Whether the rows are exactly @rows, ended by %NULL. */
static gboolean
has_rows (Fixture *f, const char *name, const char *const *rows)
{
  GListModel *model = gtk_drop_down_get_model (get_drop_down (f, name));

  if (g_list_model_get_n_items (model) != g_strv_length ((char **) rows))
    return FALSE;
  for (guint i = 0; rows[i] != NULL; i++)
    if (!g_str_equal (gtk_string_list_get_string (GTK_STRING_LIST (model), i), rows[i]))
      return FALSE;
  return TRUE;
}

static void
test_choose (Fixture *f, gconstpointer unused)
{
  static const char *const nothing[] = { "No microphone", NULL };
  static const char *const two[] = { "System Default", "First Microphone", NULL };
  static const char *const cameras[] = { "Webcam", NULL };
  GtkDropDown *microphone = get_drop_down (f, "microphone");
  VirtualHeadset *headset;
  VirtualCamera *camera;

  g_assert_true (has_rows (f, "microphone", nothing));
  g_assert_false (gtk_widget_get_sensitive (GTK_WIDGET (microphone)));
  headset = virtual_headset_plug ("one", "First");
  camera = virtual_camera_plug ("alice", "camera.one", "Webcam");
  wait_until (has_rows (f, "microphone", two));
  wait_until (has_rows (f, "camera", cameras));
  g_assert_true (gtk_widget_get_sensitive (GTK_WIDGET (microphone)));
  g_assert_cmpuint (gtk_drop_down_get_selected (microphone), ==, 0);

  gtk_drop_down_set_selected (microphone, 1);
  g_assert_cmpstr (
      beckon_device_settings_get_choice (f->settings, BECKON_DEVICE_USE_MICROPHONE), ==, "one.in");
  virtual_headset_unplug (headset);
  wait_until (has_rows (f, "microphone", nothing));
  g_assert_cmpstr (
      beckon_device_settings_get_choice (f->settings, BECKON_DEVICE_USE_MICROPHONE), ==, "one.in");
  headset = virtual_headset_plug ("one", "First");
  wait_until (has_rows (f, "microphone", two));
  g_assert_cmpuint (gtk_drop_down_get_selected (microphone), ==, 1);
  virtual_headset_unplug (headset);
  virtual_camera_unplug (camera);
  wait_until (has_rows (f, "microphone", nothing));
}

static void
test_volume (Fixture *f, gconstpointer unused)
{
  GtkAdjustment *volume = GTK_ADJUSTMENT (
      gtk_widget_get_template_child (f->popover, BECKON_TYPE_DEVICES_POPOVER, "volume"));
  GtkAccessible *scale = GTK_ACCESSIBLE (
      gtk_widget_get_template_child (f->popover, BECKON_TYPE_DEVICES_POPOVER, "volume_scale"));
  const char *usual = "100 %", *louder = "125 %"; /* the macro makes a format of a literal */

  gtk_test_accessible_assert_property (scale, GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, usual);
  gtk_adjustment_set_value (volume, 0.5);
  g_assert_cmpfloat (beckon_device_settings_get_volume (f->settings), ==, 0.5);
  beckon_device_settings_set_volume (f->settings, 1.25);
  g_assert_cmpfloat (gtk_adjustment_get_value (volume), ==, 1.25);
  gtk_test_accessible_assert_property (scale, GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, louder);
}

/* The page of the preferences: the same choices, and the devices open only while it is to be seen. */
static void
test_preferences (Fixture *f, gconstpointer unused)
{
  g_autoptr (BeckonMediaConfig) media = beckon_media_config_new ();
  VirtualCamera *camera = virtual_camera_plug ("alice", "camera.two", "Second Webcam");
  AdwPreferencesPage *page;
  BeckonVideoView *preview;
  GtkWidget *chooser;
  GtkWidget *echo;
  GtkWidget *window = gtk_window_new ();
  gboolean on;

  media->devices = g_object_ref (f->settings);
  media->video_sink = g_strdup (beckon_video_sink_register ());
  page = beckon_devices_preferences_new (media);
  g_object_ref_sink (page);
  preview = BECKON_VIDEO_VIEW (gtk_widget_get_template_child (
      GTK_WIDGET (page), BECKON_TYPE_DEVICES_PREFERENCES, "preview"));
  chooser = GTK_WIDGET (gtk_widget_get_template_child (
      GTK_WIDGET (page), BECKON_TYPE_DEVICES_PREFERENCES, "camera"));
  wait_until (gtk_widget_get_sensitive (chooser));
  g_assert_null (beckon_video_view_get_source (preview));
  gtk_window_set_child (GTK_WINDOW (window), GTK_WIDGET (page));
  gtk_window_present (GTK_WINDOW (window));
  wait_until (beckon_video_view_get_source (preview) != NULL);

  echo = GTK_WIDGET (gtk_widget_get_template_child (GTK_WIDGET (page),
                                                    BECKON_TYPE_DEVICES_PREFERENCES, "echo"));
  gtk_switch_set_active (GTK_SWITCH (echo), FALSE);
  g_object_get (f->settings, "echo-cancellation", &on, NULL);
  g_assert_false (on);

  gtk_window_destroy (GTK_WINDOW (window));
  wait_until (beckon_video_view_get_source (preview) == NULL);
  g_object_unref (page);
  virtual_camera_unplug (camera);
}

static gboolean
find_label (GtkWidget *root, const char *text)
{
  if (GTK_IS_LABEL (root) && g_str_equal (gtk_label_get_label (GTK_LABEL (root)), text))
    return gtk_widget_get_mapped (root);
  for (GtkWidget *w = gtk_widget_get_first_child (root); w != NULL;
       w = gtk_widget_get_next_sibling (w))
    if (find_label (w, text))
      return TRUE;
  return FALSE;
}

static gboolean
says (GtkWidget *page, const char *row, const char *sentence)
{
  GObject *child =
      gtk_widget_get_template_child (page, BECKON_TYPE_DEVICES_PREFERENCES, row);

  return g_strcmp0 (adw_action_row_get_subtitle (ADW_ACTION_ROW (child)), sentence) == 0;
}

/* No microphone and no speaker are told where they are chosen, and a microphone that only gives
 * silence is there as well as in a call to oneself. */
static void
test_problems (Fixture *f, gconstpointer unused)
{
  static const char *const quiet =
      "Nothing is heard: look whether the microphone is muted or switched off";
  g_autoptr (BeckonMediaConfig) media = beckon_media_config_new ();
  GtkWidget *page, *level, *call;
  GtkWidget *window = gtk_window_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  VirtualHeadset *headset;

  media->devices = g_object_ref (f->settings);
  media->video = BECKON_SOURCE_NONE;
  page = GTK_WIDGET (beckon_devices_preferences_new (media));
  level = GTK_WIDGET (
      gtk_widget_get_template_child (page, BECKON_TYPE_DEVICES_PREFERENCES, "level"));
  gtk_box_append (GTK_BOX (box), page);
  gtk_window_set_child (GTK_WINDOW (window), box);
  gtk_window_present (GTK_WINDOW (window));
  wait_until (says (page, "level_row", "No microphone was found: you are not heard"));
  g_assert_false (gtk_widget_get_visible (level));
  wait_until (says (page, "speaker_row", "No speaker was found: you hear nothing"));

  headset = virtual_headset_plug ("one", "First");
  wait_until (says (page, "speaker_row", "Plays a short sound"));
  wait_until (says (page, "level_row", "Say something"));
  g_assert_true (gtk_widget_get_visible (level));
  call = beckon_test_call_view_new (media);
  gtk_box_append (GTK_BOX (box), call);
  wait_until (says (page, "level_row", quiet));
  wait_until (find_label (call, quiet));
  gtk_widget_activate_action (page, "devices.test", "s", "ringer"); /* which it hears, and goes on */
  wait_until (says (page, "level_row", "Say something"));
  wait_until (!find_label (call, quiet));

  gtk_window_destroy (GTK_WINDOW (window));
  virtual_headset_unplug (headset);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  if (!beckon_media_init (NULL, NULL, &error))
    g_error ("%s", error->message);
  g_test_add ("/ui/devices/choose", Fixture, NULL, set_up, test_choose, tear_down);
  g_test_add ("/ui/devices/preferences", Fixture, NULL, set_up, test_preferences, tear_down);
  g_test_add ("/ui/devices/problems", Fixture, NULL, set_up, test_problems, tear_down);
  g_test_add ("/ui/devices/volume", Fixture, NULL, set_up, test_volume, tear_down);
  return g_test_run ();
}
