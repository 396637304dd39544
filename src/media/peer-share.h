/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "peer-private.h"

G_BEGIN_DECLS

/**
 * BeckonPeerShare:
 *
 * Whose encoder makes the pictures that a connection sends: its own, or another connection's of the
 * same session, which hands on what it has encoded. Payload types, numbers, repetition and the rate
 * of the path stay the connection's. It changes from one to the other with a key frame: until the
 * new one's is there the old one goes on. An encoder that nobody has gets no frames.
 *
 * Main thread, but for what says otherwise.
 */
typedef struct _BeckonPeerShare BeckonPeerShare;

/** beckon_peer_share_new: @peer: (transfer none): outlives it */
BeckonPeerShare *beckon_peer_share_new (BeckonMediaPeer *peer);
void beckon_peer_share_free (BeckonPeerShare *self);
/** beckon_peer_share_set_id: @id: its own among all who may share, from 1 */
void beckon_peer_share_set_id (BeckonPeerShare *self, guint id);

/** beckon_peer_share_add_line: @encoder: of @line; @last: (transfer none): the last element that belongs
 * to it. Returns: (transfer none): what comes behind it, where frames of others come in. */
GstElement *beckon_peer_share_add_line (BeckonPeerShare *self,
                                        BeckonLine line,
                                        GstElement *encoder,
                                        GstElement *last);
/** beckon_peer_share_mark_for_nobody: (thread any): @frame: of an encoder: does not count as one that
 * is sent, though it passes. */
void beckon_peer_share_mark_for_nobody (GstBuffer *frame);
/** beckon_peer_share_get_kind: Returns: (nullable): what makes encoders of @line the same; NULL: there
 * is none yet, or it has not sent a first picture, which each does itself. */
gconstpointer beckon_peer_share_get_kind (BeckonPeerShare *self, BeckonLine line);
/** beckon_peer_share_get_pad: Returns: (transfer full) (nullable): where frames of @line leave, whoever
 * has encoded them. */
GstPad *beckon_peer_share_get_pad (BeckonPeerShare *self, BeckonLine line);
/** beckon_peer_share_is_encoding: Returns: whether our encoder has made a frame in the last second. */
gboolean beckon_peer_share_is_encoding (BeckonPeerShare *self, BeckonLine line);
/** beckon_peer_share_is_stuck: Returns: whether our encoder has failed: nobody should have it. */
gboolean beckon_peer_share_is_stuck (BeckonPeerShare *self, BeckonLine line);

/** beckon_peer_share_follow: @leader: (nullable): whose encoder it has from now on; NULL: its own.
 * @at_once: nothing more of what it has had, even before there is something else */
void beckon_peer_share_follow (BeckonPeerShare *self,
                               BeckonLine line,
                               BeckonPeerShare *leader,
                               gboolean at_once);
BeckonPeerShare *beckon_peer_share_get_leader (BeckonPeerShare *self, BeckonLine line);
/** beckon_peer_share_forget: @other: goes; nothing comes from it any more */
void beckon_peer_share_forget (BeckonPeerShare *self, BeckonPeerShare *other);

G_END_DECLS
