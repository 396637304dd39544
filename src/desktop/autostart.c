/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-desktop"

#include "config.h"

#include "autostart.h"

#include "portal.h"

#define KEY "start-at-login"
#define BACKGROUND "org.freedesktop.portal.Background"

struct _BeckonAutostart
{
  GObject parent_instance;

  /* Owned */
  GDBusConnection *bus; /* nullable: we write the file ourselves */
  GSettings *settings;
  GStrv command;
  char *file;
  char *name;
  char *why;                 /* nullable */
  GCancellable *cancellable; /* nullable: the portal is not being asked */
  GError *error;             /* nullable: of the file */

  guint back_source; /* the setting goes back */
  gboolean refused;
};

G_DEFINE_FINAL_TYPE (BeckonAutostart, beckon_autostart, G_TYPE_OBJECT)

typedef enum
{
  PROP_REFUSED = 1,
  N_PROPS
} BeckonAutostartProperty;

static GParamSpec *properties[N_PROPS];

/* ---- a file ---- */

static char *
quote_command (BeckonAutostart *self)
{
  GString *line = g_string_new (NULL);

  for (guint i = 0; self->command[i] != NULL; i++)
    {
      if (i > 0)
        g_string_append_c (line, ' ');
      g_string_append_c (line, '"');
      for (const char *p = self->command[i]; *p != '\0'; p++)
        {
          if (strchr ("\"`$\\", *p) != NULL)
            g_string_append_c (line, '\\');
          if (*p == '%')
            g_string_append_c (line, '%');
          g_string_append_c (line, *p);
        }
      g_string_append_c (line, '"');
    }
  return g_string_free (line, FALSE);
}

static gboolean
write_file (BeckonAutostart *self, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *directory = g_path_get_dirname (self->file);
  g_autofree char *command = quote_command (self);

  g_key_file_set_string (file, G_KEY_FILE_DESKTOP_GROUP, G_KEY_FILE_DESKTOP_KEY_TYPE,
                         G_KEY_FILE_DESKTOP_TYPE_APPLICATION);
  g_key_file_set_string (file, G_KEY_FILE_DESKTOP_GROUP, G_KEY_FILE_DESKTOP_KEY_NAME, self->name);
  g_key_file_set_string (file, G_KEY_FILE_DESKTOP_GROUP, G_KEY_FILE_DESKTOP_KEY_EXEC, command);
  g_key_file_set_string (file, G_KEY_FILE_DESKTOP_GROUP, G_KEY_FILE_DESKTOP_KEY_ICON,
                         APPLICATION_ID);
  g_mkdir_with_parents (directory, 0700); /* the next step says it if it failed */
  return g_key_file_save_to_file (file, self->file, error);
}

static void
set_refused (BeckonAutostart *self, gboolean refused)
{
  if (self->refused == refused)
    return;
  self->refused = refused;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_REFUSED]);
}

static gboolean
on_back (gpointer user_data)
{
  BeckonAutostart *self = user_data;

  self->back_source = 0;
  g_settings_set_boolean (self->settings, KEY, FALSE);
  return G_SOURCE_REMOVE;
}

static void
remove_file (BeckonAutostart *self)
{
  g_autoptr (GFile) file = g_file_new_for_path (self->file);
  g_autoptr (GError) error = NULL;

  if (!g_file_delete (file, NULL, &error) && self->error == NULL &&
      !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    g_message ("The start at log-in could not be changed: %s", error->message);
}

static void
update_file (BeckonAutostart *self, gboolean wanted)
{
  if (!wanted)
    {
      remove_file (self);
      return;
    }
  g_clear_handle_id (&self->back_source, g_source_remove);
  g_clear_error (&self->error);
  set_refused (self, FALSE);
  if (write_file (self, &self->error))
    return;
  g_message ("The start at log-in could not be changed: %s", self->error->message);
  set_refused (self, TRUE);
  /* Not while others are being told that it is on. */
  self->back_source = g_idle_add (on_back, self);
}

/* ---- the portal ---- */

static void
on_answered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (BeckonAutostart) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) results = beckon_portal_request_finish (result, &error);
  gboolean background = results != NULL;
  gboolean autostart = FALSE;
  gboolean wanted;

  if (self->cancellable == NULL ||
      g_task_get_cancellable (G_TASK (result)) != self->cancellable ||
      g_cancellable_is_cancelled (self->cancellable))
    return; /* it was asked anew since then, or we are gone */
  g_clear_object (&self->cancellable);
  if (results == NULL)
    g_message ("The desktop does not let us live in the background: %s", error->message);
  /* A portal that did not answer has not refused. */
  if (results == NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (results != NULL)
    {
      g_variant_lookup (results, "background", "b", &background);
      g_variant_lookup (results, "autostart", "b", &autostart);
    }
  wanted = g_settings_get_boolean (self->settings, KEY);
  set_refused (self, !background || (wanted && !autostart));
  if (self->refused && wanted)
    g_settings_set_boolean (self->settings, KEY, FALSE);
}

static void
ask_portal (BeckonAutostart *self)
{
  GVariantDict options;

  set_refused (self, FALSE);
  g_variant_dict_init (&options, NULL);
  g_variant_dict_insert (&options, "autostart", "b", g_settings_get_boolean (self->settings, KEY));
  g_variant_dict_insert_value (&options, "commandline",
                               g_variant_new_strv ((const char *const *) self->command, -1));
  g_variant_dict_insert (&options, "dbus-activatable", "b", FALSE);
  if (self->why != NULL)
    g_variant_dict_insert (&options, "reason", "s", self->why);
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();
  beckon_portal_request_async (self->bus, BACKGROUND, "RequestBackground",
                               g_variant_new ("(s)", ""), &options, self->cancellable, on_answered,
                               g_object_ref (self));
}

static void
on_setting (BeckonAutostart *self)
{
  const gboolean wanted = g_settings_get_boolean (self->settings, KEY);

  if (self->bus == NULL)
    update_file (self, wanted);
  else if (wanted || !self->refused) /* what it has refused the desktop need not be told */
    ask_portal (self);
}

/* ---- the object ---- */

static void
beckon_autostart_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  BeckonAutostart *self = BECKON_AUTOSTART (object);

  switch ((BeckonAutostartProperty) prop_id)
    {
    case PROP_REFUSED:
      g_value_set_boolean (value, self->refused);
      break;
    case N_PROPS:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
beckon_autostart_dispose (GObject *object)
{
  BeckonAutostart *self = BECKON_AUTOSTART (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_handle_id (&self->back_source, g_source_remove);
  g_clear_object (&self->settings);
  g_clear_object (&self->bus);

  G_OBJECT_CLASS (beckon_autostart_parent_class)->dispose (object);
}

static void
beckon_autostart_finalize (GObject *object)
{
  BeckonAutostart *self = BECKON_AUTOSTART (object);

  g_strfreev (self->command);
  g_free (self->file);
  g_free (self->name);
  g_free (self->why);
  g_clear_error (&self->error);

  G_OBJECT_CLASS (beckon_autostart_parent_class)->finalize (object);
}

static void
beckon_autostart_class_init (BeckonAutostartClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = beckon_autostart_get_property;
  object_class->dispose = beckon_autostart_dispose;
  object_class->finalize = beckon_autostart_finalize;

  properties[PROP_REFUSED] =
      g_param_spec_boolean ("refused", NULL, NULL, FALSE,
                            G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
beckon_autostart_init (BeckonAutostart *self)
{
}

BeckonAutostart *
beckon_autostart_new (GDBusConnection *bus,
                      GSettings *settings,
                      const char *application_id,
                      const char *name,
                      const char *const *command)
{
  BeckonAutostart *self;
  g_autofree char *file = NULL;

  g_return_val_if_fail (bus == NULL || G_IS_DBUS_CONNECTION (bus), NULL);
  g_return_val_if_fail (G_IS_SETTINGS (settings), NULL);
  g_return_val_if_fail (application_id != NULL && name != NULL, NULL);
  g_return_val_if_fail (command != NULL && command[0] != NULL, NULL);

  self = g_object_new (BECKON_TYPE_AUTOSTART, NULL);
  g_set_object (&self->bus, bus);
  self->settings = g_object_ref (settings);
  self->command = g_strdupv ((GStrv) command);
  self->name = g_strdup (name);
  file = g_strconcat (application_id, ".desktop", NULL);
  self->file = g_build_filename (g_get_user_config_dir (), "autostart", file, NULL);
  g_signal_connect_object (settings, "changed::" KEY, G_CALLBACK (on_setting), self,
                           G_CONNECT_SWAPPED);
  return self;
}

gboolean
beckon_autostart_is_refused (BeckonAutostart *self)
{
  g_return_val_if_fail (BECKON_IS_AUTOSTART (self), FALSE);

  return self->refused;
}

const GError *
beckon_autostart_get_error (BeckonAutostart *self)
{
  g_return_val_if_fail (BECKON_IS_AUTOSTART (self), NULL);

  return self->error;
}

void
beckon_autostart_ask (BeckonAutostart *self, const char *why)
{
  g_return_if_fail (BECKON_IS_AUTOSTART (self));
  g_return_if_fail (why != NULL);

  g_free (self->why);
  self->why = g_strdup (why);
  if (self->bus != NULL)
    ask_portal (self);
}
