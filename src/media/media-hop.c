/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The way from GStreamer's threads to the main one, and from that one to a thread that may wait. */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "media-private.h"

#include <malloc.h>

typedef struct
{
  GWeakRef object;
  BeckonHopFunc func;
  gpointer data;
  GDestroyNotify free_data;
} Hop;

static gboolean
on_landed (gpointer user_data)
{
  Hop *hop = user_data;
  g_autoptr (GObject) object = g_weak_ref_get (&hop->object);

  if (object != NULL)
    hop->func (object, hop->data);
  return G_SOURCE_REMOVE;
}

static void
hop_free (gpointer user_data)
{
  Hop *hop = user_data;

  g_weak_ref_clear (&hop->object);
  if (hop->free_data != NULL)
    hop->free_data (hop->data);
  g_free (hop);
}

void
beckon_media_hop (gpointer object, BeckonHopFunc func, gpointer data, GDestroyNotify free_data)
{
  Hop *hop = g_new0 (Hop, 1);

  g_weak_ref_init (&hop->object, object);
  hop->func = func;
  hop->data = data;
  hop->free_data = free_data;
  g_idle_add_full (G_PRIORITY_DEFAULT, on_landed, hop, hop_free);
}

/* ---- one after the other ---- */

typedef struct
{
  GstElement *pipeline;
  GstState state;
} StateChange;

static GQuark
over_quark (void)
{
  return g_quark_from_static_string ("beckon-over");
}

static void
change_state (gpointer data, gpointer unused)
{
  StateChange *change = data;

  /* Nobody waits for what has been stopped meanwhile to open. */
  if (change->state == GST_STATE_NULL ||
      g_object_get_qdata (G_OBJECT (change->pipeline), over_quark ()) == NULL)
    gst_element_set_state (change->pipeline, change->state);
  gst_object_unref (change->pipeline);
  g_free (change);
}

GThreadPool *
beckon_media_state_thread_new (void)
{
  return g_thread_pool_new (change_state, NULL, 1, FALSE, NULL);
}

void
beckon_media_state_thread_free (GThreadPool *thread)
{
  g_thread_pool_free (thread, FALSE, FALSE);
}

void
beckon_media_set_state_in_thread (GThreadPool *thread, GstElement *pipeline, GstState state)
{
  StateChange *change = g_new (StateChange, 1);

  *change = (StateChange){ gst_object_ref (pipeline), state };
  if (state == GST_STATE_NULL)
    g_object_set_qdata (G_OBJECT (pipeline), over_quark (), GINT_TO_POINTER (TRUE));
  g_thread_pool_push (thread, change, NULL);
}

/* ---- at once ---- */

static void
stop_pipeline (GTask *task, gpointer source, gpointer pipeline, GCancellable *cancellable)
{
  gst_element_set_state (pipeline, GST_STATE_NULL);
  /* Its pictures lay between what stays, and so the whole of it would be kept: 50 MB after a call. */
  malloc_trim (0);
  g_task_return_boolean (task, TRUE);
}

void
beckon_media_stop_in_thread (GstElement *pipeline, GAsyncReadyCallback done, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, done, user_data);

  g_task_set_source_tag (task, beckon_media_stop_in_thread);
  g_task_set_task_data (task, pipeline, gst_object_unref);
  g_task_run_in_thread (task, stop_pipeline);
}
