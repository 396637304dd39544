/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** BeckonCaptureDoubt: what may be wrong with a microphone that has said nothing of it. */
typedef enum
{
  BECKON_CAPTURE_DOUBT_NONE,
  BECKON_CAPTURE_DOUBT_LATE,  /* nothing comes of it */
  BECKON_CAPTURE_DOUBT_QUIET, /* it has given nothing but silence since it was opened */
} BeckonCaptureDoubt;

/**
 * BeckonCaptureWatch:
 *
 * Notices that a microphone that is open is of no use: a sound server that hangs reports nothing, nor
 * does one that is switched off at its cable. Main thread.
 */
typedef struct _BeckonCaptureWatch BeckonCaptureWatch;

/** BeckonCaptureDoubted: is called with each doubt that is new, also with none. */
typedef void (*BeckonCaptureDoubted) (BeckonCaptureDoubt doubt, gpointer user_data);

BeckonCaptureWatch *beckon_capture_watch_new (BeckonCaptureDoubted doubted, gpointer user_data);
void beckon_capture_watch_free (BeckonCaptureWatch *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeckonCaptureWatch, beckon_capture_watch_free)

/** beckon_capture_watch_begin: it is being opened; or another one, in its place. */
void beckon_capture_watch_begin (BeckonCaptureWatch *self);
/** beckon_capture_watch_hear: @level: 0..1, of what has come last; 0: not even noise */
void beckon_capture_watch_hear (BeckonCaptureWatch *self, double level);
/** beckon_capture_watch_end: it is closed, and there is no doubt any more. */
void beckon_capture_watch_end (BeckonCaptureWatch *self);

G_END_DECLS
