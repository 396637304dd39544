/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The others: who is rung, who is in the call, who is gone; inviting more, and withdrawing.
 *
 * Every invitation has its own time. The server ends it; our own timer, a little later, is for the
 * day when the server is gone. */

#define G_LOG_DOMAIN "beckon-call"

#include "config.h"

#include "call-private.h"

BeckonCallMember *
beckon_call_find_member (BeckonCall *self, const char *user)
{
  for (guint i = 0; i < self->members->len; i++)
    {
      BeckonCallMember *member = g_ptr_array_index (self->members, i);

      if (g_strcmp0 (member->user->id, user) == 0)
        return member;
    }
  return NULL;
}

guint
beckon_call_count_members (BeckonCall *self, BeckonMemberState state)
{
  guint n = 0;

  for (guint i = 0; i < self->members->len; i++)
    n += ((BeckonCallMember *) g_ptr_array_index (self->members, i))->state == state;
  return n;
}

BeckonCallMember *
beckon_call_add_member (BeckonCall *self, const char *id, const char *name, BeckonMemberState state)
{
  BeckonCallMember *member = beckon_call_find_member (self, id);

  if (member == NULL)
    {
      member = g_new0 (BeckonCallMember, 1);
      member->user = beckon_user_new (id, name);
      member->volume = 1;
      g_queue_init (&member->outbox);
      g_queue_init (&member->inbox);
      g_queue_init (&member->late);
      g_ptr_array_add (self->members, member);
      g_ptr_array_add (self->users, member->user);
    }
  else if (name != NULL && !g_str_equal (member->user->name, name))
    {
      g_free (member->user->name);
      member->user->name = g_strdup (name);
    }
  member->state = state;
  if (state == BECKON_MEMBER_JOINED && member->peer != NULL)
    beckon_media_session_hold_peer (self->media_session, member->peer, FALSE);
  return member;
}

void
beckon_call_member_free (BeckonCallMember *member)
{
  beckon_user_free (member->user);
  g_queue_clear_full (&member->outbox, (GDestroyNotify) beckon_peer_signal_free);
  g_queue_clear_full (&member->inbox, (GDestroyNotify) beckon_peer_signal_free);
  beckon_call_offers_drop (member);
  g_free (member);
}

static void
members_changed (BeckonCall *self)
{
  beckon_call_schedule_guard (self);
  g_object_notify (G_OBJECT (self), "members");
}

/* ---- time ---- */

static void
on_withdrawn_told (GObject *source, GAsyncResult *result, gpointer unused)
{
  g_autoptr (GError) error = NULL;

  /* Who accepted meanwhile is in the call: the server tells that as it tells of anybody. */
  if (!beckon_signaling_service_request_finish (BECKON_SIGNALING_SERVICE (source), result, &error))
    g_debug ("An invitation was not withdrawn: %s", error->message);
}

static void
tell_withdrawn (BeckonCall *self, const char *user)
{
  const char *const users[] = { user, NULL };

  beckon_signaling_service_cancel_async (self->signaling, self->id, users, NULL, on_withdrawn_told,
                                         NULL);
}

static gboolean
is_overdue (BeckonCallMember *member, gint64 now)
{
  return member->state == BECKON_MEMBER_ALERTED && member->rings_until <= now;
}

static guint
count_overdue (BeckonCall *self, gint64 now)
{
  guint n = 0;

  for (guint i = 0; i < self->members->len; i++)
    n += is_overdue (g_ptr_array_index (self->members, i), now);
  return n;
}

static gboolean
on_guard (gpointer user_data)
{
  g_autoptr (BeckonCall) self = g_object_ref (user_data);
  const gint64 now = g_get_monotonic_time ();

  self->guard_source = 0;
  if (self->state == BECKON_CALL_STATE_WAITING &&
      count_overdue (self, now) == beckon_call_count_members (self, BECKON_MEMBER_ALERTED))
    {
      beckon_call_tell_cancel (self);
      beckon_call_dispatch (self, BECKON_CALL_EVENT_ALL_TIMED_OUT, BECKON_CALL_END_UNANSWERED,
                            NULL);
      return G_SOURCE_REMOVE;
    }
  for (guint i = 0; i < self->members->len; i++)
    {
      BeckonCallMember *member = g_ptr_array_index (self->members, i);

      if (self->state == BECKON_CALL_STATE_FREE || !is_overdue (member, now))
        continue;
      if (member->ours)
        tell_withdrawn (self, member->user->id);
      beckon_call_member_gone (self, member, BECKON_CALL_END_UNANSWERED);
    }
  beckon_call_schedule_guard (self);
  return G_SOURCE_REMOVE;
}

void
beckon_call_schedule_guard (BeckonCall *self)
{
  gint64 first = G_MAXINT64;

  if (self->state != BECKON_CALL_STATE_WAITING && self->state != BECKON_CALL_STATE_CALLING)
    return;
  g_clear_handle_id (&self->guard_source, g_source_remove);
  for (guint i = 0; i < self->members->len; i++)
    {
      BeckonCallMember *member = g_ptr_array_index (self->members, i);

      if (member->state == BECKON_MEMBER_ALERTED)
        first = MIN (first, member->rings_until);
    }
  if (first < G_MAXINT64)
    self->guard_source =
        g_timeout_add (MAX (first - g_get_monotonic_time (), 0) / 1000 + 1, on_guard, self);
}

/* ---- coming and going ---- */

void
beckon_call_alert_member (
    BeckonCall *self, const char *id, const char *name, guint seconds, gboolean ours)
{
  BeckonCallMember *member = beckon_call_find_member (self, id);

  if (member != NULL && member->state == BECKON_MEMBER_JOINED)
    return;
  member = beckon_call_add_member (self, id, name, BECKON_MEMBER_ALERTED);
  member->rings_until =
      g_get_monotonic_time () + (gint64) (seconds + BECKON_CALL_GUARD_SECONDS) * G_USEC_PER_SEC;
  member->ours = ours;
  members_changed (self);
}

/* Returns: (nullable): what the server says their name is. */
static const char *
find_name (const BeckonInviteResult *result, const char *user)
{
  for (guint i = 0; i < result->members->len; i++)
    {
      BeckonUser *member = g_ptr_array_index (result->members, i);

      if (g_str_equal (member->id, user))
        return member->name;
    }
  return NULL;
}

void
beckon_call_alert_invited (BeckonCall *self,
                           const char *const *invitees,
                           const BeckonInviteResult *result)
{
  for (guint i = 0; invitees[i] != NULL; i++)
    if (beckon_invite_result_find_failure (result, invitees[i]) == NULL)
      beckon_call_alert_member (self, invitees[i], find_name (result, invitees[i]), result->timeout,
                                TRUE);
}

/* Whether @member, who accepted with @device (nullable), has our offer and will answer it, or has
 * done so already. */
static gboolean
has_offer (BeckonCallMember *member, const char *device)
{
  const char *other = member->peer != NULL ? beckon_media_peer_get_device (member->peer) : NULL;

  return member->state == BECKON_MEMBER_ALERTED && member->peer != NULL &&
         !beckon_call_media_is_dead (member) &&
         (device == NULL || other == NULL || g_str_equal (device, other));
}

void
beckon_call_member_joined (
    BeckonCall *self, const char *user, const char *name, const char *device, gboolean offer)
{
  BeckonCallMember *member = beckon_call_find_member (self, user);
  const gboolean answers = member != NULL && has_offer (member, device);

  g_assert (self->state != BECKON_CALL_STATE_FREE);

  member = beckon_call_add_member (self, user, name, BECKON_MEMBER_JOINED);
  if (self->state != BECKON_CALL_STATE_INCOMING)
    {
      if (answers && device != NULL)
        beckon_media_peer_set_device (member->peer, device);
      else if (offer && !answers)
        beckon_call_media_offer (self, member, device);
      beckon_call_dispatch (self, BECKON_CALL_EVENT_PEER_ACCEPTED, BECKON_CALL_END_NONE, NULL);
      beckon_call_handover_step (self);
    }
  beckon_call_update_shown (self);
  members_changed (self);
}

void
beckon_call_member_gone (BeckonCall *self, BeckonCallMember *member, BeckonCallEnd reason)
{
  if (member->state == BECKON_MEMBER_GONE || self->state == BECKON_CALL_STATE_FREE)
    return;
  member->state = BECKON_MEMBER_GONE;

  if (self->state == BECKON_CALL_STATE_INCOMING ||
      beckon_call_count_members (self, BECKON_MEMBER_JOINED) +
              beckon_call_count_members (self, BECKON_MEMBER_ALERTED) >
          0)
    {
      beckon_call_media_remove (self, member);
      members_changed (self);
    }
  else
    {
      self->last = member;
      if (self->state == BECKON_CALL_STATE_CALLING)
        beckon_call_dispatch (self, BECKON_CALL_EVENT_LAST_LEFT, reason, NULL);
      else
        beckon_call_dispatch (self,
                              reason == BECKON_CALL_END_UNANSWERED
                                  ? BECKON_CALL_EVENT_ALL_TIMED_OUT
                                  : BECKON_CALL_EVENT_ALL_DECLINED,
                              reason, NULL);
    }
}

/* ---- what the person does ---- */

/* Who is invited, in a request that is under way. */
typedef struct
{
  char **users;
  GPtrArray *withdrawn; /* those of @users who are not to be invited any more */
} Adding;

static Adding *
adding_new (const char *const *users)
{
  Adding *adding = g_new (Adding, 1);

  adding->users = g_strdupv ((char **) users);
  adding->withdrawn = g_ptr_array_new_with_free_func (g_free);
  return adding;
}

static void
adding_free (Adding *adding)
{
  g_strfreev (adding->users);
  g_ptr_array_unref (adding->withdrawn);
  g_free (adding);
}

/* An invitation that is under way is withdrawn as soon as it is there. */
static void
withdraw_later (BeckonCall *self, const char *user)
{
  for (GList *l = self->add_tasks; l != NULL; l = l->next)
    {
      Adding *adding = g_task_get_task_data (l->data);

      if (g_strv_contains ((const char *const *) adding->users, user))
        g_ptr_array_add (adding->withdrawn, g_strdup (user));
    }
}

static void
on_added (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  BeckonCall *self = g_task_get_source_object (task);
  Adding *adding = g_task_get_task_data (task);
  GError *error = NULL;
  BeckonInviteResult *added =
      beckon_signaling_service_add_finish (BECKON_SIGNALING_SERVICE (source), result, &error);

  self->add_tasks = g_list_remove (self->add_tasks, task);
  if (added != NULL && self->state != BECKON_CALL_STATE_FREE)
    beckon_call_alert_invited (self, (const char *const *) adding->users, added);
  for (guint i = 0; i < adding->withdrawn->len; i++)
    beckon_call_withdraw (self, g_ptr_array_index (adding->withdrawn, i));
  if (added != NULL)
    g_task_return_pointer (task, added, (GDestroyNotify) beckon_invite_result_free);
  else
    g_task_return_error (task, error);
}

void
beckon_call_add_async (BeckonCall *self,
                       const char *const *users,
                       guint timeout,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (BECKON_IS_CALL (self));
  g_return_if_fail (users != NULL && users[0] != NULL);

  task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (task, beckon_call_add_async);
  if (self->state != BECKON_CALL_STATE_WAITING && self->state != BECKON_CALL_STATE_CALLING)
    {
      g_task_return_new_error (task, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_NOT_IN_CALL,
                               "Only who is in a call can invite more people");
      return;
    }
  g_task_set_task_data (task, adding_new (users), (GDestroyNotify) adding_free);
  self->add_tasks = g_list_prepend (self->add_tasks, task);
  beckon_signaling_service_add_async (self->signaling, self->id, users, timeout, NULL, on_added,
                                      g_steal_pointer (&task));
}

BeckonInviteResult *
beckon_call_add_finish (BeckonCall *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

void
beckon_call_set_volume (BeckonCall *self, const char *user, double volume)
{
  BeckonCallMember *member;

  g_return_if_fail (BECKON_IS_CALL (self));
  g_return_if_fail (user != NULL);

  member = beckon_call_find_member (self, user);
  if (member == NULL)
    return;
  member->volume = volume; /* which each connection keeps within its bounds */
  if (member->peer != NULL)
    beckon_media_peer_set_volume (member->peer, member->volume);
  if (member->next != NULL)
    beckon_media_peer_set_volume (member->next, member->volume);
}

void
beckon_call_withdraw (BeckonCall *self, const char *user)
{
  BeckonCallMember *member;

  g_return_if_fail (BECKON_IS_CALL (self));
  g_return_if_fail (user != NULL);

  withdraw_later (self, user);
  member = beckon_call_find_member (self, user);
  if (member == NULL || member->state != BECKON_MEMBER_ALERTED ||
      (self->state != BECKON_CALL_STATE_WAITING && self->state != BECKON_CALL_STATE_CALLING))
    return;
  if (self->state == BECKON_CALL_STATE_WAITING &&
      beckon_call_count_members (self, BECKON_MEMBER_ALERTED) == 1)
    {
      beckon_call_hang_up (self);
      return;
    }
  tell_withdrawn (self, user);
  beckon_call_member_gone (self, member, BECKON_CALL_END_CANCELLED);
}
