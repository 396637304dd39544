/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "store-conformance.h"

#include "server-error.h"

#include <string.h>

static void
count_up (guint *count)
{
  ++*count;
}

static void
record_text (StoreFixture *self, const char *key, const char *value)
{
  beckon_store_record (self->store, key, value, strlen (value));
}

/* ---- what the record holds ---- */

static GHashTable *
model_new (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
}

static void
add_to_model (const char *key, const void *value, gsize length, gpointer model)
{
  /* TRUE: nothing is told twice */
  g_assert_true (g_hash_table_insert (model, g_strdup (key), g_bytes_new (value, length)));
}

/* Opens the store anew and looks at all of its record. */
static void
assert_record (StoreFixture *self, GHashTable *expected)
{
  g_autoptr (GHashTable) found = model_new ();
  g_autoptr (GError) error = NULL;
  GHashTableIter iter;
  gpointer key, value;

  store_fixture_reopen (self);
  g_assert_true (beckon_store_load_record (self->store, add_to_model, found, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (g_hash_table_size (found), ==, g_hash_table_size (expected));
  g_hash_table_iter_init (&iter, expected);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      GBytes *other = g_hash_table_lookup (found, key);

      g_assert_nonnull (other);
      g_assert_true (g_bytes_equal (other, value));
    }
}

/* @expected: key, value, key, value, NULL */
static void
assert_texts (StoreFixture *self, const char *const *expected)
{
  g_autoptr (GHashTable) model = model_new ();

  for (guint i = 0; expected[i] != NULL; i += 2)
    add_to_model (expected[i], expected[i + 1], strlen (expected[i + 1]), model);
  assert_record (self, model);
}

static void
test_record (StoreFixture *self, gconstpointer unused)
{
  const char *const nothing[] = { NULL };
  const char *const first[] = { "a", "1", "b", "22", "e\u0301 ключ", "значение", "", "", NULL };
  const char *const second[] = { "a", "new", "c", "3", "", "", NULL };

  assert_texts (self, nothing);
  record_text (self, "a", "1");
  record_text (self, "b", "22");
  record_text (self, "e\u0301 ключ", "значение");
  beckon_store_record (self->store, "", NULL, 0);
  store_fixture_commit (self);
  assert_texts (self, first);

  record_text (self, "a", "new");
  beckon_store_erase (self->store, "b");
  beckon_store_erase (self->store, "e\u0301 ключ");
  beckon_store_erase (self->store, "was not there");
  store_fixture_commit (self);
  record_text (self, "c", "3");
  store_fixture_commit (self);
  assert_texts (self, second);
  assert_texts (self, second);
}

/* The last word about a key counts, within a batch and between batches. */
static void
test_last_word (StoreFixture *self, gconstpointer unused)
{
  const char *const expected[] = { "a", "2", "d", "1", "e", "3", NULL };

  record_text (self, "c", "0");
  record_text (self, "d", "0");
  store_fixture_commit (self);
  record_text (self, "a", "1");
  record_text (self, "a", "2");
  record_text (self, "b", "1");
  beckon_store_erase (self->store, "b");
  beckon_store_erase (self->store, "c");
  beckon_store_erase (self->store, "d");
  record_text (self, "d", "1");
  record_text (self, "e", "1");
  store_fixture_commit (self);
  record_text (self, "e", "2");
  beckon_store_erase (self->store, "e");
  record_text (self, "e", "3");
  store_fixture_commit (self);
  assert_texts (self, expected);
}

static void
test_big_values (StoreFixture *self, gconstpointer unused)
{
  const gsize sizes[] = { 1, 1000, 4096, 65536, 1 << 20, 5 << 20 };
  g_autoptr (GHashTable) model = model_new ();

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autofree char *key = g_strnfill (i == 0 ? 10000 : i, 'k');
      g_autofree guint8 *value = g_malloc (sizes[i]);

      for (gsize j = 0; j < sizes[i]; j++)
        value[j] = j * 7 + (j >> 8); /* also NULs, and what is no UTF-8 */
      beckon_store_record (self->store, key, value, sizes[i]);
      add_to_model (key, value, sizes[i], model);
    }
  store_fixture_commit (self);
  assert_record (self, model);
}

/* Many batches of anything, against a table of them in memory. */
static void
test_random (StoreFixture *self, gconstpointer unused)
{
  g_autoptr (GHashTable) model = model_new ();
  guint8 value[5000];

  memset (value, 'v', sizeof value);
  for (guint round = 0; round < 10; round++)
    {
      const guint n_batches = g_test_rand_int_range (0, 100);

      for (guint i = 0; i < n_batches; i++)
        {
          for (gint j = g_test_rand_int_range (0, 50); j > 0; j--)
            {
              const gint length = g_test_rand_int_range (0, g_test_rand_int_range (1, 5000));
              g_autofree char *key = g_strdup_printf ("key/%d", g_test_rand_int_range (0, 300));

              if (g_test_rand_bit ())
                {
                  value[0] = j;
                  if (g_hash_table_contains (model, key))
                    beckon_store_record (self->store, key, value, length);
                  else
                    beckon_store_record_new (self->store, key, value, length);
                  g_hash_table_remove (model, key);
                  add_to_model (key, value, length, model);
                }
              else
                {
                  beckon_store_erase (self->store, key);
                  g_hash_table_remove (model, key);
                }
            }
          store_fixture_commit (self);
        }
      assert_record (self, model);
    }
}

/* ---- batches ---- */

static void
test_numbers (StoreFixture *self, gconstpointer unused)
{
  g_assert_cmpuint (beckon_store_get_barrier (self->store), ==, 0);
  g_assert_cmpuint (beckon_store_get_committed (self->store), ==, 0);
  record_text (self, "a", "1");
  beckon_store_add_contact (self->store, "ada", "bob");
  g_assert_cmpuint (beckon_store_get_barrier (self->store), ==, 1);
  g_assert_cmpuint (beckon_store_get_committed (self->store), ==, 0);
  store_fixture_commit (self);
  g_assert_cmpuint (beckon_store_get_barrier (self->store), ==, 1);
  g_assert_cmpuint (beckon_store_get_committed (self->store), ==, 1);
  beckon_store_erase (self->store, "a");
  g_assert_cmpuint (beckon_store_get_barrier (self->store), ==, 2);
  store_fixture_commit (self);
  g_assert_cmpuint (beckon_store_get_committed (self->store), ==, 2);
}

static void
write_late (BeckonStore *store, StoreFixture *self)
{
  beckon_store_record (store, "late", "1", 1);
}

static void
test_touch (StoreFixture *self, gconstpointer unused)
{
  const char *const expected[] = { "late", "1", NULL };
  gulong id;

  beckon_store_touch (self->store);
  beckon_store_touch (self->store);
  g_assert_cmpuint (beckon_store_get_barrier (self->store), ==, 1);
  store_fixture_commit (self); /* although nothing was written after all */
  g_assert_cmpuint (beckon_store_get_barrier (self->store), ==, 1);

  id = g_signal_connect (self->store, "prepare", G_CALLBACK (write_late), self);
  beckon_store_touch (self->store);
  store_fixture_commit (self);
  g_assert_cmpuint (beckon_store_get_barrier (self->store), ==, 2);
  g_assert_cmpuint (beckon_store_get_committed (self->store), ==, 2);
  g_signal_handler_disconnect (self->store, id);
  assert_texts (self, expected);
}

static void
assert_n_contacts (StoreFixture *self, const char *owner, guint n_contacts)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) contacts = beckon_store_list_contacts (self->store, owner, FALSE, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (contacts->len, ==, n_contacts);
}

/* What comes while a batch is on its way is the next one, however much it is. */
static void
test_grouping (StoreFixture *self, gconstpointer unused)
{
  gint n_prepared = 0;
  guint n_committed = 0;

  g_signal_connect_swapped (self->store, "prepare", G_CALLBACK (count_up), &n_prepared);
  g_signal_connect_swapped (self->store, "committed", G_CALLBACK (count_up), &n_committed);
  beckon_store_add_contact (self->store, "ada", "bob");
  beckon_store_add_contact (self->store, "ada", "carol");
  record_text (self, "a", "1");
  g_assert_cmpint (n_prepared, ==, 0);
  assert_n_contacts (self, "ada", 0);

  store_fixture_wait (&n_prepared);
  g_assert_cmpuint (beckon_store_get_committed (self->store), ==, 0);
  g_assert_cmpuint (beckon_store_get_barrier (self->store), ==, 1);
  for (guint i = 0; i < 100; i++)
    {
      g_autofree char *user = g_strdup_printf ("user%u", i);

      beckon_store_add_contact (self->store, "bob", user);
      g_assert_cmpuint (beckon_store_get_barrier (self->store), ==, 2);
    }
  assert_n_contacts (self, "bob", 0);
  store_fixture_commit (self);
  g_assert_cmpint (n_prepared, ==, 2);
  g_assert_cmpuint (n_committed, ==, 2);
  assert_n_contacts (self, "ada", 2);
  assert_n_contacts (self, "bob", 100);
}

typedef struct
{
  StoreFixture *fixture;
  guint64 last;
  GString *text;
} Order;

static void
on_committed (BeckonStore *store, Order *order)
{
  g_assert_cmpuint (beckon_store_get_committed (store), ==, ++order->last);
  assert_n_contacts (order->fixture, "ada", order->last);
  g_string_append_printf (order->text, "%" G_GUINT64_FORMAT " ", order->last);
  if (order->last < 5)
    {
      g_autofree char *user = g_strdup_printf ("user%" G_GUINT64_FORMAT, order->last);

      beckon_store_add_contact (store, "ada", user);
      g_assert_cmpuint (beckon_store_get_barrier (store), ==, order->last + 1);
    }
}

static void
on_added (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Order *order = user_data;

  g_assert_true (beckon_store_add_account_finish (BECKON_STORE (source), result, NULL));
  g_string_append (order->text, "added ");
}

/* When "committed" is emitted it can be read; who waits hears it then. Batches follow each other.
 */
static void
test_order (StoreFixture *self, gconstpointer unused)
{
  Order order = { self, 0, g_string_new (NULL) };

  g_signal_connect (self->store, "committed", G_CALLBACK (on_committed), &order);
  beckon_store_add_account_async (self->store, "ada", "Ada", "x", on_added, &order);
  beckon_store_add_contact (self->store, "ada", "first");
  while (order.last < 5)
    store_fixture_commit (self);
  g_assert_cmpstr (order.text->str, ==, "1 added 2 3 4 5 ");
  g_string_free (order.text, TRUE);
  g_signal_handlers_disconnect_by_data (self->store, &order);
}

/* Operations of one batch are done in their order. */
static void
test_order_within (StoreFixture *self, gconstpointer unused)
{
  beckon_store_add_contact (self->store, "ada", "bob");
  beckon_store_remove_contact (self->store, "ada", "bob");
  beckon_store_remove_contact (self->store, "bob", "ada");
  beckon_store_add_contact (self->store, "bob", "ada");
  store_fixture_commit (self);
  assert_n_contacts (self, "ada", 0);
  assert_n_contacts (self, "bob", 1);
}

static void
test_flush (StoreFixture *self, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  gint n_prepared = 0;

  g_assert_true (beckon_store_flush (self->store, &error));
  beckon_store_add_contact (self->store, "ada", "bob");
  g_assert_true (beckon_store_flush (self->store, &error));
  g_assert_cmpuint (beckon_store_get_committed (self->store), ==, 1);
  assert_n_contacts (self, "ada", 1);

  g_signal_connect_swapped (self->store, "prepare", G_CALLBACK (count_up), &n_prepared);
  beckon_store_add_contact (self->store, "ada", "carol");
  store_fixture_wait (&n_prepared);
  beckon_store_add_contact (self->store, "ada", "dave");
  g_assert_true (beckon_store_flush (self->store, &error));
  g_assert_cmpuint (beckon_store_get_committed (self->store), ==, 3);
  g_assert_no_error (error);
  beckon_store_add_contact (self->store, "ada", "erin");
  store_fixture_commit (self); /* goes on as before */
  store_fixture_reopen (self);
  assert_n_contacts (self, "ada", 4);
}

/* ---- a database that fails ---- */

/* Writes some of everything. */
static void
write_all (StoreFixture *self, guint number)
{
  g_autofree char *name = g_strdup_printf ("user%u", number);
  const BeckonStoredCall call = {
    .call = name,
    .direction = (char *) "incoming",
    .media = (char *) "video",
    .outcome = (char *) "missed",
    .members = (char *) "bob",
    .started = number,
  };

  beckon_store_put_account (self->store, name, name);
  beckon_store_add_token (self->store, name, name, "desk",
                          g_get_real_time () / G_USEC_PER_SEC + 3600);
  beckon_store_add_contact (self->store, "ada", name);
  beckon_store_add_block (self->store, name, "ada");
  beckon_store_add_call (self->store, "ada", &call);
  record_text (self, name, name);
}

static void
assert_all (StoreFixture *self, guint n_written)
{
  g_autoptr (GHashTable) model = model_new ();
  g_auto (GStrv) blockers = NULL;

  for (guint i = 0; i < n_written; i++)
    {
      g_autofree char *name = g_strdup_printf ("user%u", i);

      add_to_model (name, name, strlen (name), model);
    }
  assert_record (self, model);
  assert_n_contacts (self, "ada", n_written);
  blockers = beckon_store_list_blockers (self->store, "ada", NULL);
  g_assert_cmpuint (g_strv_length (blockers), ==, n_written);
  g_assert_cmpint (beckon_store_count_missed (self->store, "ada", -1, NULL), ==, n_written);
  for (guint i = 0; i < n_written; i++)
    {
      g_autofree char *name = g_strdup_printf ("user%u", i);
      g_autoptr (BeckonStoredAccount) account = beckon_store_find_token (self->store, name, NULL);

      g_assert_cmpstr (account->name, ==, name);
    }
}

/* Whatever write of a batch fails: it is tried again, and done once. */
static void
test_each_write_fails (StoreFixture *self, gconstpointer unused)
{
  guint n_written = 0;
  guint n_failed;

  do
    {
      guint n_notified = 0;
      gulong id = g_signal_connect_swapped (self->store, "notify::failing", G_CALLBACK (count_up),
                                            &n_notified);
      const guint n_messages = store_fixture_get_n_messages ();

      self->factory->fail (self->place, n_written, 1);
      write_all (self, n_written++);
      store_fixture_commit (self);
      n_failed = self->factory->mend (self->place);
      g_assert_false (beckon_store_is_failing (self->store));
      g_assert_cmpuint (n_notified, ==, 2 * n_failed);
      g_assert_cmpuint (store_fixture_get_n_messages () - n_messages, ==, 2 * n_failed);
      g_assert_cmpuint (beckon_store_get_committed (self->store), ==, n_written);
      g_signal_handler_disconnect (self->store, id);
    }
  while (n_failed > 0);
  g_assert_cmpuint (n_written, >, 3);
  assert_all (self, n_written);
}

/* While nothing can be written all is read, and all that comes waits. */
static void
test_long_failure (StoreFixture *self, gconstpointer unused)
{
  const guint n_messages = store_fixture_get_n_messages ();
  gint n_notified = 0;
  guint n_written = 0;

  write_all (self, n_written++);
  store_fixture_commit (self);
  g_signal_connect_swapped (self->store, "notify::failing", G_CALLBACK (count_up), &n_notified);
  self->factory->fail (self->place, 0, G_MAXUINT);
  write_all (self, n_written++);
  store_fixture_wait (&n_notified);
  g_assert_true (beckon_store_is_failing (self->store));
  g_assert_cmpuint (beckon_store_get_committed (self->store), ==, 1);
  while (n_written < 1000)
    {
      write_all (self, n_written++);
      g_assert_cmpuint (beckon_store_get_barrier (self->store), ==, 3);
      g_main_context_iteration (NULL, FALSE);
    }
  assert_n_contacts (self, "ada", 1);
  g_assert_true (beckon_store_is_failing (self->store));

  g_assert_cmpuint (self->factory->mend (self->place), >, 0);
  store_fixture_commit (self);
  g_assert_false (beckon_store_is_failing (self->store));
  g_assert_cmpuint (beckon_store_get_committed (self->store), ==, 3);
  g_assert_cmpint (n_notified, ==, 2);
  g_assert_cmpuint (store_fixture_get_n_messages () - n_messages, ==, 2);
  g_signal_handlers_disconnect_by_data (self->store, &n_notified);
  assert_n_contacts (self, "ada", 500);
}

/* Who flushes learns that it is in vain, and the batch is not lost for that. */
static void
test_flush_fails (StoreFixture *self, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  const gint64 start = g_get_monotonic_time ();

  self->factory->fail (self->place, 0, G_MAXUINT);
  write_all (self, 0);
  g_assert_false (beckon_store_flush (self->store, &error));
  g_assert_error (error, BECKON_SERVER_ERROR, BECKON_SERVER_ERROR_DATABASE);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 20 * G_USEC_PER_SEC);
  self->factory->mend (self->place);
  store_fixture_commit (self);
  assert_all (self, 1);
}

static void
on_account (GObject *source, GAsyncResult *result, gpointer done)
{
  g_assert_true (beckon_store_add_account_finish (BECKON_STORE (source), result, NULL));
  *(gint *) done = TRUE;
}

/* Nobody is told that they have an account before they have. */
static void
test_account_fails (StoreFixture *self, gconstpointer unused)
{
  gint failing = 0, done = 0;

  g_signal_connect_swapped (self->store, "notify::failing", G_CALLBACK (count_up), &failing);
  self->factory->fail (self->place, 0, G_MAXUINT);
  beckon_store_add_account_async (self->store, "ada", "Ada", "x", on_account, &done);
  store_fixture_wait (&failing);
  g_assert_false (done);
  self->factory->mend (self->place);
  store_fixture_wait (&done);
  g_assert_false (store_fixture_add_account (self, "ada", "Other"));
  g_signal_handlers_disconnect_by_data (self->store, &failing);
}

/* A store that is let go of while it fails, or with a batch open, is gone at once. */
static void
test_let_go (StoreFixture *self, gconstpointer unused)
{
  gint failing = 0;

  self->factory->fail (self->place, 0, G_MAXUINT);
  g_signal_connect_swapped (self->store, "notify::failing", G_CALLBACK (count_up), &failing);
  write_all (self, 0);
  store_fixture_wait (&failing);
  write_all (self, 1);
  g_assert_finalize_object (self->store);
  self->factory->mend (self->place);
  self->store = self->factory->open (self->place, NULL);
  assert_all (self, 0);
}

void
store_conformance_add_batch_tests (const char *prefix, const StoreFactory *factory)
{
  const struct
  {
    const char *name;
    void (*test) (StoreFixture *, gconstpointer);
  } tests[] = {
    { "record", test_record },
    { "record/last-word", test_last_word },
    { "record/big-values", test_big_values },
    { "record/random", test_random },
    { "batches/numbers", test_numbers },
    { "batches/touch", test_touch },
    { "batches/grouping", test_grouping },
    { "batches/order", test_order },
    { "batches/order-within", test_order_within },
    { "batches/flush", test_flush },
    { "failing/each-write", test_each_write_fails },
    { "failing/long", test_long_failure },
    { "failing/flush", test_flush_fails },
    { "failing/account", test_account_fails },
    { "failing/let-go", test_let_go },
  };

  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    {
      g_autofree char *path = g_build_path ("/", prefix, tests[i].name, NULL);

      g_test_add (path, StoreFixture, factory, store_fixture_set_up, tests[i].test,
                  store_fixture_tear_down);
    }
}
