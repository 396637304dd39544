/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Words that the wire, the call layer and the windows share. Every enumeration has its wire word
 * from _to_string() and back with _from_string(), which returns FALSE for a word it does not know. */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/** BECKON_INVITATION_TIMEOUT_DEFAULT: seconds an invitation rings when the caller names no time. */
#define BECKON_INVITATION_TIMEOUT_DEFAULT 90
#define BECKON_INVITATION_TIMEOUT_MAX 600
#define BECKON_INVITEES_MAX 9
/** BECKON_CALL_DATA_MAX: bytes of the application's own data in an invitation, accept or reject. */
#define BECKON_CALL_DATA_MAX 2048
/** BECKON_ICE_SERVERS_MAX: that a client is told of, with addresses of BECKON_ICE_URL_MAX bytes. */
#define BECKON_ICE_SERVERS_MAX 16
#define BECKON_ICE_URL_MAX 512
/** BECKON_CALLS_MAX: of one user, that ring or run, in a snapshot. */
#define BECKON_CALLS_MAX 64
/** BECKON_DEVICES_MAX: of one user, that a client is told of. */
#define BECKON_DEVICES_MAX 64

typedef enum
{
  BECKON_MEDIA_VOICE,
  BECKON_MEDIA_VIDEO,
} BeckonMedia;

typedef enum
{
  BECKON_REJECT_DECLINED,
  BECKON_REJECT_BUSY,
  BECKON_REJECT_UNAVAILABLE,
} BeckonRejectReason;

/** BeckonLeaveReason: why a member left; LOST is only ever said by the server. */
typedef enum
{
  BECKON_LEAVE_HUNG_UP,
  BECKON_LEAVE_MEDIA_FAILED,
  BECKON_LEAVE_QUIT,
  BECKON_LEAVE_LOST,
} BeckonLeaveReason;

typedef enum
{
  BECKON_PRESENCE_OFFLINE,
  BECKON_PRESENCE_ONLINE,
  BECKON_PRESENCE_IN_CALL,
  BECKON_PRESENCE_DND,
} BeckonPresence;

#define BECKON_TYPE_MEDIA (beckon_media_get_type ())
#define BECKON_TYPE_REJECT_REASON (beckon_reject_reason_get_type ())
#define BECKON_TYPE_LEAVE_REASON (beckon_leave_reason_get_type ())
#define BECKON_TYPE_PRESENCE (beckon_presence_get_type ())

GType beckon_media_get_type (void) G_GNUC_CONST;
GType beckon_reject_reason_get_type (void) G_GNUC_CONST;
GType beckon_leave_reason_get_type (void) G_GNUC_CONST;
GType beckon_presence_get_type (void) G_GNUC_CONST;

const char *beckon_media_to_string (BeckonMedia media);
gboolean beckon_media_from_string (const char *word, BeckonMedia *media);
const char *beckon_reject_reason_to_string (BeckonRejectReason reason);
gboolean beckon_reject_reason_from_string (const char *word, BeckonRejectReason *reason);
const char *beckon_leave_reason_to_string (BeckonLeaveReason reason);
gboolean beckon_leave_reason_from_string (const char *word, BeckonLeaveReason *reason);
const char *beckon_presence_to_string (BeckonPresence presence);
gboolean beckon_presence_from_string (const char *word, BeckonPresence *presence);

G_END_DECLS
