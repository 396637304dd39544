/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sqlite-place.h"

#include <glib/gstdio.h>

#include <unistd.h>

/* In memory where there is such a place: tests that wait for a disk wait for everybody's. */
#define MEMORY "/dev/shm"

SqlitePlace *
sqlite_place_new (void)
{
  SqlitePlace *self = g_new0 (SqlitePlace, 1);

  if (g_access (MEMORY, W_OK) == 0)
    self->folder = g_mkdtemp (g_strdup (MEMORY "/beckon-store-XXXXXX"));
  else
    self->folder = g_dir_make_tmp ("beckon-store-XXXXXX", NULL);
  g_assert_nonnull (self->folder);
  self->path = g_build_filename (self->folder, "store.sqlite", NULL);
  return self;
}

void
sqlite_place_free (SqlitePlace *self)
{
  const char *suffixes[] = { "", "-wal", "-shm" };

  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *path = g_strconcat (self->path, suffixes[i], NULL);

      g_remove (path);
    }
  g_assert_cmpint (g_rmdir (self->folder), ==, 0);
  g_free (self->folder);
  g_free (self->path);
  g_free (self);
}

static sqlite3 *
open_file (SqlitePlace *self)
{
  sqlite3 *db = NULL;

  g_assert_cmpint (sqlite3_open (self->path, &db), ==, SQLITE_OK);
  sqlite3_busy_timeout (db, 2000);
  return db;
}

void
sqlite_place_execute (SqlitePlace *self, const char *sql)
{
  sqlite3 *db = open_file (self);

  if (sqlite3_exec (db, sql, NULL, NULL, NULL) != SQLITE_OK)
    g_error ("%s: %s", sql, sqlite3_errmsg (db));
  sqlite3_close (db);
}

gint64
sqlite_place_get_number (SqlitePlace *self, const char *sql)
{
  sqlite3 *db = open_file (self);
  sqlite3_stmt *statement = NULL;
  gint64 number;

  g_assert_cmpint (sqlite3_prepare_v2 (db, sql, -1, &statement, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_ROW);
  number = sqlite3_column_int64 (statement, 0);
  sqlite3_finalize (statement);
  sqlite3_close (db);
  return number;
}

goffset
sqlite_place_get_size (SqlitePlace *self, const char *suffix)
{
  g_autofree char *path = g_strconcat (self->path, suffix, NULL);
  GStatBuf info;

  return g_stat (path, &info) == 0 ? info.st_size : 0;
}
