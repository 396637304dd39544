/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What newer releases of GTK do, or do in another way, than 4.8 (docs/architecture.md, the seam). */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * beckon_announce:
 * @widget: what it is about; to be seen
 * @urgent: whether it may interrupt what a screen reader is saying; before GTK 4.14 that is up to the
 *   screen reader
 *
 * Has a screen reader say @sentence. What changes can be read in labels, too.
 */
void beckon_announce (GtkWidget *widget, const char *sentence, gboolean urgent);

/** beckon_name_button: @name: what a screen reader calls @button, which has a word on it that says less */
void beckon_name_button (GtkButton *button, const char *name);

/**
 * beckon_name_menu_items:
 *
 * From now on a screen reader is told what the items of menus are called, where GTK does not do so by
 * itself: it finds that in a label that newer releases hide from it. To be called once.
 */
void beckon_name_menu_items (void);

/** beckon_widget_get_color: @color: (out): that of letters in @widget */
void beckon_widget_get_color (GtkWidget *widget, GdkRGBA *color);

G_END_DECLS
