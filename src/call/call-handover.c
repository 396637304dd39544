/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Another connection in the place of one that still carries, or does not any more: webrtcbin cannot
 * move one to another network. Make before break:
 *
 *   offer ──▶ up: we send on both ──200 ms──▶ we send on the new one ──▶ they do, too: the old one
 * goes
 *
 * It begins when the addresses of this computer change, when a connection is lost, and when an
 * encoder has failed; also because the other end does. Should both begin at once, the offer of whose
 * user id sorts first holds. What does not come up is tried again, with the next generation, until
 * the call is given up; because of an encoder, ENCODER_ATTEMPTS times and no more. */

#define G_LOG_DOMAIN "beckon-call"

#include "config.h"

#include "call-private.h"
#include "media-addresses.h"

#define BEAT_MS 200
/* So long we send on both: what is on its way on the new one overtakes nothing then. */
#define OVERLAP_US (200 * G_TIME_SPAN_MILLISECOND)
/* So long we wait for what they send on the new one. */
#define SETTLE_US (2 * G_TIME_SPAN_SECOND)
/* An attempt has so long for each of its two halves: until it is answered, and until it is up. */
#define ATTEMPT_US (5 * G_TIME_SPAN_SECOND)
/* An interface comes with several changes: its address, its routes. */
#define CALM_MS 150
/* The call goes on without pictures of ours, and so would the attempts. */
#define ENCODER_ATTEMPTS 3

static void schedule (BeckonCall *self);

/* ---- one member ---- */

static gboolean
can_hand_over (BeckonCall *self, BeckonCallMember *member)
{
  return self->state == BECKON_CALL_STATE_CALLING && member->state == BECKON_MEMBER_JOINED &&
         member->peer != NULL && beckon_media_peer_get_device (member->peer) != NULL &&
         (beckon_media_peer_get_state (member->peer) == BECKON_MEDIA_PEER_CONNECTED ||
          beckon_media_peer_get_state (member->peer) == BECKON_MEDIA_PEER_LOST);
}

/* What has failed does not go on in its connection; another has another encoder, which is software
 * where that one was hardware. One of the next connection is looked at when that is the only one. */
static gboolean
wants_encoder (BeckonCallMember *member)
{
  return member->encoder_attempts < ENCODER_ATTEMPTS &&
         beckon_media_peer_has_failed_encoder (member->peer);
}

/* Whether what there is has to be replaced. */
static gboolean
is_wanting (BeckonCallMember *member)
{
  return member->stale || beckon_call_media_is_dead (member) || wants_encoder (member);
}

void
beckon_call_handover_drop (BeckonCall *self, BeckonCallMember *member)
{
  BeckonMediaPeer *next = g_steal_pointer (&member->next);

  member->moved_at = 0;
  member->next_heard = FALSE;
  if (next == NULL)
    return;
  g_signal_handlers_disconnect_by_data (next, self);
  beckon_media_session_remove_peer (self->media_session, next, NULL);
}

/* The new one takes the place of the old one, which nobody needs any more. */
static void
finish (BeckonCall *self, BeckonCallMember *member)
{
  BeckonMediaPeer *old = member->peer;

  member->peer = g_steal_pointer (&member->next);
  member->moved_at = 0;
  member->next_heard = FALSE;
  if (member->encoder_attempts > 0)
    member->encoder_attempts = ENCODER_ATTEMPTS; /* one was all it took, or no other does better */
  else if (wants_encoder (member))
    member->next_since = 0; /* at once */
  g_signal_handlers_disconnect_by_data (old, self);
  beckon_media_session_remove_peer (self->media_session, old, NULL);
  g_object_notify (G_OBJECT (self), "remote-screen");
  g_object_notify (G_OBJECT (self), "remote-screen-video");
  beckon_call_update_shown (self);
  g_signal_emit_by_name (self, "handed-over", member->user->id, member->generation);
}

static gboolean
is_up (BeckonMediaPeer *peer)
{
  return peer != NULL && beckon_media_peer_get_state (peer) == BECKON_MEDIA_PEER_CONNECTED;
}

/* No more of what is under way: but what is up may be all that the other end has kept. */
static void
conclude (BeckonCall *self, BeckonCallMember *member)
{
  if (is_up (member->next))
    finish (self, member);
  else
    beckon_call_handover_drop (self, member);
}

static void
make_next (BeckonCall *self, BeckonCallMember *member, guint generation, gboolean offerer)
{
  conclude (self, member);
  g_debug ("Call %s: connection %u with %s, %s", self->id, generation, member->user->id,
           offerer ? "offered" : "answered");
  member->next_since = g_get_monotonic_time ();
  member->stale = member->next_answered = FALSE;
  if (wants_encoder (member))
    member->encoder_attempts++;
  member->next = beckon_call_media_new_peer (
      self, member, beckon_media_peer_get_device (member->peer), generation, offerer);
  beckon_media_session_set_sending (self->media_session, member->next, FALSE);
  schedule (self);
}

gboolean
beckon_call_handover_start (BeckonCall *self, BeckonCallMember *member, const char *device)
{
  if (!can_hand_over (self, member) ||
      g_strcmp0 (device, beckon_media_peer_get_device (member->peer)) != 0)
    return FALSE;
  make_next (self, member, member->generation + 1, TRUE);
  return TRUE;
}

gboolean
beckon_call_handover_answer (BeckonCall *self,
                             BeckonCallMember *member,
                             const char *device,
                             guint generation)
{
  if (!can_hand_over (self, member) ||
      g_strcmp0 (device, beckon_media_peer_get_device (member->peer)) != 0)
    return FALSE;
  make_next (self, member, generation, FALSE);
  return TRUE;
}

/* Up: we begin to send there. */
static void
move (BeckonCall *self, BeckonCallMember *member)
{
  member->moved_at = g_get_monotonic_time ();
  beckon_media_session_set_sending (self->media_session, member->next, TRUE);
}

/* Whether all that they send comes on the new one. */
static gboolean
has_come (BeckonCallMember *member)
{
  if (beckon_media_peer_get_remote_camera (member->peer) &&
      beckon_media_peer_get_remote_video (member->next) == NULL)
    return FALSE;
  if (beckon_media_peer_get_remote_screen (member->peer) &&
      beckon_media_peer_get_remote_screen_video (member->next) == NULL)
    return FALSE;
  return member->next_heard || !beckon_media_peer_get_remote_microphone (member->peer);
}

/* The new one is up. */
static void
advance (BeckonCall *self, BeckonCallMember *member)
{
  const gboolean lost = beckon_call_media_is_dead (member);
  gint64 since;

  if (member->moved_at == 0)
    move (self, member);
  since = g_get_monotonic_time () - member->moved_at;
  if (since >= OVERLAP_US)
    beckon_media_session_set_sending (self->media_session, member->peer, FALSE);
  if (lost || since >= SETTLE_US || (since >= OVERLAP_US && has_come (member)))
    finish (self, member);
}

/* Whether there was a network, and is none now: people on one machine need none. */
static gboolean
is_cut_off (BeckonCall *self)
{
  g_autofree char *addresses = beckon_media_list_addresses ();

  return *addresses == '\0' && *self->addresses != '\0';
}

static gboolean
can_signal (BeckonCall *self)
{
  return beckon_signaling_service_get_state (self->signaling) == BECKON_SIGNALING_CONNECTED;
}

static gboolean
has_time (BeckonCallMember *member)
{
  const gint64 now = g_get_monotonic_time ();

  if (!member->next_answered &&
      beckon_media_peer_get_state (member->next) == BECKON_MEDIA_PEER_CONNECTING)
    {
      member->next_answered = TRUE;
      member->next_since = now;
    }
  return now - member->next_since < ATTEMPT_US;
}

static void
step (BeckonCall *self, BeckonCallMember *member)
{
  if (!can_hand_over (self, member))
    return;
  if (member->next != NULL)
    switch (beckon_media_peer_get_state (member->next))
      {
      case BECKON_MEDIA_PEER_CONNECTED:
        advance (self, member);
        return;
      case BECKON_MEDIA_PEER_NEW:
      case BECKON_MEDIA_PEER_CONNECTING:
        if (has_time (member))
          return;
        break;
      case BECKON_MEDIA_PEER_LOST:
      case BECKON_MEDIA_PEER_FAILED:
      case BECKON_MEDIA_PEER_CLOSED:
      default:
        break;
      }
  beckon_call_handover_drop (self, member);
  if (!can_signal (self) || g_get_monotonic_time () - member->next_since < ATTEMPT_US ||
      !is_wanting (member) || is_cut_off (self))
    return;
  beckon_call_handover_start (self, member, beckon_media_peer_get_device (member->peer));
}

/* ---- all of them ---- */

static gboolean
is_busy (BeckonCall *self)
{
  for (guint i = 0; i < self->members->len; i++)
    {
      BeckonCallMember *member = g_ptr_array_index (self->members, i);

      if (can_hand_over (self, member) && (member->next != NULL || is_wanting (member)))
        return TRUE;
    }
  return FALSE;
}

static gboolean
on_beat (gpointer user_data)
{
  g_autoptr (BeckonCall) self = g_object_ref (user_data);

  beckon_call_handover_step (self);
  if (is_busy (self))
    return G_SOURCE_CONTINUE;
  self->handover_source = 0;
  return G_SOURCE_REMOVE;
}

static void
schedule (BeckonCall *self)
{
  if (self->handover_source == 0 && is_busy (self))
    self->handover_source = g_timeout_add (BEAT_MS, on_beat, self);
}

void
beckon_call_handover_step (BeckonCall *self)
{
  for (guint i = 0; i < self->members->len; i++)
    step (self, g_ptr_array_index (self->members, i));
  schedule (self);
}

void
beckon_call_handover_stop (BeckonCall *self)
{
  g_clear_handle_id (&self->handover_source, g_source_remove);
  g_clear_handle_id (&self->calm_source, g_source_remove);
}

static void
renew (BeckonCall *self, BeckonCallMember *member)
{
  conclude (self, member);
  member->stale = TRUE;
  member->next_since = 0; /* as soon as it can be told */
}

/* ---- the network ---- */

/* What there is was made on another network, unless it was only the routes that changed; and so was
 * what is under way. */
static void
start_anew (BeckonCall *self, gboolean moved)
{
  for (guint i = 0; i < self->members->len; i++)
    {
      BeckonCallMember *member = g_ptr_array_index (self->members, i);

      if (moved || !is_up (member->next))
        renew (self, member);
    }
  beckon_call_handover_step (self);
}

static gboolean
on_calm (gpointer user_data)
{
  BeckonCall *self = user_data;
  g_autofree char *addresses = beckon_media_list_addresses ();
  const gboolean moved = !g_str_equal (addresses, self->addresses);

  self->calm_source = 0;
  if (*addresses == '\0' || (!moved && !is_busy (self)))
    return G_SOURCE_REMOVE; /* nowhere to go, or nothing to us */
  g_debug ("Call %s: the addresses are %s, were %s", self->id, addresses, self->addresses);
  g_free (self->addresses);
  self->addresses = g_steal_pointer (&addresses);
  start_anew (self, moved);
  return G_SOURCE_REMOVE;
}

static void
on_network_changed (GNetworkMonitor *monitor, gboolean available, BeckonCall *self)
{
  if (self->state != BECKON_CALL_STATE_CALLING)
    return;
  g_clear_handle_id (&self->calm_source, g_source_remove);
  self->calm_source = g_timeout_add (CALM_MS, on_calm, self);
}

/* What is under way has the same encoder, unless it began because of a failed one. */
static void
on_encoder_failed (BeckonMediaSession *session, BeckonMediaPeer *peer, BeckonCall *self)
{
  for (guint i = 0; i < self->members->len; i++)
    {
      BeckonCallMember *member = g_ptr_array_index (self->members, i);

      if (member->peer == peer && member->encoder_attempts == 0)
        renew (self, member);
    }
  beckon_call_handover_step (self);
}

void
beckon_call_handover_open (BeckonCall *self)
{
  self->addresses = beckon_media_list_addresses ();
  g_signal_connect_object (g_network_monitor_get_default (), "network-changed",
                           G_CALLBACK (on_network_changed), self, 0);
  /* What had to wait for the server. */
  g_signal_connect_object (self->signaling, "notify::state", G_CALLBACK (beckon_call_handover_step),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->media_session, "encoder-failed", G_CALLBACK (on_encoder_failed),
                           self, 0);
}

GError *
beckon_call_handover_new_cause (BeckonCall *self)
{
  if (is_cut_off (self))
    return g_error_new_literal (BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_NO_ROUTE,
                                "This computer has no network");
  if (!can_signal (self))
    return g_error_new (BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_NO_PATH,
                        "Neither %s nor the server could be reached for %d seconds",
                        beckon_call_get_peer_name (self), BECKON_CALL_LOST_SECONDS);
  return g_error_new (BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_PEER_SILENT,
                      "%s did not answer for %d seconds", beckon_call_get_peer_name (self),
                      BECKON_CALL_LOST_SECONDS);
}
