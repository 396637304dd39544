/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

#include "screen-sharing.h"

G_BEGIN_DECLS

/** beckon_portal_parent_new: Returns: (transfer full) (nullable): @window, as the desktop's dialogs
 * know it, so that they stand over it; %NULL without libportal. */
XdpParent *beckon_portal_parent_new (GtkWindow *window);

G_END_DECLS
