/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-cli"

#include "config.h"

#include "cli-app.h"

#include "cli-output.h"
#include "protocol-error.h"
#include "signaling-types.h"

#define INTERFACE "org.beckon.Beckon"
#define ERROR_PREFIX INTERFACE ".Error."
/* An application that was started for this signs in first. */
#define SIGN_IN_SECONDS 15

typedef struct
{
  const BeckonCliOptions *options;
  BeckonCliOutput output;
  GDBusConnection *bus;
  char *name;
  char *path;
} App;

static void
app_clear (App *self)
{
  g_clear_object (&self->bus);
  g_free (self->name);
  g_free (self->path);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (App, app_clear)

static void
set_up (App *self, const BeckonCliOptions *options)
{
  self->options = options;
  self->output.json = options->json;
  self->output.started = g_get_monotonic_time ();
  self->name = options->profile != NULL ? g_strconcat (APPLICATION_ID ".", options->profile, NULL)
                                        : g_strdup (APPLICATION_ID);
  self->path = g_strconcat ("/", self->name, NULL);
  g_strdelimit (g_strdelimit (self->path, ".", '/'), "-", '_');
}

/* ---- errors ---- */

/* "BusySelf" → "busy-self" */
static char *
make_code (const char *name)
{
  GString *code = g_string_new (NULL);

  for (const char *p = name; *p != '\0'; p++)
    {
      if (g_ascii_isupper (*p) && p != name)
        g_string_append_c (code, '-');
      g_string_append_c (code, g_ascii_tolower (*p));
    }
  return g_string_free (code, FALSE);
}

/* @error: as D-Bus brought it. Returns: (transfer full): the error that the application had. */
static GError *
understand (GError *error)
{
  g_autofree char *remote = g_dbus_error_get_remote_error (error);
  g_autofree char *code = NULL;
  BeckonProtocolError value;

  g_dbus_error_strip_remote_error (error);
  if (remote == NULL || !g_str_has_prefix (remote, ERROR_PREFIX))
    return g_error_copy (error);
  code = make_code (remote + strlen (ERROR_PREFIX));
  if (beckon_protocol_error_from_code (code, &value))
    return g_error_new_literal (BECKON_PROTOCOL_ERROR, value, error->message);
  if (g_str_equal (code, "not-connected"))
    return g_error_new_literal (BECKON_SIGNALING_ERROR, BECKON_SIGNALING_ERROR_NOT_CONNECTED,
                                error->message);
  return g_error_copy (error);
}

static BeckonCliExit
exit_for (const GError *error)
{
  if (g_error_matches (error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_BUSY_SELF))
    return BECKON_CLI_EXIT_BUSY;
  return beckon_cli_is_nobody (error) ? BECKON_CLI_EXIT_NO_INVITEE : BECKON_CLI_EXIT_ERROR;
}

/* ---- asking ---- */

static GVariant *
call (App *self, const char *interface, const char *method, GVariant *parameters, GError **error)
{
  /* Where it does not run there is nothing to answer. */
  const GDBusCallFlags flags = self->options->app == BECKON_CLI_APP_CALL
                                   ? G_DBUS_CALL_FLAGS_NONE
                                   : G_DBUS_CALL_FLAGS_NO_AUTO_START;

  return g_dbus_connection_call_sync (self->bus, self->name, self->path, interface, method,
                                      parameters, NULL, flags, G_MAXINT, NULL, error);
}

/* Returns: (transfer full) (nullable): all properties, a{sv}. */
static GVariant *
read_properties (App *self, GError **error)
{
  g_autoptr (GVariant) reply = call (self, "org.freedesktop.DBus.Properties", "GetAll",
                                     g_variant_new ("(s)", INTERFACE), error);

  return reply != NULL ? g_variant_get_child_value (reply, 0) : NULL;
}

static void
on_properties (GDBusConnection *bus,
               const char *sender,
               const char *path,
               const char *interface,
               const char *signal,
               GVariant *parameters,
               gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
}

static gboolean
on_late (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_CONTINUE;
}

/* Waits until the application is connected, or has had the time for it. */
static gboolean
await_connection (App *self, GError **error)
{
  gboolean changed = FALSE;
  gboolean late = FALSE;
  gboolean connected = FALSE;
  const guint subscription = g_dbus_connection_signal_subscribe (
      self->bus, self->name, "org.freedesktop.DBus.Properties", "PropertiesChanged", self->path,
      INTERFACE, G_DBUS_SIGNAL_FLAGS_NONE, on_properties, &changed, NULL);
  const guint source = g_timeout_add_seconds (SIGN_IN_SECONDS, on_late, &late);

  for (;;)
    {
      g_autoptr (GVariant) properties = read_properties (self, error);

      if (properties == NULL)
        break;
      g_variant_lookup (properties, "Connected", "b", &connected);
      for (changed = FALSE; !connected && !changed && !late;)
        g_main_context_iteration (NULL, TRUE);
      if (connected || late)
        break;
    }
  g_source_remove (source);
  g_dbus_connection_signal_unsubscribe (self->bus, subscription);
  if (!connected && late)
    g_set_error_literal (error, BECKON_SIGNALING_ERROR, BECKON_SIGNALING_ERROR_NOT_CONNECTED,
                         "Beckon is not connected to its server");
  return connected;
}

/* ---- doing ---- */

static gboolean
show_status (App *self, GError **error)
{
  g_autoptr (GVariant) all = read_properties (self, error);
  gboolean connected = FALSE, microphone = FALSE, camera = FALSE;
  const char *state = "", *id = "", *media = "", *peer = "", *name = "";

  if (all == NULL)
    return FALSE;
  g_variant_lookup (all, "Connected", "b", &connected);
  g_variant_lookup (all, "State", "&s", &state);
  g_variant_lookup (all, "CurrentCall", "&s", &id);
  g_variant_lookup (all, "Media", "&s", &media);
  g_variant_lookup (all, "PeerId", "&s", &peer);
  g_variant_lookup (all, "PeerName", "&s", &name);
  g_variant_lookup (all, "Microphone", "b", &microphone);
  g_variant_lookup (all, "Camera", "b", &camera);
  beckon_cli_output_event (&self->output, "status", "connected", g_variant_new_boolean (connected),
                           "state", g_variant_new_string (state), "call", g_variant_new_string (id),
                           "media", g_variant_new_string (media), "user",
                           g_variant_new_string (peer), "name", g_variant_new_string (name),
                           "microphone", g_variant_new_boolean (microphone), "camera",
                           g_variant_new_boolean (camera), NULL);
  return TRUE;
}

static gboolean
place_call (App *self, GError **error)
{
  g_autoptr (GVariant) reply = NULL;
  const char *id;

  if (!await_connection (self, error))
    return FALSE;
  reply = call (
      self, INTERFACE, "Call",
      g_variant_new ("(^ass)", self->options->users, beckon_media_to_string (self->options->media)),
      error);
  if (reply == NULL)
    return FALSE;
  g_variant_get (reply, "(&s)", &id);
  beckon_cli_output_event (&self->output, "calling", "call", g_variant_new_string (id), NULL);
  return TRUE;
}

static gboolean
ask (App *self, const char *method, GVariant *parameters, GError **error)
{
  g_autoptr (GVariant) reply = call (self, INTERFACE, method, parameters, error);

  return reply != NULL;
}

static gboolean
run (App *self, GError **error)
{
  switch (self->options->app)
    {
    case BECKON_CLI_APP_CALL:
      return place_call (self, error);
    case BECKON_CLI_APP_ANSWER:
      return ask (self, "Answer", g_variant_new ("(sb)", "", !self->options->without_camera),
                  error);
    case BECKON_CLI_APP_DECLINE:
      return ask (self, "Decline", g_variant_new ("(ss)", "", ""), error);
    case BECKON_CLI_APP_HANG_UP:
      return ask (self, "HangUp", g_variant_new ("(s)", ""), error);
    case BECKON_CLI_APP_MUTE:
    case BECKON_CLI_APP_UNMUTE:
      return ask (self, "SetMicrophone",
                  g_variant_new ("(b)", self->options->app == BECKON_CLI_APP_UNMUTE), error);
    case BECKON_CLI_APP_STATUS:
    default:
      return show_status (self, error);
    }
}

BeckonCliExit
beckon_cli_app_run (const BeckonCliOptions *options)
{
  g_auto (App) self = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) understood = NULL;

  set_up (&self, options);
  self.bus = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, &error);
  if (self.bus != NULL && run (&self, &error))
    return BECKON_CLI_EXIT_OK;
  understood = understand (error);
  beckon_cli_output_error (&self.output, understood);
  return exit_for (understood);
}
