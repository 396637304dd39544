/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the server says of one call. Every event carries its call's id and is ignored if that is not
 * this call's. */

#define G_LOG_DOMAIN "beckon-call"

#include "config.h"

#include "call-private.h"

#include "identifiers.h"

/* ---- what the server says ---- */

static gboolean
is_ours (BeckonCall *self, const char *call)
{
  return self->state != BECKON_CALL_STATE_FREE && g_strcmp0 (self->id, call) == 0;
}

static gboolean
is_own (BeckonCall *self, const char *user)
{
  return g_strcmp0 (beckon_signaling_service_get_user_id (self->signaling), user) == 0;
}

static void
on_ringing (BeckonSignalingService *service, const char *call, const char *user, BeckonCall *self)
{
  if (!is_ours (self, call) || self->state != BECKON_CALL_STATE_WAITING)
    return;
  beckon_call_set_progress (self, BECKON_CALL_PROGRESS_RINGING);
  beckon_call_make_offers (self);
}

static void
on_offline (BeckonSignalingService *service, const char *call, const char *user, BeckonCall *self)
{
  if (is_ours (self, call) && self->state == BECKON_CALL_STATE_WAITING &&
      self->progress == BECKON_CALL_PROGRESS_CALLING && self->members->len == 1)
    beckon_call_set_progress (self, BECKON_CALL_PROGRESS_OFFLINE);
}

static void
on_accepted (BeckonSignalingService *service, const char *call, const char *user,
             const char *device, const char *name, const char *data, BeckonCall *self)
{
  if (is_ours (self, call) && !is_own (self, user))
    beckon_call_member_joined (self, user, name, device, TRUE);
}

static void
on_members_added (BeckonSignalingService *service, const char *call, const char *by,
                  GPtrArray *users, BeckonCall *self)
{
  if (!is_ours (self, call))
    return;
  for (guint i = 0; i < users->len; i++)
    {
      const BeckonUser *user = g_ptr_array_index (users, i);

      if (!is_own (self, user->id))
        beckon_call_alert_member (self, user->id, user->name, BECKON_INVITATION_TIMEOUT_MAX, FALSE);
    }
}

/* Lets go of those of @users who have not answered. */
static void
let_go (BeckonCall *self, char **users, BeckonCallEnd reason)
{
  for (guint i = 0; users[i] != NULL; i++)
    {
      BeckonCallMember *member = beckon_call_find_member (self, users[i]);

      if (member != NULL && member->state == BECKON_MEMBER_ALERTED)
        beckon_call_member_gone (self, member, reason);
    }
}

static void
on_withdrawn (BeckonSignalingService *service, const char *call, char **users, BeckonCall *self)
{
  if (is_ours (self, call))
    let_go (self, users, BECKON_CALL_END_PEER_CANCELLED);
}

static void
on_rejected (BeckonSignalingService *service, const char *call, const char *user,
             BeckonRejectReason reason, const char *data, BeckonCall *self)
{
  BeckonCallMember *member = is_ours (self, call) ? beckon_call_find_member (self, user) : NULL;

  if (member == NULL)
    return;
  if (self->message == NULL && data != NULL)
    {
      self->message = beckon_text_to_line (data);
      g_object_notify (G_OBJECT (self), "message");
    }
  beckon_call_member_gone (self, member,
                           reason == BECKON_REJECT_BUSY ? BECKON_CALL_END_PEER_BUSY
                                                        : BECKON_CALL_END_PEER_DECLINED);
}

static void
on_unanswered (BeckonSignalingService *service, const char *call, char **users, BeckonCall *self)
{
  if (is_ours (self, call))
    let_go (self, users, BECKON_CALL_END_UNANSWERED);
}

static void
on_cancelled (BeckonSignalingService *service, const char *call, const char *by, const char *data,
              BeckonCall *self)
{
  if (is_ours (self, call))
    beckon_call_dispatch (self, BECKON_CALL_EVENT_CANCELLED, BECKON_CALL_END_PEER_CANCELLED, NULL);
}

static void
on_timeout (BeckonSignalingService *service, const char *call, BeckonCall *self)
{
  if (is_ours (self, call))
    beckon_call_dispatch (self, BECKON_CALL_EVENT_TIMED_OUT, BECKON_CALL_END_MISSED, NULL);
}

static void
on_answered_elsewhere (BeckonSignalingService *service, const char *call, const char *outcome,
                       const char *device, BeckonCall *self)
{
  /* While we wait or talk there is one thing that another device can do: take our place. */
  if (is_ours (self, call) &&
      (self->state == BECKON_CALL_STATE_INCOMING || g_str_equal (outcome, "moved")))
    beckon_call_taken_elsewhere (self, device, !g_str_equal (outcome, "rejected"));
}

static void
on_left (BeckonSignalingService *service, const char *call, const char *user,
         BeckonLeaveReason reason, BeckonCall *self)
{
  BeckonCallMember *member = is_ours (self, call) ? beckon_call_find_member (self, user) : NULL;

  if (member == NULL)
    return;
  beckon_call_member_gone (self, member,
                           reason == BECKON_LEAVE_HUNG_UP || reason == BECKON_LEAVE_QUIT
                               ? BECKON_CALL_END_PEER_HUNG_UP
                               : BECKON_CALL_END_CONNECTION_LOST);
}

/* The server's last word, for whatever no other event has ended before. */
static void
on_ended (BeckonSignalingService *service, const char *call, const char *reason, gint64 duration,
          BeckonCall *self)
{
  BeckonLeaveReason left;
  BeckonCallEnd end;

  if (!is_ours (self, call))
    return;
  if (self->state == BECKON_CALL_STATE_INCOMING)
    end = BECKON_CALL_END_PEER_CANCELLED;
  else if (self->state == BECKON_CALL_STATE_WAITING)
    end = BECKON_CALL_END_UNANSWERED;
  else if (beckon_leave_reason_from_string (reason, &left) &&
           (left == BECKON_LEAVE_LOST || left == BECKON_LEAVE_MEDIA_FAILED))
    end = BECKON_CALL_END_CONNECTION_LOST;
  else
    end = BECKON_CALL_END_PEER_HUNG_UP;
  beckon_call_dispatch (self, BECKON_CALL_EVENT_OVER, end, NULL);
}

static void
on_signal (BeckonSignalingService *service, const char *call, const char *user, const char *device,
           const BeckonPeerSignal *signal, BeckonCall *self)
{
  if (is_ours (self, call))
    beckon_call_media_signal (self, user, device, signal);
}

static void
on_session_started (BeckonSignalingService *service, gboolean resumed, GPtrArray *calls,
                    BeckonCall *self)
{
  /* In a resumed session what happened is told by events, in its order. */
  if (!resumed)
    beckon_call_reconcile (self, calls);
}

void
beckon_call_follow (BeckonCall *self)
{
  const struct
  {
    const char *name;
    GCallback callback;
  } handlers[] = {
    { "invitation-ringing", G_CALLBACK (on_ringing) },
    { "invitation-offline", G_CALLBACK (on_offline) },
    { "members-added", G_CALLBACK (on_members_added) },
    { "invitation-accepted", G_CALLBACK (on_accepted) },
    { "invitation-rejected", G_CALLBACK (on_rejected) },
    { "invitees-unanswered", G_CALLBACK (on_unanswered) },
    { "invitations-withdrawn", G_CALLBACK (on_withdrawn) },
    { "invitation-cancelled", G_CALLBACK (on_cancelled) },
    { "invitation-timeout", G_CALLBACK (on_timeout) },
    { "invitation-answered-elsewhere", G_CALLBACK (on_answered_elsewhere) },
    { "member-left", G_CALLBACK (on_left) },
    { "call-ended", G_CALLBACK (on_ended) },
    { "signal-received", G_CALLBACK (on_signal) },
    { "session-started", G_CALLBACK (on_session_started) },
  };

  for (guint i = 0; i < G_N_ELEMENTS (handlers); i++)
    g_signal_connect_object (self->signaling, handlers[i].name, handlers[i].callback, self, 0);
}
