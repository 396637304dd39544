/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-server"

#include "config.h"

#include "hub-private.h"

void
hub_reply_ok (HubSession *session, BeckonMessage *request)
{
  hub_session_send (session, beckon_message_new_reply (beckon_message_get_id (request)));
}

/* TURN's REST credentials: the name says until when, the password proves that we said so. */
JsonArray *
hub_ice_servers (BeckonHub *self, const char *user)
{
  const BeckonServerConfig *config = self->config;
  JsonArray *servers = json_array_new ();

  for (guint i = 0; config->ice_urls != NULL && config->ice_urls[i] != NULL; i++)
    {
      JsonObject *server = json_object_new ();
      JsonArray *urls = json_array_new ();

      json_array_add_string_element (urls, config->ice_urls[i]);
      json_object_set_array_member (server, "urls", urls);
      if (config->turn_secret != NULL && g_str_has_prefix (config->ice_urls[i], "turn"))
        {
          const gint64 until = g_get_real_time () / G_USEC_PER_SEC + config->turn_seconds;
          g_autofree char *name = g_strdup_printf ("%" G_GINT64_FORMAT ":%s", until, user);
          g_autoptr (GHmac) hmac = g_hmac_new (G_CHECKSUM_SHA1, (const guchar *) config->turn_secret,
                                               strlen (config->turn_secret));
          guint8 digest[20];
          gsize length = sizeof digest;
          g_autofree char *credential = NULL;

          g_hmac_update (hmac, (const guchar *) name, strlen (name));
          g_hmac_get_digest (hmac, digest, &length);
          credential = g_base64_encode (digest, length);
          json_object_set_string_member (server, "username", name);
          json_object_set_string_member (server, "credential", credential);
        }
      json_array_add_object_element (servers, server);
    }
  return servers;
}

static void
say_ice_servers (HubSession *session, BeckonMessage *request)
{
  BeckonMessage *reply = beckon_message_new_reply (beckon_message_get_id (request));

  beckon_message_set_array (reply, "ice_servers", hub_ice_servers (session->hub, session->user->id));
  hub_session_send (session, reply);
}

/* The session ends at once, before the socket does. */
static void
say_bye (HubSession *session, BeckonMessage *request)
{
  hub_reply_ok (session, request);
  hub_session_leave (session, TRUE);
  beckon_connection_close (session->connection, SOUP_WEBSOCKET_CLOSE_NORMAL, "Bye");
}

void
hub_handle_request (HubSession *session, BeckonMessage *request)
{
  static void (*const handlers[BECKON_MESSAGE_N_TYPES]) (HubSession *, BeckonMessage *) = {
    [BECKON_PING] = hub_reply_ok,
    [BECKON_BYE] = say_bye,
    [BECKON_ICE_SERVERS] = say_ice_servers,
    [BECKON_CALL_INVITE] = hub_call_invite,
    [BECKON_CALL_CANCEL] = hub_call_cancel,
    [BECKON_CALL_ACCEPT] = hub_call_accept,
    [BECKON_CALL_REJECT] = hub_call_reject,
    [BECKON_CALL_LEAVE] = hub_call_leave,
    [BECKON_CALL_END] = hub_call_end_for_all,
    [BECKON_SIGNAL_SEND] = hub_call_signal,
    [BECKON_PRESENCE_WATCH] = hub_presence_watch,
    [BECKON_PRESENCE_SET] = hub_presence_set,
    [BECKON_CONTACTS_LIST] = hub_contacts_list,
    [BECKON_CONTACTS_ADD] = hub_contacts_add,
    [BECKON_CONTACTS_REMOVE] = hub_contacts_remove,
    [BECKON_HISTORY_LIST] = hub_history_list,
    [BECKON_PROFILE_SET] = hub_profile_set,
  };
  const BeckonMessageType type = beckon_message_get_message_type (request);

  g_assert (handlers[type] != NULL); /* the codec lets no other request of a client pass */
  handlers[type] (session, request);
}
