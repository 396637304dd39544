/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the files of beckon-call share. */

#pragma once

#include "call-manager.h"
#include "cli-client.h"
#include "cli-input.h"
#include "cli-output.h"
#include "screen-sharing.h"

G_BEGIN_DECLS

/** BeckonCliClient: one run of the program. */
typedef struct
{
  const BeckonCliOptions *options;
  BeckonCliOutput output;
  GMainLoop *loop;
  BeckonSignalingService *signaling;
  BeckonCallManager *manager; /* nullable: nothing rings here */
  BeckonCall *call;           /* nullable: the one this is about */
  BeckonScreenSharing *sharing; /* nullable: of the call */
  BeckonCliInput *input;      /* nullable: there was no call yet that takes commands */
  GCancellable *sign_in;
  GError *not_registered;     /* nullable: why the account was not created, though it may be there */
  GThread *prewarm;
  guint sign_in_source, answer_source, duration_source, stats_source, signal_sources[2];
  BeckonCliExit exit;
  BeckonStatistics *statistics; /* nullable: of the call, as they were last */
  gboolean checking;
  gboolean check_failed;
  gboolean media_flowed;
  gboolean stopping;
  gboolean server_lost; /* after there was one */
} BeckonCliClient;

/* cli-client.c */

/** beckon_cli_client_stop: hangs up, signs out, and ends the program with @status. */
void beckon_cli_client_stop (BeckonCliClient *self, BeckonCliExit status);
/** beckon_cli_client_fail: says why, and stops. */
void beckon_cli_client_fail (BeckonCliClient *self, const GError *error);
/** beckon_cli_text: Returns: (transfer floating): @value: (nullable) */
GVariant *beckon_cli_text (const char *value);

/* cli-call.c */

/** beckon_cli_client_watch_calls: says what becomes of the calls of its manager. */
void beckon_cli_client_watch_calls (BeckonCliClient *self);
void beckon_cli_client_place (BeckonCliClient *self);
void beckon_cli_client_join (BeckonCliClient *self);
void beckon_cli_client_forget_call (BeckonCliClient *self);

/* cli-statistics.c */

/** beckon_cli_client_read_statistics: once a second while media flows */
void beckon_cli_client_read_statistics (BeckonCliClient *self);
/** beckon_cli_client_print_last_statistics: the call is over: says how it was, if media flowed. */
void beckon_cli_client_print_last_statistics (BeckonCliClient *self);

/* cli-check.c */

void beckon_cli_client_check (BeckonCliClient *self);

/* cli-commands.c */

/** beckon_cli_client_add: invites @users to the call. */
void beckon_cli_client_add (BeckonCliClient *self, const char *const *users);
/** beckon_cli_client_do: a line that was typed while there is a call */
void beckon_cli_client_do (const char *line, gpointer client);

/* cli-people.c */

void beckon_cli_client_show_contacts (BeckonCliClient *self);
void beckon_cli_client_show_history (BeckonCliClient *self);
void beckon_cli_client_watch_people (BeckonCliClient *self);

G_END_DECLS
