/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Which elements encode and decode pictures: the hardware's where it proves itself, else software.
 *
 * No list says what works: a driver that encodes on one machine writes garbage on the next. So each
 * element that says it is hardware for our codec shows once what it can: some frames, a key frame
 * on request, and what comes out must be what went in. The result is the machine's, as GStreamer's
 * registry is, and there is one for the process. */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define BECKON_SOFTWARE_ENCODER "vp8enc"
#define BECKON_SOFTWARE_DECODER "vp8dec"

/** beckon_codec_choice_make: (thread any): tries what there is. Takes as long as the hardware takes. */
void beckon_codec_choice_make (void);

/** beckon_codec_choice_get_encoder: (thread any): Returns: the factory's name; software until the
 * choice is made. */
const char *beckon_codec_choice_get_encoder (void);
const char *beckon_codec_choice_get_decoder (void);

/** beckon_codec_choice_try: Returns: FALSE with an error that says what is wrong with the two. */
gboolean beckon_codec_choice_try (const char *encoder, const char *decoder, GError **error);

/** beckon_codec_set_up_encoder: for conversation, as far as the element lets one choose; not for
 * %BECKON_SOFTWARE_ENCODER. */
void beckon_codec_set_up_encoder (GstElement *encoder);
/** beckon_codec_set_bitrate: @bits: a second; each element has its own name and unit for it. */
void beckon_codec_set_bitrate (GstElement *encoder, guint bits);

G_END_DECLS
