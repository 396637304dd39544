/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "history-item.h"
#include "person-row.h"

G_BEGIN_DECLS

#define BECKON_TYPE_RECENT_ROW (beckon_recent_row_get_type ())
/** BeckonRecentRow: a past call, whose people can be called again. */
G_DECLARE_FINAL_TYPE (BeckonRecentRow, beckon_recent_row, BECKON, RECENT_ROW, BeckonPersonRow)

/** beckon_recent_row_new: @now: the time that "yesterday" is meant from */
GtkWidget *beckon_recent_row_new (BeckonHistoryItem *item, GDateTime *now);

/** beckon_recent_row_set_now: it is later than it was. */
void beckon_recent_row_set_now (BeckonRecentRow *self, GDateTime *now);

/** beckon_recent_row_set_obstacle: @obstacle: (nullable): why nobody can be called. */
void beckon_recent_row_set_obstacle (BeckonRecentRow *self, const char *obstacle);

G_END_DECLS
