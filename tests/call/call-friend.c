/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "call-friend.h"

static void add_peer (CallFriend *self, guint generation, gboolean offerer);

/* ---- what it says ---- */

static void
on_local_signal (BeckonMediaPeer *peer, BeckonPeerSignal *signal, CallFriend *self)
{
  g_autoptr (JsonObject) payload = beckon_peer_signal_to_json (signal);
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), payload);
  g_autofree char *text = json_to_string (node, FALSE);

  if (signal->kind == BECKON_PEER_SIGNAL_DESCRIPTION && signal->sdp_type == BECKON_SDP_OFFER)
    self->offers++;
  half_server_event (self->f->server, "signal.received",
                     "\"call\":\"%s\",\"from\":{\"user\":\"%s\",\"device\":\"%s\"},\"payload\":%s",
                     self->call, self->user, self->device, text);
}

/* ---- what it hears ---- */

/* An offer that is newer, or that holds because both were made at once. */
static gboolean
is_answered (CallFriend *self, const BeckonPeerSignal *offer)
{
  const guint generation = self->peer != NULL ? beckon_media_peer_get_generation (self->peer) : 0;

  if (offer->generation != generation)
    return offer->generation > generation;
  if (!beckon_media_peer_is_offerer (self->peer) || strcmp ("alice", self->user) > 0)
    return FALSE;
  beckon_media_session_remove_peer (self->session, self->peer, NULL);
  return TRUE;
}

static void
take (CallFriend *self, JsonObject *request)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeckonPeerSignal) signal =
      beckon_peer_signal_from_json (json_object_get_object_member (request, "payload"), &error);

  g_assert_no_error (error);
  self->heard++;
  if (signal->kind == BECKON_PEER_SIGNAL_DESCRIPTION && signal->sdp_type == BECKON_SDP_OFFER)
    {
      if (!is_answered (self, signal))
        return;
      add_peer (self, signal->generation, FALSE);
    }
  for (guint i = 0; i < self->peers->len; i++)
    beckon_media_peer_handle_signal (self->peers->pdata[i], signal, &error);
  g_assert_no_error (error);
}

static gboolean
is_for (CallFriend *self, JsonObject *request)
{
  JsonObject *to;
  const char *device;

  if (!g_str_equal (json_object_get_string_member (request, "type"), "signal.send"))
    return FALSE;
  to = json_object_get_object_member (request, "to");
  device = json_object_get_string_member_with_default (to, "device", NULL);
  return g_str_equal (json_object_get_string_member (to, "user"), self->user) &&
         (device == NULL || g_str_equal (device, self->device)) &&
         !json_object_has_member (request, self->device);
}

/* A signal may be for several devices: each marks what it has heard. */
static gboolean
on_pump (gpointer user_data)
{
  CallFriend *self = user_data;

  for (GList *l = self->f->server->requests.head; l != NULL && !self->closed; l = l->next)
    if (is_for (self, l->data))
      {
        json_object_set_boolean_member (l->data, self->device, TRUE);
        if (!self->deaf)
          take (self, l->data);
      }
  return G_SOURCE_CONTINUE;
}

/* ---- its connections ---- */

static void
on_first_audio (BeckonMediaPeer *peer, CallFriend *self)
{
  self->first_audio++;
}

static void
on_first_video (BeckonMediaPeer *peer, guint width, guint height, CallFriend *self)
{
  self->first_video++;
}

static void
on_bye (BeckonMediaPeer *peer, const char *reason, CallFriend *self)
{
  self->byes++;
}

static void
add_peer (CallFriend *self, guint generation, gboolean offerer)
{
  self->peer =
      beckon_media_session_add_peer (self->session, "alice", "device", generation, offerer);
  g_ptr_array_add (self->peers, g_object_ref (self->peer));
  g_signal_connect (self->peer, "local-signal", G_CALLBACK (on_local_signal), self);
  g_signal_connect (self->peer, "first-audio", G_CALLBACK (on_first_audio), self);
  g_signal_connect (self->peer, "first-video", G_CALLBACK (on_first_video), self);
  g_signal_connect (self->peer, "bye", G_CALLBACK (on_bye), self);
}

void
call_friend_offer (CallFriend *self, guint generation)
{
  add_peer (self, generation, TRUE);
}

gboolean
call_friend_is_connected (CallFriend *self)
{
  return self->peer != NULL &&
         beckon_media_peer_get_state (self->peer) == BECKON_MEDIA_PEER_CONNECTED;
}

CallFriend *
call_friend_new (CallFixture *f, const char *call, const char *user, const char *device)
{
  g_autoptr (BeckonMediaConfig) config = beckon_media_config_new ();
  CallFriend *self = g_new0 (CallFriend, 1);

  config->video = config->audio = config->screen = BECKON_SOURCE_TEST;
  config->audio_output = BECKON_OUTPUT_NONE;
  config->identity = g_strdup (user);
  config->video_width = 320;
  config->video_height = 180;
  config->video_fps = 15;
  self->f = f;
  self->call = call;
  self->user = user;
  self->device = device;
  self->session = beckon_media_session_new (config);
  self->peers = g_ptr_array_new_with_free_func (g_object_unref);
  self->pump = g_timeout_add (10, on_pump, self);
  beckon_media_session_set_camera (self->session, TRUE);
  return self;
}

static void
on_closed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  ((CallFriend *) user_data)->closed = TRUE;
}

void
call_friend_close (CallFriend *self, const char *reason)
{
  self->deaf = TRUE;
  beckon_media_session_close_async (self->session, reason, on_closed, self);
  wait_until (self->closed);
}

void
call_friend_free (CallFriend *self)
{
  if (!self->closed)
    call_friend_close (self, NULL);
  g_source_remove (self->pump);
  for (guint i = 0; i < self->peers->len; i++)
    g_signal_handlers_disconnect_by_data (self->peers->pdata[i], self);
  g_ptr_array_unref (self->peers);
  g_assert_finalize_object (self->session);
  g_free (self);
}
