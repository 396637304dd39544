/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "sqlite-connection.h"
#include "store.h"

G_BEGIN_DECLS

/**
 * BeckonSqliteRecord:
 *
 * The hub's record in an SQLite file. Almost every message changes some of it, so that a row for
 * each key would cost too much: what a batch changes is one row of the table "journal", appended.
 * When the journal has grown it is folded into the table "record", which has a row for each key;
 * most of what came meanwhile has gone again by then, and never gets there.
 *
 * The record is what the table "record" says, and then each row of the journal in order. Folding
 * does not change it at any step: values that the journal has may be written early, because the
 * journal says them again, and rows go from the oldest on, once their last words are in the table.
 */
typedef struct _BeckonSqliteRecord BeckonSqliteRecord;

/** beckon_sqlite_record_new: @db: outlives it; @fold_bytes: the size that the journal may have.
 * Folds what is there. Returns: (transfer full): the record, with an empty journal. */
BeckonSqliteRecord *beckon_sqlite_record_new (BeckonSqlite *db, gsize fold_bytes, GError **error);
void beckon_sqlite_record_free (BeckonSqliteRecord *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeckonSqliteRecord, beckon_sqlite_record_free)

/** beckon_sqlite_record_append: within the caller's transaction; @batch: higher than any before */
gboolean beckon_sqlite_record_append (BeckonSqliteRecord *self,
                                      gint64 batch,
                                      GBytes *changes,
                                      GError **error);
/** beckon_sqlite_record_grow: that transaction has been committed, with so many bytes of changes.
 */
void beckon_sqlite_record_grow (BeckonSqliteRecord *self, gsize bytes);

/** beckon_sqlite_record_tend: between transactions: a short piece of folding if it is time to. What
 * fails is begun anew later. Returns: whether there is more to do at once. */
gboolean beckon_sqlite_record_tend (BeckonSqliteRecord *self);

/** beckon_sqlite_record_fold: all of the journal. */
gboolean beckon_sqlite_record_fold (BeckonSqliteRecord *self, GError **error);

/** beckon_sqlite_record_load: from @db, with an empty journal; as beckon_store_load_record() */
gboolean beckon_sqlite_record_load (BeckonSqlite *db,
                                    BeckonStoreRecordFunc func,
                                    gpointer user_data,
                                    GError **error);

G_END_DECLS
