/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What ThreadSanitizer cannot see of GLib, which is not built with it: that what goes through a queue, to a
 * pool of threads or to a main context was written before it is read. Linked into the programs under test, in
 * front of GLib's own functions, which do the work. (build-aux/test.sh --suite threads) */

#include <dlfcn.h>
#include <gio/gio.h>

void AnnotateHappensBefore (const char *file, int line, const volatile void *address);
void AnnotateHappensAfter (const char *file, int line, const volatile void *address);

#define BEFORE(address) AnnotateHappensBefore (__FILE__, __LINE__, address)
#define AFTER(address) AnnotateHappensAfter (__FILE__, __LINE__, address)
#define REAL(name) ((__typeof__ (&name)) dlsym (RTLD_NEXT, #name))

void
g_async_queue_push (GAsyncQueue *queue, gpointer data)
{
  BEFORE (data);
  REAL (g_async_queue_push) (queue, data);
}

gpointer
g_async_queue_pop (GAsyncQueue *queue)
{
  gpointer data = REAL (g_async_queue_pop) (queue);

  AFTER (data);
  return data;
}

gpointer
g_async_queue_try_pop (GAsyncQueue *queue)
{
  gpointer data = REAL (g_async_queue_try_pop) (queue);

  if (data != NULL)
    AFTER (data);
  return data;
}

gpointer
g_async_queue_timeout_pop (GAsyncQueue *queue, guint64 timeout)
{
  gpointer data = REAL (g_async_queue_timeout_pop) (queue, timeout);

  if (data != NULL)
    AFTER (data);
  return data;
}

typedef struct
{
  GFunc func;
  gpointer user_data;
} Pool;

static void
run_in_pool (gpointer data, gpointer user_data)
{
  Pool *pool = user_data;

  AFTER (data);
  pool->func (data, pool->user_data);
}

/* Pools live as long as the process, and so does what is known of them. */
GThreadPool *
g_thread_pool_new (GFunc func, gpointer user_data, gint max_threads, gboolean exclusive,
                   GError **error)
{
  Pool *pool = g_new (Pool, 1);

  *pool = (Pool) { func, user_data };
  return REAL (g_thread_pool_new) (run_in_pool, pool, max_threads, exclusive, error);
}

gboolean
g_thread_pool_push (GThreadPool *pool, gpointer data, GError **error)
{
  BEFORE (data);
  return REAL (g_thread_pool_push) (pool, data, error);
}

typedef struct
{
  GSourceFunc func;
  gpointer data;
  GDestroyNotify notify;
} Invoked;

static gboolean
run_invoked (gpointer user_data)
{
  Invoked *invoked = user_data;

  AFTER (invoked);
  return invoked->func (invoked->data);
}

static void
free_invoked (gpointer user_data)
{
  Invoked *invoked = user_data;

  if (invoked->notify != NULL)
    invoked->notify (invoked->data);
  g_free (invoked);
}

void
g_main_context_invoke_full (GMainContext *context, gint priority, GSourceFunc function,
                            gpointer data, GDestroyNotify notify)
{
  Invoked *invoked = g_new (Invoked, 1);

  *invoked = (Invoked) { function, data, notify };
  BEFORE (invoked);
  REAL (g_main_context_invoke_full) (context, priority, run_invoked, invoked, free_invoked);
}

void
g_task_return_pointer (GTask *task, gpointer result, GDestroyNotify destroy)
{
  BEFORE (task);
  REAL (g_task_return_pointer) (task, result, destroy);
}

gpointer
g_task_propagate_pointer (GTask *task, GError **error)
{
  gpointer result = REAL (g_task_propagate_pointer) (task, error);

  AFTER (task);
  return result;
}
