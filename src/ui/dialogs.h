/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What newer releases of libadwaita have a dialog for and older ones a window, or nothing. Nothing
 * else needs to know which it is (docs/architecture.md, the seam). */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define BECKON_TYPE_DIALOG (beckon_dialog_get_type ())
/**
 * BeckonDialog:
 *
 * An AdwDialog where there is one (1.5), else a modal window that Escape closes. Both have the
 * properties title, child, content-width and content-height, and the action "dialog.close".
 */
#if ADW_CHECK_VERSION(1, 5, 0)
G_DECLARE_DERIVABLE_TYPE (BeckonDialog, beckon_dialog, BECKON, DIALOG, AdwDialog)
#else
G_DECLARE_DERIVABLE_TYPE (BeckonDialog, beckon_dialog, BECKON, DIALOG, AdwWindow)
#endif

struct _BeckonDialogClass
{
#if ADW_CHECK_VERSION(1, 5, 0)
  AdwDialogClass parent_class;
#else
  AdwWindowClass parent_class;
#endif
};

/** BECKON_TYPE_ABOUT: a dialog with the properties that both of libadwaita's have. */
#if ADW_CHECK_VERSION(1, 5, 0)
#define BECKON_TYPE_ABOUT ADW_TYPE_ABOUT_DIALOG
#else
#define BECKON_TYPE_ABOUT ADW_TYPE_ABOUT_WINDOW
#endif

/** beckon_dialog_present: @dialog: of any kind that is made here, which belongs to GTK from now on;
 * @parent: (nullable): the window that it is about; it goes with it. */
void beckon_dialog_present (GtkWidget *dialog, GtkWindow *parent);

/** beckon_dialog_close: @within: a dialog, or a widget of one. Does nothing if it has closed. */
void beckon_dialog_close (GtkWidget *within);

/** beckon_dialog_covers: Returns: whether a dialog is open in @window itself, whose keys still reach
 * it then; those of a window behind a modal one do not. */
gboolean beckon_dialog_covers (GtkWindow *window);

/* ---- questions ---- */

/**
 * beckon_question_new:
 * @heading: without markup
 * @body: without markup
 *
 * A dialog with buttons. Whichever is pressed, it closes and emits "response::ID" with the same
 * arguments as AdwAlertDialog.
 *
 * Returns: (transfer none): with a button to cancel, whose response "cancel" is that of closing it, too
 */
GtkWidget *beckon_question_new (const char *heading, const char *body);

/** beckon_question_add: adds a button behind the others; @label: with a mnemonic */
void beckon_question_add (GtkWidget *question, const char *response, const char *label,
                          AdwResponseAppearance appearance);

/** beckon_question_set_enabled: @response: of a button that was added */
void beckon_question_set_enabled (GtkWidget *question, const char *response, gboolean enabled);

/* ---- preferences ---- */

/** beckon_preferences_new: Returns: (transfer none): a dialog without pages. */
GtkWidget *beckon_preferences_new (void);

void beckon_preferences_add (GtkWidget *preferences, AdwPreferencesPage *page);

/** beckon_preferences_say: @within: a widget of preferences, or of a window that has toasts;
 * @sentence: to be read for some seconds */
void beckon_preferences_say (GtkWidget *within, const char *sentence);

/* ---- keys ---- */

typedef struct
{
  const char *title; /* not translated yet */
  const char *accelerator;
} BeckonShortcut;

/** beckon_shortcuts_new: Returns: (transfer none): a dialog for a list of keys, without any. */
GtkWidget *beckon_shortcuts_new (void);

/** beckon_shortcuts_add: @title: above the @n @shortcuts, translated */
void beckon_shortcuts_add (GtkWidget *dialog, const char *title, const BeckonShortcut *shortcuts,
                           guint n);

G_END_DECLS
