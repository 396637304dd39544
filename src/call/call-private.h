/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the files of this layer share; nobody else includes it. */

#pragma once

#include "call.h"
#include "signaling-service.h"

G_BEGIN_DECLS

/** BECKON_CALL_MEDIA_SECONDS: how long an accepted call may stay without media. */
#define BECKON_CALL_MEDIA_SECONDS 15
/** BECKON_CALL_LOST_SECONDS: how long a call lives without a path. */
#define BECKON_CALL_LOST_SECONDS 20
/** BECKON_CALL_GUARD_SECONDS: how much later than the server's timer our own runs out. */
#define BECKON_CALL_GUARD_SECONDS 2
/** BECKON_CALL_ACCEPT_SECONDS: how long our accept may go without an answer. */
#define BECKON_CALL_ACCEPT_SECONDS 12

/* Another person of the call. */
typedef struct
{
  BeckonUser *user;
  BeckonMemberState state;
  BeckonMediaPeer *peer; /* borrowed of the media session; nullable */
  BeckonMediaPeer *next; /* borrowed; nullable: is to take the place of @peer (call-handover.c) */
  guint generation;      /* of the last connection with them, 0: there was none */
  gint64 next_since;     /* monotonic µs: when @next, or the one before, was begun; 0: none was */
  gint64 moved_at;       /* when we began to send on @next; 0: not yet */
  gboolean next_answered; /* both descriptions of it are there */
  gboolean next_heard;   /* sound of theirs came on it */
  gboolean heard, seen;  /* since they are connected, by whichever connection */
  gboolean stale;        /* @peer is of no more use, and no other has been begun */
  guint encoder_attempts; /* connections that were begun because an encoder of @peer had failed */
  gint64 rings_until;    /* ALERTED: monotonic µs, when our own timer lets them go */
  gboolean ours;         /* ALERTED: we invited them */
  double volume;         /* of every connection with them */
  gboolean trusted;      /* may connect to us, and know our addresses, before we accept */
  GQueue outbox;         /* BeckonPeerSignal: ours, held until we accept */
  GQueue inbox;          /* BeckonPeerSignal: their candidates, held until we accept */
  gint64 offered_at;     /* monotonic µs: when an offer of theirs was answered last; 0: none was */
  GQueue late;           /* BeckonPeerSignal: the newest offer that came too soon after that, and
                          * what came behind it (call-offers.c) */
  char *late_device;     /* nullable: of whoever sent that */
} BeckonCallMember;

struct _BeckonCall
{
  GObject parent_instance;

  /* Borrowed for the call's life, with a reference */
  BeckonSignalingService *signaling;

  /* Owned */
  char *id;
  GPtrArray *members; /* BeckonCallMember */
  GPtrArray *users;   /* BeckonUser: theirs, for who asks */
  BeckonCallMember *last; /* borrowed; nullable: nobody's going has ended it */
  gpointer shown; /* the connection of which listeners were told last; compared, and no more */
  BeckonMediaSession *media_session;
  GError *error;
  char *message;
  char *answered_device;
  char *addresses;     /* nullable: of this computer, as far as the connections know */
  GList *accept_tasks; /* GTask: everybody who waits for the one accept */
  GList *add_tasks;    /* GTask, borrowed: who is invited, and the server has not replied */
  GList *closed_tasks; /* GTask: everybody who waits for the media's end */

  /* Sources */
  guint offer_source; /* the offers, and the preview, right behind the invitation */
  guint guard_source; /* of our own for the server's timers */
  guint media_source; /* no media in time */
  guint lost_source;  /* every second while the path is lost */
  guint handover_source; /* the beat of what takes the place of something else */
  guint calm_source;     /* the network has changed; until it does so no more */
  guint late_source;     /* an offer that came too soon; until it is its time */

  BeckonCallState state;
  BeckonCallProgress progress;
  BeckonCallEnd end;
  BeckonMedia media;
  gint64 accepted_at; /* monotonic µs, 0: not yet */
  gint64 ended_at;
  guint seconds_to_end;
  gboolean outgoing;
  gboolean accepting;   /* our accept is under way */
  gboolean accept_lost; /* whether it arrived shows only when we are connected again */
  gboolean runs_elsewhere; /* it is over here, and another device of ours is in it */
  gboolean media_closed;
};

/* call.c: the object, and what a window sees of it */

/** beckon_call_new_outgoing: @result: what the server answered to the invite of @invitees.
 * Returns: (transfer full): a call in state WAITING. */
BeckonCall *beckon_call_new_outgoing (BeckonSignalingService *signaling,
                                      const BeckonMediaConfig *config,
                                      const BeckonInviteResult *result,
                                      const char *const *invitees, BeckonMedia media);
/** beckon_call_new_incoming: Returns: (transfer full): a call in state INCOMING. */
BeckonCall *beckon_call_new_incoming (BeckonSignalingService *signaling,
                                      const BeckonMediaConfig *config,
                                      const BeckonInvitation *invitation);
/** beckon_call_new_joined: @result: of the join; @snapshot: (nullable): what was known of the call.
 * Returns: (transfer full): a call in state CALLING, or WAITING if nobody has accepted it yet;
 * %NULL if nobody else is in it. */
BeckonCall *beckon_call_new_joined (BeckonSignalingService *signaling,
                                    const BeckonMediaConfig *config, const char *id,
                                    const BeckonJoinResult *result,
                                    const BeckonCallSnapshot *snapshot, gboolean with_camera);

/** beckon_call_wait_closed_async: completes when the call is over and its media is closed. Fails
 * then where a recording is not whole; who asks afterwards is not told. */
void beckon_call_wait_closed_async (BeckonCall *self, GAsyncReadyCallback callback,
                                    gpointer user_data);
gboolean beckon_call_wait_closed_finish (BeckonCall *self, GAsyncResult *result, GError **error);

/** beckon_call_make_offers: the offers and the preview, if they were not made yet. They take a moment
 * to build, in which nobody would see that it rings: so that comes first, if it comes at once. */
void beckon_call_make_offers (BeckonCall *self);

/** beckon_call_update_shown: somebody has come, gone, or begun or ceased to send: says of which
 * properties another one's are the values now. */
void beckon_call_update_shown (BeckonCall *self);

/* call-dispatch.c */

/**
 * beckon_call_dispatch:
 * @end: what ends the call, when @event does
 * @error: (transfer full) (nullable): why
 *
 * The only function that changes a call's state. An event that the table does not list for the
 * state is refused and logged: it came late, or twice.
 */
void beckon_call_dispatch (BeckonCall *self, BeckonCallEvent event, BeckonCallEnd end,
                           GError *error);

void beckon_call_set_progress (BeckonCall *self, BeckonCallProgress progress);

/** beckon_call_tell_cancel: withdraws our invitation; a cancel that crossed an accept leaves. */
void beckon_call_tell_cancel (BeckonCall *self);
void beckon_call_tell_leave (BeckonCall *self, BeckonLeaveReason reason);

/** beckon_call_on_told: a #GAsyncReadyCallback for what the server is told of our not being in a call:
 * where it did not arrive, its own timers end that. */
void beckon_call_on_told (GObject *source, GAsyncResult *result, gpointer unused);

/** beckon_call_guard_ring: INCOMING: ends it so long after its time is over; @remaining: ms */
void beckon_call_guard_ring (BeckonCall *self, gint64 remaining);
void beckon_call_send_accept (BeckonCall *self);
/** beckon_call_accept_confirmed: we are in the call; @members: (element-type BeckonUser) */
void beckon_call_accept_confirmed (BeckonCall *self, GPtrArray *members);
/** beckon_call_merge: the invitation that rings is accepted because we invited its caller. */
void beckon_call_merge (BeckonCall *self, gboolean with_camera);
/** beckon_call_taken_elsewhere: @device: (nullable): the name of the device of ours that answered
 * or took it over; @runs: whether it is in the call */
void beckon_call_taken_elsewhere (BeckonCall *self, const char *device, gboolean runs);

/* call-members.c */

BeckonCallMember *beckon_call_find_member (BeckonCall *self, const char *user);
/** beckon_call_add_member: @name: (nullable): what the server calls them, if it says so */
BeckonCallMember *beckon_call_add_member (BeckonCall *self, const char *id, const char *name,
                                          BeckonMemberState state);
guint beckon_call_count_members (BeckonCall *self, BeckonMemberState state);
void beckon_call_member_free (BeckonCallMember *member);

/** beckon_call_alert_member: @id is rung from now on, or again; @seconds: for how long; @ours:
 * because we invited them */
void beckon_call_alert_member (BeckonCall *self, const char *id, const char *name, guint seconds,
                               gboolean ours);
/** beckon_call_alert_invited: those of @invitees that could be */
void beckon_call_alert_invited (BeckonCall *self, const char *const *invitees,
                                const BeckonInviteResult *result);
/** beckon_call_member_joined: @user is in the call, with @device (nullable); @name: (nullable):
 * what the server calls them, if it says so; @offer: whether it is on us to connect: not if they will
 * because they hear of our joining */
void beckon_call_member_joined (BeckonCall *self, const char *user, const char *name,
                                const char *device, gboolean offer);
/** beckon_call_member_gone: @member is not in the call any more, or will not come; @reason:
 * how the call ends if nobody is left. */
void beckon_call_member_gone (BeckonCall *self, BeckonCallMember *member, BeckonCallEnd reason);
/** beckon_call_schedule_guard: lets go of who is rung when our own timer for them is over. */
void beckon_call_schedule_guard (BeckonCall *self);

/* call-events.c */

/** beckon_call_follow: listens to the server from now on. */
void beckon_call_follow (BeckonCall *self);

/* call-reconcile.c */

/** beckon_call_reconcile: a new session: what happened meanwhile shows in @calls
 * (element-type BeckonCallSnapshot). */
void beckon_call_reconcile (BeckonCall *self, GPtrArray *calls);
/** beckon_call_error_is_over: whether a call that could not be joined is over for this user. */
gboolean beckon_call_error_is_over (const GError *error);

/* call-media.c: descriptions and candidates between signaling and media */

void beckon_call_media_start (BeckonCall *self, const BeckonMediaConfig *config);
/** beckon_call_media_offer: makes a connection to @member, in the place of the one there is, and
 * the offer. */
void beckon_call_media_offer (BeckonCall *self, BeckonCallMember *member, const char *device);
void beckon_call_media_signal (BeckonCall *self, const char *user, const char *device,
                               const BeckonPeerSignal *signal);
/** beckon_call_media_new_peer: a connection to @member whose descriptions are carried; the newest.
 * Returns: (transfer none) */
BeckonMediaPeer *beckon_call_media_new_peer (BeckonCall *self,
                                             BeckonCallMember *member,
                                             const char *device,
                                             guint generation,
                                             gboolean offerer);
/** beckon_call_media_is_dead: whether the connection to @member, who has one, carries nothing. */
gboolean beckon_call_media_is_dead (BeckonCallMember *member);
/** beckon_call_media_trust: @user may connect to us while it rings here; nothing flows before we
 * accept, but they learn our addresses. */
void beckon_call_media_trust (BeckonCall *self, const char *user);
/** beckon_call_media_release: we accept: what was held for that moment goes out and in. */
void beckon_call_media_release (BeckonCall *self);
/** beckon_call_media_open: we are in the call: media may flow, and must within 15 s. */
void beckon_call_media_open (BeckonCall *self);
void beckon_call_media_remove (BeckonCall *self, BeckonCallMember *member);
/** beckon_call_media_close: @reason: what the peers are told; %NULL: nothing, we go on in it. */
void beckon_call_media_close (BeckonCall *self, const char *reason);

/* call-offers.c: one a second */

/** beckon_call_offers_take: @offer: of @device (nullable), begins a connection. Returns: whether it
 * is to be answered now. Else it waits, in the place of what did so before, and is handled as a
 * signal that comes then. */
gboolean beckon_call_offers_take (BeckonCall *self,
                                  BeckonCallMember *member,
                                  const char *device,
                                  const BeckonPeerSignal *offer);
/** beckon_call_offers_keep: Returns: whether @signal belongs to an offer that waits, and now does
 * so, too. */
gboolean beckon_call_offers_keep (BeckonCallMember *member,
                                  const char *device,
                                  const BeckonPeerSignal *signal);
/** beckon_call_offers_end: Returns: whether @bye is said to an offer that waits, and does not any
 * more. */
gboolean
beckon_call_offers_end (BeckonCallMember *member, const char *device, const BeckonPeerSignal *bye);
/** beckon_call_offers_drop: what @member has offered is not looked at any more. */
void beckon_call_offers_drop (BeckonCallMember *member);
/** beckon_call_offers_stop: nor is what anybody has. */
void beckon_call_offers_stop (BeckonCall *self);

/* call-handover.c: a connection in the place of another, while the call goes on */

/** beckon_call_handover_open: watches the network, and the encoders, from now on. */
void beckon_call_handover_open (BeckonCall *self);
/** beckon_call_handover_start: offers @device (nullable) of @member another connection. Returns:
 * FALSE if there is none to that device that could go on meanwhile. */
gboolean
beckon_call_handover_start (BeckonCall *self, BeckonCallMember *member, const char *device);
/** beckon_call_handover_answer: as beckon_call_handover_start(), for an offer that came. */
gboolean beckon_call_handover_answer (BeckonCall *self,
                                      BeckonCallMember *member,
                                      const char *device,
                                      guint generation);
/** beckon_call_handover_step: something has changed: goes on with what is under way. */
void beckon_call_handover_step (BeckonCall *self);
/** beckon_call_handover_drop: of what was to take the place of another, if there is something. */
void beckon_call_handover_drop (BeckonCall *self, BeckonCallMember *member);
void beckon_call_handover_stop (BeckonCall *self);
/** beckon_call_handover_new_cause: Returns: (transfer full): why a lost path did not come back. */
GError *beckon_call_handover_new_cause (BeckonCall *self);

G_END_DECLS
