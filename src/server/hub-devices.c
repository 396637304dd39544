/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The devices of a user: those that have a session, and those that could come again with a token of
 * ours. */

#define G_LOG_DOMAIN "beckon-server"

#include "config.h"

#include "hub-private.h"

#include "identifiers.h"

/* Digits that tell a device which never came, and whose name is no id, from others. */
#define HASH_DIGITS 32

/* ---- devices without a session ---- */

/* One that has not come with the token yet is what it was named when it signed in, for which our own
 * clients give their id: all tokens of one name are one device. Returns: (transfer full): what the
 * device is known by to those who ask */
static char *
dup_id (const BeckonStoredToken *token)
{
  g_autofree char *hash = NULL;

  if (token->device != NULL)
    return g_strdup (token->device);
  if (beckon_id_is_valid (token->name))
    return g_strdup (token->name);
  hash = beckon_accounts_hash_token (token->name);
  return g_strdup_printf ("token-%.*s", HASH_DIGITS, hash);
}

/* Whether a session has it, or its device, @id. */
static gboolean
is_of_session (HubUser *user, const BeckonStoredToken *token, const char *id)
{
  for (HubSession *each = user->sessions; each != NULL; each = each->next_of_user)
    if (g_strcmp0 (each->token, token->hash) == 0 || g_str_equal (each->device, id))
      return TRUE;
  return FALSE;
}

void
hub_devices_left (HubSession *session)
{
  BeckonHub *self = session->hub;
  const gboolean is_there = session->client != NULL || session->seen == 0;

  if (session->token == NULL)
    return;
  beckon_store_use_token (self->store, session->token, session->device, session->device_name,
                          is_there ? hub_now (self) : session->seen);
  hub_user_written (self, session->user);
}

/* ---- the list ---- */

static JsonObject *
describe (const char *id, const char *name, gboolean connected, gint64 seen)
{
  JsonObject *device = json_object_new ();

  json_object_set_string_member (device, "id", id);
  json_object_set_string_member (device, "name", beckon_name_is_valid (name) ? name : id);
  json_object_set_boolean_member (device, "connected", connected);
  if (!connected && seen > 0)
    json_object_set_int_member (device, "seen", seen);
  return device;
}

static gboolean
add (JsonArray *devices, JsonObject *device, gsize *bytes)
{
  if (json_array_get_length (devices) < BECKON_DEVICES_MAX)
    return hub_add_if_it_fits (devices, device, bytes);
  json_object_unref (device);
  return FALSE;
}

static void
add_away (HubUser *user, GPtrArray *tokens, JsonArray *devices, gsize *bytes)
{
  g_autoptr (GHashTable) listed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < tokens->len; i++)
    {
      const BeckonStoredToken *token = g_ptr_array_index (tokens, i);
      char *id = dup_id (token);

      if (!is_of_session (user, token, id) && !g_hash_table_contains (listed, id) &&
          !add (devices, describe (id, token->name, FALSE, token->seen), bytes))
        {
          g_free (id);
          return;
        }
      g_hash_table_add (listed, id);
    }
}

void
hub_devices_list (HubSession *session, BeckonMessage *request)
{
  HubUser *user = session->user;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) tokens = beckon_store_list_tokens (session->hub->store, user->id, &error);
  JsonArray *devices;
  BeckonMessage *reply;
  gsize bytes = 0;

  if (tokens == NULL)
    {
      hub_session_refuse_internal (session, request, error);
      return;
    }
  devices = json_array_new ();
  for (HubSession *each = user->sessions; each != NULL; each = each->next_of_user)
    add (devices,
         describe (each->device, each->device_name, each->client != NULL, each->seen), &bytes);
  add_away (user, tokens, devices, &bytes);
  reply = beckon_message_new_reply (beckon_message_get_id (request));
  beckon_message_set_array (reply, "devices", devices);
  hub_session_reply (session, request, reply);
}

/* ---- signing out ---- */

/* Several devices may have been given the same token. */
static gboolean
is_shared (HubSession *session)
{
  for (HubSession *each = session->user->sessions; each != NULL; each = each->next_of_user)
    if (each != session && g_strcmp0 (each->token, session->token) == 0)
      return TRUE;
  return FALSE;
}

void
hub_devices_forget_token (HubSession *session)
{
  if (session->token == NULL || is_shared (session))
    return;
  beckon_store_remove_token (session->hub->store, session->token);
  hub_user_written (session->hub, session->user);
}

/* Who else has its token stays, but comes with it no more. */
static void
sign_out_session (HubSession *other)
{
  if (other->token != NULL)
    beckon_accounts_revoke_hash (other->hub->accounts, other->token, other->user->id,
                                 other->expires, is_shared (other));
  if (other->client != NULL)
    beckon_connection_close (other->client->connection, BECKON_CLOSE_SIGNED_OUT,
                             "This device was signed out");
  hub_session_end (other, TRUE);
}

/* The oldest first: where they are more than are remembered the newest stay. Returns: how many tokens
 * of that device, which has no session, there were. */
static guint
revoke_away (HubSession *session, const char *device, GPtrArray *tokens)
{
  guint n_revoked = 0;

  for (guint i = tokens->len; i > 0; i--)
    {
      const BeckonStoredToken *token = g_ptr_array_index (tokens, i - 1);
      g_autofree char *id = dup_id (token);

      if (!g_str_equal (id, device) || is_of_session (session->user, token, id))
        continue;
      beckon_accounts_revoke_hash (session->hub->accounts, token->hash, session->user->id,
                                   token->expires, FALSE);
      n_revoked++;
    }
  return n_revoked;
}

void
hub_devices_sign_out (HubSession *session, BeckonMessage *request)
{
  BeckonHub *self = session->hub;
  const char *device = beckon_message_get_string (request, "device");
  HubSession *other = hub_user_find_session (session->user, device);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) tokens = NULL;

  if (other == session)
    {
      hub_session_refuse (session, request, BECKON_PROTOCOL_ERROR_BAD_REQUEST,
                          "This device says bye");
      return;
    }
  tokens = beckon_store_list_tokens (self->store, session->user->id, &error);
  if (tokens == NULL)
    {
      hub_session_refuse_internal (session, request, error);
      return;
    }
  if (other != NULL)
    sign_out_session (other);
  if (revoke_away (session, device, tokens) == 0 && other == NULL)
    {
      hub_session_refuse (session, request, BECKON_PROTOCOL_ERROR_UNREACHABLE,
                          "There is no such device");
      return;
    }
  hub_dnd_set (self, session->user->id, device, FALSE);
  hub_user_written (self, session->user);
  hub_session_reply_ok (session, request);
}
