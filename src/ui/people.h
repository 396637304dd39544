/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "contact-item.h"
#include "history-item.h"

G_BEGIN_DECLS

#define BECKON_TYPE_PEOPLE (beckon_people_get_type ())
/**
 * BeckonPeople:
 *
 * The contacts and the recent calls of an account, kept as its server has them: two list models
 * that follow one #BeckonSignalingService. Without a connection they stay as they were.
 *
 * Properties: loaded (read-only: both lists came from the server).
 */
G_DECLARE_FINAL_TYPE (BeckonPeople, beckon_people, BECKON, PEOPLE, GObject)

BeckonPeople *beckon_people_new (void);

/** beckon_people_set_signaling: @signaling: (nullable): another one empties the lists. */
void beckon_people_set_signaling (BeckonPeople *self, BeckonSignalingService *signaling);

gboolean beckon_people_is_loaded (BeckonPeople *self);

/** beckon_people_get_contacts: (transfer none): of #BeckonContactItem, by name */
GListModel *beckon_people_get_contacts (BeckonPeople *self);
/** beckon_people_get_history: (transfer none): of #BeckonHistoryItem, newest first */
GListModel *beckon_people_get_history (BeckonPeople *self);

/** beckon_people_take_contacts: @contacts: (element-type BeckonContact): what a server answered. */
void beckon_people_take_contacts (BeckonPeople *self, GPtrArray *contacts);
/** beckon_people_take_history: @calls: (transfer full) (element-type BeckonPastCall) */
void beckon_people_take_history (BeckonPeople *self, GPtrArray *calls);

G_END_DECLS
