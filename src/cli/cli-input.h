/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * BeckonCliInput:
 *
 * Lines of standard input, as they come, on the default main context; up to its end.
 */
typedef struct _BeckonCliInput BeckonCliInput;

/** BeckonCliLineFunc: @line: without its end; must not free the input */
typedef void (*BeckonCliLineFunc) (const char *line, gpointer user_data);

BeckonCliInput *beckon_cli_input_new (BeckonCliLineFunc func, gpointer user_data);
void beckon_cli_input_free (BeckonCliInput *self);

G_END_DECLS
