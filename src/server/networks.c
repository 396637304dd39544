/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-server"

#include "config.h"

#include "networks.h"

#include <string.h>

#define IPV6_SIZE 16
#define CUSTOMER_SIZE 8

GPtrArray *
beckon_networks_parse (const char *const *texts, GError **error)
{
  g_autoptr (GPtrArray) networks = g_ptr_array_new_with_free_func (g_object_unref);

  g_return_val_if_fail (texts != NULL, NULL);

  for (guint i = 0; texts[i] != NULL; i++)
    {
      GInetAddressMask *mask = g_inet_address_mask_new_from_string (texts[i], error);

      if (mask == NULL)
        return NULL;
      g_ptr_array_add (networks, mask);
    }
  return g_steal_pointer (&networks);
}

gboolean
beckon_networks_contain (GPtrArray *networks, GInetAddress *address)
{
  g_return_val_if_fail (G_IS_INET_ADDRESS (address), FALSE);

  for (guint i = 0; networks != NULL && i < networks->len; i++)
    if (g_inet_address_mask_matches (networks->pdata[i], address))
      return TRUE;
  return FALSE;
}

char *
beckon_networks_get_key (GInetAddress *address)
{
  static const guint8 mapped[] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };
  guint8 bytes[IPV6_SIZE] = { 0 };
  const guint8 *whole;
  g_autoptr (GInetAddress) shown = NULL;
  g_autofree char *text = NULL;

  g_return_val_if_fail (G_IS_INET_ADDRESS (address), NULL);

  if (g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV4)
    return g_inet_address_to_string (address);
  whole = g_inet_address_to_bytes (address);
  if (memcmp (whole, mapped, sizeof mapped) == 0)
    {
      shown = g_inet_address_new_from_bytes (whole + sizeof mapped, G_SOCKET_FAMILY_IPV4);
      return g_inet_address_to_string (shown);
    }
  memcpy (bytes, whole, CUSTOMER_SIZE);
  shown = g_inet_address_new_from_bytes (bytes, G_SOCKET_FAMILY_IPV6);
  text = g_inet_address_to_string (shown);
  return g_strconcat (text, "/64", NULL);
}
