/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "devices-preferences.h"

#include "device-choice.h"
#include "media-session.h"
#include "phrases.h"
#include "tone-player.h"
#include "video-view.h"

struct _BeckonDevicesPreferences
{
  AdwPreferencesPage parent_instance;

  /* Template widgets */
  BeckonVideoView *preview;
  GtkWidget *only_you;
  GtkLabel *no_preview;
  GtkWidget *camera;
  GtkWidget *microphone;
  AdwActionRow *level_row;
  GtkLevelBar *level;
  GtkWidget *speaker;
  AdwActionRow *speaker_row;
  GtkWidget *ringer;
  GtkWidget *echo;
  GtkWidget *noise;
  GtkWidget *gain;

  /* Owned */
  BeckonMediaConfig *media;
  BeckonAccount *account; /* nullable: nobody calls */
  GSignalGroup *manager_signals;
  BeckonMediaSession *session; /* nullable: the page is not to be seen, or there is a call */
  BeckonTonePlayer *player;    /* nullable: until it is needed */
  BeckonDeviceChoice *choices[BECKON_N_DEVICE_USES];

  /* What is said where nothing is wrong */
  char *say_something;
  char *plays_a_sound;
};

G_DEFINE_FINAL_TYPE (BeckonDevicesPreferences, beckon_devices_preferences,
                     ADW_TYPE_PREFERENCES_PAGE)

/* ---- what the devices give ---- */

static void
update_preview (BeckonDevicesPreferences *self)
{
  const GError *problem = beckon_media_session_get_camera_problem (self->session);
  GObject *video = problem == NULL ? beckon_media_session_get_local_video (self->session) : NULL;
  g_autofree char *phrase = problem != NULL ? beckon_phrase_for_camera_problem (problem) : NULL;

  beckon_video_view_set_source (self->preview, video);
  gtk_widget_set_visible (self->only_you, video != NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->no_preview), phrase != NULL);
  gtk_label_set_label (self->no_preview, phrase != NULL ? phrase : "");
}

static void
update_microphone (BeckonDevicesPreferences *self)
{
  const GError *problem = beckon_media_session_get_microphone_problem (self->session);
  g_autofree char *phrase =
      problem != NULL ? beckon_phrase_for_microphone_problem (problem) : NULL;

  adw_action_row_set_subtitle (self->level_row, phrase != NULL ? phrase : self->say_something);
  /* Of one that goes on something may come. */
  gtk_widget_set_visible (GTK_WIDGET (self->level),
                          beckon_media_session_get_microphone (self->session));
}

static void
update_level (BeckonDevicesPreferences *self)
{
  gtk_level_bar_set_value (self->level,
                           beckon_media_session_get_microphone_level (self->session));
}

static void
update_speaker (BeckonDevicesPreferences *self)
{
  const GError *problem = beckon_media_session_get_speaker_problem (self->session);

  adw_action_row_set_subtitle (self->speaker_row,
                               problem != NULL ? beckon_phrase_for_speaker_problem (problem)
                                               : self->plays_a_sound);
}

static void
on_closed (GObject *source, GAsyncResult *result, gpointer unused)
{
  g_autoptr (GError) error = NULL;

  if (!beckon_media_session_close_finish (BECKON_MEDIA_SESSION (source), result, &error))
    g_message ("The preview: %s", error->message);
}

static void
close_devices (BeckonDevicesPreferences *self)
{
  g_clear_object (&self->player);
  if (self->session == NULL)
    return;
  g_signal_handlers_disconnect_by_data (self->session, self);
  beckon_video_view_set_source (self->preview, NULL);
  beckon_media_session_close_async (self->session, NULL, on_closed, NULL);
  g_clear_object (&self->session);
}

/* A call of nobody's: the devices open as in one, and nothing is sent. */
static void
open_devices (BeckonDevicesPreferences *self)
{
  self->session = beckon_media_session_new (self->media);
  g_signal_connect_object (self->session, "notify::local-video", G_CALLBACK (update_preview), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "notify::camera-problem", G_CALLBACK (update_preview),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "notify::microphone-level", G_CALLBACK (update_level),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "notify::microphone-problem",
                           G_CALLBACK (update_microphone), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "notify::speaker-problem", G_CALLBACK (update_speaker),
                           self, G_CONNECT_SWAPPED);
  beckon_media_session_set_camera (self->session, TRUE);
  beckon_media_session_set_microphone (self->session, TRUE);
  beckon_media_session_open (self->session);
  update_preview (self);
  update_microphone (self);
  update_speaker (self);
}

static void
on_test_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  BeckonDevicesPreferences *self = BECKON_DEVICES_PREFERENCES (widget);
  const gboolean ringer = g_str_equal (g_variant_get_string (parameter, NULL), "ringer");

  if (self->player == NULL)
    {
      self->player = beckon_tone_player_new ();
      beckon_tone_player_set_devices (self->player, self->media->devices);
    }
  /* The ring goes on until it is asked for again. */
  if (ringer && beckon_tone_player_get_tone (self->player) == BECKON_TONE_RING)
    beckon_tone_player_play (self->player, BECKON_TONE_NONE);
  else
    beckon_tone_player_play (self->player, ringer ? BECKON_TONE_RING : BECKON_TONE_BUSY);
}

/* ---- calls ---- */

static gboolean
is_in_call (BeckonDevicesPreferences *self)
{
  BeckonCallManager *manager =
      self->account != NULL ? beckon_account_get_manager (self->account) : NULL;

  return manager != NULL && beckon_call_manager_get_current_call (manager) != NULL;
}

/* Who does not see the page may be read it. */
static void
say_in_use (BeckonDevicesPreferences *self, gboolean in_use)
{
  const char *phrase = beckon_phrase_for_devices_in_use ();

  gtk_level_bar_set_value (self->level, 0);
  adw_action_row_set_subtitle (self->level_row, in_use ? phrase : self->say_something);
  gtk_widget_set_visible (self->only_you, FALSE);
  gtk_widget_set_visible (GTK_WIDGET (self->no_preview), in_use);
  gtk_label_set_label (self->no_preview, in_use ? phrase : "");
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "devices.test", !in_use); /* it would be heard */
}

/* Some cameras are had by one at a time: a call finds them free, also one that only rings yet. */
static void
update_devices (BeckonDevicesPreferences *self)
{
  const gboolean in_call = is_in_call (self);

  if (in_call)
    close_devices (self);
  if (self->session != NULL)
    return;
  say_in_use (self, in_call);
  if (!in_call && gtk_widget_get_mapped (GTK_WIDGET (self)))
    open_devices (self);
}

static void
on_manager (BeckonDevicesPreferences *self)
{
  g_signal_group_set_target (self->manager_signals, beckon_account_get_manager (self->account));
  update_devices (self);
}

/* ---- the page ---- */

static void
beckon_devices_preferences_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (beckon_devices_preferences_parent_class)->map (widget);
  update_devices (BECKON_DEVICES_PREFERENCES (widget));
}

static void
beckon_devices_preferences_unmap (GtkWidget *widget)
{
  close_devices (BECKON_DEVICES_PREFERENCES (widget));
  GTK_WIDGET_CLASS (beckon_devices_preferences_parent_class)->unmap (widget);
}

static void
beckon_devices_preferences_dispose (GObject *object)
{
  BeckonDevicesPreferences *self = BECKON_DEVICES_PREFERENCES (object);

  close_devices (self);
  g_clear_object (&self->manager_signals);
  g_clear_object (&self->account);
  for (guint i = 0; i < G_N_ELEMENTS (self->choices); i++)
    g_clear_object (&self->choices[i]);

  G_OBJECT_CLASS (beckon_devices_preferences_parent_class)->dispose (object);
}

static void
beckon_devices_preferences_finalize (GObject *object)
{
  BeckonDevicesPreferences *self = BECKON_DEVICES_PREFERENCES (object);

  g_clear_pointer (&self->media, beckon_media_config_free);
  g_free (self->say_something);
  g_free (self->plays_a_sound);

  G_OBJECT_CLASS (beckon_devices_preferences_parent_class)->finalize (object);
}

static void
bind_template (GtkWidgetClass *widget_class)
{
  g_type_ensure (BECKON_TYPE_VIDEO_VIEW);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/beckon/Beckon/devices-preferences.ui");
  gtk_widget_class_bind_template_child (widget_class, BeckonDevicesPreferences, preview);
  gtk_widget_class_bind_template_child (widget_class, BeckonDevicesPreferences, only_you);
  gtk_widget_class_bind_template_child (widget_class, BeckonDevicesPreferences, no_preview);
  gtk_widget_class_bind_template_child (widget_class, BeckonDevicesPreferences, camera);
  gtk_widget_class_bind_template_child (widget_class, BeckonDevicesPreferences, microphone);
  gtk_widget_class_bind_template_child (widget_class, BeckonDevicesPreferences, level_row);
  gtk_widget_class_bind_template_child (widget_class, BeckonDevicesPreferences, level);
  gtk_widget_class_bind_template_child (widget_class, BeckonDevicesPreferences, speaker);
  gtk_widget_class_bind_template_child (widget_class, BeckonDevicesPreferences, speaker_row);
  gtk_widget_class_bind_template_child (widget_class, BeckonDevicesPreferences, ringer);
  gtk_widget_class_bind_template_child (widget_class, BeckonDevicesPreferences, echo);
  gtk_widget_class_bind_template_child (widget_class, BeckonDevicesPreferences, noise);
  gtk_widget_class_bind_template_child (widget_class, BeckonDevicesPreferences, gain);
}

static void
beckon_devices_preferences_class_init (BeckonDevicesPreferencesClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = beckon_devices_preferences_dispose;
  object_class->finalize = beckon_devices_preferences_finalize;
  widget_class->map = beckon_devices_preferences_map;
  widget_class->unmap = beckon_devices_preferences_unmap;

  bind_template (widget_class);
  gtk_widget_class_install_action (widget_class, "devices.test", "s", on_test_action);
}

static void
beckon_devices_preferences_init (BeckonDevicesPreferences *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->say_something = g_strdup (adw_action_row_get_subtitle (self->level_row));
  self->plays_a_sound = g_strdup (adw_action_row_get_subtitle (self->speaker_row));
  beckon_video_view_set_mirrored (self->preview, TRUE);
  self->manager_signals = g_signal_group_new (BECKON_TYPE_CALL_MANAGER);
  g_signal_group_connect_object (self->manager_signals, "notify::current-call",
                                 G_CALLBACK (update_devices), self, G_CONNECT_SWAPPED);
}

AdwPreferencesPage *
beckon_devices_preferences_new (const BeckonMediaConfig *media)
{
  BeckonDevicesPreferences *self;
  const GBindingFlags both = G_BINDING_BIDIRECTIONAL | G_BINDING_SYNC_CREATE;

  g_return_val_if_fail (media != NULL && media->devices != NULL, NULL);

  self = g_object_new (BECKON_TYPE_DEVICES_PREFERENCES, NULL);
  self->media = beckon_media_config_copy (media);
  g_clear_pointer (&self->media->record_path, g_free);
  {
    GtkWidget *const choosers[] = { self->camera, self->microphone, self->speaker, self->ringer };

    for (BeckonDeviceUse use = 0; use < BECKON_N_DEVICE_USES; use++)
      self->choices[use] = beckon_device_choice_new (media->devices, use, choosers[use]);
  }
  g_object_bind_property (media->devices, "echo-cancellation", self->echo, "active", both);
  g_object_bind_property (media->devices, "noise-suppression", self->noise, "active", both);
  g_object_bind_property (media->devices, "gain-control", self->gain, "active", both);
  return ADW_PREFERENCES_PAGE (self);
}

void
beckon_devices_preferences_set_account (BeckonDevicesPreferences *self, BeckonAccount *account)
{
  g_return_if_fail (BECKON_IS_DEVICES_PREFERENCES (self));
  g_return_if_fail (BECKON_IS_ACCOUNT (account));
  g_return_if_fail (self->account == NULL);

  self->account = g_object_ref (account);
  g_signal_connect_object (account, "notify::manager", G_CALLBACK (on_manager), self,
                           G_CONNECT_SWAPPED);
  on_manager (self);
}
