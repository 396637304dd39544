/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "store-private.h"

G_BEGIN_DECLS

/** BeckonSqliteLimits: what a file may grow to before it is tidied up. */
typedef struct
{
  gsize journal_bytes; /* of the record's journal, until it is folded */
  guint wal_pages;     /* of the write-ahead log, until it is brought into the file */
} BeckonSqliteLimits;

/**
 * BeckonSqliteWriter:
 *
 * What writes an SQLite file. Made on the main thread and then the writing thread's alone; it has a
 * thread of its own for checkpoints, which wait for the disk.
 */
typedef struct _BeckonSqliteWriter BeckonSqliteWriter;

/**
 * beckon_sqlite_writer_new:
 * @power_safe: whether a commit waits until the disk has it
 *
 * Makes the file, or brings it up to date. Returns: (transfer full): the writer.
 */
BeckonSqliteWriter *beckon_sqlite_writer_new (const char *path,
                                              gboolean power_safe,
                                              BeckonSqliteLimits limits,
                                              GError **error);
/** beckon_sqlite_writer_close: folds the record and frees it. */
void beckon_sqlite_writer_close (BeckonSqliteWriter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeckonSqliteWriter, beckon_sqlite_writer_close)

/** beckon_sqlite_writer_commit, beckon_sqlite_writer_tend: as in BeckonStoreClass */
gboolean beckon_sqlite_writer_commit (BeckonSqliteWriter *self,
                                      const BeckonStoreBatch *batch,
                                      GError **error);
gboolean beckon_sqlite_writer_tend (BeckonSqliteWriter *self);

G_END_DECLS
