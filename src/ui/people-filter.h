/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "people.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define BECKON_TYPE_PEOPLE_FILTER (beckon_people_filter_get_type ())
/**
 * BeckonPeopleFilter:
 *
 * What is shown of #BeckonPeople: whose name or user ID has the words that somebody searches for, and
 * of the recent calls those that began after the list was cleared.
 */
G_DECLARE_FINAL_TYPE (BeckonPeopleFilter, beckon_people_filter, BECKON, PEOPLE_FILTER, GObject)

BeckonPeopleFilter *beckon_people_filter_new (BeckonPeople *people);

/** beckon_people_filter_get_contacts: (transfer none): of #BeckonContactItem */
GListModel *beckon_people_filter_get_contacts (BeckonPeopleFilter *self);
/** beckon_people_filter_get_history: (transfer none): of #BeckonHistoryItem */
GListModel *beckon_people_filter_get_history (BeckonPeopleFilter *self);

/** beckon_people_filter_set_search: @text: words, all of which have to be there; "": everybody */
void beckon_people_filter_set_search (BeckonPeopleFilter *self, const char *text);
gboolean beckon_people_filter_is_searching (BeckonPeopleFilter *self);

/** beckon_people_filter_set_cleared: @time: Unix ms; calls that began then or before are left out. */
void beckon_people_filter_set_cleared (BeckonPeopleFilter *self, gint64 time);

/** beckon_people_filter_match: whether each of @words (casefolded) is in @name or begins @id. */
gboolean beckon_people_filter_match (const char *const *words, const char *name, const char *id);

G_END_DECLS
