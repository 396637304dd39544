/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-server"

#include "config.h"

#include "password-hasher.h"

#include "protocol-error.h"
#include "server-error.h"

#include <crypt.h>
#include <openssl/crypto.h>

#include <string.h>

#define THREADS 2
/* More than that waiting is an attack, or a day on which nobody should wait. */
#define QUEUE_MAX 256

G_STATIC_ASSERT (BECKON_PASSWORD_MAX == CRYPT_MAX_PASSPHRASE_SIZE - 1);

typedef struct
{
  char *password;
  char *setting; /* nullable */
} Job;

struct _BeckonPasswordHasher
{
  GObject parent_instance;

  GThreadPool *pool; /* of GTask, each with its Job */
};

G_DEFINE_FINAL_TYPE (BeckonPasswordHasher, beckon_password_hasher, G_TYPE_OBJECT)

static void
job_free (Job *job)
{
  OPENSSL_cleanse (job->password, strlen (job->password));
  g_free (job->password);
  g_free (job->setting);
  g_free (job);
}

/* Returns: (transfer full) (nullable): in any thread. */
static char *
hash (const char *password, const char *setting)
{
  void *data = NULL;
  int size = 0;
  char *hashed = crypt_ra (password, setting, &data, &size);

  hashed = hashed != NULL && *hashed != '*' ? g_strdup (hashed) : NULL;
  if (data != NULL)
    OPENSSL_cleanse (data, size);
  free (data);
  return hashed;
}

char *
beckon_password_hasher_hash (const char *password)
{
  char *setting = crypt_gensalt_ra ("$y$", 0, NULL, 0);
  char *hashed = setting != NULL ? hash (password, setting) : NULL;

  free (setting);
  return hashed;
}

static void
run_job (gpointer data, gpointer unused)
{
  g_autoptr (GTask) task = data;
  Job *job = g_task_get_task_data (task);
  char *hashed = job->setting != NULL ? hash (job->password, job->setting)
                                      : beckon_password_hasher_hash (job->password);

  if (hashed != NULL)
    g_task_return_pointer (task, hashed, g_free);
  else
    g_task_return_new_error (task, BECKON_SERVER_ERROR, BECKON_SERVER_ERROR_CRYPTO,
                             "A password could not be hashed");
}

void
beckon_password_hasher_hash_async (BeckonPasswordHasher *self,
                                   const char *password,
                                   const char *setting,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  Job *job;

  g_return_if_fail (BECKON_IS_PASSWORD_HASHER (self));
  g_return_if_fail (password != NULL && strlen (password) <= BECKON_PASSWORD_MAX);

  task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (task, beckon_password_hasher_hash_async);
  if (g_thread_pool_unprocessed (self->pool) >= QUEUE_MAX)
    {
      g_task_return_new_error (task, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_RATE_LIMITED,
                               "The server is busy; try again in a minute");
      return;
    }
  job = g_new0 (Job, 1);
  job->password = g_strdup (password);
  job->setting = g_strdup (setting);
  g_task_set_task_data (task, job, (GDestroyNotify) job_free);
  g_thread_pool_push (self->pool, g_steal_pointer (&task), NULL);
}

char *
beckon_password_hasher_hash_finish (BeckonPasswordHasher *self,
                                    GAsyncResult *result,
                                    GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- class ---- */

static void
beckon_password_hasher_finalize (GObject *object)
{
  /* nothing waits: each task holds the object */
  g_thread_pool_free (BECKON_PASSWORD_HASHER (object)->pool, FALSE, FALSE);
  G_OBJECT_CLASS (beckon_password_hasher_parent_class)->finalize (object);
}

static void
beckon_password_hasher_class_init (BeckonPasswordHasherClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = beckon_password_hasher_finalize;
}

static void
beckon_password_hasher_init (BeckonPasswordHasher *self)
{
  self->pool = g_thread_pool_new (run_job, NULL, THREADS, FALSE, NULL);
}

BeckonPasswordHasher *
beckon_password_hasher_new (void)
{
  return g_object_new (BECKON_TYPE_PASSWORD_HASHER, NULL);
}
