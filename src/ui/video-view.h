/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define BECKON_TYPE_VIDEO_VIEW (beckon_video_view_get_type ())
/**
 * BeckonVideoView:
 *
 * Shows what a video sink receives. It fills the room it is given, cutting off what does not fit
 * unless it is contained, and never asks for room: a picture's size is no reason to resize a
 * window.
 *
 * Properties: source (GObject, nullable, read-write: a sink with a "paintable" property), mirrored
 * (read-write: left and right exchanged, as one sees oneself).
 */
G_DECLARE_FINAL_TYPE (BeckonVideoView, beckon_video_view, BECKON, VIDEO_VIEW, GtkWidget)

void beckon_video_view_set_source (BeckonVideoView *self, GObject *source);
GObject *beckon_video_view_get_source (BeckonVideoView *self);
void beckon_video_view_set_mirrored (BeckonVideoView *self, gboolean mirrored);
gboolean beckon_video_view_get_mirrored (BeckonVideoView *self);
/** beckon_video_view_set_contained: shows all of the picture, as a screen needs it. */
void beckon_video_view_set_contained (BeckonVideoView *self, gboolean contained);
gboolean beckon_video_view_get_contained (BeckonVideoView *self);

G_END_DECLS
