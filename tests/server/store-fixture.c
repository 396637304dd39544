/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "store-fixture.h"

#include "protocol-error.h"

#define LIMIT_SECONDS 30

static guint n_messages; /* atomic */

static GLogWriterOutput
count_message (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  if (level & G_LOG_LEVEL_MESSAGE)
    g_atomic_int_inc (&n_messages);
  return g_log_writer_default (level, fields, n_fields, user_data);
}

void
store_fixture_count_messages (void)
{
  g_log_set_writer_func (count_message, NULL, NULL);
}

guint
store_fixture_get_n_messages (void)
{
  return g_atomic_int_get (&n_messages);
}

static void
open_store (StoreFixture *self)
{
  g_autoptr (GError) error = NULL;

  self->store = self->factory->open (self->place, &error);
  g_assert_no_error (error);
}

void
store_fixture_set_up (StoreFixture *self, gconstpointer factory)
{
  self->factory = factory;
  self->place = self->factory->make_place ();
  open_store (self);
}

void
store_fixture_tear_down (StoreFixture *self, gconstpointer factory)
{
  self->factory->mend (self->place);
  g_assert_finalize_object (self->store);
  self->factory->remove_place (self->place);
}

void
store_fixture_reopen (StoreFixture *self)
{
  g_assert_finalize_object (self->store);
  open_store (self);
}

static gboolean
on_limit (gpointer unused)
{
  g_error ("That takes too long");
  return G_SOURCE_REMOVE;
}

void
store_fixture_commit (StoreFixture *self)
{
  const guint64 barrier = beckon_store_get_barrier (self->store);
  const guint watchdog = g_timeout_add_seconds (LIMIT_SECONDS, on_limit, NULL);

  while (beckon_store_get_committed (self->store) < barrier)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (watchdog);
}

void
store_fixture_wait (const gint *condition)
{
  const guint watchdog = g_timeout_add_seconds (LIMIT_SECONDS, on_limit, NULL);

  while (*condition == 0)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (watchdog);
}

typedef struct
{
  gint done;
  gboolean added;
  GError *error;
} Adding;

static void
on_added (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Adding *adding = user_data;

  adding->added = beckon_store_add_account_finish (BECKON_STORE (source), result, &adding->error);
  adding->done = TRUE;
}

gboolean
store_fixture_add_account (StoreFixture *self, const char *user, const char *name)
{
  Adding adding = { 0 };

  beckon_store_add_account_async (self->store, user, name, "$y$hash", on_added, &adding);
  store_fixture_wait (&adding.done);
  if (!adding.added)
    g_assert_error (adding.error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_USER_EXISTS);
  g_clear_error (&adding.error);
  return adding.added;
}
