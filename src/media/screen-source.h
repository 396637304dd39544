/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gst/gst.h>

#include "media-config.h"

G_BEGIN_DECLS

/**
 * beckon_screen_source_new:
 * @fd: (transfer full): a PipeWire connection that the desktop opened for us, or -1
 * @node: what to take from it
 *
 * Where the frames of a shared screen come from: @node; without @fd what @config names. They come
 * at the pace at which they can be sent in full size, and now and then also while nothing moves.
 *
 * Returns: (transfer floating): a bin with a "src" pad of raw frames, or %NULL with NO_DEVICE or
 * MISSING_PLUGIN.
 */
GstElement *
beckon_screen_source_new (const BeckonMediaConfig *config, int fd, guint node, GError **error);

G_END_DECLS
