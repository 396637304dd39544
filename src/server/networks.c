/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-server"

#include "config.h"

#include "networks.h"

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
