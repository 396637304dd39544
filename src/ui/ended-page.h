/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "call.h"

G_BEGIN_DECLS

#define BECKON_TYPE_ENDED_PAGE (beckon_ended_page_get_type ())
/** BeckonEndedPage: how a call ended, and the button to call again (action "call.again"). */
G_DECLARE_FINAL_TYPE (BeckonEndedPage, beckon_ended_page, BECKON, ENDED_PAGE, AdwBin)

/** beckon_ended_page_update: shows how @call ended. */
void beckon_ended_page_update (BeckonEndedPage *self, BeckonCall *call);

/** beckon_ended_page_set_failure: says why calling again did not work. */
void beckon_ended_page_set_failure (BeckonEndedPage *self, const char *sentence);

/** beckon_ended_page_set_narrow: whether the window is. */
void beckon_ended_page_set_narrow (BeckonEndedPage *self, gboolean narrow);

/** beckon_ended_page_is_pointed_at: whether the pointer is on what is said, or on the buttons. */
gboolean beckon_ended_page_is_pointed_at (BeckonEndedPage *self);

G_END_DECLS
