/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-desktop"

#include "config.h"

#include "global-shortcuts.h"

#include "portal.h"

#define SHORTCUTS "org.freedesktop.portal.GlobalShortcuts"
#define SESSION "org.freedesktop.portal.Session"

struct _BeckonGlobalShortcuts
{
  GObject parent_instance;

  /* Owned */
  GDBusConnection *bus;
  GCancellable *cancellable; /* nullable: nothing was asked */
  GVariant *wanted;          /* nullable: a(sa{sv}) */
  char *session;             /* nullable */

  GStrv bound; /* nullable: ids for which the desktop has keys */
  GCancellable *looking; /* of the question whether there is a portal */

  BeckonShortcutsState state;

  guint subscription;
};

G_DEFINE_FINAL_TYPE (BeckonGlobalShortcuts, beckon_global_shortcuts, G_TYPE_OBJECT)

enum
{
  PRESSED,
  RELEASED,
  CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* ---- what the desktop tells ---- */

static void
on_signal (GDBusConnection *bus,
           const char *sender,
           const char *path,
           const char *interface,
           const char *signal,
           GVariant *parameters,
           gpointer user_data)
{
  BeckonGlobalShortcuts *self = user_data;
  const char *session;
  const char *id;

  if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(osta{sv})")))
    return; /* ShortcutsChanged, say */
  g_variant_get_child (parameters, 0, "&o", &session);
  g_variant_get_child (parameters, 1, "&s", &id);
  if (g_strcmp0 (session, self->session) != 0)
    return;
  if (g_str_equal (signal, "Activated"))
    g_signal_emit (self, signals[PRESSED], 0, id);
  else if (g_str_equal (signal, "Deactivated"))
    g_signal_emit (self, signals[RELEASED], 0, id);
}

/* ---- asking ---- */

static void
set_state (BeckonGlobalShortcuts *self, BeckonShortcutsState state)
{
  self->state = state;
  g_signal_emit (self, signals[CHANGED], 0);
}

static gboolean
is_missing (const GError *error)
{
  return g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN) ||
         g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_NAME_HAS_NO_OWNER) ||
         g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_OBJECT) ||
         g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_INTERFACE) ||
         g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_METHOD) ||
         g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS); /* there is no such property */
}

/* What came of a question. A portal that did not answer, or could not, has not refused. */
static void
on_failed (BeckonGlobalShortcuts *self, GAsyncResult *result, const GError *error)
{
  GCancellable *cancellable = g_task_get_cancellable (G_TASK (result));

  if (cancellable != self->cancellable || g_cancellable_is_cancelled (cancellable))
    return; /* they are not wanted any more */
  g_message ("The desktop gives us no keys: %s", error->message);
  if (is_missing (error))
    set_state (self, BECKON_SHORTCUTS_MISSING);
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    set_state (self, BECKON_SHORTCUTS_REFUSED);
  else
    set_state (self, BECKON_SHORTCUTS_FAILED);
}

/* Whoever was asked may have given keys for some of it only. */
static GStrv
read_ids (GVariant *results)
{
  g_autoptr (GStrvBuilder) ids = g_strv_builder_new ();
  g_autoptr (GVariantIter) shortcuts = NULL;
  const char *id;

  if (g_variant_lookup (results, "shortcuts", "a(sa{sv})", &shortcuts))
    while (g_variant_iter_loop (shortcuts, "(&s@a{sv})", &id, NULL))
      g_strv_builder_add (ids, id);
  return g_strv_builder_end (ids);
}

static void
on_bound (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (BeckonGlobalShortcuts) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) results = beckon_portal_request_finish (result, &error);

  if (results == NULL)
    {
      on_failed (self, result, error);
      return;
    }
  g_strfreev (self->bound);
  self->bound = read_ids (results);
  set_state (self, BECKON_SHORTCUTS_THERE);
}

static void
on_session (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (BeckonGlobalShortcuts) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) results = beckon_portal_request_finish (result, &error);
  GVariantDict options;
  const char *session;

  if (results == NULL)
    {
      on_failed (self, result, error);
      return;
    }
  /* A string by the portal's letter, and a path in some. */
  if (self->wanted == NULL ||
      (!g_variant_lookup (results, "session_handle", "&s", &session) &&
       !g_variant_lookup (results, "session_handle", "&o", &session)) ||
      !g_variant_is_object_path (session))
    return;
  g_free (self->session);
  self->session = g_strdup (session);
  g_variant_dict_init (&options, NULL);
  beckon_portal_request_async (self->bus, SHORTCUTS, "BindShortcuts",
                               g_variant_new ("(o@a(sa{sv})s)", session, self->wanted, ""),
                               &options, self->cancellable, on_bound, g_object_ref (self));
}

static void
ask (BeckonGlobalShortcuts *self)
{
  g_autofree char *token = beckon_portal_new_token ();
  GVariantDict options;

  g_variant_dict_init (&options, NULL);
  g_variant_dict_insert (&options, "session_handle_token", "s", token);
  beckon_portal_request_async (self->bus, SHORTCUTS, "CreateSession", g_variant_new ("()"),
                               &options, self->cancellable, on_session, g_object_ref (self));
}

static GVariant *
describe (const BeckonGlobalShortcut *shortcuts, guint n)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(sa{sv})"));
  for (guint i = 0; i < n; i++)
    {
      GVariantDict dict;

      g_variant_dict_init (&dict, NULL);
      g_variant_dict_insert (&dict, "description", "s", shortcuts[i].description);
      g_variant_dict_insert (&dict, "preferred_trigger", "s", shortcuts[i].trigger);
      g_variant_builder_add (&builder, "(s@a{sv})", shortcuts[i].id, g_variant_dict_end (&dict));
    }
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

static void
give_back (BeckonGlobalShortcuts *self)
{
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->wanted, g_variant_unref);
  if (self->session != NULL)
    g_dbus_connection_call (self->bus, BECKON_PORTAL_NAME, self->session, SESSION, "Close", NULL,
                            NULL, G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, NULL, NULL, NULL);
  g_clear_pointer (&self->session, g_free);
  g_clear_pointer (&self->bound, g_strfreev);
}

/* ---- the object ---- */

static void
beckon_global_shortcuts_dispose (GObject *object)
{
  BeckonGlobalShortcuts *self = BECKON_GLOBAL_SHORTCUTS (object);

  if (self->bus != NULL)
    {
      g_cancellable_cancel (self->looking);
      g_clear_object (&self->looking);
      give_back (self);
      g_dbus_connection_signal_unsubscribe (self->bus, self->subscription);
    }
  g_clear_object (&self->bus);

  G_OBJECT_CLASS (beckon_global_shortcuts_parent_class)->dispose (object);
}

static void
beckon_global_shortcuts_class_init (BeckonGlobalShortcutsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = beckon_global_shortcuts_dispose;

  signals[PRESSED] = g_signal_new ("pressed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[RELEASED] = g_signal_new ("released", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                    NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 0);
}

static void
beckon_global_shortcuts_init (BeckonGlobalShortcuts *self)
{
}

BeckonGlobalShortcuts *
beckon_global_shortcuts_new (GDBusConnection *bus)
{
  BeckonGlobalShortcuts *self;

  g_return_val_if_fail (G_IS_DBUS_CONNECTION (bus), NULL);

  self = g_object_new (BECKON_TYPE_GLOBAL_SHORTCUTS, NULL);
  self->bus = g_object_ref (bus);
  self->subscription = g_dbus_connection_signal_subscribe (
      bus, BECKON_PORTAL_NAME, SHORTCUTS, NULL, BECKON_PORTAL_PATH, NULL, G_DBUS_SIGNAL_FLAGS_NONE,
      on_signal, self, NULL);
  return self;
}

void
beckon_global_shortcuts_bind (BeckonGlobalShortcuts *self,
                              const BeckonGlobalShortcut *shortcuts,
                              guint n)
{
  g_return_if_fail (BECKON_IS_GLOBAL_SHORTCUTS (self));
  g_return_if_fail (shortcuts != NULL && n > 0);

  give_back (self);
  if (self->state == BECKON_SHORTCUTS_REFUSED || self->state == BECKON_SHORTCUTS_FAILED)
    set_state (self, BECKON_SHORTCUTS_UNKNOWN);
  self->wanted = describe (shortcuts, n);
  self->cancellable = g_cancellable_new ();
  ask (self);
}

void
beckon_global_shortcuts_unbind (BeckonGlobalShortcuts *self)
{
  gboolean were_bound;

  g_return_if_fail (BECKON_IS_GLOBAL_SHORTCUTS (self));

  were_bound = self->bound != NULL;
  give_back (self);
  if (were_bound)
    g_signal_emit (self, signals[CHANGED], 0);
}

static void
on_looked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  BeckonGlobalShortcuts *self = user_data;
  gboolean was_missing;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return; /* we are gone */
  g_clear_object (&self->looking);
  was_missing = self->state == BECKON_SHORTCUTS_MISSING;
  if (self->state != BECKON_SHORTCUTS_UNKNOWN && !was_missing)
    return; /* it was asked for keys meanwhile */
  if (reply != NULL)
    set_state (self, BECKON_SHORTCUTS_THERE);
  else if (is_missing (error) && !was_missing)
    set_state (self, BECKON_SHORTCUTS_MISSING);
  if (reply != NULL && was_missing && self->wanted != NULL)
    ask (self);
}

void
beckon_global_shortcuts_look (BeckonGlobalShortcuts *self)
{
  g_return_if_fail (BECKON_IS_GLOBAL_SHORTCUTS (self));

  if ((self->state != BECKON_SHORTCUTS_UNKNOWN && self->state != BECKON_SHORTCUTS_MISSING) ||
      self->looking != NULL)
    return;
  self->looking = g_cancellable_new ();
  g_dbus_connection_call (self->bus, BECKON_PORTAL_NAME, BECKON_PORTAL_PATH,
                          "org.freedesktop.DBus.Properties", "Get",
                          g_variant_new ("(ss)", SHORTCUTS, "version"), G_VARIANT_TYPE ("(v)"),
                          G_DBUS_CALL_FLAGS_NONE, -1, self->looking, on_looked, self);
}

BeckonShortcutsState
beckon_global_shortcuts_get_state (BeckonGlobalShortcuts *self)
{
  g_return_val_if_fail (BECKON_IS_GLOBAL_SHORTCUTS (self), BECKON_SHORTCUTS_UNKNOWN);

  return self->state;
}

gboolean
beckon_global_shortcuts_is_bound (BeckonGlobalShortcuts *self)
{
  g_return_val_if_fail (BECKON_IS_GLOBAL_SHORTCUTS (self), FALSE);

  return self->bound != NULL;
}

gboolean
beckon_global_shortcuts_has (BeckonGlobalShortcuts *self, const char *id)
{
  g_return_val_if_fail (BECKON_IS_GLOBAL_SHORTCUTS (self), FALSE);
  g_return_val_if_fail (id != NULL, FALSE);

  return self->bound != NULL && g_strv_contains ((const char *const *) self->bound, id);
}
