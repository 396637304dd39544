/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-protocol"

#include "config.h"

#include "protocol-error.h"

G_DEFINE_QUARK (beckon-protocol-error-quark, beckon_protocol_error)

static const char *const codes[] = {
  [BECKON_PROTOCOL_ERROR_BAD_FRAME] = "bad-frame",
  [BECKON_PROTOCOL_ERROR_BAD_REQUEST] = "bad-request",
  [BECKON_PROTOCOL_ERROR_UNKNOWN_TYPE] = "unknown-type",
  [BECKON_PROTOCOL_ERROR_TOO_LARGE] = "too-large",
  [BECKON_PROTOCOL_ERROR_TOO_MANY_INVITEES] = "too-many-invitees",
  [BECKON_PROTOCOL_ERROR_NO_INVITEE] = "no-invitee",
  [BECKON_PROTOCOL_ERROR_UNKNOWN_USER] = "unknown-user",
  [BECKON_PROTOCOL_ERROR_BUSY_SELF] = "busy-self",
  [BECKON_PROTOCOL_ERROR_UNKNOWN_CALL] = "unknown-call",
  [BECKON_PROTOCOL_ERROR_CALL_OVER] = "call-over",
  [BECKON_PROTOCOL_ERROR_ALREADY_ACCEPTED] = "already-accepted",
  [BECKON_PROTOCOL_ERROR_ANSWERED_ELSEWHERE] = "answered-elsewhere",
  [BECKON_PROTOCOL_ERROR_NOT_INVITED] = "not-invited",
  [BECKON_PROTOCOL_ERROR_NOT_IN_CALL] = "not-in-call",
  [BECKON_PROTOCOL_ERROR_UNREACHABLE] = "unreachable",
  [BECKON_PROTOCOL_ERROR_RATE_LIMITED] = "rate-limited",
  [BECKON_PROTOCOL_ERROR_HELLO_FIRST] = "hello-first",
  [BECKON_PROTOCOL_ERROR_BAD_TOKEN] = "bad-token",
  [BECKON_PROTOCOL_ERROR_WRONG_PASSWORD] = "wrong-password",
  [BECKON_PROTOCOL_ERROR_USER_EXISTS] = "user-exists",
  [BECKON_PROTOCOL_ERROR_BAD_USER_ID] = "bad-user-id",
  [BECKON_PROTOCOL_ERROR_WEAK_PASSWORD] = "weak-password",
  [BECKON_PROTOCOL_ERROR_REGISTRATION_CLOSED] = "registration-closed",
  [BECKON_PROTOCOL_ERROR_INVITE_CODE_NEEDED] = "invite-code-needed",
  [BECKON_PROTOCOL_ERROR_BLOCKED] = "blocked",
  [BECKON_PROTOCOL_ERROR_INTERNAL] = "internal",
};
G_STATIC_ASSERT (G_N_ELEMENTS (codes) == BECKON_PROTOCOL_ERROR_LAST + 1);

const char *
beckon_protocol_error_to_code (BeckonProtocolError error)
{
  g_return_val_if_fail (error < G_N_ELEMENTS (codes), NULL);

  return codes[error];
}

gboolean
beckon_protocol_error_from_code (const char *code, BeckonProtocolError *error)
{
  g_return_val_if_fail (code != NULL && error != NULL, FALSE);

  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    if (g_str_equal (codes[i], code))
      {
        *error = i;
        return TRUE;
      }
  return FALSE;
}
