/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "media-ends.h"

#include "waiting.h"

static void
on_local_signal (BeckonMediaPeer *peer, BeckonPeerSignal *signal, BeckonMediaPeer *const *other)
{
  g_autoptr (GError) error = NULL;

  if (*other == NULL)
    return;
  beckon_media_peer_handle_signal (*other, signal, &error);
  g_assert_no_error (error);
}

BeckonMediaPeer *
media_end_add_peer (BeckonMediaSession *session,
                    const char *user,
                    gboolean offerer,
                    BeckonMediaPeer *const *other)
{
  BeckonMediaPeer *peer =
      g_object_ref (beckon_media_session_add_peer (session, user, "device", 1, offerer));

  g_signal_connect (peer, "local-signal", G_CALLBACK (on_local_signal), (gpointer) other);
  return peer;
}

static void
on_closed (GObject *source, GAsyncResult *result, gpointer closed)
{
  g_autoptr (GError) error = NULL;

  beckon_media_session_close_finish (BECKON_MEDIA_SESSION (source), result, &error);
  g_assert_no_error (error);
  *(gboolean *) closed = TRUE;
}

void
media_end_close (BeckonMediaSession *session, const char *reason, gboolean *closed)
{
  beckon_media_session_close_async (session, reason, on_closed, closed);
}

void
media_end_finalize (BeckonMediaSession **session, BeckonMediaPeer **peer, guint seconds)
{
  g_assert_finalize_object (g_steal_pointer (session));
  wait_at_most (seconds, G_OBJECT (*peer)->ref_count == 1);
  g_assert_finalize_object (g_steal_pointer (peer));
}
