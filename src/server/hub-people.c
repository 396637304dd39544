/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Contacts, who is blocked, names. */

#define G_LOG_DOMAIN "beckon-server"

#include "config.h"

#include "hub-private.h"

/* ---- lists ---- */

static void
describe_contacts (HubSession *session, GPtrArray *contacts, JsonArray *array, gsize *bytes)
{
  BeckonHub *self = session->hub;

  for (guint i = 0; i < contacts->len; i++)
    {
      BeckonStoredAccount *account = g_ptr_array_index (contacts, i);
      JsonObject *object = json_object_new ();
      const BeckonPresence presence = hub_presence_for (self, session->user, account->user);

      json_object_set_string_member (object, "id", account->user);
      json_object_set_string_member (object, "name", account->name);
      json_object_set_string_member (object, "presence", beckon_presence_to_string (presence));
      if (!hub_add_if_it_fits (array, object, bytes))
        return;
    }
}

static void
describe_blocked (GPtrArray *blocked, JsonArray *array, gsize *bytes)
{
  for (guint i = 0; i < blocked->len; i++)
    {
      BeckonStoredAccount *account = g_ptr_array_index (blocked, i);
      JsonObject *object = json_object_new ();

      json_object_set_string_member (object, "id", account->user);
      json_object_set_string_member (object, "name", account->name);
      if (!hub_add_if_it_fits (array, object, bytes))
        return;
    }
}

void
hub_contacts_list (HubSession *session, BeckonMessage *request)
{
  BeckonStore *store = session->hub->store;
  const gboolean closed = session->hub->config->directory_closed;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) contacts =
      beckon_store_list_contacts (store, session->user->id, closed, &error);
  g_autoptr (GPtrArray) blocked = NULL;
  JsonArray *contacts_array, *blocked_array;
  BeckonMessage *reply;
  gsize bytes = 0;

  if (contacts != NULL)
    blocked = beckon_store_list_blocked (store, session->user->id, closed, &error);
  if (blocked == NULL)
    {
      hub_session_refuse_internal (session, request, error);
      return;
    }
  contacts_array = json_array_sized_new (contacts->len);
  describe_contacts (session, contacts, contacts_array, &bytes);
  blocked_array = json_array_sized_new (blocked->len);
  describe_blocked (blocked, blocked_array, &bytes);
  reply = beckon_message_new_reply (beckon_message_get_id (request));
  beckon_message_set_array (reply, "contacts", contacts_array);
  beckon_message_set_array (reply, "blocked", blocked_array);
  hub_session_reply (session, request, reply);
}

/* ---- changing them ---- */

/* Whether there is such a person, or nobody may know; else the request was refused. */
static gboolean
require_person (HubSession *session, BeckonMessage *request)
{
  BeckonHub *self = session->hub;
  g_autoptr (GError) error = NULL;
  g_autoptr (BeckonStoredAccount) account = beckon_store_get_account (
      self->store, beckon_message_get_string (request, "user"), &error);

  if (account != NULL || (error == NULL && self->config->directory_closed))
    return TRUE;
  if (error != NULL)
    hub_session_refuse_internal (session, request, error);
  else
    hub_session_refuse (session, request, BECKON_PROTOCOL_ERROR_UNKNOWN_USER,
                        "There is nobody with that user id");
  return FALSE;
}

static void
contacts_changed (HubSession *session, BeckonMessage *request)
{
  g_autoptr (BeckonMessage) event = beckon_message_new_event (BECKON_CONTACTS_CHANGED);

  hub_user_written (session->hub, session->user);
  hub_session_reply_ok (session, request);
  hub_user_event (session->user, event, NULL);
}

void
hub_contacts_add (HubSession *session, BeckonMessage *request)
{
  if (!require_person (session, request))
    return;
  beckon_store_add_contact (session->hub->store, session->user->id,
                            beckon_message_get_string (request, "user"));
  contacts_changed (session, request);
}

void
hub_contacts_remove (HubSession *session, BeckonMessage *request)
{
  beckon_store_remove_contact (session->hub->store, session->user->id,
                               beckon_message_get_string (request, "user"));
  contacts_changed (session, request);
}

/* The blocked one stays in memory until the store would say so, too. */
static void
set_blocked (HubSession *session, BeckonMessage *request, gboolean blocked)
{
  BeckonHub *self = session->hub;
  const char *id = beckon_message_get_string (request, "user");
  HubUser *other = hub_get_user (self, id, id);

  if (blocked)
    beckon_store_add_block (self->store, session->user->id, id);
  else
    beckon_store_remove_block (self->store, session->user->id, id);
  hub_user_set_blocked (self, other, session->user->id, blocked);
  hub_user_written (self, other);
  hub_presence_tell_user (self, other, session->user->id);
  hub_user_settle (self, other);
  contacts_changed (session, request);
}

void
hub_contacts_block (HubSession *session, BeckonMessage *request)
{
  if (g_str_equal (beckon_message_get_string (request, "user"), session->user->id))
    hub_session_refuse (session, request, BECKON_PROTOCOL_ERROR_BAD_REQUEST,
                        "Nobody can block themselves");
  else if (require_person (session, request))
    set_blocked (session, request, TRUE);
}

void
hub_contacts_unblock (HubSession *session, BeckonMessage *request)
{
  if (g_str_equal (beckon_message_get_string (request, "user"), session->user->id))
    hub_session_reply_ok (session, request);
  else
    set_blocked (session, request, FALSE);
}

/* ---- names ---- */

void
hub_profile_set (HubSession *session, BeckonMessage *request)
{
  HubUser *user = session->user;

  hub_user_set_name (user, beckon_message_get_string (request, "name"));
  beckon_store_put_account (session->hub->store, user->id, user->name);
  hub_user_written (session->hub, user);
  hub_session_reply_ok (session, request);
}
