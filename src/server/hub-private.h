/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the files of the hub share: people, their sessions and connections, their calls. Nobody else
 * includes it, apart from the model check.
 *
 *   HubClient ──▶ HubSession ──▶ HubUser ◀── HubParticipant ──▶ HubCall
 *
 * A session outlives its connection; a user lives while they have a session or part in a call, or while what
 * was written about them is on its way to the store. Times are Unix milliseconds by the hub's clock. */

#pragma once

#include "hub.h"
#include "message.h"
#include "protocol-types.h"
#include "rate-limiter.h"

G_BEGIN_DECLS

typedef struct _HubUser HubUser;
typedef struct _HubSession HubSession;
typedef struct _HubClient HubClient;
typedef struct _HubCall HubCall;
typedef struct _HubParticipant HubParticipant;

/* Where a participant of a call stands. The first transition out of INVITING and RINGING wins. The
 * numbers are in the record. */
typedef enum
{
  HUB_INVITING = 0, /* not told yet: no device of theirs has acknowledged it */
  HUB_RINGING = 1,
  HUB_JOINED = 2,
  HUB_REJECTED = 3,
  HUB_CANCELLED = 4,
  HUB_TIMED_OUT = 5,
  HUB_LEFT = 6,
} HubParticipantState;
#define HUB_PARTICIPANT_STATE_LAST HUB_LEFT

struct _HubParticipant
{
  HubCall *call;                /* borrowed */
  HubUser *user;                /* borrowed: a user lives as long as they take part in a call */
  HubParticipant *next_of_user; /* all of them, also those whose part is over */
  HubParticipantState state;
  guint inviter;             /* index of the participant who invited; the caller's own is 0 */
  char *device;              /* nullable: JOINED, LEFT: with which one */
  char *data;                /* nullable: what call.add said to them; else it is the call's */
  GPtrArray *mailbox;        /* nullable; GBytes: signals for devices that come while it rings */
  gsize mailbox_bytes;
  guint timeout;             /* s that it rings */
  gint64 until;              /* alerted: when it stops ringing; JOINED: 0, or when their device has been gone too long */
  BeckonTimer timer;         /* of until */
  gint64 joined_at, left_at; /* 0: never */
  BeckonRejectReason reason; /* REJECTED */
  gboolean unreachable;      /* does not exist, or has blocked who invites: as if offline, and not in any history */
};

struct _HubCall
{
  BeckonHub *hub; /* borrowed */
  char *id;
  BeckonMedia media;
  char *data;              /* nullable */
  GPtrArray *participants; /* HubParticipant; the first is the caller */
  gint64 started;
  gint64 accepted_at;      /* 0: by nobody yet */
  gboolean rung;           /* somebody's device has acknowledged it */
  gboolean dirty;          /* to be recorded with this batch */
  gboolean recorded;       /* before */
};

struct _HubUser
{
  char *id;
  char *name;
  HubSession *sessions;         /* by HubSession.next_of_user */
  HubParticipant *participants; /* by HubParticipant.next_of_user */
  GHashTable *blockers;         /* nullable: not asked for yet; char *: who blocks them */
  GHashTable *met;              /* nullable: not asked for yet; char *: whom they have met */
  BeckonTimer timer;            /* when they go offline */
  guint64 written;              /* the batch with what was last written about them */
  gint64 seen;                  /* when the last connection broke; 0: they said goodbye */
  gint64 missed;                /* calls, not looked at; -1: not asked for yet */
  guint held;                   /* not forgotten meanwhile */
  BeckonPresence told;          /* what the watchers know */
  gboolean unsettled;           /* in the hub's list of that name */
  gboolean presence_stale;      /* in the hub's list of that name */
};

/* What a device may still ask for again. */
typedef struct
{
  gint64 id;
  gint64 time;
  GBytes *frame;
} HubReply;

/* An event that is not acknowledged. */
typedef struct
{
  gint64 seq;
  GBytes *frame;
  char *received; /* nullable: the call of a call.received */
} HubEvent;

/* A device that signed in, from hello until it says goodbye, comes anew, or has been away for long. */
struct _HubSession
{
  BeckonHub *hub; /* borrowed */
  HubUser *user;
  HubSession *next_of_user;
  HubClient *client; /* nullable: its connection broke */
  char *id;
  char *device;
  char *device_name;
  char *token;       /* nullable: hash of the one it signed in with */
  gint64 expires;    /* of that token, Unix seconds */
  GQueue events;     /* HubEvent, oldest first */
  GList *unsent;     /* borrowed of events, nullable: the first that this connection has no room for yet */
  gsize event_bytes;
  GQueue replies;    /* HubReply, oldest first */
  GHashTable *watched; /* nullable; char *: user ids whose presence it wants */
  gint64 seq;          /* of the last event */
  gint64 handled;      /* the highest id of a request that was handled */
  gint64 forgotten;    /* the highest id of a reply that was kept and is not any more */
  gint64 attached_at;  /* when its connection came */
  gint64 seen;         /* when its last connection broke, or the server started since; 0: its first is there */
  double signal_bytes; /* that it may send now */
  gint64 signals_at;   /* when that was so */
  BeckonTimer timer;   /* without a connection: when it ends; else: when replies are forgotten */
  gboolean ring;
  gboolean dnd;        /* does not want to be disturbed */
  gboolean overflown;  /* too much was not acknowledged: it ends */
  gboolean dirty;      /* its numbers are to be recorded with this batch */
};

/* A connection. */
struct _HubClient
{
  BeckonHub *hub; /* borrowed */
  BeckonConnection *connection;
  HubSession *session; /* nullable: before hello, and once another connection took it over */
  guint64 number;      /* the newer a connection, the higher */
  GQueue *waiting;     /* nullable; GBytes: frames that cannot be handled before the next commit */
  gsize waiting_bytes;
  BeckonTimer timer;   /* until hello */
  double requests;     /* that it may send now */
  gint64 requests_at;  /* when that was so */
  guint refused;       /* requests in a row that came too fast */
};

struct _BeckonHub
{
  GObject parent_instance;

  BeckonStore *store;
  BeckonAccounts *accounts;
  BeckonTimerWheel *wheel;
  BeckonMetrics *metrics;
  const BeckonServerConfig *config;
  GHashTable *users;       /* char * → HubUser */
  GHashTable *sessions;    /* char * → HubSession */
  GHashTable *calls;       /* char * → HubCall */
  GHashTable *ended;       /* char * → char *: how a call ended that was here not long ago */
  GQueue ended_order;      /* char *, borrowed of ended: oldest first */
  GHashTable *clients;     /* HubClient */
  GHashTable *dnd;         /* char *: a user's id → GPtrArray of char *: which of their devices do not want to be
                            * disturbed, also while they are away; the last word is the last */
  GHashTable *watchers;    /* char * → GHashTable of HubSession: who watches whom */
  GHashTable *by_address;  /* char * → guint: connections */
  GPtrArray *dirty_sessions, *dirty_calls; /* to be recorded with the open batch */
  GPtrArray *unsettled;    /* HubUser: to be looked at after the next commit */
  GPtrArray *stale;        /* HubUser: whose presence may have changed */
  GPtrArray *waiting;      /* HubClient: that have frames waiting */
  BeckonTimer stale_timer;
  GByteArray *packed;      /* empty: for a value on its way to the store */
  BeckonRateLimiter *invitations;
  guint64 last_client; /* number of the newest connection */
  gint64 epoch; /* µs: Unix time less monotonic time */
  gint64 handed_over; /* monotonic µs: when the store got its last batch */
  char *(*new_id) (void);
  gboolean stopping;
  gboolean disposing;
};

/* hub.c */

/** hub_start: as beckon_hub_new(), for one that was made with g_object_new(): its epoch and new_id
 * may be the caller's own until then. */
gboolean hub_start (BeckonHub *self, BeckonStore *store, BeckonAccounts *accounts,
                    BeckonTimerWheel *wheel, BeckonMetrics *metrics,
                    const BeckonServerConfig *config, GError **error);
gint64 hub_now (BeckonHub *self);
/** hub_timer: @func is called at @time, with @user_data. */
void hub_timer (BeckonHub *self, BeckonTimer *timer, gint64 time, BeckonTimerFunc func,
                gpointer user_data);

/* hub-user.c */

/** hub_get_user: made if need be; @name: what the store has */
HubUser *hub_get_user (BeckonHub *self, const char *id, const char *name);
HubUser *hub_find_user (BeckonHub *self, const char *id); /* nullable */
void hub_user_set_name (HubUser *user, const char *name);
/** hub_user_settle: after they lost a session or a call: told presence, and forgotten if unused. */
void hub_user_settle (BeckonHub *self, HubUser *user);
void hub_user_free (HubUser *user);
/** hub_user_written: something about them is in the open batch, and cannot be read before its commit. */
void hub_user_written (BeckonHub *self, HubUser *user);
gboolean hub_user_can_be_read (BeckonHub *self, HubUser *user);
HubSession *hub_user_find_session (HubUser *user, const char *device);
gboolean hub_user_is_connected (HubUser *user);
/** hub_user_can_ring: whether there is a device that could be told of an invitation now. */
gboolean hub_user_can_ring (HubUser *user);
/** hub_user_may_ring: whether there is one, or one that may come back. */
gboolean hub_user_may_ring (HubUser *user);
/** hub_user_event: to all of their devices, but for @except (nullable). */
void hub_user_event (HubUser *user, BeckonMessage *event, HubSession *except);
/** hub_user_is_blocked: whether @other blocks @user. */
gboolean hub_user_is_blocked (BeckonHub *self, HubUser *user, const char *other);
/** hub_user_set_blocked: @other blocks @user from now on, or does not. */
void hub_user_set_blocked (BeckonHub *self, HubUser *user, const char *other, gboolean blocked);

/* hub-client.c: connections */

void hub_client_drop (HubClient *client);
/** hub_client_refuse: also before hello. */
void hub_client_refuse (HubClient *client, gint64 re, BeckonProtocolError code, const char *text);
/** hub_client_send: @message: (transfer full) */
void hub_client_send (HubClient *client, BeckonMessage *message);
/** hub_client_wait: its frames, from @frame on, are handled after the next commit. */
void hub_client_wait (HubClient *client, const char *frame, gsize length);
/** hub_client_resume_waiting: a commit came. */
void hub_client_resume_waiting (BeckonHub *self);
/** hub_count_rate_limited: @limit: static: its name */
void hub_count_rate_limited (BeckonHub *self, const char *limit);

/* hub-session.c */

/** hub_session_hello: Returns: FALSE: it has to be handled again after the next commit. */
gboolean hub_session_hello (HubClient *client, BeckonMessage *request);
HubSession *hub_session_new (BeckonHub *self, HubUser *user, const char *id, const char *device,
                             const char *device_name);
/** hub_session_attach: @client is its connection from now on; there is no other. */
void hub_session_attach (HubSession *session, HubClient *client);
/** hub_session_detach: its connection broke; it lives on for a while. */
void hub_session_detach (HubSession *session);
/** hub_session_end_soon: it cannot be resumed; not from within what is going on. */
void hub_session_end_soon (HubSession *session);
/** hub_session_end: @bye: it said so, and does not come back. Frees @session. */
void hub_session_end (HubSession *session, gboolean bye);
void hub_session_free (HubSession *session);
/** hub_session_revoke: all that signed in with the token of that hash are closed, and end. */
void hub_session_revoke (BeckonHub *self, const char *token);

/* hub-mailbox.c: what a device was told, and what it may ask again */

/** hub_session_event: @event: (transfer none): kept until it is acknowledged */
void hub_session_event (HubSession *session, BeckonMessage *event);
/** hub_session_ring: @event: (transfer none): the call.received of @call */
void hub_session_ring (HubSession *session, BeckonMessage *event, const char *call);
/** hub_event_tail: Returns: (transfer full): @event as text without its beginning, which is the number. */
GBytes *hub_event_tail (BeckonMessage *event);
/** hub_session_event_tail: an event from hub_event_tail(), but no call.received */
void hub_session_event_tail (HubSession *session, GBytes *tail);
/** hub_session_ack: Returns: whether it acknowledged anything that was not acknowledged before. */
gboolean hub_session_ack (HubSession *session, gint64 seq);
/** hub_session_send_again: everything that is not acknowledged, after a resume. */
void hub_session_send_again (HubSession *session);
/** hub_session_send_unsent: its connection has room again. */
void hub_session_send_unsent (HubSession *session);
/** hub_session_reply: @reply: (transfer full): to @request; kept if doing it again would do something */
void hub_session_reply (HubSession *session, BeckonMessage *request, BeckonMessage *reply);
void hub_session_reply_ok (HubSession *session, BeckonMessage *request);
void hub_session_refuse (HubSession *session, BeckonMessage *request, BeckonProtocolError code,
                         const char *text);
/** hub_session_refuse_internal: the database failed: the client learns that it was us, the operator what. */
void hub_session_refuse_internal (HubSession *session, BeckonMessage *request, const GError *error);
/** hub_session_repeat: answers a request that was handled before. Returns: FALSE: it has to be handled, being a
 * question. */
gboolean hub_session_repeat (HubSession *session, BeckonMessage *request);
/** hub_session_watch_replies: forgets those that nobody can ask for any more, now and from time to time. */
void hub_session_watch_replies (HubSession *session);
void hub_session_set_dirty (HubSession *session);
void hub_event_free (HubEvent *event);
void hub_reply_free (HubReply *reply);

/* hub-requests.c */

/** hub_handle_request: a checked request of a session; @refusal: (transfer full) (nullable): the reply, if it came too
 * fast. Returns: FALSE: it has to be handled again after the next commit. */
gboolean hub_handle_request (HubSession *session, BeckonMessage *request, BeckonMessage *refusal);
/** hub_request_only_asks: whether doing it twice is as doing it once, and its answer not to be remembered. */
gboolean hub_request_only_asks (BeckonMessageType type);
JsonArray *hub_ice_servers (BeckonHub *self, const char *user);

/* hub-call.c: calls as they are, and how they go on by themselves */

gboolean hub_participant_is_alerted (const HubParticipant *participant);
gboolean hub_participant_is_live (const HubParticipant *participant);
const char *hub_participant_outcome (const HubParticipant *participant);
HubParticipant *hub_call_get_caller (HubCall *call);
HubParticipant *hub_call_find_participant (HubCall *call, HubUser *user); /* nullable */
HubCall *hub_call_new (BeckonHub *self, const char *id, BeckonMedia media, const char *data);
HubParticipant *hub_call_add_participant (HubCall *call, HubUser *user, HubParticipantState state);
void hub_call_free (HubCall *call);
void hub_call_set_dirty (HubCall *call);
/** hub_call_occupation: the call, but for @except, in which they are or which rings for them on a device; %NULL: they
 * are free. */
HubCall *hub_call_occupation (HubUser *user, HubCall *except);
gboolean hub_user_is_in_call (HubUser *user);
gint64 hub_call_duration (HubCall *call);
BeckonMessage *hub_call_event (BeckonMessageType type, HubCall *call);
/** hub_call_tell_members: to those who are in it, but for @except (nullable), on the device with which they are. */
void hub_call_tell_members (HubCall *call, BeckonMessage *event, HubParticipant *except);
void hub_participant_tell (HubParticipant *participant, BeckonMessage *event);
/** hub_participant_ring: tells a device of an invitee, and what was said to it before. */
void hub_participant_ring (HubParticipant *participant, HubSession *session);
/** hub_participant_set: a step of an invitee or member, which is recorded. */
void hub_participant_set (HubParticipant *participant, HubParticipantState state);
/** hub_participant_join: with this device, from now on. */
void hub_participant_join (HubParticipant *participant, HubSession *session);
/** hub_participant_leave: @by: (nullable): the device that says so; to their others it is the end of
 * the call. */
void hub_participant_leave (HubParticipant *participant, BeckonLeaveReason reason, HubSession *by);
void hub_participant_cancel (HubParticipant *participant, HubParticipant *by, const char *data);
/** hub_participant_wait: starts the timer of its "until". */
void hub_participant_wait (HubParticipant *participant, gint64 until);
/** hub_call_deliver: rings the invitees who were not told yet, and tells who invited what is known already. */
void hub_call_deliver (HubCall *call);
/** hub_call_settle: after every step: is it over? @reason: why, if it is. Returns: FALSE: it is, and @call is gone. */
gboolean hub_call_settle (HubCall *call, const char *reason);
/** hub_call_finish: everybody who is in it or whom it rings learns that it is over; frees @call. */
void hub_call_finish (HubCall *call, const char *reason);
/** hub_call_delivered: a device acknowledged call.received of @id. */
void hub_call_delivered (HubSession *session, const char *id);
/** hub_call_session_started: a device is there: rings what rings for them. */
void hub_call_session_started (HubSession *session);
/** hub_call_device_back: the connection of a device came back. */
void hub_call_device_back (HubSession *session);
/** hub_call_device_gone: a device of @user is gone; @bye: it said so. */
void hub_call_device_gone (BeckonHub *self, HubUser *user, const char *device, gboolean bye);
/** hub_call_describe: an entry of the snapshot, as @user sees it. Returns: (transfer full) */
JsonObject *hub_call_describe (HubCall *call, HubUser *user);
/** hub_call_snapshot: of all calls of @user, for the reply to hello. Returns: (transfer full) */
JsonArray *hub_call_snapshot (HubUser *user);
/** hub_write_person: id and name, as an object at the end of @text, for @viewer */
void hub_write_person (GString *text, HubCall *call, HubUser *user, HubUser *viewer);
/** hub_call_write_people: an array of those who are in it, or also of those who are rung; for
 * @viewer. */
void hub_call_write_people (GString *text, HubCall *call, HubUser *viewer, gboolean joined_only);
void hub_call_remember_end (BeckonHub *self, const char *id, const char *reason);

/** hub_add_failure: a line in the "failed" of a reply. */
void hub_add_failure (JsonArray *failed, const char *user, BeckonProtocolError code);

/* hub-invite.c, hub-answer.c: what people do to calls */

void hub_call_invite (HubSession *session, BeckonMessage *request);
void hub_call_add (HubSession *session, BeckonMessage *request);
/** hub_call_accept_with: @session joins as @request asks, and everybody else is told. */
void hub_call_accept_with (HubParticipant *participant, HubSession *session,
                           BeckonMessage *request);
void hub_call_cancel (HubSession *session, BeckonMessage *request);
void hub_call_accept (HubSession *session, BeckonMessage *request);
void hub_call_reject (HubSession *session, BeckonMessage *request);
void hub_call_join (HubSession *session, BeckonMessage *request);
void hub_call_leave (HubSession *session, BeckonMessage *request);
void hub_call_end_for_all (HubSession *session, BeckonMessage *request);

/* hub-signal.c */

void hub_call_signal (HubSession *session, BeckonMessage *request);

/* hub-call-find.c: whose call it is. Each returns (nullable), and has refused the request then. */
HubParticipant *hub_require_participant (HubSession *session, BeckonMessage *request);
HubParticipant *hub_require_member (HubSession *session, BeckonMessage *request);
HubParticipant *hub_require_alerted (HubSession *session, BeckonMessage *request);

/* hub-presence.c */

void hub_presence_watch (HubSession *session, BeckonMessage *request);
void hub_presence_set (HubSession *session, BeckonMessage *request);
/** hub_presence_add_watch: without telling. */
void hub_presence_add_watch (HubSession *session, const char *user);
/** hub_presence_update: tells the watchers soon, if it is not what they know. */
void hub_presence_update (BeckonHub *self, HubUser *user);
/** hub_presence_tell: tells the watchers now. */
void hub_presence_tell (BeckonHub *self, HubUser *user);
/** hub_presence_for: what the devices of @watcher may know of @id now. What is to be told soon is told before: else
 * whoever asks meanwhile has seen what nobody is told that it is over. */
BeckonPresence hub_presence_for (BeckonHub *self, HubUser *watcher, const char *id);
/** hub_presence_tell_user: what the devices of @watcher now see of @user, if they watch. */
void hub_presence_tell_user (BeckonHub *self, HubUser *watcher, const char *user);
void hub_presence_unwatch (HubSession *session);
BeckonPresence hub_presence_of (BeckonHub *self, HubUser *user); /* user: nullable */

/* hub-dnd.c: which devices do not want to be disturbed */

/** hub_dnd_set: of a device that need not be there; it holds until it is set again. */
void hub_dnd_set (BeckonHub *self, const char *user, const char *device, gboolean dnd);
/** hub_dnd_load: a device of which the record has that it does not want to be disturbed. */
void hub_dnd_load (BeckonHub *self, const char *user, const char *device);
gboolean hub_dnd_get (BeckonHub *self, const char *user, const char *device);
/** hub_user_is_dnd: whether one of their devices that are there, or may resume, wants it so. */
gboolean hub_user_is_dnd (HubUser *user);

/* hub-met.c: whose name is for whom */

/** hub_may_name: whether @viewer may be told what @id is called. */
gboolean hub_may_name (BeckonHub *self, HubUser *viewer, const char *id);
/** hub_name_for: Returns: (transfer none): what @viewer is told that @user is called: the user id
 * where the name is not for them. */
const char *hub_name_for (BeckonHub *self, HubUser *viewer, HubUser *user);
/** hub_call_introduce: who is in @call is known from now on to the others in it, and to those whom it
 * rings. */
void hub_call_introduce (HubCall *call);

/* hub-people.c */

void hub_contacts_list (HubSession *session, BeckonMessage *request);
void hub_contacts_add (HubSession *session, BeckonMessage *request);
void hub_contacts_remove (HubSession *session, BeckonMessage *request);
void hub_contacts_block (HubSession *session, BeckonMessage *request);
void hub_contacts_unblock (HubSession *session, BeckonMessage *request);
void hub_profile_set (HubSession *session, BeckonMessage *request);

/* hub-devices.c */

void hub_devices_list (HubSession *session, BeckonMessage *request);
void hub_devices_sign_out (HubSession *session, BeckonMessage *request);
/** hub_devices_left: @session ends: its device is known from now on by its token. */
void hub_devices_left (HubSession *session);
/** hub_devices_forget_token: of @session, which wants it no more; other devices that have it keep
 * it. */
void hub_devices_forget_token (HubSession *session);

/* hub-history.c */

/** hub_add_if_it_fits: @object: (transfer full). Returns: whether there was room for it in a reply; @bytes counts what
 * is taken. */
gboolean hub_add_if_it_fits (JsonArray *array, JsonObject *object, gsize *bytes);
/** hub_history_write: a line for everybody who had part in @call, which is over. */
void hub_history_write (HubCall *call);
void hub_history_list (HubSession *session, BeckonMessage *request);
void hub_history_seen (HubSession *session, BeckonMessage *request);
/** hub_history_missed: how many calls @user missed and has not seen; -1: the database failed. */
gint64 hub_history_missed (BeckonHub *self, HubUser *user);

/* hub-load.c */

/** hub_load: what the store's record has; fails with %BECKON_SERVER_ERROR_DATABASE. */
gboolean hub_load (BeckonHub *self, GError **error);

/* hub-record.c: how all that is written down */

/** hub_record_write: what is dirty, into the batch that is about to be handed over. */
void hub_record_write (BeckonHub *self);
void hub_record_session (HubSession *session); /* when it is new, or what it wants has changed */
void hub_record_erase_session (HubSession *session);
void hub_record_event (HubSession *session, const HubEvent *event);
void hub_record_erase_event (HubSession *session, gint64 seq);
void hub_record_reply (HubSession *session, const HubReply *reply);
void hub_record_erase_reply (HubSession *session, gint64 id);
void hub_record_dnd (BeckonHub *self, const char *user, const char *device, gboolean dnd);
/** hub_record_presence: the watchers are to be told something else than what they know. */
void hub_record_presence (BeckonHub *self, HubUser *user);
void hub_record_erase_presence (BeckonHub *self, HubUser *user);
void hub_record_erase_call (HubCall *call);
void hub_record_signal (HubParticipant *participant, guint index);
void hub_record_erase_signals (HubParticipant *participant);
void hub_record_end (BeckonHub *self, const char *call, const char *reason);
void hub_record_erase_end (BeckonHub *self, const char *call);

G_END_DECLS
