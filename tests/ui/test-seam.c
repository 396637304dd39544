/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What is other things in older and newer releases of libadwaita, as the windows see it. */

#include "config.h"

#include "about.h"
#include "adaptive.h"
#include "add-contact-dialog.h"
#include "calling-page.h"
#include "dialogs.h"
#include "ended-page.h"
#include "incoming-window.h"
#include "protocol-error.h"
#include "sign-in-page.h"
#include "toolkit.h"
#include "ui-fixture.h"

#define NORMAL_DPI 96
#define LARGE_DPI 144

/* ---- dialogs ---- */

typedef struct
{
  GtkWidget *parent;
  GtkWidget *dialog; /* weak: %NULL when it has closed */
  char *response;
} Fixture;

static void
set_up (Fixture *self, gconstpointer unused)
{
  self->parent = adw_window_new ();
  gtk_window_set_default_size (GTK_WINDOW (self->parent), 500, 400);
  adw_window_set_content (ADW_WINDOW (self->parent), gtk_button_new_with_label ("Behind it"));
  gtk_window_present (GTK_WINDOW (self->parent));
  ui_await (gtk_widget_get_mapped (self->parent));
}

static void
tear_down (Fixture *self, gconstpointer unused)
{
  ui_destroy (self->parent);
  g_assert_null (self->dialog);
  g_free (self->response);
}

static void
present (Fixture *self, GtkWidget *dialog)
{
  g_set_weak_pointer (&self->dialog, dialog);
  beckon_dialog_present (dialog, GTK_WINDOW (self->parent));
  ui_await (gtk_widget_get_mapped (dialog));
}

static void
present_labelled (Fixture *self)
{
  present (self, g_object_new (BECKON_TYPE_DIALOG, "title", "Title", "content-width", 360,
                               "content-height", 200, "child", gtk_label_new ("Content"), NULL));
  ui_await (ui_find_label (self->dialog, "Content") != NULL);
}

static void
test_dialog (Fixture *self, gconstpointer unused)
{
  g_autoptr (GtkWidget) child = NULL;
  int width;
  int height;

  present_labelled (self);
  g_object_get (self->dialog, "content-width", &width, "content-height", &height, "child", &child,
                NULL);
  g_assert_cmpint (width, ==, 360);
  g_assert_cmpint (height, ==, 200);
  g_assert_true (ui_find_label (self->dialog, "Content") == child);
  g_clear_object (&child);
  gtk_widget_activate_action (ui_find_label (self->dialog, "Content"), "dialog.close", NULL);
  ui_await (self->dialog == NULL);
}

/* It goes with the window that it is about. */
static void
test_dialog_goes (Fixture *self, gconstpointer unused)
{
  present_labelled (self);
}

static void
test_dialog_covers (Fixture *self, gconstpointer unused)
{
  GtkRoot *root;

  g_assert_false (beckon_dialog_covers (GTK_WINDOW (self->parent)));
  present_labelled (self);
  root = gtk_widget_get_root (self->dialog);
  if (GTK_WIDGET (root) == self->parent)
    g_assert_true (beckon_dialog_covers (GTK_WINDOW (self->parent)));
  else
    g_assert_true (gtk_window_get_modal (GTK_WINDOW (root)));
  beckon_dialog_close (ui_find_label (self->dialog, "Content"));
  ui_await (self->dialog == NULL);
  g_assert_false (beckon_dialog_covers (GTK_WINDOW (self->parent)));
}

/* What comes back when the dialog has gone may close it again. */
static void
test_dialog_closes_once (Fixture *self, gconstpointer unused)
{
  g_autoptr (GtkWidget) dialog = NULL;
  GtkWidget *label;

  present_labelled (self);
  dialog = g_object_ref (self->dialog);
  label = ui_find_label (dialog, "Content");
  beckon_dialog_close (dialog);
  ui_await (!gtk_widget_get_mapped (label));
  beckon_dialog_close (dialog);
  g_clear_object (&dialog);
  ui_await (self->dialog == NULL);
}

/* Whether somebody in the dialog has the keys. */
static gboolean
has_focus (Fixture *self)
{
  GtkWidget *focus = gtk_root_get_focus (gtk_widget_get_root (self->dialog));

  return focus != NULL && gtk_widget_is_ancestor (focus, self->dialog) &&
         gtk_widget_get_mapped (focus);
}

static GtkWidget *
add_row (AdwPreferencesGroup *group, const char *title)
{
  GtkWidget *row = adw_action_row_new ();

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), gtk_button_new_with_label ("Remove"));
  adw_preferences_group_add (group, row);
  return row;
}

/* Escape goes to who has the focus, and that may be in a row that is taken away. */
static void
test_focus_stays (Fixture *self, gconstpointer unused)
{
  GtkWidget *preferences = beckon_preferences_new ();
  AdwPreferencesPage *page = ADW_PREFERENCES_PAGE (adw_preferences_page_new ());
  AdwPreferencesGroup *group = ADW_PREFERENCES_GROUP (adw_preferences_group_new ());
  GtkWidget *row;
  GtkWidget *button;

  add_row (group, "Stays");
  row = add_row (group, "Goes");
  button = ui_find_type (row, GTK_TYPE_BUTTON);
  adw_preferences_page_add (page, group);
  beckon_preferences_add (preferences, page);
  present (self, preferences);
  ui_await (has_focus (self));
  g_assert_true (gtk_widget_grab_focus (button));
  adw_preferences_group_remove (group, row);
  ui_await (has_focus (self));
  beckon_dialog_close (self->dialog);
  ui_await (self->dialog == NULL);
}

/* ---- questions ---- */

static void
on_response (Fixture *self, const char *response)
{
  g_assert_null (self->response);
  self->response = g_strdup (response);
}

static void
ask (Fixture *self)
{
  GtkWidget *question = beckon_question_new ("Heading & <b>more</b>", "Body & <i>more</i>");

  beckon_question_add (question, "yes", "_Yes", ADW_RESPONSE_SUGGESTED);
  beckon_question_add (question, "never", "_Never", ADW_RESPONSE_DESTRUCTIVE);
  g_signal_connect_swapped (question, "response", G_CALLBACK (on_response), self);
  present (self, question);
  ui_await (ui_find_label (question, "Never") != NULL);
}

static GtkWidget *
get_button (Fixture *self, const char *label)
{
  return gtk_widget_get_ancestor (ui_find_label (self->dialog, label), GTK_TYPE_BUTTON);
}

static void
test_question (Fixture *self, gconstpointer unused)
{
  ask (self);
  g_assert_nonnull (ui_find_label (self->dialog, "Heading & <b>more</b>"));
  g_assert_nonnull (ui_find_label (self->dialog, "Body & <i>more</i>"));
  beckon_question_set_enabled (self->dialog, "yes", FALSE);
  g_assert_false (gtk_widget_is_sensitive (get_button (self, "Yes")));
  beckon_question_set_enabled (self->dialog, "yes", TRUE);
  ui_click (get_button (self, "Yes"));
  ui_await (self->dialog == NULL);
  g_assert_cmpstr (self->response, ==, "yes");
}

static void
test_question_closed (Fixture *self, gconstpointer unused)
{
  ask (self);
  beckon_dialog_close (self->dialog);
  ui_await (self->dialog == NULL);
  g_assert_cmpstr (self->response, ==, "cancel");
}

/* ---- narrow and wide ---- */

static void
on_narrow (guint *n_changes)
{
  (*n_changes)++;
}

static void
test_narrow (void)
{
  GtkWidget *window = adw_window_new ();
  GtkWidget *content = gtk_label_new ("Content");
  guint n_changes = 0;
  BeckonAdaptive *adaptive;

  gtk_widget_set_size_request (window, 200, 100);
  gtk_window_set_default_size (GTK_WINDOW (window), 800, 300);
  adw_window_set_content (ADW_WINDOW (window), content);
  adaptive = beckon_adaptive_new (GTK_WINDOW (window), 800);
  g_signal_connect_swapped (adaptive, "notify::narrow", G_CALLBACK (on_narrow), &n_changes);
  g_assert_false (beckon_adaptive_is_narrow (adaptive));
  gtk_window_present (GTK_WINDOW (window));
  ui_await (gtk_widget_get_width (content) > 400);
  /* As the windows do with each size that they get. */
#define AWAIT(condition)                                                                           \
  ui_await ((beckon_adaptive_allocated (adaptive, gtk_widget_get_width (content)), condition))
  gtk_window_set_default_size (GTK_WINDOW (window), 400, 300);
  AWAIT (beckon_adaptive_is_narrow (adaptive));
  g_assert_true (gtk_widget_has_css_class (window, "narrow"));
  gtk_window_set_default_size (GTK_WINDOW (window), 800, 300);
  AWAIT (!beckon_adaptive_is_narrow (adaptive));
  g_assert_false (gtk_widget_has_css_class (window, "narrow"));
  g_assert_cmpuint (n_changes, ==, 2);
  /* In large letters as much is said in less. */
  g_object_set (gtk_settings_get_default (), "gtk-xft-dpi", LARGE_DPI * PANGO_SCALE, NULL);
  AWAIT (beckon_adaptive_is_narrow (adaptive));
  g_object_set (gtk_settings_get_default (), "gtk-xft-dpi", NORMAL_DPI * PANGO_SCALE, NULL);
  AWAIT (!beckon_adaptive_is_narrow (adaptive));
#undef AWAIT
  ui_destroy (window);
  g_assert_finalize_object (adaptive);
}

/* ---- what is said ---- */

#define POLITE 1
#define ASSERTIVE 2

typedef struct
{
  GDBusConnection *bus;
  GQueue heard;
} Listener;

#if GTK_CHECK_VERSION(4, 14, 0)

#define EVENT "Announcement"
#define KIND NULL

static void
on_event (GDBusConnection *bus,
          const char *sender,
          const char *path,
          const char *interface,
          const char *signal,
          GVariant *parameters,
          gpointer user_data)
{
  Listener *self = user_data;

  g_queue_push_tail (&self->heard, g_variant_ref (parameters));
}

static void
hear (Listener *self, const char *sentence, int politeness)
{
  g_autoptr (GVariant) event = NULL;
  g_autoptr (GVariant) said = NULL;
  int how;

  ui_await (!g_queue_is_empty (&self->heard));
  event = g_queue_pop_head (&self->heard);
  g_variant_get (event, "(&siiv@a{sv})", NULL, &how, NULL, &said, NULL);
  g_assert_cmpstr (g_variant_get_string (said, NULL), ==, sentence);
  g_assert_cmpint (how, ==, politeness);
}

#else

/* A screen reader says the name of a notification that shows; how politely is up to it. */
#define EVENT "StateChanged"
#define KIND "showing"
#define ROLE_NOTIFICATION 101
#define STATE_SHOWING 25

typedef struct
{
  char *sender;
  char *path;
} Source;

static void
on_event (GDBusConnection *bus,
          const char *sender,
          const char *path,
          const char *interface,
          const char *signal,
          GVariant *parameters,
          gpointer user_data)
{
  Listener *self = user_data;
  Source *source = g_new (Source, 1);
  gboolean shows;

  g_variant_get (parameters, "(&siiv@a{sv})", NULL, &shows, NULL, NULL, NULL);
  g_assert_true (shows);
  source->sender = g_strdup (sender);
  source->path = g_strdup (path);
  g_queue_push_tail (&self->heard, source);
}

static void
on_answer (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GVariant **answer = user_data;
  g_autoptr (GError) error = NULL;

  *answer = g_dbus_connection_call_finish (G_DBUS_CONNECTION (object), result, &error);
  g_assert_no_error (error);
}

/* Of what is in this program: the main loop answers. */
static GVariant *
ask_source (Listener *self,
            const Source *source,
            const char *interface,
            const char *method,
            GVariant *parameters)
{
  GVariant *answer = NULL;

  g_dbus_connection_call (self->bus, source->sender, source->path, interface, method, parameters,
                          NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, on_answer, &answer);
  ui_await (answer != NULL);
  return answer;
}

static void
hear (Listener *self, const char *sentence, int politeness)
{
  static const char accessible[] = "org.a11y.atspi.Accessible";
  g_autoptr (GVariant) role = NULL;
  g_autoptr (GVariant) states = NULL;
  g_autoptr (GVariant) name = NULL;
  g_autoptr (GVariant) said = NULL;
  g_autoptr (GVariant) words = NULL;
  g_autofree Source *source = NULL;
  guint32 number;

  ui_await (!g_queue_is_empty (&self->heard));
  source = g_queue_pop_head (&self->heard);
  role = ask_source (self, source, accessible, "GetRole", NULL);
  g_variant_get (role, "(u)", &number);
  g_assert_cmpuint (number, ==, ROLE_NOTIFICATION);
  states = ask_source (self, source, accessible, "GetState", NULL);
  words = g_variant_get_child_value (states, 0);
  g_variant_get_child (words, 0, "u", &number);
  g_assert_cmpuint (number & (1u << STATE_SHOWING), !=, 0);
  name = ask_source (self, source, "org.freedesktop.DBus.Properties", "Get",
                     g_variant_new ("(ss)", accessible, "Name"));
  g_variant_get (name, "(v)", &said);
  g_assert_cmpstr (g_variant_get_string (said, NULL), ==, sentence);
  g_free (source->sender);
  g_free (source->path);
}

#endif

/* As a screen reader does, but it asks for nothing that is in the windows. */
static void
listen (Listener *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) session = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, &error);
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) id = NULL;
  const char *address;

  g_assert_no_error (error);
  reply = g_dbus_connection_call_sync (session, "org.a11y.Bus", "/org/a11y/bus", "org.a11y.Bus",
                                       "GetAddress", NULL, G_VARIANT_TYPE ("(s)"),
                                       G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);
  g_assert_no_error (error);
  g_variant_get (reply, "(&s)", &address);
  self->bus = g_dbus_connection_new_for_address_sync (
      address,
      G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
      NULL, NULL, &error);
  g_assert_no_error (error);
  g_dbus_connection_signal_subscribe (self->bus, NULL, "org.a11y.atspi.Event.Object", EVENT, NULL,
                                      KIND, G_DBUS_SIGNAL_FLAGS_NONE, on_event, self, NULL);
  /* The bus knows of it when it has answered what was asked after it. */
  id = g_dbus_connection_call_sync (self->bus, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                    "org.freedesktop.DBus", "GetId", NULL, NULL,
                                    G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);
  g_assert_no_error (error);
}

static void
stop_listening (Listener *listener)
{
  g_assert_true (g_queue_is_empty (&listener->heard));
  g_assert_true (g_dbus_connection_close_sync (listener->bus, NULL, NULL));
  g_object_unref (listener->bus);
}

/* By any widget of a window, also one that no screen reader has come to; two at once, and many. */
static void
test_announce (Fixture *self, gconstpointer unused)
{
  Listener listener = { NULL, G_QUEUE_INIT };

  listen (&listener);
  beckon_announce (self->parent, "Connected", TRUE);
  beckon_announce (adw_window_get_content (ADW_WINDOW (self->parent)), "Muted", FALSE);
  hear (&listener, "Connected", ASSERTIVE);
  hear (&listener, "Muted", POLITE);
  for (guint i = 0; i < 20; i++)
    {
      beckon_announce (self->parent, "Not muted", FALSE);
      hear (&listener, "Not muted", POLITE);
    }
  stop_listening (&listener);
}

/* What is only to be read, and goes, would be for some only. Each of it is said once. */
static void
test_troubles (Fixture *self, gconstpointer unused)
{
  Listener listener = { NULL, G_QUEUE_INIT };
  BeckonCall *call = fake_call_new ();
  GtkWidget *calling = g_object_new (BECKON_TYPE_CALLING_PAGE, NULL);
  GtkWidget *ended = g_object_new (BECKON_TYPE_ENDED_PAGE, NULL);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  listen (&listener);
  gtk_box_append (GTK_BOX (box), calling);
  gtk_box_append (GTK_BOX (box), ended);
  adw_window_set_content (ADW_WINDOW (self->parent), box);
  call->seconds_to_end = 20;
  fake_call_set_state (call, BECKON_CALL_STATE_CALLING, BECKON_CALL_PROGRESS_RECONNECTING);
  beckon_calling_page_update (BECKON_CALLING_PAGE (calling), call, BECKON_QUALITY_BAD);
  call->seconds_to_end = 19;
  beckon_calling_page_update (BECKON_CALLING_PAGE (calling), call, BECKON_QUALITY_BAD);
  hear (&listener,
        "The connection to Bob was lost. The call ends in 20 seconds if it does not come back.",
        ASSERTIVE);
  beckon_ended_page_set_failure (BECKON_ENDED_PAGE (ended), "Nobody is there.");
  hear (&listener, "Nobody is there.", ASSERTIVE);
  stop_listening (&listener);
  g_assert_finalize_object (call);
}

static void
test_answer_fails (Fixture *self, gconstpointer unused)
{
  Listener listener = { NULL, G_QUEUE_INIT };
  BeckonCallManager *manager = ui_create_manager ();
  BeckonCall *call = fake_call_new ();
  GtkWidget *window;

  call->state = BECKON_CALL_STATE_INCOMING;
  window = beckon_incoming_window_new (NULL, manager, call);
  gtk_window_present (GTK_WINDOW (window));
  listen (&listener);
  beckon_incoming_window_accept (BECKON_INCOMING_WINDOW (window), TRUE);
  fake_call_finish_accept (
      call, g_error_new (BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_RATE_LIMITED, "no"));
  hear (&listener, "That was too often in a short time. Wait a moment and try again.", ASSERTIVE);
  stop_listening (&listener);
  ui_destroy (window);
  g_assert_finalize_object (call);
  g_assert_finalize_object (manager);
}

static const char bad_id[] =
    "A user ID has 1 to 32 letters a–z, digits, dots, hyphens or underscores.";

static void
test_sign_in_fails (Fixture *self, gconstpointer unused)
{
  static const char *const fields[][2] = {
    { "server", "calls.example.org" },
    { "user", "not one" },
    { "password", "secret" },
  };
  Listener listener = { NULL, G_QUEUE_INIT };
  g_autoptr (BeckonMediaConfig) media = beckon_media_config_new ();
  GSettings *settings = ui_open_settings ();
  BeckonAccount *account = beckon_account_new ("", settings, media);
  GtkWidget *page = beckon_sign_in_page_new (account, NULL);

  adw_window_set_content (ADW_WINDOW (self->parent), page);
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    gtk_editable_set_text (GTK_EDITABLE (gtk_widget_get_template_child (
                               page, BECKON_TYPE_SIGN_IN_PAGE, fields[i][0])),
                           fields[i][1]);
  ui_settle ();
  listen (&listener);
  ui_click (ui_find_named (page, "Sign in"));
  hear (&listener, bad_id, POLITE);
  ui_settle ();
  stop_listening (&listener);
  adw_window_set_content (ADW_WINDOW (self->parent), NULL);
  /* Whom the page asked holds it a moment longer. */
  g_object_add_weak_pointer (G_OBJECT (account), (gpointer *) &account);
  g_object_unref (account);
  ui_await (account == NULL);
  g_assert_finalize_object (settings);
}

static void
check_invalid (GtkEditable *field, GtkAccessibleInvalidState state)
{
  g_autofree char *other = gtk_test_accessible_check_state (
      GTK_ACCESSIBLE (field), GTK_ACCESSIBLE_STATE_INVALID, state);

  g_assert_cmpstr (other, ==, NULL);
}

static void
test_contact_fails (Fixture *self, gconstpointer unused)
{
  Listener listener = { NULL, G_QUEUE_INIT };
  BeckonCallManager *manager = ui_create_manager ();
  GtkEditable *user;

  present (self, beckon_add_contact_dialog_new (beckon_call_manager_get_signaling (manager)));
  user = GTK_EDITABLE (
      gtk_widget_get_template_child (self->dialog, BECKON_TYPE_ADD_CONTACT_DIALOG, "user"));
  gtk_editable_set_text (user, "not one");
  ui_settle ();
  listen (&listener);
  ui_click (GTK_WIDGET (
      gtk_widget_get_template_child (self->dialog, BECKON_TYPE_ADD_CONTACT_DIALOG, "add")));
  hear (&listener, bad_id, POLITE);
  check_invalid (user, GTK_ACCESSIBLE_INVALID_TRUE);
  gtk_editable_set_text (user, "one");
  check_invalid (user, GTK_ACCESSIBLE_INVALID_FALSE);
  stop_listening (&listener);
  beckon_dialog_close (self->dialog);
  ui_await (self->dialog == NULL);
  g_assert_finalize_object (manager);
}

#if GTK_CHECK_VERSION(4, 14, 0)

/* Also after what is checked has changed, for which GTK names an item anew. */
static void
test_menu_items (Fixture *self, gconstpointer unused)
{
  g_autoptr (GMenu) menu = g_menu_new ();
  g_autoptr (GSimpleActionGroup) group = g_simple_action_group_new ();
  g_autoptr (GSimpleAction) action =
      g_simple_action_new_stateful ("ring", NULL, g_variant_new_boolean (FALSE));
  GtkWidget *button = gtk_menu_button_new ();

  beckon_name_menu_items ();
  g_action_map_add_action (G_ACTION_MAP (group), G_ACTION (action));
  gtk_widget_insert_action_group (self->parent, "test", G_ACTION_GROUP (group));
  g_menu_append (menu, "_Ring Here", "test.ring");
  gtk_menu_button_set_menu_model (GTK_MENU_BUTTON (button), G_MENU_MODEL (menu));
  adw_window_set_content (ADW_WINDOW (self->parent), button);
  for (int i = 0; i < 2; i++)
    {
      GtkWidget *popover = GTK_WIDGET (gtk_menu_button_get_popover (GTK_MENU_BUTTON (button)));
      GtkWidget *item;

      gtk_menu_button_popup (GTK_MENU_BUTTON (button));
      ui_await (gtk_widget_get_mapped (popover));
      item = ui_find_named (popover, "Ring Here");
      g_assert_nonnull (item);
      g_assert_false (gtk_test_accessible_has_relation (GTK_ACCESSIBLE (item),
                                                        GTK_ACCESSIBLE_RELATION_LABELLED_BY));
      gtk_menu_button_popdown (GTK_MENU_BUTTON (button));
      ui_await (!gtk_widget_get_mapped (popover));
      g_simple_action_set_state (action, g_variant_new_boolean (TRUE));
    }
}

#else

static void
test_menu_items (Fixture *self, gconstpointer unused)
{
  g_test_skip ("GTK names the items of menus before 4.14");
}

#endif

int
main (int argc, char **argv)
{
  if (!ui_init (&argc, &argv))
    {
      g_print ("1..0 # SKIP no display\n");
      return 0;
    }
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", FALSE, "gtk-xft-dpi",
                NORMAL_DPI * PANGO_SCALE, NULL);
#define ADD(name, function)                                                                        \
  g_test_add ("/ui/seam/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("dialog", test_dialog);
  ADD ("dialog-goes", test_dialog_goes);
  ADD ("dialog-covers", test_dialog_covers);
  ADD ("dialog-closes-once", test_dialog_closes_once);
  ADD ("focus-stays", test_focus_stays);
  ADD ("question", test_question);
  ADD ("question-closed", test_question_closed);
  ADD ("announce", test_announce);
  ADD ("troubles", test_troubles);
  ADD ("answer-fails", test_answer_fails);
  ADD ("sign-in-fails", test_sign_in_fails);
  ADD ("contact-fails", test_contact_fails);
  ADD ("menu-items", test_menu_items);
#undef ADD
  g_test_add_func ("/ui/seam/narrow", test_narrow);
  return g_test_run ();
}
