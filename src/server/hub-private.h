/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the files of the hub share: people, their sessions, their calls. Nobody else includes it. */

#pragma once

#include "hub.h"
#include "message.h"
#include "protocol-types.h"
#include "rate-limiter.h"

G_BEGIN_DECLS

typedef struct _HubUser HubUser;
typedef struct _HubSession HubSession;
typedef struct _HubCall HubCall;

/* Where a participant of a call stands. The first transition out of RINGING wins. */
typedef enum
{
  HUB_INVITING, /* not told yet: no device of theirs has acknowledged it */
  HUB_RINGING,
  HUB_JOINED,
  HUB_REJECTED,
  HUB_CANCELLED,
  HUB_TIMED_OUT,
  HUB_LEFT,
} HubParticipantState;

typedef struct
{
  HubCall *call; /* borrowed */
  HubUser *user; /* borrowed: a user lives as long as they take part in a call */
  HubParticipantState state;
  char *device;       /* JOINED: which one */
  GPtrArray *mailbox; /* BeckonMessage: signals for devices that come while it rings */
  gsize mailbox_bytes;
  guint grace_source; /* JOINED: their device is gone, and may come back until then */
  BeckonRejectReason reason; /* REJECTED */
  gboolean was_joined;
} HubParticipant;

struct _HubCall
{
  BeckonHub *hub; /* borrowed */
  char *id;
  BeckonMedia media;
  char *data;              /* nullable */
  GPtrArray *participants; /* HubParticipant; the first is the caller */
  guint timeout;           /* seconds */
  guint timeout_source;
  gint64 deadline;    /* monotonic: when it stops ringing */
  gint64 started;     /* Unix ms */
  gint64 accepted_at; /* monotonic; 0: by nobody yet */
};

/* Somebody who is connected or takes part in a call; lives exactly as long. */
struct _HubUser
{
  char *id;
  char *name;
  GPtrArray *sessions; /* HubSession */
  GPtrArray *calls;    /* HubCall, borrowed: in which they take part now */
  guint held; /* not forgotten meanwhile */
  gboolean dnd;
  BeckonPresence told; /* what the watchers know */
};

/* One connection, from hello on. */
struct _HubSession
{
  BeckonHub *hub; /* borrowed */
  BeckonConnection *connection;
  HubUser *user;         /* nullable: before hello */
  char *id;
  char *device;
  char *device_name;
  GQueue events;         /* sent and not acknowledged */
  gsize event_bytes;
  gint64 seq;
  GHashTable *watched;   /* char *: user ids whose presence it wants */
  BeckonRateLimiter *requests;
  guint refused;         /* requests in a row that came too fast */
  guint hello_source;
};

struct _BeckonHub
{
  GObject parent_instance;

  BeckonStore *store;
  BeckonAccounts *accounts;
  const BeckonServerConfig *config;
  GHashTable *users;        /* char * → HubUser */
  GHashTable *calls;        /* char * → HubCall */
  GHashTable *ended;        /* char * → char *: how a call ended that was here not long ago */
  GQueue ended_order;       /* char *, borrowed of ended: oldest first */
  GPtrArray *connected;     /* HubSession, also before hello */
  GHashTable *watchers;     /* char * → GHashTable of HubSession: who watches whom */
  GHashTable *by_address;   /* char * → guint: connections */
  BeckonRateLimiter *invitations;
  gboolean stopping;
};

/* hub-session.c: sessions and users */

HubUser *hub_get_user (BeckonHub *self, const char *id, const char *name); /* made if need be */
HubUser *hub_find_user (BeckonHub *self, const char *id);                  /* nullable */
/** hub_settle_user: after they lost a session or a call: told presence, and forgotten if unused. */
void hub_settle_user (BeckonHub *self, HubUser *user);
HubSession *hub_user_find_session (HubUser *user, const char *device);

/** hub_session_send: @message: (transfer full): a reply */
void hub_session_send (HubSession *session, BeckonMessage *message);
/** hub_session_event: @event: (transfer none): kept until it is acknowledged */
void hub_session_event (HubSession *session, BeckonMessage *event);
/** hub_user_event: to all of their devices, but for @except (nullable). */
void hub_user_event (HubUser *user, BeckonMessage *event, HubSession *except);
void hub_session_refuse (HubSession *session, gint64 re, BeckonProtocolError code, const char *text);
/** hub_session_leave: this device is gone; @bye: it said so, and does not come back. */
void hub_session_leave (HubSession *session, gboolean bye);
/** hub_session_drop: the connection is closed; frees @session. */
void hub_session_drop (HubSession *session);

/* hub-requests.c */

/** hub_handle_request: a checked request of a session that has said hello. */
void hub_handle_request (HubSession *session, BeckonMessage *request);
/** hub_reply_ok: an empty good reply. */
void hub_reply_ok (HubSession *session, BeckonMessage *request);
JsonArray *hub_ice_servers (BeckonHub *self, const char *user);

/* hub-call.c */

void hub_call_invite (HubSession *session, BeckonMessage *request);
void hub_call_cancel (HubSession *session, BeckonMessage *request);
void hub_call_accept (HubSession *session, BeckonMessage *request);
void hub_call_reject (HubSession *session, BeckonMessage *request);
void hub_call_leave (HubSession *session, BeckonMessage *request);
void hub_call_end_for_all (HubSession *session, BeckonMessage *request);
void hub_call_signal (HubSession *session, BeckonMessage *request);
/** hub_call_delivered: a device acknowledged call.received of @id. */
void hub_call_delivered (HubSession *session, const char *id);
/** hub_call_session_started: rings what rings for them; stops the grace of their device. */
void hub_call_session_started (HubSession *session);
/** hub_call_device_gone: a device of @user is gone; @bye: it said so. */
void hub_call_device_gone (BeckonHub *self, HubUser *user, const char *device, gboolean bye);
/** hub_call_snapshot: of all calls of @user, for the reply to hello. */
JsonArray *hub_call_snapshot (HubUser *user);
gboolean hub_user_is_in_call (HubUser *user);
void hub_call_free (HubCall *call);

/* hub-people.c */

void hub_presence_watch (HubSession *session, BeckonMessage *request);
void hub_presence_set (HubSession *session, BeckonMessage *request);
/** hub_presence_update: tells the watchers if it is not what they know. */
void hub_presence_update (BeckonHub *self, HubUser *user);
void hub_presence_unwatch (HubSession *session);
void hub_contacts_list (HubSession *session, BeckonMessage *request);
void hub_contacts_add (HubSession *session, BeckonMessage *request);
void hub_contacts_remove (HubSession *session, BeckonMessage *request);
/** hub_history_write: a line for everybody who had part in @call, which is over; @duration: ms */
void hub_history_write (HubCall *call, gint64 duration);
void hub_history_list (HubSession *session, BeckonMessage *request);
void hub_profile_set (HubSession *session, BeckonMessage *request);

G_END_DECLS
