/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "media-addresses.h"

#include <nice/interfaces.h>

char *
beckon_media_list_addresses (void)
{
  GList *addresses = nice_interfaces_get_local_ips (FALSE);
  g_autoptr (GString) text = g_string_new (NULL);

  addresses = g_list_sort (addresses, (GCompareFunc) strcmp);
  for (GList *l = addresses; l != NULL; l = l->next)
    g_string_append_printf (text, "%s%s", text->len > 0 ? " " : "", (const char *) l->data);
  g_list_free_full (addresses, g_free);
  return g_string_free (g_steal_pointer (&text), FALSE);
}
