/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "cli-client.h"

G_BEGIN_DECLS

/** beckon_cli_test_call: calls oneself, without a server, and prints what was heard and seen. */
BeckonCliExit beckon_cli_test_call (const BeckonCliOptions *options);

G_END_DECLS
