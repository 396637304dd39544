/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "test-call-view.h"

#include "check-row.h"
#include "phrases.h"
#include "test-call.h"
#include "video-view.h"

#include <glib/gi18n.h>

#define SPOKEN_LEVEL 0.4 /* −36 dB: more than a quiet room, less than a quiet voice */
#define LATE_SECONDS 15  /* a first picture that has not come by then does not come */

struct _BeckonTestCallView
{
  GtkBox parent_instance;

  /* Template widgets */
  BeckonVideoView *picture;
  BeckonCheckRow *camera;
  BeckonCheckRow *microphone;
  GtkLevelBar *level;

  /* Owned */
  BeckonMediaConfig *media;
  BeckonTestCall *call; /* nullable: it is not to be seen */

  guint late_source;
  gboolean seen, heard, late;
};

G_DEFINE_FINAL_TYPE (BeckonTestCallView, beckon_test_call_view, GTK_TYPE_BOX)

/* ---- what is shown ---- */

/* Returns: (transfer full) (nullable): why nothing at all comes back, once that is known. */
static char *
explain (BeckonTestCallView *self)
{
  BeckonMediaPeer *remote = beckon_test_call_get_remote (self->call);
  const BeckonMediaPeerState state = beckon_media_peer_get_state (remote);
  g_autoptr (GError) error = NULL;

  if (state == BECKON_MEDIA_PEER_CONNECTED ||
      (!self->late && state != BECKON_MEDIA_PEER_FAILED))
    return NULL;
  if (beckon_media_peer_get_problem (remote) != NULL)
    error = g_error_copy (beckon_media_peer_get_problem (remote));
  else
    error = beckon_media_peer_explain (remote);
  return beckon_phrase_for_error (error, NULL);
}

static void
update_camera (BeckonTestCallView *self)
{
  const GError *problem =
      beckon_media_session_get_camera_problem (beckon_test_call_get_session (self->call));
  g_autofree char *sentence =
      problem != NULL ? beckon_phrase_for_camera_problem (problem) : explain (self);

  if (sentence != NULL)
    beckon_check_row_tell (self->camera, BECKON_CHECK_FAILED, sentence, NULL);
  else if (self->seen)
    beckon_check_row_tell (self->camera, BECKON_CHECK_GOOD,
                           _("Your camera works: this is how others see you"), NULL);
  else if (self->late)
    beckon_check_row_tell (self->camera, BECKON_CHECK_FAILED,
                           _("No picture of yours came back"), NULL);
  else
    /* Translators: of a test call: the camera has been opened */
    beckon_check_row_wait (self->camera, _("Waiting for your picture…"));
}

static void
update_microphone (BeckonTestCallView *self)
{
  const GError *problem =
      beckon_media_session_get_microphone_problem (beckon_test_call_get_session (self->call));
  const gboolean quiet =
      g_error_matches (problem, BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_DEVICE_QUIET);
  g_autofree char *phrase =
      problem != NULL ? beckon_phrase_for_microphone_problem (problem) : NULL;
  g_autofree char *nothing = problem == NULL || quiet ? explain (self) : NULL;

  if (nothing != NULL || (phrase != NULL && !quiet))
    beckon_check_row_tell (self->microphone, BECKON_CHECK_FAILED,
                           nothing != NULL ? nothing : phrase, NULL);
  else if (quiet)
    beckon_check_row_tell (self->microphone, BECKON_CHECK_WARNING, phrase, NULL);
  else if (self->heard)
    beckon_check_row_tell (self->microphone, BECKON_CHECK_GOOD,
                           _("Your microphone works: the bar is as loud as others hear you"), NULL);
  else
    beckon_check_row_wait (self->microphone,
                           /* Translators: whoever speaks sees a bar move; imperative */
                           _("Say something"));
}

static void
on_picture (BeckonMediaPeer *peer, GParamSpec *pspec, BeckonTestCallView *self)
{
  beckon_video_view_set_source (self->picture, beckon_media_peer_get_remote_video (peer));
}

static void
on_first_picture (BeckonTestCallView *self)
{
  self->seen = TRUE;
  update_camera (self);
}

static void
on_level (BeckonMediaPeer *peer, GParamSpec *pspec, BeckonTestCallView *self)
{
  const double level = beckon_media_peer_get_audio_level (peer);

  gtk_level_bar_set_value (self->level, level);
  if (self->heard || level < SPOKEN_LEVEL)
    return;
  self->heard = TRUE;
  update_microphone (self);
}

static void
update_both (BeckonTestCallView *self)
{
  update_camera (self);
  update_microphone (self);
}

static gboolean
on_late (gpointer user_data)
{
  BeckonTestCallView *self = user_data;

  self->late_source = 0;
  self->late = TRUE;
  update_both (self);
  return G_SOURCE_REMOVE;
}

/* ---- the call ---- */

static void
on_ended (GObject *source, GAsyncResult *result, gpointer unused)
{
  g_autoptr (BeckonTestCallReport) report =
      beckon_test_call_run_finish (BECKON_TEST_CALL (source), result, NULL);

  g_debug ("A test call ended: loudest %.2f, first picture after %.0f ms", report->loudest,
           report->first_video_ms);
}

static void
begin (BeckonTestCallView *self)
{
  BeckonMediaPeer *remote;
  BeckonMediaSession *session;

  self->call = beckon_test_call_new (self->media);
  self->seen = self->heard = self->late = FALSE;
  remote = beckon_test_call_get_remote (self->call);
  session = beckon_test_call_get_session (self->call);
  g_signal_connect_object (remote, "notify::remote-video", G_CALLBACK (on_picture), self, 0);
  g_signal_connect_object (remote, "notify::audio-level", G_CALLBACK (on_level), self, 0);
  g_signal_connect_object (remote, "first-video", G_CALLBACK (on_first_picture), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (remote, "notify::state", G_CALLBACK (update_both), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::camera-problem", G_CALLBACK (update_camera), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::microphone-problem", G_CALLBACK (update_microphone),
                           self, G_CONNECT_SWAPPED);
  self->late_source = g_timeout_add_seconds (LATE_SECONDS, on_late, self);
  beckon_test_call_run_async (self->call, 0, on_ended, NULL);
  update_both (self);
}

static void
stop (BeckonTestCallView *self)
{
  if (self->call == NULL)
    return;
  g_clear_handle_id (&self->late_source, g_source_remove);
  beckon_video_view_set_source (self->picture, NULL);
  g_signal_handlers_disconnect_by_data (beckon_test_call_get_remote (self->call), self);
  g_signal_handlers_disconnect_by_data (beckon_test_call_get_session (self->call), self);
  beckon_test_call_stop (self->call);
  g_clear_object (&self->call);
}

/* ---- the widget ---- */

static void
beckon_test_call_view_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (beckon_test_call_view_parent_class)->map (widget);
  begin (BECKON_TEST_CALL_VIEW (widget));
}

static void
beckon_test_call_view_unmap (GtkWidget *widget)
{
  stop (BECKON_TEST_CALL_VIEW (widget));
  GTK_WIDGET_CLASS (beckon_test_call_view_parent_class)->unmap (widget);
}

static void
beckon_test_call_view_finalize (GObject *object)
{
  beckon_media_config_free (BECKON_TEST_CALL_VIEW (object)->media);
  G_OBJECT_CLASS (beckon_test_call_view_parent_class)->finalize (object);
}

static void
beckon_test_call_view_class_init (BeckonTestCallViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = beckon_test_call_view_finalize;
  widget_class->map = beckon_test_call_view_map;
  widget_class->unmap = beckon_test_call_view_unmap;

  g_type_ensure (BECKON_TYPE_CHECK_ROW);
  g_type_ensure (BECKON_TYPE_VIDEO_VIEW);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/beckon/Beckon/test-call-view.ui");
  gtk_widget_class_bind_template_child (widget_class, BeckonTestCallView, picture);
  gtk_widget_class_bind_template_child (widget_class, BeckonTestCallView, camera);
  gtk_widget_class_bind_template_child (widget_class, BeckonTestCallView, microphone);
  gtk_widget_class_bind_template_child (widget_class, BeckonTestCallView, level);
}

static void
beckon_test_call_view_init (BeckonTestCallView *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
beckon_test_call_view_new (const BeckonMediaConfig *media)
{
  BeckonTestCallView *self;

  g_return_val_if_fail (media != NULL, NULL);

  self = g_object_new (BECKON_TYPE_TEST_CALL_VIEW, NULL);
  self->media = beckon_media_config_copy (media);
  g_clear_pointer (&self->media->record_path, g_free);
  gtk_widget_set_visible (GTK_WIDGET (self->camera), media->video != BECKON_SOURCE_NONE);
  gtk_widget_set_visible (GTK_WIDGET (self->microphone), media->audio != BECKON_SOURCE_NONE);
  return GTK_WIDGET (self);
}
