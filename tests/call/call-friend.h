/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A device of somebody else's, with real media of its own, behind half a server: what it says is
 * said to us by that server, and what we say to it is handed to it. */

#pragma once

#include "call-fixture.h"

typedef struct
{
  CallFixture *f;
  const char *call, *user, *device;
  BeckonMediaSession *session;
  BeckonMediaPeer *peer; /* nullable: the newest connection */
  GPtrArray *peers;      /* BeckonMediaPeer: all there were */
  guint heard;           /* what we said to it */
  guint offers;          /* of it */
  guint first_audio, first_video, byes;
  guint pump;
  gboolean deaf; /* what we say does not arrive */
  gboolean closed;
} CallFriend;

/** call_friend_new: it has a camera that is on and a microphone, and answers every offer. */
CallFriend *
call_friend_new (CallFixture *f, const char *call, const char *user, const char *device);
/** call_friend_offer: offers a connection. */
void call_friend_offer (CallFriend *self, guint generation);
/** call_friend_close: leaves; @reason: (nullable): what it says then */
void call_friend_close (CallFriend *self, const char *reason);
void call_friend_free (CallFriend *self);
gboolean call_friend_is_connected (CallFriend *self);
