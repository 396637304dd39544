/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "about.h"

#include <adwaita.h>
#include <glib/gi18n.h>

static const char *const developers[] = { "The Beckon developers", NULL };

void
beckon_show_about (GtkWindow *parent)
{
#if ADW_CHECK_VERSION(1, 5, 0)
  adw_show_about_dialog (parent != NULL ? GTK_WIDGET (parent) : NULL,
#else
  adw_show_about_window (parent,
#endif
                         /* Translators: name of the application */
                         "application-name", _("Beckon"), "application-icon", APPLICATION_ID,
                         "version", PACKAGE_VERSION, "developers", developers, "comments",
                         _("Voice and video calls over a server you choose."), "license-type",
                         GTK_LICENSE_GPL_3_0, "copyright", "© 2026 The Beckon developers", NULL);
}

typedef struct
{
  const char *title;
  const char *accelerator;
} Shortcut;

static const Shortcut home_shortcuts[] = {
  /* Translators: title of a keyboard shortcut: goes to the field for it; imperative */
  { N_("Type a user ID to call"), "<Control>n" },
  /* Translators: title of a keyboard shortcut: goes to the field for it; imperative */
  { N_("Search contacts and recent calls"), "<Control>f" },
  /* Translators: title of a keyboard shortcut: opens that menu */
  { N_("Menu of a contact or a recent call"), "<Shift>F10" },
  /* Translators: title of a keyboard shortcut: the one that is selected; imperative */
  { N_("Remove the contact"), "Delete" },
  /* Translators: title of a keyboard shortcut: shows the settings of Beckon */
  { N_("Preferences"), "<Control>comma" },
  /* Translators: title of a keyboard shortcut: shows the list of keys itself */
  { N_("Keyboard shortcuts"), "<Control>question" },
  /* Translators: title of a keyboard shortcut: imperative */
  { N_("Close the window"), "<Control>w" },
  /* Translators: title of a keyboard shortcut: ends Beckon; imperative */
  { N_("Quit"), "<Control>q" },
};

static const Shortcut call_shortcuts[] = {
  /* Translators: title of a keyboard shortcut: switches it in a call */
  { N_("Microphone on or off"), "<Control>d" },
  /* Translators: title of a keyboard shortcut: switches it in a call */
  { N_("Camera on or off"), "<Control>e" },
  /* Translators: title of a keyboard shortcut: the call fills the screen */
  { N_("Full screen"), "F11" },
  /* Translators: title of a keyboard shortcut: the call becomes a small window */
  { N_("Picture in picture"), "<Control>p" },
  /* Translators: title of a keyboard shortcut: imperative */
  { N_("Leave full screen or picture in picture"), "Escape" },
  /* Translators: title of a keyboard shortcut: of a call; imperative */
  { N_("Close the window and hang up"), "<Control>w" },
};

#if ADW_CHECK_VERSION(1, 8, 0)

static void
add_shortcuts (AdwShortcutsDialog *dialog, const char *title, const Shortcut *shortcuts, guint n)
{
  AdwShortcutsSection *section = adw_shortcuts_section_new (title);

  for (guint i = 0; i < n; i++)
    adw_shortcuts_section_add (
        section, adw_shortcuts_item_new (_(shortcuts[i].title), shortcuts[i].accelerator));
  adw_shortcuts_dialog_add (dialog, section);
}

void
beckon_show_shortcuts (GtkWindow *parent)
{
  AdwDialog *dialog = adw_shortcuts_dialog_new ();

  /* Translators: heading above the keys that work in the main window */
  add_shortcuts (ADW_SHORTCUTS_DIALOG (dialog), _("General"), home_shortcuts,
                 G_N_ELEMENTS (home_shortcuts));
  /* Translators: heading above the keys that work in a call */
  add_shortcuts (ADW_SHORTCUTS_DIALOG (dialog), _("In a call"), call_shortcuts,
                 G_N_ELEMENTS (call_shortcuts));
  adw_dialog_present (dialog, parent != NULL ? GTK_WIDGET (parent) : NULL);
}

#else

static void
add_shortcuts (AdwPreferencesPage *page, const char *title, const Shortcut *shortcuts, guint n)
{
  AdwPreferencesGroup *group = ADW_PREFERENCES_GROUP (adw_preferences_group_new ());

  adw_preferences_group_set_title (group, title);
  for (guint i = 0; i < n; i++)
    {
      GtkWidget *row = adw_action_row_new ();
      GtkWidget *keys = gtk_shortcut_label_new (shortcuts[i].accelerator);

      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), _(shortcuts[i].title));
      gtk_widget_set_valign (keys, GTK_ALIGN_CENTER);
      adw_action_row_add_suffix (ADW_ACTION_ROW (row), keys);
      adw_preferences_group_add (group, row);
    }
  adw_preferences_page_add (page, group);
}

static gboolean
on_escape (GtkWidget *widget, GVariant *arguments, gpointer user_data)
{
  gtk_window_close (GTK_WINDOW (widget));
  return GDK_EVENT_STOP;
}

/* Not GtkShortcutsWindow, which needs more than 800 px. */
void
beckon_show_shortcuts (GtkWindow *parent)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *page = adw_preferences_page_new ();
  GtkEventController *keys = gtk_shortcut_controller_new ();
  GtkWidget *window = g_object_new (
      /* Translators: title of a window: the list of keys */
      ADW_TYPE_WINDOW, "title", _("Keyboard Shortcuts"), "modal", TRUE, "destroy-with-parent", TRUE,
      "default-width", 480, "default-height", 640, "transient-for", parent, "content", box, NULL);

  /* Translators: heading above the keys that work in the main window */
  add_shortcuts (ADW_PREFERENCES_PAGE (page), _("General"), home_shortcuts,
                 G_N_ELEMENTS (home_shortcuts));
  /* Translators: heading above the keys that work in a call */
  add_shortcuts (ADW_PREFERENCES_PAGE (page), _("In a call"), call_shortcuts,
                 G_N_ELEMENTS (call_shortcuts));
  gtk_widget_set_vexpand (page, TRUE);
  gtk_box_append (GTK_BOX (box), adw_header_bar_new ());
  gtk_box_append (GTK_BOX (box), page);
  gtk_shortcut_controller_add_shortcut (
      GTK_SHORTCUT_CONTROLLER (keys),
      gtk_shortcut_new (gtk_keyval_trigger_new (GDK_KEY_Escape, 0),
                        gtk_callback_action_new (on_escape, NULL, NULL)));
  gtk_widget_add_controller (window, keys);
  gtk_window_present (GTK_WINDOW (window));
}

#endif
