/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-server"

#include "config.h"

#include "store.h"

#include <sqlite3.h>

#include "protocol-error.h"
#include "server-error.h"

/* A list as long as the protocol lets it be. */
#define CONTACTS_MAX 500

/* Each entry brings a file from its index to the next; PRAGMA user_version says where it is. */
static const char *const migrations[] = {
  "CREATE TABLE accounts (user TEXT PRIMARY KEY, name TEXT NOT NULL, password TEXT NOT NULL,"
  "  created INTEGER NOT NULL DEFAULT (unixepoch ())) WITHOUT ROWID;"
  "CREATE TABLE tokens (hash TEXT PRIMARY KEY, user TEXT NOT NULL REFERENCES accounts (user),"
  "  device TEXT NOT NULL, expires INTEGER NOT NULL) WITHOUT ROWID;"
  "CREATE INDEX tokens_by_expiry ON tokens (expires);"
  "CREATE TABLE contacts (owner TEXT NOT NULL REFERENCES accounts (user),"
  "  user TEXT NOT NULL REFERENCES accounts (user), PRIMARY KEY (owner, user)) WITHOUT ROWID;"
  "CREATE TABLE history (owner TEXT NOT NULL, call TEXT NOT NULL, direction TEXT NOT NULL,"
  "  media TEXT NOT NULL, outcome TEXT NOT NULL, members TEXT NOT NULL, started INTEGER NOT NULL,"
  "  duration INTEGER NOT NULL, PRIMARY KEY (owner, call)) WITHOUT ROWID;"
  "CREATE INDEX history_by_time ON history (owner, started);",
};

struct _BeckonStore
{
  GObject parent_instance;

  sqlite3 *db;
  GHashTable *statements; /* const char * (SQL) → sqlite3_stmt */
};

G_DEFINE_FINAL_TYPE (BeckonStore, beckon_store, G_TYPE_OBJECT)

void
beckon_stored_account_free (BeckonStoredAccount *self)
{
  g_free (self->user);
  g_free (self->name);
  g_free (self->password);
  g_free (self);
}

void
beckon_stored_call_free (BeckonStoredCall *self)
{
  g_free (self->call);
  g_free (self->direction);
  g_free (self->media);
  g_free (self->outcome);
  g_free (self->members);
  g_free (self);
}

/* ---- statements ---- */

static gboolean
fail (BeckonStore *self, GError **error)
{
  g_set_error (error, BECKON_SERVER_ERROR, BECKON_SERVER_ERROR_DATABASE, "The database: %s",
               self->db != NULL ? sqlite3_errmsg (self->db) : "cannot be opened");
  return FALSE;
}

/* @sql: a string constant: prepared once, for the life of the store. @format: 's' or 'i' for each
 * parameter that follows. Returns: (nullable): to be stepped, and reset by finish(). */
static sqlite3_stmt *
prepare (BeckonStore *self, const char *sql, GError **error, const char *format, ...)
{
  sqlite3_stmt *statement = g_hash_table_lookup (self->statements, sql);
  va_list args;
  int rc = SQLITE_OK;

  if (statement == NULL)
    {
      if (sqlite3_prepare_v3 (self->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) !=
          SQLITE_OK)
        return fail (self, error), NULL;
      g_hash_table_insert (self->statements, (gpointer) sql, statement);
    }
  va_start (args, format);
  for (int i = 0; format[i] != '\0' && rc == SQLITE_OK; i++)
    rc = format[i] == 's' ? sqlite3_bind_text (statement, i + 1, va_arg (args, const char *), -1,
                                               SQLITE_TRANSIENT)
                          : sqlite3_bind_int64 (statement, i + 1, va_arg (args, gint64));
  va_end (args);
  return rc == SQLITE_OK ? statement : (fail (self, error), NULL);
}

static void
finish (sqlite3_stmt *statement)
{
  sqlite3_reset (statement);
  sqlite3_clear_bindings (statement);
}

static gboolean
run (BeckonStore *self, sqlite3_stmt *statement, GError **error)
{
  gboolean done;

  if (statement == NULL)
    return FALSE;
  done = sqlite3_step (statement) == SQLITE_DONE || fail (self, error);
  finish (statement);
  return done;
}

/* Returns: whether there is a row; FALSE with an error if the database failed. */
static gboolean
step (BeckonStore *self, sqlite3_stmt *statement, GError **error)
{
  switch (sqlite3_step (statement))
    {
    case SQLITE_ROW:
      return TRUE;
    case SQLITE_DONE:
      return FALSE;
    default:
      return fail (self, error);
    }
}

static char *
dup_column (sqlite3_stmt *statement, int column)
{
  return g_strdup ((const char *) sqlite3_column_text (statement, column));
}

/* ---- opening ---- */

static gboolean
execute (BeckonStore *self, const char *sql, GError **error)
{
  return sqlite3_exec (self->db, sql, NULL, NULL, NULL) == SQLITE_OK || fail (self, error);
}

static int
get_version (BeckonStore *self, GError **error)
{
  sqlite3_stmt *statement = prepare (self, "PRAGMA user_version", error, "");
  int version = -1;

  if (statement == NULL)
    return -1;
  if (step (self, statement, error))
    version = sqlite3_column_int (statement, 0);
  finish (statement);
  return version;
}

static gboolean
migrate (BeckonStore *self, GError **error)
{
  const int version = get_version (self, error);

  if (version < 0)
    return FALSE;
  if (version > (int) G_N_ELEMENTS (migrations))
    {
      g_set_error (error, BECKON_SERVER_ERROR, BECKON_SERVER_ERROR_DATABASE,
                   "The database was written by a newer beckon-server");
      return FALSE;
    }
  for (guint i = version; i < G_N_ELEMENTS (migrations); i++)
    {
      g_autofree char *sql = g_strdup_printf ("BEGIN IMMEDIATE; %s PRAGMA user_version = %u; COMMIT",
                                              migrations[i], i + 1);

      if (!execute (self, sql, error))
        {
          sqlite3_exec (self->db, "ROLLBACK", NULL, NULL, NULL);
          return FALSE;
        }
    }
  return TRUE;
}

BeckonStore *
beckon_store_new (const char *path, GError **error)
{
  g_autoptr (BeckonStore) self = g_object_new (BECKON_TYPE_STORE, NULL);

  if (sqlite3_open_v2 (path, &self->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL) !=
      SQLITE_OK)
    return fail (self, error), NULL;
  sqlite3_busy_timeout (self->db, 2000);
  if (!execute (self,
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON",
                error) ||
      !migrate (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

/* ---- accounts ---- */

gboolean
beckon_store_add_account (BeckonStore *self,
                          const char *user,
                          const char *name,
                          const char *password,
                          GError **error)
{
  sqlite3_stmt *statement = prepare (
      self, "INSERT INTO accounts (user, name, password) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
      error, "sss", user, name, password);

  if (!run (self, statement, error))
    return FALSE;
  if (sqlite3_changes (self->db) == 1)
    return TRUE;
  g_set_error (error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_USER_EXISTS,
               "The user id “%s” is taken", user);
  return FALSE;
}

BeckonStoredAccount *
beckon_store_get_account (BeckonStore *self, const char *user, GError **error)
{
  sqlite3_stmt *statement = prepare (self, "SELECT user, name, password FROM accounts WHERE user = ?",
                                     error, "s", user);
  BeckonStoredAccount *account = NULL;

  if (statement == NULL)
    return NULL;
  if (step (self, statement, error))
    {
      account = g_new0 (BeckonStoredAccount, 1);
      account->user = dup_column (statement, 0);
      account->name = dup_column (statement, 1);
      account->password = dup_column (statement, 2);
    }
  finish (statement);
  return account;
}

gboolean
beckon_store_set_name (BeckonStore *self, const char *user, const char *name, GError **error)
{
  return run (self, prepare (self, "UPDATE accounts SET name = ? WHERE user = ?", error, "ss", name,
                             user),
              error);
}

/* ---- tokens ---- */

gboolean
beckon_store_add_token (BeckonStore *self,
                        const char *hash,
                        const char *user,
                        const char *device,
                        gint64 expires,
                        GError **error)
{
  return run (self, prepare (self, "DELETE FROM tokens WHERE expires <= unixepoch ()", error, ""),
              error) &&
         run (self, prepare (self,
                             "INSERT INTO tokens (hash, user, device, expires) VALUES (?, ?, ?, ?)",
                             error, "sssi", hash, user, device, expires),
              error);
}

char *
beckon_store_find_token (BeckonStore *self, const char *hash, GError **error)
{
  sqlite3_stmt *statement = prepare (
      self, "SELECT user FROM tokens WHERE hash = ? AND expires > unixepoch ()", error, "s", hash);
  char *user = NULL;

  if (statement == NULL)
    return NULL;
  if (step (self, statement, error))
    user = dup_column (statement, 0);
  finish (statement);
  return user;
}

gboolean
beckon_store_remove_token (BeckonStore *self, const char *hash, GError **error)
{
  return run (self, prepare (self, "DELETE FROM tokens WHERE hash = ?", error, "s", hash), error);
}

/* ---- contacts ---- */

GPtrArray *
beckon_store_list_contacts (BeckonStore *self, const char *owner, GError **error)
{
  g_autoptr (GPtrArray) contacts = g_ptr_array_new_with_free_func (
      (GDestroyNotify) beckon_stored_account_free);
  GError *failure = NULL;
  sqlite3_stmt *statement = prepare (
      self,
      "SELECT user, name FROM contacts JOIN accounts USING (user) WHERE owner = ? ORDER BY name "
      "LIMIT ?",
      error, "si", owner, (gint64) CONTACTS_MAX);

  if (statement == NULL)
    return NULL;
  while (step (self, statement, &failure))
    {
      BeckonStoredAccount *account = g_new0 (BeckonStoredAccount, 1);

      account->user = dup_column (statement, 0);
      account->name = dup_column (statement, 1);
      g_ptr_array_add (contacts, account);
    }
  finish (statement);
  if (failure != NULL)
    return g_propagate_error (error, failure), NULL;
  return g_steal_pointer (&contacts);
}

gboolean
beckon_store_add_contact (BeckonStore *self, const char *owner, const char *user, GError **error)
{
  return run (self, prepare (self,
                             "INSERT INTO contacts (owner, user) VALUES (?, ?) "
                             "ON CONFLICT DO NOTHING",
                             error, "ss", owner, user),
              error);
}

gboolean
beckon_store_remove_contact (BeckonStore *self, const char *owner, const char *user, GError **error)
{
  return run (self, prepare (self, "DELETE FROM contacts WHERE owner = ? AND user = ?", error, "ss",
                             owner, user),
              error);
}

/* ---- history ---- */

gboolean
beckon_store_add_call (BeckonStore *self,
                       const char *owner,
                       const BeckonStoredCall *call,
                       GError **error)
{
  return run (self, prepare (self,
                             "INSERT INTO history (owner, call, direction, media, outcome, members,"
                             " started, duration) VALUES (?, ?, ?, ?, ?, ?, ?, ?) "
                             "ON CONFLICT DO NOTHING",
                             error, "ssssssii", owner, call->call, call->direction, call->media,
                             call->outcome, call->members, call->started, call->duration),
              error);
}

GPtrArray *
beckon_store_list_calls (BeckonStore *self,
                         const char *owner,
                         gint64 before,
                         guint limit,
                         GError **error)
{
  g_autoptr (GPtrArray) calls = g_ptr_array_new_with_free_func (
      (GDestroyNotify) beckon_stored_call_free);
  GError *failure = NULL;
  sqlite3_stmt *statement = prepare (
      self,
      "SELECT call, direction, media, outcome, members, started, duration FROM history "
      "WHERE owner = ? AND started < ? ORDER BY started DESC LIMIT ?",
      error, "sii", owner, before > 0 ? before : G_MAXINT64, (gint64) limit);

  if (statement == NULL)
    return NULL;
  while (step (self, statement, &failure))
    {
      BeckonStoredCall *call = g_new0 (BeckonStoredCall, 1);

      call->call = dup_column (statement, 0);
      call->direction = dup_column (statement, 1);
      call->media = dup_column (statement, 2);
      call->outcome = dup_column (statement, 3);
      call->members = dup_column (statement, 4);
      call->started = sqlite3_column_int64 (statement, 5);
      call->duration = sqlite3_column_int64 (statement, 6);
      g_ptr_array_add (calls, call);
    }
  finish (statement);
  if (failure != NULL)
    return g_propagate_error (error, failure), NULL;
  return g_steal_pointer (&calls);
}

/* ---- class ---- */

static void
finalize_statement (gpointer statement)
{
  sqlite3_finalize (statement);
}

static void
beckon_store_finalize (GObject *object)
{
  BeckonStore *self = BECKON_STORE (object);

  g_hash_table_unref (self->statements);
  sqlite3_close (self->db);
  G_OBJECT_CLASS (beckon_store_parent_class)->finalize (object);
}

static void
beckon_store_class_init (BeckonStoreClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = beckon_store_finalize;
}

static void
beckon_store_init (BeckonStore *self)
{
  self->statements = g_hash_table_new_full (g_direct_hash, g_direct_equal, NULL,
                                            finalize_statement);
}
