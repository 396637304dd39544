/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Connections: what comes in, from the first frame on, and how fast it may. */

#define G_LOG_DOMAIN "beckon-server"

#include "config.h"

#include "hub-private.h"

/* Requests refused in a row for coming too fast, after which it is no mistake any more. */
#define REFUSED_MAX 100
/* What a client may say while it has to wait for a commit. */
#define WAITING_BYTES_MAX (1024 * 1024)

/* ---- sending ---- */

void
hub_client_send (HubClient *client, BeckonMessage *message)
{
  g_autoptr (BeckonMessage) owned = message;
  g_autoptr (GBytes) frame = beckon_message_to_bytes (owned);

  beckon_connection_send (client->connection, frame,
                          beckon_store_get_barrier (client->hub->store));
}

void
hub_client_refuse (HubClient *client, gint64 re, BeckonProtocolError code, const char *text)
{
  beckon_metrics_count (client->hub->metrics, BECKON_COUNTER_ERRORS,
                        beckon_protocol_error_to_code (code));
  hub_client_send (client, beckon_message_new_error_reply (re, code, text));
}

void
hub_count_rate_limited (BeckonHub *self, const char *limit)
{
  beckon_metrics_count (self->metrics, BECKON_COUNTER_RATE_LIMITED, limit);
}

/* ---- how fast ---- */

/* Returns: 0, or the seconds until one more may come. */
static guint
take_request (HubClient *client)
{
  const BeckonServerConfig *config = client->hub->config;
  const double per_ms = config->requests_per_minute / 60000.0;
  const double burst = MAX (1, config->requests_per_minute / 2);
  const gint64 now = hub_now (client->hub);

  client->requests = MIN (burst, client->requests + (now - client->requests_at) * per_ms);
  client->requests_at = now;
  if (client->requests < 1)
    return MAX (1, (guint) ((1 - client->requests) / per_ms / 1000 + 0.999));
  client->requests -= 1;
  return 0;
}

/* Returns: 0, or the seconds until one more may come; then the connection may be closing. */
static guint
count_request (HubClient *client)
{
  const guint wait = take_request (client);

  if (wait == 0)
    {
      client->refused = 0;
      return 0;
    }
  hub_count_rate_limited (client->hub, "requests");
  if (++client->refused > REFUSED_MAX)
    beckon_connection_close (client->connection, BECKON_CLOSE_RATE_LIMITED, "Too many requests");
  return wait;
}

/* @id: of a request */
static BeckonMessage *
new_too_fast_reply (gint64 id, guint wait)
{
  BeckonMessage *reply = beckon_message_new_error_reply (id, BECKON_PROTOCOL_ERROR_RATE_LIMITED,
                                                         "Too many requests");

  json_object_set_int_member (beckon_message_get_object (reply, "error"), "retry_after", wait);
  return reply;
}

/* ---- receiving ---- */

/* Returns: FALSE: it has to be handled again after the next commit. */
static gboolean
handle_request (HubClient *client, BeckonMessage *request, guint wait)
{
  const gboolean is_hello = beckon_message_get_message_type (request) == BECKON_HELLO;
  const gint64 id = beckon_message_get_id (request);

  if (!is_hello && client->session != NULL)
    return hub_handle_request (client->session, request,
                               wait > 0 ? new_too_fast_reply (id, wait) : NULL);
  if (wait > 0)
    hub_client_send (client, new_too_fast_reply (id, wait));
  else if (is_hello && client->session == NULL)
    return hub_session_hello (client, request);
  else
    hub_client_refuse (client, id, BECKON_PROTOCOL_ERROR_HELLO_FIRST,
                       is_hello ? "Hello was said already" : "Say hello first");
  return TRUE;
}

/* Returns: FALSE: it has to be handled again after the next commit. @again: it is. */
static gboolean
handle_message (HubClient *client, BeckonMessage *message, gboolean again)
{
  const gint64 ack = beckon_message_get_ack (message);
  const gboolean news = client->session != NULL && ack > 0 && hub_session_ack (client->session, ack);

  if (beckon_message_get_kind (message) == BECKON_MESSAGE_REQUEST)
    return handle_request (client, message, again ? 0 : count_request (client));
  if (!news && !again)
    count_request (client);
  return TRUE;
}

static void
refuse_malformed (HubClient *client, gint64 id, const GError *error)
{
  const guint wait = count_request (client);

  if (wait > 0)
    hub_client_send (client, new_too_fast_reply (id, wait));
  else
    hub_client_refuse (client, id, error->code, error->message);
}

static gboolean
handle_frame (HubClient *client, const char *text, gsize length, gboolean again)
{
  g_autoptr (GError) error = NULL;
  gint64 id;
  g_autoptr (BeckonMessage) message = beckon_message_parse (text, length, BECKON_PARTY_CLIENT, &id,
                                                            &error);

  if (message != NULL)
    return handle_message (client, message, again);
  if (id == 0)
    beckon_connection_close (client->connection, BECKON_CLOSE_BAD_FRAME, error->message);
  else
    refuse_malformed (client, id, error);
  return TRUE;
}

static void
on_frame (gpointer user_data, const char *text, gsize length)
{
  HubClient *client = user_data;

  if (client->waiting != NULL || !handle_frame (client, text, length, FALSE))
    hub_client_wait (client, text, length);
}

void
hub_client_wait (HubClient *client, const char *text, gsize length)
{
  if (client->waiting == NULL)
    {
      client->waiting = g_queue_new ();
      g_ptr_array_add (client->hub->waiting, client);
    }
  g_queue_push_tail (client->waiting, g_bytes_new (text, length));
  client->waiting_bytes += length;
  if (client->waiting_bytes > WAITING_BYTES_MAX)
    {
      hub_count_rate_limited (client->hub, "waiting");
      beckon_connection_close (client->connection, BECKON_CLOSE_RATE_LIMITED,
                               "Too much while the server has to wait");
    }
}

static void
free_waiting (GQueue *waiting)
{
  g_queue_free_full (waiting, (GDestroyNotify) g_bytes_unref);
}

/* The first of them has been looked at before, and is not counted again. */
static void
handle_waiting (HubClient *client)
{
  GQueue *waiting = g_steal_pointer (&client->waiting);
  gboolean again = TRUE;

  while (!g_queue_is_empty (waiting))
    {
      GBytes *frame = g_queue_peek_head (waiting);
      gsize length;
      const char *text = g_bytes_get_data (frame, &length);

      if (!handle_frame (client, text, length, again))
        {
          client->waiting = waiting;
          g_ptr_array_add (client->hub->waiting, client);
          return;
        }
      again = FALSE;
      client->waiting_bytes -= length;
      g_bytes_unref (g_queue_pop_head (waiting));
    }
  free_waiting (waiting);
}

void
hub_client_resume_waiting (BeckonHub *self)
{
  g_autoptr (GPtrArray) clients = g_steal_pointer (&self->waiting);

  self->waiting = g_ptr_array_new ();
  for (guint i = 0; i < clients->len; i++)
    handle_waiting (g_ptr_array_index (clients, i));
}

/* ---- life ---- */

static void
on_hello_late (gpointer user_data)
{
  HubClient *client = user_data;

  beckon_connection_close (client->connection, BECKON_CLOSE_NO_HELLO, "No hello came");
}

/* Returns: how many connections that address has then. */
static guint
count_address (BeckonHub *self, const char *address, int change)
{
  const guint count = GPOINTER_TO_UINT (g_hash_table_lookup (self->by_address, address)) + change;

  if (count > 0)
    g_hash_table_insert (self->by_address, g_strdup (address), GUINT_TO_POINTER (count));
  else
    g_hash_table_remove (self->by_address, address);
  return count;
}

void
hub_client_drop (HubClient *client)
{
  BeckonHub *self = client->hub;
  HubSession *session = client->session;

  count_address (self, beckon_connection_get_address (client->connection), -1);
  g_hash_table_remove (self->clients, client);
  if (client->waiting != NULL)
    g_ptr_array_remove_fast (self->waiting, client);
  g_clear_pointer (&client->waiting, free_waiting);
  beckon_timer_stop (&client->timer);
  beckon_connection_set_handler (client->connection, NULL, NULL);
  if (session != NULL)
    hub_session_detach (session);
  beckon_connection_unref (client->connection);
  g_free (client);
}

static void
on_closed (gpointer user_data)
{
  hub_client_drop (user_data);
}

static void
on_drained (gpointer user_data)
{
  HubClient *client = user_data;

  if (client->session != NULL)
    hub_session_send_unsent (client->session);
}

void
beckon_hub_add (BeckonHub *self, BeckonConnection *connection)
{
  static const BeckonConnectionHandler handler = { on_frame, on_closed, on_drained };
  const char *address = beckon_connection_get_address (connection);
  HubClient *client;

  g_return_if_fail (BECKON_IS_HUB (self));

  client = g_new0 (HubClient, 1);
  client->hub = self;
  client->number = ++self->last_client;
  client->connection = beckon_connection_ref (connection);
  client->requests = MAX (1, self->config->requests_per_minute / 2);
  client->requests_at = hub_now (self);
  hub_timer (self, &client->timer, hub_now (self) + self->config->hello_seconds * 1000,
             on_hello_late, client);
  g_hash_table_add (self->clients, client);
  beckon_connection_set_handler (connection, &handler, client);
  if (count_address (self, address, 1) > self->config->connections_per_address)
    {
      hub_count_rate_limited (self, "connections");
      beckon_connection_close (connection, BECKON_CLOSE_RATE_LIMITED, "Too many connections");
    }
  else if (self->stopping)
    beckon_connection_close (connection, BECKON_CLOSE_STOPPING, "The server stops");
}
