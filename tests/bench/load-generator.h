/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the dialects of load-generator share. One thread, one epoll, nothing but libc and
 * OpenSSL: it has to cost less than the server that it keeps busy. The first thing that is not as
 * it should be ends it with status 1. */

#pragma once

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CALL_ID_MAX 64
#define PAYLOAD_BYTES 200
#define ANSWER_MAX 2048

typedef struct _Load Load;
typedef struct _Pair Pair;
typedef struct _Connection Connection;

typedef struct
{
  char *data;
  size_t length, size;
} Buffer;

typedef enum
{
  CONNECTING,
  SECURING, /* TLS */
  GREETING, /* what comes before one may say who one is */
  OPEN,
  SIGNING_IN,
  READY,
} State;

struct _Connection
{
  int fd;
  State state;
  unsigned index; /* its user */
  unsigned step;  /* of GREETING and SIGNING_IN, as the dialect counts */
  bool dirty;     /* there is something to flush */
  SSL *tls;       /* nullable */
  Buffer in, out;
  Pair *pair;                     /* nullable: it is idle */
  unsigned to_send;               /* signals that are not sent yet */
  uint64_t request, awaited, seq; /* Beckon: last request; the one that is no signal; last event */
};

struct _Pair
{
  Connection *caller, *callee;
  unsigned seen;    /* what of the call has happened, as the dialect counts */
  unsigned to_call; /* calls that are not begun yet */
  bool callee_hangs_up;
  char call[CALL_ID_MAX + 1];
  char answer[ANSWER_MAX]; /* SIP: what the callee says when the caller knows that it rings */
};

typedef struct
{
  void (*greet) (Load *load, Connection *connection);
  void (*sign_in) (Load *load, Connection *connection);
  /* Returns: how many bytes of @data were whole messages, and are done. */
  size_t (*take) (Load *load, Connection *connection, const char *data, size_t length);
  void (*send_signal) (Load *load, Connection *connection);
  void (*start_call) (Load *load, Pair *pair);
  void (*hang_up) (Load *load, Pair *pair);
} Dialect;

struct _Load
{
  const Dialect *dialect;
  int epoll;
  uint16_t port;
  SSL_CTX *tls; /* nullable */
  Connection *connections;
  unsigned n_connections;
  Pair *pairs;
  unsigned n_pairs;
  Connection *dirty[4]; /* an event of one touches it and its peer */
  unsigned n_dirty;
  char payload[PAYLOAD_BYTES + 1];
  bool stay; /* calls are accepted, and go on */

  /* What has happened since the command began. */
  uint64_t opened, signed_in, joined, finished, received, replied;
  uint64_t asked, to_ask; /* connections, sign-ins */
};

extern const Dialect beckon_dialect;
extern const Dialect xmpp_dialect;
extern const Dialect sip_dialect;

void fail (const Connection *connection, const char *format, ...)
    __attribute__ ((noreturn, format (printf, 2, 3)));

/* Returns: how many events there were; 0: none for @timeout milliseconds. */
int handle_events (Load *load, int timeout);
void open_one (Load *load);
void queue (Load *load, Connection *connection, const char *data, size_t length);
void flush_dirty (Load *load);

Connection *peer_of (const Connection *connection);
void has_opened (Load *load, Connection *connection);
void has_signed_in (Load *load, Connection *connection);
void has_received (Load *load, Connection *connection);
void has_finished (Load *load, Pair *pair);
