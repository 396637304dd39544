/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-server"

#include "config.h"

#include "sqlite-connection.h"

#include "server-error.h"

/* Somebody else may write for a moment: a person with a shell, say. */
#define BUSY_MS 500

struct _BeckonSqlite
{
  sqlite3 *db;
  GHashTable *statements; /* const char * (SQL, by its address) → sqlite3_stmt */
};

static void
finalize_statement (gpointer statement)
{
  sqlite3_finalize (statement);
}

BeckonSqlite *
beckon_sqlite_open (const char *path, GError **error)
{
  g_autoptr (BeckonSqlite) self = g_new0 (BeckonSqlite, 1);

  g_return_val_if_fail (path != NULL, NULL);

  self->statements =
      g_hash_table_new_full (g_direct_hash, g_direct_equal, NULL, finalize_statement);
  if (sqlite3_open_v2 (path, &self->db,
                       SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                       NULL) != SQLITE_OK)
    {
      beckon_sqlite_fail (self, error);
      return NULL;
    }
  sqlite3_busy_timeout (self->db, BUSY_MS);
  return g_steal_pointer (&self);
}

void
beckon_sqlite_close (BeckonSqlite *self)
{
  g_hash_table_unref (self->statements);
  sqlite3_close (self->db);
  g_free (self);
}

sqlite3 *
beckon_sqlite_get_handle (BeckonSqlite *self)
{
  return self->db;
}

gboolean
beckon_sqlite_fail (BeckonSqlite *self, GError **error)
{
  g_set_error (error, BECKON_SERVER_ERROR, BECKON_SERVER_ERROR_DATABASE, "The database: %s",
               self->db != NULL ? sqlite3_errmsg (self->db) : "there is no memory for it");
  return FALSE;
}

gboolean
beckon_sqlite_execute (BeckonSqlite *self, const char *sql, GError **error)
{
  return sqlite3_exec (self->db, sql, NULL, NULL, NULL) == SQLITE_OK ||
         beckon_sqlite_fail (self, error);
}

static int
bind (sqlite3_stmt *statement, const char *format, va_list args)
{
  int rc = SQLITE_OK;

  for (int i = 0; format[i] != '\0' && rc == SQLITE_OK; i++)
    if (format[i] == 's')
      rc = sqlite3_bind_text (statement, i + 1, va_arg (args, const char *), -1, SQLITE_STATIC);
    else if (format[i] == 'i')
      rc = sqlite3_bind_int64 (statement, i + 1, va_arg (args, gint64));
    else
      {
        const void *blob = va_arg (args, const void *);

        rc = sqlite3_bind_blob64 (statement, i + 1, blob, va_arg (args, gsize), SQLITE_STATIC);
      }
  return rc;
}

sqlite3_stmt *
beckon_sqlite_prepare (BeckonSqlite *self, const char *sql, GError **error, const char *format, ...)
{
  sqlite3_stmt *statement = g_hash_table_lookup (self->statements, sql);
  va_list args;
  int rc;

  if (statement == NULL)
    {
      if (sqlite3_prepare_v3 (self->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) !=
          SQLITE_OK)
        {
          beckon_sqlite_fail (self, error);
          return NULL;
        }
      g_hash_table_insert (self->statements, (gpointer) sql, statement);
    }
  va_start (args, format);
  rc = bind (statement, format, args);
  va_end (args);
  if (rc == SQLITE_OK)
    return statement;
  beckon_sqlite_fail (self, error);
  beckon_sqlite_finish (statement);
  return NULL;
}

gboolean
beckon_sqlite_step (BeckonSqlite *self, sqlite3_stmt *statement, GError **error)
{
  const int rc = sqlite3_step (statement);

  if (rc != SQLITE_ROW && rc != SQLITE_DONE)
    return beckon_sqlite_fail (self, error);
  return rc == SQLITE_ROW;
}

void
beckon_sqlite_finish (sqlite3_stmt *statement)
{
  sqlite3_reset (statement);
  sqlite3_clear_bindings (statement);
}

gboolean
beckon_sqlite_run (BeckonSqlite *self, sqlite3_stmt *statement, GError **error)
{
  gboolean done;

  if (statement == NULL)
    return FALSE;
  done = sqlite3_step (statement) == SQLITE_DONE || beckon_sqlite_fail (self, error);
  beckon_sqlite_finish (statement);
  return done;
}

gboolean
beckon_sqlite_get_number (BeckonSqlite *self, const char *sql, gint64 *number, GError **error)
{
  sqlite3_stmt *statement = beckon_sqlite_prepare (self, sql, error, "");
  gboolean is_there;

  if (statement == NULL)
    return FALSE;
  is_there = beckon_sqlite_step (self, statement, error);
  *number = is_there ? sqlite3_column_int64 (statement, 0) : 0;
  beckon_sqlite_finish (statement);
  return is_there;
}

gboolean
beckon_sqlite_begin (BeckonSqlite *self, GError **error)
{
  return beckon_sqlite_run (self, beckon_sqlite_prepare (self, "BEGIN IMMEDIATE", error, ""),
                            error);
}

gboolean
beckon_sqlite_commit (BeckonSqlite *self, GError **error)
{
  return beckon_sqlite_run (self, beckon_sqlite_prepare (self, "COMMIT", error, ""), error);
}

void
beckon_sqlite_rollback (BeckonSqlite *self)
{
  if (!sqlite3_get_autocommit (self->db))
    sqlite3_exec (self->db, "ROLLBACK", NULL, NULL, NULL);
}

char *
beckon_sqlite_dup_column (sqlite3_stmt *statement, int column)
{
  return g_strdup ((const char *) sqlite3_column_text (statement, column));
}
