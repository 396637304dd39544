/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What clients say to each other through the server, which does not read it. */

#define G_LOG_DOMAIN "beckon-server"

#include "config.h"

#include "hub-private.h"

#include "json-write.h"

/* Signals that wait for a device which signs in while it rings. */
#define MAILBOX_MAX 64
#define MAILBOX_BYTES_MAX (256 * 1024)

/* Members with each other; who invited with those who are being rung, and back. Never further. */
static gboolean
may_signal (HubParticipant *from, HubParticipant *to)
{
  GPtrArray *participants = from->call->participants;

  if (to == from || !hub_participant_is_live (from) || !hub_participant_is_live (to))
    return FALSE;
  if (from->state == HUB_JOINED && to->state == HUB_JOINED)
    return TRUE;
  return (hub_participant_is_alerted (to) && from->state == HUB_JOINED &&
          g_ptr_array_index (participants, to->inviter) == from) ||
         (hub_participant_is_alerted (from) && to->state == HUB_JOINED &&
          g_ptr_array_index (participants, from->inviter) == to);
}

/* What is said to everybody who rings is also for a device that comes later. */
static void
keep_in_mailbox (HubParticipant *to, GBytes *tail)
{
  const gsize length = g_bytes_get_size (tail);

  if (to->mailbox == NULL)
    to->mailbox = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  if (to->mailbox->len >= MAILBOX_MAX || to->mailbox_bytes + length > MAILBOX_BYTES_MAX)
    return;
  to->mailbox_bytes += length;
  g_ptr_array_add (to->mailbox, g_bytes_ref (tail));
  hub_record_signal (to, to->mailbox->len - 1);
}

/* A device that is away for a moment is told when it comes back. */
static gboolean
forward (HubParticipant *to, const char *device, GBytes *tail)
{
  const char *only = to->state == HUB_JOINED ? to->device : NULL;
  gboolean reached = FALSE;

  for (HubSession *session = to->user->sessions; session != NULL; session = session->next_of_user)
    {
      if ((device != NULL && !g_str_equal (session->device, device)) ||
          (only != NULL ? !g_str_equal (session->device, only) : !session->ring))
        continue;
      hub_session_event_tail (session, tail);
      reached = TRUE;
    }
  return reached;
}

static gboolean
is_too_much (HubSession *session, BeckonMessage *request, gsize length)
{
  const double per_ms = session->hub->config->signal_bytes_per_minute / 60000.0;
  const gint64 now = hub_now (session->hub);
  BeckonMessage *reply;

  session->signal_bytes = MIN ((double) session->hub->config->signal_bytes_per_minute,
                               session->signal_bytes + (now - session->signals_at) * per_ms);
  session->signals_at = now;
  if (length <= session->signal_bytes)
    {
      session->signal_bytes -= length;
      return FALSE;
    }
  hub_count_rate_limited (session->hub, "signal-bytes");
  reply = beckon_message_new_error_reply (beckon_message_get_id (request),
                                          BECKON_PROTOCOL_ERROR_RATE_LIMITED,
                                          "Too much in a short time");
  json_object_set_int_member (beckon_message_get_object (reply, "error"), "retry_after",
                              MAX (1, (guint) ((length - session->signal_bytes) / per_ms / 1000)));
  hub_session_reply (session, request, reply);
  return TRUE;
}

static GBytes *
new_tail (HubParticipant *from, HubSession *session, BeckonMessage *request)
{
  g_autoptr (BeckonMessage) event = hub_call_event (BECKON_SIGNAL_RECEIVED, from->call);
  GString *source = beckon_message_write (event, "from");
  gsize length;
  const char *payload = beckon_message_get_raw (request, "payload", &length);

  g_string_append_c (source, '{');
  beckon_json_append_member (source, "user", session->user->id);
  beckon_json_append_member (source, "device", session->device);
  g_string_append_c (source, '}');
  beckon_message_set_raw (event, "payload", payload, length);
  return hub_event_tail (event);
}

void
hub_call_signal (HubSession *session, BeckonMessage *request)
{
  BeckonHub *self = session->hub;
  HubParticipant *from = hub_require_participant (session, request);
  JsonObject *target = beckon_message_get_object (request, "to");
  const char *device = json_object_get_string_member_with_default (target, "device", NULL);
  g_autoptr (GBytes) tail = NULL;
  HubParticipant *to;
  gboolean reached;
  HubUser *user;

  if (from == NULL)
    return;
  user = hub_find_user (self, json_object_get_string_member (target, "user"));
  to = user != NULL ? hub_call_find_participant (from->call, user) : NULL;
  if (to == NULL || !may_signal (from, to) ||
      (from->state == HUB_JOINED && !g_str_equal (from->device, session->device)))
    {
      hub_session_refuse (session, request, BECKON_PROTOCOL_ERROR_NOT_IN_CALL,
                          "They are not in that call");
      return;
    }
  tail = new_tail (from, session, request);
  if (is_too_much (session, request, g_bytes_get_size (tail)))
    return;
  beckon_metrics_count (self->metrics, BECKON_COUNTER_EVENTS, "signal.received");
  reached = !to->unreachable && forward (to, device, tail);
  if (hub_participant_is_alerted (to) && device == NULL)
    {
      keep_in_mailbox (to, tail);
      reached = TRUE;
    }
  if (reached)
    hub_session_reply_ok (session, request);
  else
    hub_session_refuse (session, request, BECKON_PROTOCOL_ERROR_UNREACHABLE,
                        "They have no connection now");
}
