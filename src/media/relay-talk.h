/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "media-peer.h"
#include "media-relay.h"

#include <stun/stunagent.h>

G_BEGIN_DECLS

/** BECKON_RELAY_MESSAGE_MAX: no message is longer, of theirs or of ours. */
#define BECKON_RELAY_MESSAGE_MAX 2048

/**
 * BeckonRelayTalk:
 *
 * A conversation with a STUN or TURN server, for who asks it something and waits for the answer: in
 * a thread. What strangers answer is read by libnice's parser.
 */
typedef struct
{
  /* Given */
  const BeckonRelay *relay;
  GCancellable *cancellable; /* nullable */
  gboolean stun_only;        /* over UDP, without credentials */

  GSocketConnection *connection; /* nullable */
  gint64 end_us;                 /* no answer is awaited any longer */
  StunAgent agent;
  StunMessage reply;
  guint8 reply_bytes[BECKON_RELAY_MESSAGE_MAX]; /* @reply is made of them */
  double round_trip_ms;                         /* of the last answer */

  /* What the next request is signed with, once the server has said */
  gboolean is_known;
  StunMessage known;
  guint8 known_bytes[BECKON_RELAY_MESSAGE_MAX];

  struct sockaddr_storage place; /* ours at the relay, once it is allocated */
  socklen_t place_length;
} BeckonRelayTalk;

/** beckon_relay_talk_new: @cancellable: (nullable): it and @relay outlive the conversation */
BeckonRelayTalk *
beckon_relay_talk_new (const BeckonRelay *relay, gboolean stun_only, GCancellable *cancellable);
void beckon_relay_talk_free (BeckonRelayTalk *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeckonRelayTalk, beckon_relay_talk_free)

/**
 * beckon_relay_talk_dial:
 * @authority: (nullable): as for a #BeckonRelayTunnel
 *
 * Within four seconds; answers have as many from then on.
 *
 * Returns: FALSE with %BECKON_MEDIA_ERROR_NO_RELAY, of STUN %BECKON_MEDIA_ERROR_UDP_BLOCKED, or
 * %G_IO_ERROR_CANCELLED
 */
gboolean beckon_relay_talk_dial (BeckonRelayTalk *self, const char *authority, GError **error);

/** beckon_relay_talk_bind: asks how we look from there. Returns: as dialling */
gboolean beckon_relay_talk_bind (BeckonRelayTalk *self, GError **error);

/** beckon_relay_talk_allocate: asks for a place. Returns: FALSE with
 * %BECKON_MEDIA_ERROR_RELAY_REFUSED, or as dialling */
gboolean beckon_relay_talk_allocate (BeckonRelayTalk *self, GError **error);
/** beckon_relay_talk_permit: lets what comes from @address to our place through. Returns: as
 * allocating */
gboolean beckon_relay_talk_permit (BeckonRelayTalk *self,
                                   const struct sockaddr_storage *address,
                                   socklen_t address_length,
                                   GError **error);
/** beckon_relay_talk_give_back: our place, without waiting for an answer. */
void beckon_relay_talk_give_back (BeckonRelayTalk *self);

/** beckon_relay_talk_send: one message. Returns: FALSE with an error of GIO's */
gboolean beckon_relay_talk_send (BeckonRelayTalk *self,
                                 const guint8 *message,
                                 gsize length,
                                 GError **error);
/** beckon_relay_talk_receive: one message, into reply_bytes. @wait_us: over UDP. Returns: its
 * length; 0: none came; -1 with an error of GIO's */
gssize beckon_relay_talk_receive (BeckonRelayTalk *self, gint64 wait_us, GError **error);

G_END_DECLS
