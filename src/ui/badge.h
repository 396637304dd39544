/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define BECKON_TYPE_BADGE (beckon_badge_get_type ())
/**
 * BeckonBadge:
 *
 * A line with an icon over the picture. It appears when what it tells has been so for a second, and
 * goes at once. Properties: icon-name.
 */
G_DECLARE_FINAL_TYPE (BeckonBadge, beckon_badge, BECKON, BADGE, GtkBox)

/** beckon_badge_set_sentence: @sentence: (nullable): what to tell, if anything. */
void beckon_badge_set_sentence (BeckonBadge *self, const char *sentence);

/** beckon_badge_tell: tells what happened, at once and for some seconds. */
void beckon_badge_tell (BeckonBadge *self, const char *sentence);

G_END_DECLS
