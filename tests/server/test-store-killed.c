/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sqlite-place.h"
#include "sqlite-store-private.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * A child writes batches as fast as it can and says the number of each when it is committed. It is
 * killed at any moment, again and again on the same file, and each time the file has to hold what
 * the last batch left: all of it and nothing else, and no older batch than the child has told of.
 */

#define N_ROUNDS 300
#define N_KEYS 200
/* The last batch of a round that is in the record. */
#define LAST "last"
/* Each batch has a new key of its own, and erases the one of a batch before. */
#define NEW "new/"
#define NEW_LIFE 5

/* Small, so that the child is also killed while it folds the journal and checkpoints the log. */
static const BeckonSqliteLimits limits = { .journal_bytes = 50000, .wal_pages = 20 };

/* ---- what a batch does ---- */

typedef void (*Change) (gpointer target, const char *key, const char *value, gsize length);

/* @change: told each change of batch @number of round @round; NULL as value: the key is erased */
static void
make_batch (guint round, guint number, Change change, gpointer target)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed_array ((guint32[]){ round, number }, 2);
  g_autofree char *last = g_strdup_printf ("%u %u", round, number);
  g_autofree char *new = g_strdup_printf (NEW "%u/%u", round, number);
  g_autofree char *old = g_strdup_printf (NEW "%u/%u", round, number - NEW_LIFE);

  for (gint i = g_rand_int_range (rand, 1, 20); i > 0; i--)
    {
      g_autofree char *key = g_strdup_printf ("key/%d", g_rand_int_range (rand, 0, N_KEYS));
      g_autofree char *value = g_strnfill (4000, 'a' + g_rand_int_range (rand, 0, 26));
      const gsize length = g_rand_int_range (rand, 0, g_rand_int_range (rand, 1, 4000));

      change (target, key, g_rand_boolean (rand) ? value : NULL, length);
    }
  change (target, LAST, last, strlen (last));
  change (target, new, last, strlen (last));
  change (target, old, NULL, 0);
}

static void
change_model (gpointer target, const char *key, const char *value, gsize length)
{
  if (value == NULL)
    g_hash_table_remove (target, key);
  else
    g_hash_table_replace (target, g_strdup (key), g_bytes_new (value, length));
}

static void
change_store (gpointer target, const char *key, const char *value, gsize length)
{
  if (value == NULL)
    beckon_store_erase (target, key);
  else if (g_str_has_prefix (key, NEW))
    beckon_store_record_new (target, key, value, length);
  else
    beckon_store_record (target, key, value, length);
}

/* ---- the child ---- */

static void
say (guint number)
{
  char line[16];
  const int length = g_snprintf (line, sizeof line, "%u\n", number);

  if (write (STDOUT_FILENO, line, length) != length)
    g_error ("The parent is gone: %s", g_strerror (errno));
}

static void
on_prepare (BeckonStore *store, gpointer round)
{
  const guint number = beckon_store_get_barrier (store);
  g_autofree char *id = g_strdup_printf ("%06u", number);
  const BeckonStoredCall call = {
    .call = id,
    .direction = (char *) "incoming",
    .media = (char *) "voice",
    .outcome = (char *) "missed",
    .members = (char *) "",
    .started = number,
  };

  make_batch (GPOINTER_TO_UINT (round), number, change_store, store);
  beckon_store_add_call (store, "ada", &call);
  if (number % 2 == 0)
    beckon_store_remove_contact (store, "ada", "bob");
  else
    beckon_store_add_contact (store, "ada", "bob");
}

static void
on_committed (BeckonStore *store, gpointer unused)
{
  say (beckon_store_get_committed (store));
  beckon_store_touch (store);
}

static int
run_child (const char *path, guint round)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeckonStore) store = NULL;

  say (0);
  store = beckon_sqlite_store_new_with_limits (path, FALSE, limits, &error);
  if (store == NULL)
    g_error ("%s", error->message);
  g_signal_connect (store, "prepare", G_CALLBACK (on_prepare), GUINT_TO_POINTER (round));
  g_signal_connect (store, "committed", G_CALLBACK (on_committed), NULL);
  beckon_store_touch (store);
  while (TRUE)
    g_main_context_iteration (NULL, TRUE);
  return 0;
}

/* ---- the parent ---- */

/* Returns: the last batch that the child has told of before it was killed, at a random moment. */
static guint
kill_child (const char *program, const char *path, guint round)
{
  g_autofree char *word = g_strdup_printf ("%u", round);
  const char *argv[] = { program, "--child", path, word, NULL };
  g_autoptr (GError) error = NULL;
  gint n_lines = g_test_rand_int_range (0, g_test_rand_int_range (1, 60)); /* before the end */
  guint told = 0;
  GPid pid;
  gint fd, status;
  FILE *output;

  g_spawn_async_with_pipes (NULL, (char **) argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid,
                            NULL, &fd, NULL, &error);
  g_assert_no_error (error);
  output = fdopen (fd, "r");
  for (char line[16]; fgets (line, sizeof line, output) != NULL; n_lines--)
    {
      told = atoi (line);
      if (n_lines == 0)
        {
          g_usleep (g_test_rand_int_range (0, 1500)); /* somewhere within what comes next */
          kill (pid, SIGKILL);
        }
    }
  fclose (output);
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_true (WIFSIGNALED (status) && WTERMSIG (status) == SIGKILL);
  g_spawn_close_pid (pid);
  return told;
}

static void
add_to_model (const char *key, const void *value, gsize length, gpointer model)
{
  g_hash_table_insert (model, g_strdup (key), g_bytes_new (value, length));
}

static GHashTable *
model_new (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
}

static void
assert_equal (GHashTable *found, GHashTable *expected)
{
  GHashTableIter iter;
  gpointer key, value;

  g_assert_cmpuint (g_hash_table_size (found), ==, g_hash_table_size (expected));
  g_hash_table_iter_init (&iter, expected);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      GBytes *other = g_hash_table_lookup (found, key);

      g_assert_true (other != NULL && g_bytes_equal (other, value));
    }
}

/* Returns: the last batch of @round of which the record knows; 0: none. */
static guint
get_last (GHashTable *record, guint round)
{
  GBytes *value = g_hash_table_lookup (record, LAST);
  guint last_round, number;
  g_autofree char *text = NULL;

  if (value == NULL)
    return 0;
  text = g_strndup (g_bytes_get_data (value, NULL), g_bytes_get_size (value));
  g_assert_cmpint (sscanf (text, "%u %u", &last_round, &number), ==, 2);
  return last_round == round ? number : 0;
}

static void
assert_tables (BeckonStore *store, guint last)
{
  g_autoptr (GPtrArray) calls = beckon_store_list_calls (store, "ada", 0, 1, NULL);
  g_autoptr (GPtrArray) contacts = beckon_store_list_contacts (store, "ada", FALSE, NULL);

  g_assert_cmpint (((BeckonStoredCall *) calls->pdata[0])->started, >=, last);
  g_assert_cmpint (beckon_store_count_missed (store, "ada", 0, NULL), ==,
                   ((BeckonStoredCall *) calls->pdata[0])->started);
  g_assert_cmpuint (contacts->len, ==, last % 2);
}

static void
test_killed (gconstpointer program)
{
  SqlitePlace *place = sqlite_place_new ();
  g_autoptr (GHashTable) expected = model_new ();
  guint n_batches = 0;

  for (guint round = 1; round <= N_ROUNDS; round++)
    {
      const guint told = kill_child (program, place->path, round);
      g_autoptr (GHashTable) found = model_new ();
      g_autoptr (GError) error = NULL;
      g_autoptr (BeckonStore) store =
          beckon_sqlite_store_new_with_limits (place->path, FALSE, limits, &error);
      guint last;

      g_assert_no_error (error);
      beckon_store_load_record (store, add_to_model, found, &error);
      g_assert_no_error (error);
      last = get_last (found, round);
      g_assert_cmpuint (last, >=, told);
      for (guint number = 1; number <= last; number++)
        make_batch (round, number, change_model, expected);
      assert_equal (found, expected);
      if (last > 0)
        assert_tables (store, last);
      n_batches += last;
    }
  g_test_message ("killed %d times in %u batches", N_ROUNDS, n_batches);
  sqlite_place_free (place);
}

int
main (int argc, char **argv)
{
  if (argc == 4 && g_str_equal (argv[1], "--child"))
    return run_child (argv[2], atoi (argv[3]));
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/sqlite/killed", argv[0], test_killed);
  return g_test_run ();
}
