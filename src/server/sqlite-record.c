/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-server"

#include "config.h"

#include "sqlite-record.h"

#include "record-changes.h"
#include "server-error.h"

/* What a piece of folding does while batches wait for it: a millisecond or two. */
#define READ_BYTES (1024 * 1024)
#define WRITE_BYTES (32 * 1024)
#define DELETE_ROWS 256
/* What a row costs besides its bytes. */
#define ROW_BYTES 64

typedef enum
{
  IDLE,
  READ,   /* the journal up to a batch, into the memory: the last word about each key */
  WRITE,  /* that, into the table "record" */
  DELETE, /* the journal up to that batch */
} Phase;

struct _BeckonSqliteRecord
{
  BeckonSqlite *db; /* borrowed */
  gsize fold_bytes;
  gsize bytes;    /* of the journal */
  gsize fold_at;  /* bytes of the journal */
  gsize grown;    /* bytes, since the last piece of folding */
  gboolean clean; /* nothing of what the journal says is in the table yet */

  /* while it is folded */
  Phase phase;
  gint64 until;     /* batch: the last to be folded */
  gsize after;      /* bytes of the journal behind that */
  gint64 at;        /* batch: the last that has been read, or deleted */
  gsize read;       /* bytes */
  GPtrArray *rows;  /* GBytes: what the following points into */
  GHashTable *last; /* const char * → BeckonRecordChange: the last word about each key */
  GPtrArray *order; /* BeckonRecordChange, borrowed of "last", by key */
  guint written;    /* of them */
};

static int
compare_keys (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(BeckonRecordChange *const *) a)->key, (*(BeckonRecordChange *const *) b)->key);
}

/* In the order of the table each of its pages is changed by one transaction, or two; in any other
 * order by almost every one. */
static void
put_in_order (BeckonSqliteRecord *self)
{
  GHashTableIter iter;
  gpointer change;

  g_ptr_array_set_size (self->order, 0);
  g_hash_table_iter_init (&iter, self->last);
  while (g_hash_table_iter_next (&iter, NULL, &change))
    g_ptr_array_add (self->order, change);
  g_ptr_array_sort (self->order, compare_keys);
  self->written = 0;
}

static void
set_phase (BeckonSqliteRecord *self, Phase phase)
{
  self->phase = phase;
  switch (phase)
    {
    case IDLE:
      g_ptr_array_set_size (self->order, 0);
      g_hash_table_remove_all (self->last);
      g_ptr_array_set_size (self->rows, 0);
      self->read = 0;
      break;
    case READ:
    case DELETE:
      self->at = 0;
      break;
    case WRITE:
      put_in_order (self);
      break;
    default:
      g_assert_not_reached ();
    }
}

/* ---- the pieces ---- */

/* Most keys are new and erased before the journal is folded. If nothing of the journal is in the
 * table yet, neither are they, and nothing has to be done about them. */
static void
remember_change (BeckonSqliteRecord *self, const BeckonRecordChange *change)
{
  const BeckonRecordChange *before = g_hash_table_lookup (self->last, change->key);
  const gboolean is_new = before != NULL ? before->is_new : self->clean && change->is_new;
  BeckonRecordChange *last;

  if (is_new && change->value == NULL)
    {
      g_hash_table_remove (self->last, change->key);
      return;
    }
  last = g_memdup2 (change, sizeof *change);
  last->is_new = is_new;
  g_hash_table_replace (self->last, (gpointer) last->key, last);
}

static gboolean
remember (BeckonSqliteRecord *self, const void *data, gsize length, GError **error)
{
  GBytes *row = g_bytes_new (data, length);
  const guint8 *at = g_bytes_get_data (row, NULL);
  const guint8 *end = at + length;
  BeckonRecordChange change;

  g_ptr_array_add (self->rows, row);
  self->read += length;
  while (beckon_record_change_read (&at, end, &change))
    remember_change (self, &change);
  if (at == end)
    return TRUE;
  g_set_error (error, BECKON_SERVER_ERROR, BECKON_SERVER_ERROR_DATABASE,
               "The database: the journal is damaged");
  return FALSE;
}

/* Reads rows until they are @budget bytes. */
static gboolean
read_journal (BeckonSqliteRecord *self, gsize budget, GError **error)
{
  const gsize stop = budget < G_MAXSIZE - self->read ? self->read + budget : G_MAXSIZE;
  gboolean more = TRUE;
  GError *failure = NULL;
  sqlite3_stmt *statement = beckon_sqlite_prepare (
      self->db, "SELECT batch, changes FROM journal WHERE batch > ? AND batch <= ? ORDER BY batch",
      error, "ii", self->at, self->until);

  if (statement == NULL)
    return FALSE;
  while (self->read < stop && (more = beckon_sqlite_step (self->db, statement, &failure)))
    {
      self->at = sqlite3_column_int64 (statement, 0);
      if (!remember (self, sqlite3_column_blob (statement, 1), sqlite3_column_bytes (statement, 1),
                     &failure))
        break;
    }
  beckon_sqlite_finish (statement);
  if (failure != NULL)
    {
      g_propagate_error (error, failure);
      return FALSE;
    }
  if (!more)
    set_phase (self, WRITE);
  return TRUE;
}

static gboolean
write_key (BeckonSqliteRecord *self, const BeckonRecordChange *change, GError **error)
{
  sqlite3_stmt *statement;

  if (change->value == NULL)
    statement = beckon_sqlite_prepare (self->db, "DELETE FROM record WHERE key = ?", error, "s",
                                       change->key);
  else
    statement = beckon_sqlite_prepare (self->db,
                                       "INSERT INTO record (key, value) VALUES (?, ?) "
                                       "ON CONFLICT DO UPDATE SET value = excluded.value",
                                       error, "sb", change->key, change->value, change->length);
  return beckon_sqlite_run (self->db, statement, error);
}

static gboolean
write_record (BeckonSqliteRecord *self, gsize budget, GError **error)
{
  gsize bytes = 0;

  while (bytes < budget)
    {
      const BeckonRecordChange *change;

      if (self->written == self->order->len)
        {
          set_phase (self, DELETE);
          return TRUE;
        }
      change = g_ptr_array_index (self->order, self->written);
      if (!write_key (self, change, error))
        return FALSE;
      self->written++;
      bytes += change->length + ROW_BYTES;
    }
  return TRUE;
}

/* The oldest first: what is left is always the end of the journal. */
static gboolean
delete_journal (BeckonSqliteRecord *self, gint64 rows, GError **error)
{
  if (self->at == 0 &&
      !beckon_sqlite_get_number (self->db, "SELECT min (batch) - 1 FROM journal", &self->at, error))
    return FALSE;
  self->at = rows < self->until - self->at ? self->at + rows : self->until;
  return beckon_sqlite_run (self->db,
                            beckon_sqlite_prepare (self->db, "DELETE FROM journal WHERE batch <= ?",
                                                   error, "i", self->at),
                            error);
}

/* ---- folding ---- */

static gboolean
begin_fold (BeckonSqliteRecord *self, GError **error)
{
  g_assert (self->phase == IDLE);
  if (!beckon_sqlite_get_number (self->db, "SELECT max (batch) FROM journal", &self->until, error))
    return FALSE;
  self->after = 0;
  set_phase (self, READ);
  return TRUE;
}

/* @budget: bytes to write, or G_MAXSIZE: all that the phase has to do */
static gboolean
fold_in_transaction (BeckonSqliteRecord *self, gsize budget, GError **error)
{
  const gboolean all = budget == G_MAXSIZE;

  if (!beckon_sqlite_begin (self->db, error))
    return FALSE;
  self->clean = FALSE; /* nor is it known whether it is if this fails */
  if (self->phase == WRITE)
    {
      if (!write_record (self, budget, error))
        return FALSE;
    }
  else if (!delete_journal (self, all ? G_MAXINT64 : DELETE_ROWS, error))
    return FALSE;
  return beckon_sqlite_commit (self->db, error);
}

static gboolean
fold_a_piece (BeckonSqliteRecord *self, gsize budget, GError **error)
{
  if (self->phase == READ)
    return read_journal (self, MAX (budget, READ_BYTES), error);
  if (!fold_in_transaction (self, budget, error))
    {
      beckon_sqlite_rollback (self->db);
      return FALSE;
    }
  if (self->phase == DELETE && self->at >= self->until)
    {
      self->bytes = self->after;
      self->clean = TRUE;
      set_phase (self, IDLE);
    }
  return TRUE;
}

gboolean
beckon_sqlite_record_tend (BeckonSqliteRecord *self)
{
  /* faster than the journal grows, or it would never end */
  const gsize budget = MAX (WRITE_BYTES, 2 * self->grown);
  g_autoptr (GError) error = NULL;

  self->grown = 0;
  if (self->phase == IDLE && self->bytes < self->fold_at)
    return FALSE;
  if (self->phase == IDLE ? begin_fold (self, &error) : fold_a_piece (self, budget, &error))
    {
      self->fold_at = self->fold_bytes;
      return self->phase != IDLE;
    }
  g_message ("The journal cannot be folded now: %s", error->message);
  set_phase (self, IDLE);
  self->fold_at = self->bytes + self->fold_bytes;
  return FALSE;
}

gboolean
beckon_sqlite_record_fold (BeckonSqliteRecord *self, GError **error)
{
  set_phase (self, IDLE);
  if (self->bytes == 0)
    return TRUE;
  if (!begin_fold (self, error))
    return FALSE;
  while (self->phase != IDLE)
    if (!fold_a_piece (self, G_MAXSIZE, error))
      {
        set_phase (self, IDLE);
        return FALSE;
      }
  return TRUE;
}

/* ---- the record ---- */

BeckonSqliteRecord *
beckon_sqlite_record_new (BeckonSqlite *db, gsize fold_bytes, GError **error)
{
  g_autoptr (BeckonSqliteRecord) self = g_new0 (BeckonSqliteRecord, 1);
  gint64 bytes;

  self->db = db;
  self->fold_bytes = self->fold_at = fold_bytes;
  self->rows = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  self->last = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  self->order = g_ptr_array_new ();
  if (!beckon_sqlite_get_number (db, "SELECT coalesce (sum (length (changes)), 0) FROM journal",
                                 &bytes, error))
    return NULL;
  self->bytes = bytes;
  if (!beckon_sqlite_record_fold (self, error))
    return NULL;
  self->clean = TRUE;
  return g_steal_pointer (&self);
}

void
beckon_sqlite_record_free (BeckonSqliteRecord *self)
{
  g_ptr_array_unref (self->order);
  g_hash_table_unref (self->last);
  g_ptr_array_unref (self->rows);
  g_free (self);
}

gboolean
beckon_sqlite_record_append (BeckonSqliteRecord *self,
                             gint64 batch,
                             GBytes *changes,
                             GError **error)
{
  gsize length;
  const void *data = g_bytes_get_data (changes, &length);

  return beckon_sqlite_run (
      self->db,
      beckon_sqlite_prepare (self->db, "INSERT INTO journal (batch, changes) VALUES (?, ?)", error,
                             "ib", batch, data, length),
      error);
}

void
beckon_sqlite_record_grow (BeckonSqliteRecord *self, gsize bytes)
{
  self->bytes += bytes;
  self->after += bytes;
  self->grown += bytes;
}

gboolean
beckon_sqlite_record_load (BeckonSqlite *db,
                           BeckonStoreRecordFunc func,
                           gpointer user_data,
                           GError **error)
{
  GError *failure = NULL;
  sqlite3_stmt *statement =
      beckon_sqlite_prepare (db, "SELECT key, value FROM record ORDER BY key", error, "");

  if (statement == NULL)
    return FALSE;
  while (beckon_sqlite_step (db, statement, &failure))
    {
      const void *value = sqlite3_column_blob (statement, 1); /* NULL for one without bytes */

      func ((const char *) sqlite3_column_text (statement, 0), value != NULL ? value : "",
            sqlite3_column_bytes (statement, 1), user_data);
    }
  beckon_sqlite_finish (statement);
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, failure);
  return FALSE;
}
