/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The server's end of RFC 6455, without any input or output: what comes in are bytes, and what goes
 * out are bytes. Texts are not checked for UTF-8: whoever parses them does. */

typedef enum
{
  BECKON_WEBSOCKET_CONTINUATION = 0x0,
  BECKON_WEBSOCKET_TEXT = 0x1,
  BECKON_WEBSOCKET_BINARY = 0x2,
  BECKON_WEBSOCKET_CLOSE = 0x8,
  BECKON_WEBSOCKET_PING = 0x9,
  BECKON_WEBSOCKET_PONG = 0xa,
} BeckonWebsocketOpcode;

/* Codes with which a WebSocket closes; those of the protocol are in message.h. */
#define BECKON_WEBSOCKET_CLOSE_NORMAL 1000
#define BECKON_WEBSOCKET_CLOSE_GOING_AWAY 1001
#define BECKON_WEBSOCKET_CLOSE_PROTOCOL_ERROR 1002
#define BECKON_WEBSOCKET_CLOSE_NO_CODE 1005 /* never sent: it had none */
#define BECKON_WEBSOCKET_CLOSE_BROKEN 1006  /* never sent: the connection broke */
#define BECKON_WEBSOCKET_CLOSE_BAD_DATA 1007
#define BECKON_WEBSOCKET_CLOSE_TOO_BIG 1009
#define BECKON_WEBSOCKET_CLOSE_FAILED 1011

/* Payloads of control frames, and the reason of a close in one. */
#define BECKON_WEBSOCKET_CONTROL_MAX 125
#define BECKON_WEBSOCKET_REASON_MAX (BECKON_WEBSOCKET_CONTROL_MAX - 2)
#define BECKON_WEBSOCKET_HEADER_MAX 10 /* of a frame that a server sends */

/* ---- reading ---- */

typedef enum
{
  BECKON_WEBSOCKET_GOT_NOTHING, /* all bytes were taken, and no message is whole */
  BECKON_WEBSOCKET_GOT_TEXT,
  BECKON_WEBSOCKET_GOT_BINARY,
  BECKON_WEBSOCKET_GOT_PING,
  BECKON_WEBSOCKET_GOT_PONG,
  BECKON_WEBSOCKET_GOT_CLOSE,
  BECKON_WEBSOCKET_GOT_NONSENSE, /* nothing more can be read: the connection has to close */
} BeckonWebsocketGot;

/**
 * BeckonWebsocketMessage:
 * @data: (nullable): payload of a text, ping or pong, unmasked, without a NUL at the end
 * @code: of a close: 1005 if it has none; of nonsense: with which to close
 * @reason: of nonsense: what was wrong; static
 */
typedef struct
{
  BeckonWebsocketGot got;
  const char *data;
  gsize length;
  guint16 code;
  const char *reason;
} BeckonWebsocketMessage;

/**
 * BeckonWebsocketReader:
 *
 * Puts messages together from bytes as they come. Between messages it has no memory of its own.
 * Zeroed memory with a limit is one that has read nothing yet.
 */
typedef struct
{
  gsize max; /* bytes of a message */
  /*< private >*/
  struct _BeckonWebsocketPart *part; /* NULL: nothing is half read */
} BeckonWebsocketReader;

/**
 * beckon_websocket_reader_take:
 * @bytes: (nullable): what was read; is written to: a message that is whole in it is unmasked in
 * its place
 * @message: (out caller-allocates): lives until @bytes goes, or the next call
 *
 * Takes bytes up to the end of a message. Call it with the rest until it says
 * %BECKON_WEBSOCKET_GOT_NOTHING, also when there is no rest. Not to be called again after
 * %BECKON_WEBSOCKET_GOT_NONSENSE.
 *
 * Returns: how many bytes it took
 */
gsize beckon_websocket_reader_take (BeckonWebsocketReader *self,
                                    guint8 *bytes,
                                    gsize length,
                                    BeckonWebsocketMessage *message);

/** beckon_websocket_reader_clear: forgets what is half read. */
void beckon_websocket_reader_clear (BeckonWebsocketReader *self);

/* ---- writing ---- */

/** beckon_websocket_write_header: Returns: bytes written, of at most %BECKON_WEBSOCKET_HEADER_MAX:
 * those before a whole frame with a payload of @length bytes. */
guint beckon_websocket_write_header (guint8 *header, BeckonWebsocketOpcode opcode, gsize length);

/** beckon_websocket_new_close: @code: 1005: none; @reason: (nullable): cut where it does not fit.
 * Returns: (transfer full): the payload of a close frame. */
GBytes *beckon_websocket_new_close (guint16 code, const char *reason);

G_END_DECLS
