/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-desktop"

#include "config.h"

#include "session-watch.h"

#include "portal.h"

#define INHIBIT "org.freedesktop.portal.Inhibit"

/* Session managers that speak GNOME's language, each under a name of its own. */
typedef struct
{
  const char *name;
  const char *path;
  const char *interface;
  const char *client; /* the interface of a client's object */
} Manager;

static const Manager managers[] = {
  { "org.gnome.SessionManager", "/org/gnome/SessionManager", "org.gnome.SessionManager",
    "org.gnome.SessionManager.ClientPrivate" },
  { "org.xfce.SessionManager", "/org/xfce/SessionManager", "org.xfce.Session.Manager",
    "org.xfce.Session.Client" },
};

/* What the portal says of the session. */
enum
{
  STATE_QUERY_END = 2,
  STATE_ENDING,
};

struct _BeckonSessionWatch
{
  GObject parent_instance;

  /* Owned */
  GDBusConnection *bus;
  GCancellable *cancellable;
  char *application_id;
  char *path; /* nullable: our object at the manager, or the portal's session */

  guint manager; /* that is asked, or that has us; G_N_ELEMENTS (managers): the portal */
  guint subscription;
  gboolean ending; /* told */
  gboolean waited; /* for our answer */
};

G_DEFINE_FINAL_TYPE (BeckonSessionWatch, beckon_session_watch, G_TYPE_OBJECT)

enum
{
  ENDING,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
end (BeckonSessionWatch *self)
{
  if (self->ending)
    return;
  self->ending = TRUE;
  g_signal_emit (self, signals[ENDING], 0);
}

/* ---- the portal ---- */

static void
on_state (GDBusConnection *bus,
          const char *sender,
          const char *path,
          const char *interface,
          const char *signal,
          GVariant *parameters,
          gpointer user_data)
{
  BeckonSessionWatch *self = user_data;
  g_autoptr (GVariant) state = NULL;
  const char *session;
  guint32 value = 0;

  if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(oa{sv})")))
    return;
  g_variant_get (parameters, "(&o@a{sv})", &session, &state);
  if (!g_str_equal (session, self->path))
    return;
  g_variant_lookup (state, "session-state", "u", &value);
  if (value == STATE_QUERY_END)
    g_dbus_connection_call (bus, BECKON_PORTAL_NAME, BECKON_PORTAL_PATH, INHIBIT,
                            "QueryEndResponse", g_variant_new ("(o)", self->path), NULL,
                            G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, NULL, NULL, NULL);
  else if (value == STATE_ENDING)
    end (self);
}

static void
on_monitor (GObject *source, GAsyncResult *result, gpointer user_data)
{
  BeckonSessionWatch *self;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) results = beckon_portal_request_finish (result, &error);
  const char *session;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return; /* we are gone */
  if (results == NULL)
    {
      g_debug ("Nobody tells us when the session ends: %s", error->message);
      return;
    }
  /* A string by the portal's letter, and a path in some. */
  if ((!g_variant_lookup (results, "session_handle", "&s", &session) &&
       !g_variant_lookup (results, "session_handle", "&o", &session)) ||
      !g_variant_is_object_path (session))
    return;
  self = user_data;
  self->path = g_strdup (session);
  self->subscription = g_dbus_connection_signal_subscribe (
      self->bus, BECKON_PORTAL_NAME, INHIBIT, "StateChanged", BECKON_PORTAL_PATH, NULL,
      G_DBUS_SIGNAL_FLAGS_NONE, on_state, self, NULL);
}

static void
ask_portal (BeckonSessionWatch *self)
{
  g_autofree char *token = beckon_portal_new_token ();
  GVariantDict options;

  g_variant_dict_init (&options, NULL);
  g_variant_dict_insert (&options, "session_handle_token", "s", token);
  beckon_portal_request_async (self->bus, INHIBIT, "CreateMonitor", g_variant_new ("(s)", ""),
                               &options, self->cancellable, on_monitor, self);
}

/* ---- a session manager ---- */

static void
respond (BeckonSessionWatch *self)
{
  const Manager *manager = &managers[self->manager];

  /* That we agree, and so there is no reason why not. */
  g_dbus_connection_call (self->bus, manager->name, self->path, manager->client,
                          "EndSessionResponse", g_variant_new ("(bs)", TRUE, ""), NULL,
                          G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, NULL, NULL, NULL);
}

static void
on_client_signal (GDBusConnection *bus,
                  const char *sender,
                  const char *path,
                  const char *interface,
                  const char *signal,
                  GVariant *parameters,
                  gpointer user_data)
{
  BeckonSessionWatch *self = user_data;

  if (g_str_equal (signal, "QueryEndSession"))
    respond (self);
  else if (g_str_equal (signal, "EndSession"))
    {
      self->waited = TRUE;
      end (self);
    }
  else if (g_str_equal (signal, "Stop")) /* nobody waits any more */
    end (self);
}

static void register_client (BeckonSessionWatch *self);

static void
on_registered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  BeckonSessionWatch *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return; /* we are gone */
  if (reply == NULL)
    {
      g_debug ("%s: %s", managers[self->manager].name, error->message);
      self->manager++;
      register_client (self);
      return;
    }
  g_variant_get (reply, "(o)", &self->path);
  self->subscription = g_dbus_connection_signal_subscribe (
      self->bus, managers[self->manager].name, managers[self->manager].client, NULL, self->path,
      NULL, G_DBUS_SIGNAL_FLAGS_NONE, on_client_signal, self, NULL);
}

static void
register_client (BeckonSessionWatch *self)
{
  if (self->manager == G_N_ELEMENTS (managers))
    ask_portal (self);
  else
    g_dbus_connection_call (self->bus, managers[self->manager].name, managers[self->manager].path,
                            managers[self->manager].interface, "RegisterClient",
                            g_variant_new ("(ss)", self->application_id, ""),
                            G_VARIANT_TYPE ("(o)"), G_DBUS_CALL_FLAGS_NO_AUTO_START, -1,
                            self->cancellable, on_registered, self);
}

/* ---- the object ---- */

static void
beckon_session_watch_dispose (GObject *object)
{
  BeckonSessionWatch *self = BECKON_SESSION_WATCH (object);

  g_cancellable_cancel (self->cancellable);
  if (self->subscription != 0)
    g_dbus_connection_signal_unsubscribe (self->bus, self->subscription);
  self->subscription = 0;

  G_OBJECT_CLASS (beckon_session_watch_parent_class)->dispose (object);
}

static void
beckon_session_watch_finalize (GObject *object)
{
  BeckonSessionWatch *self = BECKON_SESSION_WATCH (object);

  g_clear_object (&self->cancellable);
  g_clear_object (&self->bus);
  g_free (self->application_id);
  g_free (self->path);

  G_OBJECT_CLASS (beckon_session_watch_parent_class)->finalize (object);
}

static void
beckon_session_watch_class_init (BeckonSessionWatchClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = beckon_session_watch_dispose;
  G_OBJECT_CLASS (klass)->finalize = beckon_session_watch_finalize;

  signals[ENDING] = g_signal_new ("ending", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 0);
}

static void
beckon_session_watch_init (BeckonSessionWatch *self)
{
  self->cancellable = g_cancellable_new ();
}

BeckonSessionWatch *
beckon_session_watch_new (GDBusConnection *bus, const char *application_id)
{
  BeckonSessionWatch *self;

  g_return_val_if_fail (G_IS_DBUS_CONNECTION (bus), NULL);
  g_return_val_if_fail (application_id != NULL, NULL);

  self = g_object_new (BECKON_TYPE_SESSION_WATCH, NULL);
  self->bus = g_object_ref (bus);
  self->application_id = g_strdup (application_id);
  self->manager = beckon_portals_are_ours () ? G_N_ELEMENTS (managers) : 0;
  register_client (self);
  return self;
}

void
beckon_session_watch_release (BeckonSessionWatch *self)
{
  g_return_if_fail (BECKON_IS_SESSION_WATCH (self));

  if (self->waited)
    respond (self);
  self->waited = FALSE;
}
