/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Desktop notifications of calls. Their buttons are the application's actions "accept" and
 * "decline", with the call's id as target, so that they work while no window is open. */

#pragma once

#include "call.h"

G_BEGIN_DECLS

void beckon_call_notifier_send_incoming (GApplication *application, BeckonCall *call);
void beckon_call_notifier_withdraw_incoming (GApplication *application, BeckonCall *call);

/** beckon_call_notifier_send_missed: replaces an older one of the same person. */
void beckon_call_notifier_send_missed (GApplication *application, const BeckonUser *from,
                                       BeckonMedia media);

G_END_DECLS
