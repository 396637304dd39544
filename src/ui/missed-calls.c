/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "missed-calls.h"

#include "call-notifier.h"

#define KEY "missed-from"

struct _BeckonMissedCalls
{
  GObject parent_instance;

  BeckonAccount *account;
  BeckonNotifier *notifier;
  GSettings *settings;
  GHashTable *users; /* char *: of whom a notification tells */
};

G_DEFINE_FINAL_TYPE (BeckonMissedCalls, beckon_missed_calls, G_TYPE_OBJECT)

static void
save (BeckonMissedCalls *self)
{
  g_autofree const char **users =
      (const char **) g_hash_table_get_keys_as_array (self->users, NULL);

  g_settings_set_strv (self->settings, KEY, users);
}

static void
load (BeckonMissedCalls *self)
{
  g_auto (GStrv) users = g_settings_get_strv (self->settings, KEY);

  for (guint i = 0; users[i] != NULL; i++)
    g_hash_table_add (self->users, g_strdup (users[i]));
}

static void
beckon_missed_calls_dispose (GObject *object)
{
  BeckonMissedCalls *self = BECKON_MISSED_CALLS (object);

  g_clear_object (&self->account);
  g_clear_object (&self->notifier);
  g_clear_object (&self->settings);
  g_clear_pointer (&self->users, g_hash_table_unref);

  G_OBJECT_CLASS (beckon_missed_calls_parent_class)->dispose (object);
}

static void
beckon_missed_calls_class_init (BeckonMissedCallsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = beckon_missed_calls_dispose;
}

static void
beckon_missed_calls_init (BeckonMissedCalls *self)
{
  self->users = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

BeckonMissedCalls *
beckon_missed_calls_new (BeckonAccount *account, BeckonNotifier *notifier)
{
  BeckonMissedCalls *self;

  g_return_val_if_fail (BECKON_IS_ACCOUNT (account), NULL);
  g_return_val_if_fail (BECKON_IS_NOTIFIER (notifier), NULL);

  self = g_object_new (BECKON_TYPE_MISSED_CALLS, NULL);
  self->account = g_object_ref (account);
  self->notifier = g_object_ref (notifier);
  self->settings = g_object_ref (beckon_account_get_settings (account));
  load (self);
  g_signal_connect_object (account, "left", G_CALLBACK (beckon_missed_calls_withdraw_all), self,
                           G_CONNECT_SWAPPED);
  return self;
}

void
beckon_missed_calls_add (BeckonMissedCalls *self, const BeckonUser *from, BeckonMedia media)
{
  BeckonCallManager *manager;

  g_return_if_fail (BECKON_IS_MISSED_CALLS (self));
  g_return_if_fail (from != NULL);

  manager = beckon_account_get_manager (self->account);
  if (manager == NULL)
    return; /* nobody misses anything any more */
  if (g_hash_table_add (self->users, g_strdup (from->id)))
    save (self);
  beckon_call_notifier_send_missed (self->notifier, beckon_call_manager_get_signaling (manager),
                                    from, media);
}

void
beckon_missed_calls_withdraw (BeckonMissedCalls *self, const char *user)
{
  g_return_if_fail (BECKON_IS_MISSED_CALLS (self));
  g_return_if_fail (user != NULL);

  if (!g_hash_table_remove (self->users, user))
    return;
  save (self);
  beckon_call_notifier_withdraw_missed (self->notifier, user);
}

void
beckon_missed_calls_withdraw_all (BeckonMissedCalls *self)
{
  GHashTableIter iter;
  gpointer user;

  g_return_if_fail (BECKON_IS_MISSED_CALLS (self));

  if (g_hash_table_size (self->users) == 0)
    return;
  g_hash_table_iter_init (&iter, self->users);
  while (g_hash_table_iter_next (&iter, &user, NULL))
    beckon_call_notifier_withdraw_missed (self->notifier, user);
  g_hash_table_remove_all (self->users);
  save (self);
}
