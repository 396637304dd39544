/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-server"

#include "config.h"

#include "addresses.h"

#include <string.h>

struct _BeckonAddresses
{
  guint refs;
  GHashTable *known; /* char * → BeckonAddress, which the key is in; both without a reference */
};

BeckonAddresses *
beckon_addresses_new (void)
{
  BeckonAddresses *self = g_new0 (BeckonAddresses, 1);

  self->refs = 1;
  self->known = g_hash_table_new (g_str_hash, g_str_equal);
  return self;
}

BeckonAddresses *
beckon_addresses_ref (BeckonAddresses *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  self->refs++;
  return self;
}

void
beckon_addresses_unref (BeckonAddresses *self)
{
  g_return_if_fail (self != NULL && self->refs > 0);

  if (--self->refs > 0)
    return;
  g_assert (g_hash_table_size (self->known) == 0);
  g_hash_table_unref (self->known);
  g_free (self);
}

BeckonAddress *
beckon_addresses_get (BeckonAddresses *self, const char *text)
{
  const gsize size = strlen (text) + 1;
  BeckonAddress *address;

  g_return_val_if_fail (self != NULL, NULL);

  address = g_hash_table_lookup (self->known, text);
  if (address != NULL)
    return beckon_address_ref (address);
  address = g_malloc0 (sizeof *address + size);
  memcpy (address->text, text, size);
  address->refs = 1;
  address->addresses = beckon_addresses_ref (self);
  g_hash_table_insert (self->known, address->text, address);
  return address;
}

BeckonAddress *
beckon_address_ref (BeckonAddress *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  self->refs++;
  return self;
}

void
beckon_address_unref (BeckonAddress *self)
{
  g_return_if_fail (self != NULL && self->refs > 0);

  if (--self->refs > 0)
    return;
  g_assert (self->connections == 0);
  g_hash_table_remove (self->addresses->known, self->text);
  beckon_addresses_unref (self->addresses);
  g_free (self);
}

const char *
beckon_address_get_text (const BeckonAddress *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->text;
}
