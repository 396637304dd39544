/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define BECKON_TYPE_STORE (beckon_store_get_type ())
/**
 * BeckonStore:
 *
 * What a server keeps: accounts, tokens, contacts, call history; one SQLite file. Every failure of
 * the database is a %BECKON_SERVER_ERROR_DATABASE. Used on the main thread; each call is one short
 * transaction.
 */
G_DECLARE_FINAL_TYPE (BeckonStore, beckon_store, BECKON, STORE, GObject)

/** BeckonStoredAccount: @password is a hash in the form of crypt(5). */
typedef struct
{
  char *user;
  char *name;
  char *password;
} BeckonStoredAccount;
void beckon_stored_account_free (BeckonStoredAccount *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeckonStoredAccount, beckon_stored_account_free)

/** BeckonStoredCall: one person's line about a call that is over. */
typedef struct
{
  char *call;
  char *direction; /* words of the protocol */
  char *media;
  char *outcome;
  char *members;   /* user ids of the others, separated by commas */
  gint64 started;  /* Unix ms */
  gint64 duration; /* ms */
} BeckonStoredCall;
void beckon_stored_call_free (BeckonStoredCall *self);

/** beckon_store_new: @path: of the file, made if it is not there; migrated if it is older. */
BeckonStore *beckon_store_new (const char *path, GError **error);

/** beckon_store_add_account: fails with %BECKON_PROTOCOL_ERROR_USER_EXISTS too. */
gboolean beckon_store_add_account (BeckonStore *self, const char *user, const char *name,
                                   const char *password, GError **error);
/** beckon_store_get_account: Returns: (transfer full) (nullable): also %NULL, without an error, for
 * nobody. */
BeckonStoredAccount *beckon_store_get_account (BeckonStore *self, const char *user, GError **error);
gboolean beckon_store_set_name (BeckonStore *self, const char *user, const char *name,
                                GError **error);

/** beckon_store_add_token: @hash: of the token; @expires: Unix seconds */
gboolean beckon_store_add_token (BeckonStore *self, const char *hash, const char *user,
                                 const char *device, gint64 expires, GError **error);
/** beckon_store_find_token: Returns: (transfer full) (nullable): whose it is, if it still holds. */
char *beckon_store_find_token (BeckonStore *self, const char *hash, GError **error);
gboolean beckon_store_remove_token (BeckonStore *self, const char *hash, GError **error);

/** beckon_store_list_contacts: Returns: (transfer full): BeckonStoredAccount, password %NULL */
GPtrArray *beckon_store_list_contacts (BeckonStore *self, const char *owner, GError **error);
gboolean beckon_store_add_contact (BeckonStore *self, const char *owner, const char *user,
                                   GError **error);
gboolean beckon_store_remove_contact (BeckonStore *self, const char *owner, const char *user,
                                      GError **error);

gboolean beckon_store_add_call (BeckonStore *self, const char *owner, const BeckonStoredCall *call,
                                GError **error);
/** beckon_store_list_calls: Returns: (transfer full): BeckonStoredCall, newest first, that started
 * before @before (Unix ms; 0: no bound). */
GPtrArray *beckon_store_list_calls (BeckonStore *self, const char *owner, gint64 before,
                                    guint limit, GError **error);

G_END_DECLS
