/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "toolkit.h"

#if !GTK_CHECK_VERSION(4, 14, 0)
#include "announcer.h"
#endif

void
beckon_announce (GtkWidget *widget, const char *sentence, gboolean urgent)
{
  g_return_if_fail (GTK_IS_WIDGET (widget));
  g_return_if_fail (sentence != NULL);

#if GTK_CHECK_VERSION(4, 14, 0)
  {
    GtkRoot *root = gtk_widget_get_root (widget);

    /* GTK drops what is said by a widget that no screen reader has come to yet; a window is known as
     * soon as it is shown. */
    gtk_accessible_announce (root != NULL ? GTK_ACCESSIBLE (root) : GTK_ACCESSIBLE (widget), sentence,
                             urgent ? GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_HIGH
                                    : GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
  }
#else
  beckon_announcer_say (gtk_widget_get_display (widget), sentence);
#endif
}

void
beckon_name_button (GtkButton *button, const char *name)
{
  g_return_if_fail (GTK_IS_BUTTON (button));
  g_return_if_fail (name != NULL);

  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  /* Newer releases call it by the word on it alone. */
  gtk_accessible_reset_relation (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_RELATION_LABELLED_BY);
}

void
beckon_widget_get_color (GtkWidget *widget, GdkRGBA *color)
{
  g_return_if_fail (GTK_IS_WIDGET (widget));
  g_return_if_fail (color != NULL);

#if GTK_CHECK_VERSION(4, 10, 0)
  gtk_widget_get_color (widget, color);
#else
  gtk_style_context_get_color (gtk_widget_get_style_context (widget), color);
#endif
}
