/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Presence, contacts, history, names. */

#define G_LOG_DOMAIN "beckon-server"

#include "config.h"

#include "hub-private.h"

/* A list is cut where its reply would not fit a frame any more. */
#define LIST_BYTES_MAX 60000

/* @object: (transfer full). Returns: whether there was room for it; @bytes counts what is taken. */
static gboolean
add_if_it_fits (JsonArray *array, JsonObject *object, gsize *bytes)
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

/* The database failed: the client learns that it was us, the operator learns what. */
static void
refuse_internal (HubSession *session, BeckonMessage *request, const GError *error)
{
  g_warning ("%s of %s: %s",
             beckon_message_type_to_string (beckon_message_get_message_type (request)),
             session->user->id, error->message);
  hub_session_refuse (session, beckon_message_get_id (request), BECKON_PROTOCOL_ERROR_INTERNAL,
                      "The server has a problem; try again later");
}

/* ---- presence ---- */

static BeckonPresence
presence_of (HubUser *user)
{
  if (user == NULL || user->sessions->len == 0)
    return BECKON_PRESENCE_OFFLINE;
  if (hub_user_is_in_call (user))
    return BECKON_PRESENCE_IN_CALL;
  return user->dnd ? BECKON_PRESENCE_DND : BECKON_PRESENCE_ONLINE;
}

static BeckonMessage *
new_presence_event (const char *user, BeckonPresence presence)
{
  BeckonMessage *event = beckon_message_new_event (BECKON_PRESENCE_CHANGED);

  beckon_message_set_string (event, "user", user);
  beckon_message_set_string (event, "state", beckon_presence_to_string (presence));
  return event;
}

void
hub_presence_update (BeckonHub *self, HubUser *user)
{
  const BeckonPresence presence = presence_of (user);
  GHashTable *watchers = g_hash_table_lookup (self->watchers, user->id);
  g_autoptr (BeckonMessage) event = NULL;
  GHashTableIter iter;
  gpointer session;

  if (presence == user->told)
    return;
  user->told = presence;
  if (watchers == NULL)
    return;
  event = new_presence_event (user->id, presence);
  g_hash_table_iter_init (&iter, watchers);
  while (g_hash_table_iter_next (&iter, &session, NULL))
    hub_session_event (session, event);
}

void
hub_presence_unwatch (HubSession *session)
{
  BeckonHub *self = session->hub;
  GHashTableIter iter;
  gpointer id;

  g_hash_table_iter_init (&iter, session->watched);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    {
      GHashTable *watchers = g_hash_table_lookup (self->watchers, id);

      g_hash_table_remove (watchers, session);
      if (g_hash_table_size (watchers) == 0)
        g_hash_table_remove (self->watchers, id);
      g_hash_table_iter_remove (&iter);
    }
}

void
hub_presence_watch (HubSession *session, BeckonMessage *request)
{
  BeckonHub *self = session->hub;
  g_auto (GStrv) users = beckon_message_dup_strv (request, "users");

  hub_presence_unwatch (session);
  hub_reply_ok (session, request);
  for (guint i = 0; users[i] != NULL; i++)
    {
      GHashTable *watchers = g_hash_table_lookup (self->watchers, users[i]);
      g_autoptr (BeckonMessage) event = NULL;

      if (!g_hash_table_add (session->watched, g_strdup (users[i])))
        continue;
      if (watchers == NULL)
        {
          watchers = g_hash_table_new (g_direct_hash, g_direct_equal);
          g_hash_table_insert (self->watchers, g_strdup (users[i]), watchers);
        }
      g_hash_table_add (watchers, session);
      event = new_presence_event (users[i], presence_of (hub_find_user (self, users[i])));
      hub_session_event (session, event);
    }
}

void
hub_presence_set (HubSession *session, BeckonMessage *request)
{
  session->user->dnd = g_str_equal (beckon_message_get_string (request, "state"), "dnd");
  hub_reply_ok (session, request);
  hub_presence_update (session->hub, session->user);
}

/* ---- contacts ---- */

void
hub_contacts_list (HubSession *session, BeckonMessage *request)
{
  BeckonHub *self = session->hub;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) contacts = beckon_store_list_contacts (self->store, session->user->id,
                                                               &error);
  gsize bytes = 0;
  JsonArray *array;
  BeckonMessage *reply;

  if (contacts == NULL)
    {
      refuse_internal (session, request, error);
      return;
    }
  array = json_array_sized_new (contacts->len);
  for (guint i = 0; i < contacts->len; i++)
    {
      BeckonStoredAccount *account = g_ptr_array_index (contacts, i);
      JsonObject *object = json_object_new ();

      json_object_set_string_member (object, "id", account->user);
      json_object_set_string_member (object, "name", account->name);
      json_object_set_string_member (
          object, "presence",
          beckon_presence_to_string (presence_of (hub_find_user (self, account->user))));
      if (!add_if_it_fits (array, object, &bytes))
        break;
    }
  reply = beckon_message_new_reply (beckon_message_get_id (request));
  beckon_message_set_array (reply, "contacts", array);
  hub_session_send (session, reply);
}

static void
contacts_changed (HubSession *session, BeckonMessage *request)
{
  g_autoptr (BeckonMessage) event = beckon_message_new_event (BECKON_CONTACTS_CHANGED);

  hub_reply_ok (session, request);
  hub_user_event (session->user, event, NULL);
}

void
hub_contacts_add (HubSession *session, BeckonMessage *request)
{
  BeckonStore *store = session->hub->store;
  const char *user = beckon_message_get_string (request, "user");
  g_autoptr (GError) error = NULL;
  g_autoptr (BeckonStoredAccount) account = beckon_store_get_account (store, user, &error);

  if (account != NULL && beckon_store_add_contact (store, session->user->id, user, &error))
    contacts_changed (session, request);
  else if (error != NULL)
    refuse_internal (session, request, error);
  else
    hub_session_refuse (session, beckon_message_get_id (request),
                        BECKON_PROTOCOL_ERROR_UNKNOWN_USER, "There is nobody with that user id");
}

void
hub_contacts_remove (HubSession *session, BeckonMessage *request)
{
  g_autoptr (GError) error = NULL;

  if (beckon_store_remove_contact (session->hub->store, session->user->id,
                                   beckon_message_get_string (request, "user"), &error))
    contacts_changed (session, request);
  else
    refuse_internal (session, request, error);
}

/* ---- history ---- */

static const char *
history_outcome (HubCall *call, HubParticipant *participant)
{
  HubParticipant *last = g_ptr_array_index (call->participants, call->participants->len - 1);

  if (participant == g_ptr_array_index (call->participants, 0))
    {
      if (call->accepted_at > 0)
        return "answered";
      if (last->state == HUB_REJECTED)
        return last->reason == BECKON_REJECT_BUSY ? "busy" : "declined";
      return last->state == HUB_TIMED_OUT ? "unanswered" : "cancelled";
    }
  if (participant->was_joined)
    return "answered";
  if (participant->state == HUB_REJECTED && participant->reason == BECKON_REJECT_DECLINED)
    return "declined";
  return "missed";
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

void
hub_history_write (HubCall *call, gint64 duration)
{
  g_autoptr (BeckonMessage) changed = beckon_message_new_event (BECKON_HISTORY_CHANGED);

  for (guint i = 0; i < call->participants->len; i++)
    {
      HubParticipant *participant = g_ptr_array_index (call->participants, i);
      g_autofree char *members = other_ids (call, participant);
      g_autoptr (GError) error = NULL;
      const BeckonStoredCall line = {
        .call = call->id,
        .direction = (char *) (i == 0 ? "outgoing" : "incoming"),
        .media = (char *) beckon_media_to_string (call->media),
        .outcome = (char *) history_outcome (call, participant),
        .members = members,
        .started = call->started,
        .duration = participant->was_joined ? duration : 0,
      };

      if (!beckon_store_add_call (call->hub->store, participant->user->id, &line, &error))
        g_warning ("The history of %s: %s", participant->user->id, error->message);
      hub_user_event (participant->user, changed, NULL);
    }
}

static JsonArray *
describe_members (BeckonHub *self, const char *ids)
{
  g_auto (GStrv) words = g_strsplit (ids, ",", -1);
  JsonArray *array = json_array_new ();

  for (guint i = 0; words[i] != NULL && *words[i] != '\0'; i++)
    {
      g_autoptr (BeckonStoredAccount) account = beckon_store_get_account (self->store, words[i],
                                                                          NULL);
      JsonObject *member = json_object_new ();

      json_object_set_string_member (member, "id", words[i]);
      json_object_set_string_member (member, "name", account != NULL ? account->name : words[i]);
      json_array_add_object_element (array, member);
    }
  return array;
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
      refuse_internal (session, request, error);
      return;
    }
  array = json_array_sized_new (calls->len);
  for (guint i = 0; i < calls->len; i++)
    {
      BeckonStoredCall *call = g_ptr_array_index (calls, i);
      JsonObject *object = json_object_new ();

      json_object_set_string_member (object, "call", call->call);
      json_object_set_string_member (object, "direction", call->direction);
      json_object_set_string_member (object, "media", call->media);
      json_object_set_array_member (object, "members", describe_members (self, call->members));
      json_object_set_string_member (object, "outcome", call->outcome);
      json_object_set_int_member (object, "started", call->started);
      json_object_set_int_member (object, "duration_ms", call->duration);
      if (!add_if_it_fits (array, object, &bytes))
        break; /* the client asks for what is older */
    }
  reply = beckon_message_new_reply (beckon_message_get_id (request));
  beckon_message_set_array (reply, "calls", array);
  hub_session_send (session, reply);
}

/* ---- names ---- */

void
hub_profile_set (HubSession *session, BeckonMessage *request)
{
  const char *name = beckon_message_get_string (request, "name");
  g_autoptr (GError) error = NULL;

  if (!beckon_store_set_name (session->hub->store, session->user->id, name, &error))
    {
      refuse_internal (session, request, error);
      return;
    }
  g_free (session->user->name);
  session->user->name = g_strdup (name);
  hub_reply_ok (session, request);
}
