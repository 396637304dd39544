/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * BeckonCliOutput:
 *
 * What happens, a line each on standard output: JSON for programs, or words for people. Written by
 * a thread, since whoever reads may pause, and a call does not.
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
 * Prints one event with what belongs to it: pairs of a name and a floating GVariant, ended by
 * %NULL. Statistics are left out while a thousand lines wait for somebody to read them.
 */
void beckon_cli_output_event (BeckonCliOutput *self, const char *event, ...) G_GNUC_NULL_TERMINATED;

/** beckon_cli_output_fields: the same; @fields: (transfer floating): "a{sv}" */
void beckon_cli_output_fields (BeckonCliOutput *self, const char *event, GVariant *fields);

/** beckon_cli_output_error: the event "error": a word for programs, a sentence for people. */
void beckon_cli_output_error (BeckonCliOutput *self, const GError *error);

/** beckon_cli_output_flush: all is written when this returns; or five seconds are over, and nobody
 * has read it. */
void beckon_cli_output_flush (void);

G_END_DECLS
