/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* JSON without white space, at the end of a text. A frame is written for every event of every device:
 * json_to_string() takes several times as long, and wants a copy of what it writes. */

void beckon_json_append_integer (GString *text, gint64 value);
/** beckon_json_append_string: @value: UTF-8 */
void beckon_json_append_string (GString *text, const char *value);
/** beckon_json_append_member: a member of an object; with a comma, if it is not the first */
void beckon_json_append_member (GString *text, const char *name, const char *value);
/** beckon_json_append_node: @node: anything but a fraction */
void beckon_json_append_node (GString *text, JsonNode *node);

G_END_DECLS
