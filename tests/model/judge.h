/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The judge of the model: the server's own hub, as a function from a state and what happens to the
 * next state and what is said to whom.
 *
 * A state is what the store has of it, and what a server that is killed would lose: who is
 * connected, and when which timer is due. To take a step the hub is made anew from that, as after a
 * restart, and its clients are connected again; so each state is also a test that the record is
 * complete: the hub that was read from it has to describe itself as the one did that wrote it.
 * Steps are remembered, and each is taken once. */

#pragma once

#include "wire.h"

G_BEGIN_DECLS

#define JUDGE_DEVICES 4
#define JUDGE_CALLS 4
#define JUDGE_REQUESTS 12  /* ids of a session */
#define JUDGE_STEPS_OPEN 3 /* between two commits, at most */

typedef enum
{
  JUDGE_FRAME,  /* a frame arrives; of hello, on a new connection */
  JUDGE_BREAK,  /* a connection is found broken */
  JUDGE_TICK,   /* the next timer is due */
  JUDGE_COMMIT, /* the store has written down what it was told */
  JUDGE_CRASH,  /* the server is killed and started again */
  JUDGE_STOP,   /* it is stopped and started again */
} JudgeInputKind;

typedef struct
{
  guint8 kind;
  guint8 device;
  guint8 label; /* of the connection: a device has up to two, 0 and 1 */
  guint8 late;  /* FRAME: hello, on an older connection than the other one; CRASH: the server is
                 * started again  only after all invitations ran out */
  guint16 frame;
} JudgeInput;

typedef struct
{
  guint8 device;
  guint8 label;
  guint16 frame;
} JudgeOutput;

typedef struct
{
  guint8 id;
  guint8 state[WIRE_USERS + 1]; /* HubParticipantState + 1; 0: has no part in it */
  guint8 device[WIRE_USERS + 1];
  guint8 caller;
} JudgeCall;

/* What can be seen of a state from outside. */
typedef struct
{
  JudgeCall calls[JUDGE_CALLS];
  guint8 n_calls;
  guint8 session[JUDGE_DEVICES + 1];
  guint8 attached[JUDGE_DEVICES + 1];  /* label + 1; 0: not connected */
  guint8 connected[JUDGE_DEVICES + 1]; /* bits: 1 << label, before hello is answered, too */
  guint8 unacknowledged[JUDGE_DEVICES + 1];
  guint8 handled[JUDGE_DEVICES + 1];
  guint16 seq[JUDGE_DEVICES + 1];
  guint8 caller[WIRE_IDS]; /* who placed that call, also when it is over */
  guint8 outcome[WIRE_IDS]
                [WIRE_USERS + 1]; /* in whose history; 0: not there, else HistoryOutcome */
  guint8 rows;                    /* of the record that belong to calls and events */
  gboolean timers;                /* some run that change something */
  gboolean overdue;               /* one of them is, and did not get its turn yet */
  gboolean committed;
  guint8 n_open; /* steps since the last commit */
} JudgeFacts;

/* Words of the history, from 1. */
enum
{
  OUTCOME_ANSWERED = 1,
  OUTCOME_MISSED,
  OUTCOME_DECLINED,
  OUTCOME_BUSY,
  OUTCOME_CANCELLED,
  OUTCOME_UNANSWERED,
};

typedef struct
{
  guint32 states;
  guint32 steps;
} JudgeCount;

typedef struct
{
  char forgets; /* what the record has under keys that begin with it does not reach the next server
                 */
  gboolean hasty; /* it does not wait for the store before it says what it has decided */
} JudgeFlaw;

typedef struct _Judge Judge;

/** judge_new: @wire, @devices: outlive it; @slow: the store commits only at JUDGE_COMMIT */
Judge *judge_new (Wire *wire, const char *const *devices, gboolean slow);
void judge_free (Judge *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Judge, judge_free)

/** judge_set_flaw: what a judge must not do, for a look at whether it shows. */
void judge_set_flaw (Judge *self, JudgeFlaw flaw);
/** judge_start: Returns: a server that nobody has ever spoken to. */
guint32 judge_start (Judge *self);
/**
 * judge_step:
 * @next: (out): the state after it
 * @outputs: (out) (transfer none): what is sent, in order; until the next step
 *
 * Returns: FALSE: something that must never be has come to be: judge_get_violation().
 */
gboolean judge_step (Judge *self,
                     guint32 state,
                     JudgeInput input,
                     guint32 *next,
                     const JudgeOutput **outputs,
                     guint *n_outputs);
const JudgeFacts *judge_get_facts (Judge *self, guint32 state);
const char *judge_get_violation (Judge *self);
JudgeCount judge_get_count (Judge *self);
/** judge_describe: Returns: (transfer full): all that the hub knows in that state. */
char *judge_describe (Judge *self, guint32 state);

G_END_DECLS
