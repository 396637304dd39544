/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-protocol"

#include "config.h"

#include "message-private.h"

#include "json-build.h"
#include "json-write.h"

/* So that the text of most messages is not moved. */
#define WRITTEN_SIZE 240

static const char *const type_names[BECKON_MESSAGE_N_TYPES] = {
  [BECKON_HELLO] = "hello",
  [BECKON_PING] = "ping",
  [BECKON_BYE] = "bye",
  [BECKON_ICE_SERVERS] = "ice.servers",
  [BECKON_DEVICE_SET] = "device.set",
  [BECKON_CALL_INVITE] = "call.invite",
  [BECKON_CALL_ADD] = "call.add",
  [BECKON_CALL_CANCEL] = "call.cancel",
  [BECKON_CALL_ACCEPT] = "call.accept",
  [BECKON_CALL_REJECT] = "call.reject",
  [BECKON_CALL_JOIN] = "call.join",
  [BECKON_CALL_LEAVE] = "call.leave",
  [BECKON_CALL_END] = "call.end",
  [BECKON_SIGNAL_SEND] = "signal.send",
  [BECKON_PRESENCE_WATCH] = "presence.watch",
  [BECKON_PRESENCE_SET] = "presence.set",
  [BECKON_CONTACTS_LIST] = "contacts.list",
  [BECKON_CONTACTS_ADD] = "contacts.add",
  [BECKON_CONTACTS_REMOVE] = "contacts.remove",
  [BECKON_CONTACTS_BLOCK] = "contacts.block",
  [BECKON_CONTACTS_UNBLOCK] = "contacts.unblock",
  [BECKON_HISTORY_LIST] = "history.list",
  [BECKON_HISTORY_SEEN] = "history.seen",
  [BECKON_PROFILE_SET] = "profile.set",
  [BECKON_DEVICES_LIST] = "devices.list",
  [BECKON_DEVICES_SIGN_OUT] = "devices.sign-out",
  [BECKON_SESSION_CLOSING] = "session.closing",
  [BECKON_CALL_CREATED] = "call.created",
  [BECKON_CALL_RECEIVED] = "call.received",
  [BECKON_CALL_RINGING] = "call.ringing",
  [BECKON_CALL_OFFLINE] = "call.offline",
  [BECKON_CALL_ADDED] = "call.added",
  [BECKON_CALL_ACCEPTED] = "call.accepted",
  [BECKON_CALL_REJECTED] = "call.rejected",
  [BECKON_CALL_ANSWERED_ELSEWHERE] = "call.answered-elsewhere",
  [BECKON_CALL_CANCELLED] = "call.cancelled",
  [BECKON_CALL_WITHDRAWN] = "call.withdrawn",
  [BECKON_CALL_TIMEOUT] = "call.timeout",
  [BECKON_CALL_UNANSWERED] = "call.unanswered",
  [BECKON_CALL_LEFT] = "call.left",
  [BECKON_CALL_ENDED] = "call.ended",
  [BECKON_SIGNAL_RECEIVED] = "signal.received",
  [BECKON_PRESENCE_CHANGED] = "presence.changed",
  [BECKON_CONTACTS_CHANGED] = "contacts.changed",
  [BECKON_HISTORY_CHANGED] = "history.changed",
  [BECKON_HISTORY_MISSED] = "history.missed",
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

gboolean
beckon_message_type_is_event (BeckonMessageType type)
{
  return type >= BECKON_SESSION_CLOSING;
}

/* ---- making ---- */

BeckonMessage *
beckon_message_new (BeckonMessageKind kind, BeckonMessageType type, gint64 id, JsonObject *fields)
{
  BeckonMessage *self = g_new0 (BeckonMessage, 1);

  self->ref_count = 1;
  self->kind = kind;
  self->type = type;
  self->id = id;
  self->fields = fields;
  return self;
}

JsonObject *
beckon_message_ensure_fields (BeckonMessage *self)
{
  if (self->written != NULL)
    {
      g_autoptr (GString) text = g_steal_pointer (&self->written);

      g_string_append_c (text, '}');
      text->str[0] = '{';
      self->fields = beckon_json_build (text->str, NULL, 0);
    }
  if (self->fields == NULL)
    self->fields = json_object_new ();
  return self->fields;
}

BeckonMessage *
beckon_message_new_request (BeckonMessageType type, gint64 id)
{
  g_return_val_if_fail (type > BECKON_MESSAGE_NONE && !beckon_message_type_is_event (type), NULL);

  return beckon_message_new (BECKON_MESSAGE_REQUEST, type, id, NULL);
}

BeckonMessage *
beckon_message_new_event (BeckonMessageType type)
{
  g_return_val_if_fail (beckon_message_type_is_event (type) && type < BECKON_MESSAGE_N_TYPES, NULL);

  return beckon_message_new (BECKON_MESSAGE_EVENT, type, 0, NULL);
}

BeckonMessage *
beckon_message_new_event_from (BeckonMessageType type, JsonObject *fields)
{
  g_return_val_if_fail (beckon_message_type_is_event (type) && type < BECKON_MESSAGE_N_TYPES, NULL);
  g_return_val_if_fail (fields != NULL, NULL);

  return beckon_message_new (BECKON_MESSAGE_EVENT, type, 0, fields);
}

BeckonMessage *
beckon_message_new_reply (gint64 re)
{
  BeckonMessage *self;

  g_return_val_if_fail (re >= 1, NULL);

  self = beckon_message_new (BECKON_MESSAGE_REPLY, BECKON_MESSAGE_NONE, re, NULL);
  self->ok = TRUE;
  return self;
}

BeckonMessage *
beckon_message_new_error_reply (gint64 re, BeckonProtocolError code, const char *text)
{
  BeckonMessage *self;
  JsonObject *error;

  g_return_val_if_fail (re >= 1 && text != NULL, NULL);

  self = beckon_message_new (BECKON_MESSAGE_REPLY, BECKON_MESSAGE_NONE, re, NULL);
  error = json_object_new ();
  json_object_set_string_member (error, "code", beckon_protocol_error_to_code (code));
  json_object_set_string_member (error, "message", text);
  beckon_message_set_object (self, "error", error);
  return self;
}

BeckonMessage *
beckon_message_new_ack (gint64 seq)
{
  BeckonMessage *self;

  g_return_val_if_fail (seq >= 1, NULL);

  self = beckon_message_new (BECKON_MESSAGE_ACK, BECKON_MESSAGE_NONE, seq, NULL);
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
  g_clear_pointer (&self->fields, json_object_unref);
  if (self->written != NULL)
    g_string_free (self->written, TRUE);
  g_free (self->raw);
  g_free (self);
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

JsonObject *
beckon_message_get_fields (BeckonMessage *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->written != NULL ? beckon_message_ensure_fields (self) : self->fields;
}

static JsonNode *
get_member (BeckonMessage *self, const char *field)
{
  JsonObject *fields = beckon_message_get_fields (self);

  return fields != NULL ? json_object_get_member (fields, field) : NULL;
}

/* Returns: (nullable): the field's node, if it is a string, a number, true or false. */
static JsonNode *
get_value (BeckonMessage *self, const char *field)
{
  JsonNode *node = get_member (self, field);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) ? node : NULL;
}

gboolean
beckon_message_has (BeckonMessage *self, const char *field)
{
  g_return_val_if_fail (self != NULL && field != NULL, FALSE);

  return get_member (self, field) != NULL || g_strcmp0 (self->raw_field, field) == 0;
}

const char *
beckon_message_get_string (BeckonMessage *self, const char *field)
{
  JsonNode *node;

  g_return_val_if_fail (self != NULL && field != NULL, NULL);

  node = get_value (self, field);
  return node != NULL ? json_node_get_string (node) : NULL;
}

gint64
beckon_message_get_int (BeckonMessage *self, const char *field)
{
  JsonNode *node;

  g_return_val_if_fail (self != NULL && field != NULL, 0);

  node = get_value (self, field);
  return node != NULL ? json_node_get_int (node) : 0;
}

gboolean
beckon_message_get_boolean (BeckonMessage *self, const char *field)
{
  JsonNode *node;

  g_return_val_if_fail (self != NULL && field != NULL, FALSE);

  node = get_value (self, field);
  return node != NULL && json_node_get_boolean (node);
}

JsonObject *
beckon_message_get_object (BeckonMessage *self, const char *field)
{
  JsonNode *node;

  g_return_val_if_fail (self != NULL && field != NULL, NULL);

  node = get_member (self, field);
  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

JsonArray *
beckon_message_get_array (BeckonMessage *self, const char *field)
{
  JsonNode *node;

  g_return_val_if_fail (self != NULL && field != NULL, NULL);

  node = get_member (self, field);
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

const char *
beckon_message_get_raw (BeckonMessage *self, const char *field, gsize *length)
{
  g_return_val_if_fail (self != NULL && field != NULL && length != NULL, NULL);

  if (g_strcmp0 (self->raw_field, field) != 0)
    return NULL;
  *length = self->raw_length;
  return self->raw;
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

/* In a string its quotation marks would be escaped, so where the name is not found it is not there;
 * what is found may be a member's member, too. */
static gboolean
may_be_written (const GString *written, const char *field)
{
  const gsize length = strlen (field);

  for (const char *p = strstr (written->str, field); p != NULL; p = strstr (p + 1, field))
    if (p[-1] == '"' && p[length] == '"' && p[length + 1] == ':')
      return TRUE;
  return FALSE;
}

/* What is made is written as it is made, without objects; but not what is set anew, or was looked
 * into. Returns: (nullable): the text, to which the value is to be appended. */
static GString *
write_name (BeckonMessage *self, const char *field)
{
  if (self->fields != NULL)
    return NULL;
  if (self->written == NULL)
    self->written = g_string_sized_new (WRITTEN_SIZE);
  else if (may_be_written (self->written, field))
    {
      beckon_message_ensure_fields (self);
      return NULL;
    }
  g_string_append_c (self->written, ',');
  beckon_json_append_string (self->written, field);
  g_string_append_c (self->written, ':');
  return self->written;
}

void
beckon_message_set_string (BeckonMessage *self, const char *field, const char *value)
{
  GString *text;

  g_return_if_fail (self != NULL && field != NULL && value != NULL);

  text = write_name (self, field);
  if (text != NULL)
    beckon_json_append_string (text, value);
  else
    json_object_set_string_member (self->fields, field, value);
}

void
beckon_message_set_int (BeckonMessage *self, const char *field, gint64 value)
{
  GString *text;

  g_return_if_fail (self != NULL && field != NULL);

  text = write_name (self, field);
  if (text != NULL)
    beckon_json_append_integer (text, value);
  else
    json_object_set_int_member (self->fields, field, value);
}

void
beckon_message_set_boolean (BeckonMessage *self, const char *field, gboolean value)
{
  GString *text;

  g_return_if_fail (self != NULL && field != NULL);

  text = write_name (self, field);
  if (text != NULL)
    g_string_append (text, value ? "true" : "false");
  else
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
  beckon_message_set_array (self, field, array);
}

static void
set_node (BeckonMessage *self, const char *field, JsonNode *value)
{
  GString *text = write_name (self, field);

  if (text == NULL)
    {
      json_object_set_member (self->fields, field, value);
      return;
    }
  beckon_json_append_node (text, value);
  json_node_unref (value);
}

void
beckon_message_set_object (BeckonMessage *self, const char *field, JsonObject *value)
{
  JsonNode *node;

  g_return_if_fail (self != NULL && field != NULL && value != NULL);

  node = json_node_new (JSON_NODE_OBJECT);
  json_node_take_object (node, value);
  set_node (self, field, node);
}

void
beckon_message_set_array (BeckonMessage *self, const char *field, JsonArray *value)
{
  JsonNode *node;

  g_return_if_fail (self != NULL && field != NULL && value != NULL);

  node = json_node_new (JSON_NODE_ARRAY);
  json_node_take_array (node, value);
  set_node (self, field, node);
}

GString *
beckon_message_write (BeckonMessage *self, const char *field)
{
  GString *text;

  g_return_val_if_fail (self != NULL && field != NULL, NULL);

  text = write_name (self, field);
  g_assert (text != NULL);
  return text;
}

void
beckon_message_set_raw (BeckonMessage *self, const char *field, const char *text, gsize length)
{
  g_return_if_fail (self != NULL && field != NULL && text != NULL && length > 0);

  g_free (self->raw);
  self->raw_field = g_intern_string (field);
  self->raw = g_memdup2 (text, length);
  self->raw_length = length;
}
