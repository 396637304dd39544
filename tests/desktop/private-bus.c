/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "private-bus.h"

GTestDBus *
private_bus_up (void)
{
  GTestDBus *daemon = g_test_dbus_new (G_TEST_DBUS_NONE);

  g_test_dbus_up (daemon);
  return daemon;
}

void
private_bus_down (GTestDBus *daemon)
{
  g_test_dbus_down (daemon);
  g_object_unref (daemon);
}

GDBusConnection *
private_bus_connect (GTestDBus *daemon)
{
  g_autoptr (GError) error = NULL;
  GDBusConnection *connection =
      g_dbus_connection_new_for_address_sync (g_test_dbus_get_bus_address (daemon),
                                              G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                                  G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                              NULL, NULL, &error);

  g_assert_no_error (error);
  return connection;
}

void
private_bus_disconnect (GDBusConnection **connection)
{
  g_dbus_connection_close_sync (*connection, NULL, NULL);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_clear_object (connection);
}

/* @parameters: (transfer floating) (nullable) */
static void
ask_bus (GDBusConnection *connection, const char *method, GVariant *parameters)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_sync (
      connection, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", method,
      parameters, NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);

  g_assert_no_error (error);
}

void
private_bus_own (GDBusConnection *connection, const char *name)
{
  ask_bus (connection, "RequestName", g_variant_new ("(su)", name, 0));
}

void
private_bus_go_round (GDBusConnection *connection)
{
  ask_bus (connection, "GetId", NULL);
}

void
private_bus_settle (GDBusConnection *from, GDBusConnection *to)
{
  /* What is told by one connection is heard in its order; between two there is no such promise. */
  private_bus_go_round (from);
  private_bus_go_round (to);
  while (g_main_context_iteration (NULL, FALSE))
    ;
}
