/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define BECKON_TYPE_SPARKLINE (beckon_sparkline_get_type ())
/**
 * BeckonSparkline:
 *
 * The last sixty values of something, as a small line without axes, in the widget's colour; from
 * nothing at the bottom to the greatest of them at the top.
 */
G_DECLARE_FINAL_TYPE (BeckonSparkline, beckon_sparkline, BECKON, SPARKLINE, GtkWidget)

/** beckon_sparkline_add: @value: at least 0; at most the 60 newest are shown */
void beckon_sparkline_add (BeckonSparkline *self, double value);

/** beckon_sparkline_get_highest: Returns: the greatest value that is shown; 0 without any */
double beckon_sparkline_get_highest (BeckonSparkline *self);

G_END_DECLS
