/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A settings portal of our own on a bus of our own, which says what the case wants. */

#include "config.h"

#include "clock-format.h"
#include "portal.h"
#include "private-bus.h"
#include "waiting.h"

#define LIMIT 40
#define SETTINGS "org.freedesktop.portal.Settings"
#define NAMESPACE "org.gnome.desktop.interface"

static const char introspection[] =
    "<node><interface name='" SETTINGS "'><method name='ReadAll'><arg type='as' direction='in'/>"
    "<arg type='a{sa{sv}}' direction='out'/></method></interface></node>";

typedef struct
{
  GTestDBus *daemon;
  GDBusConnection *bus;    /* ours */
  GDBusConnection *portal; /* theirs */
  BeckonClockFormat *clock_format;
  const char *settings; /* what is answered, as text */
  guint n_asked;
  guint n_notified;
} Fixture;

static void
on_notified (Fixture *self)
{
  self->n_notified++;
}

static void
on_read_all (GDBusConnection *bus,
             const char *sender,
             const char *path,
             const char *interface,
             const char *method,
             GVariant *parameters,
             GDBusMethodInvocation *invocation,
             gpointer user_data)
{
  Fixture *self = user_data;
  g_autoptr (GVariant) asked = g_variant_ref_sink (g_variant_new_parsed ("(['" NAMESPACE "'],)"));

  g_assert_true (g_variant_equal (parameters, asked));
  self->n_asked++;
  g_dbus_method_invocation_return_value (invocation, g_variant_new_parsed (self->settings));
}

static void
set_up (Fixture *self, gconstpointer settings)
{
  static const GDBusInterfaceVTable vtable = { on_read_all, NULL, NULL, { 0 } };
  g_autoptr (GDBusNodeInfo) info = g_dbus_node_info_new_for_xml (introspection, NULL);
  g_autoptr (GError) error = NULL;

  self->daemon = private_bus_up ();
  self->bus = private_bus_connect (self->daemon);
  self->portal = private_bus_connect (self->daemon);
  self->settings = settings;
  g_dbus_connection_register_object (self->portal, BECKON_PORTAL_PATH, info->interfaces[0], &vtable,
                                     self, NULL, &error);
  g_assert_no_error (error);
  private_bus_own (self->portal, BECKON_PORTAL_NAME);
  self->clock_format = g_object_new (BECKON_TYPE_CLOCK_FORMAT, NULL);
  g_signal_connect_swapped (self->clock_format, "notify::twelve-hours", G_CALLBACK (on_notified),
                            self);
  /* As the language of the tests has it. */
  g_assert_false (beckon_clock_format_has_twelve_hours (self->clock_format));
  beckon_clock_format_follow (self->clock_format, self->bus);
}

static void
tear_down (Fixture *self, gconstpointer unused)
{
  g_assert_finalize_object (self->clock_format);
  private_bus_disconnect (&self->portal);
  private_bus_disconnect (&self->bus);
  private_bus_down (self->daemon);
}

static void
say (Fixture *self, const char *setting)
{
  g_dbus_connection_emit_signal (self->portal, NULL, BECKON_PORTAL_PATH, SETTINGS, "SettingChanged",
                                 g_variant_new_parsed (setting), NULL);
}

static void
test_follows (Fixture *self, gconstpointer unused)
{
  wait_at_most (LIMIT, beckon_clock_format_has_twelve_hours (self->clock_format));
  say (self, "('" NAMESPACE "', 'clock-show-date', <false>)");
  say (self, "('" NAMESPACE "', 'clock-format', <'24h'>)");
  wait_at_most (LIMIT, !beckon_clock_format_has_twelve_hours (self->clock_format));
  say (self, "('" NAMESPACE "', 'clock-format', <'12h'>)");
  wait_at_most (LIMIT, beckon_clock_format_has_twelve_hours (self->clock_format));
  g_assert_cmpint (self->n_notified, ==, 3);
}

/* Of a desktop that has another idea of its settings: what it says later is heard all the same. */
static void
test_nonsense (Fixture *self, gconstpointer unused)
{
  wait_at_most (LIMIT, self->n_asked == 1);
  say (self, "('" NAMESPACE "', 'clock-format')");
  say (self, "('" NAMESPACE "', 'clock-format', <12>)");
  say (self, "('org.kde.kdeglobals', 'clock-format', <'12h'>)");
  say (self, "('" NAMESPACE "', 'clock-format', <'12h'>)");
  wait_at_most (LIMIT, beckon_clock_format_has_twelve_hours (self->clock_format));
  g_assert_cmpint (self->n_notified, ==, 1);
}

static void
test_other_desktop (Fixture *self, gconstpointer unused)
{
  wait_at_most (LIMIT, beckon_clock_format_has_twelve_hours (self->clock_format));
  g_assert_finalize_object (self->clock_format);
  self->n_asked = 0;
  /* Programs bring the setting there, too, but nobody sets it. */
  g_setenv ("XDG_CURRENT_DESKTOP", "XFCE", TRUE);
  self->clock_format = g_object_new (BECKON_TYPE_CLOCK_FORMAT, NULL);
  beckon_clock_format_follow (self->clock_format, self->bus);
  g_setenv ("XDG_CURRENT_DESKTOP", "ubuntu:GNOME", TRUE);
  say (self, "('" NAMESPACE "', 'clock-format', <'12h'>)");
  private_bus_settle (self->portal, self->bus);
  g_assert_cmpint (self->n_asked, ==, 0);
  g_assert_false (beckon_clock_format_has_twelve_hours (self->clock_format));
}

static void
test_gone (Fixture *self, gconstpointer unused)
{
  g_assert_finalize_object (self->clock_format); /* while it is asked */
  wait_at_most (LIMIT, self->n_asked == 1);
  self->clock_format = g_object_new (BECKON_TYPE_CLOCK_FORMAT, NULL);
}

int
main (int argc, char **argv)
{
  g_setenv ("XDG_CURRENT_DESKTOP", "ubuntu:GNOME", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/clock-format/follows", Fixture, "({'" NAMESPACE "': {'clock-format': <'12h'>}},)",
              set_up, test_follows, tear_down);
  g_test_add ("/clock-format/nonsense", Fixture, "({'" NAMESPACE "': {'clock-format': <12>}},)",
              set_up, test_nonsense, tear_down);
  g_test_add ("/clock-format/other-settings", Fixture,
              "({'org.kde.kdeglobals': {'clock-format': <'12h'>}},)", set_up, test_nonsense,
              tear_down);
  g_test_add ("/clock-format/other-desktop", Fixture,
              "({'" NAMESPACE "': {'clock-format': <'12h'>}},)", set_up, test_other_desktop,
              tear_down);
  g_test_add ("/clock-format/gone", Fixture, "(@a{sa{sv}} {},)", set_up, test_gone, tear_down);
  return g_test_run ();
}
