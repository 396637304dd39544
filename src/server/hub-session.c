/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Sessions: from the socket to hello, what is sent to them, and their end. */

#define G_LOG_DOMAIN "beckon-server"

#include "config.h"

#include "hub-private.h"

/* Requests refused in a row for coming too fast, after which it is no mistake any more. */
#define REFUSED_MAX 100
/* Events that a client may leave unacknowledged, and their bytes. */
#define EVENTS_MAX 10000
#define EVENT_BYTES_MAX (8 * 1024 * 1024)

/* ---- users ---- */

HubUser *
hub_find_user (BeckonHub *self, const char *id)
{
  return g_hash_table_lookup (self->users, id);
}

HubUser *
hub_get_user (BeckonHub *self, const char *id, const char *name)
{
  HubUser *user = hub_find_user (self, id);

  if (user != NULL)
    return user;
  user = g_new0 (HubUser, 1);
  user->id = g_strdup (id);
  user->name = g_strdup (name);
  user->sessions = g_ptr_array_new ();
  user->calls = g_ptr_array_new ();
  g_hash_table_insert (self->users, user->id, user);
  return user;
}

void
hub_settle_user (BeckonHub *self, HubUser *user)
{
  hub_presence_update (self, user);
  if (user->sessions->len > 0 || user->calls->len > 0 || user->held > 0)
    return;
  g_hash_table_remove (self->users, user->id);
  g_ptr_array_unref (user->sessions);
  g_ptr_array_unref (user->calls);
  g_free (user->id);
  g_free (user->name);
  g_free (user);
}

HubSession *
hub_user_find_session (HubUser *user, const char *device)
{
  for (guint i = 0; i < user->sessions->len; i++)
    {
      HubSession *session = g_ptr_array_index (user->sessions, i);

      if (g_strcmp0 (session->device, device) == 0)
        return session;
    }
  return NULL;
}

/* ---- sending ---- */

/* Returns: bytes */
static gsize
send_text (HubSession *session, BeckonMessage *message)
{
  gsize length;
  g_autofree char *text = beckon_message_to_string (message, &length);

  beckon_connection_send (session->connection, text);
  return length;
}

void
hub_session_send (HubSession *session, BeckonMessage *message)
{
  g_autoptr (BeckonMessage) owned = message;

  send_text (session, owned);
}

void
hub_session_refuse (HubSession *session, gint64 re, BeckonProtocolError code, const char *text)
{
  hub_session_send (session, beckon_message_new_error_reply (re, code, text));
}

/* What is kept until it is acknowledged: enough to know what was. */
typedef struct
{
  gint64 seq;
  gsize bytes;
  char *received; /* nullable: the call of a call.received */
} KeptEvent;

static void
kept_event_free (KeptEvent *kept)
{
  g_free (kept->received);
  g_free (kept);
}

void
hub_session_event (HubSession *session, BeckonMessage *event)
{
  KeptEvent *kept = g_new0 (KeptEvent, 1);

  kept->seq = ++session->seq;
  if (beckon_message_get_message_type (event) == BECKON_CALL_RECEIVED)
    kept->received = g_strdup (beckon_message_get_string (event, "call"));
  beckon_message_set_id (event, session->seq);
  g_queue_push_tail (&session->events, kept);
  kept->bytes = send_text (session, event);
  session->event_bytes += kept->bytes;
  if (g_queue_get_length (&session->events) > EVENTS_MAX || session->event_bytes > EVENT_BYTES_MAX)
    beckon_connection_close (session->connection, BECKON_CLOSE_RATE_LIMITED,
                             "Events are not acknowledged");
}

void
hub_user_event (HubUser *user, BeckonMessage *event, HubSession *except)
{
  for (guint i = 0; i < user->sessions->len; i++)
    {
      HubSession *session = g_ptr_array_index (user->sessions, i);

      if (session != except)
        hub_session_event (session, event);
    }
}

/* Returns: whether it acknowledged anything that was not acknowledged before. */
static gboolean
take_ack (HubSession *session, gint64 seq)
{
  gboolean news = FALSE;
  KeptEvent *kept;

  while ((kept = g_queue_peek_head (&session->events)) != NULL && kept->seq <= seq)
    {
      g_queue_pop_head (&session->events);
      session->event_bytes -= kept->bytes;
      news = TRUE;
      if (kept->received != NULL)
        hub_call_delivered (session, kept->received);
      kept_event_free (kept);
    }
  return news;
}

/* ---- hello ---- */

static gboolean
on_hello_late (gpointer user_data)
{
  HubSession *session = user_data;

  session->hello_source = 0;
  beckon_connection_close (session->connection, BECKON_CLOSE_NO_HELLO, "No hello came");
  return G_SOURCE_REMOVE;
}

static JsonObject *
describe_server (BeckonHub *self)
{
  JsonObject *server = json_object_new ();

  json_object_set_string_member (server, "name", self->config->name);
  json_object_set_string_member (server, "version", PACKAGE_VERSION);
  json_object_set_array_member (server, "features", json_array_new ());
  return server;
}

static JsonObject *
describe_limits (BeckonHub *self)
{
  JsonObject *limits = json_object_new ();

  json_object_set_int_member (limits, "frame", BECKON_FRAME_MAX);
  json_object_set_int_member (limits, "payload", BECKON_PAYLOAD_MAX);
  json_object_set_int_member (limits, "data", BECKON_CALL_DATA_MAX);
  json_object_set_int_member (limits, "invitees", BECKON_INVITEES_MAX);
  json_object_set_int_member (limits, "requests_per_minute", self->config->requests_per_minute);
  json_object_set_int_member (limits, "invitations_per_minute",
                              self->config->invitations_per_minute);
  return limits;
}

static void
reply_to_hello (HubSession *session, BeckonMessage *request)
{
  BeckonMessage *reply = beckon_message_new_reply (beckon_message_get_id (request));
  JsonObject *user = json_object_new ();

  json_object_set_string_member (user, "id", session->user->id);
  json_object_set_string_member (user, "name", session->user->name);
  beckon_message_set_string (reply, "session", session->id);
  beckon_message_set_boolean (reply, "resumed", FALSE);
  beckon_message_set_object (reply, "user", user);
  beckon_message_set_object (reply, "server", describe_server (session->hub));
  beckon_message_set_object (reply, "limits", describe_limits (session->hub));
  beckon_message_set_array (reply, "ice_servers", hub_ice_servers (session->hub, session->user->id));
  beckon_message_set_array (reply, "calls", hub_call_snapshot (session->user));
  hub_session_send (session, reply);
}

/* The same device again: the older connection is dead, or its client is, and the new one is them. */
static void
replace_older (HubSession *session)
{
  HubSession *older = hub_user_find_session (session->user, session->device);

  if (older == NULL)
    return;
  g_ptr_array_remove (session->user->sessions, older);
  hub_presence_unwatch (older);
  older->user = NULL;
  beckon_connection_close (older->connection, BECKON_CLOSE_REPLACED, "This device came again");
}

/* A client whose token is refused forgets it: it must not be told so because the database failed. */
static void
refuse_hello (HubSession *session, BeckonMessage *request, const GError *error)
{
  const gint64 id = beckon_message_get_id (request);

  if (error->domain == BECKON_PROTOCOL_ERROR)
    {
      hub_session_refuse (session, id, BECKON_PROTOCOL_ERROR_BAD_TOKEN, error->message);
      beckon_connection_close (session->connection, BECKON_CLOSE_TOKEN_REFUSED,
                               "The token was refused");
      return;
    }
  g_warning ("Hello: %s", error->message);
  hub_session_refuse (session, id, BECKON_PROTOCOL_ERROR_INTERNAL,
                      "The server has a problem; try again later");
  beckon_connection_close (session->connection, SOUP_WEBSOCKET_CLOSE_SERVER_ERROR,
                           "The server has a problem");
}

static void
say_hello (HubSession *session, BeckonMessage *request)
{
  BeckonHub *self = session->hub;
  g_autoptr (GError) error = NULL;
  JsonObject *device = beckon_message_get_object (request, "device");
  g_autoptr (BeckonStoredAccount) account = beckon_accounts_check_token (
      self->accounts, beckon_message_get_string (request, "token"), &error);

  if (account == NULL)
    {
      refuse_hello (session, request, error);
      return;
    }

  g_clear_handle_id (&session->hello_source, g_source_remove);
  session->id = beckon_accounts_random_id ();
  session->device = g_strdup (json_object_get_string_member (device, "id"));
  session->device_name = g_strdup (json_object_get_string_member (device, "name"));
  session->user = hub_get_user (self, account->user, account->name);
  replace_older (session);
  g_ptr_array_add (session->user->sessions, session);
  reply_to_hello (session, request);
  hub_presence_update (self, session->user);
  hub_call_session_started (session);
}

/* ---- receiving ---- */

/* @id: of the request, good or bad, or 0: it was an ack that said nothing new. */
static gboolean
is_too_fast (HubSession *session, gint64 id)
{
  const guint wait = beckon_rate_limiter_take (session->requests, "");
  BeckonMessage *reply;

  if (wait == 0)
    {
      session->refused = 0;
      return FALSE;
    }
  if (++session->refused > REFUSED_MAX)
    {
      beckon_connection_close (session->connection, BECKON_CLOSE_RATE_LIMITED, "Too many requests");
      return TRUE;
    }
  if (id == 0)
    return TRUE;
  reply = beckon_message_new_error_reply (id, BECKON_PROTOCOL_ERROR_RATE_LIMITED,
                                          "Too many requests");
  json_object_set_int_member (beckon_message_get_object (reply, "error"), "retry_after", wait);
  hub_session_send (session, reply);
  return TRUE;
}

static void
handle_request (HubSession *session, BeckonMessage *request)
{
  const gboolean is_hello = beckon_message_get_message_type (request) == BECKON_HELLO;

  if (is_hello && session->user == NULL)
    say_hello (session, request);
  else if (!is_hello && session->user != NULL)
    hub_handle_request (session, request);
  else
    hub_session_refuse (session, beckon_message_get_id (request), BECKON_PROTOCOL_ERROR_HELLO_FIRST,
                        is_hello ? "Hello was said already" : "Say hello first");
}

static void
handle (HubSession *session, BeckonMessage *message)
{
  const gint64 ack = beckon_message_get_ack (message);
  const gboolean news = session->user != NULL && ack > 0 && take_ack (session, ack);

  if (beckon_message_get_kind (message) == BECKON_MESSAGE_REQUEST)
    {
      if (!is_too_fast (session, beckon_message_get_id (message)))
        handle_request (session, message);
    }
  else if (!news)
    is_too_fast (session, 0);
}

static void
on_frame (BeckonConnection *connection, GBytes *frame, HubSession *session)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeckonMessage) message = NULL;
  gint64 id;
  gsize length;
  const char *data = g_bytes_get_data (frame, &length);

  message = beckon_message_parse (data, length, BECKON_PARTY_CLIENT, &id, &error);
  if (message != NULL)
    handle (session, message);
  else if (id == 0)
    beckon_connection_close (connection, BECKON_CLOSE_BAD_FRAME, error->message);
  else if (!is_too_fast (session, id))
    hub_session_refuse (session, id, error->code, error->message);
}

/* ---- life ---- */

static void
count_address (BeckonHub *self, const char *address, int change)
{
  const int count = GPOINTER_TO_INT (g_hash_table_lookup (self->by_address, address)) + change;

  if (count > 0)
    g_hash_table_insert (self->by_address, g_strdup (address), GINT_TO_POINTER (count));
  else
    g_hash_table_remove (self->by_address, address);
}

static void
session_free (HubSession *session)
{
  g_clear_handle_id (&session->hello_source, g_source_remove);
  g_queue_clear_full (&session->events, (GDestroyNotify) kept_event_free);
  g_clear_pointer (&session->watched, g_hash_table_unref);
  g_clear_pointer (&session->requests, beckon_rate_limiter_free);
  g_signal_handlers_disconnect_by_data (session->connection, session);
  g_clear_object (&session->connection);
  g_free (session->id);
  g_free (session->device);
  g_free (session->device_name);
  g_free (session);
}

void
hub_session_leave (HubSession *session, gboolean bye)
{
  HubUser *user = g_steal_pointer (&session->user);

  if (user == NULL)
    return;
  user->held++; /* a call that ends now may be the last thing they have */
  hub_presence_unwatch (session);
  g_ptr_array_remove (user->sessions, session);
  hub_call_device_gone (session->hub, user, session->device, bye);
  user->held--;
  hub_settle_user (session->hub, user);
}

void
hub_session_drop (HubSession *session)
{
  BeckonHub *self = session->hub;

  count_address (self, beckon_connection_get_address (session->connection), -1);
  g_ptr_array_remove_fast (self->connected, session);
  hub_session_leave (session, FALSE);
  session_free (session);
}

static void
on_closed (BeckonConnection *connection, HubSession *session)
{
  hub_session_drop (session);
}

void
beckon_hub_add (BeckonHub *self, BeckonConnection *connection)
{
  const char *address = beckon_connection_get_address (connection);
  HubSession *session;

  g_return_if_fail (BECKON_IS_HUB (self));
  g_return_if_fail (BECKON_IS_CONNECTION (connection));

  session = g_new0 (HubSession, 1);
  session->hub = self;
  session->connection = g_object_ref (connection);
  g_queue_init (&session->events);
  session->watched = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  session->requests = beckon_rate_limiter_new (self->config->requests_per_minute,
                                               self->config->requests_per_minute / 2);
  session->hello_source = g_timeout_add_seconds (self->config->hello_seconds, on_hello_late,
                                                 session);
  g_ptr_array_add (self->connected, session);
  count_address (self, address, 1);
  g_signal_connect (connection, "frame", G_CALLBACK (on_frame), session);
  g_signal_connect (connection, "closed", G_CALLBACK (on_closed), session);
  if (self->stopping)
    beckon_connection_close (connection, BECKON_CLOSE_STOPPING, "The server stops");
  else if (GPOINTER_TO_UINT (g_hash_table_lookup (self->by_address, address)) >
           self->config->connections_per_address)
    beckon_connection_close (connection, BECKON_CLOSE_RATE_LIMITED, "Too many connections");
}
