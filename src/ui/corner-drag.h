/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define BECKON_TYPE_CORNER_DRAG (beckon_corner_drag_get_type ())
/**
 * BeckonCornerDrag:
 *
 * Keeps a child of an overlay in one of its corners, and lets a person drag it to another one, or move
 * it there with Shift and the arrow keys. Owned by who has the overlay.
 */
G_DECLARE_FINAL_TYPE (BeckonCornerDrag, beckon_corner_drag, BECKON, CORNER_DRAG, GObject)

/** beckon_corner_drag_new: @child: an overlay child of @overlay that can have the keyboard's focus */
BeckonCornerDrag *beckon_corner_drag_new (GtkOverlay *overlay, GtkWidget *child);

/** beckon_corner_drag_set_home: where it is until somebody moves it; @valign: START or END, at the end
 * of the lines. @top, @bottom: room that it leaves there for others. */
void beckon_corner_drag_set_home (BeckonCornerDrag *self, GtkAlign valign, int top, int bottom);

/** beckon_corner_drag_reset: back home. */
void beckon_corner_drag_reset (BeckonCornerDrag *self);

G_END_DECLS
