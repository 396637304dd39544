/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** beckon_media_list_addresses: Returns: (transfer full): the addresses of this computer's
 * networks, sorted, with a space between two; "" if there is none but its own loopback. */
char *beckon_media_list_addresses (void);

G_END_DECLS
