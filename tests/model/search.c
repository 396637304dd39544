/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "model"

#include "config.h"

#include "search.h"

#include <string.h>

#define TABLE_MIN 65536

/* How a state was come to. */
typedef struct
{
  guint32 parent;
  Action action;
} Node;

typedef struct
{
  Model *model;
  GArray *nodes;     /* Node, of all states; in the order in which they are looked at */
  GByteArray *level; /* worlds of the same distance from the start */
  GByteArray *next;
  guint64 *table;   /* of hashes of worlds; 0: empty */
  gsize table_size; /* a power of two */
  gsize n_table;
} Search;

/* ---- states that were seen ---- */

static inline guint64
mix (guint64 a)
{
  a ^= a >> 32;
  a *= G_GUINT64_CONSTANT (0xd6e8feb86659fd93);
  a ^= a >> 32;
  return a;
}

static guint64
hash_world (const World *world, gsize size)
{
  const guint8 *bytes = (const guint8 *) world;
  guint64 hash = G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
  gsize i = 0;

  for (; i + sizeof (guint64) <= size; i += sizeof (guint64))
    {
      guint64 word;

      memcpy (&word, bytes + i, sizeof word);
      hash = mix (hash ^ word) + hash * 31;
    }
  for (; i < size; i++)
    hash = mix (hash ^ bytes[i]);
  return MAX (1, mix (hash));
}

static gboolean
put (guint64 *table, gsize size, guint64 hash)
{
  gsize i = hash & (size - 1);

  while (table[i] != 0 && table[i] != hash)
    i = (i + 1) & (size - 1);
  if (table[i] == hash)
    return FALSE;
  table[i] = hash;
  return TRUE;
}

static void
grow (Search *self)
{
  const gsize size = self->table_size * 2;
  guint64 *table = g_new0 (guint64, size);

  for (gsize i = 0; i < self->table_size; i++)
    if (self->table[i] != 0)
      put (table, size, self->table[i]);
  g_free (self->table);
  self->table = table;
  self->table_size = size;
}

/* Returns: whether it is new. */
static gboolean
see (Search *self, const World *world)
{
  if (!put (self->table, self->table_size, hash_world (world, self->model->size)))
    return FALSE;
  if (++self->n_table > self->table_size / 2)
    grow (self);
  return TRUE;
}

/* ---- looking ---- */

/* @last: (nullable): what happened after it */
static char *
describe_way (Search *self, guint32 node, const Action *last)
{
  g_autoptr (GPtrArray) words = g_ptr_array_new_with_free_func (g_free);
  GString *text = g_string_new (NULL);

  if (last != NULL)
    g_ptr_array_add (words, action_to_string (self->model, *last));
  for (; node != 0; node = g_array_index (self->nodes, Node, node).parent)
    g_ptr_array_add (
        words, action_to_string (self->model, g_array_index (self->nodes, Node, node).action));
  for (guint i = words->len; i > 0; i--)
    g_string_append_printf (text, "%s%s", text->len > 0 ? " " : "",
                            (char *) g_ptr_array_index (words, i - 1));
  return g_string_free (text, FALSE);
}

static void
add_world (Search *self, const World *world, guint32 parent, Action action)
{
  const Node node = { parent, action };

  g_array_append_val (self->nodes, node);
  g_byte_array_append (self->next, (const guint8 *) world, self->model->size);
}

static gboolean
look_at (Search *self,
         const World *world,
         guint32 node,
         GArray *actions,
         SearchCount *count,
         char **trace)
{
  Model *model = self->model;

  world_list_actions (model, world, actions);
  count->ends += actions->len == 0;
  if (actions->len == 0 && !world_is_quiet (model, world))
    {
      model_fail (model, "Nothing goes on, and something is on its way");
      *trace = describe_way (self, node, NULL);
      return FALSE;
    }
  for (guint i = 0; i < actions->len; i++)
    {
      const Action action = g_array_index (actions, Action, i);
      World after;

      memcpy (&after, world, model->size);
      count->transitions++;
      if (!world_take (model, &after, action))
        {
          *trace = describe_way (self, node, &action);
          return FALSE;
        }
      if (see (self, &after))
        add_world (self, &after, node, action);
    }
  return TRUE;
}

static gboolean
look_at_level (Search *self, guint32 first, guint64 limit, SearchCount *count, char **trace)
{
  g_autoptr (GArray) actions = g_array_new (FALSE, FALSE, sizeof (Action));
  const gsize size = self->model->size;

  for (gsize i = 0; i * size < self->level->len; i++)
    {
      World world;

      if (limit > 0 && self->nodes->len >= limit)
        {
          count->complete = FALSE;
          break;
        }
      memcpy (&world, self->level->data + i * size, size);
      if (!look_at (self, &world, first + i, actions, count, trace))
        return FALSE;
    }
  return TRUE;
}

static gboolean
look (Search *self, guint64 limit, SearchCount *count, char **trace)
{
  while (self->next->len > 0)
    {
      GByteArray *done = self->level;
      guint32 first;

      self->level = self->next;
      self->next = done;
      g_byte_array_set_size (self->next, 0);
      first = self->nodes->len - self->level->len / self->model->size;
      if (!look_at_level (self, first, limit, count, trace))
        return FALSE;
      if (!count->complete)
        return TRUE;
      count->depth += self->next->len > 0;
    }
  return TRUE;
}

gboolean
search_run (Model *model, const Budget *budget, guint64 limit, SearchCount *count, char **trace)
{
  Search self = { .model = model, .table_size = TABLE_MIN };
  World start;
  gboolean fine;

  *count = (SearchCount){ .complete = TRUE };
  *trace = NULL;
  self.nodes = g_array_new (FALSE, FALSE, sizeof (Node));
  self.level = g_byte_array_new ();
  self.next = g_byte_array_new ();
  self.table = g_new0 (guint64, self.table_size);

  fine = world_start (model, budget, &start);
  if (fine)
    {
      see (&self, &start);
      add_world (&self, &start, 0, (Action){ 0 });
      fine = look (&self, limit, count, trace);
    }
  count->states = self.nodes->len;
  count->judge = judge_get_count (model->judge);

  g_free (self.table);
  g_byte_array_unref (self.next);
  g_byte_array_unref (self.level);
  g_array_unref (self.nodes);
  return fine;
}

/* ---- once more ---- */

static gboolean
may_happen (Model *model, const World *world, Action action)
{
  g_autoptr (GArray) actions = g_array_new (FALSE, FALSE, sizeof (Action));
  World rich = *world;

  rich.left = (Budget){ 9, 9, 9, 9, 9 };
  world_list_actions (model, &rich, actions);
  for (guint i = 0; i < actions->len; i++)
    if (memcmp (&g_array_index (actions, Action, i), &action, sizeof action) == 0)
      return TRUE;
  world_list_actions (model, world, actions);
  for (guint i = 0; i < actions->len; i++)
    if (memcmp (&g_array_index (actions, Action, i), &action, sizeof action) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
go_on (Model *model, World *world)
{
  g_autoptr (GArray) actions = g_array_new (FALSE, FALSE, sizeof (Action));

  for (;;)
    {
      world_list_actions (model, world, actions);
      if (actions->len == 0)
        return TRUE;
      if (!world_take (model, world, g_array_index (actions, Action, 0)))
        return FALSE;
    }
}

gboolean
search_replay (Model *model, const char *trace)
{
  g_auto (GStrv) words = g_strsplit (trace, " ", -1);
  const Budget none = { 0 };
  World world;

  if (!world_start (model, &none, &world))
    return FALSE;
  for (guint i = 0; words[i] != NULL; i++)
    {
      Action action;

      if (!action_from_string (model, words[i], &action) || !may_happen (model, &world, action))
        {
          model_fail (model, "“%s” cannot happen there", words[i]);
          return FALSE;
        }
      if (!world_take (model, &world, action))
        return FALSE;
    }
  return go_on (model, &world);
}
