/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <json-glib/json-glib.h>

#include "protocol-error.h"

G_BEGIN_DECLS

/** BECKON_FRAME_MAX: bytes of one frame. */
#define BECKON_FRAME_MAX 65536
#define BECKON_FRAME_DEPTH_MAX 16
/** BECKON_FRAME_MEMBERS_MAX: members of one object. */
#define BECKON_FRAME_MEMBERS_MAX 256
/** BECKON_NUMBER_MAX: numbers are integers from -2^53 to 2^53, which every language can hold. */
#define BECKON_NUMBER_MAX (G_GINT64_CONSTANT (1) << 53)

/**
 * beckon_json_parse:
 * @data: (nullable): JSON of a stranger; need not be NUL-terminated
 *
 * Reads one object within the limits of a frame: size, depth, members, UTF-8, JSON as RFC 8259 has
 * it with integers only, strings without U+0000. Returns: (transfer full): it, or %NULL with
 * TOO_LARGE or BAD_FRAME.
 */
JsonObject *beckon_json_parse (const char *data, gsize length, GError **error);

/** BeckonJsonSpan: where a value stands in a text; @text: %NULL: nowhere */
typedef struct
{
  const char *text;
  gsize length;
} BeckonJsonSpan;

/**
 * beckon_json_parse_around:
 * @member: (nullable): name of a member, in letters
 * @span: (out): where that member of the outermost object stands in @data, if it is an object
 *
 * As beckon_json_parse(), but what is at @span is only checked: the object that is returned has an
 * empty one in its place.
 */
JsonObject *beckon_json_parse_around (
    const char *data, gsize length, const char *member, BeckonJsonSpan *span, GError **error);

G_END_DECLS
