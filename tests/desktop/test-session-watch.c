/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A session manager and a portal of our own on a bus of our own, which log the person out. */

#include "config.h"

#include "portal.h"
#include "private-bus.h"
#include "session-watch.h"
#include "waiting.h"

#define LIMIT 40
#define CLIENT "/client1"
#define MONITOR "/monitor1"

/* Whom we hear it from. */
typedef struct
{
  const char *name;
  const char *path;
  const char *interface;
  const char *client; /* its interface; %NULL: it is the portal */
} Desktop;

static const Desktop gnome = { "org.gnome.SessionManager", "/org/gnome/SessionManager",
                               "org.gnome.SessionManager",
                               "org.gnome.SessionManager.ClientPrivate" };
static const Desktop xfce = { "org.xfce.SessionManager", "/org/xfce/SessionManager",
                              "org.xfce.Session.Manager", "org.xfce.Session.Client" };
static const Desktop portal = { BECKON_PORTAL_NAME, BECKON_PORTAL_PATH,
                                "org.freedesktop.portal.Inhibit", NULL };

#define MANAGER(name)                                                                              \
  "<interface name='" name "'><method name='RegisterClient'><arg type='s' direction='in'/>"        \
  "<arg type='s' direction='in'/><arg type='o' direction='out'/></method></interface>"
#define OF_CLIENT(name)                                                                            \
  "<interface name='" name "'><method name='EndSessionResponse'><arg type='b' direction='in'/>"    \
  "<arg type='s' direction='in'/></method></interface>"

static const char introspection[] =
    "<node>" MANAGER ("org.gnome.SessionManager") MANAGER ("org.xfce.Session.Manager")
        OF_CLIENT ("org.gnome.SessionManager.ClientPrivate") OF_CLIENT ("org.xfce.Session.Client")
    "<interface name='org.freedesktop.portal.Inhibit'>"
    "<method name='CreateMonitor'><arg type='s' direction='in'/><arg type='a{sv}' direction='in'/>"
    "<arg type='o' direction='out'/></method>"
    "<method name='QueryEndResponse'><arg type='o' direction='in'/></method></interface></node>";

typedef struct
{
  GTestDBus *daemon;
  GDBusConnection *bus;     /* ours */
  GDBusConnection *desktop; /* theirs */
  GDBusNodeInfo *info;
  const Desktop *kind;
  BeckonSessionWatch *watch;
  char *who;        /* that watches, by the bus's name; %NULL: not yet */
  guint n_agreed;   /* our answers */
  guint n_endings;  /* that we have heard of */
} Fixture;

/* ---- the desktop ---- */

static void
on_method (GDBusConnection *bus,
           const char *sender,
           const char *path,
           const char *interface,
           const char *method,
           GVariant *parameters,
           GDBusMethodInvocation *invocation,
           gpointer user_data)
{
  Fixture *self = user_data;

  if (g_str_equal (method, "RegisterClient"))
    {
      const char *id;

      g_variant_get_child (parameters, 0, "&s", &id);
      g_assert_cmpstr (id, ==, "org.beckon.Test");
      self->who = g_strdup (sender);
      g_dbus_method_invocation_return_value (invocation, g_variant_new ("(o)", CLIENT));
    }
  else if (g_str_equal (method, "CreateMonitor"))
    {
      g_autoptr (GVariant) options = g_variant_get_child_value (parameters, 1);
      g_autofree char *asker = g_strdelimit (g_strdup (sender + 1), ".", '_');
      g_autofree char *request = NULL;
      const char *token;

      g_assert_true (g_variant_lookup (options, "handle_token", "&s", &token));
      request = g_strdup_printf (BECKON_PORTAL_PATH "/request/%s/%s", asker, token);
      self->who = g_strdup (sender);
      g_dbus_method_invocation_return_value (invocation, g_variant_new ("(o)", request));
      g_dbus_connection_emit_signal (
          bus, sender, request, "org.freedesktop.portal.Request", "Response",
          g_variant_new_parsed ("(uint32 0, {'session_handle': <%s>})", MONITOR), NULL);
    }
  else
    {
      self->n_agreed++;
      g_dbus_method_invocation_return_value (invocation, NULL);
    }
}

static void
export (Fixture *self, const char *path, const char *interface)
{
  static const GDBusInterfaceVTable vtable = { on_method, NULL, NULL, { 0 } };

  g_dbus_connection_register_object (self->desktop, path,
                                     g_dbus_node_info_lookup_interface (self->info, interface),
                                     &vtable, self, NULL, NULL);
}

static void
open_desktop (Fixture *self, const Desktop *kind)
{
  self->kind = kind;
  export (self, kind->path, kind->interface);
  if (kind->client != NULL)
    export (self, CLIENT, kind->client);
  private_bus_own (self->desktop, kind->name);
}

/* What becomes of the log-out, as the portal counts it. */
typedef enum
{
  CALLED_OFF = 1,
  ASKED,
  ENDING,
} State;

static void
tell_portal (Fixture *self, const char *monitor, State state)
{
  g_dbus_connection_emit_signal (
      self->desktop, self->who, portal.path, portal.interface, "StateChanged",
      g_variant_new_parsed ("(%o, {'session-state': <%u>})", monitor, (guint32) state), NULL);
}

static void
tell (Fixture *self, State state)
{
  static const char *const signals[] = {
    [CALLED_OFF] = "CancelEndSession", [ASKED] = "QueryEndSession", [ENDING] = "EndSession"
  };

  if (self->kind->client == NULL)
    tell_portal (self, MONITOR, state);
  else
    g_dbus_connection_emit_signal (self->desktop, NULL, CLIENT, self->kind->client, signals[state],
                                   state != CALLED_OFF ? g_variant_new ("(u)", 0) : NULL, NULL);
}

/* ---- who watches ---- */

static void
on_ending (Fixture *self)
{
  self->n_endings++;
}

static void
on_pong (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  g_assert_no_error (error);
  *(gboolean *) user_data = TRUE;
}

/* What either side has said so far has reached the other, and what we want to hear the bus knows. */
static void
settle (Fixture *self)
{
  const char *desktop = g_dbus_connection_get_unique_name (self->desktop);
  gboolean done = FALSE;

  g_dbus_connection_call (self->bus, desktop, "/", "org.freedesktop.DBus.Peer", "Ping", NULL, NULL,
                          G_DBUS_CALL_FLAGS_NONE, -1, NULL, on_pong, &done);
  wait_at_most (LIMIT, done);
  private_bus_go_round (self->bus);
}

static void
set_up (Fixture *self, gconstpointer unused)
{
  self->daemon = private_bus_up ();
  self->bus = private_bus_connect (self->daemon);
  self->desktop = private_bus_connect (self->daemon);
  self->info = g_dbus_node_info_new_for_xml (introspection, NULL);
}

static void
tear_down (Fixture *self, gconstpointer unused)
{
  g_assert_finalize_object (self->watch);
  private_bus_disconnect (&self->desktop);
  private_bus_disconnect (&self->bus);
  g_free (self->who);
  g_dbus_node_info_unref (self->info);
  private_bus_down (self->daemon);
}

static void
watch (Fixture *self)
{
  self->watch = beckon_session_watch_new (self->bus, "org.beckon.Test");
  g_signal_connect_swapped (self->watch, "ending", G_CALLBACK (on_ending), self);
}

/* ---- cases ---- */

/* The question is answered, and nothing else; who has agreed has not ended yet. */
static void
log_out (Fixture *self)
{
  guint n_agreed;

  watch (self);
  wait_at_most (LIMIT, self->who != NULL);
  settle (self);
  for (n_agreed = 1; n_agreed <= 2; n_agreed++)
    {
      tell (self, ASKED);
      wait_at_most (LIMIT, self->n_agreed == n_agreed);
      if (n_agreed == 1)
        tell (self, CALLED_OFF);
      g_assert_cmpuint (self->n_endings, ==, 0);
    }
  tell (self, ENDING);
  wait_at_most (LIMIT, self->n_endings == 1);
  settle (self);
  g_assert_cmpuint (self->n_agreed, ==, 2);
  beckon_session_watch_release (self->watch);
  beckon_session_watch_release (self->watch);
  settle (self);
  /* A portal does not wait. */
  g_assert_cmpuint (self->n_agreed, ==, self->kind->client != NULL ? 3 : 2);
  g_assert_cmpuint (self->n_endings, ==, 1);
}

static void
test_log_out (Fixture *self, gconstpointer kind)
{
  open_desktop (self, kind);
  log_out (self);
}

/* Whoever does not wait for an answer has no say any more, and is heard nevertheless. */
static void
test_stopped (Fixture *self, gconstpointer unused)
{
  open_desktop (self, &gnome);
  watch (self);
  wait_at_most (LIMIT, self->who != NULL);
  settle (self);
  g_dbus_connection_emit_signal (self->desktop, NULL, CLIENT, gnome.client, "Stop", NULL, NULL);
  wait_at_most (LIMIT, self->n_endings == 1);
  beckon_session_watch_release (self->watch);
  settle (self);
  g_assert_cmpuint (self->n_agreed, ==, 0);
}

static void
test_monitor_of_another (Fixture *self, gconstpointer unused)
{
  open_desktop (self, &portal);
  watch (self);
  wait_at_most (LIMIT, self->who != NULL);
  settle (self);
  tell_portal (self, "/monitor2", ENDING);
  tell (self, ASKED);
  wait_at_most (LIMIT, self->n_agreed == 1);
  g_assert_cmpuint (self->n_endings, ==, 0);
}

/* Under a session manager, too, where we are told to. */
static void
test_sandbox (Fixture *self, gconstpointer unused)
{
  open_desktop (self, &gnome);
  open_desktop (self, &portal);
  g_setenv ("GTK_USE_PORTAL", "1", TRUE);
  log_out (self);
  g_unsetenv ("GTK_USE_PORTAL");
}

static void
test_nobody (Fixture *self, gconstpointer unused)
{
  watch (self);
  settle (self);
  beckon_session_watch_release (self->watch);
}

int
main (int argc, char **argv)
{
  g_unsetenv ("GTK_USE_PORTAL");
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/session-watch/gnome", Fixture, &gnome, set_up, test_log_out, tear_down);
  g_test_add ("/session-watch/xfce", Fixture, &xfce, set_up, test_log_out, tear_down);
  g_test_add ("/session-watch/portal", Fixture, &portal, set_up, test_log_out, tear_down);
  g_test_add ("/session-watch/stopped", Fixture, NULL, set_up, test_stopped, tear_down);
  g_test_add ("/session-watch/monitor-of-another", Fixture, NULL, set_up, test_monitor_of_another,
              tear_down);
  g_test_add ("/session-watch/sandbox", Fixture, NULL, set_up, test_sandbox, tear_down);
  g_test_add ("/session-watch/nobody", Fixture, NULL, set_up, test_nobody, tear_down);
  return g_test_run ();
}
