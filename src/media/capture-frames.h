/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gst/app/app.h>

G_BEGIN_DECLS

/**
 * BeckonFrames:
 *
 * Who gets the frames of a capture. It outlives the capture for as long as one of its pipelines
 * goes on: a thread may still be about to stop that. Any thread.
 */
typedef struct _BeckonFrames BeckonFrames;

/** beckon_frames_new: @keep: the last one, for who comes between two. Returns: (transfer full) */
BeckonFrames *beckon_frames_new (gboolean keep);
void beckon_frames_unref (BeckonFrames *self);

/** beckon_frames_take_from: @sink: (nullable): whose frames they get from now on; no other sink's,
 * also where its pipeline goes on */
void beckon_frames_take_from (BeckonFrames *self, GstAppSink *sink);

void beckon_frames_add_target (BeckonFrames *self, GstAppSrc *target);
gboolean beckon_frames_has_target (BeckonFrames *self, GstAppSrc *target);
void beckon_frames_remove_target (BeckonFrames *self, GstAppSrc *target);

/** beckon_media_push: (thread any): pushes a copy of @sample's frame, to be stamped by @target. */
void beckon_media_push (GstAppSrc *target, GstSample *sample);

G_END_DECLS
