/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-server"

#include "config.h"

#include "hub-private.h"

G_DEFINE_FINAL_TYPE (BeckonHub, beckon_hub, G_TYPE_OBJECT)

gint64
hub_now (BeckonHub *self)
{
  return (beckon_timer_wheel_get_time (self->wheel) + self->epoch) / 1000;
}

void
hub_timer (BeckonHub *self, BeckonTimer *timer, gint64 time, BeckonTimerFunc func,
           gpointer user_data)
{
  beckon_timer_start (timer, self->wheel, time * 1000 - self->epoch, func, user_data);
}

/* ---- the store's batches ---- */

static void
on_prepare (BeckonStore *store, BeckonHub *self)
{
  hub_record_write (self);
  self->handed_over = g_get_monotonic_time ();
}

/* Users of whom nothing is left but what was on its way to the store are forgotten now. */
static void
settle_written (BeckonHub *self)
{
  g_autoptr (GPtrArray) users = g_steal_pointer (&self->unsettled);

  self->unsettled = g_ptr_array_new ();
  for (guint i = 0; i < users->len; i++)
    {
      HubUser *user = g_ptr_array_index (users, i);

      user->unsettled = FALSE;
      hub_user_settle (self, user);
    }
}

static void
on_committed (BeckonStore *store, BeckonHub *self)
{
  beckon_metrics_observe (self->metrics, BECKON_HISTOGRAM_STORE_COMMIT,
                          (g_get_monotonic_time () - self->handed_over) / (double) G_USEC_PER_SEC);
  settle_written (self);
  hub_client_resume_waiting (self);
}

static void
on_revoked (BeckonAccounts *accounts, const char *token, BeckonHub *self)
{
  hub_session_revoke (self, token);
}

static void
on_failing (BeckonStore *store, GParamSpec *pspec, BeckonHub *self)
{
  beckon_metrics_set (self->metrics, BECKON_GAUGE_STORE_FAILING,
                      beckon_store_is_failing (store));
}

gboolean
hub_start (BeckonHub *self,
           BeckonStore *store,
           BeckonAccounts *accounts,
           BeckonTimerWheel *wheel,
           BeckonMetrics *metrics,
           const BeckonServerConfig *config,
           GError **error)
{
  self->store = g_object_ref (store);
  self->accounts = g_object_ref (accounts);
  self->wheel = wheel;
  self->metrics = metrics;
  self->config = config;
  self->invitations = beckon_rate_limiter_new (config->invitations_per_minute,
                                               config->invitations_per_minute);
  if (!hub_load (self, error))
    return FALSE;
  g_signal_connect (store, "prepare", G_CALLBACK (on_prepare), self);
  g_signal_connect (store, "committed", G_CALLBACK (on_committed), self);
  g_signal_connect (store, "notify::failing", G_CALLBACK (on_failing), self);
  g_signal_connect (accounts, "revoked", G_CALLBACK (on_revoked), self);
  return TRUE;
}

BeckonHub *
beckon_hub_new (BeckonStore *store,
                BeckonAccounts *accounts,
                BeckonTimerWheel *wheel,
                BeckonMetrics *metrics,
                const BeckonServerConfig *config,
                GError **error)
{
  g_autoptr (BeckonHub) self = g_object_new (BECKON_TYPE_HUB, NULL);

  return hub_start (self, store, accounts, wheel, metrics, config, error) ? g_steal_pointer (&self)
                                                                         : NULL;
}

void
beckon_hub_stop (BeckonHub *self)
{
  g_autoptr (BeckonMessage) closing = beckon_message_new_event (BECKON_SESSION_CLOSING);
  GHashTableIter iter;
  gpointer key;

  g_return_if_fail (BECKON_IS_HUB (self));

  self->stopping = TRUE;
  beckon_metrics_set (self->metrics, BECKON_GAUGE_DRAINING, 1);
  beckon_message_set_string (closing, "reason", "stopping");
  beckon_message_set_int (closing, "reconnect_after", 1);
  g_hash_table_iter_init (&iter, self->clients);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    {
      HubClient *client = key;

      if (client->session != NULL)
        hub_session_event (client->session, closing);
      beckon_connection_close (client->connection, BECKON_CLOSE_STOPPING, "The server stops");
    }
}

guint
beckon_hub_get_n_connections (BeckonHub *self)
{
  g_return_val_if_fail (BECKON_IS_HUB (self), 0);

  return g_hash_table_size (self->clients);
}

/* ---- class ---- */

/* What is written down stays as it is: this is how a hub ends that is killed, too. */
static void
beckon_hub_dispose (GObject *object)
{
  BeckonHub *self = BECKON_HUB (object);
  GHashTableIter iter;
  gpointer value;

  self->stopping = self->disposing = TRUE;
  if (self->store != NULL)
    g_signal_handlers_disconnect_by_data (self->store, self);
  if (self->accounts != NULL)
    g_signal_handlers_disconnect_by_data (self->accounts, self);
  beckon_timer_stop (&self->stale_timer);
  g_hash_table_iter_init (&iter, self->clients);
  while (g_hash_table_iter_next (&iter, &value, NULL))
    {
      g_hash_table_iter_steal (&iter);
      hub_client_drop (value);
    }
  g_hash_table_remove_all (self->calls);
  g_hash_table_remove_all (self->sessions);
  g_hash_table_remove_all (self->users);
  G_OBJECT_CLASS (beckon_hub_parent_class)->dispose (object);
}

static void
beckon_hub_finalize (GObject *object)
{
  BeckonHub *self = BECKON_HUB (object);

  g_queue_clear (&self->ended_order);
  g_hash_table_unref (self->calls);
  g_hash_table_unref (self->sessions);
  g_hash_table_unref (self->users);
  g_hash_table_unref (self->ended);
  g_hash_table_unref (self->clients);
  g_hash_table_unref (self->dnd);
  g_hash_table_unref (self->watchers);
  g_hash_table_unref (self->by_address);
  g_ptr_array_unref (self->dirty_sessions);
  g_ptr_array_unref (self->dirty_calls);
  g_ptr_array_unref (self->unsettled);
  g_ptr_array_unref (self->stale);
  g_ptr_array_unref (self->waiting);
  g_byte_array_unref (self->packed);
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
  self->epoch = g_get_real_time () - g_get_monotonic_time ();
  self->new_id = beckon_accounts_random_id;
  self->users = g_hash_table_new_full (g_str_hash, g_str_equal, NULL,
                                       (GDestroyNotify) hub_user_free);
  self->sessions = g_hash_table_new_full (g_str_hash, g_str_equal, NULL,
                                          (GDestroyNotify) hub_session_free);
  self->calls = g_hash_table_new_full (g_str_hash, g_str_equal, NULL,
                                       (GDestroyNotify) hub_call_free);
  self->ended = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_queue_init (&self->ended_order);
  self->clients = g_hash_table_new (g_direct_hash, g_direct_equal);
  self->dnd = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                     (GDestroyNotify) g_ptr_array_unref);
  self->watchers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                          (GDestroyNotify) g_hash_table_unref);
  self->by_address = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->dirty_sessions = g_ptr_array_new ();
  self->dirty_calls = g_ptr_array_new ();
  self->unsettled = g_ptr_array_new ();
  self->stale = g_ptr_array_new ();
  self->waiting = g_ptr_array_new ();
  self->packed = g_byte_array_new ();
}
