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
/* What most batches need. */
#define BYTES 16384
#define SLOTS 512

/* A hash table of the entries, with their keys where they are: one of GLib's, with copies of the
 * keys, cost more than all else that is done for a change. */
struct _BeckonRecordChanges
{
  GByteArray *bytes;
  guint32 *slots; /* one more than where an entry is in bytes; 0: none */
  guint n_slots;  /* a power of two */
  guint n_keys;
  gsize superseded; /* bytes of entries */
};

BeckonRecordChanges *
beckon_record_changes_new (void)
{
  BeckonRecordChanges *self = g_new0 (BeckonRecordChanges, 1);

  self->bytes = g_byte_array_sized_new (BYTES);
  self->n_slots = SLOTS;
  self->slots = g_new0 (guint32, SLOTS);
  return self;
}

void
beckon_record_changes_free (BeckonRecordChanges *self)
{
  g_byte_array_unref (self->bytes);
  g_free (self->slots);
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
get_key_length (const guint8 *entry)
{
  return read_number (entry) & ~(SUPERSEDED | NEW);
}

static gsize
entry_size (const guint8 *entry)
{
  const guint32 length = read_number (entry + sizeof (guint32));

  return HEADER + get_key_length (entry) + (length == ERASED ? 0 : length);
}

/* ---- the table ---- */

/* @length: of @key with its NUL. Returns: where its entry is, or is to be. */
static guint32 *
find_slot (BeckonRecordChanges *self, const char *key, gsize length)
{
  guint i = g_str_hash (key) & (self->n_slots - 1);

  for (; self->slots[i] != 0; i = (i + 1) & (self->n_slots - 1))
    {
      const guint8 *entry = self->bytes->data + self->slots[i] - 1;

      if (get_key_length (entry) == length && memcmp (entry + HEADER, key, length) == 0)
        break;
    }
  return &self->slots[i];
}

static void
empty_slots (BeckonRecordChanges *self, guint n_slots)
{
  if (n_slots != self->n_slots)
    self->slots = g_renew (guint32, self->slots, n_slots);
  self->n_slots = n_slots;
  memset (self->slots, 0, n_slots * sizeof *self->slots);
}

static void
make_room (BeckonRecordChanges *self)
{
  const guint8 *data = self->bytes->data;

  if (self->n_keys < self->n_slots / 2)
    return;
  empty_slots (self, 2 * self->n_slots);
  for (gsize at = 0; at < self->bytes->len; at += entry_size (data + at))
    if (!(read_number (data + at) & SUPERSEDED))
      *find_slot (self, (const char *) data + at + HEADER, get_key_length (data + at)) = at + 1;
}

/* ---- entries ---- */

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

  empty_slots (self, self->n_slots);
  for (gsize from = 0, size; from < self->bytes->len; from += size)
    {
      size = entry_size (data + from);
      if (read_number (data + from) & SUPERSEDED)
        continue;
      memmove (data + to, data + from, size);
      *find_slot (self, (const char *) data + to + HEADER, get_key_length (data + to)) = to + 1;
      to += size;
    }
  g_byte_array_set_size (self->bytes, to);
  self->superseded = 0;
}

/* @length: of the value, or ERASED; @new: NEW or 0, if this is the first word about that key */
static void
append (BeckonRecordChanges *self, const char *key, const void *value, guint32 length, guint32 new)
{
  const gsize key_length = strlen (key) + 1;
  const gsize size = HEADER + key_length + (length == ERASED ? 0 : length);
  guint32 *slot;
  gsize offset;
  guint8 *entry;

  g_assert (key_length < NEW);
  if (self->superseded > MAX (SUPERSEDED_MIN, self->bytes->len / 2))
    take_out_superseded (self);
  make_room (self);
  slot = find_slot (self, key, key_length);
  if (*slot == 0)
    self->n_keys++;
  else
    {
      new = read_number (self->bytes->data + *slot - 1) & NEW;
      supersede (self, *slot - 1);
    }

  offset = self->bytes->len;
  *slot = offset + 1;
  g_assert (size < G_MAXUINT32 - offset);
  g_byte_array_set_size (self->bytes, offset + size);
  entry = self->bytes->data + offset;
  write_number (entry, key_length | new);
  write_number (entry + sizeof (guint32), length);
  memcpy (entry + HEADER, key, key_length);
  if (length != ERASED && length > 0)
    memcpy (entry + HEADER + key_length, value, length);
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
  self->bytes = g_byte_array_sized_new (BYTES);
  self->n_keys = 0;
  empty_slots (self, SLOTS);
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
