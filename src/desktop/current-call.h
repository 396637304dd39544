/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "call-manager.h"

G_BEGIN_DECLS

#define BECKON_TYPE_CURRENT_CALL (beckon_current_call_get_type ())
/**
 * BeckonCurrentCall:
 *
 * What the desktop has to know of an account: whether it is connected, and how its one call is.
 * Follows a manager that may come and go. Main thread only.
 *
 * Signals: changed ()  the manager, the connection, the call, or the call's state, microphone or
 * camera
 */
G_DECLARE_FINAL_TYPE (BeckonCurrentCall, beckon_current_call, BECKON, CURRENT_CALL, GObject)

BeckonCurrentCall *beckon_current_call_new (void);

/** beckon_current_call_set_manager: @manager: (nullable) */
void beckon_current_call_set_manager (BeckonCurrentCall *self, BeckonCallManager *manager);
/** beckon_current_call_get_manager: Returns: (transfer none) (nullable) */
BeckonCallManager *beckon_current_call_get_manager (BeckonCurrentCall *self);

/** beckon_current_call_get: Returns: (transfer none) (nullable): the call, unless it is over. */
BeckonCall *beckon_current_call_get (BeckonCurrentCall *self);
/** beckon_current_call_get_state: FREE where there is none. */
BeckonCallState beckon_current_call_get_state (BeckonCurrentCall *self);
gboolean beckon_current_call_is_connected (BeckonCurrentCall *self);

G_END_DECLS
