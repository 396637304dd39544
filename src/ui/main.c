/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "application.h"
#include "media-session.h"
#include "renderer.h"

#include <glib/gi18n.h>
#include <locale.h>

int
main (int argc, char **argv)
{
  g_autoptr (BeckonApplication) application = NULL;
  int status;

  beckon_media_limit_arenas ();
  beckon_renderer_spare_gl ();
  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  /* Translators: name of the application */
  g_set_application_name (_("Beckon"));
  g_set_prgname ("beckon");

  application = beckon_application_new ();
  status = g_application_run (G_APPLICATION (application), argc, argv);
  return status != 0 ? status : beckon_application_get_status (application);
}
