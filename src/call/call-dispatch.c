/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Where a call stands: the one function that changes its state, what comes with each state, what the
 * server is told of it, and what the person at this end does. */

#define G_LOG_DOMAIN "beckon-call"

#include "config.h"

#include "call-private.h"

/* ---- what we owe the server ---- */

void
beckon_call_on_told (GObject *source, GAsyncResult *result, gpointer unused)
{
  g_autoptr (GError) error = NULL;

  if (!beckon_signaling_service_request_finish (BECKON_SIGNALING_SERVICE (source), result, &error))
    g_debug ("The server was not told that we are not in a call: %s", error->message);
}

static void
tell_reject (BeckonCall *self, BeckonRejectReason reason, const char *message)
{
  beckon_signaling_service_reject_async (self->signaling, self->id, reason, message, NULL,
                                         beckon_call_on_told, NULL);
}

/* An accept that we left again may never have arrived: then it still rings, and we decline. */
static void
on_left_ours (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (BeckonCall) self = user_data;
  g_autoptr (GError) error = NULL;

  if (beckon_signaling_service_request_finish (BECKON_SIGNALING_SERVICE (source), result, &error))
    return;
  if (!self->outgoing && self->accepted_at == 0 &&
      g_error_matches (error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_NOT_IN_CALL))
    tell_reject (self, BECKON_REJECT_DECLINED, NULL);
  else
    g_debug ("The server was not told that call %s was left: %s", self->id, error->message);
}

void
beckon_call_tell_leave (BeckonCall *self, BeckonLeaveReason reason)
{
  beckon_signaling_service_leave_async (self->signaling, self->id, reason, NULL, on_left_ours,
                                        g_object_ref (self));
}

/* A cancel that crossed an accept has lost: they are in the call, and we leave it. */
static void
on_cancelled_ours (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (BeckonCall) self = user_data;
  g_autoptr (GError) error = NULL;

  if (beckon_signaling_service_request_finish (BECKON_SIGNALING_SERVICE (source), result, &error))
    return;
  if (g_error_matches (error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_ALREADY_ACCEPTED))
    beckon_call_tell_leave (self, BECKON_LEAVE_HUNG_UP);
  else
    g_debug ("The server was not told that call %s is cancelled: %s", self->id, error->message);
}

void
beckon_call_tell_cancel (BeckonCall *self)
{
  beckon_signaling_service_cancel_async (self->signaling, self->id, NULL, NULL, on_cancelled_ours,
                                         g_object_ref (self));
}

/* ---- the state ---- */

static void
assert_invariants (BeckonCall *self)
{
  switch (self->state)
    {
    case BECKON_CALL_STATE_FREE:
      g_assert (self->end != BECKON_CALL_END_NONE);
      g_assert (self->guard_source == 0 && self->media_source == 0 && self->lost_source == 0);
      g_assert (self->late_source == 0);
      g_assert (self->accept_tasks == NULL);
      break;
    case BECKON_CALL_STATE_INCOMING:
      g_assert (!self->outgoing && self->accepted_at == 0);
      g_assert (self->accepting == (self->accept_tasks != NULL));
      g_assert (!beckon_media_session_is_open (self->media_session));
      break;
    case BECKON_CALL_STATE_WAITING:
      g_assert (self->outgoing && self->accepted_at == 0);
      g_assert (!beckon_media_session_is_open (self->media_session));
      break;
    case BECKON_CALL_STATE_CALLING:
      g_assert (self->accepted_at != 0 && !self->accepting);
      g_assert (beckon_media_session_is_open (self->media_session));
      break;
    default:
      g_assert_not_reached ();
    }
}

/* What the peers are told on the data channel: nothing where another device of ours goes on. */
static const char *
bye_word (BeckonCallEvent event)
{
  if (event == BECKON_CALL_EVENT_ANSWERED_ELSEWHERE)
    return NULL;
  return beckon_leave_reason_to_string (event == BECKON_CALL_EVENT_MEDIA_LOST
                                            ? BECKON_LEAVE_MEDIA_FAILED
                                            : BECKON_LEAVE_HUNG_UP);
}

static void
finish_accepts (BeckonCall *self, const GError *error)
{
  GList *tasks = g_steal_pointer (&self->accept_tasks);

  self->accepting = FALSE;
  for (GList *l = tasks; l != NULL; l = l->next)
    {
      if (error != NULL)
        g_task_return_error (l->data, g_error_copy (error));
      else
        g_task_return_boolean (l->data, TRUE);
    }
  g_list_free_full (tasks, g_object_unref);
}

static void
enter_calling (BeckonCall *self)
{
  g_clear_handle_id (&self->guard_source, g_source_remove);
  if (self->accepted_at == 0)
    self->accepted_at = g_get_monotonic_time ();
  self->progress = BECKON_CALL_PROGRESS_CONNECTING;
  beckon_call_schedule_guard (self);
  beckon_call_media_open (self);
}

/* @error: (transfer full) (nullable) */
static void
enter_free (BeckonCall *self, BeckonCallEvent event, BeckonCallEnd end, GError *error)
{
  g_assert (end != BECKON_CALL_END_NONE);
  self->end = end;
  self->error = error;
  self->ended_at = g_get_monotonic_time ();
  self->progress = BECKON_CALL_PROGRESS_ENDED;
  g_clear_handle_id (&self->guard_source, g_source_remove);
  if (event == BECKON_CALL_EVENT_MEDIA_LOST)
    beckon_call_tell_leave (self, BECKON_LEAVE_MEDIA_FAILED);
  beckon_call_media_close (self, bye_word (event));
}

static void
notify_end (BeckonCall *self)
{
  g_autoptr (GError) over = NULL;

  if (self->accept_tasks != NULL)
    {
      over = self->error != NULL ? g_error_copy (self->error)
                                 : g_error_new (BECKON_PROTOCOL_ERROR,
                                                BECKON_PROTOCOL_ERROR_CALL_OVER,
                                                "The call is over");
      finish_accepts (self, over);
    }
  assert_invariants (self);
  g_object_notify (G_OBJECT (self), "statistics");
  g_object_notify (G_OBJECT (self), "progress");
  g_object_notify (G_OBJECT (self), "error");
  g_object_notify (G_OBJECT (self), "state");
  g_object_notify (G_OBJECT (self), "end");
}

void
beckon_call_dispatch (BeckonCall *self, BeckonCallEvent event, BeckonCallEnd end, GError *error)
{
  g_autoptr (BeckonCall) held = g_object_ref (self);
  const BeckonCallState before = self->state;
  BeckonCallState next;

  g_assert (BECKON_IS_CALL (self));

  if (!beckon_call_state_next (before, event, &next))
    {
      g_debug ("Call %s: refused %s while %s", self->id, beckon_call_event_to_string (event),
               beckon_call_state_to_string (before));
      g_clear_error (&error);
      return;
    }
  if (next == before)
    {
      g_clear_error (&error);
      return;
    }
  g_debug ("Call %s: %s, %s → %s", self->id, beckon_call_event_to_string (event),
           beckon_call_state_to_string (before), beckon_call_state_to_string (next));

  self->state = next;
  if (next == BECKON_CALL_STATE_FREE)
    {
      g_object_freeze_notify (G_OBJECT (self)); /* until all of it is so */
      enter_free (self, event, end, error);
      g_object_thaw_notify (G_OBJECT (self));
      notify_end (self);
      return;
    }
  g_assert (error == NULL);
  if (next == BECKON_CALL_STATE_CALLING)
    enter_calling (self);
  if (self->state != next)
    return; /* the media failed at once, and the call with it */
  assert_invariants (self);
  g_object_notify (G_OBJECT (self), "progress");
  g_object_notify (G_OBJECT (self), "state");
}

void
beckon_call_set_progress (BeckonCall *self, BeckonCallProgress progress)
{
  if (self->progress == progress)
    return;
  self->progress = progress;
  g_object_notify (G_OBJECT (self), "progress");
}

/* ---- what the person does ---- */

static gboolean
on_ring_over (gpointer user_data)
{
  g_autoptr (BeckonCall) self = g_object_ref (user_data);

  self->guard_source = 0;
  if (!self->accepting)
    {
      beckon_call_dispatch (self, BECKON_CALL_EVENT_TIMED_OUT, BECKON_CALL_END_MISSED, NULL);
      return G_SOURCE_REMOVE;
    }
  beckon_call_tell_leave (self, BECKON_LEAVE_HUNG_UP); /* should it have arrived after all */
  beckon_call_dispatch (self, BECKON_CALL_EVENT_ACCEPT_FAILED, BECKON_CALL_END_FAILED,
                        g_error_new (BECKON_SIGNALING_ERROR, BECKON_SIGNALING_ERROR_DISCONNECTED,
                                     "The server did not answer"));
  return G_SOURCE_REMOVE;
}

void
beckon_call_guard_ring (BeckonCall *self, gint64 remaining)
{
  g_assert (self->state == BECKON_CALL_STATE_INCOMING);

  g_clear_handle_id (&self->guard_source, g_source_remove);
  self->guard_source = g_timeout_add (MAX (remaining, 0) + BECKON_CALL_GUARD_SECONDS * 1000,
                                      on_ring_over, self);
}

void
beckon_call_accept_confirmed (BeckonCall *self, GPtrArray *members)
{
  const char *own = beckon_signaling_service_get_user_id (self->signaling);
  GList *tasks = g_steal_pointer (&self->accept_tasks);

  self->accepting = FALSE;
  for (guint i = 0; i < members->len; i++)
    {
      const BeckonUser *user = g_ptr_array_index (members, i);

      if (g_strcmp0 (user->id, own) != 0)
        beckon_call_add_member (self, user->id, user->name, BECKON_MEMBER_JOINED);
    }
  beckon_call_dispatch (self, BECKON_CALL_EVENT_ACCEPT_CONFIRMED, BECKON_CALL_END_NONE, NULL);
  self->accept_tasks = tasks;
  finish_accepts (self, self->state == BECKON_CALL_STATE_FREE ? self->error : NULL);
  beckon_call_update_shown (self);
  g_object_notify (G_OBJECT (self), "members");
}

static void
on_accept_answered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (BeckonCall) self = user_data;
  GError *error = NULL;
  g_autoptr (GPtrArray) members =
      beckon_signaling_service_accept_finish (BECKON_SIGNALING_SERVICE (source), result, &error);

  if (!self->accepting)
    g_clear_error (&error); /* it ended meanwhile, and everybody was told */
  else if (members != NULL)
    beckon_call_accept_confirmed (self, members);
  else if (g_error_matches (error, BECKON_SIGNALING_ERROR, BECKON_SIGNALING_ERROR_DISCONNECTED))
    {
      self->accept_lost = TRUE;
      g_error_free (error);
    }
  else if (g_error_matches (error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_ANSWERED_ELSEWHERE))
    beckon_call_dispatch (self, BECKON_CALL_EVENT_ACCEPT_FAILED,
                          BECKON_CALL_END_ANSWERED_ELSEWHERE, error);
  else if (g_error_matches (error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_CALL_OVER) ||
           g_error_matches (error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_UNKNOWN_CALL))
    beckon_call_dispatch (self, BECKON_CALL_EVENT_ACCEPT_FAILED, BECKON_CALL_END_PEER_CANCELLED,
                          error);
  else
    beckon_call_dispatch (self, BECKON_CALL_EVENT_ACCEPT_FAILED, BECKON_CALL_END_FAILED, error);
}

void
beckon_call_send_accept (BeckonCall *self)
{
  g_assert (self->accepting);

  self->accept_lost = FALSE;
  beckon_signaling_service_accept_async (self->signaling, self->id, NULL, on_accept_answered,
                                         g_object_ref (self));
}

void
beckon_call_accept_async (BeckonCall *self,
                          gboolean with_camera,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (BECKON_IS_CALL (self));
  g_return_if_fail (!self->outgoing);

  task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (task, beckon_call_accept_async);
  if (self->state == BECKON_CALL_STATE_CALLING)
    {
      g_task_return_boolean (task, TRUE);
      return;
    }
  if (self->state == BECKON_CALL_STATE_FREE)
    {
      g_task_return_new_error (task, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_CALL_OVER,
                               "The call is over");
      return;
    }
  self->accept_tasks = g_list_prepend (self->accept_tasks, g_steal_pointer (&task));
  if (self->accepting)
    return;

  self->accepting = TRUE;
  if (!with_camera)
    beckon_media_session_set_camera (self->media_session, FALSE);
  g_clear_handle_id (&self->guard_source, g_source_remove);
  self->guard_source = g_timeout_add_seconds (BECKON_CALL_ACCEPT_SECONDS, on_ring_over, self);
  beckon_call_send_accept (self);
  beckon_call_media_release (self);
}

gboolean
beckon_call_accept_finish (BeckonCall *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

void
beckon_call_reject (BeckonCall *self, BeckonRejectReason reason, const char *message)
{
  g_return_if_fail (BECKON_IS_CALL (self));

  if (self->state != BECKON_CALL_STATE_INCOMING)
    return;
  /* The server takes them in order: an accept that is under way comes first. */
  if (self->accepting)
    beckon_call_tell_leave (self, BECKON_LEAVE_HUNG_UP);
  else
    tell_reject (self, reason, message);
  beckon_call_dispatch (self, BECKON_CALL_EVENT_REJECT, BECKON_CALL_END_DECLINED, NULL);
}

void
beckon_call_hang_up (BeckonCall *self)
{
  g_return_if_fail (BECKON_IS_CALL (self));

  switch (self->state)
    {
    case BECKON_CALL_STATE_INCOMING:
      beckon_call_reject (self, BECKON_REJECT_DECLINED, NULL);
      break;
    case BECKON_CALL_STATE_WAITING:
      beckon_call_tell_cancel (self);
      beckon_call_dispatch (self, BECKON_CALL_EVENT_CANCEL, BECKON_CALL_END_CANCELLED, NULL);
      break;
    case BECKON_CALL_STATE_CALLING:
      beckon_call_tell_leave (self, BECKON_LEAVE_HUNG_UP);
      beckon_call_dispatch (self, BECKON_CALL_EVENT_HANG_UP, BECKON_CALL_END_HUNG_UP, NULL);
      break;
    case BECKON_CALL_STATE_FREE:
    default:
      break;
    }
}

/* ---- other devices of the same person ---- */

void
beckon_call_merge (BeckonCall *self, gboolean with_camera)
{
  g_assert (self->state == BECKON_CALL_STATE_INCOMING && !self->accepting);

  if (!with_camera)
    beckon_media_session_set_camera (self->media_session, FALSE);
  self->accepting = TRUE; /* so nothing is held any more */
  beckon_call_media_release (self);
  self->accepting = FALSE;
  beckon_call_dispatch (self, BECKON_CALL_EVENT_ACCEPT_CONFIRMED, BECKON_CALL_END_NONE, NULL);
}

void
beckon_call_taken_elsewhere (BeckonCall *self, const char *device, gboolean runs)
{
  self->runs_elsewhere = runs;
  if (device != NULL)
    {
      self->answered_device = g_strdup (device);
      g_object_notify (G_OBJECT (self), "answered-device");
    }
  beckon_call_dispatch (self, BECKON_CALL_EVENT_ANSWERED_ELSEWHERE,
                        BECKON_CALL_END_ANSWERED_ELSEWHERE, NULL);
}
