/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "about.h"

#include "dialogs.h"

#include <glib/gi18n.h>

static const char *const developers[] = { "The Beckon developers", NULL };

void
beckon_show_about (GtkWindow *parent)
{
  GtkWidget *about = g_object_new (
      BECKON_TYPE_ABOUT,
      /* Translators: name of the application */
      "application-name", _("Beckon"), "application-icon", APPLICATION_ID, "version",
      PACKAGE_VERSION, "developers", developers, "comments",
      _("Voice and video calls over a server you choose."), "license-type", GTK_LICENSE_GPL_3_0,
      "copyright", "© 2026 The Beckon developers", "website", "https://beckon.org/", "issue-url",
      "https://beckon.org/issues", "translator-credits",
      /* Translators: your names, one a line, each with an address of a page or of mail if you like */
      _("translator-credits"), NULL);

  beckon_dialog_present (about, parent);
}

static const BeckonShortcut home_shortcuts[] = {
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

static const BeckonShortcut call_shortcuts[] = {
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

void
beckon_show_shortcuts (GtkWindow *parent)
{
  GtkWidget *dialog = beckon_shortcuts_new ();

  /* Translators: heading above the keys that work in the main window */
  beckon_shortcuts_add (dialog, _("General"), home_shortcuts, G_N_ELEMENTS (home_shortcuts));
  /* Translators: heading above the keys that work in a call */
  beckon_shortcuts_add (dialog, C_("shortcuts", "In a call"), call_shortcuts,
                        G_N_ELEMENTS (call_shortcuts));
  beckon_dialog_present (dialog, parent);
}
