/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Letters that somebody has made larger: the setting of the desktop for those who need it. */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/** beckon_letters_scale: Returns: how much larger letters are than usual; at least 1. Changes with
 * GtkSettings:gtk-xft-dpi. */
double beckon_letters_scale (void);

/** beckon_wrap_labels: what is written in @widget now goes on in the next line, where libadwaita
 * would end a title in an ellipsis. */
void beckon_wrap_labels (GtkWidget *widget);

G_END_DECLS
