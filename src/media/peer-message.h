/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the other end says on the data channel, read. */

#pragma once

#include <glib.h>

#include "media-private.h"

G_BEGIN_DECLS

#define BECKON_PEER_MESSAGE_MAX 1024 /* bytes */

typedef enum
{
  BECKON_PEER_MESSAGE_OTHER, /* a kind that we do not know, or that says nothing but that they are there */
  BECKON_PEER_MESSAGE_STATE,
  BECKON_PEER_MESSAGE_BYE,
  BECKON_PEER_MESSAGE_BYE_ACK,
} BeckonPeerMessageKind;

typedef struct
{
  BeckonPeerMessageKind kind;
  gboolean sends[BECKON_N_LINES]; /* STATE */
  gboolean pictures_off;          /* STATE: the path to us carries none now */
  char *reason;                   /* BYE; nullable, at most BECKON_BYE_REASON_MAX bytes */
} BeckonPeerMessage;

/** beckon_peer_message_parse: @text: of a stranger. Returns: (transfer full): the message, or %NULL with
 * TOO_LARGE, BAD_FRAME or BAD_REQUEST. */
BeckonPeerMessage *beckon_peer_message_parse (const char *text, GError **error);
void beckon_peer_message_free (BeckonPeerMessage *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeckonPeerMessage, beckon_peer_message_free)

G_END_DECLS
