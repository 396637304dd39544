/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "call-link.h"
#include "current-call.h"

G_BEGIN_DECLS

/**
 * beckon_link_question_new:
 * @home: whose action "home.call" places the call
 *
 * Asks whether the person of a link is to be called: whoever wrote the link may call nobody. Its
 * buttons are sensitive while a call can be placed.
 */
GtkWidget *beckon_link_question_new (GtkWindow *home, BeckonCurrentCall *current,
                                     const BeckonCallLink *link);

G_END_DECLS
