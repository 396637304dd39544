/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "contact-item.h"
#include "person-row.h"

G_BEGIN_DECLS

#define BECKON_TYPE_CONTACT_ROW (beckon_contact_row_get_type ())
/** BeckonContactRow: a contact with their presence, to be called or (from a menu, by the window's
 * action "home.remove-contact") removed. */
G_DECLARE_FINAL_TYPE (BeckonContactRow, beckon_contact_row, BECKON, CONTACT_ROW, BeckonPersonRow)

GtkWidget *beckon_contact_row_new (BeckonContactItem *item);

/** beckon_contact_row_set_obstacle: @obstacle: (nullable): why nobody can be called. */
void beckon_contact_row_set_obstacle (BeckonContactRow *self, const char *obstacle);

G_END_DECLS
