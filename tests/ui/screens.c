/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "screens-private.h"

#include "call-window.h"
#include "home-window.h"
#include "media-session.h"

#define FRAME 10 /* px that GTK draws round a window where there is no compositor, of both sides   \
                  */

static const char *const written[] = {
  "alice",        "bob",     "carol",           "dave",          "erin",         "farid",
  "mallory",      "Alice",   "Bob Larsson",     "Carol Adeyemi", "Dave Okafor",  "Erin Novak",
  "Farid Haddad", "Mallory", SCREENS_LONG_NAME, SCREENS_LONG_ID, SCREENS_DEVICE, "Computer here",
};

gboolean
screens_is_written (const char *text)
{
  for (guint i = 0; i < G_N_ELEMENTS (written); i++)
    if (g_str_equal (written[i], text))
      return TRUE;
  return FALSE;
}

/* ---- windows ---- */

void
screens_show (Screens *self, GtkWidget *window)
{
  int width;
  int height;

  g_set_weak_pointer (&self->window, window);
  gtk_window_get_default_size (GTK_WINDOW (window), &width, &height);
  if (self->width < width || BECKON_IS_HOME_WINDOW (window) || BECKON_IS_CALL_WINDOW (window))
    gtk_window_set_default_size (GTK_WINDOW (window), self->width + FRAME, self->height + FRAME);
  gtk_window_present (GTK_WINDOW (window));
  ui_await (gtk_widget_get_mapped (window));
}

GtkWidget *
screens_find (Screens *self, GType type, const char *name)
{
  GtkWidget *widget = ui_find_type (self->window, type);

  return GTK_WIDGET (gtk_widget_get_template_child (widget, type, name));
}

static void
on_painted (GdkFrameClock *clock, gboolean *painted)
{
  *painted = TRUE;
}

static void
await_paint (GtkWidget *window)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (window);
  gboolean painted = FALSE;
  const gulong handler = g_signal_connect (clock, "after-paint", G_CALLBACK (on_painted), &painted);

  gdk_frame_clock_request_phase (clock, GDK_FRAME_CLOCK_PHASE_PAINT);
  ui_await (painted);
  g_signal_handler_disconnect (clock, handler);
}

void
screens_await_frame (GtkWidget *window)
{
  ui_await (gtk_widget_get_width (gtk_widget_get_first_child (window)) > 0);
  /* What is laid out may find itself narrow, and is laid out anew then. */
  for (guint i = 0; i < 2; i++)
    {
      ui_settle ();
      await_paint (window);
    }
}

/* ---- all of them ---- */

guint
screens_count (void)
{
  return screens_n_home + screens_n_call;
}

static const Screen *
get_screen (guint screen)
{
  return screen < screens_n_home ? &screens_home[screen] : &screens_call[screen - screens_n_home];
}

const char *
screens_get_name (guint screen)
{
  return get_screen (screen)->name;
}

gboolean
screens_is_narrow_only (guint screen)
{
  return get_screen (screen)->narrow_only;
}

gboolean
screens_is_for_pictures (guint screen)
{
  return get_screen (screen)->for_pictures;
}

GtkWidget *
screens_open (Screens *self, guint screen, int width, int height)
{
  screens_close (self);
  self->width = width;
  self->height = height;
  g_settings_set (self->settings, "home-size", "(ii)", width, height);
  g_settings_set (self->settings, "call-size", "(ii)", width, height);
  get_screen (screen)->open (self);
  screens_await_frame (self->window);
  return self->window;
}

/* GTK 4.8 looks for the pointer on a surface that has gone, where a window goes with an open
 * popover. */
static void
close_popovers (GtkWidget *widget)
{
  if (GTK_IS_POPOVER (widget))
    gtk_popover_popdown (GTK_POPOVER (widget));
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    close_popovers (child);
}

static void
destroy (GtkWidget **window)
{
  if (*window != NULL)
    {
      close_popovers (*window);
      ui_settle ();
    }
  if (*window != NULL)
    gtk_window_destroy (GTK_WINDOW (*window));
  ui_await (*window == NULL);
}

void
screens_close (Screens *self)
{
  destroy (&self->window);
  destroy (&self->parent);
  fake_manager_set_other (self->manager, NULL);
  fake_manager_set_current (self->manager, NULL);
  if (self->call != NULL)
    g_assert_finalize_object (g_steal_pointer (&self->call));
}

static void
on_signed_in (GObject *source, GAsyncResult *result, gpointer unused)
{
  g_autoptr (GError) error = NULL;

  beckon_account_sign_in_finish (BECKON_ACCOUNT (source), result, &error);
  g_assert_no_error (error);
}

Screens *
screens_new (void)
{
  Screens *self = g_new0 (Screens, 1);
  g_autoptr (BeckonMediaConfig) media = beckon_media_config_new ();
  g_autoptr (GSettings) others = ui_open_settings ();

  beckon_media_init (NULL, NULL, NULL); /* for a test call; without a part of it that says so */
  self->devices = beckon_device_settings_new (NULL);
  media->devices = g_object_ref (self->devices);
  self->server = half_server_new (0);
  self->settings = ui_open_settings ();
  g_settings_set_string (self->settings, "device-id", "desk");
  self->account = beckon_account_new ("", self->settings, media);
  self->nobody = beckon_account_new ("nobody", others, media);
  self->current = beckon_current_call_new ();
  beckon_account_sign_in_async (self->account,
                                &(BeckonCredentials){
                                    .server = self->server->url,
                                    .user = "alice",
                                    .password = "secret",
                                },
                                NULL, on_signed_in, NULL);
  wait_until (beckon_account_is_signed_in (self->account));
  self->manager = beckon_account_get_manager (self->account);
  wait_until (beckon_signaling_service_get_state (
                  beckon_call_manager_get_signaling (self->manager)) == BECKON_SIGNALING_CONNECTED);
  beckon_current_call_set_manager (self->current, self->manager);
  return self;
}

static void
on_shut_down (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
}

void
screens_free (Screens *self)
{
  gboolean over = FALSE;

  screens_close (self);
  beckon_current_call_set_manager (self->current, NULL);
  g_object_unref (self->current);
  beckon_account_shutdown_async (self->account, on_shut_down, &over);
  wait_until (over);
  g_object_unref (self->account);
  g_object_unref (self->nobody);
  g_object_unref (self->settings);
  g_object_unref (self->devices);
  half_server_free (self->server);
  g_free (self);
}
