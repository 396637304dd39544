/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "motion.h"

#include "ui-fixture.h"

#define LOOK_MS 80
#define STILL_FRAMES 2 /* a second may begin, or a meter say something, but nothing moves in two */
#define WIDTH 1000
#define HEIGHT 700

static void
set_animations (gboolean on)
{
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", on, NULL);
}

static void
on_frame (GdkFrameClock *clock, guint *n_frames)
{
  *n_frames += 1;
}

static gboolean
on_looked (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_REMOVE;
}

/* Returns: how many frames are drawn for nothing but that time passes. */
static guint
count_frames (GtkWidget *window)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (window);
  guint n_frames = 0;
  const gulong handler = g_signal_connect (clock, "after-paint", G_CALLBACK (on_frame), &n_frames);
  gboolean looked = FALSE;

  g_timeout_add (LOOK_MS, on_looked, &looked);
  ui_await (looked);
  g_signal_handler_disconnect (clock, handler);
  return n_frames;
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
  g_assert_cmpuint (count_frames (window), <=, STILL_FRAMES);
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
  count_frames (window);
  g_assert_true (gtk_widget_compute_bounds (own, window, &later));
  g_assert_true (graphene_rect_equal (&after, &later));
}

void
motion_assert_found (Screens *screens)
{
  GtkWidget *window;

  set_animations (TRUE);
  window = open_screen (screens, "waiting-ringing");
  ui_await (count_frames (window) > STILL_FRAMES);
  set_animations (FALSE);
  ui_await (count_frames (window) <= STILL_FRAMES);
}
