/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "motion.h"

#include "ui-fixture.h"

#define WIDTH 1000
#define HEIGHT 700

static void
set_animations (gboolean on)
{
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", on, NULL);
}

static void
toggle_revealers (GtkWidget *widget)
{
  if (GTK_IS_REVEALER (widget) && gtk_widget_get_mapped (widget))
    for (guint i = 0; i < 2; i++)
      {
        const gboolean revealed = gtk_revealer_get_reveal_child (GTK_REVEALER (widget));

        gtk_revealer_set_reveal_child (GTK_REVEALER (widget), !revealed);
        g_assert_true (gtk_revealer_get_child_revealed (GTK_REVEALER (widget)) == !revealed);
      }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    toggle_revealers (child);
}

void
motion_assert_none (GtkWidget *window)
{
  g_assert_cmpuint (ui_count_frames (window), <=, UI_STILL_FRAMES);
  toggle_revealers (window);
}

static GtkWidget *
open_screen (Screens *screens, const char *name)
{
  guint i;

  for (i = 0; !g_str_equal (screens_get_name (i), name); i++)
    g_assert_cmpuint (i + 1, <, screens_count ());
  return screens_open (screens, i, WIDTH, HEIGHT);
}

void
motion_assert_no_slide (Screens *screens)
{
  GtkWidget *window = open_screen (screens, "calling");
  GtkWidget *own = ui_find_named (window, "Exchange the two pictures");
  graphene_rect_t before;
  graphene_rect_t after;
  graphene_rect_t later;

  g_assert_true (gtk_widget_compute_bounds (own, window, &before));
  g_assert_true (ui_press (own, GDK_KEY_Left, GDK_SHIFT_MASK));
  screens_await_frame (window);
  g_assert_true (gtk_widget_compute_bounds (own, window, &after));
  g_assert_cmpfloat (after.origin.x + after.size.width, <, before.origin.x);
  ui_count_frames (window);
  g_assert_true (gtk_widget_compute_bounds (own, window, &later));
  g_assert_true (graphene_rect_equal (&after, &later));
}

void
motion_assert_found (Screens *screens)
{
  GtkWidget *window;

  set_animations (TRUE);
  window = open_screen (screens, "waiting-ringing");
  ui_await (ui_count_frames (window) > UI_STILL_FRAMES);
  set_animations (FALSE);
  ui_await (ui_count_frames (window) <= UI_STILL_FRAMES);
}

/* Where something is waited for, or rings, that is seen. */
static gboolean
may_move (const char *name)
{
  static const char *const prefixes[] = { "check-running", "home-told", "incoming",
                                          "reconnecting", "test-call", "waiting" };

  for (guint i = 0; i < G_N_ELEMENTS (prefixes); i++)
    if (g_str_has_prefix (name, prefixes[i]))
      return TRUE;
  return FALSE;
}

void
motion_assert_rests (Screens *screens)
{
  set_animations (TRUE);
  for (guint i = 0; i < screens_count (); i++)
    {
      GtkWidget *window;

      if (may_move (screens_get_name (i)))
        continue;
      g_test_message ("%s", screens_get_name (i));
      window = screens_open (screens, i, WIDTH, HEIGHT);
      ui_await (ui_count_frames (window) <= UI_STILL_FRAMES);
    }
  set_animations (FALSE);
}
