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
 * @frame: (nullable): the picture to show from now on
 * @aspect: width by height as it is to be seen, which differs from the frame's where pixels are not
 *   square
 */
void beckon_frame_paintable_set_frame (BeckonFramePaintable *self, GdkTexture *frame,
                                       double aspect);

G_END_DECLS
