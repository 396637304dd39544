/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The call window through the states of a call. */

#include "config.h"

#include "call-controls.h"
#include "call-window.h"
#include "calling-page.h"
#include "devices-popover.h"
#include "ended-page.h"
#include "ui-fixture.h"
#include "video-view.h"
#include "waiting-page.h"
#include "waiting.h"

#if defined(GDK_WINDOWING_X11) && defined(HAVE_X11)
#include <X11/Xatom.h>
#include <gdk/x11/gdkx.h>
#endif

typedef struct
{
  BeckonCallManager *manager;
  GSettings *settings;
  BeckonCall *call;
  GtkWidget *window; /* %NULL when it has closed */
} Fixture;

static void
fixture_set_up (Fixture *self, gconstpointer unused)
{
  self->manager = ui_create_manager ();
  self->settings = ui_open_settings ();
  self->call = fake_call_new ();
  self->call->local_video = ui_create_source (0xff0000);
  self->window = beckon_call_window_new (NULL, self->settings);
  g_object_add_weak_pointer (G_OBJECT (self->window), (gpointer *) &self->window);
  beckon_call_window_set_call (BECKON_CALL_WINDOW (self->window), self->manager, self->call);
  gtk_window_present (GTK_WINDOW (self->window));
  ui_await (gtk_widget_get_mapped (self->window));
}

static void
fixture_tear_down (Fixture *self, gconstpointer unused)
{
  if (self->window != NULL)
    gtk_window_destroy (GTK_WINDOW (self->window));
  ui_await (self->window == NULL);
  ui_settle ();
  fake_manager_set_current (self->manager, NULL);
  g_assert_finalize_object (self->manager);
  g_assert_finalize_object (self->call);
  g_assert_finalize_object (self->settings);
}

static void
connect (Fixture *self)
{
  self->call->remote_video = ui_create_source (0x0000ff);
  self->call->remote_camera = TRUE;
  fake_call_set_state (self->call, BECKON_CALL_STATE_CALLING, BECKON_CALL_PROGRESS_CONNECTED);
  ui_await (ui_find_label (self->window, "0:00") != NULL);
}

static const char *
get_page (Fixture *self)
{
  return gtk_stack_get_visible_child_name (GTK_STACK (ui_find_type (self->window, GTK_TYPE_STACK)));
}

static BeckonVideoView *
get_view (Fixture *self, gboolean small)
{
  GtkWidget *page = ui_find_type (self->window, BECKON_TYPE_CALLING_PAGE);
  GtkWidget *root = small ? ui_find_named (page, "Exchange the two pictures") : page;

  return BECKON_VIDEO_VIEW (ui_find_type (root, BECKON_TYPE_VIDEO_VIEW));
}

static void
test_waiting (Fixture *self, gconstpointer unused)
{
  g_assert_cmpstr (get_page (self), ==, "waiting");
  g_assert_nonnull (ui_find_label (self->window, "Bob Larsson"));
  g_assert_nonnull (ui_find_label (self->window, "Calling…"));
  fake_call_set_state (self->call, BECKON_CALL_STATE_WAITING, BECKON_CALL_PROGRESS_RINGING);
  g_assert_nonnull (ui_find_label (self->window, "Ringing…"));
  fake_call_set_state (self->call, BECKON_CALL_STATE_WAITING, BECKON_CALL_PROGRESS_OFFLINE);
  g_assert_nonnull (ui_find_label (self->window, "they will see a missed call"));
  g_assert_nonnull (ui_find_named (self->window, "Cancel"));
  g_assert_null (ui_find_named (self->window, "Hang up"));
}

static graphene_rect_t
get_bounds (Fixture *self, GtkWidget *widget)
{
  graphene_rect_t bounds;

  g_assert_nonnull (widget);
  g_assert_true (gtk_widget_compute_bounds (widget, self->window, &bounds));
  return bounds;
}

/* What is missing is said beside who is called, not over their face. */
static void
test_waiting_badges (Fixture *self, gconstpointer unused)
{
  GtkWidget *page = ui_find_type (self->window, BECKON_TYPE_WAITING_PAGE);
  graphene_rect_t badge;
  graphene_rect_t avatar;

  gtk_window_set_default_size (GTK_WINDOW (self->window), 360, 640);
  ui_await (gtk_widget_has_css_class (self->window, "narrow"));
  g_clear_object (&self->call->local_video);
  self->call->microphone_problem =
      g_error_new (BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_NO_DEVICE, "none");
  self->call->camera_problem =
      g_error_new (BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_NOT_ALLOWED, "refused");
  fake_call_notify (self->call, "local-video");
  ui_await (ui_find_label (page, "No microphone was found") != NULL);
  ui_await (ui_find_label (page, "may not use the camera") != NULL);
  ui_await (gtk_widget_get_height (ui_find_label (page, "may not use the camera")) > 0);
  badge = get_bounds (self, ui_find_label (page, "may not use the camera"));
  avatar = get_bounds (self, ui_find_type (page, ADW_TYPE_AVATAR));
  g_assert_false (graphene_rect_intersection (&badge, &avatar, NULL));
}

/* Levels come several times a second: for them the window is not brought up to date as a whole. */
static void
test_levels (Fixture *self, gconstpointer unused)
{
  self->call->progress = BECKON_CALL_PROGRESS_RINGING; /* which nobody has told */
  fake_call_notify (self->call, "remote-level");
  fake_call_notify (self->call, "microphone-level");
  g_assert_null (ui_find_label (self->window, "Ringing…"));
  fake_call_notify (self->call, "progress");
  g_assert_nonnull (ui_find_label (self->window, "Ringing…"));
}

/* The caller looks at "Connecting…" until something can be heard, the callee sees the call at once.
 */
static void
test_connecting (Fixture *self, gconstpointer unused)
{
  fake_call_set_state (self->call, BECKON_CALL_STATE_CALLING, BECKON_CALL_PROGRESS_CONNECTING);
  g_assert_cmpstr (get_page (self), ==, "waiting");
  self->call->outgoing = FALSE;
  fake_call_notify (self->call, "progress");
  g_assert_cmpstr (get_page (self), ==, "calling");
}

static void
test_calling (Fixture *self, gconstpointer unused)
{
  connect (self);
  g_assert_cmpstr (get_page (self), ==, "calling");
  g_assert_nonnull (ui_find_named (self->window, "Hang up"));
  g_assert_null (ui_find_named (self->window, "Cancel"));
  g_assert_true (beckon_video_view_get_source (get_view (self, FALSE)) == self->call->remote_video);
  g_assert_true (beckon_video_view_get_source (get_view (self, TRUE)) == self->call->local_video);
  g_assert_true (beckon_video_view_get_mirrored (get_view (self, TRUE)));
  g_assert_false (beckon_video_view_get_mirrored (get_view (self, FALSE)));
}

/* Also what moved while it was waited for, on a page that is not shown any more. */
static void
test_rests (Fixture *self, gconstpointer unused)
{
  fake_call_set_state (self->call, BECKON_CALL_STATE_WAITING, BECKON_CALL_PROGRESS_CONNECTING);
  ui_settle ();
  connect (self);
  ui_await (ui_count_frames (self->window) <= UI_STILL_FRAMES);
}

static void
test_cameras (Fixture *self, gconstpointer unused)
{
  GtkWidget *corner;

  connect (self);
  corner = ui_find_named (self->window, "Exchange the two pictures");
  self->call->remote_camera = FALSE;
  fake_call_notify (self->call, "remote-camera");
  ui_await (ui_find_label (self->window, "Camera is off") != NULL);
  g_assert_null (beckon_video_view_get_source (get_view (self, FALSE)));
  g_assert_true (gtk_widget_get_visible (corner));
  beckon_call_set_camera (self->call, FALSE);
  g_assert_false (gtk_widget_get_visible (corner));
}

/* Whose picture the connection does not carry is told so, and is seen as soon as it does. */
static void
test_too_slow (Fixture *self, gconstpointer unused)
{
  connect (self);
  self->call->statistics->counted.remote_pictures_off = TRUE;
  beckon_statistics_tell (self->call->statistics);
  fake_call_notify (self->call, "remote-camera");
  ui_await (ui_find_label (self->window, "The connection is too slow for pictures") != NULL);
  g_assert_null (beckon_video_view_get_source (get_view (self, FALSE)));
  self->call->statistics->counted.remote_pictures_off = FALSE;
  beckon_statistics_tell (self->call->statistics);
  fake_call_notify (self->call, "remote-camera");
  g_assert_true (beckon_video_view_get_source (get_view (self, FALSE)) == self->call->remote_video);
  /* Of one's own nothing is notified. */
  self->call->statistics->counted.pictures_off = TRUE;
  beckon_statistics_tell (self->call->statistics);
  ui_await (ui_find_label (self->window,
                           "The connection is too slow for your picture: you are not seen") !=
            NULL);
}

static void
test_swap (Fixture *self, gconstpointer unused)
{
  GtkWidget *corner;

  connect (self);
  corner = ui_find_named (self->window, "Exchange the two pictures");
  ui_click (corner);
  ui_click (corner); /* the other half of a double click */
  g_assert_true (beckon_video_view_get_source (get_view (self, FALSE)) == self->call->local_video);
  g_assert_true (beckon_video_view_get_mirrored (get_view (self, FALSE)));
  g_assert_true (beckon_video_view_get_source (get_view (self, TRUE)) == self->call->remote_video);
  /* Without one of them there is nothing to exchange: the other one gets its own place back. */
  self->call->remote_camera = FALSE;
  fake_call_notify (self->call, "remote-camera");
  self->call->remote_camera = TRUE;
  fake_call_notify (self->call, "remote-camera");
  g_assert_true (beckon_video_view_get_source (get_view (self, FALSE)) == self->call->remote_video);
}

static void
test_toggles (Fixture *self, gconstpointer unused)
{
  GtkWidget *microphone = ui_find_named (self->window, "Microphone");
  GtkWidget *camera = ui_find_named (self->window, "Camera");

  g_assert_true (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (microphone)));
  ui_click (microphone);
  g_assert_false (self->call->microphone);
  g_assert_false (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (microphone)));
  ui_click (microphone); /* a repeated key */
  g_assert_false (self->call->microphone);
  ui_click (camera);
  g_assert_false (self->call->camera);
  /* And the other way: what switches it elsewhere shows here. */
  beckon_call_set_microphone (self->call, TRUE);
  g_assert_true (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (microphone)));
}

/* Ours: a button that switches, and a line with its own way to stop. */
static void
test_sharing (Fixture *self, gconstpointer unused)
{
  GtkWidget *share = ui_find_named (self->window, "Share screen");
  g_autoptr (GError) ended = NULL;
  GtkWidget *stop;

  g_assert_false (gtk_widget_is_sensitive (share));
  connect (self);
  g_assert_true (gtk_widget_is_sensitive (share));
  g_assert_null (ui_find_label (self->window, "You are sharing your screen"));
  ui_click (share);
  ui_click (share); /* the other half of a double click */
  g_assert_true (self->call->screen);
  g_assert_true (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (share)));
  g_assert_cmpstr (gtk_widget_get_tooltip_text (share), ==, "Stop sharing your screen");
  g_assert_nonnull (ui_find_label (self->window, "You are sharing your screen"));
  stop = ui_find_named (self->window, "Stop sharing");
  ui_click (stop);
  g_assert_false (self->call->screen);
  g_assert_false (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (share)));
  g_assert_null (ui_find_label (self->window, "You are sharing your screen"));

  beckon_call_share_screen (self->call, -1, 0);
  ended = g_error_new_literal (BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_DEVICE_LOST, "closed");
  beckon_call_stop_screen (self->call, ended);
  g_assert_nonnull (ui_find_label (self->window, "The desktop ended the sharing of your screen"));
  beckon_call_share_screen (self->call, -1, 0);
  fake_call_notify (self->call, "screen-problem");
  g_assert_null (ui_find_label (self->window, "The desktop ended the sharing of your screen"));
}

/* Beside the line: what the computer plays goes with the screen, and no longer. */
static void
test_sharing_sound (Fixture *self, gconstpointer unused)
{
  GtkWidget *sound = ui_find_named (self->window, "Share the sound of this computer");
  g_autoptr (GError) problem = NULL;

  connect (self);
  beckon_call_share_screen (self->call, -1, 0);
  g_assert_false (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (sound)));
  g_assert_cmpstr (gtk_widget_get_tooltip_text (sound), ==, "Share the sound of this computer");
  ui_click (sound);
  ui_click (sound); /* the other half of a double click */
  g_assert_true (self->call->system_sound);
  g_assert_true (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (sound)));
  g_assert_cmpstr (gtk_widget_get_tooltip_text (sound), ==,
                   "Stop sharing the sound of this computer");
  /* It does not go on by itself. */
  problem = g_error_new_literal (BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_NO_SOUND, "no server");
  beckon_call_set_system_sound (self->call, FALSE);
  self->call->screen_problem = g_steal_pointer (&problem);
  fake_call_notify (self->call, "screen-problem");
  g_assert_false (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (sound)));
  g_assert_nonnull (
      ui_find_label (self->window, "Your screen is shared, but not the sound of this computer"));
  g_assert_true (self->call->screen);
}

/* Theirs: all of it, with their camera in the corner. */
static void
test_remote_screen (Fixture *self, gconstpointer unused)
{
  connect (self);
  ui_click (ui_find_named (self->window, "Exchange the two pictures"));
  self->call->remote_screen_video = ui_create_source (0x00ff00);
  fake_call_notify (self->call, "remote-screen-video");
  g_assert_true (beckon_video_view_get_source (get_view (self, FALSE)) ==
                 self->call->remote_screen_video);
  g_assert_true (beckon_video_view_get_contained (get_view (self, FALSE)));
  g_assert_false (beckon_video_view_get_mirrored (get_view (self, FALSE)));
  g_assert_true (beckon_video_view_get_source (get_view (self, TRUE)) == self->call->remote_video);
  g_assert_false (beckon_video_view_get_contained (get_view (self, TRUE)));
  g_assert_false (beckon_video_view_get_mirrored (get_view (self, TRUE)));
  self->call->remote_camera = FALSE;
  fake_call_notify (self->call, "remote-camera");
  g_assert_true (beckon_video_view_get_source (get_view (self, TRUE)) == self->call->local_video);
  g_assert_true (beckon_video_view_get_mirrored (get_view (self, TRUE)));
  g_clear_object (&self->call->remote_screen_video);
  fake_call_notify (self->call, "remote-screen-video");
  g_assert_null (beckon_video_view_get_source (get_view (self, FALSE)));
  g_assert_false (beckon_video_view_get_contained (get_view (self, FALSE)));
}

static void
test_badges (Fixture *self, gconstpointer unused)
{
  connect (self);
  self->call->remote_microphone = FALSE;
  self->call->camera_problem =
      g_error_new (BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_NO_DEVICE, "none");
  fake_call_notify (self->call, "remote-microphone");
  g_assert_null (ui_find_label (self->window, "Bob is muted"));
  ui_await (ui_find_label (self->window, "Bob is muted") != NULL);
  g_assert_nonnull (ui_find_label (self->window, "No camera was found"));
  self->call->remote_microphone = TRUE;
  fake_call_notify (self->call, "remote-microphone");
  g_assert_null (ui_find_label (self->window, "Bob is muted"));
}

/* What is said of one of several is said of that one, and who has left is not there any more. */
static void
test_several (Fixture *self, gconstpointer unused)
{
  connect (self);
  fake_call_add_member (self->call, "carol", "Carol Adeyemi");
  self->call->shown = 1;
  self->call->remote_microphone = FALSE;
  self->call->remote_camera = FALSE;
  fake_call_notify (self->call, "members");
  ui_await (ui_find_label (self->window, "Carol is muted") != NULL);
  g_assert_cmpstr (gtk_window_get_title (GTK_WINDOW (self->window)), ==, "Call with Bob and Carol");
  fake_call_set_gone (self->call, "bob", TRUE);
  g_assert_cmpstr (gtk_window_get_title (GTK_WINDOW (self->window)), ==, "Call with Carol Adeyemi");
  g_assert_null (ui_find_label (self->window, "Bob and Carol"));
  self->call->last = 1;
  fake_call_set_gone (self->call, "carol", TRUE);
  fake_call_end (self->call, BECKON_CALL_END_PEER_HUNG_UP);
  ui_await (ui_find_label (self->window, "Carol hung up") != NULL);
}

static void
test_reconnecting (Fixture *self, gconstpointer unused)
{
  connect (self);
  self->call->seconds_to_end = 17;
  fake_call_set_state (self->call, BECKON_CALL_STATE_CALLING, BECKON_CALL_PROGRESS_RECONNECTING);
  ui_await (ui_find_label (self->window, "17 seconds") != NULL);
  self->call->seconds_to_end = 1;
  fake_call_notify (self->call, "seconds-to-end");
  g_assert_nonnull (ui_find_label (self->window, "1 second if"));
  fake_call_set_state (self->call, BECKON_CALL_STATE_CALLING, BECKON_CALL_PROGRESS_CONNECTED);
  g_assert_null (ui_find_label (self->window, "Reconnecting…"));
}

static void
test_controls_hide (Fixture *self, gconstpointer unused)
{
  GtkWidget *controls;

  connect (self);
  gtk_window_set_focus (GTK_WINDOW (self->window), NULL);
  controls = gtk_widget_get_ancestor (ui_find_named (self->window, "Hang up"), GTK_TYPE_REVEALER);
  g_assert_true (gtk_revealer_get_reveal_child (GTK_REVEALER (controls)));
  ui_await (!gtk_revealer_get_reveal_child (GTK_REVEALER (controls)));
  /* A voice call, or one that is lost, has them for good. */
  self->call->remote_camera = FALSE;
  fake_call_notify (self->call, "remote-camera");
  g_assert_true (gtk_revealer_get_reveal_child (GTK_REVEALER (controls)));
}

static void
test_hang_up (Fixture *self, gconstpointer unused)
{
  connect (self);
  ui_click (ui_find_action (self->window, "call.hang-up"));
  g_assert_cmpuint (self->call->n_hang_ups, ==, 1);
  g_assert_cmpstr (get_page (self), ==, "ended");
  ui_await (ui_find_label (self->window, "You hung up") != NULL);
  ui_await (self->window == NULL);
}

static void
test_cancel_closes (Fixture *self, gconstpointer unused)
{
  ui_click (ui_find_action (self->window, "call.hang-up"));
  g_assert_cmpuint (self->call->n_hang_ups, ==, 1);
  ui_await (self->window == NULL);
}

static void
test_closing_cancels (Fixture *self, gconstpointer unused)
{
  gtk_window_close (GTK_WINDOW (self->window));
  ui_await (self->window == NULL);
  g_assert_cmpint (self->call->end, ==, BECKON_CALL_END_CANCELLED);
}

static void
test_closing_hangs_up (Fixture *self, gconstpointer unused)
{
  connect (self);
  gtk_window_close (GTK_WINDOW (self->window));
  ui_await (self->window == NULL);
  g_assert_cmpint (self->call->end, ==, BECKON_CALL_END_HUNG_UP);
}

static void
test_call_again (Fixture *self, gconstpointer unused)
{
  g_autoptr (BeckonCall) next = fake_call_new ();
  GtkWidget *again;

  fake_call_end (self->call, BECKON_CALL_END_PEER_BUSY);
  ui_await (ui_find_label (self->window, "Bob is busy") != NULL);
  again = ui_find_named (self->window, "Call again");
  ui_click (again);
  g_assert_cmpuint (fake_manager_get_n_invites (self->manager), ==, 1);
  g_assert_false (gtk_widget_is_sensitive (again));
  fake_manager_finish_invite (self->manager, next, NULL);
  /* What the presenter does. */
  beckon_call_window_set_call (BECKON_CALL_WINDOW (self->window), self->manager, next);
  ui_settle ();
  g_assert_cmpstr (get_page (self), ==, "waiting");
  gtk_window_close (GTK_WINDOW (self->window));
  g_assert_cmpuint (next->n_hang_ups, ==, 1);
}

static void
test_call_again_fails (Fixture *self, gconstpointer unused)
{
  fake_call_end (self->call, BECKON_CALL_END_UNANSWERED);
  ui_await (ui_find_label (self->window, "No answer") != NULL);
  ui_click (ui_find_named (self->window, "Call again"));
  fake_manager_finish_invite (
      self->manager, NULL,
      g_error_new (BECKON_SIGNALING_ERROR, BECKON_SIGNALING_ERROR_NOT_CONNECTED, "no"));
  ui_await (ui_find_label (self->window, "There is no connection") != NULL);
  ui_await (self->window == NULL);
}

/* What a stranger writes makes no window of which the buttons are beyond the screen. */
static void
test_long_decline (Fixture *self, gconstpointer unused)
{
  int height;

  self->call->message = g_strnfill (2048, 'x');
  fake_call_end (self->call, BECKON_CALL_END_PEER_DECLINED);
  ui_await (ui_find_label (self->window, "Bob declined") != NULL);
  gtk_widget_measure (ui_find_type (self->window, BECKON_TYPE_ENDED_PAGE), GTK_ORIENTATION_VERTICAL,
                      360, &height, NULL, NULL, NULL);
  g_assert_cmpint (height, <=, 480);
}

/* Another device took over: one is still in the call, and must not place it again. */
static void
test_moved (Fixture *self, gconstpointer unused)
{
  connect (self);
  self->call->elsewhere = BECKON_CALL_ELSEWHERE_MOVED;
  self->call->answered_device = g_strdup ("Laptop");
  fake_call_end (self->call, BECKON_CALL_END_ANSWERED_ELSEWHERE);
  ui_await (ui_find_label (self->window, "This call continues on Laptop") != NULL);
  g_assert_false (gtk_widget_get_visible (ui_find_named (self->window, "Call again")));
  ui_await (self->window == NULL);
}

static void
test_narrow (Fixture *self, gconstpointer unused)
{
  GtkWidget *more;

  connect (self);
  more = ui_find_named (self->window, "More");
  g_assert_false (gtk_widget_get_visible (more));
  gtk_window_set_default_size (GTK_WINDOW (self->window), 360, 640);
  ui_await (gtk_widget_has_css_class (self->window, "narrow"));
  g_assert_true (gtk_widget_get_visible (more));
  g_assert_false (gtk_widget_get_visible (ui_find_named (self->window, "Share screen")));
}

/* What the header says in a popover can be read to its end, also by who opened it with a mouse. */
static void
test_lock (Fixture *self, gconstpointer unused)
{
  GtkWidget *lock;
  GtkWidget *header;
  GtkPopover *popover;

  connect (self);
  lock = ui_find_named (self->window, "Encrypted from computer to computer");
  header = gtk_widget_get_ancestor (lock, GTK_TYPE_REVEALER);
  popover = gtk_menu_button_get_popover (GTK_MENU_BUTTON (lock));
  gtk_menu_button_popup (GTK_MENU_BUTTON (lock));
  ui_await (gtk_widget_get_mapped (GTK_WIDGET (popover)));
  gtk_window_set_focus_visible (GTK_WINDOW (self->window), FALSE);
  waiting_let_pass (3500); /* it hides after three seconds */
  g_assert_true (gtk_revealer_get_reveal_child (GTK_REVEALER (header)));
  g_assert_true (gtk_widget_get_mapped (GTK_WIDGET (popover)));
  gtk_popover_popdown (popover);
  gtk_window_set_focus_visible (GTK_WINDOW (self->window), FALSE);
  ui_await (!gtk_revealer_get_reveal_child (GTK_REVEALER (header)));
}

/* They are in the menu, and go back to their button. */
static void
test_narrow_devices (Fixture *self, gconstpointer unused)
{
  g_autoptr (BeckonDeviceSettings) devices = beckon_device_settings_new (NULL);
  GtkWidget *controls;
  GtkWidget *popover;
  GtkWidget *more;

  connect (self);
  controls = ui_find_type (self->window, BECKON_TYPE_CALL_CONTROLS);
  popover = ui_find_type (self->window, BECKON_TYPE_DEVICES_POPOVER);
  more = ui_find_named (self->window, "More");
  gtk_window_set_default_size (GTK_WINDOW (self->window), 360, 640);
  ui_await (gtk_widget_has_css_class (self->window, "narrow"));
  ui_await (gtk_widget_get_width (more) > 0);

  beckon_call_controls_set_devices (BECKON_CALL_CONTROLS (controls), NULL);
  gtk_menu_button_popup (GTK_MENU_BUTTON (more));
  ui_await (ui_find_label (more, "Devices") != NULL);
  gtk_widget_activate_action (controls, "controls.devices", NULL);
  ui_settle ();
  g_assert_false (gtk_widget_get_mapped (popover));
  beckon_call_controls_set_devices (BECKON_CALL_CONTROLS (controls), devices);
  gtk_widget_activate_action (controls, "controls.devices", NULL);
  ui_await (gtk_widget_get_mapped (popover));
  g_assert_false (
      gtk_widget_get_mapped (GTK_WIDGET (gtk_menu_button_get_popover (GTK_MENU_BUTTON (more)))));

  gtk_window_set_default_size (GTK_WINDOW (self->window), 1000, 700);
  ui_await (!gtk_widget_has_css_class (self->window, "narrow"));
  ui_await (!gtk_widget_get_mapped (popover));
  gtk_menu_button_popup (GTK_MENU_BUTTON (ui_find_named (self->window, "Devices")));
  ui_await (gtk_widget_get_mapped (popover));
  gtk_popover_popdown (GTK_POPOVER (popover));
  beckon_call_controls_set_devices (BECKON_CALL_CONTROLS (controls), NULL);
}

static gboolean
is_in_corner (Fixture *self, GtkWidget *widget, gboolean right, gboolean bottom)
{
  graphene_rect_t bounds;

  if (!gtk_widget_compute_bounds (widget, self->window, &bounds))
    return FALSE;
  return (bounds.origin.x > gtk_widget_get_width (self->window) / 2.0) == right &&
         (bounds.origin.y > gtk_widget_get_height (self->window) / 2.0) == bottom;
}

static void
test_corners (Fixture *self, gconstpointer unused)
{
  GtkWidget *own;

  connect (self);
  own = ui_find_named (self->window, "Exchange the two pictures");
  ui_await (is_in_corner (self, own, TRUE, TRUE));
  g_assert_true (ui_press (own, GDK_KEY_Left, GDK_SHIFT_MASK));
  ui_await (is_in_corner (self, own, FALSE, TRUE));
  g_assert_true (ui_press (own, GDK_KEY_Up, GDK_SHIFT_MASK));
  ui_await (is_in_corner (self, own, FALSE, FALSE));
  g_assert_true (ui_press (own, GDK_KEY_Right, GDK_SHIFT_MASK));
  ui_await (is_in_corner (self, own, TRUE, FALSE));
  /* Other keys are not for it. */
  g_assert_false (ui_press (own, GDK_KEY_Left, 0));
  g_assert_false (ui_press (own, GDK_KEY_space, GDK_SHIFT_MASK));
  ui_settle ();
  g_assert_true (is_in_corner (self, own, TRUE, FALSE));
}

#if defined(GDK_WINDOWING_X11) && defined(HAVE_X11)

/* What the window manager has written down of it. */
static gboolean
is_above (GtkWidget *window)
{
  GdkDisplay *display = gtk_widget_get_display (window);
  GdkSurface *surface = gtk_native_get_surface (GTK_NATIVE (window));
  const Atom above =
      gdk_x11_get_xatom_by_name_for_display (display, "_NET_WM_STATE_ABOVE");
  unsigned char *states = NULL;
  unsigned long n = 0;
  unsigned long rest;
  gboolean found = FALSE;
  Atom type;
  int format;

  XGetWindowProperty (gdk_x11_display_get_xdisplay (display), gdk_x11_surface_get_xid (surface),
                      gdk_x11_get_xatom_by_name_for_display (display, "_NET_WM_STATE"), 0, 32,
                      False, XA_ATOM, &type, &format, &n, &rest, &states);
  for (unsigned long i = 0; i < n && format == 32; i++)
    found |= ((Atom *) (void *) states)[i] == above;
  if (states != NULL)
    XFree (states);
  return found;
}

#else

#define is_above(window) (gtk_widget_get_width (window) <= 400)

#endif

static void
test_picture_in_picture (Fixture *self, gconstpointer unused)
{
  GtkWidget *own;
  GtkWidget *leave;
  int before;

  connect (self);
  own = ui_find_named (self->window, "Exchange the two pictures");
  leave = ui_find_named (self->window, "Leave picture in picture");
  ui_await (gtk_widget_get_width (self->window) > 640);
  before = gtk_widget_get_width (self->window);
  g_assert_false (gtk_widget_get_mapped (leave));
  gtk_widget_activate_action (self->window, "call.pip", NULL);
  gtk_widget_activate_action (self->window, "call.pip", NULL); /* a double click has one effect */
  ui_await (gtk_widget_get_width (self->window) <= 400);
  ui_await (gtk_widget_get_mapped (leave));
  g_assert_false (gtk_widget_get_mapped (own));
  g_assert_nonnull (ui_find_action (self->window, "call.hang-up"));
  ui_await (is_above (self->window));
  gtk_widget_activate_action (self->window, "call.leave-fullscreen", NULL);
  ui_await (gtk_widget_get_width (self->window) == before);
  ui_await (!is_above (self->window));
  ui_await (gtk_widget_get_mapped (own));
}

/* How it ended is read at the window's full size, and that is the size that is remembered. */
static void
test_ends_in_picture (Fixture *self, gconstpointer unused)
{
  int width;
  int height;

  connect (self);
  gtk_widget_activate_action (self->window, "call.pip", NULL);
  ui_await (gtk_widget_get_width (self->window) <= 400);
  fake_call_end (self->call, BECKON_CALL_END_PEER_HUNG_UP);
  ui_await (gtk_widget_get_width (self->window) > 640);
  ui_await (ui_find_label (self->window, "Bob hung up") != NULL);
  gtk_window_close (GTK_WINDOW (self->window));
  g_settings_get (self->settings, "call-size", "(ii)", &width, &height);
  g_assert_cmpint (width, >, 640);
}

int
main (int argc, char **argv)
{
  if (!ui_init (&argc, &argv))
    {
      g_print ("1..0 # SKIP no display\n");
      return 0;
    }
#define ADD(name, function)                                                                        \
  g_test_add ("/ui/call-window/" name, Fixture, NULL, fixture_set_up, function, fixture_tear_down)
  ADD ("waiting", test_waiting);
  ADD ("waiting-badges", test_waiting_badges);
  ADD ("levels", test_levels);
  ADD ("connecting", test_connecting);
  ADD ("calling", test_calling);
  ADD ("rests", test_rests);
  ADD ("cameras", test_cameras);
  ADD ("too-slow", test_too_slow);
  ADD ("swap", test_swap);
  ADD ("toggles", test_toggles);
  ADD ("sharing", test_sharing);
  ADD ("sharing-sound", test_sharing_sound);
  ADD ("remote-screen", test_remote_screen);
  ADD ("badges", test_badges);
  ADD ("several", test_several);
  ADD ("reconnecting", test_reconnecting);
  ADD ("controls-hide", test_controls_hide);
  ADD ("hang-up", test_hang_up);
  ADD ("cancel-closes", test_cancel_closes);
  ADD ("closing-cancels", test_closing_cancels);
  ADD ("closing-hangs-up", test_closing_hangs_up);
  ADD ("call-again", test_call_again);
  ADD ("call-again-fails", test_call_again_fails);
  ADD ("long-decline", test_long_decline);
  ADD ("moved", test_moved);
  ADD ("narrow", test_narrow);
  ADD ("lock", test_lock);
  ADD ("narrow-devices", test_narrow_devices);
  ADD ("corners", test_corners);
  ADD ("picture-in-picture", test_picture_in_picture);
  ADD ("ends-in-picture", test_ends_in_picture);
#undef ADD
  return g_test_run ();
}
