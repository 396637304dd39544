/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "call.h"

G_BEGIN_DECLS

#define BECKON_TYPE_WAITING_PAGE (beckon_waiting_page_get_type ())
/**
 * BeckonWaitingPage:
 *
 * The time between the invitation and the first sound: whom we call, how far it is, and for a video
 * call one's own picture.
 */
G_DECLARE_FINAL_TYPE (BeckonWaitingPage, beckon_waiting_page, BECKON, WAITING_PAGE, AdwBin)

/** beckon_waiting_page_update: shows how @call is now. */
void beckon_waiting_page_update (BeckonWaitingPage *self, BeckonCall *call);

G_END_DECLS
