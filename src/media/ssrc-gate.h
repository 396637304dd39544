/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gst/gst.h>
#include <gst/sdp/sdp.h>

G_BEGIN_DECLS

/** BECKON_SSRCS_MAX: how many numbers of streams (SSRC, CSRC) one end may use on a connection:
 * twice as many as it may have streams, since each has another one for what is sent again. */
#define BECKON_SSRCS_MAX 32

/**
 * BeckonSsrcGate:
 *
 * What comes in with a number that is one too many is dropped, before anything remembers it: of
 * each, srtpdec and rtpsession keep something for as long as the connection. The numbers stand in
 * clear. Any thread.
 */
typedef struct _BeckonSsrcGate BeckonSsrcGate;

BeckonSsrcGate *beckon_ssrc_gate_new (void);
void beckon_ssrc_gate_free (BeckonSsrcGate *self);

/** beckon_ssrc_gate_admit: Returns: whether @ssrc is one of those that may come, and be it from now
 * on, because there is room. */
gboolean beckon_ssrc_gate_admit (BeckonSsrcGate *self, guint32 ssrc);
/** beckon_ssrc_gate_expect: keeps room for those that are described, half of the gate at most. */
void beckon_ssrc_gate_expect (BeckonSsrcGate *self, const GstSDPMessage *sdp);
/** beckon_ssrc_gate_passes: @data: a datagram as it comes in, of any protocol. Returns: FALSE: it
 * is RTP or RTCP with a number that is one too many, or RTP of a wrong length */
gboolean beckon_ssrc_gate_passes (BeckonSsrcGate *self, const guint8 *data, gsize size);

/** beckon_ssrc_gate_watch: (thread any): @element: was made inside webrtcbin: where datagrams come
 * in, or reports that have been decrypted, what has a number too many does not get further. @self
 * outlives it. */
void beckon_ssrc_gate_watch (BeckonSsrcGate *self, GstElement *element);

G_END_DECLS
