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
  { N_("Type a user ID to call"), "<Control>n" },
  { N_("Search contacts and recent calls"), "<Control>f" },
  { N_("Menu of a contact or a recent call"), "<Shift>F10" },
  { N_("Remove the contact"), "Delete" },
  { N_("Preferences"), "<Control>comma" },
  { N_("Keyboard shortcuts"), "<Control>question" },
  { N_("Close the window"), "<Control>w" },
  { N_("Quit"), "<Control>q" },
};

static const Shortcut call_shortcuts[] = {
  { N_("Microphone on or off"), "<Control>d" },
  { N_("Camera on or off"), "<Control>e" },
  { N_("Full screen"), "F11" },
  { N_("Picture in picture"), "<Control>p" },
  { N_("Leave full screen or picture in picture"), "Escape" },
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

  add_shortcuts (ADW_SHORTCUTS_DIALOG (dialog), _("General"), home_shortcuts,
                 G_N_ELEMENTS (home_shortcuts));
  add_shortcuts (ADW_SHORTCUTS_DIALOG (dialog), _("In a call"), call_shortcuts,
                 G_N_ELEMENTS (call_shortcuts));
  adw_dialog_present (dialog, parent != NULL ? GTK_WIDGET (parent) : NULL);
}

#else

static void
append_shortcuts (GString *xml, const char *title, const Shortcut *shortcuts, guint n)
{
  g_autofree char *group = g_markup_escape_text (title, -1);

  g_string_append_printf (xml,
                          "<child><object class='GtkShortcutsGroup'>"
                          "<property name='title'>%s</property>",
                          group);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *item = g_markup_printf_escaped (
          "<child><object class='GtkShortcutsShortcut'><property name='title'>%s</property>"
          "<property name='accelerator'>%s</property></object></child>",
          _(shortcuts[i].title), shortcuts[i].accelerator);

      g_string_append (xml, item);
    }
  g_string_append (xml, "</object></child>");
}

/* This window of GTK 4.8 can only be filled by a builder. */
void
beckon_show_shortcuts (GtkWindow *parent)
{
  g_autoptr (GString) xml = g_string_new ("<interface><object class='GtkShortcutsWindow' id='w'>"
                                          "<property name='modal'>True</property>"
                                          "<child><object class='GtkShortcutsSection'>");
  g_autoptr (GtkBuilder) builder = NULL;
  GtkWindow *window;

  append_shortcuts (xml, _("General"), home_shortcuts, G_N_ELEMENTS (home_shortcuts));
  append_shortcuts (xml, _("In a call"), call_shortcuts, G_N_ELEMENTS (call_shortcuts));
  g_string_append (xml, "</object></child></object></interface>");
  builder = gtk_builder_new_from_string (xml->str, xml->len);
  window = GTK_WINDOW (gtk_builder_get_object (builder, "w"));
  gtk_window_set_transient_for (window, parent);
  gtk_window_present (window);
}

#endif
