/* SPDX-License-Identifier: GPL-3.0-or-later */

/* BeckonSignalingService over breaks of its connection: nothing is lost, nothing happens twice. */

#include "config.h"

#include "half-server.h"
#include "signaling-service.h"

typedef struct
{
  HalfServer *server;
  BeckonSignalingService *service;
  GPtrArray *calls; /* nullable: of the last session-started */
  GError *error;
  guint done, sessions, events;
  gboolean ok, resumed, signed_out;
} Fixture;

/* ---- fixture ---- */

static void
on_session_started (BeckonSignalingService *service, gboolean resumed, GPtrArray *calls, Fixture *f)
{
  f->sessions++;
  f->resumed = resumed;
  g_clear_pointer (&f->calls, g_ptr_array_unref);
  f->calls = g_ptr_array_ref (calls);
}

static void
set_up (Fixture *f, gconstpointer unused)
{
  f->server = half_server_new (0);
  f->server->can_resume = TRUE;
  f->service = beckon_signaling_service_new (f->server->url, "device", "Device", NULL);
  g_signal_connect (f->service, "session-started", G_CALLBACK (on_session_started), f);
}

static void
on_signed_out (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fixture *f = user_data;

  f->signed_out = beckon_signaling_service_sign_out_finish (f->service, result, NULL);
}

static void
sign_out (Fixture *f)
{
  f->signed_out = FALSE;
  beckon_signaling_service_sign_out_async (f->service, on_signed_out, f);
  wait_until (f->signed_out);
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  sign_out (f);
  g_signal_handlers_disconnect_by_data (f->service, f);
  g_assert_finalize_object (f->service);
  g_clear_pointer (&f->calls, g_ptr_array_unref);
  g_clear_error (&f->error);
  half_server_free (f->server);
}

static void
on_signed_in (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fixture *f = user_data;

  f->ok = beckon_signaling_service_sign_in_finish (f->service, result, &f->error);
  f->done++;
}

static void
sign_in (Fixture *f)
{
  beckon_signaling_service_sign_in_async (f->service, "alice", "secret", NULL, NULL, on_signed_in,
                                          f);
  wait_until (f->done == 1);
  g_assert_no_error (f->error);
  f->done = 0;
}

static void
count_event (Fixture *f)
{
  f->events++;
}

static void
on_request_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fixture *f = user_data;

  g_clear_error (&f->error);
  f->ok = beckon_signaling_service_request_finish (f->service, result, &f->error);
  f->done++;
}

static void
on_accepted (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fixture *f = user_data;
  g_autoptr (GPtrArray) members = NULL;

  g_clear_error (&f->error);
  members = beckon_signaling_service_accept_finish (f->service, result, &f->error);
  f->ok = members != NULL;
  f->done++;
}

static void
accept_call (Fixture *f)
{
  beckon_signaling_service_accept_async (f->service, "c1", NULL, on_accepted, f);
}

static void
leave (Fixture *f)
{
  beckon_signaling_service_leave_async (f->service, "c1", BECKON_LEAVE_HUNG_UP, NULL,
                                        on_request_done, f);
}

/* Cuts the connection and waits until the client has noticed. */
static void
cut (Fixture *f)
{
  half_server_cut (f->server);
  wait_until (beckon_signaling_service_get_state (f->service) == BECKON_SIGNALING_RECONNECTING);
}

static void
cut_and_come_back (Fixture *f)
{
  const guint before = f->sessions;

  cut (f);
  wait_until (f->sessions > before);
}

static JsonObject *
get_resume (Fixture *f)
{
  return json_object_has_member (f->server->hello, "resume")
             ? json_object_get_object_member (f->server->hello, "resume")
             : NULL;
}

/* Runs for a moment in which @counter must not change. */
static void
assert_stays (const guint *counter, guint milliseconds)
{
  const gint64 end = g_get_monotonic_time () + milliseconds * 1000;
  const guint before = *counter;
  const guint tick = g_timeout_add (20, waiting_tick, NULL);

  while (g_get_monotonic_time () < end)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (tick);
  g_assert_cmpuint (*counter, ==, before);
}

/* ---- events ---- */

static void
test_resumes (Fixture *f, gconstpointer unused)
{
  sign_in (f);
  g_assert_false (f->resumed);
  g_assert_null (get_resume (f));
  half_server_event (f->server, "contacts.changed", "%s", "");
  wait_until (f->server->acked == 1);
  cut_and_come_back (f);
  g_assert_true (f->resumed);
  g_assert_cmpstr (json_object_get_string_member (get_resume (f), "session"), ==, "s1");
  g_assert_cmpint (json_object_get_int_member (get_resume (f), "seq"), ==, 1);
  g_assert_cmpuint (f->server->sessions, ==, 1); /* the token still holds */
}

static void
test_event_is_told_once (Fixture *f, gconstpointer unused)
{
  sign_in (f);
  g_signal_connect_swapped (f->service, "contacts-changed", G_CALLBACK (count_event), f);
  half_server_event (f->server, "contacts.changed", "%s", "");
  half_server_event (f->server, "contacts.changed", "%s", "");
  wait_until (f->server->acked == 2);
  cut_and_come_back (f);
  f->server->acked = 0;
  f->server->seq = 1; /* as if the acknowledgement had not come */
  half_server_event (f->server, "contacts.changed", "%s", "");
  wait_until (f->server->acked == 2);
  half_server_event (f->server, "contacts.changed", "%s", "");
  wait_until (f->server->acked == 3);
  g_assert_cmpuint (f->events, ==, 3);
}

static void
test_gap_is_a_new_session (Fixture *f, gconstpointer unused)
{
  sign_in (f);
  g_signal_connect_swapped (f->service, "contacts-changed", G_CALLBACK (count_event), f);
  f->server->seq = 1;
  half_server_event (f->server, "contacts.changed", "%s", "");
  wait_until (f->sessions == 2);
  g_assert_null (get_resume (f));
  g_assert_cmpuint (f->events, ==, 0);
}

static void
test_malformed_event_is_a_new_session (Fixture *f, gconstpointer unused)
{
  sign_in (f);
  half_server_event (f->server, "call.ended", "%s", "");
  wait_until (f->sessions == 2);
  g_assert_null (get_resume (f)); /* in the old one it would come again */
}

static void
test_strange_event_counts (Fixture *f, gconstpointer unused)
{
  sign_in (f);
  g_signal_connect_swapped (f->service, "contacts-changed", G_CALLBACK (count_event), f);
  half_server_event (f->server, "weather.changed", "%s", "");
  wait_until (f->server->acked == 1);
  half_server_event (f->server, "contacts.changed", "%s", "");
  wait_until (f->server->acked == 2);
  g_assert_cmpuint (f->events, ==, 1);
  g_assert_cmpuint (f->sessions, ==, 1);
}

/* ---- requests ---- */

static void
test_request_is_repeated (Fixture *f, gconstpointer unused)
{
  g_autoptr (JsonObject) first = NULL;
  g_autoptr (JsonObject) again = NULL;

  sign_in (f);
  accept_call (f);
  first = half_server_expect (f->server, "call.accept");
  cut (f);
  leave (f); /* new, so it goes behind */
  again = half_server_expect (f->server, "call.accept");
  g_assert_cmpuint (f->server->resumed, ==, 1);
  g_assert_cmpint (json_object_get_int_member (again, "id"), ==,
                   json_object_get_int_member (first, "id"));
  half_server_reply (f->server, again, "\"members\":[]");
  half_server_reply (f->server, again, "\"members\":[]"); /* a second reply is none */
  wait_until (f->done == 1);
  g_assert_no_error (f->error);
  g_clear_pointer (&again, json_object_unref);
  again = half_server_expect (f->server, "call.leave");
  g_assert_cmpint (json_object_get_int_member (again, "id"), >,
                   json_object_get_int_member (first, "id"));
  half_server_reply (f->server, again, "");
  wait_until (f->done == 2);
}

static void
test_answered_request_is_not_repeated (Fixture *f, gconstpointer unused)
{
  g_autoptr (JsonObject) request = NULL;

  sign_in (f);
  accept_call (f);
  request = half_server_expect (f->server, "call.accept");
  half_server_reply (f->server, request, "\"members\":[]");
  wait_until (f->done == 1);
  cut_and_come_back (f);
  half_server_event (f->server, "contacts.changed", "%s", "");
  wait_until (f->server->acked == 1);
  g_assert_cmpuint (half_server_count (f->server, "call.accept"), ==, 0);
}

static void
test_new_session_fails_accept (Fixture *f, gconstpointer unused)
{
  g_autoptr (JsonObject) request = NULL;

  sign_in (f);
  accept_call (f);
  request = half_server_expect (f->server, "call.accept");
  f->server->can_resume = FALSE;
  cut_and_come_back (f);
  g_assert_false (f->resumed);
  g_assert_cmpuint (f->done, ==, 1); /* whoever reconciles knows of it */
  g_assert_error (f->error, BECKON_SIGNALING_ERROR, BECKON_SIGNALING_ERROR_DISCONNECTED);
  g_assert_cmpuint (half_server_count (f->server, "call.accept"), ==, 0);
}

static void
test_hang_up_is_said_in_a_new_session (Fixture *f, gconstpointer unused)
{
  g_autoptr (JsonObject) request = NULL;
  g_autoptr (JsonObject) again = NULL;

  sign_in (f);
  leave (f);
  request = half_server_expect (f->server, "call.leave");
  f->server->can_resume = FALSE;
  cut (f);
  again = half_server_expect (f->server, "call.leave");
  g_assert_cmpuint (f->server->session, ==, 2);
  half_server_refuse (f->server, again, "call-over");
  wait_until (f->done == 1);
  g_assert_error (f->error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_CALL_OVER);
}

static void
test_hang_up_while_away (Fixture *f, gconstpointer unused)
{
  g_autoptr (JsonObject) request = NULL;

  sign_in (f);
  f->server->can_resume = FALSE;
  cut (f);
  leave (f);
  g_assert_cmpuint (f->done, ==, 0);
  request = half_server_expect (f->server, "call.leave");
  half_server_reply (f->server, request, "");
  wait_until (f->done == 1);
  g_assert_no_error (f->error);
}

static void
test_accept_waits (Fixture *f, gconstpointer unused)
{
  g_autoptr (JsonObject) request = NULL;

  sign_in (f);
  cut (f);
  accept_call (f);
  request = half_server_expect (f->server, "call.accept");
  half_server_reply (f->server, request, "\"members\":[]");
  wait_until (f->done == 1);
  g_assert_no_error (f->error);
}

/* Ten seconds, then who waits is told; a hang-up is still said whenever the server is there again.
 */
static void
test_patience_has_an_end (Fixture *f, gconstpointer unused)
{
  g_autoptr (JsonObject) request = NULL;

  sign_in (f);
  f->server->ignore_hello = TRUE;
  cut (f);
  accept_call (f);
  leave (f);
  wait_until (f->done == 1);
  g_assert_error (f->error, BECKON_SIGNALING_ERROR, BECKON_SIGNALING_ERROR_NOT_CONNECTED);
  f->server->ignore_hello = FALSE;
  half_server_cut (f->server);
  request = half_server_expect (f->server, "call.leave");
  half_server_reply (f->server, request, "");
  wait_until (f->done == 2);
}

static void
on_invited (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fixture *f = user_data;
  g_autoptr (BeckonInviteResult) invited = NULL;

  g_clear_error (&f->error);
  invited = beckon_signaling_service_invite_finish (f->service, result, &f->error);
  g_assert_null (invited);
  f->done++;
}

static void
test_invite_does_not_wait (Fixture *f, gconstpointer unused)
{
  static const char *const users[] = { "bob", NULL };

  sign_in (f);
  cut (f);
  beckon_signaling_service_invite_async (f->service, users, BECKON_MEDIA_VOICE, 0, NULL, NULL,
                                         on_invited, f);
  wait_until (f->done == 1);
  g_assert_error (f->error, BECKON_SIGNALING_ERROR, BECKON_SIGNALING_ERROR_NOT_CONNECTED);
}

/* Declined while the server is away: what it tells again rings no second time. */
static void
test_declined_call_does_not_ring_again (Fixture *f, gconstpointer unused)
{
  g_autoptr (JsonObject) request = NULL;

  sign_in (f);
  g_signal_connect_swapped (f->service, "invitation-received", G_CALLBACK (count_event), f);
  f->server->can_resume = FALSE;
  f->server->hello_calls = g_strdup ("[{\"call\":\"c1\",\"state\":\"ringing\"}]");
  cut (f);
  beckon_signaling_service_reject_async (f->service, "c1", BECKON_REJECT_DECLINED, NULL, NULL,
                                         on_request_done, f);
  wait_until (f->sessions == 2);
  g_assert_cmpuint (f->calls->len, ==, 0);
  for (guint i = 0; i < 2; i++)
    {
      half_server_event (f->server, "call.received",
                         "\"call\":\"c1\",\"from\":{\"id\":\"bob\",\"name\":\"Bob\"},"
                         "\"members\":[],\"media\":\"voice\",\"timeout\":30,\"remaining_ms\":%d",
                         9000);
      wait_until (f->server->acked == i + 1);
      g_assert_cmpuint (f->events, ==, i); /* but invited once more, it does */
      if (i > 0)
        continue;
      request = half_server_expect (f->server, "call.reject");
      half_server_reply (f->server, request, "");
      wait_until (f->done == 1);
    }
}

/* ---- the snapshot ---- */

static void
test_snapshot (Fixture *f, gconstpointer unused)
{
  const BeckonCallSnapshot *call;
  const BeckonParticipant *bob;
  g_autoptr (BeckonCallSnapshot) copy = NULL;

  f->server->hello_calls =
      g_strdup ("[{\"call\":\"c1\",\"state\":\"ringing\",\"media\":\"video\","
                "\"from\":{\"id\":\"bob\",\"name\":\"Bob\"},\"members\":["
                "{\"id\":\"bob\",\"name\":\"Bob\",\"state\":\"accepted\",\"device\":\"d2\"},"
                "{\"id\":\"alice\",\"name\":\"Alice\",\"state\":\"ringing\"}],"
                "\"timeout\":30,\"remaining_ms\":1234,\"data\":\"hi\"},{\"call\":\"c2\"}]");
  sign_in (f);
  g_assert_cmpuint (f->calls->len, ==, 2);
  copy = beckon_call_snapshot_copy (g_ptr_array_index (f->calls, 0));
  call = copy;
  g_assert_cmpstr (call->call, ==, "c1");
  g_assert_cmpint (call->state, ==, BECKON_PARTICIPANT_RINGING);
  g_assert_cmpint (call->media, ==, BECKON_MEDIA_VIDEO);
  g_assert_cmpstr (call->from->name, ==, "Bob");
  g_assert_cmpuint (call->members->len, ==, 2);
  g_assert_cmpint (call->remaining, ==, 1234);
  g_assert_cmpstr (call->data, ==, "hi");
  bob = beckon_call_snapshot_find (call, "bob");
  g_assert_cmpint (bob->state, ==, BECKON_PARTICIPANT_ACCEPTED);
  g_assert_cmpstr (bob->device, ==, "d2");
  g_assert_null (beckon_call_snapshot_find (call, "carol"));
  call = g_ptr_array_index (f->calls, 1);
  g_assert_cmpint (call->state, ==, BECKON_PARTICIPANT_UNKNOWN);
  g_assert_null (call->from);
}

/* ---- what a person wishes ---- */

static void
test_ring (Fixture *f, gconstpointer unused)
{
  g_autoptr (JsonObject) request = NULL;
  JsonObject *device;

  beckon_signaling_service_set_ring (f->service, FALSE);
  sign_in (f);
  device = json_object_get_object_member (f->server->hello, "device");
  g_assert_false (json_object_get_boolean_member (device, "ring"));
  g_object_set (f->service, "ring", TRUE, NULL);
  request = half_server_expect (f->server, "device.set");
  g_assert_true (json_object_get_boolean_member (request, "ring"));
  half_server_reply (f->server, request, "");
  cut_and_come_back (f);
  device = json_object_get_object_member (f->server->hello, "device");
  g_assert_false (json_object_has_member (device, "ring"));
}

static void
test_do_not_disturb_is_kept (Fixture *f, gconstpointer unused)
{
  sign_in (f);
  beckon_signaling_service_set_presence_async (f->service, BECKON_PRESENCE_DND, NULL,
                                               on_request_done, f);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (JsonObject) request = half_server_expect (f->server, "presence.set");

      g_assert_cmpstr (json_object_get_string_member (request, "state"), ==, "dnd");
      half_server_reply (f->server, request, "");
      if (i > 0)
        break;
      wait_until (f->done == 1);
      cut_and_come_back (f); /* the session knows it */
      half_server_event (f->server, "contacts.changed", "%s", "");
      wait_until (f->server->acked == 1);
      g_assert_cmpuint (half_server_count (f->server, "presence.set"), ==, 0);
      f->server->can_resume = FALSE;
      cut_and_come_back (f);
    }
}

static void
on_missed (BeckonSignalingService *service, guint count, Fixture *f)
{
  g_assert_cmpuint (count, ==, beckon_signaling_service_get_missed (service));
  f->events++;
}

static void
test_missed (Fixture *f, gconstpointer unused)
{
  g_signal_connect (f->service, "history-missed", G_CALLBACK (on_missed), f);
  f->server->missed = 2;
  sign_in (f);
  wait_until (f->events == 1);
  g_assert_cmpuint (beckon_signaling_service_get_missed (f->service), ==, 2);
  half_server_event (f->server, "history.missed", "\"count\":%d", 3);
  wait_until (f->events == 2);
  g_assert_cmpuint (beckon_signaling_service_get_missed (f->service), ==, 3);
}

static void
count_notify (BeckonSignalingService *service, GParamSpec *pspec, guint *count)
{
  ++*count;
}

/* Who kept something of a session before learns that it is settled. */
static void
test_none_missed (Fixture *f, gconstpointer unused)
{
  guint told = 0;

  g_signal_connect (f->service, "history-missed", G_CALLBACK (on_missed), f);
  g_signal_connect (f->service, "notify::missed", G_CALLBACK (count_notify), &told);
  sign_in (f);
  g_assert_cmpuint (told, ==, 1);
  cut_and_come_back (f);
  g_assert_cmpuint (told, ==, 2);
  g_assert_cmpuint (f->events, ==, 0);
}

/* ---- how a connection ends ---- */

static void
test_server_says_when (Fixture *f, gconstpointer unused)
{
  gint64 closed;

  sign_in (f);
  half_server_event (f->server, "session.closing", "\"reason\":\"restart\",\"reconnect_after\":%d",
                     1);
  wait_until (f->server->acked == 1);
  soup_websocket_connection_close (f->server->socket, 4006, NULL);
  wait_until (beckon_signaling_service_get_state (f->service) == BECKON_SIGNALING_RECONNECTING);
  closed = g_get_monotonic_time ();
  wait_until (f->sessions == 2);
  g_assert_cmpint (g_get_monotonic_time () - closed, >, 900 * 1000);
  g_assert_true (f->resumed);
}

static void
test_too_fast_waits (Fixture *f, gconstpointer unused)
{
  sign_in (f);
  soup_websocket_connection_close (f->server->socket, 4004, NULL);
  wait_until (beckon_signaling_service_get_state (f->service) == BECKON_SIGNALING_RECONNECTING);
  assert_stays (&f->server->hellos, 700); /* the usual wait is 0.24 s at most */
  beckon_signaling_service_retry (f->service);
  wait_until (f->sessions == 2);
  g_assert_true (f->resumed);
}

static void
test_refused_frame_is_not_repeated (Fixture *f, gconstpointer unused)
{
  g_autoptr (JsonObject) request = NULL;

  sign_in (f);
  accept_call (f);
  request = half_server_expect (f->server, "call.accept");
  soup_websocket_connection_close (f->server->socket, 4000, NULL);
  wait_until (beckon_signaling_service_get_state (f->service) == BECKON_SIGNALING_RECONNECTING);
  beckon_signaling_service_retry (f->service);
  wait_until (f->sessions == 2);
  g_assert_null (get_resume (f));
  g_assert_cmpuint (f->done, ==, 1);
  g_assert_error (f->error, BECKON_SIGNALING_ERROR, BECKON_SIGNALING_ERROR_DISCONNECTED);
}

static void
test_bye_while_away (Fixture *f, gconstpointer unused)
{
  g_autoptr (JsonObject) bye = NULL;

  sign_in (f);
  cut (f);
  sign_out (f);
  bye = half_server_expect (f->server, "bye");
  g_assert_cmpuint (f->server->resumed, ==, 1);
  g_assert_cmpint (beckon_signaling_service_get_state (f->service), ==,
                   BECKON_SIGNALING_SIGNED_OUT);
}

/* The server is told when nobody keeps the token. */
static void
test_bye_forgets_token (Fixture *f, gconstpointer unused)
{
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (JsonObject) bye = NULL;

      sign_in (f);
      beckon_signaling_service_set_forgets_token (f->service, i == 1);
      sign_out (f);
      bye = half_server_expect (f->server, "bye");
      g_assert_cmpint (json_object_get_boolean_member_with_default (bye, "forget", FALSE), ==,
                       i == 1);
    }
}

static void
test_sign_out_without_server (Fixture *f, gconstpointer unused)
{
  sign_in (f);
  f->server->ignore_hello = TRUE;
  cut (f);
  leave (f);
  sign_out (f);
  g_assert_cmpuint (f->done, ==, 1);
  g_assert_error (f->error, BECKON_SIGNALING_ERROR, BECKON_SIGNALING_ERROR_NOT_CONNECTED);
}

/* ---- signing in with a token ---- */

static void
test_token (Fixture *f, gconstpointer unused)
{
  beckon_signaling_service_sign_in_async (f->service, "alice", NULL, "kept", NULL, on_signed_in, f);
  wait_until (f->done == 1);
  g_assert_no_error (f->error);
  g_assert_cmpuint (f->server->sessions, ==, 0);
  g_assert_cmpstr (json_object_get_string_member (f->server->hello, "token"), ==, "kept");
  g_assert_cmpstr (beckon_signaling_service_get_token (f->service), ==, "kept");
}

static void
test_token_alone_refused (Fixture *f, gconstpointer unused)
{
  f->server->refuse_token = TRUE;
  beckon_signaling_service_sign_in_async (f->service, "alice", NULL, "old", NULL, on_signed_in, f);
  wait_until (f->done == 1);
  g_assert_error (f->error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_BAD_TOKEN);
  g_assert_cmpint (beckon_signaling_service_get_state (f->service), ==,
                   BECKON_SIGNALING_SIGNED_OUT);
}

static void
test_token_revoked (Fixture *f, gconstpointer unused)
{
  beckon_signaling_service_sign_in_async (f->service, "alice", NULL, "kept", NULL, on_signed_in, f);
  wait_until (f->done == 1);
  soup_websocket_connection_close (f->server->socket, 4003, NULL);
  wait_until (beckon_signaling_service_get_state (f->service) == BECKON_SIGNALING_SIGNED_OUT);
  g_assert_nonnull (beckon_signaling_service_get_problem (f->service));
}

/* ---- relays ---- */

static void
test_ice_servers_are_renewed (Fixture *f, gconstpointer unused)
{
  g_autofree char *servers = NULL;
  g_autoptr (JsonObject) request = NULL;
  const BeckonIceServer *server;

  f->server->ice_username =
      g_strdup_printf ("%" G_GINT64_FORMAT ":alice", g_get_real_time () / G_USEC_PER_SEC + 2);
  sign_in (f);
  request = half_server_expect (f->server, "ice.servers");
  half_server_reply (f->server, request,
                     "\"ice_servers\":[{\"urls\":[\"turn:127.0.0.1\"],\"username\":\"new\","
                     "\"credential\":\"c\"}]");
  half_server_event (f->server, "contacts.changed", "%s", "");
  wait_until (f->server->acked == 1);
  server = g_ptr_array_index (beckon_signaling_service_get_ice_servers (f->service), 0);
  g_assert_cmpstr (server->username, ==, "new");
}

#define add(path, function)                                                                        \
  g_test_add ("/session/" path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("resumes", test_resumes);
  add ("event-is-told-once", test_event_is_told_once);
  add ("gap-is-a-new-session", test_gap_is_a_new_session);
  add ("malformed-event-is-a-new-session", test_malformed_event_is_a_new_session);
  add ("strange-event-counts", test_strange_event_counts);
  add ("request-is-repeated", test_request_is_repeated);
  add ("answered-request-is-not-repeated", test_answered_request_is_not_repeated);
  add ("new-session-fails-accept", test_new_session_fails_accept);
  add ("hang-up-is-said-in-a-new-session", test_hang_up_is_said_in_a_new_session);
  add ("hang-up-while-away", test_hang_up_while_away);
  add ("accept-waits", test_accept_waits);
  add ("patience-has-an-end", test_patience_has_an_end);
  add ("invite-does-not-wait", test_invite_does_not_wait);
  add ("declined-call-does-not-ring-again", test_declined_call_does_not_ring_again);
  add ("snapshot", test_snapshot);
  add ("ring", test_ring);
  add ("do-not-disturb-is-kept", test_do_not_disturb_is_kept);
  add ("missed", test_missed);
  add ("none-missed", test_none_missed);
  add ("server-says-when", test_server_says_when);
  add ("too-fast-waits", test_too_fast_waits);
  add ("refused-frame-is-not-repeated", test_refused_frame_is_not_repeated);
  add ("bye-while-away", test_bye_while_away);
  add ("bye-forgets-token", test_bye_forgets_token);
  add ("sign-out-without-server", test_sign_out_without_server);
  add ("token", test_token);
  add ("token-alone-refused", test_token_alone_refused);
  add ("token-revoked", test_token_revoked);
  add ("ice-servers-are-renewed", test_ice_servers_are_renewed);
  return g_test_run ();
}
