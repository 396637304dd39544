/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What GTK has on the bus cannot become a notification: it knows no such role, and says of windows
 * alone that they show. So this is a small application beside it, with a connection of its own. It is
 * in nobody's list of applications, for there is nothing in it to walk to. */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "announcer.h"

#define ACCESSIBLE "org.a11y.atspi.Accessible"
#define ROOT "/org/a11y/atspi/accessible/root"
#define NOBODY "/org/a11y/atspi/null"
#define ROLE_APPLICATION 75
#define ROLE_NOTIFICATION 101

/* A screen reader asks for the name when it comes to the event: others may have been said by then. */
#define N_KEPT 8

typedef struct
{
  GCancellable *cancellable;
  GPtrArray *waiting;   /* sentences, while there is no connection yet */
  GDBusConnection *bus; /* %NULL: not yet, or never */
  GDBusNodeInfo *info;
  guint kept[N_KEPT]; /* registrations of the last ones, by their number */
  guint n_said;
} Announcer;

/* What Orca asks for, and AT-SPI's library for it. */
static const char introspection[] =
    "<node><interface name='" ACCESSIBLE "'>"
    "<property name='Name' type='s' access='read'/>"
    "<property name='Description' type='s' access='read'/>"
    "<property name='Parent' type='(so)' access='read'/>"
    "<property name='ChildCount' type='i' access='read'/>"
    "<method name='GetRole'><arg direction='out' type='u'/></method>"
    "<method name='GetState'><arg direction='out' type='au'/></method>"
    "<method name='GetInterfaces'><arg direction='out' type='as'/></method>"
    "<method name='GetAttributes'><arg direction='out' type='a{ss}'/></method>"
    "<method name='GetRelationSet'><arg direction='out' type='a(ua(so))'/></method>"
    "<method name='GetChildren'><arg direction='out' type='a(so)'/></method>"
    "</interface></node>";

/* All but the role is the same of each object. */
static const struct
{
  const char *method;
  const char *answer;
} answers[] = {
  { "GetState", "([uint32 0x42000000, 0],)" }, /* showing, visible */
  { "GetInterfaces", "(['" ACCESSIBLE "'],)" },
  { "GetAttributes", "(@a{ss} {},)" },
  { "GetRelationSet", "(@a(ua(so)) [],)" },
  { "GetChildren", "(@a(so) [],)" },
};

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
  GVariant *answer = NULL;

  if (g_str_equal (method, "GetRole"))
    answer = g_variant_new ("(u)", g_str_equal (path, ROOT) ? ROLE_APPLICATION : ROLE_NOTIFICATION);
  for (guint i = 0; answer == NULL && i < G_N_ELEMENTS (answers); i++)
    if (g_str_equal (method, answers[i].method))
      answer = g_variant_new_parsed (answers[i].answer);
  g_dbus_method_invocation_return_value (invocation, answer);
}

static GVariant *
on_property (GDBusConnection *bus,
             const char *sender,
             const char *path,
             const char *interface,
             const char *property,
             GError **error,
             gpointer name)
{
  if (g_str_equal (property, "Name"))
    return g_variant_new_string (name);
  if (g_str_equal (property, "Description"))
    return g_variant_new_string ("");
  if (g_str_equal (property, "ChildCount"))
    return g_variant_new_int32 (0);
  if (g_str_equal (path, ROOT))
    return g_variant_new ("(so)", "", NOBODY);
  return g_variant_new ("(so)", g_dbus_connection_get_unique_name (bus), ROOT);
}

static guint
add_object (Announcer *self, const char *path, const char *name)
{
  static const GDBusInterfaceVTable vtable = { on_method, on_property, NULL, { 0 } };

  return g_dbus_connection_register_object (self->bus, path, self->info->interfaces[0], &vtable,
                                            g_strdup (name), g_free, NULL);
}

/* Each has a path of its own, for a screen reader keeps the name of what it has met. */
static char *
path_of (guint number)
{
  return g_strdup_printf ("/org/a11y/atspi/accessible/%u", number);
}

static void
change_state (Announcer *self, guint number, const char *state)
{
  g_autofree char *path = path_of (number);

  g_dbus_connection_emit_signal (
      self->bus, NULL, path, "org.a11y.atspi.Event.Object", "StateChanged",
      g_variant_new ("(siiva{sv})", state, TRUE, 0, g_variant_new_string (""), NULL), NULL);
}

static void
say (Announcer *self, const char *sentence)
{
  const guint number = self->n_said++;
  guint *kept = &self->kept[number % N_KEPT];
  g_autofree char *path = path_of (number);

  if (*kept != 0)
    {
      change_state (self, number - N_KEPT, "defunct");
      g_dbus_connection_unregister_object (self->bus, *kept);
    }
  *kept = add_object (self, path, sentence);
  change_state (self, number, "showing");
}

/* ---- the bus ---- */

static void
give_up (Announcer *self, const GError *error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return; /* it is gone */
  g_debug ("There is no accessibility bus: %s", error->message);
  g_clear_pointer (&self->waiting, g_ptr_array_unref);
}

static void
on_connected (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  GDBusConnection *bus = g_dbus_connection_new_for_address_finish (result, &error);
  Announcer *self = user_data;

  if (bus == NULL)
    {
      give_up (self, error);
      return;
    }
  self->bus = bus;
  self->info = g_dbus_node_info_new_for_xml (introspection, NULL);
  add_object (self, ROOT, g_get_application_name ());
  for (guint i = 0; i < self->waiting->len; i++)
    say (self, g_ptr_array_index (self->waiting, i));
  g_clear_pointer (&self->waiting, g_ptr_array_unref);
}

static void
on_address (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  Announcer *self = user_data;
  const char *address;

  if (reply == NULL)
    {
      give_up (self, error);
      return;
    }
  g_variant_get (reply, "(&s)", &address);
  g_dbus_connection_new_for_address (address,
                                     G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                         G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                     NULL, self->cancellable, on_connected, self);
}

static void
on_session (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) session = g_bus_get_finish (result, &error);
  Announcer *self = user_data;

  if (session == NULL)
    give_up (self, error);
  else
    g_dbus_connection_call (session, "org.a11y.Bus", "/org/a11y/bus", "org.a11y.Bus", "GetAddress",
                            NULL, G_VARIANT_TYPE ("(s)"), G_DBUS_CALL_FLAGS_NONE, -1,
                            self->cancellable, on_address, self);
}

static void
announcer_free (gpointer data)
{
  Announcer *self = data;

  g_cancellable_cancel (self->cancellable);
  g_object_unref (self->cancellable);
  g_clear_pointer (&self->waiting, g_ptr_array_unref);
  g_clear_pointer (&self->info, g_dbus_node_info_unref);
  g_clear_object (&self->bus);
  g_free (self);
}

void
beckon_announcer_say (GdkDisplay *display, const char *sentence)
{
  Announcer *self;

  g_return_if_fail (GDK_IS_DISPLAY (display));
  g_return_if_fail (sentence != NULL);

  self = g_object_get_data (G_OBJECT (display), "beckon-announcer");
  if (self == NULL)
    {
      self = g_new0 (Announcer, 1);
      self->cancellable = g_cancellable_new ();
      self->waiting = g_ptr_array_new_with_free_func (g_free);
      g_object_set_data_full (G_OBJECT (display), "beckon-announcer", self, announcer_free);
      g_bus_get (G_BUS_TYPE_SESSION, self->cancellable, on_session, self);
    }
  if (self->bus != NULL)
    say (self, sentence);
  else if (self->waiting != NULL)
    g_ptr_array_add (self->waiting, g_strdup (sentence));
}
