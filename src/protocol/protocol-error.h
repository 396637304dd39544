/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * BECKON_PROTOCOL_ERROR:
 *
 * Error domain of everything that the protocol names: what a server answers to a request, and what
 * the codec finds wrong in a frame. Each value has one wire code, "call-over" for
 * %BECKON_PROTOCOL_ERROR_CALL_OVER.
 */
#define BECKON_PROTOCOL_ERROR (beckon_protocol_error_quark ())
GQuark beckon_protocol_error_quark (void);

typedef enum
{
  BECKON_PROTOCOL_ERROR_BAD_FRAME,          /* not JSON, not an object, too deep, not UTF-8 */
  BECKON_PROTOCOL_ERROR_BAD_REQUEST,        /* a field is missing or of the wrong type or range */
  BECKON_PROTOCOL_ERROR_UNKNOWN_TYPE,       /* a request type this side does not know */
  BECKON_PROTOCOL_ERROR_TOO_LARGE,          /* frame, data or payload over its limit */
  BECKON_PROTOCOL_ERROR_TOO_MANY_INVITEES,
  BECKON_PROTOCOL_ERROR_NO_INVITEE,         /* nobody of the invitees could be invited */
  BECKON_PROTOCOL_ERROR_UNKNOWN_USER,
  BECKON_PROTOCOL_ERROR_BUSY_SELF,          /* the requester is in a call already */
  BECKON_PROTOCOL_ERROR_UNKNOWN_CALL,
  BECKON_PROTOCOL_ERROR_CALL_OVER,
  BECKON_PROTOCOL_ERROR_ALREADY_ACCEPTED,
  BECKON_PROTOCOL_ERROR_ANSWERED_ELSEWHERE,
  BECKON_PROTOCOL_ERROR_NOT_INVITED,
  BECKON_PROTOCOL_ERROR_NOT_IN_CALL,
  BECKON_PROTOCOL_ERROR_UNREACHABLE,        /* the addressee of a signal has no connection now */
  BECKON_PROTOCOL_ERROR_RATE_LIMITED,
  BECKON_PROTOCOL_ERROR_HELLO_FIRST,        /* a request before hello, or a second hello */
  BECKON_PROTOCOL_ERROR_BAD_TOKEN,
  BECKON_PROTOCOL_ERROR_WRONG_PASSWORD,     /* also for an unknown user: nobody learns who exists */
  BECKON_PROTOCOL_ERROR_USER_EXISTS,
  BECKON_PROTOCOL_ERROR_BAD_USER_ID,
  BECKON_PROTOCOL_ERROR_WEAK_PASSWORD,
  BECKON_PROTOCOL_ERROR_REGISTRATION_CLOSED,
  BECKON_PROTOCOL_ERROR_INVITE_CODE_NEEDED, /* for a new account, and this was not it */
  BECKON_PROTOCOL_ERROR_BLOCKED,
  BECKON_PROTOCOL_ERROR_INTERNAL,           /* the server failed: its log says why */
} BeckonProtocolError;

/** BECKON_PROTOCOL_ERROR_LAST: the last value, for tests that walk all of them. */
#define BECKON_PROTOCOL_ERROR_LAST BECKON_PROTOCOL_ERROR_INTERNAL

const char *beckon_protocol_error_to_code (BeckonProtocolError error);
gboolean beckon_protocol_error_from_code (const char *code, BeckonProtocolError *error);

G_END_DECLS
