/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * BeckonRecordChanges:
 *
 * What a batch does to the hub's record, in the form in which stores keep it: for each key that it
 * touches the last word. One entry is
 *
 *   guint32 bytes of the key with its NUL, and 2³⁰ more where the key is new; guint32 bytes of the
 *   value, or 2³²−1 where the key is erased; the key; the value
 *
 * with numbers in little endian, and there is nothing between entries.
 *
 * A key is new if the record did not have it before the batch. Who keeps entries need not look for
 * such a key among what was there before.
 */
typedef struct _BeckonRecordChanges BeckonRecordChanges;

BeckonRecordChanges *beckon_record_changes_new (void);
void beckon_record_changes_free (BeckonRecordChanges *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeckonRecordChanges, beckon_record_changes_free)

/** beckon_record_changes_set: @value: (nullable): if @length is 0; @length: at most 1 GiB */
void beckon_record_changes_set (BeckonRecordChanges *self,
                                const char *key,
                                const void *value,
                                gsize length);
/** beckon_record_changes_set_new: the same, for a key that the record does not have */
void beckon_record_changes_set_new (BeckonRecordChanges *self,
                                    const char *key,
                                    const void *value,
                                    gsize length);
void beckon_record_changes_erase (BeckonRecordChanges *self, const char *key);

/** beckon_record_changes_steal: what there is; begins anew. Returns: (transfer full) (nullable):
 * entries; %NULL: nothing has changed. */
GBytes *beckon_record_changes_steal (BeckonRecordChanges *self);

/** BeckonRecordChange: an entry, within the bytes it was read from. @value: %NULL: @key is erased
 */
typedef struct
{
  const char *key;
  const void *value;
  gsize length;
  gboolean is_new;
} BeckonRecordChange;

/**
 * beckon_record_change_read:
 * @at: (inout): where it begins; moves on to the next
 * @end: where the bytes end
 *
 * Returns: whether there was one; %FALSE with @at before @end means that these are no entries.
 */
gboolean
beckon_record_change_read (const guint8 **at, const guint8 *end, BeckonRecordChange *change);

G_END_DECLS
