/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The connections of load-generator: what is written is sent when the event that caused it is done
 * with, what is read goes to the dialect. Edge-triggered, so that waiting costs one system call. */

#include "config.h"

#include "load-generator.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#define CHUNK (256 * 1024)
#define EVENTS 256
/* One address has 28 000 ports; an address each for some hundred is also nearer to the truth. */
#define SOURCES 64

static void
append (Buffer *buffer, const char *data, size_t length)
{
  if (buffer->length + length > buffer->size)
    {
      buffer->size = buffer->length + length + 512;
      buffer->data = realloc (buffer->data, buffer->size);
      if (buffer->data == NULL)
        fail (NULL, "out of memory");
    }
  memcpy (buffer->data + buffer->length, data, length);
  buffer->length += length;
}

/* An idle connection has no buffers. */
static void
clear (Buffer *buffer)
{
  free (buffer->data);
  *buffer = (Buffer){ 0 };
}

void
queue (Load *load, Connection *connection, const char *data, size_t length)
{
  append (&connection->out, data, length);
  if (connection->dirty)
    return;
  connection->dirty = true;
  load->dirty[load->n_dirty++] = connection;
}

/* Returns: bytes; 0: it would block. */
static size_t
checked (Connection *connection, ssize_t n, const char *what)
{
  if (n > 0)
    return n;
  if (connection->tls != NULL)
    {
      const int error = SSL_get_error (connection->tls, n);

      if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE)
        return 0;
      fail (connection, "%s: TLS error %d", what, error);
    }
  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return 0;
  fail (connection, "%s: %s", what, n == 0 ? "the server closed" : strerror (errno));
}

static void
flush (Connection *connection)
{
  Buffer *out = &connection->out;
  size_t sent = 0, n = 1;

  while (sent < out->length && n > 0)
    {
      const char *rest = out->data + sent;
      const size_t length = out->length - sent;

      n = checked (connection,
                   connection->tls != NULL ? SSL_write (connection->tls, rest, length)
                                           : send (connection->fd, rest, length, MSG_NOSIGNAL),
                   "sending");
      sent += n;
    }
  if (sent > 0)
    memmove (out->data, out->data + sent, out->length - sent);
  out->length -= sent;
  if (out->length == 0 && connection->pair == NULL)
    clear (out);
}

void
flush_dirty (Load *load)
{
  for (unsigned i = 0; i < load->n_dirty; i++)
    {
      load->dirty[i]->dirty = false;
      flush (load->dirty[i]);
    }
  load->n_dirty = 0;
}

static void
receive (Load *load, Connection *connection)
{
  static char chunk[CHUNK];
  size_t have, n, eaten;

  do
    {
      have = connection->in.length;
      if (have > 0)
        memcpy (chunk, connection->in.data, have);
      n = checked (connection,
                   connection->tls != NULL ? SSL_read (connection->tls, chunk + have, CHUNK - have)
                                           : recv (connection->fd, chunk + have, CHUNK - have, 0),
                   "receiving");
      if (n == 0)
        return;
      eaten = load->dialect->take (load, connection, chunk, have + n);
      clear (&connection->in);
      if (eaten < have + n)
        append (&connection->in, chunk + eaten, have + n - eaten);
    }
  while (connection->tls != NULL || have + n == CHUNK);
}

void
open_one (Load *load)
{
  Connection *connection = &load->connections[load->n_connections];
  const int one = 1;
  struct sockaddr_in source = { .sin_family = AF_INET };
  struct sockaddr_in server = { .sin_family = AF_INET, .sin_port = htons (load->port) };
  struct epoll_event event = { EPOLLIN | EPOLLOUT | EPOLLET, { .ptr = connection } };

  connection->index = load->n_connections++;
  connection->fd = socket (AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  source.sin_addr.s_addr = htonl (INADDR_LOOPBACK + 1 + connection->index % SOURCES);
  server.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  if (connection->fd < 0 ||
      setsockopt (connection->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) != 0 ||
      setsockopt (connection->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one) != 0 ||
      bind (connection->fd, (struct sockaddr *) &source, sizeof source) != 0 ||
      (connect (connection->fd, (struct sockaddr *) &server, sizeof server) != 0 &&
       errno != EINPROGRESS) ||
      epoll_ctl (load->epoll, EPOLL_CTL_ADD, connection->fd, &event) != 0)
    fail (connection, "connecting: %s", strerror (errno));
}

static void
secure (Load *load, Connection *connection)
{
  const int done = SSL_connect (connection->tls);

  if (done != 1 && checked (connection, done, "TLS handshake") == 0)
    return;
  connection->state = GREETING;
  load->dialect->greet (load, connection);
}

static void
has_connected (Load *load, Connection *connection)
{
  int error = 0;
  socklen_t length = sizeof error;

  getsockopt (connection->fd, SOL_SOCKET, SO_ERROR, &error, &length);
  if (error != 0)
    fail (connection, "connecting: %s", strerror (error));
  if (load->tls != NULL)
    {
      connection->tls = SSL_new (load->tls);
      SSL_set_fd (connection->tls, connection->fd);
      connection->state = SECURING;
      return;
    }
  connection->state = GREETING;
  load->dialect->greet (load, connection);
}

static void
on_event (Load *load, Connection *connection, uint32_t events)
{
  if (connection->state == CONNECTING && (events & (EPOLLOUT | EPOLLERR | EPOLLHUP)))
    has_connected (load, connection);
  if (connection->state == SECURING)
    secure (load, connection);
  if (connection->state > SECURING && (events & (EPOLLIN | EPOLLERR | EPOLLHUP)))
    receive (load, connection);
  if ((events & EPOLLOUT) && connection->out.length > 0)
    flush (connection);
  flush_dirty (load);
}

int
handle_events (Load *load, int timeout)
{
  struct epoll_event events[EVENTS];
  const int n = epoll_wait (load->epoll, events, EVENTS, timeout);

  for (int i = 0; i < n; i++)
    on_event (load, events[i].data.ptr, events[i].events);
  return n;
}
