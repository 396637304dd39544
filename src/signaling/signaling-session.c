/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What is said on a connection: hello, which resumes the session or begins one, then replies and
 * events, each in its turn.
 *
 * Events count up by one. One that was handled before is acknowledged and forgotten; one too far on
 * says that the server has lost some, and a session that neither side can trust is given up for a
 * new one, whose snapshot says how things are. */

#define G_LOG_DOMAIN "beckon-signaling"

#include "config.h"

#include "signaling-private.h"

#define HELLO_ID 1         /* of every hello; requests go on behind it, also over connections */
#define SILENCE_SECONDS 15 /* then we ping */
#define PROBE_MS 1000      /* the answer may take so long where the network has just changed */
/* Credentials for relays are fetched anew when half their life is over, or after this time where
 * our clock says that they are of the past. */
#define ICE_SECONDS 300

void
beckon_signaling_stop_session_sources (BeckonSignalingService *self)
{
  g_clear_handle_id (&self->silence_source, g_source_remove);
  g_clear_handle_id (&self->probe_source, g_source_remove);
  g_clear_handle_id (&self->deadline_source, g_source_remove);
  g_clear_handle_id (&self->frame_source, g_source_remove);
  g_clear_handle_id (&self->ice_source, g_source_remove);
}

void
beckon_signaling_forget_session (BeckonSignalingService *self)
{
  g_clear_pointer (&self->session, g_free);
}

static GError *
new_unreachable (BeckonSignalingService *self, const char *format)
{
  g_autofree char *text = g_strconcat (self->server, " ", format, NULL);

  return g_error_new_literal (BECKON_SIGNALING_ERROR, BECKON_SIGNALING_ERROR_UNREACHABLE, text);
}

/* What it says is not to be trusted, and saying it again would not help; @why: (transfer full). */
static void
give_up_session (BeckonSignalingService *self, GError *why)
{
  g_message ("%s broke the protocol: %s", self->server, why->message);
  beckon_signaling_forget_session (self);
  beckon_signaling_connection_broke (self, why);
}

/* ---- silence ---- */

static gboolean
on_silence (gpointer user_data)
{
  BeckonSignalingService *self = user_data;
  g_autoptr (BeckonMessage) ping = NULL;

  if (g_get_monotonic_time () - self->heard < SILENCE_SECONDS * G_USEC_PER_SEC / 2)
    {
      self->pings = 0;
      return G_SOURCE_CONTINUE;
    }
  if (self->pings >= 2)
    {
      self->silence_source = 0;
      beckon_signaling_connection_broke (self, new_unreachable (self, "does not answer any more"));
      return G_SOURCE_REMOVE;
    }
  self->pings++;
  /* Nobody waits for its reply, and after a break it need not be asked again. */
  ping = beckon_message_new_request (BECKON_PING, ++self->last_id);
  beckon_signaling_send_message (self, ping);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_probe_over (gpointer user_data)
{
  BeckonSignalingService *self = user_data;

  self->probe_source = 0;
  if (self->heard < self->probed)
    beckon_signaling_connection_broke (self, new_unreachable (self, "does not answer any more"));
  return G_SOURCE_REMOVE;
}

void
beckon_signaling_probe (BeckonSignalingService *self)
{
  g_autoptr (BeckonMessage) ping = NULL;

  if (!self->ready)
    return;
  if (beckon_signaling_has_lost_address (self))
    {
      beckon_signaling_connection_broke (
          self, new_unreachable (self, "was reached from an address that has gone"));
      return;
    }
  g_clear_handle_id (&self->probe_source, g_source_remove);
  self->probed = g_get_monotonic_time ();
  self->probe_source = g_timeout_add (PROBE_MS, on_probe_over, self);
  ping = beckon_message_new_request (BECKON_PING, ++self->last_id);
  beckon_signaling_send_message (self, ping);
}

/* ---- ICE servers ---- */

static BeckonIceServer *
read_ice_server (JsonObject *object)
{
  JsonArray *urls = json_object_get_array_member (object, "urls");
  BeckonIceServer *server = g_new0 (BeckonIceServer, 1);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; i < json_array_get_length (urls); i++)
    g_strv_builder_add (builder, json_array_get_string_element (urls, i));
  server->urls = g_strv_builder_end (builder);
  server->username =
      g_strdup (json_object_get_string_member_with_default (object, "username", NULL));
  server->credential =
      g_strdup (json_object_get_string_member_with_default (object, "credential", NULL));
  return server;
}

/* Returns: seconds until it is time to ask for new credentials, 0 if none of them expires. What
 * expires has the Unix time at which it does in front of its name. */
static guint
find_ice_refresh (BeckonSignalingService *self)
{
  const gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  gint64 first = G_MAXINT64;

  for (guint i = 0; i < self->ice_servers->len; i++)
    {
      const BeckonIceServer *server = g_ptr_array_index (self->ice_servers, i);
      char *end = NULL;
      const gint64 expires =
          server->username != NULL ? g_ascii_strtoll (server->username, &end, 10) : 0;

      if (expires > 0 && *end == ':')
        first = MIN (first, expires);
    }
  if (first == G_MAXINT64)
    return 0;
  return first > now ? CLAMP ((first - now) / 2, 1, G_MAXINT) : ICE_SECONDS;
}

static gboolean on_ice_refresh (gpointer user_data);

static void
read_ice_servers (BeckonSignalingService *self, BeckonMessage *reply)
{
  JsonArray *array = beckon_message_get_array (reply, "ice_servers");
  guint seconds;

  g_ptr_array_set_size (self->ice_servers, 0);
  for (guint i = 0; i < json_array_get_length (array); i++)
    g_ptr_array_add (self->ice_servers, read_ice_server (json_array_get_object_element (array, i)));
  seconds = find_ice_refresh (self);
  g_clear_handle_id (&self->ice_source, g_source_remove);
  if (seconds > 0)
    self->ice_source = g_timeout_add_seconds (seconds, on_ice_refresh, self);
}

static gpointer
keep_reply (BeckonMessage *reply)
{
  return beckon_message_ref (reply);
}

static void
on_ice_answered (GObject *source, GAsyncResult *result, gpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeckonMessage) reply = g_task_propagate_pointer (G_TASK (result), &error);

  if (reply != NULL)
    read_ice_servers (BECKON_SIGNALING_SERVICE (source), reply);
  else
    g_debug ("No new credentials for relays: %s", error->message); /* the next hello has some */
}

static gboolean
on_ice_refresh (gpointer user_data)
{
  BeckonSignalingService *self = user_data;
  GTask *task = g_task_new (self, NULL, on_ice_answered, NULL);

  self->ice_source = 0;
  g_task_set_source_tag (task, on_ice_refresh);
  beckon_signaling_service_request (self, beckon_message_new_request (BECKON_ICE_SERVERS, 0), task,
                                    keep_reply, (GDestroyNotify) beckon_message_unref);
  return G_SOURCE_REMOVE;
}

/* ---- hello ---- */

static GPtrArray *
read_calls (BeckonSignalingService *self, BeckonMessage *reply)
{
  GPtrArray *calls = g_ptr_array_new_with_free_func ((GDestroyNotify) beckon_call_snapshot_free);
  JsonArray *array = beckon_message_get_array (reply, "calls");

  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonObject *object = json_array_get_object_element (array, i);

      /* We have said our last word about it; the server has not heard it yet. */
      if (!beckon_signaling_is_done_with (self, json_object_get_string_member (object, "call")))
        g_ptr_array_add (calls, beckon_signaling_read_snapshot (object));
    }
  return calls;
}

static void
refuse_hello (BeckonSignalingService *self, GError *error)
{
  const gboolean token =
      g_error_matches (error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_BAD_TOKEN);

  if (token && self->password != NULL)
    {
      /* The next attempt asks for a new one; unless the close code, which comes now, says that
       * somebody has signed this device out. */
      beckon_signaling_set_token (self, NULL);
      g_error_free (error);
      return;
    }
  g_clear_handle_id (&self->deadline_source, g_source_remove);
  if (token)
    beckon_signaling_give_up (self, error); /* only a person can help */
  else
    beckon_signaling_connection_broke (self, error);
}

/* The session that this connection has from here on. Returns: whether it is the one from before. */
static gboolean
enter_session (BeckonSignalingService *self, BeckonMessage *reply)
{
  const char *session = beckon_message_get_string (reply, "session");
  const gboolean resumed =
      beckon_message_get_boolean (reply, "resumed") && g_strcmp0 (self->session, session) == 0;

  if (!resumed)
    {
      beckon_signaling_forget_session (self);
      self->session = g_strdup (session);
      self->last_seq = self->acked = 0;
      self->last_id = HELLO_ID;
    }
  self->ready = TRUE;
  self->was_ready = TRUE;
  self->attempts = 0;
  self->pings = 0;
  self->silence_source = g_timeout_add_seconds (SILENCE_SECONDS, on_silence, self);
  return resumed;
}

static void
on_wish_told (GObject *source, GAsyncResult *result, gpointer unused)
{
  g_autoptr (GError) error = NULL;

  if (!beckon_signaling_service_request_finish (BECKON_SIGNALING_SERVICE (source), result, &error))
    g_debug ("The server was not told what is wished: %s", error->message);
}

void
beckon_signaling_tell_ring (BeckonSignalingService *self)
{
  BeckonMessage *message = beckon_message_new_request (BECKON_DEVICE_SET, 0);
  GTask *task = g_task_new (self, NULL, on_wish_told, NULL);

  beckon_message_set_boolean (message, "ring", self->ring);
  g_task_set_source_tag (task, beckon_signaling_tell_ring);
  beckon_signaling_service_request (self, message, task, NULL, NULL);
}

/* A new session may be that of a server that has lost what we wish. */
static void
tell_wishes (BeckonSignalingService *self)
{
  if (self->dnd)
    beckon_signaling_service_set_presence_async (self, BECKON_PRESENCE_DND, NULL, on_wish_told,
                                                 NULL);
}

/* Also that there are none is news then: until now nobody knew. */
static void
read_missed (BeckonSignalingService *self, gint64 missed)
{
  if (missed == self->missed)
    g_object_notify (G_OBJECT (self), "missed");
  else
    beckon_signaling_set_missed (self, MIN (missed, G_MAXUINT));
}

static void
take_hello_reply (BeckonSignalingService *self, BeckonMessage *reply)
{
  g_autoptr (GPtrArray) calls = NULL;
  g_autoptr (GTask) sign_in = NULL;
  GQueue *lost = NULL;
  GError *error = NULL;
  JsonObject *user;
  gboolean resumed;

  if (!beckon_message_check_reply (reply, BECKON_HELLO, &error))
    {
      refuse_hello (self, error);
      return;
    }
  g_clear_handle_id (&self->deadline_source, g_source_remove);
  resumed = enter_session (self, reply);
  calls = read_calls (self, reply);
  /* Old requests go before those that are made by whoever hears of the connection. */
  if (resumed)
    beckon_signaling_resume_requests (self);
  else
    lost = beckon_signaling_renew_requests (self);
  read_ice_servers (self, reply);
  user = beckon_message_get_object (reply, "user");
  beckon_signaling_set_user (self, json_object_get_string_member (user, "id"),
                             json_object_get_string_member (user, "name"));
  beckon_signaling_set_problem (self, NULL);
  beckon_signaling_update_state (self);
  if (lost != NULL)
    beckon_signaling_fail_requests (self, lost);
  if (self->ready && !resumed)
    tell_wishes (self);
  if (self->ready)
    beckon_signaling_events_emit_session_started (self, resumed, calls);
  if (self->ready && beckon_message_has (reply, "missed"))
    read_missed (self, beckon_message_get_int (reply, "missed"));
  sign_in = beckon_signaling_take_sign_in (self);
  if (sign_in != NULL)
    g_task_return_boolean (sign_in, TRUE);
}

static gboolean
on_hello_late (gpointer user_data)
{
  BeckonSignalingService *self = user_data;

  self->deadline_source = 0;
  beckon_signaling_connection_broke (self, new_unreachable (self, "does not answer"));
  return G_SOURCE_REMOVE;
}

void
beckon_signaling_say_hello (BeckonSignalingService *self)
{
  g_autoptr (BeckonMessage) hello = beckon_message_new_request (BECKON_HELLO, HELLO_ID);
  JsonObject *device = json_object_new ();

  g_assert (self->deadline_source == 0);

  json_object_set_string_member (device, "id", self->device_id);
  json_object_set_string_member (device, "name", self->device_name);
  json_object_set_string_member (device, "agent", "beckon/" PACKAGE_VERSION);
  if (!self->ring)
    json_object_set_boolean_member (device, "ring", FALSE);
  beckon_message_set_string (hello, "token", self->token);
  beckon_message_set_object (hello, "device", device);
  if (self->session != NULL)
    {
      JsonObject *resume = json_object_new ();

      json_object_set_string_member (resume, "session", self->session);
      json_object_set_int_member (resume, "seq", self->last_seq);
      beckon_message_set_object (hello, "resume", resume);
    }
  self->heard = g_get_monotonic_time ();
  self->deadline_source =
      g_timeout_add_seconds (BECKON_SIGNALING_ANSWER_SECONDS, on_hello_late, self);
  beckon_signaling_send_message (self, hello);
}

/* ---- frames ---- */

/* One word for all that came together; at once where nothing follows, or @now: a caller waits for it,
 * and our answer to them must not overtake it. */
static void
acknowledge (BeckonSignalingService *self, gboolean now)
{
  g_autoptr (BeckonMessage) ack = NULL;

  if (self->socket == NULL || self->acked >= self->last_seq ||
      (!now && !g_queue_is_empty (&self->frames)))
    return;
  self->acked = self->last_seq;
  ack = beckon_message_new_ack (self->acked);
  beckon_signaling_send_message (self, ack);
}

/* @event: (nullable): one of a newer server, which we do not understand */
static void
take_event (BeckonSignalingService *self, gint64 seq, BeckonMessage *event)
{
  if (!self->ready || seq > self->last_seq + 1)
    {
      give_up_session (self,
                       g_error_new (BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_BAD_FRAME,
                                    "Event %" G_GINT64_FORMAT " came behind %" G_GINT64_FORMAT, seq,
                                    self->last_seq));
      return;
    }
  if (seq <= self->last_seq)
    {
      self->acked = MIN (self->acked, seq - 1); /* what it sends again it has no word of */
      return;
    }
  self->last_seq = seq;
  if (event != NULL)
    beckon_signaling_events_emit (self, event);
}

static void
take_reply (BeckonSignalingService *self, BeckonMessage *reply)
{
  if (self->ready)
    beckon_signaling_answer_request (self, reply);
  else if (beckon_message_get_id (reply) == HELLO_ID)
    take_hello_reply (self, reply);
}

static void
handle_frame (BeckonSignalingService *self, GBytes *bytes)
{
  gsize length;
  const char *text = g_bytes_get_data (bytes, &length);
  gint64 seq = 0;
  GError *error = NULL;
  g_autoptr (BeckonMessage) message =
      beckon_message_parse (text, length, BECKON_PARTY_SERVER, &seq, &error);

  if (message == NULL)
    {
      if (seq > 0 &&
          g_error_matches (error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_UNKNOWN_TYPE))
        {
          g_error_free (error);
          take_event (self, seq, NULL);
        }
      else
        give_up_session (self, error);
    }
  else if (beckon_message_get_kind (message) == BECKON_MESSAGE_REPLY)
    take_reply (self, message);
  else
    take_event (self, seq, message); /* the codec lets a server say nothing else */
  acknowledge (self, message != NULL &&
                         beckon_message_get_message_type (message) == BECKON_CALL_RECEIVED);
}

static gboolean on_frame_turn (gpointer user_data);

static void
schedule_frame (BeckonSignalingService *self)
{
  if (self->frame_source == 0 && !g_queue_is_empty (&self->frames))
    self->frame_source = g_idle_add_full (G_PRIORITY_DEFAULT, on_frame_turn, self, NULL);
}

/* One frame a turn, and the next turn is taken only then: whoever asked has got their reply before
 * an event that was behind it is told. (A GTask that returns in the turn in which it was made calls
 * back in a later one.) */
static gboolean
on_frame_turn (gpointer user_data)
{
  g_autoptr (BeckonSignalingService) self = g_object_ref (user_data);
  g_autoptr (GBytes) bytes = g_queue_pop_head (&self->frames);

  self->frame_source = 0;
  handle_frame (self, bytes);
  schedule_frame (self);
  return G_SOURCE_REMOVE;
}

void
beckon_signaling_take_frame (BeckonSignalingService *self, GBytes *bytes)
{
  self->heard = g_get_monotonic_time ();
  g_queue_push_tail (&self->frames, g_bytes_ref (bytes));
  schedule_frame (self);
}

void
beckon_signaling_drain (BeckonSignalingService *self)
{
  SoupWebsocketConnection *socket = self->socket;
  GBytes *bytes;

  while (self->socket == socket && (bytes = g_queue_pop_head (&self->frames)) != NULL)
    {
      handle_frame (self, bytes);
      g_bytes_unref (bytes);
    }
}
