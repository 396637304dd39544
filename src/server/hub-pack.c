/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-server"

#include "config.h"

#include "hub-pack.h"

#include <string.h>

/* The length of no string at all. */
#define NO_STRING -1

void
hub_pack_number (GByteArray *bytes, gint64 number)
{
  const gint64 little = GINT64_TO_LE (number);

  g_byte_array_append (bytes, (const guint8 *) &little, sizeof little);
}

void
hub_pack_string (GByteArray *bytes, const char *text)
{
  if (text == NULL)
    {
      hub_pack_number (bytes, NO_STRING);
      return;
    }
  hub_pack_number (bytes, strlen (text));
  g_byte_array_append (bytes, (const guint8 *) text, strlen (text));
}

static const guint8 *
take (HubUnpacker *self, gsize length)
{
  const guint8 *taken = self->data;

  if (self->failed || length > self->length)
    {
      self->failed = TRUE;
      return NULL;
    }
  self->data += length;
  self->length -= length;
  return taken;
}

gint64
hub_unpack_number (HubUnpacker *self)
{
  const guint8 *bytes = take (self, sizeof (gint64));
  gint64 little = 0;

  if (bytes != NULL)
    memcpy (&little, bytes, sizeof little);
  return GINT64_FROM_LE (little);
}

char *
hub_unpack_string (HubUnpacker *self)
{
  const gint64 length = hub_unpack_number (self);
  const guint8 *bytes;

  if (self->failed || length == NO_STRING)
    return NULL;
  bytes = length >= 0 ? take (self, length) : NULL;
  self->failed |= bytes == NULL;
  return bytes != NULL ? g_strndup ((const char *) bytes, length) : NULL;
}
