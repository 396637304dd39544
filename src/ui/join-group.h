/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "local-server.h"

G_BEGIN_DECLS

#define BECKON_TYPE_JOIN_GROUP (beckon_join_group_get_type ())
/**
 * BeckonJoinGroup:
 *
 * Tells how others on this network join a server that runs on this computer: its addresses, to be
 * copied. Is not to be seen while there is none.
 */
G_DECLARE_FINAL_TYPE (BeckonJoinGroup, beckon_join_group, BECKON, JOIN_GROUP, AdwPreferencesGroup)

void beckon_join_group_set_server (BeckonJoinGroup *self, BeckonLocalServer *server);

G_END_DECLS
