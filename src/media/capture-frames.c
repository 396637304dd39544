/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "capture-frames.h"

struct _BeckonFrames
{
  gboolean keep;

  GMutex lock;
  GstAppSink *source; /* nullable, borrowed, never looked into; this and the next under the lock */
  GPtrArray *targets; /* GstAppSrc */
  GstSample *last;    /* nullable: a picture for who comes between two */
};

static void
clear (gpointer data)
{
  BeckonFrames *self = data;

  g_clear_pointer (&self->last, gst_sample_unref);
  g_ptr_array_unref (self->targets);
  g_mutex_clear (&self->lock);
}

BeckonFrames *
beckon_frames_new (gboolean keep)
{
  BeckonFrames *self = g_atomic_rc_box_new0 (BeckonFrames);

  self->keep = keep;
  g_mutex_init (&self->lock);
  self->targets = g_ptr_array_new_with_free_func (gst_object_unref);
  return self;
}

void
beckon_frames_unref (BeckonFrames *self)
{
  g_atomic_rc_box_release_full (self, clear);
}

/* ---- on GStreamer's thread ---- */

void
beckon_media_push (GstAppSrc *target, GstSample *sample)
{
  g_autoptr (GstSample) stamped = NULL;
  GstBuffer *buffer;

  /* Before it has both a clock and a base time, it would stamp with the age of the machine, and
   * nothing behind such a frame would be sent before that has come. */
  if (GST_STATE (target) != GST_STATE_PLAYING)
    return;
  buffer = gst_buffer_copy (gst_sample_get_buffer (sample));
  GST_BUFFER_PTS (buffer) = GST_BUFFER_DTS (buffer) = GST_CLOCK_TIME_NONE;
  stamped = gst_sample_new (buffer, gst_sample_get_caps (sample), NULL, NULL);
  gst_buffer_unref (buffer);
  gst_app_src_push_sample (target, stamped);
}

static gpointer
ref_target (gconstpointer target, gpointer unused)
{
  return gst_object_ref ((gpointer) target);
}

/* With the lock. Returns: (transfer full): who is to get @sample. */
static GPtrArray *
take (BeckonFrames *self, GstSample *sample)
{
  if (self->keep)
    {
      g_clear_pointer (&self->last, gst_sample_unref);
      /* The sink writes into its own sample again. */
      self->last = gst_sample_new (gst_sample_get_buffer (sample), gst_sample_get_caps (sample),
                                   NULL, NULL);
    }
  return g_ptr_array_copy (self->targets, ref_target, NULL);
}

static GstFlowReturn
on_sample (GstAppSink *sink, gpointer user_data)
{
  BeckonFrames *self = user_data;
  g_autoptr (GstSample) sample = gst_app_sink_pull_sample (sink);
  g_autoptr (GPtrArray) targets = NULL;

  if (sample == NULL)
    return GST_FLOW_OK;
  g_mutex_lock (&self->lock);
  if (self->source == sink)
    targets = take (self, sample);
  g_mutex_unlock (&self->lock);
  for (guint i = 0; targets != NULL && i < targets->len; i++)
    beckon_media_push (g_ptr_array_index (targets, i), sample);
  return GST_FLOW_OK;
}

/* ---- public ---- */

void
beckon_frames_take_from (BeckonFrames *self, GstAppSink *sink)
{
  GstAppSinkCallbacks callbacks = { .new_sample = on_sample };

  g_mutex_lock (&self->lock);
  self->source = sink;
  g_clear_pointer (&self->last, gst_sample_unref);
  g_mutex_unlock (&self->lock);
  if (sink != NULL)
    gst_app_sink_set_callbacks (sink, &callbacks, g_atomic_rc_box_acquire (self),
                                (GDestroyNotify) beckon_frames_unref);
}

void
beckon_frames_add_target (BeckonFrames *self, GstAppSrc *target)
{
  g_autoptr (GstSample) last = NULL;

  g_mutex_lock (&self->lock);
  if (!g_ptr_array_find (self->targets, target, NULL))
    {
      g_ptr_array_add (self->targets, gst_object_ref (target));
      if (self->last != NULL)
        last = gst_sample_ref (self->last);
    }
  g_mutex_unlock (&self->lock);
  /* The first picture need not wait for the next one, which may be a thirtieth of a second away. */
  if (last != NULL)
    beckon_media_push (target, last);
}

gboolean
beckon_frames_has_target (BeckonFrames *self, GstAppSrc *target)
{
  gboolean found;

  g_mutex_lock (&self->lock);
  found = g_ptr_array_find (self->targets, target, NULL);
  g_mutex_unlock (&self->lock);
  return found;
}

void
beckon_frames_remove_target (BeckonFrames *self, GstAppSrc *target)
{
  g_mutex_lock (&self->lock);
  g_ptr_array_remove (self->targets, target);
  g_mutex_unlock (&self->lock);
}
