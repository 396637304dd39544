/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define BECKON_TYPE_ADAPTIVE (beckon_adaptive_get_type ())
/**
 * BeckonAdaptive:
 *
 * Follows the width of a window's content and keeps the style classes "narrow" (below 640 px) and
 * "hc" (high contrast) on the window. Owned by the window, which it does not hold.
 *
 * Properties: narrow (read-only).
 */
G_DECLARE_FINAL_TYPE (BeckonAdaptive, beckon_adaptive, BECKON, ADAPTIVE, GObject)

/** beckon_adaptive_new: @width: what @window is about to have; it could not become narrow if it
 * began as a wide one. */
BeckonAdaptive *beckon_adaptive_new (GtkWindow *window, int width);

gboolean beckon_adaptive_is_narrow (BeckonAdaptive *self);

/** beckon_adaptive_allocated: to be called when @window was allocated; @width: of its content. The
 * property follows a moment later, for nothing may change its size within an allocation. */
void beckon_adaptive_allocated (BeckonAdaptive *self, int width);

G_END_DECLS
