/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "signaling-types.h"

G_BEGIN_DECLS

/** BeckonParticipantState: the part that somebody has in a call. */
typedef enum
{
  BECKON_PARTICIPANT_UNKNOWN,  /* an older server does not say */
  BECKON_PARTICIPANT_INVITING, /* no device of theirs has it yet */
  BECKON_PARTICIPANT_RINGING,
  BECKON_PARTICIPANT_ACCEPTED, /* in it; so is the caller from the start */
  BECKON_PARTICIPANT_GONE,     /* declined, did not answer, left */
} BeckonParticipantState;

/** BeckonParticipant: somebody who is in a call or was invited to it. */
typedef struct
{
  BeckonUser *user;
  BeckonParticipantState state;
  char *device; /* nullable: with which they are in it */
} BeckonParticipant;

BeckonParticipant *beckon_participant_copy (const BeckonParticipant *self);
void beckon_participant_free (BeckonParticipant *self);

#define BECKON_TYPE_CALL_SNAPSHOT (beckon_call_snapshot_get_type ())
GType beckon_call_snapshot_get_type (void) G_GNUC_CONST;

/** BeckonCallSnapshot: a call of this user that runs or rings, as the server has it now. */
typedef struct
{
  char *call;
  BeckonParticipantState state; /* the user's own: ACCEPTED or RINGING */
  BeckonMedia media;
  BeckonUser *from;   /* nullable: who called */
  GPtrArray *members; /* BeckonParticipant: everybody, the user included */
  char *device;       /* nullable: of the user's, with which they are in it */
  guint timeout;      /* seconds, 0: not told */
  gint64 remaining;   /* milliseconds that it still rings, 0: not told */
  char *data;         /* nullable */
} BeckonCallSnapshot;

BeckonCallSnapshot *beckon_call_snapshot_copy (const BeckonCallSnapshot *self);
void beckon_call_snapshot_free (BeckonCallSnapshot *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeckonCallSnapshot, beckon_call_snapshot_free)

/** beckon_call_snapshot_find: Returns: (transfer none) (nullable): @user, if they are part of it.
 */
const BeckonParticipant *beckon_call_snapshot_find (const BeckonCallSnapshot *self,
                                                    const char *user);

G_END_DECLS
