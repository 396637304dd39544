/* SPDX-License-Identifier: GPL-3.0-or-later */

/* From text to messages: the only reader of frames. */

#define G_LOG_DOMAIN "beckon-protocol"

#include "config.h"

#include "message-private.h"

#include "json-parse.h"
#include "message-schema.h"

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

static BeckonMessage *
parse_typed (JsonObject *object, BeckonMessageKind kind, gint64 id, GError **error)
{
  const BeckonMessageType type = read_type (object, kind == BECKON_MESSAGE_EVENT, error);
  JsonObject *fields;

  if (type == BECKON_MESSAGE_NONE)
    return NULL;
  fields = beckon_message_schema_read (beckon_message_schema (type), object, error);
  return fields != NULL ? beckon_message_new (kind, type, id, fields) : NULL;
}

static BeckonMessage *
parse_reply (JsonObject *object, gint64 re, GError **error)
{
  JsonNode *ok = json_object_get_member (object, "ok");
  BeckonMessage *self;

  if (ok == NULL || json_node_get_value_type (ok) != G_TYPE_BOOLEAN)
    return refuse (error, BECKON_PROTOCOL_ERROR_BAD_FRAME, "A reply says ok or not"), NULL;
  self = beckon_message_new (BECKON_MESSAGE_REPLY, BECKON_MESSAGE_NONE, re,
                             json_object_ref (object));
  self->ok = json_node_get_boolean (ok);
  return self;
}

static BeckonMessage *
parse_from_client (JsonObject *object, gint64 *request_id, GError **error)
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

  *request_id = id;
  self = parse_typed (object, BECKON_MESSAGE_REQUEST, id, error);
  if (self != NULL)
    self->ack = ack;
  return self;
}

static BeckonMessage *
parse_from_server (JsonObject *object, GError **error)
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
  return has_re ? parse_reply (object, re, error)
                : parse_typed (object, BECKON_MESSAGE_EVENT, seq, error);
}

BeckonMessage *
beckon_message_parse (const char *data,
                      gssize length,
                      BeckonParty from,
                      gint64 *request_id,
                      GError **error)
{
  g_autoptr (JsonObject) object = NULL;
  gint64 id = 0;
  BeckonMessage *self;

  g_return_val_if_fail (data != NULL || length == 0, NULL);

  if (request_id != NULL)
    *request_id = 0;
  object = beckon_json_parse (data, length >= 0 ? (gsize) length : strlen (data), error);
  if (object == NULL)
    return NULL;
  self = from == BECKON_PARTY_CLIENT ? parse_from_client (object, &id, error)
                                     : parse_from_server (object, error);
  if (request_id != NULL)
    *request_id = id;
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
  JsonObject *fields;

  g_return_val_if_fail (reply != NULL && reply->kind == BECKON_MESSAGE_REPLY, FALSE);
  g_return_val_if_fail (asked > BECKON_MESSAGE_NONE, FALSE);
  g_return_val_if_fail (!beckon_message_type_is_event (asked), FALSE);

  fields = beckon_message_schema_read (reply->ok ? beckon_message_reply_schema (asked)
                                                 : beckon_message_refusal_schema (),
                                       reply->fields, &malformed);
  if (fields == NULL)
    return refuse (error, BECKON_PROTOCOL_ERROR_BAD_FRAME, malformed->message);
  json_object_unref (reply->fields);
  reply->fields = fields;
  if (!reply->ok)
    set_refusal (json_object_get_object_member (fields, "error"), error);
  return reply->ok;
}
