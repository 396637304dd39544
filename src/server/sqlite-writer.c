/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-server"

#include "config.h"

#include "sqlite-writer.h"

#include "server-error.h"
#include "sqlite-record.h"
#include "sqlite-schema.h"

/*
 * A checkpoint brings what is in the write-ahead log into the file, and waits for the disk, some 10
 * ms or more. So most of it is done beside the commits, by a thread and a connection of its own.
 * What has been committed meanwhile is little; the writing thread does that itself, and then all of
 * the log is in the file and it begins anew.
 */
struct _BeckonSqliteWriter
{
  BeckonSqlite *db;
  BeckonSqliteRecord *record;

  guint wal_pages_max;
  guint wal_pages;     /* as of the last commit */
  guint checkpoint_at; /* wal_pages */
  GThread *checkpoint; /* nullable: it runs, or has run and the rest is to be done */
  gboolean has_run;    /* atomic */
  BeckonSqlite *checkpoint_db;
};

/* ---- checkpoints ---- */

static gpointer
run_checkpoint (gpointer data)
{
  BeckonSqliteWriter *self = data;
  sqlite3 *db = beckon_sqlite_get_handle (self->checkpoint_db);
  sqlite3_file *file = NULL;

  /* If anything fails the log stays as long as it is, and it is tried again when it has grown. The
   * second checkpoint has what was committed during the first; SQLite waits for the file only after
   * one that is complete, which here is the writing thread's. */
  for (guint i = 0; i < 2; i++)
    sqlite3_wal_checkpoint_v2 (db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
  sqlite3_file_control (db, "main", SQLITE_FCNTL_FILE_POINTER, &file);
  file->pMethods->xSync (file, SQLITE_SYNC_NORMAL | SQLITE_SYNC_DATAONLY);
  g_atomic_int_set (&self->has_run, TRUE);
  return NULL;
}

static void
finish_checkpoint (BeckonSqliteWriter *self)
{
  int pages = -1, done = 0;

  g_thread_join (g_steal_pointer (&self->checkpoint));
  sqlite3_wal_checkpoint_v2 (beckon_sqlite_get_handle (self->db), NULL, SQLITE_CHECKPOINT_PASSIVE,
                             &pages, &done);
  /* a reader of another program, or a full disk, may keep the log from beginning anew */
  self->checkpoint_at = self->wal_pages_max + (pages == done ? 0 : self->wal_pages);
}

static int
on_committed (void *user_data, sqlite3 *db, const char *name, int wal_pages)
{
  BeckonSqliteWriter *self = user_data;

  self->wal_pages = wal_pages;
  return SQLITE_OK;
}

static void
tend_log (BeckonSqliteWriter *self)
{
  if (self->checkpoint != NULL)
    {
      if (g_atomic_int_get (&self->has_run))
        finish_checkpoint (self);
    }
  else if (self->wal_pages >= self->checkpoint_at)
    {
      g_atomic_int_set (&self->has_run, FALSE);
      self->checkpoint = g_thread_try_new ("checkpoint", run_checkpoint, self, NULL);
    }
}

/* ---- batches ---- */

static gboolean
run_pair (BeckonSqliteWriter *self, const char *sql, const BeckonStoreOp *op, GError **error)
{
  return beckon_sqlite_run (
      self->db, beckon_sqlite_prepare (self->db, sql, error, "ss", op->owner, op->user), error);
}

static gboolean
add_account (BeckonSqliteWriter *self, BeckonStoreOp *op, GError **error)
{
  sqlite3_stmt *statement =
      beckon_sqlite_prepare (self->db,
                             "INSERT INTO accounts (user, name, password) VALUES (?, ?, ?) "
                             "ON CONFLICT DO NOTHING",
                             error, "sss", op->user, op->name, op->password);

  if (!beckon_sqlite_run (self->db, statement, error))
    return FALSE;
  op->taken = sqlite3_changes (beckon_sqlite_get_handle (self->db)) == 0;
  return TRUE;
}

static gboolean
put_account (BeckonSqliteWriter *self, const BeckonStoreOp *op, GError **error)
{
  return beckon_sqlite_run (
      self->db,
      beckon_sqlite_prepare (self->db,
                             "INSERT INTO accounts (user, name) VALUES (?, ?) "
                             "ON CONFLICT DO UPDATE SET name = excluded.name",
                             error, "ss", op->user, op->name),
      error);
}

static gboolean
add_token (BeckonSqliteWriter *self, const BeckonStoreOp *op, GError **error)
{
  return beckon_sqlite_run (
             self->db,
             beckon_sqlite_prepare (self->db, "DELETE FROM tokens WHERE expires <= unixepoch ()",
                                    error, ""),
             error) &&
         beckon_sqlite_run (
             self->db,
             beckon_sqlite_prepare (
                 self->db,
                 "INSERT OR REPLACE INTO tokens (hash, user, device, expires) VALUES (?, ?, ?, ?)",
                 error, "sssi", op->hash, op->user, op->device, op->time),
             error);
}

static gboolean
remove_token (BeckonSqliteWriter *self, const BeckonStoreOp *op, GError **error)
{
  return beckon_sqlite_run (
      self->db,
      beckon_sqlite_prepare (self->db, "DELETE FROM tokens WHERE hash = ?", error, "s", op->hash),
      error);
}

static gboolean
use_token (BeckonSqliteWriter *self, const BeckonStoreOp *op, GError **error)
{
  return beckon_sqlite_run (
      self->db,
      beckon_sqlite_prepare (self->db,
                             "UPDATE tokens SET device_id = ?, device = ?, seen = ? WHERE hash = ?",
                             error, "ssis", op->device, op->name, op->time, op->hash),
      error);
}

static gboolean
forget_revoked (BeckonSqliteWriter *self, const char *user, GError **error)
{
  return beckon_sqlite_run (
             self->db,
             beckon_sqlite_prepare (self->db, "DELETE FROM revoked WHERE until <= unixepoch ()",
                                    error, ""),
             error) &&
         beckon_sqlite_run (
             self->db,
             beckon_sqlite_prepare (self->db,
                                    "DELETE FROM revoked WHERE id IN (SELECT id FROM revoked "
                                    "WHERE user = ? ORDER BY id DESC LIMIT -1 OFFSET ?)",
                                    error, "si", user, (gint64) BECKON_STORE_REVOKED_MAX),
             error);
}

static gboolean
revoke_token (BeckonSqliteWriter *self, const BeckonStoreOp *op, GError **error)
{
  return (op->shared || remove_token (self, op, error)) &&
         beckon_sqlite_run (
             self->db,
             beckon_sqlite_prepare (
                 self->db, "INSERT OR REPLACE INTO revoked (hash, user, until) VALUES (?, ?, ?)",
                 error, "ssi", op->hash, op->user, op->time),
             error) &&
         forget_revoked (self, op->user, error);
}

static gboolean
add_call (BeckonSqliteWriter *self, const BeckonStoreOp *op, GError **error)
{
  const BeckonStoredCall *call = op->call;

  return beckon_sqlite_run (
      self->db,
      beckon_sqlite_prepare (self->db,
                             "INSERT INTO history (owner, call, direction, media, outcome, members,"
                             " started, duration) VALUES (?, ?, ?, ?, ?, ?, ?, ?) "
                             "ON CONFLICT DO NOTHING",
                             error, "ssssssii", op->owner, call->call, call->direction, call->media,
                             call->outcome, call->members, call->started, call->duration),
      error);
}

static gboolean
set_seen (BeckonSqliteWriter *self, const BeckonStoreOp *op, GError **error)
{
  return beckon_sqlite_run (
      self->db,
      beckon_sqlite_prepare (self->db,
                             "UPDATE history SET seen = 1 WHERE owner = ? AND started <= ? "
                             "AND outcome = 'missed' AND direction = 'incoming' AND seen = 0",
                             error, "si", op->owner, op->time),
      error);
}

static gboolean
run_op (BeckonSqliteWriter *self, BeckonStoreOp *op, GError **error)
{
  switch (op->kind)
    {
    case BECKON_STORE_ADD_ACCOUNT:
      return add_account (self, op, error);
    case BECKON_STORE_PUT_ACCOUNT:
      return put_account (self, op, error);
    case BECKON_STORE_ADD_TOKEN:
      return add_token (self, op, error);
    case BECKON_STORE_REMOVE_TOKEN:
      return remove_token (self, op, error);
    case BECKON_STORE_USE_TOKEN:
      return use_token (self, op, error);
    case BECKON_STORE_REVOKE_TOKEN:
      return revoke_token (self, op, error);
    case BECKON_STORE_ADD_CONTACT:
      return run_pair (self,
                       "INSERT INTO contacts (owner, user) VALUES (?, ?) ON CONFLICT DO NOTHING",
                       op, error);
    case BECKON_STORE_REMOVE_CONTACT:
      return run_pair (self, "DELETE FROM contacts WHERE owner = ? AND user = ?", op, error);
    case BECKON_STORE_ADD_BLOCK:
      return run_pair (
          self, "INSERT INTO blocks (owner, user) VALUES (?, ?) ON CONFLICT DO NOTHING", op, error);
    case BECKON_STORE_REMOVE_BLOCK:
      return run_pair (self, "DELETE FROM blocks WHERE owner = ? AND user = ?", op, error);
    case BECKON_STORE_ADD_MET:
      return run_pair (self, "INSERT INTO met (owner, user) VALUES (?, ?) ON CONFLICT DO NOTHING",
                       op, error);
    case BECKON_STORE_ADD_CALL:
      return add_call (self, op, error);
    case BECKON_STORE_SET_SEEN:
      return set_seen (self, op, error);
    default:
      g_assert_not_reached ();
    }
}

static gboolean
run_batch (BeckonSqliteWriter *self, const BeckonStoreBatch *batch, GError **error)
{
  if (!beckon_sqlite_begin (self->db, error))
    return FALSE;
  for (guint i = 0; i < batch->ops->len; i++)
    if (!run_op (self, g_ptr_array_index (batch->ops, i), error))
      return FALSE;
  if (batch->changes != NULL &&
      !beckon_sqlite_record_append (self->record, batch->number, batch->changes, error))
    return FALSE;
  return beckon_sqlite_commit (self->db, error);
}

gboolean
beckon_sqlite_writer_commit (BeckonSqliteWriter *self,
                             const BeckonStoreBatch *batch,
                             GError **error)
{
  if (batch->ops->len == 0 && batch->changes == NULL)
    return TRUE;
  if (!run_batch (self, batch, error))
    {
      beckon_sqlite_rollback (self->db);
      return FALSE;
    }
  if (batch->changes != NULL)
    beckon_sqlite_record_grow (self->record, g_bytes_get_size (batch->changes));
  return TRUE;
}

gboolean
beckon_sqlite_writer_tend (BeckonSqliteWriter *self)
{
  tend_log (self);
  return beckon_sqlite_record_tend (self->record);
}

/* ---- opening ---- */

static gboolean
use_write_ahead_log (BeckonSqlite *db, GError **error)
{
  sqlite3_stmt *statement = beckon_sqlite_prepare (db, "PRAGMA journal_mode = WAL", error, "");
  gboolean is_used = FALSE;

  if (statement == NULL)
    return FALSE;
  if (beckon_sqlite_step (db, statement, error))
    {
      is_used = g_str_equal (sqlite3_column_text (statement, 0), "wal");
      if (!is_used)
        g_set_error (error, BECKON_SERVER_ERROR, BECKON_SERVER_ERROR_DATABASE,
                     "The database: its folder cannot have a write-ahead log");
    }
  beckon_sqlite_finish (statement);
  return is_used;
}

static BeckonSqlite *
open_to_write (const char *path, gboolean power_safe, GError **error)
{
  g_autoptr (BeckonSqlite) db = beckon_sqlite_open (path, error);

  /* NORMAL: what is committed survives that the process is killed, at any moment, and the file
   * stays whole when the machine stops, but the last moments before that may be gone. FULL: they
   * are not. */
  if (db == NULL || !use_write_ahead_log (db, error) ||
      !beckon_sqlite_execute (
          db, power_safe ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL", error) ||
      !beckon_sqlite_execute (
          db,
          "PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = 67108864; "
          "PRAGMA secure_delete = FAST",
          error))
    return NULL;
  return g_steal_pointer (&db);
}

BeckonSqliteWriter *
beckon_sqlite_writer_new (const char *path,
                          gboolean power_safe,
                          BeckonSqliteLimits limits,
                          GError **error)
{
  g_autoptr (BeckonSqliteWriter) self = g_new0 (BeckonSqliteWriter, 1);

  self->wal_pages_max = self->checkpoint_at = limits.wal_pages;
  self->db = open_to_write (path, power_safe, error);
  if (self->db == NULL || !beckon_sqlite_migrate (self->db, error))
    return NULL;
  self->record = beckon_sqlite_record_new (self->db, limits.journal_bytes, error);
  if (self->record == NULL)
    return NULL;
  self->checkpoint_db = open_to_write (path, power_safe, error);
  if (self->checkpoint_db == NULL)
    return NULL;
  sqlite3_wal_hook (beckon_sqlite_get_handle (self->db), on_committed, self);
  return g_steal_pointer (&self);
}

void
beckon_sqlite_writer_close (BeckonSqliteWriter *self)
{
  if (self->checkpoint != NULL)
    g_thread_join (self->checkpoint);
  if (self->record != NULL)
    {
      g_autoptr (GError) error = NULL;

      if (!beckon_sqlite_record_fold (self->record, &error))
        g_message ("The journal is left for the next start: %s", error->message);
      beckon_sqlite_record_free (self->record);
    }
  g_clear_pointer (&self->checkpoint_db, beckon_sqlite_close);
  g_clear_pointer (&self->db, beckon_sqlite_close);
  g_free (self);
}
