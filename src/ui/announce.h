/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * beckon_announce:
 * @widget: what it is about; to be seen
 * @urgent: whether it may interrupt what a screen reader is saying
 *
 * Has a screen reader say @sentence, where GTK can (4.14). For older ones what changes stands in labels
 * with the role of an alert or a status, whose changes are told of.
 */
void beckon_announce (GtkWidget *widget, const char *sentence, gboolean urgent);

G_END_DECLS
