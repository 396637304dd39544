/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Who is invited: call.invite and call.add. */

#define G_LOG_DOMAIN "beckon-server"

#include "config.h"

#include "hub-private.h"

/* People that a call may have had part in it, over its whole life. */
#define PARTICIPANTS_MAX 64

static gboolean
may_invite (HubSession *session, BeckonMessage *request)
{
  BeckonHub *self = session->hub;
  const guint wait = beckon_rate_limiter_take (self->invitations, session->user->id);
  BeckonMessage *reply;

  if (wait == 0)
    return TRUE;
  hub_count_rate_limited (self, "invitations");
  reply = beckon_message_new_error_reply (beckon_message_get_id (request),
                                          BECKON_PROTOCOL_ERROR_RATE_LIMITED,
                                          "Too many calls in a short time");
  json_object_set_int_member (beckon_message_get_object (reply, "error"), "retry_after", wait);
  hub_session_reply (session, request, reply);
  return FALSE;
}

/* Somebody new, or again somebody whose part in the call is over. */
static void
invite_user (HubCall *call, HubUser *user, HubParticipant *by, guint timeout, const char *data,
             gboolean unreachable)
{
  HubParticipant *participant = hub_call_find_participant (call, user);

  if (participant == NULL)
    participant = hub_call_add_participant (call, user, HUB_INVITING);
  else if (!hub_participant_is_live (participant))
    hub_participant_set (participant, HUB_INVITING);
  else
    return;
  g_free (participant->data);
  participant->data = g_strdup (data);
  participant->timeout = timeout;
  participant->unreachable = unreachable;
  if (by != NULL)
    g_ptr_array_find (call->participants, by, &participant->inviter);
}

/* @account: (nullable): of somebody without a session */
static void
invite_id (HubCall *call, const char *id, BeckonStoredAccount *account, HubSession *session,
           HubParticipant *by, guint timeout, const char *data, JsonArray *failed)
{
  BeckonHub *self = session->hub;
  HubUser *user = hub_find_user (self, id);
  const gboolean exists = account != NULL || (user != NULL && user->sessions != NULL);

  if (user == session->user)
    {
      hub_add_failure (failed, id, BECKON_PROTOCOL_ERROR_BUSY_SELF);
      return;
    }
  if (!exists && !self->config->directory_closed)
    {
      hub_add_failure (failed, id, BECKON_PROTOCOL_ERROR_UNKNOWN_USER);
      return;
    }
  if (user == NULL)
    user = hub_get_user (self, id, account != NULL ? account->name : id);
  invite_user (call, user, by, timeout, data,
               !exists || hub_user_is_blocked (self, session->user, id));
}

static void
free_account (gpointer account)
{
  if (account != NULL)
    beckon_stored_account_free (account);
}

/* Those that somebody without a session has; NULL for the others. Returns: (nullable): the database failed. */
static GPtrArray *
find_accounts (BeckonHub *self, char **ids, GError **error)
{
  g_autoptr (GPtrArray) accounts = g_ptr_array_new_with_free_func (free_account);

  for (guint i = 0; ids[i] != NULL; i++)
    {
      HubUser *user = hub_find_user (self, ids[i]);
      GError *failure = NULL;

      g_ptr_array_add (accounts, user == NULL || user->sessions == NULL
                                     ? beckon_store_get_account (self->store, ids[i], &failure)
                                     : NULL);
      if (failure != NULL)
        {
          g_propagate_error (error, failure);
          return NULL;
        }
    }
  return g_steal_pointer (&accounts);
}

/* Everybody who can be invited becomes a participant, everybody else a line in @failed; or, if the database fails,
 * nobody. */
static gboolean
invite_all (HubCall *call, HubSession *session, BeckonMessage *request, HubParticipant *by,
            guint timeout, JsonArray *failed, GError **error)
{
  g_auto (GStrv) ids = beckon_message_dup_strv (request, "invitees");
  const char *data = by != NULL ? beckon_message_get_string (request, "data") : NULL;
  g_autoptr (GPtrArray) accounts = find_accounts (session->hub, ids, error);

  if (accounts == NULL)
    return FALSE;
  for (guint i = 0; ids[i] != NULL; i++)
    invite_id (call, ids[i], g_ptr_array_index (accounts, i), session, by, timeout, data, failed);
  return TRUE;
}

static guint
timeout_of (HubSession *session, BeckonMessage *request)
{
  return beckon_message_has (request, "timeout") ? beckon_message_get_int (request, "timeout")
                                                 : session->hub->config->ring_seconds;
}

static BeckonMessage *
new_invite_reply (HubSession *session, BeckonMessage *request, HubCall *call, guint timeout,
                  JsonArray *failed)
{
  BeckonMessage *reply = beckon_message_new_reply (beckon_message_get_id (request));

  beckon_message_set_string (reply, "call", call->id);
  beckon_message_set_int (reply, "timeout", timeout);
  beckon_message_set_array (reply, "failed", json_array_ref (failed));
  hub_call_write_people (beckon_message_write (reply, "members"), call, session->user, FALSE);
  return reply;
}

static void
refuse_nobody (HubSession *session, BeckonMessage *request, JsonArray *failed)
{
  BeckonMessage *reply = beckon_message_new_error_reply (beckon_message_get_id (request),
                                                         BECKON_PROTOCOL_ERROR_NO_INVITEE,
                                                         "Nobody of them can be invited");

  json_object_set_array_member (beckon_message_get_object (reply, "error"), "failed",
                                json_array_ref (failed));
  hub_session_reply (session, request, reply);
}

/* ---- call.invite ---- */

/* Glare: the one whom @request invites is calling just us, now. */
static HubParticipant *
find_glare (HubSession *session, BeckonMessage *request)
{
  g_auto (GStrv) ids = beckon_message_dup_strv (request, "invitees");

  for (guint i = 1; ids[i] != NULL; i++)
    if (!g_str_equal (ids[i], ids[0]))
      return NULL;
  for (HubParticipant *p = session->user->participants; p != NULL; p = p->next_of_user)
    {
      HubParticipant *caller = hub_call_get_caller (p->call);

      if (hub_participant_is_alerted (p) && !p->unreachable && p->call->participants->len == 2 &&
          caller->state == HUB_JOINED && g_str_equal (caller->user->id, ids[0]))
        return p;
    }
  return NULL;
}

static void
merge (HubSession *session, BeckonMessage *request, HubParticipant *participant)
{
  HubCall *call = participant->call;
  g_autoptr (JsonArray) failed = json_array_new ();
  BeckonMessage *reply;

  hub_call_accept_with (participant, session, request);
  reply = new_invite_reply (session, request, call, participant->timeout, failed);
  beckon_message_set_boolean (reply, "merged", TRUE);
  beckon_message_set_string (reply, "media", beckon_media_to_string (call->media));
  hub_session_reply (session, request, reply);
  hub_call_settle (call, "left");
}

static void
tell_created (HubCall *call, HubSession *session)
{
  g_autoptr (BeckonMessage) event = NULL;

  if (session->user->sessions->next_of_user == NULL)
    return; /* there is no other device */
  event = beckon_message_new_event_from (BECKON_CALL_CREATED,
                                         hub_call_describe (call, session->user));
  hub_user_event (session->user, event, session);
}

static HubCall *
new_call (HubSession *session, BeckonMessage *request)
{
  BeckonMedia media = BECKON_MEDIA_VOICE;
  g_autofree char *id = session->hub->new_id ();
  HubCall *call;
  HubParticipant *caller;

  beckon_media_from_string (beckon_message_get_string (request, "media"), &media);
  call = hub_call_new (session->hub, id, media, beckon_message_get_string (request, "data"));
  caller = hub_call_add_participant (call, session->user, HUB_JOINED);
  hub_participant_join (caller, session);
  return call;
}

void
hub_call_invite (HubSession *session, BeckonMessage *request)
{
  BeckonHub *self = session->hub;
  const guint timeout = timeout_of (session, request);
  g_autoptr (JsonArray) failed = json_array_new ();
  g_autoptr (GError) error = NULL;
  HubParticipant *glare = NULL;
  HubCall *call;

  if (!hub_user_is_in_call (session->user))
    glare = find_glare (session, request);
  if (glare != NULL)
    {
      merge (session, request, glare);
      return;
    }
  if (hub_call_occupation (session->user, NULL) != NULL)
    {
      hub_session_refuse (session, request, BECKON_PROTOCOL_ERROR_BUSY_SELF,
                          "You are in a call already");
      return;
    }
  if (!may_invite (session, request))
    return;
  call = new_call (session, request);
  if (!invite_all (call, session, request, NULL, timeout, failed, &error))
    hub_session_refuse_internal (session, request, error);
  else if (call->participants->len < 2)
    refuse_nobody (session, request, failed);
  else
    {
      g_hash_table_insert (self->calls, call->id, call);
      hub_session_reply (session, request,
                         new_invite_reply (session, request, call, timeout, failed));
      tell_created (call, session);
      hub_call_deliver (call);
      hub_call_settle (call, "busy");
      return;
    }
  hub_call_free (call);
}

/* ---- call.add ---- */

static gboolean
is_new (const HubParticipant *participant)
{
  return participant->state == HUB_INVITING && participant->until == 0; /* not told yet */
}

static JsonArray *
describe_new (HubCall *call, HubUser *viewer)
{
  JsonArray *users = json_array_new ();

  for (guint i = 1; i < call->participants->len; i++)
    {
      HubParticipant *participant = g_ptr_array_index (call->participants, i);
      JsonObject *user;

      if (!is_new (participant))
        continue;
      user = json_object_new ();
      json_object_set_string_member (user, "id", participant->user->id);
      json_object_set_string_member (user, "name",
                                     hub_name_for (call->hub, viewer, participant->user));
      json_array_add_object_element (users, user);
    }
  return users;
}

/* Also to those who are rung already: once they accept they have to know whom it still rings. */
static void
tell_added (HubCall *call, HubParticipant *by)
{
  for (guint i = 0; i < call->participants->len; i++)
    {
      HubParticipant *participant = g_ptr_array_index (call->participants, i);
      const gboolean rung = hub_participant_is_alerted (participant) && participant->until > 0;
      g_autoptr (BeckonMessage) event = NULL;

      if (participant == by || participant->unreachable ||
          !(rung || participant->state == HUB_JOINED))
        continue;
      event = hub_call_event (BECKON_CALL_ADDED, call);
      beckon_message_set_string (event, "by", by->user->id);
      beckon_message_set_array (event, "users", describe_new (call, participant->user));
      hub_participant_tell (participant, event);
    }
}

static gboolean
has_new (HubCall *call)
{
  for (guint i = 1; i < call->participants->len; i++)
    if (is_new (g_ptr_array_index (call->participants, i)))
      return TRUE;
  return FALSE;
}

/* Whoever is named twice, or is in it, takes no room. */
static gboolean
has_room (HubCall *call, BeckonMessage *request)
{
  g_autoptr (GHashTable) more = g_hash_table_new (g_str_hash, g_str_equal);
  g_auto (GStrv) ids = beckon_message_dup_strv (request, "invitees");
  guint live = 0;

  for (guint i = 0; ids[i] != NULL; i++)
    g_hash_table_add (more, ids[i]);
  for (guint i = 0; i < call->participants->len; i++)
    {
      HubParticipant *participant = g_ptr_array_index (call->participants, i);

      if (!hub_participant_is_live (participant))
        continue;
      live++;
      g_hash_table_remove (more, participant->user->id);
    }
  return live + g_hash_table_size (more) <= BECKON_INVITEES_MAX + 1 &&
         call->participants->len + g_hash_table_size (more) <= PARTICIPANTS_MAX;
}

void
hub_call_add (HubSession *session, BeckonMessage *request)
{
  HubParticipant *by = hub_require_member (session, request);
  const guint timeout = timeout_of (session, request);
  g_autoptr (JsonArray) failed = json_array_new ();
  g_autoptr (GError) error = NULL;
  HubCall *call;

  if (by == NULL)
    return;
  call = by->call;
  if (!has_room (call, request))
    {
      hub_session_refuse (session, request, BECKON_PROTOCOL_ERROR_TOO_MANY_INVITEES,
                          "A call has at most 10 people");
      return;
    }
  if (!may_invite (session, request))
    return;
  if (!invite_all (call, session, request, by, timeout, failed, &error))
    {
      hub_session_refuse_internal (session, request, error);
      return;
    }
  if (!has_new (call) && json_array_get_length (failed) > 0)
    {
      refuse_nobody (session, request, failed);
      return;
    }
  hub_session_reply (session, request,
                     new_invite_reply (session, request, call, timeout, failed));
  if (has_new (call))
    tell_added (call, by);
  hub_call_deliver (call);
  hub_call_settle (call, "left");
}
