/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * beckon_cli_ask_password:
 *
 * While the program has no other thread. At a terminal a prompt is shown and what is typed is not,
 * and a signal that ends or stops the program finds the terminal as it was.
 *
 * Returns: (transfer full) (nullable): the first line of standard input, with its end; %NULL: there
 * is none
 */
char *beckon_cli_ask_password (void);

G_END_DECLS
