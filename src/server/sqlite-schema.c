/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-server"

#include "config.h"

#include "sqlite-schema.h"

#include "server-error.h"

/* Each brings a file from its index to the next; PRAGMA user_version says where it is. Foreign keys
 * are not enforced: a batch never fails for what it says. */
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

  /* Accounts without a password, contacts who need not exist, who blocks whom, missed calls that
   * have been seen – all of before have –, and the hub's record. History is in one tree, by time: a
   * call that is over changes one page of each person. */
  "CREATE TABLE accounts_2 (user TEXT PRIMARY KEY, name TEXT NOT NULL, password TEXT,"
  "  created INTEGER NOT NULL DEFAULT (unixepoch ())) WITHOUT ROWID;"
  "INSERT INTO accounts_2 (user, name, password, created)"
  "  SELECT user, name, password, created FROM accounts;"
  "DROP TABLE accounts;"
  "ALTER TABLE accounts_2 RENAME TO accounts;"
  "CREATE TABLE contacts_2 (owner TEXT NOT NULL, user TEXT NOT NULL, PRIMARY KEY (owner, user))"
  "  WITHOUT ROWID;"
  "INSERT INTO contacts_2 (owner, user) SELECT owner, user FROM contacts;"
  "DROP TABLE contacts;"
  "ALTER TABLE contacts_2 RENAME TO contacts;"
  "CREATE TABLE blocks (owner TEXT NOT NULL, user TEXT NOT NULL, PRIMARY KEY (owner, user))"
  "  WITHOUT ROWID;"
  "CREATE INDEX blocks_by_user ON blocks (user, owner);"
  "CREATE TABLE history_2 (owner TEXT NOT NULL, started INTEGER NOT NULL, call TEXT NOT NULL,"
  "  direction TEXT NOT NULL, media TEXT NOT NULL, outcome TEXT NOT NULL, members TEXT NOT NULL,"
  "  duration INTEGER NOT NULL, seen INTEGER NOT NULL DEFAULT 0,"
  "  PRIMARY KEY (owner, started, call)) WITHOUT ROWID;"
  "INSERT INTO history_2 (owner, started, call, direction, media, outcome, members, duration, seen)"
  "  SELECT owner, started, call, direction, media, outcome, members, duration, 1 FROM history;"
  "DROP TABLE history;"
  "ALTER TABLE history_2 RENAME TO history;"
  "CREATE INDEX history_missed ON history (owner, started)"
  "  WHERE outcome = 'missed' AND direction = 'incoming' AND seen = 0;"
  "CREATE TABLE record (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;"
  "CREATE TABLE journal (batch INTEGER PRIMARY KEY, changes BLOB NOT NULL);",

  /* Tokens that hold no more, also those that a site has signed; ids rise, so that the oldest of a user
   * are known. */
  "CREATE TABLE revoked (id INTEGER PRIMARY KEY, hash TEXT NOT NULL UNIQUE, user TEXT NOT NULL,"
  "  until INTEGER NOT NULL);"
  "CREATE INDEX revoked_by_user ON revoked (user);"
  "CREATE INDEX revoked_by_time ON revoked (until);",

  /* Who has met whom: those whom the history shows to have been in a call of two, or to have
   * rung. */
  "CREATE TABLE met (owner TEXT NOT NULL, user TEXT NOT NULL, PRIMARY KEY (owner, user))"
  "  WITHOUT ROWID;"
  "INSERT OR IGNORE INTO met (owner, user) SELECT owner, members FROM history"
  "  WHERE instr (members, ',') = 0 AND members != ''"
  "  AND (direction = 'incoming' OR outcome = 'answered');",

  /* Which device came with a token last, and when it was there. */
  "ALTER TABLE tokens ADD COLUMN device_id TEXT;"
  "ALTER TABLE tokens ADD COLUMN seen INTEGER NOT NULL DEFAULT 0;"
  "CREATE INDEX tokens_by_user ON tokens (user);",
};

static gboolean
migrate_from (BeckonSqlite *db, guint version, GError **error)
{
  g_autofree char *sql = g_strdup_printf ("BEGIN IMMEDIATE; %s PRAGMA user_version = %u; COMMIT",
                                          migrations[version], version + 1);

  if (beckon_sqlite_execute (db, sql, error))
    return TRUE;
  beckon_sqlite_rollback (db);
  return FALSE;
}

gboolean
beckon_sqlite_migrate (BeckonSqlite *db, GError **error)
{
  gint64 version;

  if (!beckon_sqlite_get_number (db, "PRAGMA user_version", &version, error))
    return FALSE;
  if (version < 0 || version > (gint64) G_N_ELEMENTS (migrations))
    {
      g_set_error (error, BECKON_SERVER_ERROR, BECKON_SERVER_ERROR_DATABASE,
                   "The database was written by a newer beckon-server");
      return FALSE;
    }
  for (guint i = version; i < G_N_ELEMENTS (migrations); i++)
    if (!migrate_from (db, i, error))
      return FALSE;
  return TRUE;
}
