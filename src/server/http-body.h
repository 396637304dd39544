/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/** BECKON_HTTP_BODY_MAX: bytes of a request's body. */
#define BECKON_HTTP_BODY_MAX 16384

/**
 * beckon_http_body_read:
 * @data: (nullable): the body of a stranger; need not be NUL-terminated
 * @names: the members that have to be there, as strings
 *
 * Returns: (transfer full): the body, or %NULL with TOO_LARGE, BAD_FRAME or BAD_REQUEST.
 */
JsonObject *
beckon_http_body_read (const char *data, gsize length, const char *const *names, GError **error);

/** beckon_http_body_get_string: Returns: (nullable) (transfer none): the member if it is a string.
 */
const char *beckon_http_body_get_string (JsonObject *body, const char *name);

G_END_DECLS
