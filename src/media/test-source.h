/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The test picture. So that a test can say which frame of whom arrived when, it carries
 *
 *   +--+--+--+ … +--+   a frame counter: BECKON_COUNTER_CELLS cells of equal width over the whole
 *   |15|14|13|   | 0|   width, each a bit, the most significant first: white is 1, black is 0; as
 *   +--+--+--+ … +--+   high as a sixteenth of the width;
 *
 *   a ground of one colour, beckon_media_test_color() of its person, and a white box that moves.
 *
 * Cells are large enough to come through VP8 at any rate that is worth looking at. */

#pragma once

#include <gst/video/video.h>

G_BEGIN_DECLS

#define BECKON_COUNTER_CELLS 16

/** beckon_test_source_draw: draws frame @number into @frame, which is I420. */
void beckon_test_source_draw (GstVideoFrame *frame, guint16 number, guint32 color);

/** beckon_test_source_read: Returns: the counter in @frame (I420), or -1 if a cell is neither black
 * nor white. */
int beckon_test_source_read (const GstVideoFrame *frame);

/** beckon_test_source_new: Returns: (transfer floating): a live source of such pictures. */
GstElement *beckon_test_source_new (const char *identity, guint width, guint height, guint fps);

G_END_DECLS
