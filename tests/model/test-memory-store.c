/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The store of the model check is one, like those that servers have. */

#include "config.h"

#include "memory-store.h"
#include "store-conformance.h"

static gpointer
make_place (void)
{
  return beckon_memory_new ();
}

static void
remove_place (gpointer place)
{
  beckon_memory_unref (place);
}

static BeckonStore *
open_store (gpointer place, GError **error)
{
  return beckon_memory_store_new (place);
}

static void
fail (gpointer place, guint after, guint times)
{
  BeckonMemory *memory = place;

  memory->fail_after = after;
  memory->fail_times = times;
  memory->failed = 0;
}

static guint
mend (gpointer place)
{
  BeckonMemory *memory = place;

  memory->fail_times = 0;
  return memory->failed;
}

static const StoreFactory factory = { make_place, remove_place, open_store, fail, mend };

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  store_fixture_count_messages ();
  store_conformance_add_tests ("/memory", &factory);
  store_conformance_add_batch_tests ("/memory", &factory);
  return g_test_run ();
}
