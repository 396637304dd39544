/* SPDX-License-Identifier: GPL-3.0-or-later */

/* STUN and TURN, as far as asking goes. What strangers answer is read by libnice's parser. */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "relay-probe.h"

#include "media-peer.h"
#include "relay-tunnel.h"

#include <stun/stunagent.h>
#include <stun/usages/bind.h>
#include <stun/usages/turn.h>

/* For connecting, and once more for the answers */
#define LIMIT_US (4 * G_TIME_SPAN_SECOND)
#define FIRST_WAIT_US (250 * G_TIME_SPAN_MILLISECOND)
#define MESSAGE_MAX 2048
#define HEADER 20
#define LIFETIME_SECONDS 60
#define STALE_NONCE 438
#define UNAUTHORIZED 401

typedef struct
{
  BeckonRelay *relay; /* of STUN: without credentials */
  char *authority;    /* nullable */
  gboolean stun_only;
  double round_trip_ms;
} Probe;

/* One conversation with a server */
typedef struct
{
  const BeckonRelay *relay;
  GSocketConnection *connection;
  GCancellable *cancellable;
  gint64 end_us;
  gboolean datagrams;
  BeckonMediaError blocked; /* what it is if nothing comes back */
  StunAgent agent;
  StunMessage reply;
  guint8 reply_bytes[MESSAGE_MAX]; /* @reply is made of them */
  double round_trip_ms;
} Talk;

static void
probe_free (gpointer data)
{
  Probe *self = data;

  beckon_relay_free (self->relay);
  g_free (self->authority);
  g_free (self);
}

static gboolean
fail (GError **error, BeckonMediaError code, const Talk *talk, const char *why)
{
  if (code == BECKON_MEDIA_ERROR_UDP_BLOCKED)
    g_set_error (error, BECKON_MEDIA_ERROR, code, "Nothing comes back over UDP from %s: %s",
                 talk->relay->host, why);
  else
    g_set_error (error, BECKON_MEDIA_ERROR, code, "The relay %s cannot be used over %s: %s",
                 talk->relay->host, beckon_relay_protocol_to_string (talk->relay->protocol), why);
  return FALSE;
}

/* ---- connecting ---- */

static GSocketClient *
new_client (Talk *talk, const char *authority, GError **error)
{
  g_autoptr (GTlsDatabase) database = NULL;
  GSocketClient *client;

  if (talk->relay->protocol == BECKON_RELAY_TLS)
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
  if (talk->datagrams)
    {
      g_socket_client_set_socket_type (client, G_SOCKET_TYPE_DATAGRAM);
      g_socket_client_set_protocol (client, G_SOCKET_PROTOCOL_UDP);
    }
  return client;
}

static gboolean
dial (Talk *talk, const char *authority, GError **error)
{
  g_autoptr (GError) why = NULL;
  g_autoptr (GSocketClient) client = new_client (talk, authority, &why);

  if (client != NULL)
    {
      g_socket_client_set_timeout (client, LIMIT_US / G_TIME_SPAN_SECOND);
      talk->connection = g_socket_client_connect_to_host (
          client, talk->relay->host, talk->relay->port, talk->cancellable, &why);
    }
  if (talk->connection != NULL)
    {
      talk->end_us = g_get_monotonic_time () + LIMIT_US;
      return TRUE;
    }
  if (g_error_matches (why, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_propagate_error (error, g_steal_pointer (&why));
  else
    fail (error, talk->blocked, talk, why->message);
  return FALSE;
}

/* ---- asking ---- */

/* Returns: what came within @wait_us; 0: nothing; -1: @error */
static gssize
receive_datagram (Talk *talk, gint64 wait_us, GError **error)
{
  GSocket *socket = g_socket_connection_get_socket (talk->connection);
  g_autoptr (GError) why = NULL;

  if (!g_socket_condition_timed_wait (socket, G_IO_IN, wait_us, talk->cancellable, &why))
    {
      if (g_error_matches (why, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
        return 0;
      g_propagate_error (error, g_steal_pointer (&why));
      return -1;
    }
  return g_socket_receive (socket, (char *) talk->reply_bytes, sizeof talk->reply_bytes,
                           talk->cancellable, error);
}

/* A message says its own length. */
static gssize
receive_message (Talk *talk, GError **error)
{
  GInputStream *input = g_io_stream_get_input_stream (G_IO_STREAM (talk->connection));
  gsize length;

  if (!g_input_stream_read_all (input, talk->reply_bytes, HEADER, &length, talk->cancellable,
                                error) ||
      length < HEADER)
    return length < HEADER && *error == NULL ? 0 : -1;
  length = GUINT16_FROM_BE (*(guint16 *) (talk->reply_bytes + 2));
  if (length > MESSAGE_MAX - HEADER)
    return 0;
  if (!g_input_stream_read_all (input, talk->reply_bytes + HEADER, length, NULL, talk->cancellable,
                                error))
    return -1;
  return HEADER + length;
}

/* Whether what came is the answer to what was asked; others' are passed over. */
static gboolean
is_answer (Talk *talk, gssize length)
{
  StunValidationStatus status;

  if (length <= 0)
    return FALSE;
  status = stun_agent_validate (&talk->agent, &talk->reply, talk->reply_bytes, length, NULL, NULL);
  return status == STUN_VALIDATION_SUCCESS || status == STUN_VALIDATION_UNKNOWN_ATTRIBUTE ||
         status == STUN_VALIDATION_UNAUTHORIZED; /* its error counts */
}

static gboolean
send_request (Talk *talk, const guint8 *request, gsize length, GError **error)
{
  return g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (talk->connection)),
                                    request, length, NULL, talk->cancellable, error);
}

/* Until an answer comes, or the time is over. Returns: FALSE without @error: none came */
static gboolean
ask (Talk *talk, const guint8 *request, gsize length, GError **error)
{
  gint64 wait_us = FIRST_WAIT_US;

  while (g_get_monotonic_time () < talk->end_us)
    {
      const gint64 asked_us = g_get_monotonic_time ();
      gint64 left_us = wait_us;

      if (!send_request (talk, request, length, error))
        return FALSE;
      do
        {
          const gssize came = talk->datagrams ? receive_datagram (talk, left_us, error)
                                              : receive_message (talk, error);

          if (came < 0 || (came == 0 && !talk->datagrams))
            return FALSE;
          if (is_answer (talk, came))
            {
              talk->round_trip_ms =
                  (g_get_monotonic_time () - asked_us) / (double) G_TIME_SPAN_MILLISECOND;
              return TRUE;
            }
          left_us = asked_us + wait_us - g_get_monotonic_time ();
        }
      while (left_us > 0 || !talk->datagrams);
      wait_us *= 2;
    }
  return FALSE;
}

static gboolean
no_answer (Talk *talk, GError *why, GError **error)
{
  if (g_error_matches (why, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_propagate_error (error, why);
  else
    {
      fail (error, talk->blocked, talk, why != NULL ? why->message : "there is no answer");
      g_clear_error (&why);
    }
  return FALSE;
}

/* ---- a place at a relay ---- */

static size_t
write_request (Talk *talk, guint8 *bytes, StunMessage *before, gboolean give_back)
{
  guint8 *username = (guint8 *) talk->relay->username;
  guint8 *password = (guint8 *) talk->relay->credential;
  const size_t username_length = strlen (talk->relay->username);
  const size_t password_length = strlen (talk->relay->credential);
  StunMessage request;

  if (give_back)
    return stun_usage_turn_create_refresh (&talk->agent, &request, bytes, MESSAGE_MAX, before, 0,
                                           username, username_length, password, password_length,
                                           STUN_USAGE_TURN_COMPATIBILITY_RFC5766);
  return stun_usage_turn_create (&talk->agent, &request, bytes, MESSAGE_MAX, before,
                                 STUN_USAGE_TURN_REQUEST_PORT_NORMAL, -1, LIFETIME_SECONDS,
                                 username, username_length, password, password_length,
                                 STUN_USAGE_TURN_COMPATIBILITY_RFC5766);
}

static gboolean
read_allocation (Talk *talk, int *code)
{
  struct sockaddr_storage relay, mapped, other;
  socklen_t relay_length = sizeof relay, mapped_length = sizeof mapped, other_length = sizeof other;
  guint32 bandwidth, lifetime;

  *code = 0;
  switch (stun_usage_turn_process (&talk->reply, &relay, &relay_length, &mapped, &mapped_length,
                                   &other, &other_length, &bandwidth, &lifetime,
                                   STUN_USAGE_TURN_COMPATIBILITY_RFC5766))
    {
    case STUN_USAGE_TURN_RETURN_RELAY_SUCCESS:
    case STUN_USAGE_TURN_RETURN_MAPPED_SUCCESS:
      return TRUE;
    case STUN_USAGE_TURN_RETURN_ERROR:
    case STUN_USAGE_TURN_RETURN_INVALID:
    case STUN_USAGE_TURN_RETURN_ALTERNATE_SERVER:
    default:
      if (stun_message_find_error (&talk->reply, code) != STUN_MESSAGE_RETURN_SUCCESS)
        *code = -1;
      return FALSE;
    }
}

/* The first answer says what to sign with; a nonce may be stale. */
static gboolean
allocate (Talk *talk, GError **error)
{
  guint8 request[MESSAGE_MAX], before_bytes[MESSAGE_MAX];
  StunMessage before;
  GError *why = NULL;
  int code = 0;

  for (guint attempt = 0; attempt < 3; attempt++)
    {
      const size_t length = write_request (talk, request, attempt == 0 ? NULL : &before, FALSE);

      if (length == 0 || !ask (talk, request, length, &why))
        return no_answer (talk, why, error);
      if (read_allocation (talk, &code))
        {
          const size_t last = write_request (talk, request, attempt == 0 ? NULL : &before, TRUE);

          if (last > 0)
            send_request (talk, request, last, NULL);
          return TRUE;
        }
      if (code != STALE_NONCE && (code != UNAUTHORIZED || attempt > 0))
        break;
      /* The next request is made of it, and overwrites it. */
      before = talk->reply;
      memcpy (before_bytes, talk->reply_bytes, sizeof before_bytes);
      before.buffer = before_bytes;
    }
  g_set_error (error, BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_RELAY_REFUSED,
               "The relay %s does not let us in over %s (error %d)", talk->relay->host,
               beckon_relay_protocol_to_string (talk->relay->protocol), code);
  return FALSE;
}

static gboolean
bind_address (Talk *talk, GError **error)
{
  guint8 bytes[MESSAGE_MAX];
  StunMessage request;
  GError *why = NULL;
  const size_t length = stun_usage_bind_create (&talk->agent, &request, bytes, sizeof bytes);

  if (length > 0 && ask (talk, bytes, length, &why))
    return TRUE;
  return no_answer (talk, why, error);
}

/* ---- in a thread ---- */

static void
run (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  Probe *probe = task_data;
  g_autofree Talk *talk = g_new0 (Talk, 1);
  GError *error = NULL;
  gboolean good;

  talk->relay = probe->relay;
  talk->cancellable = cancellable;
  talk->datagrams = probe->relay->protocol == BECKON_RELAY_UDP;
  talk->blocked = probe->stun_only ? BECKON_MEDIA_ERROR_UDP_BLOCKED : BECKON_MEDIA_ERROR_NO_RELAY;
  stun_agent_init (&talk->agent, STUN_ALL_KNOWN_ATTRIBUTES, STUN_COMPATIBILITY_RFC5389,
                   probe->stun_only ? STUN_AGENT_USAGE_IGNORE_CREDENTIALS
                                    : STUN_AGENT_USAGE_LONG_TERM_CREDENTIALS);
  good = dial (talk, probe->authority, &error) &&
         (probe->stun_only ? bind_address (talk, &error) : allocate (talk, &error));
  g_clear_object (&talk->connection);
  probe->round_trip_ms = talk->round_trip_ms;
  if (good)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
start (Probe *probe,
       gpointer tag,
       GCancellable *cancellable,
       GAsyncReadyCallback callback,
       gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_source_tag (task, tag);
  g_task_set_task_data (task, probe, probe_free);
  g_task_run_in_thread (task, run);
}

static gboolean
finish (GAsyncResult *result, double *round_trip_ms, GError **error)
{
  const Probe *probe = g_task_get_task_data (G_TASK (result));

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return FALSE;
  if (round_trip_ms != NULL)
    *round_trip_ms = probe->round_trip_ms;
  return TRUE;
}

void
beckon_relay_probe_async (const BeckonRelay *relay,
                          const char *authority,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  Probe *probe;

  g_return_if_fail (relay != NULL);

  probe = g_new0 (Probe, 1);
  probe->relay = beckon_relay_copy (relay);
  probe->authority = g_strdup (authority);
  start (probe, beckon_relay_probe_async, cancellable, callback, user_data);
}

gboolean
beckon_relay_probe_finish (GAsyncResult *result, double *round_trip_ms, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, beckon_relay_probe_async), FALSE);

  return finish (result, round_trip_ms, error);
}

void
beckon_stun_probe_async (const char *host,
                         guint16 port,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  Probe *probe;

  g_return_if_fail (host != NULL);

  probe = g_new0 (Probe, 1);
  probe->relay = g_new0 (BeckonRelay, 1);
  probe->relay->host = g_strdup (host);
  probe->relay->port = port;
  probe->stun_only = TRUE;
  start (probe, beckon_stun_probe_async, cancellable, callback, user_data);
}

gboolean
beckon_stun_probe_finish (GAsyncResult *result, double *round_trip_ms, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, beckon_stun_probe_async), FALSE);

  return finish (result, round_trip_ms, error);
}
