/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "account.h"
#include "notifier.h"

G_BEGIN_DECLS

#define BECKON_TYPE_MISSED_CALLS (beckon_missed_calls_get_type ())
/**
 * BeckonMissedCalls:
 *
 * The notifications of missed calls, one for each of the last 50 who called. They outlive the
 * process, and so does the list of whom they tell of ("missed-from" of the settings); they go when
 * the person has looked at the recent calls on any device, speaks with who called, or leaves the
 * account. Main thread only.
 */
G_DECLARE_FINAL_TYPE (BeckonMissedCalls, beckon_missed_calls, BECKON, MISSED_CALLS, GObject)

/** beckon_missed_calls_new: of those that are left of the last time it knows already. */
BeckonMissedCalls *beckon_missed_calls_new (BeckonAccount *account, BeckonNotifier *notifier);

/** beckon_missed_calls_add: tells of a call of @from's, in the place of an older one; nothing while
 * nobody is signed in. @quiet: whether the person must not be disturbed by it */
void beckon_missed_calls_add (BeckonMissedCalls *self, const BeckonUser *from, BeckonMedia media,
                              gboolean quiet);
/** beckon_missed_calls_withdraw: @user: a user ID; nothing where there is none of theirs */
void beckon_missed_calls_withdraw (BeckonMissedCalls *self, const char *user);
/** beckon_missed_calls_withdraw_all: takes all of them away. */
void beckon_missed_calls_withdraw_all (BeckonMissedCalls *self);

G_END_DECLS
