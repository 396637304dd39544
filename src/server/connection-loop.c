/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-server"

#include "config.h"

#include "connection-private.h"

#include "stream-socket.h"

#include <errno.h>
#include <glib-unix.h>
#include <sys/epoll.h>
#include <unistd.h>

/* Connections that are visited in a turn, and how long each of its three rounds takes at most. */
#define TAKEN_AT_ONCE 256
#define TURN_US (5 * G_TIME_SPAN_MILLISECOND)
/* What TLS, or libsoup, has read ahead is not seen from outside: such a stream is read until it has
 * nothing more, but not all in one turn. */
#define READS_AT_ONCE 2
#define LAG_PERIOD G_TIME_SPAN_SECOND

typedef struct
{
  GSource source;
  BeckonConnectionLoop *loop;
  gpointer tag;
} LoopSource;

/* ---- who waits where ---- */

static void
wait_in (BeckonConnection *connection, GQueue *queue)
{
  if (connection->waits == queue)
    return;
  if (connection->waits != NULL)
    g_queue_unlink (connection->waits, &connection->turn);
  connection->waits = queue;
  if (queue != NULL)
    g_queue_push_tail_link (queue, &connection->turn);
}

void
connection_loop_make_ready (BeckonConnectionLoop *self, BeckonConnection *connection)
{
  if (!connection->blocked || connection->unread)
    wait_in (connection, &self->ready);
}

void
connection_loop_remove (BeckonConnectionLoop *self, BeckonConnection *connection)
{
  if (connection->stream.fd != -1)
    epoll_ctl (self->epoll, EPOLL_CTL_DEL, connection->stream.fd, NULL);
  wait_in (connection, NULL);
  g_queue_unlink (&self->connections, &connection->link);
  beckon_metrics_add (self->metrics, BECKON_GAUGE_CONNECTIONS, -1);
  connection->address->connections--;
}

/* ---- turns ---- */

static gboolean
poll_for (BeckonConnectionLoop *self, BeckonConnection *connection, int operation)
{
  struct epoll_event event = { .data.ptr = connection };

  event.events = EPOLLIN | (connection->blocked ? EPOLLOUT : 0);
  connection->polls_out = connection->blocked;
  if (epoll_ctl (self->epoll, operation, connection->stream.fd, &event) == 0)
    return TRUE;
  g_message ("A connection cannot be looked after: %s", g_strerror (errno));
  return FALSE;
}

/* Returns: FALSE: it has ended */
static gboolean
read_from (BeckonConnectionLoop *self, BeckonConnection *connection)
{
  const guint reads = connection->stream.io != NULL ? READS_AT_ONCE : 1;
  gssize n = STREAM_WOULD_BLOCK;

  for (guint i = 0; i < reads; i++)
    {
      n = connection_read (connection);
      if (n == STREAM_ENDED)
        return FALSE;
      if (n == STREAM_WOULD_BLOCK)
        break;
    }
  connection->unread = connection->stream.io != NULL && n != STREAM_WOULD_BLOCK;
  if (!connection->fresh || connection->unread)
    return TRUE;
  connection->fresh = FALSE;
  return connection_stream_settle (&connection->stream) &&
         poll_for (self, connection, EPOLL_CTL_ADD);
}

/* Returns: FALSE: it has ended */
static gboolean
write_to (BeckonConnectionLoop *self, BeckonConnection *connection)
{
  if (!connection_write (connection))
    return FALSE;
  if (connection->fresh || connection->blocked == connection->polls_out)
    return TRUE;
  return poll_for (self, connection, EPOLL_CTL_MOD);
}

static void
visit (BeckonConnectionLoop *self, BeckonConnection *connection, gboolean read)
{
  if ((read && !read_from (self, connection)) || !write_to (self, connection))
    {
      connection_finish (connection);
      return;
    }
  if (connection->fresh || connection->unread)
    wait_in (connection, &self->ready);
  else if (!connection->blocked && connection_is_held (connection))
    wait_in (connection, &self->held);
  else
    wait_in (connection, NULL);
  connection_tell_drained (connection); /* says more, perhaps */
}

/* @read: also from those that have more to read than can be seen */
static void
visit_ready (BeckonConnectionLoop *self, gboolean read)
{
  const gint64 end = g_get_monotonic_time () + TURN_US;

  for (guint n = self->ready.length; n > 0 && g_get_monotonic_time () < end; n--)
    {
      BeckonConnection *connection = g_queue_peek_head (&self->ready);

      wait_in (connection, NULL);
      visit (self, connection, read && (connection->fresh || connection->unread));
    }
}

/* Those that are left for want of time have their turn first next time: epoll would tell the same
 * ones first again. */
static void
visit_polled (BeckonConnectionLoop *self)
{
  struct epoll_event events[TAKEN_AT_ONCE];
  const int n = epoll_wait (self->epoll, events, TAKEN_AT_ONCE, 0);
  const gint64 end = g_get_monotonic_time () + TURN_US;

  for (int i = 0; i < n; i++)
    {
      BeckonConnection *connection = events[i].data.ptr;
      const gboolean read = (events[i].events & ~EPOLLOUT) != 0;

      if (events[i].events & EPOLLOUT)
        connection->blocked = FALSE;
      if (g_get_monotonic_time () < end)
        {
          visit (self, connection, read);
          continue;
        }
      connection->unread |= read;
      wait_in (connection, &self->ready);
    }
}

static gboolean
loop_source_prepare (GSource *source, int *timeout)
{
  *timeout = -1;
  return ((LoopSource *) source)->loop->ready.length > 0;
}

static gboolean
loop_source_check (GSource *source)
{
  LoopSource *self = (LoopSource *) source;

  return self->loop->ready.length > 0 || g_source_query_unix_fd (source, self->tag) != 0;
}

static gboolean
loop_source_dispatch (GSource *source, GSourceFunc func, gpointer user_data)
{
  BeckonConnectionLoop *self = ((LoopSource *) source)->loop;

  visit_ready (self, TRUE);
  visit_polled (self);
  visit_ready (self, FALSE); /* what was said to others in this turn */
  return G_SOURCE_CONTINUE;
}

static void
attach_source (BeckonConnectionLoop *self)
{
  static GSourceFuncs funcs = {
    .prepare = loop_source_prepare,
    .check = loop_source_check,
    .dispatch = loop_source_dispatch,
  };

  self->source = g_source_new (&funcs, sizeof (LoopSource));
  g_source_set_static_name (self->source, "connections");
  ((LoopSource *) self->source)->loop = self;
  ((LoopSource *) self->source)->tag = g_source_add_unix_fd (self->source, self->epoll, G_IO_IN);
  g_source_attach (self->source, g_main_context_get_thread_default ());
}

/* ---- how late the loop is ---- */

static void
on_lag_timer (gpointer user_data)
{
  BeckonConnectionLoop *self = user_data;
  const gint64 now = beckon_timer_wheel_get_time (self->wheel);

  if (self->lag_deadline != 0)
    beckon_metrics_observe (self->metrics, BECKON_HISTOGRAM_LOOP_LAG,
                            (now - self->lag_deadline) / (double) G_USEC_PER_SEC);
  /* Whole seconds are ticks of the wheel: what it is late by is the loop's alone. */
  self->lag_deadline = (now / LAG_PERIOD + 1) * LAG_PERIOD;
  beckon_timer_start (&self->lag_timer, self->wheel, self->lag_deadline, on_lag_timer, self);
}

/* ---- for everybody ---- */

BeckonConnectionLoop *
beckon_connection_loop_new (BeckonTimerWheel *wheel,
                            BeckonMetrics *metrics,
                            const BeckonConnectionLimits *limits)
{
  BeckonConnectionLoop *self;

  g_return_val_if_fail (wheel != NULL && metrics != NULL, NULL);
  g_return_val_if_fail (limits != NULL && limits->silence_seconds > 0, NULL);

  self = g_new0 (BeckonConnectionLoop, 1);
  self->wheel = wheel;
  self->metrics = metrics;
  self->limits = *limits;
  self->addresses = beckon_addresses_new ();
  self->read_buffer = g_malloc (READ_SIZE);
  self->write_buffer = g_malloc (WRITE_SIZE);
  self->epoll = epoll_create1 (EPOLL_CLOEXEC);
  if (self->epoll == -1)
    g_error ("epoll_create1: %s", g_strerror (errno));
  attach_source (self);
  on_lag_timer (self);
  return self;
}

void
beckon_connection_loop_free (BeckonConnectionLoop *self)
{
  g_return_if_fail (self != NULL);

  while (self->connections.length > 0)
    connection_finish (g_queue_peek_head (&self->connections));
  beckon_timer_stop (&self->lag_timer);
  g_source_destroy (self->source);
  g_source_unref (self->source);
  close (self->epoll);
  beckon_addresses_unref (self->addresses);
  g_free (self->read_buffer);
  g_free (self->write_buffer);
  g_free (self);
}

BeckonConnection *
beckon_connection_loop_adopt (BeckonConnectionLoop *self, GIOStream *stream, const char *address)
{
  BeckonConnection *connection;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (beckon_stream_get_socket_connection (stream, NULL) != NULL, NULL);
  g_return_val_if_fail (address != NULL, NULL);

  connection = g_new0 (BeckonConnection, 1);
  connection->refs = 2;
  connection->loop = self;
  connection->link.data = connection;
  connection->turn.data = connection;
  connection->stream = (ConnectionStream){ stream, -1 };
  connection->fresh = TRUE;
  connection->reader.max = 2 * BECKON_FRAME_MAX; /* whose frames are a little too long is told so */
  connection->address = beckon_addresses_get (self->addresses, address);
  connection->address->connections++;
  connection->heard = beckon_timer_wheel_get_time (self->wheel);
  g_queue_push_tail_link (&self->connections, &connection->link);
  beckon_metrics_add (self->metrics, BECKON_GAUGE_CONNECTIONS, 1);
  connection_check_alive (connection);
  wait_in (connection, &self->ready);
  return connection;
}

void
beckon_connection_loop_set_committed (BeckonConnectionLoop *self, guint64 committed)
{
  GList *link, *next;

  g_return_if_fail (self != NULL && committed >= self->committed);

  self->committed = committed;
  for (link = self->held.head; link != NULL; link = next)
    {
      next = link->next;
      if (!connection_is_held (link->data))
        wait_in (link->data, &self->ready);
    }
}

guint
beckon_connection_loop_get_n_connections (BeckonConnectionLoop *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->connections.length;
}

BeckonAddresses *
beckon_connection_loop_get_addresses (BeckonConnectionLoop *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->addresses;
}
