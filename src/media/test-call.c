/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "test-call.h"

typedef struct
{
  BeckonMediaSession *session;
  BeckonMediaPeer *peer; /* nullable: closed */
} Side;

struct _BeckonTestCall
{
  GObject parent_instance;

  Side near, far;
  BeckonTestCallReport *report;
  GTask *task;
  gint64 started;
  guint end_source;
  guint closing; /* sides that are not closed yet */
};

G_DEFINE_FINAL_TYPE (BeckonTestCall, beckon_test_call, G_TYPE_OBJECT)

void
beckon_test_call_report_free (BeckonTestCallReport *self)
{
  g_clear_error (&self->problem);
  g_clear_error (&self->microphone_problem);
  g_clear_error (&self->camera_problem);
  g_clear_object (&self->statistics);
  g_free (self);
}

static double
since_start (BeckonTestCall *self)
{
  return (g_get_monotonic_time () - self->started) / 1000.0;
}

/* ---- what the other end notices ---- */

static void
on_state (BeckonMediaPeer *peer, GParamSpec *pspec, BeckonTestCall *self)
{
  if (beckon_media_peer_get_state (peer) == BECKON_MEDIA_PEER_CONNECTED &&
      self->report->connected_ms < 0)
    self->report->connected_ms = since_start (self);
}

static void
on_level (BeckonMediaPeer *peer, GParamSpec *pspec, BeckonTestCall *self)
{
  self->report->loudest = MAX (self->report->loudest, beckon_media_peer_get_audio_level (peer));
}

static void
on_first_audio (BeckonMediaPeer *peer, BeckonTestCall *self)
{
  self->report->first_audio_ms = since_start (self);
}

static void
on_first_video (BeckonMediaPeer *peer, guint width, guint height, BeckonTestCall *self)
{
  self->report->first_video_ms = since_start (self);
}

/* ---- in the place of a server ---- */

static void
on_near_signal (BeckonMediaPeer *peer, BeckonPeerSignal *signal, BeckonTestCall *self)
{
  beckon_media_peer_handle_signal (self->far.peer, signal, NULL);
}

static void
on_far_signal (BeckonMediaPeer *peer, BeckonPeerSignal *signal, BeckonTestCall *self)
{
  beckon_media_peer_handle_signal (self->near.peer, signal, NULL);
}

static void
on_closed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  BeckonTestCall *self = user_data;
  g_autoptr (GTask) task = NULL;

  beckon_media_session_close_finish (BECKON_MEDIA_SESSION (source), result,
                                     self->report->problem == NULL ? &self->report->problem : NULL);
  if (--self->closing > 0)
    return;
  task = g_steal_pointer (&self->task);
  g_task_return_pointer (task, g_steal_pointer (&self->report),
                         (GDestroyNotify) beckon_test_call_report_free);
}

static void
side_close (Side *side, BeckonTestCall *self)
{
  g_signal_handlers_disconnect_by_data (side->peer, self);
  side->peer = NULL;
  self->closing++;
  beckon_media_session_close_async (side->session, "hung-up", on_closed, self);
}

static GError *
copy_problem (const GError *problem)
{
  return problem != NULL ? g_error_copy (problem) : NULL;
}

/* Returns: (transfer full): what either end knows of why there is no connection. */
static GError *
find_cause (BeckonTestCall *self)
{
  const GError *near = beckon_media_peer_get_problem (self->near.peer);
  const GError *far = beckon_media_peer_get_problem (self->far.peer);

  if (near != NULL || far != NULL)
    return g_error_copy (near != NULL ? near : far);
  return beckon_media_peer_explain (self->near.peer);
}

static void
end (BeckonTestCall *self)
{
  BeckonTestCallReport *report = self->report;

  if (report->connected_ms < 0)
    report->problem = find_cause (self);
  report->statistics = g_object_ref (beckon_media_peer_get_statistics (self->far.peer));
  report->microphone_problem =
      copy_problem (beckon_media_session_get_microphone_problem (self->near.session));
  report->camera_problem =
      copy_problem (beckon_media_session_get_camera_problem (self->near.session));
  side_close (&self->near, self);
  side_close (&self->far, self);
}

static gboolean
on_late (gpointer user_data)
{
  BeckonTestCall *self = user_data;

  self->end_source = 0;
  end (self);
  return G_SOURCE_REMOVE;
}

/* ---- public ---- */

BeckonTestCall *
beckon_test_call_new (const BeckonMediaConfig *config)
{
  g_autoptr (BeckonMediaConfig) near = NULL;
  g_autoptr (BeckonMediaConfig) far = NULL;
  BeckonTestCall *self;

  g_return_val_if_fail (config != NULL, NULL);

  self = g_object_new (BECKON_TYPE_TEST_CALL, NULL);
  near = beckon_media_config_copy (config);
  g_clear_pointer (&near->record_path, g_free);
  near->audio_output = BECKON_OUTPUT_NONE;
  far = beckon_media_config_copy (config);
  far->video = far->audio = BECKON_SOURCE_NONE;
  far->audio_output = BECKON_OUTPUT_NONE;
  self->near.session = beckon_media_session_new (near);
  self->far.session = beckon_media_session_new (far);
  self->near.peer = beckon_media_session_add_peer (self->near.session, "far", "device", 1, TRUE);
  self->far.peer = beckon_media_session_add_peer (self->far.session, "near", "device", 1, FALSE);
  g_signal_connect (self->near.peer, "local-signal", G_CALLBACK (on_near_signal), self);
  g_signal_connect (self->far.peer, "local-signal", G_CALLBACK (on_far_signal), self);
  g_signal_connect (self->far.peer, "notify::state", G_CALLBACK (on_state), self);
  g_signal_connect (self->far.peer, "notify::audio-level", G_CALLBACK (on_level), self);
  g_signal_connect (self->far.peer, "first-audio", G_CALLBACK (on_first_audio), self);
  g_signal_connect (self->far.peer, "first-video", G_CALLBACK (on_first_video), self);
  return self;
}

BeckonMediaPeer *
beckon_test_call_get_remote (BeckonTestCall *self)
{
  g_return_val_if_fail (BECKON_IS_TEST_CALL (self), NULL);

  return self->far.peer;
}

BeckonMediaSession *
beckon_test_call_get_session (BeckonTestCall *self)
{
  g_return_val_if_fail (BECKON_IS_TEST_CALL (self), NULL);

  return self->near.session;
}

void
beckon_test_call_run_async (BeckonTestCall *self,
                            guint seconds,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_return_if_fail (BECKON_IS_TEST_CALL (self));
  g_return_if_fail (self->started == 0);

  self->task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (self->task, beckon_test_call_run_async);
  self->started = g_get_monotonic_time ();
  if (seconds > 0)
    self->end_source = g_timeout_add_seconds (seconds, on_late, self);
  beckon_media_session_set_microphone (self->near.session, TRUE);
  beckon_media_session_set_camera (self->near.session, TRUE);
  beckon_media_session_open (self->near.session);
  beckon_media_session_open (self->far.session);
}

void
beckon_test_call_stop (BeckonTestCall *self)
{
  g_return_if_fail (BECKON_IS_TEST_CALL (self));

  if (self->task == NULL || self->closing > 0)
    return;
  g_clear_handle_id (&self->end_source, g_source_remove);
  end (self);
}

BeckonTestCallReport *
beckon_test_call_run_finish (BeckonTestCall *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
beckon_test_call_dispose (GObject *object)
{
  BeckonTestCall *self = BECKON_TEST_CALL (object);

  if (self->near.peer != NULL)
    g_signal_handlers_disconnect_by_data (self->near.peer, self);
  if (self->far.peer != NULL)
    g_signal_handlers_disconnect_by_data (self->far.peer, self);
  self->near.peer = self->far.peer = NULL;
  g_clear_object (&self->near.session);
  g_clear_object (&self->far.session);
  g_clear_pointer (&self->report, beckon_test_call_report_free);
  G_OBJECT_CLASS (beckon_test_call_parent_class)->dispose (object);
}

static void
beckon_test_call_class_init (BeckonTestCallClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = beckon_test_call_dispose;
}

static void
beckon_test_call_init (BeckonTestCall *self)
{
  self->report = g_new0 (BeckonTestCallReport, 1);
  self->report->connected_ms = self->report->first_audio_ms = self->report->first_video_ms = -1;
}
