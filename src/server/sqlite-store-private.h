/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "sqlite-store.h"
#include "sqlite-writer.h"

G_BEGIN_DECLS

/** beckon_sqlite_store_new_with_limits: for tests, which want to see early what comes late. */
BeckonStore *beckon_sqlite_store_new_with_limits (const char *path,
                                                  gboolean power_safe,
                                                  BeckonSqliteLimits limits,
                                                  GError **error);

G_END_DECLS
