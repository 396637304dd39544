/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-server"

#include "config.h"

#include "store.h"

#include "protocol-error.h"
#include "record-changes.h"
#include "server-error.h"
#include "store-private.h"

/* Between two tries to commit a batch. */
#define RETRY_MIN_MS 100
#define RETRY_MAX_MS 2000
/* A commit costs much more than what is in it: when one is due after the other they wait for each other, so that more shares
 * one. So many may go at once, which is more than a call needs that is alone. */
#define INTERVAL_US 4000
#define BURST 16
#define FLUSH_LIMIT (2 * G_USEC_PER_SEC)

/*
 * A batch goes around: it is open, then it is handed over, which makes it the current one, the
 * thread commits it, and back on the main thread it is settled: done with, or left to wait for
 * another try.
 *
 *   open ──hand_over──▶ current, in the thread ──settle──▶ committed
 *                          ▲                      │
 *                          └──try_again── waits ◀─┘
 *
 * There is always an open one and at most one that is current; the number of the open one follows.
 */
typedef struct
{
  GSource *source;
  GThread *thread;      /* from the first batch on */
  GAsyncQueue *work;    /* BeckonStoreBatch, to the thread */
  GAsyncQueue *results; /* BeckonStoreBatch, from the thread */
  BeckonStoreBatch end; /* in place of a batch: the thread ends */

  /* the open batch */
  GPtrArray *ops; /* BeckonStoreOp */
  BeckonRecordChanges *changes;
  gboolean touched;
  gint64 paced; /* monotonic µs: when the next would be handed over if they all were INTERVAL_US apart */

  BeckonStoreBatch *current; /* nullable */
  gboolean waits;            /* the current one, to be tried again */
  guint retry_ms;            /* 0: the last try was none */
  GError *failure;           /* why it is failing; NULL: it is not */
  guint64 committed;
} BeckonStorePrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (BeckonStore, beckon_store, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_FAILING,
  N_PROPS
};
static GParamSpec *properties[N_PROPS];

enum
{
  PREPARE,
  COMMITTED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

#define PRIVATE(self) ((BeckonStorePrivate *) beckon_store_get_instance_private (self))
#define CLASS(self) BECKON_STORE_GET_CLASS (self)

void
beckon_stored_account_free (BeckonStoredAccount *self)
{
  g_free (self->user);
  g_free (self->name);
  g_free (self->password);
  g_free (self);
}

void
beckon_stored_token_free (BeckonStoredToken *self)
{
  g_free (self->hash);
  g_free (self->device);
  g_free (self->name);
  g_free (self);
}

void
beckon_stored_call_free (BeckonStoredCall *self)
{
  g_free (self->call);
  g_free (self->direction);
  g_free (self->media);
  g_free (self->outcome);
  g_free (self->members);
  g_free (self);
}

static BeckonStoredCall *
copy_call (const BeckonStoredCall *call)
{
  BeckonStoredCall *copy = g_new (BeckonStoredCall, 1);

  *copy = (BeckonStoredCall){
    .call = g_strdup (call->call),
    .direction = g_strdup (call->direction),
    .media = g_strdup (call->media),
    .outcome = g_strdup (call->outcome),
    .members = g_strdup (call->members),
    .started = call->started,
    .duration = call->duration,
  };
  return copy;
}

static void
op_free (BeckonStoreOp *op)
{
  g_free (op->owner);
  g_free (op->user);
  g_free (op->name);
  g_free (op->password);
  g_free (op->hash);
  g_free (op->device);
  g_clear_pointer (&op->call, beckon_stored_call_free);
  g_clear_object (&op->task);
  g_free (op);
}

static void
batch_free (BeckonStoreBatch *batch)
{
  g_ptr_array_unref (batch->ops);
  g_clear_pointer (&batch->changes, g_bytes_unref);
  g_clear_error (&batch->error);
  g_free (batch);
}

/* ---- the thread ---- */

static void
commit (BeckonStore *self, BeckonStoreBatch *batch)
{
  BeckonStorePrivate *priv = PRIVATE (self);

  CLASS (self)->commit (self, batch, &batch->error);
  g_async_queue_push (priv->results, batch);
  g_main_context_wakeup (g_source_get_context (priv->source));
}

static gpointer
run_thread (gpointer data)
{
  BeckonStore *self = data;
  BeckonStorePrivate *priv = PRIVATE (self);
  gboolean more = FALSE;

  for (;;)
    {
      BeckonStoreBatch *batch =
          more ? g_async_queue_try_pop (priv->work) : g_async_queue_pop (priv->work);

      if (batch == &priv->end)
        return NULL;
      if (batch != NULL)
        commit (self, batch);
      more = CLASS (self)->tend != NULL && CLASS (self)->tend (self);
    }
}

/* ---- the way of a batch ---- */

/* Returns: when the open batch may be handed over, in monotonic µs. */
static gint64
get_due (BeckonStorePrivate *priv)
{
  return priv->paced - BURST * INTERVAL_US;
}

static void
give (BeckonStore *self, BeckonStoreBatch *batch)
{
  BeckonStorePrivate *priv = PRIVATE (self);

  if (CLASS (self)->in_place)
    {
      commit (self, batch);
      return;
    }
  if (priv->thread == NULL)
    priv->thread = g_thread_new ("store", run_thread, self);
  g_async_queue_push (priv->work, batch);
}

static void
hand_over (BeckonStore *self)
{
  BeckonStorePrivate *priv = PRIVATE (self);
  BeckonStoreBatch *batch;

  g_assert (priv->touched && priv->current == NULL);
  priv->paced = MAX (priv->paced, g_get_monotonic_time ()) + INTERVAL_US;
  g_signal_emit (self, signals[PREPARE], 0);

  batch = g_new0 (BeckonStoreBatch, 1);
  batch->number = priv->committed + 1;
  batch->ops = g_steal_pointer (&priv->ops);
  batch->changes = beckon_record_changes_steal (priv->changes);
  priv->ops = g_ptr_array_new_with_free_func ((GDestroyNotify) op_free);
  priv->touched = FALSE;
  priv->current = batch;
  give (self, batch);
}

static void
try_again (BeckonStore *self)
{
  BeckonStorePrivate *priv = PRIVATE (self);

  g_assert (priv->current != NULL && priv->waits);
  priv->waits = FALSE;
  g_source_set_ready_time (priv->source, -1);
  give (self, priv->current);
}

static void
set_failure (BeckonStore *self, const GError *failure)
{
  BeckonStorePrivate *priv = PRIVATE (self);
  const gboolean was_failing = priv->failure != NULL;

  g_clear_error (&priv->failure);
  if (failure != NULL)
    priv->failure = g_error_copy (failure);
  if (was_failing == (failure != NULL))
    return;
  if (failure != NULL)
    g_message ("What has changed cannot be kept, trying again: %s", failure->message);
  else
    g_message ("What has changed can be kept again");
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FAILING]);
}

static void
complete (BeckonStoreOp *op)
{
  g_autoptr (GTask) task = g_steal_pointer (&op->task);

  if (op->taken)
    g_task_return_new_error (task, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_USER_EXISTS,
                             "The user id “%s” is taken", op->user);
  else
    g_task_return_boolean (task, TRUE);
}

/* What the thread has given back. */
static void
settle (BeckonStore *self)
{
  BeckonStorePrivate *priv = PRIVATE (self);
  BeckonStoreBatch *batch = priv->current;

  g_assert (batch != NULL && !priv->waits);
  if (batch->error != NULL)
    {
      g_autoptr (GError) failure = g_steal_pointer (&batch->error);

      priv->waits = TRUE;
      priv->retry_ms = CLAMP (2 * priv->retry_ms, RETRY_MIN_MS, RETRY_MAX_MS);
      g_source_set_ready_time (priv->source, g_get_monotonic_time () + priv->retry_ms * 1000);
      set_failure (self, failure);
      return;
    }
  priv->current = NULL;
  priv->retry_ms = 0;
  priv->committed = batch->number;
  set_failure (self, NULL);
  g_signal_emit (self, signals[COMMITTED], 0);
  for (guint i = 0; i < batch->ops->len; i++)
    {
      BeckonStoreOp *op = g_ptr_array_index (batch->ops, i);

      if (op->task != NULL)
        complete (op);
    }
  batch_free (batch);
}

static gboolean
can_hand_over (BeckonStorePrivate *priv)
{
  return priv->touched && priv->current == NULL;
}

static gboolean
on_turn (gpointer user_data)
{
  g_autoptr (BeckonStore) self = g_object_ref (user_data);
  BeckonStorePrivate *priv = PRIVATE (self);

  if (g_async_queue_try_pop (priv->results) != NULL)
    settle (self);
  else if (priv->waits)
    try_again (self);
  if (can_hand_over (priv) && get_due (priv) <= g_get_monotonic_time ())
    hand_over (self);
  return G_SOURCE_CONTINUE;
}

/* ---- its turn in the main loop ---- */

/* Asked in each turn of the loop, so that nothing has to wake it but the thread. */
typedef struct
{
  GSource source;
  BeckonStore *store; /* borrowed */
} Source;

static gboolean
check_source (GSource *source)
{
  BeckonStorePrivate *priv = PRIVATE (((Source *) source)->store);

  return (can_hand_over (priv) && get_due (priv) <= g_get_monotonic_time ()) ||
         g_async_queue_length (priv->results) > 0;
}

static gboolean
prepare_source (GSource *source, int *timeout)
{
  BeckonStorePrivate *priv = PRIVATE (((Source *) source)->store);

  *timeout = -1;
  if (can_hand_over (priv))
    *timeout = MAX (0, (get_due (priv) - g_get_monotonic_time () + 999) / 1000);
  return check_source (source);
}

static gboolean
dispatch_source (GSource *source, GSourceFunc callback, gpointer user_data)
{
  return callback (user_data);
}

static GSourceFuncs source_funcs = {
  .prepare = prepare_source,
  .check = check_source,
  .dispatch = dispatch_source,
};

/* Before other sources: what one turn has decided goes together, and what has been committed is
 * told before anything new is decided. */
static GSource *
create_source (BeckonStore *self)
{
  GSource *source = g_source_new (&source_funcs, sizeof (Source));

  ((Source *) source)->store = self;
  g_source_set_static_name (source, "store");
  g_source_set_priority (source, G_PRIORITY_HIGH);
  g_source_set_callback (source, on_turn, self, NULL);
  return source;
}

/* ---- reading ---- */

BeckonStoredAccount *
beckon_store_get_account (BeckonStore *self, const char *user, GError **error)
{
  g_return_val_if_fail (BECKON_IS_STORE (self) && user != NULL, NULL);

  return CLASS (self)->get_account (self, user, error);
}

BeckonStoredAccount *
beckon_store_find_token (BeckonStore *self, const char *hash, GError **error)
{
  g_return_val_if_fail (BECKON_IS_STORE (self) && hash != NULL, NULL);

  return CLASS (self)->find_token (self, hash, error);
}

GPtrArray *
beckon_store_list_tokens (BeckonStore *self, const char *user, GError **error)
{
  g_return_val_if_fail (BECKON_IS_STORE (self) && user != NULL, NULL);

  return CLASS (self)->list_tokens (self, user, error);
}

gboolean
beckon_store_is_revoked (BeckonStore *self, const char *hash, GError **error)
{
  g_return_val_if_fail (BECKON_IS_STORE (self) && hash != NULL, FALSE);

  return CLASS (self)->is_revoked (self, hash, error);
}

GPtrArray *
beckon_store_list_contacts (
    BeckonStore *self, const char *owner, gboolean only_met, GError **error)
{
  g_return_val_if_fail (BECKON_IS_STORE (self) && owner != NULL, NULL);

  return CLASS (self)->list_contacts (self, owner, only_met, error);
}

GPtrArray *
beckon_store_list_blocked (
    BeckonStore *self, const char *owner, gboolean only_met, GError **error)
{
  g_return_val_if_fail (BECKON_IS_STORE (self) && owner != NULL, NULL);

  return CLASS (self)->list_blocked (self, owner, only_met, error);
}

GStrv
beckon_store_list_blockers (BeckonStore *self, const char *user, GError **error)
{
  g_return_val_if_fail (BECKON_IS_STORE (self) && user != NULL, NULL);

  return CLASS (self)->list_blockers (self, user, error);
}

GStrv
beckon_store_list_met (BeckonStore *self, const char *owner, GError **error)
{
  g_return_val_if_fail (BECKON_IS_STORE (self) && owner != NULL, NULL);

  return CLASS (self)->list_met (self, owner, error);
}

GPtrArray *
beckon_store_list_calls (
    BeckonStore *self, const char *owner, gint64 before, guint limit, GError **error)
{
  g_return_val_if_fail (BECKON_IS_STORE (self) && owner != NULL, NULL);

  return CLASS (self)->list_calls (self, owner, before, limit, error);
}

gint64
beckon_store_count_missed (BeckonStore *self, const char *owner, gint64 after, GError **error)
{
  g_return_val_if_fail (BECKON_IS_STORE (self) && owner != NULL, -1);

  return CLASS (self)->count_missed (self, owner, after, error);
}

gboolean
beckon_store_load_record (BeckonStore *self,
                          BeckonStoreRecordFunc func,
                          gpointer user_data,
                          GError **error)
{
  g_return_val_if_fail (BECKON_IS_STORE (self) && func != NULL, FALSE);
  g_return_val_if_fail (beckon_store_get_barrier (self) == 0, FALSE);

  return CLASS (self)->load_record (self, func, user_data, error);
}

/* ---- writing ---- */

static BeckonStoreOp *
add_op (BeckonStore *self, BeckonStoreOpKind kind)
{
  BeckonStoreOp *op = g_new0 (BeckonStoreOp, 1);

  op->kind = kind;
  g_ptr_array_add (PRIVATE (self)->ops, op);
  beckon_store_touch (self);
  return op;
}

static void
add_pair (BeckonStore *self, BeckonStoreOpKind kind, const char *owner, const char *user)
{
  BeckonStoreOp *op = add_op (self, kind);

  op->owner = g_strdup (owner);
  op->user = g_strdup (user);
}

void
beckon_store_add_account_async (BeckonStore *self,
                                const char *user,
                                const char *name,
                                const char *password,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  BeckonStoreOp *op;

  g_return_if_fail (BECKON_IS_STORE (self));
  g_return_if_fail (user != NULL && name != NULL && password != NULL);

  op = add_op (self, BECKON_STORE_ADD_ACCOUNT);
  op->user = g_strdup (user);
  op->name = g_strdup (name);
  op->password = g_strdup (password);
  op->task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (op->task, beckon_store_add_account_async);
}

gboolean
beckon_store_add_account_finish (BeckonStore *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

void
beckon_store_put_account (BeckonStore *self, const char *user, const char *name)
{
  BeckonStoreOp *op;

  g_return_if_fail (BECKON_IS_STORE (self) && user != NULL && name != NULL);

  op = add_op (self, BECKON_STORE_PUT_ACCOUNT);
  op->user = g_strdup (user);
  op->name = g_strdup (name);
}

void
beckon_store_add_token (
    BeckonStore *self, const char *hash, const char *user, const char *device, gint64 expires)
{
  BeckonStoreOp *op;

  g_return_if_fail (BECKON_IS_STORE (self));
  g_return_if_fail (hash != NULL && user != NULL && device != NULL);

  op = add_op (self, BECKON_STORE_ADD_TOKEN);
  op->hash = g_strdup (hash);
  op->user = g_strdup (user);
  op->device = g_strdup (device);
  op->time = expires;
}

void
beckon_store_remove_token (BeckonStore *self, const char *hash)
{
  g_return_if_fail (BECKON_IS_STORE (self) && hash != NULL);

  add_op (self, BECKON_STORE_REMOVE_TOKEN)->hash = g_strdup (hash);
}

void
beckon_store_use_token (
    BeckonStore *self, const char *hash, const char *device, const char *name, gint64 seen)
{
  BeckonStoreOp *op;

  g_return_if_fail (BECKON_IS_STORE (self));
  g_return_if_fail (hash != NULL && device != NULL && name != NULL);

  op = add_op (self, BECKON_STORE_USE_TOKEN);
  op->hash = g_strdup (hash);
  op->device = g_strdup (device);
  op->name = g_strdup (name);
  op->time = seen;
}

void
beckon_store_revoke_token (
    BeckonStore *self, const char *hash, const char *user, gint64 until, gboolean shared)
{
  BeckonStoreOp *op;

  g_return_if_fail (BECKON_IS_STORE (self) && hash != NULL && user != NULL);

  op = add_op (self, BECKON_STORE_REVOKE_TOKEN);
  op->hash = g_strdup (hash);
  op->user = g_strdup (user);
  op->time = until;
  op->shared = shared;
}

void
beckon_store_add_contact (BeckonStore *self, const char *owner, const char *user)
{
  g_return_if_fail (BECKON_IS_STORE (self) && owner != NULL && user != NULL);

  add_pair (self, BECKON_STORE_ADD_CONTACT, owner, user);
}

void
beckon_store_remove_contact (BeckonStore *self, const char *owner, const char *user)
{
  g_return_if_fail (BECKON_IS_STORE (self) && owner != NULL && user != NULL);

  add_pair (self, BECKON_STORE_REMOVE_CONTACT, owner, user);
}

void
beckon_store_add_block (BeckonStore *self, const char *owner, const char *user)
{
  g_return_if_fail (BECKON_IS_STORE (self) && owner != NULL && user != NULL);

  add_pair (self, BECKON_STORE_ADD_BLOCK, owner, user);
}

void
beckon_store_remove_block (BeckonStore *self, const char *owner, const char *user)
{
  g_return_if_fail (BECKON_IS_STORE (self) && owner != NULL && user != NULL);

  add_pair (self, BECKON_STORE_REMOVE_BLOCK, owner, user);
}

void
beckon_store_add_met (BeckonStore *self, const char *owner, const char *user)
{
  g_return_if_fail (BECKON_IS_STORE (self) && owner != NULL && user != NULL);

  add_pair (self, BECKON_STORE_ADD_MET, owner, user);
}

void
beckon_store_add_call (BeckonStore *self, const char *owner, const BeckonStoredCall *call)
{
  BeckonStoreOp *op;

  g_return_if_fail (BECKON_IS_STORE (self) && owner != NULL && call != NULL);
  g_return_if_fail (call->call != NULL && call->direction != NULL && call->media != NULL);
  g_return_if_fail (call->outcome != NULL && call->members != NULL);

  op = add_op (self, BECKON_STORE_ADD_CALL);
  op->owner = g_strdup (owner);
  op->call = copy_call (call);
}

void
beckon_store_set_seen (BeckonStore *self, const char *owner, gint64 until)
{
  BeckonStoreOp *op;

  g_return_if_fail (BECKON_IS_STORE (self) && owner != NULL);

  op = add_op (self, BECKON_STORE_SET_SEEN);
  op->owner = g_strdup (owner);
  op->time = until;
}

void
beckon_store_record (BeckonStore *self, const char *key, const void *value, gsize length)
{
  g_return_if_fail (BECKON_IS_STORE (self));

  beckon_record_changes_set (PRIVATE (self)->changes, key, value, length);
  beckon_store_touch (self);
}

void
beckon_store_record_new (BeckonStore *self, const char *key, const void *value, gsize length)
{
  g_return_if_fail (BECKON_IS_STORE (self));

  beckon_record_changes_set_new (PRIVATE (self)->changes, key, value, length);
  beckon_store_touch (self);
}

void
beckon_store_erase (BeckonStore *self, const char *key)
{
  g_return_if_fail (BECKON_IS_STORE (self));

  beckon_record_changes_erase (PRIVATE (self)->changes, key);
  beckon_store_touch (self);
}

/* ---- batches ---- */

void
beckon_store_touch (BeckonStore *self)
{
  g_return_if_fail (BECKON_IS_STORE (self));

  PRIVATE (self)->touched = TRUE;
}

guint64
beckon_store_get_barrier (BeckonStore *self)
{
  BeckonStorePrivate *priv = PRIVATE (self);

  g_return_val_if_fail (BECKON_IS_STORE (self), 0);

  return priv->committed + (priv->current != NULL) + priv->touched;
}

guint64
beckon_store_get_committed (BeckonStore *self)
{
  g_return_val_if_fail (BECKON_IS_STORE (self), 0);

  return PRIVATE (self)->committed;
}

gboolean
beckon_store_is_failing (BeckonStore *self)
{
  g_return_val_if_fail (BECKON_IS_STORE (self), FALSE);

  return PRIVATE (self)->failure != NULL;
}

gboolean
beckon_store_flush (BeckonStore *self, GError **error)
{
  const gint64 end = g_get_monotonic_time () + FLUSH_LIMIT;
  BeckonStorePrivate *priv = PRIVATE (self);

  g_return_val_if_fail (BECKON_IS_STORE (self), FALSE);

  while (priv->touched || priv->current != NULL)
    {
      if (priv->current == NULL)
        hand_over (self);
      else if (priv->waits)
        {
          if (g_get_monotonic_time () + priv->retry_ms * 1000 > end)
            {
              g_propagate_error (error, g_error_copy (priv->failure));
              return FALSE;
            }
          g_usleep (priv->retry_ms * 1000);
          try_again (self);
        }
      if (g_async_queue_timeout_pop (priv->results, MAX (0, end - g_get_monotonic_time ())) == NULL)
        {
          g_set_error (error, BECKON_SERVER_ERROR, BECKON_SERVER_ERROR_DATABASE,
                       "The database has not taken what has changed within %d seconds",
                       (int) (FLUSH_LIMIT / G_USEC_PER_SEC));
          return FALSE;
        }
      settle (self);
    }
  return TRUE;
}

/* ---- class ---- */

static void
beckon_store_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  switch (id)
    {
    case PROP_FAILING:
      g_value_set_boolean (value, beckon_store_is_failing (BECKON_STORE (object)));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
beckon_store_dispose (GObject *object)
{
  BeckonStorePrivate *priv = PRIVATE (BECKON_STORE (object));

  if (priv->thread != NULL)
    {
      g_async_queue_push (priv->work, &priv->end);
      g_thread_join (g_steal_pointer (&priv->thread));
    }
  g_source_destroy (priv->source);
  G_OBJECT_CLASS (beckon_store_parent_class)->dispose (object);
}

static void
beckon_store_finalize (GObject *object)
{
  BeckonStorePrivate *priv = PRIVATE (BECKON_STORE (object));

  g_clear_pointer (&priv->current, batch_free);
  g_clear_error (&priv->failure);
  g_source_unref (priv->source);
  g_async_queue_unref (priv->work);
  g_async_queue_unref (priv->results);
  g_ptr_array_unref (priv->ops);
  beckon_record_changes_free (priv->changes);
  G_OBJECT_CLASS (beckon_store_parent_class)->finalize (object);
}

static void
beckon_store_class_init (BeckonStoreClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = beckon_store_get_property;
  object_class->dispose = beckon_store_dispose;
  object_class->finalize = beckon_store_finalize;

  properties[PROP_FAILING] =
      g_param_spec_boolean ("failing", NULL, NULL, FALSE,
                            G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  signals[PREPARE] = g_signal_new ("prepare", BECKON_TYPE_STORE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 0);
  signals[COMMITTED] = g_signal_new ("committed", BECKON_TYPE_STORE, G_SIGNAL_RUN_LAST, 0, NULL,
                                     NULL, NULL, G_TYPE_NONE, 0);
}

static void
beckon_store_init (BeckonStore *self)
{
  BeckonStorePrivate *priv = PRIVATE (self);

  priv->work = g_async_queue_new ();
  priv->results = g_async_queue_new ();
  priv->ops = g_ptr_array_new_with_free_func ((GDestroyNotify) op_free);
  priv->changes = beckon_record_changes_new ();
  priv->source = create_source (self);
  g_source_attach (priv->source, g_main_context_get_thread_default ());
}
