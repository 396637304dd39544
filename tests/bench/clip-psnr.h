/* SPDX-License-Identifier: GPL-3.0-or-later */

/* How like the picture of a clip is what came of it. */

#pragma once

#include <gst/video/video.h>

G_BEGIN_DECLS

typedef struct _ClipPsnr ClipPsnr;

/** clip_psnr_new: @path: a .y4m file as make-clip makes it. Returns: (transfer full) */
ClipPsnr *clip_psnr_new (const char *path);
void clip_psnr_free (ClipPsnr *self);

/** clip_psnr_measure: @frame: I420, which is made as large as the clip first; @number: of the
 * clip's picture. Returns: the ratio of peak and noise of their luma in dB, at most 60; -1: the
 * clip has no such picture. */
double clip_psnr_measure (ClipPsnr *self, GstVideoFrame *frame, int number);

G_END_DECLS
