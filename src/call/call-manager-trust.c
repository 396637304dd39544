/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Who may connect to us while it rings. Contacts are asked for in each new session, and when they
 * change; while they are not known nobody is one. */

#define G_LOG_DOMAIN "beckon-call"

#include "config.h"

#include "call-manager-private.h"

gboolean
beckon_call_manager_trusts (BeckonCallManager *self, const char *user)
{
  switch (self->preconnect)
    {
    case BECKON_PRECONNECT_EVERYONE:
      return TRUE;
    case BECKON_PRECONNECT_CONTACTS:
      return g_hash_table_contains (self->contacts, user);
    case BECKON_PRECONNECT_NOBODY:
    default:
      return FALSE;
    }
}

static void
on_listed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) contacts = beckon_signaling_service_list_contacts_finish (
      BECKON_SIGNALING_SERVICE (source), result, NULL, &error);
  BeckonCallManager *self = user_data;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return; /* the manager may be gone */
  if (contacts == NULL)
    {
      g_debug ("Contacts are not known: %s", error->message);
      return;
    }
  g_hash_table_remove_all (self->contacts);
  for (guint i = 0; i < contacts->len; i++)
    {
      const BeckonContact *contact = g_ptr_array_index (contacts, i);

      g_hash_table_add (self->contacts, g_strdup (contact->user->id));
    }
}

static void
list_contacts (BeckonCallManager *self)
{
  g_cancellable_cancel (self->listing);
  g_clear_object (&self->listing);
  self->listing = g_cancellable_new ();
  beckon_signaling_service_list_contacts_async (self->signaling, self->listing, on_listed, self);
}

static void
on_session_started (BeckonSignalingService *service,
                    gboolean resumed,
                    GPtrArray *calls,
                    BeckonCallManager *self)
{
  if (resumed)
    return;
  g_hash_table_remove_all (self->contacts); /* it may be another user's */
  list_contacts (self);
}

void
beckon_call_manager_follow_contacts (BeckonCallManager *self)
{
  g_signal_connect_object (self->signaling, "session-started", G_CALLBACK (on_session_started),
                           self, 0);
  g_signal_connect_object (self->signaling, "contacts-changed", G_CALLBACK (list_contacts), self,
                           G_CONNECT_SWAPPED);
}
