/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * BeckonEncoderLoad:
 *
 * Tells from the share of the time that an encoder is at work whether this machine keeps up: one that
 * has little rest lets pictures wait, and takes from whatever else draws and decodes. Smaller pictures
 * are better then than late ones.
 */
typedef struct _BeckonEncoderLoad BeckonEncoderLoad;

BeckonEncoderLoad *beckon_encoder_load_new (void);

/** beckon_encoder_load_free: what it watches has stopped. */
void beckon_encoder_load_free (BeckonEncoderLoad *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeckonEncoderLoad, beckon_encoder_load_free)

/** beckon_encoder_load_watch: of @encoder, from now on. What works on a thread or a chip of its own is
 * not counted. */
void beckon_encoder_load_watch (BeckonEncoderLoad *self, GstElement *encoder);

/** beckon_encoder_load_add: (thread any): it has been at work for @took_us microseconds, on a picture. */
void beckon_encoder_load_add (BeckonEncoderLoad *self, gint64 took_us);

/** beckon_encoder_load_add_overtaken: (thread any): a picture waited, and a newer one was taken. */
void beckon_encoder_load_add_overtaken (BeckonEncoderLoad *self);

/**
 * beckon_encoder_load_update:
 * @now_us: the monotonic clock
 *
 * To be called several times a second.
 *
 * Returns: -1: the next smaller pictures, 1: the next larger may be tried, 0: they are right. Each is
 *   said once.
 */
gint beckon_encoder_load_update (BeckonEncoderLoad *self, gint64 now_us);

G_END_DECLS
