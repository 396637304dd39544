/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "call.h"

G_BEGIN_DECLS

#define BECKON_TYPE_CALLING_PAGE (beckon_calling_page_get_type ())
/**
 * BeckonCallingPage:
 *
 * The running call: the other's screen or picture, or face and name; in the corner one's own
 * picture, or theirs beside their screen; what is worth knowing about both.
 */
G_DECLARE_FINAL_TYPE (BeckonCallingPage, beckon_calling_page, BECKON, CALLING_PAGE, AdwBin)

/** beckon_calling_page_update: shows how @call is now. */
void beckon_calling_page_update (BeckonCallingPage *self, BeckonCall *call,
                                 BeckonQualityLevel quality);

/** beckon_calling_page_update_level: only the ring that follows the voice. */
void beckon_calling_page_update_level (BeckonCallingPage *self, BeckonCall *call);

/** beckon_calling_page_tell_no_screen: says why nothing is shared, or no more, if there is a
 * reason. */
void beckon_calling_page_tell_no_screen (BeckonCallingPage *self, BeckonCall *call);

/** beckon_calling_page_has_picture: whether a picture fills the page, so that the name is elsewhere. */
gboolean beckon_calling_page_has_picture (BeckonCallingPage *self);

/** beckon_calling_page_set_small: whether there is no room but for the other side's picture. */
void beckon_calling_page_set_small (BeckonCallingPage *self, gboolean small);
void beckon_calling_page_set_narrow (BeckonCallingPage *self, gboolean narrow);

/** beckon_calling_page_set_controls_shown: the shades behind header and controls go with them. */
void beckon_calling_page_set_controls_shown (BeckonCallingPage *self, gboolean shown);

/** beckon_calling_page_reset: for another call: the pictures are in their places again. */
void beckon_calling_page_reset (BeckonCallingPage *self);

G_END_DECLS
