/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "store.h"

G_BEGIN_DECLS

/* What a store's implementation sees of the batches; the rest of the server knows only store.h. */

typedef enum
{
  BECKON_STORE_ADD_ACCOUNT,    /* user, name, password */
  BECKON_STORE_PUT_ACCOUNT,    /* user, name */
  BECKON_STORE_ADD_TOKEN,      /* hash, user, device, time */
  BECKON_STORE_REMOVE_TOKEN,   /* hash */
  BECKON_STORE_USE_TOKEN,      /* hash, device, name, time */
  BECKON_STORE_REVOKE_TOKEN,   /* hash, user, time, shared */
  BECKON_STORE_ADD_CONTACT,    /* owner, user */
  BECKON_STORE_REMOVE_CONTACT, /* owner, user */
  BECKON_STORE_ADD_BLOCK,      /* owner, user */
  BECKON_STORE_REMOVE_BLOCK,   /* owner, user */
  BECKON_STORE_ADD_MET,        /* owner, user */
  BECKON_STORE_ADD_CALL,       /* owner, call */
  BECKON_STORE_SET_SEEN,       /* owner, time */
} BeckonStoreOpKind;

/** BeckonStoreOp: one thing to do; members that the kind does not name are unset. */
typedef struct
{
  BeckonStoreOpKind kind;
  char *owner;
  char *user;
  char *name;
  char *password;
  char *hash;
  char *device;
  gint64 time; /* when a token expires, or is revoked until, in Unix seconds; until when calls are
                * seen, or when a device was, in Unix ms */
  gboolean shared; /* a token that is revoked is kept */
  BeckonStoredCall *call;

  gboolean taken; /* set by each try to commit ADD_ACCOUNT: somebody has that user id */
  /*< private >*/
  GTask *task; /* ADD_ACCOUNT */
} BeckonStoreOp;

/** BeckonStoreBatch: what becomes true together. */
typedef struct
{
  guint64 number;
  GPtrArray *ops;  /* (element-type BeckonStoreOp): in the order in which they have to be done */
  GBytes *changes; /* (nullable): of the record, see beckon_record_change_read() */
  /*< private >*/
  GError *error;
} BeckonStoreBatch;

struct _BeckonStoreClass
{
  GObjectClass parent_class;

  /* On the main thread, as the public functions of these names. */
  BeckonStoredAccount *(*get_account) (BeckonStore *self, const char *user, GError **error);
  BeckonStoredAccount *(*find_token) (BeckonStore *self, const char *hash, GError **error);
  GPtrArray *(*list_tokens) (BeckonStore *self, const char *user, GError **error);
  gboolean (*is_revoked) (BeckonStore *self, const char *hash, GError **error);
  GPtrArray *(*list_contacts) (
      BeckonStore *self, const char *owner, gboolean only_met, GError **error);
  GPtrArray *(*list_blocked) (
      BeckonStore *self, const char *owner, gboolean only_met, GError **error);
  GStrv (*list_blockers) (BeckonStore *self, const char *user, GError **error);
  GStrv (*list_met) (BeckonStore *self, const char *owner, GError **error);
  GPtrArray *(*list_calls) (
      BeckonStore *self, const char *owner, gint64 before, guint limit, GError **error);
  gint64 (*count_missed) (BeckonStore *self, const char *owner, gint64 after, GError **error);
  gboolean (*load_record) (BeckonStore *self,
                           BeckonStoreRecordFunc func,
                           gpointer user_data,
                           GError **error);

  /**
   * commit: on the store's own thread: does all of @batch in one transaction and returns when that
   * is written down, or does nothing of it and fails; then it is called with the same batch again.
   * What a batch asks for is never an error by itself: it would be tried for ever.
   */
  gboolean (*commit) (BeckonStore *self, const BeckonStoreBatch *batch, GError **error);
  /**
   * tend: (nullable): on the store's own thread, after each commit: a short piece of what the
   * database needs from time to time. Returns: whether it is to be called again although there is
   * nothing to commit.
   */
  gboolean (*tend) (BeckonStore *self);
  gboolean in_place; /* commit() waits for nothing: called on the main thread; tend() never is */
};

/* The thread ends in dispose() of BeckonStore: an implementation chains up before it closes what
 * the thread works on. */

G_END_DECLS
