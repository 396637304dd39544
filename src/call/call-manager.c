/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-call"

#include "config.h"

#include "call-manager-private.h"

#define SHUTDOWN_MS 3000

enum
{
  PROP_0,
  PROP_CURRENT_CALL,
  PROP_BUSY,
  PROP_OTHER_CALL,
  PROP_PRECONNECT,
  PROP_RELAY_ONLY,
  PROP_BANDWIDTH,
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

G_DEFINE_ENUM_TYPE (BeckonPreconnect, beckon_preconnect,
                    G_DEFINE_ENUM_VALUE (BECKON_PRECONNECT_CONTACTS, "contacts"),
                    G_DEFINE_ENUM_VALUE (BECKON_PRECONNECT_EVERYONE, "everyone"),
                    G_DEFINE_ENUM_VALUE (BECKON_PRECONNECT_NOBODY, "nobody"))

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

/* @other: (transfer full) (nullable) */
static void
set_other (BeckonCallManager *self, BeckonCallSnapshot *other)
{
  if (other == NULL && self->other == NULL)
    return;
  g_clear_pointer (&self->other, beckon_call_snapshot_free);
  self->other = other;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_OTHER_CALL]);
}

gboolean
beckon_call_manager_is_other (BeckonCallManager *self, const char *call)
{
  return self->other != NULL && g_strcmp0 (self->other->call, call) == 0;
}

void
beckon_call_manager_forget_other (BeckonCallManager *self, const char *call)
{
  if (beckon_call_manager_is_other (self, call))
    set_other (self, NULL);
}

/* What is known of a call that another device of ours has now. */
static BeckonCallSnapshot *
describe (BeckonCall *call)
{
  BeckonCallSnapshot *snapshot = g_new0 (BeckonCallSnapshot, 1);
  GPtrArray *users = beckon_call_get_members (call);

  snapshot->call = g_strdup (beckon_call_get_id (call));
  snapshot->state = BECKON_PARTICIPANT_ACCEPTED;
  snapshot->media = beckon_call_get_media (call);
  snapshot->members = g_ptr_array_new_with_free_func ((GDestroyNotify) beckon_participant_free);
  for (guint i = 0; i < users->len; i++)
    {
      BeckonParticipant *participant = g_new0 (BeckonParticipant, 1);

      participant->user = beckon_user_copy (g_ptr_array_index (users, i));
      g_ptr_array_add (snapshot->members, participant);
    }
  return snapshot;
}

static void
finish_shutdown (BeckonCallManager *self)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->shutdown);

  g_clear_handle_id (&self->shutdown_source, g_source_remove);
  if (task == NULL)
    return;
  if (self->unrecorded != NULL)
    g_task_return_error (task, g_steal_pointer (&self->unrecorded));
  else
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

/* Nothing is before the accept. */
static gboolean
is_recorded (BeckonCallManager *self, BeckonCall *call)
{
  return self->config->record_path != NULL && call->accepted_at != 0;
}

static void
on_call_closed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (BeckonCallManager) self = user_data;
  GError **problem = self->unrecorded == NULL ? &self->unrecorded : NULL;

  beckon_call_wait_closed_finish (BECKON_CALL (source), result, problem);
  g_assert (self->closing > 0);
  self->closing--;
  self->recording -= is_recorded (self, BECKON_CALL (source));
  continue_shutdown (self);
}

static void
on_call_ended (BeckonCall *call, GParamSpec *pspec, gpointer user_data)
{
  BeckonCallManager *self = user_data;
  const BeckonCallEnd end = beckon_call_get_end (call);
  g_autoptr (BeckonCall) held = g_object_ref (call);

  self->closing++;
  self->recording += is_recorded (self, call);
  beckon_call_wait_closed_async (call, on_call_closed, g_object_ref (self));
  if (self->current == call)
    set_current (self, NULL);
  if (self->early == call)
    g_clear_object (&self->early);
  if (call->runs_elsewhere)
    set_other (self, describe (call));
  if (!beckon_call_is_outgoing (call) &&
      (end == BECKON_CALL_END_MISSED || end == BECKON_CALL_END_PEER_CANCELLED))
    missed (self, g_ptr_array_index (beckon_call_get_members (call), 0),
            beckon_call_get_media (call));
}

void
beckon_call_manager_follow (BeckonCallManager *self, BeckonCall *call)
{
  g_signal_connect_object (call, "notify::end", G_CALLBACK (on_call_ended), self, 0);
}

void
beckon_call_manager_adopt (BeckonCallManager *self, BeckonCall *call)
{
  g_assert (self->current == NULL);
  beckon_call_manager_forget_other (self, beckon_call_get_id (call));
  set_current (self, call);
}

void
beckon_call_manager_leave (BeckonCallManager *self, const char *call)
{
  beckon_signaling_service_leave_async (self->signaling, call, BECKON_LEAVE_HUNG_UP, NULL,
                                        beckon_call_on_told, NULL);
}

static void
say_busy (BeckonCallManager *self, const BeckonInvitation *invitation)
{
  beckon_signaling_service_reject_async (self->signaling, invitation->call, BECKON_REJECT_BUSY,
                                         NULL, NULL, beckon_call_on_told, NULL);
  missed (self, invitation->from, invitation->media);
}

BeckonCall *
beckon_call_manager_new_incoming (BeckonCallManager *self, const BeckonInvitation *invitation)
{
  BeckonCall *call = beckon_call_new_incoming (self->signaling, self->config, invitation);

  for (guint i = 0; i < call->users->len; i++)
    {
      const BeckonUser *user = g_ptr_array_index (call->users, i);

      if (beckon_call_manager_trusts (self, user->id))
        beckon_call_media_trust (call, user->id);
    }
  beckon_call_manager_follow (self, call);
  return call;
}

static void
ring (BeckonCallManager *self, BeckonCall *call)
{
  beckon_call_manager_adopt (self, call);
  g_signal_emit (self, signals[INCOMING_CALL], 0, call);
}

static gboolean
is_known (BeckonCall *call, const BeckonInvitation *invitation)
{
  return call != NULL && g_str_equal (beckon_call_get_id (call), invitation->call);
}

static void
on_invitation (BeckonSignalingService *service, const BeckonInvitation *invitation,
               BeckonCallManager *self)
{
  g_autoptr (BeckonCall) call = NULL;

  if (is_known (self->current, invitation) || is_known (self->early, invitation))
    return; /* told again after a reconnection */

  if (invitation->remaining <= 0)
    missed (self, invitation->from, invitation->media);
  else if (self->current != NULL || self->shutdown != NULL || self->early != NULL)
    say_busy (self, invitation);
  else if (self->placing)
    self->early = beckon_call_manager_new_incoming (self, invitation); /* it hears what becomes of it */
  else
    {
      call = beckon_call_manager_new_incoming (self, invitation);
      ring (self, call);
    }
}

void
beckon_call_manager_resolve_early (BeckonCallManager *self, BeckonCall *ours)
{
  g_autoptr (BeckonCall) early = g_steal_pointer (&self->early);

  if (early == NULL || early == ours)
    return;
  if (ours == NULL && self->shutdown == NULL)
    {
      ring (self, early);
      return;
    }
  missed (self, g_ptr_array_index (beckon_call_get_members (early), 0),
          beckon_call_get_media (early));
  beckon_call_reject (early, BECKON_REJECT_BUSY, NULL);
}

/* ---- this user's calls without this device ---- */

static void
on_call_created (BeckonSignalingService *service, const BeckonCallSnapshot *call,
                 BeckonCallManager *self)
{
  if (self->current == NULL || !g_str_equal (beckon_call_get_id (self->current), call->call))
    set_other (self, beckon_call_snapshot_copy (call));
}

static void
on_some_call_ended (BeckonSignalingService *service, const char *call, const char *reason,
                    gint64 duration, BeckonCallManager *self)
{
  beckon_call_manager_forget_other (self, call);
}

/* Whether it is what became of an invite of which the person was told that it failed. */
static gboolean
is_lost_invite (BeckonCallManager *self, const BeckonCallSnapshot *snapshot)
{
  return self->lost_invite && snapshot->from != NULL &&
         g_strcmp0 (snapshot->from->id, beckon_signaling_service_get_user_id (self->signaling)) ==
             0 &&
         g_strcmp0 (snapshot->device, beckon_signaling_service_get_device_id (self->signaling)) == 0;
}

/* The calls themselves have looked at it before: they were made later, but this runs behind all. */
static void
on_session_started (BeckonSignalingService *service, gboolean resumed, GPtrArray *calls,
                    BeckonCallManager *self)
{
  const BeckonCallSnapshot *other = NULL;

  for (guint i = 0; i < calls->len; i++)
    {
      const BeckonCallSnapshot *snapshot = g_ptr_array_index (calls, i);

      if (snapshot->state != BECKON_PARTICIPANT_ACCEPTED ||
          (self->current != NULL &&
           g_str_equal (beckon_call_get_id (self->current), snapshot->call)))
        continue;
      if (is_lost_invite (self, snapshot))
        beckon_call_manager_leave (self, snapshot->call);
      else if (other == NULL)
        other = snapshot;
    }
  self->lost_invite = FALSE;
  set_other (self, other != NULL ? beckon_call_snapshot_copy (other) : NULL);
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
  beckon_ringer_set_devices (self->ringer, config->devices);
  g_signal_connect_object (signaling, "invitation-received", G_CALLBACK (on_invitation), self, 0);
  g_signal_connect_object (signaling, "call-created", G_CALLBACK (on_call_created), self, 0);
  g_signal_connect_object (signaling, "call-ended", G_CALLBACK (on_some_call_ended), self, 0);
  g_signal_connect_object (signaling, "session-started", G_CALLBACK (on_session_started), self,
                           G_CONNECT_AFTER);
  beckon_call_manager_follow_contacts (self);
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

const BeckonCallSnapshot *
beckon_call_manager_get_other_call (BeckonCallManager *self)
{
  g_return_val_if_fail (BECKON_IS_CALL_MANAGER (self), NULL);

  return self->other;
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
    {
      self->ringer = beckon_ringer_new ();
      beckon_ringer_set_devices (self->ringer, self->config->devices);
    }
}

BeckonDeviceSettings *
beckon_call_manager_get_devices (BeckonCallManager *self)
{
  g_return_val_if_fail (BECKON_IS_CALL_MANAGER (self), NULL);

  return self->config->devices;
}

void
beckon_call_manager_silence (BeckonCallManager *self)
{
  g_return_if_fail (BECKON_IS_CALL_MANAGER (self));

  if (self->ringer != NULL)
    beckon_ringer_silence (self->ringer);
}

void
beckon_call_manager_set_quiet (BeckonCallManager *self, gboolean quiet)
{
  g_return_if_fail (BECKON_IS_CALL_MANAGER (self));

  if (self->ringer != NULL)
    beckon_ringer_set_quiet (self->ringer, quiet);
}

/* ---- the end ---- */

static gboolean
on_shutdown_late (gpointer user_data)
{
  BeckonCallManager *self = user_data;

  self->shutdown_source = 0;
  if (self->recording > 0 && self->unrecorded == NULL)
    self->unrecorded = g_error_new_literal (BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_FAILED,
                                            "What was recorded could not be written in time");
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
  if (self->early != NULL)
    beckon_call_reject (self->early, BECKON_REJECT_UNAVAILABLE, NULL);
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
    case PROP_OTHER_CALL:
      g_value_set_boxed (value, self->other);
      break;
    case PROP_PRECONNECT:
      g_value_set_enum (value, self->preconnect);
      break;
    case PROP_RELAY_ONLY:
      g_value_set_boolean (value, self->config->relay_only);
      break;
    case PROP_BANDWIDTH:
      g_value_set_uint (value, self->config->bandwidth);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
beckon_call_manager_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  BeckonCallManager *self = BECKON_CALL_MANAGER (object);

  switch (id)
    {
    case PROP_PRECONNECT:
      self->preconnect = g_value_get_enum (value);
      break;
    case PROP_RELAY_ONLY:
      self->config->relay_only = g_value_get_boolean (value);
      break;
    case PROP_BANDWIDTH:
      self->config->bandwidth = g_value_get_uint (value);
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
  g_cancellable_cancel (self->listing);
  g_clear_object (&self->listing);
  g_clear_pointer (&self->contacts, g_hash_table_unref);
  g_clear_object (&self->ringer);
  g_clear_object (&self->current);
  g_clear_object (&self->signaling);
  g_clear_object (&self->early);
  g_clear_pointer (&self->other, beckon_call_snapshot_free);
  g_clear_pointer (&self->config, beckon_media_config_free);
  g_clear_error (&self->unrecorded);
  G_OBJECT_CLASS (beckon_call_manager_parent_class)->dispose (object);
}

static void
beckon_call_manager_class_init (BeckonCallManagerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags read = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = beckon_call_manager_get_property;
  object_class->set_property = beckon_call_manager_set_property;
  object_class->dispose = beckon_call_manager_dispose;

  properties[PROP_CURRENT_CALL] = g_param_spec_object ("current-call", NULL, NULL, BECKON_TYPE_CALL,
                                                       read);
  properties[PROP_BUSY] = g_param_spec_boolean ("busy", NULL, NULL, FALSE, read);
  properties[PROP_OTHER_CALL] = g_param_spec_boxed ("other-call", NULL, NULL,
                                                    BECKON_TYPE_CALL_SNAPSHOT, read);
  properties[PROP_PRECONNECT] =
      g_param_spec_enum ("preconnect", NULL, NULL, BECKON_TYPE_PRECONNECT,
                         BECKON_PRECONNECT_CONTACTS, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  properties[PROP_RELAY_ONLY] = g_param_spec_boolean ("relay-only", NULL, NULL, FALSE,
                                                      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  properties[PROP_BANDWIDTH] = g_param_spec_uint ("bandwidth", NULL, NULL, 0, G_MAXUINT, 0,
                                                  G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
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
  self->contacts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->ringer = beckon_ringer_new ();
}
