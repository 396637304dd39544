/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define BECKON_TYPE_STORE (beckon_store_get_type ())
/**
 * BeckonStore:
 *
 * What a server keeps: accounts, tokens, contacts, call history, and the hub's own record. The seam
 * behind which there are several databases; every one has to pass tests/server/store-conformance.c.
 * Main thread.
 *
 * Reads are answered at once, from what has been committed. Writes are collected in a batch, which
 * goes to the database as one transaction on a thread of the store's own: as soon as the one before
 * is committed, so the more there is to do the larger batches become. Batches are numbered from 1
 * and commit in order. A batch that the database does not take is tried again until it does;
 * meanwhile the store is failing, and nothing is lost.
 *
 * Every failure is a %BECKON_SERVER_ERROR_DATABASE unless said otherwise.
 *
 * Signals:
 *   prepare ()    the open batch is about to be handed over: the last moment to write into it
 *   committed ()  beckon_store_get_committed() has risen
 * Properties: failing (boolean, read-only)
 */
G_DECLARE_DERIVABLE_TYPE (BeckonStore, beckon_store, BECKON, STORE, GObject)

/** BECKON_STORE_REVOKED_MAX: revoked tokens of a user that are remembered; the oldest are forgotten. */
#define BECKON_STORE_REVOKED_MAX 64

/** BeckonStoredAccount: @password: (nullable): a hash in the form of crypt(5), to sign in with;
 * @expires: Unix seconds: the token by which it was found; else 0 */
typedef struct
{
  char *user;
  char *name;
  char *password;
  gint64 expires;
} BeckonStoredAccount;
void beckon_stored_account_free (BeckonStoredAccount *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeckonStoredAccount, beckon_stored_account_free)

/** BeckonStoredToken: what a device signs in with; @device: (nullable): the id of the one that came
 * with it last; @name: what that is called, or was when the token was made; @expires: Unix seconds;
 * @seen: Unix ms: when that device was there last; 0: never */
typedef struct
{
  char *hash;
  char *device;
  char *name;
  gint64 expires;
  gint64 seen;
} BeckonStoredToken;
void beckon_stored_token_free (BeckonStoredToken *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeckonStoredToken, beckon_stored_token_free)

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
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeckonStoredCall, beckon_stored_call_free)

/* ---- reading ---- */

/** beckon_store_get_account: Returns: (transfer full) (nullable): also %NULL, without an error, for
 * nobody. */
BeckonStoredAccount *beckon_store_get_account (BeckonStore *self, const char *user, GError **error);
/** beckon_store_find_token: Returns: (transfer full) (nullable): whose it is (password %NULL), if
 * it still holds; %NULL without an error if not. */
BeckonStoredAccount *beckon_store_find_token (BeckonStore *self, const char *hash, GError **error);
/** beckon_store_list_tokens: Returns: (transfer full) (element-type BeckonStoredToken): those of @user
 * that hold and were not revoked, whose devices were there last first; at most 1000. */
GPtrArray *beckon_store_list_tokens (BeckonStore *self, const char *user, GError **error);
/** beckon_store_is_revoked: Returns: whether the token with that hash was revoked; %FALSE with an error:
 * that is not known. */
gboolean beckon_store_is_revoked (BeckonStore *self, const char *hash, GError **error);
/** beckon_store_list_contacts: @only_met: who is neither @owner nor met by them is as somebody without
 * an account. Returns: (transfer full) (element-type BeckonStoredAccount): by name, password %NULL, at
 * most 500; somebody without an account has their id as name. */
GPtrArray *beckon_store_list_contacts (
    BeckonStore *self, const char *owner, gboolean only_met, GError **error);
/** beckon_store_list_blocked: whom @owner blocks; as beckon_store_list_contacts() */
GPtrArray *beckon_store_list_blocked (
    BeckonStore *self, const char *owner, gboolean only_met, GError **error);
/** beckon_store_list_blockers: Returns: (transfer full): ids of those who block @user. */
GStrv beckon_store_list_blockers (BeckonStore *self, const char *user, GError **error);
/** beckon_store_list_met: Returns: (transfer full): ids of those whom @owner has met. */
GStrv beckon_store_list_met (BeckonStore *self, const char *owner, GError **error);
/** beckon_store_list_calls: Returns: (transfer full) (element-type BeckonStoredCall): newest first,
 * that started before @before (Unix ms; 0: no bound). */
GPtrArray *beckon_store_list_calls (
    BeckonStore *self, const char *owner, gint64 before, guint limit, GError **error);
/** beckon_store_count_missed: Returns: incoming calls with the outcome "missed" that are not seen
 * and started after @after (Unix ms); -1: it failed. */
gint64 beckon_store_count_missed (BeckonStore *self,
                                  const char *owner,
                                  gint64 after,
                                  GError **error);

/* ---- writing: into the open batch ---- */

/** beckon_store_add_account_async: completes when it is committed; fails with
 * %BECKON_PROTOCOL_ERROR_USER_EXISTS too. */
void beckon_store_add_account_async (BeckonStore *self,
                                     const char *user,
                                     const char *name,
                                     const char *password,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
gboolean beckon_store_add_account_finish (BeckonStore *self, GAsyncResult *result, GError **error);
/** beckon_store_put_account: makes it, without a password, or gives the one that is there this
 * name. */
void beckon_store_put_account (BeckonStore *self, const char *user, const char *name);
/** beckon_store_add_token: @hash: of the token; @expires: Unix seconds; forgets those that have
 * expired */
void beckon_store_add_token (
    BeckonStore *self, const char *hash, const char *user, const char *device, gint64 expires);
void beckon_store_remove_token (BeckonStore *self, const char *hash);
/** beckon_store_use_token: a device came with it, and was there last at @seen (Unix ms); nothing if the
 * token is not one of ours */
void beckon_store_use_token (
    BeckonStore *self, const char *hash, const char *device, const char *name, gint64 seen);
/** beckon_store_revoke_token: removes the token if it is one of ours, and remembers until @until (Unix
 * seconds) that it was revoked. @shared: there are sessions that go on with it: it is not removed. */
void beckon_store_revoke_token (
    BeckonStore *self, const char *hash, const char *user, gint64 until, gboolean shared);
void beckon_store_add_contact (BeckonStore *self, const char *owner, const char *user);
void beckon_store_remove_contact (BeckonStore *self, const char *owner, const char *user);
void beckon_store_add_block (BeckonStore *self, const char *owner, const char *user);
void beckon_store_remove_block (BeckonStore *self, const char *owner, const char *user);
/** beckon_store_add_met: @owner has met @user, for good; not the other way round */
void beckon_store_add_met (BeckonStore *self, const char *owner, const char *user);
/** beckon_store_add_call: does nothing if @owner has that call, which started then, already */
void beckon_store_add_call (BeckonStore *self, const char *owner, const BeckonStoredCall *call);
/** beckon_store_set_seen: of all calls that are there and started at @until (Unix ms) or before */
void beckon_store_set_seen (BeckonStore *self, const char *owner, gint64 until);

/* ---- the hub's record: keys and values ---- */

/** beckon_store_record: sets @key to @value; in the open batch, as all writing. @value: (nullable):
 * if @length is 0; @length: at most 1 GiB */
void beckon_store_record (BeckonStore *self, const char *key, const void *value, gsize length);
/** beckon_store_record_new: as beckon_store_record(), for a @key that the record does not have: where
 * it is erased before long, a database may do less for it. */
void beckon_store_record_new (BeckonStore *self, const char *key, const void *value, gsize length);
/** beckon_store_erase: @key is not there any more; it need not have been */
void beckon_store_erase (BeckonStore *self, const char *key);

typedef void (*BeckonStoreRecordFunc) (const char *key,
                                       const void *value,
                                       gsize length,
                                       gpointer user_data);
/** beckon_store_load_record: calls @func once for each key that is there; before anything is
 * written */
gboolean beckon_store_load_record (BeckonStore *self,
                                   BeckonStoreRecordFunc func,
                                   gpointer user_data,
                                   GError **error);

/* ---- batches ---- */

/** beckon_store_touch: something will be written at "prepare". */
void beckon_store_touch (BeckonStore *self);
/** beckon_store_get_barrier: Returns: the batch that has to be committed before anybody may be told
 * what has been decided until now: the open one if anything is in it or it was touched, else the
 * one before. */
guint64 beckon_store_get_barrier (BeckonStore *self);
guint64 beckon_store_get_committed (BeckonStore *self);
gboolean beckon_store_is_failing (BeckonStore *self);
/** beckon_store_flush: waits until everything is committed, for two seconds at most; fails if the
 * database does not take it. What is not committed when the store is let go of is lost. */
gboolean beckon_store_flush (BeckonStore *self, GError **error);

G_END_DECLS
