/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-server"

#include "config.h"

#include "hub-private.h"

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
          const gint64 until = hub_now (self) / 1000 + config->turn_seconds;
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
  hub_session_reply (session, request, reply);
}

/* The session ends at once, before the connection does. */
static void
say_bye (HubSession *session, BeckonMessage *request)
{
  BeckonConnection *connection = session->client->connection;

  hub_session_reply_ok (session, request);
  if (beckon_message_get_boolean (request, "forget"))
    hub_devices_forget_token (session);
  hub_session_end (session, TRUE);
  beckon_connection_close (connection, BECKON_CLOSE_NORMAL, "Bye");
}

static void
set_device (HubSession *session, BeckonMessage *request)
{
  const gboolean ring = beckon_message_get_boolean (request, "ring");
  const gboolean starts = ring && !session->ring;

  session->ring = ring;
  hub_record_session (session);
  hub_session_reply_ok (session, request);
  if (starts)
    hub_call_session_started (session);
}

typedef struct
{
  void (*handle) (HubSession *session, BeckonMessage *request);
  gboolean only_asks;
  gboolean reads; /* what the store has about the user */
} Handler;

static const Handler handlers[BECKON_MESSAGE_N_TYPES] = {
  [BECKON_PING] = { hub_session_reply_ok, .only_asks = TRUE },
  [BECKON_BYE] = { say_bye },
  [BECKON_ICE_SERVERS] = { say_ice_servers, .only_asks = TRUE },
  [BECKON_DEVICE_SET] = { set_device },
  [BECKON_CALL_INVITE] = { hub_call_invite },
  [BECKON_CALL_ADD] = { hub_call_add },
  [BECKON_CALL_CANCEL] = { hub_call_cancel },
  [BECKON_CALL_ACCEPT] = { hub_call_accept },
  [BECKON_CALL_REJECT] = { hub_call_reject },
  [BECKON_CALL_JOIN] = { hub_call_join },
  [BECKON_CALL_LEAVE] = { hub_call_leave },
  [BECKON_CALL_END] = { hub_call_end_for_all },
  [BECKON_SIGNAL_SEND] = { hub_call_signal },
  [BECKON_PRESENCE_WATCH] = { hub_presence_watch },
  [BECKON_PRESENCE_SET] = { hub_presence_set },
  [BECKON_CONTACTS_LIST] = { hub_contacts_list, .only_asks = TRUE, .reads = TRUE },
  [BECKON_CONTACTS_ADD] = { hub_contacts_add },
  [BECKON_CONTACTS_REMOVE] = { hub_contacts_remove },
  [BECKON_CONTACTS_BLOCK] = { hub_contacts_block },
  [BECKON_CONTACTS_UNBLOCK] = { hub_contacts_unblock },
  [BECKON_HISTORY_LIST] = { hub_history_list, .only_asks = TRUE, .reads = TRUE },
  [BECKON_HISTORY_SEEN] = { hub_history_seen, .reads = TRUE },
  [BECKON_PROFILE_SET] = { hub_profile_set },
  [BECKON_DEVICES_LIST] = { hub_devices_list, .only_asks = TRUE, .reads = TRUE },
  [BECKON_DEVICES_SIGN_OUT] = { hub_devices_sign_out, .reads = TRUE },
};

gboolean
hub_request_only_asks (BeckonMessageType type)
{
  return handlers[type].only_asks;
}

/* What was handled is written down with what was done, in one batch. A question that has not been handled
 * when the server is killed is asked again. */
static void
set_handled (HubSession *session, gint64 id, gboolean only_asks)
{
  session->handled = id;
  if (!only_asks)
    hub_session_set_dirty (session);
}

/* What can only be handled when more is written down: a question about what is on its way, and, while the database fails, what
 * would have to be written down, too. */
static gboolean
has_to_wait (HubSession *session, const Handler *handler)
{
  BeckonHub *self = session->hub;

  return (handler->reads && !hub_user_can_be_read (self, session->user)) ||
         (!handler->only_asks && beckon_store_is_failing (self->store));
}

/* A repetition is not refused for its pace, and what was refused is not done when it is repeated. */
gboolean
hub_handle_request (HubSession *session, BeckonMessage *request, BeckonMessage *refusal)
{
  const BeckonMessageType type = beckon_message_get_message_type (request);
  const gint64 id = beckon_message_get_id (request);
  const Handler *handler = &handlers[type];
  g_autoptr (BeckonMessage) refused = refusal;

  g_assert (handler->handle != NULL); /* the codec lets no other request of a client pass */
  if (id <= session->handled && hub_session_repeat (session, request))
    return TRUE;
  if (has_to_wait (session, handler))
    return FALSE;
  beckon_metrics_count (session->hub->metrics, BECKON_COUNTER_REQUESTS,
                        beckon_message_type_to_string (type));
  if (id > session->handled)
    set_handled (session, id, handler->only_asks);
  if (refused != NULL)
    hub_session_reply (session, request, g_steal_pointer (&refused));
  else
    handler->handle (session, request);
  return TRUE;
}
