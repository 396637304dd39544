/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-call"

#include "config.h"

#include "call-manager.h"
#include "call-private.h"
#include "ringer.h"

#define SHUTDOWN_MS 3000

struct _BeckonCallManager
{
  GObject parent_instance;

  /* Owned */
  BeckonSignalingService *signaling;
  BeckonMediaConfig *config;
  BeckonCall *current;     /* nullable */
  BeckonRinger *ringer;    /* nullable: no tones wanted */
  BeckonInvitation *early; /* nullable: came while our own invite was under way */
  GTask *shutdown;

  guint shutdown_source;
  guint closing; /* calls that are over and whose media is not closed yet */
  gboolean inviting;
};

enum
{
  PROP_0,
  PROP_CURRENT_CALL,
  PROP_BUSY,
  N_PROPS
};
enum
{
  INCOMING_CALL,
  MISSED_CALL,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (BeckonCallManager, beckon_call_manager, G_TYPE_OBJECT)

static void
missed (BeckonCallManager *self, const BeckonUser *from, BeckonMedia media)
{
  g_signal_emit (self, signals[MISSED_CALL], 0, from, media);
}

static void
set_current (BeckonCallManager *self, BeckonCall *call)
{
  if (!g_set_object (&self->current, call))
    return;
  if (self->ringer != NULL && call != NULL)
    beckon_ringer_follow (self->ringer, call);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CURRENT_CALL]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_BUSY]);
}

static void
finish_shutdown (BeckonCallManager *self)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->shutdown);

  g_clear_handle_id (&self->shutdown_source, g_source_remove);
  if (task != NULL)
    g_task_return_boolean (task, TRUE);
}

static void
on_signed_out (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (BeckonCallManager) self = user_data;

  finish_shutdown (self);
}

/* Goes on with the shutdown, if there is one, once nothing is left to close. */
static void
continue_shutdown (BeckonCallManager *self)
{
  if (self->shutdown != NULL && self->closing == 0)
    beckon_signaling_service_sign_out_async (self->signaling, on_signed_out, g_object_ref (self));
}

static void
on_call_closed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (BeckonCallManager) self = user_data;

  g_assert (self->closing > 0);
  self->closing--;
  continue_shutdown (self);
}

static void
on_call_ended (BeckonCall *call, GParamSpec *pspec, gpointer user_data)
{
  BeckonCallManager *self = user_data;
  const BeckonCallEnd end = beckon_call_get_end (call);
  g_autoptr (BeckonCall) held = g_object_ref (call);

  self->closing++;
  beckon_call_wait_closed_async (call, on_call_closed, g_object_ref (self));
  if (self->current == call)
    set_current (self, NULL);
  if (!beckon_call_is_outgoing (call) &&
      (end == BECKON_CALL_END_MISSED || end == BECKON_CALL_END_PEER_CANCELLED))
    missed (self, g_ptr_array_index (beckon_call_get_members (call), 0),
            beckon_call_get_media (call));
}

static void
adopt (BeckonCallManager *self, BeckonCall *call)
{
  g_assert (self->current == NULL);
  g_signal_connect_object (call, "notify::end", G_CALLBACK (on_call_ended), self, 0);
  set_current (self, call);
}

static void
on_busy_told (GObject *source, GAsyncResult *result, gpointer unused)
{
  g_autoptr (GError) error = NULL;

  if (!beckon_signaling_service_request_finish (BECKON_SIGNALING_SERVICE (source), result, &error))
    g_debug ("A caller was not told that we are busy: %s", error->message);
}

static void
say_busy (BeckonCallManager *self, const BeckonInvitation *invitation)
{
  beckon_signaling_service_reject_async (self->signaling, invitation->call, BECKON_REJECT_BUSY,
                                         NULL, NULL, on_busy_told, NULL);
  missed (self, invitation->from, invitation->media);
}

static void
ring (BeckonCallManager *self, const BeckonInvitation *invitation)
{
  g_autoptr (BeckonCall) call = beckon_call_new_incoming (self->signaling, self->config,
                                                          invitation);

  adopt (self, call);
  g_signal_emit (self, signals[INCOMING_CALL], 0, call);
}

static void
on_invitation (BeckonSignalingService *service, const BeckonInvitation *invitation,
               BeckonCallManager *self)
{
  if (self->current != NULL && g_str_equal (beckon_call_get_id (self->current), invitation->call))
    return; /* told again after a reconnection */

  if (invitation->remaining <= 0)
    missed (self, invitation->from, invitation->media);
  else if (self->current != NULL || self->shutdown != NULL || self->early != NULL)
    say_busy (self, invitation);
  else if (self->inviting)
    self->early = beckon_invitation_copy (invitation);
  else
    ring (self, invitation);
}

/* It was withdrawn before we could ring. */
static void
on_early_over (BeckonSignalingService *service, const char *call, BeckonCallManager *self)
{
  g_autoptr (BeckonInvitation) early = NULL;

  if (self->early == NULL || g_strcmp0 (self->early->call, call) != 0)
    return;
  early = g_steal_pointer (&self->early);
  missed (self, early->from, early->media);
}

static void
on_early_cancelled (BeckonSignalingService *service, const char *call, const char *by,
                    const char *data, BeckonCallManager *self)
{
  on_early_over (service, call, self);
}

static void
on_early_ended (BeckonSignalingService *service, const char *call, const char *reason,
                gint64 duration, BeckonCallManager *self)
{
  on_early_over (service, call, self);
}

BeckonCallManager *
beckon_call_manager_new (BeckonSignalingService *signaling, const BeckonMediaConfig *config)
{
  BeckonCallManager *self;

  g_return_val_if_fail (BECKON_IS_SIGNALING_SERVICE (signaling), NULL);
  g_return_val_if_fail (config != NULL, NULL);

  self = g_object_new (BECKON_TYPE_CALL_MANAGER, NULL);
  self->signaling = g_object_ref (signaling);
  self->config = beckon_media_config_copy (config);
  g_signal_connect_object (signaling, "invitation-received", G_CALLBACK (on_invitation), self, 0);
  g_signal_connect_object (signaling, "invitation-cancelled", G_CALLBACK (on_early_cancelled), self,
                           0);
  g_signal_connect_object (signaling, "invitation-timeout", G_CALLBACK (on_early_over), self, 0);
  g_signal_connect_object (signaling, "call-ended", G_CALLBACK (on_early_ended), self, 0);
  return self;
}

BeckonSignalingService *
beckon_call_manager_get_signaling (BeckonCallManager *self)
{
  g_return_val_if_fail (BECKON_IS_CALL_MANAGER (self), NULL);

  return self->signaling;
}

BeckonCall *
beckon_call_manager_get_current_call (BeckonCallManager *self)
{
  g_return_val_if_fail (BECKON_IS_CALL_MANAGER (self), NULL);

  return self->current;
}

gboolean
beckon_call_manager_is_busy (BeckonCallManager *self)
{
  g_return_val_if_fail (BECKON_IS_CALL_MANAGER (self), FALSE);

  return self->current != NULL &&
         beckon_call_state_is_busy (beckon_call_get_state (self->current));
}

void
beckon_call_manager_set_tones (BeckonCallManager *self, gboolean tones)
{
  g_return_if_fail (BECKON_IS_CALL_MANAGER (self));

  if (!tones)
    g_clear_object (&self->ringer);
  else if (self->ringer == NULL)
    self->ringer = beckon_ringer_new ();
}

void
beckon_call_manager_silence (BeckonCallManager *self)
{
  g_return_if_fail (BECKON_IS_CALL_MANAGER (self));

  if (self->ringer != NULL)
    beckon_ringer_silence (self->ringer);
}

/* ---- placing a call ---- */

typedef struct
{
  GStrv invitees;
  BeckonMedia media;
} Invite;

static void
invite_free (Invite *invite)
{
  g_strfreev (invite->invitees);
  g_free (invite);
}

/* One invitee who cannot be invited is a plainer reason than "nobody could be". */
static void
on_invited (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  BeckonCallManager *self = g_task_get_source_object (task);
  Invite *invite = g_task_get_task_data (task);
  g_autoptr (BeckonInvitation) early = g_steal_pointer (&self->early);
  GError *error = NULL;
  g_autoptr (BeckonInviteResult) invited = beckon_signaling_service_invite_finish (
      BECKON_SIGNALING_SERVICE (source), result, &error);
  BeckonCall *call;

  self->inviting = FALSE;
  if (invited == NULL)
    {
      if (early != NULL)
        ring (self, early);
      g_task_return_error (task, error);
      return;
    }
  call = beckon_call_new_outgoing (self->signaling, self->config, invited,
                                   (const char *const *) invite->invitees, invite->media);
  adopt (self, call);
  if (early != NULL)
    say_busy (self, early);
  if (self->shutdown != NULL)
    beckon_call_hang_up (call);
  g_task_return_pointer (task, call, g_object_unref);
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
  g_autoptr (GTask) task = NULL;
  Invite *invite;

  g_return_if_fail (BECKON_IS_CALL_MANAGER (self));
  g_return_if_fail (invitees != NULL && invitees[0] != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, beckon_call_manager_invite_async);
  if (self->current != NULL || self->inviting || self->shutdown != NULL)
    {
      g_task_return_new_error (task, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_BUSY_SELF,
                               "There is a call already");
      return;
    }
  invite = g_new0 (Invite, 1);
  invite->invitees = g_strdupv ((char **) invitees);
  invite->media = media;
  g_task_set_task_data (task, invite, (GDestroyNotify) invite_free);
  self->inviting = TRUE;
  /* Not cancellable on its way: whether the server took it must be known, or somebody rings on. */
  beckon_signaling_service_invite_async (self->signaling, invitees, media, timeout, NULL, NULL,
                                         on_invited, g_steal_pointer (&task));
}

BeckonCall *
beckon_call_manager_invite_finish (BeckonCallManager *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- the end ---- */

static gboolean
on_shutdown_late (gpointer user_data)
{
  BeckonCallManager *self = user_data;

  self->shutdown_source = 0;
  finish_shutdown (self);
  return G_SOURCE_REMOVE;
}

void
beckon_call_manager_shutdown_async (BeckonCallManager *self,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data)
{
  g_return_if_fail (BECKON_IS_CALL_MANAGER (self));
  g_return_if_fail (self->shutdown == NULL);

  self->shutdown = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (self->shutdown, beckon_call_manager_shutdown_async);
  self->shutdown_source = g_timeout_add (SHUTDOWN_MS, on_shutdown_late, self);
  g_clear_object (&self->ringer);
  if (self->current != NULL)
    beckon_call_hang_up (self->current); /* goes on when its media is closed */
  else
    continue_shutdown (self);
}

gboolean
beckon_call_manager_shutdown_finish (BeckonCallManager *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/* ---- class ---- */

static void
beckon_call_manager_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  BeckonCallManager *self = BECKON_CALL_MANAGER (object);

  switch (id)
    {
    case PROP_CURRENT_CALL:
      g_value_set_object (value, self->current);
      break;
    case PROP_BUSY:
      g_value_set_boolean (value, beckon_call_manager_is_busy (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
beckon_call_manager_dispose (GObject *object)
{
  BeckonCallManager *self = BECKON_CALL_MANAGER (object);

  g_clear_handle_id (&self->shutdown_source, g_source_remove);
  g_clear_object (&self->ringer);
  g_clear_object (&self->current);
  g_clear_object (&self->signaling);
  g_clear_pointer (&self->early, beckon_invitation_free);
  g_clear_pointer (&self->config, beckon_media_config_free);
  G_OBJECT_CLASS (beckon_call_manager_parent_class)->dispose (object);
}

static void
beckon_call_manager_class_init (BeckonCallManagerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags read = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = beckon_call_manager_get_property;
  object_class->dispose = beckon_call_manager_dispose;

  properties[PROP_CURRENT_CALL] = g_param_spec_object ("current-call", NULL, NULL, BECKON_TYPE_CALL,
                                                       read);
  properties[PROP_BUSY] = g_param_spec_boolean ("busy", NULL, NULL, FALSE, read);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[INCOMING_CALL] = g_signal_new ("incoming-call", BECKON_TYPE_CALL_MANAGER,
                                         G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                         BECKON_TYPE_CALL);
  signals[MISSED_CALL] = g_signal_new ("missed-call", BECKON_TYPE_CALL_MANAGER, G_SIGNAL_RUN_LAST,
                                       0, NULL, NULL, NULL, G_TYPE_NONE, 2, BECKON_TYPE_USER,
                                       BECKON_TYPE_MEDIA);
}

static void
beckon_call_manager_init (BeckonCallManager *self)
{
  self->ringer = beckon_ringer_new ();
}
