/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-server"

#include "config.h"

#include "hub-private.h"

HubUser *
hub_find_user (BeckonHub *self, const char *id)
{
  return g_hash_table_lookup (self->users, id);
}

HubUser *
hub_get_user (BeckonHub *self, const char *id, const char *name)
{
  HubUser *user = hub_find_user (self, id);

  if (user != NULL)
    return user;
  user = g_new0 (HubUser, 1);
  user->id = g_strdup (id);
  user->name = g_strdup (name);
  user->missed = -1;
  g_hash_table_insert (self->users, user->id, user);
  return user;
}

void
hub_user_set_name (HubUser *user, const char *name)
{
  if (g_str_equal (user->name, name))
    return;
  g_free (user->name);
  user->name = g_strdup (name);
}

void
hub_user_free (HubUser *user)
{
  beckon_timer_stop (&user->timer);
  g_clear_pointer (&user->blockers, g_hash_table_unref);
  g_clear_pointer (&user->met, g_hash_table_unref);
  g_free (user->id);
  g_free (user->name);
  g_free (user);
}

void
hub_user_settle (BeckonHub *self, HubUser *user)
{
  if (self->disposing)
    return;
  hub_presence_update (self, user);
  if (user->sessions != NULL || user->participants != NULL || user->held > 0)
    return;
  if (!hub_user_can_be_read (self, user))
    {
      if (!user->unsettled)
        g_ptr_array_add (self->unsettled, user);
      user->unsettled = TRUE;
      return;
    }
  if (user->presence_stale)
    hub_presence_tell (self, user);
  if (!user->unsettled)
    g_hash_table_remove (self->users, user->id);
}

void
hub_user_written (BeckonHub *self, HubUser *user)
{
  user->written = beckon_store_get_barrier (self->store);
}

gboolean
hub_user_can_be_read (BeckonHub *self, HubUser *user)
{
  return user->written <= beckon_store_get_committed (self->store);
}

HubSession *
hub_user_find_session (HubUser *user, const char *device)
{
  for (HubSession *session = user->sessions; session != NULL; session = session->next_of_user)
    if (g_strcmp0 (session->device, device) == 0)
      return session;
  return NULL;
}

gboolean
hub_user_is_connected (HubUser *user)
{
  for (HubSession *session = user->sessions; session != NULL; session = session->next_of_user)
    if (session->client != NULL)
      return TRUE;
  return FALSE;
}

gboolean
hub_user_can_ring (HubUser *user)
{
  for (HubSession *session = user->sessions; session != NULL; session = session->next_of_user)
    if (session->client != NULL && session->ring)
      return TRUE;
  return FALSE;
}

gboolean
hub_user_may_ring (HubUser *user)
{
  for (HubSession *session = user->sessions; session != NULL; session = session->next_of_user)
    if (session->ring)
      return TRUE;
  return FALSE;
}

void
hub_user_event (HubUser *user, BeckonMessage *event, HubSession *except)
{
  for (HubSession *session = user->sessions; session != NULL; session = session->next_of_user)
    if (session != except)
      hub_session_event (session, event);
}

/* ---- blocking ---- */

static void
load_blockers (BeckonHub *self, HubUser *user)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) ids = beckon_store_list_blockers (self->store, user->id, &error);

  if (ids == NULL)
    {
      g_warning ("Who blocks %s: %s", user->id, error->message); /* asked again next time */
      return;
    }
  user->blockers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; ids[i] != NULL; i++)
    g_hash_table_add (user->blockers, g_strdup (ids[i]));
}

gboolean
hub_user_is_blocked (BeckonHub *self, HubUser *user, const char *other)
{
  if (user->blockers == NULL)
    load_blockers (self, user);
  return user->blockers != NULL && g_hash_table_contains (user->blockers, other);
}

void
hub_user_set_blocked (BeckonHub *self, HubUser *user, const char *other, gboolean blocked)
{
  if (user->blockers == NULL)
    load_blockers (self, user);
  if (user->blockers == NULL)
    return;
  if (blocked)
    g_hash_table_add (user->blockers, g_strdup (other));
  else
    g_hash_table_remove (user->blockers, other);
}
