/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "dialogs.h"

#include "large-letters.h"
#include "sentence-toast.h"

#include <glib/gi18n.h>

#if ADW_CHECK_VERSION(1, 5, 0)

GtkWidget *
beckon_preferences_new (void)
{
  AdwDialog *dialog = adw_preferences_dialog_new ();

  adw_dialog_set_content_width (dialog, 640);
  return GTK_WIDGET (dialog);
}

void
beckon_preferences_add (GtkWidget *preferences, AdwPreferencesPage *page)
{
  adw_preferences_dialog_add (ADW_PREFERENCES_DIALOG (preferences), page);
}

void
beckon_preferences_present (GtkWidget *preferences, GtkWindow *parent)
{
  adw_dialog_present (ADW_DIALOG (preferences), GTK_WIDGET (parent));
}

void
beckon_preferences_say (GtkWidget *within, const char *sentence)
{
  GtkWidget *dialog = gtk_widget_get_ancestor (within, ADW_TYPE_PREFERENCES_DIALOG);
  GtkWidget *toasts = gtk_widget_get_ancestor (within, ADW_TYPE_TOAST_OVERLAY);

  if (dialog != NULL)
    adw_preferences_dialog_add_toast (ADW_PREFERENCES_DIALOG (dialog),
                                      beckon_sentence_toast_new (sentence, TRUE));
  else if (toasts != NULL)
    adw_toast_overlay_add_toast (ADW_TOAST_OVERLAY (toasts),
                                 beckon_sentence_toast_new (sentence, TRUE));
}

void
beckon_preferences_close (GtkWidget *within)
{
  GtkWidget *dialog = gtk_widget_get_ancestor (within, ADW_TYPE_DIALOG);

  if (dialog != NULL)
    adw_dialog_close (ADW_DIALOG (dialog));
}

#else

#define PAGES "beckon-preferences-pages"
#define TITLE "beckon-preferences-title"
#define BAR "beckon-preferences-bar"

static gboolean
on_escape (GtkWidget *widget, GVariant *arguments, gpointer user_data)
{
  gtk_window_close (GTK_WINDOW (widget));
  return GDK_EVENT_STOP;
}

static gboolean
on_idle (gpointer user_data)
{
  AdwViewSwitcherBar *bar = user_data;
  GtkWidget *title = g_object_get_data (G_OBJECT (bar), TITLE);

  adw_view_switcher_bar_set_reveal (
      bar, adw_view_switcher_title_get_title_visible (ADW_VIEW_SWITCHER_TITLE (title)));
  return G_SOURCE_REMOVE;
}

/* It is told in the middle of a layout, which is too late for what is to appear in that. */
static void
on_title_visible (AdwViewSwitcherBar *bar)
{
  g_idle_add_full (G_PRIORITY_HIGH_IDLE, on_idle, g_object_ref (bar), g_object_unref);
}

static GtkWidget *
create_switcher_bar (AdwViewStack *pages, GtkWidget *title)
{
  GtkWidget *bar = adw_view_switcher_bar_new ();

  adw_view_switcher_bar_set_stack (ADW_VIEW_SWITCHER_BAR (bar), pages);
  g_object_set_data_full (G_OBJECT (bar), TITLE, g_object_ref (title), g_object_unref);
  g_signal_connect_object (title, "notify::title-visible", G_CALLBACK (on_title_visible), bar,
                           G_CONNECT_SWAPPED);
  on_title_visible (ADW_VIEW_SWITCHER_BAR (bar));
  return bar;
}

/* Not AdwPreferencesWindow, which in 1.2 never lets go of the rows that it could search. */
static GtkWidget *
create_content (AdwViewStack *pages)
{
  GtkWidget *toasts = adw_toast_overlay_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *header = adw_header_bar_new ();
  GtkWidget *title = adw_view_switcher_title_new ();

  /* Translators: title of a window: the settings of Beckon */
  adw_view_switcher_title_set_title (ADW_VIEW_SWITCHER_TITLE (title), _("Preferences"));
  adw_view_switcher_title_set_stack (ADW_VIEW_SWITCHER_TITLE (title), pages);
  adw_header_bar_set_title_widget (ADW_HEADER_BAR (header), title);
  gtk_widget_set_vexpand (GTK_WIDGET (pages), TRUE);
  gtk_box_append (GTK_BOX (box), header);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (pages));
  g_object_set_data (G_OBJECT (pages), BAR, create_switcher_bar (pages, title));
  gtk_box_append (GTK_BOX (box), g_object_get_data (G_OBJECT (pages), BAR));
  adw_toast_overlay_set_child (ADW_TOAST_OVERLAY (toasts), box);
  return toasts;
}

GtkWidget *
beckon_preferences_new (void)
{
  AdwViewStack *pages = ADW_VIEW_STACK (adw_view_stack_new ());
  GtkEventController *keys = gtk_shortcut_controller_new ();
  GtkWidget *window =
      /* Translators: title of a window: the settings of Beckon */
      g_object_new (ADW_TYPE_WINDOW, "title", _("Preferences"), "modal", TRUE,
                    "destroy-with-parent", TRUE, "default-width", 640, "default-height", 720,
                    "width-request", 340, "content", create_content (pages), NULL);

  gtk_shortcut_controller_add_shortcut (
      GTK_SHORTCUT_CONTROLLER (keys),
      gtk_shortcut_new (gtk_keyval_trigger_new (GDK_KEY_Escape, 0),
                        gtk_callback_action_new (on_escape, NULL, NULL)));
  gtk_widget_add_controller (window, keys);
  g_object_set_data (G_OBJECT (window), PAGES, pages);
  return window;
}

void
beckon_preferences_add (GtkWidget *preferences, AdwPreferencesPage *page)
{
  AdwViewStack *pages = g_object_get_data (G_OBJECT (preferences), PAGES);

  adw_view_stack_add_titled_with_icon (
      pages, GTK_WIDGET (page), adw_preferences_page_get_name (page),
      adw_preferences_page_get_title (page), adw_preferences_page_get_icon_name (page));
  beckon_wrap_labels (g_object_get_data (G_OBJECT (pages), BAR));
}

void
beckon_preferences_present (GtkWidget *preferences, GtkWindow *parent)
{
  gtk_window_set_transient_for (GTK_WINDOW (preferences), parent);
  gtk_window_present (GTK_WINDOW (preferences));
}

void
beckon_preferences_say (GtkWidget *within, const char *sentence)
{
  GtkWidget *toasts = gtk_widget_get_ancestor (within, ADW_TYPE_TOAST_OVERLAY);

  if (toasts != NULL)
    adw_toast_overlay_add_toast (ADW_TOAST_OVERLAY (toasts),
                                 beckon_sentence_toast_new (sentence, TRUE));
}

void
beckon_preferences_close (GtkWidget *within)
{
  GtkRoot *root = gtk_widget_get_root (within);

  if (root != NULL)
    gtk_window_close (GTK_WINDOW (root));
}

#endif
