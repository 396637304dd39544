/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Two places at a relay, each with a connection of its own: what is sent over the one comes back on
 * the other, and has been through our line twice. */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "relay-rate.h"

#include "relay-talk.h"

#include <gio/gnetworking.h>

#define PACKET 1000 /* bytes: one in each millisecond is BECKON_RELAY_RATE_MAX */
#define PACKETS 800
/* What TCP has taken goes on to the relay when we have long stopped. */
#define SEND_BUFFER 65536
#define SEND_LIMIT_US G_TIME_SPAN_SECOND
/* So long after the first packet others count, and so long the first may take. */
#define WINDOW_US G_TIME_SPAN_SECOND
#define FIRST_LIMIT_US (2 * G_TIME_SPAN_SECOND)
/* Fewer say nothing of a rate. */
#define PACKETS_MIN 10

typedef struct
{
  BeckonRelay *relay;
  char *authority; /* nullable */
  guint rate;
} Measure;

/* What comes back, in a thread of its own. */
typedef struct
{
  BeckonRelayTalk *talk; /* borrowed */
  guint packets;
  gint64 first_us, last_us; /* when they came */
} Arrivals;

static void
measure_free (gpointer data)
{
  Measure *self = data;

  beckon_relay_free (self->relay);
  g_free (self->authority);
  g_free (self);
}

/* ---- there ---- */

/* Returns: the length of the message that takes a packet to @there through @talk's place */
static gsize
write_packet (BeckonRelayTalk *talk, const BeckonRelayTalk *there, guint8 *bytes)
{
  static const guint8 nothing[PACKET];
  StunMessage message;

  if (!stun_agent_init_indication (&talk->agent, &message, bytes, BECKON_RELAY_MESSAGE_MAX,
                                   STUN_IND_SEND) ||
      stun_message_append_xor_addr (&message, STUN_ATTRIBUTE_XOR_PEER_ADDRESS, &there->place,
                                    there->place_length) != STUN_MESSAGE_RETURN_SUCCESS ||
      stun_message_append_bytes (&message, STUN_ATTRIBUTE_DATA, nothing, sizeof nothing) !=
          STUN_MESSAGE_RETURN_SUCCESS)
    return 0;
  return stun_agent_finish_message (&talk->agent, &message, NULL, 0);
}

/* One each millisecond; where we were not in time, the next ones at once. Returns: how long it took
 */
static gint64
send_packets (BeckonRelayTalk *talk, const BeckonRelayTalk *there)
{
  guint8 bytes[BECKON_RELAY_MESSAGE_MAX];
  const gsize length = write_packet (talk, there, bytes);
  const gint64 began_us = g_get_monotonic_time ();

  for (guint i = 0; length > 0 && i < PACKETS; i++)
    {
      const gint64 now_us = g_get_monotonic_time () - began_us;

      if (now_us < i * G_TIME_SPAN_MILLISECOND)
        g_usleep (i * G_TIME_SPAN_MILLISECOND - now_us);
      if (now_us > SEND_LIMIT_US || !beckon_relay_talk_send (talk, bytes, length, NULL))
        break;
    }
  return g_get_monotonic_time () - began_us;
}

/* ---- and back ---- */

static gboolean
is_packet (BeckonRelayTalk *talk, gssize length)
{
  guint16 size;

  return length > 0 &&
         stun_agent_validate (&talk->agent, &talk->reply, talk->reply_bytes, length, NULL, NULL) ==
             STUN_VALIDATION_SUCCESS &&
         stun_message_get_class (&talk->reply) == STUN_INDICATION &&
         stun_message_get_method (&talk->reply) == STUN_IND_DATA &&
         stun_message_find (&talk->reply, STUN_ATTRIBUTE_DATA, &size) != NULL && size == PACKET;
}

static gpointer
receive_packets (gpointer data)
{
  Arrivals *self = data;
  gint64 now_us = g_get_monotonic_time (), end_us = now_us + FIRST_LIMIT_US;

  while (self->packets < PACKETS && now_us < end_us)
    {
      g_autoptr (GError) error = NULL;
      const gssize came = beckon_relay_talk_receive (self->talk, end_us - now_us, &error);

      if (came < 0 || (came == 0 && self->talk->relay->protocol != BECKON_RELAY_UDP))
        break; /* it has closed */
      now_us = g_get_monotonic_time ();
      if (now_us > end_us || !is_packet (self->talk, came))
        continue;
      if (self->packets++ == 0)
        {
          self->first_us = now_us;
          end_us = now_us + WINDOW_US;
        }
      self->last_us = now_us;
    }
  return NULL;
}

/* ---- in a thread ---- */

static gboolean
take_place (BeckonRelayTalk *talk, const Measure *measure, GError **error)
{
  return beckon_relay_talk_dial (talk, measure->authority, error) &&
         beckon_relay_talk_allocate (talk, error);
}

static gboolean
measure_between (Measure *measure, BeckonRelayTalk *here, BeckonRelayTalk *there, GError **error)
{
  Arrivals arrivals = { .talk = there };
  gint64 sending_us, took_us;
  GThread *thread;

  if (!beckon_relay_talk_permit (here, &there->place, there->place_length, error) ||
      !beckon_relay_talk_permit (there, &here->place, here->place_length, error))
    return FALSE;
  g_socket_set_option (g_socket_connection_get_socket (here->connection), SOL_SOCKET, SO_SNDBUF,
                       SEND_BUFFER, NULL);
  /* Over TCP a read ends with the connection's own time limit. */
  g_socket_set_timeout (g_socket_connection_get_socket (there->connection),
                        FIRST_LIMIT_US / G_TIME_SPAN_SECOND);
  thread = g_thread_new ("beckon-rate", receive_packets, &arrivals);
  sending_us = send_packets (here, there);
  g_thread_join (thread);
  if (g_cancellable_set_error_if_cancelled (here->cancellable, error))
    return FALSE;
  if (arrivals.packets < PACKETS_MIN)
    {
      g_set_error (error, BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_NO_PATH,
                   "Of %u packets %u came back through the relay %s", PACKETS, arrivals.packets,
                   measure->relay->host);
      return FALSE;
    }
  /* What was held up, and came all at once, did not come any faster for that. */
  took_us = MAX (arrivals.last_us - arrivals.first_us, sending_us);
  measure->rate = (arrivals.packets - 1) * PACKET * 8 * (gint64) 1000 / MAX (took_us, 1);
  return TRUE;
}

static void
run (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  Measure *measure = task_data;
  g_autoptr (BeckonRelayTalk) here = beckon_relay_talk_new (measure->relay, FALSE, cancellable);
  g_autoptr (BeckonRelayTalk) there = beckon_relay_talk_new (measure->relay, FALSE, cancellable);
  GError *error = NULL;
  gboolean measured = FALSE;

  if (take_place (here, measure, &error))
    {
      if (take_place (there, measure, &error))
        {
          measured = measure_between (measure, here, there, &error);
          beckon_relay_talk_give_back (there);
        }
      beckon_relay_talk_give_back (here);
    }
  if (measured)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
beckon_relay_rate_async (const BeckonRelay *relay,
                         const char *authority,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  Measure *measure;

  g_return_if_fail (relay != NULL);

  measure = g_new0 (Measure, 1);
  measure->relay = beckon_relay_copy (relay);
  measure->authority = g_strdup (authority);
  task = g_task_new (NULL, cancellable, callback, user_data);
  g_task_set_source_tag (task, beckon_relay_rate_async);
  g_task_set_task_data (task, measure, measure_free);
  g_task_run_in_thread (task, run);
}

gboolean
beckon_relay_rate_finish (GAsyncResult *result, guint *rate, GError **error)
{
  const Measure *measure = g_task_get_task_data (G_TASK (result));

  g_return_val_if_fail (g_async_result_is_tagged (result, beckon_relay_rate_async), FALSE);

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return FALSE;
  *rate = measure->rate;
  return TRUE;
}
