/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "contact-item.h"
#include "history-item.h"

G_BEGIN_DECLS

#define BECKON_TYPE_PEOPLE (beckon_people_get_type ())
/**
 * BeckonPeople:
 *
 * The contacts, the blocked people and the recent calls of an account, kept as its server has them:
 * list models that follow one #BeckonSignalingService. Without a connection they stay as they were.
 *
 * Properties: loaded (read-only: there is all of it, from the server or remembered), loading-older
 * (read-only: older calls are on their way, or will be asked for in a moment).
 */
G_DECLARE_FINAL_TYPE (BeckonPeople, beckon_people, BECKON, PEOPLE, GObject)

BeckonPeople *beckon_people_new (void);

/** beckon_people_set_signaling: @signaling: (nullable): another one empties the lists. */
void beckon_people_set_signaling (BeckonPeople *self, BeckonSignalingService *signaling);

/**
 * beckon_people_remember:
 * @file: where the lists are kept from now on, until another signaling is set
 * @account: whose they are
 *
 * What was kept of @account is shown until the server has answered; nobody's presence is known
 * then.
 */
void beckon_people_remember (BeckonPeople *self, const char *file, const char *account);
/** beckon_people_set_cleared: @time: Unix time in ms: calls that began then or before are not kept.
 */
void beckon_people_set_cleared (BeckonPeople *self, gint64 time);

gboolean beckon_people_is_loaded (BeckonPeople *self);

/** beckon_people_get_contacts: (transfer none): of #BeckonContactItem, by name */
GListModel *beckon_people_get_contacts (BeckonPeople *self);
gboolean beckon_people_is_contact (BeckonPeople *self, const char *id);
/** beckon_people_get_history: (transfer none): of #BeckonHistoryItem, newest first */
GListModel *beckon_people_get_history (BeckonPeople *self);
/** beckon_people_load_older: the person comes to the end of the recent calls; older ones follow, where
 * the server has some. To be said as often as wanted. */
void beckon_people_load_older (BeckonPeople *self);
gboolean beckon_people_is_loading_older (BeckonPeople *self);
/** beckon_people_set_all_wanted: @wanted: the person looks for one among all calls: older ones
 * follow by themselves, with a pause after each hundred, until there are no more. Those that nobody
 * looks for any more are not kept. */
void beckon_people_set_all_wanted (BeckonPeople *self, gboolean wanted);

/** beckon_people_see_history: the person looks at the recent calls: those that were missed count no
 * more, on any device. To be said as often as wanted; the server is told what it does not know. */
void beckon_people_see_history (BeckonPeople *self);

/** beckon_people_get_blocked: (transfer none): of #BeckonContactItem, with presence offline */
GListModel *beckon_people_get_blocked (BeckonPeople *self);
gboolean beckon_people_is_blocked (BeckonPeople *self, const char *id);

/** beckon_people_take_contacts: what a server answered; @contacts: (element-type BeckonContact),
 * @blocked: (element-type BeckonUser) */
void beckon_people_take_contacts (BeckonPeople *self, GPtrArray *contacts, GPtrArray *blocked);
/** beckon_people_take_history: @calls: (transfer full) (element-type BeckonPastCall) */
void beckon_people_take_history (BeckonPeople *self, GPtrArray *calls);

G_END_DECLS
