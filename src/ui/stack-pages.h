/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/** beckon_stack_pages_hide_inactive: keeps the pages of @stack that are not shown out of the
 * accessibility tree, where GTK 4.8 leaves them: a screen reader would read all of them. And what
 * moves there, as a spinner does, rests: GTK would have the window follow it, sixty times a second.
 * To be called when @stack has its pages. */
void beckon_stack_pages_hide_inactive (GtkStack *stack);

G_END_DECLS
