/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define BECKON_TYPE_DIAL_COMPLETION (beckon_dial_completion_get_type ())
/**
 * BeckonDialCompletion:
 *
 * Offers contacts under an entry for user IDs while the last of them is typed: by the begin of the ID
 * or by a part of the name. The arrow keys choose, Enter takes, Escape closes; the keyboard stays in
 * the entry.
 */
G_DECLARE_FINAL_TYPE (BeckonDialCompletion, beckon_dial_completion, BECKON, DIAL_COMPLETION,
                      GtkPopover)

/** beckon_dial_completion_new: @parent: of @entry; unparents it in the end */
GtkWidget *beckon_dial_completion_new (GtkWidget *parent, GtkEditable *entry);

/** beckon_dial_completion_set_contacts: @contacts: (nullable): of #BeckonContactItem */
void beckon_dial_completion_set_contacts (BeckonDialCompletion *self, GListModel *contacts);

G_END_DECLS
