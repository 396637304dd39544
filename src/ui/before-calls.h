/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "account.h"

G_BEGIN_DECLS

#define BECKON_TYPE_BEFORE_CALLS (beckon_before_calls_get_type ())
/**
 * BeckonBeforeCalls:
 *
 * A group of the preferences: what a person tries before a call that matters, each in a dialog of its
 * own. In a call neither is possible, and a call that comes in ends what is under way, so that it gets
 * camera and microphone.
 */
G_DECLARE_FINAL_TYPE (BeckonBeforeCalls, beckon_before_calls, BECKON, BEFORE_CALLS,
                      AdwPreferencesGroup)

AdwPreferencesGroup *beckon_before_calls_new (BeckonAccount *account);

G_END_DECLS
