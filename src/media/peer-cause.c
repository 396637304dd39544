/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Why there is no connection. ICE only says that it failed, and takes its time for that; whoever
 * waits is told what can be known: that this machine has no network, that UDP does not get through,
 * that the other side says nothing, that the encryption failed. */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "peer-private.h"

#include "relay-probe.h"

#include <nice/interfaces.h>

/* Connecting takes no longer where all is well. */
#define SUSPECT_TICKS 12

void
beckon_peer_cause_set_stun (BeckonMediaPeer *self, const char *host, guint16 port)
{
  g_free (self->stun_host);
  self->stun_host = g_strdup (host);
  self->stun_port = port;
}

static gboolean
has_network (void)
{
  GList *addresses = nice_interfaces_get_local_ips (FALSE);
  const gboolean any = addresses != NULL;

  g_list_free_full (addresses, g_free);
  return any;
}

GError *
beckon_media_peer_explain (BeckonMediaPeer *self)
{
  GstWebRTCICEConnectionState ice;

  g_return_val_if_fail (BECKON_IS_MEDIA_PEER (self), NULL);

  if (self->problem != NULL)
    return g_error_copy (self->problem);
  if (self->their_description == NULL)
    return g_error_new (BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_PEER_SILENT,
                        "The computer of %s does not say how to reach it", self->user);
  g_object_get (self->webrtc, "ice-connection-state", &ice, NULL);
  if (self->was_connected)
    return g_error_new (BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_PEER_SILENT,
                        "Neither sound nor picture came from %s", self->user);
  if (ice == GST_WEBRTC_ICE_CONNECTION_STATE_CONNECTED ||
      ice == GST_WEBRTC_ICE_CONNECTION_STATE_COMPLETED)
    return g_error_new (BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_ENCRYPTION,
                        "There is a way to %s, but no encrypted connection was made", self->user);
  if (!has_network ())
    return g_error_new_literal (BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_NO_ROUTE,
                                "This computer is on no network");
  if (self->relay_problem != NULL)
    return g_error_copy (self->relay_problem);
  if (self->n_remote_candidates == 0)
    return g_error_new (BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_PEER_SILENT,
                        "The computer of %s does not say where it is", self->user);
  if (self->udp_problem != NULL)
    return g_error_copy (self->udp_problem);
  return g_error_new_literal (BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_NO_PATH,
                              "No way was found through the networks between you");
}

static void
fail (BeckonMediaPeer *self)
{
  g_autoptr (GError) cause = beckon_media_peer_explain (self);

  beckon_media_peer_fail (self, cause->code, cause->message);
}

static void
on_stun_probed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (BeckonMediaPeer) self = user_data;

  g_clear_error (&self->udp_problem);
  beckon_stun_probe_finish (result, NULL, &self->udp_problem);
  self->cause = BECKON_CAUSE_KNOWN;
  if (self->ice_failed)
    fail (self);
}

static void
find_out (BeckonMediaPeer *self)
{
  if (self->cause != BECKON_CAUSE_UNKNOWN)
    return;
  if (self->stun_host == NULL)
    {
      self->cause = BECKON_CAUSE_KNOWN;
      return;
    }
  self->cause = BECKON_CAUSE_ASKED;
  beckon_stun_probe_async (self->stun_host, self->stun_port, NULL, on_stun_probed,
                           g_object_ref (self));
}

void
beckon_peer_cause_tick (BeckonMediaPeer *self)
{
  if (self->was_connected || self->their_description == NULL ||
      self->state != BECKON_MEDIA_PEER_CONNECTING)
    return;
  if (++self->connecting_ticks == SUSPECT_TICKS)
    find_out (self);
}

void
beckon_peer_cause_ice_failed (BeckonMediaPeer *self)
{
  self->ice_failed = TRUE;
  find_out (self);
  if (self->cause == BECKON_CAUSE_KNOWN)
    fail (self);
}
