/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "dialogs.h"
#include "signaling-service.h"

G_BEGIN_DECLS

#define BECKON_TYPE_ADD_CONTACT_DIALOG (beckon_add_contact_dialog_get_type ())
/** BeckonAddContactDialog: asks for a user ID and adds that person to the contacts; closes when the
 * server has done it, and says at the field why it did not. */
G_DECLARE_FINAL_TYPE (BeckonAddContactDialog, beckon_add_contact_dialog, BECKON, ADD_CONTACT_DIALOG,
                      BeckonDialog)

/** beckon_add_contact_dialog_new: Returns: (transfer none): for beckon_dialog_present() */
GtkWidget *beckon_add_contact_dialog_new (BeckonSignalingService *signaling);

G_END_DECLS
