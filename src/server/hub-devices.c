/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The devices of a user: those that have a session. */

#define G_LOG_DOMAIN "beckon-server"

#include "config.h"

#include "hub-private.h"

static JsonObject *
describe (const HubSession *session)
{
  JsonObject *device = json_object_new ();

  json_object_set_string_member (device, "id", session->device);
  json_object_set_string_member (device, "name", session->device_name);
  json_object_set_boolean_member (device, "connected", session->client != NULL);
  return device;
}

void
hub_devices_list (HubSession *session, BeckonMessage *request)
{
  JsonArray *devices = json_array_new ();
  BeckonMessage *reply = beckon_message_new_reply (beckon_message_get_id (request));
  gsize bytes = 0;

  for (HubSession *each = session->user->sessions; each != NULL; each = each->next_of_user)
    if (json_array_get_length (devices) == BECKON_DEVICES_MAX ||
        !hub_add_if_it_fits (devices, describe (each), &bytes))
      break;
  beckon_message_set_array (reply, "devices", devices);
  hub_session_reply (session, request, reply);
}

static HubSession *
find_device (HubUser *user, const char *device)
{
  for (HubSession *each = user->sessions; each != NULL; each = each->next_of_user)
    if (g_str_equal (each->device, device))
      return each;
  return NULL;
}

/* Several devices may have been given the same token: who else has it stays, but comes with it no more. */
static void
revoke_token (HubSession *session)
{
  gboolean shared = FALSE;

  if (session->token == NULL)
    return;
  for (HubSession *each = session->user->sessions; each != NULL; each = each->next_of_user)
    shared |= each != session && g_strcmp0 (each->token, session->token) == 0;
  beckon_accounts_revoke_hash (session->hub->accounts, session->token, session->user->id,
                               session->expires, shared);
}

void
hub_devices_sign_out (HubSession *session, BeckonMessage *request)
{
  BeckonHub *self = session->hub;
  HubSession *other = find_device (session->user, beckon_message_get_string (request, "device"));

  if (other == session)
    {
      hub_session_refuse (session, request, BECKON_PROTOCOL_ERROR_BAD_REQUEST,
                          "This device says bye");
      return;
    }
  if (other == NULL)
    {
      hub_session_refuse (session, request, BECKON_PROTOCOL_ERROR_UNREACHABLE,
                          "There is no such device");
      return;
    }
  revoke_token (other);
  hub_dnd_set (self, session->user->id, other->device, FALSE);
  if (other->client != NULL)
    beckon_connection_close (other->client->connection, BECKON_CLOSE_SIGNED_OUT,
                             "This device was signed out");
  hub_session_end (other, TRUE);
  hub_session_reply_ok (session, request);
}
