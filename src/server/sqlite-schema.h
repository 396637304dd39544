/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "sqlite-connection.h"

G_BEGIN_DECLS

/** beckon_sqlite_migrate: brings the file's tables up to date; fails, too, where a newer program
 * has written it. */
gboolean beckon_sqlite_migrate (BeckonSqlite *db, GError **error);

G_END_DECLS
