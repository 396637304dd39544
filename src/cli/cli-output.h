/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * BeckonCliOutput:
 *
 * What happens, a line each on standard output: JSON for programs, or words for people.
 */
typedef struct
{
  gboolean json;
  gint64 started; /* monotonic µs; t_ms is counted from here */
} BeckonCliOutput;

/**
 * beckon_cli_output_event:
 * @event: its name
 *
 * Prints one event with what belongs to it: pairs of a name and a floating GVariant, ended by %NULL.
 */
void beckon_cli_output_event (BeckonCliOutput *self, const char *event, ...) G_GNUC_NULL_TERMINATED;

/** beckon_cli_output_error: the event "error": a word for programs, a sentence for people. */
void beckon_cli_output_error (BeckonCliOutput *self, const GError *error);

G_END_DECLS
