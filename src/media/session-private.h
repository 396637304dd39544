/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the files of a session share: media-session.c (the object, and our devices) and
 * session-peers.c (the people, and what they get). */

#pragma once

#include "media-session.h"

#include "capture.h"
#include "media-private.h"
#include "shared-encoders.h"
#include "system-sound.h"

G_BEGIN_DECLS

struct _BeckonMediaSession
{
  GObject parent_instance;

  BeckonMediaConfig *config;
  BeckonCapture *microphone;
  BeckonCapture *camera;
  BeckonCapture *screen;
  BeckonCapture *mixed; /* our voice, and what this computer plays: session-sound.c */
  BeckonSystemSound *system_sound;
  GstAppSrc *voice;     /* nullable: only our voice is sent */
  BeckonSpeaker *speaker; /* nullable: nobody is heard */
  GPtrArray *peers;       /* BeckonMediaPeer */
  BeckonSharedEncoders *encoders;
  GPtrArray *servers;  /* IceServer: session-peers.c */
  GError *problems[4]; /* microphone, camera, speaker, screen */
  GTask *close;
  GError *unrecorded; /* nullable: why a recording of those who are closed is not whole */
  guint closing; /* peers that are not closed yet */
  guint n_peers; /* there ever were */
  gboolean wanted[BECKON_N_LINES];
  gboolean interrupted[BECKON_N_LINES]; /* wanted again when a device is there */
  gboolean previewing;
  gboolean opened;
};

/* media-session.c */

/** beckon_session_tell_sound: what this computer plays is sent, or is not any more; @problem:
 * (nullable): why, if nobody wanted it so */
void beckon_session_tell_sound (BeckonMediaSession *self, const GError *problem);

/** beckon_session_tell_encoders: whose pictures are not encoded for somebody any more, or are again,
 * may have changed. */
void beckon_session_tell_encoders (BeckonMediaSession *self);

/* session-sound.c */

void beckon_session_sound_init (BeckonMediaSession *self);
/** beckon_session_sound_stop: only our voice is sent. Nothing the second time. */
void beckon_session_sound_stop (BeckonMediaSession *self);
/** beckon_session_sound_drop: as the session is closed, or disposed of. Returns: whether there was any */
gboolean beckon_session_sound_drop (BeckonMediaSession *self);

/* session-peers.c */

/** beckon_session_peers_move_sound: they get none of @from any more, but what is to be sent now. */
void beckon_session_peers_move_sound (BeckonMediaSession *self, BeckonCapture *from);
void beckon_session_peers_init (BeckonMediaSession *self);
/** beckon_session_peers_drop: as the session is disposed of: lets go of all of them. */
void beckon_session_peers_drop (BeckonMediaSession *self);
void beckon_session_peers_clear (BeckonMediaSession *self);
/** beckon_session_peers_update: what @peer gets of ours, and is told that it does. */
void beckon_session_peers_update (BeckonMediaSession *self, BeckonMediaPeer *peer);
/** beckon_session_peers_end_warm_up: a camera that is open already need not wait for the microphone
 * to open. */
void beckon_session_peers_end_warm_up (BeckonMediaSession *self, BeckonMediaPeer *peer);
/** beckon_session_peers_close: all of them; completes the session's close when they are. */
void beckon_session_peers_close (BeckonMediaSession *self, const char *reason);

G_END_DECLS
