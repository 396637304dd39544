/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-server"

#include "config.h"

#include "accounts.h"

#include <crypt.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "identifiers.h"
#include "protocol-error.h"
#include "rate-limiter.h"
#include "server-error.h"

#define PASSWORD_MIN 8
#define PASSWORD_MAX (CRYPT_MAX_PASSPHRASE_SIZE - 1)
#define HASH_THREADS 2
/* More than that waiting is an attack, or a day on which nobody should wait. */
#define HASH_QUEUE_MAX 256
/* What nobody's password is compared with: as costly as anybody's. */
#define NOBODY "nobody's password"

typedef struct
{
  BeckonAccounts *accounts; /* borrowed: the task holds it */
  GTask *task;
  char *user;
  char *name;     /* registration */
  char *password;
  char *device;   /* sign-in */
  char *limit_key; /* sign-in */
  char *setting;  /* what crypt(3) is told: a hash, or NULL to make a new one */
  char *hash;     /* made by the thread; NULL: it failed */
  gint64 expires;
} Job;

struct _BeckonAccounts
{
  GObject parent_instance;

  BeckonStore *store;
  const BeckonServerConfig *config;
  GThreadPool *pool;
  BeckonRateLimiter *failures;
  char *nobody; /* hash of NOBODY */
  guint hashing; /* jobs that the threads have */
};

G_DEFINE_FINAL_TYPE (BeckonAccounts, beckon_accounts, G_TYPE_OBJECT)

static void
job_free (Job *job)
{
  if (job->password != NULL)
    OPENSSL_cleanse (job->password, strlen (job->password));
  g_free (job->user);
  g_free (job->name);
  g_free (job->password);
  g_free (job->device);
  g_free (job->limit_key);
  g_free (job->setting);
  g_free (job->hash);
  g_free (job);
}

/* ---- hashing, in the threads ---- */

static char *
hash_password (const char *password, const char *setting)
{
  g_autofree char *fresh = NULL;
  void *data = NULL;
  int size = 0;
  char *hash;

  if (setting == NULL)
    {
      char *salt = crypt_gensalt_ra ("$y$", 0, NULL, 0);

      if (salt == NULL)
        return NULL;
      fresh = g_strdup (salt);
      free (salt);
      setting = fresh;
    }
  hash = crypt_ra (password, setting, &data, &size);
  hash = hash != NULL && *hash != '*' ? g_strdup (hash) : NULL;
  if (data != NULL)
    OPENSSL_cleanse (data, size);
  free (data);
  return hash;
}

static gboolean on_hashed (gpointer user_data);

static void
hash_in_thread (gpointer data, gpointer unused)
{
  Job *job = data;

  job->hash = hash_password (job->password, job->setting);
  g_main_context_invoke_full (g_task_get_context (job->task), G_PRIORITY_DEFAULT, on_hashed, job,
                              NULL);
}

/* @job: (transfer full) */
static void
start (BeckonAccounts *self, Job *job, GTask *task)
{
  job->accounts = self;
  job->task = task;
  g_task_set_task_data (task, job, (GDestroyNotify) job_free);
  if (g_thread_pool_unprocessed (self->pool) >= HASH_QUEUE_MAX)
    {
      g_task_return_new_error (task, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_RATE_LIMITED,
                               "The server is busy; try again in a minute");
      g_object_unref (task);
      return;
    }
  self->hashing++;
  g_thread_pool_push (self->pool, job, NULL);
}

/* ---- random ---- */

static char *
random_hex (gsize n_bytes)
{
  g_autoptr (GString) text = g_string_sized_new (2 * n_bytes);
  guint8 bytes[32];

  g_assert (n_bytes <= sizeof bytes);
  if (RAND_bytes (bytes, n_bytes) != 1)
    g_error ("There are no random numbers"); /* nothing a server does is safe without them */
  for (gsize i = 0; i < n_bytes; i++)
    g_string_append_printf (text, "%02x", bytes[i]);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

char *
beckon_accounts_random_id (void)
{
  return random_hex (16);
}

/* ---- registration ---- */

static gboolean
check_registration (BeckonAccounts *self, const char *user, const char *name, const char *password,
                    const char *code, GError **error)
{
  const BeckonServerConfig *config = self->config;
  g_autofree char *normalized = NULL;

  if (config->registration == BECKON_REGISTRATION_CLOSED ||
      (config->registration == BECKON_REGISTRATION_CODE &&
       g_strcmp0 (code, config->registration_code) != 0))
    {
      g_set_error (error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_REGISTRATION_CLOSED,
                   config->registration == BECKON_REGISTRATION_CLOSED
                       ? "New accounts are made by who runs this server"
                       : "This server asks for a registration code, and this is not it");
      return FALSE;
    }
  normalized = beckon_user_id_normalize (user, error);
  if (normalized == NULL)
    return FALSE;
  if (!beckon_name_is_valid (name))
    {
      g_set_error (error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_BAD_REQUEST,
                   "A name has 1 to %d bytes and something to see", BECKON_NAME_MAX_BYTES);
      return FALSE;
    }
  if (strlen (password) < PASSWORD_MIN || strlen (password) > PASSWORD_MAX)
    {
      g_set_error (error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_WEAK_PASSWORD,
                   "A password has %d to %d characters", PASSWORD_MIN, PASSWORD_MAX);
      return FALSE;
    }
  return TRUE;
}

void
beckon_accounts_register_async (BeckonAccounts *self,
                                const char *user,
                                const char *name,
                                const char *password,
                                const char *code,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);
  g_autoptr (BeckonStoredAccount) taken = NULL;
  GError *error = NULL;
  Job *job;

  g_task_set_source_tag (task, beckon_accounts_register_async);
  if (!check_registration (self, user, name, password, code, &error))
    {
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }
  job = g_new0 (Job, 1);
  job->user = beckon_user_id_normalize (user, NULL);
  job->name = g_strdup (name);
  job->password = g_strdup (password);
  taken = beckon_store_get_account (self->store, job->user, NULL);
  if (taken != NULL)
    {
      g_task_return_new_error (task, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_USER_EXISTS,
                               "The user id “%s” is taken", job->user);
      g_object_unref (task);
      job_free (job);
      return;
    }
  start (self, job, task);
}

gboolean
beckon_accounts_register_finish (BeckonAccounts *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
finish_registration (BeckonAccounts *self, Job *job)
{
  GError *error = NULL;

  if (beckon_store_add_account (self->store, job->user, job->name, job->hash, &error))
    g_task_return_boolean (job->task, TRUE);
  else
    g_task_return_error (job->task, error);
}

/* ---- signing in ---- */

void
beckon_accounts_sign_in_async (BeckonAccounts *self,
                               const char *user,
                               const char *password,
                               const char *device,
                               const char *address,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);
  g_autoptr (BeckonStoredAccount) account = NULL;
  g_autofree char *id = beckon_user_id_normalize (user, NULL);
  GError *error = NULL;
  guint wait;
  Job *job;

  g_task_set_source_tag (task, beckon_accounts_sign_in_async);
  job = g_new0 (Job, 1);
  job->limit_key = g_strdup_printf ("%s %s", id != NULL ? id : "", address);
  /* A failure until it is none: else many guesses at once would all be let in. */
  wait = beckon_rate_limiter_take (self->failures, job->limit_key);
  if (wait > 0)
    g_set_error (&error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_RATE_LIMITED,
                 "Too many wrong passwords; try again in %u seconds", wait);
  else if (id != NULL)
    account = beckon_store_get_account (self->store, id, &error);
  if (error != NULL)
    {
      g_task_return_error (task, error);
      g_object_unref (task);
      job_free (job);
      return;
    }
  job->user = account != NULL ? g_strdup (account->user) : NULL;
  job->setting = g_strdup (account != NULL ? account->password : self->nobody);
  job->password = g_strdup (strlen (password) <= PASSWORD_MAX ? password : ""); /* nobody's */
  job->device = g_strdup (device);
  start (self, job, task);
}

char *
beckon_accounts_sign_in_finish (BeckonAccounts *self,
                                GAsyncResult *result,
                                gint64 *expires,
                                GError **error)
{
  Job *job = g_task_get_task_data (G_TASK (result));

  *expires = job != NULL ? job->expires : 0;
  return g_task_propagate_pointer (G_TASK (result), error);
}

static char *
hash_token (const char *token)
{
  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, token, -1);
}

static gboolean
is_right (const Job *job)
{
  const gsize length = strlen (job->setting);

  return job->user != NULL && strlen (job->hash) == length &&
         CRYPTO_memcmp (job->hash, job->setting, length) == 0;
}

static void
finish_sign_in (BeckonAccounts *self, Job *job)
{
  g_autofree char *token = NULL;
  g_autofree char *hash = NULL;
  GError *error = NULL;

  if (!is_right (job))
    {
      g_task_return_new_error (job->task, BECKON_PROTOCOL_ERROR,
                               BECKON_PROTOCOL_ERROR_WRONG_PASSWORD,
                               "The user id and the password do not match");
      return;
    }
  beckon_rate_limiter_give_back (self->failures, job->limit_key);
  token = random_hex (32);
  hash = hash_token (token);
  job->expires = g_get_real_time () / G_USEC_PER_SEC + self->config->token_days * 86400;
  if (beckon_store_add_token (self->store, hash, job->user, job->device, job->expires, &error))
    g_task_return_pointer (job->task, g_steal_pointer (&token), g_free);
  else
    g_task_return_error (job->task, error);
}

static gboolean
on_hashed (gpointer user_data)
{
  Job *job = user_data;
  g_autoptr (GTask) task = job->task;

  job->accounts->hashing--;
  if (job->hash == NULL)
    g_task_return_new_error (task, BECKON_SERVER_ERROR, BECKON_SERVER_ERROR_CRYPTO,
                             "A password could not be hashed");
  else if (job->name != NULL)
    finish_registration (job->accounts, job);
  else
    finish_sign_in (job->accounts, job);
  return G_SOURCE_REMOVE;
}

BeckonStoredAccount *
beckon_accounts_check_token (BeckonAccounts *self, const char *token, GError **error)
{
  g_autofree char *hash = hash_token (token);
  GError *failure = NULL;
  g_autofree char *user = beckon_store_find_token (self->store, hash, &failure);
  BeckonStoredAccount *account = NULL;

  if (user != NULL)
    account = beckon_store_get_account (self->store, user, &failure);
  if (failure != NULL)
    g_propagate_error (error, failure);
  else if (account == NULL)
    g_set_error (error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_BAD_TOKEN,
                 "The token is not known or has expired");
  return account;
}

gboolean
beckon_accounts_revoke_token (BeckonAccounts *self, const char *token, GError **error)
{
  g_autofree char *hash = hash_token (token);

  return beckon_store_remove_token (self->store, hash, error);
}

gboolean
beckon_accounts_is_busy (BeckonAccounts *self)
{
  g_return_val_if_fail (BECKON_IS_ACCOUNTS (self), FALSE);

  return self->hashing > 0;
}

/* ---- class ---- */

BeckonAccounts *
beckon_accounts_new (BeckonStore *store, const BeckonServerConfig *config)
{
  BeckonAccounts *self = g_object_new (BECKON_TYPE_ACCOUNTS, NULL);

  self->store = g_object_ref (store);
  self->config = config;
  self->failures = beckon_rate_limiter_new (config->sign_in_failures_per_minute,
                                            config->sign_in_failures_per_minute);
  return self;
}

static void
beckon_accounts_finalize (GObject *object)
{
  BeckonAccounts *self = BECKON_ACCOUNTS (object);

  g_thread_pool_free (self->pool, FALSE, TRUE);
  g_clear_pointer (&self->failures, beckon_rate_limiter_free);
  g_clear_object (&self->store);
  g_free (self->nobody);
  G_OBJECT_CLASS (beckon_accounts_parent_class)->finalize (object);
}

static void
beckon_accounts_class_init (BeckonAccountsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = beckon_accounts_finalize;
}

static void
beckon_accounts_init (BeckonAccounts *self)
{
  self->pool = g_thread_pool_new (hash_in_thread, NULL, HASH_THREADS, FALSE, NULL);
  self->nobody = hash_password (NOBODY, NULL);
  g_assert (self->nobody != NULL);
}
