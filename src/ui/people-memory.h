/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The lists of an account as they last were, in a file that nobody but its owner reads. */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * beckon_people_memory_save:
 * @file: what was in it is lost; its directory is made
 * @account: whose lists they are; who loads them gives the same
 * @contacts: of #BeckonContactItem
 * @blocked: of #BeckonContactItem
 * @history: of #BeckonHistoryItem
 * @after: of @history what began after that, in Unix time in ms
 * @n_calls: and at most so many
 *
 * Says in the log what does not work, and goes on: the server has them.
 */
void beckon_people_memory_save (const char *file,
                                const char *account,
                                GListModel *contacts,
                                GListModel *blocked,
                                GListModel *history,
                                gint64 after,
                                guint n_calls);

/**
 * beckon_people_memory_load:
 * @contacts: (out) (transfer full) (element-type BeckonContactItem): whose presence is not known
 * @blocked: (out) (transfer full) (element-type BeckonContactItem):
 * @calls: (out) (transfer full) (element-type BeckonPastCall):
 *
 * Returns: %FALSE, and nothing, where there is no such file, or it is damaged, or another
 * account's.
 */
gboolean beckon_people_memory_load (const char *file,
                                    const char *account,
                                    GPtrArray **contacts,
                                    GPtrArray **blocked,
                                    GPtrArray **calls);

G_END_DECLS
