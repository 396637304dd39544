/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-server"

#include "config.h"

#include "accounts.h"

#include "identifiers.h"
#include "password-hasher.h"
#include "protocol-error.h"
#include "rate-limiter.h"
#include "server-error.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <string.h>

#define PASSWORD_MIN 8
/* What nobody's password is compared with: as costly as anybody's. */
#define NOBODY "nobody's password"

/* The data of each task. */
typedef struct
{
  BeckonAccounts *accounts;
  guint64 barrier; /* batch that has to be committed, once it is known */
  char *user;      /* nullable: nobody signs in */
  char *name;
  char *device;
  char *address;
  char *limit_key; /* of the user */
  char *setting;   /* hash to compare with */
  char *token;
  char *hash; /* of the token */
  gint64 expires;
} Request;

struct _BeckonAccounts
{
  GObject parent_instance;

  BeckonStore *store;
  const BeckonServerConfig *config; /* borrowed */
  BeckonMetrics *metrics;           /* borrowed, nullable */
  BeckonJwtVerifier *verifier;      /* nullable */
  BeckonPasswordHasher *hasher;
  BeckonRateLimiter *user_failures;
  BeckonRateLimiter *address_failures;
  BeckonRateLimiter *registrations; /* by address */
  char *nobody;       /* hash of NOBODY */
  GQueue uncommitted; /* GTask, by their barriers */
  guint n_requests;
};

G_DEFINE_FINAL_TYPE (BeckonAccounts, beckon_accounts, G_TYPE_OBJECT)

enum
{
  REVOKED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

static void
request_free (Request *request)
{
  request->accounts->n_requests--;
  g_object_unref (request->accounts);
  g_free (request->user);
  g_free (request->name);
  g_free (request->device);
  g_free (request->address);
  g_free (request->limit_key);
  g_free (request->setting);
  g_free (request->token);
  g_free (request->hash);
  g_free (request);
}

static GTask *
begin (BeckonAccounts *self, gpointer tag, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);
  Request *request = g_new0 (Request, 1);

  request->accounts = g_object_ref (self);
  self->n_requests++;
  g_task_set_source_tag (task, tag);
  g_task_set_task_data (task, request, (GDestroyNotify) request_free);
  return task;
}

/* ---- bytes ---- */

static char *
to_hex (const guint8 *bytes, gsize n_bytes)
{
  char *text = g_malloc (2 * n_bytes + 1);

  for (gsize i = 0; i < n_bytes; i++)
    {
      text[2 * i] = "0123456789abcdef"[bytes[i] >> 4];
      text[2 * i + 1] = "0123456789abcdef"[bytes[i] & 15];
    }
  text[2 * n_bytes] = '\0';
  return text;
}

static char *
random_hex (gsize n_bytes)
{
  guint8 bytes[32];

  g_assert (n_bytes <= sizeof bytes);
  if (RAND_bytes (bytes, n_bytes) != 1)
    g_error ("There are no random numbers"); /* nothing a server does is safe without them */
  return to_hex (bytes, n_bytes);
}

char *
beckon_accounts_random_id (void)
{
  return random_hex (16);
}

char *
beckon_accounts_hash_token (const char *token)
{
  guint8 digest[EVP_MAX_MD_SIZE];
  unsigned int length = 0;

  g_return_val_if_fail (token != NULL, NULL);

  if (EVP_Digest (token, strlen (token), digest, &length, EVP_sha256 (), NULL) != 1)
    g_error ("There is no SHA-256");
  return to_hex (digest, length);
}

/* ---- until it is committed ---- */

/* @task: (transfer full): succeeds when what has been written until now is committed. */
static void
complete_when_committed (BeckonAccounts *self, GTask *task)
{
  Request *request = g_task_get_task_data (task);

  request->barrier = beckon_store_get_barrier (self->store);
  g_queue_push_tail (&self->uncommitted, task);
}

static gboolean
is_committed (GTask *task, guint64 committed)
{
  return ((Request *) g_task_get_task_data (task))->barrier <= committed;
}

static void
on_committed (BeckonStore *store, gpointer user_data)
{
  g_autoptr (BeckonAccounts) self = g_object_ref (user_data);
  const guint64 committed = beckon_store_get_committed (store);

  while (!g_queue_is_empty (&self->uncommitted) &&
         is_committed (g_queue_peek_head (&self->uncommitted), committed))
    {
      g_autoptr (GTask) task = g_queue_pop_head (&self->uncommitted);
      const Request *request = g_task_get_task_data (task);

      if (g_task_get_source_tag (task) == beckon_accounts_revoke_token_async)
        g_signal_emit (self, signals[REVOKED], 0, request->hash);
      g_task_return_boolean (task, TRUE);
    }
}

/* ---- registration ---- */

/* Each attempt counts, good or bad: from one address a code is not guessed, hashing is not kept busy,
 * and accounts are not made by the thousand. Who has a wider network of IPv6 has many addresses; what
 * helps against them is said in docs/server.md. */
static gboolean
take_registration (BeckonAccounts *self, const char *address, GError **error)
{
  const guint wait = beckon_rate_limiter_take (self->registrations, address);

  if (wait == 0)
    return TRUE;
  if (self->metrics != NULL)
    beckon_metrics_count (self->metrics, BECKON_COUNTER_RATE_LIMITED, "registrations");
  g_set_error (error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_RATE_LIMITED,
               "Too many registrations; try again in %u seconds", wait);
  return FALSE;
}

static gboolean
check_registration (
    BeckonAccounts *self, const char *name, const char *password, const char *code, GError **error)
{
  const BeckonServerConfig *config = self->config;

  if (config->registration == BECKON_REGISTRATION_CLOSED)
    g_set_error (error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_REGISTRATION_CLOSED,
                 "New accounts are made by who runs this server");
  else if (config->registration == BECKON_REGISTRATION_CODE &&
           g_strcmp0 (code, config->registration_code) != 0)
    g_set_error (error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_INVITE_CODE_NEEDED,
                 "This server asks for a registration code, and this is not it");
  else if (!beckon_name_is_valid (name))
    g_set_error (error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_BAD_REQUEST,
                 "A name has 1 to %d bytes and something to see", BECKON_NAME_MAX_BYTES);
  else if (strlen (password) < PASSWORD_MIN || strlen (password) > BECKON_PASSWORD_MAX)
    g_set_error (error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_WEAK_PASSWORD,
                 "A password has %d to %d characters", PASSWORD_MIN, BECKON_PASSWORD_MAX);
  else
    return TRUE;
  return FALSE;
}

static void
on_account_added (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (beckon_store_add_account_finish (BECKON_STORE (source), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
on_registration_hashed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  const Request *request = g_task_get_task_data (task);
  BeckonAccounts *self = g_task_get_source_object (task);
  GError *error = NULL;
  g_autofree char *hash =
      beckon_password_hasher_hash_finish (BECKON_PASSWORD_HASHER (source), result, &error);

  if (hash == NULL)
    g_task_return_error (task, error);
  else
    beckon_store_add_account_async (self->store, request->user, request->name, hash,
                                    on_account_added, g_steal_pointer (&task));
}

void
beckon_accounts_register_async (BeckonAccounts *self,
                                const char *user,
                                const char *name,
                                const char *password,
                                const char *code,
                                const char *address,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (BeckonStoredAccount) taken = NULL;
  GError *error = NULL;
  Request *request;

  g_return_if_fail (BECKON_IS_ACCOUNTS (self));
  g_return_if_fail (user != NULL && name != NULL && password != NULL && address != NULL);

  task = begin (self, beckon_accounts_register_async, callback, user_data);
  request = g_task_get_task_data (task);
  if (take_registration (self, address, &error) &&
      check_registration (self, name, password, code, &error))
    request->user = beckon_user_id_normalize (user, &error);
  if (request->user != NULL)
    taken = beckon_store_get_account (self->store, request->user, &error);
  if (taken != NULL)
    error = g_error_new (BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_USER_EXISTS,
                         "The user id “%s” is taken", request->user);
  if (error != NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  request->name = g_strdup (name);
  beckon_password_hasher_hash_async (self->hasher, password, NULL, on_registration_hashed,
                                     g_steal_pointer (&task));
}

gboolean
beckon_accounts_register_finish (BeckonAccounts *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/* ---- signing in ---- */

static void
count_sign_in (BeckonAccounts *self, const char *result)
{
  if (self->metrics != NULL)
    beckon_metrics_count (self->metrics, BECKON_COUNTER_SIGN_INS, result);
}

/* An attempt is a failure until it is none: else many guesses at once would all be let in. Nobody
 * is kept out by who is at an address that is kept out. */
static gboolean
take_attempt (BeckonAccounts *self, const Request *request, GError **error)
{
  guint wait = beckon_rate_limiter_take (self->address_failures, request->address);

  if (wait == 0)
    {
      wait = beckon_rate_limiter_take (self->user_failures, request->limit_key);
      if (wait > 0)
        beckon_rate_limiter_give_back (self->address_failures, request->address);
    }
  if (wait == 0)
    return TRUE;
  count_sign_in (self, "rate-limited");
  g_set_error (error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_RATE_LIMITED,
               "Too many wrong passwords; try again in %u seconds", wait);
  return FALSE;
}

static void
give_attempt_back (BeckonAccounts *self, const Request *request)
{
  beckon_rate_limiter_give_back (self->address_failures, request->address);
  beckon_rate_limiter_give_back (self->user_failures, request->limit_key);
}

static gboolean
is_right (const Request *request, const char *hash)
{
  const gsize length = strlen (request->setting);

  return request->user != NULL && strlen (hash) == length &&
         CRYPTO_memcmp (hash, request->setting, length) == 0;
}

static void
on_sign_in_hashed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Request *request = g_task_get_task_data (task);
  BeckonAccounts *self = g_task_get_source_object (task);
  GError *error = NULL;
  g_autofree char *hash =
      beckon_password_hasher_hash_finish (BECKON_PASSWORD_HASHER (source), result, &error);

  if (hash != NULL && !is_right (request, hash))
    {
      count_sign_in (self, "wrong-password");
      g_task_return_new_error (task, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_WRONG_PASSWORD,
                               "The user id and the password do not match");
      return;
    }
  give_attempt_back (self, request);
  if (hash == NULL)
    {
      count_sign_in (self, "failed");
      g_task_return_error (task, error);
      return;
    }
  count_sign_in (self, "ok");
  request->token = random_hex (32);
  request->hash = beckon_accounts_hash_token (request->token);
  request->expires = g_get_real_time () / G_USEC_PER_SEC + self->config->token_days * 86400;
  beckon_store_add_token (self->store, request->hash, request->user, request->device,
                          request->expires);
  complete_when_committed (self, g_steal_pointer (&task));
}

void
beckon_accounts_sign_in_async (BeckonAccounts *self,
                               const char *user,
                               const char *password,
                               const char *device,
                               const char *address,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (BeckonStoredAccount) account = NULL;
  g_autofree char *id = NULL;
  GError *error = NULL;
  Request *request;

  g_return_if_fail (BECKON_IS_ACCOUNTS (self) && user != NULL && password != NULL);
  g_return_if_fail (device != NULL && address != NULL);

  task = begin (self, beckon_accounts_sign_in_async, callback, user_data);
  request = g_task_get_task_data (task);
  id = beckon_user_id_normalize (user, NULL);
  request->limit_key = g_strdup (id != NULL ? id : "");
  request->address = g_strdup (address);
  request->device = g_strdup (device);
  if (take_attempt (self, request, &error))
    account = beckon_store_get_account (self->store, request->limit_key, &error);
  if (error != NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  if (account != NULL && account->password != NULL)
    request->user = g_strdup (account->user);
  request->setting = g_strdup (request->user != NULL ? account->password : self->nobody);
  if (strlen (password) > BECKON_PASSWORD_MAX)
    password = ""; /* nobody's */
  beckon_password_hasher_hash_async (self->hasher, password, request->setting, on_sign_in_hashed,
                                     g_steal_pointer (&task));
}

char *
beckon_accounts_sign_in_finish (BeckonAccounts *self,
                                GAsyncResult *result,
                                gint64 *expires,
                                GError **error)
{
  Request *request;

  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return NULL;
  request = g_task_get_task_data (G_TASK (result));
  *expires = request->expires;
  return g_steal_pointer (&request->token);
}

/* ---- tokens ---- */

/* The account comes to be with its first token, and follows the name that the site has for it. */
static BeckonStoredAccount *
check_signed_token (BeckonAccounts *self, const char *token, GError **error)
{
  g_autoptr (BeckonJwtClaims) claims =
      beckon_jwt_verify (self->verifier, token, g_get_real_time () / G_USEC_PER_SEC, error);
  g_autoptr (BeckonStoredAccount) account = NULL;
  GError *failure = NULL;

  if (claims == NULL)
    return NULL;
  account = beckon_store_get_account (self->store, claims->user, &failure);
  if (failure != NULL)
    {
      g_propagate_error (error, failure);
      return NULL;
    }
  if (account == NULL)
    {
      account = g_new0 (BeckonStoredAccount, 1);
      account->user = g_strdup (claims->user);
    }
  g_clear_pointer (&account->password, g_free);
  account->expires = claims->expires;
  /* the user id is what a token has that names nobody */
  if (account->name == NULL ||
      (!g_str_equal (claims->name, claims->user) && !g_str_equal (claims->name, account->name)))
    {
      beckon_store_put_account (self->store, claims->user, claims->name);
      g_free (account->name);
      account->name = g_strdup (claims->name);
    }
  return g_steal_pointer (&account);
}

BeckonStoredAccount *
beckon_accounts_check_token (BeckonAccounts *self, const char *token, GError **error)
{
  g_autofree char *hash = NULL;
  GError *failure = NULL;
  BeckonStoredAccount *account;

  g_return_val_if_fail (BECKON_IS_ACCOUNTS (self) && token != NULL, NULL);

  if (self->verifier != NULL && beckon_jwt_looks_like_one (token))
    return check_signed_token (self, token, error);
  hash = beckon_accounts_hash_token (token);
  account = beckon_store_find_token (self->store, hash, &failure);
  if (failure != NULL)
    g_propagate_error (error, failure);
  else if (account == NULL)
    g_set_error (error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_BAD_TOKEN,
                 "The token is not known or has expired");
  return account;
}

gboolean
beckon_accounts_is_revoked (BeckonAccounts *self, const char *hash, GError **error)
{
  g_return_val_if_fail (BECKON_IS_ACCOUNTS (self) && hash != NULL, FALSE);

  for (GList *link = self->uncommitted.head; link != NULL; link = link->next)
    if (g_task_get_source_tag (link->data) == beckon_accounts_revoke_hash &&
        g_str_equal (((Request *) g_task_get_task_data (link->data))->hash, hash))
      return TRUE;
  return beckon_store_is_revoked (self->store, hash, error);
}

void
beckon_accounts_revoke_token_async (BeckonAccounts *self,
                                    const char *token,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (BeckonStoredAccount) account = NULL;
  GError *error = NULL;
  Request *request;

  g_return_if_fail (BECKON_IS_ACCOUNTS (self) && token != NULL);

  task = begin (self, beckon_accounts_revoke_token_async, callback, user_data);
  request = g_task_get_task_data (task);
  request->hash = beckon_accounts_hash_token (token);
  account = beckon_store_find_token (self->store, request->hash, &error);
  if (error == NULL && account == NULL)
    error = g_error_new (BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_BAD_TOKEN,
                         "The token is not known or has expired");
  if (error != NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  beckon_store_remove_token (self->store, request->hash);
  complete_when_committed (self, g_steal_pointer (&task));
}

void
beckon_accounts_revoke_hash (
    BeckonAccounts *self, const char *hash, const char *user, gint64 expires, gboolean shared)
{
  GTask *task;
  Request *request;

  g_return_if_fail (BECKON_IS_ACCOUNTS (self) && hash != NULL && user != NULL);

  task = begin (self, beckon_accounts_revoke_hash, NULL, NULL);
  request = g_task_get_task_data (task);
  request->hash = g_strdup (hash);
  /* one that a site has signed is taken a little longer than it says */
  beckon_store_revoke_token (self->store, hash, user,
                             MIN (expires, G_MAXINT64 - BECKON_JWT_LEEWAY) + BECKON_JWT_LEEWAY,
                             shared);
  complete_when_committed (self, task);
}

gboolean
beckon_accounts_revoke_token_finish (BeckonAccounts *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

gboolean
beckon_accounts_is_busy (BeckonAccounts *self)
{
  g_return_val_if_fail (BECKON_IS_ACCOUNTS (self), FALSE);

  return self->n_requests > 0;
}

/* ---- class ---- */

static void
beckon_accounts_finalize (GObject *object)
{
  BeckonAccounts *self = BECKON_ACCOUNTS (object);

  g_assert (self->n_requests == 0); /* each holds the object */
  g_clear_object (&self->store);
  g_clear_pointer (&self->verifier, beckon_jwt_verifier_free);
  g_clear_object (&self->hasher);
  g_clear_pointer (&self->user_failures, beckon_rate_limiter_free);
  g_clear_pointer (&self->address_failures, beckon_rate_limiter_free);
  g_clear_pointer (&self->registrations, beckon_rate_limiter_free);
  g_free (self->nobody);
  G_OBJECT_CLASS (beckon_accounts_parent_class)->finalize (object);
}

static void
beckon_accounts_class_init (BeckonAccountsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = beckon_accounts_finalize;
  signals[REVOKED] = g_signal_new ("revoked", BECKON_TYPE_ACCOUNTS, G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
beckon_accounts_init (BeckonAccounts *self)
{
  self->hasher = beckon_password_hasher_new ();
  self->nobody = beckon_password_hasher_hash (NOBODY);
  g_assert (self->nobody != NULL);
  g_queue_init (&self->uncommitted);
}

BeckonAccounts *
beckon_accounts_new (BeckonStore *store,
                     const BeckonServerConfig *config,
                     BeckonJwtVerifier *verifier,
                     BeckonMetrics *metrics)
{
  const guint by_user = config->sign_in_failures_per_minute;
  const guint by_address = config->sign_in_failures_per_address_per_minute;
  const guint registrations = config->registrations_per_address_per_minute;
  BeckonAccounts *self;

  g_return_val_if_fail (BECKON_IS_STORE (store) && config != NULL, NULL);

  self = g_object_new (BECKON_TYPE_ACCOUNTS, NULL);
  self->store = g_object_ref (store);
  self->config = config;
  self->verifier = verifier;
  self->metrics = metrics;
  self->user_failures = beckon_rate_limiter_new (by_user, by_user);
  self->address_failures = beckon_rate_limiter_new (by_address, by_address);
  self->registrations = beckon_rate_limiter_new (registrations, registrations);
  g_signal_connect_object (store, "committed", G_CALLBACK (on_committed), self, 0);
  return self;
}
