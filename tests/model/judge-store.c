/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A hundred thousand states of a store differ in little: each entry that one of them has is kept
 * once. */

#define G_LOG_DOMAIN "model"

#include "config.h"

#include "judge-private.h"

typedef struct
{
  char *key;
  GBytes *value;
} Entry;

static guint
entry_hash (gconstpointer entry)
{
  return g_str_hash (((const Entry *) entry)->key) ^ g_bytes_hash (((const Entry *) entry)->value);
}

static gboolean
entry_equal (gconstpointer a, gconstpointer b)
{
  const Entry *first = a, *second = b;

  return g_str_equal (first->key, second->key) && g_bytes_equal (first->value, second->value);
}

static void
entry_free (Entry *entry)
{
  g_free (entry->key);
  g_bytes_unref (entry->value);
  g_free (entry);
}

void
judge_pool_init (Judge *self)
{
  self->pool = g_ptr_array_new_with_free_func ((GDestroyNotify) entry_free);
  self->pool_numbers = g_hash_table_new (entry_hash, entry_equal);
}

void
judge_pool_clear (Judge *self)
{
  g_hash_table_unref (self->pool_numbers);
  g_ptr_array_unref (self->pool);
}

static guint32
put_entry (Judge *self, const char *key, GBytes *value)
{
  const Entry wanted = { (char *) key, value };
  gpointer found = NULL;
  Entry *entry;

  if (g_hash_table_lookup_extended (self->pool_numbers, &wanted, NULL, &found))
    return GPOINTER_TO_UINT (found);
  entry = g_new (Entry, 1);
  *entry = (Entry){ g_strdup (key), g_bytes_ref (value) };
  g_ptr_array_add (self->pool, entry);
  g_hash_table_insert (self->pool_numbers, entry, GUINT_TO_POINTER (self->pool->len - 1));
  return self->pool->len - 1;
}

void
judge_take_memory (Judge *self, JudgeState *state, BeckonMemory *memory)
{
  guint i = 0;

  state->n_entries = g_tree_nnodes (memory->entries);
  state->entries = g_new (guint32, state->n_entries);
  for (GTreeNode *node = g_tree_node_first (memory->entries); node != NULL;
       node = g_tree_node_next (node))
    state->entries[i++] = put_entry (self, g_tree_node_key (node), g_tree_node_value (node));
}

static gboolean
is_forgotten (Judge *self, const char *key)
{
  return self->flaw.forgets != '\0' && g_str_has_prefix (key, "r/") && key[2] == self->flaw.forgets;
}

BeckonMemory *
judge_make_memory (Judge *self, const JudgeState *state)
{
  BeckonMemory *memory = beckon_memory_new ();

  for (guint i = 0; i < state->n_entries; i++)
    {
      const Entry *entry = g_ptr_array_index (self->pool, state->entries[i]);

      if (!is_forgotten (self, entry->key))
        g_tree_insert (memory->entries, g_strdup (entry->key), g_bytes_ref (entry->value));
    }
  return memory;
}

guint
judge_count_rows (Judge *self, const JudgeState *state)
{
  guint rows = 0;

  for (guint i = 0; i < state->n_entries; i++)
    {
      const char *key = ((const Entry *) g_ptr_array_index (self->pool, state->entries[i]))->key;

      rows += g_str_has_prefix (key, "r/") && strchr ("cemu", key[2]) != NULL;
    }
  return rows;
}
