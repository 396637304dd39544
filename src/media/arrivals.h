/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

typedef enum
{
  BECKON_KIND_SOUND, /* also what is not known yet */
  BECKON_KIND_PICTURES,
  BECKON_N_KINDS
} BeckonKind;

/** BeckonArrivals: how late packets come into the jitter buffers of a connection, in milliseconds,
 * the longest since each was taken. Written by streaming threads; see beckon_arrivals_take(). */
typedef struct
{
  gint overtaken_ms; /* behind the first that overtook it */
  gint repaired_ms;  /* a copy of sound, behind the packet before what was missing */
  gint spread_ms[BECKON_N_KINDS]; /* behind the quickest of the last seconds */
} BeckonArrivals;

/** beckon_arrivals_watch: (thread any): @self: outlives what comes into @buffer: an
 * rtpjitterbuffer. Copies that nobody has asked for pass as ordinary packets from now on, and
 * second copies not at all. */
void beckon_arrivals_watch (BeckonArrivals *self, GstElement *buffer);

/** beckon_arrivals_get_kind: (thread any): @buffer: one that is watched. */
BeckonKind beckon_arrivals_get_kind (GstElement *buffer);

/** beckon_arrivals_take: (thread any): @longest_ms: a field of #BeckonArrivals; begins anew */
guint beckon_arrivals_take (gint *longest_ms);

G_END_DECLS
