/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Calls while the server goes and comes. */

#include "config.h"

#include "call-fixture.h"

/* The next hello is answered with this as its calls. */
static void
set_calls (CallFixture *f, const char *calls)
{
  g_free (f->server->hello_calls);
  f->server->hello_calls = g_strdup (calls);
}

/* A new session, unless the server can resume. */
static void
cut_and_come_back (CallFixture *f)
{
  const guint hellos = f->server->hellos;

  half_server_cut (f->server);
  wait_until (f->server->hellos == hellos + 1);
  wait_until (beckon_signaling_service_get_state (f->signaling) == BECKON_SIGNALING_CONNECTED);
}

static void
expect_join (CallFixture *f, const char *call)
{
  g_autoptr (JsonObject) join = half_server_expect (f->server, "call.join");

  g_assert_cmpstr (json_object_get_string_member (join, "call"), ==, call);
  half_server_reply (f->server, join,
                     "\"members\":[{\"id\":\"bob\",\"name\":\"Bob\"},"
                     "{\"id\":\"alice\",\"name\":\"Alice\"}],\"media\":\"voice\",\"duration\":10");
  call_fixture_sync (f);
}

#define MEMBERS(state)                                                                             \
  "\"media\":\"voice\",\"from\":{\"id\":\"alice\",\"name\":\"Alice\"},\"members\":["               \
  "{\"id\":\"alice\",\"name\":\"Alice\",\"state\":\"accepted\",\"device\":\"device\"},"            \
  "{\"id\":\"bob\",\"name\":\"Bob\",\"state\":\"" state "\"}]"

/* ---- what rings here ---- */

static void
test_server_forgets_ringing_call (CallFixture *f, gconstpointer unused)
{
  call_fixture_be_rung (f);
  half_server_cut (f->server);
  wait_until (f->ends == 1);
  call_fixture_assert_free (f, BECKON_CALL_END_PEER_CANCELLED);
  g_assert_cmpuint (f->missed, ==, 1);
}

static void
test_server_remembers_ringing_call (CallFixture *f, gconstpointer unused)
{
  call_fixture_be_rung (f);
  set_calls (f, "[{\"call\":\"in\",\"state\":\"ringing\",\"remaining_ms\":9000}]");
  cut_and_come_back (f);
  call_fixture_ring_as (f, "in", "bob", 9000); /* told again */
  call_fixture_sync (f);
  g_assert_cmpint (beckon_call_get_state (f->call), ==, BECKON_CALL_STATE_INCOMING);
  g_assert_cmpuint (f->incoming, ==, 1);
  call_fixture_accept (f);
}

static void
test_resumed_session_ends_nothing (CallFixture *f, gconstpointer unused)
{
  f->server->can_resume = TRUE;
  call_fixture_be_rung (f);
  cut_and_come_back (f); /* the snapshot has no call any more, but the event says how it ended */
  g_assert_cmpint (beckon_call_get_state (f->call), ==, BECKON_CALL_STATE_INCOMING);
  half_server_event (f->server, "call.answered-elsewhere",
                     "\"call\":\"in\",\"outcome\":\"accepted\",\"device\":\"%s\"", "Phone");
  wait_until (f->ends == 1);
  call_fixture_assert_free (f, BECKON_CALL_END_ANSWERED_ELSEWHERE);
  g_assert_cmpuint (f->missed, ==, 0);
}

static void
test_answered_elsewhere_meanwhile (CallFixture *f, gconstpointer unused)
{
  call_fixture_be_rung (f);
  set_calls (f, "[{\"call\":\"in\",\"state\":\"accepted\",\"device\":\"phone\"}]");
  cut_and_come_back (f);
  call_fixture_assert_free (f, BECKON_CALL_END_ANSWERED_ELSEWHERE);
  g_assert_cmpuint (f->missed, ==, 0);
  g_assert_nonnull (beckon_call_manager_get_other_call (f->manager));
}

/* ---- an accept and a break ---- */

static void
test_accept_over_resumed_session (CallFixture *f, gconstpointer unused)
{
  g_autoptr (JsonObject) request = NULL;
  g_autoptr (JsonObject) again = NULL;

  f->server->can_resume = TRUE;
  call_fixture_be_rung (f);
  call_fixture_start_accept (f);
  request = half_server_expect (f->server, "call.accept");
  half_server_cut (f->server);
  again = half_server_expect (f->server, "call.accept");
  g_assert_cmpint (json_object_get_int_member (again, "id"), ==,
                   json_object_get_int_member (request, "id"));
  half_server_reply (f->server, again, "\"members\":[]");
  wait_until (f->done == 1);
  g_assert_no_error (f->error);
  g_assert_cmpint (beckon_call_get_state (f->call), ==, BECKON_CALL_STATE_CALLING);
}

static void
test_accept_had_arrived (CallFixture *f, gconstpointer unused)
{
  g_autoptr (JsonObject) request = NULL;

  call_fixture_be_rung (f);
  call_fixture_start_accept (f);
  request = half_server_expect (f->server, "call.accept");
  set_calls (f, "[{\"call\":\"in\",\"state\":\"accepted\",\"device\":\"device\"}]");
  cut_and_come_back (f);
  expect_join (f, "in");
  g_assert_cmpuint (f->done, ==, 1);
  g_assert_no_error (f->error);
  g_assert_cmpint (beckon_call_get_state (f->call), ==, BECKON_CALL_STATE_CALLING);
}

static void
test_accept_had_not_arrived (CallFixture *f, gconstpointer unused)
{
  g_autoptr (JsonObject) request = NULL;
  g_autoptr (JsonObject) again = NULL;

  call_fixture_be_rung (f);
  call_fixture_start_accept (f);
  request = half_server_expect (f->server, "call.accept");
  set_calls (f, "[{\"call\":\"in\",\"state\":\"ringing\",\"remaining_ms\":9000}]");
  half_server_cut (f->server);
  again = half_server_expect (f->server, "call.accept");
  half_server_reply (f->server, again, "\"members\":[]");
  wait_until (f->done == 1);
  g_assert_no_error (f->error);
  g_assert_cmpint (beckon_call_get_state (f->call), ==, BECKON_CALL_STATE_CALLING);
}

static void
test_accept_came_too_late (CallFixture *f, gconstpointer unused)
{
  g_autoptr (JsonObject) request = NULL;

  call_fixture_be_rung (f);
  call_fixture_start_accept (f);
  request = half_server_expect (f->server, "call.accept");
  cut_and_come_back (f);
  wait_until (f->done == 1);
  g_assert_error (f->error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_CALL_OVER);
  call_fixture_assert_free (f, BECKON_CALL_END_PEER_CANCELLED);
}

/* A server that is there and says nothing: after 12 s the person is told, and not left to wait. */
static void
test_accept_is_never_answered (CallFixture *f, gconstpointer unused)
{
  g_autoptr (JsonObject) leave = NULL;
  g_autoptr (JsonObject) reject = NULL;

  call_fixture_be_rung (f);
  call_fixture_start_accept (f);
  wait_until (f->done == 1);
  g_assert_error (f->error, BECKON_SIGNALING_ERROR, BECKON_SIGNALING_ERROR_DISCONNECTED);
  call_fixture_assert_free (f, BECKON_CALL_END_FAILED);
  leave = half_server_expect (f->server, "call.leave");
  half_server_refuse (f->server, leave, "not-in-call"); /* it had not heard the accept */
  reject = half_server_expect (f->server, "call.reject");
  half_server_reply (f->server, reject, "");
}

/* ---- our own call ---- */

static void
test_accepted_meanwhile (CallFixture *f, gconstpointer unused)
{
  call_fixture_place (f);
  set_calls (f, "[{\"call\":\"out\",\"state\":\"accepted\",\"device\":\"device\"," MEMBERS (
                    "accepted") "}]");
  cut_and_come_back (f);
  g_assert_cmpint (beckon_call_get_state (f->call), ==, BECKON_CALL_STATE_CALLING);
  expect_join (f, "out");
  g_assert_cmpint (beckon_call_get_state (f->call), ==, BECKON_CALL_STATE_CALLING);
}

static void
test_rings_meanwhile (CallFixture *f, gconstpointer unused)
{
  call_fixture_place (f);
  set_calls (f, "[{\"call\":\"out\",\"state\":\"accepted\",\"device\":\"device\"," MEMBERS (
                    "ringing") "}]");
  cut_and_come_back (f);
  g_assert_cmpint (beckon_call_get_progress (f->call), ==, BECKON_CALL_PROGRESS_RINGING);
  g_assert_cmpint (beckon_call_get_state (f->call), ==, BECKON_CALL_STATE_WAITING);
}

static void
test_unanswered_meanwhile (CallFixture *f, gconstpointer unused)
{
  call_fixture_place (f);
  cut_and_come_back (f);
  call_fixture_assert_free (f, BECKON_CALL_END_FAILED);
  g_assert_error (beckon_call_get_error (f->call), BECKON_SIGNALING_ERROR,
                  BECKON_SIGNALING_ERROR_DISCONNECTED);
}

static void
test_cancel_while_away (CallFixture *f, gconstpointer unused)
{
  g_autoptr (JsonObject) cancel = NULL;

  call_fixture_place (f);
  half_server_cut (f->server);
  wait_until (beckon_signaling_service_get_state (f->signaling) == BECKON_SIGNALING_RECONNECTING);
  beckon_call_hang_up (f->call);
  call_fixture_assert_free (f, BECKON_CALL_END_CANCELLED);
  cancel = half_server_expect (f->server, "call.cancel");
  g_assert_cmpstr (json_object_get_string_member (cancel, "call"), ==, "out");
}

/* A server that never comes back does not keep anybody waiting: both ends have timers of their own.
 */
static void
test_waiting_without_server (CallFixture *f, gconstpointer unused)
{
  const char *const users[] = { "bob", NULL };
  g_autoptr (JsonObject) request = NULL;

  beckon_call_manager_invite_async (f->manager, users, BECKON_MEDIA_VOICE, 1, NULL, NULL, NULL);
  request = half_server_expect (f->server, "call.invite");
  half_server_reply (f->server, request, "\"call\":\"out\",\"timeout\":1,\"failed\":[]");
  wait_until (f->call != NULL);
  f->server->ignore_hello = TRUE;
  half_server_cut (f->server);
  wait_until (f->ends == 1);
  call_fixture_assert_free (f, BECKON_CALL_END_UNANSWERED);
}

/* The invite and the session are lost; nobody here waits, so nobody there may be rung on. */
static void
test_lost_invite_rings_nobody (CallFixture *f, gconstpointer unused)
{
  g_autoptr (JsonObject) invite = NULL;
  g_autoptr (JsonObject) leave = NULL;

  call_fixture_invite (f, BECKON_MEDIA_VOICE);
  invite = half_server_expect (f->server, "call.invite");
  set_calls (f, "[{\"call\":\"out\",\"state\":\"accepted\",\"device\":\"device\"," MEMBERS (
                    "ringing") "}]");
  cut_and_come_back (f);
  wait_until (f->done == 1);
  g_assert_error (f->error, BECKON_SIGNALING_ERROR, BECKON_SIGNALING_ERROR_DISCONNECTED);
  g_assert_false (beckon_call_manager_is_busy (f->manager));
  leave = half_server_expect (f->server, "call.leave");
  g_assert_cmpstr (json_object_get_string_member (leave, "call"), ==, "out");
  g_assert_null (beckon_call_manager_get_other_call (f->manager));
}

static void
test_invite_over_resumed_session (CallFixture *f, gconstpointer unused)
{
  g_autoptr (JsonObject) invite = NULL;
  g_autoptr (JsonObject) again = NULL;

  f->server->can_resume = TRUE;
  call_fixture_invite (f, BECKON_MEDIA_VOICE);
  invite = half_server_expect (f->server, "call.invite");
  half_server_cut (f->server);
  again = half_server_expect (f->server, "call.invite");
  g_assert_cmpint (json_object_get_int_member (again, "id"), ==,
                   json_object_get_int_member (invite, "id"));
  half_server_reply (f->server, again, "\"call\":\"out\",\"timeout\":30,\"failed\":[]");
  wait_until (f->done == 1);
  g_assert_no_error (f->error);
  g_assert_cmpint (beckon_call_get_state (f->call), ==, BECKON_CALL_STATE_WAITING);
}

/* ---- a call that runs ---- */

static void
test_running_call_outlives_server (CallFixture *f, gconstpointer unused)
{
  call_fixture_talk (f);
  f->server->ignore_hello = TRUE;
  half_server_cut (f->server);
  wait_until (f->server->hellos == 2);
  g_assert_cmpint (beckon_call_get_state (f->call), ==, BECKON_CALL_STATE_CALLING);
  f->server->ignore_hello = FALSE;
  set_calls (f, "[{\"call\":\"out\",\"state\":\"accepted\",\"device\":\"device\"," MEMBERS (
                    "accepted") "}]");
  cut_and_come_back (f);
  expect_join (f, "out"); /* or the server takes this device for lost */
  g_assert_cmpint (beckon_call_get_state (f->call), ==, BECKON_CALL_STATE_CALLING);
  g_assert_cmpint (beckon_call_get_member_state (f->call, "bob"), ==, BECKON_MEMBER_JOINED);
  g_assert_null (beckon_call_manager_get_other_call (f->manager));
}

static void
test_running_call_ended_meanwhile (CallFixture *f, gconstpointer unused)
{
  call_fixture_talk (f);
  cut_and_come_back (f);
  call_fixture_assert_free (f, BECKON_CALL_END_CONNECTION_LOST);
  g_assert_error (beckon_call_get_error (f->call), BECKON_SIGNALING_ERROR,
                  BECKON_SIGNALING_ERROR_DISCONNECTED);
  g_assert_cmpuint (half_server_count (f->server, "call.leave"), ==, 0);
}

static void
test_running_call_ends_while_joining (CallFixture *f, gconstpointer unused)
{
  g_autoptr (JsonObject) join = NULL;

  call_fixture_talk (f);
  set_calls (f, "[{\"call\":\"out\",\"state\":\"accepted\",\"device\":\"device\"}]");
  cut_and_come_back (f);
  join = half_server_expect (f->server, "call.join");
  half_server_refuse (f->server, join, "call-over");
  wait_until (f->ends == 1);
  call_fixture_assert_free (f, BECKON_CALL_END_CONNECTION_LOST);
  g_assert_error (beckon_call_get_error (f->call), BECKON_PROTOCOL_ERROR,
                  BECKON_PROTOCOL_ERROR_CALL_OVER);
}

static void
test_running_call_and_older_server (CallFixture *f, gconstpointer unused)
{
  g_autoptr (JsonObject) join = NULL;

  call_fixture_talk (f);
  set_calls (f, "[{\"call\":\"out\"}]");
  cut_and_come_back (f);
  join = half_server_expect (f->server, "call.join");
  half_server_refuse (f->server, join, "unknown-type");
  call_fixture_sync (f);
  g_assert_cmpint (beckon_call_get_state (f->call), ==, BECKON_CALL_STATE_CALLING);
}

static void
test_running_call_was_taken_over (CallFixture *f, gconstpointer unused)
{
  call_fixture_talk (f);
  set_calls (f, "[{\"call\":\"out\",\"state\":\"accepted\",\"device\":\"phone\"}]");
  cut_and_come_back (f);
  call_fixture_assert_free (f, BECKON_CALL_END_ANSWERED_ELSEWHERE);
  g_assert_cmpuint (half_server_count (f->server, "call.leave"), ==, 0);
}

static void
test_member_left_meanwhile (CallFixture *f, gconstpointer unused)
{
  call_fixture_talk (f);
  set_calls (f, "[{\"call\":\"out\",\"state\":\"accepted\",\"device\":\"device\","
                "\"members\":[{\"id\":\"carol\",\"name\":\"Carol\",\"state\":\"accepted\","
                "\"device\":\"c\"},{\"id\":\"dave\",\"name\":\"Dave\",\"state\":\"ringing\"}]}]");
  cut_and_come_back (f);
  g_assert_cmpint (beckon_call_get_state (f->call), ==, BECKON_CALL_STATE_CALLING);
  g_assert_cmpint (beckon_call_get_member_state (f->call, "bob"), ==, BECKON_MEMBER_GONE);
  g_assert_cmpint (beckon_call_get_member_state (f->call, "carol"), ==, BECKON_MEMBER_JOINED);
  g_assert_cmpint (beckon_call_get_member_state (f->call, "dave"), ==, BECKON_MEMBER_ALERTED);
}

static void
test_hang_up_while_away (CallFixture *f, gconstpointer unused)
{
  g_autoptr (JsonObject) leave = NULL;

  call_fixture_talk (f);
  set_calls (f, "[{\"call\":\"out\",\"state\":\"accepted\",\"device\":\"device\"}]");
  half_server_cut (f->server);
  wait_until (beckon_signaling_service_get_state (f->signaling) == BECKON_SIGNALING_RECONNECTING);
  beckon_call_hang_up (f->call);
  leave = half_server_expect (f->server, "call.leave");
  g_assert_cmpuint (f->server->session, ==, 2);
  g_assert_null (beckon_call_manager_get_other_call (f->manager)); /* it is not offered again */
  call_fixture_assert_free (f, BECKON_CALL_END_HUNG_UP);
}

static void
test_quit_while_away (CallFixture *f, gconstpointer unused)
{
  g_autoptr (JsonObject) leave = NULL;
  g_autoptr (JsonObject) bye = NULL;

  f->server->can_resume = TRUE;
  call_fixture_talk (f);
  half_server_cut (f->server);
  wait_until (beckon_signaling_service_get_state (f->signaling) == BECKON_SIGNALING_RECONNECTING);
  call_fixture_start_shutdown (f);
  leave = half_server_expect (f->server, "call.leave");
  half_server_reply (f->server, leave, "");
  bye = half_server_expect (f->server, "bye");
  wait_until (f->down);
}

#define add(path, function)                                                                        \
  g_test_add ("/call-session/" path, CallFixture, NULL, call_fixture_set_up, function,             \
              call_fixture_tear_down)

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  g_test_init (&argc, &argv, NULL);
  beckon_media_init (&argc, &argv, &error);
  g_assert_no_error (error);
  add ("server-forgets-ringing-call", test_server_forgets_ringing_call);
  add ("server-remembers-ringing-call", test_server_remembers_ringing_call);
  add ("resumed-session-ends-nothing", test_resumed_session_ends_nothing);
  add ("answered-elsewhere-meanwhile", test_answered_elsewhere_meanwhile);
  add ("accept-over-resumed-session", test_accept_over_resumed_session);
  add ("accept-had-arrived", test_accept_had_arrived);
  add ("accept-had-not-arrived", test_accept_had_not_arrived);
  add ("accept-came-too-late", test_accept_came_too_late);
  add ("accept-is-never-answered", test_accept_is_never_answered);
  add ("accepted-meanwhile", test_accepted_meanwhile);
  add ("rings-meanwhile", test_rings_meanwhile);
  add ("unanswered-meanwhile", test_unanswered_meanwhile);
  add ("cancel-while-away", test_cancel_while_away);
  add ("waiting-without-server", test_waiting_without_server);
  add ("lost-invite-rings-nobody", test_lost_invite_rings_nobody);
  add ("invite-over-resumed-session", test_invite_over_resumed_session);
  add ("running-call-outlives-server", test_running_call_outlives_server);
  add ("running-call-ended-meanwhile", test_running_call_ended_meanwhile);
  add ("running-call-ends-while-joining", test_running_call_ends_while_joining);
  add ("running-call-and-older-server", test_running_call_and_older_server);
  add ("running-call-was-taken-over", test_running_call_was_taken_over);
  add ("member-left-meanwhile", test_member_left_meanwhile);
  add ("hang-up-while-away", test_hang_up_while_away);
  add ("quit-while-away", test_quit_while_away);
  return g_test_run ();
}
