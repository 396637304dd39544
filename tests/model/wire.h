/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Frames as the model keeps them: what the protocol says in them, in a few bytes. Each different
 * one has a number, and is written and read only once, by the codec that client and server use.
 *
 * People are "a", "b" and "c" and their devices "a1", "b1", "b2" and so on; the server's ids are
 * "n1", "n2" … for calls and sessions alike. In the model all of them are numbers from 1, and 0 is
 * nobody and nothing; a set of people has bit 1 << number. */

#pragma once

#include "message.h"

G_BEGIN_DECLS

#define WIRE_USERS 3
#define WIRE_IDS 16
#define WIRE_CALLS 3 /* of one user, at a time */

typedef struct
{
  guint8 type; /* BeckonMessageType; BECKON_MESSAGE_NONE: an acknowledgement */
  guint8 id;
  guint8 device;  /* hello */
  guint8 session; /* hello: to be gone on with */
  guint8 call;
  guint8 users;  /* set: invitees; whom a signal is to */
  guint8 reason; /* BeckonRejectReason, BeckonLeaveReason; the number of a signal */
  guint8 rings;  /* it acknowledges that a call rings */
  guint16 ack;   /* hello: the seq with which it goes on */
} ClientFrame;

/* An entry of a snapshot. */
typedef struct
{
  guint8 call;
  guint8 state; /* word */
  guint8 device;
  guint8 joined, rung; /* sets */
} WireCall;

typedef enum
{
  WIRE_REPLY,
  WIRE_EVENT,
  WIRE_CLOSED, /* no frame: the connection is closed */
} WireKind;

typedef struct
{
  guint8 kind;
  guint8 type; /* of the event; of what was asked */
  guint8 code; /* of a refusal: BeckonProtocolError + 1; 0: it was done */
  guint8 call;
  guint8 user;
  guint8 users;  /* set: users, members */
  guint8 failed; /* set */
  guint8 device;
  guint8 word; /* reason, outcome: of wire_word() */
  guint8 session;
  guint8 count; /* of missed calls, plus 1; the number of a signal; 0: nothing was said of them */
  guint8 resumed, merged, rings;
  guint16 number; /* re, seq; the close code */
  guint8 n_calls;
  WireCall calls[WIRE_CALLS];
} ServerFrame;

typedef struct _Wire Wire;

/** wire_new: @devices: (array zero-terminated=1): static: their ids */
Wire *wire_new (const char *const *devices);
void wire_free (Wire *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Wire, wire_free)

guint16 wire_put_client (Wire *self, const ClientFrame *frame);
const ClientFrame *wire_get_client (Wire *self, guint16 number);
/** wire_get_text: Returns: (transfer none): as the codec writes it. */
GBytes *wire_get_text (Wire *self, guint16 number);

guint16 wire_put_server (Wire *self, const ServerFrame *frame);
const ServerFrame *wire_get_server (Wire *self, guint16 number);
/** wire_read: @asked: what a reply is to; %BECKON_MESSAGE_NONE: only the server's own to look at,
 * not to be checked. Returns: the number of a frame of the server; 0 with @error: it is none. */
guint16 wire_read (Wire *self, GBytes *text, BeckonMessageType asked, GError **error);

/** wire_user, wire_device, wire_id: Returns: the number; 0: there is none of that name. */
guint8 wire_user (const char *name);
guint8 wire_device (Wire *self, const char *name);
guint8 wire_id (const char *id);
const char *wire_user_name (guint8 user);
const char *wire_device_name (Wire *self, guint8 device);
/** wire_word: @word: (nullable). Returns: 0: it is none that the protocol has. */
guint8 wire_word (const char *word);
const char *wire_word_name (guint8 word);

/** wire_describe_client, wire_describe_server: Returns: (transfer full): for people. */
char *wire_describe_client (Wire *self, guint16 number);
char *wire_describe_server (Wire *self, guint16 number);

G_END_DECLS
