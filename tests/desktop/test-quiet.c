/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Our own switch, GNOME's, and a notification daemon on a bus of our own. */

#include "config.h"

#include "quiet.h"
#include "private-bus.h"
#include "waiting.h"

#define G_SETTINGS_ENABLE_BACKEND
#include <gio/gsettingsbackend.h>

#define LIMIT 40
#define DAEMON "org.freedesktop.Notifications"
#define DAEMON_PATH "/org/freedesktop/Notifications"

static const char introspection[] =
    "<node><interface name='" DAEMON "'><property name='Inhibited' type='b' access='read'/>"
    "</interface></node>";

typedef struct
{
  GTestDBus *daemon;
  GDBusConnection *bus;    /* ours */
  GDBusConnection *theirs; /* the notification daemon's */
  GSettings *settings;
  BeckonQuiet *quiet;
  gboolean inhibited;
  guint n_notified;
} Fixture;

static void
on_notified (Fixture *self)
{
  self->n_notified++;
}

static void
set_up (Fixture *self, gconstpointer unused)
{
  g_autoptr (GSettingsBackend) memory = g_memory_settings_backend_new ();

  self->daemon = private_bus_up ();
  self->bus = private_bus_connect (self->daemon);
  self->theirs = private_bus_connect (self->daemon);
  self->settings =
      g_settings_new_with_backend_and_path (APPLICATION_ID, memory, "/org/beckon/Beckon/");
  self->quiet = beckon_quiet_new (self->bus, self->settings);
  g_signal_connect_swapped (self->quiet, "notify::quiet", G_CALLBACK (on_notified), self);
  g_assert_false (beckon_quiet_is_quiet (self->quiet));
}

static void
tear_down (Fixture *self, gconstpointer unused)
{
  g_assert_finalize_object (self->quiet);
  g_object_unref (self->settings);
  private_bus_disconnect (&self->theirs);
  private_bus_disconnect (&self->bus);
  private_bus_down (self->daemon);
}

static void
test_own (Fixture *self, gconstpointer unused)
{
  g_settings_set_boolean (self->settings, "do-not-disturb", TRUE);
  g_assert_true (beckon_quiet_is_quiet (self->quiet));
  g_settings_set_boolean (self->settings, "do-not-disturb", FALSE);
  g_assert_false (beckon_quiet_is_quiet (self->quiet));
  g_assert_cmpint (self->n_notified, ==, 2);
}

static void
test_gnome (Fixture *self, gconstpointer unused)
{
  g_autoptr (GSettingsSchema) schema = g_settings_schema_source_lookup (
      g_settings_schema_source_get_default (), "org.gnome.desktop.notifications", TRUE);
  g_autoptr (GSettings) gnome = NULL;

  if (schema == NULL)
    {
      g_test_skip ("GNOME's settings are not installed");
      return;
    }
  gnome = g_settings_new ("org.gnome.desktop.notifications");
  g_settings_set_boolean (gnome, "show-banners", FALSE);
  g_assert_true (beckon_quiet_is_quiet (self->quiet));
  /* Two who want it so are no more quiet than one. */
  g_settings_set_boolean (self->settings, "do-not-disturb", TRUE);
  g_settings_set_boolean (gnome, "show-banners", TRUE);
  g_assert_true (beckon_quiet_is_quiet (self->quiet));
  g_settings_set_boolean (self->settings, "do-not-disturb", FALSE);
  g_assert_false (beckon_quiet_is_quiet (self->quiet));
  g_assert_cmpint (self->n_notified, ==, 2);
}

/* ---- the notification daemon ---- */

static GVariant *
on_get (GDBusConnection *bus,
        const char *sender,
        const char *path,
        const char *interface,
        const char *property,
        GError **error,
        gpointer user_data)
{
  return g_variant_new_boolean (((Fixture *) user_data)->inhibited);
}

static void
own (Fixture *self)
{
  static const GDBusInterfaceVTable vtable = { NULL, on_get, NULL, { 0 } };
  g_autoptr (GDBusNodeInfo) info = g_dbus_node_info_new_for_xml (introspection, NULL);
  g_autoptr (GError) error = NULL;

  g_dbus_connection_register_object (self->theirs, DAEMON_PATH, info->interfaces[0], &vtable, self,
                                     NULL, &error);
  g_assert_no_error (error);
  private_bus_own (self->theirs, DAEMON);
}

static void
inhibit (Fixture *self, gboolean inhibited)
{
  GVariantDict changed;

  self->inhibited = inhibited;
  g_variant_dict_init (&changed, NULL);
  g_variant_dict_insert (&changed, "Inhibited", "b", inhibited);
  g_dbus_connection_emit_signal (
      self->theirs, NULL, DAEMON_PATH, "org.freedesktop.DBus.Properties", "PropertiesChanged",
      g_variant_new ("(s@a{sv}as)", DAEMON, g_variant_dict_end (&changed), NULL), NULL);
}

static void
test_daemon (Fixture *self, gconstpointer unused)
{
  self->inhibited = TRUE;
  own (self); /* it comes when we are there already, as at a log-in */
  wait_at_most (LIMIT, beckon_quiet_is_quiet (self->quiet));
  inhibit (self, FALSE);
  wait_at_most (LIMIT, !beckon_quiet_is_quiet (self->quiet));
  inhibit (self, TRUE);
  wait_at_most (LIMIT, beckon_quiet_is_quiet (self->quiet));
  g_dbus_connection_close_sync (self->theirs, NULL, NULL);
  wait_at_most (LIMIT, !beckon_quiet_is_quiet (self->quiet)); /* who is gone inhibits nothing */
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/quiet/own", Fixture, NULL, set_up, test_own, tear_down);
  g_test_add ("/quiet/gnome", Fixture, NULL, set_up, test_gnome, tear_down);
  g_test_add ("/quiet/daemon", Fixture, NULL, set_up, test_daemon, tear_down);
  return g_test_run ();
}
