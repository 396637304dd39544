/* SPDX-License-Identifier: GPL-3.0-or-later */

/* All is in one tree:
 *
 *   a/USER         an account: name, password
 *   t/HASH         a token: user, name of the device, when it expires, when that was seen, its id
 *   x/HASH         a token that was revoked: until when that is known, user, a number that rises
 *   c/OWNER/USER   a contact
 *   b/OWNER/USER   OWNER blocks USER
 *   k/OWNER/USER   OWNER has met USER
 *   h/OWNER/CALL   a call of OWNER's history, and whether it was seen
 *   r/KEY          the hub's record */

#define G_LOG_DOMAIN "model"

#include "config.h"

#include "memory-store.h"

#include "hub-pack.h"
#include "record-changes.h"
#include "server-error.h"
#include "store-private.h"

/* A list as long as the protocol lets it be. */
#define PEOPLE_MAX 500
#define TOKENS_MAX 1000

#define BECKON_TYPE_MEMORY_STORE (beckon_memory_store_get_type ())
G_DECLARE_FINAL_TYPE (BeckonMemoryStore, beckon_memory_store, BECKON, MEMORY_STORE, BeckonStore)

struct _BeckonMemoryStore
{
  BeckonStore parent_instance;

  BeckonMemory *memory;
};

G_DEFINE_FINAL_TYPE (BeckonMemoryStore, beckon_memory_store, BECKON_TYPE_STORE)

#define ENTRIES(store) (BECKON_MEMORY_STORE (store)->memory->entries)

/* ---- memory ---- */

static int
compare_keys (gconstpointer a, gconstpointer b, gpointer unused)
{
  return strcmp (a, b);
}

BeckonMemory *
beckon_memory_new (void)
{
  BeckonMemory *self = g_new0 (BeckonMemory, 1);

  self->ref_count = 1;
  self->entries = g_tree_new_full (compare_keys, NULL, g_free, (GDestroyNotify) g_bytes_unref);
  return self;
}

BeckonMemory *
beckon_memory_ref (BeckonMemory *self)
{
  self->ref_count++;
  return self;
}

void
beckon_memory_unref (BeckonMemory *self)
{
  g_assert (self->ref_count > 0);
  if (--self->ref_count > 0)
    return;
  g_tree_unref (self->entries);
  g_free (self);
}

BeckonStore *
beckon_memory_store_new (BeckonMemory *memory)
{
  BeckonMemoryStore *self = g_object_new (BECKON_TYPE_MEMORY_STORE, NULL);

  self->memory = beckon_memory_ref (memory);
  return BECKON_STORE (self);
}

/* ---- keys and values ---- */

/* @key: (transfer full); @value: (transfer full) */
static void
put (BeckonMemoryStore *self, char *key, GBytes *value)
{
  g_tree_replace (ENTRIES (self), key, value);
}

/* @value: (transfer full) */
static void
put_packed (BeckonMemoryStore *self, char *key, GByteArray *value)
{
  put (self, key, g_byte_array_free_to_bytes (value));
}

static gboolean
find (BeckonStore *store, const char *key, HubUnpacker *unpacker)
{
  GBytes *value = g_tree_lookup (ENTRIES (store), key);

  *unpacker = (HubUnpacker){ NULL };
  if (value == NULL)
    return FALSE;
  unpacker->data = g_bytes_get_data (value, &unpacker->length);
  return TRUE;
}

static void
take_away (BeckonMemoryStore *self, char *key)
{
  g_tree_remove (ENTRIES (self), key);
  g_free (key);
}

/* The entries whose keys begin with @prefix: of each, the rest of the key. */
#define FOREACH(store, prefix, node, rest)                                                         \
  for (GTreeNode *node = g_tree_lower_bound (ENTRIES (store), prefix);                             \
       node != NULL && g_str_has_prefix (g_tree_node_key (node), prefix) &&                        \
       (rest = (const char *) g_tree_node_key (node) + strlen (prefix)) != NULL;                   \
       node = g_tree_node_next (node))

/* ---- reading ---- */

static BeckonStoredAccount *
beckon_memory_store_get_account (BeckonStore *store, const char *user, GError **error)
{
  g_autofree char *key = g_strconcat ("a/", user, NULL);
  BeckonStoredAccount *account;
  HubUnpacker unpacker;

  if (!find (store, key, &unpacker))
    return NULL;
  account = g_new0 (BeckonStoredAccount, 1);
  account->user = g_strdup (user);
  account->name = hub_unpack_string (&unpacker);
  account->password = hub_unpack_string (&unpacker);
  return account;
}

static BeckonStoredAccount *
beckon_memory_store_find_token (BeckonStore *store, const char *hash, GError **error)
{
  g_autofree char *key = g_strconcat ("t/", hash, NULL);
  g_autofree char *user = NULL, *device = NULL;
  BeckonStoredAccount *account;
  gint64 expires;
  HubUnpacker unpacker;

  if (!find (store, key, &unpacker))
    return NULL;
  user = hub_unpack_string (&unpacker);
  device = hub_unpack_string (&unpacker);
  expires = hub_unpack_number (&unpacker);
  if (expires <= g_get_real_time () / G_USEC_PER_SEC)
    return NULL;
  account = beckon_memory_store_get_account (store, user, error);
  if (account != NULL)
    {
      g_clear_pointer (&account->password, g_free);
      account->expires = expires;
    }
  return account;
}

static gboolean
beckon_memory_store_is_revoked (BeckonStore *store, const char *hash, GError **error)
{
  g_autofree char *key = g_strconcat ("x/", hash, NULL);
  HubUnpacker unpacker;

  return find (store, key, &unpacker) &&
         hub_unpack_number (&unpacker) > g_get_real_time () / G_USEC_PER_SEC;
}

static int
compare_seen (gconstpointer a, gconstpointer b)
{
  const BeckonStoredToken *first = *(BeckonStoredToken *const *) a;
  const BeckonStoredToken *second = *(BeckonStoredToken *const *) b;

  if (first->seen != second->seen)
    return (first->seen < second->seen) - (first->seen > second->seen);
  return (first->expires < second->expires) - (first->expires > second->expires);
}

static GPtrArray *
beckon_memory_store_list_tokens (BeckonStore *store, const char *user, GError **error)
{
  const gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  GPtrArray *tokens = g_ptr_array_new_with_free_func ((GDestroyNotify) beckon_stored_token_free);
  const char *hash;

  FOREACH (store, "t/", node, hash)
  {
    g_autoptr (BeckonStoredToken) token = g_new0 (BeckonStoredToken, 1);
    HubUnpacker unpacker = { NULL };
    g_autofree char *owner = NULL;

    unpacker.data = g_bytes_get_data (g_tree_node_value (node), &unpacker.length);
    owner = hub_unpack_string (&unpacker);
    token->hash = g_strdup (hash);
    token->name = hub_unpack_string (&unpacker);
    token->expires = hub_unpack_number (&unpacker);
    token->seen = hub_unpack_number (&unpacker);
    token->device = hub_unpack_string (&unpacker);
    if (g_str_equal (owner, user) && token->expires > now &&
        !beckon_memory_store_is_revoked (store, hash, NULL))
      g_ptr_array_add (tokens, g_steal_pointer (&token));
  }
  g_ptr_array_sort (tokens, compare_seen);
  if (tokens->len > TOKENS_MAX)
    g_ptr_array_set_size (tokens, TOKENS_MAX);
  return tokens;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(BeckonStoredAccount *const *) a)->name,
                 (*(BeckonStoredAccount *const *) b)->name);
}

static GPtrArray *
list_people (BeckonStore *store, const char *kind, const char *owner, gboolean only_met)
{
  GPtrArray *people = g_ptr_array_new_with_free_func ((GDestroyNotify) beckon_stored_account_free);
  g_autofree char *prefix = g_strconcat (kind, owner, "/", NULL);
  const char *user;

  FOREACH (store, prefix, node, user)
  {
    g_autofree char *met = g_strconcat ("k/", owner, "/", user, NULL);
    BeckonStoredAccount *account = NULL;

    if (!only_met || g_str_equal (user, owner) || g_tree_lookup (ENTRIES (store), met) != NULL)
      account = beckon_memory_store_get_account (store, user, NULL);
    if (account == NULL)
      {
        account = g_new0 (BeckonStoredAccount, 1);
        account->user = g_strdup (user);
        account->name = g_strdup (user);
      }
    g_clear_pointer (&account->password, g_free);
    g_ptr_array_add (people, account);
  }
  g_ptr_array_sort (people, compare_names);
  if (people->len > PEOPLE_MAX)
    g_ptr_array_set_size (people, PEOPLE_MAX);
  return people;
}

static GPtrArray *
beckon_memory_store_list_contacts (
    BeckonStore *store, const char *owner, gboolean only_met, GError **error)
{
  return list_people (store, "c/", owner, only_met);
}

static GPtrArray *
beckon_memory_store_list_blocked (
    BeckonStore *store, const char *owner, gboolean only_met, GError **error)
{
  return list_people (store, "b/", owner, only_met);
}

static GStrv
beckon_memory_store_list_blockers (BeckonStore *store, const char *user, GError **error)
{
  g_autoptr (GStrvBuilder) ids = g_strv_builder_new ();
  const char *rest;

  FOREACH (store, "b/", node, rest)
  {
    const char *blocked = strchr (rest, '/') + 1;
    g_autofree char *owner = g_strndup (rest, blocked - 1 - rest);

    if (g_str_equal (blocked, user))
      g_strv_builder_add (ids, owner);
  }
  return g_strv_builder_end (ids);
}

static GStrv
beckon_memory_store_list_met (BeckonStore *store, const char *owner, GError **error)
{
  g_autoptr (GStrvBuilder) ids = g_strv_builder_new ();
  g_autofree char *prefix = g_strconcat ("k/", owner, "/", NULL);
  const char *user;

  FOREACH (store, prefix, node, user)
    g_strv_builder_add (ids, user);
  return g_strv_builder_end (ids);
}

/* Returns: (transfer full); @seen: (out) (optional) */
static BeckonStoredCall *
read_line (GBytes *value, gboolean *seen)
{
  BeckonStoredCall *line = g_new0 (BeckonStoredCall, 1);
  HubUnpacker unpacker = { NULL };

  unpacker.data = g_bytes_get_data (value, &unpacker.length);
  line->call = hub_unpack_string (&unpacker);
  line->direction = hub_unpack_string (&unpacker);
  line->media = hub_unpack_string (&unpacker);
  line->outcome = hub_unpack_string (&unpacker);
  line->members = hub_unpack_string (&unpacker);
  line->started = hub_unpack_number (&unpacker);
  line->duration = hub_unpack_number (&unpacker);
  if (seen != NULL)
    *seen = hub_unpack_number (&unpacker) != 0;
  return line;
}

static int
compare_started (gconstpointer a, gconstpointer b)
{
  const gint64 first = (*(BeckonStoredCall *const *) a)->started;
  const gint64 second = (*(BeckonStoredCall *const *) b)->started;

  return (first < second) - (first > second);
}

static GPtrArray *
beckon_memory_store_list_calls (
    BeckonStore *store, const char *owner, gint64 before, guint limit, GError **error)
{
  GPtrArray *calls = g_ptr_array_new_with_free_func ((GDestroyNotify) beckon_stored_call_free);
  g_autofree char *prefix = g_strconcat ("h/", owner, "/", NULL);
  const char *id;

  FOREACH (store, prefix, node, id)
  {
    BeckonStoredCall *call = read_line (g_tree_node_value (node), NULL);

    if (before == 0 || call->started < before)
      g_ptr_array_add (calls, call);
    else
      beckon_stored_call_free (call);
  }
  g_ptr_array_sort (calls, compare_started);
  if (calls->len > limit)
    g_ptr_array_set_size (calls, limit);
  return calls;
}

static gint64
beckon_memory_store_count_missed (BeckonStore *store,
                                  const char *owner,
                                  gint64 after,
                                  GError **error)
{
  g_autofree char *prefix = g_strconcat ("h/", owner, "/", NULL);
  gint64 missed = 0;
  const char *id;

  FOREACH (store, prefix, node, id)
  {
    gboolean seen;
    g_autoptr (BeckonStoredCall) call = read_line (g_tree_node_value (node), &seen);

    missed += !seen && (after == 0 || call->started > after) &&
              g_str_equal (call->direction, "incoming") && g_str_equal (call->outcome, "missed");
  }
  return missed;
}

static gboolean
beckon_memory_store_load_record (BeckonStore *store,
                                 BeckonStoreRecordFunc func,
                                 gpointer user_data,
                                 GError **error)
{
  const char *key;

  FOREACH (store, "r/", node, key)
  {
    gsize length;
    const void *value = g_bytes_get_data (g_tree_node_value (node), &length);

    func (key, value, length, user_data);
  }
  return TRUE;
}

/* ---- writing ---- */

static void
add_account (BeckonMemoryStore *self, const char *user, const char *name, const char *password)
{
  GByteArray *value = g_byte_array_new ();

  hub_pack_string (value, name);
  hub_pack_string (value, password);
  put_packed (self, g_strconcat ("a/", user, NULL), value);
}

static void
put_account (BeckonMemoryStore *self, const BeckonStoreOp *op)
{
  g_autoptr (BeckonStoredAccount) account =
      beckon_memory_store_get_account (BECKON_STORE (self), op->user, NULL);

  add_account (self, op->user, op->name, account != NULL ? account->password : NULL);
}

static gboolean
has_account (BeckonMemoryStore *self, const char *user)
{
  g_autoptr (BeckonStoredAccount) account =
      beckon_memory_store_get_account (BECKON_STORE (self), user, NULL);

  return account != NULL;
}

static void
put_token (BeckonMemoryStore *self, const char *hash, const char *user, const char *name,
           gint64 expires, gint64 seen, const char *device)
{
  GByteArray *value = g_byte_array_new ();

  hub_pack_string (value, user);
  hub_pack_string (value, name);
  hub_pack_number (value, expires);
  hub_pack_number (value, seen);
  hub_pack_string (value, device);
  put_packed (self, g_strconcat ("t/", hash, NULL), value);
}

static void
use_token (BeckonMemoryStore *self, const BeckonStoreOp *op)
{
  g_autofree char *key = g_strconcat ("t/", op->hash, NULL);
  g_autofree char *user = NULL, *name = NULL;
  gint64 expires;
  HubUnpacker unpacker;

  if (!find (BECKON_STORE (self), key, &unpacker))
    return;
  user = hub_unpack_string (&unpacker);
  name = hub_unpack_string (&unpacker);
  expires = hub_unpack_number (&unpacker);
  put_token (self, op->hash, user, op->name, expires, op->time, op->device);
}

/* Takes the oldest of @user away where there are more than @limit. Returns: the number of the newest. */
static gint64
forget_revoked (BeckonMemoryStore *self, const char *user, guint limit)
{
  gint64 oldest = G_MAXINT64, newest = 0;
  const char *hash, *forgotten = NULL;
  guint n_revoked = 0;

  FOREACH (self, "x/", node, hash)
    {
      HubUnpacker unpacker = { NULL };
      g_autofree char *owner = NULL;
      gint64 number;

      unpacker.data = g_bytes_get_data (g_tree_node_value (node), &unpacker.length);
      hub_unpack_number (&unpacker);
      owner = hub_unpack_string (&unpacker);
      number = hub_unpack_number (&unpacker);
      newest = MAX (newest, number);
      if (!g_str_equal (owner, user))
        continue;
      n_revoked++;
      if (number < oldest)
        {
          oldest = number;
          forgotten = hash;
        }
    }
  if (n_revoked > limit)
    take_away (self, g_strconcat ("x/", forgotten, NULL));
  return newest;
}

static void
revoke_token (BeckonMemoryStore *self, const BeckonStoreOp *op)
{
  GByteArray *value = g_byte_array_new ();
  gint64 last;

  if (!op->shared)
    take_away (self, g_strconcat ("t/", op->hash, NULL));
  last = forget_revoked (self, op->user, G_MAXUINT);
  hub_pack_number (value, op->time);
  hub_pack_string (value, op->user);
  hub_pack_number (value, last + 1);
  put_packed (self, g_strconcat ("x/", op->hash, NULL), value);
  forget_revoked (self, op->user, BECKON_STORE_REVOKED_MAX);
}

static void
put_line (BeckonMemoryStore *self, const char *owner, const BeckonStoredCall *call, gboolean seen)
{
  GByteArray *value = g_byte_array_new ();

  hub_pack_string (value, call->call);
  hub_pack_string (value, call->direction);
  hub_pack_string (value, call->media);
  hub_pack_string (value, call->outcome);
  hub_pack_string (value, call->members);
  hub_pack_number (value, call->started);
  hub_pack_number (value, call->duration);
  hub_pack_number (value, seen);
  put_packed (self, g_strconcat ("h/", owner, "/", call->call, NULL), value);
}

static void
add_call (BeckonMemoryStore *self, const BeckonStoreOp *op)
{
  g_autofree char *key = g_strconcat ("h/", op->owner, "/", op->call->call, NULL);

  if (g_tree_lookup (ENTRIES (self), key) == NULL)
    put_line (self, op->owner, op->call, FALSE);
}

static void
set_seen (BeckonMemoryStore *self, const BeckonStoreOp *op)
{
  g_autoptr (GPtrArray) calls =
      beckon_memory_store_list_calls (BECKON_STORE (self), op->owner, 0, G_MAXUINT, NULL);

  for (guint i = 0; i < calls->len; i++)
    {
      const BeckonStoredCall *call = g_ptr_array_index (calls, i);

      if (call->started <= op->time)
        put_line (self, op->owner, call, TRUE);
    }
}

static void
do_op (BeckonMemoryStore *self, BeckonStoreOp *op)
{
  switch (op->kind)
    {
    case BECKON_STORE_ADD_ACCOUNT:
      op->taken = has_account (self, op->user);
      if (!op->taken)
        add_account (self, op->user, op->name, op->password);
      break;
    case BECKON_STORE_PUT_ACCOUNT:
      put_account (self, op);
      break;
    case BECKON_STORE_ADD_TOKEN:
      put_token (self, op->hash, op->user, op->device, op->time, 0, NULL);
      break;
    case BECKON_STORE_REMOVE_TOKEN:
      take_away (self, g_strconcat ("t/", op->hash, NULL));
      break;
    case BECKON_STORE_USE_TOKEN:
      use_token (self, op);
      break;
    case BECKON_STORE_REVOKE_TOKEN:
      revoke_token (self, op);
      break;
    case BECKON_STORE_ADD_CONTACT:
      put (self, g_strconcat ("c/", op->owner, "/", op->user, NULL), g_bytes_new (NULL, 0));
      break;
    case BECKON_STORE_REMOVE_CONTACT:
      take_away (self, g_strconcat ("c/", op->owner, "/", op->user, NULL));
      break;
    case BECKON_STORE_ADD_BLOCK:
      put (self, g_strconcat ("b/", op->owner, "/", op->user, NULL), g_bytes_new (NULL, 0));
      break;
    case BECKON_STORE_REMOVE_BLOCK:
      take_away (self, g_strconcat ("b/", op->owner, "/", op->user, NULL));
      break;
    case BECKON_STORE_ADD_MET:
      put (self, g_strconcat ("k/", op->owner, "/", op->user, NULL), g_bytes_new (NULL, 0));
      break;
    case BECKON_STORE_ADD_CALL:
      add_call (self, op);
      break;
    case BECKON_STORE_SET_SEEN:
      set_seen (self, op);
      break;
    default:
      g_assert_not_reached ();
    }
}

static void
change_record (BeckonMemoryStore *self, GBytes *changes)
{
  gsize length;
  const guint8 *at = g_bytes_get_data (changes, &length);
  const guint8 *end = at + length;
  BeckonRecordChange change;

  while (beckon_record_change_read (&at, end, &change))
    {
      char *key = g_strconcat ("r/", change.key, NULL);

      g_assert_true (!change.is_new || g_tree_lookup (ENTRIES (self), key) == NULL);
      if (change.value != NULL)
        put (self, key, g_bytes_new (change.value, change.length));
      else
        take_away (self, key);
    }
  g_assert (at == end);
}

/* Returns: FALSE: one of so many writes is to fail, and so none of them is done. */
static gboolean
may_write (BeckonMemory *memory, guint n_writes, GError **error)
{
  if (memory->fail_times == 0)
    return TRUE;
  if (memory->fail_after >= n_writes)
    {
      memory->fail_after -= n_writes;
      return TRUE;
    }
  memory->fail_after = 0;
  memory->fail_times--;
  memory->failed++;
  g_set_error_literal (error, BECKON_SERVER_ERROR, BECKON_SERVER_ERROR_DATABASE, "It was to fail");
  return FALSE;
}

static gboolean
beckon_memory_store_commit (BeckonStore *store, const BeckonStoreBatch *batch, GError **error)
{
  BeckonMemoryStore *self = BECKON_MEMORY_STORE (store);

  if (!may_write (self->memory, batch->ops->len + (batch->changes != NULL), error))
    return FALSE;
  for (guint i = 0; i < batch->ops->len; i++)
    do_op (self, g_ptr_array_index (batch->ops, i));
  if (batch->changes != NULL)
    change_record (self, batch->changes);
  return TRUE;
}

/* ---- for tests ---- */

void
beckon_memory_store_foreach_call (BeckonStore *store,
                                  const char *owner,
                                  BeckonMemoryCallFunc func,
                                  gpointer user_data)
{
  g_autofree char *prefix = g_strconcat ("h/", owner, "/", NULL);
  const char *id;

  FOREACH (store, prefix, node, id)
  {
    g_autoptr (BeckonStoredCall) call = read_line (g_tree_node_value (node), NULL);

    func (call, user_data);
  }
}

/* ---- class ---- */

static void
beckon_memory_store_finalize (GObject *object)
{
  beckon_memory_unref (BECKON_MEMORY_STORE (object)->memory);
  G_OBJECT_CLASS (beckon_memory_store_parent_class)->finalize (object);
}

static void
beckon_memory_store_class_init (BeckonMemoryStoreClass *klass)
{
  BeckonStoreClass *store_class = BECKON_STORE_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = beckon_memory_store_finalize;
  store_class->in_place = TRUE;
  store_class->get_account = beckon_memory_store_get_account;
  store_class->find_token = beckon_memory_store_find_token;
  store_class->list_tokens = beckon_memory_store_list_tokens;
  store_class->is_revoked = beckon_memory_store_is_revoked;
  store_class->list_contacts = beckon_memory_store_list_contacts;
  store_class->list_blocked = beckon_memory_store_list_blocked;
  store_class->list_blockers = beckon_memory_store_list_blockers;
  store_class->list_met = beckon_memory_store_list_met;
  store_class->list_calls = beckon_memory_store_list_calls;
  store_class->count_missed = beckon_memory_store_count_missed;
  store_class->load_record = beckon_memory_store_load_record;
  store_class->commit = beckon_memory_store_commit;
}

static void
beckon_memory_store_init (BeckonMemoryStore *self)
{
}
