/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum
{
  BECKON_RELAY_UDP,
  BECKON_RELAY_TCP,
  BECKON_RELAY_TLS,
} BeckonRelayProtocol;

/** BeckonRelay: a TURN server, and how we speak to it. */
typedef struct
{
  BeckonRelayProtocol protocol;
  char *host; /* a name or an address, without brackets */
  guint16 port;
  char *username;
  char *credential;
} BeckonRelay;

/**
 * beckon_relay_parse:
 * @url: "turn:host:port?transport=udp", "turn:…?transport=tcp" or "turns:host:port", as RFC 7065
 * has it
 * @username: (nullable)
 * @credential: (nullable)
 *
 * Returns: (transfer full): the relay, or %NULL with %G_IO_ERROR_INVALID_ARGUMENT: malformed,
 * without credentials, or of a kind that there is not
 */
BeckonRelay *
beckon_relay_parse (const char *url, const char *username, const char *credential, GError **error);
BeckonRelay *beckon_relay_copy (const BeckonRelay *self);
void beckon_relay_free (BeckonRelay *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeckonRelay, beckon_relay_free)

/**
 * beckon_relay_to_uri:
 * @tunnel: the port on this machine where a #BeckonRelayTunnel takes it; 0 over UDP
 *
 * Returns: what webrtcbin's "add-turn-server" takes
 */
char *beckon_relay_to_uri (const BeckonRelay *self, guint16 tunnel);

/** beckon_relay_protocol_to_string: Returns: "udp", "tcp" or "tls" */
const char *beckon_relay_protocol_to_string (BeckonRelayProtocol protocol);

G_END_DECLS
