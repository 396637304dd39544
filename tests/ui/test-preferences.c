/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The pages of the preferences: what they show of settings and of an account at half a server, and
 * what they change. */

#include "config.h"

#include "account-preferences.h"
#include "calls-preferences.h"
#include "dialogs.h"
#include "half-server.h"
#include "ui-fixture.h"

/* ---- calls ---- */

static GtkWidget *
show_page (AdwPreferencesPage *page)
{
  GtkWidget *preferences = beckon_preferences_new ();

  beckon_preferences_add (preferences, page);
  beckon_dialog_present (preferences, NULL);
  ui_await (gtk_widget_get_mapped (GTK_WIDGET (page)));
  return GTK_WIDGET (gtk_widget_get_root (preferences));
}

/* What was under way, cancelled or told to it, holds it until the main loop comes to it. */
static void
release (gpointer object)
{
  g_object_add_weak_pointer (object, &object);
  g_object_unref (object);
  ui_await (object == NULL);
}

/* The row of preferences with that title. */
static GtkWidget *
find_row (GtkWidget *root, const char *title)
{
  return gtk_widget_get_ancestor (ui_find_label (root, title), ADW_TYPE_ACTION_ROW);
}

static void
test_switches (void)
{
  static const struct
  {
    const char *title;
    const char *key;
  } cases[] = {
    { "Do Not Disturb", "do-not-disturb" },       { "Ring on This Computer", "ring-here" },
    { "Pause Music and Films", "pause-media" },   { "Start at Log-In", "start-at-login" },
    { "Always Use a Relay", "relay-only" },
  };
  GSettings *settings = ui_open_settings ();
  GtkWidget *window = show_page (beckon_calls_preferences_new (settings, NULL));

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const gboolean before = g_settings_get_boolean (settings, cases[i].key);
      GtkWidget *row = find_row (window, cases[i].title);
      GtkWidget *button = ui_find_type (row, GTK_TYPE_SWITCH);

      g_test_message ("%s", cases[i].title);
      g_assert_true (gtk_switch_get_active (GTK_SWITCH (button)) == before);
      /* The whole row is the switch. */
      g_assert_true (adw_action_row_get_activatable_widget (ADW_ACTION_ROW (row)) == button);
      gtk_widget_activate (row);
      ui_await (g_settings_get_boolean (settings, cases[i].key) == !before);
      g_settings_set_boolean (settings, cases[i].key, before);
      ui_await (gtk_switch_get_active (GTK_SWITCH (button)) == before);
    }
  ui_destroy (window);
  release (settings);
}

/* What would do nothing is off, and says why; the settings wait for a desktop where it works. */
static void
test_impossible (void)
{
  static const char *const keys[] = { "pause-media", "global-shortcuts", "push-to-talk" };
  static const struct
  {
    const char *title;
    const char *why;
  } cases[] = {
    { "Pause Music and Films", "may not speak with players" },
    { "Mute From Any Window", "this desktop has no such keys" },
    { "Push to Talk", "this desktop has no such keys" },
  };
  g_autoptr (GDBusConnection) bus = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, NULL);
  BeckonGlobalShortcuts *shortcuts = beckon_global_shortcuts_new (bus);
  GSettings *settings = ui_open_settings ();
  AdwPreferencesPage *page = beckon_calls_preferences_new (settings, NULL);
  GtkWidget *window;

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    g_settings_set_boolean (settings, keys[i], TRUE);
  beckon_calls_preferences_set_desktop (BECKON_CALLS_PREFERENCES (page), shortcuts, FALSE);
  window = show_page (page);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      GtkWidget *row = find_row (window, cases[i].title);

      g_test_message ("%s", cases[i].title);
      ui_await (ui_find_label (row, cases[i].why) != NULL);
      g_assert_false (gtk_widget_is_sensitive (row));
      g_assert_false (gtk_switch_get_active (GTK_SWITCH (ui_find_type (row, GTK_TYPE_SWITCH))));
      g_assert_true (g_settings_get_boolean (settings, keys[i]));
    }
  ui_destroy (window);
  release (shortcuts);
  release (settings);
}

static void
test_choices (void)
{
  GSettings *settings = ui_open_settings ();
  GtkWidget *window = show_page (beckon_calls_preferences_new (settings, NULL));
  AdwComboRow *preconnect = ADW_COMBO_ROW (find_row (window, "Connect Before Answering"));
  AdwComboRow *bandwidth = ADW_COMBO_ROW (find_row (window, "Bandwidth Limit"));
  g_autofree char *preconnected = NULL;

  g_assert_nonnull (ui_find_label (GTK_WIDGET (preconnect), "Contacts"));
  adw_combo_row_set_selected (preconnect, 2);
  ui_await (ui_find_label (GTK_WIDGET (preconnect), "Nobody") != NULL);
  preconnected = g_settings_get_string (settings, "preconnect");
  g_assert_cmpstr (preconnected, ==, "nobody");
  g_settings_set_string (settings, "preconnect", "everyone");
  ui_await (adw_combo_row_get_selected (preconnect) == 1);

  g_assert_nonnull (ui_find_label (GTK_WIDGET (bandwidth), "No limit"));
  adw_combo_row_set_selected (bandwidth, 3);
  ui_await (ui_find_label (GTK_WIDGET (bandwidth), "500 kbit/s") != NULL);
  g_assert_cmpuint (g_settings_get_uint (settings, "bandwidth"), ==, 500);
  /* What somebody wrote by hand stays, and is shown as what it comes to. */
  g_settings_set_uint (settings, "bandwidth", 700);
  ui_settle ();
  g_assert_cmpuint (g_settings_get_uint (settings, "bandwidth"), ==, 700);
  g_settings_set_uint (settings, "bandwidth", 1);
  ui_await (adw_combo_row_get_selected (bandwidth) == 5);
  g_assert_cmpuint (g_settings_get_uint (settings, "bandwidth"), ==, 1);
  g_settings_set_uint (settings, "bandwidth", 0);
  ui_await (adw_combo_row_get_selected (bandwidth) == 0);
  ui_destroy (window);
  release (settings);
}

/* ---- the account ---- */

typedef struct
{
  HalfServer *server;
  GSettings *settings;
  BeckonAccount *account;
  GtkWidget *window; /* %NULL when it has closed */
} Fixture;

static void
on_signed_in (GObject *source, GAsyncResult *result, gpointer unused)
{
  g_autoptr (GError) error = NULL;

  beckon_account_sign_in_finish (BECKON_ACCOUNT (source), result, &error);
  g_assert_no_error (error);
}

static void
answer (Fixture *f, const char *type, const char *fields)
{
  g_autoptr (JsonObject) request = half_server_expect (f->server, type);

  half_server_reply (f->server, request, fields);
}

static void
set_up (Fixture *f, gconstpointer unused)
{
  g_autoptr (BeckonMediaConfig) media = beckon_media_config_new ();

  f->server = half_server_new (0);
  f->settings = ui_open_settings ();
  g_settings_set_string (f->settings, "device-id", "desk");
  f->account = beckon_account_new ("", f->settings, media);
  beckon_account_sign_in_async (f->account,
                                &(BeckonCredentials){
                                    .server = f->server->url,
                                    .user = "alice",
                                    .password = "secret",
                                },
                                NULL, on_signed_in, NULL);
  wait_until (beckon_account_is_signed_in (f->account));
  f->window = show_page (beckon_account_preferences_new (f->account));
  g_object_add_weak_pointer (G_OBJECT (f->window), (gpointer *) &f->window);
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

  /* The window goes with the account. */
  beckon_account_shutdown_async (f->account, on_shut_down, &over);
  wait_until (over && f->window == NULL);
  release (f->account);
  release (f->settings);
  half_server_free (f->server);
}

static void
test_devices (Fixture *f, gconstpointer unused)
{
  g_autoptr (JsonObject) request = NULL;

  answer (f, "devices.list",
          "\"devices\":[{\"id\":\"lap\",\"name\":\"<b>Laptop</b>\",\"connected\":false},"
          "{\"id\":\"old\",\"name\":\"Old\",\"connected\":false,\"seen\":1577880000000},"
          "{\"id\":\"desk\",\"name\":\"Desk\",\"connected\":true}]");
  ui_await (ui_find_label (f->window, "This computer") != NULL);
  g_assert_nonnull (ui_find_label (f->window, "Desk"));
  g_assert_nonnull (ui_find_label (f->window, "Not connected now"));
  g_assert_nonnull (ui_find_label (f->window, "Last connected: 1 Jan 2020"));
  g_assert_null (ui_find_named (f->window, "Sign out Desk"));
  g_assert_nonnull (ui_find_label (f->window, "<b>Laptop</b>")); /* not bold */
  gtk_widget_activate_action (ui_find_named (f->window, "Sign out <b>Laptop</b>"),
                              "account.sign-out-device", "(ss)", "lap", "<b>Laptop</b>");
  request = half_server_expect (f->server, "devices.sign-out");
  g_assert_cmpstr (json_object_get_string_member (request, "device"), ==, "lap");
  half_server_reply (f->server, request, "");
  answer (f, "devices.list",
          "\"devices\":[{\"id\":\"desk\",\"name\":\"Desk\",\"connected\":true}]");
  ui_await (ui_find_named (f->window, "Sign out <b>Laptop</b>") == NULL);
  g_assert_nonnull (ui_find_label (f->window, "was signed out"));
}

/* A server that does not know the request. */
static void
test_only_this_device (Fixture *f, gconstpointer unused)
{
  g_autoptr (JsonObject) request = half_server_expect (f->server, "devices.list");

  half_server_refuse (f->server, request, "unknown-type");
  ui_await (ui_find_label (f->window, "This computer") != NULL);
  g_assert_nonnull (ui_find_label (f->window, g_get_host_name ()));
}

static void
test_name (Fixture *f, gconstpointer unused)
{
  GtkWidget *name = ui_find_type (f->window, ADW_TYPE_ENTRY_ROW);
  g_autoptr (JsonObject) request = NULL;
  g_autoptr (JsonObject) refused = NULL;

  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (name)), ==, "Alice");
  gtk_editable_set_text (GTK_EDITABLE (name), " Alice B. ");
  g_signal_emit_by_name (name, "apply");
  request = half_server_expect (f->server, "profile.set");
  g_assert_cmpstr (json_object_get_string_member (request, "name"), ==, "Alice B.");
  half_server_reply (f->server, request, "");
  ui_await (g_strcmp0 (gtk_editable_get_text (GTK_EDITABLE (name)), "Alice B.") == 0);

  gtk_editable_set_text (GTK_EDITABLE (name), "Alice C.");
  g_signal_emit_by_name (name, "apply");
  refused = half_server_expect (f->server, "profile.set");
  half_server_refuse (f->server, refused, "bad-request");
  ui_await (g_strcmp0 (gtk_editable_get_text (GTK_EDITABLE (name)), "Alice B.") == 0);
  gtk_editable_set_text (GTK_EDITABLE (name), "  ");
  g_signal_emit_by_name (name, "apply");
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (name)), ==, "Alice B.");
}

static void
test_sign_out (Fixture *f, gconstpointer unused)
{
  gtk_widget_activate_action (ui_find_named (f->window, "Sign out this computer"),
                              "account.sign-out", NULL);
  ui_await (f->window == NULL);
  g_assert_false (beckon_account_is_signed_in (f->account));
}

/* Another device does that; it says so, and the next start does not sign in again by itself. */
static void
test_signed_out_elsewhere (Fixture *f, gconstpointer unused)
{
  soup_websocket_connection_close (f->server->socket, 4005, NULL);
  ui_await (f->window == NULL);
  g_assert_false (beckon_account_is_signed_in (f->account));
  g_assert_error (beckon_account_get_failure (f->account), BECKON_SIGNALING_ERROR,
                  BECKON_SIGNALING_ERROR_SIGNED_OUT);
}

int
main (int argc, char **argv)
{
  if (!ui_init (&argc, &argv))
    {
      g_print ("1..0 # SKIP no display\n");
      return 0;
    }
  g_test_add_func ("/ui/preferences/switches", test_switches);
  g_test_add_func ("/ui/preferences/impossible", test_impossible);
  g_test_add_func ("/ui/preferences/choices", test_choices);
#define ADD(name, function)                                                                        \
  g_test_add ("/ui/preferences/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("devices", test_devices);
  ADD ("only-this-device", test_only_this_device);
  ADD ("name", test_name);
  ADD ("sign-out", test_sign_out);
  ADD ("signed-out-elsewhere", test_signed_out_elsewhere);
#undef ADD
  return g_test_run ();
}
