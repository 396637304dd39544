/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "store.h"

G_BEGIN_DECLS

/** StoreFactory: a kind of store, for tests that every kind has to pass. */
typedef struct
{
  /* somewhere new to keep one */
  gpointer (*make_place) (void);
  void (*remove_place) (gpointer place);
  BeckonStore *(*open) (gpointer place, GError **error);
  /* after @after more writes to what the database is on the next @times fail */
  void (*fail) (gpointer place, guint after, guint times);
  /* none fails any more; Returns: how many have failed */
  guint (*mend) (gpointer place);
} StoreFactory;

typedef struct
{
  const StoreFactory *factory;
  gpointer place;
  BeckonStore *store;
} StoreFixture;

/* For g_test_add(), with the factory as its data. */
void store_fixture_set_up (StoreFixture *self, gconstpointer factory);
void store_fixture_tear_down (StoreFixture *self, gconstpointer factory);

/** store_fixture_reopen: what the store knows is what it has kept. */
void store_fixture_reopen (StoreFixture *self);

/** store_fixture_commit: runs the main context until everything is committed. */
void store_fixture_commit (StoreFixture *self);

/** store_fixture_wait: runs the main context until *@condition is not 0. */
void store_fixture_wait (const gint *condition);

/** store_fixture_add_account: Returns: whether it was added; else the user id is taken. */
gboolean store_fixture_add_account (StoreFixture *self, const char *user, const char *name);

/** store_fixture_get_n_messages: what the server has logged for whom it belongs to, in this
 * program. */
guint store_fixture_get_n_messages (void);
void store_fixture_count_messages (void);

G_END_DECLS
