/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

#include "protocol-types.h"

G_BEGIN_DECLS

/**
 * BECKON_SIGNALING_ERROR:
 *
 * What goes wrong between this client and its server beside what the protocol itself names
 * (%BECKON_PROTOCOL_ERROR).
 */
#define BECKON_SIGNALING_ERROR (beckon_signaling_error_quark ())
GQuark beckon_signaling_error_quark (void);

typedef enum
{
  BECKON_SIGNALING_ERROR_BAD_ADDRESS,   /* the server's address is not one */
  BECKON_SIGNALING_ERROR_UNREACHABLE,   /* nobody answers there */
  BECKON_SIGNALING_ERROR_NOT_A_SERVER,  /* somebody answers who does not speak the protocol */
  BECKON_SIGNALING_ERROR_NOT_CONNECTED, /* a request while there is no connection */
  BECKON_SIGNALING_ERROR_DISCONNECTED,  /* the connection broke before the answer came */
  BECKON_SIGNALING_ERROR_SIGNED_OUT,    /* another device of the account signed this one out */
} BeckonSignalingError;

typedef enum
{
  BECKON_SIGNALING_SIGNED_OUT,
  BECKON_SIGNALING_CONNECTING,   /* a first connection is being made */
  BECKON_SIGNALING_CONNECTED,
  BECKON_SIGNALING_RECONNECTING, /* was connected, or the first try failed; tries again by itself */
} BeckonSignalingState;

#define BECKON_TYPE_SIGNALING_STATE (beckon_signaling_state_get_type ())
GType beckon_signaling_state_get_type (void) G_GNUC_CONST;

/** BeckonUser: a person as the server names them. */
typedef struct
{
  char *id;
  char *name;
} BeckonUser;

#define BECKON_TYPE_USER (beckon_user_get_type ())
GType beckon_user_get_type (void) G_GNUC_CONST;
BeckonUser *beckon_user_new (const char *id, const char *name);
BeckonUser *beckon_user_copy (const BeckonUser *self);
void beckon_user_free (BeckonUser *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeckonUser, beckon_user_free)

/** BeckonInvitation: an invitation that reached this device. */
typedef struct
{
  char *call;
  BeckonUser *from;
  GPtrArray *members; /* BeckonUser: everybody invited and in it, the caller included */
  BeckonMedia media;
  guint timeout;      /* seconds, from when it was sent */
  gint64 remaining;   /* milliseconds that it still rings */
  char *data;         /* nullable */
} BeckonInvitation;

#define BECKON_TYPE_INVITATION (beckon_invitation_get_type ())
GType beckon_invitation_get_type (void) G_GNUC_CONST;
BeckonInvitation *beckon_invitation_copy (const BeckonInvitation *self);
void beckon_invitation_free (BeckonInvitation *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeckonInvitation, beckon_invitation_free)

/** BeckonInviteFailure: an invitee who could not be invited, and why (%BECKON_PROTOCOL_ERROR). */
typedef struct
{
  char *user;
  GError *error;
} BeckonInviteFailure;

/** BeckonInviteResult: what became of an invite that the server took. */
typedef struct
{
  char *call;
  guint timeout;     /* seconds */
  GPtrArray *failed; /* BeckonInviteFailure; everybody only where a server is wrong */
  GPtrArray *members; /* BeckonUser: the others, with their names, as far as the server tells */
  gboolean merged;    /* it is their invitation of us, which rang just now, and is accepted */
  BeckonMedia media; /* merged: of that call */
} BeckonInviteResult;

BeckonInviteFailure *beckon_invite_failure_new (const char *user, GError *error);
void beckon_invite_failure_free (BeckonInviteFailure *self);
void beckon_invite_result_free (BeckonInviteResult *self);
/** beckon_invite_result_find_failure: Returns: (transfer none) (nullable): why @user could not be
 * invited; %NULL: they were. */
const GError *beckon_invite_result_find_failure (const BeckonInviteResult *self, const char *user);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeckonInviteResult, beckon_invite_result_free)

/** BeckonJoinResult: the call that we are in now. */
typedef struct
{
  GPtrArray *members; /* BeckonUser: who is in it */
  BeckonMedia media;
  gint64 duration;    /* milliseconds since it was accepted, 0: it was not */
} BeckonJoinResult;

void beckon_join_result_free (BeckonJoinResult *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeckonJoinResult, beckon_join_result_free)

/** BeckonIceServer: a STUN or TURN server for media. */
typedef struct
{
  GStrv urls;
  char *username;   /* nullable */
  char *credential; /* nullable */
} BeckonIceServer;

void beckon_ice_server_free (BeckonIceServer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeckonIceServer, beckon_ice_server_free)

G_END_DECLS
