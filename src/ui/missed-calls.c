/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "missed-calls.h"

#include "call-notifier.h"

#define KEY "missed-from"
/* Notifications; who has been away for that long finds the others in the list. */
#define USERS_MAX 50

struct _BeckonMissedCalls
{
  GObject parent_instance;

  BeckonAccount *account;
  BeckonNotifier *notifier;
  GSettings *settings;
  GPtrArray *users; /* char *: of whom a notification tells, the newest last */
};

G_DEFINE_FINAL_TYPE (BeckonMissedCalls, beckon_missed_calls, G_TYPE_OBJECT)

static void
save (BeckonMissedCalls *self)
{
  g_autofree const char **users = g_new0 (const char *, self->users->len + 1);

  for (guint i = 0; i < self->users->len; i++)
    users[i] = self->users->pdata[i];
  g_settings_set_strv (self->settings, KEY, users);
}

static void
load (BeckonMissedCalls *self)
{
  g_auto (GStrv) users = g_settings_get_strv (self->settings, KEY);

  for (guint i = 0; users[i] != NULL; i++)
    g_ptr_array_add (self->users, g_strdup (users[i]));
}

/* Returns: whether they were there. */
static gboolean
take_out (BeckonMissedCalls *self, const char *user)
{
  guint index;

  if (!g_ptr_array_find_with_equal_func (self->users, user, g_str_equal, &index))
    return FALSE;
  g_ptr_array_remove_index (self->users, index);
  return TRUE;
}

static void
beckon_missed_calls_dispose (GObject *object)
{
  BeckonMissedCalls *self = BECKON_MISSED_CALLS (object);

  g_clear_object (&self->account);
  g_clear_object (&self->notifier);
  g_clear_object (&self->settings);
  g_clear_pointer (&self->users, g_ptr_array_unref);

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
  self->users = g_ptr_array_new_with_free_func (g_free);
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
beckon_missed_calls_add (BeckonMissedCalls *self,
                         const BeckonUser *from,
                         BeckonMedia media,
                         gboolean quiet)
{
  BeckonCallManager *manager;

  g_return_if_fail (BECKON_IS_MISSED_CALLS (self));
  g_return_if_fail (from != NULL);

  manager = beckon_account_get_manager (self->account);
  if (manager == NULL)
    return; /* nobody misses anything any more */
  take_out (self, from->id);
  g_ptr_array_add (self->users, g_strdup (from->id));
  while (self->users->len > USERS_MAX)
    {
      beckon_call_notifier_withdraw_missed (self->notifier, self->users->pdata[0]);
      g_ptr_array_remove_index (self->users, 0);
    }
  save (self);
  beckon_call_notifier_send_missed (self->notifier, beckon_call_manager_get_signaling (manager),
                                    from, media, quiet);
}

void
beckon_missed_calls_withdraw (BeckonMissedCalls *self, const char *user)
{
  g_return_if_fail (BECKON_IS_MISSED_CALLS (self));
  g_return_if_fail (user != NULL);

  if (!take_out (self, user))
    return;
  save (self);
  beckon_call_notifier_withdraw_missed (self->notifier, user);
}

void
beckon_missed_calls_withdraw_all (BeckonMissedCalls *self)
{
  g_return_if_fail (BECKON_IS_MISSED_CALLS (self));

  if (self->users->len == 0)
    return;
  for (guint i = 0; i < self->users->len; i++)
    beckon_call_notifier_withdraw_missed (self->notifier, self->users->pdata[i]);
  g_ptr_array_set_size (self->users, 0);
  save (self);
}
