/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "world.h"

G_BEGIN_DECLS

typedef struct
{
  guint64 states; /* different ones */
  guint64 transitions;
  guint64 ends;      /* states in which all is at rest and nothing may happen any more */
  guint depth;       /* actions from the start to the farthest */
  gboolean complete; /* there is no state that was not looked at */
  JudgeCount judge;
} SearchCount;

/**
 * search_run: looks at every state that the scenario can come to, nearest first.
 * @limit: of states; 0: none
 * @trace: (out) (transfer full): on a violation, the shortest way there, for search_replay()
 *
 * Returns: FALSE: something that must never be has come to be: the model's "violation".
 */
gboolean
search_run (Model *model, const Budget *budget, guint64 limit, SearchCount *count, char **trace);

/** search_replay: @trace: actions; afterwards everything that can go on by itself does so, to the
 * end. Budgets do not count. Returns: FALSE: a violation, or an action cannot happen there. */
gboolean search_replay (Model *model, const char *trace);

G_END_DECLS
