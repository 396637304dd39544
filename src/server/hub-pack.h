/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Values of the hub's record: numbers, little-endian, and strings with their length, one behind the other. A call is
 * written at each of its steps, and as a GVariant that would cost more than all else a step does. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

void hub_pack_number (GByteArray *bytes, gint64 number);
/** hub_pack_string: @text: (nullable) */
void hub_pack_string (GByteArray *bytes, const char *text);

/** HubUnpacker: what is left to be read; @failed: something was not there */
typedef struct
{
  const guint8 *data;
  gsize length;
  gboolean failed;
} HubUnpacker;

/** hub_unpack_number: Returns: 0 if there is none. */
gint64 hub_unpack_number (HubUnpacker *self);
/** hub_unpack_string: Returns: (transfer full) (nullable): also if there is none. */
char *hub_unpack_string (HubUnpacker *self);

G_END_DECLS
