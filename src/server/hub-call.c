/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The judge of calls. A participant goes
 *
 *   INVITING ──▶ RINGING ──▶ JOINED ──▶ LEFT
 *       └───────────┴──────▶ REJECTED | CANCELLED | TIMED_OUT
 *
 * in single steps, and the first step out of INVITING or RINGING wins; whoever comes later is told
 * what it was. The caller is JOINED from the start. A call is over when fewer than two are in it
 * and nobody rings; settle() looks after every step. */

#define G_LOG_DOMAIN "beckon-server"

#include "config.h"

#include "hub-private.h"

/* Signals that wait for a device which signs in while it rings. */
#define MAILBOX_MAX 64
#define MAILBOX_BYTES_MAX (256 * 1024)
/* How many calls that are over are remembered, so that who comes late learns how it ended. */
#define ENDED_MAX 10000

/* ---- looking ---- */

static gboolean
is_alerted (const HubParticipant *participant)
{
  return participant->state == HUB_INVITING || participant->state == HUB_RINGING;
}

static gboolean
is_live (const HubParticipant *participant)
{
  return is_alerted (participant) || participant->state == HUB_JOINED;
}

static HubParticipant *
caller_of (HubCall *call)
{
  return g_ptr_array_index (call->participants, 0);
}

static HubParticipant *
find_participant (HubCall *call, HubUser *user)
{
  for (guint i = 0; i < call->participants->len; i++)
    {
      HubParticipant *participant = g_ptr_array_index (call->participants, i);

      if (participant->user == user)
        return participant;
    }
  return NULL;
}

static const char *
outcome_word (const HubParticipant *participant)
{
  switch (participant->state)
    {
    case HUB_REJECTED:
      return "rejected";
    case HUB_CANCELLED:
      return "cancelled";
    case HUB_TIMED_OUT:
      return "timed-out";
    case HUB_LEFT:
      return "left";
    case HUB_JOINED:
      return "accepted";
    case HUB_INVITING:
    case HUB_RINGING:
    default:
      return "ringing";
    }
}

static gint64
duration_of (HubCall *call)
{
  return call->accepted_at > 0 ? (g_get_monotonic_time () - call->accepted_at) / 1000 : 0;
}

/* The call, but for @except, in which they are or which rings for them on a device; NULL: they are
 * free. */
static HubCall *
occupation_of (HubUser *user, HubCall *except)
{
  for (guint i = 0; i < user->calls->len; i++)
    {
      HubCall *call = g_ptr_array_index (user->calls, i);
      HubParticipant *participant = find_participant (call, user);

      if (call != except && (participant->state == HUB_JOINED ||
                             (is_alerted (participant) && user->sessions->len > 0)))
        return call;
    }
  return NULL;
}

gboolean
hub_user_is_in_call (HubUser *user)
{
  for (guint i = 0; i < user->calls->len; i++)
    if (find_participant (g_ptr_array_index (user->calls, i), user)->state == HUB_JOINED)
      return TRUE;
  return FALSE;
}

/* ---- events ---- */

static BeckonMessage *
new_call_event (BeckonMessageType type, HubCall *call)
{
  BeckonMessage *event = beckon_message_new_event (type);

  beckon_message_set_string (event, "call", call->id);
  return event;
}

static void
copy_data (BeckonMessage *event, BeckonMessage *request)
{
  if (beckon_message_has (request, "data"))
    beckon_message_set_string (event, "data", beckon_message_get_string (request, "data"));
}

/* To the device with which they are in the call, or to all that ring. */
static void
tell_participant (HubParticipant *participant, BeckonMessage *event)
{
  HubSession *session;

  if (participant->device == NULL)
    {
      hub_user_event (participant->user, event, NULL);
      return;
    }
  session = hub_user_find_session (participant->user, participant->device);
  if (session != NULL)
    hub_session_event (session, event);
}

static void
tell_members (HubCall *call, BeckonMessage *event, HubParticipant *except)
{
  for (guint i = 0; i < call->participants->len; i++)
    {
      HubParticipant *participant = g_ptr_array_index (call->participants, i);

      if (participant != except && participant->state == HUB_JOINED)
        tell_participant (participant, event);
    }
}

static JsonArray *
describe_participants (HubCall *call, gboolean joined_only)
{
  JsonArray *members = json_array_new ();

  for (guint i = 0; i < call->participants->len; i++)
    {
      HubParticipant *participant = g_ptr_array_index (call->participants, i);
      JsonObject *member;

      if (joined_only ? participant->state != HUB_JOINED : !is_live (participant))
        continue;
      member = json_object_new ();
      json_object_set_string_member (member, "id", participant->user->id);
      json_object_set_string_member (member, "name", participant->user->name);
      json_array_add_object_element (members, member);
    }
  return members;
}

static void
ring (HubSession *session, HubParticipant *participant)
{
  HubCall *call = participant->call;
  HubUser *caller = caller_of (call)->user;
  const gint64 left = (call->deadline - g_get_monotonic_time ()) / 1000;
  g_autoptr (BeckonMessage) event = new_call_event (BECKON_CALL_RECEIVED, call);
  JsonObject *from = json_object_new ();

  json_object_set_string_member (from, "id", caller->id);
  json_object_set_string_member (from, "name", caller->name);
  beckon_message_set_object (event, "from", from);
  beckon_message_set_array (event, "members", describe_participants (call, FALSE));
  beckon_message_set_string (event, "media", beckon_media_to_string (call->media));
  beckon_message_set_int (event, "timeout", call->timeout);
  beckon_message_set_int (event, "remaining_ms", MAX (left, 0));
  if (call->data != NULL)
    beckon_message_set_string (event, "data", call->data);
  hub_session_event (session, event);
  for (guint i = 0; i < participant->mailbox->len; i++)
    hub_session_event (session, g_ptr_array_index (participant->mailbox, i));
}

/* ---- the end ---- */

static void
remember_end (BeckonHub *self, HubCall *call, const char *reason)
{
  char *id = g_strdup (call->id);

  g_hash_table_insert (self->ended, id, g_strdup (reason));
  g_queue_push_tail (&self->ended_order, id);
  if (g_queue_get_length (&self->ended_order) > ENDED_MAX)
    g_hash_table_remove (self->ended, g_queue_pop_head (&self->ended_order));
}

static void
participant_free (HubParticipant *participant)
{
  BeckonHub *hub = participant->call->hub;

  g_clear_handle_id (&participant->grace_source, g_source_remove);
  g_ptr_array_remove (participant->user->calls, participant->call);
  hub_settle_user (hub, participant->user);
  g_ptr_array_unref (participant->mailbox);
  g_free (participant->device);
  g_free (participant);
}

void
hub_call_free (HubCall *call)
{
  g_clear_handle_id (&call->timeout_source, g_source_remove);
  g_ptr_array_unref (call->participants);
  g_free (call->id);
  g_free (call->data);
  g_free (call);
}

/* Everybody who is in it or whom it rings learns that it is over. */
static void
finish (HubCall *call, const char *reason)
{
  BeckonHub *self = call->hub;
  g_autoptr (BeckonMessage) event = new_call_event (BECKON_CALL_ENDED, call);

  beckon_message_set_string (event, "reason", reason);
  beckon_message_set_int (event, "duration_ms", duration_of (call));
  for (guint i = 0; i < call->participants->len; i++)
    {
      HubParticipant *participant = g_ptr_array_index (call->participants, i);

      if (is_live (participant))
        tell_participant (participant, event);
    }
  hub_history_write (call, duration_of (call));
  remember_end (self, call, reason);
  g_hash_table_remove (self->calls, call->id);
}

static void
cancel_participant (HubParticipant *participant, const char *data)
{
  g_autoptr (BeckonMessage) event = new_call_event (BECKON_CALL_CANCELLED, participant->call);

  participant->state = HUB_CANCELLED;
  beckon_message_set_string (event, "by", caller_of (participant->call)->user->id);
  if (data != NULL)
    beckon_message_set_string (event, "data", data);
  hub_user_event (participant->user, event, NULL);
}

/* After every step: is it over? @reason: why, if it is. Returns: FALSE: it is, and @call is gone. */
static gboolean
settle (HubCall *call, const char *reason)
{
  guint joined = 0, alerted = 0;

  for (guint i = 0; i < call->participants->len; i++)
    {
      HubParticipant *participant = g_ptr_array_index (call->participants, i);

      joined += participant->state == HUB_JOINED;
      alerted += is_alerted (participant);
    }
  if (joined == 0)
    for (guint i = 0; i < call->participants->len; i++)
      if (is_alerted (g_ptr_array_index (call->participants, i)))
        cancel_participant (g_ptr_array_index (call->participants, i), NULL);
  if (joined >= 2 || (joined == 1 && alerted > 0))
    {
      for (guint i = 0; i < call->participants->len; i++)
        hub_presence_update (call->hub,
                             ((HubParticipant *) g_ptr_array_index (call->participants, i))->user);
      return TRUE;
    }
  finish (call, reason);
  return FALSE;
}

/* ---- finding the call of a request ---- */

/* Returns: (nullable): their part in the call that @request names, or the request was refused. */
static HubParticipant *
require_participant (HubSession *session, BeckonMessage *request)
{
  BeckonHub *self = session->hub;
  const char *id = beckon_message_get_string (request, "call");
  HubCall *call = g_hash_table_lookup (self->calls, id);
  HubParticipant *participant = call != NULL ? find_participant (call, session->user) : NULL;
  const char *outcome = g_hash_table_lookup (self->ended, id);

  if (participant != NULL)
    return participant;
  if (call != NULL)
    hub_session_refuse (session, beckon_message_get_id (request), BECKON_PROTOCOL_ERROR_NOT_INVITED,
                        "You are not invited to that call");
  else if (outcome != NULL)
    {
      BeckonMessage *reply = beckon_message_new_error_reply (beckon_message_get_id (request),
                                                             BECKON_PROTOCOL_ERROR_CALL_OVER,
                                                             "The call is over");

      json_object_set_string_member (beckon_message_get_object (reply, "error"), "outcome", outcome);
      hub_session_send (session, reply);
    }
  else
    hub_session_refuse (session, beckon_message_get_id (request),
                        BECKON_PROTOCOL_ERROR_UNKNOWN_CALL, "There is no such call");
  return NULL;
}

/* Their part in it, on this device. */
static HubParticipant *
require_member (HubSession *session, BeckonMessage *request)
{
  HubParticipant *participant = require_participant (session, request);

  if (participant == NULL)
    return NULL;
  if (participant->state == HUB_JOINED && g_strcmp0 (participant->device, session->device) == 0)
    return participant;
  hub_session_refuse (session, beckon_message_get_id (request), BECKON_PROTOCOL_ERROR_NOT_IN_CALL,
                      "You are not in that call");
  return NULL;
}

/* An invitee who can still answer. Whoever comes too late is told what won. */
static HubParticipant *
require_alerted (HubSession *session, BeckonMessage *request)
{
  HubParticipant *participant = require_participant (session, request);
  const gboolean accepted = participant != NULL && participant->state == HUB_JOINED;
  BeckonMessage *reply;

  if (participant == NULL || is_alerted (participant))
    return participant;
  reply = beckon_message_new_error_reply (
      beckon_message_get_id (request),
      accepted ? BECKON_PROTOCOL_ERROR_ANSWERED_ELSEWHERE : BECKON_PROTOCOL_ERROR_CALL_OVER,
      accepted ? "It was answered on another device" : "The call is over");
  json_object_set_string_member (beckon_message_get_object (reply, "error"), "outcome",
                                 outcome_word (participant));
  if (accepted)
    json_object_set_string_member (beckon_message_get_object (reply, "error"), "device",
                                   participant->device);
  hub_session_send (session, reply);
  return NULL;
}

/* ---- invite ---- */

static HubParticipant *
add_participant (HubCall *call, HubUser *user, HubParticipantState state)
{
  HubParticipant *participant = g_new0 (HubParticipant, 1);

  participant->call = call;
  participant->user = user;
  participant->state = state;
  participant->mailbox = g_ptr_array_new_with_free_func ((GDestroyNotify) beckon_message_unref);
  g_ptr_array_add (call->participants, participant);
  g_ptr_array_add (user->calls, call);
  return participant;
}

static void
add_failure (JsonArray *failed, const char *user, BeckonProtocolError code)
{
  JsonObject *failure = json_object_new ();

  json_object_set_string_member (failure, "user", user);
  json_object_set_string_member (failure, "code", beckon_protocol_error_to_code (code));
  json_array_add_object_element (failed, failure);
}

static HubCall *
new_call (HubSession *session, BeckonMessage *request)
{
  HubCall *call = g_new0 (HubCall, 1);
  HubParticipant *caller;

  call->hub = session->hub;
  call->id = beckon_accounts_random_id ();
  beckon_media_from_string (beckon_message_get_string (request, "media"), &call->media);
  call->data = g_strdup (beckon_message_get_string (request, "data"));
  call->timeout = beckon_message_has (request, "timeout")
                      ? beckon_message_get_int (request, "timeout")
                      : session->hub->config->ring_seconds;
  call->deadline = g_get_monotonic_time () + call->timeout * G_USEC_PER_SEC;
  call->started = g_get_real_time () / 1000;
  call->participants = g_ptr_array_new_with_free_func ((GDestroyNotify) participant_free);
  caller = add_participant (call, session->user, HUB_JOINED);
  caller->device = g_strdup (session->device);
  caller->was_joined = TRUE;
  return call;
}

/* Everybody who can be invited becomes a participant, everybody else a line in @failed. */
static gboolean
add_invitees (HubCall *call, HubSession *session, BeckonMessage *request, JsonArray *failed,
              GError **error)
{
  BeckonHub *self = session->hub;
  g_auto (GStrv) ids = beckon_message_dup_strv (request, "invitees");

  for (guint i = 0; ids[i] != NULL; i++)
    {
      GError *failure = NULL;
      g_autoptr (BeckonStoredAccount) account = beckon_store_get_account (self->store, ids[i],
                                                                          &failure);
      HubUser *user;

      if (failure != NULL)
        {
          g_propagate_error (error, failure);
          return FALSE;
        }
      if (account == NULL || g_str_equal (ids[i], session->user->id))
        {
          add_failure (failed, ids[i],
                       account == NULL ? BECKON_PROTOCOL_ERROR_UNKNOWN_USER
                                       : BECKON_PROTOCOL_ERROR_BUSY_SELF);
          continue;
        }
      user = hub_get_user (self, account->user, account->name);
      if (find_participant (call, user) == NULL)
        add_participant (call, user, HUB_INVITING);
    }
  return TRUE;
}

static gboolean
on_timeout (gpointer user_data)
{
  HubCall *call = user_data;
  g_autoptr (GStrvBuilder) users = g_strv_builder_new ();
  g_autoptr (BeckonMessage) event = new_call_event (BECKON_CALL_TIMEOUT, call);
  g_autoptr (BeckonMessage) unanswered = new_call_event (BECKON_CALL_UNANSWERED, call);
  g_auto (GStrv) list = NULL;

  call->timeout_source = 0;
  for (guint i = 0; i < call->participants->len; i++)
    {
      HubParticipant *participant = g_ptr_array_index (call->participants, i);

      if (!is_alerted (participant))
        continue;
      participant->state = HUB_TIMED_OUT;
      hub_user_event (participant->user, event, NULL);
      g_strv_builder_add (users, participant->user->id);
    }
  list = g_strv_builder_end (users);
  if (list[0] == NULL)
    return G_SOURCE_REMOVE;
  beckon_message_set_strv (unanswered, "users", (const char *const *) list);
  if (caller_of (call)->state == HUB_JOINED)
    tell_participant (caller_of (call), unanswered);
  settle (call, "unanswered");
  return G_SOURCE_REMOVE;
}

/* The reply has gone out; now the invitees are rung, and the caller learns what is known already. */
static void
deliver (HubCall *call)
{
  for (guint i = 1; i < call->participants->len; i++)
    {
      HubParticipant *participant = g_ptr_array_index (call->participants, i);
      HubUser *user = participant->user;

      if (occupation_of (user, call) != NULL)
        {
          g_autoptr (BeckonMessage) event = new_call_event (BECKON_CALL_REJECTED, call);

          participant->state = HUB_REJECTED;
          participant->reason = BECKON_REJECT_BUSY;
          beckon_message_set_string (event, "user", user->id);
          beckon_message_set_string (event, "reason", "busy");
          tell_participant (caller_of (call), event);
        }
      else if (user->sessions->len == 0)
        {
          g_autoptr (BeckonMessage) event = new_call_event (BECKON_CALL_OFFLINE, call);

          beckon_message_set_string (event, "user", user->id);
          tell_participant (caller_of (call), event);
        }
      for (guint j = 0; participant->state == HUB_INVITING && j < user->sessions->len; j++)
        ring (g_ptr_array_index (user->sessions, j), participant);
    }
}

static void
reply_to_invite (HubSession *session, BeckonMessage *request, HubCall *call, JsonArray *failed)
{
  BeckonMessage *reply = beckon_message_new_reply (beckon_message_get_id (request));

  beckon_message_set_string (reply, "call", call->id);
  beckon_message_set_int (reply, "timeout", call->timeout);
  beckon_message_set_array (reply, "failed", json_array_ref (failed));
  beckon_message_set_array (reply, "members", describe_participants (call, FALSE));
  hub_session_send (session, reply);
}

static void
refuse_invite (HubSession *session, BeckonMessage *request, JsonArray *failed)
{
  BeckonMessage *reply = beckon_message_new_error_reply (beckon_message_get_id (request),
                                                         BECKON_PROTOCOL_ERROR_NO_INVITEE,
                                                         "Nobody of them can be invited");

  json_object_set_array_member (beckon_message_get_object (reply, "error"), "failed",
                                json_array_ref (failed));
  hub_session_send (session, reply);
}

static gboolean
may_invite (HubSession *session, BeckonMessage *request)
{
  guint wait;
  BeckonMessage *reply;

  if (occupation_of (session->user, NULL) != NULL)
    {
      hub_session_refuse (session, beckon_message_get_id (request),
                          BECKON_PROTOCOL_ERROR_BUSY_SELF, "You are in a call already");
      return FALSE;
    }
  wait = beckon_rate_limiter_take (session->hub->invitations, session->user->id);
  if (wait == 0)
    return TRUE;
  reply = beckon_message_new_error_reply (beckon_message_get_id (request),
                                          BECKON_PROTOCOL_ERROR_RATE_LIMITED,
                                          "Too many calls in a short time");
  json_object_set_int_member (beckon_message_get_object (reply, "error"), "retry_after", wait);
  hub_session_send (session, reply);
  return FALSE;
}

void
hub_call_invite (HubSession *session, BeckonMessage *request)
{
  BeckonHub *self = session->hub;
  g_autoptr (JsonArray) failed = json_array_new ();
  g_autoptr (GError) error = NULL;
  HubCall *call;

  if (!may_invite (session, request))
    return;
  call = new_call (session, request);
  if (!add_invitees (call, session, request, failed, &error))
    {
      g_warning ("An invite of %s: %s", session->user->id, error->message);
      hub_session_refuse (session, beckon_message_get_id (request), BECKON_PROTOCOL_ERROR_INTERNAL,
                          "The server has a problem; try again later");
      hub_call_free (call);
      return;
    }
  if (call->participants->len < 2)
    {
      refuse_invite (session, request, failed);
      hub_call_free (call);
      return;
    }
  g_hash_table_insert (self->calls, call->id, call);
  call->timeout_source = g_timeout_add_seconds (call->timeout, on_timeout, call);
  reply_to_invite (session, request, call, failed);
  deliver (call);
  settle (call, "busy");
}

void
hub_call_delivered (HubSession *session, const char *id)
{
  HubCall *call = g_hash_table_lookup (session->hub->calls, id);
  HubParticipant *participant = call != NULL && session->user != NULL
                                    ? find_participant (call, session->user)
                                    : NULL;
  g_autoptr (BeckonMessage) event = NULL;

  if (participant == NULL || participant->state != HUB_INVITING)
    return;
  participant->state = HUB_RINGING;
  event = new_call_event (BECKON_CALL_RINGING, call);
  beckon_message_set_string (event, "user", participant->user->id);
  if (caller_of (call)->state == HUB_JOINED)
    tell_participant (caller_of (call), event);
}

/* ---- cancel, accept, reject, leave, end ---- */

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

      if (user == NULL || find_participant (call, user) == NULL)
        add_failure (failed, names[i], BECKON_PROTOCOL_ERROR_NOT_INVITED);
    }
}

void
hub_call_cancel (HubSession *session, BeckonMessage *request)
{
  HubParticipant *caller = require_member (session, request);
  g_auto (GStrv) names = beckon_message_dup_strv (request, "invitees");
  g_autoptr (JsonArray) failed = json_array_new ();
  guint cancelled = 0, accepted = 0;
  BeckonMessage *reply;
  HubCall *call;

  if (caller == NULL)
    return;
  call = caller->call;
  if (caller != caller_of (call))
    {
      hub_session_refuse (session, beckon_message_get_id (request),
                          BECKON_PROTOCOL_ERROR_NOT_IN_CALL, "Only the caller can cancel");
      return;
    }
  for (guint i = 1; i < call->participants->len; i++)
    {
      HubParticipant *participant = g_ptr_array_index (call->participants, i);

      if (!is_named (names, participant->user->id))
        continue;
      if (is_alerted (participant))
        {
          cancel_participant (participant, beckon_message_get_string (request, "data"));
          cancelled++;
        }
      else if (participant->state == HUB_JOINED)
        {
          add_failure (failed, participant->user->id, BECKON_PROTOCOL_ERROR_ALREADY_ACCEPTED);
          accepted++;
        }
    }
  if (cancelled == 0 && accepted > 0)
    {
      hub_session_refuse (session, beckon_message_get_id (request),
                          BECKON_PROTOCOL_ERROR_ALREADY_ACCEPTED, "The call was accepted");
      return;
    }
  name_strangers (call, names, failed);
  reply = beckon_message_new_reply (beckon_message_get_id (request));
  beckon_message_set_array (reply, "failed", json_array_ref (failed));
  hub_session_send (session, reply);
  settle (call, "cancelled");
}

static void
tell_other_devices (HubSession *session, HubCall *call, const char *outcome)
{
  g_autoptr (BeckonMessage) event = new_call_event (BECKON_CALL_ANSWERED_ELSEWHERE, call);

  beckon_message_set_string (event, "outcome", outcome);
  beckon_message_set_string (event, "device", session->device_name);
  hub_user_event (session->user, event, session);
}

void
hub_call_accept (HubSession *session, BeckonMessage *request)
{
  HubParticipant *participant = require_alerted (session, request);
  g_autoptr (BeckonMessage) event = NULL;
  BeckonMessage *reply;
  HubCall *call;

  if (participant == NULL)
    return;
  if (hub_user_is_in_call (session->user))
    {
      hub_session_refuse (session, beckon_message_get_id (request),
                          BECKON_PROTOCOL_ERROR_BUSY_SELF, "You are in a call already");
      return;
    }
  call = participant->call;
  participant->state = HUB_JOINED;
  participant->was_joined = TRUE;
  participant->device = g_strdup (session->device);
  if (call->accepted_at == 0)
    call->accepted_at = g_get_monotonic_time ();

  reply = beckon_message_new_reply (beckon_message_get_id (request));
  beckon_message_set_array (reply, "members", describe_participants (call, TRUE));
  hub_session_send (session, reply);
  event = new_call_event (BECKON_CALL_ACCEPTED, call);
  beckon_message_set_string (event, "user", session->user->id);
  beckon_message_set_string (event, "device", session->device);
  copy_data (event, request);
  tell_members (call, event, participant);
  tell_other_devices (session, call, "accepted");
  settle (call, "left");
}

void
hub_call_reject (HubSession *session, BeckonMessage *request)
{
  HubParticipant *participant = require_alerted (session, request);
  g_autoptr (BeckonMessage) event = NULL;
  HubCall *call;

  if (participant == NULL)
    return;
  call = participant->call;
  participant->state = HUB_REJECTED;
  beckon_reject_reason_from_string (beckon_message_get_string (request, "reason"),
                                    &participant->reason);
  hub_reply_ok (session, request);
  event = new_call_event (BECKON_CALL_REJECTED, call);
  beckon_message_set_string (event, "user", session->user->id);
  beckon_message_set_string (event, "device", session->device);
  beckon_message_set_string (event, "reason", beckon_message_get_string (request, "reason"));
  copy_data (event, request);
  tell_members (call, event, participant);
  tell_other_devices (session, call, "rejected");
  settle (call, "rejected");
}

static void
leave (HubParticipant *participant, BeckonLeaveReason reason)
{
  HubCall *call = participant->call;
  const char *word = beckon_leave_reason_to_string (reason);
  g_autoptr (BeckonMessage) event = new_call_event (BECKON_CALL_LEFT, call);

  participant->state = HUB_LEFT;
  g_clear_handle_id (&participant->grace_source, g_source_remove);
  beckon_message_set_string (event, "user", participant->user->id);
  beckon_message_set_string (event, "reason", word);
  tell_members (call, event, participant);
  settle (call, word);
}

static void
reply_duration (HubSession *session, BeckonMessage *request, HubCall *call)
{
  BeckonMessage *reply = beckon_message_new_reply (beckon_message_get_id (request));

  beckon_message_set_int (reply, "duration", duration_of (call));
  hub_session_send (session, reply);
}

void
hub_call_leave (HubSession *session, BeckonMessage *request)
{
  HubParticipant *participant = require_member (session, request);
  BeckonLeaveReason reason = BECKON_LEAVE_HUNG_UP;

  if (participant == NULL)
    return;
  beckon_leave_reason_from_string (beckon_message_get_string (request, "reason"), &reason);
  reply_duration (session, request, participant->call);
  leave (participant, reason);
}

void
hub_call_end_for_all (HubSession *session, BeckonMessage *request)
{
  HubParticipant *participant = require_member (session, request);

  if (participant == NULL)
    return;
  if (participant != caller_of (participant->call))
    {
      hub_session_refuse (session, beckon_message_get_id (request),
                          BECKON_PROTOCOL_ERROR_NOT_IN_CALL, "Only the caller can end it for all");
      return;
    }
  reply_duration (session, request, participant->call);
  finish (participant->call, "hung-up");
}

/* ---- signals ---- */

/* Members with each other; the caller with those who are being rung, and back. Never further. */
static gboolean
may_signal (HubCall *call, HubParticipant *from, HubParticipant *to)
{
  HubParticipant *caller = caller_of (call);

  if (to == NULL || to == from || !is_live (from) || !is_live (to))
    return FALSE;
  return (from->state == HUB_JOINED && to->state == HUB_JOINED) ||
         (from == caller && is_alerted (to)) || (to == caller && is_alerted (from));
}

/* What the caller says to everybody who rings is also for a device that comes later. */
static void
keep_in_mailbox (HubParticipant *to, BeckonMessage *event)
{
  gsize length;
  g_autofree char *text = beckon_message_to_string (event, &length);

  if (to->mailbox->len >= MAILBOX_MAX || to->mailbox_bytes + length > MAILBOX_BYTES_MAX)
    return;
  to->mailbox_bytes += length;
  g_ptr_array_add (to->mailbox, beckon_message_ref (event));
}

static gboolean
forward (HubParticipant *to, const char *device, BeckonMessage *event)
{
  gboolean reached = FALSE;

  for (guint i = 0; i < to->user->sessions->len; i++)
    {
      HubSession *session = g_ptr_array_index (to->user->sessions, i);

      if ((device != NULL && g_strcmp0 (session->device, device) != 0) ||
          (to->device != NULL && g_strcmp0 (session->device, to->device) != 0))
        continue;
      hub_session_event (session, event);
      reached = TRUE;
    }
  return reached;
}

void
hub_call_signal (HubSession *session, BeckonMessage *request)
{
  HubParticipant *from = require_participant (session, request);
  JsonObject *target = beckon_message_get_object (request, "to");
  const char *device = json_object_get_string_member_with_default (target, "device", NULL);
  g_autoptr (BeckonMessage) event = NULL;
  HubUser *user;
  HubParticipant *to;
  JsonObject *source;
  gboolean reached;

  if (from == NULL)
    return;
  user = hub_find_user (session->hub, json_object_get_string_member (target, "user"));
  to = user != NULL ? find_participant (from->call, user) : NULL;
  if (!may_signal (from->call, from, to) ||
      (from->device != NULL && g_strcmp0 (from->device, session->device) != 0))
    {
      hub_session_refuse (session, beckon_message_get_id (request),
                          BECKON_PROTOCOL_ERROR_NOT_IN_CALL, "They are not in that call");
      return;
    }
  source = json_object_new ();
  json_object_set_string_member (source, "user", session->user->id);
  json_object_set_string_member (source, "device", session->device);
  event = new_call_event (BECKON_SIGNAL_RECEIVED, from->call);
  beckon_message_set_object (event, "from", source);
  beckon_message_set_object (event, "payload",
                             json_object_ref (beckon_message_get_object (request, "payload")));
  reached = forward (to, device, event);
  if (is_alerted (to) && device == NULL)
    {
      keep_in_mailbox (to, event);
      reached = TRUE;
    }
  if (reached)
    hub_reply_ok (session, request);
  else
    hub_session_refuse (session, beckon_message_get_id (request),
                        BECKON_PROTOCOL_ERROR_UNREACHABLE, "They have no connection now");
}

/* ---- devices that come and go ---- */

void
hub_call_session_started (HubSession *session)
{
  HubUser *user = session->user;

  for (guint i = 0; i < user->calls->len; i++)
    {
      HubParticipant *participant = find_participant (g_ptr_array_index (user->calls, i), user);

      if (is_alerted (participant))
        ring (session, participant);
      else if (g_strcmp0 (participant->device, session->device) == 0)
        g_clear_handle_id (&participant->grace_source, g_source_remove);
    }
}

static gboolean
on_grace_over (gpointer user_data)
{
  HubParticipant *participant = user_data;

  participant->grace_source = 0;
  leave (participant, BECKON_LEAVE_LOST);
  return G_SOURCE_REMOVE;
}

/* They said goodbye with nothing left that rings: that is an answer. */
static void
reject_unavailable (HubParticipant *participant)
{
  HubCall *call = participant->call;
  g_autoptr (BeckonMessage) event = new_call_event (BECKON_CALL_REJECTED, call);

  participant->state = HUB_REJECTED;
  participant->reason = BECKON_REJECT_UNAVAILABLE;
  beckon_message_set_string (event, "user", participant->user->id);
  beckon_message_set_string (event, "reason", "unavailable");
  tell_members (call, event, participant);
  settle (call, "rejected");
}

void
hub_call_device_gone (BeckonHub *self, HubUser *user, const char *device, gboolean bye)
{
  g_autoptr (GPtrArray) calls = g_ptr_array_copy (user->calls, NULL, NULL);

  for (guint i = 0; i < calls->len; i++)
    {
      HubCall *call = g_ptr_array_index (calls, i);
      HubParticipant *participant = find_participant (call, user);
      const guint grace = call->accepted_at == 0 ? self->config->caller_grace
                                                 : self->config->member_grace;

      if (participant->state == HUB_JOINED && g_strcmp0 (participant->device, device) == 0)
        {
          if (bye)
            leave (participant, BECKON_LEAVE_QUIT);
          else if (participant->grace_source == 0)
            participant->grace_source = g_timeout_add_seconds (grace, on_grace_over, participant);
        }
      else if (bye && is_alerted (participant) && user->sessions->len == 0)
        reject_unavailable (participant);
    }
}

JsonArray *
hub_call_snapshot (HubUser *user)
{
  JsonArray *calls = json_array_new ();

  for (guint i = 0; i < user->calls->len; i++)
    {
      HubCall *call = g_ptr_array_index (user->calls, i);
      HubParticipant *participant = find_participant (call, user);
      JsonObject *object;

      if (!is_live (participant))
        continue;
      object = json_object_new ();
      json_object_set_string_member (object, "call", call->id);
      json_object_set_string_member (object, "state", outcome_word (participant));
      json_object_set_string_member (object, "media", beckon_media_to_string (call->media));
      json_object_set_array_member (object, "members", describe_participants (call, FALSE));
      json_array_add_object_element (calls, object);
    }
  return calls;
}
