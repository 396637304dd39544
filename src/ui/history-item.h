/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "signaling-service.h"

G_BEGIN_DECLS

#define BECKON_TYPE_HISTORY_ITEM (beckon_history_item_get_type ())
/** BeckonHistoryItem: a past call, as a list shows it. Does not change. */
G_DECLARE_FINAL_TYPE (BeckonHistoryItem, beckon_history_item, BECKON, HISTORY_ITEM, GObject)

/** beckon_history_item_new: @call: (transfer full) */
BeckonHistoryItem *beckon_history_item_new (BeckonPastCall *call);

/** beckon_history_item_get_call: Returns: (transfer none) */
const BeckonPastCall *beckon_history_item_get_call (BeckonHistoryItem *self);

/** beckon_history_item_is_missed: whether somebody called and was not answered. */
gboolean beckon_history_item_is_missed (BeckonHistoryItem *self);

/** beckon_history_item_equals: whether @other tells the same of the same call. */
gboolean beckon_history_item_equals (BeckonHistoryItem *self, BeckonHistoryItem *other);

/**
 * beckon_history_item_describe:
 * @now: the time that "yesterday" is meant from
 *
 * Returns: (transfer full): kind, outcome, time and length in one line.
 */
char *beckon_history_item_describe (BeckonHistoryItem *self, GDateTime *now);

G_END_DECLS
