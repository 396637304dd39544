/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

#include "account.h"

G_BEGIN_DECLS

#define BECKON_TYPE_UNATTENDED (beckon_unattended_get_type ())
/**
 * BeckonUnattended:
 *
 * What would be said in the home window while there is none: a notification tells it, and the
 * process lives until that window has been opened, for else nobody could press it everywhere.
 * Notices of the account are told by themselves. Main thread only.
 */
G_DECLARE_FINAL_TYPE (BeckonUnattended, beckon_unattended, BECKON, UNATTENDED, GObject)

/** beckon_unattended_new: @application: registered; it is held only while there is something to read. */
BeckonUnattended *beckon_unattended_new (GtkApplication *application, BeckonAccount *account);

/** beckon_unattended_say_signed_out: no calls come in from now on, for the account's "failure" if there
 * is one. Does nothing where the home window says it. */
void beckon_unattended_say_signed_out (BeckonUnattended *self);

G_END_DECLS
