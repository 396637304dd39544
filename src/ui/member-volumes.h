/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

#include "call.h"
#include "volume-memory.h"

G_BEGIN_DECLS

#define BECKON_TYPE_MEMBER_VOLUMES (beckon_member_volumes_get_type ())
/**
 * BeckonMemberVolumes:
 *
 * How loud everybody who is in a call is heard here, one below the other; follows who comes and goes,
 * and is hidden while nobody is in it. Who comes is as loud as they were in the last call.
 */
G_DECLARE_FINAL_TYPE (BeckonMemberVolumes, beckon_member_volumes, BECKON, MEMBER_VOLUMES, GtkBox)

/** beckon_member_volumes_set_call: @call: (nullable); @memory: of the account that is in it; (nullable)
 * without a call */
void beckon_member_volumes_set_call (BeckonMemberVolumes *self, BeckonCall *call,
                                     BeckonVolumeMemory *memory);

G_END_DECLS
