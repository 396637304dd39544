/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <json-glib/json-glib.h>
#include <libsoup/soup.h>

G_BEGIN_DECLS

/** beckon_http_answer: @object: (transfer full): the body */
void beckon_http_answer (SoupServerMessage *message, guint status, JsonObject *object);

/** beckon_http_answer_error: @error: (transfer full): what the protocol names is told, with its
 * status; what failed inside is logged. */
void beckon_http_answer_error (SoupServerMessage *message, GError *error);

/** beckon_http_is_call: @path: that was asked for; libsoup hands us also what is below @own_path.
 * Returns: whether this is
 * @method on @own_path; else it was refused. */
gboolean beckon_http_is_call (SoupServerMessage *message,
                              const char *path,
                              const char *method,
                              const char *own_path);

G_END_DECLS
