/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "people-memory.h"

#include "contact-item.h"
#include "history-item.h"

#include <glib/gstdio.h>

#define PEOPLE "a(ss)"                   /* id, name */
#define CALLS "a(sbs" PEOPLE "sxx)"      /* the members of BeckonPastCall */
#define ALL "(s" PEOPLE PEOPLE CALLS ")" /* account, contacts, blocked, calls */

/* ---- saving ---- */

static GVariant *
pack_items (GListModel *items)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE (PEOPLE));
  const guint n = g_list_model_get_n_items (items);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (BeckonContactItem) item = g_list_model_get_item (items, i);

      g_variant_builder_add (&builder, "(ss)", beckon_contact_item_get_id (item),
                             beckon_contact_item_get_name (item));
    }
  return g_variant_builder_end (&builder);
}

static GVariant *
pack_users (GPtrArray *users)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE (PEOPLE));

  for (guint i = 0; i < users->len; i++)
    {
      const BeckonUser *user = g_ptr_array_index (users, i);

      g_variant_builder_add (&builder, "(ss)", user->id, user->name);
    }
  return g_variant_builder_end (&builder);
}

static GVariant *
pack_calls (GListModel *history, gint64 after, guint n_calls)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE (CALLS));
  const guint n = MIN (g_list_model_get_n_items (history), n_calls);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (BeckonHistoryItem) item = g_list_model_get_item (history, i);
      const BeckonPastCall *call = beckon_history_item_get_call (item);

      if (call->started <= after)
        break; /* the newest come first */
      g_variant_builder_add (&builder, "(sbs@" PEOPLE "sxx)", call->call, call->outgoing,
                             beckon_media_to_string (call->media), pack_users (call->others),
                             call->outcome, call->started, call->duration);
    }
  return g_variant_builder_end (&builder);
}

void
beckon_people_memory_save (const char *file,
                           const char *account,
                           GListModel *contacts,
                           GListModel *blocked,
                           GListModel *history,
                           gint64 after,
                           guint n_calls)
{
  g_autofree char *directory = NULL;
  g_autoptr (GVariant) all = NULL;
  g_autoptr (GError) error = NULL;

  g_return_if_fail (file != NULL && account != NULL);

  directory = g_path_get_dirname (file);
  all = g_variant_ref_sink (g_variant_new ("(s@" PEOPLE "@" PEOPLE "@" CALLS ")", account,
                                           pack_items (contacts), pack_items (blocked),
                                           pack_calls (history, after, n_calls)));
  g_mkdir_with_parents (directory, 0700);
  /* Half a file is as good as none: it is not waited for the disk. */
  if (!g_file_set_contents_full (file, g_variant_get_data (all), (gssize) g_variant_get_size (all),
                                 G_FILE_SET_CONTENTS_NONE, 0600, &error))
    g_message ("Contacts and calls are not remembered for the next start: %s", error->message);
}

/* ---- loading ---- */

static GPtrArray *
unpack_users (GVariant *people)
{
  GPtrArray *users = g_ptr_array_new_with_free_func ((GDestroyNotify) beckon_user_free);
  GVariantIter iter;
  const char *id, *name;

  g_variant_iter_init (&iter, people);
  while (g_variant_iter_next (&iter, "(&s&s)", &id, &name))
    g_ptr_array_add (users, beckon_user_new (id, name));
  return users;
}

static GPtrArray *
unpack_items (GVariant *people)
{
  GPtrArray *items = g_ptr_array_new_with_free_func (g_object_unref);
  GVariantIter iter;
  const char *id, *name;

  g_variant_iter_init (&iter, people);
  while (g_variant_iter_next (&iter, "(&s&s)", &id, &name))
    g_ptr_array_add (items, beckon_contact_item_new_remembered (id, name));
  return items;
}

/* Returns: (transfer full) (nullable): there is one that no server would have told us of. */
static GPtrArray *
unpack_calls (GVariant *packed)
{
  g_autoptr (GPtrArray) calls =
      g_ptr_array_new_with_free_func ((GDestroyNotify) beckon_past_call_free);
  const gsize n = g_variant_n_children (packed);

  for (gsize i = 0; i < n; i++)
    {
      BeckonPastCall *call = g_new0 (BeckonPastCall, 1);
      g_autoptr (GVariant) others = NULL;
      const char *media;

      g_ptr_array_add (calls, call);
      g_variant_get_child (packed, i, "(sb&s@" PEOPLE "sxx)", &call->call, &call->outgoing, &media,
                           &others, &call->outcome, &call->started, &call->duration);
      call->others = unpack_users (others);
      if (!beckon_media_from_string (media, &call->media))
        return NULL;
    }
  return g_steal_pointer (&calls);
}

/* Returns: (transfer full) (nullable): what is in @file if that is @account's. */
static GVariant *
read_file (const char *file, const char *account)
{
  char *contents;
  gsize size;
  g_autoptr (GVariant) all = NULL;
  const char *owner;

  if (!g_file_get_contents (file, &contents, &size, NULL))
    return NULL;
  all = g_variant_ref_sink (
      g_variant_new_from_data (G_VARIANT_TYPE (ALL), contents, size, FALSE, g_free, contents));
  if (!g_variant_is_normal_form (all))
    return NULL;
  g_variant_get_child (all, 0, "&s", &owner);
  return g_str_equal (owner, account) ? g_steal_pointer (&all) : NULL;
}

gboolean
beckon_people_memory_load (const char *file,
                           const char *account,
                           GPtrArray **contacts,
                           GPtrArray **blocked,
                           GPtrArray **calls)
{
  g_autoptr (GVariant) all = NULL;
  g_autoptr (GVariant) packed_contacts = NULL;
  g_autoptr (GVariant) packed_blocked = NULL;
  g_autoptr (GVariant) packed_calls = NULL;

  g_return_val_if_fail (file != NULL && account != NULL, FALSE);

  all = read_file (file, account);
  if (all == NULL)
    return FALSE;
  packed_contacts = g_variant_get_child_value (all, 1);
  packed_blocked = g_variant_get_child_value (all, 2);
  packed_calls = g_variant_get_child_value (all, 3);
  *calls = unpack_calls (packed_calls);
  if (*calls == NULL)
    return FALSE;
  *contacts = unpack_items (packed_contacts);
  *blocked = unpack_items (packed_blocked);
  return TRUE;
}
