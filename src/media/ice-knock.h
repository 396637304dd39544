/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The checks of ICE, asked for again by the clock; what comes behind them is peer-repeat.h's. */

#pragma once

#include <nice/agent.h>

G_BEGIN_DECLS

/**
 * BeckonIceKnock:
 *
 * libnice repeats a check of a path after half a second, and after one and two more, and lets
 * nobody set that: where a fifth of all packets is lost one connection in ten takes more than three
 * seconds. But whoever is checked checks at once in turn (RFC 8445, 7.3.1.4), and says again what
 * they were saying. So this sends checks of its own, from the same sockets, whose answers nobody
 * waits for: it is the other end's that are hastened, and ours by theirs. What ICE knows and
 * decides is libnice's alone. Main thread.
 */
typedef struct _BeckonIceKnock BeckonIceKnock;

/**
 * beckon_ice_knock_new:
 * @agent: (transfer none): with one stream of one component, which sends checks now
 * @their_fragment: (transfer none): the other end's ice-ufrag
 * @their_password: (transfer none): the other end's ice-pwd
 *
 * Knocks for three seconds, or until it is freed. Not for who may be known by a relay's address
 * only: what is sent comes from our own.
 *
 * Returns: (transfer full)
 */
BeckonIceKnock *
beckon_ice_knock_new (NiceAgent *agent, const char *their_fragment, const char *their_password);
void beckon_ice_knock_free (BeckonIceKnock *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeckonIceKnock, beckon_ice_knock_free)

G_END_DECLS
