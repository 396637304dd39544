/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "media-config.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum
{
  BECKON_CHECK_SERVER,  /* the signaling server; measured by whoever speaks to it */
  BECKON_CHECK_NETWORK, /* this machine has an address */
  BECKON_CHECK_UDP,
  BECKON_CHECK_RELAY, /* one line for each */
  BECKON_CHECK_MEDIA, /* sound and pictures, through a relay if there is one */
} BeckonCheck;

typedef enum
{
  BECKON_CHECK_GOOD,
  BECKON_CHECK_WARNING, /* calls work, but not with everybody */
  BECKON_CHECK_FAILED,
} BeckonCheckStatus;

/** BeckonCheckLine: what was found out about one thing. */
typedef struct
{
  BeckonCheck check;
  BeckonCheckStatus status;
  char *sentence;       /* for a person */
  char *subject;        /* nullable: which relay: "udp turn.example.org:3478" */
  double round_trip_ms; /* -1: not measured */
  gboolean relayed;     /* of BECKON_CHECK_MEDIA: over a relay, and not on this computer alone */
  GError *problem;      /* nullable: what came of the attempt, as a code */
} BeckonCheckLine;

#define BECKON_TYPE_NETWORK_CHECK (beckon_network_check_get_type ())
/**
 * BeckonNetworkCheck:
 *
 * Tries, before a call, whether one would work: what the network lets through, whether relays
 * believe us, what sound and pictures are like that go from here to here by the way that a call
 * would take, and how much gets through. Takes some twenty seconds at most. Main thread only.
 *
 * Properties (read-only): rate (guint, kbit/s: see beckon_network_check_get_rate())
 *
 * Signals: line (const BeckonCheckLine *line): something was found out, in the order in which it is
 * to be read
 */
G_DECLARE_FINAL_TYPE (BeckonNetworkCheck, beckon_network_check, BECKON, NETWORK_CHECK, GObject)

/** beckon_network_check_new: @config: of calls; what is sent is a test picture and a tone, though
 */
BeckonNetworkCheck *beckon_network_check_new (const BeckonMediaConfig *config);
/** beckon_network_check_add_ice_server: as beckon_media_session_add_ice_server() */
void beckon_network_check_add_ice_server (BeckonNetworkCheck *self,
                                          const char *url,
                                          const char *username,
                                          const char *credential);
/** beckon_network_check_set_server: what was found out about the signaling server; @address: as
 * people write it */
void beckon_network_check_set_server (BeckonNetworkCheck *self,
                                      const char *address,
                                      double round_trip_ms);

/** beckon_network_check_run_async: once; @cancellable: (nullable) */
void beckon_network_check_run_async (BeckonNetworkCheck *self,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
/** beckon_network_check_run_finish: Returns: (transfer none) (element-type BeckonCheckLine): all
 * lines; %NULL with %G_IO_ERROR_CANCELLED */
GPtrArray *
beckon_network_check_run_finish (BeckonNetworkCheck *self, GAsyncResult *result, GError **error);

/** beckon_network_check_get_rate: Returns: kbit/s that came back through the relay when more was
 * sent than a call ever does (%BECKON_RELAY_RATE_MAX); 0: not measured, yet or at all, since there
 * is no relay, or none that works, or too little came back. It is known before the line of %BECKON_CHECK_MEDIA is told. */
guint beckon_network_check_get_rate (BeckonNetworkCheck *self);

/** beckon_check_to_string: Returns: "server", "network", "udp", "relay", "media" */
const char *beckon_check_to_string (BeckonCheck check);
/** beckon_check_status_to_string: Returns: "good", "warning", "failed" */
const char *beckon_check_status_to_string (BeckonCheckStatus status);

G_END_DECLS
