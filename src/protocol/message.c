/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-protocol"

#include "config.h"

#include "message.h"

#include "message-schema.h"

#define ID_MAX (G_GINT64_CONSTANT (1) << 53)

struct _BeckonMessage
{
  guint ref_count;
  BeckonMessageKind kind;
  BeckonMessageType type; /* NONE for replies and acks */
  gint64 id;              /* request: id, reply: re, event and ack: seq */
  gint64 ack;             /* 0: none */
  gboolean ok;            /* reply */
  JsonObject *fields;     /* everything else */
};

static const char *const type_names[BECKON_MESSAGE_N_TYPES] = {
  [BECKON_HELLO] = "hello",
  [BECKON_PING] = "ping",
  [BECKON_BYE] = "bye",
  [BECKON_ICE_SERVERS] = "ice.servers",
  [BECKON_CALL_INVITE] = "call.invite",
  [BECKON_CALL_CANCEL] = "call.cancel",
  [BECKON_CALL_ACCEPT] = "call.accept",
  [BECKON_CALL_REJECT] = "call.reject",
  [BECKON_CALL_LEAVE] = "call.leave",
  [BECKON_CALL_END] = "call.end",
  [BECKON_SIGNAL_SEND] = "signal.send",
  [BECKON_PRESENCE_WATCH] = "presence.watch",
  [BECKON_PRESENCE_SET] = "presence.set",
  [BECKON_CONTACTS_LIST] = "contacts.list",
  [BECKON_CONTACTS_ADD] = "contacts.add",
  [BECKON_CONTACTS_REMOVE] = "contacts.remove",
  [BECKON_HISTORY_LIST] = "history.list",
  [BECKON_PROFILE_SET] = "profile.set",
  [BECKON_SESSION_CLOSING] = "session.closing",
  [BECKON_CALL_RECEIVED] = "call.received",
  [BECKON_CALL_RINGING] = "call.ringing",
  [BECKON_CALL_OFFLINE] = "call.offline",
  [BECKON_CALL_ACCEPTED] = "call.accepted",
  [BECKON_CALL_REJECTED] = "call.rejected",
  [BECKON_CALL_ANSWERED_ELSEWHERE] = "call.answered-elsewhere",
  [BECKON_CALL_CANCELLED] = "call.cancelled",
  [BECKON_CALL_TIMEOUT] = "call.timeout",
  [BECKON_CALL_UNANSWERED] = "call.unanswered",
  [BECKON_CALL_LEFT] = "call.left",
  [BECKON_CALL_ENDED] = "call.ended",
  [BECKON_SIGNAL_RECEIVED] = "signal.received",
  [BECKON_PRESENCE_CHANGED] = "presence.changed",
  [BECKON_CONTACTS_CHANGED] = "contacts.changed",
  [BECKON_HISTORY_CHANGED] = "history.changed",
};

const char *
beckon_message_type_to_string (BeckonMessageType type)
{
  g_return_val_if_fail (type > BECKON_MESSAGE_NONE && type < BECKON_MESSAGE_N_TYPES, NULL);

  return type_names[type];
}

BeckonMessageType
beckon_message_type_from_string (const char *word)
{
  g_return_val_if_fail (word != NULL, BECKON_MESSAGE_NONE);

  for (guint type = BECKON_MESSAGE_NONE + 1; type < BECKON_MESSAGE_N_TYPES; type++)
    if (g_str_equal (type_names[type], word))
      return type;
  return BECKON_MESSAGE_NONE;
}

static gboolean
is_event (BeckonMessageType type)
{
  return type >= BECKON_SESSION_CLOSING;
}

/* ---- making ---- */

/* @fields: (transfer full) (nullable) */
static BeckonMessage *
new_message (BeckonMessageKind kind, BeckonMessageType type, gint64 id, JsonObject *fields)
{
  BeckonMessage *self = g_new0 (BeckonMessage, 1);

  self->ref_count = 1;
  self->kind = kind;
  self->type = type;
  self->id = id;
  self->fields = fields != NULL ? fields : json_object_new ();
  return self;
}

BeckonMessage *
beckon_message_new_request (BeckonMessageType type, gint64 id)
{
  g_return_val_if_fail (type > BECKON_MESSAGE_NONE && !is_event (type), NULL);

  return new_message (BECKON_MESSAGE_REQUEST, type, id, NULL);
}

BeckonMessage *
beckon_message_new_event (BeckonMessageType type)
{
  g_return_val_if_fail (is_event (type) && type < BECKON_MESSAGE_N_TYPES, NULL);

  return new_message (BECKON_MESSAGE_EVENT, type, 0, NULL);
}

BeckonMessage *
beckon_message_new_reply (gint64 re)
{
  BeckonMessage *self = new_message (BECKON_MESSAGE_REPLY, BECKON_MESSAGE_NONE, re, NULL);

  self->ok = TRUE;
  return self;
}

BeckonMessage *
beckon_message_new_error_reply (gint64 re, BeckonProtocolError code, const char *text)
{
  BeckonMessage *self = new_message (BECKON_MESSAGE_REPLY, BECKON_MESSAGE_NONE, re, NULL);
  JsonObject *error = json_object_new ();

  json_object_set_string_member (error, "code", beckon_protocol_error_to_code (code));
  json_object_set_string_member (error, "message", text);
  json_object_set_object_member (self->fields, "error", error);
  return self;
}

BeckonMessage *
beckon_message_new_ack (gint64 seq)
{
  BeckonMessage *self = new_message (BECKON_MESSAGE_ACK, BECKON_MESSAGE_NONE, seq, NULL);

  self->ack = seq;
  return self;
}

BeckonMessage *
beckon_message_ref (BeckonMessage *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  self->ref_count++;
  return self;
}

void
beckon_message_unref (BeckonMessage *self)
{
  g_return_if_fail (self != NULL && self->ref_count > 0);

  if (--self->ref_count > 0)
    return;
  json_object_unref (self->fields);
  g_free (self);
}

/* ---- reading ---- */

static gboolean
refuse (GError **error, BeckonProtocolError code, const char *text)
{
  g_set_error_literal (error, BECKON_PROTOCOL_ERROR, code, text);
  return FALSE;
}

/* The parser recurses: a nest too deep must not reach it. */
static gboolean
is_shallow (const char *data, gsize length)
{
  guint depth = 0;
  gboolean in_string = FALSE;

  for (gsize i = 0; i < length; i++)
    {
      const char c = data[i];

      if (in_string)
        {
          if (c == '\\')
            i++;
          else if (c == '"')
            in_string = FALSE;
        }
      else if (c == '"')
        in_string = TRUE;
      else if (c == '{' || c == '[')
        {
          if (++depth > BECKON_FRAME_DEPTH_MAX)
            return FALSE;
        }
      else if ((c == '}' || c == ']') && depth > 0)
        depth--;
    }
  return TRUE;
}

JsonObject *
beckon_json_parse (const char *data, gsize length, GError **error)
{
  g_autoptr (JsonParser) parser = NULL;
  JsonNode *root;

  g_return_val_if_fail (data != NULL || length == 0, NULL);

  if (length > BECKON_FRAME_MAX)
    return refuse (error, BECKON_PROTOCOL_ERROR_TOO_LARGE, "The frame is too large"), NULL;
  if (!g_utf8_validate_len (data, length, NULL))
    return refuse (error, BECKON_PROTOCOL_ERROR_BAD_FRAME, "The frame is not UTF-8"), NULL;
  if (!is_shallow (data, length))
    return refuse (error, BECKON_PROTOCOL_ERROR_BAD_FRAME, "The frame is nested too deep"), NULL;
  parser = json_parser_new_immutable ();
  if (length == 0 || !json_parser_load_from_data (parser, data, length, NULL))
    return refuse (error, BECKON_PROTOCOL_ERROR_BAD_FRAME, "The frame is not JSON"), NULL;
  root = json_parser_get_root (parser);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    return refuse (error, BECKON_PROTOCOL_ERROR_BAD_FRAME, "The frame is not an object"), NULL;
  return json_object_ref (json_node_get_object (root));
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
  if (*count >= 1 && *count <= ID_MAX)
    return TRUE;
  *count = 0;
  return refuse (error, BECKON_PROTOCOL_ERROR_BAD_FRAME, "A number of the frame is not a count");
}

static BeckonMessageType
read_type (JsonObject *object, gboolean event, GError **error)
{
  JsonNode *node = json_object_get_member (object, "type");
  BeckonMessageType type = BECKON_MESSAGE_NONE;

  if (node == NULL || json_node_get_value_type (node) != G_TYPE_STRING)
    {
      refuse (error, BECKON_PROTOCOL_ERROR_BAD_FRAME, "The frame has no type");
      return BECKON_MESSAGE_NONE;
    }
  type = beckon_message_type_from_string (json_node_get_string (node));
  if (type == BECKON_MESSAGE_NONE || is_event (type) != event)
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
  return fields != NULL ? new_message (kind, type, id, fields) : NULL;
}

static BeckonMessage *
parse_reply (JsonObject *object, gint64 re, GError **error)
{
  JsonNode *ok = json_object_get_member (object, "ok");
  BeckonMessage *self;

  if (ok == NULL || json_node_get_value_type (ok) != G_TYPE_BOOLEAN)
    return refuse (error, BECKON_PROTOCOL_ERROR_BAD_FRAME, "A reply says ok or not"), NULL;
  self = new_message (BECKON_MESSAGE_REPLY, BECKON_MESSAGE_NONE, re, json_object_ref (object));
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

/* The error of a reply, by its code; an unknown one is from a newer server. */
static void
read_error (JsonObject *fields, GError **error)
{
  JsonNode *node = json_object_get_member (fields, "error");
  BeckonProtocolError number = BECKON_PROTOCOL_ERROR_INTERNAL;
  JsonNode *code = NULL, *text = NULL;

  if (node != NULL && JSON_NODE_HOLDS_OBJECT (node))
    {
      code = json_object_get_member (json_node_get_object (node), "code");
      text = json_object_get_member (json_node_get_object (node), "message");
    }
  if (code == NULL || json_node_get_value_type (code) != G_TYPE_STRING)
    {
      refuse (error, BECKON_PROTOCOL_ERROR_BAD_FRAME, "A refusal without a code");
      return;
    }
  beckon_protocol_error_from_code (json_node_get_string (code), &number);
  refuse (error, number,
          text != NULL && json_node_get_value_type (text) == G_TYPE_STRING
              ? json_node_get_string (text)
              : json_node_get_string (code));
}

gboolean
beckon_message_check_reply (BeckonMessage *reply, BeckonMessageType asked, GError **error)
{
  g_autoptr (GError) malformed = NULL;
  JsonObject *fields;

  g_return_val_if_fail (reply != NULL && reply->kind == BECKON_MESSAGE_REPLY, FALSE);
  g_return_val_if_fail (asked > BECKON_MESSAGE_NONE && !is_event (asked), FALSE);

  if (!reply->ok)
    {
      read_error (reply->fields, error);
      return FALSE;
    }
  fields = beckon_message_schema_read (beckon_message_reply_schema (asked), reply->fields,
                                       &malformed);
  if (fields == NULL)
    return refuse (error, BECKON_PROTOCOL_ERROR_BAD_FRAME, malformed->message);
  json_object_unref (reply->fields);
  reply->fields = fields;
  return TRUE;
}

/* ---- writing ---- */

static void
copy_member (JsonObject *object, const char *name, JsonNode *node, gpointer target)
{
  json_object_set_member (target, name, json_node_copy (node));
}

char *
beckon_message_to_string (BeckonMessage *self, gsize *length)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();
  char *text;

  g_return_val_if_fail (self != NULL, NULL);

  json_node_take_object (node, object);
  if (self->kind == BECKON_MESSAGE_REQUEST)
    json_object_set_int_member (object, "id", self->id);
  else if (self->kind == BECKON_MESSAGE_EVENT)
    json_object_set_int_member (object, "seq", self->id);
  else if (self->kind == BECKON_MESSAGE_REPLY)
    {
      json_object_set_int_member (object, "re", self->id);
      json_object_set_boolean_member (object, "ok", self->ok);
    }
  if (self->ack > 0)
    json_object_set_int_member (object, "ack", self->ack);
  if (self->type != BECKON_MESSAGE_NONE)
    json_object_set_string_member (object, "type", type_names[self->type]);
  json_object_foreach_member (self->fields, copy_member, object);
  text = json_to_string (node, FALSE);
  if (length != NULL)
    *length = strlen (text);
  return text;
}

/* ---- fields ---- */

BeckonMessageKind
beckon_message_get_kind (BeckonMessage *self)
{
  g_return_val_if_fail (self != NULL, BECKON_MESSAGE_ACK);

  return self->kind;
}

BeckonMessageType
beckon_message_get_message_type (BeckonMessage *self)
{
  g_return_val_if_fail (self != NULL, BECKON_MESSAGE_NONE);

  return self->type;
}

gint64
beckon_message_get_id (BeckonMessage *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->id;
}

gint64
beckon_message_get_ack (BeckonMessage *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->ack;
}

gboolean
beckon_message_is_ok (BeckonMessage *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return self->ok;
}

gboolean
beckon_message_has (BeckonMessage *self, const char *field)
{
  g_return_val_if_fail (self != NULL && field != NULL, FALSE);

  return json_object_has_member (self->fields, field);
}

const char *
beckon_message_get_string (BeckonMessage *self, const char *field)
{
  g_return_val_if_fail (self != NULL && field != NULL, NULL);

  return json_object_get_string_member_with_default (self->fields, field, NULL);
}

gint64
beckon_message_get_int (BeckonMessage *self, const char *field)
{
  g_return_val_if_fail (self != NULL && field != NULL, 0);

  return json_object_get_int_member_with_default (self->fields, field, 0);
}

gboolean
beckon_message_get_boolean (BeckonMessage *self, const char *field)
{
  g_return_val_if_fail (self != NULL && field != NULL, FALSE);

  return json_object_get_boolean_member_with_default (self->fields, field, FALSE);
}

JsonObject *
beckon_message_get_object (BeckonMessage *self, const char *field)
{
  JsonNode *node;

  g_return_val_if_fail (self != NULL && field != NULL, NULL);

  node = json_object_get_member (self->fields, field);
  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

JsonArray *
beckon_message_get_array (BeckonMessage *self, const char *field)
{
  JsonNode *node;

  g_return_val_if_fail (self != NULL && field != NULL, NULL);

  node = json_object_get_member (self->fields, field);
  return node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

GStrv
beckon_message_dup_strv (BeckonMessage *self, const char *field)
{
  g_autoptr (GStrvBuilder) builder = NULL;
  JsonArray *array = beckon_message_get_array (self, field);

  if (array == NULL)
    return NULL;
  builder = g_strv_builder_new ();
  for (guint i = 0; i < json_array_get_length (array); i++)
    g_strv_builder_add (builder, json_array_get_string_element (array, i));
  return g_strv_builder_end (builder);
}

void
beckon_message_set_id (BeckonMessage *self, gint64 id)
{
  g_return_if_fail (self != NULL && id >= 1);

  self->id = id;
}

void
beckon_message_set_ack (BeckonMessage *self, gint64 seq)
{
  g_return_if_fail (self != NULL && seq >= 1);

  self->ack = seq;
}

void
beckon_message_set_string (BeckonMessage *self, const char *field, const char *value)
{
  g_return_if_fail (self != NULL && field != NULL && value != NULL);

  json_object_set_string_member (self->fields, field, value);
}

void
beckon_message_set_int (BeckonMessage *self, const char *field, gint64 value)
{
  g_return_if_fail (self != NULL && field != NULL);

  json_object_set_int_member (self->fields, field, value);
}

void
beckon_message_set_boolean (BeckonMessage *self, const char *field, gboolean value)
{
  g_return_if_fail (self != NULL && field != NULL);

  json_object_set_boolean_member (self->fields, field, value);
}

void
beckon_message_set_strv (BeckonMessage *self, const char *field, const char *const *value)
{
  JsonArray *array;

  g_return_if_fail (self != NULL && field != NULL && value != NULL);

  array = json_array_new ();
  for (guint i = 0; value[i] != NULL; i++)
    json_array_add_string_element (array, value[i]);
  json_object_set_array_member (self->fields, field, array);
}

void
beckon_message_set_object (BeckonMessage *self, const char *field, JsonObject *value)
{
  g_return_if_fail (self != NULL && field != NULL && value != NULL);

  json_object_set_object_member (self->fields, field, value);
}

void
beckon_message_set_array (BeckonMessage *self, const char *field, JsonArray *value)
{
  g_return_if_fail (self != NULL && field != NULL && value != NULL);

  json_object_set_array_member (self->fields, field, value);
}
