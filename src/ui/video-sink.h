/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib-object.h>

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

/**
 * beckon_video_sink_need_height:
 * @sink: an element that shows pictures; nothing happens unless it is ours
 * @height: how high its picture is drawn now, in pixels of the screen, or 0 for one that is to be whole
 *
 * To be said with each picture that is drawn. Behind an element that makes pictures smaller
 * (videoconvertscale) those that come are little larger than what was asked for: larger ones are asked
 * for at once, smaller ones when they have been enough for ten pictures. Main thread.
 */
void beckon_video_sink_need_height (GObject *sink, int height);

G_END_DECLS
