/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "renderer.h"

#include <gtk/gtk.h>

/* What others have asked for there stays. */
static void
add_word (const char *variable, const char *word)
{
  const char *old = g_getenv (variable);
  g_autofree char *words = NULL;

  if (old != NULL && *old != '\0')
    words = g_strdup_printf ("%s,%s", old, word);
  g_setenv (variable, words != NULL ? words : word, TRUE);
}

void
beckon_renderer_spare_gl (void)
{
  if (g_strcmp0 (g_getenv ("GSK_RENDERER"), "cairo") != 0)
    return;
  if (gtk_get_major_version () > 4 || gtk_get_minor_version () >= 16)
    add_word ("GDK_DISABLE", "gl,vulkan");
  else
    add_word ("GDK_DEBUG", "gl-disable");
}
