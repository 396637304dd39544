/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define BECKON_TYPE_ADAPTIVE (beckon_adaptive_get_type ())
/**
 * BeckonAdaptive:
 *
 * Follows the width of a window's content and keeps the style classes "narrow" (below 640 px, or
 * more with larger letters) and "hc" (high contrast) on the window. Owned by the window, which it
 * does not hold. Where libadwaita has breakpoints (1.4) one of them decides.
 *
 * Properties: narrow (read-only).
 */
G_DECLARE_FINAL_TYPE (BeckonAdaptive, beckon_adaptive, BECKON, ADAPTIVE, GObject)

/** beckon_adaptive_new: @window: an AdwWindow or AdwApplicationWindow that requests a least width
 * and height; @width: what it is about to have; it could not become narrow if it began as a wide
 * one. */
BeckonAdaptive *beckon_adaptive_new (GtkWindow *window, int width);

gboolean beckon_adaptive_is_narrow (BeckonAdaptive *self);

/** beckon_adaptive_allocated: to be called when @window was allocated; @width: of its content. The
 * property follows a moment later, for nothing may change its size within an allocation. */
void beckon_adaptive_allocated (BeckonAdaptive *self, int width);

G_END_DECLS
