/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "device-list.h"

G_BEGIN_DECLS

/** beckon_camera_access_is_needed: whether we are in a sandbox, from which cameras are not seen. */
gboolean beckon_camera_access_is_needed (void);

/**
 * beckon_camera_access_set_up:
 * @list: has not started
 *
 * The cameras of @list are those that the desktop lends us (Camera portal). It is asked when the first is
 * about to be opened, and asks the person in turn. Refusals are NOT_ALLOWED (the person said no), NO_DEVICE
 * (this desktop lends none) or FAILED. Main thread.
 */
void beckon_camera_access_set_up (BeckonDeviceList *list);

G_END_DECLS
