/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-server"

#include "config.h"

#include "record-changes.h"

#include <string.h>

#define HEADER (2 * sizeof (guint32))
#define ERASED G_MAXUINT32
/* In an entry's first word while the batch is open: a later one has taken its place. */
#define SUPERSEDED (1u << 31)
/* In the same word: the key is new. */
#define NEW (1u << 30)
#define LENGTH_MAX (1u << 30)
/* So much may be superseded before it is taken out, and more where more than half is worth it. */
#define SUPERSEDED_MIN 65536

struct _BeckonRecordChanges
{
  GByteArray *bytes;
  GHashTable *offsets; /* char * (in keys) → where its entry is in bytes */
  GStringChunk *keys;
  gsize superseded; /* bytes of entries */
};

BeckonRecordChanges *
beckon_record_changes_new (void)
{
  BeckonRecordChanges *self = g_new0 (BeckonRecordChanges, 1);

  self->bytes = g_byte_array_new ();
  self->offsets = g_hash_table_new (g_str_hash, g_str_equal);
  self->keys = g_string_chunk_new (4096);
  return self;
}

void
beckon_record_changes_free (BeckonRecordChanges *self)
{
  g_byte_array_unref (self->bytes);
  g_hash_table_unref (self->offsets);
  g_string_chunk_free (self->keys);
  g_free (self);
}

static guint32
read_number (const guint8 *at)
{
  guint32 number;

  memcpy (&number, at, sizeof number);
  return GUINT32_FROM_LE (number);
}

static void
write_number (guint8 *at, guint32 number)
{
  number = GUINT32_TO_LE (number);
  memcpy (at, &number, sizeof number);
}

static gsize
entry_size (const guint8 *entry)
{
  const guint32 length = read_number (entry + sizeof (guint32));

  return HEADER + (read_number (entry) & ~(SUPERSEDED | NEW)) + (length == ERASED ? 0 : length);
}

static void
supersede (BeckonRecordChanges *self, gsize offset)
{
  guint8 *entry = self->bytes->data + offset;

  write_number (entry, read_number (entry) | SUPERSEDED);
  self->superseded += entry_size (entry);
}

static void
take_out_superseded (BeckonRecordChanges *self)
{
  guint8 *data = self->bytes->data;
  gsize to = 0;

  for (gsize from = 0, size; from < self->bytes->len; from += size)
    {
      size = entry_size (data + from);
      if (read_number (data + from) & SUPERSEDED)
        continue;
      memmove (data + to, data + from, size);
      /* the table keeps the key that it has */
      g_hash_table_insert (self->offsets, data + to + HEADER, GSIZE_TO_POINTER (to));
      to += size;
    }
  g_byte_array_set_size (self->bytes, to);
  self->superseded = 0;
}

/* @length: of the value, or ERASED; @new: NEW or 0, if it is the first word about that key */
static void
append (BeckonRecordChanges *self, const char *key, const void *value, guint32 length, guint32 new)
{
  const gsize key_length = strlen (key) + 1;
  gpointer kept = NULL, before = NULL;
  gsize offset;
  guint8 *entry;

  g_assert (key_length < NEW);
  if (g_hash_table_lookup_extended (self->offsets, key, &kept, &before))
    {
      new = read_number (self->bytes->data + GPOINTER_TO_SIZE (before)) & NEW;
      supersede (self, GPOINTER_TO_SIZE (before));
    }
  else
    kept = g_string_chunk_insert_len (self->keys, key, key_length - 1);
  if (self->superseded > MAX (SUPERSEDED_MIN, self->bytes->len / 2))
    take_out_superseded (self);

  offset = self->bytes->len;
  g_byte_array_set_size (self->bytes,
                         offset + HEADER + key_length + (length == ERASED ? 0 : length));
  entry = self->bytes->data + offset;
  write_number (entry, key_length | new);
  write_number (entry + sizeof (guint32), length);
  memcpy (entry + HEADER, key, key_length);
  if (length != ERASED && length > 0)
    memcpy (entry + HEADER + key_length, value, length);
  g_hash_table_insert (self->offsets, kept, GSIZE_TO_POINTER (offset));
}

void
beckon_record_changes_set (BeckonRecordChanges *self,
                           const char *key,
                           const void *value,
                           gsize length)
{
  g_return_if_fail (self != NULL && key != NULL);
  g_return_if_fail (value != NULL || length == 0);
  g_return_if_fail (length <= LENGTH_MAX);

  append (self, key, value, length, 0);
}

void
beckon_record_changes_set_new (BeckonRecordChanges *self,
                               const char *key,
                               const void *value,
                               gsize length)
{
  g_return_if_fail (self != NULL && key != NULL);
  g_return_if_fail (value != NULL || length == 0);
  g_return_if_fail (length <= LENGTH_MAX);

  append (self, key, value, length, NEW);
}

void
beckon_record_changes_erase (BeckonRecordChanges *self, const char *key)
{
  g_return_if_fail (self != NULL && key != NULL);

  append (self, key, NULL, ERASED, 0);
}

GBytes *
beckon_record_changes_steal (BeckonRecordChanges *self)
{
  GByteArray *bytes;

  g_return_val_if_fail (self != NULL, NULL);

  if (self->bytes->len == 0)
    return NULL;
  if (self->superseded > 0)
    take_out_superseded (self);
  bytes = self->bytes;
  self->bytes = g_byte_array_new ();
  g_hash_table_remove_all (self->offsets);
  g_string_chunk_clear (self->keys);
  return g_byte_array_free_to_bytes (bytes);
}

gboolean
beckon_record_change_read (const guint8 **at, const guint8 *end, BeckonRecordChange *change)
{
  gsize left, key_length, length;
  gboolean erased;

  g_return_val_if_fail (at != NULL && *at <= end, FALSE);

  left = end - *at;
  if (left < HEADER)
    return FALSE;
  key_length = read_number (*at) & ~NEW;
  length = read_number (*at + sizeof (guint32));
  erased = length == ERASED;
  if (erased)
    length = 0;
  left -= HEADER;
  if (key_length == 0 || key_length > left || length > left - key_length)
    return FALSE;
  change->key = (const char *) *at + HEADER;
  if (change->key[key_length - 1] != '\0')
    return FALSE;
  change->is_new = (read_number (*at) & NEW) != 0;
  change->value = erased ? NULL : *at + HEADER + key_length;
  change->length = length;
  *at += HEADER + key_length + length;
  return TRUE;
}
