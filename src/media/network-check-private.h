/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A check in its parts, in the order in which they run: network-check.c (the object, the network),
 * network-check-relays.c (UDP, the relays all at once), network-check-media.c (a call from here to
 * here, and how much gets through). */

#pragma once

#include "network-check.h"

#include "media-session.h"
#include "relay-probe.h"

G_BEGIN_DECLS

typedef struct
{
  char *url, *username, *credential;
} BeckonCheckServer;

/* Both ends of the call from here to here */
typedef struct
{
  BeckonMediaSession *session;
  BeckonMediaPeer *peer;
} BeckonCheckEnd;

struct _BeckonNetworkCheck
{
  GObject parent_instance;

  BeckonMediaConfig *config;
  GPtrArray *servers; /* BeckonCheckServer */
  GPtrArray *relays;  /* BeckonRelay */
  GPtrArray *lines;   /* BeckonCheckLine */
  char *server;       /* nullable: address of the signaling server */
  double server_ms;
  guint rate; /* kbit/s; 0: not measured */

  /* While it runs */
  GTask *task;
  GPtrArray *probes;        /* BeckonCheckProbe: in the order of the relays */
  const BeckonRelay *relay; /* borrowed, nullable: the first that has a place for us */
  BeckonCheckEnd ends[2];
  guint waiting; /* for probes; for ends to close and the rate */
  guint source;
  gint64 began, flowed;         /* media: monotonic; 0: not yet */
  BeckonStatistics *statistics; /* nullable: of the call, when it has gone well */
};

typedef struct
{
  BeckonNetworkCheck *owner; /* a reference, while it is under way */
  const BeckonRelay *relay;
  GError *error;
  double round_trip_ms;
} BeckonCheckProbe;

/**
 * beckon_network_check_tell:
 * @subject: (transfer full) (nullable)
 * @sentence: (transfer full)
 * @round_trip_ms: -1: not measured
 * @problem: (nullable)
 *
 * Adds a line.
 */
void beckon_network_check_tell (BeckonNetworkCheck *self,
                                BeckonCheck check,
                                BeckonCheckStatus status,
                                char *subject,
                                char *sentence,
                                double round_trip_ms,
                                const GError *problem);
void beckon_network_check_set_rate (BeckonNetworkCheck *self, guint rate);
/** beckon_network_check_complete: all is told, and nothing is under way any more */
void beckon_network_check_complete (BeckonNetworkCheck *self);

/** beckon_network_check_try_relays: goes on with beckon_network_check_try_media() */
void beckon_network_check_try_relays (BeckonNetworkCheck *self);
/** beckon_network_check_try_media: goes on with beckon_network_check_complete() */
void beckon_network_check_try_media (BeckonNetworkCheck *self);
/** beckon_check_probe_free: of one that is over */
void beckon_check_probe_free (BeckonCheckProbe *self);

G_END_DECLS
