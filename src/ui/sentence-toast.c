/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "sentence-toast.h"

#include "large-letters.h"

#include <glib/gi18n.h>

#define LINE_CHARS 44
#define NARROW_LINE_CHARS 21 /* beside "Undo" */
#define SHORT_BUTTON_CHARS 4 /* "Undo" */
#define LEAST_CHARS 8        /* a word */
#define BUTTON_CHARS 12      /* of its room, which grows with the letters, too */

/* As many characters take as much room as fewer large ones. */
static int
get_line_chars (gboolean narrow)
{
  const int usual = (narrow ? NARROW_LINE_CHARS : LINE_CHARS) + BUTTON_CHARS;

  return MAX (LEAST_CHARS, (int) (usual / beckon_letters_scale ()) - BUTTON_CHARS);
}

/* Libadwaita 1.2 has an icon on it, and no name. */
static void
name_close_button (GtkWidget *label)
{
  GtkWidget *overlay = gtk_widget_get_ancestor (label, ADW_TYPE_TOAST_OVERLAY);
  GtkWidget *toast = label;
  GtkWidget *close;

  while (gtk_widget_get_parent (toast) != overlay)
    toast = gtk_widget_get_parent (toast);
  close = gtk_widget_get_last_child (toast);
  if (GTK_IS_BUTTON (close))
    gtk_accessible_update_property (GTK_ACCESSIBLE (close), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                    /* Translators: button: takes a sentence off the window; imperative */
                                    _ ("Close"), -1);
}

AdwToast *
beckon_sentence_toast_new (const char *sentence, gboolean narrow)
{
  AdwToast *toast;
  GtkWidget *label;

  g_return_val_if_fail (sentence != NULL, NULL);

  toast = adw_toast_new ("");
  label = gtk_label_new (sentence);
  /* A toast that would like to be wider than its window is cut off, button and all. */
  gtk_label_set_max_width_chars (GTK_LABEL (label), get_line_chars (narrow));
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, "heading");
  gtk_widget_add_css_class (label, "toast-sentence");
  g_signal_connect (label, "map", G_CALLBACK (name_close_button), NULL);
  adw_toast_set_custom_title (toast, label);
  return toast;
}

void
beckon_sentence_toast_set_button (AdwToast *toast, const char *label)
{
  GtkLabel *sentence;
  int more;

  g_return_if_fail (ADW_IS_TOAST (toast));
  g_return_if_fail (label != NULL);

  adw_toast_set_button_label (toast, label);
  /* Newer ones shorten what is on the button if the sentence would like to have its room. */
  more = (int) g_utf8_strlen (label, -1) - SHORT_BUTTON_CHARS;
  sentence = GTK_LABEL (adw_toast_get_custom_title (toast));
  if (more > 0)
    gtk_label_set_max_width_chars (
        sentence, MAX (LEAST_CHARS, gtk_label_get_max_width_chars (sentence) - more));
}
