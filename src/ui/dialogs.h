/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What newer releases of libadwaita have a dialog for and older ones a window. Nothing else needs to
 * know which it is. */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/** beckon_preferences_new: Returns: (transfer none): without pages, and not to be seen yet. */
GtkWidget *beckon_preferences_new (void);

void beckon_preferences_add (GtkWidget *preferences, AdwPreferencesPage *page);

/** beckon_preferences_present: @parent: the window that it is about; it goes with it. */
void beckon_preferences_present (GtkWidget *preferences, GtkWindow *parent);

/** beckon_preferences_say: @within: a widget of preferences, or of a window that has toasts;
 * @sentence: to be read for some seconds */
void beckon_preferences_say (GtkWidget *within, const char *sentence);

/** beckon_preferences_close: @within: a widget of preferences */
void beckon_preferences_close (GtkWidget *within);

G_END_DECLS
