/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "store.h"

#include <glib/gstdio.h>
#include <sqlite3.h>

#include "protocol-error.h"
#include "server-error.h"

#define NOW (g_get_real_time () / G_USEC_PER_SEC)

typedef struct
{
  char *directory;
  char *path;
  BeckonStore *store;
} Fixture;

static void
open_store (Fixture *self)
{
  g_autoptr (GError) error = NULL;

  g_clear_object (&self->store);
  self->store = beckon_store_new (self->path, &error);
  g_assert_no_error (error);
}

static void
set_up (Fixture *self, gconstpointer unused)
{
  self->directory = g_dir_make_tmp ("beckon-store-XXXXXX", NULL);
  self->path = g_build_filename (self->directory, "store.sqlite", NULL);
  open_store (self);
}

static void
tear_down (Fixture *self, gconstpointer unused)
{
  g_autofree char *wal = g_strconcat (self->path, "-wal", NULL);
  g_autofree char *shm = g_strconcat (self->path, "-shm", NULL);

  g_assert_finalize_object (self->store);
  g_remove (self->path);
  g_remove (wal);
  g_remove (shm);
  g_assert_cmpint (g_rmdir (self->directory), ==, 0);
  g_free (self->path);
  g_free (self->directory);
}

static void
execute (Fixture *self, const char *sql)
{
  sqlite3 *db = NULL;

  g_assert_cmpint (sqlite3_open (self->path, &db), ==, SQLITE_OK);
  sqlite3_busy_timeout (db, 2000);
  g_assert_cmpint (sqlite3_exec (db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (db);
}

static void
add_account (Fixture *self, const char *user, const char *name)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (beckon_store_add_account (self->store, user, name, "$y$hash", &error));
  g_assert_no_error (error);
}

static void
test_accounts (Fixture *self, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeckonStoredAccount) account = NULL;
  g_autoptr (BeckonStoredAccount) renamed = NULL;

  g_assert_null (beckon_store_get_account (self->store, "ada", &error));
  g_assert_no_error (error);
  add_account (self, "ada", "Ada '; DROP TABLE accounts; --");
  account = beckon_store_get_account (self->store, "ada", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (account->user, ==, "ada");
  g_assert_cmpstr (account->name, ==, "Ada '; DROP TABLE accounts; --");
  g_assert_cmpstr (account->password, ==, "$y$hash");

  g_assert_false (beckon_store_add_account (self->store, "ada", "Other", "other", &error));
  g_assert_error (error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_USER_EXISTS);
  g_clear_error (&error);

  g_assert_true (beckon_store_set_name (self->store, "ada", "Ada L.", &error));
  open_store (self);
  renamed = beckon_store_get_account (self->store, "ada", &error);
  g_assert_cmpstr (renamed->name, ==, "Ada L.");
  g_assert_cmpstr (renamed->password, ==, "$y$hash");
}

static void
assert_token (Fixture *self, const char *hash, const char *owner)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *user = beckon_store_find_token (self->store, hash, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (user, ==, owner);
}

static void
test_tokens (Fixture *self, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  add_account (self, "ada", "Ada");
  g_assert_true (beckon_store_add_token (self->store, "old", "ada", "desk", NOW - 1, &error));
  g_assert_true (beckon_store_add_token (self->store, "new", "ada", "desk", NOW + 60, &error));
  g_assert_true (beckon_store_add_token (self->store, "lap", "ada", "lap", NOW + 60, &error));
  g_assert_no_error (error);
  assert_token (self, "old", NULL);
  assert_token (self, "new", "ada");
  assert_token (self, "lap", "ada");
  g_assert_true (beckon_store_remove_token (self->store, "new", &error));
  g_assert_true (beckon_store_remove_token (self->store, "none", &error));
  g_assert_no_error (error);
  assert_token (self, "new", NULL);
  assert_token (self, "lap", "ada");

  /* a token of nobody */
  g_assert_false (beckon_store_add_token (self->store, "x", "bob", "desk", NOW + 60, &error));
  g_assert_error (error, BECKON_SERVER_ERROR, BECKON_SERVER_ERROR_DATABASE);
}

static void
assert_contacts (Fixture *self, const char *owner, const char *users)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) contacts = beckon_store_list_contacts (self->store, owner, &error);
  g_autoptr (GString) text = g_string_new (NULL);

  g_assert_no_error (error);
  for (guint i = 0; i < contacts->len; i++)
    {
      const BeckonStoredAccount *contact = g_ptr_array_index (contacts, i);

      g_string_append_printf (text, "%s ", contact->user);
      g_assert_null (contact->password);
    }
  g_assert_cmpstr (text->str, ==, users);
}

static void
test_contacts (Fixture *self, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  add_account (self, "ada", "Ada");
  add_account (self, "bob", "Bob");
  add_account (self, "carol", "Carol");
  assert_contacts (self, "ada", "");
  g_assert_true (beckon_store_add_contact (self->store, "ada", "carol", &error));
  g_assert_true (beckon_store_add_contact (self->store, "ada", "bob", &error));
  g_assert_true (beckon_store_add_contact (self->store, "ada", "bob", &error));
  g_assert_true (beckon_store_add_contact (self->store, "bob", "ada", &error));
  g_assert_no_error (error);
  assert_contacts (self, "ada", "bob carol ");
  g_assert_true (beckon_store_remove_contact (self->store, "ada", "bob", &error));
  assert_contacts (self, "ada", "carol ");
  assert_contacts (self, "bob", "ada ");
}

static void
add_call (Fixture *self, const char *owner, const char *id, gint64 started)
{
  g_autoptr (GError) error = NULL;
  const BeckonStoredCall call = {
    .call = (char *) id,
    .direction = (char *) "outgoing",
    .media = (char *) "video",
    .outcome = (char *) "answered",
    .members = (char *) "bob,carol",
    .started = started,
    .duration = 1234,
  };

  g_assert_true (beckon_store_add_call (self->store, owner, &call, &error));
  g_assert_no_error (error);
}

static void
assert_calls (Fixture *self, gint64 before, guint limit, const char *ids)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) calls = beckon_store_list_calls (self->store, "ada", before, limit, &error);
  g_autoptr (GString) text = g_string_new (NULL);

  g_assert_no_error (error);
  for (guint i = 0; i < calls->len; i++)
    {
      const BeckonStoredCall *call = g_ptr_array_index (calls, i);

      g_string_append_printf (text, "%s ", call->call);
      g_assert_cmpstr (call->members, ==, "bob,carol");
      g_assert_cmpint (call->duration, ==, 1234);
    }
  g_assert_cmpstr (text->str, ==, ids);
}

static void
test_history (Fixture *self, gconstpointer unused)
{
  add_account (self, "ada", "Ada");
  assert_calls (self, 0, 10, "");
  add_call (self, "ada", "second", 2000);
  add_call (self, "ada", "first", 1000);
  add_call (self, "ada", "third", 3000);
  add_call (self, "ada", "third", 4000); /* the first word about a call is the last */
  add_call (self, "bob", "third", 3000);
  assert_calls (self, 0, 10, "third second first ");
  assert_calls (self, 0, 2, "third second ");
  assert_calls (self, 2000, 10, "first ");
  assert_calls (self, 1000, 10, "");
}

/* Every call of a store whose tables are gone fails with a word, and none ends the process. */
static void
test_broken (Fixture *self, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  const BeckonStoredCall call = { .call = (char *) "x" };

  execute (self, "DROP TABLE tokens; DROP TABLE contacts; DROP TABLE history; DROP TABLE accounts");
#define FAILS(expression)                                                                          \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_assert_false (!!(expression));                                                               \
    g_assert_error (error, BECKON_SERVER_ERROR, BECKON_SERVER_ERROR_DATABASE);                     \
    g_clear_error (&error);                                                                        \
  }                                                                                                \
  G_STMT_END
  FAILS (beckon_store_add_account (self->store, "ada", "Ada", "x", &error));
  FAILS (beckon_store_get_account (self->store, "ada", &error));
  FAILS (beckon_store_set_name (self->store, "ada", "Ada", &error));
  FAILS (beckon_store_add_token (self->store, "x", "ada", "desk", NOW, &error));
  FAILS (beckon_store_find_token (self->store, "x", &error));
  FAILS (beckon_store_remove_token (self->store, "x", &error));
  FAILS (beckon_store_list_contacts (self->store, "ada", &error));
  FAILS (beckon_store_add_contact (self->store, "ada", "bob", &error));
  FAILS (beckon_store_remove_contact (self->store, "ada", "bob", &error));
  FAILS (beckon_store_add_call (self->store, "ada", &call, &error));
  FAILS (beckon_store_list_calls (self->store, "ada", 0, 10, &error));
#undef FAILS
}

static void
test_newer (Fixture *self, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  execute (self, "PRAGMA user_version = 1000");
  g_assert_null (beckon_store_new (self->path, &error));
  g_assert_error (error, BECKON_SERVER_ERROR, BECKON_SERVER_ERROR_DATABASE);
}

static void
test_no_file (Fixture *self, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (self->directory, "no", "such", "folder", NULL);

  g_assert_null (beckon_store_new (path, &error));
  g_assert_error (error, BECKON_SERVER_ERROR, BECKON_SERVER_ERROR_DATABASE);
  g_clear_error (&error);
  g_assert_null (beckon_store_new (self->directory, &error));
  g_assert_error (error, BECKON_SERVER_ERROR, BECKON_SERVER_ERROR_DATABASE);
}

int
main (int argc, char **argv)
{
  const struct
  {
    const char *name;
    void (*test) (Fixture *, gconstpointer);
  } tests[] = {
    { "/store/accounts", test_accounts }, { "/store/tokens", test_tokens },
    { "/store/contacts", test_contacts }, { "/store/history", test_history },
    { "/store/broken", test_broken },     { "/store/newer", test_newer },
    { "/store/no-file", test_no_file },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].name, Fixture, NULL, set_up, tests[i].test, tear_down);
  return g_test_run ();
}
