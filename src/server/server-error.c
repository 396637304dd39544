/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-server"

#include "config.h"

#include "server-error.h"

G_DEFINE_QUARK (beckon-server-error-quark, beckon_server_error)
