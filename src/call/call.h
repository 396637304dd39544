/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

#include "call-snapshot.h"
#include "call-state.h"
#include "media-session.h"

G_BEGIN_DECLS

/** BeckonCallProgress: how far it is, for the person who waits or talks. */
typedef enum
{
  BECKON_CALL_PROGRESS_CALLING,      /* the server has the invitation */
  BECKON_CALL_PROGRESS_RINGING,      /* a device of theirs has it */
  BECKON_CALL_PROGRESS_OFFLINE,      /* no device of theirs is there; they will see a missed call */
  BECKON_CALL_PROGRESS_CONNECTING,   /* accepted; media on its way */
  BECKON_CALL_PROGRESS_CONNECTED,
  BECKON_CALL_PROGRESS_RECONNECTING, /* the path was lost */
  BECKON_CALL_PROGRESS_ENDED,
} BeckonCallProgress;

/** BeckonCallEnd: how it ended, from this person's side. */
typedef enum
{
  BECKON_CALL_END_NONE,               /* it has not */
  BECKON_CALL_END_HUNG_UP,            /* we hung up */
  BECKON_CALL_END_PEER_HUNG_UP,
  BECKON_CALL_END_CANCELLED,          /* we withdrew our invitation */
  BECKON_CALL_END_PEER_CANCELLED,     /* the caller withdrew theirs: a missed call */
  BECKON_CALL_END_DECLINED,           /* we declined */
  BECKON_CALL_END_PEER_DECLINED,
  BECKON_CALL_END_PEER_BUSY,
  BECKON_CALL_END_UNANSWERED,         /* they did not answer */
  BECKON_CALL_END_MISSED,             /* we did not answer */
  BECKON_CALL_END_ANSWERED_ELSEWHERE, /* another device of ours answered, declined or took over */
  BECKON_CALL_END_CONNECTION_LOST,    /* the path was lost and did not come back; see the error */
  BECKON_CALL_END_NO_MEDIA,           /* accepted, but no media came within 15 s; see the error */
  BECKON_CALL_END_FAILED,             /* see the error */
} BeckonCallEnd;

/** BeckonCallElsewhere: what another device of ours did with a call that is over here. */
typedef enum
{
  BECKON_CALL_ELSEWHERE_ANSWERED,
  BECKON_CALL_ELSEWHERE_DECLINED,
  BECKON_CALL_ELSEWHERE_MOVED,    /* took the place that this one had in it */
} BeckonCallElsewhere;

/** BeckonMemberState: the part that another person has in the call. */
typedef enum
{
  BECKON_MEMBER_ALERTED, /* invited, has not answered */
  BECKON_MEMBER_JOINED,
  BECKON_MEMBER_GONE,    /* declined, did not answer, was withdrawn, left */
} BeckonMemberState;

#define BECKON_TYPE_CALL_PROGRESS (beckon_call_progress_get_type ())
#define BECKON_TYPE_CALL_END (beckon_call_end_get_type ())
GType beckon_call_progress_get_type (void) G_GNUC_CONST;
GType beckon_call_end_get_type (void) G_GNUC_CONST;

#define BECKON_TYPE_CALL (beckon_call_get_type ())
/**
 * BeckonCall:
 *
 * One call, from the invitation to its end; made by a #BeckonCallManager. It carries descriptions
 * and candidates between signaling and media, and is where a window looks. Main thread only.
 *
 * Properties, read-only unless said: id, state, progress, end, error (GError, nullable), outgoing,
 * media, peer-id, peer-name (whom we call, or who calls us; the first of them in a group), members
 * (GPtrArray of BeckonUser; notified when somebody comes, goes or is invited),
 * microphone, camera (read-write: what we send or will send), system-sound (read-write: whether what
 * other programs play here is sent with our screen), remote-microphone, remote-camera,
 * screen (whether we share one), remote-screen, remote-screen-video (GObject, nullable: the screen
 * of the first who shares one), remote-level (double 0..1), local-video, remote-video (GObject,
 * nullable: a sink with a "paintable" property), statistics (BeckonStatistics, nullable),
 * seconds-to-end, microphone-level (double 0..1), microphone-problem, camera-problem,
 * speaker-problem, screen-problem (GError, nullable), message (nullable: what the other wrote when
 * they declined, as one line), answered-device (nullable: the name of the device of ours that
 * answered or took over).
 *
 * Signals: first-audio (char *user) and first-video (char *user, guint width, guint height): the
 * first decoded sound and picture of a person. handed-over (char *user, guint generation): another
 * connection to them has taken the place of the one there was.
 *
 * Every property change is notified; at the end: state is FREE, then "end" is notified last, once.
 */
G_DECLARE_FINAL_TYPE (BeckonCall, beckon_call, BECKON, CALL, GObject)

const char *beckon_call_get_id (BeckonCall *self);
BeckonCallState beckon_call_get_state (BeckonCall *self);
BeckonCallProgress beckon_call_get_progress (BeckonCall *self);
BeckonCallEnd beckon_call_get_end (BeckonCall *self);
const GError *beckon_call_get_error (BeckonCall *self);
gboolean beckon_call_is_outgoing (BeckonCall *self);
BeckonMedia beckon_call_get_media (BeckonCall *self);
const char *beckon_call_get_peer_id (BeckonCall *self);
const char *beckon_call_get_peer_name (BeckonCall *self);
/** beckon_call_get_shown_user: (transfer none): of whom the properties "statistics" and "remote-…"
 * tell, except those of the screen: the first who shows something, else the first who is connected,
 * else the first there is; of those who are in the call. */
const BeckonUser *beckon_call_get_shown_user (BeckonCall *self);
/** beckon_call_get_last_user: (transfer none): who was the last to leave, to decline or not to
 * answer; else as above. */
const BeckonUser *beckon_call_get_last_user (BeckonCall *self);
/** beckon_call_get_members: (transfer none) (element-type BeckonUser): everybody but us, also who
 * is gone, in the order in which they came */
GPtrArray *beckon_call_get_members (BeckonCall *self);
/** beckon_call_get_member_state: @user: one of the members */
BeckonMemberState beckon_call_get_member_state (BeckonCall *self, const char *user);
const char *beckon_call_get_message (BeckonCall *self);
const char *beckon_call_get_answered_device (BeckonCall *self);
/** beckon_call_get_elsewhere: of a call that ended with %BECKON_CALL_END_ANSWERED_ELSEWHERE */
BeckonCallElsewhere beckon_call_get_elsewhere (BeckonCall *self);

gboolean beckon_call_get_microphone (BeckonCall *self);
void beckon_call_set_microphone (BeckonCall *self, gboolean on);
gboolean beckon_call_get_camera (BeckonCall *self);
void beckon_call_set_camera (BeckonCall *self, gboolean on);
gboolean beckon_call_get_remote_microphone (BeckonCall *self);
gboolean beckon_call_get_remote_camera (BeckonCall *self);
double beckon_call_get_microphone_level (BeckonCall *self);
double beckon_call_get_remote_level (BeckonCall *self);
gboolean beckon_call_get_screen (BeckonCall *self);
gboolean beckon_call_get_remote_screen (BeckonCall *self);
/* (transfer none) (nullable): objects with a "paintable" property */
GObject *beckon_call_get_local_video (BeckonCall *self);
GObject *beckon_call_get_remote_video (BeckonCall *self);
GObject *beckon_call_get_remote_screen_video (BeckonCall *self);
const GError *beckon_call_get_microphone_problem (BeckonCall *self);
const GError *beckon_call_get_camera_problem (BeckonCall *self);
const GError *beckon_call_get_speaker_problem (BeckonCall *self);
const GError *beckon_call_get_screen_problem (BeckonCall *self);

/** beckon_call_has_screen_source: whether what is shared is configured, so that the desktop need
 * not be asked for it. */
gboolean beckon_call_has_screen_source (BeckonCall *self);
/**
 * beckon_call_share_screen:
 * @fd: (transfer full): a PipeWire connection that the desktop opened for us, or -1 for what is
 *   configured
 * @node: what is shared of it
 *
 * Everybody in the call sees it, until it ends. Nothing while nobody has accepted.
 */
void beckon_call_share_screen (BeckonCall *self, int fd, guint node);
/** beckon_call_stop_screen: @problem: (nullable): why, if the person did not want it so: then it is
 * notified as screen-problem, also where nothing was shared yet. */
void beckon_call_stop_screen (BeckonCall *self, const GError *problem);

gboolean beckon_call_get_system_sound (BeckonCall *self);
/** beckon_call_set_system_sound: nothing while no screen of ours is shared; off when that ends. What
 * keeps it from being sent is a screen-problem, NO_SOUND. */
void beckon_call_set_system_sound (BeckonCall *self, gboolean on);

/** beckon_call_get_duration: Returns: milliseconds since it was accepted, to now or to its end. */
gint64 beckon_call_get_duration (BeckonCall *self);

/** beckon_call_get_seconds_to_end: Returns: while RECONNECTING, seconds until the call is given up. */
guint beckon_call_get_seconds_to_end (BeckonCall *self);

/** beckon_call_get_statistics: Returns: (transfer none) (nullable): of the connection to whom
 * beckon_call_get_shown_user() says; %NULL while there is none. */
BeckonStatistics *beckon_call_get_statistics (BeckonCall *self);

/**
 * beckon_call_accept_async:
 * @with_camera: FALSE to answer a video call without showing oneself
 *
 * Fails with CALL_OVER, ANSWERED_ELSEWHERE (the call has ended then), or as every request. A second
 * accept while one is under way joins it: one effect.
 */
void beckon_call_accept_async (BeckonCall *self, gboolean with_camera,
                               GAsyncReadyCallback callback, gpointer user_data);
gboolean beckon_call_accept_finish (BeckonCall *self, GAsyncResult *result, GError **error);

/** beckon_call_reject: declines; the call is FREE when it returns; @message: (nullable). */
void beckon_call_reject (BeckonCall *self, BeckonRejectReason reason, const char *message);

/**
 * beckon_call_add_async:
 * @users: 1 to 9
 * @timeout: seconds that it rings, 1 to 600, or 0 for the server's time
 *
 * Invites more people, while we wait or talk. Fails with NOT_IN_CALL, or as an invite; "members" is
 * notified.
 */
void beckon_call_add_async (BeckonCall *self, const char *const *users, guint timeout,
                            GAsyncReadyCallback callback, gpointer user_data);
/** beckon_call_add_finish: Returns: (transfer full): who could not be invited, and why. */
BeckonInviteResult *beckon_call_add_finish (BeckonCall *self, GAsyncResult *result,
                                            GError **error);

/** beckon_call_withdraw: withdraws the invitation of one who has not answered, also while it is on its
 * way to the server; that of the last one cancels the call. Nothing for anybody else. */
void beckon_call_withdraw (BeckonCall *self, const char *user);

/** beckon_call_set_volume: how loud @user, a member, is played here: 0..BECKON_VOLUME_MAX, 1 as it
 * comes; nobody else notices. Nothing for anybody else. */
void beckon_call_set_volume (BeckonCall *self, const char *user, double volume);

/** beckon_call_hang_up: cancels, declines or leaves, whatever fits the state; FREE when it returns.
 * Nothing when the call is over. */
void beckon_call_hang_up (BeckonCall *self);

G_END_DECLS
