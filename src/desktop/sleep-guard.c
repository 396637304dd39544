/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-desktop"

#include "config.h"

#include "sleep-guard.h"

#include <gio/gunixfdlist.h>

#include <unistd.h>

#define NAME "org.freedesktop.login1"
#define OBJECT_PATH "/org/freedesktop/login1"
#define MANAGER "org.freedesktop.login1.Manager"

struct _BeckonSleepGuard
{
  GObject parent_instance;

  /* Owned */
  GDBusConnection *bus;
  GCancellable *cancellable;
  char *why;

  guint subscription;
  int lock; /* -1: none */
  gboolean sleeping;
};

G_DEFINE_FINAL_TYPE (BeckonSleepGuard, beckon_sleep_guard, G_TYPE_OBJECT)

enum
{
  SLEEPING,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
close_lock (BeckonSleepGuard *self)
{
  if (self->lock >= 0)
    close (self->lock);
  self->lock = -1;
}

static void
on_lock (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GUnixFDList) files = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_with_unix_fd_list_finish (
      G_DBUS_CONNECTION (source), &files, result, &error);
  BeckonSleepGuard *self = user_data;
  int index;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return; /* we are gone */
  if (reply == NULL)
    {
      g_debug ("Nobody tells us when the computer sleeps: %s", error->message);
      return;
    }
  g_variant_get (reply, "(h)", &index);
  close_lock (self);
  if (files != NULL && index < g_unix_fd_list_get_length (files))
    self->lock = g_unix_fd_list_get (files, index, NULL);
  if (self->sleeping)
    close_lock (self); /* it came too late to hold anything up */
}

static void
take_lock (BeckonSleepGuard *self)
{
  g_dbus_connection_call_with_unix_fd_list (
      self->bus, NAME, OBJECT_PATH, MANAGER, "Inhibit",
      g_variant_new ("(ssss)", "sleep", g_get_application_name (), self->why, "delay"),
      G_VARIANT_TYPE ("(h)"), G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, NULL, self->cancellable, on_lock,
      self);
}

static void
on_prepare (GDBusConnection *bus,
            const char *sender,
            const char *path,
            const char *interface,
            const char *signal,
            GVariant *parameters,
            gpointer user_data)
{
  BeckonSleepGuard *self = user_data;

  if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(b)")))
    return;
  g_variant_get (parameters, "(b)", &self->sleeping);
  if (self->sleeping)
    g_signal_emit (self, signals[SLEEPING], 0);
  else
    take_lock (self);
}

static void
beckon_sleep_guard_dispose (GObject *object)
{
  BeckonSleepGuard *self = BECKON_SLEEP_GUARD (object);

  g_cancellable_cancel (self->cancellable);
  if (self->subscription != 0)
    g_dbus_connection_signal_unsubscribe (self->bus, self->subscription);
  self->subscription = 0;
  close_lock (self);

  G_OBJECT_CLASS (beckon_sleep_guard_parent_class)->dispose (object);
}

static void
beckon_sleep_guard_finalize (GObject *object)
{
  BeckonSleepGuard *self = BECKON_SLEEP_GUARD (object);

  g_clear_object (&self->cancellable);
  g_clear_object (&self->bus);
  g_free (self->why);

  G_OBJECT_CLASS (beckon_sleep_guard_parent_class)->finalize (object);
}

static void
beckon_sleep_guard_class_init (BeckonSleepGuardClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = beckon_sleep_guard_dispose;
  G_OBJECT_CLASS (klass)->finalize = beckon_sleep_guard_finalize;

  signals[SLEEPING] = g_signal_new ("sleeping", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                    NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
beckon_sleep_guard_init (BeckonSleepGuard *self)
{
  self->lock = -1;
  self->cancellable = g_cancellable_new ();
}

BeckonSleepGuard *
beckon_sleep_guard_new (GDBusConnection *bus, const char *why)
{
  BeckonSleepGuard *self;

  g_return_val_if_fail (G_IS_DBUS_CONNECTION (bus), NULL);
  g_return_val_if_fail (why != NULL, NULL);

  self = g_object_new (BECKON_TYPE_SLEEP_GUARD, NULL);
  self->bus = g_object_ref (bus);
  self->why = g_strdup (why);
  self->subscription =
      g_dbus_connection_signal_subscribe (bus, NAME, MANAGER, "PrepareForSleep", OBJECT_PATH, NULL,
                                          G_DBUS_SIGNAL_FLAGS_NONE, on_prepare, self, NULL);
  take_lock (self);
  return self;
}

void
beckon_sleep_guard_release (BeckonSleepGuard *self)
{
  g_return_if_fail (BECKON_IS_SLEEP_GUARD (self));

  /* After the wake-up it is the one for the next time. */
  if (self->sleeping)
    close_lock (self);
}
