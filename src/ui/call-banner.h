/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "call-manager.h"

G_BEGIN_DECLS

#define BECKON_TYPE_CALL_BANNER (beckon_call_banner_get_type ())
/**
 * BeckonCallBanner:
 *
 * Says that this person is in a call without this device – with another one, or because this one
 * lost it in a crash – and takes part in it. Nothing is shown while there is no such call, or this
 * device has one.
 *
 * Signals: notice (char *sentence)  why the call could not be joined
 */
G_DECLARE_FINAL_TYPE (BeckonCallBanner, beckon_call_banner, BECKON, CALL_BANNER, AdwBin)

/** beckon_call_banner_set_manager: @manager: (nullable): whose other call it is about. */
void beckon_call_banner_set_manager (BeckonCallBanner *self, BeckonCallManager *manager);

G_END_DECLS
