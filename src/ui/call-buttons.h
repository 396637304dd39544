/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define BECKON_TYPE_CALL_BUTTONS (beckon_call_buttons_get_type ())
/**
 * BeckonCallButtons:
 *
 * The two buttons at the end of a row that call its person by voice and by video, by the action
 * "home.call" of the window around them.
 */
G_DECLARE_FINAL_TYPE (BeckonCallButtons, beckon_call_buttons, BECKON, CALL_BUTTONS, GtkBox)

/** beckon_call_buttons_set_people: @ids: user IDs, separated by commas; @names: who that is. */
void beckon_call_buttons_set_people (BeckonCallButtons *self, const char *ids, const char *names);

/** beckon_call_buttons_set_obstacle: @obstacle: (nullable): a sentence why nobody can be called. */
void beckon_call_buttons_set_obstacle (BeckonCallButtons *self, const char *obstacle);

G_END_DECLS
