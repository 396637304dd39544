/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The two dialogs about the application itself. */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/** beckon_show_about: @parent: (nullable) */
void beckon_show_about (GtkWindow *parent);

/** beckon_show_shortcuts: @parent: (nullable) */
void beckon_show_shortcuts (GtkWindow *parent);

G_END_DECLS
