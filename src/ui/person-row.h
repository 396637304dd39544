/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define BECKON_TYPE_PERSON_ROW (beckon_person_row_get_type ())
/**
 * BeckonPersonRow:
 *
 * What the rows of contacts and of recent calls have in common: a menu about one person, opened with
 * the secondary button, a long press or the Menu key. What it offers is asked of the window, with the
 * actions home.call (ss), copy (s), restore-contact (s), remove-contact (ss), block (ss), unblock (s).
 *
 * Properties: blocked (read-only).
 */
G_DECLARE_DERIVABLE_TYPE (BeckonPersonRow, beckon_person_row, BECKON, PERSON_ROW, GtkListBoxRow)

struct _BeckonPersonRowClass
{
  GtkListBoxRowClass parent_class;
};

/** beckon_person_row_set_person: whom the menu is about; before this, there is none. */
void beckon_person_row_set_person (BeckonPersonRow *self, const char *id, const char *name);

/** beckon_person_row_get_id: Returns: (nullable): of that person */
const char *beckon_person_row_get_id (BeckonPersonRow *self);

/** beckon_person_row_set_contact: whether they are in one's contacts: decides what the menu offers. */
void beckon_person_row_set_contact (BeckonPersonRow *self, gboolean contact);
/** beckon_person_row_set_callable: whether the menu can call them now. */
void beckon_person_row_set_callable (BeckonPersonRow *self, gboolean callable);

/** beckon_person_row_set_blocked: whether that person cannot reach us. */
void beckon_person_row_set_blocked (BeckonPersonRow *self, gboolean blocked);
gboolean beckon_person_row_is_blocked (BeckonPersonRow *self);

G_END_DECLS
