/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-call"

#include "config.h"

#include "call-private.h"

/* So long the offers wait for the word that it rings. */
#define OFFER_MS 20

enum
{
  PROP_0,
  PROP_ID,
  PROP_STATE,
  PROP_PROGRESS,
  PROP_END,
  PROP_ERROR,
  PROP_OUTGOING,
  PROP_MEDIA,
  PROP_PEER_ID,
  PROP_PEER_NAME,
  PROP_MICROPHONE,
  PROP_CAMERA,
  PROP_REMOTE_MICROPHONE,
  PROP_REMOTE_CAMERA,
  PROP_SCREEN,
  PROP_SYSTEM_SOUND,
  PROP_REMOTE_SCREEN,
  PROP_REMOTE_SCREEN_VIDEO,
  PROP_SCREEN_PROBLEM,
  PROP_REMOTE_LEVEL,
  PROP_MICROPHONE_LEVEL,
  PROP_LOCAL_VIDEO,
  PROP_REMOTE_VIDEO,
  PROP_STATISTICS,
  PROP_SECONDS_TO_END,
  PROP_MICROPHONE_PROBLEM,
  PROP_CAMERA_PROBLEM,
  PROP_SPEAKER_PROBLEM,
  PROP_MESSAGE,
  PROP_MEMBERS,
  PROP_ANSWERED_DEVICE,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_ENUM_TYPE (BeckonCallProgress, beckon_call_progress,
                    G_DEFINE_ENUM_VALUE (BECKON_CALL_PROGRESS_CALLING, "calling"),
                    G_DEFINE_ENUM_VALUE (BECKON_CALL_PROGRESS_RINGING, "ringing"),
                    G_DEFINE_ENUM_VALUE (BECKON_CALL_PROGRESS_OFFLINE, "offline"),
                    G_DEFINE_ENUM_VALUE (BECKON_CALL_PROGRESS_CONNECTING, "connecting"),
                    G_DEFINE_ENUM_VALUE (BECKON_CALL_PROGRESS_CONNECTED, "connected"),
                    G_DEFINE_ENUM_VALUE (BECKON_CALL_PROGRESS_RECONNECTING, "reconnecting"),
                    G_DEFINE_ENUM_VALUE (BECKON_CALL_PROGRESS_ENDED, "ended"))

G_DEFINE_ENUM_TYPE (BeckonCallEnd, beckon_call_end,
                    G_DEFINE_ENUM_VALUE (BECKON_CALL_END_NONE, "none"),
                    G_DEFINE_ENUM_VALUE (BECKON_CALL_END_HUNG_UP, "hung-up"),
                    G_DEFINE_ENUM_VALUE (BECKON_CALL_END_PEER_HUNG_UP, "peer-hung-up"),
                    G_DEFINE_ENUM_VALUE (BECKON_CALL_END_CANCELLED, "cancelled"),
                    G_DEFINE_ENUM_VALUE (BECKON_CALL_END_PEER_CANCELLED, "peer-cancelled"),
                    G_DEFINE_ENUM_VALUE (BECKON_CALL_END_DECLINED, "declined"),
                    G_DEFINE_ENUM_VALUE (BECKON_CALL_END_PEER_DECLINED, "peer-declined"),
                    G_DEFINE_ENUM_VALUE (BECKON_CALL_END_PEER_BUSY, "peer-busy"),
                    G_DEFINE_ENUM_VALUE (BECKON_CALL_END_UNANSWERED, "unanswered"),
                    G_DEFINE_ENUM_VALUE (BECKON_CALL_END_MISSED, "missed"),
                    G_DEFINE_ENUM_VALUE (BECKON_CALL_END_ANSWERED_ELSEWHERE, "answered-elsewhere"),
                    G_DEFINE_ENUM_VALUE (BECKON_CALL_END_CONNECTION_LOST, "connection-lost"),
                    G_DEFINE_ENUM_VALUE (BECKON_CALL_END_NO_MEDIA, "no-media"),
                    G_DEFINE_ENUM_VALUE (BECKON_CALL_END_FAILED, "failed"))

G_DEFINE_FINAL_TYPE (BeckonCall, beckon_call, G_TYPE_OBJECT)

void
beckon_call_make_offers (BeckonCall *self)
{
  if (self->offer_source == 0)
    return;
  g_clear_handle_id (&self->offer_source, g_source_remove);
  for (guint i = 0; i < self->members->len; i++)
    {
      BeckonCallMember *member = g_ptr_array_index (self->members, i);

      if (member->peer == NULL && member->state != BECKON_MEMBER_GONE)
        beckon_call_media_offer (self, member, NULL);
    }
  if (self->media == BECKON_MEDIA_VIDEO)
    beckon_media_session_start_preview (self->media_session);
}

static gboolean
on_offer (gpointer user_data)
{
  beckon_call_make_offers (user_data);
  return G_SOURCE_REMOVE;
}

static BeckonCall *
new_call (BeckonSignalingService *signaling, const char *id, BeckonMedia media)
{
  BeckonCall *self = g_object_new (BECKON_TYPE_CALL, NULL);

  self->signaling = g_object_ref (signaling);
  self->id = g_strdup (id);
  self->media = media;
  return self;
}

BeckonCall *
beckon_call_new_outgoing (BeckonSignalingService *signaling,
                          const BeckonMediaConfig *config,
                          const BeckonInviteResult *result,
                          const char *const *invitees,
                          BeckonMedia media)
{
  BeckonCall *self = new_call (signaling, result->call, media);

  self->outgoing = TRUE;
  self->progress = BECKON_CALL_PROGRESS_CALLING;
  beckon_call_media_start (self, config);
  beckon_call_dispatch (self, BECKON_CALL_EVENT_INVITED, BECKON_CALL_END_NONE, NULL);
  beckon_call_follow (self);
  beckon_call_alert_invited (self, invitees, result);
  g_assert (self->members->len > 0);
  self->offer_source = g_timeout_add (OFFER_MS, on_offer, self);
  return self;
}

BeckonCall *
beckon_call_new_incoming (BeckonSignalingService *signaling,
                          const BeckonMediaConfig *config,
                          const BeckonInvitation *invitation)
{
  BeckonCall *self = new_call (signaling, invitation->call, invitation->media);
  const char *own = beckon_signaling_service_get_user_id (signaling);

  beckon_call_add_member (self, invitation->from->id, invitation->from->name,
                          BECKON_MEMBER_JOINED);
  for (guint i = 0; i < invitation->members->len; i++)
    {
      BeckonUser *user = g_ptr_array_index (invitation->members, i);

      if (beckon_call_find_member (self, user->id) == NULL && g_strcmp0 (user->id, own) != 0)
        beckon_call_alert_member (self, user->id, user->name, invitation->timeout, FALSE);
    }
  beckon_call_media_start (self, config);
  beckon_call_dispatch (self, BECKON_CALL_EVENT_RECEIVED, BECKON_CALL_END_NONE, NULL);
  beckon_call_follow (self);
  beckon_call_guard_ring (self, invitation->remaining);
  return self;
}

/* Who is in it, and who is rung for it as far as we know. */
static void
take_joined (BeckonCall *self, const BeckonJoinResult *result, const BeckonCallSnapshot *snapshot)
{
  const char *own = beckon_signaling_service_get_user_id (self->signaling);

  for (guint i = 0; i < result->members->len; i++)
    {
      const BeckonUser *user = g_ptr_array_index (result->members, i);

      if (g_strcmp0 (user->id, own) != 0)
        beckon_call_add_member (self, user->id, user->name, BECKON_MEMBER_JOINED);
    }
  for (guint i = 0; snapshot != NULL && i < snapshot->members->len; i++)
    {
      const BeckonParticipant *member = g_ptr_array_index (snapshot->members, i);

      if (g_strcmp0 (member->user->id, own) == 0 ||
          beckon_call_find_member (self, member->user->id) != NULL)
        continue;
      if (member->state == BECKON_PARTICIPANT_INVITING ||
          member->state == BECKON_PARTICIPANT_RINGING)
        beckon_call_alert_member (self, member->user->id, member->user->name,
                                  snapshot->remaining > 0 ? snapshot->remaining / 1000 + 1
                                                          : BECKON_INVITATION_TIMEOUT_MAX,
                                  FALSE);
    }
}

BeckonCall *
beckon_call_new_joined (BeckonSignalingService *signaling,
                        const BeckonMediaConfig *config,
                        const char *id,
                        const BeckonJoinResult *result,
                        const BeckonCallSnapshot *snapshot,
                        gboolean with_camera)
{
  g_autoptr (BeckonCall) self = new_call (signaling, id, result->media);
  const char *own = beckon_signaling_service_get_user_id (signaling);

  take_joined (self, result, snapshot);
  if (self->members->len == 0)
    return NULL;
  self->outgoing = snapshot != NULL && snapshot->from != NULL &&
                   g_strcmp0 (snapshot->from->id, own) == 0;
  beckon_call_media_start (self, config);
  if (!with_camera)
    beckon_media_session_set_camera (self->media_session, FALSE);
  beckon_call_follow (self);
  if (self->outgoing && beckon_call_count_members (self, BECKON_MEMBER_JOINED) == 0)
    {
      beckon_call_dispatch (self, BECKON_CALL_EVENT_INVITED, BECKON_CALL_END_NONE, NULL);
      self->offer_source = g_timeout_add (OFFER_MS, on_offer, self);
    }
  else
    {
      self->accepted_at = g_get_monotonic_time () - result->duration * 1000;
      beckon_call_dispatch (self, BECKON_CALL_EVENT_JOINED, BECKON_CALL_END_NONE, NULL);
    }
  beckon_call_schedule_guard (self);
  return g_steal_pointer (&self);
}

void
beckon_call_wait_closed_async (BeckonCall *self, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);

  g_assert (BECKON_IS_CALL (self));
  g_task_set_source_tag (task, beckon_call_wait_closed_async);
  if (self->media_closed)
    g_task_return_boolean (task, TRUE);
  else
    self->closed_tasks = g_list_prepend (self->closed_tasks, g_steal_pointer (&task));
}

gboolean
beckon_call_wait_closed_finish (BeckonCall *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* ---- what a window sees ---- */

const char *
beckon_call_get_id (BeckonCall *self)
{
  g_return_val_if_fail (BECKON_IS_CALL (self), NULL);

  return self->id;
}

BeckonCallState
beckon_call_get_state (BeckonCall *self)
{
  g_return_val_if_fail (BECKON_IS_CALL (self), BECKON_CALL_STATE_FREE);

  return self->state;
}

BeckonCallProgress
beckon_call_get_progress (BeckonCall *self)
{
  g_return_val_if_fail (BECKON_IS_CALL (self), BECKON_CALL_PROGRESS_ENDED);

  return self->progress;
}

BeckonCallEnd
beckon_call_get_end (BeckonCall *self)
{
  g_return_val_if_fail (BECKON_IS_CALL (self), BECKON_CALL_END_NONE);

  return self->end;
}

const GError *
beckon_call_get_error (BeckonCall *self)
{
  g_return_val_if_fail (BECKON_IS_CALL (self), NULL);

  return self->error;
}

gboolean
beckon_call_is_outgoing (BeckonCall *self)
{
  g_return_val_if_fail (BECKON_IS_CALL (self), FALSE);

  return self->outgoing;
}

BeckonMedia
beckon_call_get_media (BeckonCall *self)
{
  g_return_val_if_fail (BECKON_IS_CALL (self), BECKON_MEDIA_VOICE);

  return self->media;
}

static const BeckonUser *
first_user (BeckonCall *self)
{
  g_assert (self->users->len > 0);
  return g_ptr_array_index (self->users, 0);
}

const char *
beckon_call_get_peer_id (BeckonCall *self)
{
  g_return_val_if_fail (BECKON_IS_CALL (self), NULL);

  return first_user (self)->id;
}

const char *
beckon_call_get_peer_name (BeckonCall *self)
{
  g_return_val_if_fail (BECKON_IS_CALL (self), NULL);

  return first_user (self)->name;
}

GPtrArray *
beckon_call_get_members (BeckonCall *self)
{
  g_return_val_if_fail (BECKON_IS_CALL (self), NULL);

  return self->users;
}

BeckonMemberState
beckon_call_get_member_state (BeckonCall *self, const char *user)
{
  BeckonCallMember *member;

  g_return_val_if_fail (BECKON_IS_CALL (self), BECKON_MEMBER_GONE);

  member = beckon_call_find_member (self, user);
  g_return_val_if_fail (member != NULL, BECKON_MEMBER_GONE);
  return member->state;
}

const char *
beckon_call_get_message (BeckonCall *self)
{
  g_return_val_if_fail (BECKON_IS_CALL (self), NULL);

  return self->message;
}

const char *
beckon_call_get_answered_device (BeckonCall *self)
{
  g_return_val_if_fail (BECKON_IS_CALL (self), NULL);

  return self->answered_device;
}

BeckonCallElsewhere
beckon_call_get_elsewhere (BeckonCall *self)
{
  g_return_val_if_fail (BECKON_IS_CALL (self), BECKON_CALL_ELSEWHERE_ANSWERED);
  g_return_val_if_fail (self->end == BECKON_CALL_END_ANSWERED_ELSEWHERE,
                        BECKON_CALL_ELSEWHERE_ANSWERED);

  if (self->outgoing || self->accepted_at != 0)
    return BECKON_CALL_ELSEWHERE_MOVED;
  /* Only the event tells of a decline, and it names the device. */
  return self->runs_elsewhere || self->answered_device == NULL ? BECKON_CALL_ELSEWHERE_ANSWERED
                                                               : BECKON_CALL_ELSEWHERE_DECLINED;
}

gboolean
beckon_call_get_microphone (BeckonCall *self)
{
  g_return_val_if_fail (BECKON_IS_CALL (self), FALSE);

  return beckon_media_session_get_microphone (self->media_session);
}

void
beckon_call_set_microphone (BeckonCall *self, gboolean on)
{
  g_return_if_fail (BECKON_IS_CALL (self));

  if (self->state != BECKON_CALL_STATE_FREE)
    beckon_media_session_set_microphone (self->media_session, on);
}

gboolean
beckon_call_get_camera (BeckonCall *self)
{
  g_return_val_if_fail (BECKON_IS_CALL (self), FALSE);

  return beckon_media_session_get_camera (self->media_session);
}

void
beckon_call_set_camera (BeckonCall *self, gboolean on)
{
  g_return_if_fail (BECKON_IS_CALL (self));

  if (self->state != BECKON_CALL_STATE_FREE)
    beckon_media_session_set_camera (self->media_session, on);
}

/* Returns: (nullable): whom to look at: the first who shows something, else the first who is connected,
 * else the first there is; of those who are in the call. */
static BeckonCallMember *
shown_member (BeckonCall *self)
{
  BeckonCallMember *connected = NULL;
  BeckonCallMember *first = NULL;

  for (guint i = 0; i < self->members->len; i++)
    {
      BeckonCallMember *member = g_ptr_array_index (self->members, i);

      if (member->state != BECKON_MEMBER_JOINED)
        continue;
      if (first == NULL)
        first = member;
      if (member->peer == NULL)
        continue;
      if (beckon_media_peer_get_remote_video (member->peer) != NULL)
        return member;
      if (connected == NULL &&
          beckon_media_peer_get_state (member->peer) == BECKON_MEDIA_PEER_CONNECTED)
        connected = member;
    }
  return connected != NULL ? connected : first;
}

static BeckonMediaPeer *
shown_peer (BeckonCall *self)
{
  BeckonCallMember *member = shown_member (self);

  return member != NULL ? member->peer : NULL;
}

void
beckon_call_update_shown (BeckonCall *self)
{
  static const char *const names[] = { "remote-microphone", "remote-camera", "remote-video",
                                       "remote-level", "statistics" };
  BeckonMediaPeer *shown = shown_peer (self);

  if (self->state == BECKON_CALL_STATE_FREE || shown == self->shown)
    return;
  self->shown = shown;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_object_notify (G_OBJECT (self), names[i]);
}

const BeckonUser *
beckon_call_get_shown_user (BeckonCall *self)
{
  BeckonCallMember *member;

  g_return_val_if_fail (BECKON_IS_CALL (self), NULL);

  member = shown_member (self);
  return member != NULL ? member->user : first_user (self);
}

const BeckonUser *
beckon_call_get_last_user (BeckonCall *self)
{
  g_return_val_if_fail (BECKON_IS_CALL (self), NULL);

  return self->last != NULL ? self->last->user : beckon_call_get_shown_user (self);
}

gboolean
beckon_call_get_remote_microphone (BeckonCall *self)
{
  BeckonMediaPeer *peer;

  g_return_val_if_fail (BECKON_IS_CALL (self), FALSE);

  peer = shown_peer (self);
  return peer != NULL && beckon_media_peer_get_remote_microphone (peer);
}

gboolean
beckon_call_get_remote_camera (BeckonCall *self)
{
  BeckonMediaPeer *peer;

  g_return_val_if_fail (BECKON_IS_CALL (self), FALSE);

  peer = shown_peer (self);
  return peer != NULL && beckon_media_peer_get_remote_camera (peer);
}

double
beckon_call_get_microphone_level (BeckonCall *self)
{
  g_return_val_if_fail (BECKON_IS_CALL (self), 0);

  return beckon_media_session_get_microphone_level (self->media_session);
}

double
beckon_call_get_remote_level (BeckonCall *self)
{
  BeckonMediaPeer *peer;

  g_return_val_if_fail (BECKON_IS_CALL (self), 0);

  peer = shown_peer (self);
  return peer != NULL ? beckon_media_peer_get_audio_level (peer) : 0;
}

GObject *
beckon_call_get_local_video (BeckonCall *self)
{
  g_return_val_if_fail (BECKON_IS_CALL (self), NULL);

  return beckon_media_session_get_local_video (self->media_session);
}

GObject *
beckon_call_get_remote_video (BeckonCall *self)
{
  BeckonMediaPeer *peer;

  g_return_val_if_fail (BECKON_IS_CALL (self), NULL);

  peer = shown_peer (self);
  return peer != NULL ? beckon_media_peer_get_remote_video (peer) : NULL;
}

const GError *
beckon_call_get_microphone_problem (BeckonCall *self)
{
  g_return_val_if_fail (BECKON_IS_CALL (self), NULL);

  return beckon_media_session_get_microphone_problem (self->media_session);
}

const GError *
beckon_call_get_camera_problem (BeckonCall *self)
{
  g_return_val_if_fail (BECKON_IS_CALL (self), NULL);

  return beckon_media_session_get_camera_problem (self->media_session);
}

const GError *
beckon_call_get_speaker_problem (BeckonCall *self)
{
  g_return_val_if_fail (BECKON_IS_CALL (self), NULL);

  return beckon_media_session_get_speaker_problem (self->media_session);
}

gint64
beckon_call_get_duration (BeckonCall *self)
{
  g_return_val_if_fail (BECKON_IS_CALL (self), 0);

  if (self->accepted_at == 0)
    return 0;
  return ((self->ended_at != 0 ? self->ended_at : g_get_monotonic_time ()) - self->accepted_at) /
         1000;
}

guint
beckon_call_get_seconds_to_end (BeckonCall *self)
{
  g_return_val_if_fail (BECKON_IS_CALL (self), 0);

  return self->seconds_to_end;
}

BeckonStatistics *
beckon_call_get_statistics (BeckonCall *self)
{
  BeckonMediaPeer *peer;

  g_return_val_if_fail (BECKON_IS_CALL (self), NULL);

  peer = shown_peer (self);
  return peer != NULL ? beckon_media_peer_get_statistics (peer) : NULL;
}

/* ---- class ---- */

static void
beckon_call_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  BeckonCall *self = BECKON_CALL (object);

  switch (id)
    {
    case PROP_ID:
      g_value_set_string (value, self->id);
      break;
    case PROP_STATE:
      g_value_set_enum (value, self->state);
      break;
    case PROP_PROGRESS:
      g_value_set_enum (value, self->progress);
      break;
    case PROP_END:
      g_value_set_enum (value, self->end);
      break;
    case PROP_ERROR:
      g_value_set_boxed (value, self->error);
      break;
    case PROP_OUTGOING:
      g_value_set_boolean (value, self->outgoing);
      break;
    case PROP_MEDIA:
      g_value_set_enum (value, self->media);
      break;
    case PROP_PEER_ID:
      g_value_set_string (value, beckon_call_get_peer_id (self));
      break;
    case PROP_PEER_NAME:
      g_value_set_string (value, beckon_call_get_peer_name (self));
      break;
    case PROP_MICROPHONE:
      g_value_set_boolean (value, beckon_call_get_microphone (self));
      break;
    case PROP_CAMERA:
      g_value_set_boolean (value, beckon_call_get_camera (self));
      break;
    case PROP_REMOTE_MICROPHONE:
      g_value_set_boolean (value, beckon_call_get_remote_microphone (self));
      break;
    case PROP_REMOTE_CAMERA:
      g_value_set_boolean (value, beckon_call_get_remote_camera (self));
      break;
    case PROP_SCREEN:
      g_value_set_boolean (value, beckon_call_get_screen (self));
      break;
    case PROP_SYSTEM_SOUND:
      g_value_set_boolean (value, beckon_call_get_system_sound (self));
      break;
    case PROP_REMOTE_SCREEN:
      g_value_set_boolean (value, beckon_call_get_remote_screen (self));
      break;
    case PROP_REMOTE_SCREEN_VIDEO:
      g_value_set_object (value, beckon_call_get_remote_screen_video (self));
      break;
    case PROP_SCREEN_PROBLEM:
      g_value_set_boxed (value, beckon_call_get_screen_problem (self));
      break;
    case PROP_REMOTE_LEVEL:
      g_value_set_double (value, beckon_call_get_remote_level (self));
      break;
    case PROP_MICROPHONE_LEVEL:
      g_value_set_double (value, beckon_call_get_microphone_level (self));
      break;
    case PROP_LOCAL_VIDEO:
      g_value_set_object (value, beckon_call_get_local_video (self));
      break;
    case PROP_REMOTE_VIDEO:
      g_value_set_object (value, beckon_call_get_remote_video (self));
      break;
    case PROP_STATISTICS:
      g_value_set_object (value, beckon_call_get_statistics (self));
      break;
    case PROP_SECONDS_TO_END:
      g_value_set_uint (value, self->seconds_to_end);
      break;
    case PROP_MICROPHONE_PROBLEM:
      g_value_set_boxed (value, beckon_call_get_microphone_problem (self));
      break;
    case PROP_CAMERA_PROBLEM:
      g_value_set_boxed (value, beckon_call_get_camera_problem (self));
      break;
    case PROP_SPEAKER_PROBLEM:
      g_value_set_boxed (value, beckon_call_get_speaker_problem (self));
      break;
    case PROP_MESSAGE:
      g_value_set_string (value, self->message);
      break;
    case PROP_MEMBERS:
      g_value_set_boxed (value, self->users);
      break;
    case PROP_ANSWERED_DEVICE:
      g_value_set_string (value, self->answered_device);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
beckon_call_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  BeckonCall *self = BECKON_CALL (object);

  switch (id)
    {
    case PROP_MICROPHONE:
      beckon_call_set_microphone (self, g_value_get_boolean (value));
      break;
    case PROP_CAMERA:
      beckon_call_set_camera (self, g_value_get_boolean (value));
      break;
    case PROP_SYSTEM_SOUND:
      beckon_call_set_system_sound (self, g_value_get_boolean (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
beckon_call_dispose (GObject *object)
{
  BeckonCall *self = BECKON_CALL (object);

  g_clear_handle_id (&self->offer_source, g_source_remove);
  g_clear_handle_id (&self->guard_source, g_source_remove);
  g_clear_handle_id (&self->media_source, g_source_remove);
  g_clear_handle_id (&self->lost_source, g_source_remove);
  beckon_call_handover_stop (self);
  beckon_call_offers_stop (self);
  g_clear_object (&self->media_session);
  g_clear_object (&self->signaling);
  G_OBJECT_CLASS (beckon_call_parent_class)->dispose (object);
}

static void
beckon_call_finalize (GObject *object)
{
  BeckonCall *self = BECKON_CALL (object);

  g_clear_pointer (&self->users, g_ptr_array_unref);
  g_clear_pointer (&self->members, g_ptr_array_unref);
  g_clear_error (&self->error);
  g_free (self->message);
  g_free (self->answered_device);
  g_free (self->addresses);
  g_free (self->id);
  G_OBJECT_CLASS (beckon_call_parent_class)->finalize (object);
}

static void
beckon_call_class_init (BeckonCallClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags read = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;
  const GParamFlags write = read | G_PARAM_WRITABLE;

  object_class->get_property = beckon_call_get_property;
  object_class->set_property = beckon_call_set_property;
  object_class->dispose = beckon_call_dispose;
  object_class->finalize = beckon_call_finalize;

  properties[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, read);
  properties[PROP_STATE] = g_param_spec_enum ("state", NULL, NULL, BECKON_TYPE_CALL_STATE,
                                              BECKON_CALL_STATE_FREE, read);
  properties[PROP_PROGRESS] = g_param_spec_enum ("progress", NULL, NULL, BECKON_TYPE_CALL_PROGRESS,
                                                 BECKON_CALL_PROGRESS_CALLING, read);
  properties[PROP_END] = g_param_spec_enum ("end", NULL, NULL, BECKON_TYPE_CALL_END,
                                            BECKON_CALL_END_NONE, read);
  properties[PROP_ERROR] = g_param_spec_boxed ("error", NULL, NULL, G_TYPE_ERROR, read);
  properties[PROP_OUTGOING] = g_param_spec_boolean ("outgoing", NULL, NULL, FALSE, read);
  properties[PROP_MEDIA] = g_param_spec_enum ("media", NULL, NULL, BECKON_TYPE_MEDIA,
                                              BECKON_MEDIA_VOICE, read);
  properties[PROP_PEER_ID] = g_param_spec_string ("peer-id", NULL, NULL, NULL, read);
  properties[PROP_PEER_NAME] = g_param_spec_string ("peer-name", NULL, NULL, NULL, read);
  properties[PROP_MICROPHONE] = g_param_spec_boolean ("microphone", NULL, NULL, TRUE, write);
  properties[PROP_CAMERA] = g_param_spec_boolean ("camera", NULL, NULL, FALSE, write);
  properties[PROP_REMOTE_MICROPHONE] = g_param_spec_boolean ("remote-microphone", NULL, NULL, FALSE,
                                                             read);
  properties[PROP_REMOTE_CAMERA] = g_param_spec_boolean ("remote-camera", NULL, NULL, FALSE, read);
  properties[PROP_SCREEN] = g_param_spec_boolean ("screen", NULL, NULL, FALSE, read);
  properties[PROP_SYSTEM_SOUND] = g_param_spec_boolean ("system-sound", NULL, NULL, FALSE, write);
  properties[PROP_REMOTE_SCREEN] = g_param_spec_boolean ("remote-screen", NULL, NULL, FALSE, read);
  properties[PROP_REMOTE_SCREEN_VIDEO] =
      g_param_spec_object ("remote-screen-video", NULL, NULL, G_TYPE_OBJECT, read);
  properties[PROP_SCREEN_PROBLEM] =
      g_param_spec_boxed ("screen-problem", NULL, NULL, G_TYPE_ERROR, read);
  properties[PROP_REMOTE_LEVEL] = g_param_spec_double ("remote-level", NULL, NULL, 0, 1, 0, read);
  properties[PROP_MICROPHONE_LEVEL] = g_param_spec_double ("microphone-level", NULL, NULL, 0, 1, 0,
                                                           read);
  properties[PROP_LOCAL_VIDEO] = g_param_spec_object ("local-video", NULL, NULL, G_TYPE_OBJECT,
                                                      read);
  properties[PROP_REMOTE_VIDEO] = g_param_spec_object ("remote-video", NULL, NULL, G_TYPE_OBJECT,
                                                       read);
  properties[PROP_STATISTICS] =
      g_param_spec_object ("statistics", NULL, NULL, BECKON_TYPE_STATISTICS, read);
  properties[PROP_SECONDS_TO_END] = g_param_spec_uint ("seconds-to-end", NULL, NULL, 0,
                                                       BECKON_CALL_LOST_SECONDS, 0, read);
  properties[PROP_MICROPHONE_PROBLEM] = g_param_spec_boxed ("microphone-problem", NULL, NULL,
                                                            G_TYPE_ERROR, read);
  properties[PROP_CAMERA_PROBLEM] = g_param_spec_boxed ("camera-problem", NULL, NULL, G_TYPE_ERROR,
                                                        read);
  properties[PROP_SPEAKER_PROBLEM] = g_param_spec_boxed ("speaker-problem", NULL, NULL,
                                                         G_TYPE_ERROR, read);
  properties[PROP_MESSAGE] = g_param_spec_string ("message", NULL, NULL, NULL, read);
  properties[PROP_MEMBERS] = g_param_spec_boxed ("members", NULL, NULL, G_TYPE_PTR_ARRAY, read);
  properties[PROP_ANSWERED_DEVICE] = g_param_spec_string ("answered-device", NULL, NULL, NULL,
                                                          read);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  g_signal_new ("first-audio", BECKON_TYPE_CALL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                G_TYPE_NONE, 1, G_TYPE_STRING);
  g_signal_new ("first-video", BECKON_TYPE_CALL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                G_TYPE_NONE, 3, G_TYPE_STRING, G_TYPE_UINT, G_TYPE_UINT);
  g_signal_new ("handed-over", BECKON_TYPE_CALL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_UINT);
}

static void
beckon_call_init (BeckonCall *self)
{
  self->members = g_ptr_array_new_with_free_func ((GDestroyNotify) beckon_call_member_free);
  self->users = g_ptr_array_new ();
}
