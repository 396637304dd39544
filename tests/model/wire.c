/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "model"

#include "config.h"

#include "wire.h"

#include <string.h>

#include "protocol-error.h"
#include "protocol-types.h"

struct _Wire
{
  const char *const *devices;
  GPtrArray *client, *server;                  /* ClientFrame, ServerFrame; 0 is none */
  GPtrArray *texts;                            /* GBytes, nullable: of the client's */
  GHashTable *client_numbers, *server_numbers; /* frame → guint */
  GHashTable *read;                            /* Text → guint */
};

typedef struct
{
  GBytes *bytes;
  BeckonMessageType asked;
} Text;

static const char *const words[] = {
  "",         "hung-up",   "media-failed", "quit",      "lost",     "rejected",
  "busy",     "cancelled", "unanswered",   "left",      "declined", "unavailable",
  "accepted", "moved",     "ringing",      "timed-out", "stopping",
};

/* ---- names ---- */

guint8
wire_user (const char *name)
{
  return name != NULL && name[0] >= 'a' && name[0] < 'a' + WIRE_USERS && name[1] == '\0'
             ? name[0] - 'a' + 1
             : 0;
}

const char *
wire_user_name (guint8 user)
{
  static const char *const names[] = { "nobody", "a", "b", "c" };

  return names[user];
}

guint8
wire_device (Wire *self, const char *name)
{
  for (guint i = 0; name != NULL && self->devices[i] != NULL; i++)
    if (g_str_equal (self->devices[i], name))
      return i + 1;
  return 0;
}

const char *
wire_device_name (Wire *self, guint8 device)
{
  return device > 0 ? self->devices[device - 1] : "none";
}

guint8
wire_id (const char *id)
{
  return id != NULL && id[0] == 'n' ? strtoul (id + 1, NULL, 10) : 0;
}

static char *
id_name (guint8 id)
{
  return g_strdup_printf ("n%u", id);
}

guint8
wire_word (const char *word)
{
  for (guint i = 1; word != NULL && i < G_N_ELEMENTS (words); i++)
    if (g_str_equal (words[i], word))
      return i;
  return 0;
}

const char *
wire_word_name (guint8 word)
{
  return words[word];
}

/* ---- one of each ---- */

static guint
hash_bytes (gconstpointer data, gsize size)
{
  const guint8 *bytes = data;
  guint hash = 2166136261u;

  for (gsize i = 0; i < size; i++)
    hash = (hash ^ bytes[i]) * 16777619u;
  return hash;
}

static guint
hash_client (gconstpointer frame)
{
  return hash_bytes (frame, sizeof (ClientFrame));
}

static gboolean
equal_client (gconstpointer a, gconstpointer b)
{
  return memcmp (a, b, sizeof (ClientFrame)) == 0;
}

static guint
hash_server (gconstpointer frame)
{
  return hash_bytes (frame, sizeof (ServerFrame));
}

static gboolean
equal_server (gconstpointer a, gconstpointer b)
{
  return memcmp (a, b, sizeof (ServerFrame)) == 0;
}

static guint
hash_text (gconstpointer text)
{
  return g_bytes_hash (((const Text *) text)->bytes) + ((const Text *) text)->asked;
}

static gboolean
equal_texts (gconstpointer a, gconstpointer b)
{
  const Text *first = a, *second = b;

  return first->asked == second->asked && g_bytes_equal (first->bytes, second->bytes);
}

static void
text_free (Text *text)
{
  g_bytes_unref (text->bytes);
  g_free (text);
}

Wire *
wire_new (const char *const *devices)
{
  Wire *self = g_new0 (Wire, 1);

  self->devices = devices;
  self->client = g_ptr_array_new_with_free_func (g_free);
  self->server = g_ptr_array_new_with_free_func (g_free);
  self->texts = g_ptr_array_new ();
  g_ptr_array_add (self->client, NULL);
  g_ptr_array_add (self->server, NULL);
  g_ptr_array_add (self->texts, NULL);
  self->client_numbers = g_hash_table_new (hash_client, equal_client);
  self->server_numbers = g_hash_table_new (hash_server, equal_server);
  self->read = g_hash_table_new_full (hash_text, equal_texts, (GDestroyNotify) text_free, NULL);
  return self;
}

void
wire_free (Wire *self)
{
  for (guint i = 0; i < self->texts->len; i++)
    g_clear_pointer (&self->texts->pdata[i], g_bytes_unref);
  g_ptr_array_unref (self->texts);
  g_hash_table_unref (self->client_numbers);
  g_hash_table_unref (self->server_numbers);
  g_hash_table_unref (self->read);
  g_ptr_array_unref (self->client);
  g_ptr_array_unref (self->server);
  g_free (self);
}

static guint16
put (GPtrArray *list, GHashTable *numbers, gconstpointer frame, gsize size)
{
  guint number = GPOINTER_TO_UINT (g_hash_table_lookup (numbers, frame));

  if (number > 0)
    return number;
  number = list->len;
  g_assert (number <= G_MAXUINT16);
  g_ptr_array_add (list, g_memdup2 (frame, size));
  g_hash_table_insert (numbers, g_ptr_array_index (list, number), GUINT_TO_POINTER (number));
  return number;
}

guint16
wire_put_client (Wire *self, const ClientFrame *frame)
{
  const guint16 number = put (self->client, self->client_numbers, frame, sizeof *frame);

  g_ptr_array_set_size (self->texts, self->client->len);
  return number;
}

const ClientFrame *
wire_get_client (Wire *self, guint16 number)
{
  return g_ptr_array_index (self->client, number);
}

guint16
wire_put_server (Wire *self, const ServerFrame *frame)
{
  return put (self->server, self->server_numbers, frame, sizeof *frame);
}

const ServerFrame *
wire_get_server (Wire *self, guint16 number)
{
  return g_ptr_array_index (self->server, number);
}

/* ---- writing ---- */

static void
write_hello (Wire *self, BeckonMessage *message, const ClientFrame *frame)
{
  const char *name = wire_device_name (self, frame->device);
  const char user[] = { name[0], '\0' };
  JsonObject *device = json_object_new ();
  JsonObject *resume;
  g_autofree char *session = NULL;

  beckon_message_set_string (message, "token", user);
  json_object_set_string_member (device, "id", name);
  json_object_set_string_member (device, "name", name);
  beckon_message_set_object (message, "device", device);
  if (frame->session == 0)
    return;
  session = id_name (frame->session);
  resume = json_object_new ();
  json_object_set_string_member (resume, "session", session);
  json_object_set_int_member (resume, "seq", frame->ack);
  beckon_message_set_object (message, "resume", resume);
}

static void
write_invitees (BeckonMessage *message, guint8 users)
{
  const char *invitees[WIRE_USERS + 1] = { NULL };
  guint n = 0;

  for (guint8 user = 1; user <= WIRE_USERS; user++)
    if (users & 1 << user)
      invitees[n++] = wire_user_name (user);
  if (n > 0)
    beckon_message_set_strv (message, "invitees", invitees);
}

static void
write_signal (BeckonMessage *message, const ClientFrame *frame)
{
  JsonObject *to = json_object_new ();
  JsonObject *payload = json_object_new ();

  json_object_set_string_member (to, "user", wire_user_name (__builtin_ctz (frame->users)));
  beckon_message_set_object (message, "to", to);
  json_object_set_int_member (payload, "number", frame->reason);
  beckon_message_set_object (message, "payload", payload);
}

static void
write_request (Wire *self, BeckonMessage *message, const ClientFrame *frame)
{
  if (frame->call != 0)
    {
      g_autofree char *call = id_name (frame->call);

      beckon_message_set_string (message, "call", call);
    }
  if (frame->type == BECKON_SIGNAL_SEND)
    write_signal (message, frame);
  else
    write_invitees (message, frame->users);
  if (frame->ack > 0)
    beckon_message_set_ack (message, frame->ack);
  if (frame->type == BECKON_CALL_INVITE)
    beckon_message_set_string (message, "media", beckon_media_to_string (BECKON_MEDIA_VOICE));
  else if (frame->type == BECKON_CALL_REJECT)
    beckon_message_set_string (message, "reason", beckon_reject_reason_to_string (frame->reason));
  else if (frame->type == BECKON_CALL_LEAVE)
    beckon_message_set_string (message, "reason", beckon_leave_reason_to_string (frame->reason));
}

GBytes *
wire_get_text (Wire *self, guint16 number)
{
  const ClientFrame *frame = wire_get_client (self, number);
  g_autoptr (BeckonMessage) message = NULL;
  gsize length;
  char *text;

  if (g_ptr_array_index (self->texts, number) != NULL)
    return g_ptr_array_index (self->texts, number);
  if (frame->type == BECKON_MESSAGE_NONE)
    message = beckon_message_new_ack (frame->ack);
  else
    message = beckon_message_new_request (frame->type, frame->id);
  if (frame->type == BECKON_HELLO)
    write_hello (self, message, frame);
  else if (frame->type != BECKON_MESSAGE_NONE)
    write_request (self, message, frame);
  text = beckon_message_to_string (message, &length);
  self->texts->pdata[number] = g_bytes_new_take (text, length);
  return self->texts->pdata[number];
}

/* ---- reading ---- */

static const char *
get_text (JsonObject *object, const char *member)
{
  return json_object_get_string_member_with_default (object, member, NULL);
}

/* @member: NULL: they are strings; of each object, the one that names a user */
static guint8
read_users (JsonArray *array, const char *member)
{
  guint8 users = 0;

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *node = json_array_get_element (array, i);
      const char *name = JSON_NODE_HOLDS_OBJECT (node)
                             ? get_text (json_node_get_object (node), member)
                             : json_node_get_string (node);

      users |= 1 << wire_user (name);
    }
  return users;
}

static JsonArray *
get_array (JsonObject *object, const char *member)
{
  return json_object_has_member (object, member) ? json_object_get_array_member (object, member)
                                                 : NULL;
}

static void
read_call (Wire *self, JsonObject *object, WireCall *call)
{
  JsonArray *members = get_array (object, "members");

  call->call = wire_id (get_text (object, "call"));
  call->state = wire_word (get_text (object, "state"));
  call->device = wire_device (self, get_text (object, "device"));
  for (guint i = 0; members != NULL && i < json_array_get_length (members); i++)
    {
      JsonObject *member = json_array_get_object_element (members, i);
      const guint8 bit = 1 << wire_user (get_text (member, "id"));

      if (g_strcmp0 (get_text (member, "state"), "accepted") == 0)
        call->joined |= bit;
      else
        call->rung |= bit;
    }
}

static void
read_calls (Wire *self, BeckonMessage *message, ServerFrame *frame)
{
  JsonArray *calls = beckon_message_get_array (message, "calls");
  const guint n = calls != NULL ? json_array_get_length (calls) : 0;

  g_assert (n <= WIRE_CALLS);
  frame->n_calls = n;
  for (guint i = 0; i < n; i++)
    read_call (self, json_array_get_object_element (calls, i), &frame->calls[i]);
}

static void
read_error (Wire *self, BeckonMessage *message, ServerFrame *frame)
{
  JsonObject *error = beckon_message_get_object (message, "error");
  BeckonProtocolError code = BECKON_PROTOCOL_ERROR_INTERNAL;

  beckon_protocol_error_from_code (get_text (error, "code"), &code);
  frame->code = code + 1;
  frame->word = wire_word (get_text (error, "outcome"));
  frame->device = wire_device (self, get_text (error, "device"));
  frame->failed = read_users (get_array (error, "failed"), "user");
}

static void
read_signal (Wire *self, BeckonMessage *message, ServerFrame *frame)
{
  JsonObject *from = beckon_message_get_object (message, "from");
  JsonObject *payload = beckon_message_get_object (message, "payload");

  frame->user = wire_user (get_text (from, "user"));
  frame->device = wire_device (self, get_text (from, "device"));
  frame->count = json_object_get_int_member (payload, "number");
}

/* Times are left out: they are not what anybody decides by, but for a call that rings no more. */
static void
read_fields (Wire *self, BeckonMessage *message, ServerFrame *frame)
{
  JsonObject *from = beckon_message_get_object (message, "from");
  const char *const reasons[] = { "reason", "outcome", "state" };
  const char *const people[] = { "user", "by" };
  JsonArray *users = beckon_message_get_array (message, "users");

  frame->call = wire_id (beckon_message_get_string (message, "call"));
  frame->device = wire_device (self, beckon_message_get_string (message, "device"));
  frame->session = wire_id (beckon_message_get_string (message, "session"));
  frame->resumed = beckon_message_get_boolean (message, "resumed");
  frame->merged = beckon_message_get_boolean (message, "merged");
  frame->rings = beckon_message_get_int (message, "remaining_ms") > 0;
  frame->failed = read_users (beckon_message_get_array (message, "failed"), "user");
  frame->users =
      read_users (users != NULL ? users : beckon_message_get_array (message, "members"), "id");
  for (guint i = 0; i < G_N_ELEMENTS (people); i++)
    if (beckon_message_has (message, people[i]) &&
        beckon_message_get_object (message, people[i]) == NULL) /* which it is to hello */
      frame->user = wire_user (beckon_message_get_string (message, people[i]));
  if (from != NULL && frame->type == BECKON_SIGNAL_RECEIVED)
    read_signal (self, message, frame);
  else if (from != NULL)
    frame->user = wire_user (get_text (from, "id"));
  for (guint i = 0; i < G_N_ELEMENTS (reasons); i++)
    if (beckon_message_has (message, reasons[i]))
      frame->word = wire_word (beckon_message_get_string (message, reasons[i]));
  if (beckon_message_has (message, "missed"))
    frame->count = beckon_message_get_int (message, "missed") + 1;
  if (beckon_message_has (message, "count"))
    frame->count = beckon_message_get_int (message, "count") + 1;
  read_calls (self, message, frame);
}

static guint16
read_frame (Wire *self, GBytes *text, BeckonMessageType asked, GError **error)
{
  g_autoptr (GError) refusal = NULL;
  ServerFrame frame = { 0 };
  gsize length;
  const char *data = g_bytes_get_data (text, &length);
  g_autoptr (BeckonMessage) message =
      beckon_message_parse (data, length, BECKON_PARTY_SERVER, NULL, error);

  if (message == NULL)
    return 0;
  frame.number = beckon_message_get_id (message);
  if (beckon_message_get_kind (message) == BECKON_MESSAGE_EVENT)
    {
      frame.kind = WIRE_EVENT;
      frame.type = beckon_message_get_message_type (message);
      read_fields (self, message, &frame);
      return wire_put_server (self, &frame);
    }
  frame.kind = WIRE_REPLY;
  frame.type = asked;
  if (asked != BECKON_MESSAGE_NONE && !beckon_message_check_reply (message, asked, &refusal) &&
      g_error_matches (refusal, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_BAD_FRAME))
    {
      g_propagate_error (error, g_steal_pointer (&refusal));
      return 0;
    }
  if (beckon_message_is_ok (message))
    read_fields (self, message, &frame);
  else
    read_error (self, message, &frame);
  return wire_put_server (self, &frame);
}

guint16
wire_read (Wire *self, GBytes *bytes, BeckonMessageType asked, GError **error)
{
  const Text wanted = { bytes, asked };
  guint number = GPOINTER_TO_UINT (g_hash_table_lookup (self->read, &wanted));
  Text *text;

  if (number > 0)
    return number;
  number = read_frame (self, bytes, asked, error);
  if (number == 0)
    return 0;
  text = g_new (Text, 1);
  *text = (Text){ g_bytes_ref (bytes), asked };
  g_hash_table_insert (self->read, text, GUINT_TO_POINTER (number));
  return number;
}

/* ---- for people ---- */

static void
describe_set (GString *text, const char *what, guint8 users)
{
  if (users == 0)
    return;
  g_string_append_printf (text, " %s ", what);
  for (guint8 user = 1; user <= WIRE_USERS; user++)
    if (users & 1 << user)
      g_string_append (text, wire_user_name (user));
}

char *
wire_describe_client (Wire *self, guint16 number)
{
  const ClientFrame *frame = wire_get_client (self, number);
  GString *text = g_string_new (NULL);

  if (frame->type == BECKON_MESSAGE_NONE)
    {
      g_string_append_printf (text, "ack %u", frame->ack);
      return g_string_free (text, FALSE);
    }
  g_string_append_printf (text, "%u %s", frame->id, beckon_message_type_to_string (frame->type));
  if (frame->session > 0)
    g_string_append_printf (text, " goes on with n%u", frame->session);
  if (frame->call > 0)
    g_string_append_printf (text, " n%u", frame->call);
  describe_set (text, frame->type == BECKON_SIGNAL_SEND ? "to" : "of", frame->users);
  if (frame->type == BECKON_SIGNAL_SEND)
    g_string_append_printf (text, " number %u", frame->reason);
  if (frame->ack > 0)
    g_string_append_printf (text, ", ack %u", frame->ack);
  return g_string_free (text, FALSE);
}

static void
describe_calls (Wire *self, GString *text, const ServerFrame *frame)
{
  for (guint i = 0; i < frame->n_calls; i++)
    {
      const WireCall *call = &frame->calls[i];

      g_string_append_printf (text, " [n%u %s", call->call, wire_word_name (call->state));
      if (call->device > 0)
        g_string_append_printf (text, " with %s", wire_device_name (self, call->device));
      describe_set (text, "joined", call->joined);
      describe_set (text, "rung", call->rung);
      g_string_append_c (text, ']');
    }
}

char *
wire_describe_server (Wire *self, guint16 number)
{
  const ServerFrame *frame = wire_get_server (self, number);
  GString *text = g_string_new (NULL);

  if (frame->kind == WIRE_CLOSED)
    {
      g_string_append_printf (text, "closed with %u", frame->number);
      return g_string_free (text, FALSE);
    }
  if (frame->kind == WIRE_EVENT)
    g_string_append_printf (text, "%u %s", frame->number,
                            beckon_message_type_to_string (frame->type));
  else
    g_string_append_printf (text, "re %u %s", frame->number,
                            frame->code == 0 ? "ok"
                                             : beckon_protocol_error_to_code (frame->code - 1));
  if (frame->session > 0)
    g_string_append_printf (text, " %s n%u", frame->resumed ? "resumed" : "new", frame->session);
  if (frame->call > 0)
    g_string_append_printf (text, " n%u", frame->call);
  if (frame->user > 0)
    g_string_append_printf (text, " %s", wire_user_name (frame->user));
  if (frame->device > 0)
    g_string_append_printf (text, " with %s", wire_device_name (self, frame->device));
  if (frame->word > 0)
    g_string_append_printf (text, " %s", wire_word_name (frame->word));
  if (frame->type == BECKON_SIGNAL_RECEIVED)
    g_string_append_printf (text, " number %u", frame->count);
  describe_set (text, "of", frame->users);
  describe_set (text, "but", frame->failed);
  g_string_append (text, frame->merged ? " merged" : "");
  describe_calls (self, text, frame);
  return g_string_free (text, FALSE);
}
