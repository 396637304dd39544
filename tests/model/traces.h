/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What went wrong once, or nearly. */
typedef struct
{
  const char *name;
  const char *scenario;
  const char *actions; /* for search_replay() */
} Trace;

/** traces_get: Returns: (nullable): the one with that number, from 0; %NULL: there are no more. */
const Trace *traces_get (guint number);

G_END_DECLS
