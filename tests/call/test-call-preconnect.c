/* SPDX-License-Identifier: GPL-3.0-or-later */

/* While it rings: who may connect to us, what they get of it, and what becomes of it. The other end
 * is a real one; only the server does what the test says. */

#include "config.h"

#include "call-friend.h"
#include "call-manager-private.h"

#include <glib/gstdio.h>

typedef struct
{
  CallFixture base;
  CallFriend *bob;
  char *record; /* what is recorded, if anything is */
  guint first_audio, first_video;
} Fixture;

/* ---- fixture ---- */

static void
set_up (Fixture *f, gconstpointer data)
{
  call_fixture_set_up (&f->base, data);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_clear_pointer (&f->bob, call_friend_free);
  call_fixture_tear_down (&f->base, data);
}

/* Until the newest list has this in it: an older one is not looked at any more. */
static void
tell_contacts (Fixture *f, const char *contacts, gboolean bob)
{
  g_autofree char *fields = g_strdup_printf ("\"contacts\":[%s],\"blocked\":[]", contacts);

  do
    {
      g_autoptr (JsonObject) list = half_server_expect (f->base.server, "contacts.list");

      half_server_reply (f->base.server, list, fields);
      call_fixture_sync (&f->base); /* and the client lists them anew */
    }
  while (beckon_call_manager_trusts (f->base.manager, "bob") != bob);
}

#define BOB "{\"id\":\"bob\",\"name\":\"Bob\",\"presence\":\"online\"}"

static void
on_first_audio (BeckonCall *call, const char *user, Fixture *f)
{
  f->first_audio++;
}

static void
on_first_video (BeckonCall *call, const char *user, guint width, guint height, Fixture *f)
{
  f->first_video++;
}

static void
be_rung (Fixture *f)
{
  call_fixture_be_rung (&f->base);
  g_signal_connect (f->base.call, "first-audio", G_CALLBACK (on_first_audio), f);
  g_signal_connect (f->base.call, "first-video", G_CALLBACK (on_first_video), f);
  f->bob = call_friend_new (&f->base, "in", "bob", "d");
}

static BeckonCallMember *
member (Fixture *f)
{
  return g_ptr_array_index (f->base.call->members, 0);
}

static BeckonMediaPeerState
state_of (Fixture *f)
{
  return member (f)->peer != NULL ? beckon_media_peer_get_state (member (f)->peer)
                                  : BECKON_MEDIA_PEER_CLOSED;
}

static BeckonStatistics *
stats_of (BeckonMediaPeer *peer)
{
  return beckon_media_peer_get_statistics (peer);
}

/* ---- who may ---- */

static void
assert_connects (Fixture *f)
{
  be_rung (f);
  call_friend_offer (f->bob, 1);
  wait_until (call_friend_is_connected (f->bob) && state_of (f) == BECKON_MEDIA_PEER_CONNECTED);
  g_assert_cmpint (beckon_call_get_state (f->base.call), ==, BECKON_CALL_STATE_INCOMING);
}

static void
assert_is_held (Fixture *f)
{
  be_rung (f);
  call_friend_offer (f->bob, 1);
  wait_until (member (f)->outbox.length > 1); /* the answer, and an address */
  wait_until (member (f)->inbox.length > 0);
  g_assert_cmpuint (f->bob->heard, ==, 0);
  g_assert_cmpuint (half_server_count (f->base.server, "signal.send"), ==, 0);
  g_assert_cmpint (state_of (f), !=, BECKON_MEDIA_PEER_CONNECTED);
  call_fixture_accept (&f->base);
  wait_until (call_friend_is_connected (f->bob) && state_of (f) == BECKON_MEDIA_PEER_CONNECTED);
}

static void
test_contact_connects (Fixture *f, gconstpointer unused)
{
  tell_contacts (f, BOB, TRUE);
  assert_connects (f);
}

static void
test_stranger_is_held (Fixture *f, gconstpointer unused)
{
  tell_contacts (f, "{\"id\":\"bobby\",\"name\":\"Bob\",\"presence\":\"online\"}", FALSE);
  assert_is_held (f);
}

static void
test_who_is_no_contact_any_more_is_held (Fixture *f, gconstpointer unused)
{
  tell_contacts (f, BOB, TRUE);
  tell_contacts (f, "", FALSE);
  assert_is_held (f);
}

static void
test_everyone_connects (Fixture *f, gconstpointer unused)
{
  g_object_set (f->base.manager, "preconnect", BECKON_PRECONNECT_EVERYONE, NULL);
  assert_connects (f);
}

static void
test_nobody_connects (Fixture *f, gconstpointer unused)
{
  g_object_set (f->base.manager, "preconnect", BECKON_PRECONNECT_NOBODY, NULL);
  tell_contacts (f, BOB, FALSE);
  assert_is_held (f);
}

/* ---- what they get of it ---- */

/* The devices are files that are not there: who opens them finds out. */
static void
test_devices_stay_closed (Fixture *f, gconstpointer unused)
{
  tell_contacts (f, BOB, TRUE);
  assert_connects (f);
  beckon_call_set_camera (f->base.call, TRUE);
  wait_until (beckon_statistics_get_bytes_received (stats_of (f->bob->peer)) > 0);
  g_assert_null (beckon_call_get_local_video (f->base.call));
  g_assert_null (beckon_call_get_microphone_problem (f->base.call));
  g_assert_null (beckon_call_get_camera_problem (f->base.call));
  call_fixture_accept (&f->base);
  wait_until (beckon_call_get_microphone_problem (f->base.call) != NULL &&
              beckon_call_get_camera_problem (f->base.call) != NULL);
}

/* A client that has been tampered with sends as soon as it can. */
static void
test_early_media_is_dropped (Fixture *f, gconstpointer unused)
{
  BeckonStatistics *statistics;

  tell_contacts (f, BOB, TRUE);
  be_rung (f);
  beckon_media_session_open (f->bob->session);
  call_friend_offer (f->bob, 1);
  wait_until (state_of (f) == BECKON_MEDIA_PEER_CONNECTED);
  wait_until (beckon_statistics_get_video_frames_sent (stats_of (f->bob->peer)) > 20 &&
              beckon_statistics_get_audio_packets_sent (stats_of (f->bob->peer)) > 40);
  wait_until (beckon_statistics_get_bytes_received (stats_of (member (f)->peer)) > 20000);
  g_assert_cmpuint (f->first_audio + f->first_video, ==, 0);
  statistics = stats_of (member (f)->peer);
  g_assert_cmpuint (beckon_statistics_get_video_frames_received (statistics), ==, 0);
  g_assert_cmpuint (beckon_statistics_get_audio_packets_received (statistics), ==, 0);
  g_assert_null (beckon_call_get_remote_video (f->base.call));

  call_fixture_accept (&f->base);
  wait_until (f->first_audio == 1 && f->first_video == 1);
  wait_until (f->bob->first_audio == 1);
}

static void
test_early_media_is_not_recorded (Fixture *f, gconstpointer unused)
{
  const CallSources *sources = unused;

  g_remove (sources->record);
  tell_contacts (f, BOB, TRUE);
  be_rung (f);
  beckon_media_session_open (f->bob->session);
  call_friend_offer (f->bob, 1);
  wait_until (state_of (f) == BECKON_MEDIA_PEER_CONNECTED);
  wait_until (beckon_statistics_get_bytes_received (stats_of (member (f)->peer)) > 20000);
  beckon_call_reject (f->base.call, BECKON_REJECT_DECLINED, NULL);
  wait_until (f->bob->byes == 1);
  g_assert_true (f->base.call->state == BECKON_CALL_STATE_FREE);
  wait_until (f->base.call->media_closed);
  g_assert_false (g_file_test (sources->record, G_FILE_TEST_EXISTS));
}

/* ---- how often ---- */

#define FLOOD 40

typedef struct
{
  Fixture *f;
  guint generation; /* of the newest that was made here */
  guint made;
} Flood;

static void
on_made (BeckonCall *call, GParamSpec *pspec, Flood *flood)
{
  BeckonMediaPeer *peer = member (flood->f)->peer;

  if (peer == NULL || beckon_media_peer_get_generation (peer) == flood->generation)
    return;
  flood->generation = beckon_media_peer_get_generation (peer);
  flood->made++;
}

/* Offer upon offer, from two devices, and then a real one: one connection a second is made, the
 * first at once, and the last one is the one that holds. */
static void
flood_with_offers (Fixture *f, Flood *flood)
{
  g_autofree char *offer = call_fixture_make_offer ();
  const gint64 start = g_get_monotonic_time ();

  *flood = (Flood){ .f = f };
  g_signal_connect (f->base.call, "notify::statistics", G_CALLBACK (on_made), flood);
  for (guint i = 1; i <= FLOOD; i++)
    call_fixture_send_description (&f->base, "in", "bob", i % 2 == 0 ? "d" : "e", i, "offer",
                                   offer);
  call_fixture_sync (&f->base);
  g_assert_cmpuint (flood->made, >=, 1);
  g_assert_cmpuint (flood->made, <=,
                    1 + (g_get_monotonic_time () - start) / G_TIME_SPAN_SECOND);
  call_friend_offer (f->bob, FLOOD + 1);
  wait_until (flood->generation == FLOOD + 1);
  g_assert_cmpuint (flood->made, <=,
                    1 + (g_get_monotonic_time () - start) / G_TIME_SPAN_SECOND);
}

static void
test_flood_of_a_contact (Fixture *f, gconstpointer unused)
{
  Flood flood;

  g_object_set (f->base.manager, "preconnect", BECKON_PRECONNECT_EVERYONE, NULL);
  be_rung (f);
  flood_with_offers (f, &flood);
  wait_until (call_friend_is_connected (f->bob) && state_of (f) == BECKON_MEDIA_PEER_CONNECTED);
  g_assert_cmpuint (flood.generation, ==, FLOOD + 1);
  g_signal_handlers_disconnect_by_data (f->base.call, &flood);
}

static void
test_flood_of_a_stranger (Fixture *f, gconstpointer unused)
{
  Flood flood;

  be_rung (f);
  flood_with_offers (f, &flood);
  call_fixture_accept (&f->base);
  wait_until (call_friend_is_connected (f->bob) && state_of (f) == BECKON_MEDIA_PEER_CONNECTED);
  g_assert_cmpuint (flood.generation, ==, FLOOD + 1);
  g_signal_handlers_disconnect_by_data (f->base.call, &flood);
}

static void
send_bye (Fixture *f, guint generation)
{
  half_server_event (f->base.server, "signal.received",
                     "\"call\":\"in\",\"from\":{\"user\":\"bob\",\"device\":\"d\"},"
                     "\"payload\":{\"kind\":\"bye\",\"generation\":%u}",
                     generation);
}

/* Who says goodbye to what has not been answered yet is not answered any more. */
static void
test_bye_to_what_waits (Fixture *f, gconstpointer unused)
{
  g_autofree char *offer = call_fixture_make_offer ();

  be_rung (f);
  call_fixture_send_description (&f->base, "in", "bob", "d", 1, "offer", offer);
  wait_until (member (f)->peer != NULL);
  call_fixture_send_description (&f->base, "in", "bob", "d", 2, "offer", offer);
  send_bye (f, 2);
  wait_until (member (f)->peer == NULL);
  g_assert_cmpuint (member (f)->generation, ==, 1);
  g_assert_cmpuint (member (f)->late.length, ==, 0);
}

/* ---- what becomes of it ---- */

/* Its data channel is there, too: it has told us so. */
static void
wait_for_channel (Fixture *f)
{
  beckon_media_session_open (f->bob->session);
  wait_until (beckon_media_peer_get_remote_microphone (member (f)->peer));
}

/* A bye on the connection is none of the call: the server says who called and who cancels. */
static void
test_bye_ends_the_connection_only (Fixture *f, gconstpointer unused)
{
  tell_contacts (f, BOB, TRUE);
  assert_connects (f);
  wait_for_channel (f);
  call_friend_close (f->bob, "hung-up");
  wait_until (member (f)->peer == NULL);
  g_assert_cmpint (beckon_call_get_state (f->base.call), ==, BECKON_CALL_STATE_INCOMING);
  g_assert_cmpint (member (f)->state, ==, BECKON_MEMBER_JOINED);
}

static void
start_calling (Fixture *f)
{
  call_fixture_place (&f->base);
  f->bob = call_friend_new (&f->base, "out", "bob", "laptop");
  wait_until (call_friend_is_connected (f->bob) && state_of (f) == BECKON_MEDIA_PEER_CONNECTED);
  g_assert_cmpint (beckon_call_get_state (f->base.call), ==, BECKON_CALL_STATE_WAITING);
}

static void
accept_with (Fixture *f, const char *device)
{
  half_server_event (f->base.server, "call.accepted",
                     "\"call\":\"out\",\"user\":\"bob\",\"device\":\"%s\"", device);
  wait_until (beckon_call_get_state (f->base.call) == BECKON_CALL_STATE_CALLING);
}

static void
test_accepted (Fixture *f, gconstpointer unused)
{
  start_calling (f);
  accept_with (f, "laptop");
  g_assert_cmpint (beckon_call_get_progress (f->base.call), ==, BECKON_CALL_PROGRESS_CONNECTED);
  beckon_media_session_open (f->bob->session);
  wait_until (f->bob->first_audio == 1);
  g_assert_cmpuint (member (f)->generation, ==, 1);
}

static void
on_remote_state (BeckonCall *call, GParamSpec *pspec, guint *told)
{
  *told += beckon_call_get_remote_microphone (call) && beckon_call_get_remote_camera (call) &&
           beckon_call_get_statistics (call) != NULL;
}

/* Nothing is told of who has not accepted: so all that is known of them by then is told with that. */
static void
test_accept_tells_of_them (Fixture *f, gconstpointer unused)
{
  static const char *const names[] = { "notify::remote-microphone", "notify::remote-camera",
                                       "notify::statistics" };
  guint told[G_N_ELEMENTS (names)] = { 0 };

  start_calling (f);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_signal_connect (f->base.call, names[i], G_CALLBACK (on_remote_state), &told[i]);
  wait_for_channel (f);
  wait_until (beckon_media_peer_get_remote_camera (member (f)->peer));
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_assert_cmpuint (told[i], ==, 0);
  accept_with (f, "laptop");
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_assert_cmpuint (told[i], >=, 1);
      g_signal_handlers_disconnect_by_data (f->base.call, &told[i]);
    }
}

static void
test_another_device_accepts (Fixture *f, gconstpointer unused)
{
  CallFriend *phone;

  start_calling (f);
  phone = call_friend_new (&f->base, "out", "bob", "phone");
  wait_until (phone->peer != NULL && phone->heard > 1); /* it answers the same offer, in vain */
  wait_until (beckon_media_peer_get_state (phone->peer) == BECKON_MEDIA_PEER_CONNECTING);
  call_fixture_sync (&f->base);
  g_assert_cmpstr (beckon_media_peer_get_device (member (f)->peer), ==, "laptop");
  g_assert_cmpint (state_of (f), ==, BECKON_MEDIA_PEER_CONNECTED);

  accept_with (f, "phone");
  wait_until (call_friend_is_connected (phone) && state_of (f) == BECKON_MEDIA_PEER_CONNECTED);
  g_assert_cmpuint (beckon_media_peer_get_generation (phone->peer), ==, 2);
  g_assert_cmpstr (beckon_media_peer_get_device (member (f)->peer), ==, "phone");
  g_assert_cmpuint (f->bob->byes, ==, 0); /* it hears of it from the server */
  wait_until (beckon_media_peer_get_state (f->bob->peer) == BECKON_MEDIA_PEER_LOST);
  call_friend_free (phone);
}

static void
test_declined (Fixture *f, gconstpointer unused)
{
  start_calling (f);
  wait_for_channel (f);
  call_friend_close (f->bob, "hung-up");
  wait_until (member (f)->peer == NULL);
  g_assert_cmpint (beckon_call_get_state (f->base.call), ==, BECKON_CALL_STATE_WAITING);
  half_server_event (f->base.server, "call.rejected",
                     "\"call\":\"out\",\"user\":\"%s\",\"reason\":\"declined\"", "bob");
  wait_until (f->base.ends == 1);
  call_fixture_assert_free (&f->base, BECKON_CALL_END_PEER_DECLINED);
}

/* What broke while it rang is made anew. */
static void
test_lost_by_then (Fixture *f, gconstpointer unused)
{
  CallFriend *again;

  start_calling (f);
  call_friend_close (f->bob, NULL);
  wait_until (state_of (f) == BECKON_MEDIA_PEER_LOST);
  again = call_friend_new (&f->base, "out", "bob", "laptop");
  accept_with (f, "laptop");
  wait_until (call_friend_is_connected (again) && state_of (f) == BECKON_MEDIA_PEER_CONNECTED);
  g_assert_cmpuint (beckon_media_peer_get_generation (again->peer), ==, 2);
  call_friend_free (again);
}

static const CallSources missing = { .file = "/nonexistent/clip.mkv" };
static CallSources recorded;

#define add(path, function, sources)                                                               \
  g_test_add ("/call-preconnect/" path, Fixture, sources, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("beckon-XXXXXX", NULL);
  g_autofree char *record = g_build_filename (folder, "record.mkv", NULL);
  int status;

  g_test_init (&argc, &argv, NULL);
  beckon_media_init (&argc, &argv, &error);
  g_assert_no_error (error);
  recorded.record = record;
  add ("contact-connects", test_contact_connects, NULL);
  add ("stranger-is-held", test_stranger_is_held, NULL);
  add ("who-is-no-contact-any-more-is-held", test_who_is_no_contact_any_more_is_held, NULL);
  add ("everyone-connects", test_everyone_connects, NULL);
  add ("nobody-connects", test_nobody_connects, NULL);
  add ("devices-stay-closed", test_devices_stay_closed, &missing);
  add ("early-media-is-dropped", test_early_media_is_dropped, NULL);
  add ("early-media-is-not-recorded", test_early_media_is_not_recorded, &recorded);
  add ("flood-of-a-contact", test_flood_of_a_contact, NULL);
  add ("flood-of-a-stranger", test_flood_of_a_stranger, NULL);
  add ("bye-to-what-waits", test_bye_to_what_waits, NULL);
  add ("bye-ends-the-connection-only", test_bye_ends_the_connection_only, NULL);
  add ("accepted", test_accepted, NULL);
  add ("accept-tells-of-them", test_accept_tells_of_them, NULL);
  add ("another-device-accepts", test_another_device_accepts, NULL);
  add ("declined", test_declined, NULL);
  add ("lost-by-then", test_lost_by_then, NULL);
  status = g_test_run ();
  g_rmdir (folder);
  return status;
}
