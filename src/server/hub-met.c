/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Whom somebody has met: who rang them, and who was in a call with them. Where the directory is
 * closed nobody is told the name of anybody else: it would say that there is such an account. */

#define G_LOG_DOMAIN "beckon-server"

#include "config.h"

#include "hub-private.h"

static void
load (BeckonHub *self, HubUser *user)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) ids = beckon_store_list_met (self->store, user->id, &error);

  if (ids == NULL)
    {
      g_warning ("Whom %s has met: %s", user->id, error->message); /* asked again next time */
      return;
    }
  user->met = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; ids[i] != NULL; i++)
    g_hash_table_add (user->met, g_strdup (ids[i]));
}

static gboolean
has_met (BeckonHub *self, HubUser *user, const char *other)
{
  if (user->met == NULL)
    load (self, user);
  return user->met != NULL && g_hash_table_contains (user->met, other);
}

gboolean
hub_may_name (BeckonHub *self, HubUser *viewer, const char *id)
{
  return !self->config->directory_closed || g_str_equal (viewer->id, id) ||
         has_met (self, viewer, id);
}

const char *
hub_name_for (BeckonHub *self, HubUser *viewer, HubUser *user)
{
  return hub_may_name (self, viewer, user->id) ? user->name : user->id;
}

/* Their lists have a name more. */
static void
meet (BeckonHub *self, HubUser *user, const char *other)
{
  g_autoptr (BeckonMessage) changed = NULL;

  if (has_met (self, user, other))
    return;
  beckon_store_add_met (self->store, user->id, other);
  hub_user_written (self, user);
  if (user->met != NULL)
    g_hash_table_add (user->met, g_strdup (other));
  changed = beckon_message_new_event (BECKON_CONTACTS_CHANGED);
  hub_user_event (user, changed, NULL);
}

void
hub_call_introduce (HubCall *call)
{
  if (!call->hub->config->directory_closed)
    return;
  for (guint i = 0; i < call->participants->len; i++)
    {
      HubParticipant *participant = g_ptr_array_index (call->participants, i);

      if (participant->unreachable || !hub_participant_is_live (participant))
        continue;
      for (guint j = 0; j < call->participants->len; j++)
        {
          HubParticipant *member = g_ptr_array_index (call->participants, j);

          if (j != i && member->state == HUB_JOINED)
            meet (call->hub, participant->user, member->user->id);
        }
    }
}
