/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A call and a new session of the server's: what happened while we were away is not told any more,
 * it shows in the snapshot.
 *
 *   in the snapshot          rings here             we wait or talk
 *   not there                it is over             it is over
 *   on another device        answered elsewhere     answered elsewhere
 *   rings                    goes on; an accept     –
 *                            that was lost is
 *                            said again
 *   accepted, with this      our accept had         goes on: we join it, so that the server
 *   device                   arrived: we join it    knows that this device is in it still
 *
 * Whoever is in a call offers to who joins it. So there is nothing to offer here: media that still
 * flows goes on until the new connection is there. */

#define G_LOG_DOMAIN "beckon-call"

#include "config.h"

#include "call-private.h"

static GError *
new_over (const char *text)
{
  return g_error_new_literal (BECKON_SIGNALING_ERROR, BECKON_SIGNALING_ERROR_DISCONNECTED, text);
}

/* ---- joining again ---- */

gboolean
beckon_call_error_is_over (const GError *error)
{
  return g_error_matches (error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_UNKNOWN_CALL) ||
         g_error_matches (error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_CALL_OVER) ||
         g_error_matches (error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_NOT_INVITED) ||
         g_error_matches (error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_NOT_IN_CALL);
}

static void
take_joined (BeckonCall *self, GPtrArray *members)
{
  const char *own = beckon_signaling_service_get_user_id (self->signaling);

  for (guint i = 0; i < members->len && self->state != BECKON_CALL_STATE_FREE; i++)
    {
      const BeckonUser *user = g_ptr_array_index (members, i);
      BeckonCallMember *member = beckon_call_find_member (self, user->id);

      if (g_strcmp0 (user->id, own) != 0 &&
          (member == NULL || member->state != BECKON_MEMBER_JOINED))
        beckon_call_member_joined (self, user->id, user->name, NULL, FALSE);
    }
}

static void
on_rejoined (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (BeckonCall) self = user_data;
  GError *error = NULL;
  g_autoptr (BeckonJoinResult) joined =
      beckon_signaling_service_join_finish (BECKON_SIGNALING_SERVICE (source), result, &error);

  if (self->state == BECKON_CALL_STATE_FREE)
    g_clear_error (&error);
  else if (joined != NULL && self->state == BECKON_CALL_STATE_INCOMING)
    beckon_call_accept_confirmed (self, joined->members);
  else if (joined != NULL)
    take_joined (self, joined->members);
  else if (beckon_call_error_is_over (error))
    beckon_call_dispatch (self, BECKON_CALL_EVENT_OVER,
                          self->state == BECKON_CALL_STATE_INCOMING
                              ? BECKON_CALL_END_PEER_CANCELLED
                              : BECKON_CALL_END_CONNECTION_LOST,
                          error);
  else
    {
      /* Broken again: the next session tells. An older server has no such request. */
      g_debug ("Call %s was not joined again: %s", self->id, error->message);
      g_error_free (error);
    }
}

static void
rejoin (BeckonCall *self)
{
  beckon_signaling_service_join_async (self->signaling, self->id, NULL, on_rejoined,
                                       g_object_ref (self));
}

/* ---- what the snapshot says ---- */

static const BeckonCallSnapshot *
find_snapshot (GPtrArray *calls, const char *id)
{
  for (guint i = 0; i < calls->len; i++)
    {
      const BeckonCallSnapshot *snapshot = g_ptr_array_index (calls, i);

      if (g_str_equal (snapshot->call, id))
        return snapshot;
    }
  return NULL;
}

static gboolean
is_elsewhere (BeckonCall *self, const BeckonCallSnapshot *snapshot)
{
  return snapshot->device != NULL &&
         !g_str_equal (snapshot->device,
                       beckon_signaling_service_get_device_id (self->signaling));
}

static void
take_participant (BeckonCall *self, const BeckonParticipant *participant)
{
  const BeckonUser *user = participant->user;
  BeckonCallMember *member = beckon_call_find_member (self, user->id);

  switch (participant->state)
    {
    case BECKON_PARTICIPANT_INVITING:
    case BECKON_PARTICIPANT_RINGING:
      if (member != NULL && member->state == BECKON_MEMBER_JOINED)
        {
          member->state = BECKON_MEMBER_GONE; /* left, and invited again */
          beckon_call_media_remove (self, member);
        }
      if (member == NULL || member->state == BECKON_MEMBER_GONE)
        beckon_call_alert_member (self, user->id, user->name, BECKON_INVITATION_TIMEOUT_MAX, FALSE);
      if (participant->state == BECKON_PARTICIPANT_RINGING &&
          self->state == BECKON_CALL_STATE_WAITING)
        beckon_call_set_progress (self, BECKON_CALL_PROGRESS_RINGING);
      break;
    case BECKON_PARTICIPANT_ACCEPTED:
      if (member != NULL && member->state == BECKON_MEMBER_JOINED)
        break;
      beckon_call_member_joined (self, user->id, user->name, participant->device, FALSE);
      break;
    case BECKON_PARTICIPANT_GONE:
      if (member != NULL)
        beckon_call_member_gone (self, member, BECKON_CALL_END_UNANSWERED);
      break;
    case BECKON_PARTICIPANT_UNKNOWN:
    default:
      break;
    }
}

/* Who is not in it is gone; those who are come first, or the last one might seem to have left. */
static void
take_participants (BeckonCall *self, const BeckonCallSnapshot *snapshot)
{
  const char *own = beckon_signaling_service_get_user_id (self->signaling);

  for (guint i = 0; i < snapshot->members->len && self->state != BECKON_CALL_STATE_FREE; i++)
    {
      const BeckonParticipant *participant = g_ptr_array_index (snapshot->members, i);

      if (g_strcmp0 (participant->user->id, own) != 0)
        take_participant (self, participant);
    }
  for (guint i = 0; snapshot->members->len > 0 && i < self->members->len; i++)
    {
      BeckonCallMember *member = g_ptr_array_index (self->members, i);

      if (beckon_call_snapshot_find (snapshot, member->user->id) == NULL)
        beckon_call_member_gone (self, member,
                                 member->state == BECKON_MEMBER_JOINED
                                     ? BECKON_CALL_END_PEER_HUNG_UP
                                     : BECKON_CALL_END_UNANSWERED);
    }
}

static void
reconcile_incoming (BeckonCall *self, const BeckonCallSnapshot *snapshot)
{
  if (snapshot == NULL)
    beckon_call_dispatch (self, BECKON_CALL_EVENT_OVER, BECKON_CALL_END_PEER_CANCELLED, NULL);
  else if (snapshot->state == BECKON_PARTICIPANT_ACCEPTED)
    {
      if (self->accepting && !is_elsewhere (self, snapshot))
        rejoin (self);
      else
        beckon_call_taken_elsewhere (self, NULL, TRUE);
    }
  else
    {
      take_participants (self, snapshot);
      if (snapshot->remaining > 0 && !self->accepting)
        beckon_call_guard_ring (self, snapshot->remaining);
      if (self->accept_lost)
        beckon_call_send_accept (self);
    }
}

static void
reconcile_own (BeckonCall *self, const BeckonCallSnapshot *snapshot)
{
  if (snapshot == NULL)
    beckon_call_dispatch (self, BECKON_CALL_EVENT_OVER,
                          self->state == BECKON_CALL_STATE_WAITING
                              ? BECKON_CALL_END_FAILED
                              : BECKON_CALL_END_CONNECTION_LOST,
                          new_over ("The call ended while the server could not be reached"));
  else if (is_elsewhere (self, snapshot))
    beckon_call_taken_elsewhere (self, NULL, TRUE);
  else
    {
      take_participants (self, snapshot);
      if (self->state != BECKON_CALL_STATE_FREE)
        rejoin (self);
    }
}

void
beckon_call_reconcile (BeckonCall *self, GPtrArray *calls)
{
  const BeckonCallSnapshot *snapshot = find_snapshot (calls, self->id);

  switch (self->state)
    {
    case BECKON_CALL_STATE_INCOMING:
      reconcile_incoming (self, snapshot);
      break;
    case BECKON_CALL_STATE_WAITING:
    case BECKON_CALL_STATE_CALLING:
      reconcile_own (self, snapshot);
      break;
    case BECKON_CALL_STATE_FREE:
    default:
      break;
    }
}
