/* SPDX-License-Identifier: GPL-3.0-or-later */

/* BeckonSignalingService against half a server that does what the test says. */

#include "config.h"

#include "half-server.h"
#include "signaling-service.h"

typedef struct
{
  HalfServer *server;
  BeckonSignalingService *service;
  gboolean done;
  gboolean ok;
  GError *error;
  guint events;
} Fixture;

static void
set_up (Fixture *f, gconstpointer unused)
{
  f->server = half_server_new (0);
  f->service = beckon_signaling_service_new (f->server->url, "device", "Device", NULL);
}

static void
on_signed_out (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fixture *f = user_data;

  f->done = beckon_signaling_service_sign_out_finish (f->service, result, NULL);
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  f->done = FALSE;
  if (f->server->socket != NULL && beckon_signaling_service_get_state (f->service) ==
                                       BECKON_SIGNALING_CONNECTED)
    {
      beckon_signaling_service_sign_out_async (f->service, on_signed_out, f);
      wait_until (f->done);
    }
  g_assert_finalize_object (f->service);
  g_clear_error (&f->error);
  half_server_free (f->server);
}

static void
on_signed_in (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fixture *f = user_data;

  f->ok = beckon_signaling_service_sign_in_finish (f->service, result, &f->error);
  f->done = TRUE;
}

static void
on_request_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fixture *f = user_data;

  f->ok = beckon_signaling_service_request_finish (f->service, result, &f->error);
  f->done = TRUE;
}

static void
on_accepted (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fixture *f = user_data;
  g_autoptr (GPtrArray) members = beckon_signaling_service_accept_finish (f->service, result,
                                                                          &f->error);

  f->ok = members != NULL;
  f->done = TRUE;
}

static void
sign_in (Fixture *f)
{
  beckon_signaling_service_sign_in_async (f->service, "alice", "secret", NULL, NULL, on_signed_in,
                                          f);
  wait_until (f->done);
  g_assert_no_error (f->error);
  g_assert_true (f->ok);
  f->done = FALSE;
}

static void
test_sign_in (Fixture *f, gconstpointer unused)
{
  GPtrArray *ice;

  g_assert_cmpint (beckon_signaling_service_get_state (f->service), ==, BECKON_SIGNALING_SIGNED_OUT);
  beckon_signaling_service_sign_in_async (f->service, "alice", "secret", NULL, NULL, on_signed_in,
                                          f);
  g_assert_cmpint (beckon_signaling_service_get_state (f->service), ==, BECKON_SIGNALING_CONNECTING);
  wait_until (f->done);
  g_assert_no_error (f->error);
  g_assert_cmpint (beckon_signaling_service_get_state (f->service), ==, BECKON_SIGNALING_CONNECTED);
  g_assert_cmpstr (beckon_signaling_service_get_user_name (f->service), ==, "Alice");
  ice = beckon_signaling_service_get_ice_servers (f->service);
  g_assert_cmpuint (ice->len, ==, 1);
}

static void
test_wrong_password (Fixture *f, gconstpointer unused)
{
  f->server->refuse_password = TRUE;
  beckon_signaling_service_sign_in_async (f->service, "alice", "wrong", NULL, NULL, on_signed_in,
                                          f);
  wait_until (f->done);
  g_assert_error (f->error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_WRONG_PASSWORD);
  g_assert_cmpint (beckon_signaling_service_get_state (f->service), ==, BECKON_SIGNALING_SIGNED_OUT);
  g_assert_cmpuint (f->server->sessions, ==, 1);
}

static void
test_not_a_server (Fixture *f, gconstpointer unused)
{
  f->server->not_a_server = TRUE;
  beckon_signaling_service_sign_in_async (f->service, "alice", "secret", NULL, NULL, on_signed_in,
                                          f);
  wait_until (f->done);
  g_assert_error (f->error, BECKON_SIGNALING_ERROR, BECKON_SIGNALING_ERROR_NOT_A_SERVER);
}

static void
test_server_comes_later (Fixture *f, gconstpointer unused)
{
  g_autoptr (GUri) uri = g_uri_parse (f->server->url, G_URI_FLAGS_NONE, NULL);
  const guint port = g_uri_get_port (uri);

  half_server_free (f->server);
  beckon_signaling_service_sign_in_async (f->service, "alice", "secret", NULL, NULL, on_signed_in,
                                          f);
  wait_until (beckon_signaling_service_get_problem (f->service) != NULL);
  g_assert_error (beckon_signaling_service_get_problem (f->service), BECKON_SIGNALING_ERROR,
                  BECKON_SIGNALING_ERROR_UNREACHABLE);
  g_assert_cmpint (beckon_signaling_service_get_state (f->service), ==,
                   BECKON_SIGNALING_RECONNECTING);
  g_assert_false (f->done);

  f->server = half_server_new (port);
  wait_until (f->done);
  g_assert_no_error (f->error);
  g_assert_null (beckon_signaling_service_get_problem (f->service));
}

static void
test_cancelled_sign_in (Fixture *f, gconstpointer unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  f->server->ignore_hello = TRUE;
  beckon_signaling_service_sign_in_async (f->service, "alice", "secret", NULL, cancellable,
                                          on_signed_in, f);
  wait_until (f->server->hellos == 1);
  g_cancellable_cancel (cancellable);
  wait_until (f->done);
  g_assert_error (f->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (beckon_signaling_service_get_state (f->service), ==, BECKON_SIGNALING_SIGNED_OUT);
}

static void
test_token_refused (Fixture *f, gconstpointer unused)
{
  f->server->refuse_token = TRUE;
  sign_in (f);
  g_assert_cmpuint (f->server->sessions, ==, 2);
}

/* The password would open the door again that somebody has closed. */
static void
test_signed_out_while_away (Fixture *f, gconstpointer unused)
{
  sign_in (f);
  f->server->refuse_token = TRUE;
  f->server->refusal = 4005;
  half_server_cut (f->server);
  wait_until (beckon_signaling_service_get_state (f->service) == BECKON_SIGNALING_SIGNED_OUT);
  g_assert_error (beckon_signaling_service_get_problem (f->service), BECKON_SIGNALING_ERROR,
                  BECKON_SIGNALING_ERROR_SIGNED_OUT);
  g_assert_cmpuint (f->server->sessions, ==, 1);
}

static void
test_signed_out_before_the_start (Fixture *f, gconstpointer unused)
{
  f->server->refuse_token = TRUE;
  f->server->refusal = 4005;
  beckon_signaling_service_sign_in_async (f->service, "alice", "secret", "kept", NULL, on_signed_in,
                                          f);
  wait_until (f->done);
  g_assert_error (f->error, BECKON_SIGNALING_ERROR, BECKON_SIGNALING_ERROR_SIGNED_OUT);
  g_assert_cmpuint (f->server->sessions, ==, 0);
}

static void
count_event (Fixture *f)
{
  f->events++;
}

static void
test_reconnects (Fixture *f, gconstpointer unused)
{
  sign_in (f);
  g_signal_connect_swapped (f->service, "session-started", G_CALLBACK (count_event), f);
  half_server_cut (f->server);
  wait_until (beckon_signaling_service_get_state (f->service) == BECKON_SIGNALING_RECONNECTING);
  wait_until (f->events == 1);
  g_assert_cmpint (beckon_signaling_service_get_state (f->service), ==, BECKON_SIGNALING_CONNECTED);
  g_assert_cmpuint (f->server->sessions, ==, 1); /* the token still holds */
}

static void
test_malformed_frame (Fixture *f, gconstpointer unused)
{
  static const char *const frames[] = { "", "[]", "{", "{\"seq\":\"x\",\"type\":\"call.ended\"}",
                                        "{\"id\":1,\"type\":\"ping\"}", "{\"re\":1}" };

  sign_in (f);
  for (guint i = 0; i < G_N_ELEMENTS (frames); i++)
    {
      const guint hellos = f->server->hellos;

      half_server_send_raw (f->server, frames[i]);
      wait_until (f->server->hellos > hellos);
      wait_until (beckon_signaling_service_get_state (f->service) == BECKON_SIGNALING_CONNECTED);
    }
}

static void
test_unknown_event (Fixture *f, gconstpointer unused)
{
  sign_in (f);
  g_signal_connect_swapped (f->service, "contacts-changed", G_CALLBACK (count_event), f);
  half_server_event (f->server, "weather.changed", "\"sky\":\"blue\"");
  half_server_event (f->server, "contacts.changed", "%s", "");
  wait_until (f->events == 1);
  g_assert_cmpuint (f->server->hellos, ==, 1);
}

static void
test_events_are_acked (Fixture *f, gconstpointer unused)
{
  sign_in (f);
  half_server_event (f->server, "contacts.changed", "%s", "");
  half_server_event (f->server, "history.changed", "%s", "");
  wait_until (f->server->acked == 2);
}

static void
on_invited (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fixture *f = user_data;
  g_autoptr (BeckonInviteResult) invited = beckon_signaling_service_invite_finish (f->service,
                                                                                   result,
                                                                                   &f->error);

  f->done = TRUE;
  if (invited == NULL)
    return;
  f->ok = TRUE;
  g_assert_cmpstr (invited->call, ==, "c1");
  g_assert_cmpuint (invited->timeout, ==, 30);
  g_assert_cmpuint (invited->failed->len, ==, 1);
  g_assert_error (((BeckonInviteFailure *) g_ptr_array_index (invited->failed, 0))->error,
                  BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_UNKNOWN_USER);
}

static void
test_invite (Fixture *f, gconstpointer unused)
{
  const char *const users[] = { "bob", "nobody", NULL };
  g_autoptr (JsonObject) request = NULL;

  sign_in (f);
  beckon_signaling_service_invite_async (f->service, users, BECKON_MEDIA_VIDEO, 30, "d", NULL,
                                         on_invited, f);
  request = half_server_expect (f->server, "call.invite");
  g_assert_cmpstr (json_object_get_string_member (request, "media"), ==, "video");
  g_assert_cmpint (json_object_get_int_member (request, "timeout"), ==, 30);
  half_server_reply (f->server, request,
                     "\"call\":\"c1\",\"timeout\":30,"
                     "\"failed\":[{\"user\":\"nobody\",\"code\":\"unknown-user\"}]");
  wait_until (f->done);
  g_assert_no_error (f->error);
  g_assert_true (f->ok);
}

static void
on_contacts_changed (Fixture *f)
{
  g_assert_true (f->ok); /* the reply that was before it has been told */
  f->events++;
}

static void
on_signed_in_then_ask (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fixture *f = user_data;

  g_assert_true (beckon_signaling_service_sign_in_finish (f->service, result, NULL));
  beckon_signaling_service_accept_async (f->service, "c1", NULL, on_accepted, f);
}

/* On a busy machine the reply to a request and the events behind it are read in the very turn in
 * which the request was made. Here they come with the hello's reply, which is as soon as can be. */
static void
test_reply_before_events (Fixture *f, gconstpointer unused)
{
  f->server->behind_hello = "{\"re\":2,\"ok\":true,\"members\":[]}";
  f->server->event_behind_hello = TRUE;
  g_signal_connect_swapped (f->service, "contacts-changed", G_CALLBACK (on_contacts_changed), f);
  beckon_signaling_service_sign_in_async (f->service, "alice", "secret", NULL, NULL,
                                          on_signed_in_then_ask, f);
  wait_until (f->events == 1);
  g_assert_true (f->done);
}

static void
test_only_invitee_unknown (Fixture *f, gconstpointer unused)
{
  const char *const users[] = { "nobody", NULL };
  g_autoptr (JsonObject) request = NULL;
  g_autofree char *text = NULL;

  sign_in (f);
  beckon_signaling_service_invite_async (f->service, users, BECKON_MEDIA_VOICE, 0, NULL, NULL,
                                         on_invited, f);
  request = half_server_expect (f->server, "call.invite");
  text = g_strdup_printf (
      "{\"re\":%" G_GINT64_FORMAT ",\"ok\":false,\"error\":{\"code\":\"no-invitee\","
      "\"message\":\"no\",\"failed\":[{\"user\":\"nobody\",\"code\":\"unknown-user\"}]}}",
      json_object_get_int_member (request, "id"));
  half_server_send_raw (f->server, text);
  wait_until (f->done);
  g_assert_error (f->error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_UNKNOWN_USER);
}

static void
test_refused_request (Fixture *f, gconstpointer unused)
{
  g_autoptr (JsonObject) request = NULL;

  sign_in (f);
  beckon_signaling_service_accept_async (f->service, "c1", NULL, on_accepted, f);
  request = half_server_expect (f->server, "call.accept");
  half_server_refuse (f->server, request, "call-over");
  wait_until (f->done);
  g_assert_error (f->error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_CALL_OVER);
}

static void
test_request_without_connection (Fixture *f, gconstpointer unused)
{
  beckon_signaling_service_accept_async (f->service, "c1", NULL, on_accepted, f);
  wait_until (f->done);
  g_assert_error (f->error, BECKON_SIGNALING_ERROR, BECKON_SIGNALING_ERROR_NOT_CONNECTED);
}

static void
test_connection_breaks_under_request (Fixture *f, gconstpointer unused)
{
  g_autoptr (JsonObject) request = NULL;

  sign_in (f);
  beckon_signaling_service_accept_async (f->service, "c1", NULL, on_accepted, f);
  request = half_server_expect (f->server, "call.accept");
  half_server_cut (f->server);
  wait_until (f->done);
  g_assert_error (f->error, BECKON_SIGNALING_ERROR, BECKON_SIGNALING_ERROR_DISCONNECTED);
  wait_until (beckon_signaling_service_get_state (f->service) == BECKON_SIGNALING_CONNECTED);
}

static void
test_cancelled_request (Fixture *f, gconstpointer unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (JsonObject) request = NULL;

  sign_in (f);
  beckon_signaling_service_accept_async (f->service, "c1", cancellable, on_accepted, f);
  request = half_server_expect (f->server, "call.accept");
  g_cancellable_cancel (cancellable);
  wait_until (f->done);
  g_assert_error (f->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  half_server_reply (f->server, request, "\"members\":[]"); /* comes too late, disturbs nobody */
  half_server_event (f->server, "contacts.changed", "%s", "");
  wait_until (f->server->acked == 1);
}

static void
test_replaced (Fixture *f, gconstpointer unused)
{
  sign_in (f);
  soup_websocket_connection_close (f->server->socket, 4002, NULL);
  wait_until (beckon_signaling_service_get_state (f->service) == BECKON_SIGNALING_SIGNED_OUT);
  g_assert_nonnull (beckon_signaling_service_get_problem (f->service));
}

static void
on_invitation (BeckonSignalingService *service, BeckonInvitation *invitation, Fixture *f)
{
  f->events++;
  g_assert_cmpstr (invitation->call, ==, "c9");
  g_assert_cmpstr (invitation->from->name, ==, "Bob");
  g_assert_cmpint (invitation->media, ==, BECKON_MEDIA_VOICE);
  g_assert_cmpint (invitation->remaining, ==, 29000);
  g_assert_cmpuint (invitation->members->len, ==, 2);
}

static void
test_invitation (Fixture *f, gconstpointer unused)
{
  sign_in (f);
  g_signal_connect (f->service, "invitation-received", G_CALLBACK (on_invitation), f);
  half_server_event (f->server, "call.received",
                     "\"call\":\"c9\",\"from\":{\"id\":\"bob\",\"name\":\"Bob\"},"
                     "\"members\":[{\"id\":\"bob\",\"name\":\"Bob\"},"
                     "{\"id\":\"alice\",\"name\":\"Alice\"}],\"media\":\"voice\","
                     "\"timeout\":30,\"remaining_ms\":%d",
                     29000);
  wait_until (f->events == 1);
}

static void
on_added (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fixture *f = user_data;
  g_autoptr (BeckonInviteResult) added = beckon_signaling_service_add_finish (f->service, result,
                                                                              &f->error);

  g_assert_no_error (f->error);
  g_assert_cmpstr (added->call, ==, "c1");
  g_assert_cmpuint (added->timeout, ==, 30);
  g_assert_cmpuint (added->members->len, ==, 1);
  g_assert_false (added->merged);
  f->done = TRUE;
}

static void
test_add (Fixture *f, gconstpointer unused)
{
  const char *const users[] = { "carol", NULL };
  g_autoptr (JsonObject) request = NULL;

  sign_in (f);
  beckon_signaling_service_add_async (f->service, "c1", users, 30, NULL, on_added, f);
  request = half_server_expect (f->server, "call.add");
  g_assert_cmpstr (json_object_get_string_member (request, "call"), ==, "c1");
  g_assert_cmpint (json_object_get_int_member (request, "timeout"), ==, 30);
  half_server_reply (f->server, request,
                     "\"call\":\"c1\",\"timeout\":30,\"failed\":[],"
                     "\"members\":[{\"id\":\"carol\",\"name\":\"Carol\"}]");
  wait_until (f->done);
}

static void
on_joined (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fixture *f = user_data;
  g_autoptr (BeckonJoinResult) joined = beckon_signaling_service_join_finish (f->service, result,
                                                                              &f->error);

  g_assert_no_error (f->error);
  g_assert_cmpuint (joined->members->len, ==, 1);
  g_assert_cmpint (joined->media, ==, BECKON_MEDIA_VIDEO);
  g_assert_cmpint (joined->duration, ==, 61000);
  f->done = TRUE;
}

static void
test_join (Fixture *f, gconstpointer unused)
{
  g_autoptr (JsonObject) request = NULL;

  sign_in (f);
  beckon_signaling_service_join_async (f->service, "c1", NULL, on_joined, f);
  request = half_server_expect (f->server, "call.join");
  half_server_reply (f->server, request,
                     "\"members\":[{\"id\":\"bob\",\"name\":\"Bob\"}],\"media\":\"video\","
                     "\"duration\":61000");
  wait_until (f->done);
}

static void
on_merged (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fixture *f = user_data;
  g_autoptr (BeckonInviteResult) invited = beckon_signaling_service_invite_finish (f->service,
                                                                                   result,
                                                                                   &f->error);

  g_assert_no_error (f->error);
  g_assert_true (invited->merged);
  g_assert_cmpint (invited->media, ==, BECKON_MEDIA_VIDEO);
  f->done = TRUE;
}

static void
test_merged_invite (Fixture *f, gconstpointer unused)
{
  const char *const users[] = { "bob", NULL };
  g_autoptr (JsonObject) request = NULL;

  sign_in (f);
  beckon_signaling_service_invite_async (f->service, users, BECKON_MEDIA_VOICE, 0, NULL, NULL,
                                         on_merged, f);
  request = half_server_expect (f->server, "call.invite");
  half_server_reply (f->server, request,
                     "\"call\":\"c1\",\"timeout\":30,\"failed\":[],\"merged\":true,"
                     "\"media\":\"video\"");
  wait_until (f->done);
}

static void
on_contacts (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fixture *f = user_data;
  g_autoptr (GPtrArray) blocked = NULL;
  g_autoptr (GPtrArray) contacts = beckon_signaling_service_list_contacts_finish (
      f->service, result, &blocked, &f->error);
  const BeckonContact *first;

  g_assert_no_error (f->error);
  g_assert_cmpuint (contacts->len, ==, 2);
  first = g_ptr_array_index (contacts, 0);
  g_assert_cmpstr (first->user->name, ==, "Bob");
  g_assert_cmpint (first->presence, ==, BECKON_PRESENCE_DND);
  g_assert_cmpuint (blocked->len, ==, 1);
  g_assert_cmpstr (((BeckonUser *) g_ptr_array_index (blocked, 0))->id, ==, "eve");
  f->done = TRUE;
}

static void
test_contacts (Fixture *f, gconstpointer unused)
{
  g_autoptr (JsonObject) request = NULL;
  g_autoptr (JsonObject) watch = NULL;
  JsonArray *watched;

  sign_in (f);
  beckon_signaling_service_list_contacts_async (f->service, NULL, on_contacts, f);
  request = half_server_expect (f->server, "contacts.list");
  half_server_reply (f->server, request,
                     "\"contacts\":[{\"id\":\"c\",\"name\":\"Carol\",\"presence\":\"online\"},"
                     "{\"id\":\"b\",\"name\":\"Bob\",\"presence\":\"dnd\"}],"
                     "\"blocked\":[{\"id\":\"eve\",\"name\":\"Eve\"}]");
  wait_until (f->done);
  watch = half_server_expect (f->server, "presence.watch");
  watched = json_object_get_array_member (watch, "users");
  g_assert_cmpuint (json_array_get_length (watched), ==, 2);
}

typedef void (*ContactRequest) (BeckonSignalingService *service, const char *user,
                                GCancellable *cancellable, GAsyncReadyCallback callback,
                                gpointer user_data);

static void
test_changing_contacts (Fixture *f, gconstpointer unused)
{
  static const struct
  {
    const char *type;
    ContactRequest request;
  } requests[] = {
    { "contacts.add", beckon_signaling_service_add_contact_async },
    { "contacts.remove", beckon_signaling_service_remove_contact_async },
    { "contacts.block", beckon_signaling_service_block_async },
    { "contacts.unblock", beckon_signaling_service_unblock_async },
  };

  sign_in (f);
  for (guint i = 0; i < G_N_ELEMENTS (requests); i++)
    {
      g_autoptr (JsonObject) request = NULL;

      f->done = FALSE;
      requests[i].request (f->service, "eve", NULL, on_request_done, f);
      request = half_server_expect (f->server, requests[i].type);
      g_assert_cmpstr (json_object_get_string_member (request, "user"), ==, "eve");
      half_server_reply (f->server, request, "");
      wait_until (f->done);
      g_assert_true (f->ok);
    }
}

static void
test_history_is_seen (Fixture *f, gconstpointer unused)
{
  g_autoptr (JsonObject) request = NULL;

  sign_in (f);
  beckon_signaling_service_see_history_async (f->service, 1700000000000, NULL, on_request_done, f);
  request = half_server_expect (f->server, "history.seen");
  g_assert_cmpint (json_object_get_int_member (request, "until"), ==, 1700000000000);
  half_server_reply (f->server, request, "");
  wait_until (f->done);
  g_assert_true (f->ok);
}

static void
test_name (Fixture *f, gconstpointer unused)
{
  g_autoptr (JsonObject) request = NULL;
  g_autoptr (JsonObject) unawaited = NULL;
  g_autoptr (JsonObject) refused = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  sign_in (f);
  beckon_signaling_service_set_name_async (f->service, "Alice B.", NULL, on_request_done, f);
  request = half_server_expect (f->server, "profile.set");
  g_assert_cmpstr (json_object_get_string_member (request, "name"), ==, "Alice B.");
  half_server_reply (f->server, request, "");
  wait_until (f->done);
  g_assert_true (f->ok);
  g_assert_cmpstr (beckon_signaling_service_get_user_name (f->service), ==, "Alice B.");

  /* Who does not wait for the answer has the name all the same. */
  f->done = FALSE;
  beckon_signaling_service_set_name_async (f->service, "Alice C.", cancellable, on_request_done, f);
  unawaited = half_server_expect (f->server, "profile.set");
  g_cancellable_cancel (cancellable);
  half_server_reply (f->server, unawaited, "");
  wait_until (f->done);
  g_assert_error (f->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&f->error);
  g_assert_cmpstr (beckon_signaling_service_get_user_name (f->service), ==, "Alice C.");

  f->done = FALSE;
  beckon_signaling_service_set_name_async (f->service, " ", NULL, on_request_done, f);
  refused = half_server_expect (f->server, "profile.set");
  half_server_refuse (f->server, refused, "bad-request");
  wait_until (f->done);
  g_assert_false (f->ok);
  g_assert_cmpstr (beckon_signaling_service_get_user_name (f->service), ==, "Alice C.");
}

static void
on_devices (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fixture *f = user_data;
  g_autoptr (GPtrArray) devices =
      beckon_signaling_service_list_devices_finish (f->service, result, &f->error);
  const BeckonAccountDevice *lap;

  g_assert_no_error (f->error);
  g_assert_cmpuint (devices->len, ==, 2);
  lap = g_ptr_array_index (devices, 1);
  g_assert_cmpstr (lap->id, ==, "lap");
  g_assert_cmpstr (lap->name, ==, "Laptop");
  g_assert_false (lap->connected);
  g_assert_cmpint (lap->seen, ==, 1767225600000);
  f->done = TRUE;
}

static void
test_devices (Fixture *f, gconstpointer unused)
{
  g_autoptr (JsonObject) list = NULL;
  g_autoptr (JsonObject) sign_out = NULL;

  sign_in (f);
  beckon_signaling_service_list_devices_async (f->service, NULL, on_devices, f);
  list = half_server_expect (f->server, "devices.list");
  half_server_reply (f->server, list,
                     "\"devices\":[{\"id\":\"device\",\"name\":\"Device\",\"connected\":true},"
                     "{\"id\":\"lap\",\"name\":\"Laptop\",\"connected\":false,"
                     "\"seen\":1767225600000}]");
  wait_until (f->done);

  f->done = FALSE;
  beckon_signaling_service_sign_out_device_async (f->service, "lap", NULL, on_request_done, f);
  sign_out = half_server_expect (f->server, "devices.sign-out");
  g_assert_cmpstr (json_object_get_string_member (sign_out, "device"), ==, "lap");
  half_server_reply (f->server, sign_out, "");
  wait_until (f->done);
  g_assert_true (f->ok);
}

static void
on_created (BeckonSignalingService *service, BeckonCallSnapshot *call, Fixture *f)
{
  g_assert_cmpstr (call->call, ==, "c9");
  g_assert_cmpint (call->state, ==, BECKON_PARTICIPANT_ACCEPTED);
  g_assert_cmpstr (call->device, ==, "phone");
  f->events++;
}

static void
on_members_added (BeckonSignalingService *service, const char *call, const char *by,
                  GPtrArray *users, Fixture *f)
{
  g_assert_cmpstr (call, ==, "c9");
  g_assert_cmpstr (by, ==, "bob");
  g_assert_cmpuint (users->len, ==, 1);
  g_assert_cmpstr (((BeckonUser *) g_ptr_array_index (users, 0))->name, ==, "Carol");
  f->events++;
}

static void
on_withdrawn (BeckonSignalingService *service, const char *call, char **users, Fixture *f)
{
  g_assert_cmpstr (call, ==, "c9");
  g_assert_cmpstr (users[0], ==, "carol");
  g_assert_null (users[1]);
  f->events++;
}

static void
test_group_events (Fixture *f, gconstpointer unused)
{
  sign_in (f);
  g_signal_connect (f->service, "call-created", G_CALLBACK (on_created), f);
  g_signal_connect (f->service, "members-added", G_CALLBACK (on_members_added), f);
  g_signal_connect (f->service, "invitations-withdrawn", G_CALLBACK (on_withdrawn), f);
  half_server_event (f->server, "call.created",
                     "\"call\":\"c9\",\"state\":\"accepted\",\"media\":\"voice\","
                     "\"from\":{\"id\":\"alice\",\"name\":\"Alice\"},\"members\":[],"
                     "\"device\":\"%s\"",
                     "phone");
  half_server_event (f->server, "call.added",
                     "\"call\":\"c9\",\"by\":\"bob\","
                     "\"users\":[{\"id\":\"carol\",\"name\":\"%s\"}]",
                     "Carol");
  half_server_event (f->server, "call.withdrawn", "\"call\":\"c9\",\"users\":[\"%s\"]", "carol");
  wait_until (f->events == 3);
}

static void
test_addresses (void)
{
  static const struct
  {
    const char *text, *server;
  } cases[] = {
    { "calls.example.org", "https://calls.example.org" },
    { " https://calls.example.org/ ", "https://calls.example.org" },
    { "http://127.0.0.1:7300", "http://127.0.0.1:7300" },
    { "http://[::1]:7300/path?query", "http://[::1]:7300" },
    { "ftp://example.org", NULL },
    { "", NULL },
    { "two words", NULL },
    { "https://", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (BeckonSignalingService) service = beckon_signaling_service_new (cases[i].text, "d",
                                                                                 "D", &error);

      g_test_message ("%s", cases[i].text);
      if (cases[i].server != NULL)
        g_assert_cmpstr (beckon_signaling_service_get_server (service), ==, cases[i].server);
      else
        g_assert_error (error, BECKON_SIGNALING_ERROR, BECKON_SIGNALING_ERROR_BAD_ADDRESS);
    }
}

#define add(path, function)                                                                        \
  g_test_add ("/signaling/" path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/signaling/addresses", test_addresses);
  add ("sign-in", test_sign_in);
  add ("wrong-password", test_wrong_password);
  add ("not-a-server", test_not_a_server);
  add ("server-comes-later", test_server_comes_later);
  add ("cancelled-sign-in", test_cancelled_sign_in);
  add ("token-refused", test_token_refused);
  add ("signed-out-while-away", test_signed_out_while_away);
  add ("signed-out-before-the-start", test_signed_out_before_the_start);
  add ("reconnects", test_reconnects);
  add ("malformed-frame", test_malformed_frame);
  add ("unknown-event", test_unknown_event);
  add ("events-are-acked", test_events_are_acked);
  add ("invite", test_invite);
  add ("reply-before-events", test_reply_before_events);
  add ("only-invitee-unknown", test_only_invitee_unknown);
  add ("refused-request", test_refused_request);
  add ("request-without-connection", test_request_without_connection);
  add ("connection-breaks-under-request", test_connection_breaks_under_request);
  add ("cancelled-request", test_cancelled_request);
  add ("replaced", test_replaced);
  add ("invitation", test_invitation);
  add ("add", test_add);
  add ("join", test_join);
  add ("merged-invite", test_merged_invite);
  add ("contacts", test_contacts);
  add ("changing-contacts", test_changing_contacts);
  add ("history-is-seen", test_history_is_seen);
  add ("name", test_name);
  add ("devices", test_devices);
  add ("group-events", test_group_events);
  return g_test_run ();
}
