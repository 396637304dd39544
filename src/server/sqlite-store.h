/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "store.h"

G_BEGIN_DECLS

/**
 * beckon_sqlite_store_new:
 * @path: of the file, made if it is not there; one of an older server is brought up to date, one of
 * a newer is refused
 * @power_safe: %TRUE: what has been committed survives that the power goes, and each commit waits
 * for the disk; %FALSE: it survives that the process is killed, and commits do not wait
 *
 * A store in one SQLite file. Reads are answered by a connection of their own, which never waits
 * for the one that writes.
 *
 * Returns: (transfer full): the store, or %NULL with %BECKON_SERVER_ERROR_DATABASE.
 */
BeckonStore *beckon_sqlite_store_new (const char *path, gboolean power_safe, GError **error);

G_END_DECLS
