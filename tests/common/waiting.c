/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "waiting.h"

gboolean
waiting_tick (gpointer unused)
{
  return G_SOURCE_CONTINUE;
}

void
waiting_turn (void)
{
  const guint tick = g_timeout_add (20, waiting_tick, NULL);

  g_main_context_iteration (NULL, TRUE);
  g_source_remove (tick);
}

static gboolean
on_passed (gpointer passed)
{
  *(gboolean *) passed = TRUE;
  return G_SOURCE_REMOVE;
}

void
waiting_let_pass (guint ms)
{
  gboolean passed = FALSE;

  g_timeout_add (ms, on_passed, &passed);
  while (!passed)
    g_main_context_iteration (NULL, TRUE);
}
