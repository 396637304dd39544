/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "store.h"

G_BEGIN_DECLS

/**
 * BeckonMemory:
 *
 * What a store in memory has: one list of keys and values, which outlives the store. A store that
 * is opened on it again is that of a server which was killed and started again. Reference counted.
 */
typedef struct
{
  GTree *entries;   /* char * → GBytes */
  guint fail_after; /* so many more writes succeed, */
  guint fail_times; /* then so many fail, each with its batch */
  guint failed;     /* that have */
  /*< private >*/
  guint ref_count;
} BeckonMemory;

BeckonMemory *beckon_memory_new (void);
BeckonMemory *beckon_memory_ref (BeckonMemory *self);
void beckon_memory_unref (BeckonMemory *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeckonMemory, beckon_memory_unref)

/** beckon_memory_store_new: Returns: (transfer full): a store of what is in @memory. */
BeckonStore *beckon_memory_store_new (BeckonMemory *memory);

typedef void (*BeckonMemoryCallFunc) (const BeckonStoredCall *call, gpointer user_data);
/** beckon_memory_store_foreach_call: of what @owner has in their history, by call. */
void beckon_memory_store_foreach_call (BeckonStore *store,
                                       const char *owner,
                                       BeckonMemoryCallFunc func,
                                       gpointer user_data);

G_END_DECLS
