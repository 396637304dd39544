/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>
#include <sqlite3.h>

G_BEGIN_DECLS

/** SqlitePlace: a folder of its own for a database. */
typedef struct
{
  char *folder;
  char *path; /* of the file */
} SqlitePlace;

SqlitePlace *sqlite_place_new (void);
/** sqlite_place_free: with what is in it. */
void sqlite_place_free (SqlitePlace *self);

/** sqlite_place_execute: as another program. */
void sqlite_place_execute (SqlitePlace *self, const char *sql);
/** sqlite_place_get_number: @sql: with one row and one column. */
gint64 sqlite_place_get_number (SqlitePlace *self, const char *sql);
/** sqlite_place_get_size: @suffix: "", "-wal" or "-shm". Returns: bytes; 0: there is no such file.
 */
goffset sqlite_place_get_size (SqlitePlace *self, const char *suffix);

G_END_DECLS
