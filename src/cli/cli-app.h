/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "cli-client.h"

G_BEGIN_DECLS

/** beckon_cli_app_run: has the application of this session do what @options say, over D-Bus
 * (docs/dbus.md). It is started for a call, if it does not run. */
BeckonCliExit beckon_cli_app_run (const BeckonCliOptions *options);

G_END_DECLS
