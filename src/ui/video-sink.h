/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * beckon_video_sink_register:
 *
 * Registers our own sink, after GStreamer was initialised. Its element "beckonpaintablesink" has a
 * read-only property "paintable", a GdkPaintable that shows the newest frame.
 *
 * Returns: the factory name of the sink to show pictures with: gtk4paintablesink where it is
 *   installed, for it hands frames to the graphics card without copies, ours otherwise.
 */
const char *beckon_video_sink_register (void);

G_END_DECLS
