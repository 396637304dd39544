/* SPDX-License-Identifier: GPL-3.0-or-later */

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

GstElement *
beckon_media_make_element (const char *factory)
{
  GstElement *element = gst_element_factory_make (factory, NULL);

  if (element == NULL)
    g_error ("The GStreamer element “%s” has gone since the start", factory);
  return element;
}

GstElement *
beckon_media_append (GstElement *pipeline, GstElement *after, GstElement *element)
{
  gst_bin_add (GST_BIN (pipeline), element);
  if (after != NULL)
    gst_element_link (after, element);
  return element;
}

void
beckon_media_add_probe (GstElement *element,
                        const char *name,
                        GstPadProbeType type,
                        GstPadProbeCallback callback,
                        gpointer user_data)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (element, name);

  gst_pad_add_probe (pad, type, callback, user_data, NULL);
}

static GstPadProbeReturn
on_counted (GstPad *pad, GstPadProbeInfo *info, gpointer counter)
{
  g_atomic_int_inc ((gint *) counter);
  return GST_PAD_PROBE_OK;
}

void
beckon_media_count_buffers (GstElement *element, gint *counter)
{
  beckon_media_add_probe (element, "src", GST_PAD_PROBE_TYPE_BUFFER, on_counted, counter);
}

static GstPadProbeReturn
on_blocked (GstPad *pad, GstPadProbeInfo *info, gpointer unused)
{
  return GST_PAD_PROBE_OK; /* it waits */
}

gulong
beckon_media_block (GstPad *pad, GstPadProbeType mask)
{
  return gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BLOCK | mask, on_blocked, NULL, NULL);
}

gboolean
beckon_media_set_if_there (gpointer object, const char *property, const char *value)
{
  if (g_object_class_find_property (G_OBJECT_GET_CLASS (object), property) == NULL)
    return FALSE;
  gst_util_set_object_arg (G_OBJECT (object), property, value);
  return TRUE;
}
