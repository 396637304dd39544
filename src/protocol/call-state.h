/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The state of one call as one person's client sees it. A pure table, no input or output.
 *
 *                       RECEIVED            ACCEPT_CONFIRMED
 *        ┌─────────────────────▶ INCOMING ───────────────────────┐
 *        │                          │ REJECT CANCELLED TIMED_OUT  │
 *        │                          │ ACCEPT_FAILED               ▼
 *      FREE ◀───────────────────────┴───────────────────────── CALLING
 *       ││ ▲   OVER ANSWERED_ELSEWHERE (from every busy state) ▲ ▲ │ HANG_UP LAST_LEFT
 *       ││ └───────────────────────────────────────────────────┼─┼─┘ MEDIA_LOST
 *       │└───────────────────────── JOINED ────────────────────┘ │
 *       │    ALL_DECLINED ALL_TIMED_OUT CANCEL                   │
 *       └──────────────────────▶ WAITING ────────────────────────┘
 *                       INVITED        PEER_ACCEPTED
 *
 * Guarantees while in a state:
 *   FREE      no ring, no tone, no device open, nothing owed to the server
 *   INCOMING  an invitation of somebody else is ringing; no camera, no microphone open
 *   WAITING   the server holds our invitation; a preview for video, the camera closed for voice
 *   CALLING   the server says that we are a member; media may flow
 *
 * The performer of every edge is beckon_call_dispatch() in the call layer, and nobody else.
 */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

typedef enum
{
  BECKON_CALL_STATE_FREE,
  BECKON_CALL_STATE_INCOMING,
  BECKON_CALL_STATE_WAITING,
  BECKON_CALL_STATE_CALLING,
} BeckonCallState;
#define BECKON_CALL_STATE_LAST BECKON_CALL_STATE_CALLING

typedef enum
{
  BECKON_CALL_EVENT_INVITED,            /* our invite was accepted by the server */
  BECKON_CALL_EVENT_RECEIVED,           /* an invitation came */
  BECKON_CALL_EVENT_JOINED,             /* this device took our place in a call that runs */
  BECKON_CALL_EVENT_ACCEPT_CONFIRMED,   /* own accept, confirmed by the server */
  BECKON_CALL_EVENT_ACCEPT_FAILED,      /* own accept, refused: the call is over */
  BECKON_CALL_EVENT_REJECT,             /* own decline */
  BECKON_CALL_EVENT_CANCELLED,          /* the caller withdrew it */
  BECKON_CALL_EVENT_TIMED_OUT,          /* nobody answered here in time */
  BECKON_CALL_EVENT_ANSWERED_ELSEWHERE, /* another device of ours answered, or took our place */
  BECKON_CALL_EVENT_PEER_ACCEPTED,      /* an invitee accepted */
  BECKON_CALL_EVENT_ALL_DECLINED,       /* nobody is left who could accept: all rejected */
  BECKON_CALL_EVENT_ALL_TIMED_OUT,      /* nobody is left who could accept: some did not answer */
  BECKON_CALL_EVENT_CANCEL,             /* own cancel, or the waiting window was closed */
  BECKON_CALL_EVENT_HANG_UP,            /* own hang-up, quit, log-out */
  BECKON_CALL_EVENT_LAST_LEFT,          /* the last other person left */
  BECKON_CALL_EVENT_MEDIA_LOST,         /* no path for good, or no media in time */
  BECKON_CALL_EVENT_OVER,               /* the server says over, or does not know the call */
} BeckonCallEvent;
#define BECKON_CALL_EVENT_LAST BECKON_CALL_EVENT_OVER

#define BECKON_TYPE_CALL_STATE (beckon_call_state_get_type ())
GType beckon_call_state_get_type (void) G_GNUC_CONST;

/**
 * beckon_call_state_next:
 * @state: where the call is
 * @event: what happened
 * @next: (out): where it goes
 *
 * Returns: FALSE when the table has no such edge; the event is then to be refused and logged.
 */
gboolean beckon_call_state_next (BeckonCallState state, BeckonCallEvent event,
                                 BeckonCallState *next);

gboolean beckon_call_state_is_busy (BeckonCallState state);
const char *beckon_call_state_to_string (BeckonCallState state);
const char *beckon_call_event_to_string (BeckonCallEvent event);

G_END_DECLS
