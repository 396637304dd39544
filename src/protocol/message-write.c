/* SPDX-License-Identifier: GPL-3.0-or-later */

/* From messages to text. */

#define G_LOG_DOMAIN "beckon-protocol"

#include "config.h"

#include "message-private.h"

#include "json-write.h"

/* Of a frame: what stands before and behind its fields. */
#define FRAME_MORE 96
/* So that most frames are made without the text being moved. */
#define FRAME_SIZE 240

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

static void
append_fields (BeckonMessage *self, GString *text)
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *node;

  if (self->written != NULL)
    g_string_append_len (text, self->written->str, self->written->len);
  if (self->fields == NULL)
    return;
  json_object_iter_init_ordered (&iter, self->fields);
  while (json_object_iter_next_ordered (&iter, &name, &node))
    {
      append_name (text, name);
      beckon_json_append_node (text, node);
    }
}

/* The type, the fields and the end. */
static void
append_tail (BeckonMessage *self, GString *text)
{
  if (self->type != BECKON_MESSAGE_NONE)
    {
      append_name (text, "type");
      beckon_json_append_string (text, beckon_message_type_to_string (self->type));
    }
  append_fields (self, text);
  if (self->raw != NULL)
    {
      append_name (text, self->raw_field);
      g_string_append_len (text, self->raw, self->raw_length);
    }
  g_string_append_c (text, '}');
}

static GString *
begin_frame (BeckonMessage *self)
{
  const gsize fields = self->written != NULL ? self->written->len : FRAME_SIZE;
  GString *text = g_string_sized_new (FRAME_MORE + fields + self->raw_length);

  return g_string_append_c (text, '{');
}

static GString *
write_event (BeckonMessage *self, gint64 seq)
{
  GString *text = begin_frame (self);

  append_count (text, "seq", seq);
  append_tail (self, text);
  return text;
}

static GString *
write_message (BeckonMessage *self)
{
  GString *text;

  if (self->kind == BECKON_MESSAGE_EVENT)
    return write_event (self, self->id);
  text = begin_frame (self);
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
