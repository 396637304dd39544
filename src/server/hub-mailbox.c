/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What makes that nothing is lost and nothing happens twice: events are kept until they are acknowledged, and
 * replies until nobody can ask for them again.
 *
 * A reply is kept only if it says more than that it was done: a request that was handled and has no
 * kept reply was done. */

#define G_LOG_DOMAIN "beckon-server"

#include "config.h"

#include "hub-private.h"

/* Events that a client may leave unacknowledged, and their bytes. */
#define EVENTS_MAX 10000
#define EVENT_BYTES_MAX (8 * 1024 * 1024)
/* A connection that died without a sign is noticed after silence-seconds, and its session goes after
 * session-seconds: whose connection has held for longer than both has the replies that were there. */
#define REPLY_MORE_MS 15000
#define REPLIES_MAX 4096

void
hub_event_free (HubEvent *event)
{
  g_bytes_unref (event->frame);
  g_free (event->received);
  g_free (event);
}

void
hub_reply_free (HubReply *reply)
{
  g_bytes_unref (reply->frame);
  g_free (reply);
}

void
hub_session_set_dirty (HubSession *session)
{
  if (session->dirty)
    return;
  session->dirty = TRUE;
  g_ptr_array_add (session->hub->dirty_sessions, session);
  beckon_store_touch (session->hub->store);
}

static void
send_frame (HubSession *session, GBytes *frame)
{
  if (session->client != NULL)
    beckon_connection_send (session->client->connection, frame,
                            beckon_store_get_barrier (session->hub->store));
}

/* ---- events ---- */

/* Of an event with the number 1. */
#define HEAD "{\"seq\":1"

GBytes *
hub_event_tail (BeckonMessage *event)
{
  g_autoptr (GBytes) frame = beckon_message_to_event_bytes (event, 1);
  const gsize length = g_bytes_get_size (frame);

  g_assert (length > strlen (HEAD) &&
            memcmp (g_bytes_get_data (frame, NULL), HEAD, strlen (HEAD)) == 0);
  return g_bytes_new_from_bytes (frame, strlen (HEAD), length - strlen (HEAD));
}

static GBytes *
number_event (gint64 seq, GBytes *tail)
{
  char head[32];
  const gsize head_length = g_snprintf (head, sizeof head, "{\"seq\":%" G_GINT64_FORMAT, seq);
  gsize length;
  const char *text = g_bytes_get_data (tail, &length);
  char *frame = g_malloc (head_length + length);

  memcpy (frame, head, head_length);
  memcpy (frame + head_length, text, length);
  return g_bytes_new_take (frame, head_length + length);
}

static void
overflow (HubSession *session)
{
  session->overflown = TRUE;
  hub_count_rate_limited (session->hub, "events");
  if (session->client != NULL)
    beckon_connection_close (session->client->connection, BECKON_CLOSE_RATE_LIMITED,
                             "Events are not acknowledged");
  hub_session_end_soon (session);
}

/* Who does not read as fast as things happen is told the rest later, from the mailbox: it does not pile up in the
 * connection. @event: the newest one */
static void
send_event (HubSession *session, const HubEvent *event)
{
  if (session->client == NULL || session->unsent != NULL)
    return;
  if (beckon_connection_has_room (session->client->connection, g_bytes_get_size (event->frame)))
    send_frame (session, event->frame);
  else
    session->unsent = session->events.tail;
}

/* @frame: (transfer full): of the event with the next number */
static void
add_event (HubSession *session, GBytes *frame, const char *received)
{
  HubEvent *event = g_new (HubEvent, 1);

  *event = (HubEvent) { ++session->seq, frame, g_strdup (received) };
  g_queue_push_tail (&session->events, event);
  session->event_bytes += g_bytes_get_size (frame);
  hub_record_event (session, event);
  hub_session_set_dirty (session);
  send_event (session, event);
  if (g_queue_get_length (&session->events) > EVENTS_MAX || session->event_bytes > EVENT_BYTES_MAX)
    overflow (session);
}

void
hub_session_event_tail (HubSession *session, GBytes *tail)
{
  if (!session->overflown)
    add_event (session, number_event (session->seq + 1, tail), NULL);
}

/* @received: (nullable): the call of a call.received */
static void
add_message (HubSession *session, BeckonMessage *event, const char *received)
{
  if (session->overflown)
    return;
  beckon_metrics_count (session->hub->metrics, BECKON_COUNTER_EVENTS,
                        beckon_message_type_to_string (beckon_message_get_message_type (event)));
  add_event (session, beckon_message_to_event_bytes (event, session->seq + 1), received);
}

void
hub_session_event (HubSession *session, BeckonMessage *event)
{
  g_assert (beckon_message_get_message_type (event) != BECKON_CALL_RECEIVED);
  add_message (session, event, NULL);
}

void
hub_session_ring (HubSession *session, BeckonMessage *event, const char *call)
{
  g_assert (beckon_message_get_message_type (event) == BECKON_CALL_RECEIVED);
  add_message (session, event, call);
}

gboolean
hub_session_ack (HubSession *session, gint64 seq)
{
  gboolean news = FALSE;
  HubEvent *event;

  while ((event = g_queue_peek_head (&session->events)) != NULL && event->seq <= seq)
    {
      if (session->unsent == session->events.head)
        session->unsent = session->unsent->next;
      g_queue_pop_head (&session->events);
      session->event_bytes -= g_bytes_get_size (event->frame);
      hub_record_erase_event (session, event->seq);
      news = TRUE;
      if (event->received != NULL)
        hub_call_delivered (session, event->received);
      hub_event_free (event);
    }
  return news;
}

/* How long it still rings has changed since it was written; 0 if it does not ring any more. */
static GBytes *
bring_up_to_date (HubSession *session, HubEvent *event)
{
  static const char name[] = "\"remaining_ms\":";
  BeckonHub *self = session->hub;
  HubCall *call = g_hash_table_lookup (self->calls, event->received);
  HubParticipant *participant = call != NULL ? hub_call_find_participant (call, session->user) : NULL;
  const gint64 left = participant != NULL && hub_participant_is_alerted (participant)
                          ? MAX (0, participant->until - hub_now (self))
                          : 0;
  gsize length;
  const char *text = g_bytes_get_data (event->frame, &length);
  const char *place = memmem (text, length, name, strlen (name));
  const char *rest;
  GString *frame;

  g_assert (place != NULL); /* as a member: within a string its quotation marks would be escaped */
  place += strlen (name);
  rest = place + strspn (place, "0123456789");
  frame = g_string_new_len (text, place - text);
  g_string_append_printf (frame, "%" G_GINT64_FORMAT, left);
  g_string_append_len (frame, rest, text + length - rest);
  return g_string_free_to_bytes (frame);
}

void
hub_session_send_unsent (HubSession *session)
{
  BeckonConnection *connection = session->client->connection;

  while (session->unsent != NULL)
    {
      HubEvent *event = session->unsent->data;
      g_autoptr (GBytes) frame = event->received != NULL ? bring_up_to_date (session, event)
                                                         : g_bytes_ref (event->frame);

      if (!beckon_connection_has_room (connection, g_bytes_get_size (frame)))
        return;
      session->unsent = session->unsent->next;
      send_frame (session, frame);
    }
}

void
hub_session_send_again (HubSession *session)
{
  session->unsent = session->events.head;
  hub_session_send_unsent (session);
}

/* ---- replies ---- */

static void
drop_oldest_reply (HubSession *session)
{
  HubReply *reply = g_queue_pop_head (&session->replies);

  session->forgotten = reply->id;
  hub_session_set_dirty (session);
  hub_record_erase_reply (session, reply->id);
  hub_reply_free (reply);
}

/* Returns: when the next one can be forgotten; 0: none are left. */
static gint64
forget_replies (HubSession *session)
{
  const BeckonServerConfig *config = session->hub->config;
  const gint64 life = (config->silence_seconds + config->session_seconds) * 1000 + REPLY_MORE_MS;
  HubReply *oldest;

  while ((oldest = g_queue_peek_head (&session->replies)) != NULL &&
         MAX (oldest->time, session->attached_at) + life <= hub_now (session->hub))
    drop_oldest_reply (session);
  return oldest != NULL ? MAX (oldest->time, session->attached_at) + life : 0;
}

static void
on_replies_old (gpointer user_data)
{
  hub_session_watch_replies (user_data);
}

void
hub_session_watch_replies (HubSession *session)
{
  const gint64 next = forget_replies (session);

  if (next > 0)
    hub_timer (session->hub, &session->timer, next, on_replies_old, session);
}

static void
keep_reply (HubSession *session, gint64 id, GBytes *frame)
{
  HubReply *reply = g_new (HubReply, 1);

  *reply = (HubReply) { id, hub_now (session->hub), g_bytes_ref (frame) };
  g_queue_push_tail (&session->replies, reply);
  hub_record_reply (session, reply);
  if (g_queue_get_length (&session->replies) > REPLIES_MAX)
    drop_oldest_reply (session);
  if (!beckon_timer_is_running (&session->timer)) /* which it does without a connection */
    hub_session_watch_replies (session);
}

static void
send_reply (HubSession *session, gint64 id, BeckonMessage *reply, gboolean keep)
{
  g_autoptr (GBytes) frame = beckon_message_to_bytes (reply);

  if (keep)
    keep_reply (session, id, frame);
  send_frame (session, frame);
}

void
hub_session_reply (HubSession *session, BeckonMessage *request, BeckonMessage *reply)
{
  g_autoptr (BeckonMessage) owned = reply;

  if (!beckon_message_is_ok (reply))
    beckon_metrics_count (session->hub->metrics, BECKON_COUNTER_ERRORS,
                          g_intern_string (json_object_get_string_member (
                              beckon_message_get_object (reply, "error"), "code")));
  send_reply (session, beckon_message_get_id (request), reply,
              !hub_request_only_asks (beckon_message_get_message_type (request)));
}

void
hub_session_reply_ok (HubSession *session, BeckonMessage *request)
{
  const gint64 id = beckon_message_get_id (request);
  g_autoptr (BeckonMessage) reply = beckon_message_new_reply (id);

  send_reply (session, id, reply, FALSE);
}

void
hub_session_refuse (HubSession *session, BeckonMessage *request, BeckonProtocolError code,
                    const char *text)
{
  hub_session_reply (session, request,
                     beckon_message_new_error_reply (beckon_message_get_id (request), code, text));
}

void
hub_session_refuse_internal (HubSession *session, BeckonMessage *request, const GError *error)
{
  g_warning ("%s of %s: %s",
             beckon_message_type_to_string (beckon_message_get_message_type (request)),
             session->user->id, error->message);
  hub_session_refuse (session, request, BECKON_PROTOCOL_ERROR_INTERNAL,
                      "The server has a problem; try again later");
}

gboolean
hub_session_repeat (HubSession *session, BeckonMessage *request)
{
  const gint64 id = beckon_message_get_id (request);

  if (hub_request_only_asks (beckon_message_get_message_type (request)))
    return FALSE;
  for (GList *l = session->replies.tail; l != NULL; l = l->prev)
    {
      HubReply *reply = l->data;

      if (reply->id == id)
        {
          send_frame (session, reply->frame);
          return TRUE;
        }
    }
  if (id > session->forgotten)
    hub_session_reply_ok (session, request);
  else
    {
      g_autoptr (BeckonMessage) reply = beckon_message_new_error_reply (
          id, BECKON_PROTOCOL_ERROR_INTERNAL, "That is too long ago");

      send_reply (session, id, reply, FALSE);
    }
  return TRUE;
}
