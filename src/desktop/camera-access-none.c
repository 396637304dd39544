/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Access to cameras of a build without libportal: there is nobody to ask. */

#define G_LOG_DOMAIN "beckon-desktop"

#include "config.h"

#include "camera-access.h"

gboolean
beckon_camera_access_is_needed (void)
{
  return FALSE;
}

void
beckon_camera_access_set_up (BeckonDeviceList *list)
{
  g_return_if_fail (BECKON_IS_DEVICE_LIST (list));
}
