/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Sessions: hello, resuming, the connection that breaks, the end. */

#define G_LOG_DOMAIN "beckon-server"

#include "config.h"

#include "hub-private.h"

/* ---- hello ---- */

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
reply_to_hello (HubSession *session, BeckonMessage *request, gboolean resumed)
{
  BeckonMessage *reply = beckon_message_new_reply (beckon_message_get_id (request));
  JsonObject *user = json_object_new ();
  const gint64 missed = hub_history_missed (session->hub, session->user);

  json_object_set_string_member (user, "id", session->user->id);
  json_object_set_string_member (user, "name", session->user->name);
  beckon_message_set_string (reply, "session", session->id);
  beckon_message_set_boolean (reply, "resumed", resumed);
  beckon_message_set_object (reply, "user", user);
  beckon_message_set_object (reply, "server", describe_server (session->hub));
  beckon_message_set_object (reply, "limits", describe_limits (session->hub));
  beckon_message_set_array (reply, "ice_servers",
                            hub_ice_servers (session->hub, session->user->id));
  beckon_message_set_array (reply, "calls", hub_call_snapshot (session->user));
  if (missed >= 0)
    beckon_message_set_int (reply, "missed", missed);
  hub_client_send (session->client, reply);
}

/* A client whose token is refused forgets it: it must not be told so because the database failed. */
static void
refuse_hello (HubClient *client, BeckonMessage *request, const GError *error)
{
  const gint64 id = beckon_message_get_id (request);

  if (error->domain == BECKON_PROTOCOL_ERROR)
    {
      hub_client_refuse (client, id, BECKON_PROTOCOL_ERROR_BAD_TOKEN, error->message);
      beckon_connection_close (client->connection, BECKON_CLOSE_TOKEN_REFUSED,
                               "The token was refused");
      return;
    }
  g_warning ("Hello: %s", error->message);
  hub_client_refuse (client, id, BECKON_PROTOCOL_ERROR_INTERNAL,
                     "The server has a problem; try again later");
  beckon_connection_close (client->connection, BECKON_CLOSE_SERVER_ERROR,
                           "The server has a problem");
}

/* Others were given the token that one was signed out with. Nobody but them knows the names of their sessions, and
 * anybody can claim to be their device. */
static gboolean
has_stayed (HubClient *client, BeckonMessage *request, const char *hash)
{
  JsonObject *device = beckon_message_get_object (request, "device");
  JsonObject *resume = beckon_message_get_object (request, "resume");
  HubSession *session = NULL;

  if (resume != NULL)
    session = g_hash_table_lookup (client->hub->sessions,
                                   json_object_get_string_member (resume, "session"));
  return session != NULL && g_strcmp0 (session->token, hash) == 0 &&
         g_str_equal (session->device, json_object_get_string_member (device, "id"));
}

/* Its client forgets the password as well: somebody wanted it out. */
static gboolean
refuse_signed_out (HubClient *client, BeckonMessage *request, GError **error)
{
  g_autofree char *hash =
      beckon_accounts_hash_token (beckon_message_get_string (request, "token"));

  if (!beckon_accounts_is_revoked (client->hub->accounts, hash, error) ||
      has_stayed (client, request, hash))
    return FALSE;
  hub_client_refuse (client, beckon_message_get_id (request), BECKON_PROTOCOL_ERROR_BAD_TOKEN,
                     "This device was signed out");
  beckon_connection_close (client->connection, BECKON_CLOSE_SIGNED_OUT,
                           "This device was signed out");
  return TRUE;
}

/* Returns: (nullable): the session that is to be gone on with; else a new one is needed. */
static HubSession *
find_resumed (BeckonHub *self, HubUser *user, const char *device, JsonObject *resume)
{
  HubSession *session;
  const char *result = "resumed";

  if (resume == NULL)
    return NULL;
  session = g_hash_table_lookup (self->sessions, json_object_get_string_member (resume, "session"));
  if (session == NULL)
    result = "unknown";
  else if (session->user != user)
    result = "other-user";
  else if (!g_str_equal (session->device, device))
    result = "other-device";
  else if (session->overflown)
    result = "overflown";
  else if (json_object_get_int_member (resume, "seq") > session->seq)
    result = "ahead"; /* of a server whose data was put back to an earlier day */
  beckon_metrics_count (self->metrics, BECKON_COUNTER_RESUMES, result);
  return g_str_equal (result, "resumed") ? session : NULL;
}

/* Another connection is the device's own now. */
static void
take_over (HubSession *session)
{
  HubClient *older = g_steal_pointer (&session->client);

  if (older == NULL)
    return;
  older->session = NULL;
  beckon_connection_close (older->connection, BECKON_CLOSE_REPLACED, "This device came again");
}

void
hub_session_attach (HubSession *session, HubClient *client)
{
  g_assert (session->client == NULL && client->session == NULL);

  session->client = client;
  session->unsent = NULL;
  session->attached_at = hub_now (session->hub);
  client->session = session;
  beckon_timer_stop (&client->timer);
  beckon_timer_stop (&session->timer);
  hub_session_watch_replies (session);
}

static void
go_on (HubSession *session, HubClient *client, BeckonMessage *request, gint64 seq)
{
  take_over (session);
  hub_session_attach (session, client);
  hub_session_ack (session, seq);
  hub_call_device_back (session);
  reply_to_hello (session, request, TRUE);
  hub_session_send_again (session);
}

static HubSession *
begin (BeckonHub *self, HubClient *client, HubUser *user, BeckonMessage *request)
{
  JsonObject *device = beckon_message_get_object (request, "device");
  const char *id = json_object_get_string_member (device, "id");
  HubSession *older = hub_user_find_session (user, id);
  g_autofree char *session_id = self->new_id ();
  HubSession *session;

  if (older != NULL)
    {
      take_over (older);
      hub_session_end (older, FALSE);
    }
  session = hub_session_new (self, user, session_id, id,
                             json_object_get_string_member (device, "name"));
  session->ring = json_object_get_boolean_member_with_default (device, "ring", TRUE);
  hub_session_attach (session, client);
  return session;
}

/* Returns: (nullable) */
static HubSession *
find_longest_away (HubUser *user)
{
  HubSession *found = NULL;

  for (HubSession *each = user->sessions; each != NULL; each = each->next_of_user)
    if (each->client == NULL && (found == NULL || each->seen <= found->seen))
      found = each;
  return found;
}

static guint
count_sessions (HubUser *user)
{
  guint n = 0;

  for (HubSession *each = user->sessions; each != NULL; each = each->next_of_user)
    n++;
  return n;
}

/* Each event is kept, and written down, for each device. Whoever has left many of them somewhere
 * comes in all the same. Returns: FALSE: all are connected */
static gboolean
make_room (HubUser *user)
{
  while (count_sessions (user) >= BECKON_DEVICES_MAX)
    {
      HubSession *away = find_longest_away (user);

      if (away == NULL)
        return FALSE;
      hub_session_end (away, FALSE);
    }
  return TRUE;
}

static void
refuse_device (HubClient *client, BeckonMessage *request)
{
  hub_count_rate_limited (client->hub, "devices");
  hub_client_refuse (client, beckon_message_get_id (request), BECKON_PROTOCOL_ERROR_RATE_LIMITED,
                     "Too many devices of this account are connected");
  beckon_connection_close (client->connection, BECKON_CLOSE_RATE_LIMITED,
                           "Too many devices of this account");
}

/* Its client has given it up and connected again, and what it said before comes only now. */
static gboolean
is_outdated (HubClient *client, HubUser *user, const char *device)
{
  HubSession *session = hub_user_find_session (user, device);

  return session != NULL && session->client != NULL && session->client->number > client->number;
}

static void
set_token (HubSession *session, BeckonMessage *request, gint64 expires)
{
  g_autofree char *hash =
      beckon_accounts_hash_token (beckon_message_get_string (request, "token"));

  if (session->token != NULL && !g_str_equal (session->token, hash))
    hub_devices_left (session);
  g_free (session->token);
  session->token = g_steal_pointer (&hash);
  session->expires = expires;
}

gboolean
hub_session_hello (HubClient *client, BeckonMessage *request)
{
  BeckonHub *self = client->hub;
  JsonObject *device = beckon_message_get_object (request, "device");
  JsonObject *resume = beckon_message_get_object (request, "resume");
  g_autoptr (GError) error = NULL;
  g_autoptr (BeckonStoredAccount) account = NULL;
  HubSession *session;
  HubUser *user;

  if (refuse_signed_out (client, request, &error))
    return TRUE;
  if (error == NULL)
    account = beckon_accounts_check_token (self->accounts,
                                           beckon_message_get_string (request, "token"), &error);
  if (account == NULL)
    {
      refuse_hello (client, request, error);
      return TRUE;
    }
  user = hub_find_user (self, account->user);
  if (user != NULL && !hub_user_can_be_read (self, user))
    return FALSE;
  if (user != NULL && is_outdated (client, user, json_object_get_string_member (device, "id")))
    {
      beckon_connection_close (client->connection, BECKON_CLOSE_REPLACED,
                               "This device came again");
      return TRUE;
    }
  user = hub_get_user (self, account->user, account->name);
  hub_user_set_name (user, account->name); /* they may have been nobody when somebody called them */
  user->held++;
  session = find_resumed (self, user, json_object_get_string_member (device, "id"), resume);
  if (session != NULL)
    {
      const gboolean rang = session->ring;

      session->ring = json_object_get_boolean_member_with_default (device, "ring", TRUE);
      set_token (session, request, account->expires);
      hub_record_session (session);
      go_on (session, client, request, json_object_get_int_member (resume, "seq"));
      if (!rang)
        hub_call_session_started (session);
    }
  else if (hub_user_find_session (user, json_object_get_string_member (device, "id")) == NULL &&
           !make_room (user))
    refuse_device (client, request);
  else
    {
      session = begin (self, client, user, request);
      set_token (session, request, account->expires);
      hub_record_session (session);
      reply_to_hello (session, request, FALSE);
      hub_call_session_started (session);
    }
  user->held--;
  hub_presence_update (self, user);
  return TRUE;
}

/* ---- life ---- */

HubSession *
hub_session_new (BeckonHub *self,
                 HubUser *user,
                 const char *id,
                 const char *device,
                 const char *device_name)
{
  HubSession *session = g_new0 (HubSession, 1);

  session->hub = self;
  session->user = user;
  session->id = g_strdup (id);
  session->device = g_strdup (device);
  session->device_name = g_strdup (device_name);
  session->ring = TRUE;
  session->dnd = hub_dnd_get (self, user->id, device);
  session->signal_bytes = self->config->signal_bytes_per_minute;
  session->signals_at = hub_now (self);
  g_queue_init (&session->events);
  g_queue_init (&session->replies);
  session->next_of_user = user->sessions;
  user->sessions = session;
  g_hash_table_insert (self->sessions, session->id, session);
  beckon_metrics_add (self->metrics, BECKON_GAUGE_SESSIONS, 1);
  return session;
}

void
hub_session_free (HubSession *session)
{
  beckon_metrics_add (session->hub->metrics, BECKON_GAUGE_SESSIONS, -1);
  beckon_timer_stop (&session->timer);
  if (session->dirty)
    g_ptr_array_remove_fast (session->hub->dirty_sessions, session);
  g_queue_clear_full (&session->events, (GDestroyNotify) hub_event_free);
  g_queue_clear_full (&session->replies, (GDestroyNotify) hub_reply_free);
  g_clear_pointer (&session->watched, g_hash_table_unref);
  g_free (session->id);
  g_free (session->device);
  g_free (session->device_name);
  g_free (session->token);
  g_free (session);
}

static void
on_end (gpointer user_data)
{
  hub_session_end (user_data, FALSE);
}

void
hub_session_end_soon (HubSession *session)
{
  hub_timer (session->hub, &session->timer, hub_now (session->hub), on_end, session);
}

static void
on_presence_over (gpointer user_data)
{
  HubUser *user = user_data;

  if (user->sessions != NULL)
    hub_presence_update (user->sessions->hub, user);
}

void
hub_session_detach (HubSession *session)
{
  BeckonHub *self = session->hub;
  HubUser *user = session->user;
  const gint64 now = hub_now (self);

  session->client = NULL;
  session->unsent = NULL;
  session->seen = now;
  if (self->disposing)
    return;
  user->held++;
  user->seen = now;
  hub_timer (self, &user->timer, now + self->config->presence_grace * 1000, on_presence_over, user);
  hub_timer (self, &session->timer,
             session->overflown ? now : now + self->config->session_seconds * 1000, on_end,
             session);
  hub_call_device_gone (self, user, session->device, FALSE);
  user->held--;
  hub_user_settle (self, user);
}

static void
unlink_session (HubSession *session)
{
  HubSession **link = &session->user->sessions;

  while (*link != session)
    link = &(*link)->next_of_user;
  *link = session->next_of_user;
  g_hash_table_steal (session->hub->sessions, session->id);
}

void
hub_session_end (HubSession *session, gboolean bye)
{
  BeckonHub *self = session->hub;
  HubUser *user = session->user;

  user->held++; /* a call that ends now may be the last thing they have */
  if (session->client != NULL)
    session->client->session = NULL;
  hub_presence_unwatch (session);
  hub_devices_left (session);
  hub_record_erase_session (session);
  unlink_session (session);
  if (bye && user->sessions == NULL)
    user->seen = 0;
  hub_call_device_gone (self, user, session->device, bye);
  hub_session_free (session);
  user->held--;
  hub_user_settle (self, user);
}

void
hub_session_revoke (BeckonHub *self, const char *token)
{
  g_autoptr (GPtrArray) revoked = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->sessions);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (g_strcmp0 (((HubSession *) value)->token, token) == 0)
      g_ptr_array_add (revoked, value);
  for (guint i = 0; i < revoked->len; i++)
    {
      HubSession *session = g_ptr_array_index (revoked, i);

      if (session->client != NULL)
        beckon_connection_close (session->client->connection, BECKON_CLOSE_SIGNED_OUT,
                                 "This device was signed out");
      hub_session_end (session, TRUE);
    }
}
