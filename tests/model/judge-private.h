/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the files of the judge share. */

#pragma once

#include "fake-connection.h"
#include "hub-private.h"
#include "judge.h"
#include "memory-store.h"

G_BEGIN_DECLS

/* When a member who may be away has to be back. */
typedef struct
{
  guint8 call;
  guint8 user;
  gint64 until; /* 0: they are there */
} JudgeWait;

typedef struct
{
  /* what the store has: numbers of entries in the judge's pool */
  guint32 *entries;
  guint n_entries;

  /* what a killed server loses */
  gint64 now;  /* Unix ms */
  gint64 next; /* Unix ms: when the next timer is due that changes something; 0: none runs */
  gint64 session_end[JUDGE_DEVICES + 1];
  JudgeWait waits[JUDGE_CALLS * WIRE_USERS];
  guint8 n_waits;
  guint8 last_id;
  guint8 missed_known; /* set of users */

  /* not committed yet */
  guint32 base; /* the state that is; itself, if all is */
  JudgeInput tail[JUDGE_STEPS_OPEN];
  guint8 n_tail;

  /* how it was come to first */
  guint32 from;
  JudgeInput by;

  /* for the checks */
  gboolean read;                                      /* its record was, and tells all */
  guint16 replies[JUDGE_DEVICES + 1][JUDGE_REQUESTS]; /* to each request of its session */
  guint64 key;
  JudgeFacts facts;
} JudgeState;

/* A hub that is being asked. */
typedef struct
{
  Judge *judge;
  BeckonMemory *memory;
  BeckonStore *store;
  BeckonTimerWheel *wheel;
  BeckonHub *hub;
  BeckonConnection *connections[JUDGE_DEVICES + 1][2]; /* nullable */
  GArray *outputs;                                     /* JudgeOutput */
} JudgeRun;

struct _Judge
{
  Wire *wire;
  const char *const *devices;
  guint n_devices;
  gboolean slow;
  JudgeFlaw flaw;

  BeckonServerConfig *config;
  BeckonMetrics *metrics;
  BeckonAccounts *accounts;

  GPtrArray *states;        /* JudgeState */
  GHashTable *numbers;      /* guint64 * (key of a state) → guint */
  GPtrArray *pool;          /* Entry of judge-store.c */
  GHashTable *pool_numbers; /* Entry → guint */
  GHashTable *steps;        /* Step of judge.c */
  GArray *outputs;          /* JudgeOutput of all steps */
  char *violation;          /* nullable */
};

void judge_fail (Judge *self, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* judge-store.c: what a store has, kept once */

void judge_pool_init (Judge *self);
void judge_pool_clear (Judge *self);
/** judge_take_memory: @state has what was committed to @memory. */
void judge_take_memory (Judge *self, JudgeState *state, BeckonMemory *memory);
/** judge_make_memory: Returns: (transfer full): what @state has. */
BeckonMemory *judge_make_memory (Judge *self, const JudgeState *state);
/** judge_count_rows: those of calls, events, signals and users in the record. */
guint judge_count_rows (Judge *self, const JudgeState *state);

/* judge-run.c: a hub, started from a state */

/** judge_run_new: @state: (nullable): a committed one */
JudgeRun *judge_run_new (Judge *self, const JudgeState *state);
void judge_run_free (JudgeRun *run);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (JudgeRun, judge_run_free)
/** judge_run_take: something happens; what is sent is in "outputs" then. @before: for the types of
 * requests that are answered later */
void judge_run_take (JudgeRun *run, const JudgeState *before, const JudgeInput *input);
/** judge_run_save: what @run would lose if it was killed. */
void judge_run_save (JudgeRun *run, JudgeState *state);
HubSession *judge_run_find_session (JudgeRun *run, guint8 device); /* nullable */

/* judge-describe.c */

/** judge_run_describe: all that decides how the hub goes on, without times as such: they count from
 * now. */
void judge_run_describe (JudgeRun *run, GString *text);
void judge_run_get_facts (JudgeRun *run, JudgeFacts *facts);

/* judge-check.c */

/** judge_check: that @after may come of @before by @input. */
void
judge_check (JudgeRun *run, const JudgeState *before, const JudgeInput *input, JudgeState *after);

G_END_DECLS
