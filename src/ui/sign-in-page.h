/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "account.h"

G_BEGIN_DECLS

#define BECKON_TYPE_SIGN_IN_PAGE (beckon_sign_in_page_get_type ())
/**
 * BeckonSignInPage:
 *
 * Where a person signs in or creates an account, and is told what is wrong with what they typed.
 */
G_DECLARE_FINAL_TYPE (BeckonSignInPage, beckon_sign_in_page, BECKON, SIGN_IN_PAGE, AdwBin)

GtkWidget *beckon_sign_in_page_new (BeckonAccount *account, GMenuModel *menu);

/** beckon_sign_in_page_grab_focus: to the first field that is empty. */
void beckon_sign_in_page_grab_focus (BeckonSignInPage *self);

G_END_DECLS
