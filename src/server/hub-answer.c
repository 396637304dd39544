/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What becomes of an invitation, and who is in the call: cancel, accept, reject, join, leave, end. */

#define G_LOG_DOMAIN "beckon-server"

#include "config.h"

#include "hub-private.h"

static void
copy_data (BeckonMessage *event, BeckonMessage *request)
{
  if (beckon_message_has (request, "data"))
    beckon_message_set_string (event, "data", beckon_message_get_string (request, "data"));
}

/* @session: on which it happened */
static void
tell_elsewhere (HubSession *session, HubSession *to, HubCall *call, const char *outcome)
{
  g_autoptr (BeckonMessage) event = NULL;

  if (to == NULL && session->user->sessions->next_of_user == NULL)
    return; /* there is no other device */
  event = hub_call_event (BECKON_CALL_ANSWERED_ELSEWHERE, call);
  beckon_message_set_string (event, "outcome", outcome);
  beckon_message_set_string (event, "device", session->device_name);
  if (to != NULL)
    hub_session_event (to, event);
  else
    hub_user_event (session->user, event, session);
}

/* ---- cancel ---- */

static gboolean
is_named (char **names, const char *id)
{
  return names == NULL || g_strv_contains ((const char *const *) names, id);
}

static void
name_strangers (HubCall *call, char **names, JsonArray *failed)
{
  for (guint i = 0; names != NULL && names[i] != NULL; i++)
    {
      HubUser *user = hub_find_user (call->hub, names[i]);

      if (user == NULL || hub_call_find_participant (call, user) == NULL)
        hub_add_failure (failed, names[i], BECKON_PROTOCOL_ERROR_NOT_INVITED);
    }
}

/* The caller may withdraw every invitation, a member those that are their own. */
static gboolean
may_cancel (HubParticipant *by, HubParticipant *participant)
{
  HubCall *call = by->call;

  return by == hub_call_get_caller (call) ||
         g_ptr_array_index (call->participants, participant->inviter) == by;
}

static gboolean
has_invited (HubParticipant *by)
{
  HubCall *call = by->call;
  gboolean invited = by == hub_call_get_caller (call);

  for (guint i = 1; i < call->participants->len && !invited; i++)
    invited = may_cancel (by, g_ptr_array_index (call->participants, i));
  return invited;
}

typedef struct
{
  JsonArray *failed;
  GPtrArray *users; /* char *, borrowed, NULL at the end: who was cancelled */
  guint accepted;
} Cancel;

static void
cancel_all (HubParticipant *by, char **names, const char *data, Cancel *cancel)
{
  HubCall *call = by->call;

  for (guint i = 1; i < call->participants->len; i++)
    {
      HubParticipant *participant = g_ptr_array_index (call->participants, i);

      if (participant == by || !is_named (names, participant->user->id))
        continue;
      if (participant->state == HUB_JOINED)
        {
          hub_add_failure (cancel->failed, participant->user->id,
                       BECKON_PROTOCOL_ERROR_ALREADY_ACCEPTED);
          cancel->accepted++;
        }
      else if (hub_participant_is_alerted (participant) && may_cancel (by, participant))
        {
          hub_participant_cancel (participant, by, data);
          g_ptr_array_add (cancel->users, participant->user->id);
        }
    }
}

static void
tell_withdrawn (HubParticipant *by, GPtrArray *users)
{
  g_autoptr (BeckonMessage) event = hub_call_event (BECKON_CALL_WITHDRAWN, by->call);

  g_ptr_array_add (users, NULL);
  beckon_message_set_strv (event, "users", (const char *const *) users->pdata);
  hub_call_tell_members (by->call, event, by);
}

void
hub_call_cancel (HubSession *session, BeckonMessage *request)
{
  HubParticipant *by = hub_require_member (session, request);
  g_auto (GStrv) names = beckon_message_dup_strv (request, "invitees");
  g_autoptr (JsonArray) failed = json_array_new ();
  g_autoptr (GPtrArray) users = g_ptr_array_new ();
  Cancel cancel = { failed, users, 0 };
  BeckonMessage *reply;

  if (by == NULL)
    return;
  if (!has_invited (by))
    {
      hub_session_refuse (session, request, BECKON_PROTOCOL_ERROR_NOT_IN_CALL,
                          "Only who invited can cancel");
      return;
    }
  cancel_all (by, names, beckon_message_get_string (request, "data"), &cancel);
  if (users->len == 0 && cancel.accepted > 0)
    {
      hub_session_refuse (session, request, BECKON_PROTOCOL_ERROR_ALREADY_ACCEPTED,
                          "The call was accepted");
      return;
    }
  name_strangers (by->call, names, failed);
  reply = beckon_message_new_reply (beckon_message_get_id (request));
  beckon_message_set_array (reply, "failed", json_array_ref (failed));
  hub_session_reply (session, request, reply);
  if (users->len > 0)
    tell_withdrawn (by, users);
  hub_call_settle (by->call, "cancelled");
}

/* ---- accept and reject ---- */

/* Who could not be named before is so now. */
static BeckonMessage *
new_accepted (HubCall *call, HubSession *session)
{
  BeckonMessage *event = hub_call_event (BECKON_CALL_ACCEPTED, call);

  beckon_message_set_string (event, "user", session->user->id);
  beckon_message_set_string (event, "device", session->device);
  if (call->hub->config->directory_closed)
    beckon_message_set_string (event, "name", session->user->name);
  return event;
}

void
hub_call_accept_with (HubParticipant *participant, HubSession *session, BeckonMessage *request)
{
  HubCall *call = participant->call;
  g_autoptr (BeckonMessage) event = new_accepted (call, session);

  hub_participant_join (participant, session);
  copy_data (event, request);
  hub_call_tell_members (call, event, participant);
  tell_elsewhere (session, NULL, call, "accepted");
  hub_presence_update (call->hub, session->user);
}

void
hub_call_accept (HubSession *session, BeckonMessage *request)
{
  HubParticipant *participant = hub_require_alerted (session, request);
  BeckonMessage *reply;

  if (participant == NULL)
    return;
  if (hub_user_is_in_call (session->user))
    {
      hub_session_refuse (session, request, BECKON_PROTOCOL_ERROR_BUSY_SELF,
                          "You are in a call already");
      return;
    }
  hub_call_accept_with (participant, session, request);
  reply = beckon_message_new_reply (beckon_message_get_id (request));
  hub_call_write_people (beckon_message_write (reply, "members"), participant->call, session->user,
                         TRUE);
  hub_session_reply (session, request, reply);
  hub_call_settle (participant->call, "left");
}

void
hub_call_reject (HubSession *session, BeckonMessage *request)
{
  HubParticipant *participant = hub_require_alerted (session, request);
  g_autoptr (BeckonMessage) event = NULL;
  HubCall *call;

  if (participant == NULL)
    return;
  call = participant->call;
  hub_participant_set (participant, HUB_REJECTED);
  beckon_reject_reason_from_string (beckon_message_get_string (request, "reason"),
                                    &participant->reason);
  hub_session_reply_ok (session, request);
  event = hub_call_event (BECKON_CALL_REJECTED, call);
  beckon_message_set_string (event, "user", session->user->id);
  beckon_message_set_string (event, "device", session->device);
  beckon_message_set_string (event, "reason", beckon_message_get_string (request, "reason"));
  copy_data (event, request);
  hub_call_tell_members (call, event, participant);
  tell_elsewhere (session, NULL, call, "rejected");
  hub_call_settle (call, "rejected");
}

/* ---- join ---- */

static gboolean
is_full (HubCall *call)
{
  guint live = 0;

  for (guint i = 0; i < call->participants->len; i++)
    live += hub_participant_is_live (g_ptr_array_index (call->participants, i));
  return live > BECKON_INVITEES_MAX;
}

static gboolean
may_join (HubSession *session, BeckonMessage *request, HubParticipant *participant)
{
  HubCall *other = hub_call_occupation (session->user, participant->call);

  if (participant->joined_at == 0 ||
      (participant->state != HUB_JOINED && participant->state != HUB_LEFT))
    {
      hub_session_refuse (session, request, BECKON_PROTOCOL_ERROR_NOT_IN_CALL,
                          "You were not in that call");
      return FALSE;
    }
  if (participant->state == HUB_LEFT && is_full (participant->call))
    {
      hub_session_refuse (session, request, BECKON_PROTOCOL_ERROR_TOO_MANY_INVITEES,
                          "A call has at most 10 people");
      return FALSE;
    }
  if (other != NULL && hub_call_find_participant (other, session->user)->state == HUB_JOINED)
    {
      hub_session_refuse (session, request, BECKON_PROTOCOL_ERROR_BUSY_SELF,
                          "You are in another call");
      return FALSE;
    }
  return TRUE;
}

void
hub_call_join (HubSession *session, BeckonMessage *request)
{
  HubParticipant *participant = hub_require_participant (session, request);
  g_autoptr (BeckonMessage) event = NULL;
  HubSession *before = NULL;
  BeckonMessage *reply;
  HubCall *call;

  if (participant == NULL || !may_join (session, request, participant))
    return;
  call = participant->call;
  if (participant->state == HUB_JOINED && !g_str_equal (participant->device, session->device))
    before = hub_user_find_session (session->user, participant->device);
  hub_participant_join (participant, session);
  reply = beckon_message_new_reply (beckon_message_get_id (request));
  hub_call_write_people (beckon_message_write (reply, "members"), call, session->user, TRUE);
  beckon_message_set_string (reply, "media", beckon_media_to_string (call->media));
  beckon_message_set_int (reply, "duration", hub_call_duration (call));
  hub_session_reply (session, request, reply);
  event = new_accepted (call, session);
  hub_call_tell_members (call, event, participant);
  if (before != NULL)
    tell_elsewhere (session, before, call, "moved");
  hub_call_settle (call, "left");
}

/* ---- leave and end ---- */

static void
reply_duration (HubSession *session, BeckonMessage *request, HubCall *call)
{
  BeckonMessage *reply = beckon_message_new_reply (beckon_message_get_id (request));

  beckon_message_set_int (reply, "duration", hub_call_duration (call));
  hub_session_reply (session, request, reply);
}

void
hub_call_leave (HubSession *session, BeckonMessage *request)
{
  HubParticipant *participant = hub_require_member (session, request);
  BeckonLeaveReason reason = BECKON_LEAVE_HUNG_UP;

  if (participant == NULL)
    return;
  beckon_leave_reason_from_string (beckon_message_get_string (request, "reason"), &reason);
  reply_duration (session, request, participant->call);
  hub_participant_leave (participant, reason, session);
}

void
hub_call_end_for_all (HubSession *session, BeckonMessage *request)
{
  HubParticipant *participant = hub_require_member (session, request);

  if (participant == NULL)
    return;
  if (participant != hub_call_get_caller (participant->call))
    {
      hub_session_refuse (session, request, BECKON_PROTOCOL_ERROR_NOT_IN_CALL,
                          "Only the caller can end it for all");
      return;
    }
  reply_duration (session, request, participant->call);
  hub_call_finish (participant->call, "hung-up");
}
