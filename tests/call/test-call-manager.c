/* SPDX-License-Identifier: GPL-3.0-or-later */

/* BeckonCallManager and BeckonCall with real media, against half a server that does what the test
 * says: the order of things that a real server produces only now and then. */

#include "config.h"

#include "call-manager.h"
#include "half-server.h"

typedef struct
{
  HalfServer *server;
  BeckonSignalingService *signaling;
  BeckonCallManager *manager;
  BeckonCall *call; /* the last one there was */
  GError *error;
  guint done, incoming, missed, ends;
  gboolean down;
} Fixture;

/* ---- fixture ---- */

static void
count_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fixture *f = user_data;

  f->done++;
}

static void
on_down (GObject *source, GAsyncResult *result, gpointer user_data)
{
  ((Fixture *) user_data)->down = TRUE;
}

static void
on_end (BeckonCall *call, GParamSpec *pspec, Fixture *f)
{
  g_assert_cmpint (beckon_call_get_state (call), ==, BECKON_CALL_STATE_FREE);
  f->ends++;
}

static void
on_current (BeckonCallManager *manager, GParamSpec *pspec, Fixture *f)
{
  BeckonCall *call = beckon_call_manager_get_current_call (manager);

  if (call == NULL)
    return;
  g_set_object (&f->call, call);
  g_signal_connect (call, "notify::end", G_CALLBACK (on_end), f);
}

static void
on_incoming (BeckonCallManager *manager, BeckonCall *call, Fixture *f)
{
  g_assert_true (call == beckon_call_manager_get_current_call (manager));
  g_assert_true (beckon_call_manager_is_busy (manager));
  f->incoming++;
}

static void
on_missed (BeckonCallManager *manager, BeckonUser *from, BeckonMedia media, Fixture *f)
{
  f->missed++;
}

static void
set_up (Fixture *f, gconstpointer unused)
{
  g_autoptr (BeckonMediaConfig) config = beckon_media_config_new ();

  config->video = config->audio = BECKON_SOURCE_TEST;
  config->audio_output = BECKON_OUTPUT_NONE;
  config->identity = g_strdup ("alice");
  f->server = half_server_new (0);
  f->signaling = beckon_signaling_service_new (f->server->url, "device", "Device", NULL);
  f->manager = beckon_call_manager_new (f->signaling, config);
  beckon_call_manager_set_tones (f->manager, FALSE);
  g_signal_connect (f->manager, "notify::current-call", G_CALLBACK (on_current), f);
  g_signal_connect (f->manager, "incoming-call", G_CALLBACK (on_incoming), f);
  g_signal_connect (f->manager, "missed-call", G_CALLBACK (on_missed), f);
  beckon_signaling_service_sign_in_async (f->signaling, "alice", "secret", NULL, count_done, f);
  wait_until (f->done == 1);
  f->done = 0;
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  f->down = FALSE;
  beckon_call_manager_shutdown_async (f->manager, on_down, f);
  wait_until (f->down);
  if (f->call != NULL)
    g_signal_handlers_disconnect_by_data (f->call, f);
  g_clear_object (&f->call);
  g_clear_error (&f->error);
  g_assert_finalize_object (f->manager);
  g_object_unref (f->signaling);
  half_server_free (f->server);
}

static void
on_invited (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fixture *f = user_data;
  g_autoptr (BeckonCall) call = NULL;

  g_clear_error (&f->error);
  call = beckon_call_manager_invite_finish (f->manager, result, &f->error);
  f->done++;
}

static void
invite (Fixture *f, BeckonMedia media)
{
  const char *const users[] = { "bob", NULL };

  f->done = 0;
  beckon_call_manager_invite_async (f->manager, users, media, 30, NULL, on_invited, f);
}

/* A voice call to bob that the server took, with the id "out". */
static void
place (Fixture *f)
{
  g_autoptr (JsonObject) request = NULL;

  invite (f, BECKON_MEDIA_VOICE);
  request = half_server_expect (f->server, "call.invite");
  half_server_reply (f->server, request,
                     "\"call\":\"out\",\"timeout\":30,\"failed\":[],"
                     "\"members\":[{\"id\":\"bob\",\"name\":\"Bob Larsson\"}]");
  wait_until (f->done == 1);
  g_assert_no_error (f->error);
  g_assert_cmpint (beckon_call_get_state (f->call), ==, BECKON_CALL_STATE_WAITING);
}

static void
ring_as (Fixture *f, const char *call, const char *from, int remaining)
{
  half_server_event (f->server, "call.received",
                     "\"call\":\"%s\",\"from\":{\"id\":\"%s\",\"name\":\"Bob\"},"
                     "\"members\":[{\"id\":\"%s\",\"name\":\"Bob\"},"
                     "{\"id\":\"alice\",\"name\":\"Alice\"}],\"media\":\"voice\","
                     "\"timeout\":30,\"remaining_ms\":%d",
                     call, from, from, remaining);
}

/* An invitation of bob's, with the id "in". */
static void
be_rung (Fixture *f)
{
  const guint before = f->incoming;

  ring_as (f, "in", "bob", 30000);
  wait_until (f->incoming == before + 1);
  g_assert_cmpint (beckon_call_get_state (f->call), ==, BECKON_CALL_STATE_INCOMING);
}

static void
assert_free (Fixture *f, BeckonCallEnd end)
{
  g_assert_cmpint (beckon_call_get_state (f->call), ==, BECKON_CALL_STATE_FREE);
  g_assert_cmpint (beckon_call_get_end (f->call), ==, end);
  g_assert_cmpuint (f->ends, ==, 1);
  g_assert_false (beckon_call_manager_is_busy (f->manager));
  g_assert_null (beckon_call_manager_get_current_call (f->manager));
}

static void
on_accepted (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fixture *f = user_data;

  g_clear_error (&f->error);
  beckon_call_accept_finish (BECKON_CALL (source), result, &f->error);
  f->done++;
}

static void
accept_call (Fixture *f)
{
  g_autoptr (JsonObject) request = NULL;

  f->done = 0;
  beckon_call_accept_async (f->call, TRUE, on_accepted, f);
  request = half_server_expect (f->server, "call.accept");
  half_server_reply (f->server, request, "\"members\":[]");
  wait_until (f->done == 1);
  g_assert_no_error (f->error);
  g_assert_cmpint (beckon_call_get_state (f->call), ==, BECKON_CALL_STATE_CALLING);
}

/* ---- outgoing ---- */

static void
test_invite_and_cancel (Fixture *f, gconstpointer unused)
{
  g_autoptr (JsonObject) offer = NULL;
  g_autoptr (JsonObject) cancel = NULL;
  JsonObject *payload;

  place (f);
  g_assert_cmpstr (beckon_call_get_peer_name (f->call), ==, "Bob Larsson");
  g_assert_true (beckon_call_manager_is_busy (f->manager));
  offer = half_server_expect (f->server, "signal.send");
  payload = json_object_get_object_member (offer, "payload");
  g_assert_cmpstr (json_object_get_string_member (payload, "kind"), ==, "description");

  beckon_call_hang_up (f->call);
  assert_free (f, BECKON_CALL_END_CANCELLED);
  beckon_call_hang_up (f->call); /* a second click does nothing */
  cancel = half_server_expect (f->server, "call.cancel");
  half_server_reply (f->server, cancel, "\"failed\":[]");
}

static void
test_failed_invite_leaves_free (Fixture *f, gconstpointer unused)
{
  g_autoptr (JsonObject) request = NULL;

  invite (f, BECKON_MEDIA_VIDEO);
  request = half_server_expect (f->server, "call.invite");
  half_server_refuse (f->server, request, "no-invitee");
  wait_until (f->done == 1);
  g_assert_error (f->error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_NO_INVITEE);
  g_assert_false (beckon_call_manager_is_busy (f->manager));
  place (f);
}

static void
test_call_back_at_once_after_cancel (Fixture *f, gconstpointer unused)
{
  place (f);
  beckon_call_hang_up (f->call);
  f->ends = 0;
  place (f);
}

static void
test_one_call_at_a_time (Fixture *f, gconstpointer unused)
{
  invite (f, BECKON_MEDIA_VOICE);
  invite (f, BECKON_MEDIA_VOICE); /* a double click */
  wait_until (f->done == 1);
  g_assert_error (f->error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_BUSY_SELF);
}

static void
test_progress (Fixture *f, gconstpointer unused)
{
  place (f);
  g_assert_cmpint (beckon_call_get_progress (f->call), ==, BECKON_CALL_PROGRESS_CALLING);
  half_server_event (f->server, "call.ringing", "\"call\":\"other\",\"user\":\"%s\"", "bob");
  half_server_event (f->server, "call.offline", "\"call\":\"out\",\"user\":\"%s\"", "bob");
  wait_until (beckon_call_get_progress (f->call) == BECKON_CALL_PROGRESS_OFFLINE);
  half_server_event (f->server, "call.ringing", "\"call\":\"out\",\"user\":\"%s\"", "bob");
  wait_until (beckon_call_get_progress (f->call) == BECKON_CALL_PROGRESS_RINGING);
}

static void
test_busy_and_declined (Fixture *f, gconstpointer unused)
{
  place (f);
  half_server_event (f->server, "call.rejected",
                     "\"call\":\"out\",\"user\":\"%s\",\"reason\":\"busy\"", "bob");
  wait_until (f->ends == 1);
  assert_free (f, BECKON_CALL_END_PEER_BUSY);

  f->ends = 0;
  place (f);
  half_server_event (f->server, "call.rejected",
                     "\"call\":\"out\",\"user\":\"%s\",\"reason\":\"declined\",\"data\":\"Later\"",
                     "bob");
  wait_until (f->ends == 1);
  assert_free (f, BECKON_CALL_END_PEER_DECLINED);
  g_assert_cmpstr (beckon_call_get_message (f->call), ==, "Later");
}

static void
test_unanswered (Fixture *f, gconstpointer unused)
{
  place (f);
  half_server_event (f->server, "call.unanswered", "\"call\":\"out\",\"users\":[\"%s\"]", "bob");
  wait_until (f->ends == 1);
  assert_free (f, BECKON_CALL_END_UNANSWERED);
}

static void
test_cancel_crosses_accept (Fixture *f, gconstpointer unused)
{
  g_autoptr (JsonObject) cancel = NULL;
  g_autoptr (JsonObject) leave = NULL;

  place (f);
  beckon_call_hang_up (f->call);
  cancel = half_server_expect (f->server, "call.cancel");
  half_server_event (f->server, "call.accepted",
                     "\"call\":\"out\",\"user\":\"%s\",\"device\":\"d\"", "bob");
  half_server_refuse (f->server, cancel, "already-accepted");
  leave = half_server_expect (f->server, "call.leave");
  g_assert_cmpstr (json_object_get_string_member (leave, "call"), ==, "out");
  assert_free (f, BECKON_CALL_END_CANCELLED);
}

static void
test_peer_hangs_up (Fixture *f, gconstpointer unused)
{
  place (f);
  half_server_event (f->server, "call.accepted",
                     "\"call\":\"out\",\"user\":\"%s\",\"device\":\"d\"", "bob");
  wait_until (beckon_call_get_state (f->call) == BECKON_CALL_STATE_CALLING);
  half_server_event (f->server, "call.left",
                     "\"call\":\"out\",\"user\":\"%s\",\"reason\":\"hung-up\"", "bob");
  half_server_event (f->server, "call.ended",
                     "\"call\":\"out\",\"reason\":\"%s\",\"duration_ms\":10", "hung-up");
  wait_until (f->ends == 1);
  assert_free (f, BECKON_CALL_END_PEER_HUNG_UP);
}

static void
test_no_media_ends_call (Fixture *f, gconstpointer unused)
{
  g_autoptr (JsonObject) leave = NULL;

  place (f);
  half_server_event (f->server, "call.accepted",
                     "\"call\":\"out\",\"user\":\"%s\",\"device\":\"d\"", "bob");
  wait_until (beckon_call_get_state (f->call) == BECKON_CALL_STATE_CALLING);
  g_assert_cmpint (beckon_call_get_progress (f->call), ==, BECKON_CALL_PROGRESS_CONNECTING);
  for (guint i = 0; i < 2 && f->ends == 0; i++) /* 15 s: twice the usual patience */
    {
      const gint64 end = g_get_monotonic_time () + 9 * G_USEC_PER_SEC;
      const guint tick = g_timeout_add (100, half_server_tick, NULL);

      while (f->ends == 0 && g_get_monotonic_time () < end)
        g_main_context_iteration (NULL, TRUE);
      g_source_remove (tick);
    }
  assert_free (f, BECKON_CALL_END_NO_MEDIA);
  g_assert_nonnull (beckon_call_get_error (f->call));
  leave = half_server_expect (f->server, "call.leave");
  g_assert_cmpstr (json_object_get_string_member (leave, "reason"), ==, "media-failed");
}

/* ---- incoming ---- */

static void
test_accept (Fixture *f, gconstpointer unused)
{
  be_rung (f);
  g_assert_false (beckon_call_get_camera (f->call));
  accept_call (f);
  g_assert_true (beckon_call_manager_is_busy (f->manager));
}

static void
test_double_accept_is_one (Fixture *f, gconstpointer unused)
{
  g_autoptr (JsonObject) request = NULL;

  be_rung (f);
  f->done = 0;
  beckon_call_accept_async (f->call, TRUE, on_accepted, f);
  beckon_call_accept_async (f->call, TRUE, on_accepted, f);
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
test_accept_comes_too_late (Fixture *f, gconstpointer unused)
{
  g_autoptr (JsonObject) request = NULL;

  be_rung (f);
  f->done = 0;
  beckon_call_accept_async (f->call, TRUE, on_accepted, f);
  request = half_server_expect (f->server, "call.accept");
  half_server_refuse (f->server, request, "call-over");
  wait_until (f->done == 1);
  g_assert_error (f->error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_CALL_OVER);
  assert_free (f, BECKON_CALL_END_PEER_CANCELLED);
}

static void
test_decline_behind_accept_leaves (Fixture *f, gconstpointer unused)
{
  g_autoptr (JsonObject) request = NULL;

  be_rung (f);
  f->done = 0;
  beckon_call_accept_async (f->call, TRUE, on_accepted, f);
  beckon_call_hang_up (f->call);
  wait_until (f->done == 1);
  g_assert_error (f->error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_CALL_OVER);
  assert_free (f, BECKON_CALL_END_DECLINED);
  request = half_server_expect (f->server, "call.leave");
}

static void
test_other_callers_cancel_is_not_ours (Fixture *f, gconstpointer unused)
{
  g_autoptr (JsonObject) busy = NULL;

  be_rung (f);
  ring_as (f, "second", "carol", 30000);
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
test_cancelled_is_missed (Fixture *f, gconstpointer unused)
{
  be_rung (f);
  half_server_event (f->server, "call.cancelled", "\"call\":\"in\",\"by\":\"%s\"", "bob");
  wait_until (f->ends == 1);
  assert_free (f, BECKON_CALL_END_PEER_CANCELLED);
  g_assert_cmpuint (f->missed, ==, 1);
  be_rung (f); /* and the next one rings */
}

static void
test_answered_elsewhere_is_not_missed (Fixture *f, gconstpointer unused)
{
  be_rung (f);
  half_server_event (f->server, "call.answered-elsewhere",
                     "\"call\":\"in\",\"outcome\":\"accepted\",\"device\":\"%s\"", "phone");
  wait_until (f->ends == 1);
  assert_free (f, BECKON_CALL_END_ANSWERED_ELSEWHERE);
  g_assert_cmpuint (f->missed, ==, 0);
}

static void
test_late_invitation_is_missed (Fixture *f, gconstpointer unused)
{
  ring_as (f, "late", "bob", 0);
  wait_until (f->missed == 1);
  g_assert_cmpuint (f->incoming, ==, 0);
  g_assert_false (beckon_call_manager_is_busy (f->manager));
}

static void
test_own_timer (Fixture *f, gconstpointer unused)
{
  ring_as (f, "in", "bob", 100);
  wait_until (f->incoming == 1);
  wait_until (f->ends == 1);
  assert_free (f, BECKON_CALL_END_MISSED);
}

static void
test_invitation_while_inviting (Fixture *f, gconstpointer unused)
{
  g_autoptr (JsonObject) request = NULL;

  invite (f, BECKON_MEDIA_VOICE);
  request = half_server_expect (f->server, "call.invite");
  ring_as (f, "in", "bob", 30000);
  wait_until (f->server->acked == 1);
  g_assert_cmpuint (f->incoming, ==, 0);
  half_server_refuse (f->server, request, "busy-self");
  wait_until (f->done == 1);
  g_assert_cmpuint (f->incoming, ==, 1);
  g_assert_cmpint (beckon_call_get_state (f->call), ==, BECKON_CALL_STATE_INCOMING);
}

/* ---- media and signaling meet ---- */

static void
on_offer (BeckonMediaPeer *peer, BeckonPeerSignal *signal, char **sdp)
{
  if (signal->kind == BECKON_PEER_SIGNAL_DESCRIPTION && *sdp == NULL)
    *sdp = g_strescape (signal->sdp, NULL);
}

/* A real offer, as a stranger's client would make it. */
static char *
make_offer (void)
{
  g_autoptr (BeckonMediaConfig) config = beckon_media_config_new ();
  g_autoptr (BeckonMediaSession) session = NULL;
  char *sdp = NULL;
  Fixture f = { 0 };

  config->audio = config->video = BECKON_SOURCE_NONE;
  config->audio_output = BECKON_OUTPUT_NONE;
  session = beckon_media_session_new (config);
  g_signal_connect (beckon_media_session_add_peer (session, "alice", NULL, 1, TRUE), "local-signal",
                    G_CALLBACK (on_offer), &sdp);
  wait_until (sdp != NULL);
  beckon_media_session_close_async (session, NULL, count_done, &f);
  wait_until (f.done == 1);
  return sdp;
}

static void
send_description (Fixture *f, const char *user, const char *type, const char *sdp)
{
  half_server_event (f->server, "signal.received",
                     "\"call\":\"in\",\"from\":{\"user\":\"%s\",\"device\":\"d\"},\"payload\":"
                     "{\"kind\":\"description\",\"generation\":1,"
                     "\"sdp\":{\"type\":\"%s\",\"sdp\":\"%s\"}}",
                     user, type, sdp);
}

static void
test_answer_is_held_until_accept (Fixture *f, gconstpointer unused)
{
  g_autofree char *sdp = make_offer ();
  g_autoptr (JsonObject) accept = NULL;
  g_autoptr (JsonObject) answer = NULL;
  const gint64 end = g_get_monotonic_time () + G_USEC_PER_SEC;
  guint tick;

  be_rung (f);
  send_description (f, "bob", "offer", sdp);
  /* Long enough for the answer to be made: nothing may go out in this second. */
  tick = g_timeout_add (50, half_server_tick, NULL);
  while (g_get_monotonic_time () < end)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (tick);
  g_assert_cmpuint (g_queue_get_length (&f->server->requests), ==, 0);

  f->done = 0;
  beckon_call_accept_async (f->call, TRUE, on_accepted, f);
  accept = half_server_expect (f->server, "call.accept");
  answer = half_server_expect (f->server, "signal.send");
  g_assert_cmpstr (json_object_get_string_member (
                       json_object_get_object_member (
                           json_object_get_object_member (answer, "payload"), "sdp"),
                       "type"),
                   ==, "answer");
}

static void
test_hostile_signals (Fixture *f, gconstpointer unused)
{
  be_rung (f);
  send_description (f, "bob", "offer", "v=0\\r\\nnonsense");
  send_description (f, "bob", "answer", "v=0\\r\\n");
  send_description (f, "mallory", "offer", "v=0\\r\\n");
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

/* ---- the server goes and comes ---- */

static void
test_server_forgets_ringing_call (Fixture *f, gconstpointer unused)
{
  be_rung (f);
  half_server_cut (f->server);
  wait_until (f->ends == 1);
  assert_free (f, BECKON_CALL_END_PEER_CANCELLED);
}

static void
test_server_remembers_ringing_call (Fixture *f, gconstpointer unused)
{
  be_rung (f);
  f->server->hello_calls = g_strdup ("[{\"call\":\"in\"}]");
  half_server_cut (f->server);
  wait_until (f->server->hellos == 2);
  wait_until (beckon_signaling_service_get_state (f->signaling) == BECKON_SIGNALING_CONNECTED);
  g_assert_cmpint (beckon_call_get_state (f->call), ==, BECKON_CALL_STATE_INCOMING);
}

static void
test_running_call_outlives_server (Fixture *f, gconstpointer unused)
{
  be_rung (f);
  accept_call (f);
  half_server_cut (f->server);
  wait_until (f->server->hellos == 2);
  wait_until (beckon_signaling_service_get_state (f->signaling) == BECKON_SIGNALING_CONNECTED);
  g_assert_cmpint (beckon_call_get_state (f->call), ==, BECKON_CALL_STATE_CALLING);
}

static void
test_shutdown_tells_everybody (Fixture *f, gconstpointer unused)
{
  g_autoptr (JsonObject) cancel = NULL;
  g_autoptr (JsonObject) bye = NULL;

  place (f);
  beckon_call_manager_shutdown_async (f->manager, count_done, f);
  cancel = half_server_expect (f->server, "call.cancel");
  bye = half_server_expect (f->server, "bye");
  wait_until (f->done == 2);
  assert_free (f, BECKON_CALL_END_CANCELLED);
}

#define add(path, function)                                                                        \
  g_test_add ("/call/" path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  g_test_init (&argc, &argv, NULL);
  beckon_media_init (&argc, &argv, &error);
  g_assert_no_error (error);
  add ("invite-and-cancel", test_invite_and_cancel);
  add ("failed-invite-leaves-free", test_failed_invite_leaves_free);
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
  add ("server-forgets-ringing-call", test_server_forgets_ringing_call);
  add ("server-remembers-ringing-call", test_server_remembers_ringing_call);
  add ("running-call-outlives-server", test_running_call_outlives_server);
  add ("shutdown-tells-everybody", test_shutdown_tells_everybody);
  return g_test_run ();
}
