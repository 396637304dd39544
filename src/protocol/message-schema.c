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
static const BeckonField url_item = NEEDED ("url", TEXT, .min = 1, .max = BECKON_ICE_URL_MAX);
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
  MAYBE ("ring", BOOLEAN),
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
  NEEDED ("name", TEXT, .max = BECKON_NAME_MAX_BYTES),
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

#define CALL NEEDED ("call", ID)
#define DATA                                                                                       \
  MAYBE ("data", TEXT, .max = BECKON_CALL_DATA_MAX, .over = BECKON_PROTOCOL_ERROR_TOO_LARGE)
#define TIMEOUT(need)                                                                              \
  need ("timeout", INTEGER, .min = 1, .max = BECKON_INVITATION_TIMEOUT_MAX)
#define REMAINING(need)                                                                            \
  need ("remaining_ms", INTEGER, .min = 0, .max = BECKON_INVITATION_TIMEOUT_MAX * 1000)

static const BeckonField participant[] = {
  NEEDED ("id", USER_ID),
  NEEDED ("name", NAME),
  MAYBE ("state", TEXT, .max = REASON_MAX),
  MAYBE ("device", ID),
  END
};
static const BeckonField participant_item = NEEDED ("member", OBJECT, .members = participant);
#define SNAPSHOT(need)                                                                             \
  CALL, need ("state", TEXT, .max = REASON_MAX), need ("media", WORD, .words = media_words),       \
      need ("from", OBJECT, .members = user),                                                      \
      need ("members", ARRAY, .max = BECKON_INVITEES_MAX + 1, .members = &participant_item),       \
      MAYBE ("device", ID), TIMEOUT (MAYBE), REMAINING (MAYBE), DATA
/* An older server tells less of its calls in its reply; it has no such event. */
static const BeckonField call_snapshot[] = { SNAPSHOT (MAYBE), END };
static const BeckonField created[] = { SNAPSHOT (NEEDED), END };
static const BeckonField call_snapshot_item = NEEDED ("call", OBJECT, .members = call_snapshot);
static const BeckonField hello_reply[] = {
  NEEDED ("session", ID),
  NEEDED ("resumed", BOOLEAN),
  NEEDED ("user", OBJECT, .members = user),
  NEEDED ("server", OBJECT, .members = server),
  NEEDED ("limits", OPAQUE, .max = 4096),
  NEEDED ("ice_servers", ARRAY, .max = BECKON_ICE_SERVERS_MAX, .members = &ice_server_item),
  NEEDED ("calls", ARRAY, .max = BECKON_CALLS_MAX, .members = &call_snapshot_item),
  MAYBE ("missed", INTEGER, .min = 0, .max = BECKON_NUMBER_MAX),
  END
};
static const BeckonField ice_reply[] = {
  NEEDED ("ice_servers", ARRAY, .max = BECKON_ICE_SERVERS_MAX, .members = &ice_server_item),
  END
};

static const BeckonField bye[] = { MAYBE ("forget", BOOLEAN), END };
static const BeckonField device_set[] = { NEEDED ("ring", BOOLEAN), END };

#define INVITEES(need)                                                                             \
  need ("invitees", ARRAY, .min = 1, .max = BECKON_INVITEES_MAX, .members = &user_item,            \
        .over = BECKON_PROTOCOL_ERROR_TOO_MANY_INVITEES)

static const BeckonField call_only[] = { CALL, END };
static const BeckonField invite[] = {
  INVITEES (NEEDED),
  NEEDED ("media", WORD, .words = media_words),
  TIMEOUT (MAYBE),
  DATA,
  END
};
static const BeckonField add[] = { CALL, INVITEES (NEEDED), TIMEOUT (MAYBE), DATA, END };
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
  TIMEOUT (NEEDED),
  FAILED (NEEDED),
  MEMBERS (MAYBE),
  MAYBE ("merged", BOOLEAN),
  MAYBE ("media", WORD, .words = media_words),
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
static const BeckonField join_reply[] = {
  MEMBERS (NEEDED),
  NEEDED ("media", WORD, .words = media_words),
  NEEDED ("duration", INTEGER, .min = 0, .max = TIME_MAX),
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
#define PAYLOAD NEEDED ("payload", RAW)
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
  MAYBE ("blocked", ARRAY, .max = 500, .members = &member_item),
  END
};
static const BeckonField history_list[] = {
  NEEDED ("limit", INTEGER, .min = 1, .max = 100),
  MAYBE ("before", INTEGER, .min = 0, .max = TIME_MAX),
  END
};
static const BeckonField history_seen[] = {
  NEEDED ("until", INTEGER, .min = 0, .max = TIME_MAX),
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

static const BeckonField own_device[] = {
  NEEDED ("id", ID),
  NEEDED ("name", TEXT, .max = BECKON_NAME_MAX_BYTES),
  NEEDED ("connected", BOOLEAN),
  MAYBE ("seen", INTEGER, .min = 0, .max = TIME_MAX),
  END
};
static const BeckonField own_device_item = NEEDED ("device", OBJECT, .members = own_device);
static const BeckonField devices_reply[] = {
  NEEDED ("devices", ARRAY, .max = BECKON_DEVICES_MAX, .members = &own_device_item),
  END
};
static const BeckonField device_only[] = { NEEDED ("device", ID), END };

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
  TIMEOUT (NEEDED),
  REMAINING (NEEDED),
  DATA,
  END
};
static const BeckonField call_and_user[] = { CALL, NEEDED ("user", USER_ID), END };
static const BeckonField accepted[] = {
  CALL,
  NEEDED ("user", USER_ID),
  NEEDED ("device", ID),
  MAYBE ("name", NAME),
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
static const BeckonField added[] = {
  CALL,
  NEEDED ("by", USER_ID),
  NEEDED ("users", ARRAY, .min = 1, .max = BECKON_INVITEES_MAX, .members = &member_item),
  END
};
static const BeckonField call_and_users[] = {
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
static const BeckonField missed[] = {
  NEEDED ("count", INTEGER, .min = 0, .max = BECKON_NUMBER_MAX),
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
  [BECKON_BYE] = { bye, nothing },
  [BECKON_ICE_SERVERS] = { nothing, ice_reply },
  [BECKON_DEVICE_SET] = { device_set, nothing },
  [BECKON_CALL_INVITE] = { invite, invite_reply },
  [BECKON_CALL_ADD] = { add, invite_reply },
  [BECKON_CALL_CANCEL] = { cancel, cancel_reply },
  [BECKON_CALL_ACCEPT] = { accept, accept_reply },
  [BECKON_CALL_REJECT] = { reject, nothing },
  [BECKON_CALL_JOIN] = { call_only, join_reply },
  [BECKON_CALL_LEAVE] = { leave, duration_reply },
  [BECKON_CALL_END] = { call_only, duration_reply },
  [BECKON_SIGNAL_SEND] = { signal_send, nothing },
  [BECKON_PRESENCE_WATCH] = { presence_watch, nothing },
  [BECKON_PRESENCE_SET] = { presence_set, nothing },
  [BECKON_CONTACTS_LIST] = { nothing, contacts_reply },
  [BECKON_CONTACTS_ADD] = { user_only, nothing },
  [BECKON_CONTACTS_REMOVE] = { user_only, nothing },
  [BECKON_CONTACTS_BLOCK] = { user_only, nothing },
  [BECKON_CONTACTS_UNBLOCK] = { user_only, nothing },
  [BECKON_HISTORY_LIST] = { history_list, history_reply },
  [BECKON_HISTORY_SEEN] = { history_seen, nothing },
  [BECKON_PROFILE_SET] = { name_only, nothing },
  [BECKON_DEVICES_LIST] = { nothing, devices_reply },
  [BECKON_DEVICES_SIGN_OUT] = { device_only, nothing },
  [BECKON_SESSION_CLOSING] = { closing },
  [BECKON_CALL_CREATED] = { created },
  [BECKON_CALL_RECEIVED] = { received },
  [BECKON_CALL_RINGING] = { call_and_user },
  [BECKON_CALL_OFFLINE] = { call_and_user },
  [BECKON_CALL_ADDED] = { added },
  [BECKON_CALL_ACCEPTED] = { accepted },
  [BECKON_CALL_REJECTED] = { rejected },
  [BECKON_CALL_ANSWERED_ELSEWHERE] = { answered_elsewhere },
  [BECKON_CALL_CANCELLED] = { cancelled },
  [BECKON_CALL_WITHDRAWN] = { call_and_users },
  [BECKON_CALL_TIMEOUT] = { call_only },
  [BECKON_CALL_UNANSWERED] = { call_and_users },
  [BECKON_CALL_LEFT] = { left },
  [BECKON_CALL_ENDED] = { ended },
  [BECKON_SIGNAL_RECEIVED] = { signal_received },
  [BECKON_PRESENCE_CHANGED] = { presence_changed },
  [BECKON_CONTACTS_CHANGED] = { nothing },
  [BECKON_HISTORY_CHANGED] = { nothing },
  [BECKON_HISTORY_MISSED] = { missed },
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

static gboolean check_node (const BeckonField *field, JsonNode *node, GError **error);

static gboolean
refuse (const BeckonField *field, GError **error, const char *what)
{
  g_set_error (error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_BAD_REQUEST, "“%s” %s",
               field->name, what);
  return FALSE;
}

static gboolean
refuse_over (const BeckonField *field, GError **error)
{
  g_set_error (error, BECKON_PROTOCOL_ERROR,
               field->over != 0 ? field->over : BECKON_PROTOCOL_ERROR_BAD_REQUEST,
               "“%s” is over its limit of %" G_GINT64_FORMAT, field->name, field->max);
  return FALSE;
}

static gboolean
check_string (const BeckonField *field, JsonNode *node, GError **error)
{
  const char *text;

  if (json_node_get_value_type (node) != G_TYPE_STRING)
    return refuse (field, error, "is not a string");
  text = json_node_get_string (node);
  switch ((guint) field->kind)
    {
    case BECKON_FIELD_USER_ID:
      return beckon_user_id_is_valid (text) || refuse (field, error, "is not a user id");
    case BECKON_FIELD_ID:
      return beckon_id_is_valid (text) || refuse (field, error, "is not an identifier");
    case BECKON_FIELD_NAME:
      return beckon_name_is_valid (text) || refuse (field, error, "is not a name");
    case BECKON_FIELD_WORD:
      return g_strv_contains (field->words, text) ||
             refuse (field, error, "is a word that does not belong there");
    case BECKON_FIELD_TEXT:
      if (strlen (text) > field->max)
        return refuse_over (field, error);
      return strlen (text) >= field->min || refuse (field, error, "is empty");
    default:
      g_assert_not_reached ();
    }
}

static gboolean
check_integer (const BeckonField *field, JsonNode *node, GError **error)
{
  gint64 value;

  /* "7.0" and "1e3" are doubles to the parser, and refused: an integer is written as one. */
  if (json_node_get_value_type (node) != G_TYPE_INT64)
    return refuse (field, error, "is not an integer");
  value = json_node_get_int (node);
  return (value >= field->min && value <= field->max) || refuse (field, error, "is out of range");
}

static gboolean
check_array (const BeckonField *field, JsonNode *node, GError **error)
{
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
  for (guint i = 0; i < length; i++)
    if (!check_node (field->members, json_array_get_element (array, i), error))
      return FALSE;
  return TRUE;
}

static gboolean
check_object (const BeckonField *field, JsonNode *node, GError **error)
{
  g_autofree char *text = NULL;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return refuse (field, error, "is not an object");
  if (field->kind == BECKON_FIELD_OBJECT)
    return beckon_message_schema_check (field->members, json_node_get_object (node), error);
  if (field->kind == BECKON_FIELD_RAW)
    return TRUE;
  text = json_to_string (node, FALSE);
  return strlen (text) <= field->max || refuse_over (field, error);
}

static gboolean
check_node (const BeckonField *field, JsonNode *node, GError **error)
{
  switch (field->kind)
    {
    case BECKON_FIELD_INTEGER:
      return check_integer (field, node, error);
    case BECKON_FIELD_BOOLEAN:
      return json_node_get_value_type (node) == G_TYPE_BOOLEAN ||
             refuse (field, error, "is not true or false");
    case BECKON_FIELD_OBJECT:
    case BECKON_FIELD_OPAQUE:
    case BECKON_FIELD_RAW:
      return check_object (field, node, error);
    case BECKON_FIELD_ARRAY:
      return check_array (field, node, error);
    case BECKON_FIELD_TEXT:
    case BECKON_FIELD_USER_ID:
    case BECKON_FIELD_ID:
    case BECKON_FIELD_NAME:
    case BECKON_FIELD_WORD:
    default:
      return check_string (field, node, error);
    }
}

static gboolean
is_known (const BeckonField *fields, const char *name)
{
  for (const BeckonField *field = fields; field->name != NULL; field++)
    if (g_str_equal (field->name, name))
      return TRUE;
  return FALSE;
}

static void
remove_unknown (const BeckonField *fields, JsonObject *object)
{
  g_autoptr (GList) names = json_object_get_members (object);

  for (GList *l = names; l != NULL; l = l->next)
    if (!is_known (fields, l->data))
      json_object_remove_member (object, l->data);
}

gboolean
beckon_message_schema_check (const BeckonField *fields, JsonObject *object, GError **error)
{
  guint n_known = 0;

  for (const BeckonField *field = fields; field->name != NULL; field++)
    {
      JsonNode *node = json_object_get_member (object, field->name);

      if (node == NULL && field->required)
        return refuse (field, error, "is missing");
      if (node != NULL && !check_node (field, node, error))
        return FALSE;
      n_known += node != NULL;
    }
  if (n_known < json_object_get_size (object))
    remove_unknown (fields, object);
  return TRUE;
}
