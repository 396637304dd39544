/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** BECKON_SERVER_ERROR: what keeps a server from starting or from doing its work. */
#define BECKON_SERVER_ERROR (beckon_server_error_quark ())
GQuark beckon_server_error_quark (void);

typedef enum
{
  BECKON_SERVER_ERROR_CONFIG,   /* an option or a key that makes no sense, or is not safe */
  BECKON_SERVER_ERROR_DATABASE, /* SQLite said no */
  BECKON_SERVER_ERROR_CRYPTO,   /* no random numbers, no hash */
} BeckonServerError;

G_END_DECLS
