/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "json-parse.h"

G_BEGIN_DECLS

/** BECKON_PAYLOAD_MAX: bytes of a signal's payload as it stands in the frame. */
#define BECKON_PAYLOAD_MAX 32768
#define BECKON_SUBPROTOCOL "beckon.v1"

/* Close codes of the WebSocket. */
#define BECKON_CLOSE_NORMAL 1000
#define BECKON_CLOSE_GOING_AWAY 1001
#define BECKON_CLOSE_TOO_BIG 1009
#define BECKON_CLOSE_SERVER_ERROR 1011
#define BECKON_CLOSE_BAD_FRAME 4000
#define BECKON_CLOSE_NO_HELLO 4001
#define BECKON_CLOSE_REPLACED 4002
#define BECKON_CLOSE_TOKEN_REFUSED 4003
#define BECKON_CLOSE_RATE_LIMITED 4004
#define BECKON_CLOSE_SIGNED_OUT 4005
#define BECKON_CLOSE_STOPPING 4006

typedef enum
{
  BECKON_MESSAGE_REQUEST,
  BECKON_MESSAGE_REPLY,
  BECKON_MESSAGE_EVENT,
  BECKON_MESSAGE_ACK,
} BeckonMessageKind;

/** BeckonParty: who wrote a frame; a client may only send requests and acks, a server the rest. */
typedef enum
{
  BECKON_PARTY_CLIENT,
  BECKON_PARTY_SERVER,
} BeckonParty;

/* Requests first, then events; replies carry the type of nothing (look at what was asked). */
typedef enum
{
  BECKON_MESSAGE_NONE,
  /* requests */
  BECKON_HELLO,
  BECKON_PING,
  BECKON_BYE,
  BECKON_ICE_SERVERS,
  BECKON_DEVICE_SET,
  BECKON_CALL_INVITE,
  BECKON_CALL_ADD,
  BECKON_CALL_CANCEL,
  BECKON_CALL_ACCEPT,
  BECKON_CALL_REJECT,
  BECKON_CALL_JOIN,
  BECKON_CALL_LEAVE,
  BECKON_CALL_END,
  BECKON_SIGNAL_SEND,
  BECKON_PRESENCE_WATCH,
  BECKON_PRESENCE_SET,
  BECKON_CONTACTS_LIST,
  BECKON_CONTACTS_ADD,
  BECKON_CONTACTS_REMOVE,
  BECKON_CONTACTS_BLOCK,
  BECKON_CONTACTS_UNBLOCK,
  BECKON_HISTORY_LIST,
  BECKON_HISTORY_SEEN,
  BECKON_PROFILE_SET,
  BECKON_DEVICES_LIST,
  BECKON_DEVICES_SIGN_OUT,
  /* events */
  BECKON_SESSION_CLOSING,
  BECKON_CALL_CREATED,
  BECKON_CALL_RECEIVED,
  BECKON_CALL_RINGING,
  BECKON_CALL_OFFLINE,
  BECKON_CALL_ADDED,
  BECKON_CALL_ACCEPTED,
  BECKON_CALL_REJECTED,
  BECKON_CALL_ANSWERED_ELSEWHERE,
  BECKON_CALL_CANCELLED,
  BECKON_CALL_WITHDRAWN,
  BECKON_CALL_TIMEOUT,
  BECKON_CALL_UNANSWERED,
  BECKON_CALL_LEFT,
  BECKON_CALL_ENDED,
  BECKON_SIGNAL_RECEIVED,
  BECKON_PRESENCE_CHANGED,
  BECKON_CONTACTS_CHANGED,
  BECKON_HISTORY_CHANGED,
  BECKON_HISTORY_MISSED,
  BECKON_MESSAGE_N_TYPES
} BeckonMessageType;

/**
 * BeckonMessage:
 *
 * One frame, checked. What beckon_message_parse() returns has every required field, of the right
 * type and within its limits; members the protocol does not know are gone. Reference counted; not
 * changed after it was sent or parsed. Used on one thread.
 */
typedef struct _BeckonMessage BeckonMessage;

const char *beckon_message_type_to_string (BeckonMessageType type);
BeckonMessageType beckon_message_type_from_string (const char *word); /* NONE if unknown */

BeckonMessage *beckon_message_new_request (BeckonMessageType type, gint64 id);
BeckonMessage *beckon_message_new_event (BeckonMessageType type); /* the sender sets "seq" */
/** beckon_message_new_event_from: @fields: (transfer full): what it says */
BeckonMessage *beckon_message_new_event_from (BeckonMessageType type, JsonObject *fields);
BeckonMessage *beckon_message_new_reply (gint64 re);
BeckonMessage *beckon_message_new_error_reply (gint64 re, BeckonProtocolError code,
                                               const char *text);
BeckonMessage *beckon_message_new_ack (gint64 seq);
BeckonMessage *beckon_message_ref (BeckonMessage *self);
void beckon_message_unref (BeckonMessage *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeckonMessage, beckon_message_unref)

/**
 * beckon_message_parse:
 * @data: the frame; need not be NUL-terminated
 * @length: bytes, or -1 for a string
 * @from: who sent it
 *
 * The only reader of what came over the wire. Returns: (transfer full): the message, or %NULL with
 * BAD_FRAME or TOO_LARGE (the sender is broken: close the connection), or UNKNOWN_TYPE or
 * BAD_REQUEST (answer the request with it, or pass over the event). @number (out) (optional) is the
 * id of a request or the seq of an event, also of one that is refused, else 0.
 */
BeckonMessage *beckon_message_parse (const char *data, gssize length, BeckonParty from,
                                     gint64 *number, GError **error);

/**
 * beckon_message_check_reply:
 * @reply: a parsed reply
 * @asked: the type of the request that it answers
 *
 * Checks a reply's fields against what @asked is answered with; unknown members go. Returns: FALSE
 * with the error the server answered, with its code (INTERNAL for one of a newer server) and text and
 * more in the field "error", or with BAD_FRAME for a malformed reply.
 */
gboolean beckon_message_check_reply (BeckonMessage *reply, BeckonMessageType asked,
                                     GError **error);

/** beckon_message_to_string: @length: (out) (optional): bytes. Returns: (transfer full): the frame
 * as JSON text, without white space but what is in a raw field. */
char *beckon_message_to_string (BeckonMessage *self, gsize *length);
/** beckon_message_to_bytes: Returns: (transfer full): the same. */
GBytes *beckon_message_to_bytes (BeckonMessage *self);
/** beckon_message_to_event_bytes: the frame of an event that several sessions get, each with a @seq
 * of its own. Returns: (transfer full): it. */
GBytes *beckon_message_to_event_bytes (BeckonMessage *self, gint64 seq);

BeckonMessageKind beckon_message_get_kind (BeckonMessage *self);
BeckonMessageType beckon_message_get_message_type (BeckonMessage *self);
gint64 beckon_message_get_id (BeckonMessage *self);  /* request: id, reply: re, event and ack: seq */
gint64 beckon_message_get_ack (BeckonMessage *self); /* ack, also one riding on a request; 0: none */
gboolean beckon_message_is_ok (BeckonMessage *self); /* reply only */

/** beckon_message_get_fields: (transfer none): all of them, without type and numbers. */
JsonObject *beckon_message_get_fields (BeckonMessage *self);
/** beckon_message_has: whether the field is there. */
gboolean beckon_message_has (BeckonMessage *self, const char *field);
/* The getters return NULL or 0 or FALSE for a field that is not there; (transfer none). */
const char *beckon_message_get_string (BeckonMessage *self, const char *field);
gint64 beckon_message_get_int (BeckonMessage *self, const char *field);
gboolean beckon_message_get_boolean (BeckonMessage *self, const char *field);
JsonObject *beckon_message_get_object (BeckonMessage *self, const char *field);
JsonArray *beckon_message_get_array (BeckonMessage *self, const char *field);
/** beckon_message_dup_strv: Returns: (transfer full) (nullable): an array of strings. */
GStrv beckon_message_dup_strv (BeckonMessage *self, const char *field);
/** beckon_message_get_raw: the "payload" of a request that was parsed stays the text that it was in
 * the frame; no other getter knows it. @length: (out): bytes. Returns: (transfer none) (nullable):
 * JSON, not NUL-terminated. */
const char *beckon_message_get_raw (BeckonMessage *self, const char *field, gsize *length);

void beckon_message_set_id (BeckonMessage *self, gint64 id); /* request: id, event: seq */
void beckon_message_set_ack (BeckonMessage *self, gint64 seq);
void beckon_message_set_string (BeckonMessage *self, const char *field, const char *value);
void beckon_message_set_int (BeckonMessage *self, const char *field, gint64 value);
void beckon_message_set_boolean (BeckonMessage *self, const char *field, gboolean value);
void beckon_message_set_strv (BeckonMessage *self, const char *field, const char *const *value);
/** beckon_message_set_object: @value: (transfer full) */
void beckon_message_set_object (BeckonMessage *self, const char *field, JsonObject *value);
/** beckon_message_set_array: @value: (transfer full) */
void beckon_message_set_array (BeckonMessage *self, const char *field, JsonArray *value);
/** beckon_message_write: for what is said often, in place of an object; a field that is not set yet,
 * of a message that nobody has looked into. Returns: (transfer none): a text to which the caller
 * appends the field's value, in JSON, before anything else is done with @self. */
GString *beckon_message_write (BeckonMessage *self, const char *field);
/** beckon_message_set_raw: @text: JSON, written as it is, behind the other fields; a message has
 * one such field */
void
beckon_message_set_raw (BeckonMessage *self, const char *field, const char *text, gsize length);

G_END_DECLS
