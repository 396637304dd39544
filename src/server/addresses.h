/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * BeckonAddresses:
 *
 * The addresses from which somebody is connected, each kept once, however many connections it has.
 * Reference counted; main thread.
 */
typedef struct _BeckonAddresses BeckonAddresses;

/**
 * BeckonAddress:
 * @connections: how many there are from there: whoever has one counts it
 * @handshakes: of TLS, that are not over
 *
 * One of them. Reference counted; forgotten with its last reference.
 */
typedef struct
{
  guint connections;
  guint handshakes;
  /*< private >*/
  guint refs;
  BeckonAddresses *addresses;
  char text[];
} BeckonAddress;

BeckonAddresses *beckon_addresses_new (void);
BeckonAddresses *beckon_addresses_ref (BeckonAddresses *self);
void beckon_addresses_unref (BeckonAddresses *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeckonAddresses, beckon_addresses_unref)

/** beckon_addresses_get: Returns: (transfer full): the one with this text. */
BeckonAddress *beckon_addresses_get (BeckonAddresses *self, const char *text);

BeckonAddress *beckon_address_ref (BeckonAddress *self);
void beckon_address_unref (BeckonAddress *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeckonAddress, beckon_address_unref)

/** beckon_address_get_text: Returns: (transfer none): as it was asked for. */
const char *beckon_address_get_text (const BeckonAddress *self);

G_END_DECLS
