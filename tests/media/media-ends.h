/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Two ends of a connection in one process: the call layer and the server in their place are a pointer. */

#pragma once

#include "media-session.h"

G_BEGIN_DECLS

/** media_end_add_peer: @user: who is at the other end; @other: (transfer none): outlives the peer: what
 * it says is handed to the peer that is there, if any is.
 *
 * Returns: (transfer full): a peer of @session. */
BeckonMediaPeer *media_end_add_peer (BeckonMediaSession *session,
                                     const char *user,
                                     gboolean offerer,
                                     BeckonMediaPeer *const *other);
/** media_end_close: @closed: becomes TRUE when @session is closed, which must not fail. */
void media_end_close (BeckonMediaSession *session, const char *reason, gboolean *closed);
/** media_end_finalize: @session, @peer: (inout) (transfer full): of a session that is closed: nobody else
 * knows either, though what still flies from a thread may keep the peer for some @seconds. */
void media_end_finalize (BeckonMediaSession **session, BeckonMediaPeer **peer, guint seconds);

G_END_DECLS
