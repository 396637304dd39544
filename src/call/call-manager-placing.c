/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Calls that begin here: inviting, and taking part in one that runs. */

#define G_LOG_DOMAIN "beckon-call"

#include "config.h"

#include "call-manager-private.h"

/* ---- inviting ---- */

typedef struct
{
  GStrv invitees;
  BeckonMedia media;
} Invite;

static void
invite_free (Invite *invite)
{
  g_strfreev (invite->invitees);
  g_free (invite);
}

/* Whether nothing else is under way; else @task has failed. */
static gboolean
start_placing (BeckonCallManager *self, GTask *task)
{
  if (self->current != NULL || self->placing || self->shutdown != NULL)
    {
      g_task_return_new_error (task, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_BUSY_SELF,
                               "There is a call already");
      return FALSE;
    }
  self->placing = TRUE;
  return TRUE;
}

/* @call: (transfer full) (nullable): what it became; @error: (transfer full): why nothing */
static void
finish_placing (BeckonCallManager *self, GTask *task, BeckonCall *call, GError *error)
{
  self->placing = FALSE;
  if (call != NULL && beckon_call_get_state (call) != BECKON_CALL_STATE_FREE)
    beckon_call_manager_adopt (self, call);
  beckon_call_manager_resolve_early (self, call);
  if (call == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  if (self->shutdown != NULL)
    beckon_call_hang_up (call);
  g_task_return_pointer (task, call, g_object_unref);
}

/* Both called each other. Returns: (transfer full): their call, which was about to ring here. */
static BeckonCall *
merge (BeckonCallManager *self, const BeckonInviteResult *result, const Invite *invite)
{
  BeckonCall *call;

  if (self->early != NULL && g_str_equal (beckon_call_get_id (self->early), result->call))
    call = g_object_ref (self->early);
  else
    {
      BeckonInvitation invitation = {
        .call = result->call,
        .media = result->media,
        .timeout = result->timeout,
        .remaining = result->timeout * 1000,
        .members = result->members,
      };

      invitation.from = beckon_user_new (invite->invitees[0], NULL);
      for (guint i = 0; i < result->members->len; i++)
        {
          const BeckonUser *user = g_ptr_array_index (result->members, i);

          if (!g_str_equal (user->id, invitation.from->id))
            continue;
          beckon_user_free (invitation.from);
          invitation.from = beckon_user_copy (user);
        }
      call = beckon_call_manager_new_incoming (self, &invitation);
      beckon_user_free (invitation.from);
    }
  /* Who asked for a voice call shows nothing, also where the other wanted a video call. */
  beckon_call_merge (call, invite->media == BECKON_MEDIA_VIDEO);
  return call;
}

/* Returns: (nullable): why nobody at all was invited. */
static const GError *
find_refusal (const BeckonInviteResult *result, const Invite *invite)
{
  for (guint i = 0; invite->invitees[i] != NULL; i++)
    if (beckon_invite_result_find_failure (result, invite->invitees[i]) == NULL)
      return NULL;
  return beckon_invite_result_find_failure (result, invite->invitees[0]);
}

/* Returns: (transfer full) (nullable): the call; %NULL with @error where there is nobody in it,
 * which a server should have refused. */
static BeckonCall *
place (BeckonCallManager *self,
       const BeckonInviteResult *result,
       const Invite *invite,
       GError **error)
{
  const GError *refusal = find_refusal (result, invite);
  BeckonCall *call;

  if (refusal != NULL)
    {
      beckon_call_manager_leave (self, result->call);
      g_propagate_error (error, g_error_copy (refusal));
      return NULL;
    }
  call = beckon_call_new_outgoing (self->signaling, self->config, result,
                                   (const char *const *) invite->invitees, invite->media);
  beckon_call_manager_follow (self, call);
  return call;
}

static void
on_invited (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  BeckonCallManager *self = g_task_get_source_object (task);
  Invite *invite = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (BeckonInviteResult) invited =
      beckon_signaling_service_invite_finish (BECKON_SIGNALING_SERVICE (source), result, &error);
  BeckonCall *call = NULL;

  if (invited != NULL && invited->merged)
    call = merge (self, invited, invite);
  else if (invited != NULL)
    call = place (self, invited, invite, &error);
  else if (g_error_matches (error, BECKON_SIGNALING_ERROR, BECKON_SIGNALING_ERROR_DISCONNECTED))
    self->lost_invite = TRUE;
  finish_placing (self, task, call, error);
}

void
beckon_call_manager_invite_async (BeckonCallManager *self,
                                  const char *const *invitees,
                                  BeckonMedia media,
                                  guint timeout,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  Invite *invite;

  g_return_if_fail (BECKON_IS_CALL_MANAGER (self));
  g_return_if_fail (invitees != NULL && invitees[0] != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, beckon_call_manager_invite_async);
  if (!start_placing (self, task))
    return;
  invite = g_new0 (Invite, 1);
  invite->invitees = g_strdupv ((char **) invitees);
  invite->media = media;
  g_task_set_task_data (task, invite, (GDestroyNotify) invite_free);
  /* Not cancellable on its way: whether the server took it must be known, or somebody rings on. */
  beckon_signaling_service_invite_async (self->signaling, invitees, media, timeout, NULL, NULL,
                                         on_invited, g_steal_pointer (&task));
}

BeckonCall *
beckon_call_manager_invite_finish (BeckonCallManager *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- taking part again ---- */

typedef struct
{
  char *call;
  gboolean with_camera;
} Join;

static void
join_free (Join *join)
{
  g_free (join->call);
  g_free (join);
}

/* Returns: (transfer full): why there is nothing to take part in. */
static GError *
leave_empty (BeckonCallManager *self, const char *call)
{
  beckon_call_manager_leave (self, call);
  return g_error_new_literal (BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_CALL_OVER,
                              "Nobody else is in the call any more");
}

static void
on_joined (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  BeckonCallManager *self = g_task_get_source_object (task);
  const Join *join = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (BeckonJoinResult) joined =
      beckon_signaling_service_join_finish (BECKON_SIGNALING_SERVICE (source), result, &error);
  BeckonCall *call = NULL;

  if (joined != NULL)
    {
      call = beckon_call_new_joined (
          self->signaling, self->config, join->call, joined,
          beckon_call_manager_is_other (self, join->call) ? self->other : NULL, join->with_camera);
      if (call != NULL)
        beckon_call_manager_follow (self, call);
      else
        error = leave_empty (self, join->call);
    }
  if (call == NULL && beckon_call_error_is_over (error))
    beckon_call_manager_forget_other (self, join->call);
  finish_placing (self, task, call, error);
}

void
beckon_call_manager_join_async (BeckonCallManager *self,
                                const char *call,
                                gboolean with_camera,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  Join *join;

  g_return_if_fail (BECKON_IS_CALL_MANAGER (self));
  g_return_if_fail (call != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, beckon_call_manager_join_async);
  if (!start_placing (self, task))
    return;
  join = g_new0 (Join, 1);
  join->call = g_strdup (call);
  join->with_camera = with_camera;
  g_task_set_task_data (task, join, (GDestroyNotify) join_free);
  /* Not cancellable on its way, as an invite. */
  beckon_signaling_service_join_async (self->signaling, call, NULL, on_joined,
                                       g_steal_pointer (&task));
}

BeckonCall *
beckon_call_manager_join_finish (BeckonCallManager *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
