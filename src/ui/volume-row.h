/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

#include "call.h"
#include "volume-memory.h"

G_BEGIN_DECLS

#define BECKON_TYPE_VOLUME_ROW (beckon_volume_row_get_type ())
/**
 * BeckonVolumeRow:
 *
 * How loud one person of a call is heard here: their name, and a slider that changes it.
 */
G_DECLARE_FINAL_TYPE (BeckonVolumeRow, beckon_volume_row, BECKON, VOLUME_ROW, GtkBox)

/**
 * beckon_volume_row_new:
 * @call: @user is in it, and heard as loud from now on as @memory says
 *
 * Returns: (transfer floating): a row, by which that is changed for this call and later ones.
 */
GtkWidget *beckon_volume_row_new (BeckonCall *call, const BeckonUser *user,
                                  BeckonVolumeMemory *memory);
const char *beckon_volume_row_get_user (BeckonVolumeRow *self);
/** beckon_volume_row_set_name: of the person, where it has changed */
void beckon_volume_row_set_name (BeckonVolumeRow *self, const char *name);

G_END_DECLS
