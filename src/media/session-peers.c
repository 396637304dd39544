/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The people of a session: who there is, by which servers they are reached, what each gets of
 * ours, and when all have gone. */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "session-private.h"

#include "recorder.h"

typedef struct
{
  char *url;
  char *username;
  char *credential;
} IceServer;

static void
ice_server_free (IceServer *server)
{
  g_free (server->url);
  g_free (server->username);
  g_free (server->credential);
  g_free (server);
}

/* ---- what flows ---- */

static BeckonCapture *
device_of (BeckonMediaSession *self, BeckonLine line)
{
  if (line == BECKON_LINE_SCREEN)
    return self->screen;
  return line == BECKON_LINE_MICROPHONE ? self->microphone : self->camera;
}

/* What a line gets, which may be more than its device. */
static BeckonCapture *
capture_of (BeckonMediaSession *self, BeckonLine line)
{
  return line == BECKON_LINE_MICROPHONE && self->voice != NULL ? self->mixed
                                                               : device_of (self, line);
}

static gboolean
is_echo (BeckonMediaSession *self, BeckonLine line)
{
  if (line == BECKON_LINE_SCREEN)
    return FALSE;
  return (line == BECKON_LINE_MICROPHONE ? self->config->audio : self->config->video) ==
         BECKON_SOURCE_ECHO;
}

static gboolean
is_open_for (BeckonMediaSession *self, BeckonMediaPeer *peer)
{
  return self->opened && !beckon_media_peer_is_held (peer);
}

/* What we say that we send: what is wanted and is there. */
static gboolean
is_sent (BeckonMediaSession *self, BeckonMediaPeer *peer, BeckonLine line)
{
  return is_open_for (self, peer) && self->wanted[line] &&
         !beckon_media_peer_has_failed (peer, line) &&
         (is_echo (self, line) || beckon_capture_is_running (device_of (self, line)));
}

/* Who is muted sends the other sound. */
static gboolean
is_fed (BeckonMediaSession *self, BeckonMediaPeer *peer, BeckonLine line)
{
  return beckon_media_peer_is_sent_to (peer) && !is_echo (self, line) &&
         (is_sent (self, peer, line) ||
          (capture_of (self, line) != device_of (self, line) && is_open_for (self, peer)));
}

/* Before the call is open, a picture of ours only warms up the encoder; see peer-start.h. */
static gboolean
warms_up (BeckonMediaSession *self, BeckonLine line)
{
  return line == BECKON_LINE_CAMERA && self->previewing && !self->opened && self->wanted[line] &&
         !is_echo (self, line);
}

void
beckon_session_peers_update (BeckonMediaSession *self, BeckonMediaPeer *peer)
{
  if (is_open_for (self, peer))
    beckon_media_peer_open (peer);
  for (BeckonLine line = BECKON_LINE_MICROPHONE; line < BECKON_N_LINES; line++)
    {
      BeckonCapture *capture = capture_of (self, line);
      GstAppSrc *source = beckon_media_peer_get_source (peer, line);

      if (is_fed (self, peer, line))
        {
          if (line != BECKON_LINE_MICROPHONE && !beckon_capture_has_target (capture, source))
            beckon_media_peer_force_key_frame (peer, line);
          beckon_capture_add_target (capture, source);
        }
      else if (warms_up (self, line))
        beckon_capture_add_target (capture, source);
      else
        beckon_capture_remove_target (capture, source);
    }
  beckon_media_peer_set_local_state (peer, is_sent (self, peer, BECKON_LINE_MICROPHONE),
                                     is_sent (self, peer, BECKON_LINE_CAMERA),
                                     is_sent (self, peer, BECKON_LINE_SCREEN));
  beckon_shared_encoders_update (self->encoders);
}

void
beckon_session_peers_move_sound (BeckonMediaSession *self, BeckonCapture *from)
{
  for (guint i = 0; i < self->peers->len; i++)
    {
      BeckonMediaPeer *peer = g_ptr_array_index (self->peers, i);

      beckon_capture_remove_target (from,
                                    beckon_media_peer_get_source (peer, BECKON_LINE_MICROPHONE));
      beckon_session_peers_update (self, peer);
    }
}

void
beckon_session_peers_end_warm_up (BeckonMediaSession *self, BeckonMediaPeer *peer)
{
  beckon_capture_remove_target (self->camera,
                                beckon_media_peer_get_source (peer, BECKON_LINE_CAMERA));
  beckon_session_peers_update (self, peer);
}

/* ---- who there is ---- */

void
beckon_media_session_clear_ice_servers (BeckonMediaSession *self)
{
  g_return_if_fail (BECKON_IS_MEDIA_SESSION (self));

  g_ptr_array_set_size (self->servers, 0);
}

void
beckon_media_session_add_ice_server (BeckonMediaSession *self,
                                     const char *url,
                                     const char *username,
                                     const char *credential)
{
  IceServer *server;

  g_return_if_fail (BECKON_IS_MEDIA_SESSION (self));
  g_return_if_fail (url != NULL);

  server = g_new0 (IceServer, 1);
  server->url = g_strdup (url);
  server->username = g_strdup (username);
  server->credential = g_strdup (credential);
  g_ptr_array_add (self->servers, server);
}

static void
apply_server (BeckonMediaPeer *peer, const IceServer *server)
{
  g_autoptr (BeckonRelay) relay = NULL;
  g_autoptr (GError) error = NULL;

  if (g_str_has_prefix (server->url, "stun:"))
    {
      g_autofree char *uri = g_strconcat ("stun://", server->url + strlen ("stun:"), NULL);

      beckon_media_peer_set_stun_server (peer, uri);
      return;
    }
  relay = beckon_relay_parse (server->url, server->username, server->credential, &error);
  if (relay != NULL)
    beckon_peer_relay_add (peer, relay);
  else
    g_message ("An ICE server was left out: %s", error->message);
}

/* The first person's recording has the name that was asked for, the next ones a number in it. */
static char *
record_path (BeckonMediaSession *self)
{
  const char *path = self->config->record_path;
  g_autofree char *number = g_strdup_printf ("%u", ++self->n_peers);

  return path == NULL || self->n_peers == 1 ? g_strdup (path)
                                            : beckon_recorder_name_another (path, number);
}

static void
on_encoder_failed (BeckonMediaPeer *peer, BeckonMediaSession *self)
{
  beckon_session_peers_update (self, peer);
  beckon_session_tell_encoders (self);
  g_signal_emit_by_name (self, "encoder-failed", peer);
}

BeckonMediaPeer *
beckon_media_session_add_peer (BeckonMediaSession *self,
                               const char *user,
                               const char *device,
                               guint generation,
                               gboolean offerer)
{
  g_autofree char *path = NULL;
  BeckonMediaPeer *peer;

  g_return_val_if_fail (BECKON_IS_MEDIA_SESSION (self), NULL);
  g_return_val_if_fail (user != NULL && generation >= 1, NULL);
  g_return_val_if_fail (self->close == NULL, NULL);

  path = record_path (self);
  peer = beckon_media_peer_new (self->config, user, device, generation, offerer, path);
  g_ptr_array_add (self->peers, peer);
  g_signal_connect_object (peer, "encoder-failed", G_CALLBACK (on_encoder_failed), self, 0);
  beckon_shared_encoders_add (self->encoders, peer);
  if (self->speaker != NULL)
    beckon_media_peer_set_speaker (peer, self->speaker);
  for (guint i = 0; i < self->servers->len; i++)
    apply_server (peer, g_ptr_array_index (self->servers, i));
  beckon_media_peer_start (peer);
  beckon_session_peers_update (self, peer);
  return peer;
}

void
beckon_media_session_set_sending (BeckonMediaSession *self, BeckonMediaPeer *peer, gboolean sending)
{
  g_return_if_fail (BECKON_IS_MEDIA_SESSION (self));
  g_return_if_fail (g_ptr_array_find (self->peers, peer, NULL));

  if (beckon_media_peer_is_sent_to (peer) == sending)
    return;
  beckon_media_peer_set_sent_to (peer, sending);
  beckon_session_peers_update (self, peer);
}

GPtrArray *
beckon_media_session_get_peers (BeckonMediaSession *self)
{
  g_return_val_if_fail (BECKON_IS_MEDIA_SESSION (self), NULL);

  return self->peers;
}

void
beckon_media_session_hold_peer (BeckonMediaSession *self, BeckonMediaPeer *peer, gboolean held)
{
  g_return_if_fail (BECKON_IS_MEDIA_SESSION (self));
  g_return_if_fail (g_ptr_array_find (self->peers, peer, NULL));

  if (beckon_media_peer_is_held (peer) == held)
    return;
  beckon_media_peer_set_held (peer, held);
  if (self->opened && !held)
    beckon_session_peers_end_warm_up (self, peer);
  else
    beckon_session_peers_update (self, peer);
}

/* ---- leaving ---- */

static void
complete_close (BeckonMediaSession *self)
{
  g_autoptr (GTask) task = NULL;

  if (self->close == NULL || self->closing > 0)
    return;
  task = g_steal_pointer (&self->close);
  if (self->unrecorded != NULL)
    g_task_return_error (task, g_steal_pointer (&self->unrecorded));
  else
    g_task_return_boolean (task, TRUE);
}

static void
on_peer_closed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (BeckonMediaSession) self = user_data;
  GError **problem = self->unrecorded == NULL ? &self->unrecorded : NULL;

  beckon_media_peer_close_finish (BECKON_MEDIA_PEER (source), result, problem);
  self->closing--;
  complete_close (self);
}

static void
close_peer (BeckonMediaSession *self, BeckonMediaPeer *peer, const char *reason)
{
  beckon_shared_encoders_remove (self->encoders, peer);
  for (BeckonLine line = BECKON_LINE_MICROPHONE; line < BECKON_N_LINES; line++)
    beckon_capture_remove_target (capture_of (self, line),
                                  beckon_media_peer_get_source (peer, line));
  self->closing++;
  beckon_media_peer_close_async (peer, reason, on_peer_closed, g_object_ref (self));
}

void
beckon_media_session_remove_peer (BeckonMediaSession *self,
                                  BeckonMediaPeer *peer,
                                  const char *reason)
{
  guint index;

  g_return_if_fail (BECKON_IS_MEDIA_SESSION (self));
  g_return_if_fail (g_ptr_array_find (self->peers, peer, &index));

  close_peer (self, peer, reason);
  g_ptr_array_remove_index (self->peers, index);
  beckon_session_tell_encoders (self);
}

void
beckon_session_peers_close (BeckonMediaSession *self, const char *reason)
{
  for (guint i = 0; i < self->peers->len; i++)
    close_peer (self, g_ptr_array_index (self->peers, i), reason);
  g_ptr_array_set_size (self->peers, 0);
  complete_close (self);
}

void
beckon_session_peers_init (BeckonMediaSession *self)
{
  self->peers = g_ptr_array_new_with_free_func (g_object_unref);
  self->encoders = beckon_shared_encoders_new ();
  self->servers = g_ptr_array_new_with_free_func ((GDestroyNotify) ice_server_free);
}

void
beckon_session_peers_drop (BeckonMediaSession *self)
{
  g_clear_pointer (&self->encoders, beckon_shared_encoders_free);
  g_ptr_array_set_size (self->peers, 0);
}

void
beckon_session_peers_clear (BeckonMediaSession *self)
{
  g_ptr_array_unref (self->peers);
  g_ptr_array_unref (self->servers);
  g_clear_error (&self->unrecorded);
}
