/* SPDX-License-Identifier: GPL-3.0-or-later */

/* From messages to text. */

#define G_LOG_DOMAIN "beckon-protocol"

#include "config.h"

#include "message-private.h"

#include "json-write.h"

/* So that most frames are made without the text being moved; those of events are kept, and are no larger. */
#define TEXT_SIZE 240
#define HEAD_SIZE 32 /* of an event: what stands before its tail */

static void
append_name (GString *text, const char *name)
{
  if (text->len > 1)
    g_string_append_c (text, ',');
  beckon_json_append_string (text, name);
  g_string_append_c (text, ':');
}

static void
append_count (GString *text, const char *name, gint64 count)
{
  append_name (text, name);
  beckon_json_append_integer (text, count);
}

/* The type, the fields and the end. */
static void
append_tail (BeckonMessage *self, GString *text)
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *node;

  if (self->type != BECKON_MESSAGE_NONE)
    {
      append_name (text, "type");
      beckon_json_append_string (text, beckon_message_type_to_string (self->type));
    }
  if (self->fields != NULL)
    {
      json_object_iter_init_ordered (&iter, self->fields);
      while (json_object_iter_next_ordered (&iter, &name, &node))
        {
          append_name (text, name);
          beckon_json_append_node (text, node);
        }
    }
  if (self->raw != NULL)
    {
      append_name (text, self->raw_field);
      g_string_append_len (text, self->raw, self->raw_length);
    }
  g_string_append_c (text, '}');
}

static GString *
write_event (BeckonMessage *self, gint64 seq)
{
  GString *text = g_string_sized_new (self->tail != NULL ? HEAD_SIZE + self->tail_length
                                                         : TEXT_SIZE + self->raw_length);
  gsize head;

  g_string_append_c (text, '{');
  append_count (text, "seq", seq);
  if (self->tail != NULL)
    return g_string_append_len (text, self->tail, self->tail_length);
  head = text->len;
  append_tail (self, text);
  self->tail_length = text->len - head;
  self->tail = g_memdup2 (text->str + head, self->tail_length);
  return text;
}

static GString *
write_message (BeckonMessage *self)
{
  GString *text;

  if (self->kind == BECKON_MESSAGE_EVENT)
    return write_event (self, self->id);
  text = g_string_sized_new (TEXT_SIZE + self->raw_length);
  g_string_append_c (text, '{');
  if (self->kind == BECKON_MESSAGE_REQUEST)
    append_count (text, "id", self->id);
  if (self->kind == BECKON_MESSAGE_REPLY)
    {
      append_count (text, "re", self->id);
      append_name (text, "ok");
      g_string_append (text, self->ok ? "true" : "false");
    }
  if (self->ack > 0)
    append_count (text, "ack", self->ack);
  append_tail (self, text);
  return text;
}

char *
beckon_message_to_string (BeckonMessage *self, gsize *length)
{
  GString *text;

  g_return_val_if_fail (self != NULL, NULL);

  text = write_message (self);
  if (length != NULL)
    *length = text->len;
  return g_string_free (text, FALSE);
}

GBytes *
beckon_message_to_bytes (BeckonMessage *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return g_string_free_to_bytes (write_message (self));
}

GBytes *
beckon_message_to_event_bytes (BeckonMessage *self, gint64 seq)
{
  g_return_val_if_fail (self != NULL && self->kind == BECKON_MESSAGE_EVENT, NULL);
  g_return_val_if_fail (seq >= 1, NULL);

  return g_string_free_to_bytes (write_event (self, seq));
}
