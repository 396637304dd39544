/* SPDX-License-Identifier: GPL-3.0-or-later */

/* More than two people, more than one device of one person, and two who call each other at once. */

#include "config.h"

#include "call-friend.h"

static const char *const carol[] = { "carol", NULL };

static void
on_added (GObject *source, GAsyncResult *result, gpointer user_data)
{
  CallFixture *f = user_data;
  g_autoptr (BeckonInviteResult) added = NULL;

  g_clear_error (&f->error);
  added = beckon_call_add_finish (BECKON_CALL (source), result, &f->error);
  g_assert_true ((added == NULL) == (f->error != NULL));
  f->done++;
}

/* Invites carol, and the server takes it. */
static void
add_carol (CallFixture *f, guint timeout)
{
  g_autoptr (JsonObject) request = NULL;
  g_autofree char *fields =
      g_strdup_printf ("\"call\":\"out\",\"timeout\":%u,\"failed\":[],"
                       "\"members\":[{\"id\":\"carol\",\"name\":\"Carol Diaz\"}]",
                       timeout);

  f->done = 0;
  beckon_call_add_async (f->call, carol, timeout, on_added, f);
  request = half_server_expect (f->server, "call.add");
  g_assert_cmpstr (json_object_get_string_member (request, "call"), ==, "out");
  half_server_reply (f->server, request, fields);
  wait_until (f->done == 1);
  g_assert_no_error (f->error);
  g_assert_cmpint (beckon_call_get_member_state (f->call, "carol"), ==, BECKON_MEMBER_ALERTED);
}

static void
accept_as (CallFixture *f, const char *call, const char *user, const char *device)
{
  half_server_event (f->server, "call.accepted",
                     "\"call\":\"%s\",\"user\":\"%s\",\"device\":\"%s\"", call, user, device);
  call_fixture_sync (f);
}

static void
leave_as (CallFixture *f, const char *user)
{
  half_server_event (f->server, "call.left",
                     "\"call\":\"out\",\"user\":\"%s\",\"reason\":\"hung-up\"", user);
  call_fixture_sync (f);
}

static const char *
get_device (JsonObject *signal)
{
  return json_object_get_string_member_with_default (json_object_get_object_member (signal, "to"),
                                                     "device", NULL);
}

/* ---- adding ---- */

static void
test_add (CallFixture *f, gconstpointer unused)
{
  g_autoptr (JsonObject) offer = NULL;
  GPtrArray *members;
  guint changes;

  call_fixture_talk (f);
  changes = f->members;
  add_carol (f, 30);
  g_assert_cmpuint (f->members, >, changes);
  members = beckon_call_get_members (f->call);
  g_assert_cmpuint (members->len, ==, 2);
  g_assert_cmpstr (((BeckonUser *) g_ptr_array_index (members, 1))->name, ==, "Carol Diaz");

  accept_as (f, "out", "carol", "c");
  g_assert_cmpint (beckon_call_get_member_state (f->call, "carol"), ==, BECKON_MEMBER_JOINED);
  offer = call_fixture_expect_description (f, "carol", "offer");
  g_assert_cmpstr (get_device (offer), ==, "c");
  g_assert_cmpstr (beckon_call_get_shown_user (f->call)->id, ==, "bob");
  leave_as (f, "bob");
  g_assert_cmpint (beckon_call_get_state (f->call), ==, BECKON_CALL_STATE_CALLING);
  g_assert_cmpstr (beckon_call_get_shown_user (f->call)->id, ==, "carol");
  /* It is not bob who hung up now. */
  leave_as (f, "carol");
  call_fixture_assert_free (f, BECKON_CALL_END_PEER_HUNG_UP);
  g_assert_cmpstr (beckon_call_get_last_user (f->call)->id, ==, "carol");
}

static void
on_statistics (BeckonCall *call, GParamSpec *pspec, BeckonStatistics **told)
{
  *told = beckon_call_get_statistics (call);
}

static void
on_remote_microphone (BeckonCall *call, GParamSpec *pspec, gboolean *told)
{
  *told = beckon_call_get_remote_microphone (call);
}

/* Bob came first, but nothing of his arrives yet: it is carol whom one hears. Whoever follows the
 * properties knows it. */
static void
test_who_is_heard_is_shown (CallFixture *f, gconstpointer unused)
{
  BeckonStatistics *statistics = NULL;
  gboolean microphone = FALSE;
  CallFriend *friend;

  call_fixture_talk (f);
  add_carol (f, 30);
  g_signal_connect (f->call, "notify::statistics", G_CALLBACK (on_statistics), &statistics);
  g_signal_connect (f->call, "notify::remote-microphone", G_CALLBACK (on_remote_microphone),
                    &microphone);
  accept_as (f, "out", "carol", "c");
  g_assert_cmpstr (beckon_call_get_shown_user (f->call)->id, ==, "bob");
  friend = call_friend_new (f, "out", "carol", "c");
  beckon_media_session_set_camera (friend->session, FALSE);
  beckon_media_session_open (friend->session);
  wait_until (beckon_call_get_remote_level (f->call) > 0.3);
  g_assert_cmpstr (beckon_call_get_shown_user (f->call)->id, ==, "carol");
  wait_until (microphone);
  g_assert_nonnull (statistics);
  g_assert_true (statistics == beckon_call_get_statistics (f->call));
  leave_as (f, "carol");
  g_assert_cmpstr (beckon_call_get_shown_user (f->call)->id, ==, "bob");
  g_assert_true (statistics == beckon_call_get_statistics (f->call));
  g_assert_false (microphone);
  g_signal_handlers_disconnect_by_data (f->call, &statistics);
  g_signal_handlers_disconnect_by_data (f->call, &microphone);
  call_friend_free (friend);
}

static void
test_add_is_refused (CallFixture *f, gconstpointer unused)
{
  g_autoptr (JsonObject) request = NULL;

  call_fixture_talk (f);
  f->done = 0;
  beckon_call_add_async (f->call, carol, 0, on_added, f);
  request = half_server_expect (f->server, "call.add");
  half_server_refuse (f->server, request, "too-many-invitees");
  wait_until (f->done == 1);
  g_assert_error (f->error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_TOO_MANY_INVITEES);
  g_assert_cmpuint (beckon_call_get_members (f->call)->len, ==, 1);
}

static void
test_add_while_rung (CallFixture *f, gconstpointer unused)
{
  call_fixture_be_rung (f);
  beckon_call_add_async (f->call, carol, 0, on_added, f);
  wait_until (f->done == 1);
  g_assert_error (f->error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_NOT_IN_CALL);
}

static void
test_somebody_else_adds (CallFixture *f, gconstpointer unused)
{
  g_autoptr (JsonObject) offer = NULL;

  call_fixture_talk (f);
  half_server_event (f->server, "call.added",
                     "\"call\":\"out\",\"by\":\"bob\","
                     "\"users\":[{\"id\":\"carol\",\"name\":\"%s\"}]",
                     "Carol");
  call_fixture_sync (f);
  g_assert_cmpint (beckon_call_get_member_state (f->call, "carol"), ==, BECKON_MEMBER_ALERTED);
  accept_as (f, "out", "carol", "c");
  offer = call_fixture_expect_description (f, "carol", "offer");
}

static void
test_added_one_does_not_come (CallFixture *f, gconstpointer unused)
{
  call_fixture_talk (f);
  add_carol (f, 30);
  half_server_event (f->server, "call.rejected",
                     "\"call\":\"out\",\"user\":\"%s\",\"reason\":\"declined\"", "carol");
  call_fixture_sync (f);
  g_assert_cmpint (beckon_call_get_member_state (f->call, "carol"), ==, BECKON_MEMBER_GONE);
  add_carol (f, 30); /* once more */
  half_server_event (f->server, "call.unanswered", "\"call\":\"out\",\"users\":[\"%s\"]", "carol");
  call_fixture_sync (f);
  g_assert_cmpint (beckon_call_get_member_state (f->call, "carol"), ==, BECKON_MEMBER_GONE);
  g_assert_cmpint (beckon_call_get_state (f->call), ==, BECKON_CALL_STATE_CALLING);
}

/* Bob leaves while carol is rung: the call waits for her, without a word of lost connections. */
static void
test_last_one_is_rung (CallFixture *f, gconstpointer unused)
{
  call_fixture_talk (f);
  add_carol (f, 30);
  leave_as (f, "bob");
  g_assert_cmpint (beckon_call_get_state (f->call), ==, BECKON_CALL_STATE_CALLING);
  g_assert_cmpint (beckon_call_get_progress (f->call), ==, BECKON_CALL_PROGRESS_CONNECTING);
  half_server_event (f->server, "call.unanswered", "\"call\":\"out\",\"users\":[\"%s\"]", "carol");
  wait_until (f->ends == 1);
  call_fixture_assert_free (f, BECKON_CALL_END_UNANSWERED);
}

/* As above, and the server is gone: our own timer, 2 s later than its own. */
static void
test_last_one_is_rung_without_server (CallFixture *f, gconstpointer unused)
{
  call_fixture_talk (f);
  add_carol (f, 1);
  leave_as (f, "bob");
  f->server->ignore_hello = TRUE;
  half_server_cut (f->server);
  wait_until (f->ends == 1);
  call_fixture_assert_free (f, BECKON_CALL_END_UNANSWERED);
}

static void
test_withdraw (CallFixture *f, gconstpointer unused)
{
  g_autoptr (JsonObject) cancel = NULL;
  JsonArray *invitees;

  call_fixture_talk (f);
  add_carol (f, 30);
  beckon_call_withdraw (f->call, "bob"); /* who is in the call cannot be */
  beckon_call_withdraw (f->call, "carol");
  g_assert_cmpint (beckon_call_get_member_state (f->call, "carol"), ==, BECKON_MEMBER_GONE);
  cancel = half_server_expect (f->server, "call.cancel");
  invitees = json_object_get_array_member (cancel, "invitees");
  g_assert_cmpuint (json_array_get_length (invitees), ==, 1);
  g_assert_cmpstr (json_array_get_string_element (invitees, 0), ==, "carol");
  half_server_reply (f->server, cancel, "\"failed\":[{\"user\":\"carol\",\"code\":\"call-over\"}]");
  accept_as (f, "out", "carol", "c"); /* she was faster */
  g_assert_cmpint (beckon_call_get_member_state (f->call, "carol"), ==, BECKON_MEMBER_JOINED);
}

/* The server has not replied yet: it is withdrawn when it has, and not again when she is asked anew. */
static void
test_withdraw_what_is_on_its_way (CallFixture *f, gconstpointer unused)
{
  g_autoptr (JsonObject) request = NULL;
  g_autoptr (JsonObject) cancel = NULL;

  call_fixture_talk (f);
  f->done = 0;
  beckon_call_add_async (f->call, carol, 30, on_added, f);
  beckon_call_withdraw (f->call, "carol");
  request = half_server_expect (f->server, "call.add");
  half_server_event (f->server, "call.added",
                     "\"call\":\"out\",\"by\":\"me\","
                     "\"users\":[{\"id\":\"carol\",\"name\":\"%s\"}]",
                     "Carol");
  half_server_reply (f->server, request, "\"call\":\"out\",\"timeout\":30,\"failed\":[],\"members\":[]");
  wait_until (f->done == 1);
  g_assert_no_error (f->error);
  cancel = half_server_expect (f->server, "call.cancel");
  half_server_reply (f->server, cancel, "\"failed\":[]");
  g_assert_cmpint (beckon_call_get_member_state (f->call, "carol"), ==, BECKON_MEMBER_GONE);
  add_carol (f, 30);
}

static void
test_withdraw_the_only_one (CallFixture *f, gconstpointer unused)
{
  g_autoptr (JsonObject) cancel = NULL;

  call_fixture_place (f);
  beckon_call_withdraw (f->call, "bob");
  call_fixture_assert_free (f, BECKON_CALL_END_CANCELLED);
  cancel = half_server_expect (f->server, "call.cancel");
}

static void
test_somebody_else_withdraws (CallFixture *f, gconstpointer unused)
{
  call_fixture_talk (f);
  add_carol (f, 30);
  half_server_event (f->server, "call.withdrawn", "\"call\":\"out\",\"users\":[\"carol\",\"%s\"]",
                     "nobody");
  call_fixture_sync (f);
  g_assert_cmpint (beckon_call_get_member_state (f->call, "carol"), ==, BECKON_MEMBER_GONE);
  g_assert_cmpint (beckon_call_get_state (f->call), ==, BECKON_CALL_STATE_CALLING);
}

/* ---- a member comes again ---- */

static void
test_member_joins_again (CallFixture *f, gconstpointer unused)
{
  g_autoptr (JsonObject) first = NULL;
  g_autoptr (JsonObject) again = NULL;

  call_fixture_talk (f);
  first = call_fixture_expect_description (f, "bob", "offer");
  g_assert_cmpuint (call_fixture_get_generation (first), ==, 1);
  accept_as (f, "out", "bob", "d2");
  again = call_fixture_expect_description (f, "bob", "offer");
  g_assert_cmpuint (call_fixture_get_generation (again), ==, 2);
  g_assert_cmpstr (get_device (again), ==, "d2");
  g_assert_cmpint (beckon_call_get_state (f->call), ==, BECKON_CALL_STATE_CALLING);
}

static void
test_member_comes_back (CallFixture *f, gconstpointer unused)
{
  g_autoptr (JsonObject) offer = NULL;

  call_fixture_talk (f);
  add_carol (f, 30);
  accept_as (f, "out", "carol", "c");
  leave_as (f, "bob");
  accept_as (f, "out", "bob", "d");
  offer = call_fixture_expect_description (f, "carol", "offer");
  g_clear_pointer (&offer, json_object_unref);
  offer = call_fixture_expect_description (f, "bob", "offer");
  g_assert_cmpuint (call_fixture_get_generation (offer), ==, 2);
}

/* What was said on an older connection comes late: it neither ends the call nor answers the new
 * offer. */
static void
test_older_generation_is_dropped (CallFixture *f, gconstpointer unused)
{
  g_autoptr (JsonObject) offer = NULL;

  call_fixture_talk (f);
  accept_as (f, "out", "bob", "d");
  offer = call_fixture_expect_description (f, "bob", "offer");
  half_server_event (f->server, "signal.received",
                     "\"call\":\"out\",\"from\":{\"user\":\"bob\",\"device\":\"d\"},"
                     "\"payload\":{\"kind\":\"bye\",\"generation\":%d}",
                     1);
  call_fixture_send_description (f, "out", "bob", "d", 1, "answer", "v=0\\r\\n");
  call_fixture_sync (f);
  g_assert_cmpint (beckon_call_get_state (f->call), ==, BECKON_CALL_STATE_CALLING);
  half_server_event (f->server, "signal.received",
                     "\"call\":\"out\",\"from\":{\"user\":\"bob\",\"device\":\"d\"},"
                     "\"payload\":{\"kind\":\"bye\",\"generation\":%d}",
                     2);
  wait_until (f->ends == 1);
  call_fixture_assert_free (f, BECKON_CALL_END_PEER_HUNG_UP);
}

/* The other joined again: their offer of the next generation takes the place of what there was. */
static void
test_newer_offer_is_answered (CallFixture *f, gconstpointer unused)
{
  g_autofree char *sdp = call_fixture_make_offer ();

  call_fixture_be_rung (f);
  call_fixture_accept (f);
  for (guint generation = 1; generation <= 2; generation++)
    {
      g_autoptr (JsonObject) answer = NULL;

      call_fixture_send_description (f, "in", "bob", "d", generation, "offer", sdp);
      answer = call_fixture_expect_description (f, "bob", "answer");
      g_assert_cmpuint (call_fixture_get_generation (answer), ==, generation);
    }
  call_fixture_send_description (f, "in", "bob", "d", 1, "offer", sdp); /* an old one is nothing */
  call_fixture_sync (f);
  g_assert_cmpint (beckon_call_get_state (f->call), ==, BECKON_CALL_STATE_CALLING);
}

static void
test_offer_of_another_device_is_answered (CallFixture *f, gconstpointer unused)
{
  g_autofree char *sdp = call_fixture_make_offer ();
  static const char *const devices[] = { "d1", "d2" };

  call_fixture_be_rung (f);
  call_fixture_accept (f);
  for (guint i = 0; i < G_N_ELEMENTS (devices); i++)
    {
      g_autoptr (JsonObject) answer = NULL;

      call_fixture_send_description (f, "in", "bob", devices[i], 1, "offer", sdp);
      answer = call_fixture_expect_description (f, "bob", "answer");
      g_assert_cmpstr (get_device (answer), ==, devices[i]);
    }
}

/* Both joined again and offer at once: the offer of whose id sorts first holds, and it is ours. */
static void
test_offers_cross (CallFixture *f, gconstpointer unused)
{
  g_autofree char *sdp = call_fixture_make_offer ();
  g_autoptr (JsonObject) offer = NULL;
  g_autoptr (JsonObject) answer = NULL;

  call_fixture_talk (f);
  offer = call_fixture_expect_description (f, "bob", "offer");
  call_fixture_send_description (f, "out", "bob", "d", 1, "offer", sdp);
  call_fixture_sync (f);
  half_server_event (f->server, "call.added",
                     "\"call\":\"out\",\"by\":\"bob\","
                     "\"users\":[{\"id\":\"al\",\"name\":\"%s\"}]",
                     "Al");
  accept_as (f, "out", "al", "a");
  g_clear_pointer (&offer, json_object_unref);
  offer = call_fixture_expect_description (f, "al", "offer"); /* and none has answered bob */
  call_fixture_send_description (f, "out", "al", "a", 1, "offer", sdp);
  answer = call_fixture_expect_description (f, "al", "answer");
  g_assert_cmpuint (call_fixture_get_generation (answer), ==, 1);
}

/* ---- other devices of ours ---- */

static void
test_moved (CallFixture *f, gconstpointer unused)
{
  const BeckonCallSnapshot *other;

  call_fixture_talk (f);
  half_server_event (f->server, "call.answered-elsewhere",
                     "\"call\":\"out\",\"outcome\":\"moved\",\"device\":\"%s\"", "Phone");
  wait_until (f->ends == 1);
  call_fixture_assert_free (f, BECKON_CALL_END_ANSWERED_ELSEWHERE);
  g_assert_cmpstr (beckon_call_get_answered_device (f->call), ==, "Phone");
  g_assert_cmpint (beckon_call_get_elsewhere (f->call), ==, BECKON_CALL_ELSEWHERE_MOVED);
  g_assert_cmpuint (half_server_count (f->server, "call.leave"), ==, 0);
  other = beckon_call_manager_get_other_call (f->manager);
  g_assert_nonnull (other);
  g_assert_cmpstr (other->call, ==, "out");
  half_server_event (f->server, "call.ended",
                     "\"call\":\"out\",\"reason\":\"%s\",\"duration_ms\":10", "hung-up");
  call_fixture_sync (f);
  g_assert_null (beckon_call_manager_get_other_call (f->manager));
}

static void
test_declined_elsewhere (CallFixture *f, gconstpointer unused)
{
  call_fixture_be_rung (f);
  half_server_event (f->server, "call.answered-elsewhere",
                     "\"call\":\"in\",\"outcome\":\"rejected\",\"device\":\"%s\"", "Phone");
  wait_until (f->ends == 1);
  call_fixture_assert_free (f, BECKON_CALL_END_ANSWERED_ELSEWHERE);
  g_assert_cmpstr (beckon_call_get_answered_device (f->call), ==, "Phone");
  g_assert_cmpint (beckon_call_get_elsewhere (f->call), ==, BECKON_CALL_ELSEWHERE_DECLINED);
  g_assert_null (beckon_call_manager_get_other_call (f->manager));
}

static void
on_joined (GObject *source, GAsyncResult *result, gpointer user_data)
{
  CallFixture *f = user_data;
  g_autoptr (BeckonCall) call = NULL;

  g_clear_error (&f->error);
  call = beckon_call_manager_join_finish (f->manager, result, &f->error);
  f->done++;
}

/* Another device of alice's calls bob; its call is "phone". */
static void
call_from_phone (CallFixture *f, const char *state)
{
  half_server_event (f->server, "call.created",
                     "\"call\":\"phone\",\"state\":\"accepted\",\"media\":\"video\","
                     "\"from\":{\"id\":\"alice\",\"name\":\"Alice\"},\"members\":["
                     "{\"id\":\"alice\",\"name\":\"Alice\",\"state\":\"accepted\"},"
                     "{\"id\":\"bob\",\"name\":\"Bob Larsson\",\"state\":\"%s\"}],"
                     "\"device\":\"p\",\"timeout\":30,\"remaining_ms\":9000",
                     state);
  wait_until (beckon_call_manager_get_other_call (f->manager) != NULL);
}

static JsonObject *
start_join (CallFixture *f)
{
  f->done = 0;
  beckon_call_manager_join_async (f->manager, "phone", FALSE, NULL, on_joined, f);
  return half_server_expect (f->server, "call.join");
}

static void
test_join (CallFixture *f, gconstpointer unused)
{
  g_autofree char *sdp = call_fixture_make_offer ();
  g_autoptr (JsonObject) join = NULL;
  g_autoptr (JsonObject) answer = NULL;

  call_from_phone (f, "accepted");
  join = start_join (f);
  g_assert_cmpstr (json_object_get_string_member (join, "call"), ==, "phone");
  half_server_reply (f->server, join,
                     "\"members\":[{\"id\":\"alice\",\"name\":\"Alice\"},"
                     "{\"id\":\"bob\",\"name\":\"Bob Larsson\"}],"
                     "\"media\":\"video\",\"duration\":61000");
  call_fixture_send_description (f, "phone", "bob", "d", 2, "offer", sdp);
  wait_until (f->done == 1);
  g_assert_no_error (f->error);
  g_assert_cmpint (beckon_call_get_state (f->call), ==, BECKON_CALL_STATE_CALLING);
  g_assert_cmpstr (beckon_call_get_peer_name (f->call), ==, "Bob Larsson");
  g_assert_cmpuint (beckon_call_get_members (f->call)->len, ==, 1);
  g_assert_cmpint (beckon_call_get_duration (f->call), >=, 61000);
  g_assert_false (beckon_call_get_camera (f->call)); /* as was asked */
  g_assert_null (beckon_call_manager_get_other_call (f->manager));
  answer = call_fixture_expect_description (f, "bob", "answer");
  g_assert_cmpuint (call_fixture_get_generation (answer), ==, 2);
}

static void
test_join_what_rings (CallFixture *f, gconstpointer unused)
{
  g_autoptr (JsonObject) join = NULL;
  g_autoptr (JsonObject) offer = NULL;

  call_from_phone (f, "ringing");
  join = start_join (f);
  half_server_reply (f->server, join,
                     "\"members\":[{\"id\":\"alice\",\"name\":\"Alice\"}],"
                     "\"media\":\"video\",\"duration\":0");
  wait_until (f->done == 1);
  g_assert_no_error (f->error);
  g_assert_cmpint (beckon_call_get_state (f->call), ==, BECKON_CALL_STATE_WAITING);
  g_assert_true (beckon_call_is_outgoing (f->call));
  offer = call_fixture_expect_description (f, "bob", "offer");
  accept_as (f, "phone", "bob", "d");
  g_assert_cmpint (beckon_call_get_state (f->call), ==, BECKON_CALL_STATE_CALLING);
}

static void
test_join_fails (CallFixture *f, gconstpointer unused)
{
  g_autoptr (JsonObject) join = NULL;
  g_autoptr (JsonObject) leave = NULL;

  call_from_phone (f, "accepted");
  join = start_join (f);
  half_server_refuse (f->server, join, "call-over");
  wait_until (f->done == 1);
  g_assert_error (f->error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_CALL_OVER);
  g_assert_false (beckon_call_manager_is_busy (f->manager));
  g_assert_null (beckon_call_manager_get_other_call (f->manager));

  call_from_phone (f, "accepted");
  g_clear_pointer (&join, json_object_unref);
  join = start_join (f);
  half_server_reply (f->server, join, "\"members\":[],\"media\":\"voice\",\"duration\":0");
  wait_until (f->done == 1);
  leave = half_server_expect (f->server, "call.leave"); /* bob was in it, as far as we knew */
  g_assert_error (f->error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_CALL_OVER);
  g_assert_false (beckon_call_manager_is_busy (f->manager));
  g_assert_null (beckon_call_manager_get_other_call (f->manager));
  call_fixture_place (f);
}

static void
test_join_while_busy (CallFixture *f, gconstpointer unused)
{
  call_fixture_place (f);
  f->done = 0;
  beckon_call_manager_join_async (f->manager, "phone", TRUE, NULL, on_joined, f);
  wait_until (f->done == 1);
  g_assert_error (f->error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_BUSY_SELF);
}

/* A crash: the server knows a call that this device is in, and this process does not. */
static void
test_crashed_client_finds_its_call (CallFixture *f, gconstpointer unused)
{
  const BeckonCallSnapshot *other;

  f->server->hello_calls =
      g_strdup ("[{\"call\":\"in\",\"state\":\"ringing\"},"
                "{\"call\":\"lost\",\"state\":\"accepted\",\"device\":\"device\"}]");
  half_server_cut (f->server);
  wait_until (f->server->hellos == 2);
  wait_until (beckon_signaling_service_get_state (f->signaling) == BECKON_SIGNALING_CONNECTED);
  other = beckon_call_manager_get_other_call (f->manager);
  g_assert_nonnull (other);
  g_assert_cmpstr (other->call, ==, "lost");
}

/* ---- glare ---- */

static void
reply_merged (CallFixture *f, JsonObject *invite)
{
  half_server_reply (f->server, invite,
                     "\"call\":\"in\",\"timeout\":30,\"failed\":[],\"merged\":true,"
                     "\"media\":\"video\",\"members\":[{\"id\":\"bob\",\"name\":\"Bob Larsson\"},"
                     "{\"id\":\"alice\",\"name\":\"Alice\"}]");
  wait_until (f->done == 1);
  g_assert_no_error (f->error);
  g_assert_cmpstr (beckon_call_get_id (f->call), ==, "in");
  g_assert_cmpint (beckon_call_get_state (f->call), ==, BECKON_CALL_STATE_CALLING);
  g_assert_cmpuint (f->incoming, ==, 0); /* nothing rang */
  g_assert_cmpuint (f->missed, ==, 0);
}

static void
test_both_call_each_other (CallFixture *f, gconstpointer unused)
{
  g_autofree char *sdp = call_fixture_make_offer ();
  g_autoptr (JsonObject) invite = NULL;
  g_autoptr (JsonObject) answer = NULL;

  call_fixture_invite (f, BECKON_MEDIA_VOICE);
  invite = half_server_expect (f->server, "call.invite");
  call_fixture_ring_as (f, "in", "bob", 30000);
  call_fixture_send_description (f, "in", "bob", "d", 1, "offer", sdp);
  call_fixture_sync (f);
  reply_merged (f, invite);
  answer = call_fixture_expect_description (f, "bob", "answer"); /* to an offer that came before */
  g_assert_false (beckon_call_get_camera (f->call));
}

static void
test_merged_before_the_invitation (CallFixture *f, gconstpointer unused)
{
  g_autofree char *sdp = call_fixture_make_offer ();
  g_autoptr (JsonObject) invite = NULL;
  g_autoptr (JsonObject) answer = NULL;

  call_fixture_invite (f, BECKON_MEDIA_VOICE);
  invite = half_server_expect (f->server, "call.invite");
  reply_merged (f, invite);
  g_assert_cmpstr (beckon_call_get_peer_name (f->call), ==, "Bob Larsson");
  g_assert_cmpint (beckon_call_get_media (f->call), ==, BECKON_MEDIA_VIDEO);
  g_assert_false (beckon_call_get_camera (f->call)); /* we asked for voice */
  call_fixture_ring_as (f, "in", "bob", 30000);
  call_fixture_send_description (f, "in", "bob", "d", 1, "offer", sdp);
  answer = call_fixture_expect_description (f, "bob", "answer");
  g_assert_cmpuint (f->incoming, ==, 0);
}

static void
test_merged_and_a_third (CallFixture *f, gconstpointer unused)
{
  g_autoptr (JsonObject) invite = NULL;
  g_autoptr (JsonObject) busy = NULL;

  call_fixture_invite (f, BECKON_MEDIA_VIDEO);
  invite = half_server_expect (f->server, "call.invite");
  call_fixture_ring_as (f, "third", "carol", 30000);
  call_fixture_sync (f);
  half_server_reply (f->server, invite,
                     "\"call\":\"in\",\"timeout\":30,\"failed\":[],\"merged\":true,"
                     "\"media\":\"video\"");
  wait_until (f->done == 1);
  g_assert_true (beckon_call_get_camera (f->call));
  busy = half_server_expect (f->server, "call.reject");
  g_assert_cmpstr (json_object_get_string_member (busy, "call"), ==, "third");
  g_assert_cmpstr (json_object_get_string_member (busy, "reason"), ==, "busy");
  g_assert_cmpuint (f->missed, ==, 1);
}

/* What came while our invite was under way rings when that fails, with all that was said meanwhile.
 */
static void
test_early_invitation_loses_nothing (CallFixture *f, gconstpointer unused)
{
  g_autofree char *sdp = call_fixture_make_offer ();
  g_autoptr (JsonObject) invite = NULL;
  g_autoptr (JsonObject) answer = NULL;

  call_fixture_invite (f, BECKON_MEDIA_VOICE);
  invite = half_server_expect (f->server, "call.invite");
  call_fixture_ring_as (f, "in", "bob", 30000);
  call_fixture_send_description (f, "in", "bob", "d", 1, "offer", sdp);
  call_fixture_sync (f);
  half_server_refuse (f->server, invite, "busy-self");
  wait_until (f->done == 1);
  g_assert_cmpuint (f->incoming, ==, 1);
  call_fixture_accept (f);
  answer = call_fixture_expect_description (f, "bob", "answer");
}

static void
test_early_invitation_is_withdrawn (CallFixture *f, gconstpointer unused)
{
  g_autoptr (JsonObject) invite = NULL;

  call_fixture_invite (f, BECKON_MEDIA_VOICE);
  invite = half_server_expect (f->server, "call.invite");
  call_fixture_ring_as (f, "in", "bob", 30000);
  half_server_event (f->server, "call.cancelled", "\"call\":\"in\",\"by\":\"%s\"", "bob");
  wait_until (f->missed == 1);
  half_server_refuse (f->server, invite, "internal");
  wait_until (f->done == 1);
  g_assert_cmpuint (f->incoming, ==, 0);
  g_assert_false (beckon_call_manager_is_busy (f->manager));
}

#define add(path, function)                                                                        \
  g_test_add ("/call-group/" path, CallFixture, NULL, call_fixture_set_up, function,               \
              call_fixture_tear_down)

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  g_test_init (&argc, &argv, NULL);
  beckon_media_init (&argc, &argv, &error);
  g_assert_no_error (error);
  add ("add", test_add);
  add ("who-is-heard-is-shown", test_who_is_heard_is_shown);
  add ("add-is-refused", test_add_is_refused);
  add ("add-while-rung", test_add_while_rung);
  add ("somebody-else-adds", test_somebody_else_adds);
  add ("added-one-does-not-come", test_added_one_does_not_come);
  add ("last-one-is-rung", test_last_one_is_rung);
  add ("last-one-is-rung-without-server", test_last_one_is_rung_without_server);
  add ("withdraw", test_withdraw);
  add ("withdraw-what-is-on-its-way", test_withdraw_what_is_on_its_way);
  add ("withdraw-the-only-one", test_withdraw_the_only_one);
  add ("somebody-else-withdraws", test_somebody_else_withdraws);
  add ("member-joins-again", test_member_joins_again);
  add ("member-comes-back", test_member_comes_back);
  add ("older-generation-is-dropped", test_older_generation_is_dropped);
  add ("newer-offer-is-answered", test_newer_offer_is_answered);
  add ("offer-of-another-device-is-answered", test_offer_of_another_device_is_answered);
  add ("offers-cross", test_offers_cross);
  add ("moved", test_moved);
  add ("declined-elsewhere", test_declined_elsewhere);
  add ("join", test_join);
  add ("join-what-rings", test_join_what_rings);
  add ("join-fails", test_join_fails);
  add ("join-while-busy", test_join_while_busy);
  add ("crashed-client-finds-its-call", test_crashed_client_finds_its_call);
  add ("both-call-each-other", test_both_call_each_other);
  add ("merged-before-the-invitation", test_merged_before_the_invitation);
  add ("merged-and-a-third", test_merged_and_a_third);
  add ("early-invitation-loses-nothing", test_early_invitation_loses_nothing);
  add ("early-invitation-is-withdrawn", test_early_invitation_is_withdrawn);
  return g_test_run ();
}
