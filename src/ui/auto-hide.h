/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define BECKON_TYPE_AUTO_HIDE (beckon_auto_hide_get_type ())
/**
 * BeckonAutoHide:
 *
 * Decides whether the controls over a picture are to be seen: they go 3 s after the last movement of
 * the pointer, touch or key in their window; not while they are held, one of them has the visible
 * keyboard focus or an open menu, or a screen reader runs. Owned by the window, which it does not
 * hold.
 *
 * Properties: shown (read-only).
 */
G_DECLARE_FINAL_TYPE (BeckonAutoHide, beckon_auto_hide, BECKON, AUTO_HIDE, GObject)

BeckonAutoHide *beckon_auto_hide_new (GtkWindow *window);

gboolean beckon_auto_hide_is_shown (BeckonAutoHide *self);

/** beckon_auto_hide_set_held: while TRUE, the controls stay. */
void beckon_auto_hide_set_held (BeckonAutoHide *self, gboolean held);

G_END_DECLS
