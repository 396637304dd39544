/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * BeckonPacer:
 *
 * An element for RTP packets, of GStreamer's own kind: behind a payloader, before webrtcbin.
 *
 * A key frame is as much as several others, and at once it would fill the queue of a thin line: what comes
 * last of it is lost, and sound that comes behind it late. So what is more than the frames of
 * %BECKON_PACER_BURST_MS waits here, and leaves at the rate that is set, in its order and on a
 * thread of its own; whoever brings it goes on at once, and so does an encoder that others
 * share. What is less passes as if nothing were here. Nothing waits for more than about %BECKON_PACER_HOLD_MS.
 */
#define BECKON_TYPE_PACER (beckon_pacer_get_type ())
G_DECLARE_FINAL_TYPE (BeckonPacer, beckon_pacer, BECKON, PACER, GstElement)

#define BECKON_PACER_BURST_MS 40
#define BECKON_PACER_HOLD_MS 1000

/** beckon_pacer_new: Returns: (transfer floating): one that lets everything pass. */
GstElement *beckon_pacer_new (void);

/** beckon_pacer_set_rate: on any thread; @bits_per_second: of packets as they come here; 0: they pass
 * at once, and so does what has waited. */
void beckon_pacer_set_rate (BeckonPacer *self, guint bits_per_second);

G_END_DECLS
