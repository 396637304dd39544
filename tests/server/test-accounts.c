/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "accounts.h"

#include "faulty-vfs.h"
#include "protocol-error.h"
#include "server-error.h"
#include "sqlite-place.h"
#include "sqlite-store.h"
#include "store-fixture.h"

#include <crypt.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOW (g_get_real_time () / G_USEC_PER_SEC)
#define SECRET "a secret that a site and a server share"
#define FAILURES_BY_USER 3
#define FAILURES_BY_ADDRESS 6
#define REGISTRATIONS 10

/* ---- what hashing costs ---- */

static guint n_hashed; /* atomic */
static gint is_cheap;  /* atomic: as if it were done */
/* The kind of hash and what it costs, as "$y$j9T$"; of the last one. */
static char *last_cost;
/* Guards that; who holds it holds all hashing. */
static pthread_mutex_t hashing = PTHREAD_MUTEX_INITIALIZER;

/* Instead of libcrypt's: does the same, and keeps account of it. */
char *
crypt_ra (const char *password, const char *setting, void **data, int *size)
{
  *size = sizeof (struct crypt_data);
  *data = calloc (1, *size);
  g_atomic_int_inc (&n_hashed);
  pthread_mutex_lock (&hashing);
  g_free (last_cost);
  last_cost = g_strndup (setting, strchr (setting + strlen ("$y$"), '$') + 1 - setting);
  pthread_mutex_unlock (&hashing);
  if (g_atomic_int_get (&is_cheap))
    return memcpy (*data, "$y$cheap", sizeof "$y$cheap");
  return crypt_rn (password, setting, *data, *size);
}

/* ---- fixture ---- */

typedef struct
{
  SqlitePlace *place;
  BeckonStore *store;
  BeckonServerConfig *config;
  BeckonMetrics *metrics;
  BeckonAccounts *accounts;
  GPtrArray *revoked; /* char * */
} Fixture;

static void
on_revoked (BeckonAccounts *accounts, const char *hash, GPtrArray *revoked)
{
  g_ptr_array_add (revoked, g_strdup (hash));
}

static void
set_up (Fixture *self, gconstpointer with_site)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeckonJwtVerifier) verifier = NULL;

  self->place = sqlite_place_new ();
  self->store = beckon_sqlite_store_new (self->place->path, FALSE, &error);
  g_assert_no_error (error);
  self->config = beckon_server_config_new ();
  self->config->sign_in_failures_per_minute = FAILURES_BY_USER;
  self->config->sign_in_failures_per_address_per_minute = FAILURES_BY_ADDRESS;
  self->config->registrations_per_address_per_minute = REGISTRATIONS;
  self->metrics = beckon_metrics_new ();
  if (with_site != NULL)
    {
      g_autofree char *path = g_build_filename (self->place->folder, "secret", NULL);

      g_file_set_contents (path, SECRET, -1, &error);
      g_assert_no_error (error);
      verifier = beckon_jwt_verifier_new (path, NULL, NULL, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpint (remove (path), ==, 0);
    }
  self->accounts =
      beckon_accounts_new (self->store, self->config, g_steal_pointer (&verifier), self->metrics);
  self->revoked = g_ptr_array_new_with_free_func (g_free);
  g_signal_connect (self->accounts, "revoked", G_CALLBACK (on_revoked), self->revoked);
  g_atomic_int_set (&n_hashed, 0);
}

static void
tear_down (Fixture *self, gconstpointer unused)
{
  while (beckon_accounts_is_busy (self->accounts))
    g_main_context_iteration (NULL, TRUE);
  g_assert_finalize_object (self->accounts);
  g_assert_finalize_object (self->store);
  beckon_metrics_free (self->metrics);
  beckon_server_config_free (self->config);
  g_ptr_array_unref (self->revoked);
  sqlite_place_free (self->place);
}

/* What became of one or several requests. */
typedef struct
{
  gint n_expected;
  gint done;
  guint n_right;
  char *token;
  gint64 expires;
  GError *error; /* of the last */
} Outcome;

static void
outcome_clear (Outcome *self)
{
  g_free (self->token);
  g_clear_error (&self->error);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Outcome, outcome_clear)

static void
note (Outcome *outcome, gboolean is_right, GError *error)
{
  outcome->n_right += is_right;
  g_clear_error (&outcome->error);
  outcome->error = error;
  outcome->done = --outcome->n_expected <= 0;
}

static void
on_registered (GObject *source, GAsyncResult *result, gpointer outcome)
{
  GError *error = NULL;
  const gboolean done = beckon_accounts_register_finish (BECKON_ACCOUNTS (source), result, &error);

  note (outcome, done, error);
}

static void
on_signed_in (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Outcome *outcome = user_data;
  GError *error = NULL;
  char *token =
      beckon_accounts_sign_in_finish (BECKON_ACCOUNTS (source), result, &outcome->expires, &error);

  note (outcome, token != NULL, error);
  if (token != NULL)
    {
      g_free (outcome->token);
      outcome->token = token;
    }
}

static void
on_token_revoked (GObject *source, GAsyncResult *result, gpointer outcome)
{
  GError *error = NULL;
  const gboolean done =
      beckon_accounts_revoke_token_finish (BECKON_ACCOUNTS (source), result, &error);

  note (outcome, done, error);
}

/* Returns: BECKON_PROTOCOL_ERROR's code, or -1 if it succeeded. */
static gint
code_of (const Outcome *outcome)
{
  if (outcome->error == NULL)
    return -1;
  g_assert_true (outcome->error->domain == BECKON_PROTOCOL_ERROR);
  return outcome->error->code;
}

static gint
register_from (Fixture *self,
               const char *address,
               const char *user,
               const char *name,
               const char *password,
               const char *code)
{
  g_auto (Outcome) outcome = { 0 };

  beckon_accounts_register_async (self->accounts, user, name, password, code, address,
                                  on_registered, &outcome);
  store_fixture_wait (&outcome.done);
  return code_of (&outcome);
}

static gint
register_with (
    Fixture *self, const char *user, const char *name, const char *password, const char *code)
{
  return register_from (self, "::1", user, name, password, code);
}

static void
add_account (Fixture *self, const char *user)
{
  g_assert_cmpint (register_with (self, user, user, "right password", NULL), ==, -1);
}

static gint
sign_in (Fixture *self, const char *user, const char *password, const char *address, char **token)
{
  g_auto (Outcome) outcome = { 0 };

  beckon_accounts_sign_in_async (self->accounts, user, password, "desk", address, on_signed_in,
                                 &outcome);
  store_fixture_wait (&outcome.done);
  if (token != NULL)
    *token = g_steal_pointer (&outcome.token);
  return code_of (&outcome);
}

/* @name: of whose it is; NULL: it does not hold */
static void
assert_token (Fixture *self, const char *token, const char *user, const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeckonStoredAccount) account =
      beckon_accounts_check_token (self->accounts, token, &error);

  if (user == NULL)
    {
      g_assert_error (error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_BAD_TOKEN);
      return;
    }
  g_assert_no_error (error);
  g_assert_cmpstr (account->user, ==, user);
  g_assert_cmpstr (account->name, ==, name);
  g_assert_null (account->password);
}

static void
commit (Fixture *self)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (beckon_store_flush (self->store, &error));
  g_assert_no_error (error);
}

/* ---- registration ---- */

static void
test_registration (Fixture *self, gconstpointer unused)
{
  g_autofree char *long_password = g_strnfill (511, 'x');
  g_autofree char *too_long = g_strnfill (512, 'x');
  const struct
  {
    const char *user, *name, *password;
    gint code;
  } cases[] = {
    { "", "Ada", "long enough", BECKON_PROTOCOL_ERROR_BAD_USER_ID },
    { "a b", "Ada", "long enough", BECKON_PROTOCOL_ERROR_BAD_USER_ID },
    { "ada", " ", "long enough", BECKON_PROTOCOL_ERROR_BAD_REQUEST },
    { "ada", "Ada", "7 chars", BECKON_PROTOCOL_ERROR_WEAK_PASSWORD },
    { "ada", "Ada", too_long, BECKON_PROTOCOL_ERROR_WEAK_PASSWORD },
    { " ADA ", "Ada", long_password, -1 },
    { "ada", "Other", "long enough", BECKON_PROTOCOL_ERROR_USER_EXISTS },
    { "Ada", "Other", "long enough", BECKON_PROTOCOL_ERROR_USER_EXISTS },
  };
  g_autoptr (BeckonStoredAccount) account = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpint (register_with (self, cases[i].user, cases[i].name, cases[i].password, NULL),
                     ==, cases[i].code);
  g_assert_cmpuint (g_atomic_int_get (&n_hashed), ==, 1);
  account = beckon_store_get_account (self->store, "ada", NULL);
  g_assert_cmpstr (account->name, ==, "Ada");
  g_assert_true (g_str_has_prefix (account->password, "$y$"));
  g_assert_cmpint (sign_in (self, "ada", long_password, "::1", NULL), ==, -1);
}

static void
test_registration_policy (Fixture *self, gconstpointer unused)
{
  self->config->registration = BECKON_REGISTRATION_CODE;
  self->config->registration_code = g_strdup ("open sesame");
  g_assert_cmpint (register_with (self, "ada", "Ada", "long enough", NULL), ==,
                   BECKON_PROTOCOL_ERROR_INVITE_CODE_NEEDED);
  g_assert_cmpint (register_with (self, "ada", "Ada", "long enough", "open"), ==,
                   BECKON_PROTOCOL_ERROR_INVITE_CODE_NEEDED);
  g_assert_cmpint (register_with (self, "ada", "Ada", "long enough", "open sesame"), ==, -1);
  self->config->registration = BECKON_REGISTRATION_CLOSED;
  g_assert_cmpint (register_with (self, "bob", "Bob", "long enough", "open sesame"), ==,
                   BECKON_PROTOCOL_ERROR_REGISTRATION_CLOSED);
}

static void
test_registration_race (Fixture *self, gconstpointer unused)
{
  g_auto (Outcome) outcome = { .n_expected = 4 };

  for (gint i = 0; i < outcome.n_expected; i++)
    beckon_accounts_register_async (self->accounts, "ada", "Ada", "long enough", NULL, "::1",
                                    on_registered, &outcome);
  g_assert_true (beckon_accounts_is_busy (self->accounts));
  store_fixture_wait (&outcome.done);
  g_assert_cmpuint (outcome.n_right, ==, 1);
}

/* Codes are not guessed, and who tries has nothing hashed; whoever is elsewhere notices nothing. */
static void
test_registrations_of_address (Fixture *self, gconstpointer unused)
{
  g_autofree char *text = NULL;

  self->config->registration = BECKON_REGISTRATION_CODE;
  self->config->registration_code = g_strdup ("open sesame");
  for (guint i = 0; i < REGISTRATIONS; i++)
    g_assert_cmpint (register_from (self, "bad", "eve", "Eve", "long enough", "open"), ==,
                     BECKON_PROTOCOL_ERROR_INVITE_CODE_NEEDED);
  for (guint i = 0; i < 2; i++)
    g_assert_cmpint (register_from (self, "bad", "eve", "Eve", "long enough", "open sesame"), ==,
                     BECKON_PROTOCOL_ERROR_RATE_LIMITED);
  g_assert_cmpuint (g_atomic_int_get (&n_hashed), ==, 0);
  g_assert_cmpint (register_from (self, "good", "ada", "Ada", "long enough", "open sesame"), ==,
                   -1);
  g_assert_cmpint (sign_in (self, "ada", "long enough", "bad", NULL), ==, -1);
  text = beckon_metrics_format (self->metrics);
  g_assert_nonnull (strstr (text, "beckon_rate_limited_total{limit=\"registrations\"} 2\n"));
}

/* What more than the threads can hash in a while is refused at once, not kept. */
static void
test_too_many (Fixture *self, gconstpointer unused)
{
  g_auto (Outcome) outcome = { .n_expected = 300 };

  g_atomic_int_set (&is_cheap, TRUE);
  pthread_mutex_lock (&hashing);
  for (guint i = 0; i < 300; i++)
    {
      g_autofree char *user = g_strdup_printf ("user%u", i);

      beckon_accounts_register_async (self->accounts, user, user, "long enough", NULL, user,
                                      on_registered, &outcome);
    }
  g_assert_cmpint (register_with (self, "late", "Late", "long enough", NULL), ==,
                   BECKON_PROTOCOL_ERROR_RATE_LIMITED);
  pthread_mutex_unlock (&hashing);
  store_fixture_wait (&outcome.done);
  g_atomic_int_set (&is_cheap, FALSE);
  g_assert_cmpuint (outcome.n_right, >=, 256);
  g_assert_cmpuint (outcome.n_right, <, 300);
}

/* ---- signing in ---- */

static void
test_sign_in (Fixture *self, gconstpointer unused)
{
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  g_autofree char *hash = NULL;
  g_autofree char *kept = NULL;

  add_account (self, "ada");
  g_assert_cmpint (sign_in (self, "ADA", "right password", "::1", &first), ==, -1);
  g_assert_cmpint (sign_in (self, "ada", "right password", "::1", &second), ==, -1);
  g_assert_cmpuint (strlen (first), ==, 64);
  g_assert_cmpstr (first, !=, second);
  assert_token (self, first, "ada", "ada");
  assert_token (self, second, "ada", "ada");
  assert_token (self, "", NULL, NULL);
  hash = beckon_accounts_hash_token (first);
  assert_token (self, hash, NULL, NULL);

  /* what earlier servers kept holds */
  kept = beckon_accounts_hash_token ("abc");
  g_assert_cmpstr (kept, ==, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void
test_expiry (Fixture *self, gconstpointer unused)
{
  g_auto (Outcome) outcome = { 0 };
  g_autofree char *hash = beckon_accounts_hash_token ("old");

  add_account (self, "ada");
  self->config->token_days = 2;
  beckon_accounts_sign_in_async (self->accounts, "ada", "right password", "desk", "::1",
                                 on_signed_in, &outcome);
  store_fixture_wait (&outcome.done);
  g_assert_cmpint (ABS (outcome.expires - NOW - 2 * 86400), <, 60);
  beckon_store_add_token (self->store, hash, "ada", "desk", NOW - 1);
  commit (self);
  assert_token (self, "old", NULL, NULL);
}

/* Nobody learns who exists: not by the words, and not by the time that it takes, which is that of
 * the same work. */
static void
test_nobody (Fixture *self, gconstpointer unused)
{
  g_autofree char *too_long = g_strnfill (5000, 'x');
  const struct
  {
    const char *user, *password;
  } cases[] = {
    { "known", "wrong password" },
    { "nobody", "wrong password" },
    { "of.a.site", "wrong" },
    { "not an id", "wrong" },
    { "known", "" },
    { "nobody", "" },
    { "known", too_long },
    { "nobody", too_long },
    { "of.a.site", "" },
  };
  g_autofree char *message = NULL;
  g_autofree char *cost = NULL;

  add_account (self, "known");
  beckon_store_put_account (self->store, "of.a.site", "Without a password");
  commit (self);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Outcome) outcome = { 0 };
      g_autofree char *address = g_strdup_printf ("address %u", i);

      g_atomic_int_set (&n_hashed, 0);
      beckon_accounts_sign_in_async (self->accounts, cases[i].user, cases[i].password, "desk",
                                     address, on_signed_in, &outcome);
      store_fixture_wait (&outcome.done);
      g_assert_cmpint (code_of (&outcome), ==, BECKON_PROTOCOL_ERROR_WRONG_PASSWORD);
      g_assert_cmpuint (g_atomic_int_get (&n_hashed), ==, 1);
      if (message == NULL)
        {
          message = g_strdup (outcome.error->message);
          cost = g_strdup (last_cost);
        }
      g_assert_cmpstr (outcome.error->message, ==, message);
      g_assert_cmpstr (last_cost, ==, cost);
    }
}

/* Who guesses too often waits, whether there is such a user or not, and nothing is hashed for them.
 */
static void
test_failures_of_user (Fixture *self, gconstpointer unused)
{
  const char *users[] = { "ada", "nobody" };

  add_account (self, "ada");
  add_account (self, "neighbour");
  for (guint i = 0; i < G_N_ELEMENTS (users); i++)
    {
      for (guint j = 0; j < FAILURES_BY_USER; j++)
        {
          g_autofree char *address = g_strdup_printf ("address %u", j);

          g_assert_cmpint (sign_in (self, users[i], "wrong", address, NULL), ==,
                           BECKON_PROTOCOL_ERROR_WRONG_PASSWORD);
        }
      g_atomic_int_set (&n_hashed, 0);
      g_assert_cmpint (sign_in (self, users[i], "right password", "other", NULL), ==,
                       BECKON_PROTOCOL_ERROR_RATE_LIMITED);
      g_assert_cmpuint (g_atomic_int_get (&n_hashed), ==, 0);
    }
  for (guint i = 0; i < 2 * FAILURES_BY_ADDRESS; i++) /* which cost the address nothing */
    g_assert_cmpint (sign_in (self, "ada", "wrong", "other", NULL), ==,
                     BECKON_PROTOCOL_ERROR_RATE_LIMITED);
  g_assert_cmpint (sign_in (self, "neighbour", "right password", "other", NULL), ==, -1);
}

/* An address that guesses for many waits, and keeps none of them out. */
static void
test_failures_of_address (Fixture *self, gconstpointer unused)
{
  add_account (self, "ada");
  for (guint i = 0; i < FAILURES_BY_ADDRESS; i++)
    {
      g_autofree char *user = g_strdup_printf ("user%u", i);

      g_assert_cmpint (sign_in (self, user, "wrong", "bad", NULL), ==,
                       BECKON_PROTOCOL_ERROR_WRONG_PASSWORD);
    }
  for (guint i = 0; i < 2 * FAILURES_BY_USER; i++)
    g_assert_cmpint (sign_in (self, "ada", "right password", "bad", NULL), ==,
                     BECKON_PROTOCOL_ERROR_RATE_LIMITED);
  g_assert_cmpint (sign_in (self, "ada", "right password", "good", NULL), ==, -1);
}

static void
test_failures_at_once (Fixture *self, gconstpointer unused)
{
  g_auto (Outcome) outcome = { .n_expected = 30 };

  add_account (self, "ada");
  g_atomic_int_set (&n_hashed, 0);
  for (guint i = 0; i < 30; i++)
    {
      g_autofree char *address = g_strdup_printf ("address %u", i);

      beckon_accounts_sign_in_async (self->accounts, "ada", "wrong", "desk", address, on_signed_in,
                                     &outcome);
    }
  store_fixture_wait (&outcome.done);
  g_assert_cmpuint (outcome.n_right, ==, 0);
  g_assert_cmpuint (g_atomic_int_get (&n_hashed), ==, FAILURES_BY_USER);
}

static void
test_right_is_no_failure (Fixture *self, gconstpointer unused)
{
  g_autofree char *text = NULL;

  add_account (self, "ada");
  for (guint i = 0; i < 2 * FAILURES_BY_ADDRESS; i++)
    g_assert_cmpint (sign_in (self, "ada", "right password", "::1", NULL), ==, -1);
  for (guint i = 0; i < FAILURES_BY_USER; i++)
    sign_in (self, "ada", "wrong", "::1", NULL);
  sign_in (self, "ada", "right password", "::1", NULL);
  text = beckon_metrics_format (self->metrics);
  g_assert_nonnull (strstr (text, "beckon_sign_ins_total{result=\"ok\"} 12\n"));
  g_assert_nonnull (strstr (text, "beckon_sign_ins_total{result=\"wrong-password\"} 3\n"));
  g_assert_nonnull (strstr (text, "beckon_sign_ins_total{result=\"rate-limited\"} 1\n"));
}

/* A token is handed out when it will hold whatever happens, and no earlier. */
static void
test_token_is_committed (Fixture *self, gconstpointer unused)
{
  g_auto (Outcome) outcome = { 0 };
  gint failing = 0;

  add_account (self, "ada");
  g_signal_connect_swapped (self->store, "notify::failing", G_CALLBACK (g_atomic_int_inc),
                            &failing);
  faulty_vfs_fail (0, G_MAXUINT);
  beckon_accounts_sign_in_async (self->accounts, "ada", "right password", "desk", "::1",
                                 on_signed_in, &outcome);
  store_fixture_wait (&failing);
  g_assert_false (outcome.done);
  g_assert_true (beckon_accounts_is_busy (self->accounts));
  faulty_vfs_mend ();
  store_fixture_wait (&outcome.done);
  g_assert_no_error (outcome.error);
  assert_token (self, outcome.token, "ada", "ada");
  g_signal_handlers_disconnect_by_data (self->store, &failing);
}

/* ---- revoking ---- */

static void
test_revoke (Fixture *self, gconstpointer unused)
{
  const char *others[] = { "", "unknown", "a.b.c" };
  g_auto (Outcome) outcome = { 0 };
  g_autofree char *token = NULL;
  g_autofree char *other = NULL;
  g_autofree char *hash = NULL;

  add_account (self, "ada");
  sign_in (self, "ada", "right password", "::1", &token);
  sign_in (self, "ada", "right password", "::1", &other);
  hash = beckon_accounts_hash_token (token);
  beckon_accounts_revoke_token_async (self->accounts, token, on_token_revoked, &outcome);
  g_assert_cmpuint (self->revoked->len, ==, 0);
  store_fixture_wait (&outcome.done);
  g_assert_no_error (outcome.error);
  g_assert_cmpuint (self->revoked->len, ==, 1);
  g_assert_cmpstr (self->revoked->pdata[0], ==, hash);
  assert_token (self, token, NULL, NULL);
  assert_token (self, other, "ada", "ada");

  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    {
      g_auto (Outcome) refused = { 0 };

      beckon_accounts_revoke_token_async (self->accounts, others[i], on_token_revoked, &refused);
      store_fixture_wait (&refused.done);
      g_assert_cmpint (code_of (&refused), ==, BECKON_PROTOCOL_ERROR_BAD_TOKEN);
    }
  g_assert_cmpuint (self->revoked->len, ==, 1);
}

/* ---- tokens of a site ---- */

static char *
encode (const void *data, gsize length)
{
  char *text = g_base64_encode (data, length);

  g_strdelimit (text, "+", '-');
  g_strdelimit (text, "/", '_');
  *strchrnul (text, '=') = '\0';
  return text;
}

/* Returns: (transfer full): a token that @secret has signed. @name: nullable: JSON */
static char *
make_token (const char *secret, const char *user, const char *name)
{
  g_autofree char *claims =
      g_strdup_printf ("{\"sub\":\"%s\",\"exp\":%" G_GINT64_FORMAT "%s%s}", user, NOW + 600,
                       name != NULL ? ",\"name\":" : "", name != NULL ? name : "");
  g_autofree char *header = encode ("{\"alg\":\"HS256\"}", strlen ("{\"alg\":\"HS256\"}"));
  g_autofree char *payload = encode (claims, strlen (claims));
  g_autofree char *text = g_strconcat (header, ".", payload, NULL);
  g_autoptr (GHmac) hmac = g_hmac_new (G_CHECKSUM_SHA256, (const guchar *) secret, strlen (secret));
  guint8 digest[32];
  gsize length = sizeof digest;
  g_autofree char *signature = NULL;

  g_hmac_update (hmac, (const guchar *) text, -1);
  g_hmac_get_digest (hmac, digest, &length);
  signature = encode (digest, length);
  return g_strconcat (text, ".", signature, NULL);
}

static void
assert_kept_name (Fixture *self, const char *user, const char *name)
{
  g_autoptr (BeckonStoredAccount) account = NULL;

  commit (self);
  account = beckon_store_get_account (self->store, user, NULL);
  g_assert_cmpstr (account != NULL ? account->name : NULL, ==, name);
}

static void
test_site (Fixture *self, gconstpointer unused)
{
  g_autofree char *named = make_token (SECRET, "ada", "\"Ada\"");
  g_autofree char *renamed = make_token (SECRET, "ada", "\"Ada L.\"");
  g_autofree char *nameless = make_token (SECRET, "ada", NULL);
  g_autofree char *stranger = make_token (SECRET, "bob", NULL);
  g_autofree char *forged = make_token ("another secret, which is not the site's", "eve", NULL);
  g_autofree char *bad_user = make_token (SECRET, "not an id", NULL);
  guint64 barrier;

  assert_token (self, named, "ada", "Ada");
  assert_token (self, named, "ada", "Ada"); /* before it is committed, too */
  assert_kept_name (self, "ada", "Ada");
  assert_token (self, renamed, "ada", "Ada L.");
  assert_kept_name (self, "ada", "Ada L.");
  barrier = beckon_store_get_barrier (self->store);
  assert_token (self, renamed, "ada", "Ada L.");
  assert_token (self, nameless, "ada", "Ada L.");
  g_assert_cmpuint (beckon_store_get_barrier (self->store), ==, barrier); /* nothing to write */
  assert_token (self, stranger, "bob", "bob");
  assert_kept_name (self, "bob", "bob");
  assert_token (self, forged, NULL, NULL);
  assert_kept_name (self, "eve", NULL);
  assert_token (self, bad_user, NULL, NULL);
}

/* The server's own accounts go on beside those of the site, and somebody may have both. */
static void
test_site_and_password (Fixture *self, gconstpointer unused)
{
  g_autofree char *signed_token = make_token (SECRET, "ada", "\"Ada\"");
  g_autofree char *own_token = NULL;
  g_auto (Outcome) refused = { 0 };

  add_account (self, "ada");
  g_assert_cmpint (sign_in (self, "ada", "right password", "::1", &own_token), ==, -1);
  assert_token (self, signed_token, "ada", "Ada");
  commit (self);
  assert_token (self, own_token, "ada", "Ada");
  g_assert_cmpint (sign_in (self, "ada", "right password", "::1", NULL), ==, -1);

  /* what a site has signed holds until it expires, whatever is said here */
  beckon_accounts_revoke_token_async (self->accounts, signed_token, on_token_revoked, &refused);
  store_fixture_wait (&refused.done);
  g_assert_cmpint (code_of (&refused), ==, BECKON_PROTOCOL_ERROR_BAD_TOKEN);
  g_assert_cmpuint (self->revoked->len, ==, 0);
}

static void
test_no_site (Fixture *self, gconstpointer unused)
{
  g_autofree char *token = make_token (SECRET, "ada", NULL);

  assert_token (self, token, NULL, NULL);
  assert_kept_name (self, "ada", NULL);
}

static void
test_broken_database (Fixture *self, gconstpointer unused)
{
  g_autofree char *token = make_token (SECRET, "ada", NULL);
  const char *tokens[] = { token, "own" };
  g_auto (Outcome) outcome = { 0 };

  sqlite_place_execute (self->place, "DROP TABLE tokens; DROP TABLE accounts");
  for (guint i = 0; i < G_N_ELEMENTS (tokens); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (beckon_accounts_check_token (self->accounts, tokens[i], &error));
      g_assert_error (error, BECKON_SERVER_ERROR, BECKON_SERVER_ERROR_DATABASE);
    }
  beckon_accounts_sign_in_async (self->accounts, "ada", "right password", "desk", "::1",
                                 on_signed_in, &outcome);
  store_fixture_wait (&outcome.done);
  g_assert_error (outcome.error, BECKON_SERVER_ERROR, BECKON_SERVER_ERROR_DATABASE);
}

int
main (int argc, char **argv)
{
  const struct
  {
    const char *name;
    gboolean with_site;
    void (*test) (Fixture *, gconstpointer);
  } tests[] = {
    { "/accounts/registration", FALSE, test_registration },
    { "/accounts/registration/policy", FALSE, test_registration_policy },
    { "/accounts/registration/race", FALSE, test_registration_race },
    { "/accounts/registration/address", FALSE, test_registrations_of_address },
    { "/accounts/registration/too-many", FALSE, test_too_many },
    { "/accounts/sign-in", FALSE, test_sign_in },
    { "/accounts/sign-in/expiry", FALSE, test_expiry },
    { "/accounts/sign-in/nobody", TRUE, test_nobody },
    { "/accounts/sign-in/committed", FALSE, test_token_is_committed },
    { "/accounts/failures/user", FALSE, test_failures_of_user },
    { "/accounts/failures/address", FALSE, test_failures_of_address },
    { "/accounts/failures/at-once", FALSE, test_failures_at_once },
    { "/accounts/failures/right", FALSE, test_right_is_no_failure },
    { "/accounts/revoke", FALSE, test_revoke },
    { "/accounts/site", TRUE, test_site },
    { "/accounts/site/password", TRUE, test_site_and_password },
    { "/accounts/site/none", FALSE, test_no_site },
    { "/accounts/broken-database", TRUE, test_broken_database },
  };

  g_test_init (&argc, &argv, NULL);
  faulty_vfs_install ();
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].name, Fixture, GINT_TO_POINTER (tests[i].with_site), set_up, tests[i].test,
                tear_down);
  return g_test_run ();
}
