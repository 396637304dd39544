/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Another connection in the place of one that carries, or does not any more. The other end is a
 * real one; only the server, and what the computer's network is, does what the test says. */

#include "config.h"

#include "call-friend.h"
#include "call-private.h"
#include "media-private.h"

typedef struct
{
  CallFixture base;
  CallFriend *friend;
  guint generation; /* of the connection that was handed over to */
  guint lost;       /* so often the person was told so */
  guint seconds;    /* to the end, as was told last */
  guint first_video;
  guint camera_problems; /* so often the person was told so */
} Fixture;

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_clear_pointer (&f->friend, call_friend_free);
  call_fixture_tear_down (&f->base, data);
}

static BeckonCallMember *
member (Fixture *f)
{
  return g_ptr_array_index (f->base.call->members, 0);
}

static void
on_handed_over (BeckonCall *call, const char *user, guint generation, Fixture *f)
{
  g_assert_cmpuint (generation, ==, beckon_media_peer_get_generation (member (f)->peer));
  g_assert_null (member (f)->next);
  f->generation = generation;
}

static void
on_progress (BeckonCall *call, GParamSpec *pspec, Fixture *f)
{
  f->lost += beckon_call_get_progress (call) == BECKON_CALL_PROGRESS_RECONNECTING;
}

static void
on_seconds_to_end (BeckonCall *call, GParamSpec *pspec, Fixture *f)
{
  f->seconds = beckon_call_get_seconds_to_end (call);
}

static gboolean
is_seen_and_heard (Fixture *f)
{
  return beckon_call_get_progress (f->base.call) == BECKON_CALL_PROGRESS_CONNECTED &&
         beckon_call_get_remote_video (f->base.call) != NULL &&
         beckon_call_get_remote_level (f->base.call) > 0.3;
}

/* Everybody hears everybody, and alice sees who she talks to. */
static void
wait_for_media (Fixture *f)
{
  g_signal_connect (f->base.call, "handed-over", G_CALLBACK (on_handed_over), f);
  g_signal_connect (f->base.call, "notify::progress", G_CALLBACK (on_progress), f);
  g_signal_connect (f->base.call, "notify::seconds-to-end", G_CALLBACK (on_seconds_to_end), f);
  beckon_media_session_open (f->friend->session);
  wait_until (is_seen_and_heard (f) && f->friend->first_audio >= 1);
}

/* A call to bob: alice's id sorts first. */
static void
talk (Fixture *f)
{
  call_fixture_place (&f->base);
  f->friend = call_friend_new (&f->base, "out", "bob", "d");
  wait_until (call_friend_is_connected (f->friend));
  half_server_event (f->base.server, "call.accepted",
                     "\"call\":\"out\",\"user\":\"%s\",\"device\":\"d\"", "bob");
  wait_for_media (f);
}

/* A call of aaron's: his id sorts first. */
static void
be_called (Fixture *f)
{
  call_fixture_ring_as (&f->base, "in", "aaron", 30000);
  wait_until (f->base.incoming == 1);
  f->friend = call_friend_new (&f->base, "in", "aaron", "d");
  call_friend_offer (f->friend, 1);
  call_fixture_accept (&f->base);
  wait_for_media (f);
}

/* As the system would say it; @other: the addresses are others than they were. */
static void
change_network (Fixture *f, gboolean other)
{
  if (other)
    {
      g_free (f->base.call->addresses);
      f->base.call->addresses = g_strdup ("192.0.2.1");
    }
  g_signal_emit_by_name (g_network_monitor_get_default (), "network-changed", TRUE);
}

/* Of @generation, or a later one: on a busy machine an attempt may take too long. */
static gboolean
is_over (Fixture *f, guint generation)
{
  return f->generation >= generation && is_seen_and_heard (f) &&
         call_friend_is_connected (f->friend) &&
         beckon_media_peer_get_generation (f->friend->peer) == f->generation &&
         beckon_media_session_get_peers (f->base.call->media_session)->len == 1;
}

/* ---- cases ---- */

static void
test_addresses_change (Fixture *f, gconstpointer unused)
{
  talk (f);
  beckon_call_set_volume (f->base.call, "bob", 0.75);
  g_assert_cmpfloat (beckon_media_peer_get_volume (member (f)->peer), ==, 0.75);
  change_network (f, TRUE);
  wait_until (is_over (f, 2) && f->friend->first_audio >= 2);
  g_assert_cmpfloat (beckon_media_peer_get_volume (member (f)->peer), ==, 0.75);
  g_assert_cmpuint (f->lost, ==, 0);
  g_assert_cmpuint (f->friend->byes, ==, 0);
  g_assert_cmpint (beckon_call_get_state (f->base.call), ==, BECKON_CALL_STATE_CALLING);
}

static void
on_first_video (BeckonCall *call, const char *user, guint width, guint height, Fixture *f)
{
  f->first_video++;
}

/* Where much is lost, the first picture of all may come on the second connection. It is told once. */
static void
test_first_picture_comes_on_the_next (Fixture *f, gconstpointer unused)
{
  call_fixture_place (&f->base);
  g_signal_connect (f->base.call, "first-video", G_CALLBACK (on_first_video), f);
  g_signal_connect (f->base.call, "handed-over", G_CALLBACK (on_handed_over), f);
  f->friend = call_friend_new (&f->base, "out", "bob", "d");
  beckon_media_session_set_camera (f->friend->session, FALSE);
  wait_until (call_friend_is_connected (f->friend));
  half_server_event (f->base.server, "call.accepted",
                     "\"call\":\"out\",\"user\":\"%s\",\"device\":\"d\"", "bob");
  beckon_media_session_open (f->friend->session);
  wait_until (beckon_call_get_remote_level (f->base.call) > 0.3 && f->friend->first_audio == 1);
  g_assert_cmpuint (f->first_video, ==, 0);
  change_network (f, TRUE);
  wait_until (member (f)->next != NULL);
  g_signal_emit_by_name (member (f)->next, "first-video", 320, 180);
  g_assert_cmpuint (f->first_video, ==, 1);
  beckon_media_session_set_camera (f->friend->session, TRUE);
  wait_until (is_over (f, 2));
  g_assert_cmpuint (f->first_video, ==, 1);
}

static void
on_handed_over_with_screen (BeckonCall *call, const char *user, guint generation, Fixture *f)
{
  g_assert_nonnull (beckon_call_get_remote_screen_video (call));
}

/* What is looked at is there without a gap, also if it is nothing but a screen, and comes late. */
static void
test_screen_comes_along (Fixture *f, gconstpointer unused)
{
  BeckonMediaSession *session;

  talk (f);
  session = f->friend->session;
  beckon_media_session_set_camera (session, FALSE);
  beckon_media_session_set_microphone (session, FALSE);
  beckon_media_session_share_screen (session, -1, 0);
  wait_until (beckon_call_get_remote_screen_video (f->base.call) != NULL &&
              !beckon_call_get_remote_camera (f->base.call) &&
              !beckon_call_get_remote_microphone (f->base.call));
  g_signal_connect (f->base.call, "handed-over", G_CALLBACK (on_handed_over_with_screen), f);
  change_network (f, TRUE);
  wait_until (beckon_media_peer_get_generation (f->friend->peer) == 2);
  beckon_media_session_set_sending (session, f->friend->peer, FALSE);
  wait_until (member (f)->moved_at != 0);
  waiting_let_pass (600); /* longer than we send on both */
  g_assert_nonnull (member (f)->next);
  beckon_media_session_set_sending (session, f->friend->peer, TRUE);
  wait_until (f->generation == 2);
}

/* Something about the network has changed that is nothing to us. */
static void
test_addresses_stay (Fixture *f, gconstpointer unused)
{
  talk (f);
  change_network (f, FALSE);
  wait_until (f->base.call->calm_source == 0);
  g_assert_null (member (f)->next);
  g_assert_cmpuint (member (f)->generation, ==, 1);
}

static void
test_twice (Fixture *f, gconstpointer unused)
{
  talk (f);
  change_network (f, TRUE);
  wait_until (member (f)->next != NULL);
  change_network (f, TRUE); /* what is under way began in between */
  wait_until (is_over (f, 3));
  g_assert_cmpuint (f->lost, ==, 0);
}

static void
test_other_end_begins (Fixture *f, gconstpointer unused)
{
  talk (f);
  call_friend_offer (f->friend, 2);
  wait_until (is_over (f, 2));
  g_assert_cmpuint (f->lost, ==, 0);
}

static void
test_both_begin_and_ours_holds (Fixture *f, gconstpointer unused)
{
  talk (f);
  change_network (f, TRUE);
  wait_until (member (f)->next != NULL);
  call_friend_offer (f->friend, 2);
  wait_until (is_over (f, 2));
  g_assert_true (f->generation > 2 || beckon_media_peer_is_offerer (member (f)->peer));
}

static void
test_both_begin_and_theirs_holds (Fixture *f, gconstpointer unused)
{
  be_called (f);
  change_network (f, TRUE);
  wait_until (member (f)->next != NULL);
  call_friend_offer (f->friend, 2);
  wait_until (is_over (f, 2));
  g_assert_true (f->generation > 2 || !beckon_media_peer_is_offerer (member (f)->peer));
}

static void
test_path_is_lost (Fixture *f, gconstpointer unused)
{
  talk (f);
  f->seconds = G_MAXUINT;
  beckon_media_session_remove_peer (f->friend->session, f->friend->peer, NULL);
  wait_until (f->lost == 1);
  wait_until (is_over (f, 2));
  g_assert_cmpuint (beckon_call_get_seconds_to_end (f->base.call), ==, 0);
  g_assert_cmpuint (f->seconds, ==, 0);
}

/* The first offer comes to nothing, and is made once more. */
static void
test_attempt_fails (Fixture *f, gconstpointer unused)
{
  talk (f);
  f->friend->deaf = TRUE;
  beckon_media_session_remove_peer (f->friend->session, f->friend->peer, NULL);
  wait_until (member (f)->generation >= 3);
  f->friend->deaf = FALSE;
  wait_until (is_over (f, 3));
}

/* Who was away for a moment joined again; nobody notices. */
static void
test_same_device_joins_again (Fixture *f, gconstpointer unused)
{
  talk (f);
  half_server_event (f->base.server, "call.accepted",
                     "\"call\":\"out\",\"user\":\"%s\",\"device\":\"d\"", "bob");
  wait_until (is_over (f, 2));
  g_assert_cmpuint (f->lost, ==, 0);
}

static GstPadProbeReturn
on_last_frame (GstPad *pad, GstPadProbeInfo *info, gpointer unused)
{
  gst_buffer_unref (GST_PAD_PROBE_INFO_BUFFER (info));
  GST_PAD_PROBE_INFO_FLOW_RETURN (info) = GST_FLOW_ERROR;
  return GST_PAD_PROBE_HANDLED;
}

/* With the next picture that comes. */
static void
fail_encoder (BeckonMediaPeer *peer)
{
  beckon_media_add_probe (
      GST_ELEMENT (beckon_media_peer_get_source (peer, BECKON_LINE_CAMERA)), "src",
      GST_PAD_PROBE_TYPE_BUFFER, on_last_frame, NULL);
}

static void
on_camera_problem (BeckonCall *call, GParamSpec *pspec, Fixture *f)
{
  f->camera_problems += beckon_call_get_camera_problem (call) != NULL;
}

static void
talk_with_camera (Fixture *f)
{
  talk (f);
  g_signal_connect (f->base.call, "notify::camera-problem", G_CALLBACK (on_camera_problem), f);
  beckon_call_set_camera (f->base.call, TRUE);
  wait_until (f->friend->first_video == 1);
}

/* On the connection of @generation, or a later one, and nothing is wrong any more. */
static gboolean
is_shown_again (Fixture *f, guint generation)
{
  return is_over (f, generation) && beckon_media_peer_get_remote_video (f->friend->peer) != NULL &&
         beckon_media_peer_get_remote_camera (f->friend->peer) &&
         beckon_call_get_camera_problem (f->base.call) == NULL;
}

/* Another connection has another encoder. Should that fail as well, it is told. */
static void
test_encoder_fails (Fixture *f, gconstpointer unused)
{
  talk_with_camera (f);
  fail_encoder (member (f)->peer);
  wait_until (is_shown_again (f, 2));
  g_assert_true (beckon_call_get_camera (f->base.call));
  g_assert_cmpuint (f->lost, ==, 0);
  f->camera_problems = 0;
  fail_encoder (member (f)->peer);
  wait_until (!beckon_media_peer_get_remote_camera (f->friend->peer));
  g_assert_error (beckon_call_get_camera_problem (f->base.call), BECKON_MEDIA_ERROR,
                  BECKON_MEDIA_ERROR_ENCODER);
  g_assert_cmpuint (f->camera_problems, ==, 1);
  wait_until (f->base.call->handover_source == 0);
  g_assert_null (member (f)->next);
  g_assert_cmpuint (member (f)->generation, ==, f->generation);
}

static void
on_connected (BeckonMediaPeer *peer, GParamSpec *pspec, gpointer unused)
{
  if (beckon_media_peer_get_state (peer) == BECKON_MEDIA_PEER_CONNECTED)
    fail_encoder (peer);
}

/* Hardware that has one encoder and no more fails when the next connection wants another. */
static void
test_encoder_of_the_next_fails (Fixture *f, gconstpointer unused)
{
  talk_with_camera (f);
  change_network (f, TRUE);
  wait_until (member (f)->next != NULL);
  g_signal_connect (member (f)->next, "notify::state", G_CALLBACK (on_connected), NULL);
  wait_until (is_shown_again (f, 3));
  g_assert_cmpuint (f->lost, ==, 0);
}

/* Before the accept an encoder is tried already: a call begins with one that has not failed. */
static void
test_encoder_fails_while_it_rings (Fixture *f, gconstpointer unused)
{
  call_fixture_place (&f->base);
  f->friend = call_friend_new (&f->base, "out", "bob", "d");
  wait_until (member (f)->peer != NULL);
  g_signal_connect (member (f)->peer, "notify::state", G_CALLBACK (on_connected), NULL);
  wait_until (beckon_media_peer_has_failed (member (f)->peer, BECKON_LINE_CAMERA));
  half_server_event (f->base.server, "call.accepted",
                     "\"call\":\"out\",\"user\":\"%s\",\"device\":\"d\"", "bob");
  wait_for_media (f);
  beckon_call_set_camera (f->base.call, TRUE);
  wait_until (is_over (f, 2) && f->friend->first_video == 1);
  g_assert_null (beckon_call_get_camera_problem (f->base.call));
}

/* Nobody answers the offer of @generation. */
static void
let_attempt_pass (Fixture *f, guint generation)
{
  wait_until (member (f)->generation == generation && member (f)->next != NULL);
  member (f)->next_since -= 10 * G_TIME_SPAN_SECOND;
}

/* An offer that nobody heard is made once more. */
static void
test_encoder_fails_unheard (Fixture *f, gconstpointer unused)
{
  talk_with_camera (f);
  f->friend->deaf = TRUE;
  fail_encoder (member (f)->peer);
  let_attempt_pass (f, 2);
  wait_until (member (f)->generation == 3);
  f->friend->deaf = FALSE;
  wait_until (is_shown_again (f, 3));
}

/* But not for ever: the call goes on without our pictures, and both know. */
static void
test_encoder_fails_for_good (Fixture *f, gconstpointer unused)
{
  talk_with_camera (f);
  f->friend->deaf = TRUE;
  fail_encoder (member (f)->peer);
  for (guint generation = 2; generation <= 4; generation++)
    let_attempt_pass (f, generation);
  wait_until (f->base.call->handover_source == 0);
  g_assert_null (member (f)->next);
  g_assert_cmpuint (member (f)->generation, ==, 4);
  g_assert_error (beckon_call_get_camera_problem (f->base.call), BECKON_MEDIA_ERROR,
                  BECKON_MEDIA_ERROR_ENCODER);
  g_assert_cmpuint (f->camera_problems, ==, 1);
  wait_until (!beckon_media_peer_get_remote_camera (f->friend->peer) && is_seen_and_heard (f));
}

static void
test_ends_on_the_way (Fixture *f, gconstpointer unused)
{
  talk (f);
  change_network (f, TRUE);
  wait_until (member (f)->next != NULL);
  call_friend_close (f->friend, "hung-up");
  wait_until (f->base.ends == 1);
  call_fixture_assert_free (&f->base, BECKON_CALL_END_PEER_HUNG_UP);
}

static void
test_left_on_the_way (Fixture *f, gconstpointer unused)
{
  talk (f);
  change_network (f, TRUE);
  wait_until (member (f)->next != NULL);
  beckon_call_hang_up (f->base.call);
  wait_until (f->friend->byes > 0);
  call_fixture_assert_free (&f->base, BECKON_CALL_END_HUNG_UP);
}

static void
assert_cause (Fixture *f, BeckonMediaError code)
{
  g_autoptr (GError) cause = beckon_call_handover_new_cause (f->base.call);

  g_assert_error (cause, BECKON_MEDIA_ERROR, code);
}

/* What a path that does not come back is put down to; test-handover.py has the third. */
static void
test_causes (Fixture *f, gconstpointer unused)
{
  talk (f);
  assert_cause (f, BECKON_MEDIA_ERROR_PEER_SILENT);
  f->base.server->ignore_hello = TRUE;
  half_server_cut (f->base.server);
  wait_until (beckon_signaling_service_get_state (f->base.signaling) != BECKON_SIGNALING_CONNECTED);
  assert_cause (f, BECKON_MEDIA_ERROR_NO_PATH);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  call_fixture_set_up (&f->base, data);
}

#define add(path, function)                                                                        \
  g_test_add ("/call-handover/" path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  g_test_init (&argc, &argv, NULL);
  beckon_media_init (&argc, &argv, &error);
  g_assert_no_error (error);
  add ("addresses-change", test_addresses_change);
  add ("addresses-stay", test_addresses_stay);
  add ("screen-comes-along", test_screen_comes_along);
  add ("first-picture-comes-on-the-next", test_first_picture_comes_on_the_next);
  add ("twice", test_twice);
  add ("other-end-begins", test_other_end_begins);
  add ("both-begin-and-ours-holds", test_both_begin_and_ours_holds);
  add ("both-begin-and-theirs-holds", test_both_begin_and_theirs_holds);
  add ("path-is-lost", test_path_is_lost);
  add ("attempt-fails", test_attempt_fails);
  add ("same-device-joins-again", test_same_device_joins_again);
  add ("encoder-fails", test_encoder_fails);
  add ("encoder-of-the-next-fails", test_encoder_of_the_next_fails);
  add ("encoder-fails-while-it-rings", test_encoder_fails_while_it_rings);
  add ("encoder-fails-unheard", test_encoder_fails_unheard);
  add ("encoder-fails-for-good", test_encoder_fails_for_good);
  add ("ends-on-the-way", test_ends_on_the_way);
  add ("left-on-the-way", test_left_on_the_way);
  add ("causes", test_causes);
  return g_test_run ();
}
