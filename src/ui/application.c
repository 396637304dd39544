/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "application.h"

#include "about.h"
#include "account.h"
#include "autostart.h"
#include "call-intents.h"
#include "call-presenter.h"
#include "camera-access.h"
#include "clock-format.h"
#include "dialogs.h"
#include "home-window.h"
#include "identifiers.h"
#include "link-question.h"
#include "manners.h"
#include "media-session.h"
#include "options.h"
#include "portal.h"
#include "remote-control.h"
#include "session-watch.h"
#include "toolkit.h"
#include "unattended.h"
#include "video-sink.h"

#include <glib-unix.h>
#include <glib/gi18n.h>

#define SCHEMA_ID APPLICATION_ID
#define SETTINGS_PATH "/org/beckon/Beckon/"

/* From the connection until its lists are there and drawn; and from the start, without a connection. */
#define CALM_MS 400
#define CALM_ALONE_S 3

struct _BeckonApplication
{
  AdwApplication parent_instance;

  /* Owned */
  BeckonOptions *options;
  BeckonAccount *account;         /* nullable: until the startup */
  BeckonCallPresenter *presenter; /* nullable: the same, and so are those below */
  BeckonCallIntents *intents;
  BeckonManners *manners;
  BeckonAutostart *autostart;
  BeckonUnattended *unattended;
  BeckonSessionWatch *session; /* nullable: also where there is no session bus */
  GThread *prewarm;
  BeckonCurrentCall *current;
  BeckonRemoteControl *remote;

  GtkWidget *question; /* weak: about a link */

  guint term_source;
  guint int_source;
  guint calm_source; /* the first moments are over then */
  int status;
  gboolean connected; /* once */
  gboolean holding;   /* an account is signed in */
  gboolean quitting;  /* saying bye */
  gboolean down;      /* it has been said, or it took too long */
};

G_DEFINE_FINAL_TYPE (BeckonApplication, beckon_application, ADW_TYPE_APPLICATION)

/* ---- the end ---- */

static void
on_shut_down (GObject *source, GAsyncResult *result, gpointer user_data)
{
  BeckonApplication *self = user_data;

  beckon_account_shutdown_finish (BECKON_ACCOUNT (source), result, NULL);
  self->down = TRUE;
  if (self->session != NULL)
    beckon_session_watch_release (self->session);
  g_application_release (G_APPLICATION (self));
  g_application_quit (G_APPLICATION (self));
  g_object_unref (self);
}

static void
quit (BeckonApplication *self)
{
  if (self->quitting)
    return;
  self->quitting = TRUE;
  g_application_hold (G_APPLICATION (self));
  for (GList *l = gtk_application_get_windows (GTK_APPLICATION (self)); l != NULL; l = l->next)
    gtk_widget_set_visible (l->data, FALSE);
  beckon_account_shutdown_async (self->account, on_shut_down, g_object_ref (self));
}

static gboolean
on_unix_signal (gpointer user_data)
{
  quit (user_data);
  return G_SOURCE_CONTINUE;
}

/* Newer releases of GTK quit by themselves when the session ends, in the middle of a call. */
static void
beckon_application_shutdown (GApplication *application)
{
  BeckonApplication *self = BECKON_APPLICATION (application);

  if (self->account != NULL)
    quit (self);
  while (self->quitting && !self->down)
    g_main_context_iteration (NULL, TRUE);
  G_APPLICATION_CLASS (beckon_application_parent_class)->shutdown (application);
}

/* ---- the home window ---- */

static GtkWindow *
find_home_window (BeckonApplication *self)
{
  for (GList *l = gtk_application_get_windows (GTK_APPLICATION (self)); l != NULL; l = l->next)
    if (BECKON_IS_HOME_WINDOW (l->data))
      return l->data;
  return NULL;
}

static GtkWindow *
present_home_window (BeckonApplication *self)
{
  GtkWindow *window = find_home_window (self);

  if (window == NULL)
    {
      window = GTK_WINDOW (beckon_home_window_new (GTK_APPLICATION (self), self->account,
                                                   self->autostart));
      beckon_home_window_set_shortcuts (BECKON_HOME_WINDOW (window),
                                        beckon_manners_get_shortcuts (self->manners));
    }
  gtk_window_present (window);
  return window;
}

/* ---- actions ---- */

static void
on_accept (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  BeckonApplication *self = user_data;

  beckon_call_intents_accept (self->intents, g_variant_get_string (parameter, NULL), TRUE);
}

static void
on_accept_without_camera (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  BeckonApplication *self = user_data;

  beckon_call_intents_accept (self->intents, g_variant_get_string (parameter, NULL), FALSE);
}

static void
on_decline (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  BeckonApplication *self = user_data;

  beckon_call_intents_decline (self->intents, g_variant_get_string (parameter, NULL));
}

static void
on_call (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  BeckonApplication *self = user_data;
  const char *user;
  const char *word;
  BeckonMedia media;

  g_variant_get (parameter, "(&s&s)", &user, &word);
  if (beckon_user_id_is_valid (user) && beckon_media_from_string (word, &media))
    beckon_call_intents_call (self->intents, user, media);
}

static void
on_call_back (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  BeckonApplication *self = user_data;
  const char *server;
  const char *account;
  const char *user;
  const char *word;
  BeckonMedia media;

  g_variant_get (parameter, "(&s&s&s&s)", &server, &account, &user, &word);
  if (beckon_user_id_is_valid (user) && beckon_media_from_string (word, &media))
    beckon_call_intents_call_back (self->intents, server, account, user, media);
}

static void
on_hang_up (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  BeckonApplication *self = user_data;
  BeckonCall *call = beckon_current_call_get (self->current);

  if (call != NULL)
    beckon_call_hang_up (call);
}

static void
on_mute (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  BeckonApplication *self = user_data;
  BeckonCall *call = beckon_current_call_get (self->current);

  if (call != NULL)
    beckon_call_set_microphone (call, !beckon_call_get_microphone (call));
}

static void
on_home (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  BeckonApplication *self = user_data;

  if (!self->quitting)
    present_home_window (self);
}

static void
on_return_to_call (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  BeckonApplication *self = user_data;

  beckon_call_presenter_present_call (self->presenter);
}

static void
on_quit (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  quit (user_data);
}

static void
on_about (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  beckon_show_about (gtk_application_get_active_window (user_data));
}

static void
on_shortcuts (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  beckon_show_shortcuts (gtk_application_get_active_window (user_data));
}

static const GActionEntry actions[] = {
  { "accept", on_accept, "s", NULL, NULL, { 0 } },
  { "accept-without-camera", on_accept_without_camera, "s", NULL, NULL, { 0 } },
  { "decline", on_decline, "s", NULL, NULL, { 0 } },
  { "call", on_call, "(ss)", NULL, NULL, { 0 } },
  { "call-back", on_call_back, "(ssss)", NULL, NULL, { 0 } },
  { "hang-up", on_hang_up, NULL, NULL, NULL, { 0 } },
  { "mute", on_mute, NULL, NULL, NULL, { 0 } },
  { "return-to-call", on_return_to_call, NULL, NULL, NULL, { 0 } },
  { "home", on_home, NULL, NULL, NULL, { 0 } },
  { "quit", on_quit, NULL, NULL, NULL, { 0 } },
  { "about", on_about, NULL, NULL, NULL, { 0 } },
  { "shortcuts", on_shortcuts, NULL, NULL, NULL, { 0 } },
};

/* ---- the start ---- */

static void
on_signed_in (BeckonApplication *self)
{
  gboolean signed_in = beckon_account_is_signed_in (self->account);

  if (self->holding == signed_in)
    return;
  self->holding = signed_in;
  if (signed_in)
    {
      g_application_hold (G_APPLICATION (self));
      beckon_autostart_ask (self->autostart, _("Calls are to come in while no window is open"));
    }
  else
    {
      if (!self->quitting)
        beckon_unattended_say_signed_out (self->unattended);
      g_application_release (G_APPLICATION (self));
    }
}

/* The first call finds the devices looked for, and all that it needs loaded. */
static gboolean
on_calm (gpointer user_data)
{
  BeckonApplication *self = user_data;

  self->calm_source = 0;
  beckon_device_list_start (beckon_device_settings_get_list (self->options->media->devices));
  self->prewarm = beckon_media_prewarm ();
  return G_SOURCE_REMOVE;
}

/* What comes with the connection wants to be drawn first. */
static void
on_current (BeckonApplication *self)
{
  if (self->prewarm != NULL || self->connected ||
      !beckon_current_call_is_connected (self->current))
    return;
  self->connected = TRUE;
  g_source_remove (self->calm_source);
  self->calm_source = g_timeout_add (CALM_MS, on_calm, self);
}

static void
on_manager (BeckonApplication *self)
{
  beckon_current_call_set_manager (self->current, beckon_account_get_manager (self->account));
}

static GSettings *
open_settings (BeckonApplication *self)
{
  g_autofree char *path = NULL;

  if (*self->options->profile == '\0')
    return g_settings_new_with_path (SCHEMA_ID, SETTINGS_PATH);
  path = g_strconcat (SETTINGS_PATH "profiles/", self->options->profile, "/", NULL);
  return g_settings_new_with_path (SCHEMA_ID, path);
}

/* The schema is missing when the application runs from a build directory without its environment.
 */
static gboolean
has_schema (void)
{
  GSettingsSchemaSource *source = g_settings_schema_source_get_default ();
  g_autoptr (GSettingsSchema) schema = NULL;

  if (source != NULL)
    schema = g_settings_schema_source_lookup (source, SCHEMA_ID, TRUE);
  return schema != NULL;
}

static gboolean
prepare (BeckonApplication *self)
{
  g_autoptr (GError) error = NULL;

  if (!has_schema ())
    {
      g_printerr (_("The settings schema %s is not installed; in a build directory, set "
                     "GSETTINGS_SCHEMA_DIR\n"),
                  SCHEMA_ID);
      return FALSE;
    }
  /* Never on a thread beside GTK: both register fundamental types, whose numbers GLib does not give out
   * atomically, and a frame rate that is taken for an event is a crash. */
  if (!beckon_media_init (NULL, NULL, &error))
    {
      g_printerr ("%s\n", error->message);
      return FALSE;
    }
  self->options->media->video_sink = g_strdup (beckon_video_sink_register ());
  return TRUE;
}

static void
set_up_devices (BeckonApplication *self, GSettings *settings)
{
  static const char *const names[] = { "camera",
                                       "microphone",
                                       "speaker",
                                       "ringer",
                                       "echo-cancellation",
                                       "noise-suppression",
                                       "gain-control",
                                       "volume" };
  BeckonDeviceSettings *devices = beckon_device_settings_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_settings_bind (settings, names[i], devices, names[i], G_SETTINGS_BIND_DEFAULT);
  if (beckon_camera_access_is_needed ())
    beckon_camera_access_set_up (beckon_device_settings_get_list (devices));
  self->options->media->devices = devices;
}

static void
sign_in (BeckonApplication *self)
{
  const BeckonOptions *options = self->options;

  if (options->server == NULL)
    {
      beckon_account_restore (self->account);
      return;
    }
  beckon_account_start (
      self->account,
      &(BeckonCredentials){
          .server = options->server,
          .user = options->user,
          .password = options->password,
          .name = options->name,
          .create = options->create ? BECKON_ACCOUNT_CREATE_IF_MISSING : BECKON_ACCOUNT_CREATE_NOT,
      });
}

static void
on_notice (BeckonApplication *self, const char *sentence)
{
  GtkWindow *home = find_home_window (self);

  if (home != NULL)
    beckon_home_window_say (BECKON_HOME_WINDOW (home), sentence);
}

/* What the person has asked for cannot be done: that is said, with a window or without one. */
static void
on_failed (BeckonApplication *self, const char *sentence)
{
  if (!self->quitting)
    beckon_home_window_say (BECKON_HOME_WINDOW (present_home_window (self)), sentence);
}

static void
tie_to_desktop (BeckonApplication *self, GSettings *settings)
{
  GApplication *application = G_APPLICATION (self);
  GDBusConnection *bus = g_application_get_dbus_connection (application);
  const gboolean first = *self->options->profile == '\0';
  const char *const command[] = { BINDIR "/beckon", "--background", first ? NULL : "--profile",
                                  self->options->profile, NULL };
  g_autoptr (BeckonQuiet) quiet = beckon_quiet_new (bus, settings);

  self->unattended = beckon_unattended_new (GTK_APPLICATION (self), self->account);
  g_signal_connect_object (self->account, "notify::manager", G_CALLBACK (on_manager), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->current, "changed", G_CALLBACK (on_current), self,
                           G_CONNECT_SWAPPED);
  self->presenter = beckon_call_presenter_new (GTK_APPLICATION (self), self->account, quiet);
  self->intents =
      beckon_call_intents_new (application, self->account, self->current, self->presenter);
  self->manners = beckon_manners_new (GTK_APPLICATION (self), settings, self->current, quiet);
  self->autostart =
      beckon_autostart_new (beckon_portals_are_ours () ? bus : NULL, settings,
                            /* Translators: name of the application */
                            g_application_get_application_id (application), _("Beckon"), command);
  if (bus != NULL)
    {
      beckon_clock_format_follow (beckon_clock_format_get_default (), bus);
      self->session =
          beckon_session_watch_new (bus, g_application_get_application_id (application));
      g_signal_connect_object (self->session, "ending", G_CALLBACK (quit), self, G_CONNECT_SWAPPED);
    }
  g_signal_connect_object (self->presenter, "notice", G_CALLBACK (on_notice), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->intents, "failed", G_CALLBACK (on_failed), self,
                           G_CONNECT_SWAPPED);
}

static void
beckon_application_startup (GApplication *application)
{
  BeckonApplication *self = BECKON_APPLICATION (application);
  g_autoptr (GSettings) settings = NULL;

  G_APPLICATION_CLASS (beckon_application_parent_class)->startup (application);

  if (!prepare (self))
    {
      self->status = 1;
      g_application_quit (application);
      return;
    }
  gtk_window_set_default_icon_name (APPLICATION_ID);
  beckon_name_menu_items ();
  g_action_map_add_action_entries (G_ACTION_MAP (self), actions, G_N_ELEMENTS (actions), self);
  gtk_application_set_accels_for_action (GTK_APPLICATION (self), "app.quit",
                                         (const char *const[]){ "<Control>q", NULL });
  gtk_application_set_accels_for_action (GTK_APPLICATION (self), "app.shortcuts",
                                         (const char *const[]){ "<Control>question", NULL });
  self->term_source = g_unix_signal_add (SIGTERM, on_unix_signal, self);
  self->int_source = g_unix_signal_add (SIGINT, on_unix_signal, self);

  settings = open_settings (self);
  set_up_devices (self, settings);
  self->account = beckon_account_new (self->options->profile, settings, self->options->media);
  tie_to_desktop (self, settings);
  self->calm_source = g_timeout_add_seconds (CALM_ALONE_S, on_calm, self);
  g_signal_connect_object (self->account, "notify::signed-in", G_CALLBACK (on_signed_in), self,
                           G_CONNECT_SWAPPED);
  sign_in (self);
}

static void
beckon_application_activate (GApplication *application)
{
  BeckonApplication *self = BECKON_APPLICATION (application);

  if (self->account == NULL || self->quitting || beckon_call_presenter_present (self->presenter))
    return;
  if (!self->options->background)
    {
      present_home_window (self);
      return;
    }
  self->options->background = FALSE; /* whoever activates it from now on wants to see it */
  if (!beckon_account_is_signed_in (self->account))
    beckon_unattended_say_signed_out (self->unattended);
}

/* ---- links ---- */

static void
beckon_application_open (GApplication *application, GFile **files, int n, const char *hint)
{
  BeckonApplication *self = BECKON_APPLICATION (application);
  g_autofree char *uri = g_file_get_uri (files[n - 1]);
  g_autoptr (BeckonCallLink) link = beckon_call_link_parse (uri, NULL);
  g_autofree char *obstacle = NULL;
  GtkWindow *home;

  if (self->account == NULL || self->quitting)
    return;
  home = present_home_window (self);
  obstacle = beckon_link_question_get_obstacle (self->account, link);
  if (obstacle != NULL)
    {
      beckon_home_window_say (BECKON_HOME_WINDOW (home), obstacle);
      return;
    }
  if (self->question != NULL)
    beckon_dialog_close (self->question); /* the last one counts */
  g_set_weak_pointer (&self->question, beckon_link_question_new (home, self->current, link));
  beckon_dialog_present (self->question, home);
}

/* ---- over D-Bus ---- */

static gboolean
beckon_application_dbus_register (GApplication *application,
                                  GDBusConnection *bus,
                                  const char *path,
                                  GError **error)
{
  return G_APPLICATION_CLASS (beckon_application_parent_class)
             ->dbus_register (application, bus, path, error) &&
         beckon_remote_control_export (BECKON_APPLICATION (application)->remote, bus, path, error);
}

static void
beckon_application_dbus_unregister (GApplication *application,
                                    GDBusConnection *bus,
                                    const char *path)
{
  BeckonApplication *self = BECKON_APPLICATION (application);

  if (self->remote != NULL)
    beckon_remote_control_unexport (self->remote);
  G_APPLICATION_CLASS (beckon_application_parent_class)->dbus_unregister (application, bus, path);
}

/* ---- the object ---- */

/* The profile decides the application's id, and that has to stand before it is registered. */
static int
beckon_application_handle_local_options (GApplication *application, GVariantDict *dict)
{
  BeckonApplication *self = BECKON_APPLICATION (application);
  g_autoptr (GError) error = NULL;

  self->options = beckon_options_new (dict, &error);
  if (self->options == NULL)
    {
      g_printerr ("%s\n", error->message);
      return 2;
    }
  if (*self->options->profile != '\0')
    {
      g_autofree char *id = g_strconcat (APPLICATION_ID ".", self->options->profile, NULL);

      g_application_set_application_id (application, id);
    }
  if (!self->options->background)
    return -1;
  /* To bring a window to the person who asked for none would be the other's answer. */
  if (!g_application_register (application, NULL, &error))
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  return g_application_get_is_remote (application) ? 0 : -1;
}

static void
beckon_application_dispose (GObject *object)
{
  BeckonApplication *self = BECKON_APPLICATION (object);

  g_clear_handle_id (&self->term_source, g_source_remove);
  g_clear_handle_id (&self->int_source, g_source_remove);
  g_clear_handle_id (&self->calm_source, g_source_remove);
  g_clear_weak_pointer (&self->question);
  g_clear_object (&self->session);
  g_clear_object (&self->autostart);
  g_clear_object (&self->unattended);
  g_clear_object (&self->intents);
  g_clear_object (&self->manners);
  g_clear_object (&self->presenter);
  g_clear_object (&self->remote);
  g_clear_object (&self->current);
  g_clear_object (&self->account);
  g_clear_pointer (&self->prewarm, g_thread_join);

  G_OBJECT_CLASS (beckon_application_parent_class)->dispose (object);
}

static void
beckon_application_finalize (GObject *object)
{
  BeckonApplication *self = BECKON_APPLICATION (object);

  g_clear_pointer (&self->options, beckon_options_free);

  G_OBJECT_CLASS (beckon_application_parent_class)->finalize (object);
}

static void
beckon_application_class_init (BeckonApplicationClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  object_class->dispose = beckon_application_dispose;
  object_class->finalize = beckon_application_finalize;
  application_class->startup = beckon_application_startup;
  application_class->shutdown = beckon_application_shutdown;
  application_class->activate = beckon_application_activate;
  application_class->open = beckon_application_open;
  application_class->dbus_register = beckon_application_dbus_register;
  application_class->dbus_unregister = beckon_application_dbus_unregister;
  application_class->handle_local_options = beckon_application_handle_local_options;
}

static void
beckon_application_init (BeckonApplication *self)
{
  beckon_options_describe (G_APPLICATION (self));
  self->current = beckon_current_call_new ();
  self->remote = beckon_remote_control_new (self->current);
}

BeckonApplication *
beckon_application_new (void)
{
  return g_object_new (BECKON_TYPE_APPLICATION, "application-id", APPLICATION_ID, "flags",
                       G_APPLICATION_HANDLES_OPEN, "resource-base-path", "/org/beckon/Beckon",
                       NULL);
}

int
beckon_application_get_status (BeckonApplication *self)
{
  g_return_val_if_fail (BECKON_IS_APPLICATION (self), 1);

  return self->status;
}
