/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the allocator is told: threads share two arenas, and what a pipeline leaves is given back. */

#include "config.h"

#include "media-private.h"
#include "media-session.h"

#include <malloc.h>
#include <stdio.h>
#include <unistd.h>

#define N_THREADS 8
#define N_BLOCKS 800
#define BLOCK_SIZE (100 * 1024) /* not so large that each is mapped for itself */

typedef struct
{
  GMutex mutex;
  GCond changed;
  guint n_there;
  gboolean over;
} Crowd;

/* Has memory of its own at the same time as all others. */
static gpointer
stand_in_crowd (gpointer user_data)
{
  Crowd *crowd = user_data;
  g_autofree char *block = g_malloc0 (1000);

  g_mutex_lock (&crowd->mutex);
  crowd->n_there++;
  g_cond_broadcast (&crowd->changed);
  while (!crowd->over)
    g_cond_wait (&crowd->changed, &crowd->mutex);
  g_mutex_unlock (&crowd->mutex);
  return NULL;
}

static guint
count_arenas (void)
{
  char *text = NULL;
  size_t length = 0;
  FILE *file = open_memstream (&text, &length);
  guint n = 0;

  g_assert_cmpint (malloc_info (0, file), ==, 0);
  fclose (file);
  for (const char *at = text; (at = strstr (at, "<heap nr=")) != NULL; at++)
    n++;
  free (text);
  return n;
}

static void
test_arenas (void)
{
  Crowd crowd = { .n_there = 0 };
  GThread *threads[N_THREADS];

  for (guint i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("crowd", stand_in_crowd, &crowd);
  g_mutex_lock (&crowd.mutex);
  while (crowd.n_there < N_THREADS)
    g_cond_wait (&crowd.changed, &crowd.mutex);
  g_assert_cmpuint (count_arenas (), <=, 2);
  crowd.over = TRUE;
  g_cond_broadcast (&crowd.changed);
  g_mutex_unlock (&crowd.mutex);
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);
}

static gsize
get_resident (void)
{
  g_autofree char *text = NULL;
  gsize pages = 0;

  g_assert_true (g_file_get_contents ("/proc/self/statm", &text, NULL, NULL));
  g_assert_cmpint (sscanf (text, "%*u %zu", &pages), ==, 1);
  return pages * (gsize) getpagesize ();
}

static void
on_stopped (GObject *source, GAsyncResult *result, gpointer stopped)
{
  *(gboolean *) stopped = g_task_propagate_boolean (G_TASK (result), NULL);
}

static void
test_given_back (void)
{
  char *blocks[N_BLOCKS];
  g_autofree char *last = NULL;
  GstElement *pipeline = gst_pipeline_new (NULL);
  gboolean stopped = FALSE;
  gsize before;

#ifdef __SANITIZE_ADDRESS__
  gst_object_unref (pipeline);
  g_test_skip ("The sanitizer has an allocator of its own");
  return;
#endif
  for (guint i = 0; i < N_BLOCKS; i++)
    {
      blocks[i] = g_malloc (BLOCK_SIZE);
      memset (blocks[i], 1, BLOCK_SIZE);
    }
  last = g_malloc0 (BLOCK_SIZE); /* what lies below it is not given back by itself */
  for (guint i = 0; i < N_BLOCKS; i++)
    g_free (blocks[i]);
  before = get_resident ();
  beckon_media_stop_in_thread (gst_object_ref_sink (pipeline), on_stopped, &stopped);
  while (!stopped)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (get_resident () + N_BLOCKS / 2 * BLOCK_SIZE, <, before);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  beckon_media_limit_arenas ();
  g_test_init (&argc, &argv, NULL);
  g_assert_true (beckon_media_init (&argc, &argv, &error));
  g_test_add_func ("/memory/arenas", test_arenas);
  g_test_add_func ("/memory/given-back", test_given_back);
  return g_test_run ();
}
