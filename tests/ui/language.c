/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "language.h"

#include <glib/gi18n.h>
#include <gtk/gtk.h>
#include <locale.h>

/* GTK 4.8 does not get the same width twice for a wrapped label whose letters are joined, or are
 * words by themselves, and says so; nothing is seen of it. */
static GLogWriterOutput
on_log (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer unused)
{
  for (gsize i = 0; i < n_fields; i++)
    if (g_str_equal (fields[i].key, "MESSAGE") &&
        strstr (fields[i].value, "but minimum width for height of") != NULL)
      return G_LOG_WRITER_HANDLED;
  return g_log_writer_default (level, fields, n_fields, NULL);
}

gboolean
ui_speak (const char *language)
{
  g_autofree char *locale = g_strconcat (language, ".UTF-8", NULL);
  const gboolean mirrored = g_str_equal (language, "ar") || g_str_equal (language, "he");

  if (!gtk_is_initialized ())
    {
      gtk_disable_setlocale ();
      g_log_set_writer_func (on_log, NULL, NULL);
    }
  if (setlocale (LC_ALL, locale) == NULL)
    return FALSE;
  bindtextdomain (GETTEXT_PACKAGE, g_getenv ("BECKON_CATALOGUES"));
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  gtk_widget_set_default_direction (mirrored ? GTK_TEXT_DIR_RTL : GTK_TEXT_DIR_LTR);
  return TRUE;
}
