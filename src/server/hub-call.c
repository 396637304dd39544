/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The judge of calls: what a call is, and how it goes on by itself. A participant goes
 *
 *   INVITING ──▶ RINGING ──▶ JOINED ◀──▶ LEFT
 *       └───────────┴──────▶ REJECTED | CANCELLED | TIMED_OUT
 *
 * in single steps, and the first step out of INVITING or RINGING wins; whoever comes later is told
 * what it was. From the lower row and from LEFT one may be invited again, which is a new way from the start. The caller is
 * JOINED from the start. A call is over when fewer than two are in it and nobody rings; hub_call_settle() looks after
 * every step. */

#define G_LOG_DOMAIN "beckon-server"

#include "config.h"

#include "hub-private.h"

/* How many calls that are over are remembered, so that who comes late learns how it ended. */
#define ENDED_MAX 10000
/* Invitations that run out so closely after each other do so together. */
#define TOGETHER_MS 20

/* ---- looking ---- */

gboolean
hub_participant_is_alerted (const HubParticipant *participant)
{
  return participant->state == HUB_INVITING || participant->state == HUB_RINGING;
}

gboolean
hub_participant_is_live (const HubParticipant *participant)
{
  return hub_participant_is_alerted (participant) || participant->state == HUB_JOINED;
}

const char *
hub_participant_outcome (const HubParticipant *participant)
{
  switch (participant->state)
    {
    case HUB_REJECTED:
      return "rejected";
    case HUB_CANCELLED:
      return "cancelled";
    case HUB_TIMED_OUT:
      return "timed-out";
    case HUB_LEFT:
      return "left";
    case HUB_JOINED:
      return "accepted";
    case HUB_INVITING:
    case HUB_RINGING:
    default:
      return "ringing";
    }
}

HubParticipant *
hub_call_get_caller (HubCall *call)
{
  return g_ptr_array_index (call->participants, 0);
}

HubParticipant *
hub_call_find_participant (HubCall *call, HubUser *user)
{
  for (guint i = 0; i < call->participants->len; i++)
    {
      HubParticipant *participant = g_ptr_array_index (call->participants, i);

      if (participant->user == user)
        return participant;
    }
  return NULL;
}

gint64
hub_call_duration (HubCall *call)
{
  return call->accepted_at > 0 ? MAX (0, hub_now (call->hub) - call->accepted_at) : 0;
}

HubCall *
hub_call_occupation (HubUser *user, HubCall *except)
{
  for (HubParticipant *p = user->participants; p != NULL; p = p->next_of_user)
    if (p->call != except && !p->unreachable &&
        (p->state == HUB_JOINED || (hub_participant_is_alerted (p) && hub_user_can_ring (user))))
      return p->call;
  return NULL;
}

gboolean
hub_user_is_in_call (HubUser *user)
{
  for (HubParticipant *p = user->participants; p != NULL; p = p->next_of_user)
    if (p->state == HUB_JOINED)
      return TRUE;
  return FALSE;
}

/* ---- making ---- */

HubCall *
hub_call_new (BeckonHub *self, const char *id, BeckonMedia media, const char *data)
{
  HubCall *call = g_new0 (HubCall, 1);

  call->hub = self;
  call->id = g_strdup (id);
  call->media = media;
  call->data = g_strdup (data);
  call->started = hub_now (self);
  call->participants = g_ptr_array_new ();
  beckon_metrics_add (self->metrics, BECKON_GAUGE_CALLS_RINGING, 1);
  return call;
}

HubParticipant *
hub_call_add_participant (HubCall *call, HubUser *user, HubParticipantState state)
{
  HubParticipant *participant = g_new0 (HubParticipant, 1);

  participant->call = call;
  participant->user = user;
  participant->state = state;
  participant->next_of_user = user->participants;
  user->participants = participant;
  g_ptr_array_add (call->participants, participant);
  return participant;
}

static void
forget_signals (HubParticipant *participant)
{
  if (participant->mailbox == NULL)
    return;
  hub_record_erase_signals (participant);
  g_clear_pointer (&participant->mailbox, g_ptr_array_unref);
  participant->mailbox_bytes = 0;
}

static void
participant_free (HubParticipant *participant)
{
  HubParticipant **link = &participant->user->participants;

  beckon_timer_stop (&participant->timer);
  while (*link != participant)
    link = &(*link)->next_of_user;
  *link = participant->next_of_user;
  hub_user_settle (participant->call->hub, participant->user);
  g_clear_pointer (&participant->mailbox, g_ptr_array_unref);
  g_free (participant->device);
  g_free (participant->data);
  g_free (participant);
}

void
hub_call_free (HubCall *call)
{
  beckon_metrics_add (call->hub->metrics,
                      call->accepted_at > 0 ? BECKON_GAUGE_CALLS_RUNNING
                                            : BECKON_GAUGE_CALLS_RINGING,
                      -1);
  if (call->dirty)
    g_ptr_array_remove_fast (call->hub->dirty_calls, call);
  for (guint i = 0; i < call->participants->len; i++)
    participant_free (g_ptr_array_index (call->participants, i));
  g_ptr_array_unref (call->participants);
  g_free (call->id);
  g_free (call->data);
  g_free (call);
}

void
hub_call_set_dirty (HubCall *call)
{
  if (call->dirty)
    return;
  call->dirty = TRUE;
  g_ptr_array_add (call->hub->dirty_calls, call);
  beckon_store_touch (call->hub->store);
}

/* ---- events ---- */

BeckonMessage *
hub_call_event (BeckonMessageType type, HubCall *call)
{
  BeckonMessage *event = beckon_message_new_event (type);

  beckon_message_set_string (event, "call", call->id);
  return event;
}

void
hub_participant_tell (HubParticipant *participant, BeckonMessage *event)
{
  HubSession *session;

  if (participant->state != HUB_JOINED)
    {
      hub_user_event (participant->user, event, NULL);
      return;
    }
  session = hub_user_find_session (participant->user, participant->device);
  if (session != NULL)
    hub_session_event (session, event);
}

void
hub_call_tell_members (HubCall *call, BeckonMessage *event, HubParticipant *except)
{
  for (guint i = 0; i < call->participants->len; i++)
    {
      HubParticipant *participant = g_ptr_array_index (call->participants, i);

      if (participant != except && participant->state == HUB_JOINED)
        hub_participant_tell (participant, event);
    }
}

/* Who invited, or, if they are not in it any more, nobody. */
static void
tell_inviter (HubParticipant *participant, BeckonMessage *event)
{
  HubParticipant *inviter = g_ptr_array_index (participant->call->participants,
                                               participant->inviter);

  if (inviter->state == HUB_JOINED)
    hub_participant_tell (inviter, event);
}

void
hub_participant_ring (HubParticipant *participant, HubSession *session)
{
  HubCall *call = participant->call;
  HubParticipant *inviter = g_ptr_array_index (call->participants, participant->inviter);
  g_autoptr (BeckonMessage) event = hub_call_event (BECKON_CALL_RECEIVED, call);
  const char *data = participant->data != NULL ? participant->data : call->data;

  hub_write_person (beckon_message_write (event, "from"), call, inviter->user, participant->user);
  hub_call_write_people (beckon_message_write (event, "members"), call, participant->user, FALSE);
  beckon_message_set_string (event, "media", beckon_media_to_string (call->media));
  beckon_message_set_int (event, "timeout", participant->timeout);
  beckon_message_set_int (event, "remaining_ms", MAX (0, participant->until - hub_now (call->hub)));
  if (data != NULL)
    beckon_message_set_string (event, "data", data);
  hub_session_ring (session, event, call->id);
  for (guint i = 0; participant->mailbox != NULL && i < participant->mailbox->len; i++)
    hub_session_event_tail (session, g_ptr_array_index (participant->mailbox, i));
}

/* ---- steps ---- */

void
hub_participant_set (HubParticipant *participant, HubParticipantState state)
{
  participant->state = state;
  if (!hub_participant_is_alerted (participant))
    forget_signals (participant);
  if (state != HUB_RINGING)
    {
      beckon_timer_stop (&participant->timer);
      participant->until = 0;
    }
  hub_call_set_dirty (participant->call);
}

static void
first_accept (HubCall *call)
{
  BeckonHub *self = call->hub;

  call->accepted_at = hub_now (self);
  beckon_metrics_add (self->metrics, BECKON_GAUGE_CALLS_RINGING, -1);
  beckon_metrics_add (self->metrics, BECKON_GAUGE_CALLS_RUNNING, 1);
  beckon_metrics_observe (self->metrics, BECKON_HISTOGRAM_INVITE_TO_ACCEPT,
                          (call->accepted_at - call->started) / 1000.0);
}

void
hub_participant_join (HubParticipant *participant, HubSession *session)
{
  HubCall *call = participant->call;

  hub_participant_set (participant, HUB_JOINED);
  if (participant->device != session->device)
    {
      g_free (participant->device);
      participant->device = g_strdup (session->device);
    }
  if (participant->joined_at == 0)
    participant->joined_at = hub_now (call->hub);
  participant->left_at = 0;
  if (call->accepted_at == 0 && participant != hub_call_get_caller (call))
    first_accept (call);
  hub_call_introduce (call);
}

static BeckonMessage *
new_ended (HubCall *call, const char *reason)
{
  BeckonMessage *event = hub_call_event (BECKON_CALL_ENDED, call);

  beckon_message_set_string (event, "reason", reason);
  beckon_message_set_int (event, "duration_ms", hub_call_duration (call));
  return event;
}

void
hub_participant_leave (HubParticipant *participant, BeckonLeaveReason reason, HubSession *by)
{
  HubCall *call = participant->call;
  const char *word = beckon_leave_reason_to_string (reason);
  g_autoptr (BeckonMessage) event = hub_call_event (BECKON_CALL_LEFT, call);
  g_autoptr (BeckonMessage) ended = new_ended (call, word);

  hub_participant_set (participant, HUB_LEFT);
  hub_user_event (participant->user, ended, by);
  participant->left_at = hub_now (call->hub);
  beckon_message_set_string (event, "user", participant->user->id);
  beckon_message_set_string (event, "reason", word);
  hub_call_tell_members (call, event, participant);
  hub_call_settle (call, word);
}

void
hub_participant_cancel (HubParticipant *participant, HubParticipant *by, const char *data)
{
  g_autoptr (BeckonMessage) event = hub_call_event (BECKON_CALL_CANCELLED, participant->call);

  hub_participant_set (participant, HUB_CANCELLED);
  beckon_message_set_string (event, "by", by->user->id);
  if (data != NULL)
    beckon_message_set_string (event, "data", data);
  if (!participant->unreachable)
    hub_user_event (participant->user, event, NULL);
}

/* ---- time ---- */

static void
time_out (HubCall *call, gint64 now)
{
  g_autoptr (GStrvBuilder) users = g_strv_builder_new ();
  g_autoptr (BeckonMessage) event = hub_call_event (BECKON_CALL_TIMEOUT, call);
  g_autoptr (BeckonMessage) unanswered = hub_call_event (BECKON_CALL_UNANSWERED, call);
  g_auto (GStrv) list = NULL;

  for (guint i = 0; i < call->participants->len; i++)
    {
      HubParticipant *participant = g_ptr_array_index (call->participants, i);

      if (!hub_participant_is_alerted (participant) || participant->until > now + TOGETHER_MS)
        continue;
      hub_participant_set (participant, HUB_TIMED_OUT);
      if (!participant->unreachable)
        hub_user_event (participant->user, event, NULL);
      g_strv_builder_add (users, participant->user->id);
    }
  list = g_strv_builder_end (users);
  beckon_message_set_strv (unanswered, "users", (const char *const *) list);
  hub_call_tell_members (call, unanswered, NULL);
  hub_call_settle (call, "unanswered");
}

static void
on_until (gpointer user_data)
{
  HubParticipant *participant = user_data;

  if (participant->state == HUB_JOINED)
    hub_participant_leave (participant, BECKON_LEAVE_LOST, NULL);
  else
    time_out (participant->call, hub_now (participant->call->hub));
}

void
hub_participant_wait (HubParticipant *participant, gint64 until)
{
  participant->until = until;
  hub_timer (participant->call->hub, &participant->timer, until, on_until, participant);
  hub_call_set_dirty (participant->call);
}

/* ---- telling the invitees ---- */

/* Who is blocked takes no place from the others. They themselves are counted among all there are, as
 * those are who ring somebody who does not exist: else that could be told from this. */
static gboolean
is_one_too_many (const HubParticipant *participant)
{
  guint n = 0;

  for (const HubParticipant *p = participant->user->participants; p != NULL; p = p->next_of_user)
    n += hub_participant_is_alerted (p) && (!p->unreachable || participant->unreachable);
  return n > participant->call->hub->config->invitations_per_callee;
}

static void
reject_busy (HubParticipant *participant)
{
  g_autoptr (BeckonMessage) event = hub_call_event (BECKON_CALL_REJECTED, participant->call);

  hub_participant_set (participant, HUB_REJECTED);
  participant->reason = BECKON_REJECT_BUSY;
  beckon_message_set_string (event, "user", participant->user->id);
  beckon_message_set_string (event, "reason", "busy");
  hub_call_tell_members (participant->call, event, NULL);
}

static void
tell_offline (HubParticipant *participant)
{
  g_autoptr (BeckonMessage) event = hub_call_event (BECKON_CALL_OFFLINE, participant->call);

  beckon_message_set_string (event, "user", participant->user->id);
  tell_inviter (participant, event);
}

/* A device whose connection broke just now is told, too, when it comes back. Too much rings also for
 * who is not there: else that would tell them from those who are. */
static void
deliver_to (HubParticipant *participant)
{
  HubUser *user = participant->user;

  if ((!participant->unreachable && hub_call_occupation (user, participant->call) != NULL) ||
      is_one_too_many (participant))
    {
      reject_busy (participant);
      return;
    }
  if (participant->unreachable)
    {
      tell_offline (participant);
      return;
    }
  if (!hub_user_can_ring (user))
    tell_offline (participant);
  for (HubSession *session = user->sessions; session != NULL; session = session->next_of_user)
    if (session->ring)
      hub_participant_ring (participant, session);
}

void
hub_call_deliver (HubCall *call)
{
  hub_call_introduce (call);
  for (guint i = 1; i < call->participants->len; i++)
    {
      HubParticipant *participant = g_ptr_array_index (call->participants, i);

      if (participant->state == HUB_INVITING && !beckon_timer_is_running (&participant->timer))
        {
          hub_participant_wait (participant, hub_now (call->hub) + participant->timeout * 1000);
          deliver_to (participant);
        }
    }
}

/* Whether a later invitation to that call, after the one that was acknowledged, is on its way. */
static gboolean
is_invited_again (HubSession *session, const char *id)
{
  for (GList *l = session->events.head; l != NULL; l = l->next)
    if (g_strcmp0 (((HubEvent *) l->data)->received, id) == 0)
      return TRUE;
  return FALSE;
}

void
hub_call_delivered (HubSession *session, const char *id)
{
  HubCall *call = g_hash_table_lookup (session->hub->calls, id);
  HubParticipant *participant = call != NULL ? hub_call_find_participant (call, session->user)
                                             : NULL;
  g_autoptr (BeckonMessage) event = NULL;

  if (participant == NULL || participant->state != HUB_INVITING || is_invited_again (session, id))
    return;
  hub_participant_set (participant, HUB_RINGING);
  if (!call->rung)
    beckon_metrics_observe (call->hub->metrics, BECKON_HISTOGRAM_INVITE_TO_RING,
                            (hub_now (call->hub) - call->started) / 1000.0);
  call->rung = TRUE;
  event = hub_call_event (BECKON_CALL_RINGING, call);
  beckon_message_set_string (event, "user", participant->user->id);
  tell_inviter (participant, event);
}

/* ---- the end ---- */

void
hub_call_remember_end (BeckonHub *self, const char *id, const char *reason)
{
  char *copy = g_strdup (id);

  g_hash_table_insert (self->ended, copy, g_strdup (reason));
  g_queue_push_tail (&self->ended_order, copy);
  if (g_queue_get_length (&self->ended_order) > ENDED_MAX)
    {
      const char *oldest = g_queue_pop_head (&self->ended_order);

      hub_record_erase_end (self, oldest);
      g_hash_table_remove (self->ended, oldest);
    }
}

void
hub_call_finish (HubCall *call, const char *reason)
{
  BeckonHub *self = call->hub;
  g_autoptr (BeckonMessage) event = new_ended (call, reason);

  for (guint i = 0; i < call->participants->len; i++)
    {
      HubParticipant *participant = g_ptr_array_index (call->participants, i);

      if (hub_participant_is_live (participant) && !participant->unreachable)
        hub_user_event (participant->user, event, NULL);
    }
  beckon_metrics_count (self->metrics, BECKON_COUNTER_CALLS, g_intern_string (reason));
  hub_history_write (call);
  hub_call_remember_end (self, call->id, reason);
  hub_record_end (self, call->id, reason);
  for (guint i = 0; i < call->participants->len; i++)
    forget_signals (g_ptr_array_index (call->participants, i));
  hub_record_erase_call (call);
  g_hash_table_remove (self->calls, call->id);
}

gboolean
hub_call_settle (HubCall *call, const char *reason)
{
  guint joined = 0, alerted = 0;

  for (guint i = 0; i < call->participants->len; i++)
    {
      HubParticipant *participant = g_ptr_array_index (call->participants, i);

      joined += participant->state == HUB_JOINED;
      alerted += hub_participant_is_alerted (participant);
    }
  for (guint i = 1; joined == 0 && i < call->participants->len; i++)
    if (hub_participant_is_alerted (g_ptr_array_index (call->participants, i)))
      hub_participant_cancel (g_ptr_array_index (call->participants, i),
                              hub_call_get_caller (call), NULL);
  if (joined >= 2 || (joined == 1 && alerted > 0))
    {
      for (guint i = 0; i < call->participants->len; i++)
        hub_presence_update (call->hub,
                             ((HubParticipant *) g_ptr_array_index (call->participants, i))->user);
      return TRUE;
    }
  hub_call_finish (call, reason);
  return FALSE;
}

/* ---- devices that come and go ---- */

void
hub_call_session_started (HubSession *session)
{
  if (!session->ring)
    return;
  for (HubParticipant *p = session->user->participants; p != NULL; p = p->next_of_user)
    if (hub_participant_is_alerted (p) && !p->unreachable)
      hub_participant_ring (p, session);
}

void
hub_call_device_back (HubSession *session)
{
  for (HubParticipant *p = session->user->participants; p != NULL; p = p->next_of_user)
    if (p->state == HUB_JOINED && p->until > 0 && g_strcmp0 (p->device, session->device) == 0)
      {
        p->until = 0;
        beckon_timer_stop (&p->timer);
        hub_call_set_dirty (p->call);
      }
}

/* They said goodbye with nothing left that rings: that is an answer. */
static void
reject_unavailable (HubParticipant *participant)
{
  HubCall *call = participant->call;
  g_autoptr (BeckonMessage) event = hub_call_event (BECKON_CALL_REJECTED, call);

  hub_participant_set (participant, HUB_REJECTED);
  participant->reason = BECKON_REJECT_UNAVAILABLE;
  beckon_message_set_string (event, "user", participant->user->id);
  beckon_message_set_string (event, "reason", "unavailable");
  hub_call_tell_members (call, event, participant);
  hub_call_settle (call, "rejected");
}

static void
member_gone (HubParticipant *participant, gboolean bye)
{
  const BeckonServerConfig *config = participant->call->hub->config;
  const guint grace = participant->call->accepted_at == 0 ? config->caller_grace
                                                          : config->member_grace;

  if (bye)
    hub_participant_leave (participant, BECKON_LEAVE_QUIT, NULL);
  else if (participant->until == 0)
    hub_participant_wait (participant, hub_now (participant->call->hub) + grace * 1000);
}

void
hub_call_device_gone (BeckonHub *self, HubUser *user, const char *device, gboolean bye)
{
  g_autoptr (GPtrArray) participants = g_ptr_array_new ();

  for (HubParticipant *p = user->participants; p != NULL; p = p->next_of_user)
    g_ptr_array_add (participants, p);
  for (guint i = 0; i < participants->len; i++)
    {
      HubParticipant *participant = g_ptr_array_index (participants, i);

      if (participant->state == HUB_JOINED && g_strcmp0 (participant->device, device) == 0)
        member_gone (participant, bye);
      else if (bye && hub_participant_is_alerted (participant) && !participant->unreachable &&
               !hub_user_may_ring (user))
        reject_unavailable (participant);
    }
}
