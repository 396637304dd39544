/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "media-words.h"

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
