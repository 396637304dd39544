/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The DTLS handshake, sent again by the clock, before it is known whether anything is lost. What
 * comes after it is sent again by how much is lost: pictures by peer-repair.h, sound by
 * sound-copies.h. */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/** BeckonPeerRepeat: what is repeated of one connection. Counted references. */
typedef struct _BeckonPeerRepeat BeckonPeerRepeat;

BeckonPeerRepeat *beckon_peer_repeat_new (void);
void beckon_peer_repeat_unref (BeckonPeerRepeat *self);

/**
 * beckon_peer_repeat_watch_out:
 * @sink: (transfer none): where packets leave the pipeline, before any does
 *
 * Sends each packet of a DTLS handshake again, soon, until something new has come, and four times
 * at most. OpenSSL waits for a second before it does, then for two, then for four, and GStreamer
 * lets nobody set that: where a fifth is lost, a handshake takes ten seconds. A copy has numbers of
 * its own, as OpenSSL's would, and so has all that is sent in the clear: who gets the end of a
 * flight before the rest throws it away, and with it whatever has its number. To the other end all
 * of it is what it has seen, and is passed over. Any thread; the copies are sent on the main one.
 */
void beckon_peer_repeat_watch_out (BeckonPeerRepeat *self, GstElement *sink);
/** beckon_peer_repeat_watch_in: @source: (transfer none): where the packets of the other end come
 * in, which sends something new when it has all that it was waiting for */
void beckon_peer_repeat_watch_in (BeckonPeerRepeat *self, GstElement *source);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeckonPeerRepeat, beckon_peer_repeat_unref)

G_END_DECLS
