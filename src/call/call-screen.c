/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The shared screen: ours, and that of the first who shares one. */

#define G_LOG_DOMAIN "beckon-call"

#include "config.h"

#include "call-private.h"

#include <unistd.h>

/* Returns: (nullable) */
static BeckonMediaPeer *
sharing_peer (BeckonCall *self)
{
  for (guint i = 0; i < self->members->len; i++)
    {
      BeckonCallMember *member = g_ptr_array_index (self->members, i);

      if (member->peer != NULL && beckon_media_peer_get_remote_screen (member->peer))
        return member->peer;
    }
  return NULL;
}

gboolean
beckon_call_get_screen (BeckonCall *self)
{
  g_return_val_if_fail (BECKON_IS_CALL (self), FALSE);

  return beckon_media_session_get_screen (self->media_session);
}

gboolean
beckon_call_get_system_sound (BeckonCall *self)
{
  g_return_val_if_fail (BECKON_IS_CALL (self), FALSE);

  return beckon_media_session_get_system_sound (self->media_session);
}

void
beckon_call_set_system_sound (BeckonCall *self, gboolean on)
{
  g_return_if_fail (BECKON_IS_CALL (self));

  if (self->state == BECKON_CALL_STATE_CALLING)
    beckon_media_session_set_system_sound (self->media_session, on);
}

gboolean
beckon_call_get_remote_screen (BeckonCall *self)
{
  g_return_val_if_fail (BECKON_IS_CALL (self), FALSE);

  return sharing_peer (self) != NULL;
}

GObject *
beckon_call_get_remote_screen_video (BeckonCall *self)
{
  BeckonMediaPeer *peer;

  g_return_val_if_fail (BECKON_IS_CALL (self), NULL);

  peer = sharing_peer (self);
  return peer != NULL ? beckon_media_peer_get_remote_screen_video (peer) : NULL;
}

const GError *
beckon_call_get_screen_problem (BeckonCall *self)
{
  g_return_val_if_fail (BECKON_IS_CALL (self), NULL);

  return beckon_media_session_get_screen_problem (self->media_session);
}

gboolean
beckon_call_has_screen_source (BeckonCall *self)
{
  g_return_val_if_fail (BECKON_IS_CALL (self), FALSE);

  return beckon_media_session_has_screen_source (self->media_session);
}

void
beckon_call_share_screen (BeckonCall *self, int fd, guint node)
{
  g_return_if_fail (BECKON_IS_CALL (self));

  if (self->state == BECKON_CALL_STATE_CALLING)
    beckon_media_session_share_screen (self->media_session, fd, node);
  else if (fd >= 0)
    close (fd);
}

void
beckon_call_stop_screen (BeckonCall *self, const GError *problem)
{
  g_return_if_fail (BECKON_IS_CALL (self));

  if (self->state != BECKON_CALL_STATE_FREE)
    beckon_media_session_stop_screen (self->media_session, problem);
}
