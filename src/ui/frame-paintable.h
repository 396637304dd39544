/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define BECKON_TYPE_FRAME_PAINTABLE (beckon_frame_paintable_get_type ())
/**
 * BeckonFramePaintable:
 *
 * A moving picture: shows the newest frame that it was given, nothing before the first. May be made
 * on any thread, is used on the main thread.
 */
G_DECLARE_FINAL_TYPE (BeckonFramePaintable, beckon_frame_paintable, BECKON, FRAME_PAINTABLE, GObject)

BeckonFramePaintable *beckon_frame_paintable_new (void);

/**
 * beckon_frame_paintable_set_frame:
 * @frame: (nullable): the picture to show from now on: an image surface of the format RGB24, which
 *   nobody changes any more
 * @aspect: width by height as it is to be seen, which differs from the frame's where pixels are not
 *   square
 */
void beckon_frame_paintable_set_frame (BeckonFramePaintable *self, cairo_surface_t *frame,
                                       double aspect);

/**
 * beckon_frame_paintable_draw:
 *
 * As gdk_paintable_snapshot(), for a window that is drawn by cairo: the frame is painted as it is, while
 * a texture would be copied first, by GTK 4.8 at 15 ms a frame of 1280x720.
 */
void beckon_frame_paintable_draw (BeckonFramePaintable *self, GtkSnapshot *snapshot, double width,
                                  double height);

G_END_DECLS
