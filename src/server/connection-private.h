/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What connection.c, connection-stream.c and connection-loop.c know of each other.
 *
 * A connection is open, then closing, then closed:
 *
 *   open     frames come and go. beckon_connection_close(), the client's close frame and nonsense
 *            from the client all end it, and whoever is first says with which code.
 *   closing  our close frame is the last in the queue, or was written. Nothing is told any more,
 * only the client's close frame is waited for; after nonsense nothing that comes is looked at.
 *   closed   both close frames were exchanged, or the stream ended, or 2 s went by, or 4 if the
 *            database had to be waited for. There is no stream any more.
 *
 * Only the loop's source and the timer get a connection closed, so "closed" is never told from
 * within a call of whoever has the connection. */

#pragma once

#include "connection-loop.h"
#include "message.h"
#include "websocket.h"

G_BEGIN_DECLS

/* ---- streams ---- */

typedef struct
{
  GIOStream *io; /* nullable: of TLS, or of a plain one of which libsoup may have read ahead */
  int fd;        /* owned where there is no "io"; -1: not known yet */
} ConnectionStream;

#define STREAM_ENDED 0
#define STREAM_WOULD_BLOCK (-1)

/* connection_stream_settle: from now on "fd" tells when there is something to read, and a plain
 * stream is nothing else. What libsoup read ahead has to be read before. Returns: FALSE: that
 * cannot be. */
gboolean connection_stream_settle (ConnectionStream *self);
/* connection_stream_read: Returns: bytes, or one of the above. */
gssize connection_stream_read (ConnectionStream *self, guint8 *bytes, gsize size);
/* connection_stream_write: Returns: bytes, or one of the above; after STREAM_WOULD_BLOCK the same
 * bytes have to be written first, or TLS breaks. */
gssize connection_stream_write (ConnectionStream *self, const guint8 *bytes, gsize size);
/* connection_stream_shut: the other side is told that nothing more comes. */
void connection_stream_shut (ConnectionStream *self);
/* connection_stream_close: never waits. */
void connection_stream_close (ConnectionStream *self);

/* ---- connections ---- */

typedef struct _Outgoing Outgoing;

struct _BeckonConnection
{
  guint refs;
  guint16 code;        /* with which it closes; 0: it is open */
  guint fresh : 1;     /* its stream is not settled yet */
  guint unread : 1;    /* is to be read from, whatever "fd" shows */
  guint blocked : 1;   /* nothing can be written until "fd" says so */
  guint polls_out : 1; /* whether "fd" is asked for that */
  guint ping : 1;      /* a ping is to be written */
  guint deaf : 1;      /* what comes is not looked at */
  guint said : 1;      /* our close frame was written */
  guint answered : 1;  /* the client's close frame came */
  guint shut : 1;      /* the client was told that nothing more comes */
  guint crowded : 1;   /* somebody waits for "drained" */
  guint closed : 1;

  BeckonConnectionLoop *loop;
  GList link;        /* in the loop's "connections" */
  GList turn;        /* in "waits" */
  GQueue *waits;     /* nullable: the loop's "ready" or "held" */
  BeckonTimer timer; /* while it is open: to ask whether it is alive; then: to end it */
  gint64 heard;      /* monotonic µs */

  const BeckonConnectionHandler *handler; /* nullable */
  gpointer user_data;
  BeckonAddress *address;
  ConnectionStream stream;
  BeckonWebsocketReader reader;

  Outgoing *first, *last; /* in the order in which they were sent */
  GBytes *rest;           /* nullable: of what was written in part; comes before all else */
  GBytes *pong;           /* nullable: payload of a pong to be written; the last one is enough */
  gsize queued;           /* bytes that wait, with what they are kept in */
  gsize ignored;          /* bytes that came after it began to close */
};

/* connection_read: reads once, and tells what came. Returns: as connection_stream_read(). */
gssize connection_read (BeckonConnection *self);
/* connection_write: writes what may go out. Returns: FALSE: the connection has come to its end. */
gboolean connection_write (BeckonConnection *self);
/* connection_tell_drained: who waits for that is told, if there is room again. */
void connection_tell_drained (BeckonConnection *self);
/* connection_is_held: whether something waits for a barrier that is not reached. */
gboolean connection_is_held (const BeckonConnection *self);
/* connection_check_alive: at the times of "timer" */
void connection_check_alive (gpointer connection);
/* connection_finish: it is closed, and the loop's reference given up. */
void connection_finish (BeckonConnection *self);

/* ---- the loop ---- */

/* What is read at once; one record of TLS. */
#define READ_SIZE 16384
/* What is written at once: at least the largest frame. */
#define WRITE_SIZE (BECKON_FRAME_MAX + BECKON_WEBSOCKET_HEADER_MAX)

struct _BeckonConnectionLoop
{
  BeckonTimerWheel *wheel;
  BeckonMetrics *metrics;
  BeckonConnectionLimits limits;
  BeckonAddresses *addresses;
  guint64 committed;
  GQueue connections;
  GQueue ready; /* have their turn next */
  GQueue held;  /* have theirs when "committed" rises */
  BeckonTimer lag_timer;
  gint64 lag_deadline;
  GSource *source;
  int epoll;
  guint8 *read_buffer, *write_buffer;
};

/* connection_loop_make_ready: has its turn soon, unless it could not write anything then */
void connection_loop_make_ready (BeckonConnectionLoop *self, BeckonConnection *connection);
/* connection_loop_remove: its file is still open */
void connection_loop_remove (BeckonConnectionLoop *self, BeckonConnection *connection);

G_END_DECLS
