/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define BECKON_TYPE_VOLUME_MEMORY (beckon_volume_memory_get_type ())
/**
 * BeckonVolumeMemory:
 *
 * How loud one account hears people whom it does not hear as they come, from one call to the next.
 * Kept with the settings, for it is what a person has chosen, and no copy of what the server knows
 * that may be lost like a cache. Main thread only.
 */
G_DECLARE_FINAL_TYPE (BeckonVolumeMemory, beckon_volume_memory, BECKON, VOLUME_MEMORY, GObject)

/** BECKON_VOLUME_MEMORY_MAX: of so many people at most something is kept, all accounts together; who
 * was changed longest ago is forgotten first. */
#define BECKON_VOLUME_MEMORY_MAX 200

/** beckon_volume_memory_new: @user, @server: the account that hears them; the same user IDs of another
 * server are others */
BeckonVolumeMemory *beckon_volume_memory_new (GSettings *settings, const char *user,
                                              const char *server);

/** beckon_volume_memory_find: Returns: in percent; 100 of whom nothing is known */
guint beckon_volume_memory_find (BeckonVolumeMemory *self, const char *user);

/** beckon_volume_memory_keep: @percent: 100 to forget them */
void beckon_volume_memory_keep (BeckonVolumeMemory *self, const char *user, guint percent);

/** beckon_volume_memory_forget: all of this account. */
void beckon_volume_memory_forget (BeckonVolumeMemory *self);

G_END_DECLS
