/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Any bytes as a packet of Opus that the other end sent. */

#include "config.h"

#include "sound-codec.h"

int LLVMFuzzerTestOneInput (const guint8 *data, size_t size);

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  const BeckonSoundPacket packet = beckon_sound_packet_read (data, size);

  g_assert (packet.speech || !packet.silent);
  g_assert (packet.speech || packet.previous == 0);
  g_assert (packet.previous <= 60 * GST_MSECOND);
  return 0;
}
