/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

#include "protocol-types.h"

G_BEGIN_DECLS

#define BECKON_TYPE_DIAL_BOX (beckon_dial_box_get_type ())
/**
 * BeckonDialBox:
 *
 * The entry for user IDs with its two buttons. Calls by the action "home.call" of the window around
 * it, with what stands in the entry and the word of the medium.
 */
G_DECLARE_FINAL_TYPE (BeckonDialBox, beckon_dial_box, BECKON, DIAL_BOX, GtkBox)

/** beckon_dial_box_set_obstacle: @obstacle: (nullable): a sentence why nobody can be called now. */
void beckon_dial_box_set_obstacle (BeckonDialBox *self, const char *obstacle);

/** beckon_dial_box_set_default_media: what the Enter key starts. */
void beckon_dial_box_set_default_media (BeckonDialBox *self, BeckonMedia media);

/** beckon_dial_box_set_contacts: @contacts: (nullable): of #BeckonContactItem, whom it completes to. */
void beckon_dial_box_set_contacts (BeckonDialBox *self, GListModel *contacts);

void beckon_dial_box_set_narrow (BeckonDialBox *self, gboolean narrow);

/** beckon_dial_box_clear: empties the entry. */
void beckon_dial_box_clear (BeckonDialBox *self);

G_END_DECLS
