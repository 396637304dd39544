/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Any text as a stranger's session description and as their candidate, before webrtcbin sees it. */

#include "config.h"

#include "peer-private.h"

int LLVMFuzzerTestOneInput (const guint8 *data, size_t size);

static void
read_repeats (const GstSDPMessage *sdp)
{
  g_autoptr (GstStructure) repeats = beckon_peer_sdp_get_repeats (sdp);

  g_assert (gst_structure_n_fields (repeats) <= (int) gst_sdp_message_medias_len (sdp));
  for (int i = 0; i < gst_structure_n_fields (repeats); i++)
    {
      const char *original = gst_structure_nth_field_name (repeats, i);
      guint again;

      g_assert_true (g_ascii_string_to_unsigned (original, 10, 0, G_MAXUINT32, NULL, NULL));
      g_assert_true (gst_structure_get_uint (repeats, original, &again));
    }
}

static void
read_description (const char *text, gboolean offer, BeckonH264Use use)
{
  g_autoptr (GError) error = NULL;
  BeckonSdpLines lines;
  GstSDPMessage *sdp = beckon_peer_sdp_parse (text, offer, use, &lines, &error);

  g_assert ((sdp == NULL) == (error != NULL));
  if (sdp == NULL)
    return;
  g_assert (lines.copies >= -1 && lines.copies <= 127);
  for (guint line = 0; line < BECKON_N_LINES; line++)
    {
      g_assert (lines.payload[line] >= -1 && lines.payload[line] <= 127);
      g_assert (lines.codec[line] == BECKON_CODEC_VP8 || use != BECKON_H264_NEVER);
    }
  read_repeats (sdp);
  gst_sdp_message_free (sdp);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autoptr (GError) error = NULL;

  /* JSON gives us nothing but UTF-8. */
  if (!g_utf8_validate (text, -1, NULL))
    return 0;
  read_description (text, TRUE, BECKON_H264_NEVER);
  read_description (text, TRUE, BECKON_H264_IF_PREFERRED);
  read_description (text, FALSE, BECKON_H264_IF_NEEDED);
  if (beckon_peer_sdp_check_candidate (text, &error))
    {
      g_assert (strpbrk (text, "\r\n") == NULL);
      beckon_peer_sdp_is_useful_candidate (text);
    }
  else
    g_assert (error != NULL);
  return 0;
}
