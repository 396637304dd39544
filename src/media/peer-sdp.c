/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "peer-private.h"

#define LINES_MAX 16
#define CANDIDATE_WORDS_MIN 8

static const struct
{
  const char *media, *encoding;
} wanted[BECKON_N_LINES] = {
  [BECKON_LINE_MICROPHONE] = { "audio", "OPUS" },
  [BECKON_LINE_CAMERA] = { "video", "VP8" },
  [BECKON_LINE_SCREEN] = { "video", "VP8" },
};

static gboolean
refuse (GError **error, const char *text)
{
  g_set_error_literal (error, BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_BAD_DESCRIPTION, text);
  return FALSE;
}

/* Returns: the payload type that @media gives to @encoding, or -1. */
static int
find_payload (const GstSDPMedia *media, const char *encoding)
{
  for (guint i = 0; i < gst_sdp_media_attributes_len (media); i++)
    {
      const GstSDPAttribute *attribute = gst_sdp_media_get_attribute (media, i);
      const char *name;
      guint64 payload;
      g_autofree char *number = NULL;

      if (g_strcmp0 (attribute->key, "rtpmap") != 0 || attribute->value == NULL)
        continue;
      name = strchr (attribute->value, ' ');
      if (name == NULL || g_ascii_strncasecmp (name + 1, encoding, strlen (encoding)) != 0 ||
          name[1 + strlen (encoding)] != '/')
        continue;
      number = g_strndup (attribute->value, name - attribute->value);
      if (g_ascii_string_to_unsigned (number, 10, 0, 127, &payload, NULL))
        return payload;
    }
  return -1;
}

/* Returns: the id that @media gives to the transport-wide sequence number ("3/sendonly URI attributes"),
 * or 0. */
static int
find_twcc (const GstSDPMedia *media)
{
  for (guint i = 0; i < gst_sdp_media_attributes_len (media); i++)
    {
      const GstSDPAttribute *attribute = gst_sdp_media_get_attribute (media, i);
      g_auto (GStrv) words = NULL;
      guint64 id;

      if (g_strcmp0 (attribute->key, "extmap") != 0 || attribute->value == NULL)
        continue;
      words = g_strsplit_set (attribute->value, " /", 2);
      if (words[0] == NULL || strstr (attribute->value, BECKON_TWCC_URI) == NULL)
        continue;
      /* Ids of the one-byte form. */
      if (g_ascii_string_to_unsigned (words[0], 10, 1, 14, &id, NULL))
        return id;
    }
  return 0;
}

static gboolean
has_credentials (const GstSDPMessage *sdp, const GstSDPMedia *media)
{
  static const char *const keys[] = { "ice-ufrag", "ice-pwd", "fingerprint" };

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    if (gst_sdp_media_get_attribute_val (media, keys[i]) == NULL &&
        gst_sdp_message_get_attribute_val (sdp, keys[i]) == NULL)
      return FALSE;
  return TRUE;
}

/* Direction has a default by the book, but webrtcbin aborts where it is not said. */
static gboolean
has_direction (const GstSDPMedia *media)
{
  static const char *const keys[] = { "sendrecv", "sendonly", "recvonly", "inactive" };
  guint n = 0;

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    n += gst_sdp_media_get_attribute_val (media, keys[i]) != NULL;
  return n == 1;
}

static gboolean
is_rtp (const GstSDPMedia *media)
{
  return g_strcmp0 (media->media, "audio") == 0 || g_strcmp0 (media->media, "video") == 0;
}

static gboolean
has_picture (const GstSDPMessage *sdp)
{
  return gst_sdp_message_medias_len (sdp) > BECKON_LINE_CAMERA &&
         g_strcmp0 (gst_sdp_message_get_media (sdp, BECKON_LINE_CAMERA)->media, "video") == 0;
}

/* The first lines are ours, in our order; a browser may leave out the screen. */
static gboolean
check_lines (const GstSDPMessage *sdp, gboolean offer, BeckonSdpLines *lines, GError **error)
{
  const guint n_media = gst_sdp_message_medias_len (sdp);

  if (n_media < 1 || n_media > LINES_MAX)
    return refuse (error, "A description with no media lines, or too many");
  for (guint line = 0; line < BECKON_N_LINES; line++)
    {
      const GstSDPMedia *media = line < n_media ? gst_sdp_message_get_media (sdp, line) : NULL;

      lines->payload[line] = -1;
      lines->twcc[line] = 0;
      if (media == NULL || g_strcmp0 (media->media, wanted[line].media) != 0)
        continue;
      lines->payload[line] = find_payload (media, wanted[line].encoding);
      lines->twcc[line] = find_twcc (media);
    }
  for (guint i = 0; i < n_media; i++)
    {
      const GstSDPMedia *media = gst_sdp_message_get_media (sdp, i);

      if (gst_sdp_media_get_port (media) != 0 && !has_credentials (sdp, media))
        return refuse (error, "A description without ICE or DTLS");
      if (is_rtp (media) && !has_direction (media))
        return refuse (error, "A media line without a direction");
    }
  if (offer && lines->payload[BECKON_LINE_MICROPHONE] < 0)
    return refuse (error, "An offer whose first line is not sound in Opus");
  if (offer && has_picture (sdp) && lines->payload[BECKON_LINE_CAMERA] < 0)
    return refuse (error, "An offer of pictures, but none in VP8");
  return TRUE;
}

GstSDPMessage *
beckon_peer_sdp_parse (const char *text, gboolean offer, BeckonSdpLines *lines, GError **error)
{
  g_autoptr (GstSDPMessage) sdp = NULL;

  if (!g_str_has_prefix (text, "v=0"))
    return refuse (error, "This is no session description"), NULL;
  if (gst_sdp_message_new_from_text (text, &sdp) != GST_SDP_OK)
    return refuse (error, "The session description cannot be read"), NULL;
  if (!check_lines (sdp, offer, lines, error))
    return NULL;
  return g_steal_pointer (&sdp);
}

gboolean
beckon_peer_sdp_check_candidate (const char *candidate, GError **error)
{
  g_auto (GStrv) words = NULL;
  guint64 number;

  if (g_str_has_prefix (candidate, "candidate:") && g_utf8_validate (candidate, -1, NULL) &&
      strpbrk (candidate, "\r\n") == NULL)
    words = g_strsplit (candidate, " ", -1);
  if (words != NULL && g_strv_length (words) >= CANDIDATE_WORDS_MIN &&
      g_ascii_string_to_unsigned (words[1], 10, 1, 256, &number, NULL) &&
      g_ascii_string_to_unsigned (words[3], 10, 0, G_MAXUINT32, &number, NULL) &&
      g_ascii_string_to_unsigned (words[5], 10, 0, 65535, &number, NULL) &&
      g_str_equal (words[6], "typ"))
    return TRUE;
  g_set_error_literal (error, BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_BAD_CANDIDATE,
                       "This is no candidate");
  return FALSE;
}

gboolean
beckon_peer_sdp_is_useful_candidate (const char *candidate)
{
  g_auto (GStrv) words = g_strsplit (candidate, " ", -1);

  return g_strv_length (words) >= CANDIDATE_WORDS_MIN && g_str_equal (words[1], "1") &&
         g_hostname_is_ip_address (words[4]);
}
