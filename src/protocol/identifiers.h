/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define BECKON_USER_ID_MAX 32
#define BECKON_NAME_MAX_BYTES 128
/* Ids of calls, sessions and devices: 1 to 64 characters of A-Z a-z 0-9 . _ - */
#define BECKON_ID_MAX 64

gboolean beckon_user_id_is_valid (const char *user_id);

/**
 * beckon_user_id_normalize:
 * @text: what a person typed
 *
 * Strips white space and folds case. Returns: (transfer full): the user id, or %NULL with
 * %BECKON_PROTOCOL_ERROR_BAD_USER_ID and a sentence that says what is allowed.
 */
char *beckon_user_id_normalize (const char *text, GError **error);

/**
 * beckon_user_ids_parse:
 * @text: ids separated by commas, semicolons or white space
 *
 * Returns: (transfer full): the normalized ids without doubles, 1 to %BECKON_INVITEES_MAX of them;
 * %NULL with BAD_USER_ID (also for none) or TOO_MANY_INVITEES.
 */
GStrv beckon_user_ids_parse (const char *text, GError **error);

gboolean beckon_id_is_valid (const char *id);

/** beckon_name_is_valid: 1 to %BECKON_NAME_MAX_BYTES bytes of UTF-8, something visible in it, no
 * control and no bidirectional-override characters, so that a name can be shown as it is. */
gboolean beckon_name_is_valid (const char *name);

/**
 * beckon_text_to_line:
 * @text: UTF-8 that a stranger wrote
 *
 * Returns: (transfer full) (nullable): it without control and bidirectional-override characters, and
 * with one blank for each row of blanks and ends of lines, so that it can be shown as it is; %NULL
 * where nothing visible is left.
 */
char *beckon_text_to_line (const char *text);

G_END_DECLS
