/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Opus, as peers use it. Of speech a packet has a rough copy of the one before it in it, where the
 * encoder is told that packets are lost and finds room for that ("in-band FEC"): whoever misses one
 * hears it out of the next. Of anything else, such as music, there is none, and what is lost is
 * made up.
 */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/** beckon_sound_encoder_new: Returns: (transfer floating): for one voice; rate, size of frames and
 * what is lost are set while it runs */
GstElement *beckon_sound_encoder_new (void);

/** beckon_sound_decoder_new: Returns: (transfer floating): which looks for what it misses in the
 * packet that follows, and so is one late */
GstElement *beckon_sound_decoder_new (void);

/**
 * beckon_sound_choose_loss:
 * @loss: how much is lost, 0..1
 * @bits: bits a second of sound
 * @before: what this returned last; 0 at first
 *
 * Returns: what an encoder is to be told of it, in percent, so that there are copies where there
 * can be any.
 */
guint beckon_sound_choose_loss (double loss, guint bits, guint before);

/** BeckonSoundPacket: what is seen of a packet from outside */
typedef struct
{
  gboolean speech;       /* or not known for anything else. Who decoded another one last cannot use
                            what the next has of the one between */
  gboolean silent;       /* speech, but nobody speaks: none would be missed */
  GstClockTime previous; /* how long the sound is that was before it and is in it again; 0: none */
} BeckonSoundPacket;

/** beckon_sound_packet_read: @data: a packet of Opus, from anybody */
BeckonSoundPacket beckon_sound_packet_read (const guint8 *data, gsize size);

G_END_DECLS
