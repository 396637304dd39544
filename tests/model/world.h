/* SPDX-License-Identifier: GPL-3.0-or-later */

/* All of the model: the judge, the devices, what is on its way between them, and what may happen
 * next.
 *
 * A frame is on its way for as long as it likes, in order with those of the same connection and
 * direction. A connection breaks at either end first: what is on its way then arrives, or does not.
 * The device that sees it breaks connects again, while the server may still hold the older
 * connection to be alive.
 *
 * What people do, breaks, crashes and early timers are bounded by the scenario; everything else
 * happens as soon or as late as it may. A world is quiet when nothing is on its way. Then time goes
 * on to the next timer, and when there is none whoever is in a call hangs up; so each run comes to
 * an end at which everything has to be at rest. */

#pragma once

#include "call-state.h"
#include "judge.h"

G_BEGIN_DECLS

#define WORLD_DEVICES JUDGE_DEVICES
#define WORLD_OUT 7
#define WORLD_IN 16
#define WORLD_PENDING 4
#define WORLD_HELD 12

typedef enum
{
  /* what people do */
  ACTION_INVITE, /* arg: set of users */
  ACTION_ADD,    /* arg: set of users */
  ACTION_ACCEPT,
  ACTION_REJECT,
  ACTION_CANCEL,
  ACTION_LEAVE,
  ACTION_END,
  ACTION_JOIN,   /* with this device, the call that runs on another; arg: call */
  ACTION_SIGNAL, /* arg: set with the user whom it is to */
  ACTION_BYE,
  /* what goes wrong */
  ACTION_BREAK,   /* the device loses its connection; the server gets what was sent */
  ACTION_CUT,     /* the device loses its connection, and what it sent is lost */
  ACTION_SILENCE, /* the server loses the connection; the device does not know yet */
  ACTION_DIE,     /* the application is killed; it is started again */
  ACTION_TICK,    /* time goes on to the next timer while something is on its way */
  ACTION_CRASH,
  ACTION_LATE, /* a crash, and the server comes back after all invitations ran out */
  ACTION_STOP,
  /* what goes on by itself */
  ACTION_CONNECT,
  ACTION_SEND,     /* the server takes the next frame of the device */
  ACTION_SEND_OLD, /* … of the connection that it has given up */
  ACTION_READ,     /* the device takes the next frame */
  ACTION_NOTICE, /* the device notices that its connection is closed; what was on its way is lost */
  ACTION_COMMIT,
  ACTION_WAIT, /* TICK of a quiet world */
  N_ACTIONS
} ActionKind;

typedef struct
{
  guint8 kind;
  guint8 device; /* 0: the server */
  guint8 arg;
} Action;

/* How often each may happen in a run. */
typedef struct
{
  guint8 invites;
  guint8 acts; /* of people, but for invites */
  guint8 breaks;
  guint8 crashes;
  guint8 ticks;
} Budget;

typedef enum
{
  LINK_OUT, /* said goodbye, or is just started */
  LINK_OFFLINE,
  LINK_HELLO,
  LINK_READY,
  LINK_BYE,
} Link;

/* What has become of a call on a device, in bits. */
enum
{
  FATE_RANG = 1,
  FATE_IN_CALL = 2,
  FATE_DECLINED = 4, /* here */
  FATE_PLACED = 8,
  FATE_ACCEPTED = 16, /* here, perhaps in vain */
};

typedef struct
{
  guint8 link;
  guint8 label; /* of the connection that it has or will have */
  guint8 session;
  guint8 last_id; /* of a request */
  guint16 seq;    /* of the last event */
  guint16 acked;

  guint8 state; /* BeckonCallState */
  guint8 call;
  guint8 joined, rung; /* sets of the others */
  guint8 accepting, joining;
  guint8 inviting; /* set: whom a call.invite under way is to */
  guint8 said;     /* signals, ever */
  guint8 taken;    /* set: those that the server has said it took */
  guint8 heard;    /* set: of the others', in this session */
  guint8 early;    /* a call that rings meanwhile */
  guint8 known;    /* a call of this user's that could be joined */
  guint8 rings;    /* since the last acknowledgement, something does */
  guint8 renewed;  /* it has lost a session, and what was under way in it */
  guint8 invites;  /* that it has asked for, ever */
  guint8 fates[WIRE_IDS];

  guint8
      asked_again; /* id of the last request that was asked again: until its reply, events wait */
  guint8 n_held;
  guint8 n_pending;
  guint8 n_in;
  guint8 n_out[2];
  guint8 in_closed;               /* the server has closed: behind what is on its way */
  guint8 out_closed[2];           /* the device has closed */
  guint16 pending[WORLD_PENDING]; /* ClientFrame: without a reply, by id */
  guint16 out[2][WORLD_OUT];      /* ClientFrame: on their way */
  guint16 in[WORLD_IN];           /* ServerFrame: on their way */
  guint16 held[WORLD_HELD];       /* ServerFrame: events that wait */
} Device;

typedef struct
{
  guint32 judge; /* its state */
  Budget left;
  guint8 unused[3];
  Device devices[WORLD_DEVICES]; /* those that there are */
} World;

typedef struct
{
  const char *name;
  const char *about;
  const char *devices[WORLD_DEVICES + 1];
  guint32 actions;        /* bits: of people and of what goes wrong */
  const char *invites[8]; /* who invites whom: "a1:b", "a1:bc" */
  const char *adds[4];
  Budget budgets[4]; /* each is a run; one without invites is the end */
  Budget quick;      /* for a build that is slow */
  gboolean slow_store;
} Scenario;

typedef struct
{
  const Scenario *scenario;
  guint n_devices;
  gsize size;           /* of a World that has so many */
  gboolean every_order; /* also of what is the same in any order */
  Wire *wire;
  Judge *judge;
  char *violation; /* nullable */
  GString *log;    /* nullable: what is being done is told there */
} Model;

/** model_new: @scenario: static */
Model *model_new (const Scenario *scenario);
void model_free (Model *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Model, model_free)
void model_fail (Model *self, const char *format, ...) G_GNUC_PRINTF (2, 3);

/** world_start: everybody is signed in, and nothing is on its way. */
gboolean world_start (Model *model, const Budget *budget, World *world);
/** world_list_actions: what may happen next. @actions: (element-type Action): is emptied first */
void world_list_actions (Model *model, const World *world, GArray *actions);
/** world_take: Returns: FALSE: something that must never be has come to be: the model's
 * "violation". */
gboolean world_take (Model *model, World *world, Action action);
gboolean world_is_quiet (Model *model, const World *world);
/** world_describe: Returns: (transfer full) */
char *world_describe (Model *model, const World *world);

char *action_to_string (Model *model, Action action);
gboolean action_from_string (Model *model, const char *text, Action *action);

const Device *world_get_device (const World *world, guint8 device);

/* world-check.c */

/** world_check: @world is quiet. */
void world_check (Model *model, const World *world);

G_END_DECLS
