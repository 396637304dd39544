/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "encoder-load.h"

#include "media-private.h"

#define WINDOW_US G_USEC_PER_SEC
/* The next larger pictures are nearly twice as large. */
#define BUSY 0.75
#define IDLE 0.35
#define BUSY_WINDOWS 2
/* Of the pictures, that did not wait for their turn in vain. */
#define TAKEN 0.9
#define PICTURES_MIN 5
/* Each attempt that fails makes the next one wait twice as long. */
#define IDLE_WINDOWS 8
#define IDLE_WINDOWS_MAX 120

struct _BeckonEncoderLoad
{
  gint64 began;  /* the window; 0: none yet */
  guint busy;    /* windows in a row */
  guint idle;
  guint patience; /* idle windows until something larger is tried */
  gboolean tried; /* the last change was that */

  GThread *thread; /* that brings pictures; atomic */
  gint64 entered;  /* of that thread; 0: none is in there */

  /* In this window; atomic */
  gint took_us;
  gint taken;
  gint overtaken;
};

BeckonEncoderLoad *
beckon_encoder_load_new (void)
{
  BeckonEncoderLoad *self = g_new0 (BeckonEncoderLoad, 1);

  self->patience = IDLE_WINDOWS;
  return self;
}

void
beckon_encoder_load_free (BeckonEncoderLoad *self)
{
  g_free (self);
}

static GstPadProbeReturn
on_enter (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  BeckonEncoderLoad *self = user_data;

  g_atomic_pointer_set (&self->thread, g_thread_self ());
  self->entered = g_get_monotonic_time ();
  return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn
on_leave (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  BeckonEncoderLoad *self = user_data;

  if (g_atomic_pointer_get (&self->thread) != g_thread_self ())
    return GST_PAD_PROBE_OK;
  if (self->entered != 0)
    beckon_encoder_load_add (self, g_get_monotonic_time () - self->entered);
  self->entered = 0; /* a picture may leave in parts */
  return GST_PAD_PROBE_OK;
}

void
beckon_encoder_load_watch (BeckonEncoderLoad *self, GstElement *encoder)
{
  beckon_media_add_probe (encoder, "sink", GST_PAD_PROBE_TYPE_BUFFER, on_enter, self);
  beckon_media_add_probe (encoder, "src", GST_PAD_PROBE_TYPE_BUFFER, on_leave, self);
}

void
beckon_encoder_load_add (BeckonEncoderLoad *self, gint64 took_us)
{
  g_atomic_int_add (&self->took_us, (gint) CLAMP (took_us, 0, WINDOW_US));
  g_atomic_int_inc (&self->taken);
}

void
beckon_encoder_load_add_overtaken (BeckonEncoderLoad *self)
{
  g_atomic_int_inc (&self->overtaken);
}

static gint
judge (BeckonEncoderLoad *self, double load, gint taken, gint overtaken)
{
  const gboolean behind = taken >= PICTURES_MIN && taken < TAKEN * (taken + overtaken);

  self->busy = load >= BUSY || behind ? self->busy + 1 : 0;
  self->idle = taken > 0 && load < IDLE && overtaken == 0 ? self->idle + 1 : 0;
  if (self->busy >= BUSY_WINDOWS)
    {
      if (self->tried)
        self->patience = MIN (2 * self->patience, IDLE_WINDOWS_MAX);
      self->busy = 0;
      self->tried = FALSE;
      return -1;
    }
  if (self->idle >= self->patience)
    {
      self->idle = 0;
      self->tried = TRUE;
      return 1;
    }
  return 0;
}

gint
beckon_encoder_load_update (BeckonEncoderLoad *self, gint64 now_us)
{
  const gint64 took = now_us - self->began;
  gint busy, taken, overtaken;

  if (self->began != 0 && took < WINDOW_US)
    return 0;
  busy = g_atomic_int_exchange (&self->took_us, 0);
  taken = g_atomic_int_exchange (&self->taken, 0);
  overtaken = g_atomic_int_exchange (&self->overtaken, 0);
  if (self->began == 0)
    {
      self->began = now_us;
      return 0;
    }
  self->began = now_us;
  g_debug ("The encoder worked for %d of %d ms, took %d pictures, and %d were overtaken", busy / 1000,
           (gint) (took / 1000), taken, overtaken);
  return judge (self, (double) busy / took, taken, overtaken);
}
