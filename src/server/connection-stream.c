/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The bytes of a connection, plain or with TLS. Nothing here ever waits. */

#define G_LOG_DOMAIN "beckon-server"

#include "config.h"

#include "connection-private.h"

#include "stream-socket.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

/* What the kernel keeps for who does not read; beyond it the limit of the queue counts. */
#define SEND_BUFFER 65536

gboolean
connection_stream_settle (ConnectionStream *self)
{
  gboolean is_tls;
  GSocketConnection *connection = beckon_stream_get_socket_connection (self->io, &is_tls);
  GSocket *socket = g_socket_connection_get_socket (connection);
  const int size = SEND_BUFFER;

  if (g_socket_is_closed (socket))
    return FALSE;
  g_socket_set_timeout (socket, 0); /* silence is looked after elsewhere */
  self->fd = g_socket_get_fd (socket);
  if (setsockopt (self->fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size) != 0)
    g_debug ("The size of a buffer: %s", g_strerror (errno));
  if (is_tls)
    return TRUE;
  self->fd = fcntl (self->fd, F_DUPFD_CLOEXEC, 0);
  g_clear_object (&self->io); /* closes the other descriptor, not the connection */
  return self->fd != -1;
}

static gssize
result_of (gssize n, const GError *error)
{
  if (n >= 0)
    return n;
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    return STREAM_WOULD_BLOCK;
  g_debug ("A connection broke: %s", error->message);
  return STREAM_ENDED;
}

static gssize
result_of_call (gssize n)
{
  if (n >= 0)
    return n;
  if (errno == EAGAIN || errno == EINTR)
    return STREAM_WOULD_BLOCK;
  g_debug ("A connection broke: %s", g_strerror (errno));
  return STREAM_ENDED;
}

gssize
connection_stream_read (ConnectionStream *self, guint8 *bytes, gsize size)
{
  g_autoptr (GError) error = NULL;
  gssize n;

  if (self->io == NULL)
    return result_of_call (recv (self->fd, bytes, size, MSG_DONTWAIT));
  n = g_pollable_input_stream_read_nonblocking (
      G_POLLABLE_INPUT_STREAM (g_io_stream_get_input_stream (self->io)), bytes, size, NULL, &error);
  return result_of (n, error);
}

gssize
connection_stream_write (ConnectionStream *self, const guint8 *bytes, gsize size)
{
  g_autoptr (GError) error = NULL;
  gssize n;

  g_assert (size > 0);
  if (self->io == NULL)
    return result_of_call (send (self->fd, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL));
  n = g_pollable_output_stream_write_nonblocking (
      G_POLLABLE_OUTPUT_STREAM (g_io_stream_get_output_stream (self->io)), bytes, size, NULL,
      &error);
  return result_of (n, error);
}

void
connection_stream_shut (ConnectionStream *self)
{
  /* With TLS too: the last record was a whole one, and its own goodbye might wait. */
  shutdown (self->fd, SHUT_WR);
}

void
connection_stream_close (ConnectionStream *self)
{
  if (self->io != NULL)
    {
      GSocketConnection *connection = beckon_stream_get_socket_connection (self->io, NULL);
      GSocket *socket = g_socket_connection_get_socket (connection);

      /* TLS says goodbye, and waits until it could: without a socket it does not. */
      if (!(g_socket_condition_check (socket, G_IO_OUT) & G_IO_OUT))
        g_socket_close (socket, NULL);
      g_io_stream_close (self->io, NULL, NULL);
      g_clear_object (&self->io);
    }
  else if (self->fd != -1)
    close (self->fd);
  self->fd = -1;
}
