/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "people.h"

#include "people-memory.h"

#define HISTORY_LIMIT 50 /* calls at a time */
#define OLDER_LIMIT 100  /* the same of older ones, which is what a server gives at most */
/* When all are wanted: a server counts its requests. */
#define PAUSE_MS 250
#define RETRY_MS 2000

struct _BeckonPeople
{
  GObject parent_instance;

  /* Owned */
  BeckonSignalingService *signaling; /* nullable */
  GSignalGroup *signals;
  GListStore *contacts; /* BeckonContactItem */
  GListStore *blocked;  /* BeckonContactItem */
  GListStore *history;  /* BeckonHistoryItem */
  GCancellable *cancellable;
  char *memory;  /* nullable: a file; nothing is remembered */
  char *account; /* nullable: whose */
  gint64 cleared;

  guint save_source; /* source: what the server said is remembered */
  gboolean have_contacts;
  gboolean have_history;
  gint64 older_than; /* when the call began to which older ones are on their way, or 0 */
  guint pause;       /* source: then older ones are asked for */
  gboolean complete; /* no older call is to be had */
  gboolean all_wanted;
  gboolean seen; /* the server was told that what is listed has been looked at */
};

G_DEFINE_FINAL_TYPE (BeckonPeople, beckon_people, G_TYPE_OBJECT)

typedef enum
{
  PROP_LOADED = 1,
  PROP_LOADING_OLDER,
  N_PROPS
} BeckonPeopleProperty;

static GParamSpec *properties[N_PROPS];

/* ---- what is remembered ---- */

static void
save (BeckonPeople *self)
{
  g_clear_handle_id (&self->save_source, g_source_remove);
  beckon_people_memory_save (self->memory, self->account, G_LIST_MODEL (self->contacts),
                             G_LIST_MODEL (self->blocked), G_LIST_MODEL (self->history),
                             self->cleared, HISTORY_LIMIT);
}

static gboolean
on_idle (gpointer user_data)
{
  BeckonPeople *self = user_data;

  save (self); /* which removes this source */
  return G_SOURCE_REMOVE;
}

/* Once for both lists, and when they have been drawn. */
static void
schedule_save (BeckonPeople *self)
{
  if (self->memory != NULL && self->save_source == 0 && beckon_people_is_loaded (self))
    self->save_source = g_idle_add_full (G_PRIORITY_LOW, on_idle, self, NULL);
}

static void
forget_memory (BeckonPeople *self)
{
  g_clear_handle_id (&self->save_source, g_source_remove);
  g_clear_pointer (&self->memory, g_free);
  g_clear_pointer (&self->account, g_free);
}

/* ---- lists ---- */

static gboolean
is_same (GListStore *store, guint position, GPtrArray *items, guint index, GEqualFunc are_same)
{
  g_autoptr (GObject) item = g_list_model_get_item (G_LIST_MODEL (store), position);

  return are_same (item, g_ptr_array_index (items, index));
}

/* Makes @items of the first @n_old items of @store. Rows of what is the same stay, and with them
 * the keyboard's place and an open menu. */
static void
replace (GListStore *store, guint n_old, GPtrArray *items, GEqualFunc are_same)
{
  const guint n_common = MIN (n_old, items->len);
  guint before = 0;
  guint behind = 0;

  while (before < n_common && is_same (store, before, items, before, are_same))
    before++;
  while (behind < n_common - before &&
         is_same (store, n_old - 1 - behind, items, items->len - 1 - behind, are_same))
    behind++;
  if (before + behind < MAX (n_old, items->len))
    g_list_store_splice (store, before, n_old - before - behind, items->pdata + before,
                         items->len - before - behind);
}

/* ---- contacts, and who is blocked ---- */

/* Returns: (transfer none) (nullable) */
static BeckonContactItem *
find_item (GListStore *store, const char *id)
{
  const guint n = g_list_model_get_n_items (G_LIST_MODEL (store));

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (BeckonContactItem) item = g_list_model_get_item (G_LIST_MODEL (store), i);

      if (g_str_equal (beckon_contact_item_get_id (item), id))
        return item; /* the store holds it */
    }
  return NULL;
}

static gboolean
are_same_person (gconstpointer a, gconstpointer b)
{
  BeckonContactItem *one = (gpointer) a;
  BeckonContactItem *other = (gpointer) b;

  return g_str_equal (beckon_contact_item_get_id (one), beckon_contact_item_get_id (other)) &&
         g_str_equal (beckon_contact_item_get_name (one), beckon_contact_item_get_name (other));
}

static void
fill (GListStore *store, GPtrArray *items)
{
  replace (store, g_list_model_get_n_items (G_LIST_MODEL (store)), items, are_same_person);
  for (guint i = 0; i < items->len; i++)
    {
      BeckonContactItem *item = g_ptr_array_index (items, i);
      g_autoptr (BeckonContactItem) shown = g_list_model_get_item (G_LIST_MODEL (store), i);

      if (shown != item)
        beckon_contact_item_set_presence (shown, beckon_contact_item_get_presence (item));
    }
}

/* @contacts, @blocked: of BeckonContactItem */
static void
fill_people (BeckonPeople *self, GPtrArray *contacts, GPtrArray *blocked)
{
  self->have_contacts = TRUE;
  fill (self->contacts, contacts);
  fill (self->blocked, blocked);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LOADED]);
}

void
beckon_people_take_contacts (BeckonPeople *self, GPtrArray *contacts, GPtrArray *blocked)
{
  g_autoptr (GPtrArray) contact_items = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GPtrArray) blocked_items = g_ptr_array_new_with_free_func (g_object_unref);

  g_return_if_fail (BECKON_IS_PEOPLE (self));
  g_return_if_fail (contacts != NULL && blocked != NULL);

  for (guint i = 0; i < contacts->len; i++)
    {
      const BeckonContact *contact = g_ptr_array_index (contacts, i);

      g_ptr_array_add (
          contact_items,
          beckon_contact_item_new (contact->user->id, contact->user->name, contact->presence));
    }
  for (guint i = 0; i < blocked->len; i++)
    {
      const BeckonUser *user = g_ptr_array_index (blocked, i);

      g_ptr_array_add (blocked_items,
                       beckon_contact_item_new (user->id, user->name, BECKON_PRESENCE_OFFLINE));
    }
  fill_people (self, contact_items, blocked_items);
}

static void
on_contacts (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (BeckonPeople) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) blocked = NULL;
  g_autoptr (GPtrArray) contacts = beckon_signaling_service_list_contacts_finish (
      BECKON_SIGNALING_SERVICE (source), result, &blocked, &error);

  if (contacts == NULL)
    g_debug ("The contacts did not come: %s", error->message);
  else if (BECKON_SIGNALING_SERVICE (source) == self->signaling)
    {
      beckon_people_take_contacts (self, contacts, blocked);
      schedule_save (self);
    }
}

static void
list_contacts (BeckonPeople *self)
{
  beckon_signaling_service_list_contacts_async (self->signaling, self->cancellable, on_contacts,
                                                g_object_ref (self));
}

static void
on_presence_changed (BeckonSignalingService *signaling,
                     const char *user,
                     BeckonPresence presence,
                     BeckonPeople *self)
{
  BeckonContactItem *item = find_item (self->contacts, user);

  if (item != NULL)
    beckon_contact_item_set_presence (item, presence);
}

/* ---- recent calls ---- */

static gint64
get_started (BeckonPeople *self, guint position)
{
  g_autoptr (BeckonHistoryItem) item =
      g_list_model_get_item (G_LIST_MODEL (self->history), position);

  return beckon_history_item_get_call (item)->started;
}

/* Returns: how many of the last calls in the list come behind @calls, without a gap between them.
 */
static guint
count_older (BeckonPeople *self, GPtrArray *calls)
{
  const guint n = g_list_model_get_n_items (G_LIST_MODEL (self->history));
  const BeckonPastCall *oldest;
  guint count = 0;

  if (n == 0 || calls->len == 0)
    return 0;
  oldest = g_ptr_array_index (calls, calls->len - 1);
  if (get_started (self, 0) < oldest->started)
    return 0;
  while (count < n && get_started (self, n - 1 - count) < oldest->started)
    count++;
  return count;
}

static void
load_all (BeckonPeople *self)
{
  if (self->all_wanted)
    beckon_people_load_older (self);
}

/* As they are when the server has been asked once. */
static void
trim_history (BeckonPeople *self)
{
  const guint n = g_list_model_get_n_items (G_LIST_MODEL (self->history));

  if (n <= HISTORY_LIMIT)
    return;
  g_list_store_splice (self->history, HISTORY_LIMIT, n - HISTORY_LIMIT, NULL, 0);
  self->complete = FALSE;
}

static gboolean
are_same_call (gconstpointer a, gconstpointer b)
{
  return beckon_history_item_equals ((gpointer) a, (gpointer) b);
}

void
beckon_people_take_history (BeckonPeople *self, GPtrArray *calls)
{
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (g_object_unref);
  guint n_older;

  g_return_if_fail (BECKON_IS_PEOPLE (self));
  g_return_if_fail (calls != NULL);

  self->have_history = TRUE;
  self->seen = FALSE;
  n_older = count_older (self, calls);
  self->complete = self->complete && n_older > 0;
  g_ptr_array_set_free_func (calls, NULL);
  for (guint i = 0; i < calls->len; i++)
    g_ptr_array_add (items, beckon_history_item_new (g_ptr_array_index (calls, i)));
  g_ptr_array_unref (calls);
  replace (self->history, g_list_model_get_n_items (G_LIST_MODEL (self->history)) - n_older, items,
           are_same_call);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LOADED]);
  load_all (self);
}

static void
on_history (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (BeckonPeople) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) calls = beckon_signaling_service_list_history_finish (
      BECKON_SIGNALING_SERVICE (source), result, &error);

  if (calls == NULL)
    g_debug ("The recent calls did not come: %s", error->message);
  else if (BECKON_SIGNALING_SERVICE (source) == self->signaling)
    {
      beckon_people_take_history (self, g_steal_pointer (&calls));
      schedule_save (self);
    }
}

static void
list_history (BeckonPeople *self)
{
  beckon_signaling_service_list_history_async (self->signaling, HISTORY_LIMIT, 0, self->cancellable,
                                               on_history, g_object_ref (self));
}

/* Whatever the server says, each call is older than the one before it. */
static void
add_older (BeckonPeople *self, GPtrArray *calls)
{
  gint64 oldest;
  gboolean any = FALSE;

  oldest = get_started (self, g_list_model_get_n_items (G_LIST_MODEL (self->history)) - 1);
  while (calls->len > 0)
    {
      BeckonPastCall *call = g_ptr_array_steal_index (calls, 0);
      g_autoptr (BeckonHistoryItem) item = beckon_history_item_new (call);

      if (call->started >= oldest)
        continue;
      oldest = call->started;
      any = TRUE;
      g_list_store_append (self->history, item);
    }
  self->complete = !any;
}

static gboolean on_pause_over (gpointer user_data);

/* @older_than: of what is on its way, or 0; @pause_ms: and what is asked for in so long, or 0 */
static void
set_loading (BeckonPeople *self, gint64 older_than, guint pause_ms)
{
  const gboolean before = beckon_people_is_loading_older (self);

  self->older_than = older_than;
  g_clear_handle_id (&self->pause, g_source_remove);
  if (pause_ms > 0)
    self->pause = g_timeout_add (pause_ms, on_pause_over, self);
  if (beckon_people_is_loading_older (self) != before)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LOADING_OLDER]);
}

static gboolean
can_load_older (BeckonPeople *self)
{
  return self->signaling != NULL && !self->complete &&
         g_list_model_get_n_items (G_LIST_MODEL (self->history)) > 0 &&
         beckon_signaling_service_get_state (self->signaling) == BECKON_SIGNALING_CONNECTED;
}

/* Between what is listed by now and older calls than were at its end there may be others. */
static gboolean
is_at_end (BeckonPeople *self, gint64 started)
{
  const guint n = g_list_model_get_n_items (G_LIST_MODEL (self->history));

  return n > 0 && get_started (self, n - 1) == started;
}

static void
on_older (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (BeckonPeople) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) calls = beckon_signaling_service_list_history_finish (
      BECKON_SIGNALING_SERVICE (source), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return; /* the lists are another's */
  if (calls == NULL)
    g_debug ("The older calls did not come: %s", error->message);
  else if (is_at_end (self, self->older_than))
    add_older (self, calls);
  set_loading (self, 0,
               !self->all_wanted || !can_load_older (self) ? 0
               : calls != NULL                             ? PAUSE_MS
                                                           : RETRY_MS);
}

static void
list_older (BeckonPeople *self)
{
  const guint n = g_list_model_get_n_items (G_LIST_MODEL (self->history));

  set_loading (self, get_started (self, n - 1), 0);
  beckon_signaling_service_list_history_async (self->signaling, OLDER_LIMIT, self->older_than,
                                               self->cancellable, on_older, g_object_ref (self));
}

static gboolean
on_pause_over (gpointer user_data)
{
  BeckonPeople *self = user_data;

  if (can_load_older (self))
    list_older (self); /* which removes this source */
  else
    set_loading (self, 0, 0);
  return G_SOURCE_REMOVE;
}

void
beckon_people_load_older (BeckonPeople *self)
{
  g_return_if_fail (BECKON_IS_PEOPLE (self));

  if (!beckon_people_is_loading_older (self) && can_load_older (self))
    list_older (self);
}

void
beckon_people_set_all_wanted (BeckonPeople *self, gboolean wanted)
{
  g_return_if_fail (BECKON_IS_PEOPLE (self));

  if (self->all_wanted == wanted)
    return;
  self->all_wanted = wanted;
  if (wanted)
    {
      load_all (self);
      return;
    }
  set_loading (self, self->older_than, 0);
  trim_history (self);
}

static void
on_missed (BeckonSignalingService *signaling, GParamSpec *pspec, BeckonPeople *self)
{
  self->seen = FALSE;
}

static void
on_seen (GObject *source, GAsyncResult *result, gpointer unused)
{
  g_autoptr (GError) error = NULL;

  if (!beckon_signaling_service_request_finish (BECKON_SIGNALING_SERVICE (source), result, &error))
    g_debug ("The missed calls still count: %s", error->message);
}

void
beckon_people_see_history (BeckonPeople *self)
{
  g_autoptr (BeckonHistoryItem) newest = NULL;

  g_return_if_fail (BECKON_IS_PEOPLE (self));

  if (self->signaling == NULL || self->seen ||
      beckon_signaling_service_get_missed (self->signaling) == 0 ||
      beckon_signaling_service_get_state (self->signaling) != BECKON_SIGNALING_CONNECTED)
    return;
  newest = g_list_model_get_item (G_LIST_MODEL (self->history), 0);
  if (newest == NULL)
    return; /* the list is on its way */
  self->seen = TRUE;
  /* The time of a call is the server's; ours may differ. */
  beckon_signaling_service_see_history_async (self->signaling,
                                              beckon_history_item_get_call (newest)->started,
                                              self->cancellable, on_seen, NULL);
}

/* ---- the service ---- */

void
beckon_people_remember (BeckonPeople *self, const char *file, const char *account)
{
  g_autoptr (GPtrArray) contacts = NULL;
  g_autoptr (GPtrArray) blocked = NULL;
  GPtrArray *calls;

  g_return_if_fail (BECKON_IS_PEOPLE (self));
  g_return_if_fail (self->signaling != NULL);
  g_return_if_fail (file != NULL && account != NULL);

  forget_memory (self);
  self->memory = g_strdup (file);
  self->account = g_strdup (account);
  if (beckon_people_is_loaded (self) ||
      !beckon_people_memory_load (file, account, &contacts, &blocked, &calls))
    return;
  fill_people (self, contacts, blocked);
  beckon_people_take_history (self, calls);
}

static void
refresh (BeckonPeople *self)
{
  if (self->signaling == NULL ||
      beckon_signaling_service_get_state (self->signaling) != BECKON_SIGNALING_CONNECTED)
    return;
  list_contacts (self);
  list_history (self);
}

static void
cancel (BeckonPeople *self)
{
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
}

void
beckon_people_set_cleared (BeckonPeople *self, gint64 time)
{
  g_return_if_fail (BECKON_IS_PEOPLE (self));

  self->cleared = time;
  schedule_save (self);
}

static void
beckon_people_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  switch ((BeckonPeopleProperty) prop_id)
    {
    case PROP_LOADED:
      g_value_set_boolean (value, beckon_people_is_loaded (BECKON_PEOPLE (object)));
      break;
    case PROP_LOADING_OLDER:
      g_value_set_boolean (value, beckon_people_is_loading_older (BECKON_PEOPLE (object)));
      break;
    case N_PROPS:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
beckon_people_dispose (GObject *object)
{
  BeckonPeople *self = BECKON_PEOPLE (object);

  if (self->cancellable != NULL)
    cancel (self);
  if (self->save_source != 0)
    save (self);
  forget_memory (self);
  g_clear_handle_id (&self->pause, g_source_remove);
  g_clear_object (&self->signals);
  g_clear_object (&self->signaling);
  g_clear_object (&self->contacts);
  g_clear_object (&self->blocked);
  g_clear_object (&self->history);

  G_OBJECT_CLASS (beckon_people_parent_class)->dispose (object);
}

static void
beckon_people_class_init (BeckonPeopleClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = beckon_people_get_property;
  object_class->dispose = beckon_people_dispose;

  properties[PROP_LOADED] =
      g_param_spec_boolean ("loaded", NULL, NULL, FALSE,
                            G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_LOADING_OLDER] =
      g_param_spec_boolean ("loading-older", NULL, NULL, FALSE,
                            G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
beckon_people_init (BeckonPeople *self)
{
  self->contacts = g_list_store_new (BECKON_TYPE_CONTACT_ITEM);
  self->blocked = g_list_store_new (BECKON_TYPE_CONTACT_ITEM);
  self->history = g_list_store_new (BECKON_TYPE_HISTORY_ITEM);
  self->cancellable = g_cancellable_new ();
  self->signals = g_signal_group_new (BECKON_TYPE_SIGNALING_SERVICE);
  g_signal_group_connect_object (self->signals, "notify::state", G_CALLBACK (refresh), self,
                                 G_CONNECT_SWAPPED);
  g_signal_group_connect_object (self->signals, "contacts-changed", G_CALLBACK (list_contacts),
                                 self, G_CONNECT_SWAPPED);
  g_signal_group_connect_object (self->signals, "history-changed", G_CALLBACK (list_history), self,
                                 G_CONNECT_SWAPPED);
  g_signal_group_connect_object (self->signals, "notify::missed", G_CALLBACK (on_missed), self, 0);
  g_signal_group_connect_object (self->signals, "presence-changed",
                                 G_CALLBACK (on_presence_changed), self, 0);
}

BeckonPeople *
beckon_people_new (void)
{
  return g_object_new (BECKON_TYPE_PEOPLE, NULL);
}

void
beckon_people_set_signaling (BeckonPeople *self, BeckonSignalingService *signaling)
{
  g_return_if_fail (BECKON_IS_PEOPLE (self));
  g_return_if_fail (signaling == NULL || BECKON_IS_SIGNALING_SERVICE (signaling));

  if (!g_set_object (&self->signaling, signaling))
    return;
  cancel (self);
  self->cancellable = g_cancellable_new ();
  forget_memory (self);
  self->have_contacts = FALSE;
  self->have_history = FALSE;
  set_loading (self, 0, 0);
  self->complete = FALSE;
  g_list_store_remove_all (self->contacts);
  g_list_store_remove_all (self->blocked);
  g_list_store_remove_all (self->history);
  g_signal_group_set_target (self->signals, signaling);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LOADED]);
  refresh (self);
}

gboolean
beckon_people_is_loaded (BeckonPeople *self)
{
  g_return_val_if_fail (BECKON_IS_PEOPLE (self), FALSE);

  return self->have_contacts && self->have_history;
}

gboolean
beckon_people_is_loading_older (BeckonPeople *self)
{
  g_return_val_if_fail (BECKON_IS_PEOPLE (self), FALSE);

  return self->older_than > 0 || self->pause != 0;
}

GListModel *
beckon_people_get_contacts (BeckonPeople *self)
{
  g_return_val_if_fail (BECKON_IS_PEOPLE (self), NULL);

  return G_LIST_MODEL (self->contacts);
}

gboolean
beckon_people_is_contact (BeckonPeople *self, const char *id)
{
  g_return_val_if_fail (BECKON_IS_PEOPLE (self), FALSE);
  g_return_val_if_fail (id != NULL, FALSE);

  return find_item (self->contacts, id) != NULL;
}

GListModel *
beckon_people_get_history (BeckonPeople *self)
{
  g_return_val_if_fail (BECKON_IS_PEOPLE (self), NULL);

  return G_LIST_MODEL (self->history);
}

GListModel *
beckon_people_get_blocked (BeckonPeople *self)
{
  g_return_val_if_fail (BECKON_IS_PEOPLE (self), NULL);

  return G_LIST_MODEL (self->blocked);
}

gboolean
beckon_people_is_blocked (BeckonPeople *self, const char *id)
{
  g_return_val_if_fail (BECKON_IS_PEOPLE (self), FALSE);
  g_return_val_if_fail (id != NULL, FALSE);

  return find_item (self->blocked, id) != NULL;
}
