/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sqlite-store.h"

#include "faulty-vfs.h"
#include "server-error.h"
#include "sqlite-place.h"
#include "sqlite-store-private.h"
#include "store-conformance.h"

#include <string.h>

/* ---- the kind of store ---- */

static gpointer
make_place (void)
{
  return sqlite_place_new ();
}

static void
remove_place (gpointer place)
{
  sqlite_place_free (place);
}

static BeckonStore *
open_store (gpointer place, GError **error)
{
  return beckon_sqlite_store_new (((SqlitePlace *) place)->path, FALSE, error);
}

static void
fail (gpointer place, guint after, guint times)
{
  faulty_vfs_fail (after, times);
}

static guint
mend (gpointer place)
{
  return faulty_vfs_mend ();
}

static const StoreFactory sqlite_factory = { make_place, remove_place, open_store, fail, mend };

/* As it is, but that everything comes early that comes late. */
static BeckonStore *
open_busy_store (gpointer place, GError **error)
{
  return beckon_sqlite_store_new_with_limits (
      ((SqlitePlace *) place)->path, FALSE,
      (BeckonSqliteLimits){ .journal_bytes = 20000, .wal_pages = 20 }, error);
}

static const StoreFactory busy_factory = { make_place, remove_place, open_busy_store, fail, mend };

static BeckonStore *
open_power_safe_store (gpointer place, GError **error)
{
  return beckon_sqlite_store_new (((SqlitePlace *) place)->path, TRUE, error);
}

static const StoreFactory power_safe_factory = { make_place, remove_place, open_power_safe_store,
                                                 fail, mend };

/* ---- files ---- */

/* A file as the first version left it. */
static const char version_1[] =
    "PRAGMA journal_mode = WAL;"
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
    "CREATE INDEX history_by_time ON history (owner, started);"
    "INSERT INTO accounts VALUES ('ada', 'Ada', '$y$ada', 7), ('bob', 'Bob', '$y$bob', 8);"
    "INSERT INTO tokens VALUES ('hash', 'ada', 'desk', unixepoch () + 3600);"
    "INSERT INTO contacts VALUES ('ada', 'bob');"
    "INSERT INTO history VALUES ('ada', 'c1', 'incoming', 'voice', 'missed', 'bob', 1000, 0),"
    "  ('bob', 'c1', 'outgoing', 'voice', 'unanswered', 'ada', 1000, 0),"
    "  ('bob', 'c2', 'outgoing', 'voice', 'answered', 'carol', 2000, 9),"
    "  ('bob', 'c3', 'outgoing', 'voice', 'answered', 'dora,erin', 2000, 9);"
    "PRAGMA user_version = 1;";

static void
test_version_1 (void)
{
  SqlitePlace *place = sqlite_place_new ();
  StoreFixture fixture = { &sqlite_factory, place, NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (BeckonStoredAccount) ada = NULL;
  g_autoptr (BeckonStoredAccount) owner = NULL;
  g_autoptr (GPtrArray) tokens = NULL;
  g_auto (GStrv) adas = NULL;
  g_auto (GStrv) bobs = NULL;
  g_autoptr (GPtrArray) contacts = NULL;
  g_autoptr (GPtrArray) calls = NULL;

  sqlite_place_execute (place, version_1);
  fixture.store = open_store (place, &error);
  g_assert_no_error (error);
  ada = beckon_store_get_account (fixture.store, "ada", NULL);
  g_assert_cmpstr (ada->name, ==, "Ada");
  g_assert_cmpstr (ada->password, ==, "$y$ada");
  owner = beckon_store_find_token (fixture.store, "hash", NULL);
  g_assert_cmpstr (owner->user, ==, "ada");
  tokens = beckon_store_list_tokens (fixture.store, "ada", NULL);
  g_assert_cmpuint (tokens->len, ==, 1);
  calls = beckon_store_list_calls (fixture.store, "ada", 0, 10, NULL);
  g_assert_cmpuint (calls->len, ==, 1);
  g_assert_cmpint (beckon_store_count_missed (fixture.store, "ada", 0, NULL), ==, 0);
  g_assert_cmpint (
      sqlite_place_get_number (place, "SELECT created FROM accounts WHERE user = 'bob'"), ==, 8);

  adas = beckon_store_list_met (fixture.store, "ada", NULL);
  g_assert_cmpstrv (adas, ((const char *const[]){ "bob", NULL }));
  bobs = beckon_store_list_met (fixture.store, "bob", NULL);
  g_assert_cmpstrv (bobs, ((const char *const[]){ "carol", NULL }));

  beckon_store_put_account (fixture.store, "carol", "Carol");
  beckon_store_add_contact (fixture.store, "ada", "nobody");
  store_fixture_commit (&fixture);
  contacts = beckon_store_list_contacts (fixture.store, "ada", FALSE, NULL);
  g_assert_cmpuint (contacts->len, ==, 2);
  g_assert_finalize_object (fixture.store);
  sqlite_place_free (place);
}

static void
test_newer (StoreFixture *self, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  sqlite_place_execute (self->place, "PRAGMA user_version = 1000");
  g_assert_null (open_store (self->place, &error));
  g_assert_error (error, BECKON_SERVER_ERROR, BECKON_SERVER_ERROR_DATABASE);
  g_assert_nonnull (strstr (error->message, "newer"));
}

static void
test_no_file (StoreFixture *self, gconstpointer unused)
{
  SqlitePlace *place = self->place;
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (place->folder, "no", "such", "folder", NULL);

  g_assert_null (beckon_sqlite_store_new (path, FALSE, &error));
  g_assert_error (error, BECKON_SERVER_ERROR, BECKON_SERVER_ERROR_DATABASE);
  g_clear_error (&error);
  g_assert_null (beckon_sqlite_store_new (place->folder, FALSE, &error));
  g_assert_error (error, BECKON_SERVER_ERROR, BECKON_SERVER_ERROR_DATABASE);
}

static void
no_record (const char *key, const void *value, gsize length, gpointer unused)
{
  g_assert_not_reached ();
}

/* Every read of a store whose tables are gone fails with a word, and none ends the process. */
static void
test_broken (StoreFixture *self, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  sqlite_place_execute (self->place, "DROP TABLE tokens; DROP TABLE contacts; DROP TABLE blocks;"
                                     "DROP TABLE met; DROP TABLE history; DROP TABLE accounts; DROP TABLE record");
#define FAILS(expression)                                                                          \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_assert_false (!!(expression));                                                               \
    g_assert_error (error, BECKON_SERVER_ERROR, BECKON_SERVER_ERROR_DATABASE);                     \
    g_clear_error (&error);                                                                        \
  }                                                                                                \
  G_STMT_END
  FAILS (beckon_store_get_account (self->store, "ada", &error));
  FAILS (beckon_store_find_token (self->store, "x", &error));
  FAILS (beckon_store_list_tokens (self->store, "ada", &error));
  FAILS (beckon_store_list_contacts (self->store, "ada", FALSE, &error));
  FAILS (beckon_store_list_blocked (self->store, "ada", FALSE, &error));
  FAILS (beckon_store_list_blockers (self->store, "ada", &error));
  FAILS (beckon_store_list_met (self->store, "ada", &error));
  FAILS (beckon_store_list_calls (self->store, "ada", 0, 10, &error));
  FAILS (beckon_store_count_missed (self->store, "ada", 0, &error) >= 0);
  FAILS (beckon_store_load_record (self->store, no_record, NULL, &error));
#undef FAILS
}

/* A server without its whole record would forget calls: it does not start. */
static void
test_damaged_journal (StoreFixture *self, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  sqlite_place_execute (self->place, "INSERT INTO journal VALUES (5, x'0100000003000000006162')");
  g_assert_null (open_store (self->place, &error));
  g_assert_error (error, BECKON_SERVER_ERROR, BECKON_SERVER_ERROR_DATABASE);
  g_assert_nonnull (strstr (error->message, "damaged"));
  sqlite_place_execute (self->place, "DELETE FROM journal");
}

/* ---- the journal and the log ---- */

/* Keys come and go, 100 of them at a time. */
static void
write_much (StoreFixture *self, guint n_batches)
{
  for (guint i = 0; i < n_batches; i++)
    {
      g_autofree char *key = g_strdup_printf ("key/%u", i);
      g_autofree char *old = g_strdup_printf ("key/%u", i - 100);
      g_autofree char *value = g_strnfill (1000, 'v');

      beckon_store_record (self->store, key, value, 1000);
      if (i >= 100)
        beckon_store_erase (self->store, old);
      store_fixture_commit (self);
    }
}

static void
test_folding (StoreFixture *self, gconstpointer unused)
{
  write_much (self, 2000);
  g_assert_cmpint (
      sqlite_place_get_number (self->place, "SELECT sum (length (changes)) FROM journal"), <,
      3 * 20000);
  g_assert_cmpint (sqlite_place_get_number (self->place, "SELECT count (*) FROM record"), >, 0);
  g_assert_finalize_object (self->store);
  g_assert_cmpint (sqlite_place_get_number (self->place, "SELECT count (*) FROM journal"), ==, 0);
  g_assert_cmpint (sqlite_place_get_number (self->place, "SELECT count (*) FROM record"), ==, 100);
  g_assert_cmpint (sqlite_place_get_size (self->place, "-wal"), ==, 0);
  self->store = open_busy_store (self->place, NULL);
}

/* Bytes 12 to 15 of a write-ahead log say how often it has begun anew. */
static guint32
get_log_number (SqlitePlace *place)
{
  g_autofree char *path = g_strconcat (place->path, "-wal", NULL);
  g_autofree char *bytes = NULL;
  guint32 number;
  gsize length;

  g_assert_true (g_file_get_contents (path, &bytes, &length, NULL));
  g_assert_cmpuint (length, >, 16);
  memcpy (&number, bytes + 12, sizeof number);
  return GUINT32_FROM_BE (number);
}

/* However long one writes, the log does not grow for ever. */
static void
test_log (StoreFixture *self, gconstpointer unused)
{
  const gint64 limit = g_get_monotonic_time () + 60 * G_USEC_PER_SEC;
  guint32 first;

  write_much (self, 1);
  first = get_log_number (self->place);
  while (get_log_number (self->place) < first + 5)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, limit);
      write_much (self, 20);
    }
}

/* Another program that reads for long – a backup – makes the log longer and nothing else. */
static void
test_long_reader (StoreFixture *self, gconstpointer unused)
{
  sqlite3 *reader = NULL;

  g_assert_cmpint (sqlite3_open (((SqlitePlace *) self->place)->path, &reader), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (reader, "BEGIN; SELECT count (*) FROM accounts", NULL, NULL, NULL),
                   ==, SQLITE_OK);
  write_much (self, 500);
  g_assert_false (beckon_store_is_failing (self->store));
  sqlite3_close (reader);
}

/* Another program that writes makes a batch wait and nothing else. */
static void
test_other_writer (StoreFixture *self, gconstpointer unused)
{
  sqlite3 *writer = NULL;
  gint failing = 0;

  g_signal_connect_swapped (self->store, "notify::failing", G_CALLBACK (g_atomic_int_inc),
                            &failing);
  g_assert_cmpint (sqlite3_open (((SqlitePlace *) self->place)->path, &writer), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (writer, "BEGIN IMMEDIATE", NULL, NULL, NULL), ==, SQLITE_OK);
  beckon_store_add_contact (self->store, "ada", "bob");
  store_fixture_wait (&failing);
  sqlite3_close (writer);
  store_fixture_commit (self);
  g_assert_false (beckon_store_is_failing (self->store));
  g_signal_handlers_disconnect_by_data (self->store, &failing);
}

static void
compare (const char *key, const void *value, gsize length, gpointer user_data)
{
  GHashTable *left = user_data;
  gpointer expected;

  g_assert_true (g_hash_table_lookup_extended (left, key, NULL, &expected));
  g_assert_cmpuint (length, ==, GPOINTER_TO_UINT (expected));
  g_hash_table_remove (left, key);
}

/* The disk fails now and then while the journal is folded and the log checkpointed. */
static void
test_folding_fails (StoreFixture *self, gconstpointer unused)
{
  g_autoptr (GHashTable) expected = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GError) error = NULL;
  guint n_failed = 0;

  for (guint round = 0; round < 20; round++)
    {
      faulty_vfs_fail (g_test_rand_int_range (0, 400), g_test_rand_int_range (1, 4));
      for (guint i = 0; i < 60; i++)
        {
          g_autofree char *key = g_strdup_printf ("key/%d", g_test_rand_int_range (0, 100));
          g_autofree char *value = g_strnfill (1000, 'v');
          const guint length = g_test_rand_int_range (0, 1000);

          if (g_test_rand_bit ())
            {
              if (g_hash_table_contains (expected, key))
                beckon_store_record (self->store, key, value, length);
              else
                beckon_store_record_new (self->store, key, value, length);
              g_hash_table_insert (expected, g_steal_pointer (&key), GUINT_TO_POINTER (length));
            }
          else
            {
              beckon_store_erase (self->store, key);
              g_hash_table_remove (expected, key);
            }
          store_fixture_commit (self);
        }
      n_failed += faulty_vfs_mend ();
    }
  g_assert_cmpuint (n_failed, >, 0);
  store_fixture_reopen (self);
  g_assert_true (beckon_store_load_record (self->store, compare, expected, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (g_hash_table_size (expected), ==, 0);
}

int
main (int argc, char **argv)
{
  const struct
  {
    const char *name;
    const StoreFactory *factory;
    void (*test) (StoreFixture *, gconstpointer);
  } tests[] = {
    { "/sqlite/newer", &sqlite_factory, test_newer },
    { "/sqlite/no-file", &sqlite_factory, test_no_file },
    { "/sqlite/broken", &sqlite_factory, test_broken },
    { "/sqlite/damaged-journal", &sqlite_factory, test_damaged_journal },
    { "/sqlite/folding", &busy_factory, test_folding },
    { "/sqlite/folding-fails", &busy_factory, test_folding_fails },
    { "/sqlite/log", &busy_factory, test_log },
    { "/sqlite/long-reader", &busy_factory, test_long_reader },
    { "/sqlite/other-writer", &sqlite_factory, test_other_writer },
  };

  g_test_init (&argc, &argv, NULL);
  store_fixture_count_messages ();
  faulty_vfs_install ();
  store_conformance_add_tests ("/sqlite", &sqlite_factory);
  store_conformance_add_batch_tests ("/sqlite", &sqlite_factory);
  store_conformance_add_batch_tests ("/sqlite-power-safe", &power_safe_factory);
  g_test_add_func ("/sqlite/version-1", test_version_1);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].name, StoreFixture, tests[i].factory, store_fixture_set_up, tests[i].test,
                store_fixture_tear_down);
  return g_test_run ();
}
