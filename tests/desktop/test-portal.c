/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A portal of our own on a bus of our own, which answers as the case wants it. */

#include "config.h"

#include "autostart.h"
#include "global-shortcuts.h"
#include "portal.h"
#include "private-bus.h"
#include "waiting.h"

#define G_SETTINGS_ENABLE_BACKEND
#include <gio/gsettingsbackend.h>
#include <glib/gstdio.h>

#define LIMIT 40
#define ASK "org.freedesktop.portal.Background"

static const char introspection[] =
    "<node><interface name='" ASK "'>"
    "<method name='RequestBackground'><arg type='s' direction='in'/><arg type='a{sv}' "
    "direction='in'/>"
    "<arg type='o' direction='out'/></method></interface>"
    "<interface name='org.freedesktop.portal.GlobalShortcuts'>"
    "<method name='CreateSession'><arg type='a{sv}' direction='in'/><arg type='o' direction='out'/>"
    "</method><property name='version' type='u' access='read'/></interface>"
    "<interface name='org.freedesktop.portal.Request'><method name='Close'/></interface></node>";

typedef enum
{
  MOOD_GRANT,
  MOOD_GRANT_AT_ONCE, /* before the question is answered with its request */
  MOOD_GRANT_LIFE,    /* without windows, but no start */
  MOOD_CANCEL,
  MOOD_FAIL,
  MOOD_REFUSE, /* the call itself */
  MOOD_ASK,    /* the dialog stays open */
  MOOD_NONSENSE,
} Mood;

typedef struct
{
  GTestDBus *daemon;
  GDBusConnection *bus;    /* ours */
  GDBusConnection *portal; /* theirs */
  GDBusNodeInfo *info;
  GSettings *settings;
  Mood mood;
  char *request; /* of the last question */
  guint n_asked;
  guint n_closed;
  /* What our question came to. */
  gboolean done;
  GVariant *results;
  GError *error;
} Fixture;

/* ---- the portal ---- */

static void
respond (Fixture *self, const char *to, GVariant *response)
{
  g_dbus_connection_emit_signal (self->portal, to, self->request, "org.freedesktop.portal.Request",
                                 "Response", response, NULL);
}

static void
on_close (GDBusConnection *bus,
          const char *sender,
          const char *path,
          const char *interface,
          const char *method,
          GVariant *parameters,
          GDBusMethodInvocation *invocation,
          gpointer user_data)
{
  ((Fixture *) user_data)->n_closed++;
  g_dbus_method_invocation_return_value (invocation, NULL);
}

static void
answer_question (Fixture *self, const char *sender)
{
  static const GDBusInterfaceVTable vtable = { on_close, NULL, NULL, { 0 } };

  if (self->mood == MOOD_CANCEL || self->mood == MOOD_FAIL)
    respond (self, sender, g_variant_new ("(ua{sv})", self->mood == MOOD_CANCEL ? 1 : 2, NULL));
  else if (self->mood == MOOD_NONSENSE)
    respond (self, sender, g_variant_new ("(s)", "granted"));
  if (self->mood == MOOD_ASK || self->mood == MOOD_NONSENSE)
    g_dbus_connection_register_object (
        self->portal, self->request,
        g_dbus_node_info_lookup_interface (self->info, "org.freedesktop.portal.Request"), &vtable,
        self, NULL, NULL);
}

static void
on_question (GDBusConnection *bus,
             const char *sender,
             const char *path,
             const char *interface,
             const char *method,
             GVariant *parameters,
             GDBusMethodInvocation *invocation,
             gpointer user_data)
{
  Fixture *self = user_data;
  g_autoptr (GVariant) options =
      g_variant_get_child_value (parameters, g_variant_n_children (parameters) - 1);
  g_autofree char *who = g_strdelimit (g_strdup (sender + 1), ".", '_');
  GVariant *granted = g_variant_new_parsed ("(uint32 0, {'background': <true>, 'autostart': <%b>})",
                                            self->mood != MOOD_GRANT_LIFE);
  const char *token;

  g_assert_true (g_variant_lookup (options, "handle_token", "&s", &token));
  g_free (self->request);
  self->request = g_strdup_printf (BECKON_PORTAL_PATH "/request/%s/%s", who, token);
  self->n_asked++;
  g_variant_ref_sink (granted);
  if (self->mood == MOOD_GRANT_AT_ONCE)
    respond (self, sender, granted);
  if (self->mood == MOOD_REFUSE)
    g_dbus_method_invocation_return_dbus_error (
        invocation, "org.freedesktop.portal.Error.NotAllowed", "Not for you");
  else
    g_dbus_method_invocation_return_value (invocation, g_variant_new ("(o)", self->request));
  if (self->mood == MOOD_GRANT || self->mood == MOOD_GRANT_LIFE)
    respond (self, sender, granted);
  g_variant_unref (granted);
  answer_question (self, sender);
}

static GVariant *
on_version (GDBusConnection *bus,
            const char *sender,
            const char *path,
            const char *interface,
            const char *property,
            GError **error,
            gpointer unused)
{
  return g_variant_new_uint32 (1);
}

static void
open_portal (Fixture *self)
{
  static const GDBusInterfaceVTable vtable = { on_question, on_version, NULL, { 0 } };
  static const char *const interfaces[] = { ASK, "org.freedesktop.portal.GlobalShortcuts" };

  for (guint i = 0; i < G_N_ELEMENTS (interfaces); i++)
    g_dbus_connection_register_object (
        self->portal, BECKON_PORTAL_PATH,
        g_dbus_node_info_lookup_interface (self->info, interfaces[i]), &vtable, self, NULL, NULL);
  private_bus_own (self->portal, BECKON_PORTAL_NAME);
}

static void
set_up (Fixture *self, gconstpointer unused)
{
  g_autoptr (GSettingsBackend) memory = g_memory_settings_backend_new ();

  self->daemon = private_bus_up ();
  self->bus = private_bus_connect (self->daemon);
  self->portal = private_bus_connect (self->daemon);
  self->info = g_dbus_node_info_new_for_xml (introspection, NULL);
  self->settings =
      g_settings_new_with_backend_and_path (APPLICATION_ID, memory, "/org/beckon/Beckon/");
}

static void
tear_down (Fixture *self, gconstpointer unused)
{
  private_bus_disconnect (&self->portal);
  private_bus_disconnect (&self->bus);
  g_clear_pointer (&self->results, g_variant_unref);
  g_clear_error (&self->error);
  g_free (self->request);
  g_object_unref (self->settings);
  g_dbus_node_info_unref (self->info);
  private_bus_down (self->daemon);
}

/* ---- questions ---- */

static void
on_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fixture *self = user_data;

  g_clear_pointer (&self->results, g_variant_unref);
  g_clear_error (&self->error);
  self->results = beckon_portal_request_finish (result, &self->error);
  g_assert_true ((self->results == NULL) == (self->error != NULL));
  self->done = TRUE;
}

static void
ask (Fixture *self, Mood mood, GCancellable *cancellable)
{
  GVariantDict options;

  self->mood = mood;
  self->done = FALSE;
  g_variant_dict_init (&options, NULL);
  beckon_portal_request_async (self->bus, ASK, "RequestBackground", g_variant_new ("(s)", ""),
                               &options, cancellable, on_done, self);
}

static void
test_answers (Fixture *self, gconstpointer unused)
{
  static const struct
  {
    Mood mood;
    int code; /* of %G_IO_ERROR; -1: granted */
  } answers[] = {
    { MOOD_GRANT, -1 },
    { MOOD_GRANT_AT_ONCE, -1 },
    { MOOD_CANCEL, G_IO_ERROR_CANCELLED },
    { MOOD_FAIL, G_IO_ERROR_FAILED },
    { MOOD_REFUSE, G_IO_ERROR_DBUS_ERROR },
    { MOOD_GRANT, -1 },
  };

  open_portal (self);
  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      ask (self, answers[i].mood, NULL);
      wait_at_most (LIMIT, self->done);
      if (answers[i].code < 0)
        g_assert_no_error (self->error);
      else
        g_assert_error (self->error, G_IO_ERROR, answers[i].code);
    }
}

static void
test_no_portal (Fixture *self, gconstpointer unused)
{
  ask (self, MOOD_GRANT, NULL);
  wait_at_most (LIMIT, self->done);
  g_assert_error (self->error, G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN);
}

/* What is no response is none: it is waited for, until nobody waits any more. */
static void
test_withdrawn (Fixture *self, gconstpointer unused)
{
  const Mood moods[] = { MOOD_ASK, MOOD_NONSENSE };

  open_portal (self);
  for (guint i = 0; i < G_N_ELEMENTS (moods); i++)
    {
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();

      ask (self, moods[i], cancellable);
      wait_at_most (LIMIT, self->n_asked == i + 1);
      g_assert_false (self->done);
      g_cancellable_cancel (cancellable);
      wait_at_most (LIMIT, self->done && self->n_closed == i + 1);
      g_assert_error (self->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    }
}

/* Keys that are not wanted any more leave no dialog behind, nor does the object. */
static void
test_unbound_while_asked (Fixture *self, gconstpointer unused)
{
  const BeckonGlobalShortcut shortcut = { "mute", "Mute", "CTRL+m" };
  BeckonGlobalShortcuts *shortcuts = beckon_global_shortcuts_new (self->bus);

  open_portal (self);
  self->mood = MOOD_ASK;
  beckon_global_shortcuts_bind (shortcuts, &shortcut, 1);
  wait_at_most (LIMIT, self->n_asked == 1);
  beckon_global_shortcuts_unbind (shortcuts);
  wait_at_most (LIMIT, self->n_closed == 1);
  g_assert_false (beckon_global_shortcuts_has (shortcuts, "mute"));
  wait_at_most (LIMIT, G_OBJECT (shortcuts)->ref_count == 1);
  g_assert_finalize_object (shortcuts);
}

/* A portal that comes later than we do is found when somebody looks again, and asked for what is
 * wanted. */
static void
test_keys_later (Fixture *self, gconstpointer unused)
{
  const BeckonGlobalShortcut shortcut = { "mute", "Mute", "CTRL+m" };
  BeckonGlobalShortcuts *shortcuts = beckon_global_shortcuts_new (self->bus);

  beckon_global_shortcuts_bind (shortcuts, &shortcut, 1);
  wait_at_most (LIMIT, beckon_global_shortcuts_get_state (shortcuts) == BECKON_SHORTCUTS_MISSING);
  open_portal (self);
  self->mood = MOOD_ASK;
  beckon_global_shortcuts_look (shortcuts);
  wait_at_most (LIMIT, beckon_global_shortcuts_get_state (shortcuts) == BECKON_SHORTCUTS_THERE &&
                           self->n_asked == 1);
  beckon_global_shortcuts_unbind (shortcuts);
  wait_at_most (LIMIT, self->n_closed == 1 && G_OBJECT (shortcuts)->ref_count == 1);
  g_assert_finalize_object (shortcuts);
}

/* Who is given no keys can be told so, and why. */
static void
test_no_keys (Fixture *self, gconstpointer unused)
{
  static const struct
  {
    Mood mood;
    BeckonShortcutsState state;
  } refusals[] = {
    { MOOD_FAIL, BECKON_SHORTCUTS_FAILED }, /* which is no answer of a person's */
    { MOOD_REFUSE, BECKON_SHORTCUTS_FAILED },
    { MOOD_CANCEL, BECKON_SHORTCUTS_REFUSED },
  };
  const BeckonGlobalShortcut shortcut = { "mute", "Mute", "CTRL+m" };
  BeckonGlobalShortcuts *shortcuts = beckon_global_shortcuts_new (self->bus);
  BeckonGlobalShortcuts *others = beckon_global_shortcuts_new (self->bus);

  g_assert_cmpint (beckon_global_shortcuts_get_state (shortcuts), ==, BECKON_SHORTCUTS_UNKNOWN);
  beckon_global_shortcuts_look (shortcuts);
  beckon_global_shortcuts_bind (others, &shortcut, 1);
  wait_at_most (LIMIT, beckon_global_shortcuts_get_state (shortcuts) == BECKON_SHORTCUTS_MISSING &&
                           beckon_global_shortcuts_get_state (others) == BECKON_SHORTCUTS_MISSING);
  open_portal (self);
  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      self->mood = refusals[i].mood;
      beckon_global_shortcuts_bind (shortcuts, &shortcut, 1);
      g_assert_cmpint (beckon_global_shortcuts_get_state (shortcuts), !=, refusals[i].state);
      wait_at_most (LIMIT, beckon_global_shortcuts_get_state (shortcuts) == refusals[i].state);
    }
  beckon_global_shortcuts_unbind (shortcuts); /* which is no answer */
  g_assert_cmpint (beckon_global_shortcuts_get_state (shortcuts), ==, BECKON_SHORTCUTS_REFUSED);
  wait_at_most (LIMIT, G_OBJECT (shortcuts)->ref_count == 1 && G_OBJECT (others)->ref_count == 1);
  g_assert_finalize_object (shortcuts);
  g_assert_finalize_object (others);
}

/* ---- what a sandbox lets through ---- */

static void
test_sandbox (Fixture *self, gconstpointer unused)
{
  static const struct
  {
    const char *content; /* nullable: there is no such file */
    gboolean may;
  } cases[] = {
    { NULL, TRUE },
    { "[Context]\nsockets=wayland;pulseaudio;\n", FALSE },
    { "[Session Bus Policy]\norg.mpris.MediaPlayer2.*=talk\n", TRUE },
    { "[Session Bus Policy]\norg.mpris.MediaPlayer2.*=none\n", FALSE },
    { "[Session Bus Policy]\norg.example=talk\n", FALSE },
    { "[Context]\nsockets=session-bus;\n", TRUE },
  };
  g_autofree char *path = g_build_filename (g_get_user_config_dir (), "flatpak-info", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_test_message ("%s", cases[i].content != NULL ? cases[i].content : "no file");
      if (cases[i].content != NULL)
        g_assert_true (g_file_set_contents (path, cases[i].content, -1, NULL));
      g_assert_true (beckon_sandbox_may_talk (path, "org.mpris.MediaPlayer2.*") == cases[i].may);
    }
  g_remove (path);
}

/* ---- the start at log-in ---- */

static void
wait_for_answer (Fixture *self, BeckonAutostart *autostart, guint n_asked)
{
  wait_at_most (LIMIT, self->n_asked == n_asked && G_OBJECT (autostart)->ref_count == 1);
}

/* What is refused is not wanted any more, and whoever tells the person why knows it. */
static void
test_refused_start (Fixture *self, gconstpointer unused)
{
  static const Mood refusals[] = { MOOD_CANCEL, MOOD_GRANT_LIFE };
  const char *const command[] = { "beckon", NULL };
  BeckonAutostart *autostart =
      beckon_autostart_new (self->bus, self->settings, "org.beckon.Test", "Test", command);

  open_portal (self);
  self->mood = MOOD_REFUSE; /* not by the person */
  g_settings_set_boolean (self->settings, "start-at-login", TRUE);
  wait_for_answer (self, autostart, 1);
  g_assert_true (g_settings_get_boolean (self->settings, "start-at-login"));
  g_assert_false (beckon_autostart_is_refused (autostart));
  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      g_settings_set_boolean (self->settings, "start-at-login", TRUE);
      self->mood = refusals[i];
      beckon_autostart_ask (autostart, "To be called");
      wait_at_most (LIMIT, beckon_autostart_is_refused (autostart));
      g_assert_false (g_settings_get_boolean (self->settings, "start-at-login"));
      self->mood = MOOD_GRANT;
      beckon_autostart_ask (autostart, "To be called");
      g_assert_false (beckon_autostart_is_refused (autostart));
      wait_for_answer (self, autostart, self->n_asked + 1);
    }
  /* A life without windows may be all that was asked for, and refused. */
  self->mood = MOOD_CANCEL;
  beckon_autostart_ask (autostart, "To be called");
  wait_at_most (LIMIT, beckon_autostart_is_refused (autostart));
  g_assert_finalize_object (autostart);
}

static void
test_file (Fixture *self, gconstpointer unused)
{
  const char *const command[] = { "/opt/a \"b\" $c\\d/beckon", "--profile", "50%", NULL };
  BeckonAutostart *autostart =
      beckon_autostart_new (NULL, self->settings, "org.beckon.Test", "Test", command);
  g_autofree char *path =
      g_build_filename (g_get_user_config_dir (), "autostart", "org.beckon.Test.desktop", NULL);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *line = NULL;
  g_autoptr (GError) error = NULL;

  g_settings_set_boolean (self->settings, "start-at-login", TRUE);
  g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, &error);
  g_assert_no_error (error);
  line = g_key_file_get_string (file, "Desktop Entry", "Exec", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (line, ==, "\"/opt/a \\\"b\\\" \\$c\\\\d/beckon\" \"--profile\" \"50%%\"");
  g_settings_set_boolean (self->settings, "start-at-login", FALSE);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  beckon_autostart_ask (autostart, "Nobody is asked");
  g_assert_finalize_object (autostart);
}

/* Who cannot be started is told so: a switch that stays on would say something else. */
static void
test_file_fails (Fixture *self, gconstpointer unused)
{
  const char *const command[] = { "beckon", NULL };
  BeckonAutostart *autostart =
      beckon_autostart_new (NULL, self->settings, "org.beckon.Test", "Test", command);
  g_autofree char *folder = g_build_filename (g_get_user_config_dir (), "autostart", NULL);

  g_rmdir (folder);
  g_assert_true (g_file_set_contents (folder, "in the way", -1, NULL));
  g_settings_set_boolean (self->settings, "start-at-login", TRUE);
  g_assert_true (beckon_autostart_is_refused (autostart));
  g_assert_nonnull (beckon_autostart_get_error (autostart));
  wait_at_most (LIMIT, !g_settings_get_boolean (self->settings, "start-at-login"));
  g_assert_true (beckon_autostart_is_refused (autostart)); /* until it is asked for again */
  g_remove (folder);
  g_settings_set_boolean (self->settings, "start-at-login", TRUE);
  g_assert_false (beckon_autostart_is_refused (autostart));
  g_assert_null (beckon_autostart_get_error (autostart));
  g_settings_set_boolean (self->settings, "start-at-login", FALSE);
  g_assert_finalize_object (autostart);
}

int
main (int argc, char **argv)
{
  g_autofree char *home = g_dir_make_tmp ("beckon-portal-XXXXXX", NULL);
  g_autofree char *folder = g_build_filename (home, "autostart", NULL);
  int status;

  g_setenv ("XDG_CONFIG_HOME", home, TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/portal/answers", Fixture, NULL, set_up, test_answers, tear_down);
  g_test_add ("/portal/no-portal", Fixture, NULL, set_up, test_no_portal, tear_down);
  g_test_add ("/portal/withdrawn", Fixture, NULL, set_up, test_withdrawn, tear_down);
  g_test_add ("/portal/unbound-while-asked", Fixture, NULL, set_up, test_unbound_while_asked,
              tear_down);
  g_test_add ("/portal/keys-later", Fixture, NULL, set_up, test_keys_later, tear_down);
  g_test_add ("/portal/no-keys", Fixture, NULL, set_up, test_no_keys, tear_down);
  g_test_add ("/portal/sandbox", Fixture, NULL, set_up, test_sandbox, tear_down);
  g_test_add ("/portal/refused-start", Fixture, NULL, set_up, test_refused_start, tear_down);
  g_test_add ("/portal/file", Fixture, NULL, set_up, test_file, tear_down);
  g_test_add ("/portal/file-fails", Fixture, NULL, set_up, test_file_fails, tear_down);
  status = g_test_run ();
  g_rmdir (folder);
  g_rmdir (home);
  return status;
}
