/* SPDX-License-Identifier: GPL-3.0-or-later */

/* With large letters a title of libadwaita's ends in an ellipsis where there was room for another
 * line. */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/** beckon_wrap_labels: what is written in @widget now goes on in the next line, between words,
 * where it would be cut. */
void beckon_wrap_labels (GtkWidget *widget);

G_END_DECLS
