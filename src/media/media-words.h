/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Words of RTP, SDP and GStreamer, and ours for them. Ours are static. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** beckon_media_codec_name: @encoding: (nullable): a name of RTP, "VP8", "OPUS"; a stranger may
 * have chosen it. Returns: (nullable): how people write it */
const char *beckon_media_codec_name (const char *encoding);

/** beckon_media_candidate_type: @word: (nullable): a type in the words of SDP, "srflx", or of
 * GStreamer. Returns: (nullable): "host", "server-reflexive", "peer-reflexive" or "relayed" */
const char *beckon_media_candidate_type (const char *word);

/** beckon_media_protocol: @word: (nullable). Returns: (nullable): "udp", "tcp" or "tls" */
const char *beckon_media_protocol (const char *word);

G_END_DECLS
