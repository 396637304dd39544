/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a person tries before a call: the check of the network, at half a server, and a test call. */

#include "config.h"

#include "before-calls.h"
#include "check-list.h"
#include "check-phrases.h"
#include "check-row.h"
#include "check-view.h"
#include "devices-preferences.h"
#include "gst-complaints.h"
#include "half-server.h"
#include "media-session.h"
#include "test-call-view.h"
#include "ui-fixture.h"
#include "video-sink.h"
#include "video-view.h"

/* ---- what has come of it ---- */

static GtkWidget *
show (GtkWidget *content)
{
  GtkWidget *window = gtk_window_new ();

  gtk_window_set_child (GTK_WINDOW (window), content);
  gtk_window_present (GTK_WINDOW (window));
  ui_await (gtk_widget_get_mapped (content));
  return window;
}

static void
tell (GtkWidget *list, BeckonCheck check, BeckonCheckStatus status, const char *subject, guint rate)
{
  beckon_check_list_tell (BECKON_CHECK_LIST (list),
                          &(BeckonCheckLine){
                              .check = check,
                              .status = status,
                              .subject = (char *) subject,
                              .round_trip_ms = 12.4,
                              .relayed = check == BECKON_CHECK_MEDIA,
                          },
                          rate);
}

static void
tell_problem (GtkWidget *list, BeckonCheck check, const char *subject, BeckonMediaError code)
{
  g_autoptr (GError) problem = g_error_new_literal (BECKON_MEDIA_ERROR, code, "of a test");

  beckon_check_list_tell (BECKON_CHECK_LIST (list),
                          &(BeckonCheckLine){
                              .check = check,
                              .status = check == BECKON_CHECK_UDP ? BECKON_CHECK_WARNING
                                                                  : BECKON_CHECK_FAILED,
                              .subject = (char *) subject,
                              .round_trip_ms = -1,
                              .problem = problem,
                          },
                          0);
}

/* The row of that title, which has one. */
static GtkWidget *
find_row (GtkWidget *root, const char *title)
{
  GtkWidget *label = ui_find_label (root, title);

  g_assert_nonnull (label);
  return gtk_widget_get_ancestor (label, ADW_TYPE_ACTION_ROW);
}

static void
test_all_is_well (void)
{
  GtkWidget *list = g_object_new (BECKON_TYPE_CHECK_LIST, NULL);
  GtkWidget *window = show (list);

  beckon_check_list_begin (BECKON_CHECK_LIST (list));
  g_assert_true (beckon_check_row_is_waiting (BECKON_CHECK_ROW (find_row (window, "Relay"))));
  tell (list, BECKON_CHECK_SERVER, BECKON_CHECK_GOOD, NULL, 0);
  tell (list, BECKON_CHECK_NETWORK, BECKON_CHECK_GOOD, NULL, 0);
  tell (list, BECKON_CHECK_UDP, BECKON_CHECK_GOOD, NULL, 0);
  tell (list, BECKON_CHECK_RELAY, BECKON_CHECK_GOOD, "udp one.example.org:3478", 0);
  tell (list, BECKON_CHECK_RELAY, BECKON_CHECK_GOOD, "tls two.example.org:443", 0);
  g_assert_true (
      beckon_check_row_is_waiting (BECKON_CHECK_ROW (find_row (window, "Sound and Pictures"))));
  tell (list, BECKON_CHECK_MEDIA, BECKON_CHECK_GOOD, NULL, 1440);
  g_assert_cmpint (beckon_check_list_end (BECKON_CHECK_LIST (list)), ==, BECKON_CHECK_GOOD);
  ui_settle ();
  g_assert_nonnull (ui_find_label (find_row (window, "Server"), "It answers, 12 ms"));
  g_assert_nonnull (ui_find_label (find_row (window, "Relay udp one"), "lets this computer in"));
  /* In the order in which they were told. */
  g_assert_cmpint (
      gtk_list_box_row_get_index (GTK_LIST_BOX_ROW (find_row (window, "Relay tls two"))), ==, 4);
  g_assert_nonnull (ui_find_label (find_row (window, "Sound and Pictures"), "12 ms"));
  g_assert_nonnull (ui_find_label (find_row (window, "Sound and Pictures"), "1.4 Mbit/s"));
  g_assert_true (GTK_IS_IMAGE (ui_find_named (find_row (window, "Server"), "Works")));
  ui_destroy (window);
}

/* A relay that lost nearly all that was sent to measure it is there all the same. */
static void
test_no_rate (void)
{
  BeckonCheckLine media = { .check = BECKON_CHECK_MEDIA, .round_trip_ms = 12.4, .relayed = TRUE };
  g_autofree char *relayed = beckon_phrase_for_check (&media, 0);
  g_autofree char *alone = NULL;

  g_assert_nonnull (strstr (relayed, "could not be measured"));
  g_assert_nonnull (strstr (relayed, "12 ms"));
  g_assert_null (strstr (relayed, "Without a relay"));
  media.relayed = FALSE;
  alone = beckon_phrase_for_check (&media, 0);
  g_assert_nonnull (strstr (alone, "Without a relay"));
}

/* Each says what to do. No mark is told by its colour alone. */
static void
test_much_is_wrong (void)
{
  GtkWidget *list = g_object_new (BECKON_TYPE_CHECK_LIST, NULL);
  GtkWidget *window = show (list);

  beckon_check_list_begin (BECKON_CHECK_LIST (list));
  tell (list, BECKON_CHECK_NETWORK, BECKON_CHECK_WARNING, NULL, 0);
  tell_problem (list, BECKON_CHECK_UDP, NULL, BECKON_MEDIA_ERROR_UDP_BLOCKED);
  tell_problem (list, BECKON_CHECK_RELAY, "udp one.example.org:3478",
                BECKON_MEDIA_ERROR_RELAY_REFUSED);
  tell_problem (list, BECKON_CHECK_RELAY, "tls two.example.org:443", BECKON_MEDIA_ERROR_NO_RELAY);
  tell_problem (list, BECKON_CHECK_MEDIA, NULL, BECKON_MEDIA_ERROR_NO_PATH);
  g_assert_cmpint (beckon_check_list_end (BECKON_CHECK_LIST (list)), ==, BECKON_CHECK_FAILED);
  ui_settle ();
  g_assert_null (ui_find_label (window, "Server")); /* was not tried */
  g_assert_nonnull (ui_find_label (find_row (window, "Network"), "Connect it by cable or Wi-Fi"));
  g_assert_nonnull (ui_find_label (find_row (window, "Direct Connection"), "lets no UDP through"));
  g_assert_nonnull (ui_find_label (find_row (window, "Direct Connection"), "Ask whoever runs"));
  g_assert_nonnull (ui_find_label (find_row (window, "Relay udp one"), "did not let this"));
  g_assert_nonnull (ui_find_label (find_row (window, "Relay tls two"), "does not answer"));
  g_assert_nonnull (ui_find_label (find_row (window, "Sound and Pictures"), "No way through"));
  g_assert_nonnull (ui_find_label (find_row (window, "Sound and Pictures"), "Try another network"));
  g_assert_nonnull (ui_find_named (find_row (window, "Direct Connection"), "Warning"));
  g_assert_nonnull (ui_find_named (find_row (window, "Relay tls two"), "Does not work"));
  ui_destroy (window);
}

/* ---- the dialogs ---- */

typedef struct
{
  HalfServer *server;
  GSettings *settings;
  BeckonAccount *account;
  BeckonCallManager *manager; /* borrowed */
  GtkWidget *window;
} Fixture;

static void
on_signed_in (GObject *source, GAsyncResult *result, gpointer unused)
{
  g_autoptr (GError) error = NULL;

  beckon_account_sign_in_finish (BECKON_ACCOUNT (source), result, &error);
  g_assert_no_error (error);
}

static void
set_up (Fixture *f, gconstpointer unused)
{
  g_autoptr (BeckonMediaConfig) media = beckon_media_config_new ();

  gst_complaints_pass ();
  media->video = media->audio = BECKON_SOURCE_TEST;
  media->video_width = 320;
  media->video_height = 180;
  media->video_sink = g_strdup (beckon_video_sink_register ());
  f->server = half_server_new (0);
  f->settings = ui_open_settings ();
  f->account = beckon_account_new ("", f->settings, media);
  beckon_account_sign_in_async (f->account,
                                &(BeckonCredentials){
                                    .server = f->server->url,
                                    .user = "alice",
                                    .password = "secret",
                                },
                                NULL, on_signed_in, NULL);
  wait_until (beckon_account_is_signed_in (f->account));
  f->manager = beckon_account_get_manager (f->account);
  wait_until (beckon_signaling_service_get_state (beckon_call_manager_get_signaling (f->manager)) ==
              BECKON_SIGNALING_CONNECTED);
  f->window = show (GTK_WIDGET (beckon_before_calls_new (f->account)));
}

static void
on_shut_down (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  gboolean over = FALSE;

  ui_destroy (f->window);
  beckon_account_shutdown_async (f->account, on_shut_down, &over);
  wait_until (over);
  /* Devices that close, and what was told to the settings, hold them a moment longer. */
  g_object_add_weak_pointer (G_OBJECT (f->account), (gpointer *) &f->account);
  g_object_unref (f->account);
  ui_await (f->account == NULL);
  g_object_add_weak_pointer (G_OBJECT (f->settings), (gpointer *) &f->settings);
  g_object_unref (f->settings);
  ui_await (f->settings == NULL);
  half_server_free (f->server);
}

/* Returns: (nullable): what is in the dialog that is open */
static GtkWidget *
find_dialog (GType type)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWidget) window = g_list_model_get_item (windows, i);
      GtkWidget *found = ui_find_type (window, type);

      if (found != NULL && gtk_widget_get_mapped (found))
        return found;
    }
  return NULL;
}

static GtkWidget *
open_dialog (Fixture *f, const char *row, GType type)
{
  gtk_widget_activate (find_row (f->window, row));
  ui_await (find_dialog (type) != NULL);
  return find_dialog (type);
}

static void
close_dialog (GtkWidget *content, GType type)
{
  gtk_window_close (GTK_WINDOW (gtk_widget_get_root (content)));
  ui_await (find_dialog (type) == NULL);
}

static void
refuse_list (Fixture *f)
{
  g_autoptr (JsonObject) request = half_server_expect (f->server, "contacts.list");

  half_server_refuse (f->server, request, "internal");
}

static void
test_server_fails (Fixture *f, gconstpointer unused)
{
  GtkWidget *view = open_dialog (f, "Check Network…", BECKON_TYPE_CHECK_VIEW);
  GtkWidget *again = ui_find_action (view, "check.again");

  g_assert_false (gtk_widget_is_sensitive (again));
  g_assert_nonnull (ui_find_label (view, "Trying what calls need"));
  refuse_list (f);
  ui_await (ui_find_label (view, "Calls may not work") != NULL);
  g_assert_nonnull (ui_find_named (find_row (view, "Server"), "Does not work"));
  g_assert_null (ui_find_label (view, "Sound and Pictures"));

  ui_click (again);
  ui_await (ui_find_label (view, "Sound and Pictures") != NULL);
  g_assert_nonnull (ui_find_label (view, "Trying what calls need"));
  refuse_list (f);
  ui_await (gtk_widget_is_sensitive (again));
  close_dialog (view, BECKON_TYPE_CHECK_VIEW);
}

/* While the server thinks, and while sound and pictures go. */
static void
test_closed_early (Fixture *f, gconstpointer unused)
{
  GtkWidget *view = open_dialog (f, "Check Network…", BECKON_TYPE_CHECK_VIEW);
  g_autoptr (JsonObject) request = half_server_expect (f->server, "contacts.list");
  g_autoptr (JsonObject) other = NULL;
  g_autoptr (JsonObject) watch = NULL;

  close_dialog (view, BECKON_TYPE_CHECK_VIEW);
  half_server_reply (f->server, request, "\"contacts\":[]");
  view = open_dialog (f, "Check Network…", BECKON_TYPE_CHECK_VIEW);
  other = half_server_expect (f->server, "contacts.list");
  half_server_reply (f->server, other, "\"contacts\":[]");
  watch = half_server_expect (f->server, "presence.watch");
  half_server_reply (f->server, watch, "");
  ui_await (ui_find_label (view, "The server has no relay") != NULL);
  close_dialog (view, BECKON_TYPE_CHECK_VIEW);
}

static void
test_not_in_a_call (Fixture *f, gconstpointer unused)
{
  BeckonCall *call = fake_call_new ();
  GtkWidget *row = find_row (f->window, "Check Network…");
  GtkWidget *test = find_row (f->window, "Test Call…");

  g_assert_true (gtk_widget_is_sensitive (row) && gtk_widget_is_sensitive (test));
  open_dialog (f, "Test Call…", BECKON_TYPE_TEST_CALL_VIEW);
  fake_manager_set_current (f->manager, call);
  ui_await (find_dialog (BECKON_TYPE_TEST_CALL_VIEW) == NULL);
  g_assert_false (gtk_widget_is_sensitive (row) || gtk_widget_is_sensitive (test));
  g_assert_nonnull (ui_find_label (row, "while you are in a call"));
  g_assert_nonnull (ui_find_label (test, "while you are in a call"));
  fake_manager_set_current (f->manager, NULL);
  g_assert_true (gtk_widget_is_sensitive (row) && gtk_widget_is_sensitive (test));
  g_assert_finalize_object (call);
}

/* A preview gives the camera back before a call takes it, and has it again behind it. What rings or
 * plays to be tried does not do so over a call. */
static void
test_preview_gives_way (Fixture *f, gconstpointer unused)
{
  g_autoptr (BeckonMediaConfig) media =
      beckon_media_config_copy (beckon_account_get_media (f->account));
  BeckonCall *call = fake_call_new ();
  AdwPreferencesPage *page;
  BeckonVideoView *preview;
  GtkWidget *window;
  GtkWidget *ring;

  media->devices = beckon_device_settings_new (NULL);
  page = beckon_devices_preferences_new (media);
  beckon_devices_preferences_set_account (BECKON_DEVICES_PREFERENCES (page), f->account);
  preview = BECKON_VIDEO_VIEW (gtk_widget_get_template_child (
      GTK_WIDGET (page), BECKON_TYPE_DEVICES_PREFERENCES, "preview"));
  window = show (GTK_WIDGET (page));
  ring = ui_find_type (find_row (window, "Ringer Test"), GTK_TYPE_BUTTON);
  ui_await (beckon_video_view_get_source (preview) != NULL);
  g_assert_true (gtk_widget_is_sensitive (ring));
  fake_manager_set_current (f->manager, call);
  g_assert_null (beckon_video_view_get_source (preview));
  g_assert_false (gtk_widget_is_sensitive (ring));
  g_assert_nonnull (ui_find_label (GTK_WIDGET (page), "while you are in a call"));
  gtk_widget_set_visible (window, FALSE);
  gtk_widget_set_visible (window, TRUE);
  g_assert_null (beckon_video_view_get_source (preview));
  fake_manager_set_current (f->manager, NULL);
  ui_await (beckon_video_view_get_source (preview) != NULL);
  g_assert_true (gtk_widget_is_sensitive (ring));
  g_assert_null (ui_find_label (GTK_WIDGET (page), "while you are in a call"));
  g_assert_finalize_object (call);
  ui_destroy (window);
}

/* A test call needs no server. */
static void
test_signed_out (Fixture *f, gconstpointer unused)
{
  beckon_account_sign_out (f->account);
  ui_await (ui_find_label (f->window, "Sign in to try what calls need") != NULL);
  g_assert_false (gtk_widget_is_sensitive (find_row (f->window, "Check Network…")));
  g_assert_true (gtk_widget_is_sensitive (find_row (f->window, "Test Call…")));
}

static void
test_seen_and_heard (Fixture *f, gconstpointer unused)
{
  GtkWidget *view = open_dialog (f, "Test Call…", BECKON_TYPE_TEST_CALL_VIEW);
  GtkWidget *picture = ui_find_named (view, "Your picture, as others see it");
  GtkWidget *level = ui_find_named (view, "Microphone level");

  ui_await (ui_find_label (view, "Your camera works") != NULL);
  ui_await (ui_find_label (view, "Your microphone works") != NULL);
  g_assert_nonnull (beckon_video_view_get_source (BECKON_VIDEO_VIEW (picture)));
  g_assert_cmpfloat (gtk_level_bar_get_value (GTK_LEVEL_BAR (level)), >, 0);
  close_dialog (view, BECKON_TYPE_TEST_CALL_VIEW);
}

/* Of a computer that has neither. */
static void
test_nothing_there (void)
{
  g_autoptr (BeckonMediaConfig) media = beckon_media_config_new ();
  GtkWidget *view = beckon_test_call_view_new (media);
  GtkWidget *window;

  g_assert_cmpint (media->video, ==, BECKON_SOURCE_DEVICE);
  window = show (view);
  ui_await (ui_find_label (view, "No camera was found") != NULL);
  ui_await (ui_find_label (view, "No microphone was found") != NULL);
  g_assert_nonnull (ui_find_named (find_row (view, "No camera was found"), "Does not work"));
  ui_destroy (window);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  if (!ui_init (&argc, &argv))
    {
      g_print ("1..0 # SKIP no display\n");
      return 0;
    }
  beckon_media_init (NULL, NULL, &error);
  g_assert_no_error (error);
  g_test_add_func ("/ui/before-calls/all-is-well", test_all_is_well);
  g_test_add_func ("/ui/before-calls/no-rate", test_no_rate);
  g_test_add_func ("/ui/before-calls/much-is-wrong", test_much_is_wrong);
#define ADD(name, function)                                                                        \
  g_test_add ("/ui/before-calls/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("server-fails", test_server_fails);
  ADD ("closed-early", test_closed_early);
  ADD ("not-in-a-call", test_not_in_a_call);
  ADD ("preview-gives-way", test_preview_gives_way);
  ADD ("signed-out", test_signed_out);
  ADD ("seen-and-heard", test_seen_and_heard);
#undef ADD
  g_test_add_func ("/ui/before-calls/nothing-there", test_nothing_there);
  return g_test_run ();
}
