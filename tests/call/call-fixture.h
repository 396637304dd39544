/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A call manager with real media, signed in as "alice" with the device "device" at half a server
 * that does what the test says. */

#pragma once

#include "call-manager.h"
#include "half-server.h"

typedef struct
{
  HalfServer *server;
  BeckonSignalingService *signaling;
  BeckonCallManager *manager;
  BeckonCall *call; /* the last one there was */
  GError *error;
  guint done, incoming, missed, ends, members;
  gboolean down;
} CallFixture;

/* What alice's media comes from and goes to, if not test sources and nowhere. */
typedef struct
{
  const char *file;   /* nullable: in the place of camera and microphone */
  const char *record; /* nullable */
} CallSources;

/** call_fixture_set_up: @data: (nullable): a CallSources */
void call_fixture_set_up (CallFixture *f, gconstpointer data);
void call_fixture_tear_down (CallFixture *f, gconstpointer unused);
/** call_fixture_start_shutdown: of the manager; @f->down is TRUE when it is complete, and @f->error
 * what it has failed with. */
void call_fixture_start_shutdown (CallFixture *f);

/** call_fixture_invite: a call to bob; @f->done counts up when it is placed or has failed. */
void call_fixture_invite (CallFixture *f, BeckonMedia media);
/** call_fixture_place: a voice call to bob that the server took, with the id "out". */
void call_fixture_place (CallFixture *f);
/** call_fixture_talk: as call_fixture_place(), and bob accepted it with the device "d". */
void call_fixture_talk (CallFixture *f);
/** call_fixture_ring_as: an invitation to a voice call; @remaining: ms */
void call_fixture_ring_as (CallFixture *f, const char *call, const char *from, int remaining);
/** call_fixture_be_rung: an invitation of bob's, with the id "in". */
void call_fixture_be_rung (CallFixture *f);
/** call_fixture_start_accept: accepts; @f->done counts up when it is confirmed or has failed. */
void call_fixture_start_accept (CallFixture *f);
/** call_fixture_accept: accepts, and the server takes it. */
void call_fixture_accept (CallFixture *f);
void call_fixture_assert_free (CallFixture *f, BeckonCallEnd end);

/** call_fixture_make_offer: Returns: (transfer full): a real offer, as a stranger's client would
 * make it, escaped for JSON. */
char *call_fixture_make_offer (void);
/** call_fixture_send_description: to us, from @device of @user. */
void call_fixture_send_description (CallFixture *f,
                                    const char *call,
                                    const char *user,
                                    const char *device,
                                    guint generation,
                                    const char *type,
                                    const char *sdp);
/** call_fixture_expect_description: waits until we have sent a description of @type to @user.
 * Returns: (transfer full): the request. */
JsonObject *call_fixture_expect_description (CallFixture *f, const char *user, const char *type);
guint call_fixture_get_generation (JsonObject *description);
/** call_fixture_sync: waits until everything that the server said has been handled. */
void call_fixture_sync (CallFixture *f);
