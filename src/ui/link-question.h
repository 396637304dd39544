/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

#include "account.h"
#include "call-link.h"
#include "current-call.h"

G_BEGIN_DECLS

/** beckon_link_question_get_obstacle: @link: (nullable): no link that can be read. Returns:
 * (transfer full) (nullable): why its person cannot be called. */
char *beckon_link_question_get_obstacle (BeckonAccount *account, const BeckonCallLink *link);

/**
 * beckon_link_question_new:
 * @home: whose action "home.call" places the call
 *
 * Asks whether the person of a link is to be called: whoever wrote the link may call nobody. Its
 * buttons are sensitive while a call can be placed.
 *
 * Returns: (transfer none): for beckon_dialog_present(), over @home
 */
GtkWidget *beckon_link_question_new (GtkWindow *home, BeckonCurrentCall *current,
                                     const BeckonCallLink *link);

G_END_DECLS
