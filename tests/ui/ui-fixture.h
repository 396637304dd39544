/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Finding and using widgets as a person would, inside the test's process. */

#pragma once

#include <adwaita.h>

#include "fake-call.h"

G_BEGIN_DECLS

#define WATCHDOG_SECONDS 20

/** ui_init: as an application without a bus would; FALSE without a display. */
gboolean ui_init (int *argc, char ***argv);

/** ui_await: runs the main loop until @condition, which must come within %WATCHDOG_SECONDS. */
#define ui_await(condition)                                                                        \
  G_STMT_START                                                                                     \
  {                                                                                                \
    const gint64 ui_limit = g_get_monotonic_time () + WATCHDOG_SECONDS * G_USEC_PER_SEC;           \
    while (!(condition))                                                                           \
      {                                                                                            \
        g_assert_cmpint (g_get_monotonic_time (), <, ui_limit);                                    \
        ui_iterate ();                                                                             \
      }                                                                                            \
  }                                                                                                \
  G_STMT_END

#define UI_STILL_FRAMES 2 /* a second may begin, or a meter say something, but nothing moves in two */
/** ui_count_frames: Returns: how many frames of @window are drawn for nothing but that time passes, in a moment:
 * at most %UI_STILL_FRAMES where nothing moves. */
guint ui_count_frames (GtkWidget *window);

/** ui_iterate: one turn of the main loop, at most some milliseconds. */
void ui_iterate (void);
/** ui_settle: whatever is due now, for some seconds at most. */
void ui_settle (void);

/** ui_find_action: the button under @root that has this action; %NULL if there is none. */
GtkWidget *ui_find_action (GtkWidget *root, const char *action);
/** ui_find_label: a label under @root that is to be seen and has this text in it. */
GtkWidget *ui_find_label (GtkWidget *root, const char *text);
/** ui_find_type: the first widget of this type under @root. */
GtkWidget *ui_find_type (GtkWidget *root, GType type);
/** ui_find_named: the widget under @root, seen or not, that has this accessible name; no label. */
GtkWidget *ui_find_named (GtkWidget *root, const char *name);

/** ui_click: as a mouse does, for the button's handlers. */
void ui_click (GtkWidget *button);

/** ui_press: as GTK's key controllers of @widget say it. Returns: whether one has taken it. */
gboolean ui_press (GtkWidget *widget, guint keyval, GdkModifierType state);

/** ui_destroy: destroys @window and checks that nobody holds it. */
void ui_destroy (GtkWidget *window);

/** ui_create_manager: a manager whose service is not connected. */
BeckonCallManager *ui_create_manager (void);
/** ui_open_settings: fresh ones. */
GSettings *ui_open_settings (void);
/** ui_create_source: stands in for a video sink. */
GObject *ui_create_source (guint32 rgb);

G_END_DECLS
