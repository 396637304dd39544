/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-server"

#include "config.h"

#include "sqlite-store.h"

#include "sqlite-record.h"
#include "sqlite-store-private.h"

/* A list as long as the protocol lets it be. */
#define PEOPLE_MAX 500
#define TOKENS_MAX 1000

#define JOURNAL_BYTES (8 * 1024 * 1024)
#define WAL_PAGES 4096 /* 16 MiB */

#define BECKON_TYPE_SQLITE_STORE (beckon_sqlite_store_get_type ())
G_DECLARE_FINAL_TYPE (BeckonSqliteStore, beckon_sqlite_store, BECKON, SQLITE_STORE, BeckonStore)

struct _BeckonSqliteStore
{
  BeckonStore parent_instance;

  BeckonSqlite *db; /* to read */
  BeckonSqliteWriter *writer;
};

G_DEFINE_FINAL_TYPE (BeckonSqliteStore, beckon_sqlite_store, BECKON_TYPE_STORE)

#define DB(store) (BECKON_SQLITE_STORE (store)->db)

typedef gpointer (*ReadRow) (sqlite3_stmt *statement);

/* Returns: (transfer full): what @read makes of each row; NULL if the database failed. */
static GPtrArray *
list (BeckonSqlite *db,
      sqlite3_stmt *statement,
      ReadRow read,
      GDestroyNotify free_row,
      GError **error)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (free_row);
  GError *failure = NULL;

  if (statement == NULL)
    return NULL;
  while (beckon_sqlite_step (db, statement, &failure))
    g_ptr_array_add (rows, read (statement));
  beckon_sqlite_finish (statement);
  if (failure == NULL)
    return g_steal_pointer (&rows);
  g_propagate_error (error, failure);
  return NULL;
}

/* ---- accounts and tokens ---- */

/* Columns: user, name, and perhaps password, and when a token expires. */
static gpointer
read_account (sqlite3_stmt *statement)
{
  BeckonStoredAccount *account = g_new0 (BeckonStoredAccount, 1);

  account->user = beckon_sqlite_dup_column (statement, 0);
  account->name = beckon_sqlite_dup_column (statement, 1);
  if (sqlite3_column_count (statement) > 2)
    account->password = beckon_sqlite_dup_column (statement, 2);
  if (sqlite3_column_count (statement) > 3)
    account->expires = sqlite3_column_int64 (statement, 3);
  return account;
}

static BeckonStoredAccount *
find_account (BeckonSqlite *db, sqlite3_stmt *statement, GError **error)
{
  BeckonStoredAccount *account = NULL;

  if (statement == NULL)
    return NULL;
  if (beckon_sqlite_step (db, statement, error))
    account = read_account (statement);
  beckon_sqlite_finish (statement);
  return account;
}

static BeckonStoredAccount *
beckon_sqlite_store_get_account (BeckonStore *store, const char *user, GError **error)
{
  return find_account (
      DB (store),
      beckon_sqlite_prepare (DB (store), "SELECT user, name, password FROM accounts WHERE user = ?",
                             error, "s", user),
      error);
}

static BeckonStoredAccount *
beckon_sqlite_store_find_token (BeckonStore *store, const char *hash, GError **error)
{
  return find_account (
      DB (store),
      beckon_sqlite_prepare (DB (store),
                             "SELECT accounts.user, name, NULL, expires "
                             "FROM tokens JOIN accounts USING (user) "
                             "WHERE hash = ? AND expires > unixepoch ()",
                             error, "s", hash),
      error);
}

static gpointer
read_token (sqlite3_stmt *statement)
{
  BeckonStoredToken *token = g_new (BeckonStoredToken, 1);

  *token = (BeckonStoredToken){
    .hash = beckon_sqlite_dup_column (statement, 0),
    .device = beckon_sqlite_dup_column (statement, 1),
    .name = beckon_sqlite_dup_column (statement, 2),
    .expires = sqlite3_column_int64 (statement, 3),
    .seen = sqlite3_column_int64 (statement, 4),
  };
  return token;
}

static GPtrArray *
beckon_sqlite_store_list_tokens (BeckonStore *store, const char *user, GError **error)
{
  return list (
      DB (store),
      beckon_sqlite_prepare (
          DB (store),
          "SELECT hash, device_id, device, expires, seen FROM tokens "
          "WHERE user = ? AND expires > unixepoch () "
          "AND NOT EXISTS (SELECT 1 FROM revoked WHERE revoked.hash = tokens.hash) "
          "ORDER BY seen DESC, expires DESC, hash LIMIT ?",
          error, "si", user, (gint64) TOKENS_MAX),
      read_token, (GDestroyNotify) beckon_stored_token_free, error);
}

static gboolean
beckon_sqlite_store_is_revoked (BeckonStore *store, const char *hash, GError **error)
{
  sqlite3_stmt *statement = beckon_sqlite_prepare (
      DB (store), "SELECT 1 FROM revoked WHERE hash = ? AND until > unixepoch ()", error, "s", hash);
  gboolean found;

  if (statement == NULL)
    return FALSE;
  found = beckon_sqlite_step (DB (store), statement, error);
  beckon_sqlite_finish (statement);
  return found;
}

/* ---- people ---- */

/* @table: of owners and users. Parameters: whether only those have names whom the owner has met, the
 * owner, how many. */
#define PEOPLE_OF(table)                                                                           \
  "SELECT list.user, coalesce (name, list.user) AS shown FROM " table " AS list "                  \
  "LEFT JOIN accounts ON accounts.user = list.user AND (? = 0 OR list.user = list.owner OR "       \
  "EXISTS (SELECT 1 FROM met WHERE met.owner = list.owner AND met.user = list.user)) "             \
  "WHERE list.owner = ? ORDER BY shown, list.user LIMIT ?"

static GPtrArray *
beckon_sqlite_store_list_contacts (
    BeckonStore *store, const char *owner, gboolean only_met, GError **error)
{
  return list (DB (store),
               beckon_sqlite_prepare (DB (store), PEOPLE_OF ("contacts"), error, "isi",
                                      (gint64) only_met, owner, (gint64) PEOPLE_MAX),
               read_account, (GDestroyNotify) beckon_stored_account_free, error);
}

static GPtrArray *
beckon_sqlite_store_list_blocked (
    BeckonStore *store, const char *owner, gboolean only_met, GError **error)
{
  return list (DB (store),
               beckon_sqlite_prepare (DB (store), PEOPLE_OF ("blocks"), error, "isi",
                                      (gint64) only_met, owner, (gint64) PEOPLE_MAX),
               read_account, (GDestroyNotify) beckon_stored_account_free, error);
}

static gpointer
read_id (sqlite3_stmt *statement)
{
  return beckon_sqlite_dup_column (statement, 0);
}

/* Returns: (transfer full) (nullable) */
static GStrv
list_ids (BeckonSqlite *db, sqlite3_stmt *statement, GError **error)
{
  GPtrArray *ids = list (db, statement, read_id, g_free, error);

  if (ids == NULL)
    return NULL;
  g_ptr_array_add (ids, NULL);
  return (GStrv) g_ptr_array_free (ids, FALSE);
}

static GStrv
beckon_sqlite_store_list_blockers (BeckonStore *store, const char *user, GError **error)
{
  return list_ids (
      DB (store),
      beckon_sqlite_prepare (DB (store), "SELECT owner FROM blocks WHERE user = ? ORDER BY owner",
                             error, "s", user),
      error);
}

static GStrv
beckon_sqlite_store_list_met (BeckonStore *store, const char *owner, GError **error)
{
  return list_ids (
      DB (store),
      beckon_sqlite_prepare (DB (store), "SELECT user FROM met WHERE owner = ? ORDER BY user",
                             error, "s", owner),
      error);
}

/* ---- history ---- */

static gpointer
read_call (sqlite3_stmt *statement)
{
  BeckonStoredCall *call = g_new (BeckonStoredCall, 1);

  *call = (BeckonStoredCall){
    .call = beckon_sqlite_dup_column (statement, 0),
    .direction = beckon_sqlite_dup_column (statement, 1),
    .media = beckon_sqlite_dup_column (statement, 2),
    .outcome = beckon_sqlite_dup_column (statement, 3),
    .members = beckon_sqlite_dup_column (statement, 4),
    .started = sqlite3_column_int64 (statement, 5),
    .duration = sqlite3_column_int64 (statement, 6),
  };
  return call;
}

static GPtrArray *
beckon_sqlite_store_list_calls (
    BeckonStore *store, const char *owner, gint64 before, guint limit, GError **error)
{
  return list (
      DB (store),
      beckon_sqlite_prepare (DB (store),
                             "SELECT call, direction, media, outcome, members, started, duration "
                             "FROM history WHERE owner = ? AND started < ? "
                             "ORDER BY started DESC, call DESC LIMIT ?",
                             error, "sii", owner, before > 0 ? before : G_MAXINT64, (gint64) limit),
      read_call, (GDestroyNotify) beckon_stored_call_free, error);
}

static gint64
beckon_sqlite_store_count_missed (BeckonStore *store,
                                  const char *owner,
                                  gint64 after,
                                  GError **error)
{
  sqlite3_stmt *statement =
      beckon_sqlite_prepare (DB (store),
                             "SELECT count (*) FROM history WHERE owner = ? "
                             "AND outcome = 'missed' AND direction = 'incoming' AND seen = 0 "
                             "AND started > ?",
                             error, "si", owner, after);
  gint64 count = -1;

  if (statement == NULL)
    return -1;
  if (beckon_sqlite_step (DB (store), statement, error))
    count = sqlite3_column_int64 (statement, 0);
  beckon_sqlite_finish (statement);
  return count;
}

/* ---- the rest of the store ---- */

static gboolean
beckon_sqlite_store_load_record (BeckonStore *store,
                                 BeckonStoreRecordFunc func,
                                 gpointer user_data,
                                 GError **error)
{
  return beckon_sqlite_record_load (DB (store), func, user_data, error);
}

static gboolean
beckon_sqlite_store_commit (BeckonStore *store, const BeckonStoreBatch *batch, GError **error)
{
  return beckon_sqlite_writer_commit (BECKON_SQLITE_STORE (store)->writer, batch, error);
}

static gboolean
beckon_sqlite_store_tend (BeckonStore *store)
{
  return beckon_sqlite_writer_tend (BECKON_SQLITE_STORE (store)->writer);
}

/* ---- class ---- */

static void
beckon_sqlite_store_dispose (GObject *object)
{
  BeckonSqliteStore *self = BECKON_SQLITE_STORE (object);

  G_OBJECT_CLASS (beckon_sqlite_store_parent_class)->dispose (object); /* ends the thread */
  g_clear_pointer (&self->db, beckon_sqlite_close);
  g_clear_pointer (&self->writer, beckon_sqlite_writer_close); /* the last one tidies up */
}

static void
beckon_sqlite_store_class_init (BeckonSqliteStoreClass *klass)
{
  BeckonStoreClass *store_class = BECKON_STORE_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = beckon_sqlite_store_dispose;
  store_class->get_account = beckon_sqlite_store_get_account;
  store_class->find_token = beckon_sqlite_store_find_token;
  store_class->list_tokens = beckon_sqlite_store_list_tokens;
  store_class->is_revoked = beckon_sqlite_store_is_revoked;
  store_class->list_contacts = beckon_sqlite_store_list_contacts;
  store_class->list_blocked = beckon_sqlite_store_list_blocked;
  store_class->list_blockers = beckon_sqlite_store_list_blockers;
  store_class->list_met = beckon_sqlite_store_list_met;
  store_class->list_calls = beckon_sqlite_store_list_calls;
  store_class->count_missed = beckon_sqlite_store_count_missed;
  store_class->load_record = beckon_sqlite_store_load_record;
  store_class->commit = beckon_sqlite_store_commit;
  store_class->tend = beckon_sqlite_store_tend;
}

static void
beckon_sqlite_store_init (BeckonSqliteStore *self)
{
}

BeckonStore *
beckon_sqlite_store_new_with_limits (const char *path,
                                     gboolean power_safe,
                                     BeckonSqliteLimits limits,
                                     GError **error)
{
  g_autoptr (BeckonSqliteStore) self = g_object_new (BECKON_TYPE_SQLITE_STORE, NULL);

  g_return_val_if_fail (path != NULL, NULL);

  self->writer = beckon_sqlite_writer_new (path, power_safe, limits, error);
  if (self->writer == NULL)
    return NULL;
  self->db = beckon_sqlite_open (path, error);
  if (self->db == NULL || !beckon_sqlite_execute (self->db, "PRAGMA query_only = ON", error))
    return NULL;
  return BECKON_STORE (g_steal_pointer (&self));
}

BeckonStore *
beckon_sqlite_store_new (const char *path, gboolean power_safe, GError **error)
{
  return beckon_sqlite_store_new_with_limits (
      path, power_safe,
      (BeckonSqliteLimits){ .journal_bytes = JOURNAL_BYTES, .wal_pages = WAL_PAGES }, error);
}
