/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "sound-codec.h"

#include "media-private.h"

/* So far sound may come early or late before it is taken for a pause, or for one that is over. */
#define TOLERANCE (80 * GST_MSECOND)
#define LOSS_MIN 3
#define LOSS_MAX 30
#define STEP 3
/* Up to 5 % libopus has copies where the whole band has room for them, from some 28 kbit/s on.
 * Above, it takes a narrower band for their sake: at 24 kbit/s that of 8 kHz. At 20 % that is one
 * of 12 kHz again, in frames of 20 ms, and copies are of the last one of a packet only. At 16
 * kbit/s and less there is nothing to be had but the sound of a telephone. */
#define ROOM_BITS 28000
#define NARROWED_BITS 20000
#define NARROWED_MIN 10
#define NARROWED_MAX 15
/* Where less is lost a narrower band is heard more than what is missing. */
#define NARROWED_FROM 0.01
#define NARROWED_UNTIL 0.003

GstElement *
beckon_sound_encoder_new (void)
{
  GstElement *encoder = beckon_media_make_element ("opusenc");

  gst_util_set_object_arg (G_OBJECT (encoder), "audio-type", "voice");
  /* Frames are stamped when they arrive here, give or take some milliseconds. Handed on, that is a
   * hole or an overlap for who plays by the stamps, and browsers fill each. */
  g_object_set (encoder, "perfect-timestamp", TRUE, "tolerance", (gint64) TOLERANCE, "inband-fec",
                TRUE, NULL);
  return encoder;
}

GstElement *
beckon_sound_decoder_new (void)
{
  GstElement *decoder = beckon_media_make_element ("opusdec");

  g_object_set (decoder, "plc", TRUE, "use-inband-fec", TRUE, NULL);
  return decoder;
}

guint
beckon_sound_choose_loss (double loss, guint bits, guint before)
{
  const gboolean narrowed = before >= NARROWED_MIN;
  guint percent = CLAMP (loss * 100, LOSS_MIN, LOSS_MAX);

  if (bits >= NARROWED_BITS && bits < ROOM_BITS)
    {
      if (loss < (narrowed ? NARROWED_UNTIL : NARROWED_FROM))
        return LOSS_MIN;
      percent = CLAMP (percent, NARROWED_MIN, NARROWED_MAX);
    }
  return ABS ((gint) (before - percent)) >= STEP ? percent : before;
}

/* ---- packets: RFC 6716 ---- */

typedef enum
{
  SPEECH, /* SILK */
  MIXED,
  MUSIC, /* CELT */
} Mode;

/* Of the first byte. @ms: (out): of each frame; of music none is needed */
static Mode
read_mode (guint8 first, guint *ms)
{
  static const guint speech_ms[] = { 10, 20, 40, 60 };
  const guint config = first >> 3;

  *ms = config < 12 ? speech_ms[config & 3] : config & 1 ? 20 : 10;
  return config < 12 ? SPEECH : config < 16 ? MIXED : MUSIC;
}

/* Returns: where the next is after a length, which takes two bytes from 252 on */
static gsize
skip_length (const guint8 *packet, gsize size, gsize at)
{
  return at + (at < size && packet[at] >= 252 ? 2 : 1);
}

/* Returns: where the first frame is; @size and more: there is none */
static gsize
find_frame (const guint8 *packet, gsize size)
{
  gsize at = 1;

  switch (packet[0] & 3)
    {
    case 2: /* two frames; how long the first is */
      return at < size && packet[at] == 0 ? size : skip_length (packet, size, at);
    case 3: /* any number */
      {
        const guint8 count = at < size ? packet[at] : 0;

        at++;
        if (count & 0x40) /* padding, and how much */
          while (at < size && packet[at++] == 255)
            ;
        if ((count & 0x80) && (count & 0x3f) > 1 && at < size && packet[at] == 0)
          return size;
        for (guint i = 1; (count & 0x80) && i < (count & 0x3f); i++)
          at = skip_length (packet, size, at);
        return at;
      }
    default:
      return at;
    }
}

BeckonSoundPacket
beckon_sound_packet_read (const guint8 *data, gsize size)
{
  BeckonSoundPacket packet = { 0 };
  guint ms, frames, bits;
  gsize at;

  if (size == 0 || read_mode (data[0], &ms) == MUSIC)
    return packet;
  packet.speech = packet.silent = TRUE;
  at = find_frame (data, size);
  if (at >= size)
    return packet;
  /* For each 20 ms a bit whether somebody speaks, and then one whether copies follow; in stereo the
   * same once more. */
  frames = MAX (ms / 20, 1);
  bits = data[at];
  packet.silent = bits >> (8 - frames) == 0;
  if ((bits >> (7 - frames) & 1) || ((data[0] & 4) && (bits >> (6 - 2 * frames) & 1)))
    packet.previous = ms * GST_MSECOND;
  return packet;
}
