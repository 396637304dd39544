/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Desktop notifications of calls, and of why none come in. Their buttons are the application's actions "accept", "decline"
 * and "call-back", with the call or who calls whom as target, so that they work while no window is open,
 * and start the application if it has ended. */

#pragma once

#include "call.h"
#include "notifier.h"
#include "signaling-service.h"

G_BEGIN_DECLS

/** beckon_call_notifier_send_incoming: @quiet: whether the person must not be disturbed by it. */
void beckon_call_notifier_send_incoming (BeckonNotifier *notifier, BeckonCall *call,
                                         gboolean quiet);
void beckon_call_notifier_withdraw_incoming (BeckonNotifier *notifier);

/** beckon_call_notifier_send_missed: replaces an older one of the same person; @account: signed in to
 * it, whose call it was, and which alone calls back; @quiet: as above. */
void beckon_call_notifier_send_missed (BeckonNotifier *notifier, BeckonSignalingService *account,
                                       const BeckonUser *from, BeckonMedia media, gboolean quiet);
/** beckon_call_notifier_withdraw_missed: @user: to whom one speaks now. */
void beckon_call_notifier_withdraw_missed (BeckonNotifier *notifier, const char *user);

/** beckon_call_notifier_send_trouble: pressed, it opens the home window. @signed_out: no calls come in
 * any more; @sentence: what is wrong; (nullable) if @signed_out says it all. */
void beckon_call_notifier_send_trouble (BeckonNotifier *notifier, gboolean signed_out,
                                        const char *sentence);
void beckon_call_notifier_withdraw_trouble (BeckonNotifier *notifier);

G_END_DECLS
