/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Where signaling and media meet: descriptions and candidates are carried between them, and what
 * becomes of the path is made the call's progress.
 *
 * Who offers: the caller to everybody, right behind the invitation; later, who is in the call to
 * who joins. So one of two people offers, and all are connected to all. Who joins again, from
 * another device or after a break, is offered a connection of the next generation in the place of
 * the old one. Should both have joined again at once, the offer of whose user id sorts first holds.
 * Where the old one still carries, or may again, it goes only when the new one is up:
 * call-handover.c.
 *
 * While it rings the two connect already, if we trust the caller: no media flows before we accept,
 * and no device is open. For others the answer is ready but held, and so are their candidates: they
 * learn nothing about us, not even an address.
 *
 * An offer goes to all devices of a person. The first that answers is connected to; the others
 * wait. If one of them accepts, it is offered a connection of its own.
 *
 * Who sends offer upon offer is answered once a second: call-offers.c.
 */

#define G_LOG_DOMAIN "beckon-call"

#include "config.h"

#include "call-private.h"

static void
on_signal_sent (GObject *source, GAsyncResult *result, gpointer unused)
{
  g_autoptr (GError) error = NULL;

  if (!beckon_signaling_service_request_finish (BECKON_SIGNALING_SERVICE (source), result, &error))
    g_debug ("A signal was not delivered: %s", error->message);
}

static void
send_signal (BeckonCall *self, BeckonCallMember *member, const BeckonPeerSignal *signal)
{
  /* Of the next one, too: it is to the same device. */
  const char *device = member->peer != NULL ? beckon_media_peer_get_device (member->peer) : NULL;

  beckon_signaling_service_send_signal_async (self->signaling, self->id, member->user->id, device,
                                              signal, NULL, on_signal_sent, NULL);
}

/* Whether @member must not hear of us yet. */
static gboolean
is_holding (BeckonCall *self, BeckonCallMember *member)
{
  return self->state == BECKON_CALL_STATE_INCOMING && !self->accepting && !member->trusted;
}

static void
on_local_signal (BeckonMediaPeer *peer, const BeckonPeerSignal *signal, BeckonCall *self)
{
  BeckonCallMember *member = beckon_call_find_member (self, beckon_media_peer_get_user (peer));

  if (member == NULL || (member->peer != peer && member->next != peer))
    return;
  if (is_holding (self, member))
    g_queue_push_tail (&member->outbox, beckon_peer_signal_copy (signal));
  else
    send_signal (self, member, signal);
}

static void
handle_signal (BeckonCallMember *member, const BeckonPeerSignal *signal)
{
  const gboolean next = member->next != NULL && signal->generation == member->generation;
  g_autoptr (GError) error = NULL;

  if (!beckon_media_peer_handle_signal (next ? member->next : member->peer, signal, &error))
    g_message ("Refused a signal of %s: %s", member->user->id, error->message);
}

static void
stop_lost (BeckonCall *self)
{
  g_clear_handle_id (&self->lost_source, g_source_remove);
  if (self->seconds_to_end == 0)
    return;
  self->seconds_to_end = 0;
  g_object_notify (G_OBJECT (self), "seconds-to-end");
}

static gboolean
on_lost_second (gpointer user_data)
{
  BeckonCall *self = user_data;

  if (self->seconds_to_end > 1)
    {
      self->seconds_to_end--;
      g_object_notify (G_OBJECT (self), "seconds-to-end");
      return G_SOURCE_CONTINUE;
    }
  self->lost_source = 0;
  beckon_call_dispatch (self, BECKON_CALL_EVENT_MEDIA_LOST, BECKON_CALL_END_CONNECTION_LOST,
                        beckon_call_handover_new_cause (self));
  return G_SOURCE_REMOVE;
}

/* The call is as connected as the best of its peers. */
static BeckonMediaPeerState
best_state (BeckonCall *self, const GError **problem)
{
  static const int rank[] = {
    [BECKON_MEDIA_PEER_CLOSED] = 0,     [BECKON_MEDIA_PEER_FAILED] = 1,
    [BECKON_MEDIA_PEER_LOST] = 2,       [BECKON_MEDIA_PEER_NEW] = 3,
    [BECKON_MEDIA_PEER_CONNECTING] = 4, [BECKON_MEDIA_PEER_CONNECTED] = 5,
  };
  BeckonMediaPeerState best = BECKON_MEDIA_PEER_CLOSED;

  for (guint i = 0; i < self->members->len; i++)
    {
      BeckonCallMember *member = g_ptr_array_index (self->members, i);
      BeckonMediaPeerState state;

      if (member->peer == NULL || member->state != BECKON_MEMBER_JOINED)
        continue;
      state = beckon_media_peer_get_state (member->peer);
      if (rank[state] >= rank[best])
        {
          best = state;
          *problem = beckon_media_peer_get_problem (member->peer);
        }
    }
  return best;
}

/* What is known of the best of those who should be there. */
static GError *
explain_silence (BeckonCall *self)
{
  for (guint i = 0; i < self->members->len; i++)
    {
      BeckonCallMember *member = g_ptr_array_index (self->members, i);

      if (member->peer != NULL && member->state == BECKON_MEMBER_JOINED)
        return beckon_media_peer_explain (member->peer);
    }
  return g_error_new (BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_PEER_SILENT,
                      "No sound and no picture came within %d seconds", BECKON_CALL_MEDIA_SECONDS);
}

static gboolean
on_no_media (gpointer user_data)
{
  BeckonCall *self = user_data;

  self->media_source = 0;
  beckon_call_dispatch (self, BECKON_CALL_EVENT_MEDIA_LOST, BECKON_CALL_END_NO_MEDIA,
                        explain_silence (self));
  return G_SOURCE_REMOVE;
}

static void
expect_media (BeckonCall *self)
{
  if (self->media_source == 0)
    self->media_source =
        g_timeout_add_seconds (BECKON_CALL_MEDIA_SECONDS, on_no_media, self);
}

/* Nobody is missing: who is rung may still come. */
static void
expect_nobody (BeckonCall *self)
{
  g_clear_handle_id (&self->media_source, g_source_remove);
  if (self->progress == BECKON_CALL_PROGRESS_RECONNECTING)
    beckon_call_set_progress (self, BECKON_CALL_PROGRESS_CONNECTING);
  stop_lost (self);
}

static void
path_lost (BeckonCall *self)
{
  if (self->lost_source != 0)
    return;
  self->seconds_to_end = BECKON_CALL_LOST_SECONDS;
  self->lost_source = g_timeout_add_seconds (1, on_lost_second, self);
  beckon_call_set_progress (self, BECKON_CALL_PROGRESS_RECONNECTING);
  g_object_notify (G_OBJECT (self), "seconds-to-end");
}

static void
update_progress (BeckonCall *self)
{
  const GError *problem = NULL;
  const gboolean was_connected = self->progress == BECKON_CALL_PROGRESS_CONNECTED ||
                                 self->progress == BECKON_CALL_PROGRESS_RECONNECTING;

  if (self->state != BECKON_CALL_STATE_CALLING)
    return;
  if (beckon_call_count_members (self, BECKON_MEMBER_JOINED) == 0)
    {
      expect_nobody (self);
      return;
    }

  switch (best_state (self, &problem))
    {
    case BECKON_MEDIA_PEER_CONNECTED:
      g_clear_handle_id (&self->media_source, g_source_remove);
      beckon_call_set_progress (self, BECKON_CALL_PROGRESS_CONNECTED);
      stop_lost (self);
      break;
    case BECKON_MEDIA_PEER_LOST:
      path_lost (self);
      break;
    case BECKON_MEDIA_PEER_FAILED:
      if (was_connected)
        path_lost (self);
      else
        beckon_call_dispatch (self, BECKON_CALL_EVENT_MEDIA_LOST, BECKON_CALL_END_NO_MEDIA,
                              problem != NULL ? g_error_copy (problem) : NULL);
      break;
    case BECKON_MEDIA_PEER_NEW:
    case BECKON_MEDIA_PEER_CONNECTING:
    case BECKON_MEDIA_PEER_CLOSED:
    default:
      if (was_connected)
        path_lost (self); /* a new connection takes the place of the one there was */
      else
        expect_media (self);
      break;
    }
}

static void
on_peer_state (BeckonMediaPeer *peer, GParamSpec *pspec, BeckonCall *self)
{
  beckon_call_handover_step (self);
  beckon_call_update_shown (self);
  update_progress (self);
}

/* @word: what they are told, or %NULL */
static void
drop_peer (BeckonCall *self, BeckonCallMember *member, const char *word)
{
  BeckonMediaPeer *peer = g_steal_pointer (&member->peer);

  beckon_call_handover_drop (self, member);
  g_queue_clear_full (&member->outbox, (GDestroyNotify) beckon_peer_signal_free);
  g_queue_clear_full (&member->inbox, (GDestroyNotify) beckon_peer_signal_free);
  if (peer == NULL)
    return;
  member->heard = member->seen = FALSE;
  g_signal_handlers_disconnect_by_data (peer, self);
  beckon_media_session_remove_peer (self->media_session, peer, word);
  g_object_notify (G_OBJECT (self), "remote-screen-video");
  beckon_call_update_shown (self);
}

static void
on_peer_bye (BeckonMediaPeer *peer, const char *word, BeckonCall *self)
{
  BeckonCallMember *member = beckon_call_find_member (self, beckon_media_peer_get_user (peer));
  BeckonLeaveReason reason = BECKON_LEAVE_HUNG_UP;

  if (member == NULL || (member->peer != peer && member->next != peer))
    return;
  /* Who has not answered, or whom we have not, says goodbye to a connection and not to a call. */
  if (self->state != BECKON_CALL_STATE_CALLING || member->state != BECKON_MEMBER_JOINED)
    {
      drop_peer (self, member, NULL);
      return;
    }
  if (word != NULL)
    beckon_leave_reason_from_string (word, &reason);
  beckon_call_member_gone (self, member,
                           reason == BECKON_LEAVE_HUNG_UP || reason == BECKON_LEAVE_QUIT
                               ? BECKON_CALL_END_PEER_HUNG_UP
                               : BECKON_CALL_END_CONNECTION_LOST);
}

/* A property of a peer or of the session that is also one of the call's. */
static void
on_forwarded (GObject *source, GParamSpec *pspec, BeckonCall *self)
{
  const char *name = g_param_spec_get_name (pspec);

  g_object_notify (G_OBJECT (self), g_str_equal (name, "audio-level") ? "remote-level" : name);
  if (g_str_equal (name, "remote-video"))
    beckon_call_update_shown (self);
}

static void
forward (BeckonCall *self, gpointer source, const char *const *names)
{
  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autofree char *detailed = g_strconcat ("notify::", names[i], NULL);

      g_signal_connect_object (source, detailed, G_CALLBACK (on_forwarded), self, 0);
    }
}

static void
on_first_audio (BeckonMediaPeer *peer, BeckonCall *self)
{
  BeckonCallMember *member = beckon_call_find_member (self, beckon_media_peer_get_user (peer));

  if (member->next == peer)
    member->next_heard = TRUE;
  if (member->heard)
    return;
  member->heard = TRUE;
  g_signal_emit_by_name (self, "first-audio", beckon_media_peer_get_user (peer));
}

static void
on_first_video (BeckonMediaPeer *peer, guint width, guint height, BeckonCall *self)
{
  BeckonCallMember *member = beckon_call_find_member (self, beckon_media_peer_get_user (peer));

  if (member->seen)
    return;
  member->seen = TRUE;
  g_signal_emit_by_name (self, "first-video", beckon_media_peer_get_user (peer), width, height);
}

/* Credentials do not last as long as a call may. */
static void
update_ice_servers (BeckonCall *self)
{
  GPtrArray *servers = beckon_signaling_service_get_ice_servers (self->signaling);

  beckon_media_session_clear_ice_servers (self->media_session);
  for (guint i = 0; i < servers->len; i++)
    {
      BeckonIceServer *server = g_ptr_array_index (servers, i);

      for (guint j = 0; server->urls[j] != NULL; j++)
        beckon_media_session_add_ice_server (self->media_session, server->urls[j],
                                             server->username, server->credential);
    }
}

BeckonMediaPeer *
beckon_call_media_new_peer (BeckonCall *self,
                            BeckonCallMember *member,
                            const char *device,
                            guint generation,
                            gboolean offerer)
{
  static const char *const names[] = { "remote-microphone",
                                       "remote-camera",
                                       "remote-video",
                                       "remote-screen",
                                       "remote-screen-video",
                                       "audio-level",
                                       NULL };

  BeckonMediaPeer *peer;

  update_ice_servers (self);
  member->generation = generation;
  peer = beckon_media_session_add_peer (self->media_session, member->user->id, device, generation,
                                        offerer);
  g_signal_connect_object (peer, "local-signal", G_CALLBACK (on_local_signal), self, 0);
  g_signal_connect_object (peer, "notify::state", G_CALLBACK (on_peer_state), self, 0);
  g_signal_connect_object (peer, "bye", G_CALLBACK (on_peer_bye), self, 0);
  g_signal_connect_object (peer, "first-audio", G_CALLBACK (on_first_audio), self, 0);
  g_signal_connect_object (peer, "first-video", G_CALLBACK (on_first_video), self, 0);
  forward (self, peer, names);
  beckon_media_peer_set_volume (peer, member->volume);
  beckon_media_session_hold_peer (self->media_session, peer, member->state != BECKON_MEMBER_JOINED);
  return peer;
}

static void
add_peer (BeckonCall *self,
          BeckonCallMember *member,
          const char *device,
          guint generation,
          gboolean offerer)
{
  g_assert (member->peer == NULL);
  member->peer = beckon_call_media_new_peer (self, member, device, generation, offerer);
  beckon_call_update_shown (self);
}

void
beckon_call_media_start (BeckonCall *self, const BeckonMediaConfig *config)
{
  static const char *const names[] = { "microphone",
                                       "camera",
                                       "local-video",
                                       "microphone-problem",
                                       "camera-problem",
                                       "speaker-problem",
                                       "screen",
                                       "system-sound",
                                       "screen-problem",
                                       "microphone-level",
                                       NULL };

  self->media_session = beckon_media_session_new (config);
  beckon_media_session_set_microphone (self->media_session, TRUE);
  beckon_media_session_set_camera (self->media_session, self->media == BECKON_MEDIA_VIDEO);
  forward (self, self->media_session, names);
}

void
beckon_call_media_offer (BeckonCall *self, BeckonCallMember *member, const char *device)
{
  if (beckon_call_handover_start (self, member, device))
    return;
  drop_peer (self, member, NULL);
  add_peer (self, member, device, member->generation + 1, TRUE);
  update_progress (self);
}

/* Whether there is a connection, and @device (nullable) is the other end of it as far as we know.
 */
static gboolean
is_from_peer (BeckonCallMember *member, const char *device)
{
  const char *other = member->peer != NULL ? beckon_media_peer_get_device (member->peer) : NULL;

  return member->peer != NULL && (other == NULL || device == NULL || g_str_equal (other, device));
}

gboolean
beckon_call_media_is_dead (BeckonCallMember *member)
{
  const BeckonMediaPeerState state = beckon_media_peer_get_state (member->peer);

  return state == BECKON_MEDIA_PEER_FAILED || state == BECKON_MEDIA_PEER_LOST;
}

/* Whether @offer begins a connection, and does not belong to one that is over. */
static gboolean
is_new_offer (BeckonCall *self, BeckonCallMember *member, const char *device,
              const BeckonPeerSignal *offer)
{
  const char *own = beckon_signaling_service_get_user_id (self->signaling);
  BeckonMediaPeer *ours = member->next != NULL ? member->next : member->peer;

  if (offer->kind != BECKON_PEER_SIGNAL_DESCRIPTION || offer->sdp_type != BECKON_SDP_OFFER)
    return FALSE;
  if (offer->generation > member->generation)
    return TRUE;
  if (member->peer != NULL && !is_from_peer (member, device))
    return TRUE; /* that one counts for itself */
  /* Both offered at once. */
  return ours != NULL && offer->generation == member->generation &&
         beckon_media_peer_is_offerer (ours) &&
         beckon_media_peer_get_state (ours) == BECKON_MEDIA_PEER_NEW &&
         g_strcmp0 (member->user->id, own) < 0;
}

static void
answer_offer (BeckonCall *self, BeckonCallMember *member, const char *device, guint generation)
{
  if (beckon_call_handover_answer (self, member, device, generation))
    return;
  drop_peer (self, member, NULL);
  add_peer (self, member, device, generation, FALSE);
  update_progress (self);
}

void
beckon_call_media_signal (BeckonCall *self,
                          const char *user,
                          const char *device,
                          const BeckonPeerSignal *signal)
{
  BeckonCallMember *member = beckon_call_find_member (self, user);

  if (self->state == BECKON_CALL_STATE_FREE || member == NULL ||
      member->state == BECKON_MEMBER_GONE)
    {
      g_debug ("Refused a signal of %s, who is not in call %s", user, self->id);
      return;
    }
  if (signal->kind == BECKON_PEER_SIGNAL_BYE)
    {
      const gboolean waited = beckon_call_offers_end (member, device, signal);

      if (is_from_peer (member, device) &&
          (waited || signal->generation == member->generation ||
           signal->generation == beckon_media_peer_get_generation (member->peer)))
        on_peer_bye (member->peer, signal->reason, self);
      return;
    }
  if (beckon_call_offers_keep (member, device, signal))
    return;
  if (is_new_offer (self, member, device, signal))
    {
      if (!beckon_call_offers_take (self, member, device, signal))
        return;
      answer_offer (self, member, device, signal->generation);
    }
  if (!is_from_peer (member, device))
    {
      g_debug ("Refused a signal of %s that is not of our connection", user);
      return;
    }
  if (beckon_media_peer_get_device (member->peer) == NULL && device != NULL)
    beckon_media_peer_set_device (member->peer, device);

  if (is_holding (self, member) && signal->kind != BECKON_PEER_SIGNAL_DESCRIPTION)
    g_queue_push_tail (&member->inbox, beckon_peer_signal_copy (signal));
  else
    handle_signal (member, signal);
}

void
beckon_call_media_trust (BeckonCall *self, const char *user)
{
  BeckonCallMember *member = beckon_call_find_member (self, user);

  g_assert (self->state == BECKON_CALL_STATE_INCOMING && member != NULL && member->peer == NULL);
  member->trusted = TRUE;
}

void
beckon_call_media_release (BeckonCall *self)
{
  g_assert (self->state != BECKON_CALL_STATE_INCOMING || self->accepting);

  for (guint i = 0; i < self->members->len; i++)
    {
      BeckonCallMember *member = g_ptr_array_index (self->members, i);
      BeckonPeerSignal *signal;

      while ((signal = g_queue_pop_head (&member->outbox)) != NULL)
        {
          send_signal (self, member, signal);
          beckon_peer_signal_free (signal);
        }
      while ((signal = g_queue_pop_head (&member->inbox)) != NULL)
        {
          handle_signal (member, signal);
          beckon_peer_signal_free (signal);
        }
    }
}

void
beckon_call_media_open (BeckonCall *self)
{
  g_assert (self->media_source == 0);
  for (guint i = 0; i < self->members->len; i++)
    {
      BeckonCallMember *member = g_ptr_array_index (self->members, i);

      /* What failed while it rang: who is in the call offers another. */
      if (!self->outgoing && member->peer != NULL && beckon_call_media_is_dead (member))
        drop_peer (self, member, NULL);
    }
  beckon_call_handover_open (self);
  beckon_media_session_open (self->media_session);
  beckon_call_handover_step (self); /* what has failed while it rang */
  update_progress (self);
}

void
beckon_call_media_remove (BeckonCall *self, BeckonCallMember *member)
{
  beckon_call_offers_drop (member);
  drop_peer (self, member, beckon_leave_reason_to_string (BECKON_LEAVE_HUNG_UP));
  beckon_call_update_shown (self); /* also if there was no connection to them */
  update_progress (self);
}

static void
on_media_closed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (BeckonCall) self = user_data;
  g_autoptr (GError) error = NULL;
  GList *tasks = g_steal_pointer (&self->closed_tasks);

  if (!beckon_media_session_close_finish (BECKON_MEDIA_SESSION (source), result, &error))
    g_message ("Closing the media of call %s: %s", self->id, error->message);
  self->media_closed = TRUE;
  for (GList *l = tasks; l != NULL; l = l->next)
    {
      if (error != NULL)
        g_task_return_error (l->data, g_error_copy (error));
      else
        g_task_return_boolean (l->data, TRUE);
    }
  g_list_free_full (tasks, g_object_unref);
}

void
beckon_call_media_close (BeckonCall *self, const char *reason)
{
  stop_lost (self);
  beckon_call_handover_stop (self);
  beckon_call_offers_stop (self);
  g_clear_handle_id (&self->offer_source, g_source_remove);
  g_clear_handle_id (&self->media_source, g_source_remove);
  g_signal_handlers_disconnect_by_data (self->media_session, self);
  for (guint i = 0; i < self->members->len; i++)
    {
      BeckonCallMember *member = g_ptr_array_index (self->members, i);

      if (member->peer != NULL)
        g_signal_handlers_disconnect_by_data (member->peer, self);
      if (member->next != NULL)
        g_signal_handlers_disconnect_by_data (member->next, self);
      member->peer = member->next = NULL;
    }
  beckon_media_session_close_async (self->media_session, reason, on_media_closed,
                                    g_object_ref (self));
}
