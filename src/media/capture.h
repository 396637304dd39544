/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gst/app/app.h>

#include "media-config.h"

G_BEGIN_DECLS

#define BECKON_TYPE_CAPTURE (beckon_capture_get_type ())
/**
 * BeckonCapture:
 *
 * One microphone, camera or screen, or what stands in for it, in a pipeline of its own. Its frames
 * are pushed into the application sources of every connection that asks for them, so that a device
 * is opened once and closed for real. Main thread; frames flow on GStreamer's. A microphone is
 * opened and closed on another one, for its sound server may hang.
 *
 * Another device, one that is unplugged, or another treatment of its sound is taken from
 * #BeckonMediaConfig.devices while it runs.
 *
 * Properties: level (read-only double 0..1: of a microphone, how loud it is now).
 *
 * Signals:
 *   started ()              it is open, a microphone soon; the sink that shows it is there
 *   failed (GError *error)  it is stopped: NO_DEVICE, DEVICE_BUSY, DEVICE_LOST, FAILED
 *   doubted (GError *error) nothing comes of a microphone, which goes on: DEVICE_LATE, DEVICE_QUIET;
 *                           nullable: something does now, or it is stopped
 */
G_DECLARE_FINAL_TYPE (BeckonCapture, beckon_capture, BECKON, CAPTURE, GObject)

/** beckon_capture_new: @video: the camera's side of @config, else the microphone's */
BeckonCapture *beckon_capture_new (const BeckonMediaConfig *config, gboolean video);

/** beckon_capture_new_screen: a screen; what its frames come from is given when it starts. */
BeckonCapture *beckon_capture_new_screen (const BeckonMediaConfig *config);
/** beckon_capture_new_mixed: sound that is mixed of others; so is what that comes from. */
BeckonCapture *beckon_capture_new_mixed (const BeckonMediaConfig *config);
/** beckon_capture_set_probe: @probe: (nullable): of the #BeckonSpeaker whose echo is not to be heard;
 * from the next start on. */
void beckon_capture_set_probe (BeckonCapture *self, const char *probe);

double beckon_capture_get_level (BeckonCapture *self);

/** beckon_capture_start: opens it; "failed" may follow. Nothing if it runs already. */
void beckon_capture_start (BeckonCapture *self);
/** beckon_capture_start_source: of a screen, or what is mixed: @source: (transfer floating): of
 * beckon_screen_source_new(), or one with a mixer */
void beckon_capture_start_source (BeckonCapture *self, GstElement *source);
void beckon_capture_stop (BeckonCapture *self);
gboolean beckon_capture_is_started (BeckonCapture *self);
/** beckon_capture_is_running: Returns: whether it is started, and its device found: a person may still be
 * asked whether they allow a camera. */
gboolean beckon_capture_is_running (BeckonCapture *self);

/** beckon_capture_add_target: @target: gets every frame from now on, stamped anew */
void beckon_capture_add_target (BeckonCapture *self, GstAppSrc *target);
gboolean beckon_capture_has_target (BeckonCapture *self, GstAppSrc *target);
void beckon_capture_remove_target (BeckonCapture *self, GstAppSrc *target);

/** beckon_capture_get_sink: (transfer none) (nullable): the sink that shows the own picture. */
GObject *beckon_capture_get_sink (BeckonCapture *self);

G_END_DECLS
