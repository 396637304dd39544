/* SPDX-License-Identifier: GPL-3.0-or-later */

/* From text to messages: the only reader of frames. */

#define G_LOG_DOMAIN "beckon-protocol"

#include "config.h"

#include "message-private.h"

#include "json-parse.h"
#include "message-schema.h"

#define PAYLOAD "payload"

static gboolean
refuse (GError **error, BeckonProtocolError code, const char *text)
{
  g_set_error_literal (error, BECKON_PROTOCOL_ERROR, code, text);
  return FALSE;
}

/* Returns: whether the member is there; FALSE with @error set if it is no count. */
static gboolean
read_count (JsonObject *object, const char *member, gint64 *count, GError **error)
{
  JsonNode *node = json_object_get_member (object, member);

  *count = 0;
  if (node == NULL)
    return FALSE;
  if (json_node_get_value_type (node) == G_TYPE_INT64)
    *count = json_node_get_int (node);
  if (*count >= 1 && *count <= BECKON_NUMBER_MAX)
    return TRUE;
  *count = 0;
  return refuse (error, BECKON_PROTOCOL_ERROR_BAD_FRAME, "A number of the frame is not a count");
}

static BeckonMessageType
read_type (JsonObject *object, gboolean event, GError **error)
{
  JsonNode *node = json_object_get_member (object, "type");
  BeckonMessageType type;

  if (node == NULL || json_node_get_value_type (node) != G_TYPE_STRING)
    {
      refuse (error, BECKON_PROTOCOL_ERROR_BAD_REQUEST, "“type” is missing or not a string");
      return BECKON_MESSAGE_NONE;
    }
  type = beckon_message_type_from_string (json_node_get_string (node));
  if (type == BECKON_MESSAGE_NONE || beckon_message_type_is_event (type) != event)
    {
      refuse (error, BECKON_PROTOCOL_ERROR_UNKNOWN_TYPE, "There is no such request or event");
      return BECKON_MESSAGE_NONE;
    }
  return type;
}

/* A server only passes a payload on, a client reads it. */
static gboolean
take_payload (BeckonMessage *self, const BeckonJsonSpan *payload, GError **error)
{
  JsonObject *object;

  if (payload->length > BECKON_PAYLOAD_MAX)
    return refuse (error, BECKON_PROTOCOL_ERROR_TOO_LARGE, "“payload” is over its limit");
  if (self->kind == BECKON_MESSAGE_REQUEST)
    {
      json_object_remove_member (self->fields, PAYLOAD);
      beckon_message_set_raw (self, PAYLOAD, payload->text, payload->length);
      return TRUE;
    }
  object = beckon_json_parse (payload->text, payload->length, error);
  if (object == NULL)
    return FALSE;
  json_object_set_object_member (self->fields, PAYLOAD, object);
  return TRUE;
}

static BeckonMessage *
parse_typed (JsonObject *object,
             BeckonMessageKind kind,
             gint64 id,
             const BeckonJsonSpan *payload,
             GError **error)
{
  const BeckonMessageType type = read_type (object, kind == BECKON_MESSAGE_EVENT, error);
  g_autoptr (BeckonMessage) self = NULL;

  if (type == BECKON_MESSAGE_NONE ||
      !beckon_message_schema_check (beckon_message_schema (type), object, error))
    return NULL;
  self = beckon_message_new (kind, type, id, json_object_ref (object));
  if (json_object_has_member (object, PAYLOAD) && !take_payload (self, payload, error))
    return NULL;
  return g_steal_pointer (&self);
}

static BeckonMessage *
parse_reply (JsonObject *object, gint64 re, GError **error)
{
  JsonNode *ok = json_object_get_member (object, "ok");
  BeckonMessage *self;

  if (ok == NULL || json_node_get_value_type (ok) != G_TYPE_BOOLEAN)
    return refuse (error, BECKON_PROTOCOL_ERROR_BAD_FRAME, "A reply says ok or not"), NULL;
  self =
      beckon_message_new (BECKON_MESSAGE_REPLY, BECKON_MESSAGE_NONE, re, json_object_ref (object));
  self->ok = json_node_get_boolean (ok);
  return self;
}

static BeckonMessage *
parse_from_client (JsonObject *object,
                   const BeckonJsonSpan *payload,
                   gint64 *number,
                   GError **error)
{
  GError *failure = NULL;
  gint64 id, ack;
  gboolean has_id, has_ack;
  BeckonMessage *self;

  has_ack = read_count (object, "ack", &ack, &failure);
  has_id = failure == NULL && read_count (object, "id", &id, &failure);
  if (failure != NULL)
    return g_propagate_error (error, failure), NULL;
  if (!has_id && has_ack && !json_object_has_member (object, "type"))
    return beckon_message_new_ack (ack);
  if (!has_id)
    return refuse (error, BECKON_PROTOCOL_ERROR_BAD_FRAME, "A request has an id"), NULL;

  *number = id;
  self = parse_typed (object, BECKON_MESSAGE_REQUEST, id, payload, error);
  if (self != NULL)
    self->ack = ack;
  return self;
}

static BeckonMessage *
parse_from_server (JsonObject *object,
                   const BeckonJsonSpan *payload,
                   gint64 *number,
                   GError **error)
{
  GError *failure = NULL;
  gint64 re, seq;
  gboolean has_re, has_seq;

  has_re = read_count (object, "re", &re, &failure);
  has_seq = failure == NULL && read_count (object, "seq", &seq, &failure);
  if (failure != NULL)
    return g_propagate_error (error, failure), NULL;
  if (has_re == has_seq)
    return refuse (error, BECKON_PROTOCOL_ERROR_BAD_FRAME, "Neither a reply nor an event"), NULL;
  if (has_re)
    return parse_reply (object, re, error);
  *number = seq;
  return parse_typed (object, BECKON_MESSAGE_EVENT, seq, payload, error);
}

/* Every second frame of a client is nothing but an acknowledgement. Returns: what the event had for
 * a "seq", or 0 if the frame is anything else, or is written in another way. */
static gint64
read_bare_ack (const char *data, gsize length)
{
  static const char head[] = "{\"ack\":";
  const gsize head_length = strlen (head);
  gint64 seq = 0;
  gsize i = head_length;

  if (length < head_length + 2 || memcmp (data, head, head_length) != 0 || data[i] == '0')
    return 0;
  for (; g_ascii_isdigit (data[i]) && i < length - 1 && seq <= BECKON_NUMBER_MAX; i++)
    seq = seq * 10 + data[i] - '0';
  return i == length - 1 && data[i] == '}' && seq <= BECKON_NUMBER_MAX ? seq : 0;
}

static BeckonMessage *
parse_text (const char *data, gsize length, BeckonParty from, gint64 *number, GError **error)
{
  BeckonJsonSpan payload;
  g_autoptr (JsonObject) object = beckon_json_parse_around (data, length, PAYLOAD, &payload, error);

  if (object == NULL)
    return NULL;
  return from == BECKON_PARTY_CLIENT ? parse_from_client (object, &payload, number, error)
                                     : parse_from_server (object, &payload, number, error);
}

BeckonMessage *
beckon_message_parse (
    const char *data, gssize length, BeckonParty from, gint64 *number, GError **error)
{
  gint64 found = 0, seq;
  gsize n_bytes;
  BeckonMessage *self;

  g_return_val_if_fail (data != NULL || length == 0, NULL);

  n_bytes = length >= 0 ? (gsize) length : strlen (data);
  seq = from == BECKON_PARTY_CLIENT ? read_bare_ack (data, n_bytes) : 0;
  self = seq > 0 ? beckon_message_new_ack (seq) : parse_text (data, n_bytes, from, &found, error);
  if (number != NULL)
    *number = found;
  return self;
}

/* What the server answered; a code that we do not know is of a newer server. */
static void
set_refusal (JsonObject *refusal, GError **error)
{
  BeckonProtocolError number = BECKON_PROTOCOL_ERROR_INTERNAL;

  beckon_protocol_error_from_code (json_object_get_string_member (refusal, "code"), &number);
  refuse (error, number, json_object_get_string_member (refusal, "message"));
}

gboolean
beckon_message_check_reply (BeckonMessage *reply, BeckonMessageType asked, GError **error)
{
  g_autoptr (GError) malformed = NULL;

  g_return_val_if_fail (reply != NULL && reply->kind == BECKON_MESSAGE_REPLY, FALSE);
  g_return_val_if_fail (asked > BECKON_MESSAGE_NONE, FALSE);
  g_return_val_if_fail (!beckon_message_type_is_event (asked), FALSE);

  if (!beckon_message_schema_check (reply->ok ? beckon_message_reply_schema (asked)
                                              : beckon_message_refusal_schema (),
                                    beckon_message_ensure_fields (reply), &malformed))
    return refuse (error, BECKON_PROTOCOL_ERROR_BAD_FRAME, malformed->message);
  if (!reply->ok)
    set_refusal (json_object_get_object_member (reply->fields, "error"), error);
  return reply->ok;
}
