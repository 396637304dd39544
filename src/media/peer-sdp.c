/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "peer-private.h"

#define LINES_MAX 16
#define CANDIDATE_WORDS_MIN 8

#define PAYLOAD_MIN 96 /* of those that a description gives a meaning */
#define PAYLOAD_MAX 127

static const char *const wanted[BECKON_N_LINES] = {
  [BECKON_LINE_MICROPHONE] = "audio",
  [BECKON_LINE_CAMERA] = "video",
  [BECKON_LINE_SCREEN] = "video",
};

static gboolean
refuse (GError **error, const char *text)
{
  g_set_error_literal (error, BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_BAD_DESCRIPTION, text);
  return FALSE;
}

/* Returns: (nullable): what the first attribute @key of @media says behind "@number ". */
static const char *
get_of_number (const GstSDPMedia *media, const char *key, guint number)
{
  g_autofree char *start = g_strdup_printf ("%u ", number);

  for (guint i = 0; i < gst_sdp_media_attributes_len (media); i++)
    {
      const GstSDPAttribute *attribute = gst_sdp_media_get_attribute (media, i);

      if (g_strcmp0 (attribute->key, key) == 0 && attribute->value != NULL &&
          g_str_has_prefix (attribute->value, start))
        return attribute->value + strlen (start);
    }
  return NULL;
}

static gboolean
has_encoding (const GstSDPMedia *media, guint payload, const char *encoding)
{
  const char *map = get_of_number (media, "rtpmap", payload);
  const gsize length = strlen (encoding);

  return map != NULL && g_ascii_strncasecmp (map, encoding, length) == 0 && map[length] == '/';
}

/* Payload types in the order that @media prefers. Returns: FALSE: there are no more of them. */
static gboolean
next_payload (const GstSDPMedia *media, guint *i, guint *payload)
{
  while (*i < gst_sdp_media_formats_len (media))
    {
      guint64 number;

      if (!g_ascii_string_to_unsigned (gst_sdp_media_get_format (media, (*i)++), 10, 0, PAYLOAD_MAX,
                                       &number, NULL))
        continue;
      *payload = number;
      return TRUE;
    }
  return FALSE;
}

/* Returns: the payload type that @media gives to @encoding, or -1. */
static int
find_payload (const GstSDPMedia *media, const char *encoding)
{
  guint payload;

  for (guint i = 0; next_payload (media, &i, &payload);)
    if (has_encoding (media, payload, encoding))
      return payload;
  return -1;
}

/* ---- H.264 ---- */

/* A profile-level-id is three bytes: profile, constraints, level. Ours is the constrained baseline,
 * which who takes the whole of it takes as well; and 720p30 is level 3.1. */
static gboolean
is_our_profile (const char *id, gboolean *constrained)
{
  guint64 bytes;

  if (!g_ascii_string_to_unsigned (id, 16, 0, 0xffffff, &bytes, NULL))
    return FALSE;
  *constrained = (bytes & 0x4000) != 0;
  return bytes >> 16 == 0x42 && (bytes & 0xff) >= 0x1f;
}

/* Of an RTP payload, what says of H.264 which kind it is. */
typedef struct
{
  gboolean large_packets; /* they may be parts of a picture, as ours are */
  char profile[BECKON_H264_PROFILE_SIZE];
  gboolean is_ours, constrained;
} H264;

static H264
read_h264 (const GstSDPMedia *media, guint payload)
{
  const char *parameters = get_of_number (media, "fmtp", payload);
  g_auto (GStrv) words = g_strsplit_set (parameters != NULL ? parameters : "", "; ", -1);
  H264 h264 = { FALSE, BECKON_H264_PROFILE, TRUE, TRUE };

  for (guint i = 0; words[i] != NULL; i++)
    {
      const char *value = strchr (words[i], '=');

      if (g_str_equal (words[i], "packetization-mode=1"))
        h264.large_packets = TRUE;
      else if (g_ascii_strncasecmp (words[i], "profile-level-id=", 17) == 0)
        /* Where it is missing, as webrtcbin's answers have it, it is what browsers take it for. */
        h264.is_ours = g_strlcpy (h264.profile, value + 1, sizeof h264.profile) == 6 &&
                       is_our_profile (h264.profile, &h264.constrained);
    }
  return h264;
}

/* @profile: (out): theirs, of what is found. Returns: a payload type, or -1. */
static int
find_h264 (const GstSDPMedia *media, char *profile)
{
  int found = -1;
  guint payload;

  for (guint i = 0; next_payload (media, &i, &payload);)
    {
      const H264 h264 =
          has_encoding (media, payload, "H264") ? read_h264 (media, payload) : (H264){ FALSE };

      if (!h264.large_packets || !h264.is_ours || (found >= 0 && !h264.constrained))
        continue;
      found = payload;
      memcpy (profile, h264.profile, sizeof h264.profile);
      if (h264.constrained)
        break;
    }
  return found;
}

static gboolean
prefers_h264 (const GstSDPMedia *media)
{
  guint payload;

  for (guint i = 0; next_payload (media, &i, &payload);)
    if (has_encoding (media, payload, "VP8"))
      return FALSE;
    else if (has_encoding (media, payload, "H264"))
      return TRUE;
  return FALSE;
}

/* VP8, unless only H.264 will do, or will be better. */
static void
choose_codec (const GstSDPMedia *media, BeckonH264Use use, BeckonSdpLines *lines, BeckonLine line)
{
  const int h264 = use == BECKON_H264_NEVER ? -1 : find_h264 (media, lines->profile[line]);

  lines->payload[line] = find_payload (media, "VP8");
  if (h264 >= 0 &&
      (lines->payload[line] < 0 || (use == BECKON_H264_IF_PREFERRED && prefers_h264 (media))))
    {
      lines->payload[line] = h264;
      lines->codec[line] = BECKON_CODEC_H264;
    }
}

/* Returns: whether @payload is in use anywhere: in a bundle each has one meaning. */
static gboolean
is_taken (const GstSDPMessage *sdp, guint payload)
{
  for (guint i = 0; i < gst_sdp_message_medias_len (sdp); i++)
    if (get_of_number (gst_sdp_message_get_media (sdp, i), "rtpmap", payload) != NULL)
      return TRUE;
  return FALSE;
}

static gboolean
is_repeated (const GstSDPMedia *media, int h264)
{
  g_autofree char *parameters = g_strdup_printf ("apt=%d", h264);
  guint payload;

  for (guint i = 0; next_payload (media, &i, &payload);)
    if (g_strcmp0 (get_of_number (media, "fmtp", payload), parameters) == 0)
      return TRUE;
  return FALSE;
}

void
beckon_peer_sdp_repeat_h264 (GstSDPMessage *sdp)
{
  guint free_payload = PAYLOAD_MIN;

  for (guint i = 0; i < gst_sdp_message_medias_len (sdp); i++)
    {
      GstSDPMedia *media = &g_array_index (sdp->medias, GstSDPMedia, i);
      char profile[BECKON_H264_PROFILE_SIZE];
      const int h264 = find_h264 (media, profile);
      g_autofree char *format = NULL, *map = NULL, *parameters = NULL;

      while (free_payload <= PAYLOAD_MAX && is_taken (sdp, free_payload))
        free_payload++;
      if (h264 < 0 || free_payload > PAYLOAD_MAX || is_repeated (media, h264))
        continue;
      format = g_strdup_printf ("%u", free_payload);
      map = g_strdup_printf ("%u rtx/90000", free_payload);
      parameters = g_strdup_printf ("%u apt=%d", free_payload, h264);
      gst_sdp_media_add_format (media, format);
      gst_sdp_media_add_attribute (media, "rtpmap", map);
      gst_sdp_media_add_attribute (media, "fmtp", parameters);
    }
}

/* ---- copies of sound ---- */

/* Returns: the payload type that @media gives to packets with several of @opus in them, or -1. */
static int
find_copies (const GstSDPMedia *media, int opus)
{
  g_autofree char *blocks = g_strdup_printf ("%d/%d", opus, opus);
  const gsize length = strlen (blocks);
  guint payload;

  for (guint i = 0; next_payload (media, &i, &payload);)
    {
      const char *format = get_of_number (media, "fmtp", payload);

      if (has_encoding (media, payload, "red/48000") && format != NULL &&
          g_str_has_prefix (format, blocks) && !g_ascii_isdigit (format[length]))
        return payload;
    }
  return -1;
}

void
beckon_peer_sdp_add_copies (GstSDPMessage *sdp, int payload)
{
  GstSDPMedia *media = &g_array_index (sdp->medias, GstSDPMedia, BECKON_LINE_MICROPHONE);
  const int opus = find_payload (media, "OPUS");
  g_autofree char *format = NULL, *map = NULL, *parameters = NULL;

  for (guint i = PAYLOAD_MIN; payload < 0 && i <= PAYLOAD_MAX; i++)
    if (!is_taken (sdp, i))
      payload = i;
  if (opus < 0 || payload < 0 || gst_sdp_media_get_port (media) == 0 ||
      find_copies (media, opus) >= 0)
    return;
  format = g_strdup_printf ("%d", payload);
  map = g_strdup_printf ("%d red/48000/2", payload);
  parameters = g_strdup_printf ("%d %d/%d", payload, opus, opus);
  gst_sdp_media_add_format (media, format);
  gst_sdp_media_add_attribute (media, "rtpmap", map);
  gst_sdp_media_add_attribute (media, "fmtp", parameters);
}

/* ---- all of it ---- */

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

void
beckon_peer_sdp_allow_reduced (GstSDPMessage *sdp)
{
  for (guint i = 0; i < gst_sdp_message_medias_len (sdp); i++)
    {
      GstSDPMedia *media = &g_array_index (sdp->medias, GstSDPMedia, i);

      if (is_rtp (media) && gst_sdp_media_get_attribute_val (media, "rtcp-rsize") == NULL)
        gst_sdp_media_add_attribute (media, "rtcp-rsize", "");
    }
}

static gboolean
has_picture (const GstSDPMessage *sdp)
{
  return gst_sdp_message_medias_len (sdp) > BECKON_LINE_CAMERA &&
         g_strcmp0 (gst_sdp_message_get_media (sdp, BECKON_LINE_CAMERA)->media, "video") == 0;
}

/* Names are unique, and the transport is the first line's: webrtcbin finds others in their place, or
 * nothing. */
static gboolean
check_names (const GstSDPMessage *sdp, GError **error)
{
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);
  const char *group = gst_sdp_message_get_attribute_val (sdp, "group");
  const char *first = NULL;

  for (guint i = 0; i < gst_sdp_message_medias_len (sdp); i++)
    {
      const char *name =
          gst_sdp_media_get_attribute_val (gst_sdp_message_get_media (sdp, i), "mid");

      if (i == 0)
        first = name;
      if (name != NULL && !g_hash_table_add (names, (gpointer) name))
        return refuse (error, "Two media lines with one name");
    }
  if (group != NULL && g_str_has_prefix (group, "BUNDLE "))
    {
      g_auto (GStrv) words = g_strsplit (group, " ", 3);

      if (g_strcmp0 (words[1], first) != 0)
        return refuse (error, "A group that does not begin with the first media line");
    }
  return TRUE;
}

/* The first lines are ours, in our order; a browser may leave out the screen. */
static gboolean
check_lines (const GstSDPMessage *sdp,
             gboolean offer,
             BeckonH264Use use,
             BeckonSdpLines *lines,
             GError **error)
{
  const guint n_media = gst_sdp_message_medias_len (sdp);

  if (n_media < 1 || n_media > LINES_MAX)
    return refuse (error, "A description with no media lines, or too many");
  if (!check_names (sdp, error))
    return FALSE;
  lines->copies = -1;
  lines->reduced = FALSE;
  for (guint line = 0; line < BECKON_N_LINES; line++)
    {
      const GstSDPMedia *media = line < n_media ? gst_sdp_message_get_media (sdp, line) : NULL;

      lines->payload[line] = -1;
      lines->codec[line] = BECKON_CODEC_VP8;
      lines->twcc[line] = 0;
      if (media == NULL || g_strcmp0 (media->media, wanted[line]) != 0)
        continue;
      if (line == BECKON_LINE_MICROPHONE)
        {
          lines->payload[line] = find_payload (media, "OPUS");
          lines->copies = find_copies (media, lines->payload[line]);
          lines->reduced = gst_sdp_media_get_attribute_val (media, "rtcp-rsize") != NULL;
        }
      else
        choose_codec (media, use, lines, line);
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
    return refuse (error, use == BECKON_H264_NEVER
                              ? "An offer of pictures, but none in VP8"
                              : "An offer of pictures, but none in VP8 or H.264");
  return TRUE;
}

GstSDPMessage *
beckon_peer_sdp_parse (
    const char *text, gboolean offer, BeckonH264Use use, BeckonSdpLines *lines, GError **error)
{
  g_autoptr (GstSDPMessage) sdp = NULL;

  if (!g_str_has_prefix (text, "v=0"))
    return refuse (error, "This is no session description"), NULL;
  if (gst_sdp_message_new_from_text (text, &sdp) != GST_SDP_OK)
    return refuse (error, "The session description cannot be read"), NULL;
  if (!check_lines (sdp, offer, use, lines, error))
    return NULL;
  return g_steal_pointer (&sdp);
}

const char *
beckon_peer_sdp_get_attribute (const GstSDPMessage *sdp, const char *key)
{
  const char *value = NULL;

  if (gst_sdp_message_medias_len (sdp) > 0)
    value = gst_sdp_media_get_attribute_val (gst_sdp_message_get_media (sdp, 0), key);
  return value != NULL ? value : gst_sdp_message_get_attribute_val (sdp, key);
}

guint
beckon_peer_sdp_find_ssrc (const GstSDPMessage *sdp, guint32 ssrc)
{
  for (guint i = 0; i < gst_sdp_message_medias_len (sdp); i++)
    if (get_of_number (gst_sdp_message_get_media (sdp, i), "ssrc", ssrc) != NULL)
      return i;
  return G_MAXUINT;
}

/* RFC 5576, 4.2. FALSE: it is of no such group. */
static gboolean
add_repeats (GstStructure *map, const char *group)
{
  g_auto (GStrv) words = g_strsplit (group, " ", -1);
  guint64 original, again;

  if (g_strv_length (words) != 3 || !g_str_equal (words[0], "FID") ||
      !g_ascii_string_to_unsigned (words[1], 10, 0, G_MAXUINT32, &original, NULL) ||
      !g_ascii_string_to_unsigned (words[2], 10, 0, G_MAXUINT32, &again, NULL))
    return FALSE;
  gst_structure_set (map, words[1], G_TYPE_UINT, (guint) again, NULL);
  return TRUE;
}

GstStructure *
beckon_peer_sdp_get_repeats (const GstSDPMessage *sdp)
{
  GstStructure *map = gst_structure_new_empty ("application/x-rtp-ssrc-map");

  for (guint i = 0; i < gst_sdp_message_medias_len (sdp); i++)
    {
      const GstSDPMedia *media = gst_sdp_message_get_media (sdp, i);
      const char *group;

      /* One of each line: the name of a field is kept for ever, and a stranger may write many. */
      for (guint j = 0;
           (group = gst_sdp_media_get_attribute_val_n (media, "ssrc-group", j)) != NULL; j++)
        if (add_repeats (map, group))
          break;
    }
  return map;
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
