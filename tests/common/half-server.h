/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Half a signalling server: real HTTP and a real WebSocket on loopback, but the test decides what it
 * answers, so that it can be a broken, a slow or a lying one. It answers sign-in, hello, ping and
 * bye by itself unless told not to. In the test's own process and main context. */

#pragma once

#include <json-glib/json-glib.h>
#include <libsoup/soup.h>

#include "waiting.h"

typedef struct
{
  SoupServer *server;
  SoupWebsocketConnection *socket; /* nullable: the last one that connected */
  char *url;
  GQueue requests; /* JsonObject: what the client asked and nobody has looked at */
  JsonObject *hello; /* nullable: the last one */
  gint64 seq;
  gint64 acked;
  guint sessions;  /* answers to POST /v1/sessions */
  guint hellos;
  guint session;   /* the number of the client's */
  guint resumed;   /* sessions that were */
  gboolean can_resume;
  int missed;      /* calls, for the hello's reply */
  char *ice_username; /* nullable: of the hello's ICE server */
  char *hello_calls; /* nullable: JSON array for the hello's reply */
  const char *behind_hello; /* nullable: a frame sent right behind the hello's reply */
  gboolean event_behind_hello; /* and a contacts.changed behind that */
  gboolean refuse_password;
  gboolean refuse_registration; /* there were too many; else the account is there */
  gboolean not_a_server;
  gboolean ignore_hello;
  gboolean refuse_token; /* once */
  guint refusal;         /* the close code behind that; 0: 4003 */
} HalfServer;

HalfServer *half_server_new (guint port); /* 0: any */
void half_server_free (HalfServer *self);

/** half_server_expect: runs the main loop until the client has sent a request of @type (5 s at most,
 * else the test fails); requests of other types before it are dropped. Returns: (transfer full). */
JsonObject *half_server_expect (HalfServer *self, const char *type);
/** half_server_reply: @fields: JSON members without braces, like "\"call\":\"c1\"", or "". */
void half_server_reply (HalfServer *self, JsonObject *request, const char *fields);
void half_server_refuse (HalfServer *self, JsonObject *request, const char *code);
/** half_server_event: @format: the members beside seq and type, for printf. */
void half_server_event (HalfServer *self, const char *type, const char *format, ...)
    G_GNUC_PRINTF (3, 4);
void half_server_send_raw (HalfServer *self, const char *text);
void half_server_cut (HalfServer *self); /* the connection, without a word */
/** half_server_count: requests of @type that the client has sent and nobody has looked at. */
guint half_server_count (HalfServer *self, const char *type);

/** wait_until: runs the main loop until @condition, 30 s at most, else the test fails. */
#define wait_until(condition) wait_at_most (30, condition)
