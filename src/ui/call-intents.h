/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "call-presenter.h"
#include "current-call.h"

G_BEGIN_DECLS

#define BECKON_TYPE_CALL_INTENTS (beckon_call_intents_get_type ())
/**
 * BeckonCallIntents:
 *
 * What a person wants who pressed a button of a notification, which outlives the process that
 * showed it: so the application may have been started for it, and what is wanted waits until the
 * account is connected. The last wish counts. Main thread only.
 *
 * Signals: failed (char *sentence)  it cannot be done, and why
 */
G_DECLARE_FINAL_TYPE (BeckonCallIntents, beckon_call_intents, BECKON, CALL_INTENTS, GObject)

/** beckon_call_intents_new: @application owns it; it is held while something waits. */
BeckonCallIntents *beckon_call_intents_new (GApplication *application, BeckonAccount *account,
                                            BeckonCurrentCall *current,
                                            BeckonCallPresenter *presenter);

/** beckon_call_intents_accept: @id: of a call that rings, or will be told of at the connection */
void beckon_call_intents_accept (BeckonCallIntents *self, const char *id, gboolean with_camera);
void beckon_call_intents_decline (BeckonCallIntents *self, const char *id);
void beckon_call_intents_call (BeckonCallIntents *self, const char *user, BeckonMedia media);
/** beckon_call_intents_call_back: as the account that missed the call, and as no other: @account at
 * @server. */
void beckon_call_intents_call_back (BeckonCallIntents *self, const char *server,
                                    const char *account, const char *user, BeckonMedia media);

G_END_DECLS
