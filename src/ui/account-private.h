/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the files of an account share: account.c (the object, and signing out), account-sign-in.c
 * (one sign-in), account-restore.c (what is remembered for the next start). */

#pragma once

#include "account.h"

G_BEGIN_DECLS

struct _BeckonAccount
{
  GObject parent_instance;

  /* Owned */
  char *profile;
  GSettings *settings;
  BeckonMediaConfig *media;
  BeckonLocalServer *local_server;
  BeckonCallManager *manager; /* nullable */
  GSignalGroup *signaling_signals;
  GError *failure;
  GError *problem;
  GCancellable *restoring; /* nullable: a remembered sign-in is under way */
  char *found;             /* nullable: the password of that one */
  /* Of the sign-in that the secret store has, or will have, something of. */
  char *remembered_server; /* nullable: it has nothing */
  char *remembered_user;   /* nullable */
  char *kept;              /* nullable: the token in the secret store */
  GCancellable *storing;   /* all that is on its way to the secret store */

  gboolean signed_in;
};

/* account.c */

/** beckon_account_set_failure, beckon_account_set_problem: @error: (nullable): the properties */
void beckon_account_set_failure (BeckonAccount *self, const GError *error);
void beckon_account_set_problem (BeckonAccount *self, const GError *error);
void beckon_account_set_signed_in (BeckonAccount *self, gboolean signed_in);
/** beckon_account_set_manager: @manager: (nullable) */
void beckon_account_set_manager (BeckonAccount *self, BeckonCallManager *manager);
void beckon_account_emit_notice (BeckonAccount *self, const char *sentence);
void beckon_account_emit_left (BeckonAccount *self);

/* account-restore.c */

/** beckon_account_remember: somebody has signed in, who is to be so at the next start as well. */
void beckon_account_remember (BeckonAccount *self,
                              const char *server,
                              const char *user,
                              const char *password);
/** beckon_account_keep_token: the server has let us in: what it gave us for the next time. */
void beckon_account_keep_token (BeckonAccount *self);
/** beckon_account_keep_name: what the server calls us, if we are who is remembered. */
void beckon_account_keep_name (BeckonAccount *self);
/** beckon_account_forget: the next start does not come in by itself, and finds nothing of the
 * account. */
void beckon_account_forget (BeckonAccount *self);
/** beckon_account_set_remembered: @server, @user: nullable: the sign-in is over, what is in the
 * store of it stays. */
void beckon_account_set_remembered (BeckonAccount *self, const char *server, const char *user);
/** beckon_account_leave_remembered: the session is over. Where somebody wanted this device out the
 * next start must not come in again by itself. */
void beckon_account_leave_remembered (BeckonAccount *self, const GError *why);

G_END_DECLS
