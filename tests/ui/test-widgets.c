/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The popup, the sign-in page, and small widgets. */

#include "config.h"

#include "account.h"
#include "auto-hide.h"
#include "badge.h"
#include "incoming-window.h"
#include "sentence-toast.h"
#include "sign-in-page.h"
#include "stack-pages.h"
#include "ui-fixture.h"
#include "video-view.h"

/* ---- the popup ---- */

typedef struct
{
  BeckonCallManager *manager;
  BeckonCall *call;
  GtkWidget *window; /* %NULL when it has closed */
} Popup;

static void
popup_set_up (Popup *self, gconstpointer unused)
{
  self->manager = ui_create_manager ();
  self->call = fake_call_new ();
  self->call->outgoing = FALSE;
  self->call->state = BECKON_CALL_STATE_INCOMING;
  fake_call_add_member (self->call, "carol", "Carol Adeyemi");
  self->window = beckon_incoming_window_new (NULL, self->manager, self->call);
  g_object_add_weak_pointer (G_OBJECT (self->window), (gpointer *) &self->window);
  beckon_incoming_window_appear (BECKON_INCOMING_WINDOW (self->window));
  ui_await (gtk_widget_get_mapped (self->window));
}

static void
popup_tear_down (Popup *self, gconstpointer unused)
{
  ui_await (self->window == NULL);
  g_assert_finalize_object (self->manager);
  g_assert_finalize_object (self->call);
}

static void
test_popup_shows (Popup *self, gconstpointer unused)
{
  g_assert_nonnull (ui_find_label (self->window, "Bob Larsson"));
  g_assert_nonnull (ui_find_label (self->window, "Video call"));
  g_assert_nonnull (ui_find_label (self->window, "with Carol Adeyemi"));
  g_assert_nonnull (ui_find_named (self->window, "Accept without camera"));
  fake_call_end (self->call, BECKON_CALL_END_PEER_CANCELLED);
}

static void
test_popup_accept (Popup *self, gconstpointer unused)
{
  GtkWidget *accept = ui_find_named (self->window, "Accept");

  ui_click (accept);
  g_assert_false (gtk_widget_is_sensitive (accept));
  beckon_incoming_window_accept (BECKON_INCOMING_WINDOW (self->window), FALSE);
  g_assert_cmpuint (self->call->n_accepts, ==, 1);
  g_assert_true (self->call->with_camera);
  fake_call_set_state (self->call, BECKON_CALL_STATE_CALLING, BECKON_CALL_PROGRESS_CONNECTING);
  fake_call_finish_accept (self->call, NULL);
}

static void
test_popup_accept_without_camera (Popup *self, gconstpointer unused)
{
  ui_click (ui_find_named (self->window, "Accept without camera"));
  g_assert_false (self->call->with_camera);
  fake_call_set_state (self->call, BECKON_CALL_STATE_CALLING, BECKON_CALL_PROGRESS_CONNECTING);
  fake_call_finish_accept (self->call, NULL);
}

/* Accept and the caller's cancel cross: the person is told, and not left with a dead button. */
static void
test_popup_accept_too_late (Popup *self, gconstpointer unused)
{
  ui_click (ui_find_named (self->window, "Accept"));
  fake_call_end (self->call, BECKON_CALL_END_PEER_CANCELLED);
  g_assert_nonnull (self->window);
  fake_call_finish_accept (self->call, g_error_new (G_IO_ERROR, G_IO_ERROR_FAILED, "over"));
  ui_await (ui_find_label (self->window, "Bob has cancelled the call") != NULL);
}

/* The request did not get through: the call still rings and can still be answered. */
static void
test_popup_accept_again (Popup *self, gconstpointer unused)
{
  GtkWidget *accept = ui_find_named (self->window, "Accept");

  ui_click (accept);
  fake_call_finish_accept (
      self->call,
      g_error_new_literal (BECKON_SIGNALING_ERROR, BECKON_SIGNALING_ERROR_DISCONNECTED, "lost"));
  ui_await (gtk_widget_is_sensitive (accept));
  g_assert_nonnull (ui_find_label (self->window, "Try again when it is back"));
  ui_click (accept);
  g_assert_null (ui_find_label (self->window, "Try again when it is back"));
  fake_call_finish_accept (
      self->call,
      g_error_new_literal (BECKON_SIGNALING_ERROR, BECKON_SIGNALING_ERROR_DISCONNECTED, "lost"));
  ui_await (gtk_widget_is_sensitive (accept));
  fake_call_end (self->call, BECKON_CALL_END_MISSED);
}

static void
test_popup_decline (Popup *self, gconstpointer unused)
{
  ui_click (ui_find_named (self->window, "Decline"));
  g_assert_cmpuint (self->call->n_rejects, ==, 1);
  g_assert_null (self->call->reject_message);
}

static void
test_popup_decline_with_message (Popup *self, gconstpointer unused)
{
  gtk_widget_activate_action (self->window, "incoming.decline-with", "s", "In a meeting");
  g_assert_cmpstr (self->call->reject_message, ==, "In a meeting");
}

static void
test_popup_closing_declines (Popup *self, gconstpointer unused)
{
  gtk_window_close (GTK_WINDOW (self->window));
  g_assert_cmpuint (self->call->n_rejects, ==, 1);
}

static void
test_popup_silence (Popup *self, gconstpointer unused)
{
  gtk_widget_activate_action (self->window, "incoming.silence", NULL);
  g_assert_true (fake_manager_is_silenced (self->manager));
  g_assert_nonnull (self->window);
  fake_call_end (self->call, BECKON_CALL_END_ANSWERED_ELSEWHERE);
}

/* ---- signing in ---- */

typedef struct
{
  BeckonAccount *account;
  GSettings *settings;
  GtkWidget *window;
  GtkEditable *server;
  GtkEditable *user;
  GtkEditable *password;
} SignIn;

/* The fields in their order. */
static void
find_fields (GtkWidget *root, GPtrArray *fields)
{
  if (ADW_IS_ENTRY_ROW (root))
    g_ptr_array_add (fields, root);
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    find_fields (child, fields);
}

static void
sign_in_set_up (SignIn *self, gconstpointer unused)
{
  g_autoptr (BeckonMediaConfig) media = beckon_media_config_new ();
  g_autoptr (GPtrArray) fields = g_ptr_array_new ();
  GtkWidget *page;

  self->settings = ui_open_settings ();
  self->account = beckon_account_new ("", self->settings, media);
  page = beckon_sign_in_page_new (self->account, NULL);
  self->window = gtk_window_new ();
  gtk_window_set_child (GTK_WINDOW (self->window), page);
  gtk_window_present (GTK_WINDOW (self->window));
  ui_await (gtk_widget_get_mapped (self->window));
  find_fields (page, fields);
  self->server = fields->pdata[0];
  self->user = fields->pdata[1];
  self->password = fields->pdata[2];
}

static void
sign_in_tear_down (SignIn *self, gconstpointer unused)
{
  ui_destroy (self->window);
  ui_await (beckon_account_get_manager (self->account) == NULL);
  g_assert_finalize_object (self->account);
  g_assert_finalize_object (self->settings);
}

static void
fill_in (SignIn *self, const char *server, const char *user, const char *password)
{
  gtk_editable_set_text (self->server, server);
  gtk_editable_set_text (self->user, user);
  gtk_editable_set_text (self->password, password);
}

static gboolean
is_wrong (GtkEditable *field)
{
  return gtk_widget_has_css_class (GTK_WIDGET (field), "error");
}

/* In a window of the size that it has at first, also where there is a server to be tried. */
static void
test_sign_in_fits (SignIn *self, gconstpointer unused)
{
  GtkWidget *scrolled = ui_find_type (self->window, GTK_TYPE_SCROLLED_WINDOW);
  GtkAdjustment *position = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (scrolled));

  gtk_widget_set_visible (gtk_widget_get_parent (ui_find_type (self->window, ADW_TYPE_ACTION_ROW)),
                          TRUE);
  g_assert_nonnull (ui_find_label (self->window, "Try It on This Computer"));
  gtk_window_set_default_size (GTK_WINDOW (self->window), 1000, 700);
  ui_await (gtk_widget_get_height (self->window) == 700);
  g_assert_cmpfloat (gtk_adjustment_get_upper (position), <=,
                     gtk_adjustment_get_page_size (position));
}

static void
test_sign_in_incomplete (SignIn *self, gconstpointer unused)
{
  GtkWidget *sign_in = ui_find_named (self->window, "Sign in");

  g_assert_false (gtk_widget_is_sensitive (sign_in));
  fill_in (self, "127.0.0.1:1", "alice", "");
  g_assert_false (gtk_widget_is_sensitive (sign_in));
  fill_in (self, "127.0.0.1:1", "alice", "secret");
  g_assert_true (gtk_widget_is_sensitive (sign_in));
  g_assert_true (gtk_widget_is_sensitive (ui_find_named (self->window, "Create account")));
}

static void
test_sign_in_bad_user_id (SignIn *self, gconstpointer unused)
{
  fill_in (self, "127.0.0.1:1", "alice!", "secret");
  ui_click (ui_find_named (self->window, "Create account"));
  ui_await (ui_find_label (self->window, "A user ID has") != NULL);
  g_assert_true (is_wrong (self->user));
  g_assert_false (is_wrong (self->server));
  g_assert_true (gtk_widget_is_ancestor (gtk_window_get_focus (GTK_WINDOW (self->window)),
                                         GTK_WIDGET (self->user)));
  gtk_editable_set_text (self->user, "alice");
  g_assert_false (is_wrong (self->user));
  g_assert_null (ui_find_label (self->window, "A user ID has"));
}

static void
test_sign_in_bad_address (SignIn *self, gconstpointer unused)
{
  fill_in (self, "not an address", "alice", "secret");
  ui_click (ui_find_named (self->window, "Sign in"));
  ui_await (ui_find_label (self->window, "not the address of a server") != NULL);
  g_assert_true (is_wrong (self->server));
}

/* Nobody is at port 1. */
static void
test_sign_in_unreachable (SignIn *self, gconstpointer unused)
{
  fill_in (self, "http://127.0.0.1:1", "alice", "secret");
  ui_click (ui_find_named (self->window, "Sign in"));
  ui_await (ui_find_label (self->window, "127.0.0.1:1 does not answer. Trying again…") != NULL);
  g_assert_false (gtk_widget_is_sensitive (ui_find_named (self->window, "Sign in")));
  ui_click (ui_find_named (self->window, "Cancel"));
  ui_await (gtk_widget_is_sensitive (ui_find_named (self->window, "Sign in")));
  g_assert_false (beckon_account_is_signed_in (self->account));
}

static void
test_create_unreachable (SignIn *self, gconstpointer unused)
{
  fill_in (self, "http://127.0.0.1:1", "alice", "secret");
  ui_click (ui_find_named (self->window, "Create account"));
  ui_await (ui_find_label (self->window, "does not answer. Trying again…") != NULL);
  ui_click (ui_find_named (self->window, "Cancel"));
  ui_await (gtk_widget_is_sensitive (ui_find_named (self->window, "Sign in")));
}

static void
test_ring_here (SignIn *self, gconstpointer unused)
{
  BeckonSignalingService *signaling;

  g_settings_set_boolean (self->settings, "ring-here", FALSE);
  fill_in (self, "http://127.0.0.1:1", "alice", "secret");
  ui_click (ui_find_named (self->window, "Sign in"));
  signaling = beckon_call_manager_get_signaling (beckon_account_get_manager (self->account));
  g_assert_false (beckon_signaling_service_get_ring (signaling));
  g_settings_set_boolean (self->settings, "ring-here", TRUE);
  g_assert_true (beckon_signaling_service_get_ring (signaling));
  ui_click (ui_find_named (self->window, "Cancel"));
  ui_await (gtk_widget_is_sensitive (ui_find_named (self->window, "Sign in")));
  ui_settle (); /* the settings are told of their changes */
}

/* ---- small ones ---- */

static void
test_badge (void)
{
  GtkWidget *badge =
      g_object_new (BECKON_TYPE_BADGE, "icon-name", "microphone-disabled-symbolic", NULL);
  GtkWidget *window = gtk_window_new ();

  gtk_window_set_child (GTK_WINDOW (window), badge);
  g_assert_false (gtk_widget_get_visible (badge));
  beckon_badge_set_sentence (BECKON_BADGE (badge), "Bob is muted");
  g_assert_false (gtk_widget_get_visible (badge));
  ui_await (gtk_widget_get_visible (badge));
  beckon_badge_set_sentence (BECKON_BADGE (badge), NULL);
  g_assert_false (gtk_widget_get_visible (badge));
  beckon_badge_set_sentence (BECKON_BADGE (badge), "Bob is muted");
  /* What happened is told at once, whatever was to be told. */
  beckon_badge_tell (BECKON_BADGE (badge), "No screen was chosen");
  g_assert_true (gtk_widget_get_visible (badge));
  ui_await (!gtk_widget_get_visible (badge));
  beckon_badge_tell (BECKON_BADGE (badge), "No screen was chosen");
  ui_destroy (window);
}

static void
count (guint *n)
{
  (*n)++;
}

/* What takes it away has a name for who does not see it. */
static void
test_toast (void)
{
  GtkWidget *window = gtk_window_new ();
  GtkWidget *overlay = adw_toast_overlay_new ();

  adw_toast_overlay_set_child (ADW_TOAST_OVERLAY (overlay), gtk_label_new ("below"));
  gtk_window_set_child (GTK_WINDOW (window), overlay);
  gtk_window_set_default_size (GTK_WINDOW (window), 600, 400);
  gtk_window_present (GTK_WINDOW (window));
  adw_toast_overlay_add_toast (ADW_TOAST_OVERLAY (overlay),
                               beckon_sentence_toast_new ("It was so", FALSE));
  ui_await (ui_find_label (window, "It was so") != NULL);
  ui_await (ui_find_named (window, "Close") != NULL);
  ui_destroy (window);
}

static void
test_video_view (void)
{
  BeckonVideoView *view = g_object_ref_sink (g_object_new (BECKON_TYPE_VIDEO_VIEW, NULL));
  GObject *source = ui_create_source (0xff0000);
  guint n_notified = 0;
  int natural;

  g_signal_connect_swapped (view, "notify", G_CALLBACK (count), &n_notified);
  beckon_video_view_set_source (view, source);
  beckon_video_view_set_source (view, source);
  g_assert_true (beckon_video_view_get_source (view) == source);
  beckon_video_view_set_mirrored (view, TRUE);
  beckon_video_view_set_mirrored (view, TRUE);
  g_assert_true (beckon_video_view_get_mirrored (view));
  g_assert_cmpuint (n_notified, ==, 2);
  gtk_widget_measure (GTK_WIDGET (view), GTK_ORIENTATION_HORIZONTAL, -1, NULL, &natural, NULL,
                      NULL);
  g_assert_cmpint (natural, ==, 0);
  g_assert_finalize_object (view);
  g_assert_finalize_object (source);
}

static void
assert_hidden (GtkWidget *page, gboolean hidden)
{
  g_autofree char *other =
      gtk_test_accessible_check_state (GTK_ACCESSIBLE (page), GTK_ACCESSIBLE_STATE_HIDDEN, hidden);

  g_assert_null (other);
}

/* Nothing that is still asked for keeps it: its time-out looks at the window. */
static void
test_auto_hide_goes (void)
{
  GtkWindow *window = GTK_WINDOW (gtk_window_new ());
  BeckonAutoHide *auto_hide = beckon_auto_hide_new (window);
  gpointer seen = auto_hide;

  g_object_add_weak_pointer (G_OBJECT (auto_hide), &seen);
  beckon_auto_hide_set_held (auto_hide, FALSE);
  g_object_unref (auto_hide);
  g_assert_null (seen);
  gtk_window_destroy (window);
}

static void
test_stack_pages (void)
{
  GtkWidget *window = gtk_window_new ();
  GtkWidget *stack = gtk_stack_new ();
  GtkWidget *first = gtk_label_new ("first");
  GtkWidget *second = gtk_label_new ("second");

  gtk_stack_add_named (GTK_STACK (stack), first, "first");
  gtk_stack_add_named (GTK_STACK (stack), second, "second");
  gtk_window_set_child (GTK_WINDOW (window), stack);
  beckon_stack_pages_hide_inactive (GTK_STACK (stack));
  gtk_window_present (GTK_WINDOW (window));
  ui_await (gtk_widget_get_mapped (first));
  assert_hidden (second, TRUE);
  gtk_stack_set_visible_child (GTK_STACK (stack), second);
  assert_hidden (first, TRUE);
  assert_hidden (second, FALSE);
  ui_destroy (window);
}

static gboolean
count_turn (gpointer n_turns)
{
  (*(guint *) n_turns)++;
  return G_SOURCE_CONTINUE;
}

static void
test_settles_beside_an_animation (void)
{
  guint n_turns = 0;
  const guint source = g_idle_add (count_turn, &n_turns);

  ui_settle ();
  g_assert_cmpuint (n_turns, >, 0);
  g_source_remove (source);
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
  g_test_add ("/ui/popup/" name, Popup, NULL, popup_set_up, function, popup_tear_down)
  ADD ("shows", test_popup_shows);
  ADD ("accept", test_popup_accept);
  ADD ("accept-without-camera", test_popup_accept_without_camera);
  ADD ("accept-too-late", test_popup_accept_too_late);
  ADD ("accept-again", test_popup_accept_again);
  ADD ("decline", test_popup_decline);
  ADD ("decline-with-message", test_popup_decline_with_message);
  ADD ("closing-declines", test_popup_closing_declines);
  ADD ("silence", test_popup_silence);
#undef ADD
#define ADD(name, function)                                                                        \
  g_test_add ("/ui/sign-in/" name, SignIn, NULL, sign_in_set_up, function, sign_in_tear_down)
  ADD ("fits", test_sign_in_fits);
  ADD ("incomplete", test_sign_in_incomplete);
  ADD ("bad-user-id", test_sign_in_bad_user_id);
  ADD ("bad-address", test_sign_in_bad_address);
  ADD ("unreachable", test_sign_in_unreachable);
  ADD ("create-unreachable", test_create_unreachable);
  ADD ("ring-here", test_ring_here);
#undef ADD
  g_test_add_func ("/ui/settles-beside-an-animation", test_settles_beside_an_animation);
  g_test_add_func ("/ui/badge", test_badge);
  g_test_add_func ("/ui/toast", test_toast);
  g_test_add_func ("/ui/video-view", test_video_view);
  g_test_add_func ("/ui/auto-hide-goes", test_auto_hide_goes);
  g_test_add_func ("/ui/stack-pages", test_stack_pages);
  return g_test_run ();
}
