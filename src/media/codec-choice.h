/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Which elements encode and decode pictures: the hardware's where it proves itself, else software.
 *
 * No list says what works: a driver that encodes on one machine writes garbage on the next. So each
 * element that says it is hardware for a codec of ours shows once what it can: some frames, a key
 * frame on request, and what comes out must be what went in. The result is the machine's, as
 * GStreamer's registry is, and there is one for the process.
 *
 * VP8 is everywhere. H.264 is there where somebody has put it: its software has to prove itself,
 * too, since what distributions ship in its place may be a library that does nothing. */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define BECKON_SOFTWARE_ENCODER "vp8enc"
#define BECKON_SOFTWARE_DECODER "vp8dec"

typedef enum
{
  BECKON_CODEC_VP8,
  BECKON_CODEC_H264,
  BECKON_N_CODECS
} BeckonCodec;

/* Whatever is in our descriptions: constrained baseline, and level 3.1, which is 720p30. */
#define BECKON_H264_PROFILE "42e01f"
#define BECKON_H264_PROFILE_SIZE 7
/* What an encoder of it is followed by: not every one makes that by itself. */
#define BECKON_H264_FILTER                                                                         \
  "video/x-h264,alignment=(string)au,profile=(string){constrained-baseline,baseline}"

/** beckon_codec_choice_make: (thread any): tries what there is. Takes as long as the hardware takes. */
void beckon_codec_choice_make (void);

/** beckon_codec_choice_give_up: (thread any): @encoder: has failed: where it is hardware that was
 * chosen, software takes its place from now on, or nothing where there is none. */
void beckon_codec_choice_give_up (const char *encoder);
/** beckon_codec_choice_get_encoder: (thread any): Returns: (nullable): the factory's name; the
 * software that is installed until the choice is made; NULL: there is none, and no decoder either.
 */
const char *beckon_codec_choice_get_encoder (BeckonCodec codec);
const char *beckon_codec_choice_get_decoder (BeckonCodec codec);
/** beckon_codec_choice_is_hardware: (thread any): whether the encoder is. */
gboolean beckon_codec_choice_is_hardware (BeckonCodec codec);

/** beckon_codec_choice_try: Returns: FALSE with an error that says what is wrong with the two. */
gboolean beckon_codec_choice_try (BeckonCodec codec,
                                  const char *encoder,
                                  const char *decoder,
                                  GError **error);

/** beckon_codec_set_up_encoder: for conversation, as far as the element lets one choose; not for
 * %BECKON_SOFTWARE_ENCODER. */
void beckon_codec_set_up_encoder (GstElement *encoder);
/** beckon_codec_set_bitrate: @bits: a second; each element has its own name and unit for it. */
void beckon_codec_set_bitrate (GstElement *encoder, guint bits);

G_END_DECLS
