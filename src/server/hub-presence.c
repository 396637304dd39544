/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Who sees whom, and as what. Changes are told together a moment later: who hangs up and calls again was
 * in a call all the time. */

#define G_LOG_DOMAIN "beckon-server"

#include "config.h"

#include "hub-private.h"

#define TOGETHER_MS 100

BeckonPresence
hub_presence_of (BeckonHub *self, HubUser *user)
{
  if (user == NULL || user->sessions == NULL ||
      (!hub_user_is_connected (user) &&
       user->seen + self->config->presence_grace * 1000 <= hub_now (self)))
    return BECKON_PRESENCE_OFFLINE;
  if (hub_user_is_in_call (user))
    return BECKON_PRESENCE_IN_CALL;
  return hub_user_is_dnd (user) ? BECKON_PRESENCE_DND : BECKON_PRESENCE_ONLINE;
}

static BeckonMessage *
new_event (const char *user, BeckonPresence presence)
{
  BeckonMessage *event = beckon_message_new_event (BECKON_PRESENCE_CHANGED);

  beckon_message_set_string (event, "user", user);
  beckon_message_set_string (event, "state", beckon_presence_to_string (presence));
  return event;
}

void
hub_presence_tell (BeckonHub *self, HubUser *user)
{
  const BeckonPresence presence = hub_presence_of (self, user);
  GHashTable *watchers = g_hash_table_lookup (self->watchers, user->id);
  g_autoptr (BeckonMessage) event = NULL;
  GHashTableIter iter;
  gpointer session;

  if (user->presence_stale)
    {
      g_ptr_array_remove_fast (self->stale, user);
      hub_record_erase_presence (self, user);
    }
  user->presence_stale = FALSE;
  if (presence == user->told)
    return;
  user->told = presence;
  if (watchers == NULL)
    return;
  event = new_event (user->id, presence);
  g_hash_table_iter_init (&iter, watchers);
  while (g_hash_table_iter_next (&iter, &session, NULL))
    if (!hub_user_is_blocked (self, ((HubSession *) session)->user, user->id))
      hub_session_event (session, event);
}

static void
on_together (gpointer user_data)
{
  BeckonHub *self = user_data;

  while (self->stale->len > 0)
    hub_presence_tell (self, g_ptr_array_index (self->stale, self->stale->len - 1));
}

/* Where nobody watches there is nobody to be told later: who begins to is told what is true then. */
void
hub_presence_update (BeckonHub *self, HubUser *user)
{
  const BeckonPresence presence = hub_presence_of (self, user);

  if (user->presence_stale || presence == user->told)
    return;
  if (!g_hash_table_contains (self->watchers, user->id))
    {
      user->told = presence;
      return;
    }
  user->presence_stale = TRUE;
  g_ptr_array_add (self->stale, user);
  hub_record_presence (self, user);
  if (!beckon_timer_is_running (&self->stale_timer))
    hub_timer (self, &self->stale_timer, hub_now (self) + TOGETHER_MS, on_together, self);
}

BeckonPresence
hub_presence_for (BeckonHub *self, HubUser *watcher, const char *id)
{
  HubUser *user = hub_find_user (self, id);

  if (user != NULL && user->presence_stale)
    hub_presence_tell (self, user);
  return hub_user_is_blocked (self, watcher, id) ? BECKON_PRESENCE_OFFLINE
                                                 : hub_presence_of (self, user);
}

void
hub_presence_tell_user (BeckonHub *self, HubUser *watcher, const char *user)
{
  g_autoptr (BeckonMessage) event = new_event (user, hub_presence_for (self, watcher, user));

  for (HubSession *session = watcher->sessions; session != NULL; session = session->next_of_user)
    if (session->watched != NULL && g_hash_table_contains (session->watched, user))
      hub_session_event (session, event);
}

/* ---- watching ---- */

void
hub_presence_unwatch (HubSession *session)
{
  BeckonHub *self = session->hub;
  GHashTableIter iter;
  gpointer id;

  if (session->watched == NULL)
    return;
  g_hash_table_iter_init (&iter, session->watched);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    {
      GHashTable *watchers = g_hash_table_lookup (self->watchers, id);

      g_hash_table_remove (watchers, session);
      if (g_hash_table_size (watchers) == 0)
        g_hash_table_remove (self->watchers, id);
    }
  g_clear_pointer (&session->watched, g_hash_table_unref);
}

void
hub_presence_add_watch (HubSession *session, const char *user)
{
  BeckonHub *self = session->hub;
  GHashTable *watchers = g_hash_table_lookup (self->watchers, user);

  if (session->watched == NULL)
    session->watched = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_hash_table_add (session->watched, g_strdup (user));
  if (watchers == NULL)
    {
      watchers = g_hash_table_new (g_direct_hash, g_direct_equal);
      g_hash_table_insert (self->watchers, g_strdup (user), watchers);
    }
  g_hash_table_add (watchers, session);
}

void
hub_presence_watch (HubSession *session, BeckonMessage *request)
{
  BeckonHub *self = session->hub;
  g_auto (GStrv) users = beckon_message_dup_strv (request, "users");

  hub_presence_unwatch (session);
  hub_session_reply_ok (session, request);
  for (guint i = 0; users[i] != NULL; i++)
    {
      g_autoptr (BeckonMessage) event = NULL;

      if (session->watched != NULL && g_hash_table_contains (session->watched, users[i]))
        continue;
      event = new_event (users[i], hub_presence_for (self, session->user, users[i]));
      hub_presence_add_watch (session, users[i]);
      hub_session_event (session, event);
    }
  hub_record_session (session);
}

void
hub_presence_set (HubSession *session, BeckonMessage *request)
{
  session->dnd = g_str_equal (beckon_message_get_string (request, "state"), "dnd");
  hub_dnd_set (session->hub, session->user->id, session->device, session->dnd);
  hub_session_reply_ok (session, request);
  hub_presence_update (session->hub, session->user);
}
