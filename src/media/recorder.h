/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>
#include <gst/gst.h>

G_BEGIN_DECLS

#define BECKON_TYPE_RECORDER (beckon_recorder_get_type ())
/**
 * BeckonRecorder:
 *
 * Keeps what somebody sends as it comes, without a second encoding, in a Matroska file. The file
 * holds the streams that were there in its first second, since Matroska must know them before it
 * begins. One that stays away for ten seconds is filled: with a moment of silence, or with the last
 * key frame again. Frames come from any thread, the rest is for the main thread.
 */
G_DECLARE_FINAL_TYPE (BeckonRecorder, beckon_recorder, BECKON, RECORDER, GObject)

BeckonRecorder *beckon_recorder_new (const char *path);

/** beckon_recorder_name_another: Returns: (transfer full): @path with @what in front of the ending of
 * its name, or at its end where it has none: “call.mkv”, “2”: “call-2.mkv” */
char *beckon_recorder_name_another (const char *path, const char *what);

/** beckon_recorder_push: (thread any): an encoded frame of the sound or the picture, with its time.
 * Returns: FALSE: it was left out, and so is all that builds on it: a key frame is to be asked for. */
gboolean beckon_recorder_push (BeckonRecorder *self, gboolean video, GstCaps *caps,
                               GstBuffer *buffer);

/** beckon_recorder_finish_async: writes the rest and completes the file. Fails with the first thing
 * that went wrong since it began: then the file is not whole, or not there. */
void beckon_recorder_finish_async (BeckonRecorder *self, GAsyncReadyCallback callback,
                                   gpointer user_data);
gboolean beckon_recorder_finish_finish (BeckonRecorder *self, GAsyncResult *result, GError **error);

G_END_DECLS
