/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-desktop"

#include "config.h"

#include "current-call.h"

struct _BeckonCurrentCall
{
  GObject parent_instance;

  /* Owned */
  BeckonCallManager *manager; /* nullable */
  GSignalGroup *manager_signals;
  GSignalGroup *signaling_signals;
  GSignalGroup *call_signals;
};

G_DEFINE_FINAL_TYPE (BeckonCurrentCall, beckon_current_call, G_TYPE_OBJECT)

enum
{
  CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
changed (BeckonCurrentCall *self)
{
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
on_current_call (BeckonCurrentCall *self)
{
  g_signal_group_set_target (self->call_signals,
                             beckon_call_manager_get_current_call (self->manager));
  changed (self);
}

static void
beckon_current_call_dispose (GObject *object)
{
  BeckonCurrentCall *self = BECKON_CURRENT_CALL (object);

  g_clear_object (&self->call_signals);
  g_clear_object (&self->signaling_signals);
  g_clear_object (&self->manager_signals);
  g_clear_object (&self->manager);

  G_OBJECT_CLASS (beckon_current_call_parent_class)->dispose (object);
}

static void
beckon_current_call_class_init (BeckonCurrentCallClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = beckon_current_call_dispose;

  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 0);
}

static void
beckon_current_call_init (BeckonCurrentCall *self)
{
  static const char *const of_call[] = { "notify::state", "notify::microphone", "notify::camera" };

  self->manager_signals = g_signal_group_new (BECKON_TYPE_CALL_MANAGER);
  g_signal_group_connect_object (self->manager_signals, "notify::current-call",
                                 G_CALLBACK (on_current_call), self, G_CONNECT_SWAPPED);
  self->signaling_signals = g_signal_group_new (BECKON_TYPE_SIGNALING_SERVICE);
  g_signal_group_connect_object (self->signaling_signals, "notify::state", G_CALLBACK (changed),
                                 self, G_CONNECT_SWAPPED);
  self->call_signals = g_signal_group_new (BECKON_TYPE_CALL);
  for (guint i = 0; i < G_N_ELEMENTS (of_call); i++)
    g_signal_group_connect_object (self->call_signals, of_call[i], G_CALLBACK (changed), self,
                                   G_CONNECT_SWAPPED);
}

BeckonCurrentCall *
beckon_current_call_new (void)
{
  return g_object_new (BECKON_TYPE_CURRENT_CALL, NULL);
}

void
beckon_current_call_set_manager (BeckonCurrentCall *self, BeckonCallManager *manager)
{
  g_return_if_fail (BECKON_IS_CURRENT_CALL (self));

  if (!g_set_object (&self->manager, manager))
    return;
  g_signal_group_set_target (self->manager_signals, manager);
  g_signal_group_set_target (self->signaling_signals,
                             manager != NULL ? beckon_call_manager_get_signaling (manager) : NULL);
  g_signal_group_set_target (
      self->call_signals, manager != NULL ? beckon_call_manager_get_current_call (manager) : NULL);
  changed (self);
}

BeckonCallManager *
beckon_current_call_get_manager (BeckonCurrentCall *self)
{
  g_return_val_if_fail (BECKON_IS_CURRENT_CALL (self), NULL);

  return self->manager;
}

BeckonCall *
beckon_current_call_get (BeckonCurrentCall *self)
{
  BeckonCall *call;

  g_return_val_if_fail (BECKON_IS_CURRENT_CALL (self), NULL);

  call = self->manager != NULL ? beckon_call_manager_get_current_call (self->manager) : NULL;
  return call != NULL && beckon_call_get_state (call) != BECKON_CALL_STATE_FREE ? call : NULL;
}

BeckonCallState
beckon_current_call_get_state (BeckonCurrentCall *self)
{
  BeckonCall *call = beckon_current_call_get (self);

  return call != NULL ? beckon_call_get_state (call) : BECKON_CALL_STATE_FREE;
}

gboolean
beckon_current_call_is_connected (BeckonCurrentCall *self)
{
  g_return_val_if_fail (BECKON_IS_CURRENT_CALL (self), FALSE);

  return self->manager != NULL &&
         beckon_signaling_service_get_state (beckon_call_manager_get_signaling (self->manager)) ==
             BECKON_SIGNALING_CONNECTED;
}
