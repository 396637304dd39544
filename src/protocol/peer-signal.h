/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <json-glib/json-glib.h>

#include "protocol-error.h"

G_BEGIN_DECLS

#define BECKON_SDP_MAX 30000
#define BECKON_CANDIDATE_MAX 1024
#define BECKON_MLINE_MAX 15
#define BECKON_BYE_REASON_MAX 32

typedef enum
{
  BECKON_PEER_SIGNAL_DESCRIPTION,
  BECKON_PEER_SIGNAL_CANDIDATE,
  BECKON_PEER_SIGNAL_CANDIDATES_END,
  BECKON_PEER_SIGNAL_BYE,
} BeckonPeerSignalKind;

typedef enum
{
  BECKON_SDP_OFFER,
  BECKON_SDP_ANSWER,
} BeckonSdpType;

/**
 * BeckonPeerSignal:
 *
 * What two clients tell each other through the server, which never reads it. @generation numbers
 * the peer connection of this pair; whatever belongs to an older one is dropped.
 */
typedef struct
{
  BeckonPeerSignalKind kind;
  guint generation;       /* from 1 */
  BeckonSdpType sdp_type; /* description */
  char *sdp;              /* description */
  guint mline;            /* candidate: index of the media line */
  char *candidate;        /* candidate: "candidate:…" as in SDP, without "a=" */
  char *reason;           /* bye: a BeckonLeaveReason's word, or NULL */
} BeckonPeerSignal;

#define BECKON_TYPE_PEER_SIGNAL (beckon_peer_signal_get_type ())
GType beckon_peer_signal_get_type (void) G_GNUC_CONST;

BeckonPeerSignal *beckon_peer_signal_new_description (guint generation, BeckonSdpType type,
                                                      const char *sdp);
BeckonPeerSignal *beckon_peer_signal_new_candidate (guint generation, guint mline,
                                                    const char *candidate);
BeckonPeerSignal *beckon_peer_signal_new_candidates_end (guint generation);
BeckonPeerSignal *beckon_peer_signal_new_bye (guint generation, const char *reason);
BeckonPeerSignal *beckon_peer_signal_copy (const BeckonPeerSignal *self);
void beckon_peer_signal_free (BeckonPeerSignal *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeckonPeerSignal, beckon_peer_signal_free)

/** beckon_peer_signal_to_json: Returns: (transfer full): the payload of a signal.send. */
JsonObject *beckon_peer_signal_to_json (const BeckonPeerSignal *self);

/** beckon_peer_signal_from_json: Returns: (transfer full): the signal, or %NULL with
 * BAD_REQUEST, UNKNOWN_TYPE or TOO_LARGE: a stranger wrote it. */
BeckonPeerSignal *beckon_peer_signal_from_json (JsonObject *object, GError **error);

G_END_DECLS
