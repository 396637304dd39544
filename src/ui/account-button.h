/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "signaling-service.h"

G_BEGIN_DECLS

#define BECKON_TYPE_ACCOUNT_BUTTON (beckon_account_button_get_type ())
/**
 * BeckonAccountButton:
 *
 * Who is signed in, and how the connection is; its menu has the actions home.copy-id and
 * home.sign-out.
 */
G_DECLARE_FINAL_TYPE (BeckonAccountButton, beckon_account_button, BECKON, ACCOUNT_BUTTON, AdwBin)

/** beckon_account_button_update: @rings: whether calls ring here; @dnd: nobody may disturb */
void beckon_account_button_update (BeckonAccountButton *self, const char *name,
                                   BeckonSignalingState state, gboolean rings, gboolean dnd);

G_END_DECLS
