/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the others did: each event of the server as a signal of the service. */

#define G_LOG_DOMAIN "beckon-signaling"

#include "config.h"

#include "signaling-private.h"

enum
{
  CALL_CREATED,
  INVITATION_RECEIVED,
  INVITATION_RINGING,
  INVITATION_OFFLINE,
  MEMBERS_ADDED,
  INVITATION_ACCEPTED,
  INVITATION_REJECTED,
  INVITATION_CANCELLED,
  INVITATIONS_WITHDRAWN,
  INVITATION_TIMEOUT,
  INVITEES_UNANSWERED,
  INVITATION_ANSWERED_ELSEWHERE,
  MEMBER_LEFT,
  CALL_ENDED,
  SIGNAL_RECEIVED,
  PRESENCE_CHANGED,
  CONTACTS_CHANGED,
  HISTORY_CHANGED,
  HISTORY_MISSED,
  SESSION_STARTED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static guint
new_signal (GObjectClass *object_class, const char *name, guint n_params, ...)
{
  va_list params;
  guint id;

  va_start (params, n_params);
  id = g_signal_new_valist (name, G_OBJECT_CLASS_TYPE (object_class), G_SIGNAL_RUN_LAST, NULL, NULL,
                            NULL, NULL, G_TYPE_NONE, n_params, params);
  va_end (params);
  return id;
}

void
beckon_signaling_events_install (GObjectClass *object_class)
{
  const GType text = G_TYPE_STRING;

  signals[CALL_CREATED] = new_signal (object_class, "call-created", 1, BECKON_TYPE_CALL_SNAPSHOT);
  signals[INVITATION_RECEIVED] = new_signal (object_class, "invitation-received", 1,
                                             BECKON_TYPE_INVITATION);
  signals[INVITATION_RINGING] = new_signal (object_class, "invitation-ringing", 2, text, text);
  signals[INVITATION_OFFLINE] = new_signal (object_class, "invitation-offline", 2, text, text);
  signals[MEMBERS_ADDED] = new_signal (object_class, "members-added", 3, text, text,
                                       G_TYPE_PTR_ARRAY);
  signals[INVITATION_ACCEPTED] = new_signal (object_class, "invitation-accepted", 5, text, text,
                                             text, text, text);
  signals[INVITATION_REJECTED] = new_signal (object_class, "invitation-rejected", 4, text, text,
                                             BECKON_TYPE_REJECT_REASON, text);
  signals[INVITATION_CANCELLED] = new_signal (object_class, "invitation-cancelled", 3, text, text,
                                              text);
  signals[INVITATIONS_WITHDRAWN] = new_signal (object_class, "invitations-withdrawn", 2, text,
                                               G_TYPE_STRV);
  signals[INVITATION_TIMEOUT] = new_signal (object_class, "invitation-timeout", 1, text);
  signals[INVITEES_UNANSWERED] = new_signal (object_class, "invitees-unanswered", 2, text,
                                             G_TYPE_STRV);
  signals[INVITATION_ANSWERED_ELSEWHERE] = new_signal (
      object_class, "invitation-answered-elsewhere", 3, text, text, text);
  signals[MEMBER_LEFT] = new_signal (object_class, "member-left", 3, text, text,
                                     BECKON_TYPE_LEAVE_REASON);
  signals[CALL_ENDED] = new_signal (object_class, "call-ended", 3, text, text, G_TYPE_INT64);
  signals[SIGNAL_RECEIVED] = new_signal (object_class, "signal-received", 4, text, text, text,
                                         BECKON_TYPE_PEER_SIGNAL);
  signals[PRESENCE_CHANGED] = new_signal (object_class, "presence-changed", 2, text,
                                          BECKON_TYPE_PRESENCE);
  signals[CONTACTS_CHANGED] = new_signal (object_class, "contacts-changed", 0);
  signals[HISTORY_CHANGED] = new_signal (object_class, "history-changed", 0);
  signals[HISTORY_MISSED] = new_signal (object_class, "history-missed", 1, G_TYPE_UINT);
  signals[SESSION_STARTED] = new_signal (object_class, "session-started", 2, G_TYPE_BOOLEAN,
                                         G_TYPE_PTR_ARRAY);
}

GPtrArray *
beckon_signaling_read_users (JsonArray *array)
{
  GPtrArray *users = g_ptr_array_new_with_free_func ((GDestroyNotify) beckon_user_free);
  const guint n = array != NULL ? json_array_get_length (array) : 0;

  for (guint i = 0; i < n; i++)
    {
      JsonObject *user = json_array_get_object_element (array, i);

      g_ptr_array_add (users,
                       beckon_user_new (json_object_get_string_member (user, "id"),
                                        json_object_get_string_member_with_default (user, "name",
                                                                                    NULL)));
    }
  return users;
}

static void
emit_created (BeckonSignalingService *self, BeckonMessage *event)
{
  g_autoptr (BeckonCallSnapshot) call = beckon_signaling_read_snapshot (
      beckon_message_get_fields (event));

  g_signal_emit (self, signals[CALL_CREATED], 0, call);
}

static void
emit_invitation (BeckonSignalingService *self, BeckonMessage *event)
{
  JsonObject *from = beckon_message_get_object (event, "from");
  g_autoptr (BeckonInvitation) invitation = NULL;

  /* We answered it, and the server, which tells of it anew, has not heard that yet. */
  if (beckon_signaling_is_done_with (self, beckon_message_get_string (event, "call")))
    return;
  invitation = g_new0 (BeckonInvitation, 1);
  invitation->call = g_strdup (beckon_message_get_string (event, "call"));
  invitation->from = beckon_user_new (json_object_get_string_member (from, "id"),
                                      json_object_get_string_member (from, "name"));
  invitation->members = beckon_signaling_read_users (beckon_message_get_array (event, "members"));
  beckon_media_from_string (beckon_message_get_string (event, "media"), &invitation->media);
  invitation->timeout = beckon_message_get_int (event, "timeout");
  invitation->remaining = beckon_message_get_int (event, "remaining_ms");
  invitation->data = g_strdup (beckon_message_get_string (event, "data"));
  g_signal_emit (self, signals[INVITATION_RECEIVED], 0, invitation);
}

static void
emit_peer_signal (BeckonSignalingService *self, BeckonMessage *event)
{
  JsonObject *from = beckon_message_get_object (event, "from");
  g_autoptr (GError) error = NULL;
  g_autoptr (BeckonPeerSignal) signal = beckon_peer_signal_from_json (
      beckon_message_get_object (event, "payload"), &error);
  const char *user = json_object_get_string_member (from, "user");

  if (signal == NULL)
    {
      g_message ("Refused a signal of %s: %s", user, error->message);
      return;
    }
  g_signal_emit (self, signals[SIGNAL_RECEIVED], 0, beckon_message_get_string (event, "call"), user,
                 json_object_get_string_member_with_default (from, "device", NULL), signal);
}

static void
emit_added (BeckonSignalingService *self, BeckonMessage *event)
{
  g_autoptr (GPtrArray) users = beckon_signaling_read_users (
      beckon_message_get_array (event, "users"));

  g_signal_emit (self, signals[MEMBERS_ADDED], 0, beckon_message_get_string (event, "call"),
                 beckon_message_get_string (event, "by"), users);
}

static void
emit_rejected (BeckonSignalingService *self, BeckonMessage *event)
{
  BeckonRejectReason reason = BECKON_REJECT_DECLINED;

  beckon_reject_reason_from_string (beckon_message_get_string (event, "reason"), &reason);
  g_signal_emit (self, signals[INVITATION_REJECTED], 0, beckon_message_get_string (event, "call"),
                 beckon_message_get_string (event, "user"), reason,
                 beckon_message_get_string (event, "data"));
}

static void
emit_left (BeckonSignalingService *self, BeckonMessage *event)
{
  BeckonLeaveReason reason = BECKON_LEAVE_HUNG_UP;

  beckon_leave_reason_from_string (beckon_message_get_string (event, "reason"), &reason);
  g_signal_emit (self, signals[MEMBER_LEFT], 0, beckon_message_get_string (event, "call"),
                 beckon_message_get_string (event, "user"), reason);
}

static void
emit_presence (BeckonSignalingService *self, BeckonMessage *event)
{
  BeckonPresence presence = BECKON_PRESENCE_OFFLINE;

  beckon_presence_from_string (beckon_message_get_string (event, "state"), &presence);
  g_signal_emit (self, signals[PRESENCE_CHANGED], 0, beckon_message_get_string (event, "user"),
                 presence);
}

void
beckon_signaling_events_emit (BeckonSignalingService *self, BeckonMessage *event)
{
  const char *call = beckon_message_get_string (event, "call");
  const char *user = beckon_message_get_string (event, "user");
  const char *device = beckon_message_get_string (event, "device");
  const char *data = beckon_message_get_string (event, "data");
  g_auto (GStrv) users = NULL;

  switch ((guint) beckon_message_get_message_type (event))
    {
    case BECKON_CALL_CREATED:
      emit_created (self, event);
      break;
    case BECKON_CALL_RECEIVED:
      emit_invitation (self, event);
      break;
    case BECKON_CALL_RINGING:
      g_signal_emit (self, signals[INVITATION_RINGING], 0, call, user);
      break;
    case BECKON_CALL_OFFLINE:
      g_signal_emit (self, signals[INVITATION_OFFLINE], 0, call, user);
      break;
    case BECKON_CALL_ADDED:
      emit_added (self, event);
      break;
    case BECKON_CALL_ACCEPTED:
      g_signal_emit (self, signals[INVITATION_ACCEPTED], 0, call, user, device,
                     beckon_message_get_string (event, "name"), data);
      break;
    case BECKON_CALL_REJECTED:
      emit_rejected (self, event);
      break;
    case BECKON_CALL_ANSWERED_ELSEWHERE:
      g_signal_emit (self, signals[INVITATION_ANSWERED_ELSEWHERE], 0, call,
                     beckon_message_get_string (event, "outcome"), device);
      break;
    case BECKON_CALL_CANCELLED:
      g_signal_emit (self, signals[INVITATION_CANCELLED], 0, call,
                     beckon_message_get_string (event, "by"), data);
      break;
    case BECKON_CALL_WITHDRAWN:
      users = beckon_message_dup_strv (event, "users");
      g_signal_emit (self, signals[INVITATIONS_WITHDRAWN], 0, call, users);
      break;
    case BECKON_CALL_TIMEOUT:
      g_signal_emit (self, signals[INVITATION_TIMEOUT], 0, call);
      break;
    case BECKON_CALL_UNANSWERED:
      users = beckon_message_dup_strv (event, "users");
      g_signal_emit (self, signals[INVITEES_UNANSWERED], 0, call, users);
      break;
    case BECKON_CALL_LEFT:
      emit_left (self, event);
      break;
    case BECKON_CALL_ENDED:
      g_signal_emit (self, signals[CALL_ENDED], 0, call, beckon_message_get_string (event, "reason"),
                     beckon_message_get_int (event, "duration_ms"));
      break;
    case BECKON_SIGNAL_RECEIVED:
      emit_peer_signal (self, event);
      break;
    case BECKON_PRESENCE_CHANGED:
      emit_presence (self, event);
      break;
    case BECKON_CONTACTS_CHANGED:
      g_signal_emit (self, signals[CONTACTS_CHANGED], 0);
      break;
    case BECKON_HISTORY_CHANGED:
      g_signal_emit (self, signals[HISTORY_CHANGED], 0);
      break;
    case BECKON_HISTORY_MISSED:
      beckon_signaling_set_missed (self, MIN (beckon_message_get_int (event, "count"), G_MAXUINT));
      break;
    case BECKON_SESSION_CLOSING:
      g_debug ("The server closes this session: %s", beckon_message_get_string (event, "reason"));
      self->reconnect_after = beckon_message_get_int (event, "reconnect_after");
      break;
    default:
      g_assert_not_reached (); /* the codec lets no other type of a server's event pass */
    }
}

void
beckon_signaling_events_emit_session_started (BeckonSignalingService *self,
                                              gboolean resumed,
                                              GPtrArray *calls)
{
  g_signal_emit (self, signals[SESSION_STARTED], 0, resumed, calls);
}

void
beckon_signaling_events_emit_missed (BeckonSignalingService *self)
{
  g_signal_emit (self, signals[HISTORY_MISSED], 0, self->missed);
}
