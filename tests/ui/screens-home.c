/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The home window and what opens from it. */

#include "config.h"

#include "screens-private.h"

#include "about.h"
#include "account-preferences.h"
#include "before-calls.h"
#include "calls-preferences.h"
#include "check-list.h"
#include "check-view.h"
#include "devices-preferences.h"
#include "dialogs.h"
#include "home-window.h"
#include "join-group.h"
#include "link-question.h"
#include "sign-in-page.h"
#include "test-call-view.h"

#include <glib/gi18n.h>

#define MINUTE_MS (60 * G_GINT64_CONSTANT (1000))
#define DAY 1440 /* minutes */

static void
answer (Screens *self, const char *type, const char *fields)
{
  g_autoptr (JsonObject) request = half_server_expect (self->server, type);

  half_server_reply (self->server, request, fields);
}

static GtkWidget *
find (Screens *self, const char *name)
{
  return screens_find (self, BECKON_TYPE_HOME_WINDOW, name);
}

/* ---- signing in ---- */

static void
open_sign_in (Screens *self)
{
  screens_show (self, beckon_home_window_new (NULL, self->nobody, NULL));
}

static void
open_sign_in_failed (Screens *self)
{
  static const char *const fields[][2] = {
    { "server", "ftp://calls" },
    { "user", "alice" },
    { "password", "secret" },
  };

  open_sign_in (self);
  gtk_widget_set_visible (screens_find (self, BECKON_TYPE_SIGN_IN_PAGE, "code"), TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    gtk_editable_set_text (
        GTK_EDITABLE (screens_find (self, BECKON_TYPE_SIGN_IN_PAGE, fields[i][0])), fields[i][1]);
  ui_click (screens_find (self, BECKON_TYPE_SIGN_IN_PAGE, "sign_in"));
  ui_await (gtk_widget_get_mapped (screens_find (self, BECKON_TYPE_SIGN_IN_PAGE, "message")));
}

/* ---- home ---- */

static void
open_home_with (Screens *self, const char *contacts, const char *calls)
{
  GtkWidget *home = beckon_home_window_new (NULL, self->account, NULL);
  g_autofree char *past = g_strdup_printf ("\"calls\":[%s]", calls);

  answer (self, "contacts.list", contacts);
  answer (self, "history.list", past);
  screens_show (self, home);
  ui_await (gtk_widget_get_visible (find (self, "columns")) ||
            gtk_widget_get_visible (find (self, "empty")));
}

/* Also what a person sees whose server is on this computer: where others find it. */
static void
open_home_empty (Screens *self)
{
  open_home_with (self, "\"contacts\":[]", "");
  gtk_widget_set_visible (find (self, "join"), TRUE);
}

static void
add_call (GString *json, const char *what, gint64 ago, guint ms, const char *id, const char *name)
{
  g_autofree char *call = g_strdup_printf (
      "%s{\"call\":\"c%u\",%s,\"members\":[{\"id\":\"%s\",\"name\":\"%s\"}],\"started\":"
      "%" G_GINT64_FORMAT ",\"duration_ms\":%u}",
      json->len > 0 ? "," : "", (guint) json->len, what, id, name,
      g_get_real_time () / 1000 - ago * MINUTE_MS, ms);

  g_string_append (json, call);
}

#define CALL(direction, media, outcome)                                                            \
  "\"direction\":\"" direction "\",\"media\":\"" media "\",\"outcome\":\"" outcome "\""

static void
open_home (Screens *self)
{
  g_autoptr (GString) calls = g_string_new (NULL);

  add_call (calls, CALL ("incoming", "video", "missed"), 1, 0, "bob", "Bob Larsson");
  add_call (calls, CALL ("incoming", "voice", "declined"), 2, 0, "carol", "Carol Adeyemi");
  add_call (calls, CALL ("outgoing", "voice", "unanswered"), 3, 0, SCREENS_LONG_ID,
            SCREENS_LONG_NAME);
  add_call (calls, CALL ("outgoing", "video", "busy"), DAY, 0, "dave", "Dave Okafor");
  add_call (calls, CALL ("outgoing", "video", "cancelled"), 3 * DAY, 0, "erin", "Erin Novak");
  add_call (calls, CALL ("outgoing", "video", "answered"), 4 * DAY, 9400001, "bob", "Bob Larsson");
  add_call (calls, CALL ("incoming", "voice", "answered"), 99 * DAY, 767000, "farid",
            "Farid Haddad");
  open_home_with (self,
                  "\"contacts\":["
                  "{\"id\":\"bob\",\"name\":\"Bob Larsson\",\"presence\":\"online\"},"
                  "{\"id\":\"carol\",\"name\":\"Carol Adeyemi\",\"presence\":\"dnd\"},"
                  "{\"id\":\"dave\",\"name\":\"Dave Okafor\",\"presence\":\"in-call\"},"
                  "{\"id\":\"mallory\",\"name\":\"Mallory\",\"presence\":\"offline\"},"
                  "{\"id\":\"" SCREENS_LONG_ID "\",\"name\":\"" SCREENS_LONG_NAME
                  "\",\"presence\":\"offline\"}],"
                  "\"blocked\":[{\"id\":\"mallory\",\"name\":\"Mallory\"}]",
                  calls->str);
}

static void
open_home_recent (Screens *self)
{
  open_home (self);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (find (self, "recent_tab")), TRUE);
}

static void
open_home_search (Screens *self)
{
  open_home (self);
  gtk_search_bar_set_search_mode (GTK_SEARCH_BAR (find (self, "search_bar")), TRUE);
  gtk_editable_set_text (GTK_EDITABLE (find (self, "search")), "nobody");
  ui_await (ui_find_type (find (self, "contacts"), GTK_TYPE_LIST_BOX_ROW) == NULL);
  answer (self, "history.list", "\"calls\":[]"); /* there are no older ones */
  ui_await (!g_str_equal (gtk_label_get_label (GTK_LABEL (find (self, "recent_hint"))), "…"));
}

static void
open_home_menu (Screens *self)
{
  open_home (self);
  gtk_menu_button_popup (GTK_MENU_BUTTON (find (self, "main_button")));
}

static void
open_home_row_menu (Screens *self)
{
  open_home (self);
  gtk_widget_activate_action (ui_find_type (find (self, "contacts"), GTK_TYPE_LIST_BOX_ROW),
                              "row.menu", NULL);
}

/* What comes between the header and the lists, and over them. */
static void
open_home_told (Screens *self)
{
  GtkWidget *toasts;
  BeckonCallSnapshot *other = g_new0 (BeckonCallSnapshot, 1);
  BeckonParticipant *bob = g_new0 (BeckonParticipant, 1);

  bob->user = beckon_user_new ("bob", "Bob Larsson");
  other->call = g_strdup ("call-2");
  other->device = g_strdup ("phone");
  other->members = g_ptr_array_new_with_free_func ((GDestroyNotify) beckon_participant_free);
  g_ptr_array_add (other->members, bob);
  open_home (self);
  fake_manager_set_other (self->manager, other);
  gtk_revealer_set_reveal_child (GTK_REVEALER (find (self, "banner")), TRUE);
  gtk_widget_activate_action (self->window, "home.remove-contact", "(ss)", "bob", "Bob Larsson");
  answer (self, "contacts.remove", "");
  toasts = find (self, "toasts");
  ui_await (gtk_widget_get_last_child (toasts) !=
            adw_toast_overlay_get_child (ADW_TOAST_OVERLAY (toasts)));
}

/* With the way back to the window of a call. */
static void
open_home_in_call (Screens *self)
{
  open_home_empty (self);
  self->call = fake_call_new ();
  self->call->state = BECKON_CALL_STATE_CALLING;
  fake_call_add_member (self->call, SCREENS_LONG_ID, SCREENS_LONG_NAME);
  fake_manager_set_current (self->manager, self->call);
}

/* ---- what opens over it ---- */

/* From now on the window that has opened over the present one is looked at; or still that one, with the
 * dialog in it. */
static void
look_at_dialog (Screens *self)
{
  GListModel *windows = gtk_window_get_toplevels ();

  if (beckon_dialog_covers (GTK_WINDOW (self->window)))
    return;
  g_set_weak_pointer (&self->parent, self->window);
  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWindow) window = g_list_model_get_item (windows, i);

      if (gtk_window_get_transient_for (window) != GTK_WINDOW (self->parent))
        continue;
      screens_show (self, GTK_WIDGET (window));
      return;
    }
  g_assert_not_reached ();
}

static void
open_add_contact (Screens *self)
{
  open_home_empty (self);
  gtk_widget_activate_action (self->window, "home.add-contact", NULL);
  look_at_dialog (self);
}

static void
open_blocked (Screens *self)
{
  open_home (self);
  gtk_widget_activate_action (self->window, "home.blocked-people", NULL);
  look_at_dialog (self);
}

static void
open_nobody_blocked (Screens *self)
{
  open_home_empty (self);
  gtk_widget_activate_action (self->window, "home.blocked-people", NULL);
  look_at_dialog (self);
}

static void
open_block (Screens *self)
{
  open_home_empty (self);
  gtk_widget_activate_action (self->window, "home.block", "(ss)", "bob", "Bob Larsson");
  look_at_dialog (self);
}

static void
open_link (Screens *self)
{
  g_autoptr (BeckonCallLink) link = beckon_call_link_parse ("beckon:bob?video", NULL);

  open_home_empty (self);
  beckon_dialog_present (
      beckon_link_question_new (GTK_WINDOW (self->window), self->current, link),
      GTK_WINDOW (self->window));
  look_at_dialog (self);
}

static void
open_about (Screens *self)
{
  open_home_empty (self);
  beckon_show_about (GTK_WINDOW (self->window));
  look_at_dialog (self);
}

static void
open_shortcuts (Screens *self)
{
  open_home_empty (self);
  beckon_show_shortcuts (GTK_WINDOW (self->window));
  look_at_dialog (self);
}

/* ---- preferences ---- */

/* With all pages, since their switcher names them; @page is looked at. */
static void
open_preferences (Screens *self, const char *page)
{
  GtkWidget *preferences = beckon_preferences_new ();
  g_autoptr (BeckonMediaConfig) media = beckon_media_config_new ();
  AdwPreferencesPage *calls = beckon_calls_preferences_new (self->settings, NULL);
  GtkWidget *stack;

  open_home_empty (self);
  media->devices = g_object_ref (self->devices);
  adw_preferences_page_add (calls, beckon_before_calls_new (self->account));
  beckon_preferences_add (preferences, calls);
  beckon_preferences_add (preferences, beckon_devices_preferences_new (media));
  beckon_preferences_add (preferences, beckon_account_preferences_new (self->account));
  answer (self, "devices.list",
          "\"devices\":[{\"id\":\"lap\",\"name\":\"" SCREENS_DEVICE "\",\"connected\":false,"
          "\"seen\":1767225600000},"
          "{\"id\":\"desk\",\"name\":\"Computer here\",\"connected\":true}]");
  beckon_dialog_present (preferences, GTK_WINDOW (self->window));
  stack = ui_find_type (preferences, ADW_TYPE_VIEW_STACK);
  adw_view_stack_set_visible_child_name (ADW_VIEW_STACK (stack), page);
  look_at_dialog (self);
}

static void
open_preferences_calls (Screens *self)
{
  open_preferences (self, "calls");
}

static void
open_preferences_devices (Screens *self)
{
  open_preferences (self, "devices");
}

static void
open_preferences_account (Screens *self)
{
  GtkWidget *page;

  open_preferences (self, "account");
  page = ui_find_type (self->window, BECKON_TYPE_ACCOUNT_PREFERENCES);
  gtk_widget_set_visible (ui_find_type (page, BECKON_TYPE_JOIN_GROUP), TRUE);
  ui_await (ui_find_label (self->window, SCREENS_DEVICE) != NULL);
}

/* ---- before a call ---- */

static void
open_dialog (Screens *self, const char *title, GtkWidget *content)
{
  GtkWidget *dialog = g_object_new (BECKON_TYPE_DIALOG, "title", title, "child", content,
                                    "content-width", 480, "content-height", 620, NULL);

  open_home_empty (self);
  beckon_dialog_present (dialog, GTK_WINDOW (self->window));
  look_at_dialog (self);
}

/* Returns: (transfer none): the list of a check that is under way */
static GtkWidget *
open_check (Screens *self)
{
  g_autoptr (JsonObject) request = NULL;

  open_dialog (self, _("Network Check"), beckon_check_view_new (self->account));
  request = half_server_expect (self->server, "contacts.list"); /* and is not answered */
  return ui_find_type (self->window, BECKON_TYPE_CHECK_LIST);
}

static void
open_check_running (Screens *self)
{
  open_check (self);
}

static void
tell_check (GtkWidget *list,
            BeckonCheck check,
            BeckonCheckStatus status,
            const char *subject,
            guint rate)
{
  beckon_check_list_tell (BECKON_CHECK_LIST (list),
                          &(BeckonCheckLine){
                              .check = check,
                              .status = status,
                              .subject = (char *) subject,
                              .round_trip_ms = 124,
                              .relayed = check == BECKON_CHECK_MEDIA,
                          },
                          rate);
}

static void
open_check_good (Screens *self)
{
  GtkWidget *list = open_check (self);

  tell_check (list, BECKON_CHECK_SERVER, BECKON_CHECK_GOOD, NULL, 0);
  tell_check (list, BECKON_CHECK_NETWORK, BECKON_CHECK_GOOD, NULL, 0);
  tell_check (list, BECKON_CHECK_UDP, BECKON_CHECK_GOOD, NULL, 0);
  tell_check (list, BECKON_CHECK_RELAY, BECKON_CHECK_GOOD, "udp turn.example.org:3478", 0);
  tell_check (list, BECKON_CHECK_RELAY, BECKON_CHECK_GOOD, "tls turn.example.org:443", 0);
  tell_check (list, BECKON_CHECK_MEDIA, BECKON_CHECK_GOOD, NULL, 1440);
}

/* All that is not good: the lines with advice are the longest. */
static void
open_check_bad (Screens *self)
{
  GtkWidget *list = open_check (self);
  g_autoptr (GError) blocked =
      g_error_new_literal (BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_UDP_BLOCKED, "of a test");

  tell_check (list, BECKON_CHECK_NETWORK, BECKON_CHECK_WARNING, NULL, 0);
  beckon_check_list_tell (BECKON_CHECK_LIST (list),
                          &(BeckonCheckLine){
                              .check = BECKON_CHECK_UDP,
                              .status = BECKON_CHECK_WARNING,
                              .problem = blocked,
                          },
                          0);
  tell_check (list, BECKON_CHECK_RELAY, BECKON_CHECK_WARNING, NULL, 0);
  tell_check (list, BECKON_CHECK_MEDIA, BECKON_CHECK_WARNING, NULL, 0);
  beckon_check_list_end (BECKON_CHECK_LIST (list));
}

/* On a computer that has neither camera nor microphone. */
static void
open_test_call (Screens *self)
{
  g_autoptr (BeckonMediaConfig) media = beckon_media_config_new ();

  open_dialog (self, _("Test Call"), beckon_test_call_view_new (media));
}

const Screen screens_home[] = {
  { "sign-in", open_sign_in },
  { "sign-in-failed", open_sign_in_failed },
  { "home-empty", open_home_empty },
  { "home", open_home },
  { "home-recent", open_home_recent, TRUE },
  { "home-search", open_home_search },
  { "home-menu", open_home_menu },
  { "home-row-menu", open_home_row_menu },
  { "home-told", open_home_told },
  { "home-in-call", open_home_in_call },
  { "add-contact", open_add_contact },
  { "blocked", open_blocked },
  { "nobody-blocked", open_nobody_blocked },
  { "block", open_block },
  { "link", open_link },
  { "about", open_about },
  { "shortcuts", open_shortcuts },
  { "preferences-calls", open_preferences_calls },
  { "preferences-devices", open_preferences_devices },
  { "preferences-account", open_preferences_account },
  { "check-running", open_check_running, FALSE, TRUE },
  { "check-good", open_check_good },
  { "check-bad", open_check_bad },
  { "test-call", open_test_call },
};
const guint screens_n_home = G_N_ELEMENTS (screens_home);
