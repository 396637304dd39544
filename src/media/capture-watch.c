/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "capture-watch.h"

/* A sound server that is busy takes a second; there is no room so quiet. */
#define PATIENCE 5

struct _BeckonCaptureWatch
{
  BeckonCaptureDoubted doubted;
  gpointer user_data;

  guint tick_source; /* 0: nothing is open */
  BeckonCaptureDoubt doubt;
  /* Seconds, counted one by one: what the main loop could not look at was not late */
  guint without;  /* anything that came */
  guint in_vain;  /* with something that came */
  gboolean heard; /* there was some sound */
};

static void
set_doubt (BeckonCaptureWatch *self, BeckonCaptureDoubt doubt)
{
  if (self->doubt == doubt)
    return;
  self->doubt = doubt;
  self->doubted (doubt, self->user_data);
}

static gboolean
on_tick (gpointer user_data)
{
  BeckonCaptureWatch *self = user_data;

  self->in_vain += self->without == 0;
  self->without++;
  if (self->without > PATIENCE)
    set_doubt (self, BECKON_CAPTURE_DOUBT_LATE);
  else if (!self->heard && self->in_vain >= PATIENCE)
    set_doubt (self, BECKON_CAPTURE_DOUBT_QUIET);
  return G_SOURCE_CONTINUE;
}

BeckonCaptureWatch *
beckon_capture_watch_new (BeckonCaptureDoubted doubted, gpointer user_data)
{
  BeckonCaptureWatch *self = g_new0 (BeckonCaptureWatch, 1);

  self->doubted = doubted;
  self->user_data = user_data;
  return self;
}

void
beckon_capture_watch_free (BeckonCaptureWatch *self)
{
  g_clear_handle_id (&self->tick_source, g_source_remove);
  g_free (self);
}

void
beckon_capture_watch_begin (BeckonCaptureWatch *self)
{
  beckon_capture_watch_end (self);
  self->without = 1; /* not yet */
  self->tick_source = g_timeout_add_seconds (1, on_tick, self);
}

void
beckon_capture_watch_hear (BeckonCaptureWatch *self, double level)
{
  if (self->tick_source == 0)
    return;
  self->without = 0;
  self->heard |= level > 0;
  if (self->heard || self->doubt == BECKON_CAPTURE_DOUBT_LATE)
    set_doubt (self, BECKON_CAPTURE_DOUBT_NONE);
}

void
beckon_capture_watch_end (BeckonCaptureWatch *self)
{
  g_clear_handle_id (&self->tick_source, g_source_remove);
  self->without = self->in_vain = 0;
  self->heard = FALSE;
  set_doubt (self, BECKON_CAPTURE_DOUBT_NONE);
}
