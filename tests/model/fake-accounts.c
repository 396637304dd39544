/* SPDX-License-Identifier: GPL-3.0-or-later */

/* BeckonAccounts without passwords, link it instead of accounts.c: a token is the id of its user,
 * and the id their name. */

#define G_LOG_DOMAIN "model"

#include "config.h"

#include "fake-accounts.h"

struct _BeckonAccounts
{
  GObject parent_instance;
};

G_DEFINE_FINAL_TYPE (BeckonAccounts, beckon_accounts, G_TYPE_OBJECT)

BeckonStoredAccount *
beckon_accounts_check_token (BeckonAccounts *self, const char *token, GError **error)
{
  BeckonStoredAccount *account = g_new0 (BeckonStoredAccount, 1);

  account->user = g_strdup (token);
  account->name = g_strdup (token);
  return account;
}

gboolean
beckon_accounts_is_revoked (BeckonAccounts *self, const char *hash, GError **error)
{
  return FALSE;
}

char *
beckon_accounts_hash_token (const char *token)
{
  return g_strdup (token);
}

void
beckon_accounts_revoke_hash (
    BeckonAccounts *self, const char *hash, const char *user, gint64 expires, gboolean shared)
{
  g_assert_not_reached (); /* no client of the model signs another one out */
}

char *
beckon_accounts_random_id (void)
{
  g_assert_not_reached (); /* a model gives the hub ids of its own */
}

BeckonAccounts *
fake_accounts_new (void)
{
  return g_object_new (BECKON_TYPE_ACCOUNTS, NULL);
}

static void
beckon_accounts_class_init (BeckonAccountsClass *klass)
{
  g_signal_new ("revoked", BECKON_TYPE_ACCOUNTS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
beckon_accounts_init (BeckonAccounts *self)
{
}
