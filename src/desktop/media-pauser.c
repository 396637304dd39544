/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-desktop"

#include "config.h"

#include "media-pauser.h"

#include "portal.h"

#define NAME_PREFIX "org.mpris.MediaPlayer2."
#define OBJECT_PATH "/org/mpris/MediaPlayer2"
#define PLAYER "org.mpris.MediaPlayer2.Player"
#define PROPERTIES "org.freedesktop.DBus.Properties"

struct _BeckonMediaPauser
{
  GObject parent_instance;

  /* Owned */
  GDBusConnection *bus;
  GHashTable *paused; /* by us: unique name → the subscription to its properties, as pointer */
  GCancellable *cancellable;

  gboolean quiet;
  guint n_turns; /* how often that has changed */
};

G_DEFINE_FINAL_TYPE (BeckonMediaPauser, beckon_media_pauser, G_TYPE_OBJECT)

/* What is asked of one player. */
typedef struct
{
  BeckonMediaPauser *pauser;
  char *owner; /* its unique name: who takes its other name later is somebody else */
  guint turn;  /* what it is asked for: of an earlier call, or of its end, nobody wants to know */
} Question;

static Question *
question_new (BeckonMediaPauser *pauser, const char *owner)
{
  Question *question = g_new0 (Question, 1);

  question->pauser = g_object_ref (pauser);
  question->owner = g_strdup (owner);
  question->turn = pauser->n_turns;
  return question;
}

static void
question_free (Question *question)
{
  g_object_unref (question->pauser);
  g_free (question->owner);
  g_free (question);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Question, question_free)

static void
forget (BeckonMediaPauser *self, const char *owner)
{
  gpointer subscription = g_hash_table_lookup (self->paused, owner);

  if (subscription == NULL)
    return;
  g_dbus_connection_signal_unsubscribe (self->bus, GPOINTER_TO_UINT (subscription));
  g_hash_table_remove (self->paused, owner);
}

/* Whoever plays or has stopped since then was told so by somebody else. */
static void
on_properties (GDBusConnection *bus,
               const char *sender,
               const char *path,
               const char *interface,
               const char *signal,
               GVariant *parameters,
               gpointer user_data)
{
  g_autoptr (GVariant) changed = NULL;
  const char *status;

  if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(sa{sv}as)")))
    return;
  changed = g_variant_get_child_value (parameters, 1);
  if (g_variant_lookup (changed, "PlaybackStatus", "&s", &status) &&
      g_strcmp0 (status, "Paused") != 0)
    forget (user_data, sender);
}

static void
tell (BeckonMediaPauser *self, const char *owner, const char *method)
{
  g_dbus_connection_call (self->bus, owner, OBJECT_PATH, PLAYER, method, NULL, NULL,
                          G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, NULL, NULL, NULL);
}

static void
pause_player (BeckonMediaPauser *self, const char *owner)
{
  guint subscription = g_dbus_connection_signal_subscribe (
      self->bus, owner, PROPERTIES, "PropertiesChanged", OBJECT_PATH, PLAYER,
      G_DBUS_SIGNAL_FLAGS_NONE, on_properties, self, NULL);

  g_hash_table_insert (self->paused, g_strdup (owner), GUINT_TO_POINTER (subscription));
  tell (self, owner, "Pause");
}

/* ---- what it does now ---- */

static void
take_status (BeckonMediaPauser *self, const char *owner, const char *status)
{
  const gboolean ours = g_hash_table_contains (self->paused, owner);

  if (self->quiet && !ours && g_str_equal (status, "Playing"))
    pause_player (self, owner);
  if (self->quiet || !ours)
    return;
  forget (self, owner);
  if (g_str_equal (status, "Paused"))
    tell (self, owner, "Play");
}

static void
on_status (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Question) question = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  g_autoptr (GVariant) value = NULL;

  if (reply != NULL)
    g_variant_get (reply, "(v)", &value);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (question->turn != question->pauser->n_turns)
    return; /* it may have been answered before our own “Pause” came, as “Playing” */
  if (value != NULL && g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    take_status (question->pauser, question->owner, g_variant_get_string (value, NULL));
  else if (!question->pauser->quiet)
    forget (question->pauser, question->owner); /* it has gone */
}

static void
ask_status (BeckonMediaPauser *self, const char *owner)
{
  g_dbus_connection_call (self->bus, owner, OBJECT_PATH, PROPERTIES, "Get",
                          g_variant_new ("(ss)", PLAYER, "PlaybackStatus"), G_VARIANT_TYPE ("(v)"),
                          G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, self->cancellable, on_status,
                          question_new (self, owner));
}

/* ---- who there is ---- */

static void
on_owner (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (BeckonMediaPauser) self = user_data;
  g_autoptr (GVariant) reply =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, NULL);
  const char *owner;

  if (reply == NULL || !self->quiet)
    return;
  g_variant_get (reply, "(&s)", &owner);
  ask_status (self, owner);
}

static void
ask_bus (BeckonMediaPauser *self,
         const char *method,
         GVariant *parameters,
         const char *reply,
         GAsyncReadyCallback callback)
{
  g_dbus_connection_call (self->bus, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                          "org.freedesktop.DBus", method, parameters, G_VARIANT_TYPE (reply),
                          G_DBUS_CALL_FLAGS_NONE, -1, self->cancellable, callback,
                          g_object_ref (self));
}

static void
on_names (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (BeckonMediaPauser) self = user_data;
  g_autoptr (GVariant) reply =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, NULL);
  g_autofree const char **names = NULL;

  if (reply == NULL || !self->quiet)
    return;
  g_variant_get (reply, "(^a&s)", &names);
  for (guint i = 0; names[i] != NULL; i++)
    if (g_str_has_prefix (names[i], NAME_PREFIX))
      ask_bus (self, "GetNameOwner", g_variant_new ("(s)", names[i]), "(s)", on_owner);
}

/* ---- the object ---- */

static void
beckon_media_pauser_dispose (GObject *object)
{
  BeckonMediaPauser *self = BECKON_MEDIA_PAUSER (object);

  g_cancellable_cancel (self->cancellable);
  if (self->paused != NULL)
    {
      g_autoptr (GList) owners = g_hash_table_get_keys (self->paused);

      for (GList *l = owners; l != NULL; l = l->next)
        {
          g_autofree char *owner = g_strdup (l->data);

          forget (self, owner);
        }
    }

  G_OBJECT_CLASS (beckon_media_pauser_parent_class)->dispose (object);
}

static void
beckon_media_pauser_finalize (GObject *object)
{
  BeckonMediaPauser *self = BECKON_MEDIA_PAUSER (object);

  g_clear_pointer (&self->paused, g_hash_table_unref);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->bus);

  G_OBJECT_CLASS (beckon_media_pauser_parent_class)->finalize (object);
}

static void
beckon_media_pauser_class_init (BeckonMediaPauserClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = beckon_media_pauser_dispose;
  G_OBJECT_CLASS (klass)->finalize = beckon_media_pauser_finalize;
}

static void
beckon_media_pauser_init (BeckonMediaPauser *self)
{
  self->paused = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->cancellable = g_cancellable_new ();
}

BeckonMediaPauser *
beckon_media_pauser_new (GDBusConnection *bus)
{
  BeckonMediaPauser *self;

  g_return_val_if_fail (G_IS_DBUS_CONNECTION (bus), NULL);

  self = g_object_new (BECKON_TYPE_MEDIA_PAUSER, NULL);
  self->bus = g_object_ref (bus);
  return self;
}

void
beckon_media_pauser_set_quiet (BeckonMediaPauser *self, gboolean quiet)
{
  g_autoptr (GList) owners = NULL;

  g_return_if_fail (BECKON_IS_MEDIA_PAUSER (self));

  if (self->quiet == quiet)
    return;
  self->quiet = quiet;
  self->n_turns++;
  if (quiet)
    {
      ask_bus (self, "ListNames", NULL, "(as)", on_names);
      return;
    }
  owners = g_hash_table_get_keys (self->paused);
  for (GList *l = owners; l != NULL; l = l->next)
    ask_status (self, l->data);
}

gboolean
beckon_media_pauser_is_possible (void)
{
  return beckon_sandbox_may_talk ("/.flatpak-info", NAME_PREFIX "*");
}
