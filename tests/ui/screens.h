/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Every screen of the application with people in it, one after the other, for tests that look at all
 * of them: windows as they are made for a person, of an account at half a server and of calls without
 * media. */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef struct _Screens Screens;

/** screens_new: signs in. */
Screens *screens_new (void);
void screens_free (Screens *self);

guint screens_count (void);
/** screens_get_name: of a file, not for people. */
const char *screens_get_name (guint screen);
/** screens_is_narrow_only: where the window is wide, another screen shows the same. */
gboolean screens_is_narrow_only (guint screen);

/** screens_is_for_pictures: whether all its words are on another screen, too. */
gboolean screens_is_for_pictures (guint screen);

/** screens_open: Returns: (transfer none): the window, drawn; the one before has closed. Of @width it
 * is, if it is not one of a size of its own that is less. */
GtkWidget *screens_open (Screens *self, guint screen, int width, int height);
void screens_close (Screens *self);

/** screens_await_frame: until what was asked for now is laid out and drawn. */
void screens_await_frame (GtkWidget *window);

/** screens_is_written: whether @text is nothing but what a person has written, of any length: only that
 * may be cut. */
gboolean screens_is_written (const char *text);

G_END_DECLS
