/* SPDX-License-Identifier: GPL-3.0-or-later */

/* That GTK, as it is installed, leaves GL alone where cairo draws; each in a process of its own, for GTK
 * asks once. */

#include "config.h"

#include "renderer.h"

#include <gtk/gtk.h>

static void
check_gl (const char *renderer, gboolean spared)
{
  g_autoptr (GError) error = NULL;

  if (renderer != NULL)
    g_setenv ("GSK_RENDERER", renderer, TRUE);
  else
    g_unsetenv ("GSK_RENDERER");
  beckon_renderer_spare_gl ();
  g_assert_cmpint (g_getenv ("GDK_DEBUG") != NULL || g_getenv ("GDK_DISABLE") != NULL, ==, spared);
  if (!spared)
    return; /* whether there is GL then, the machine decides */
  gtk_init ();
  g_assert_false (gdk_display_prepare_gl (gdk_display_get_default (), &error));
  g_assert_error (error, GDK_GL_ERROR, GDK_GL_ERROR_NOT_AVAILABLE);
}

/* Whether this is the process to look in; the other one waits for it. */
static gboolean
is_inside (void)
{
  if (g_test_subprocess ())
    return TRUE;
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
  g_test_trap_assert_passed ();
  return FALSE;
}

static void
test_cairo (void)
{
  if (is_inside ())
    check_gl ("cairo", TRUE);
}

static void
test_other (void)
{
  if (is_inside ())
    check_gl ("gl", FALSE);
}

static void
test_nobody_chose (void)
{
  if (is_inside ())
    check_gl (NULL, FALSE);
}

/* What a person asked of GDK is still asked of it. */
static void
test_words_stay (void)
{
  g_autofree char *words = NULL;

  if (!is_inside ())
    return;
  g_setenv ("GSK_RENDERER", "cairo", TRUE);
  g_setenv ("GDK_DEBUG", "misc", TRUE);
  g_setenv ("GDK_DISABLE", "egl", TRUE);
  beckon_renderer_spare_gl ();
  words = g_strconcat (g_getenv ("GDK_DEBUG"), " ", g_getenv ("GDK_DISABLE"), NULL);
  g_assert_nonnull (strstr (words, "misc"));
  g_assert_nonnull (strstr (words, "egl"));
  g_assert_nonnull (strstr (words, ",gl"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/renderer/cairo", test_cairo);
  g_test_add_func ("/renderer/other", test_other);
  g_test_add_func ("/renderer/nobody-chose", test_nobody_chose);
  g_test_add_func ("/renderer/words-stay", test_words_stay);
  return g_test_run ();
}
