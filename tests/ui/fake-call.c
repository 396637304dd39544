/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "fake-call.h"

G_DEFINE_FINAL_TYPE (BeckonCall, beckon_call, G_TYPE_OBJECT)

/* The windows look by the functions; of the properties they only want to be told. */
static const char *const property_names[] = {
  "state",
  "progress",
  "end",
  "microphone",
  "camera",
  "remote-camera",
  "remote-level",
  "microphone-level",
  "local-video",
  "remote-microphone",
  "remote-video",
  "statistics",
  "members",
  "message",
  "seconds-to-end",
  "camera-problem",
  "microphone-problem",
  "speaker-problem",
  "screen",
  "system-sound",
  "remote-screen",
  "remote-screen-video",
  "screen-problem",
};

static void
beckon_call_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  g_assert_not_reached ();
}

static void
beckon_call_finalize (GObject *object)
{
  BeckonCall *self = BECKON_CALL (object);

  g_assert_null (self->accept);
  g_free (self->id);
  g_ptr_array_unref (self->members);
  g_free (self->message);
  g_free (self->answered_device);
  g_free (self->reject_message);
  g_clear_error (&self->error);
  g_clear_error (&self->microphone_problem);
  g_clear_error (&self->camera_problem);
  g_clear_error (&self->speaker_problem);
  g_clear_object (&self->local_video);
  g_clear_object (&self->remote_video);
  g_clear_object (&self->remote_screen_video);
  g_clear_error (&self->screen_problem);
  g_clear_object (&self->statistics);
  g_hash_table_unref (self->volumes);
  g_hash_table_unref (self->gone);

  G_OBJECT_CLASS (beckon_call_parent_class)->finalize (object);
}

static void
beckon_call_class_init (BeckonCallClass *klass)
{
  G_OBJECT_CLASS (klass)->get_property = beckon_call_get_property;
  G_OBJECT_CLASS (klass)->finalize = beckon_call_finalize;
  for (guint i = 0; i < G_N_ELEMENTS (property_names); i++)
    g_object_class_install_property (
        G_OBJECT_CLASS (klass), i + 1,
        g_param_spec_boolean (property_names[i], NULL, NULL, FALSE,
                              G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS));
}

static void
beckon_call_init (BeckonCall *self)
{
  self->members = g_ptr_array_new_with_free_func ((GDestroyNotify) beckon_user_free);
  self->volumes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->gone = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

BeckonCall *
fake_call_new (void)
{
  BeckonCall *self = g_object_new (BECKON_TYPE_CALL, NULL);

  self->id = g_strdup ("call-1");
  self->state = BECKON_CALL_STATE_WAITING;
  self->media = BECKON_MEDIA_VIDEO;
  self->outgoing = TRUE;
  self->microphone = TRUE;
  self->camera = TRUE;
  self->remote_microphone = TRUE;
  self->statistics = beckon_statistics_new ();
  fake_call_add_member (self, "bob", "Bob Larsson");
  return self;
}

void
fake_call_add_member (BeckonCall *self, const char *id, const char *name)
{
  g_ptr_array_add (self->members, beckon_user_new (id, name));
}

void
fake_call_set_gone (BeckonCall *self, const char *id, gboolean gone)
{
  if (gone)
    g_hash_table_add (self->gone, g_strdup (id));
  else
    g_hash_table_remove (self->gone, id);
  fake_call_notify (self, "members");
}

void
fake_call_notify (BeckonCall *self, const char *property)
{
  g_object_notify (G_OBJECT (self), property);
}

void
fake_call_set_state (BeckonCall *self, BeckonCallState state, BeckonCallProgress progress)
{
  self->state = state;
  self->progress = progress;
  fake_call_notify (self, "state");
  fake_call_notify (self, "progress");
}

void
fake_call_end (BeckonCall *self, BeckonCallEnd end)
{
  self->end = end;
  fake_call_set_state (self, BECKON_CALL_STATE_FREE, BECKON_CALL_PROGRESS_ENDED);
  fake_call_notify (self, "end");
}

/* ---- call.h ---- */

const char *
beckon_call_get_id (BeckonCall *self)
{
  return self->id;
}

BeckonCallState
beckon_call_get_state (BeckonCall *self)
{
  return self->state;
}

BeckonCallProgress
beckon_call_get_progress (BeckonCall *self)
{
  return self->progress;
}

BeckonCallEnd
beckon_call_get_end (BeckonCall *self)
{
  return self->end;
}

const GError *
beckon_call_get_error (BeckonCall *self)
{
  return self->error;
}

gboolean
beckon_call_is_outgoing (BeckonCall *self)
{
  return self->outgoing;
}

BeckonMedia
beckon_call_get_media (BeckonCall *self)
{
  return self->media;
}

const char *
beckon_call_get_peer_id (BeckonCall *self)
{
  return ((BeckonUser *) g_ptr_array_index (self->members, 0))->id;
}

const char *
beckon_call_get_peer_name (BeckonCall *self)
{
  return ((BeckonUser *) g_ptr_array_index (self->members, 0))->name;
}

const BeckonUser *
beckon_call_get_shown_user (BeckonCall *self)
{
  return g_ptr_array_index (self->members, self->shown);
}

const BeckonUser *
beckon_call_get_last_user (BeckonCall *self)
{
  return g_ptr_array_index (self->members, self->last);
}

GPtrArray *
beckon_call_get_members (BeckonCall *self)
{
  return self->members;
}

BeckonMemberState
beckon_call_get_member_state (BeckonCall *self, const char *user)
{
  return g_hash_table_contains (self->gone, user) ? BECKON_MEMBER_GONE : BECKON_MEMBER_JOINED;
}

void
beckon_call_set_volume (BeckonCall *self, const char *user, double volume)
{
  g_hash_table_insert (self->volumes, g_strdup (user), g_memdup2 (&volume, sizeof volume));
}

const char *
beckon_call_get_message (BeckonCall *self)
{
  return self->message;
}

const char *
beckon_call_get_answered_device (BeckonCall *self)
{
  return self->answered_device;
}

BeckonCallElsewhere
beckon_call_get_elsewhere (BeckonCall *self)
{
  return self->elsewhere;
}

gboolean
beckon_call_get_microphone (BeckonCall *self)
{
  return self->microphone;
}

void
beckon_call_set_microphone (BeckonCall *self, gboolean on)
{
  self->microphone = on;
  fake_call_notify (self, "microphone");
}

gboolean
beckon_call_get_camera (BeckonCall *self)
{
  return self->camera;
}

void
beckon_call_set_camera (BeckonCall *self, gboolean on)
{
  self->camera = on;
  fake_call_notify (self, "camera");
}

gboolean
beckon_call_get_remote_microphone (BeckonCall *self)
{
  return self->remote_microphone;
}

gboolean
beckon_call_get_remote_camera (BeckonCall *self)
{
  return self->remote_camera;
}

gboolean
beckon_call_get_screen (BeckonCall *self)
{
  return self->screen;
}

GObject *
beckon_call_get_remote_screen_video (BeckonCall *self)
{
  return self->remote_screen_video;
}

const GError *
beckon_call_get_screen_problem (BeckonCall *self)
{
  return self->screen_problem;
}

gboolean
beckon_call_get_system_sound (BeckonCall *self)
{
  return self->system_sound;
}

void
beckon_call_set_system_sound (BeckonCall *self, gboolean on)
{
  self->system_sound = on;
  fake_call_notify (self, "system-sound");
}

gboolean
beckon_call_has_screen_source (BeckonCall *self)
{
  return TRUE;
}

void
beckon_call_share_screen (BeckonCall *self, int fd, guint node)
{
  g_assert_cmpint (fd, ==, -1);
  g_clear_error (&self->screen_problem);
  g_clear_object (&self->statistics);
  self->screen = TRUE;
  fake_call_notify (self, "screen");
}

void
beckon_call_stop_screen (BeckonCall *self, const GError *problem)
{
  self->screen = self->system_sound = FALSE;
  fake_call_notify (self, "screen");
  g_clear_error (&self->screen_problem);
  g_clear_object (&self->statistics);
  if (problem != NULL)
    self->screen_problem = g_error_copy (problem);
  fake_call_notify (self, "screen-problem");
}

double
beckon_call_get_microphone_level (BeckonCall *self)
{
  return 0;
}

double
beckon_call_get_remote_level (BeckonCall *self)
{
  return self->remote_level;
}

GObject *
beckon_call_get_local_video (BeckonCall *self)
{
  return self->local_video;
}

GObject *
beckon_call_get_remote_video (BeckonCall *self)
{
  return self->remote_video;
}

const GError *
beckon_call_get_microphone_problem (BeckonCall *self)
{
  return self->microphone_problem;
}

const GError *
beckon_call_get_camera_problem (BeckonCall *self)
{
  return self->camera_problem;
}

const GError *
beckon_call_get_speaker_problem (BeckonCall *self)
{
  return self->speaker_problem;
}

gint64
beckon_call_get_duration (BeckonCall *self)
{
  return self->duration;
}

guint
beckon_call_get_seconds_to_end (BeckonCall *self)
{
  return self->seconds_to_end;
}

BeckonStatistics *
beckon_call_get_statistics (BeckonCall *self)
{
  return self->statistics;
}

void
beckon_call_accept_async (BeckonCall *self,
                          gboolean with_camera,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_assert_null (self->accept);
  self->accept = g_task_new (self, NULL, callback, user_data);
  self->with_camera = with_camera;
  self->n_accepts++;
}

gboolean
beckon_call_accept_finish (BeckonCall *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
fake_call_finish_accept (BeckonCall *self, GError *error)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->accept);

  g_assert_nonnull (task);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

void
beckon_call_reject (BeckonCall *self, BeckonRejectReason reason, const char *message)
{
  self->n_rejects++;
  g_free (self->reject_message);
  self->reject_message = g_strdup (message);
  fake_call_end (self, BECKON_CALL_END_DECLINED);
}

void
beckon_call_hang_up (BeckonCall *self)
{
  if (self->state == BECKON_CALL_STATE_FREE)
    return;
  self->n_hang_ups++;
  fake_call_end (self, self->state == BECKON_CALL_STATE_WAITING ? BECKON_CALL_END_CANCELLED
                                                                : BECKON_CALL_END_HUNG_UP);
}
