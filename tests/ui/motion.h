/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Who has asked their desktop for less motion sees none: where GTK's setting "gtk-enable-animations" is
 * off every screen stands still, and what comes and goes is there, or gone, at once. */

#pragma once

#include "screens.h"

G_BEGIN_DECLS

/** motion_assert_none: that nothing moves in @window by itself, nor where something of it is shown or
 * hidden. */
void motion_assert_none (GtkWidget *window);

/** motion_assert_no_slide: that one's own picture is in another corner at once. */
void motion_assert_no_slide (Screens *screens);

/** motion_assert_found: that motion_assert_none() would find some: who has not asked sees it ring. */
void motion_assert_found (Screens *screens);

/** motion_assert_rests: that nothing moves in windows where nobody sees anything move, as it did behind pages
 * that are not shown: it costs the processor as much as what is seen. */
void motion_assert_rests (Screens *screens);

G_END_DECLS
