/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-server"

#include "config.h"

#include "hub-private.h"

G_DEFINE_FINAL_TYPE (BeckonHub, beckon_hub, G_TYPE_OBJECT)

BeckonHub *
beckon_hub_new (BeckonStore *store, BeckonAccounts *accounts, const BeckonServerConfig *config)
{
  BeckonHub *self = g_object_new (BECKON_TYPE_HUB, NULL);

  self->store = g_object_ref (store);
  self->accounts = g_object_ref (accounts);
  self->config = config;
  self->invitations = beckon_rate_limiter_new (config->invitations_per_minute,
                                               config->invitations_per_minute);
  return self;
}

void
beckon_hub_stop (BeckonHub *self)
{
  g_autoptr (BeckonMessage) closing = beckon_message_new_event (BECKON_SESSION_CLOSING);

  g_return_if_fail (BECKON_IS_HUB (self));

  self->stopping = TRUE;
  beckon_message_set_string (closing, "reason", "stopping");
  beckon_message_set_int (closing, "reconnect_after", 1);
  for (guint i = 0; i < self->connected->len; i++)
    {
      HubSession *session = g_ptr_array_index (self->connected, i);

      if (session->user != NULL)
        hub_session_event (session, closing);
      beckon_connection_close (session->connection, BECKON_CLOSE_STOPPING, "The server stops");
    }
}

guint
beckon_hub_get_n_connections (BeckonHub *self)
{
  g_return_val_if_fail (BECKON_IS_HUB (self), 0);

  return self->connected->len;
}

static void
beckon_hub_dispose (GObject *object)
{
  BeckonHub *self = BECKON_HUB (object);

  self->stopping = TRUE;
  g_hash_table_remove_all (self->calls);
  while (self->connected->len > 0)
    hub_session_drop (g_ptr_array_index (self->connected, 0));
  G_OBJECT_CLASS (beckon_hub_parent_class)->dispose (object);
}

static void
beckon_hub_finalize (GObject *object)
{
  BeckonHub *self = BECKON_HUB (object);

  g_assert (g_hash_table_size (self->users) == 0);
  g_queue_clear (&self->ended_order);
  g_hash_table_unref (self->users);
  g_hash_table_unref (self->calls);
  g_hash_table_unref (self->ended);
  g_hash_table_unref (self->watchers);
  g_hash_table_unref (self->by_address);
  g_ptr_array_unref (self->connected);
  g_clear_pointer (&self->invitations, beckon_rate_limiter_free);
  g_clear_object (&self->accounts);
  g_clear_object (&self->store);
  G_OBJECT_CLASS (beckon_hub_parent_class)->finalize (object);
}

static void
beckon_hub_class_init (BeckonHubClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = beckon_hub_dispose;
  G_OBJECT_CLASS (klass)->finalize = beckon_hub_finalize;
}

static void
beckon_hub_init (BeckonHub *self)
{
  self->users = g_hash_table_new (g_str_hash, g_str_equal);
  self->calls = g_hash_table_new_full (g_str_hash, g_str_equal, NULL,
                                       (GDestroyNotify) hub_call_free);
  self->ended = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_queue_init (&self->ended_order);
  self->connected = g_ptr_array_new ();
  self->watchers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                          (GDestroyNotify) g_hash_table_unref);
  self->by_address = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}
