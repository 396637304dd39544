/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "cli-options.h"

G_BEGIN_DECLS

/* Exit status of beckon-call. */
typedef enum
{
  BECKON_CLI_EXIT_OK,
  BECKON_CLI_EXIT_ERROR,
  BECKON_CLI_EXIT_USAGE,
  BECKON_CLI_EXIT_REJECTED,
  BECKON_CLI_EXIT_BUSY,
  BECKON_CLI_EXIT_UNANSWERED,
  BECKON_CLI_EXIT_CANCELLED,
  BECKON_CLI_EXIT_NO_INVITEE,
  BECKON_CLI_EXIT_LOST,
} BeckonCliExit;

/** beckon_cli_is_nobody: whether @error means that nobody could be invited. */
gboolean beckon_cli_is_nobody (const GError *error);

/** beckon_cli_run: does what @options say, until it is done or SIGINT or SIGTERM comes, which hang
 * up first. Runs the default main context. */
BeckonCliExit beckon_cli_run (const BeckonCliOptions *options);

G_END_DECLS
