/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Which devices do not want to be disturbed. Each says so for itself, and it is kept for when it comes again: else it
 * would be as everybody is until its client had said so anew. */

#define G_LOG_DOMAIN "beckon-server"

#include "config.h"

#include "hub-private.h"

/* Of one user, that are remembered: nobody owns as many, but anybody may invent them. */
#define DEVICES_MAX 16

static gboolean
find (GPtrArray *devices, const char *device, guint *index)
{
  return devices != NULL &&
         g_ptr_array_find_with_equal_func (devices, device, g_str_equal, index);
}

static void
forget (BeckonHub *self, const char *user, GPtrArray *devices, guint index)
{
  hub_record_dnd (self, user, g_ptr_array_index (devices, index), FALSE);
  g_ptr_array_remove_index (devices, index);
  if (devices->len == 0)
    g_hash_table_remove (self->dnd, user);
}

static void
remember (BeckonHub *self, const char *user, GPtrArray *devices, const char *device)
{
  if (devices == NULL)
    {
      devices = g_ptr_array_new_with_free_func (g_free);
      g_hash_table_insert (self->dnd, g_strdup (user), devices);
    }
  g_ptr_array_add (devices, g_strdup (device));
  if (devices->len > DEVICES_MAX)
    forget (self, user, devices, 0);
}

void
hub_dnd_set (BeckonHub *self, const char *user, const char *device, gboolean dnd)
{
  GPtrArray *devices = g_hash_table_lookup (self->dnd, user);
  guint index;

  if (find (devices, device, &index) == dnd)
    return;
  if (!dnd)
    {
      forget (self, user, devices, index);
      return;
    }
  remember (self, user, devices, device);
  hub_record_dnd (self, user, device, TRUE);
}

void
hub_dnd_load (BeckonHub *self, const char *user, const char *device)
{
  GPtrArray *devices = g_hash_table_lookup (self->dnd, user);

  if (!find (devices, device, NULL))
    remember (self, user, devices, device);
}

gboolean
hub_dnd_get (BeckonHub *self, const char *user, const char *device)
{
  return find (g_hash_table_lookup (self->dnd, user), device, NULL);
}

gboolean
hub_user_is_dnd (HubUser *user)
{
  for (HubSession *session = user->sessions; session != NULL; session = session->next_of_user)
    if (session->dnd)
      return TRUE;
  return FALSE;
}
