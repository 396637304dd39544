/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

#include "current-call.h"
#include "global-shortcuts.h"
#include "quiet.h"

G_BEGIN_DECLS

#define BECKON_TYPE_MANNERS (beckon_manners_get_type ())
/**
 * BeckonManners:
 *
 * What a call means to the rest of the desktop: media players pause while it rings and runs
 * (setting "pause-media"), the computer neither sleeps nor locks by itself in it, and who makes it
 * sleep hangs up first; keys of the desktop's mute, or let one speak while they are held (settings
 * "global-shortcuts", "push-to-talk", which go back to FALSE where the desktop refuses); others see that we do not want to be disturbed
 * ("do-not-disturb"). Main thread only.
 */
G_DECLARE_FINAL_TYPE (BeckonManners, beckon_manners, BECKON, MANNERS, GObject)

/** beckon_manners_new: @application: registered; it is not held. */
BeckonManners *beckon_manners_new (GtkApplication *application, GSettings *settings,
                                   BeckonCurrentCall *current, BeckonQuiet *quiet);

/** beckon_manners_get_shortcuts: Returns: (transfer none) (nullable): there is no session bus */
BeckonGlobalShortcuts *beckon_manners_get_shortcuts (BeckonManners *self);

G_END_DECLS
