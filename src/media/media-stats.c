/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "media-stats.h"

typedef struct
{
  const char *theirs, *ours;
} Word;

static const char *
look_up (const Word *words, gsize n, const char *word)
{
  for (gsize i = 0; word != NULL && i < n; i++)
    if (g_ascii_strcasecmp (words[i].theirs, word) == 0)
      return words[i].ours;
  return NULL;
}

void
beckon_media_stats_clear (BeckonMediaStats *self)
{
  g_return_if_fail (self != NULL);

  *self = (BeckonMediaStats){
    .round_trip_ms = -1,
    .jitter_ms = -1,
    .jitter_buffer_ms = -1,
    .quality = BECKON_QUALITY_UNKNOWN,
  };
}

const char *
beckon_media_route_to_string (BeckonMediaRoute route)
{
  switch (route)
    {
    case BECKON_MEDIA_ROUTE_DIRECT:
      return "direct";
    case BECKON_MEDIA_ROUTE_RELAYED:
      return "relayed";
    case BECKON_MEDIA_ROUTE_UNKNOWN:
    default:
      return "unknown";
    }
}

const char *
beckon_media_codec_name (const char *encoding)
{
  static const Word words[] = {
    { "VP8", "VP8" },    { "VP9", "VP9" },    { "H264", "H.264" },
    { "H265", "H.265" }, { "AV1", "AV1" },    { "OPUS", "Opus" },
    { "PCMU", "G.711" }, { "PCMA", "G.711" }, { "G722", "G.722" },
  };

  return look_up (words, G_N_ELEMENTS (words), encoding);
}

const char *
beckon_media_candidate_type (const char *word)
{
  static const Word words[] = {
    { "host", "host" },
    { "srflx", "server-reflexive" },
    { "server-reflexive", "server-reflexive" },
    { "prflx", "peer-reflexive" },
    { "peer-reflexive", "peer-reflexive" },
    { "relay", "relayed" },
    { "relayed", "relayed" },
  };

  return look_up (words, G_N_ELEMENTS (words), word);
}

const char *
beckon_media_protocol (const char *word)
{
  static const Word words[] = { { "udp", "udp" }, { "tcp", "tcp" }, { "tls", "tls" } };

  return look_up (words, G_N_ELEMENTS (words), word);
}
