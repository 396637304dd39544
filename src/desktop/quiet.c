/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-desktop"

#include "config.h"

#include "quiet.h"

#define KEY "do-not-disturb"
#define GNOME_SCHEMA "org.gnome.desktop.notifications"
#define GNOME_KEY "show-banners"
#define DAEMON "org.freedesktop.Notifications"
#define DAEMON_PATH "/org/freedesktop/Notifications"

struct _BeckonQuiet
{
  GObject parent_instance;

  /* Owned */
  GSettings *settings;
  GSettings *gnome;   /* nullable: its schema is not there */
  GDBusProxy *daemon; /* nullable: not there yet */
  GCancellable *cancellable;

  gboolean quiet;
};

G_DEFINE_FINAL_TYPE (BeckonQuiet, beckon_quiet, G_TYPE_OBJECT)

enum
{
  PROP_QUIET = 1,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static gboolean
is_daemon_inhibited (BeckonQuiet *self)
{
  g_autoptr (GVariant) value =
      self->daemon != NULL ? g_dbus_proxy_get_cached_property (self->daemon, "Inhibited") : NULL;

  return value != NULL && g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN) &&
         g_variant_get_boolean (value);
}

static void
update (BeckonQuiet *self)
{
  const gboolean quiet =
      g_settings_get_boolean (self->settings, KEY) ||
      (self->gnome != NULL && !g_settings_get_boolean (self->gnome, GNOME_KEY)) ||
      is_daemon_inhibited (self);

  if (self->quiet == quiet)
    return;
  self->quiet = quiet;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_QUIET]);
}

static void
on_daemon (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusProxy) daemon = g_dbus_proxy_new_finish (result, &error);
  BeckonQuiet *self = user_data;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return; /* we are gone */
  if (daemon == NULL)
    {
      g_debug ("There is no notification daemon to be seen: %s", error->message);
      return;
    }
  self->daemon = g_steal_pointer (&daemon);
  g_signal_connect_object (self->daemon, "g-properties-changed", G_CALLBACK (update), self,
                           G_CONNECT_SWAPPED);
  update (self);
}

static void
follow_gnome (BeckonQuiet *self)
{
  GSettingsSchemaSource *source = g_settings_schema_source_get_default ();
  g_autoptr (GSettingsSchema) schema =
      source != NULL ? g_settings_schema_source_lookup (source, GNOME_SCHEMA, TRUE) : NULL;

  if (schema == NULL || !g_settings_schema_has_key (schema, GNOME_KEY))
    return;
  self->gnome = g_settings_new (GNOME_SCHEMA);
  g_signal_connect_object (self->gnome, "changed::" GNOME_KEY, G_CALLBACK (update), self,
                           G_CONNECT_SWAPPED);
}

static void
beckon_quiet_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_QUIET)
    g_value_set_boolean (value, BECKON_QUIET (object)->quiet);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
beckon_quiet_dispose (GObject *object)
{
  BeckonQuiet *self = BECKON_QUIET (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->daemon);
  g_clear_object (&self->gnome);
  g_clear_object (&self->settings);

  G_OBJECT_CLASS (beckon_quiet_parent_class)->dispose (object);
}

static void
beckon_quiet_finalize (GObject *object)
{
  g_object_unref (BECKON_QUIET (object)->cancellable);

  G_OBJECT_CLASS (beckon_quiet_parent_class)->finalize (object);
}

static void
beckon_quiet_class_init (BeckonQuietClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = beckon_quiet_get_property;
  object_class->dispose = beckon_quiet_dispose;
  object_class->finalize = beckon_quiet_finalize;

  properties[PROP_QUIET] =
      g_param_spec_boolean ("quiet", NULL, NULL, FALSE,
                            G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
beckon_quiet_init (BeckonQuiet *self)
{
  self->cancellable = g_cancellable_new ();
}

BeckonQuiet *
beckon_quiet_new (GDBusConnection *bus, GSettings *settings)
{
  BeckonQuiet *self;

  g_return_val_if_fail (bus == NULL || G_IS_DBUS_CONNECTION (bus), NULL);
  g_return_val_if_fail (G_IS_SETTINGS (settings), NULL);

  self = g_object_new (BECKON_TYPE_QUIET, NULL);
  self->settings = g_object_ref (settings);
  g_signal_connect_object (settings, "changed::" KEY, G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  follow_gnome (self);
  if (bus != NULL)
    g_dbus_proxy_new (
        bus, G_DBUS_PROXY_FLAGS_DO_NOT_AUTO_START | G_DBUS_PROXY_FLAGS_GET_INVALIDATED_PROPERTIES,
        NULL, DAEMON, DAEMON_PATH, DAEMON, self->cancellable, on_daemon, self);
  update (self);
  return self;
}

gboolean
beckon_quiet_is_quiet (BeckonQuiet *self)
{
  g_return_val_if_fail (BECKON_IS_QUIET (self), FALSE);

  return self->quiet;
}
