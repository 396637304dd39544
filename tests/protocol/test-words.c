/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The words of the wire, written down once more: whoever changes one breaks other people's clients. */

#include "config.h"

#include "protocol-error.h"
#include "protocol-types.h"

static const char *const error_codes[] = {
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

static void
test_error_codes (void)
{
  BeckonProtocolError error = BECKON_PROTOCOL_ERROR_BLOCKED;

  g_assert_cmpuint (G_N_ELEMENTS (error_codes), ==, BECKON_PROTOCOL_ERROR_LAST + 1);
  for (guint i = 0; i < G_N_ELEMENTS (error_codes); i++)
    {
      g_assert_cmpstr (beckon_protocol_error_to_code (i), ==, error_codes[i]);
      g_assert_true (beckon_protocol_error_from_code (error_codes[i], &error));
      g_assert_cmpuint (error, ==, i);
    }
  g_assert_false (beckon_protocol_error_from_code ("", &error));
  g_assert_false (beckon_protocol_error_from_code ("bad_frame", &error));
  g_assert_false (beckon_protocol_error_from_code ("Internal", &error));
}

/* A test of one enumeration: its words in the order of its values. */
#define DEFINE_WORDS_TEST(name, Type, ...)                                                         \
  static void test_##name (void)                                                                   \
  {                                                                                                \
    static const char *const words[] = { __VA_ARGS__ };                                            \
    Type value;                                                                                    \
                                                                                                   \
    for (guint i = 0; i < G_N_ELEMENTS (words); i++)                                               \
      {                                                                                            \
        g_assert_cmpstr (beckon_##name##_to_string (i), ==, words[i]);                             \
        g_assert_true (beckon_##name##_from_string (words[i], &value));                            \
        g_assert_cmpuint (value, ==, i);                                                           \
      }                                                                                            \
    g_assert_cmpuint (count_values (beckon_##name##_get_type ()), ==, G_N_ELEMENTS (words));       \
    g_assert_false (beckon_##name##_from_string ("", &value));                                     \
    g_assert_false (beckon_##name##_from_string ("nonsense", &value));                             \
    g_assert_false (beckon_##name##_from_string (NULL, &value));                                   \
  }

static guint
count_values (GType type)
{
  g_autoptr (GEnumClass) values = g_type_class_ref (type);

  return values->n_values;
}

DEFINE_WORDS_TEST (media, BeckonMedia, "voice", "video")
DEFINE_WORDS_TEST (reject_reason, BeckonRejectReason, "declined", "busy", "unavailable")
DEFINE_WORDS_TEST (leave_reason, BeckonLeaveReason, "hung-up", "media-failed", "quit", "lost")
DEFINE_WORDS_TEST (presence, BeckonPresence, "offline", "online", "in-call", "dnd")

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/words/error-codes", test_error_codes);
  g_test_add_func ("/words/media", test_media);
  g_test_add_func ("/words/reject-reason", test_reject_reason);
  g_test_add_func ("/words/leave-reason", test_leave_reason);
  g_test_add_func ("/words/presence", test_presence);
  return g_test_run ();
}
