/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-desktop"

#include "config.h"

#include "clock-format.h"

#include "portal.h"

#include <langinfo.h>

#define SETTINGS "org.freedesktop.portal.Settings"
#define NAMESPACE "org.gnome.desktop.interface"
#define KEY "clock-format"

struct _BeckonClockFormat
{
  GObject parent_instance;

  /* Owned */
  GDBusConnection *bus; /* nullable: nobody is followed */
  GCancellable *cancellable;
  guint subscription;

  gboolean twelve_hours;
};

G_DEFINE_FINAL_TYPE (BeckonClockFormat, beckon_clock_format, G_TYPE_OBJECT)

enum
{
  PROP_TWELVE_HOURS = 1,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

/* @value: (nullable): of the desktop's setting; what it does not know leaves what is known. */
static void
take (BeckonClockFormat *self, GVariant *value)
{
  gboolean twelve_hours;

  if (value == NULL || !g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return;
  twelve_hours = g_str_equal (g_variant_get_string (value, NULL), "12h");
  if (self->twelve_hours == twelve_hours)
    return;
  self->twelve_hours = twelve_hours;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TWELVE_HOURS]);
}

static void
on_changed (GDBusConnection *bus,
            const char *sender,
            const char *path,
            const char *interface,
            const char *signal,
            GVariant *parameters,
            gpointer user_data)
{
  g_autoptr (GVariant) value = NULL;
  const char *key;

  if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(ssv)")))
    return;
  g_variant_get (parameters, "(&s&sv)", NULL, &key, &value);
  if (g_str_equal (key, KEY))
    take (user_data, value);
}

static void
on_settings (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  g_autoptr (GVariant) all = NULL;
  g_autoptr (GVariant) settings = NULL;
  g_autoptr (GVariant) value = NULL;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return; /* we are gone */
  if (reply == NULL)
    {
      g_debug ("How the desktop's clock tells the time is not to be seen: %s", error->message);
      return;
    }
  all = g_variant_get_child_value (reply, 0);
  settings = g_variant_lookup_value (all, NAMESPACE, G_VARIANT_TYPE_VARDICT);
  if (settings == NULL)
    return;
  value = g_variant_lookup_value (settings, KEY, NULL);
  take (user_data, value);
}

/* ---- the object ---- */

static void
beckon_clock_format_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_TWELVE_HOURS)
    g_value_set_boolean (value, BECKON_CLOCK_FORMAT (object)->twelve_hours);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
beckon_clock_format_dispose (GObject *object)
{
  BeckonClockFormat *self = BECKON_CLOCK_FORMAT (object);

  g_cancellable_cancel (self->cancellable);
  if (self->bus != NULL)
    g_dbus_connection_signal_unsubscribe (self->bus, self->subscription);
  g_clear_object (&self->bus);

  G_OBJECT_CLASS (beckon_clock_format_parent_class)->dispose (object);
}

static void
beckon_clock_format_finalize (GObject *object)
{
  g_object_unref (BECKON_CLOCK_FORMAT (object)->cancellable);

  G_OBJECT_CLASS (beckon_clock_format_parent_class)->finalize (object);
}

static void
beckon_clock_format_class_init (BeckonClockFormatClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = beckon_clock_format_get_property;
  object_class->dispose = beckon_clock_format_dispose;
  object_class->finalize = beckon_clock_format_finalize;

  properties[PROP_TWELVE_HOURS] =
      g_param_spec_boolean ("twelve-hours", NULL, NULL, FALSE,
                            G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
beckon_clock_format_init (BeckonClockFormat *self)
{
  static const char *const twelve[] = { "%r", "%I", "%l", "%p" }; /* such as "%I:%M:%S %p" */
  const char *format = nl_langinfo (T_FMT);

  self->cancellable = g_cancellable_new ();
  for (gsize i = 0; i < G_N_ELEMENTS (twelve); i++)
    self->twelve_hours |= strstr (format, twelve[i]) != NULL;
}

BeckonClockFormat *
beckon_clock_format_get_default (void)
{
  static BeckonClockFormat *clock_format;

  if (clock_format == NULL)
    clock_format = g_object_new (BECKON_TYPE_CLOCK_FORMAT, NULL);
  return clock_format;
}

/* Others have the key, too, since programs bring it, but nobody who would set it. */
static gboolean
has_gnome_clock (void)
{
  static const char *const desktops[] = { "GNOME", "Unity", "Budgie", "Pantheon" };
  g_auto (GStrv) current = g_strsplit (g_getenv ("XDG_CURRENT_DESKTOP") ?: "", ":", -1);

  for (gsize i = 0; i < G_N_ELEMENTS (desktops); i++)
    if (g_strv_contains ((const char *const *) current, desktops[i]))
      return TRUE;
  return FALSE;
}

void
beckon_clock_format_follow (BeckonClockFormat *self, GDBusConnection *bus)
{
  static const char *const namespaces[] = { NAMESPACE, NULL };

  g_return_if_fail (BECKON_IS_CLOCK_FORMAT (self));
  g_return_if_fail (G_IS_DBUS_CONNECTION (bus));
  g_return_if_fail (self->bus == NULL);

  if (!has_gnome_clock ())
    return;
  self->bus = g_object_ref (bus);
  self->subscription = g_dbus_connection_signal_subscribe (
      bus, BECKON_PORTAL_NAME, SETTINGS, "SettingChanged", BECKON_PORTAL_PATH, NAMESPACE,
      G_DBUS_SIGNAL_FLAGS_NONE, on_changed, self, NULL);
  g_dbus_connection_call (bus, BECKON_PORTAL_NAME, BECKON_PORTAL_PATH, SETTINGS, "ReadAll",
                          g_variant_new ("(^as)", namespaces), G_VARIANT_TYPE ("(a{sa{sv}})"),
                          G_DBUS_CALL_FLAGS_NONE, -1, self->cancellable, on_settings, self);
}

gboolean
beckon_clock_format_has_twelve_hours (BeckonClockFormat *self)
{
  g_return_val_if_fail (BECKON_IS_CLOCK_FORMAT (self), FALSE);

  return self->twelve_hours;
}
