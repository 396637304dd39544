/* SPDX-License-Identifier: GPL-3.0-or-later */

/* BeckonCallManager and BeckonCall with real media, against half a server that does what the test
 * says: the order of things that a real server produces only now and then. */

#include "config.h"

#include "call-friend.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- outgoing ---- */

static void
test_invite_and_cancel (CallFixture *f, gconstpointer unused)
{
  g_autoptr (JsonObject) offer = NULL;
  g_autoptr (JsonObject) cancel = NULL;
  JsonObject *payload;

  call_fixture_place (f);
  g_assert_cmpstr (beckon_call_get_peer_name (f->call), ==, "Bob Larsson");
  g_assert_true (beckon_call_manager_is_busy (f->manager));
  offer = half_server_expect (f->server, "signal.send");
  payload = json_object_get_object_member (offer, "payload");
  g_assert_cmpstr (json_object_get_string_member (payload, "kind"), ==, "description");

  beckon_call_hang_up (f->call);
  call_fixture_assert_free (f, BECKON_CALL_END_CANCELLED);
  beckon_call_hang_up (f->call); /* a second click does nothing */
  cancel = half_server_expect (f->server, "call.cancel");
  half_server_reply (f->server, cancel, "\"failed\":[]");
}

static void
test_failed_invite_leaves_free (CallFixture *f, gconstpointer unused)
{
  g_autoptr (JsonObject) request = NULL;

  call_fixture_invite (f, BECKON_MEDIA_VIDEO);
  request = half_server_expect (f->server, "call.invite");
  half_server_refuse (f->server, request, "no-invitee");
  wait_until (f->done == 1);
  g_assert_error (f->error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_NO_INVITEE);
  g_assert_false (beckon_call_manager_is_busy (f->manager));
  call_fixture_place (f);
}

/* A server that makes a call of nobody is not believed. */
static void
test_invite_of_nobody (CallFixture *f, gconstpointer unused)
{
  g_autoptr (JsonObject) request = NULL;
  g_autoptr (JsonObject) leave = NULL;

  call_fixture_invite (f, BECKON_MEDIA_VOICE);
  request = half_server_expect (f->server, "call.invite");
  half_server_reply (f->server, request,
                     "\"call\":\"empty\",\"timeout\":30,"
                     "\"failed\":[{\"user\":\"bob\",\"code\":\"unknown-user\"}]");
  wait_until (f->done == 1);
  g_assert_error (f->error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_UNKNOWN_USER);
  g_assert_false (beckon_call_manager_is_busy (f->manager));
  leave = half_server_expect (f->server, "call.leave");
  g_assert_cmpstr (json_object_get_string_member (leave, "call"), ==, "empty");
  half_server_reply (f->server, leave, "");
  call_fixture_place (f);
}

static void
test_call_back_at_once_after_cancel (CallFixture *f, gconstpointer unused)
{
  call_fixture_place (f);
  beckon_call_hang_up (f->call);
  f->ends = 0;
  call_fixture_place (f);
}

static void
test_one_call_at_a_time (CallFixture *f, gconstpointer unused)
{
  call_fixture_invite (f, BECKON_MEDIA_VOICE);
  call_fixture_invite (f, BECKON_MEDIA_VOICE); /* a double click */
  wait_until (f->done == 1);
  g_assert_error (f->error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_BUSY_SELF);
}

static void
test_progress (CallFixture *f, gconstpointer unused)
{
  call_fixture_place (f);
  g_assert_cmpint (beckon_call_get_progress (f->call), ==, BECKON_CALL_PROGRESS_CALLING);
  half_server_event (f->server, "call.ringing", "\"call\":\"other\",\"user\":\"%s\"", "bob");
  half_server_event (f->server, "call.offline", "\"call\":\"out\",\"user\":\"%s\"", "bob");
  wait_until (beckon_call_get_progress (f->call) == BECKON_CALL_PROGRESS_OFFLINE);
  half_server_event (f->server, "call.ringing", "\"call\":\"out\",\"user\":\"%s\"", "bob");
  wait_until (beckon_call_get_progress (f->call) == BECKON_CALL_PROGRESS_RINGING);
}

static void
test_busy_and_declined (CallFixture *f, gconstpointer unused)
{
  call_fixture_place (f);
  half_server_event (f->server, "call.rejected",
                     "\"call\":\"out\",\"user\":\"%s\",\"reason\":\"busy\"", "bob");
  wait_until (f->ends == 1);
  call_fixture_assert_free (f, BECKON_CALL_END_PEER_BUSY);

  f->ends = 0;
  call_fixture_place (f);
  half_server_event (f->server, "call.rejected",
                     "\"call\":\"out\",\"user\":\"%s\",\"reason\":\"declined\","
                     "\"data\":\"Later\\n\\u202eor never\"",
                     "bob");
  wait_until (f->ends == 1);
  call_fixture_assert_free (f, BECKON_CALL_END_PEER_DECLINED);
  g_assert_cmpstr (beckon_call_get_message (f->call), ==, "Later or never");
}

static void
test_unanswered (CallFixture *f, gconstpointer unused)
{
  call_fixture_place (f);
  half_server_event (f->server, "call.unanswered", "\"call\":\"out\",\"users\":[\"%s\"]", "bob");
  wait_until (f->ends == 1);
  call_fixture_assert_free (f, BECKON_CALL_END_UNANSWERED);
}

static void
test_cancel_crosses_accept (CallFixture *f, gconstpointer unused)
{
  g_autoptr (JsonObject) cancel = NULL;
  g_autoptr (JsonObject) leave = NULL;

  call_fixture_place (f);
  beckon_call_hang_up (f->call);
  cancel = half_server_expect (f->server, "call.cancel");
  half_server_event (f->server, "call.accepted",
                     "\"call\":\"out\",\"user\":\"%s\",\"device\":\"d\"", "bob");
  half_server_refuse (f->server, cancel, "already-accepted");
  leave = half_server_expect (f->server, "call.leave");
  g_assert_cmpstr (json_object_get_string_member (leave, "call"), ==, "out");
  call_fixture_assert_free (f, BECKON_CALL_END_CANCELLED);
}

/* Some servers name those alone who have been met. */
static void
test_peer_hangs_up (CallFixture *f, gconstpointer unused)
{
  call_fixture_place (f);
  g_assert_cmpstr (beckon_call_get_peer_name (f->call), ==, "Bob Larsson");
  half_server_event (f->server, "call.accepted",
                     "\"call\":\"out\",\"user\":\"bob\",\"name\":\"%s\",\"device\":\"d\"",
                     "Bob L.");
  wait_until (beckon_call_get_state (f->call) == BECKON_CALL_STATE_CALLING);
  g_assert_cmpstr (beckon_call_get_peer_name (f->call), ==, "Bob L.");
  half_server_event (f->server, "call.left",
                     "\"call\":\"out\",\"user\":\"%s\",\"reason\":\"hung-up\"", "bob");
  half_server_event (f->server, "call.ended",
                     "\"call\":\"out\",\"reason\":\"%s\",\"duration_ms\":10", "hung-up");
  wait_until (f->ends == 1);
  call_fixture_assert_free (f, BECKON_CALL_END_PEER_HUNG_UP);
}

static void
test_no_media_ends_call (CallFixture *f, gconstpointer unused)
{
  g_autoptr (JsonObject) leave = NULL;

  call_fixture_place (f);
  half_server_event (f->server, "call.accepted",
                     "\"call\":\"out\",\"user\":\"%s\",\"device\":\"d\"", "bob");
  wait_until (beckon_call_get_state (f->call) == BECKON_CALL_STATE_CALLING);
  g_assert_cmpint (beckon_call_get_progress (f->call), ==, BECKON_CALL_PROGRESS_CONNECTING);
  for (guint i = 0; i < 2 && f->ends == 0; i++) /* 15 s: twice the usual patience */
    {
      const gint64 end = g_get_monotonic_time () + 9 * G_USEC_PER_SEC;
      const guint tick = g_timeout_add (100, waiting_tick, NULL);

      while (f->ends == 0 && g_get_monotonic_time () < end)
        g_main_context_iteration (NULL, TRUE);
      g_source_remove (tick);
    }
  call_fixture_assert_free (f, BECKON_CALL_END_NO_MEDIA);
  g_assert_nonnull (beckon_call_get_error (f->call));
  leave = half_server_expect (f->server, "call.leave");
  g_assert_cmpstr (json_object_get_string_member (leave, "reason"), ==, "media-failed");
}

/* ---- incoming ---- */

static void
test_accept (CallFixture *f, gconstpointer unused)
{
  call_fixture_be_rung (f);
  g_assert_false (beckon_call_get_camera (f->call));
  call_fixture_accept (f);
  g_assert_true (beckon_call_manager_is_busy (f->manager));
}

static void
test_double_accept_is_one (CallFixture *f, gconstpointer unused)
{
  g_autoptr (JsonObject) request = NULL;

  call_fixture_be_rung (f);
  call_fixture_start_accept (f);
  call_fixture_start_accept (f);
  request = half_server_expect (f->server, "call.accept");
  half_server_reply (f->server, request, "\"members\":[]");
  wait_until (f->done == 2);
  g_assert_no_error (f->error);
  half_server_event (f->server, "contacts.changed", "%s", "");
  wait_until (f->server->acked >= 2);
  for (GList *l = f->server->requests.head; l != NULL; l = l->next)
    g_assert_cmpstr (json_object_get_string_member (l->data, "type"), !=, "call.accept");
}

static void
test_accept_comes_too_late (CallFixture *f, gconstpointer unused)
{
  g_autoptr (JsonObject) request = NULL;

  call_fixture_be_rung (f);
  call_fixture_start_accept (f);
  request = half_server_expect (f->server, "call.accept");
  half_server_refuse (f->server, request, "call-over");
  wait_until (f->done == 1);
  g_assert_error (f->error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_CALL_OVER);
  call_fixture_assert_free (f, BECKON_CALL_END_PEER_CANCELLED);
  call_fixture_be_rung (f); /* and the next one rings */
}

static void
test_decline_behind_accept_leaves (CallFixture *f, gconstpointer unused)
{
  g_autoptr (JsonObject) request = NULL;

  call_fixture_be_rung (f);
  call_fixture_start_accept (f);
  beckon_call_hang_up (f->call);
  wait_until (f->done == 1);
  g_assert_error (f->error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_CALL_OVER);
  call_fixture_assert_free (f, BECKON_CALL_END_DECLINED);
  request = half_server_expect (f->server, "call.leave");
}

static void
test_other_callers_cancel_is_not_ours (CallFixture *f, gconstpointer unused)
{
  g_autoptr (JsonObject) busy = NULL;

  call_fixture_be_rung (f);
  call_fixture_ring_as (f, "second", "carol", 30000);
  busy = half_server_expect (f->server, "call.reject");
  g_assert_cmpstr (json_object_get_string_member (busy, "call"), ==, "second");
  g_assert_cmpstr (json_object_get_string_member (busy, "reason"), ==, "busy");
  g_assert_cmpuint (f->missed, ==, 1);
  half_server_event (f->server, "call.cancelled", "\"call\":\"second\",\"by\":\"%s\"", "carol");
  half_server_event (f->server, "contacts.changed", "%s", "");
  wait_until (f->server->acked == 4);
  g_assert_cmpint (beckon_call_get_state (f->call), ==, BECKON_CALL_STATE_INCOMING);
  g_assert_cmpuint (f->incoming, ==, 1);
}

static void
test_cancelled_is_missed (CallFixture *f, gconstpointer unused)
{
  call_fixture_be_rung (f);
  half_server_event (f->server, "call.cancelled", "\"call\":\"in\",\"by\":\"%s\"", "bob");
  wait_until (f->ends == 1);
  call_fixture_assert_free (f, BECKON_CALL_END_PEER_CANCELLED);
  g_assert_cmpuint (f->missed, ==, 1);
  call_fixture_be_rung (f); /* and the next one rings */
}

static void
test_answered_elsewhere_is_not_missed (CallFixture *f, gconstpointer unused)
{
  call_fixture_be_rung (f);
  half_server_event (f->server, "call.answered-elsewhere",
                     "\"call\":\"in\",\"outcome\":\"accepted\",\"device\":\"%s\"", "phone");
  wait_until (f->ends == 1);
  call_fixture_assert_free (f, BECKON_CALL_END_ANSWERED_ELSEWHERE);
  g_assert_cmpint (beckon_call_get_elsewhere (f->call), ==, BECKON_CALL_ELSEWHERE_ANSWERED);
  g_assert_cmpuint (f->missed, ==, 0);
}

static void
test_late_invitation_is_missed (CallFixture *f, gconstpointer unused)
{
  call_fixture_ring_as (f, "late", "bob", 0);
  wait_until (f->missed == 1);
  g_assert_cmpuint (f->incoming, ==, 0);
  g_assert_false (beckon_call_manager_is_busy (f->manager));
}

static void
test_own_timer (CallFixture *f, gconstpointer unused)
{
  call_fixture_ring_as (f, "in", "bob", 100);
  wait_until (f->incoming == 1);
  wait_until (f->ends == 1);
  call_fixture_assert_free (f, BECKON_CALL_END_MISSED);
}

static void
test_invitation_while_inviting (CallFixture *f, gconstpointer unused)
{
  g_autoptr (JsonObject) request = NULL;

  call_fixture_invite (f, BECKON_MEDIA_VOICE);
  request = half_server_expect (f->server, "call.invite");
  call_fixture_ring_as (f, "in", "bob", 30000);
  wait_until (f->server->acked == 1);
  g_assert_cmpuint (f->incoming, ==, 0);
  half_server_refuse (f->server, request, "busy-self");
  wait_until (f->done == 1);
  g_assert_cmpuint (f->incoming, ==, 1);
  g_assert_cmpint (beckon_call_get_state (f->call), ==, BECKON_CALL_STATE_INCOMING);
}

/* ---- media and signaling meet ---- */

static void
test_answer_is_held_until_accept (CallFixture *f, gconstpointer unused)
{
  g_autofree char *sdp = call_fixture_make_offer ();
  g_autoptr (JsonObject) accept = NULL;
  g_autoptr (JsonObject) answer = NULL;
  const gint64 end = g_get_monotonic_time () + G_USEC_PER_SEC;
  guint tick;

  call_fixture_be_rung (f);
  call_fixture_send_description (f, "in", "bob", "d", 1, "offer", sdp);
  /* Long enough for the answer to be made: nothing may go out in this second. */
  tick = g_timeout_add (50, waiting_tick, NULL);
  while (g_get_monotonic_time () < end)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (tick);
  g_assert_cmpuint (half_server_count (f->server, "signal.send"), ==, 0);

  call_fixture_start_accept (f);
  accept = half_server_expect (f->server, "call.accept");
  answer = half_server_expect (f->server, "signal.send");
  g_assert_cmpstr (json_object_get_string_member (
                       json_object_get_object_member (
                           json_object_get_object_member (answer, "payload"), "sdp"),
                       "type"),
                   ==, "answer");
}

static void
test_hostile_signals (CallFixture *f, gconstpointer unused)
{
  call_fixture_be_rung (f);
  call_fixture_send_description (f, "in", "bob", "d", 1, "offer", "v=0\\r\\nnonsense");
  call_fixture_send_description (f, "in", "bob", "d", 1, "answer", "v=0\\r\\n");
  call_fixture_send_description (f, "in", "mallory", "d", 1, "offer", "v=0\\r\\n");
  half_server_event (f->server, "signal.received",
                     "\"call\":\"in\",\"from\":{\"user\":\"%s\",\"device\":\"d\"},\"payload\":"
                     "{\"kind\":\"candidate\",\"generation\":1,\"mline\":3,\"candidate\":\"junk\"}",
                     "bob");
  half_server_event (f->server, "signal.received",
                     "\"call\":\"in\",\"from\":{\"user\":\"%s\"},\"payload\":{\"kind\":7}", "bob");
  wait_until (f->server->acked == 6);
  g_assert_cmpint (beckon_call_get_state (f->call), ==, BECKON_CALL_STATE_INCOMING);
  g_assert_cmpuint (f->server->hellos, ==, 1);
}

/* Nothing that a server should not say about an invitation confuses us, nor a double of one. */
static void
test_hostile_invitations (CallFixture *f, gconstpointer unused)
{
  g_autoptr (JsonObject) reject = NULL;

  half_server_event (f->server, "call.received",
                     "\"call\":\"in\",\"from\":{\"id\":\"bob\",\"name\":\"Bob\"},\"members\":["
                     "{\"id\":\"bob\",\"name\":\"Robert\"},{\"id\":\"bob\",\"name\":\"Rob\"},"
                     "{\"id\":\"carol\",\"name\":\"Carol\"},{\"id\":\"carol\",\"name\":\"C\"}],"
                     "\"media\":\"voice\",\"timeout\":30,\"remaining_ms\":%d",
                     30000);
  call_fixture_ring_as (f, "in", "mallory", 30000); /* the same call, from somebody else */
  call_fixture_sync (f);
  g_assert_cmpuint (f->incoming, ==, 1);
  g_assert_cmpuint (beckon_call_get_members (f->call)->len, ==, 2);
  g_assert_cmpstr (beckon_call_get_peer_name (f->call), ==, "Bob");
  half_server_event (f->server, "call.accepted",
                     "\"call\":\"in\",\"user\":\"%s\",\"device\":\"d\"", "alice");
  half_server_event (f->server, "call.left",
                     "\"call\":\"in\",\"user\":\"%s\",\"reason\":\"hung-up\"", "nobody");
  call_fixture_sync (f);
  g_assert_cmpint (beckon_call_get_state (f->call), ==, BECKON_CALL_STATE_INCOMING);
  beckon_call_hang_up (f->call);
  call_fixture_assert_free (f, BECKON_CALL_END_DECLINED);

  f->ends = 0;
  call_fixture_ring_as (f, "own", "alice", 30000); /* from ourselves */
  call_fixture_sync (f);
  beckon_call_hang_up (f->call);
  call_fixture_assert_free (f, BECKON_CALL_END_DECLINED);
}

/* ---- the end ---- */

static void
test_shutdown_tells_everybody (CallFixture *f, gconstpointer unused)
{
  g_autoptr (JsonObject) cancel = NULL;
  g_autoptr (JsonObject) bye = NULL;

  call_fixture_place (f);
  call_fixture_start_shutdown (f);
  cancel = half_server_expect (f->server, "call.cancel");
  bye = half_server_expect (f->server, "bye");
  wait_until (f->down);
  g_assert_no_error (f->error);
  call_fixture_assert_free (f, BECKON_CALL_END_CANCELLED);
}

/* A call that is seen and heard, and recorded. */
static CallFriend *
talk_for_real (CallFixture *f)
{
  CallFriend *friend;

  call_fixture_place (f);
  friend = call_friend_new (f, "out", "bob", "d");
  wait_until (call_friend_is_connected (friend));
  half_server_event (f->server, "call.accepted",
                     "\"call\":\"out\",\"user\":\"%s\",\"device\":\"d\"", "bob");
  beckon_media_session_open (friend->session);
  wait_until (beckon_call_get_remote_video (f->call) != NULL &&
              beckon_call_get_remote_level (f->call) > 0.3);
  return friend;
}

/* A recording goes into a pipe that is full. Returns: what reads it. */
static int
make_full_pipe (const char *path)
{
  const char nothing[4096] = { 0 };
  int reader, writer;

  g_assert_cmpint (mkfifo (path, 0600), ==, 0);
  reader = open (path, O_RDONLY | O_NONBLOCK);
  writer = open (path, O_WRONLY | O_NONBLOCK);
  g_assert_true (reader >= 0 && writer >= 0);
  while (write (writer, nothing, sizeof nothing) > 0)
    ;
  close (writer);
  return reader;
}

static gboolean
is_closed (CallFixture *f, int reader)
{
  char some[4096];

  while (read (reader, some, sizeof some) > 0)
    ;
  return G_OBJECT (f->manager)->ref_count == 1;
}

/* The disk takes longer than a shutdown may. */
static void
test_shutdown_cuts_recording (CallFixture *f, gconstpointer data)
{
  const CallSources *sources = data;
  const int reader = make_full_pipe (sources->record);
  CallFriend *friend = talk_for_real (f);

  call_fixture_start_shutdown (f);
  wait_until (f->down);
  g_assert_error (f->error, BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_FAILED);
  wait_until (is_closed (f, reader));
  call_friend_free (friend);
  close (reader);
  g_remove (sources->record);
}

#define add(path, function)                                                                        \
  g_test_add ("/call/" path, CallFixture, NULL, call_fixture_set_up, function,                     \
              call_fixture_tear_down)

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("beckon-XXXXXX", NULL);
  g_autofree char *record = g_build_filename (folder, "record.mkv", NULL);
  const CallSources recorded = { .record = record };
  int status;

  g_test_init (&argc, &argv, NULL);
  beckon_media_init (&argc, &argv, &error);
  g_assert_no_error (error);
  add ("invite-and-cancel", test_invite_and_cancel);
  add ("failed-invite-leaves-free", test_failed_invite_leaves_free);
  add ("invite-of-nobody", test_invite_of_nobody);
  add ("call-back-at-once-after-cancel", test_call_back_at_once_after_cancel);
  add ("one-call-at-a-time", test_one_call_at_a_time);
  add ("progress", test_progress);
  add ("busy-and-declined", test_busy_and_declined);
  add ("unanswered", test_unanswered);
  add ("cancel-crosses-accept", test_cancel_crosses_accept);
  add ("peer-hangs-up", test_peer_hangs_up);
  add ("no-media-ends-call", test_no_media_ends_call);
  add ("accept", test_accept);
  add ("double-accept-is-one", test_double_accept_is_one);
  add ("accept-comes-too-late", test_accept_comes_too_late);
  add ("decline-behind-accept-leaves", test_decline_behind_accept_leaves);
  add ("other-callers-cancel-is-not-ours", test_other_callers_cancel_is_not_ours);
  add ("cancelled-is-missed", test_cancelled_is_missed);
  add ("answered-elsewhere-is-not-missed", test_answered_elsewhere_is_not_missed);
  add ("late-invitation-is-missed", test_late_invitation_is_missed);
  add ("own-timer", test_own_timer);
  add ("invitation-while-inviting", test_invitation_while_inviting);
  add ("answer-is-held-until-accept", test_answer_is_held_until_accept);
  add ("hostile-signals", test_hostile_signals);
  add ("hostile-invitations", test_hostile_invitations);
  add ("shutdown-tells-everybody", test_shutdown_tells_everybody);
  g_test_add ("/call/shutdown-cuts-recording", CallFixture, &recorded, call_fixture_set_up,
              test_shutdown_cuts_recording, call_fixture_tear_down);
  status = g_test_run ();
  g_rmdir (folder);
  return status;
}
