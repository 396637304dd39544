/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "fake-call.h"

struct _BeckonCallManager
{
  GObject parent_instance;

  BeckonSignalingService *signaling;
  BeckonCall *current;
  BeckonCallSnapshot *other;
  GTask *invite;
  GTask *join;
  guint n_invites;
  gboolean silenced;
};

G_DEFINE_FINAL_TYPE (BeckonCallManager, beckon_call_manager, G_TYPE_OBJECT)

static void
beckon_call_manager_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  g_assert_not_reached ();
}

/* Settings of media, of which there is none here. */
static void
beckon_call_manager_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
}

static void
beckon_call_manager_dispose (GObject *object)
{
  BeckonCallManager *self = BECKON_CALL_MANAGER (object);

  g_assert_true (self->invite == NULL && self->join == NULL);
  g_clear_object (&self->current);
  g_clear_pointer (&self->other, beckon_call_snapshot_free);
  g_clear_object (&self->signaling);

  G_OBJECT_CLASS (beckon_call_manager_parent_class)->dispose (object);
}

static void
beckon_call_manager_class_init (BeckonCallManagerClass *klass)
{
  G_OBJECT_CLASS (klass)->get_property = beckon_call_manager_get_property;
  G_OBJECT_CLASS (klass)->set_property = beckon_call_manager_set_property;
  G_OBJECT_CLASS (klass)->dispose = beckon_call_manager_dispose;
  g_object_class_install_property (
      G_OBJECT_CLASS (klass), 1,
      g_param_spec_object ("current-call", NULL, NULL, BECKON_TYPE_CALL,
                           G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS));
  g_object_class_install_property (
      G_OBJECT_CLASS (klass), 2,
      g_param_spec_boxed ("other-call", NULL, NULL, BECKON_TYPE_CALL_SNAPSHOT,
                          G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS));
  g_object_class_install_property (G_OBJECT_CLASS (klass), 3,
                                   g_param_spec_string ("preconnect", NULL, NULL, NULL,
                                                        G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS));
  g_object_class_install_property (
      G_OBJECT_CLASS (klass), 4,
      g_param_spec_boolean ("relay-only", NULL, NULL, FALSE,
                            G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS));
  g_object_class_install_property (
      G_OBJECT_CLASS (klass), 5,
      g_param_spec_uint ("bandwidth", NULL, NULL, 0, G_MAXUINT, 0,
                         G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS));
  g_signal_new ("incoming-call", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                G_TYPE_NONE, 1, BECKON_TYPE_CALL);
  g_signal_new ("missed-call", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                G_TYPE_NONE, 2, BECKON_TYPE_USER, BECKON_TYPE_MEDIA);
}

static void
beckon_call_manager_init (BeckonCallManager *self)
{
}

BeckonCallManager *
beckon_call_manager_new (BeckonSignalingService *signaling, const BeckonMediaConfig *config)
{
  BeckonCallManager *self = g_object_new (BECKON_TYPE_CALL_MANAGER, NULL);

  self->signaling = g_object_ref (signaling);
  return self;
}

BeckonSignalingService *
beckon_call_manager_get_signaling (BeckonCallManager *self)
{
  return self->signaling;
}

BeckonCall *
beckon_call_manager_get_current_call (BeckonCallManager *self)
{
  return self->current;
}

const BeckonCallSnapshot *
beckon_call_manager_get_other_call (BeckonCallManager *self)
{
  return self->other;
}

void
fake_manager_set_other (BeckonCallManager *self, BeckonCallSnapshot *other)
{
  g_clear_pointer (&self->other, beckon_call_snapshot_free);
  self->other = other;
  g_object_notify (G_OBJECT (self), "other-call");
}

void
beckon_call_manager_silence (BeckonCallManager *self)
{
  self->silenced = TRUE;
}

gboolean
fake_manager_is_silenced (BeckonCallManager *self)
{
  return self->silenced;
}

void
fake_manager_set_current (BeckonCallManager *self, BeckonCall *call)
{
  g_set_object (&self->current, call);
  g_object_notify (G_OBJECT (self), "current-call");
  if (call != NULL && call->state == BECKON_CALL_STATE_INCOMING)
    g_signal_emit_by_name (self, "incoming-call", call);
}

void
beckon_call_manager_invite_async (BeckonCallManager *self,
                                  const char *const *invitees,
                                  BeckonMedia media,
                                  guint timeout,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  g_assert_null (self->invite);
  self->invite = g_task_new (self, cancellable, callback, user_data);
  self->n_invites++;
}

BeckonCall *
beckon_call_manager_invite_finish (BeckonCallManager *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

guint
fake_manager_get_n_invites (BeckonCallManager *self)
{
  return self->n_invites;
}

/* @task: (transfer full) */
static void
finish_placing (BeckonCallManager *self, GTask *task, BeckonCall *call, GError *error)
{
  g_assert_nonnull (task);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    {
      fake_manager_set_current (self, call);
      g_task_return_pointer (task, g_object_ref (call), g_object_unref);
    }
  g_object_unref (task);
}

void
fake_manager_finish_invite (BeckonCallManager *self, BeckonCall *call, GError *error)
{
  finish_placing (self, g_steal_pointer (&self->invite), call, error);
}

void
beckon_call_manager_join_async (BeckonCallManager *self,
                                const char *call,
                                gboolean with_camera,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  g_assert_null (self->join);
  g_assert_cmpstr (call, ==, self->other->call);
  self->join = g_task_new (self, cancellable, callback, user_data);
}

BeckonCall *
beckon_call_manager_join_finish (BeckonCallManager *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

BeckonDeviceSettings *
beckon_call_manager_get_devices (BeckonCallManager *self)
{
  return NULL;
}

void
fake_manager_finish_join (BeckonCallManager *self, BeckonCall *call, GError *error)
{
  finish_placing (self, g_steal_pointer (&self->join), call, error);
}

static void
on_signed_out (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;

  beckon_signaling_service_sign_out_finish (BECKON_SIGNALING_SERVICE (source), result, NULL);
  g_task_return_boolean (task, TRUE);
}

void
beckon_call_manager_shutdown_async (BeckonCallManager *self,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);

  if (self->current != NULL)
    beckon_call_hang_up (self->current);
  beckon_signaling_service_sign_out_async (self->signaling, on_signed_out, task);
}

gboolean
beckon_call_manager_shutdown_finish (BeckonCallManager *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
