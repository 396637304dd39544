/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the home window is made of: rows and their menus, the entry for user IDs, who is blocked,
 * the banner of a call without this device. */

#include "config.h"

#include "add-contact-dialog.h"
#include "blocked-window.h"
#include "call-banner.h"
#include "contact-row.h"
#include "day-watch.h"
#include "dial-box.h"
#include "dial-completion.h"
#include "half-server.h"
#include "people-filter.h"
#include "protocol-error.h"
#include "recent-row.h"
#include "ui-fixture.h"

/* ---- rows ---- */

static void
on_home_action (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  char **called = user_data;

  g_free (*called);
  *called = g_variant_print (parameter, FALSE);
}

/* A window with the actions of the home window, that says with what one was called. */
static GtkWidget *
create_home (GtkWidget *child, char **called)
{
  const GActionEntry entries[] = {
    { "call", on_home_action, "(ss)", NULL, NULL, { 0 } },
    { "block", on_home_action, "(ss)", NULL, NULL, { 0 } },
    { "unblock", on_home_action, "s", NULL, NULL, { 0 } },
    { "copy", on_home_action, "s", NULL, NULL, { 0 } },
    { "remove-contact", on_home_action, "(ss)", NULL, NULL, { 0 } },
    { "restore-contact", on_home_action, "s", NULL, NULL, { 0 } },
  };
  g_autoptr (GSimpleActionGroup) group = g_simple_action_group_new ();
  GtkWidget *window = gtk_window_new ();

  g_action_map_add_action_entries (G_ACTION_MAP (group), entries, G_N_ELEMENTS (entries), called);
  gtk_widget_insert_action_group (window, "home", G_ACTION_GROUP (group));
  gtk_window_set_child (GTK_WINDOW (window), child);
  gtk_window_present (GTK_WINDOW (window));
  ui_await (gtk_widget_get_mapped (window));
  return window;
}

static void
test_contact_row (void)
{
  BeckonContactItem *item = beckon_contact_item_new ("bob", "Bob Larsson", BECKON_PRESENCE_OFFLINE);
  GtkWidget *row = beckon_contact_row_new (item);
  g_autofree char *called = NULL;
  GtkWidget *list = gtk_list_box_new ();
  GtkWidget *window;

  gtk_list_box_append (GTK_LIST_BOX (list), row);
  window = create_home (list, &called);
  g_assert_nonnull (ui_find_label (window, "Bob Larsson"));
  g_assert_nonnull (ui_find_label (window, "Offline"));
  beckon_contact_item_set_presence (item, BECKON_PRESENCE_IN_CALL);
  g_assert_nonnull (ui_find_label (window, "In a call"));
  ui_click (ui_find_named (window, "Voice call with Bob Larsson"));
  g_assert_cmpstr (called, ==, "('bob', 'voice')");
  beckon_contact_row_set_obstacle (BECKON_CONTACT_ROW (row), "You are in a call");
  g_assert_cmpstr (
      gtk_widget_get_tooltip_text (ui_find_named (window, "Video call with Bob Larsson")), ==,
      "You are in a call");
  ui_destroy (window);
  g_assert_finalize_object (item);
}

static void
test_blocked_contact (void)
{
  BeckonContactItem *item = beckon_contact_item_new ("bob", "Bob Larsson", BECKON_PRESENCE_ONLINE);
  GtkWidget *row = beckon_contact_row_new (item);
  g_autofree char *called = NULL;
  GtkWidget *list = gtk_list_box_new ();
  GtkWidget *window;

  gtk_list_box_append (GTK_LIST_BOX (list), row);
  window = create_home (list, &called);
  gtk_widget_activate_action (row, "row.unblock", NULL);
  g_assert_null (called);
  gtk_widget_activate_action (row, "row.block", NULL);
  g_assert_cmpstr (called, ==, "('bob', 'Bob Larsson')");
  beckon_person_row_set_blocked (BECKON_PERSON_ROW (row), TRUE);
  g_assert_nonnull (ui_find_label (window, "Blocked"));
  g_assert_null (ui_find_label (window, "Online"));
  gtk_widget_activate_action (row, "row.unblock", NULL);
  g_assert_cmpstr (called, ==, "'bob'");
  gtk_widget_activate_action (row, "row.block", NULL);
  g_assert_cmpstr (called, ==, "'bob'");
  beckon_person_row_set_blocked (BECKON_PERSON_ROW (row), FALSE);
  g_assert_nonnull (ui_find_label (window, "Online"));
  ui_destroy (window);
  g_assert_finalize_object (item);
}

static void
test_row_menu (void)
{
  BeckonContactItem *item = beckon_contact_item_new ("bob", "Bob Larsson", BECKON_PRESENCE_ONLINE);
  GtkWidget *row = beckon_contact_row_new (item);
  g_autofree char *called = NULL;
  GtkWidget *list = gtk_list_box_new ();
  GtkWidget *window;

  gtk_list_box_append (GTK_LIST_BOX (list), row);
  window = create_home (list, &called);
  gtk_widget_activate_action (row, "row.menu", NULL);
  ui_await (ui_find_label (row, "Block") != NULL);
  g_assert_nonnull (ui_find_label (row, "Remove Contact"));
  g_assert_nonnull (ui_find_label (row, "Voice Call"));
  g_assert_null (ui_find_label (row, "Add to Contacts"));
  g_assert_null (ui_find_label (row, "Unblock"));
  gtk_widget_activate_action (row, "row.video", NULL);
  g_assert_cmpstr (called, ==, "('bob', 'video')");
  gtk_widget_activate_action (row, "row.copy", NULL);
  g_assert_cmpstr (called, ==, "'bob'");
  gtk_widget_activate_action (row, "row.voice", NULL);
  g_assert_cmpstr (called, ==, "('bob', 'voice')");
  gtk_widget_activate_action (row, "row.remove", NULL);
  g_assert_cmpstr (called, ==, "('bob', 'Bob Larsson')");
  /* In a call nobody is called, and who is in the contacts is not added to them. */
  beckon_contact_row_set_obstacle (BECKON_CONTACT_ROW (row), "You are in a call");
  gtk_widget_activate_action (row, "row.voice", NULL);
  gtk_widget_activate_action (row, "row.add", NULL);
  g_assert_cmpstr (called, ==, "('bob', 'Bob Larsson')");
  ui_destroy (window);
  g_assert_finalize_object (item);
}

static GtkWidget *
create_recent_row (BeckonHistoryItem *item)
{
  g_autoptr (GDateTime) now = g_date_time_new_utc (2026, 11, 25, 9, 30, 0);

  return beckon_recent_row_new (item, now);
}

static void
test_recent_row (void)
{
  BeckonPastCall *call = g_new0 (BeckonPastCall, 1);
  BeckonHistoryItem *item;
  g_autofree char *called = NULL;
  GtkWidget *list = gtk_list_box_new ();
  GtkWidget *window;
  GtkWidget *row;

  call->outcome = g_strdup ("missed");
  call->others = g_ptr_array_new_with_free_func ((GDestroyNotify) beckon_user_free);
  g_ptr_array_add (call->others, beckon_user_new ("carol", "Carol Adeyemi"));
  g_ptr_array_add (call->others, beckon_user_new ("dave", "Dave Okafor"));
  item = beckon_history_item_new (call);
  row = create_recent_row (item);
  gtk_list_box_append (GTK_LIST_BOX (list), row);
  window = create_home (list, &called);
  g_assert_true (gtk_widget_has_css_class (row, "missed"));
  g_assert_nonnull (ui_find_label (window, "Missed voice call"));
  ui_click (ui_find_named (window, "Video call with Carol and Dave"));
  g_assert_cmpstr (called, ==, "('carol,dave', 'video')");
  /* Nobody can be meant by a menu of two people's. */
  g_assert_null (beckon_person_row_get_id (BECKON_PERSON_ROW (row)));
  gtk_widget_activate_action (row, "row.block", NULL);
  g_assert_cmpstr (called, ==, "('carol,dave', 'video')");
  ui_destroy (window);
  g_assert_finalize_object (item);
}

static void
on_day_changed (BeckonDayWatch *watch, GDateTime **changed)
{
  g_assert_null (*changed);
  *changed = beckon_day_watch_get_now (watch);
}

/* A window that stays open says at midnight that what was today is yesterday. */
static void
test_next_day (void)
{
  BeckonPastCall *call = g_new0 (BeckonPastCall, 1);
  g_autoptr (GDateTime) morning = g_date_time_new_utc (2026, 11, 24, 8, 40, 0);
  g_autoptr (GDateTime) evening = g_date_time_new_utc (2026, 11, 24, 23, 59, 59.8);
  g_autoptr (GDateTime) changed = NULL;
  BeckonDayWatch *watch = beckon_day_watch_new (evening);
  BeckonHistoryItem *item;
  GtkWidget *list = gtk_list_box_new ();
  GtkWidget *window;
  GtkWidget *row;

  call->outcome = g_strdup ("answered");
  call->started = g_date_time_to_unix (morning) * 1000;
  call->others = g_ptr_array_new_with_free_func ((GDestroyNotify) beckon_user_free);
  item = beckon_history_item_new (call);
  row = beckon_recent_row_new (item, evening);
  gtk_list_box_append (GTK_LIST_BOX (list), row);
  window = create_home (list, NULL);
  g_assert_nonnull (ui_find_label (window, "Voice, 8:40"));

  g_signal_connect (watch, "changed", G_CALLBACK (on_day_changed), &changed);
  ui_await (changed != NULL);
  g_assert_cmpint (g_date_time_get_day_of_month (changed), ==, 25);
  g_assert_cmpint (g_date_time_get_hour (changed), ==, 0);
  beckon_recent_row_set_now (BECKON_RECENT_ROW (row), changed);
  g_assert_nonnull (ui_find_label (window, "Voice, yesterday"));
  ui_settle (); /* once, until the next one */
  ui_destroy (window);
  g_assert_finalize_object (watch);
  g_assert_finalize_object (item);
}

/* A recent call offers to add who is not in the contacts, and only them. */
static void
test_recent_row_adds (void)
{
  BeckonPastCall *call = g_new0 (BeckonPastCall, 1);
  BeckonHistoryItem *item;
  g_autofree char *called = NULL;
  GtkWidget *list = gtk_list_box_new ();
  GtkWidget *window;
  GtkWidget *row;

  call->outcome = g_strdup ("answered");
  call->others = g_ptr_array_new_with_free_func ((GDestroyNotify) beckon_user_free);
  g_ptr_array_add (call->others, beckon_user_new ("dave", "Dave Okafor"));
  item = beckon_history_item_new (call);
  row = create_recent_row (item);
  gtk_list_box_append (GTK_LIST_BOX (list), row);
  window = create_home (list, &called);
  gtk_widget_activate_action (row, "row.remove", NULL);
  g_assert_null (called);
  gtk_widget_activate_action (row, "row.add", NULL);
  g_assert_cmpstr (called, ==, "'dave'");
  g_clear_pointer (&called, g_free);
  beckon_person_row_set_contact (BECKON_PERSON_ROW (row), TRUE);
  gtk_widget_activate_action (row, "row.add", NULL);
  g_assert_null (called);
  gtk_widget_activate_action (row, "row.remove", NULL);
  g_assert_cmpstr (called, ==, "('dave', 'Dave Okafor')");
  ui_destroy (window);
  g_assert_finalize_object (item);
}

/* ---- searching ---- */

static void
add_contact (GPtrArray *contacts, const char *id, const char *name)
{
  BeckonContact *contact = g_new0 (BeckonContact, 1);

  contact->user = beckon_user_new (id, name);
  g_ptr_array_add (contacts, contact);
}

static void
add_call (GPtrArray *calls, gint64 started, const char *id, const char *name)
{
  BeckonPastCall *call = g_new0 (BeckonPastCall, 1);

  call->outcome = g_strdup ("missed");
  call->started = started;
  call->others = g_ptr_array_new_with_free_func ((GDestroyNotify) beckon_user_free);
  g_ptr_array_add (call->others, beckon_user_new (id, name));
  g_ptr_array_add (calls, call);
}

static BeckonPeople *
create_people (void)
{
  BeckonPeople *people = beckon_people_new ();
  g_autoptr (GPtrArray) contacts =
      g_ptr_array_new_with_free_func ((GDestroyNotify) beckon_contact_free);
  g_autoptr (GPtrArray) nobody = g_ptr_array_new ();
  GPtrArray *calls = g_ptr_array_new ();

  add_contact (contacts, "bob", "Bob Larsson");
  add_contact (contacts, "asa", "Åsa Bobeck");
  add_contact (contacts, "dave", "Dave Okafor");
  add_call (calls, 3000, "bob", "Bob Larsson");
  add_call (calls, 2000, "eve", "Eve");
  add_call (calls, 1000, "dave", "Dave Okafor");
  beckon_people_take_contacts (people, contacts, nobody);
  beckon_people_take_history (people, calls);
  return people;
}

static void
test_search (void)
{
  static const struct
  {
    const char *text;
    guint n_contacts, n_calls;
  } cases[] = {
    { "", 3, 3 },       { "bob", 2, 1 }, { "  BOB  ", 2, 1 }, { "lars bob", 1, 1 },
    { "åSA", 1, 0 },    { "eve", 0, 1 }, { "ob", 2, 1 },      { "da", 1, 1 },
    { "bob dave", 0, 0 },
  };
  BeckonPeople *people = create_people ();
  BeckonPeopleFilter *filter = beckon_people_filter_new (people);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_test_message ("“%s”", cases[i].text);
      beckon_people_filter_set_search (filter, cases[i].text);
      g_assert_cmpuint (g_list_model_get_n_items (beckon_people_filter_get_contacts (filter)), ==,
                        cases[i].n_contacts);
      g_assert_cmpuint (g_list_model_get_n_items (beckon_people_filter_get_history (filter)), ==,
                        cases[i].n_calls);
      g_assert_true (beckon_people_filter_is_searching (filter) == (*cases[i].text != '\0'));
    }
  beckon_people_filter_set_search (filter, "");
  beckon_people_filter_set_cleared (filter, 2000);
  g_assert_cmpuint (g_list_model_get_n_items (beckon_people_filter_get_history (filter)), ==, 1);
  beckon_people_filter_set_cleared (filter, 0);
  g_assert_cmpuint (g_list_model_get_n_items (beckon_people_filter_get_history (filter)), ==, 3);
  g_assert_finalize_object (filter);
  g_assert_finalize_object (people);
}

/* What a screen reader tells of the entry, in which the keyboard stays: %NULL: that nothing is offered. */
static void
assert_told (GtkWidget *entry, const char *sentence, GtkWidget *chosen)
{
  GtkAccessible *accessible = GTK_ACCESSIBLE (entry);

  gtk_test_accessible_assert_state (accessible, GTK_ACCESSIBLE_STATE_EXPANDED, sentence != NULL);
  if (sentence != NULL)
    gtk_test_accessible_assert_property (accessible, GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, sentence);
  else
    g_assert_false (gtk_test_accessible_has_property (accessible,
                                                      GTK_ACCESSIBLE_PROPERTY_DESCRIPTION));
  if (chosen != NULL)
    gtk_test_accessible_assert_relation (accessible, GTK_ACCESSIBLE_RELATION_ACTIVE_DESCENDANT,
                                         chosen);
  else
    g_assert_false (gtk_test_accessible_has_relation (accessible,
                                                      GTK_ACCESSIBLE_RELATION_ACTIVE_DESCENDANT));
}

static void
test_completion (void)
{
  BeckonPeople *people = create_people ();
  GtkWidget *dial = g_object_new (BECKON_TYPE_DIAL_BOX, NULL);
  g_autofree char *called = NULL;
  GtkWidget *window = create_home (dial, &called);
  GtkWidget *entry = ui_find_named (window, "User IDs");
  GtkWidget *offers = ui_find_type (dial, BECKON_TYPE_DIAL_COMPLETION);

  beckon_dial_box_set_contacts (BECKON_DIAL_BOX (dial), beckon_people_get_contacts (people));
  gtk_widget_grab_focus (entry);
  assert_told (entry, NULL, NULL);
  gtk_editable_set_text (GTK_EDITABLE (entry), "dave, LARS");
  ui_await (gtk_widget_get_mapped (offers));
  assert_told (entry, "1 suggestion. Choose with the arrow keys.", NULL);
  g_assert_nonnull (ui_find_named (offers, "Bob Larsson, bob"));
  g_assert_null (ui_find_named (offers, "Dave Okafor, dave"));
  g_signal_emit_by_name (ui_find_type (offers, GTK_TYPE_LIST_BOX), "row-activated",
                         ui_find_named (offers, "Bob Larsson, bob"));
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (entry)), ==, "dave, bob");
  ui_await (!gtk_widget_get_mapped (offers));
  assert_told (entry, NULL, NULL);
  /* By the keyboard: Enter calls only where nothing is chosen. */
  gtk_editable_set_text (GTK_EDITABLE (entry), "b");
  ui_await (gtk_widget_get_mapped (offers));
  g_assert_false (ui_press (entry, GDK_KEY_Return, 0));
  g_assert_true (ui_press (entry, GDK_KEY_Down, 0));
  assert_told (entry, "Bob Larsson, bob", ui_find_named (offers, "Bob Larsson, bob"));
  g_assert_true (ui_press (entry, GDK_KEY_Down, 0));
  g_assert_true (ui_press (entry, GDK_KEY_Up, 0));
  g_assert_true (ui_press (entry, GDK_KEY_Return, 0));
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (entry)), ==, "bob");
  g_assert_false (ui_press (entry, GDK_KEY_Down, 0));
  gtk_editable_set_text (GTK_EDITABLE (entry), "b");
  g_assert_true (ui_press (entry, GDK_KEY_Escape, 0));
  assert_told (entry, NULL, NULL);
  g_assert_false (ui_press (entry, GDK_KEY_Escape, 0));
  /* What is complete needs no offer; what nobody is called has none. */
  gtk_editable_set_text (GTK_EDITABLE (entry), "dave");
  ui_settle ();
  g_assert_false (gtk_widget_get_mapped (offers));
  gtk_editable_set_text (GTK_EDITABLE (entry), "nobody");
  ui_settle ();
  g_assert_false (gtk_widget_get_mapped (offers));
  ui_destroy (window);
  g_assert_finalize_object (people);
}

static void
test_dial_box (void)
{
  GtkWidget *dial = g_object_new (BECKON_TYPE_DIAL_BOX, NULL);
  g_autofree char *called = NULL;
  GtkWidget *window = create_home (dial, &called);
  GtkWidget *voice = ui_find_named (window, "Voice call");
  GtkWidget *entry = ui_find_named (window, "User IDs");

  g_assert_false (gtk_widget_is_sensitive (voice));
  g_assert_nonnull (gtk_widget_get_tooltip_text (voice));
  gtk_editable_set_text (GTK_EDITABLE (entry), " , ");
  g_assert_false (gtk_widget_is_sensitive (voice));
  gtk_editable_set_text (GTK_EDITABLE (entry), "bob, carol");
  ui_click (voice);
  g_assert_cmpstr (called, ==, "('bob, carol', 'voice')");
  g_signal_emit_by_name (entry, "activate");
  g_assert_cmpstr (called, ==, "('bob, carol', 'video')");
  beckon_dial_box_set_default_media (BECKON_DIAL_BOX (dial), BECKON_MEDIA_VOICE);
  g_signal_emit_by_name (entry, "activate");
  g_assert_cmpstr (called, ==, "('bob, carol', 'voice')");
  beckon_dial_box_set_obstacle (BECKON_DIAL_BOX (dial), "You are in a call");
  g_assert_false (gtk_widget_is_sensitive (voice));
  g_assert_cmpstr (gtk_widget_get_tooltip_text (voice), ==, "You are in a call");
  g_clear_pointer (&called, g_free);
  g_signal_emit_by_name (entry, "activate");
  g_assert_null (called);
  ui_destroy (window);
}

/* ---- with a server ---- */

typedef struct
{
  HalfServer *server;
  BeckonSignalingService *service;
} Account;

static void
on_signed_in (GObject *source, GAsyncResult *result, gpointer user_data)
{
  gboolean *done = user_data;
  g_autoptr (GError) error = NULL;

  *done = beckon_signaling_service_sign_in_finish (BECKON_SIGNALING_SERVICE (source), result,
                                                   &error);
  g_assert_no_error (error);
}

static void
on_signed_out (GObject *source, GAsyncResult *result, gpointer user_data)
{
  gboolean *done = user_data;

  *done =
      beckon_signaling_service_sign_out_finish (BECKON_SIGNALING_SERVICE (source), result, NULL);
}

/* Signed in as alice. */
static void
account_set_up (Account *self, gconstpointer unused)
{
  gboolean done = FALSE;

  self->server = half_server_new (0);
  self->service = beckon_signaling_service_new (self->server->url, "device", "Device", NULL);
  beckon_signaling_service_sign_in_async (self->service, "alice", "secret", NULL, NULL,
                                          on_signed_in, &done);
  ui_await (done);
}

static void
account_tear_down (Account *self, gconstpointer unused)
{
  gboolean done = FALSE;

  beckon_signaling_service_sign_out_async (self->service, on_signed_out, &done);
  ui_await (done);
  g_assert_finalize_object (self->service);
  half_server_free (self->server);
}

/* Nobody has themselves for a contact. */
static void
test_add_oneself (Account *self, gconstpointer unused)
{
  GtkWidget *dialog = beckon_add_contact_dialog_new (self->service);
  GtkEditable *user = GTK_EDITABLE (
      gtk_widget_get_template_child (dialog, BECKON_TYPE_ADD_CONTACT_DIALOG, "user"));
  GtkWidget *add = GTK_WIDGET (
      gtk_widget_get_template_child (dialog, BECKON_TYPE_ADD_CONTACT_DIALOG, "add"));
  g_autoptr (JsonObject) request = NULL;
  GtkWidget *window;

  g_object_add_weak_pointer (G_OBJECT (dialog), (gpointer *) &dialog);
  beckon_dialog_present (dialog, NULL);
  window = GTK_WIDGET (gtk_widget_get_root (dialog));
  gtk_editable_set_text (user, " Alice ");
  ui_click (add);
  ui_await (ui_find_label (window, "That is your own user ID.") != NULL);
  gtk_editable_set_text (user, "bob");
  g_assert_null (ui_find_label (window, "That is your own user ID."));
  ui_click (add);
  request = half_server_expect (self->server, "contacts.add");
  g_assert_cmpstr (json_object_get_string_member (request, "user"), ==, "bob");
  half_server_reply (self->server, request, "");
  ui_await (dialog == NULL);
}

/* What the server has not answered yet does not keep the dialog. */
static void
test_add_contact_closes (Account *self, gconstpointer unused)
{
  GtkWidget *dialog = beckon_add_contact_dialog_new (self->service);
  g_autoptr (JsonObject) request = NULL;
  GtkWidget *window;

  beckon_dialog_present (dialog, NULL);
  window = GTK_WIDGET (gtk_widget_get_root (dialog));
  gtk_editable_set_text (GTK_EDITABLE (gtk_widget_get_template_child (
                             dialog, BECKON_TYPE_ADD_CONTACT_DIALOG, "user")),
                         "bob");
  ui_click (GTK_WIDGET (
      gtk_widget_get_template_child (dialog, BECKON_TYPE_ADD_CONTACT_DIALOG, "add")));
  request = half_server_expect (self->server, "contacts.add");
  ui_destroy (window);
}

/* ---- who is blocked ---- */

static GPtrArray *
create_blocked (const char *id, const char *name)
{
  GPtrArray *blocked = g_ptr_array_new_with_free_func ((GDestroyNotify) beckon_user_free);

  if (id != NULL)
    g_ptr_array_add (blocked, beckon_user_new (id, name));
  return blocked;
}

static void
test_blocked_window (void)
{
  BeckonCallManager *manager = ui_create_manager ();
  BeckonPeople *people = beckon_people_new ();
  g_autoptr (GPtrArray) contacts = g_ptr_array_new ();
  g_autoptr (GPtrArray) somebody = create_blocked ("mallory", "Mallory & <b>Sons</b>");
  g_autoptr (GPtrArray) nobody = create_blocked (NULL, NULL);
  GtkWidget *dialog =
      beckon_blocked_window_new (beckon_call_manager_get_signaling (manager), people);
  GtkWidget *window;

  beckon_dialog_present (dialog, NULL);
  window = GTK_WIDGET (gtk_widget_get_root (dialog));
  ui_await (ui_find_label (window, "Nobody Is Blocked") != NULL);
  beckon_people_take_contacts (people, contacts, somebody);
  ui_await (ui_find_label (window, "Mallory & <b>Sons</b>") != NULL);
  g_assert_nonnull (ui_find_label (window, "mallory"));
  /* There is no server to ask. */
  ui_click (ui_find_named (window, "Unblock Mallory & <b>Sons</b>"));
  ui_await (ui_find_label (window, "There is no connection to the server") != NULL);
  beckon_people_take_contacts (people, contacts, nobody);
  ui_await (ui_find_label (window, "Nobody Is Blocked") != NULL);
  ui_destroy (window);
  g_assert_finalize_object (people);
  g_assert_finalize_object (manager);
}

/* What the server has not answered yet does not keep the window. */
static void
test_blocked_window_closes (Account *self, gconstpointer unused)
{
  BeckonPeople *people = beckon_people_new ();
  g_autoptr (GPtrArray) contacts = g_ptr_array_new ();
  g_autoptr (GPtrArray) somebody = create_blocked ("mallory", "Mallory");
  g_autoptr (JsonObject) request = NULL;
  GtkWidget *dialog = beckon_blocked_window_new (self->service, people);
  GtkWidget *window;

  beckon_people_take_contacts (people, contacts, somebody);
  beckon_dialog_present (dialog, NULL);
  window = GTK_WIDGET (gtk_widget_get_root (dialog));
  ui_click (ui_find_named (window, "Unblock Mallory"));
  request = half_server_expect (self->server, "contacts.unblock");
  ui_destroy (window);
  g_assert_finalize_object (people);
}

/* ---- a call without this device ---- */

typedef struct
{
  BeckonCallManager *manager;
  GtkWidget *window;
  GtkWidget *join;
  char *notice;
} Banner;

static void
on_notice (Banner *self, const char *sentence)
{
  g_free (self->notice);
  self->notice = g_strdup (sentence);
}

static void
banner_set_up (Banner *self, gconstpointer unused)
{
  GtkWidget *banner = g_object_new (BECKON_TYPE_CALL_BANNER, NULL);

  self->manager = ui_create_manager ();
  self->window = gtk_window_new ();
  self->join = ui_find_type (banner, GTK_TYPE_BUTTON);
  gtk_window_set_child (GTK_WINDOW (self->window), banner);
  g_signal_connect_swapped (banner, "notice", G_CALLBACK (on_notice), self);
  beckon_call_banner_set_manager (BECKON_CALL_BANNER (banner), self->manager);
  gtk_window_present (GTK_WINDOW (self->window));
  ui_await (gtk_widget_get_mapped (self->window));
  g_assert_null (ui_find_label (self->window, "You are in a call"));
}

static void
banner_tear_down (Banner *self, gconstpointer unused)
{
  ui_destroy (self->window);
  g_assert_finalize_object (self->manager);
  g_free (self->notice);
}

/* Of "call-1" with bob and carol. */
static BeckonCallSnapshot *
create_snapshot (const char *device)
{
  BeckonCallSnapshot *call = g_new0 (BeckonCallSnapshot, 1);
  const char *const names[] = { "Bob Larsson", "Carol Adeyemi" };

  call->call = g_strdup ("call-1");
  call->device = g_strdup (device);
  call->members = g_ptr_array_new_with_free_func ((GDestroyNotify) beckon_participant_free);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      BeckonParticipant *participant = g_new0 (BeckonParticipant, 1);

      participant->user = beckon_user_new (names[i], names[i]);
      g_ptr_array_add (call->members, participant);
    }
  return call;
}

static void
test_banner_join (Banner *self, gconstpointer unused)
{
  BeckonCall *call = fake_call_new ();

  fake_manager_set_other (self->manager, create_snapshot ("device"));
  ui_await (ui_find_label (self->window, "You are in a call with Bob and Carol") != NULL);
  g_assert_null (ui_find_label (self->window, "another device"));
  g_assert_cmpstr (gtk_button_get_label (GTK_BUTTON (self->join)), ==, "Join");
  ui_click (self->join);
  g_assert_false (gtk_widget_is_sensitive (self->join));
  fake_manager_finish_join (self->manager, call, NULL);
  ui_await (ui_find_label (self->window, "You are calling Bob Larsson") != NULL);
  ui_settle (); /* whoever joined is told */
  g_assert_null (self->notice);
  fake_manager_set_other (self->manager, NULL);
  fake_manager_set_current (self->manager, NULL);
  ui_await (ui_find_label (self->window, "You are in a call") == NULL);
  g_assert_finalize_object (call);
}

static void
on_return (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  (*(guint *) user_data)++;
}

/* Of a call here, whose window is somewhere. */
static void
test_banner_return (Banner *self, gconstpointer unused)
{
  const GActionEntry entry = { "return-to-call", on_return, NULL, NULL, NULL, { 0 } };
  g_autoptr (GSimpleActionGroup) group = g_simple_action_group_new ();
  BeckonCall *call = fake_call_new ();
  guint n_returns = 0;

  g_action_map_add_action_entries (G_ACTION_MAP (group), &entry, 1, &n_returns);
  gtk_widget_insert_action_group (self->window, "app", G_ACTION_GROUP (group));
  call->state = BECKON_CALL_STATE_INCOMING;
  fake_manager_set_current (self->manager, call);
  g_assert_null (ui_find_label (self->window, "Bob Larsson")); /* that has a popup */
  fake_call_set_state (call, BECKON_CALL_STATE_WAITING, BECKON_CALL_PROGRESS_RINGING);
  ui_await (ui_find_label (self->window, "You are calling Bob Larsson") != NULL);
  fake_call_set_state (call, BECKON_CALL_STATE_CALLING, BECKON_CALL_PROGRESS_CONNECTED);
  ui_await (ui_find_label (self->window, "You are in a call with Bob Larsson") != NULL);
  g_assert_cmpstr (gtk_button_get_label (GTK_BUTTON (self->join)), ==, "Return to Call");
  ui_click (self->join);
  g_assert_cmpuint (n_returns, ==, 1);
  fake_call_set_state (call, BECKON_CALL_STATE_FREE, BECKON_CALL_PROGRESS_ENDED);
  ui_await (ui_find_label (self->window, "Bob Larsson") == NULL);
  fake_manager_set_current (self->manager, NULL);
  g_assert_finalize_object (call);
}

static void
test_banner_move (Banner *self, gconstpointer unused)
{
  fake_manager_set_other (self->manager, create_snapshot ("phone"));
  ui_await (ui_find_label (self->window, "Bob and Carol on another device") != NULL);
  g_assert_cmpstr (gtk_button_get_label (GTK_BUTTON (self->join)), ==, "Move Here");
  fake_manager_set_other (self->manager, NULL);
  ui_await (ui_find_label (self->window, "You are in a call") == NULL);
}

static void
test_banner_join_fails (Banner *self, gconstpointer unused)
{
  fake_manager_set_other (self->manager, create_snapshot ("device"));
  ui_await (ui_find_label (self->window, "You are in a call") != NULL);
  ui_click (self->join);
  fake_manager_finish_join (
      self->manager, NULL,
      g_error_new (BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_NOT_IN_CALL, "no"));
  ui_await (self->notice != NULL);
  g_assert_cmpstr (self->notice, ==, "You are not in this call any more.");
  g_assert_true (gtk_widget_is_sensitive (self->join));
}

int
main (int argc, char **argv)
{
  if (!ui_init (&argc, &argv))
    {
      g_print ("1..0 # SKIP no display\n");
      return 0;
    }
  g_test_add_func ("/ui/home/contact-row", test_contact_row);
  g_test_add_func ("/ui/home/blocked-contact", test_blocked_contact);
  g_test_add_func ("/ui/home/row-menu", test_row_menu);
  g_test_add_func ("/ui/home/recent-row", test_recent_row);
  g_test_add_func ("/ui/home/recent-row-adds", test_recent_row_adds);
  g_test_add_func ("/ui/home/next-day", test_next_day);
  g_test_add_func ("/ui/home/search", test_search);
  g_test_add_func ("/ui/home/completion", test_completion);
  g_test_add_func ("/ui/home/dial-box", test_dial_box);
  g_test_add ("/ui/home/add-oneself", Account, NULL, account_set_up, test_add_oneself,
              account_tear_down);
  g_test_add ("/ui/home/add-contact-closes", Account, NULL, account_set_up,
              test_add_contact_closes, account_tear_down);
  g_test_add_func ("/ui/home/blocked-window", test_blocked_window);
  g_test_add ("/ui/home/blocked-window-closes", Account, NULL, account_set_up,
              test_blocked_window_closes, account_tear_down);
#define ADD(name, function)                                                                        \
  g_test_add ("/ui/home/banner/" name, Banner, NULL, banner_set_up, function, banner_tear_down)
  ADD ("join", test_banner_join);
  ADD ("return", test_banner_return);
  ADD ("move", test_banner_move);
  ADD ("join-fails", test_banner_join_fails);
#undef ADD
  return g_test_run ();
}
