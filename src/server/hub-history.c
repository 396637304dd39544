/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What is kept of calls that are over, and which of them somebody has missed. */

#define G_LOG_DOMAIN "beckon-server"

#include "config.h"

#include "hub-private.h"

/* A list is cut where its reply would not fit a frame any more. */
#define LIST_BYTES_MAX 60000

gboolean
hub_add_if_it_fits (JsonArray *array, JsonObject *object, gsize *bytes)
{
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), object);
  g_autofree char *text = json_to_string (node, FALSE);

  json_object_unref (object);
  *bytes += strlen (text) + 1;
  if (*bytes > LIST_BYTES_MAX)
    return FALSE;
  json_array_add_element (array, g_steal_pointer (&node));
  return TRUE;
}

/* ---- missed calls ---- */

gint64
hub_history_missed (BeckonHub *self, HubUser *user)
{
  g_autoptr (GError) error = NULL;

  if (user->missed >= 0)
    return user->missed;
  user->missed = beckon_store_count_missed (self->store, user->id, 0, &error);
  if (error != NULL)
    g_warning ("The missed calls of %s: %s", user->id, error->message);
  return user->missed;
}

static void
tell_missed (HubUser *user)
{
  g_autoptr (BeckonMessage) event = beckon_message_new_event (BECKON_HISTORY_MISSED);

  beckon_message_set_int (event, "count", user->missed);
  hub_user_event (user, event, NULL);
}

void
hub_history_seen (HubSession *session, BeckonMessage *request)
{
  BeckonHub *self = session->hub;
  HubUser *user = session->user;
  const gint64 until = beckon_message_get_int (request, "until");
  g_autoptr (GError) error = NULL;
  gint64 left;

  left = beckon_store_count_missed (self->store, user->id, until, &error);
  if (left < 0)
    {
      hub_session_refuse_internal (session, request, error);
      return;
    }
  beckon_store_set_seen (self->store, user->id, until);
  hub_user_written (self, user);
  hub_session_reply_ok (session, request);
  if (user->missed == left)
    return;
  user->missed = left;
  tell_missed (user);
}

/* ---- writing ---- */

/* For the caller: what it came to, if nobody accepted. */
static const char *
unanswered_outcome (HubCall *call)
{
  guint counts[HUB_PARTICIPANT_STATE_LAST + 1] = { 0 };
  gboolean busy = TRUE;

  for (guint i = 1; i < call->participants->len; i++)
    {
      HubParticipant *participant = g_ptr_array_index (call->participants, i);

      counts[participant->state]++;
      if (participant->state == HUB_REJECTED && participant->reason != BECKON_REJECT_BUSY)
        busy = FALSE;
    }
  if (counts[HUB_CANCELLED] + counts[HUB_INVITING] + counts[HUB_RINGING] > 0)
    return "cancelled";
  if (counts[HUB_TIMED_OUT] > 0)
    return "unanswered";
  return busy ? "busy" : "declined";
}

static const char *
outcome_for (HubCall *call, HubParticipant *participant)
{
  if (participant == hub_call_get_caller (call))
    return call->accepted_at > 0 ? "answered" : unanswered_outcome (call);
  if (participant->joined_at > 0)
    return "answered";
  if (participant->state == HUB_REJECTED && participant->reason == BECKON_REJECT_DECLINED)
    return "declined";
  return "missed";
}

/* From when they were in it with somebody to when they left. */
static gint64
duration_for (HubCall *call, HubParticipant *participant)
{
  const gint64 from = MAX (participant->joined_at, call->accepted_at);
  const gint64 to = participant->left_at > 0 ? participant->left_at : hub_now (call->hub);

  return participant->joined_at > 0 && call->accepted_at > 0 ? MAX (0, to - from) : 0;
}

static char *
other_ids (HubCall *call, HubParticipant *participant)
{
  g_autoptr (GString) ids = g_string_new (NULL);

  for (guint i = 0; i < call->participants->len; i++)
    {
      HubParticipant *other = g_ptr_array_index (call->participants, i);

      if (other != participant)
        g_string_append_printf (ids, "%s%s", ids->len > 0 ? "," : "", other->user->id);
    }
  return g_string_free (g_steal_pointer (&ids), FALSE);
}

static void
write_line (HubCall *call, HubParticipant *participant, BeckonMessage *changed)
{
  BeckonHub *self = call->hub;
  HubUser *user = participant->user;
  const char *outcome = outcome_for (call, participant);
  g_autofree char *members = other_ids (call, participant);
  const BeckonStoredCall line = {
    .call = call->id,
    .direction = (char *) (participant == hub_call_get_caller (call) ? "outgoing" : "incoming"),
    .media = (char *) beckon_media_to_string (call->media),
    .outcome = (char *) outcome,
    .members = members,
    .started = call->started,
    .duration = duration_for (call, participant),
  };
  gint64 missed;

  /* Before the line is written: after a start nobody has asked yet, and what devices were told by
   * the server before is too little now. */
  missed = user->sessions != NULL ? hub_history_missed (self, user) : user->missed;
  beckon_store_add_call (self->store, user->id, &line);
  hub_user_written (self, user);
  hub_user_event (user, changed, NULL);
  if (g_str_equal (outcome, "missed") && missed >= 0)
    {
      user->missed++;
      tell_missed (user);
    }
}

void
hub_history_write (HubCall *call)
{
  g_autoptr (BeckonMessage) changed = beckon_message_new_event (BECKON_HISTORY_CHANGED);

  for (guint i = 0; i < call->participants->len; i++)
    {
      HubParticipant *participant = g_ptr_array_index (call->participants, i);

      if (!participant->unreachable)
        write_line (call, participant, changed);
    }
}

/* ---- reading ---- */

static const char *
name_of (BeckonHub *self, HubUser *viewer, const char *id, BeckonStoredAccount **account)
{
  HubUser *user = hub_find_user (self, id);

  if (!hub_may_name (self, viewer, id))
    return id;
  *account = user == NULL ? beckon_store_get_account (self->store, id, NULL) : NULL;
  if (user != NULL)
    return user->name;
  return *account != NULL ? (*account)->name : id;
}

static JsonArray *
describe_members (BeckonHub *self, HubUser *viewer, const char *ids)
{
  g_auto (GStrv) words = g_strsplit (ids, ",", -1);
  JsonArray *array = json_array_new ();

  for (guint i = 0; words[i] != NULL && *words[i] != '\0' && i <= BECKON_INVITEES_MAX; i++)
    {
      g_autoptr (BeckonStoredAccount) account = NULL;
      JsonObject *member = json_object_new ();

      json_object_set_string_member (member, "id", words[i]);
      json_object_set_string_member (member, "name", name_of (self, viewer, words[i], &account));
      json_array_add_object_element (array, member);
    }
  return array;
}

static JsonObject *
describe_call (BeckonHub *self, HubUser *viewer, const BeckonStoredCall *call)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "call", call->call);
  json_object_set_string_member (object, "direction", call->direction);
  json_object_set_string_member (object, "media", call->media);
  json_object_set_array_member (object, "members", describe_members (self, viewer, call->members));
  json_object_set_string_member (object, "outcome", call->outcome);
  json_object_set_int_member (object, "started", call->started);
  json_object_set_int_member (object, "duration_ms", call->duration);
  return object;
}

void
hub_history_list (HubSession *session, BeckonMessage *request)
{
  BeckonHub *self = session->hub;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) calls = beckon_store_list_calls (
      self->store, session->user->id, beckon_message_get_int (request, "before"),
      beckon_message_get_int (request, "limit"), &error);
  gsize bytes = 0;
  JsonArray *array;
  BeckonMessage *reply;

  if (calls == NULL)
    {
      hub_session_refuse_internal (session, request, error);
      return;
    }
  array = json_array_sized_new (calls->len);
  for (guint i = 0; i < calls->len; i++)
    if (!hub_add_if_it_fits (
            array, describe_call (self, session->user, g_ptr_array_index (calls, i)), &bytes))
      break; /* the client asks for what is older */
  reply = beckon_message_new_reply (beckon_message_get_id (request));
  beckon_message_set_array (reply, "calls", array);
  hub_session_reply (session, request, reply);
}
