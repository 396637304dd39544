/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "call-fixture.h"
#include "gst-complaints.h"

static void
count_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  CallFixture *f = user_data;

  f->done++;
}

static void
on_down (GObject *source, GAsyncResult *result, gpointer user_data)
{
  CallFixture *f = user_data;

  g_clear_error (&f->error);
  beckon_call_manager_shutdown_finish (BECKON_CALL_MANAGER (source), result, &f->error);
  f->down = TRUE;
}

static void
on_end (BeckonCall *call, GParamSpec *pspec, CallFixture *f)
{
  g_assert_cmpint (beckon_call_get_state (call), ==, BECKON_CALL_STATE_FREE);
  f->ends++;
}

static void
on_members (BeckonCall *call, GParamSpec *pspec, CallFixture *f)
{
  f->members++;
}

static void
on_current (BeckonCallManager *manager, GParamSpec *pspec, CallFixture *f)
{
  BeckonCall *call = beckon_call_manager_get_current_call (manager);

  if (call == NULL)
    return;
  g_set_object (&f->call, call);
  g_signal_connect (call, "notify::end", G_CALLBACK (on_end), f);
  g_signal_connect (call, "notify::members", G_CALLBACK (on_members), f);
}

static void
on_incoming (BeckonCallManager *manager, BeckonCall *call, CallFixture *f)
{
  g_assert_true (call == beckon_call_manager_get_current_call (manager));
  g_assert_true (beckon_call_manager_is_busy (manager));
  f->incoming++;
}

static void
on_missed (BeckonCallManager *manager, BeckonUser *from, BeckonMedia media, CallFixture *f)
{
  f->missed++;
}

void
call_fixture_set_up (CallFixture *f, gconstpointer data)
{
  const CallSources *sources = data;
  g_autoptr (BeckonMediaConfig) config = beckon_media_config_new ();

  gst_complaints_pass ();
  config->video = config->audio = BECKON_SOURCE_TEST;
  config->audio_output = BECKON_OUTPUT_NONE;
  config->identity = g_strdup ("alice");
  if (sources != NULL && sources->file != NULL)
    {
      config->video = config->audio = BECKON_SOURCE_FILE;
      config->video_file = g_strdup (sources->file);
      config->audio_file = g_strdup (sources->file);
    }
  if (sources != NULL)
    config->record_path = g_strdup (sources->record);
  f->server = half_server_new (0);
  f->signaling = beckon_signaling_service_new (f->server->url, "device", "Device", NULL);
  f->manager = beckon_call_manager_new (f->signaling, config);
  beckon_call_manager_set_tones (f->manager, FALSE);
  g_signal_connect (f->manager, "notify::current-call", G_CALLBACK (on_current), f);
  g_signal_connect (f->manager, "incoming-call", G_CALLBACK (on_incoming), f);
  g_signal_connect (f->manager, "missed-call", G_CALLBACK (on_missed), f);
  beckon_signaling_service_sign_in_async (f->signaling, "alice", "secret", NULL, NULL, count_done,
                                          f);
  wait_until (f->done == 1);
  f->done = 0;
}

void
call_fixture_start_shutdown (CallFixture *f)
{
  f->down = FALSE;
  beckon_call_manager_shutdown_async (f->manager, on_down, f);
}

void
call_fixture_tear_down (CallFixture *f, gconstpointer unused)
{
  call_fixture_start_shutdown (f);
  wait_until (f->down);
  if (f->call != NULL)
    g_signal_handlers_disconnect_by_data (f->call, f);
  g_clear_object (&f->call);
  g_clear_error (&f->error);
  /* What was under way as it went down is still to hear so. */
  wait_until (G_OBJECT (f->manager)->ref_count == 1);
  g_assert_finalize_object (f->manager);
  g_object_unref (f->signaling);
  half_server_free (f->server);
}

static void
on_invited (GObject *source, GAsyncResult *result, gpointer user_data)
{
  CallFixture *f = user_data;
  g_autoptr (BeckonCall) call = NULL;

  g_clear_error (&f->error);
  call = beckon_call_manager_invite_finish (f->manager, result, &f->error);
  f->done++;
}

void
call_fixture_invite (CallFixture *f, BeckonMedia media)
{
  const char *const users[] = { "bob", NULL };

  f->done = 0;
  beckon_call_manager_invite_async (f->manager, users, media, 30, NULL, on_invited, f);
}

void
call_fixture_place (CallFixture *f)
{
  g_autoptr (JsonObject) request = NULL;

  call_fixture_invite (f, BECKON_MEDIA_VOICE);
  request = half_server_expect (f->server, "call.invite");
  half_server_reply (f->server, request,
                     "\"call\":\"out\",\"timeout\":30,\"failed\":[],"
                     "\"members\":[{\"id\":\"bob\",\"name\":\"Bob Larsson\"}]");
  wait_until (f->done == 1);
  g_assert_no_error (f->error);
  g_assert_cmpint (beckon_call_get_state (f->call), ==, BECKON_CALL_STATE_WAITING);
}

void
call_fixture_talk (CallFixture *f)
{
  call_fixture_place (f);
  half_server_event (f->server, "call.accepted",
                     "\"call\":\"out\",\"user\":\"%s\",\"device\":\"d\"", "bob");
  wait_until (beckon_call_get_state (f->call) == BECKON_CALL_STATE_CALLING);
}

void
call_fixture_ring_as (CallFixture *f, const char *call, const char *from, int remaining)
{
  half_server_event (f->server, "call.received",
                     "\"call\":\"%s\",\"from\":{\"id\":\"%s\",\"name\":\"Bob\"},"
                     "\"members\":[{\"id\":\"%s\",\"name\":\"Bob\"},"
                     "{\"id\":\"alice\",\"name\":\"Alice\"}],\"media\":\"voice\","
                     "\"timeout\":30,\"remaining_ms\":%d",
                     call, from, from, remaining);
}

void
call_fixture_be_rung (CallFixture *f)
{
  const guint before = f->incoming;

  f->done = 0;
  call_fixture_ring_as (f, "in", "bob", 30000);
  wait_until (f->incoming == before + 1);
  g_assert_cmpint (beckon_call_get_state (f->call), ==, BECKON_CALL_STATE_INCOMING);
}

void
call_fixture_assert_free (CallFixture *f, BeckonCallEnd end)
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
  CallFixture *f = user_data;

  g_clear_error (&f->error);
  beckon_call_accept_finish (BECKON_CALL (source), result, &f->error);
  f->done++;
}

void
call_fixture_start_accept (CallFixture *f)
{
  beckon_call_accept_async (f->call, TRUE, on_accepted, f);
}

void
call_fixture_accept (CallFixture *f)
{
  g_autoptr (JsonObject) request = NULL;

  f->done = 0;
  call_fixture_start_accept (f);
  request = half_server_expect (f->server, "call.accept");
  half_server_reply (f->server, request, "\"members\":[]");
  wait_until (f->done == 1);
  g_assert_no_error (f->error);
  g_assert_cmpint (beckon_call_get_state (f->call), ==, BECKON_CALL_STATE_CALLING);
}

static void
on_offer (BeckonMediaPeer *peer, BeckonPeerSignal *signal, char **sdp)
{
  if (signal->kind == BECKON_PEER_SIGNAL_DESCRIPTION && *sdp == NULL)
    *sdp = g_strescape (signal->sdp, NULL);
}

char *
call_fixture_make_offer (void)
{
  g_autoptr (BeckonMediaConfig) config = beckon_media_config_new ();
  g_autoptr (BeckonMediaSession) session = NULL;
  char *sdp = NULL;
  CallFixture f = { 0 };

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

void
call_fixture_send_description (CallFixture *f,
                               const char *call,
                               const char *user,
                               const char *device,
                               guint generation,
                               const char *type,
                               const char *sdp)
{
  half_server_event (f->server, "signal.received",
                     "\"call\":\"%s\",\"from\":{\"user\":\"%s\",\"device\":\"%s\"},\"payload\":"
                     "{\"kind\":\"description\",\"generation\":%u,"
                     "\"sdp\":{\"type\":\"%s\",\"sdp\":\"%s\"}}",
                     call, user, device, generation, type, sdp);
}

static gboolean
is_description (JsonObject *request, const char *user, const char *type)
{
  JsonObject *to = json_object_get_object_member (request, "to");
  JsonObject *payload = json_object_get_object_member (request, "payload");

  return g_str_equal (json_object_get_string_member (to, "user"), user) &&
         g_str_equal (json_object_get_string_member (payload, "kind"), "description") &&
         g_str_equal (
             json_object_get_string_member (json_object_get_object_member (payload, "sdp"), "type"),
             type);
}

JsonObject *
call_fixture_expect_description (CallFixture *f, const char *user, const char *type)
{
  while (TRUE)
    {
      JsonObject *request = half_server_expect (f->server, "signal.send");

      if (is_description (request, user, type))
        return request;
      json_object_unref (request);
    }
}

guint
call_fixture_get_generation (JsonObject *description)
{
  return json_object_get_int_member (json_object_get_object_member (description, "payload"),
                                     "generation");
}

void
call_fixture_sync (CallFixture *f)
{
  half_server_event (f->server, "contacts.changed", "%s", "");
  wait_until (f->server->acked == f->server->seq);
}
