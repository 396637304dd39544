/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "relay-talk.h"

#include "relay-tunnel.h"

#include <stun/usages/bind.h>
#include <stun/usages/turn.h>

/* For connecting, and once more for the answers */
#define LIMIT_US (4 * G_TIME_SPAN_SECOND)
#define FIRST_WAIT_US (250 * G_TIME_SPAN_MILLISECOND)
#define HEADER 20
#define LIFETIME_SECONDS 60
#define STALE_NONCE 438
#define UNAUTHORIZED 401

BeckonRelayTalk *
beckon_relay_talk_new (const BeckonRelay *relay, gboolean stun_only, GCancellable *cancellable)
{
  BeckonRelayTalk *self = g_new0 (BeckonRelayTalk, 1);

  self->relay = relay;
  self->stun_only = stun_only;
  self->cancellable = cancellable;
  stun_agent_init (&self->agent, STUN_ALL_KNOWN_ATTRIBUTES, STUN_COMPATIBILITY_RFC5389,
                   stun_only ? STUN_AGENT_USAGE_IGNORE_CREDENTIALS
                             : STUN_AGENT_USAGE_LONG_TERM_CREDENTIALS |
                                   STUN_AGENT_USAGE_NO_INDICATION_AUTH);
  return self;
}

void
beckon_relay_talk_free (BeckonRelayTalk *self)
{
  g_clear_object (&self->connection);
  g_free (self);
}

static gboolean
is_datagrams (const BeckonRelayTalk *self)
{
  return self->relay->protocol == BECKON_RELAY_UDP;
}

/* What it is if nothing comes back: always FALSE. @why: (transfer full) (nullable) */
static gboolean
fail (const BeckonRelayTalk *self, GError *why, GError **error)
{
  const BeckonRelay *relay = self->relay;
  const char *said = why != NULL ? why->message : "there is no answer";

  if (g_error_matches (why, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_propagate_error (error, why);
      return FALSE;
    }
  if (self->stun_only)
    g_set_error (error, BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_UDP_BLOCKED,
                 "Nothing comes back over UDP from %s: %s", relay->host, said);
  else
    g_set_error (error, BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_NO_RELAY,
                 "The relay %s cannot be used over %s: %s", relay->host,
                 beckon_relay_protocol_to_string (relay->protocol), said);
  g_clear_error (&why);
  return FALSE;
}

static gboolean
refused (const BeckonRelayTalk *self, int code, GError **error)
{
  g_set_error (error, BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_RELAY_REFUSED,
               "The relay %s does not let us in over %s (error %d)", self->relay->host,
               beckon_relay_protocol_to_string (self->relay->protocol), code);
  return FALSE;
}

/* ---- connecting ---- */

static GSocketClient *
new_client (BeckonRelayTalk *self, const char *authority, GError **error)
{
  g_autoptr (GTlsDatabase) database = NULL;
  GSocketClient *client;

  if (self->relay->protocol == BECKON_RELAY_TLS)
    {
      if (authority != NULL)
        {
          database = g_tls_file_database_new (authority, error);
          if (database == NULL)
            return NULL;
        }
      return beckon_relay_client_new (TRUE, database);
    }
  client = g_socket_client_new ();
  g_socket_client_set_enable_proxy (client, FALSE);
  if (is_datagrams (self))
    {
      g_socket_client_set_socket_type (client, G_SOCKET_TYPE_DATAGRAM);
      g_socket_client_set_protocol (client, G_SOCKET_PROTOCOL_UDP);
    }
  return client;
}

gboolean
beckon_relay_talk_dial (BeckonRelayTalk *self, const char *authority, GError **error)
{
  GError *why = NULL;
  g_autoptr (GSocketClient) client = new_client (self, authority, &why);

  if (client != NULL)
    {
      g_socket_client_set_timeout (client, LIMIT_US / G_TIME_SPAN_SECOND);
      self->connection = g_socket_client_connect_to_host (
          client, self->relay->host, self->relay->port, self->cancellable, &why);
    }
  if (self->connection == NULL)
    return fail (self, why, error);
  self->end_us = g_get_monotonic_time () + LIMIT_US;
  return TRUE;
}

/* ---- asking ---- */

/* Returns: what came within @wait_us; 0: nothing; -1: @error */
static gssize
receive_datagram (BeckonRelayTalk *self, gint64 wait_us, GError **error)
{
  GSocket *socket = g_socket_connection_get_socket (self->connection);
  g_autoptr (GError) why = NULL;

  if (!g_socket_condition_timed_wait (socket, G_IO_IN, wait_us, self->cancellable, &why))
    {
      if (g_error_matches (why, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
        return 0;
      g_propagate_error (error, g_steal_pointer (&why));
      return -1;
    }
  return g_socket_receive (socket, (char *) self->reply_bytes, sizeof self->reply_bytes,
                           self->cancellable, error);
}

/* A message says its own length. */
static gssize
receive_message (BeckonRelayTalk *self, GError **error)
{
  GInputStream *input = g_io_stream_get_input_stream (G_IO_STREAM (self->connection));
  gsize length;

  if (!g_input_stream_read_all (input, self->reply_bytes, HEADER, &length, self->cancellable,
                                error) ||
      length < HEADER)
    return length < HEADER && *error == NULL ? 0 : -1;
  length = GUINT16_FROM_BE (*(guint16 *) (self->reply_bytes + 2));
  if (length > BECKON_RELAY_MESSAGE_MAX - HEADER)
    return 0;
  if (!g_input_stream_read_all (input, self->reply_bytes + HEADER, length, NULL, self->cancellable,
                                error))
    return -1;
  return HEADER + length;
}

gssize
beckon_relay_talk_receive (BeckonRelayTalk *self, gint64 wait_us, GError **error)
{
  return is_datagrams (self) ? receive_datagram (self, wait_us, error)
                             : receive_message (self, error);
}

/* Whether what came is the answer to what was asked; others' are passed over. */
static gboolean
is_answer (BeckonRelayTalk *self, gssize length)
{
  StunValidationStatus status;

  if (length <= 0)
    return FALSE;
  status = stun_agent_validate (&self->agent, &self->reply, self->reply_bytes, length, NULL, NULL);
  return status == STUN_VALIDATION_SUCCESS || status == STUN_VALIDATION_UNKNOWN_ATTRIBUTE ||
         status == STUN_VALIDATION_UNAUTHORIZED; /* its error counts */
}

gboolean
beckon_relay_talk_send (BeckonRelayTalk *self, const guint8 *message, gsize length, GError **error)
{
  return g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (self->connection)),
                                    message, length, NULL, self->cancellable, error);
}

/* Until an answer comes, or the time is over. */
static gboolean
ask (BeckonRelayTalk *self, const guint8 *request, gsize length, GError **error)
{
  gint64 wait_us = FIRST_WAIT_US;

  if (length == 0)
    return fail (self, NULL, error);
  while (g_get_monotonic_time () < self->end_us)
    {
      const gint64 asked_us = g_get_monotonic_time ();
      gint64 left_us = wait_us;
      GError *why = NULL;

      if (!beckon_relay_talk_send (self, request, length, &why))
        return fail (self, why, error);
      do
        {
          const gssize came = beckon_relay_talk_receive (self, left_us, &why);

          if (came < 0 || (came == 0 && !is_datagrams (self)))
            return fail (self, why, error);
          if (is_answer (self, came))
            {
              self->round_trip_ms =
                  (g_get_monotonic_time () - asked_us) / (double) G_TIME_SPAN_MILLISECOND;
              return TRUE;
            }
          left_us = asked_us + wait_us - g_get_monotonic_time ();
        }
      while (left_us > 0 || !is_datagrams (self));
      wait_us *= 2;
    }
  return fail (self, NULL, error);
}

/* ---- what is asked ---- */

gboolean
beckon_relay_talk_bind (BeckonRelayTalk *self, GError **error)
{
  guint8 bytes[BECKON_RELAY_MESSAGE_MAX];
  StunMessage request;
  const size_t length = stun_usage_bind_create (&self->agent, &request, bytes, sizeof bytes);

  return ask (self, bytes, length, error);
}

static size_t
write_allocate (BeckonRelayTalk *self, guint8 *bytes)
{
  const BeckonRelay *relay = self->relay;
  StunMessage request;

  return stun_usage_turn_create (
      &self->agent, &request, bytes, BECKON_RELAY_MESSAGE_MAX,
      self->is_known ? &self->known : NULL, STUN_USAGE_TURN_REQUEST_PORT_NORMAL, -1,
      LIFETIME_SECONDS, (guint8 *) relay->username, strlen (relay->username),
      (guint8 *) relay->credential, strlen (relay->credential),
      STUN_USAGE_TURN_COMPATIBILITY_RFC5766);
}

/* What the server said with its first answer is said back to it. */
static gboolean
append_known (BeckonRelayTalk *self, StunMessage *request, StunAttribute attribute)
{
  guint16 length;
  const void *bytes = stun_message_find (&self->known, attribute, &length);

  return bytes != NULL && stun_message_append_bytes (request, attribute, bytes, length) ==
                              STUN_MESSAGE_RETURN_SUCCESS;
}

static size_t
write_permission (BeckonRelayTalk *self,
                  const struct sockaddr_storage *address,
                  socklen_t address_length,
                  guint8 *bytes)
{
  const BeckonRelay *relay = self->relay;
  StunMessage request;

  if (!stun_agent_init_request (&self->agent, &request, bytes, BECKON_RELAY_MESSAGE_MAX,
                                STUN_CREATEPERMISSION) ||
      stun_message_append_xor_addr (&request, STUN_ATTRIBUTE_XOR_PEER_ADDRESS, address,
                                    address_length) != STUN_MESSAGE_RETURN_SUCCESS)
    return 0;
  if (!self->is_known)
    return stun_agent_finish_message (&self->agent, &request, NULL, 0);
  if (!append_known (self, &request, STUN_ATTRIBUTE_REALM) ||
      !append_known (self, &request, STUN_ATTRIBUTE_NONCE) ||
      stun_message_append_bytes (&request, STUN_ATTRIBUTE_USERNAME, relay->username,
                                 strlen (relay->username)) != STUN_MESSAGE_RETURN_SUCCESS)
    return 0;
  return stun_agent_finish_message (&self->agent, &request, (const guint8 *) relay->credential,
                                    strlen (relay->credential));
}

static gboolean
read_allocation (BeckonRelayTalk *self, int *code)
{
  struct sockaddr_storage mapped, other;
  socklen_t mapped_length = sizeof mapped, other_length = sizeof other;
  guint32 bandwidth, lifetime;

  *code = 0;
  self->place_length = sizeof self->place;
  switch (stun_usage_turn_process (&self->reply, &self->place, &self->place_length, &mapped,
                                   &mapped_length, &other, &other_length, &bandwidth, &lifetime,
                                   STUN_USAGE_TURN_COMPATIBILITY_RFC5766))
    {
    case STUN_USAGE_TURN_RETURN_RELAY_SUCCESS:
    case STUN_USAGE_TURN_RETURN_MAPPED_SUCCESS:
      return TRUE;
    case STUN_USAGE_TURN_RETURN_ERROR:
    case STUN_USAGE_TURN_RETURN_INVALID:
    case STUN_USAGE_TURN_RETURN_ALTERNATE_SERVER:
    default:
      if (stun_message_find_error (&self->reply, code) != STUN_MESSAGE_RETURN_SUCCESS)
        *code = -1;
      return FALSE;
    }
}

/* The first answer says what to sign with; a nonce may be stale. */
gboolean
beckon_relay_talk_allocate (BeckonRelayTalk *self, GError **error)
{
  guint8 request[BECKON_RELAY_MESSAGE_MAX];
  int code = 0;

  for (guint attempt = 0; attempt < 3; attempt++)
    {
      if (!ask (self, request, write_allocate (self, request), error))
        return FALSE;
      if (read_allocation (self, &code))
        return TRUE;
      if (code != STALE_NONCE && (code != UNAUTHORIZED || attempt > 0))
        break;
      /* The next request is made of it, and overwrites it. */
      self->is_known = TRUE;
      self->known = self->reply;
      memcpy (self->known_bytes, self->reply_bytes, sizeof self->known_bytes);
      self->known.buffer = self->known_bytes;
    }
  return refused (self, code, error);
}

gboolean
beckon_relay_talk_permit (BeckonRelayTalk *self,
                          const struct sockaddr_storage *address,
                          socklen_t address_length,
                          GError **error)
{
  guint8 request[BECKON_RELAY_MESSAGE_MAX];
  int code = -1;

  if (!ask (self, request, write_permission (self, address, address_length, request), error))
    return FALSE;
  if (stun_message_get_class (&self->reply) == STUN_RESPONSE)
    return TRUE;
  stun_message_find_error (&self->reply, &code);
  return refused (self, code, error);
}

void
beckon_relay_talk_give_back (BeckonRelayTalk *self)
{
  const BeckonRelay *relay = self->relay;
  guint8 request[BECKON_RELAY_MESSAGE_MAX];
  StunMessage message;
  const size_t length = stun_usage_turn_create_refresh (
      &self->agent, &message, request, sizeof request, self->is_known ? &self->known : NULL, 0,
      (guint8 *) relay->username, strlen (relay->username), (guint8 *) relay->credential,
      strlen (relay->credential), STUN_USAGE_TURN_COMPATIBILITY_RFC5766);

  if (length > 0)
    beckon_relay_talk_send (self, request, length, NULL);
}
