/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

#define BECKON_TYPE_FRAME_GUARD (beckon_frame_guard_get_type ())
/**
 * BeckonFrameGuard:
 *
 * Bounds a WebSocket message that comes in fragments: libsoup bounds each of them, but not what
 * they add up to, and a stranger could fill the memory with a message that never ends. It is a
 * WebSocket extension only because those see every fragment; clients never hear of it. Main thread.
 */
G_DECLARE_FINAL_TYPE (
    BeckonFrameGuard, beckon_frame_guard, BECKON, FRAME_GUARD, SoupWebsocketExtension)

/** beckon_frame_guard_new: @max: bytes of a message */
BeckonFrameGuard *beckon_frame_guard_new (gsize max);

G_END_DECLS
