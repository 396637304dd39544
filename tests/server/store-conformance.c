/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "store-conformance.h"

#define NOW (g_get_real_time () / G_USEC_PER_SEC)

/* ---- accounts and tokens ---- */

static void
assert_account (StoreFixture *self, const char *user, const char *name, const char *password)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeckonStoredAccount) account = beckon_store_get_account (self->store, user, &error);

  g_assert_no_error (error);
  if (name == NULL)
    {
      g_assert_null (account);
      return;
    }
  g_assert_cmpstr (account->user, ==, user);
  g_assert_cmpstr (account->name, ==, name);
  g_assert_cmpstr (account->password, ==, password);
}

static void
test_accounts (StoreFixture *self, gconstpointer unused)
{
  assert_account (self, "ada", NULL, NULL);
  g_assert_true (store_fixture_add_account (self, "ada", "Ada '; DROP TABLE accounts; --"));
  assert_account (self, "ada", "Ada '; DROP TABLE accounts; --", "$y$hash");
  g_assert_false (store_fixture_add_account (self, "ada", "Other"));
  assert_account (self, "ada", "Ada '; DROP TABLE accounts; --", "$y$hash");
  assert_account (self, "ad", NULL, NULL);
  assert_account (self, "Ada", NULL, NULL);

  store_fixture_reopen (self);
  assert_account (self, "ada", "Ada '; DROP TABLE accounts; --", "$y$hash");
  g_assert_false (store_fixture_add_account (self, "ada", "Other"));
}

static void
test_put_account (StoreFixture *self, gconstpointer unused)
{
  g_assert_true (store_fixture_add_account (self, "ada", "Ada"));
  beckon_store_put_account (self->store, "ada", "Ada L.");
  beckon_store_put_account (self->store, "bob", "Bob");
  store_fixture_commit (self);
  assert_account (self, "ada", "Ada L.", "$y$hash");
  assert_account (self, "bob", "Bob", NULL);
  g_assert_false (store_fixture_add_account (self, "bob", "Other"));

  beckon_store_put_account (self->store, "bob", "B.");
  beckon_store_put_account (self->store, "bob", "Robert");
  store_fixture_commit (self);
  store_fixture_reopen (self);
  assert_account (self, "ada", "Ada L.", "$y$hash");
  assert_account (self, "bob", "Robert", NULL);
}

typedef struct
{
  gint done;
  guint n_added, n_taken;
} Race;

static void
on_raced (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Race *race = user_data;

  if (beckon_store_add_account_finish (BECKON_STORE (source), result, NULL))
    race->n_added++;
  else
    race->n_taken++;
  race->done = race->n_added + race->n_taken == 3;
}

/* Of those who want the same id at the same time the first gets it. */
static void
test_same_account (StoreFixture *self, gconstpointer unused)
{
  Race race = { 0 };

  beckon_store_add_account_async (self->store, "ada", "First", "x", on_raced, &race);
  beckon_store_add_account_async (self->store, "ada", "Second", "y", on_raced, &race);
  beckon_store_add_account_async (self->store, "ada", "Third", "z", on_raced, &race);
  store_fixture_wait (&race.done);
  g_assert_cmpuint (race.n_added, ==, 1);
  assert_account (self, "ada", "First", "x");
}

static void
assert_token (StoreFixture *self, const char *hash, const char *user, const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeckonStoredAccount) account = beckon_store_find_token (self->store, hash, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (account != NULL ? account->user : NULL, ==, user);
  g_assert_cmpstr (account != NULL ? account->name : NULL, ==, name);
  g_assert_null (account != NULL ? account->password : NULL);
  g_assert_true (account == NULL || account->expires > NOW);
}

static void
test_tokens (StoreFixture *self, gconstpointer unused)
{
  g_assert_true (store_fixture_add_account (self, "ada", "Ada"));
  beckon_store_add_token (self->store, "old", "ada", "desk", NOW - 1);
  beckon_store_add_token (self->store, "new", "ada", "desk", NOW + 60);
  beckon_store_add_token (self->store, "lap", "ada", "lap", NOW + 60);
  beckon_store_add_token (self->store, "nobody's", "nobody", "desk", NOW + 60);
  store_fixture_commit (self);
  assert_token (self, "old", NULL, NULL);
  assert_token (self, "new", "ada", "Ada");
  assert_token (self, "lap", "ada", "Ada");
  assert_token (self, "nobody's", NULL, NULL);
  assert_token (self, "", NULL, NULL);

  beckon_store_remove_token (self->store, "new");
  beckon_store_remove_token (self->store, "none");
  beckon_store_put_account (self->store, "ada", "Ada L.");
  store_fixture_commit (self);
  assert_token (self, "new", NULL, NULL);
  store_fixture_reopen (self);
  assert_token (self, "new", NULL, NULL);
  assert_token (self, "lap", "ada", "Ada L.");
}

static void
assert_tokens (StoreFixture *self, const char *user, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) tokens = beckon_store_list_tokens (self->store, user, &error);
  g_autoptr (GString) text = g_string_new (NULL);

  g_assert_no_error (error);
  for (guint i = 0; i < tokens->len; i++)
    {
      const BeckonStoredToken *token = g_ptr_array_index (tokens, i);

      g_string_append_printf (text, "%s:%s:%s:%" G_GINT64_FORMAT " ", token->hash,
                              token->device != NULL ? token->device : "", token->name, token->seen);
      g_assert_cmpint (token->expires, >, NOW);
    }
  g_assert_cmpstr (text->str, ==, expected);
}

/* Of whose devices which was there last; not those that hold no more. */
static void
test_tokens_of_devices (StoreFixture *self, gconstpointer unused)
{
  assert_tokens (self, "ada", "");
  beckon_store_add_token (self->store, "never", "ada", "phone", NOW + 60);
  beckon_store_add_token (self->store, "later", "ada", "tablet", NOW + 90);
  beckon_store_add_token (self->store, "first", "ada", "desk", NOW + 60);
  beckon_store_add_token (self->store, "last", "ada", "lap", NOW + 60);
  beckon_store_add_token (self->store, "old", "ada", "desk", NOW - 1);
  beckon_store_add_token (self->store, "shared", "ada", "desk", NOW + 60);
  beckon_store_add_token (self->store, "bob's", "bob", "desk", NOW + 60);
  beckon_store_use_token (self->store, "first", "d1", "Desk", 1000);
  beckon_store_use_token (self->store, "last", "l1", "Lap", 1500);
  beckon_store_use_token (self->store, "last", "l2", "Laptop", 2000);
  beckon_store_use_token (self->store, "a site's", "s1", "Site", 3000);
  beckon_store_revoke_token (self->store, "shared", "ada", NOW + 60, TRUE);
  store_fixture_commit (self);
  store_fixture_reopen (self);
  assert_tokens (self, "ada",
                 "last:l2:Laptop:2000 first:d1:Desk:1000 later::tablet:0 never::phone:0 ");
  assert_tokens (self, "bob", "bob's::desk:0 ");
  assert_token (self, "a site's", NULL, NULL);
  beckon_store_remove_token (self->store, "last");
  store_fixture_commit (self);
  assert_tokens (self, "ada", "first:d1:Desk:1000 later::tablet:0 never::phone:0 ");
}

static void
assert_revoked (StoreFixture *self, const char *hash, gboolean revoked)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (beckon_store_is_revoked (self->store, hash, &error), ==, revoked);
  g_assert_no_error (error);
}

static void
test_revoked_tokens (StoreFixture *self, gconstpointer unused)
{
  g_assert_true (store_fixture_add_account (self, "ada", "Ada"));
  beckon_store_add_token (self->store, "own", "ada", "desk", NOW + 60);
  beckon_store_add_token (self->store, "shared", "ada", "lap", NOW + 60);
  store_fixture_commit (self);
  assert_revoked (self, "own", FALSE);

  beckon_store_revoke_token (self->store, "own", "ada", NOW + 60, FALSE);
  beckon_store_revoke_token (self->store, "shared", "ada", NOW + 60, TRUE);
  beckon_store_revoke_token (self->store, "a site's", "ada", NOW + 60, FALSE);
  beckon_store_revoke_token (self->store, "long ago", "ada", NOW - 1, FALSE);
  store_fixture_commit (self);
  for (guint i = 0; i < 2; i++)
    {
      assert_token (self, "own", NULL, NULL);
      assert_revoked (self, "own", TRUE);
      assert_token (self, "shared", "ada", "Ada");
      assert_revoked (self, "shared", TRUE);
      assert_revoked (self, "a site's", TRUE);
      assert_revoked (self, "long ago", FALSE);
      store_fixture_reopen (self);
    }
  beckon_store_revoke_token (self->store, "own", "ada", NOW - 1, FALSE); /* the last word holds */
  store_fixture_commit (self);
  assert_revoked (self, "own", FALSE);
}

/* Of nobody is more remembered than what they can need, whatever they do; who revokes much loses what is theirs. */
static void
test_many_revoked_tokens (StoreFixture *self, gconstpointer unused)
{
  beckon_store_revoke_token (self->store, "bob's", "bob", NOW + 60, FALSE);
  beckon_store_revoke_token (self->store, "first", "ada", NOW + 60, FALSE);
  beckon_store_revoke_token (self->store, "again", "ada", NOW + 60, FALSE);
  for (guint i = 0; i < BECKON_STORE_REVOKED_MAX - 1; i++)
    {
      g_autofree char *hash = g_strdup_printf ("%u", i);

      beckon_store_revoke_token (self->store, hash, "ada", NOW + 60 + i, FALSE);
      beckon_store_revoke_token (self->store, "again", "ada", NOW + 60, FALSE);
    }
  store_fixture_commit (self);
  assert_revoked (self, "first", FALSE);
  assert_revoked (self, "0", TRUE);
  beckon_store_revoke_token (self->store, "more", "ada", NOW + 60, FALSE);
  store_fixture_commit (self);
  assert_revoked (self, "0", FALSE);
  assert_revoked (self, "1", TRUE);
  assert_revoked (self, "again", TRUE);
  assert_revoked (self, "more", TRUE);
  assert_revoked (self, "bob's", TRUE);
}

/* ---- people ---- */

/* @accounts: (transfer full): "id:name id:name " */
static void
assert_people (GPtrArray *accounts, GError *error, const char *expected)
{
  g_autoptr (GPtrArray) people = accounts;
  g_autoptr (GString) text = g_string_new (NULL);

  g_assert_no_error (error);
  for (guint i = 0; i < people->len; i++)
    {
      const BeckonStoredAccount *person = g_ptr_array_index (people, i);

      g_string_append_printf (text, "%s:%s ", person->user, person->name);
      g_assert_null (person->password);
    }
  g_assert_cmpstr (text->str, ==, expected);
}

static void
assert_contacts (StoreFixture *self, const char *owner, const char *expected)
{
  GError *error = NULL;
  GPtrArray *contacts = beckon_store_list_contacts (self->store, owner, FALSE, &error);

  assert_people (contacts, error, expected);
}

static void
assert_blocked (StoreFixture *self, const char *owner, const char *expected)
{
  GError *error = NULL;
  GPtrArray *blocked = beckon_store_list_blocked (self->store, owner, FALSE, &error);

  assert_people (blocked, error, expected);
}

static void
assert_blockers (StoreFixture *self, const char *user, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) ids = beckon_store_list_blockers (self->store, user, &error);
  g_autofree char *text = NULL;

  g_assert_no_error (error);
  text = g_strjoinv (" ", ids);
  g_assert_cmpstr (text, ==, expected);
}

static void
test_contacts (StoreFixture *self, gconstpointer unused)
{
  g_assert_true (store_fixture_add_account (self, "ada", "Zoe"));
  g_assert_true (store_fixture_add_account (self, "bob", "Bob"));
  g_assert_true (store_fixture_add_account (self, "bob.2", "Bob"));
  assert_contacts (self, "ada", "");
  beckon_store_add_contact (self->store, "ada", "stranger");
  beckon_store_add_contact (self->store, "ada", "bob.2");
  beckon_store_add_contact (self->store, "ada", "bob");
  beckon_store_add_contact (self->store, "ada", "bob");
  beckon_store_add_contact (self->store, "bob", "ada");
  store_fixture_commit (self);
  assert_contacts (self, "ada", "bob:Bob bob.2:Bob stranger:stranger ");
  assert_contacts (self, "bob", "ada:Zoe ");

  beckon_store_remove_contact (self->store, "ada", "bob");
  beckon_store_remove_contact (self->store, "ada", "nobody");
  beckon_store_put_account (self->store, "stranger", "Aaron");
  store_fixture_commit (self);
  assert_contacts (self, "ada", "stranger:Aaron bob.2:Bob ");
  store_fixture_reopen (self);
  assert_contacts (self, "ada", "stranger:Aaron bob.2:Bob ");
  assert_contacts (self, "bob", "ada:Zoe ");
}

static void
test_many_contacts (StoreFixture *self, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) contacts = NULL;

  for (guint i = 0; i < 600; i++)
    {
      g_autofree char *user = g_strdup_printf ("user%03u", i);

      beckon_store_add_contact (self->store, "ada", user);
    }
  store_fixture_commit (self);
  contacts = beckon_store_list_contacts (self->store, "ada", FALSE, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (contacts->len, ==, 500);
  g_assert_cmpstr (((BeckonStoredAccount *) contacts->pdata[0])->user, ==, "user000");
  g_assert_cmpstr (((BeckonStoredAccount *) contacts->pdata[499])->user, ==, "user499");
}

static void
test_blocks (StoreFixture *self, gconstpointer unused)
{
  g_assert_true (store_fixture_add_account (self, "carol", "Carol"));
  assert_blocked (self, "ada", "");
  assert_blockers (self, "carol", "");
  beckon_store_add_block (self->store, "bob", "carol");
  beckon_store_add_block (self->store, "ada", "carol");
  beckon_store_add_block (self->store, "ada", "carol");
  beckon_store_add_block (self->store, "ada", "bob");
  beckon_store_add_contact (self->store, "ada", "carol");
  store_fixture_commit (self);
  assert_blocked (self, "ada", "carol:Carol bob:bob ");
  assert_blockers (self, "carol", "ada bob");
  assert_blockers (self, "ada", "");

  beckon_store_remove_block (self->store, "ada", "carol");
  beckon_store_remove_block (self->store, "ada", "nobody");
  store_fixture_commit (self);
  store_fixture_reopen (self);
  assert_blocked (self, "ada", "bob:bob ");
  assert_blockers (self, "carol", "bob");
  assert_contacts (self, "ada", "carol:Carol ");
}

/* Who has not been met is as somebody without an account, also in the order and in what is cut. */
static void
test_met (StoreFixture *self, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) met = NULL;

  g_assert_true (store_fixture_add_account (self, "ada", "Zoe"));
  g_assert_true (store_fixture_add_account (self, "bob", "Yves"));
  g_assert_true (store_fixture_add_account (self, "carol", "Anna"));
  for (guint i = 0; i < 3; i++)
    {
      const char *users[] = { "ada", "bob", "carol" };

      beckon_store_add_contact (self->store, "ada", users[i]);
      beckon_store_add_block (self->store, "ada", users[i]);
    }
  beckon_store_add_contact (self->store, "bob", "ada");
  beckon_store_add_met (self->store, "ada", "bob");
  beckon_store_add_met (self->store, "ada", "bob");
  beckon_store_add_met (self->store, "ada", "aaron");
  store_fixture_commit (self);
  store_fixture_reopen (self);
  met = beckon_store_list_met (self->store, "ada", &error);
  g_assert_no_error (error);
  g_assert_cmpstrv (met, ((const char *const[]){ "aaron", "bob", NULL }));
  assert_people (beckon_store_list_contacts (self->store, "ada", TRUE, &error), error,
                 "bob:Yves ada:Zoe carol:carol ");
  assert_people (beckon_store_list_blocked (self->store, "ada", TRUE, &error), error,
                 "bob:Yves ada:Zoe carol:carol ");
  assert_people (beckon_store_list_contacts (self->store, "bob", TRUE, &error), error,
                 "ada:ada ");
  assert_contacts (self, "ada", "carol:Anna bob:Yves ada:Zoe ");
}

static void
test_unicode (StoreFixture *self, gconstpointer unused)
{
  const char *names[] = { "Ångström", "Βάσω", "Юлия", "美咲", "👩‍🚀", "e\u0301" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_assert_true (store_fixture_add_account (self, names[i], names[i]));
      beckon_store_add_contact (self->store, "ñ", names[i]);
      beckon_store_add_block (self->store, names[i], "ñ");
    }
  g_assert_true (store_fixture_add_account (self, "é", "composed, so not the last of them"));
  store_fixture_commit (self);
  store_fixture_reopen (self);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    assert_account (self, names[i], names[i], "$y$hash");
  /* by the bytes of their names, whatever the place and its language */
  assert_contacts (self, "ñ",
                   "e\u0301:e\u0301 Ångström:Ångström Βάσω:Βάσω Юлия:Юлия 美咲:美咲 "
                   "👩‍🚀:👩‍🚀 ");
  assert_blockers (self, "ñ", "e\u0301 Ångström Βάσω Юлия 美咲 👩‍🚀");
}

/* ---- history ---- */

static void
add_call (StoreFixture *self,
          const char *owner,
          const char *id,
          const char *direction,
          const char *outcome,
          gint64 started)
{
  const BeckonStoredCall call = {
    .call = (char *) id,
    .direction = (char *) direction,
    .media = (char *) "video",
    .outcome = (char *) outcome,
    .members = (char *) "bob,carol",
    .started = started,
    .duration = started / 2,
  };

  beckon_store_add_call (self->store, owner, &call);
}

static void
assert_calls (StoreFixture *self, gint64 before, guint limit, const char *ids)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) calls = beckon_store_list_calls (self->store, "ada", before, limit, &error);
  g_autoptr (GString) text = g_string_new (NULL);

  g_assert_no_error (error);
  for (guint i = 0; i < calls->len; i++)
    {
      const BeckonStoredCall *call = g_ptr_array_index (calls, i);

      g_string_append_printf (text, "%s ", call->call);
      g_assert_cmpstr (call->direction, ==, "outgoing");
      g_assert_cmpstr (call->media, ==, "video");
      g_assert_cmpstr (call->outcome, ==, "answered");
      g_assert_cmpstr (call->members, ==, "bob,carol");
      g_assert_cmpint (call->duration, ==, call->started / 2);
    }
  g_assert_cmpstr (text->str, ==, ids);
}

static void
test_history (StoreFixture *self, gconstpointer unused)
{
  assert_calls (self, 0, 10, "");
  add_call (self, "ada", "second", "outgoing", "answered", 2000000000000);
  add_call (self, "ada", "first", "outgoing", "answered", 1000000000000);
  add_call (self, "ada", "third", "outgoing", "answered", 3000000000000);
  add_call (self, "ada", "third", "incoming", "missed", 3000000000000); /* too late */
  add_call (self, "bob", "third", "incoming", "missed", 3000000000000);
  store_fixture_commit (self);
  store_fixture_reopen (self);
  assert_calls (self, 0, 10, "third second first ");
  assert_calls (self, 0, 2, "third second ");
  assert_calls (self, 2000000000000, 10, "first ");
  assert_calls (self, 1000000000000, 10, "");
}

static void
assert_missed (StoreFixture *self, const char *owner, gint64 count)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (beckon_store_count_missed (self->store, owner, 0, &error), ==, count);
  g_assert_no_error (error);
}

static void
test_missed (StoreFixture *self, gconstpointer unused)
{
  assert_missed (self, "ada", 0);
  add_call (self, "ada", "answered", "incoming", "answered", 1000);
  add_call (self, "ada", "missed", "incoming", "missed", 1000);
  add_call (self, "ada", "missed later", "incoming", "missed", 2000);
  add_call (self, "ada", "unanswered", "outgoing", "missed", 2000);
  add_call (self, "bob", "missed", "incoming", "missed", 1000);
  store_fixture_commit (self);
  assert_missed (self, "ada", 2);
  assert_missed (self, "bob", 1);

  beckon_store_set_seen (self->store, "ada", 999);
  store_fixture_commit (self);
  assert_missed (self, "ada", 2);
  beckon_store_set_seen (self->store, "ada", 1000);
  store_fixture_commit (self);
  assert_missed (self, "ada", 1);
  assert_missed (self, "bob", 1);

  /* nobody has seen a call that was not there to be seen */
  beckon_store_set_seen (self->store, "ada", 5000);
  add_call (self, "ada", "just missed", "incoming", "missed", 4000);
  store_fixture_commit (self);
  store_fixture_reopen (self);
  assert_missed (self, "ada", 1);
  beckon_store_set_seen (self->store, "ada", 5000);
  store_fixture_commit (self);
  assert_missed (self, "ada", 0);
}

void
store_conformance_add_tests (const char *prefix, const StoreFactory *factory)
{
  const struct
  {
    const char *name;
    void (*test) (StoreFixture *, gconstpointer);
  } tests[] = {
    { "accounts", test_accounts },
    { "put-account", test_put_account },
    { "same-account", test_same_account },
    { "tokens", test_tokens },
    { "tokens-of-devices", test_tokens_of_devices },
    { "revoked-tokens", test_revoked_tokens },
    { "many-revoked-tokens", test_many_revoked_tokens },
    { "contacts", test_contacts },
    { "many-contacts", test_many_contacts },
    { "blocks", test_blocks },
    { "met", test_met },
    { "unicode", test_unicode },
    { "history", test_history },
    { "missed", test_missed },
  };

  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    {
      g_autofree char *path = g_build_path ("/", prefix, tests[i].name, NULL);

      g_test_add (path, StoreFixture, factory, store_fixture_set_up, tests[i].test,
                  store_fixture_tear_down);
    }
}
