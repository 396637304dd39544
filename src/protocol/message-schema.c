/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-protocol"

#include "config.h"

#include "message-schema.h"

#include "identifiers.h"
#include "protocol-types.h"

#define TIME_MAX BECKON_NUMBER_MAX
#define REASON_MAX 32

/* ---- the tables ---- */

#define FIELD(name_, kind_, required_, ...)                                                        \
  { .name = name_, .kind = BECKON_FIELD_##kind_, .required = required_, __VA_ARGS__ }
#define NEEDED(name, kind, ...) FIELD (name, kind, TRUE, __VA_ARGS__)
#define MAYBE(name, kind, ...) FIELD (name, kind, FALSE, __VA_ARGS__)
#define END { .name = NULL }

static const char *const media_words[] = { "voice", "video", NULL };
static const char *const reject_words[] = { "declined", "busy", "unavailable", NULL };
static const char *const leave_words[] = { "hung-up", "media-failed", "quit", NULL };
static const char *const presence_words[] = { "online", "in-call", "dnd", "offline", NULL };
static const char *const own_presence_words[] = { "online", "dnd", NULL };
static const char *const direction_words[] = { "outgoing", "incoming", NULL };
static const char *const outcome_words[] = { "answered", "missed", "declined", "busy", "cancelled",
                                             "unanswered", NULL };

static const BeckonField nothing[] = { END };

static const BeckonField user_item = NEEDED ("user", USER_ID);
static const BeckonField url_item = NEEDED ("url", TEXT, .min = 1, .max = 512);
static const BeckonField feature_item = NEEDED ("feature", TEXT, .min = 1, .max = 64);

static const BeckonField user[] = {
  NEEDED ("id", USER_ID),
  NEEDED ("name", NAME),
  END
};
static const BeckonField member_item = NEEDED ("member", OBJECT, .members = user);

static const BeckonField device[] = {
  NEEDED ("id", ID),
  NEEDED ("name", NAME),
  MAYBE ("agent", TEXT, .max = 128),
  END
};
static const BeckonField resume[] = {
  NEEDED ("session", ID),
  NEEDED ("seq", INTEGER, .min = 0, .max = TIME_MAX),
  END
};
static const BeckonField hello[] = {
  NEEDED ("token", TEXT, .min = 1, .max = 4096),
  NEEDED ("device", OBJECT, .members = device),
  MAYBE ("resume", OBJECT, .members = resume),
  END
};

static const BeckonField server[] = {
  NEEDED ("name", TEXT, .max = 128),
  NEEDED ("version", TEXT, .max = 64),
  NEEDED ("features", ARRAY, .max = 64, .members = &feature_item),
  END
};
static const BeckonField ice_server[] = {
  NEEDED ("urls", ARRAY, .min = 1, .max = 16, .members = &url_item),
  MAYBE ("username", TEXT, .max = 512),
  MAYBE ("credential", TEXT, .max = 512),
  END
};
static const BeckonField ice_server_item = NEEDED ("server", OBJECT, .members = ice_server);
static const BeckonField call_snapshot[] = {
  NEEDED ("call", ID),
  MAYBE ("state", TEXT, .max = REASON_MAX),
  MAYBE ("media", WORD, .words = media_words),
  MAYBE ("members", ARRAY, .max = BECKON_INVITEES_MAX + 1, .members = &member_item),
  END
};
static const BeckonField call_snapshot_item = NEEDED ("call", OBJECT, .members = call_snapshot);
static const BeckonField hello_reply[] = {
  NEEDED ("session", ID),
  NEEDED ("resumed", BOOLEAN),
  NEEDED ("user", OBJECT, .members = user),
  NEEDED ("server", OBJECT, .members = server),
  NEEDED ("limits", OPAQUE, .max = 4096),
  NEEDED ("ice_servers", ARRAY, .max = 16, .members = &ice_server_item),
  NEEDED ("calls", ARRAY, .max = 64, .members = &call_snapshot_item),
  END
};
static const BeckonField ice_reply[] = {
  NEEDED ("ice_servers", ARRAY, .max = 16, .members = &ice_server_item),
  END
};

#define CALL NEEDED ("call", ID)
#define DATA                                                                                       \
  MAYBE ("data", TEXT, .max = BECKON_CALL_DATA_MAX, .over = BECKON_PROTOCOL_ERROR_TOO_LARGE)
#define INVITEES(need)                                                                             \
  need ("invitees", ARRAY, .min = 1, .max = BECKON_INVITEES_MAX, .members = &user_item,            \
        .over = BECKON_PROTOCOL_ERROR_TOO_MANY_INVITEES)

static const BeckonField call_only[] = { CALL, END };
static const BeckonField invite[] = {
  INVITEES (NEEDED),
  NEEDED ("media", WORD, .words = media_words),
  MAYBE ("timeout", INTEGER, .min = 1, .max = BECKON_INVITATION_TIMEOUT_MAX),
  DATA,
  END
};
static const BeckonField failure[] = {
  NEEDED ("user", USER_ID),
  NEEDED ("code", ID),
  END
};
static const BeckonField failure_item = NEEDED ("failure", OBJECT, .members = failure);
#define FAILED(need)                                                                               \
  need ("failed", ARRAY, .max = BECKON_INVITEES_MAX, .members = &failure_item)
#define MEMBERS(need)                                                                              \
  need ("members", ARRAY, .max = BECKON_INVITEES_MAX + 1, .members = &member_item)

static const BeckonField refusal_error[] = {
  NEEDED ("code", ID),
  NEEDED ("message", TEXT, .max = 512),
  MAYBE ("retry_after", INTEGER, .min = 0, .max = TIME_MAX),
  MAYBE ("outcome", TEXT, .max = REASON_MAX),
  MAYBE ("device", ID),
  FAILED (MAYBE),
  END
};
static const BeckonField refusal[] = {
  NEEDED ("error", OBJECT, .members = refusal_error),
  END
};

static const BeckonField invite_reply[] = {
  CALL,
  NEEDED ("timeout", INTEGER, .min = 1, .max = BECKON_INVITATION_TIMEOUT_MAX),
  FAILED (NEEDED),
  MEMBERS (MAYBE),
  MAYBE ("merged", BOOLEAN),
  END
};
static const BeckonField cancel[] = { CALL, INVITEES (MAYBE), DATA, END };
static const BeckonField cancel_reply[] = { FAILED (NEEDED), END };
static const BeckonField accept[] = { CALL, DATA, END };
static const BeckonField accept_reply[] = { MEMBERS (NEEDED), END };
static const BeckonField reject[] = {
  CALL,
  NEEDED ("reason", WORD, .words = reject_words),
  DATA,
  END
};
static const BeckonField leave[] = {
  CALL,
  NEEDED ("reason", WORD, .words = leave_words),
  END
};
static const BeckonField duration_reply[] = {
  MAYBE ("duration", INTEGER, .min = 0, .max = TIME_MAX),
  END
};

static const BeckonField signal_to[] = {
  NEEDED ("user", USER_ID),
  MAYBE ("device", ID),
  END
};
#define PAYLOAD                                                                                    \
  NEEDED ("payload", OPAQUE, .max = BECKON_PAYLOAD_MAX, .over = BECKON_PROTOCOL_ERROR_TOO_LARGE)
static const BeckonField signal_send[] = {
  CALL,
  NEEDED ("to", OBJECT, .members = signal_to),
  PAYLOAD,
  END
};
static const BeckonField signal_received[] = {
  CALL,
  NEEDED ("from", OBJECT, .members = signal_to),
  PAYLOAD,
  END
};

static const BeckonField presence_watch[] = {
  NEEDED ("users", ARRAY, .max = 500, .members = &user_item),
  END
};
static const BeckonField presence_set[] = {
  NEEDED ("state", WORD, .words = own_presence_words),
  END
};
static const BeckonField user_only[] = { NEEDED ("user", USER_ID), END };
static const BeckonField name_only[] = { NEEDED ("name", NAME), END };
static const BeckonField contact[] = {
  NEEDED ("id", USER_ID),
  NEEDED ("name", NAME),
  NEEDED ("presence", WORD, .words = presence_words),
  END
};
static const BeckonField contact_item = NEEDED ("contact", OBJECT, .members = contact);
static const BeckonField contacts_reply[] = {
  NEEDED ("contacts", ARRAY, .max = 500, .members = &contact_item),
  END
};
static const BeckonField history_list[] = {
  NEEDED ("limit", INTEGER, .min = 1, .max = 100),
  MAYBE ("before", INTEGER, .min = 0, .max = TIME_MAX),
  END
};
static const BeckonField past_call[] = {
  CALL,
  NEEDED ("direction", WORD, .words = direction_words),
  NEEDED ("media", WORD, .words = media_words),
  MEMBERS (NEEDED),
  NEEDED ("outcome", WORD, .words = outcome_words),
  NEEDED ("started", INTEGER, .min = 0, .max = TIME_MAX),
  NEEDED ("duration_ms", INTEGER, .min = 0, .max = TIME_MAX),
  END
};
static const BeckonField past_call_item = NEEDED ("call", OBJECT, .members = past_call);
static const BeckonField history_reply[] = {
  NEEDED ("calls", ARRAY, .max = 100, .members = &past_call_item),
  END
};

static const BeckonField closing[] = {
  NEEDED ("reason", TEXT, .max = 128),
  MAYBE ("reconnect_after", INTEGER, .min = 0, .max = 3600),
  END
};
static const BeckonField received[] = {
  CALL,
  NEEDED ("from", OBJECT, .members = user),
  MEMBERS (NEEDED),
  NEEDED ("media", WORD, .words = media_words),
  NEEDED ("timeout", INTEGER, .min = 1, .max = BECKON_INVITATION_TIMEOUT_MAX),
  NEEDED ("remaining_ms", INTEGER, .min = 0, .max = BECKON_INVITATION_TIMEOUT_MAX * 1000),
  DATA,
  END
};
static const BeckonField call_and_user[] = { CALL, NEEDED ("user", USER_ID), END };
static const BeckonField accepted[] = {
  CALL,
  NEEDED ("user", USER_ID),
  NEEDED ("device", ID),
  DATA,
  END
};
static const BeckonField rejected[] = {
  CALL,
  NEEDED ("user", USER_ID),
  NEEDED ("reason", WORD, .words = reject_words),
  MAYBE ("device", ID),
  DATA,
  END
};
static const BeckonField answered_elsewhere[] = {
  CALL,
  NEEDED ("outcome", TEXT, .max = REASON_MAX),
  NEEDED ("device", TEXT, .max = BECKON_NAME_MAX_BYTES),
  END
};
static const BeckonField cancelled[] = { CALL, NEEDED ("by", USER_ID), DATA, END };
static const BeckonField unanswered[] = {
  CALL,
  NEEDED ("users", ARRAY, .min = 1, .max = BECKON_INVITEES_MAX, .members = &user_item),
  END
};
static const BeckonField left[] = {
  CALL,
  NEEDED ("user", USER_ID),
  NEEDED ("reason", TEXT, .max = REASON_MAX),
  END
};
static const BeckonField ended[] = {
  CALL,
  NEEDED ("reason", TEXT, .max = REASON_MAX),
  NEEDED ("duration_ms", INTEGER, .min = 0, .max = TIME_MAX),
  END
};
static const BeckonField presence_changed[] = {
  NEEDED ("user", USER_ID),
  NEEDED ("state", WORD, .words = presence_words),
  END
};

static const struct
{
  const BeckonField *fields;
  const BeckonField *reply; /* requests only */
} schemas[BECKON_MESSAGE_N_TYPES] = {
  [BECKON_HELLO] = { hello, hello_reply },
  [BECKON_PING] = { nothing, nothing },
  [BECKON_BYE] = { nothing, nothing },
  [BECKON_ICE_SERVERS] = { nothing, ice_reply },
  [BECKON_CALL_INVITE] = { invite, invite_reply },
  [BECKON_CALL_CANCEL] = { cancel, cancel_reply },
  [BECKON_CALL_ACCEPT] = { accept, accept_reply },
  [BECKON_CALL_REJECT] = { reject, nothing },
  [BECKON_CALL_LEAVE] = { leave, duration_reply },
  [BECKON_CALL_END] = { call_only, duration_reply },
  [BECKON_SIGNAL_SEND] = { signal_send, nothing },
  [BECKON_PRESENCE_WATCH] = { presence_watch, nothing },
  [BECKON_PRESENCE_SET] = { presence_set, nothing },
  [BECKON_CONTACTS_LIST] = { nothing, contacts_reply },
  [BECKON_CONTACTS_ADD] = { user_only, nothing },
  [BECKON_CONTACTS_REMOVE] = { user_only, nothing },
  [BECKON_HISTORY_LIST] = { history_list, history_reply },
  [BECKON_PROFILE_SET] = { name_only, nothing },
  [BECKON_SESSION_CLOSING] = { closing },
  [BECKON_CALL_RECEIVED] = { received },
  [BECKON_CALL_RINGING] = { call_and_user },
  [BECKON_CALL_OFFLINE] = { call_and_user },
  [BECKON_CALL_ACCEPTED] = { accepted },
  [BECKON_CALL_REJECTED] = { rejected },
  [BECKON_CALL_ANSWERED_ELSEWHERE] = { answered_elsewhere },
  [BECKON_CALL_CANCELLED] = { cancelled },
  [BECKON_CALL_TIMEOUT] = { call_only },
  [BECKON_CALL_UNANSWERED] = { unanswered },
  [BECKON_CALL_LEFT] = { left },
  [BECKON_CALL_ENDED] = { ended },
  [BECKON_SIGNAL_RECEIVED] = { signal_received },
  [BECKON_PRESENCE_CHANGED] = { presence_changed },
  [BECKON_CONTACTS_CHANGED] = { nothing },
  [BECKON_HISTORY_CHANGED] = { nothing },
};

const BeckonField *
beckon_message_schema (BeckonMessageType type)
{
  g_assert (type < BECKON_MESSAGE_N_TYPES && schemas[type].fields != NULL);
  return schemas[type].fields;
}

const BeckonField *
beckon_message_reply_schema (BeckonMessageType type)
{
  g_assert (type < BECKON_MESSAGE_N_TYPES && schemas[type].reply != NULL);
  return schemas[type].reply;
}

const BeckonField *
beckon_message_refusal_schema (void)
{
  return refusal;
}

/* ---- checking ---- */

static JsonNode *read_node (const BeckonField *field, JsonNode *node, GError **error);

static JsonNode *
refuse (const BeckonField *field, GError **error, const char *what)
{
  g_set_error (error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_BAD_REQUEST, "“%s” %s",
               field->name, what);
  return NULL;
}

static JsonNode *
refuse_over (const BeckonField *field, GError **error)
{
  g_set_error (error, BECKON_PROTOCOL_ERROR,
               field->over != 0 ? field->over : BECKON_PROTOCOL_ERROR_BAD_REQUEST,
               "“%s” is over its limit of %" G_GINT64_FORMAT, field->name, field->max);
  return NULL;
}

static JsonNode *
read_string (const BeckonField *field, JsonNode *node, GError **error)
{
  const char *text;

  if (json_node_get_value_type (node) != G_TYPE_STRING)
    return refuse (field, error, "is not a string");
  text = json_node_get_string (node);
  switch ((guint) field->kind)
    {
    case BECKON_FIELD_USER_ID:
      if (!beckon_user_id_is_valid (text))
        return refuse (field, error, "is not a user id");
      break;
    case BECKON_FIELD_ID:
      if (!beckon_id_is_valid (text))
        return refuse (field, error, "is not an identifier");
      break;
    case BECKON_FIELD_NAME:
      if (!beckon_name_is_valid (text))
        return refuse (field, error, "is not a name");
      break;
    case BECKON_FIELD_WORD:
      if (!g_strv_contains (field->words, text))
        return refuse (field, error, "is a word that does not belong there");
      break;
    case BECKON_FIELD_TEXT:
      if (strlen (text) > field->max)
        return refuse_over (field, error);
      if (strlen (text) < field->min)
        return refuse (field, error, "is empty");
      break;
    default:
      g_assert_not_reached ();
    }
  return json_node_copy (node);
}

static JsonNode *
read_integer (const BeckonField *field, JsonNode *node, GError **error)
{
  gint64 value;

  /* "7.0" and "1e3" are doubles to the parser, and refused: an integer is written as one. */
  if (json_node_get_value_type (node) != G_TYPE_INT64)
    return refuse (field, error, "is not an integer");
  value = json_node_get_int (node);
  if (value < field->min || value > field->max)
    return refuse (field, error, "is out of range");
  return json_node_copy (node);
}

static JsonNode *
read_array (const BeckonField *field, JsonNode *node, GError **error)
{
  g_autoptr (JsonArray) items = NULL;
  JsonArray *array;
  guint length;

  if (!JSON_NODE_HOLDS_ARRAY (node))
    return refuse (field, error, "is not an array");
  array = json_node_get_array (node);
  length = json_array_get_length (array);
  if (length > field->max)
    return refuse_over (field, error);
  if (length < field->min)
    return refuse (field, error, "has too few items");

  items = json_array_sized_new (length);
  for (guint i = 0; i < length; i++)
    {
      JsonNode *item = read_node (field->members, json_array_get_element (array, i), error);

      if (item == NULL)
        return NULL;
      json_array_add_element (items, item);
    }
  return json_node_init_array (json_node_alloc (), items);
}

static JsonNode *
read_opaque (const BeckonField *field, JsonNode *node, GError **error)
{
  g_autofree char *text = NULL;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return refuse (field, error, "is not an object");
  text = json_to_string (node, FALSE);
  return strlen (text) <= field->max ? json_node_copy (node) : refuse_over (field, error);
}

static JsonNode *
read_node (const BeckonField *field, JsonNode *node, GError **error)
{
  g_autoptr (JsonObject) object = NULL;

  switch (field->kind)
    {
    case BECKON_FIELD_INTEGER:
      return read_integer (field, node, error);
    case BECKON_FIELD_BOOLEAN:
      if (json_node_get_value_type (node) != G_TYPE_BOOLEAN)
        return refuse (field, error, "is not true or false");
      return json_node_copy (node);
    case BECKON_FIELD_OBJECT:
      if (!JSON_NODE_HOLDS_OBJECT (node))
        return refuse (field, error, "is not an object");
      object = beckon_message_schema_read (field->members, json_node_get_object (node), error);
      return object != NULL ? json_node_init_object (json_node_alloc (), object) : NULL;
    case BECKON_FIELD_OPAQUE:
      return read_opaque (field, node, error);
    case BECKON_FIELD_ARRAY:
      return read_array (field, node, error);
    case BECKON_FIELD_TEXT:
    case BECKON_FIELD_USER_ID:
    case BECKON_FIELD_ID:
    case BECKON_FIELD_NAME:
    case BECKON_FIELD_WORD:
    default:
      return read_string (field, node, error);
    }
}

JsonObject *
beckon_message_schema_read (const BeckonField *fields, JsonObject *object, GError **error)
{
  g_autoptr (JsonObject) known = json_object_new ();

  for (const BeckonField *field = fields; field->name != NULL; field++)
    {
      JsonNode *node = json_object_get_member (object, field->name);

      if (node == NULL && field->required)
        {
          refuse (field, error, "is missing");
          return NULL;
        }
      if (node == NULL)
        continue;
      node = read_node (field, node, error);
      if (node == NULL)
        return NULL;
      json_object_set_member (known, field->name, node);
    }
  return g_steal_pointer (&known);
}
