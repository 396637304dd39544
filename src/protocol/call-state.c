/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-protocol"

#include "config.h"

#include "call-state.h"

G_DEFINE_ENUM_TYPE (BeckonCallState, beckon_call_state,
                    G_DEFINE_ENUM_VALUE (BECKON_CALL_STATE_FREE, "free"),
                    G_DEFINE_ENUM_VALUE (BECKON_CALL_STATE_INCOMING, "incoming"),
                    G_DEFINE_ENUM_VALUE (BECKON_CALL_STATE_WAITING, "waiting"),
                    G_DEFINE_ENUM_VALUE (BECKON_CALL_STATE_CALLING, "calling"))

/* Where an edge leads, plus one: 0 is "no such edge". */
#define TO(state) (BECKON_CALL_STATE_##state + 1)

static const guint8 edges[BECKON_CALL_STATE_LAST + 1][BECKON_CALL_EVENT_LAST + 1] = {
  [BECKON_CALL_STATE_FREE] = {
    [BECKON_CALL_EVENT_INVITED] = TO (WAITING),
    [BECKON_CALL_EVENT_RECEIVED] = TO (INCOMING),
    [BECKON_CALL_EVENT_JOINED] = TO (CALLING),
  },
  [BECKON_CALL_STATE_INCOMING] = {
    [BECKON_CALL_EVENT_ACCEPT_CONFIRMED] = TO (CALLING),
    [BECKON_CALL_EVENT_ACCEPT_FAILED] = TO (FREE),
    [BECKON_CALL_EVENT_REJECT] = TO (FREE),
    [BECKON_CALL_EVENT_CANCELLED] = TO (FREE),
    [BECKON_CALL_EVENT_TIMED_OUT] = TO (FREE),
    [BECKON_CALL_EVENT_ANSWERED_ELSEWHERE] = TO (FREE),
    [BECKON_CALL_EVENT_OVER] = TO (FREE),
  },
  [BECKON_CALL_STATE_WAITING] = {
    [BECKON_CALL_EVENT_ANSWERED_ELSEWHERE] = TO (FREE),
    [BECKON_CALL_EVENT_PEER_ACCEPTED] = TO (CALLING),
    [BECKON_CALL_EVENT_ALL_DECLINED] = TO (FREE),
    [BECKON_CALL_EVENT_ALL_TIMED_OUT] = TO (FREE),
    [BECKON_CALL_EVENT_CANCEL] = TO (FREE),
    [BECKON_CALL_EVENT_OVER] = TO (FREE),
  },
  [BECKON_CALL_STATE_CALLING] = {
    [BECKON_CALL_EVENT_ANSWERED_ELSEWHERE] = TO (FREE),
    [BECKON_CALL_EVENT_PEER_ACCEPTED] = TO (CALLING), /* one more in a group */
    [BECKON_CALL_EVENT_HANG_UP] = TO (FREE),
    [BECKON_CALL_EVENT_LAST_LEFT] = TO (FREE),
    [BECKON_CALL_EVENT_MEDIA_LOST] = TO (FREE),
    [BECKON_CALL_EVENT_OVER] = TO (FREE),
  },
};

gboolean
beckon_call_state_next (BeckonCallState state, BeckonCallEvent event, BeckonCallState *next)
{
  guint8 to;

  g_return_val_if_fail (state <= BECKON_CALL_STATE_LAST, FALSE);
  g_return_val_if_fail (event <= BECKON_CALL_EVENT_LAST, FALSE);
  g_return_val_if_fail (next != NULL, FALSE);

  to = edges[state][event];
  if (to == 0)
    return FALSE;
  *next = to - 1;
  return TRUE;
}

gboolean
beckon_call_state_is_busy (BeckonCallState state)
{
  return state != BECKON_CALL_STATE_FREE;
}

const char *
beckon_call_state_to_string (BeckonCallState state)
{
  static const char *const names[] = {
    [BECKON_CALL_STATE_FREE] = "free",
    [BECKON_CALL_STATE_INCOMING] = "incoming",
    [BECKON_CALL_STATE_WAITING] = "waiting",
    [BECKON_CALL_STATE_CALLING] = "calling",
  };

  g_return_val_if_fail (state < G_N_ELEMENTS (names), NULL);
  return names[state];
}

const char *
beckon_call_event_to_string (BeckonCallEvent event)
{
  static const char *const names[] = {
    [BECKON_CALL_EVENT_INVITED] = "invited",
    [BECKON_CALL_EVENT_RECEIVED] = "received",
    [BECKON_CALL_EVENT_JOINED] = "joined",
    [BECKON_CALL_EVENT_ACCEPT_CONFIRMED] = "accept-confirmed",
    [BECKON_CALL_EVENT_ACCEPT_FAILED] = "accept-failed",
    [BECKON_CALL_EVENT_REJECT] = "reject",
    [BECKON_CALL_EVENT_CANCELLED] = "cancelled",
    [BECKON_CALL_EVENT_TIMED_OUT] = "timed-out",
    [BECKON_CALL_EVENT_ANSWERED_ELSEWHERE] = "answered-elsewhere",
    [BECKON_CALL_EVENT_PEER_ACCEPTED] = "peer-accepted",
    [BECKON_CALL_EVENT_ALL_DECLINED] = "all-declined",
    [BECKON_CALL_EVENT_ALL_TIMED_OUT] = "all-timed-out",
    [BECKON_CALL_EVENT_CANCEL] = "cancel",
    [BECKON_CALL_EVENT_HANG_UP] = "hang-up",
    [BECKON_CALL_EVENT_LAST_LEFT] = "last-left",
    [BECKON_CALL_EVENT_MEDIA_LOST] = "media-lost",
    [BECKON_CALL_EVENT_OVER] = "over",
  };

  g_return_val_if_fail (event < G_N_ELEMENTS (names), NULL);
  return names[event];
}
