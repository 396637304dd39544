/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "manners.h"

#include "media-pauser.h"
#include "sleep-guard.h"

#include <glib/gi18n.h>

#define MUTE "mute"
#define PUSH_TO_TALK "push-to-talk"

struct _BeckonManners
{
  GObject parent_instance;

  GtkApplication *application; /* borrowed: it owns us */

  /* Owned */
  GSettings *settings;
  BeckonCurrentCall *current;
  BeckonQuiet *quiet;
  BeckonMediaPauser *pauser;        /* nullable: there is no session bus */
  BeckonGlobalShortcuts *shortcuts; /* the same */
  BeckonSleepGuard *sleep_guard;    /* nullable: there is no system bus, or not yet */
  GCancellable *cancellable;
  char *begun; /* nullable: the call whose microphone is as the settings want it */

  guint inhibit_cookie;
  gboolean held;      /* the key to speak */
  gboolean held_from; /* how the microphone was before */
  gint told_dnd;      /* what the server knows: TRUE or FALSE; -1: perhaps what it was told last */
  gboolean telling;
  gboolean going_back; /* the settings of keys that were refused */
};

G_DEFINE_FINAL_TYPE (BeckonManners, beckon_manners, G_TYPE_OBJECT)

/* ---- players, sleep ---- */

static gboolean
is_in_call (BeckonManners *self)
{
  const BeckonCallState state = beckon_current_call_get_state (self->current);

  return state == BECKON_CALL_STATE_WAITING || state == BECKON_CALL_STATE_CALLING;
}

static void
update_players (BeckonManners *self)
{
  const gboolean rings =
      beckon_current_call_get_state (self->current) == BECKON_CALL_STATE_INCOMING &&
      !beckon_quiet_is_quiet (self->quiet);

  if (self->pauser != NULL)
    beckon_media_pauser_set_quiet (self->pauser,
                                   g_settings_get_boolean (self->settings, "pause-media") &&
                                       (rings || is_in_call (self)));
}

static void
update_inhibition (BeckonManners *self)
{
  if (is_in_call (self) && self->inhibit_cookie == 0)
    self->inhibit_cookie = gtk_application_inhibit (
        self->application, NULL, GTK_APPLICATION_INHIBIT_SUSPEND | GTK_APPLICATION_INHIBIT_IDLE,
        /* Translators: why the computer does not go to sleep by itself */
        _("You are in a call"));
  else if (!is_in_call (self) && self->inhibit_cookie != 0)
    {
      gtk_application_uninhibit (self->application, self->inhibit_cookie);
      self->inhibit_cookie = 0;
    }
}

static void
on_caught_up (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (BeckonManners) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!beckon_signaling_service_request_finish (BECKON_SIGNALING_SERVICE (source), result, &error))
    g_message ("The server may not know yet that we hung up: %s", error->message);
  if (self->sleep_guard != NULL)
    beckon_sleep_guard_release (self->sleep_guard);
}

/* Who closes the lid leaves nobody ringing, and nobody in a call with nobody. */
static void
on_sleeping (BeckonManners *self)
{
  BeckonCall *call = beckon_current_call_get (self->current);
  BeckonCallManager *manager = beckon_current_call_get_manager (self->current);

  if (call == NULL)
    {
      beckon_sleep_guard_release (self->sleep_guard);
      return;
    }
  beckon_call_hang_up (call);
  beckon_signaling_service_catch_up_async (beckon_call_manager_get_signaling (manager), NULL,
                                           on_caught_up, g_object_ref (self));
}

static void
on_system_bus (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) bus = g_bus_get_finish (result, &error);
  BeckonManners *self = user_data;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return; /* we are gone */
  if (bus == NULL)
    {
      g_debug ("There is no system bus: %s", error->message);
      return;
    }
  /* Translators: why the computer does not sleep yet: what Beckon does now */
  self->sleep_guard = beckon_sleep_guard_new (bus, _("Hanging up"));
  g_signal_connect_object (self->sleep_guard, "sleeping", G_CALLBACK (on_sleeping), self,
                           G_CONNECT_SWAPPED);
}

/* ---- the microphone ---- */

/* Who speaks while a key is held begins without being heard. */
static void
begin_call (BeckonManners *self)
{
  BeckonCall *call = beckon_current_call_get (self->current);
  const char *id = call != NULL ? beckon_call_get_id (call) : NULL;

  if (g_strcmp0 (self->begun, id) == 0)
    return;
  g_free (self->begun);
  self->begun = g_strdup (id);
  self->held = FALSE;
  if (call != NULL && self->shortcuts != NULL &&
      beckon_global_shortcuts_has (self->shortcuts, PUSH_TO_TALK) &&
      g_settings_get_boolean (self->settings, PUSH_TO_TALK))
    beckon_call_set_microphone (call, FALSE);
}

static void
on_pressed (BeckonManners *self, const char *id)
{
  BeckonCall *call = beckon_current_call_get (self->current);

  if (call == NULL || !is_in_call (self))
    return;
  if (g_str_equal (id, MUTE))
    beckon_call_set_microphone (call, !beckon_call_get_microphone (call));
  else if (g_str_equal (id, PUSH_TO_TALK) && !self->held)
    {
      self->held = TRUE;
      self->held_from = beckon_call_get_microphone (call);
      beckon_call_set_microphone (call, TRUE);
    }
}

static void
on_released (BeckonManners *self, const char *id)
{
  BeckonCall *call = beckon_current_call_get (self->current);

  if (!g_str_equal (id, PUSH_TO_TALK) || !self->held)
    return;
  self->held = FALSE;
  if (call != NULL)
    beckon_call_set_microphone (call, self->held_from);
}

static void
update_shortcuts (BeckonManners *self)
{
  const BeckonGlobalShortcut shortcuts[] = {
    /* Translators: what a key does that works in any window; imperative */
    { MUTE, _("Mute or unmute the microphone in a call"), "CTRL+ALT+m" },
    /* Translators: what a key does: one is heard while the key is held; imperative */
    { PUSH_TO_TALK, _("Speak while it is held"), "CTRL+ALT+space" },
  };

  if (self->shortcuts == NULL || self->going_back)
    return;
  if (g_settings_get_boolean (self->settings, "global-shortcuts") ||
      g_settings_get_boolean (self->settings, PUSH_TO_TALK))
    beckon_global_shortcuts_bind (self->shortcuts, shortcuts, G_N_ELEMENTS (shortcuts));
  else
    beckon_global_shortcuts_unbind (self->shortcuts);
}

/* Who was refused has not switched them on. */
static void
on_shortcuts_changed (BeckonManners *self)
{
  if (beckon_global_shortcuts_get_state (self->shortcuts) != BECKON_SHORTCUTS_REFUSED)
    return;
  self->going_back = TRUE; /* between the two it would ask again */
  g_settings_set_boolean (self->settings, "global-shortcuts", FALSE);
  g_settings_set_boolean (self->settings, PUSH_TO_TALK, FALSE);
  self->going_back = FALSE;
  beckon_global_shortcuts_unbind (self->shortcuts);
}

/* ---- presence ---- */

static void tell_presence (BeckonManners *self);

static void
on_presence_told (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (BeckonManners) self = user_data;
  g_autoptr (GError) error = NULL;

  self->telling = FALSE;
  if (beckon_signaling_service_request_finish (BECKON_SIGNALING_SERVICE (source), result, &error))
    tell_presence (self); /* it may have changed meanwhile */
  else
    {
      self->told_dnd = -1; /* told again when something changes */
      g_message ("The others were not told how we are: %s", error->message);
    }
}

static void
tell_presence (BeckonManners *self)
{
  BeckonCallManager *manager = beckon_current_call_get_manager (self->current);
  const gboolean dnd = g_settings_get_boolean (self->settings, "do-not-disturb");

  if (manager == NULL)
    self->told_dnd = -1; /* the server remembers what this device wanted when it was here last */
  if (self->telling || self->told_dnd == dnd || !beckon_current_call_is_connected (self->current))
    return;
  self->telling = TRUE;
  self->told_dnd = dnd;
  beckon_signaling_service_set_presence_async (beckon_call_manager_get_signaling (manager),
                                               dnd ? BECKON_PRESENCE_DND : BECKON_PRESENCE_ONLINE,
                                               NULL, on_presence_told, g_object_ref (self));
}

/* ---- the object ---- */

static void
update (BeckonManners *self)
{
  update_players (self);
  update_inhibition (self);
  begin_call (self);
  tell_presence (self);
}

static void
beckon_manners_dispose (GObject *object)
{
  BeckonManners *self = BECKON_MANNERS (object);

  g_cancellable_cancel (self->cancellable);
  if (self->pauser != NULL)
    beckon_media_pauser_set_quiet (self->pauser, FALSE);
  g_clear_object (&self->pauser);
  g_clear_object (&self->shortcuts);
  g_clear_object (&self->sleep_guard);
  g_clear_object (&self->current);
  g_clear_object (&self->quiet);
  g_clear_object (&self->settings);

  G_OBJECT_CLASS (beckon_manners_parent_class)->dispose (object);
}

static void
beckon_manners_finalize (GObject *object)
{
  BeckonManners *self = BECKON_MANNERS (object);

  g_object_unref (self->cancellable);
  g_free (self->begun);

  G_OBJECT_CLASS (beckon_manners_parent_class)->finalize (object);
}

static void
beckon_manners_class_init (BeckonMannersClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = beckon_manners_dispose;
  G_OBJECT_CLASS (klass)->finalize = beckon_manners_finalize;
}

static void
beckon_manners_init (BeckonManners *self)
{
  self->cancellable = g_cancellable_new ();
}

static void
follow_settings (BeckonManners *self)
{
  g_signal_connect_object (self->settings, "changed::pause-media", G_CALLBACK (update), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->settings, "changed::do-not-disturb", G_CALLBACK (update), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->settings, "changed::global-shortcuts",
                           G_CALLBACK (update_shortcuts), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->settings, "changed::" PUSH_TO_TALK, G_CALLBACK (update_shortcuts),
                           self, G_CONNECT_SWAPPED);
}

static void
follow_shortcuts (BeckonManners *self, GDBusConnection *bus)
{
  self->shortcuts = beckon_global_shortcuts_new (bus);
  g_signal_connect_object (self->shortcuts, "pressed", G_CALLBACK (on_pressed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->shortcuts, "released", G_CALLBACK (on_released), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->shortcuts, "changed", G_CALLBACK (on_shortcuts_changed), self,
                           G_CONNECT_SWAPPED);
  update_shortcuts (self);
}

BeckonManners *
beckon_manners_new (GtkApplication *application,
                    GSettings *settings,
                    BeckonCurrentCall *current,
                    BeckonQuiet *quiet)
{
  GDBusConnection *bus;
  BeckonManners *self;

  g_return_val_if_fail (GTK_IS_APPLICATION (application), NULL);
  g_return_val_if_fail (G_IS_SETTINGS (settings), NULL);
  g_return_val_if_fail (BECKON_IS_CURRENT_CALL (current), NULL);
  g_return_val_if_fail (BECKON_IS_QUIET (quiet), NULL);

  self = g_object_new (BECKON_TYPE_MANNERS, NULL);
  self->application = application;
  self->settings = g_object_ref (settings);
  self->current = g_object_ref (current);
  self->quiet = g_object_ref (quiet);
  follow_settings (self);
  g_signal_connect_object (current, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (quiet, "notify::quiet", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  bus = g_application_get_dbus_connection (G_APPLICATION (application));
  if (bus != NULL)
    {
      self->pauser = beckon_media_pauser_new (bus);
      follow_shortcuts (self, bus);
    }
  g_bus_get (G_BUS_TYPE_SYSTEM, self->cancellable, on_system_bus, self);
  update (self);
  return self;
}

BeckonGlobalShortcuts *
beckon_manners_get_shortcuts (BeckonManners *self)
{
  g_return_val_if_fail (BECKON_IS_MANNERS (self), NULL);

  return self->shortcuts;
}
