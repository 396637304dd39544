/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "peer-message.h"

#include "json-parse.h"
#include "peer-signal.h"
#include "protocol-error.h"

static gboolean
get_flag (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && json_node_get_value_type (node) == G_TYPE_BOOLEAN &&
         json_node_get_boolean (node);
}

static const char *
get_word (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : NULL;
}

static BeckonPeerMessageKind
kind_of (const char *word)
{
  if (g_str_equal (word, "state"))
    return BECKON_PEER_MESSAGE_STATE;
  if (g_str_equal (word, "bye"))
    return BECKON_PEER_MESSAGE_BYE;
  return g_str_equal (word, "byeack") ? BECKON_PEER_MESSAGE_BYE_ACK : BECKON_PEER_MESSAGE_OTHER;
}

BeckonPeerMessage *
beckon_peer_message_parse (const char *text, GError **error)
{
  static const char *const lines[BECKON_N_LINES] = { "microphone", "camera", "screen" };
  g_autoptr (JsonObject) object = NULL;
  g_autoptr (BeckonPeerMessage) self = NULL;
  const gsize length = strlen (text);
  const char *word;

  if (length > BECKON_PEER_MESSAGE_MAX)
    {
      g_set_error (error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_TOO_LARGE,
                   "A message of %" G_GSIZE_FORMAT " bytes", length);
      return NULL;
    }
  object = beckon_json_parse (text, length, error);
  if (object == NULL)
    return NULL;
  word = get_word (object, "kind");
  if (word == NULL)
    {
      g_set_error (error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_BAD_REQUEST,
                   "A message that does not say of what kind it is");
      return NULL;
    }

  self = g_new0 (BeckonPeerMessage, 1);
  self->kind = kind_of (word);
  if (self->kind == BECKON_PEER_MESSAGE_STATE)
    {
      for (guint line = 0; line < BECKON_N_LINES; line++)
        self->sends[line] = get_flag (object, lines[line]);
      self->pictures_off = get_flag (object, "pictures_off");
    }
  word = self->kind == BECKON_PEER_MESSAGE_BYE ? get_word (object, "reason") : NULL;
  if (word != NULL && strlen (word) <= BECKON_BYE_REASON_MAX)
    self->reason = g_strdup (word);
  return g_steal_pointer (&self);
}

void
beckon_peer_message_free (BeckonPeerMessage *self)
{
  g_free (self->reason);
  g_free (self);
}
