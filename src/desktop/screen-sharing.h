/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

#include "call.h"

G_BEGIN_DECLS

/* Of libportal; with %NULL the desktop's dialog belongs to no window. */
typedef struct _XdpParent XdpParent;

#define BECKON_TYPE_SCREEN_SHARING (beckon_screen_sharing_get_type ())
/**
 * BeckonScreenSharing:
 *
 * Our screen in one call: asks the desktop which screen or window it may be, gives that to the
 * call, and lets go of it when the sharing ends: by us, by the desktop, or with the call. What goes
 * wrong is the call's screen-problem: %G_IO_ERROR_CANCELLED (the person chose nothing), NO_DEVICE
 * (this desktop has no way to share), DEVICE_LOST (the desktop ended it), FAILED (it refused).
 *
 * Main thread only.
 */
G_DECLARE_FINAL_TYPE (BeckonScreenSharing, beckon_screen_sharing, BECKON, SCREEN_SHARING, GObject)

/** beckon_screen_sharing_new: @settings: (nullable): keep what lets the desktop share the same
 * again without asking, if the person wants it so, as "screen-token". */
BeckonScreenSharing *beckon_screen_sharing_new (BeckonCall *call, GSettings *settings);

/** beckon_screen_sharing_start: @parent: (transfer full) (nullable). Nothing while the desktop is
 * being asked. */
void beckon_screen_sharing_start (BeckonScreenSharing *self, XdpParent *parent);
void beckon_screen_sharing_stop (BeckonScreenSharing *self);

G_END_DECLS
