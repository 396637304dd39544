/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>
#include <sqlite3.h>

G_BEGIN_DECLS

/**
 * BeckonSqlite:
 *
 * A connection to an SQLite file, with the statements that have been prepared on it. For one thread
 * at a time. Every failure is a %BECKON_SERVER_ERROR_DATABASE.
 */
typedef struct _BeckonSqlite BeckonSqlite;

/** beckon_sqlite_open: @path: made if it is not there. Returns: (transfer full): the connection. */
BeckonSqlite *beckon_sqlite_open (const char *path, GError **error);
void beckon_sqlite_close (BeckonSqlite *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeckonSqlite, beckon_sqlite_close)

/** beckon_sqlite_get_handle: Returns: (transfer none): for what has no function here. */
sqlite3 *beckon_sqlite_get_handle (BeckonSqlite *self);

/** beckon_sqlite_fail: sets @error to what went wrong last. Returns: %FALSE. */
gboolean beckon_sqlite_fail (BeckonSqlite *self, GError **error);

/** beckon_sqlite_execute: @sql: one statement or several, without results that anybody reads. */
gboolean beckon_sqlite_execute (BeckonSqlite *self, const char *sql, GError **error);

/**
 * beckon_sqlite_prepare:
 * @sql: a string constant: prepared once, for the life of the connection
 * @format: for each parameter that follows 's' (const char *), 'i' (gint64) or 'b' (const void *,
 * gsize); what they point to has to stay until beckon_sqlite_finish()
 *
 * Returns: (transfer none) (nullable): to be stepped, and finished.
 */
sqlite3_stmt *beckon_sqlite_prepare (
    BeckonSqlite *self, const char *sql, GError **error, const char *format, ...);

/** beckon_sqlite_step: Returns: whether there is a row; %FALSE with an error if it failed. */
gboolean beckon_sqlite_step (BeckonSqlite *self, sqlite3_stmt *statement, GError **error);

/** beckon_sqlite_finish: it is not needed any more for now. */
void beckon_sqlite_finish (sqlite3_stmt *statement);

/** beckon_sqlite_run: @statement: (nullable): without rows: steps and finishes it; %NULL is one
 * that could not be prepared, with an error already. */
gboolean beckon_sqlite_run (BeckonSqlite *self, sqlite3_stmt *statement, GError **error);

/** beckon_sqlite_get_number: @sql: as of beckon_sqlite_prepare(), with one row and one column.
 * Returns: (out): whether it could be read. */
gboolean
beckon_sqlite_get_number (BeckonSqlite *self, const char *sql, gint64 *number, GError **error);

gboolean beckon_sqlite_begin (BeckonSqlite *self, GError **error);
gboolean beckon_sqlite_commit (BeckonSqlite *self, GError **error);
/** beckon_sqlite_rollback: also where the failure has ended the transaction already, or none began.
 */
void beckon_sqlite_rollback (BeckonSqlite *self);

/** beckon_sqlite_dup_column: Returns: (transfer full) (nullable): the text of a row's column. */
char *beckon_sqlite_dup_column (sqlite3_stmt *statement, int column);

G_END_DECLS
