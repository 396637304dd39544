/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * beckon_json_build:
 * @text: an object in JSON with integers only, NUL-terminated, and known to be that; overwritten
 * @skipped: (nullable): where an object begins in @text that is not looked at
 * @skipped_length: its bytes
 *
 * The second half of a parser: the first is the checker of json-parse.c, or that we wrote @text
 * ourselves. Of several members of a name the last one counts. Returns: (transfer full): what it
 * says, with an empty object for what was skipped.
 */
JsonObject *beckon_json_build (char *text, const char *skipped, gsize skipped_length);

G_END_DECLS
