/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "account.h"

G_BEGIN_DECLS

#define BECKON_TYPE_CHECK_VIEW (beckon_check_view_get_type ())
/**
 * BeckonCheckView:
 *
 * What is in the dialog that checks the network: it runs while it is to be seen, and may run again.
 */
G_DECLARE_FINAL_TYPE (BeckonCheckView, beckon_check_view, BECKON, CHECK_VIEW, GtkBox)

/** beckon_check_view_new: @account: with a manager */
GtkWidget *beckon_check_view_new (BeckonAccount *account);

G_END_DECLS
