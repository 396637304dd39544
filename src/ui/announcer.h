/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Has screen readers say something before GTK 4.14 (docs/architecture.md, the seam). */

#pragma once

#include <gdk/gdk.h>

G_BEGIN_DECLS

/**
 * beckon_announcer_say:
 * @display: where the windows are that it is about
 *
 * Has a screen reader say @sentence: a notification that has it as its name appears on the
 * accessibility bus. The bus is looked for at the first one; where there is none, nothing is said.
 */
void beckon_announcer_say (GdkDisplay *display, const char *sentence);

G_END_DECLS
