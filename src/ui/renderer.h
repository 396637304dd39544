/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * beckon_renderer_spare_gl:
 *
 * Leaves GL alone where windows are drawn by cairo (GSK_RENDERER=cairo): on X11 GTK loads it with the
 * display whether anybody draws with it or not, which without a graphics card is all of LLVM. To be called
 * before GTK is initialised, and before there are threads, for it changes the environment.
 */
void beckon_renderer_spare_gl (void);

G_END_DECLS
