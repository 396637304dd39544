/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "portal-parent.h"

#ifdef HAVE_PORTAL
#include <libportal-gtk4/portal-gtk4.h>
#endif

XdpParent *
beckon_portal_parent_new (GtkWindow *window)
{
  g_return_val_if_fail (GTK_IS_WINDOW (window), NULL);

#ifdef HAVE_PORTAL
  return xdp_parent_new_gtk (window);
#else
  return NULL;
#endif
}
