/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The DTLS handshake, sent again by the clock, before it is known whether anything is lost. What
 * comes after it is sent again by how much is lost: pictures by peer-repair.h, sound by
 * sound-copies.h. */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * beckon_peer_repeat_watch:
 * @sink: (transfer none): where packets leave the pipeline, before any does
 *
 * Sends each packet of a DTLS handshake again, twice and soon. OpenSSL waits for a second before it
 * does, then for two, then for four, and GStreamer lets nobody set that: where a fifth is lost, a
 * handshake takes ten seconds. To the other end a copy is what any network may make of a packet:
 * its number has been seen, and it is passed over. Any thread; the copies are sent on the main one.
 */
void beckon_peer_repeat_watch (GstElement *sink);

G_END_DECLS
