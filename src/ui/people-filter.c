/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "people-filter.h"

struct _BeckonPeopleFilter
{
  GObject parent_instance;

  /* Owned */
  GtkFilter *contact_filter;
  GtkFilter *history_filter;
  GListModel *contacts;
  GListModel *history;
  GStrv words; /* casefolded */

  gint64 cleared;
};

G_DEFINE_FINAL_TYPE (BeckonPeopleFilter, beckon_people_filter, G_TYPE_OBJECT)

static GStrv
split_words (const char *text)
{
  g_autofree char *folded = g_utf8_casefold (text, -1);
  g_auto (GStrv) parts = g_strsplit_set (folded, " \t", -1);
  g_autoptr (GStrvBuilder) words = g_strv_builder_new ();

  for (guint i = 0; parts[i] != NULL; i++)
    if (*parts[i] != '\0')
      g_strv_builder_add (words, parts[i]);
  return g_strv_builder_end (words);
}

gboolean
beckon_people_filter_match (const char *const *words, const char *name, const char *id)
{
  g_autofree char *folded = NULL;

  g_return_val_if_fail (words != NULL && name != NULL && id != NULL, FALSE);

  folded = g_utf8_casefold (name, -1);
  for (guint i = 0; words[i] != NULL; i++)
    if (strstr (folded, words[i]) == NULL && !g_str_has_prefix (id, words[i]))
      return FALSE;
  return TRUE;
}

static gboolean
match_contact (gpointer item, gpointer user_data)
{
  BeckonPeopleFilter *self = user_data;

  return beckon_people_filter_match ((const char *const *) self->words,
                                     beckon_contact_item_get_name (item),
                                     beckon_contact_item_get_id (item));
}

static gboolean
match_past_call (gpointer item, gpointer user_data)
{
  BeckonPeopleFilter *self = user_data;
  const BeckonPastCall *call = beckon_history_item_get_call (item);

  if (call->started <= self->cleared)
    return FALSE;
  if (self->words[0] == NULL)
    return TRUE;
  for (guint i = 0; i < call->others->len; i++)
    {
      const BeckonUser *user = g_ptr_array_index (call->others, i);

      if (beckon_people_filter_match ((const char *const *) self->words, user->name, user->id))
        return TRUE;
    }
  return FALSE;
}

static void
beckon_people_filter_finalize (GObject *object)
{
  BeckonPeopleFilter *self = BECKON_PEOPLE_FILTER (object);

  /* The models may outlive us in a list that goes later. */
  gtk_custom_filter_set_filter_func (GTK_CUSTOM_FILTER (self->contact_filter), NULL, NULL, NULL);
  gtk_custom_filter_set_filter_func (GTK_CUSTOM_FILTER (self->history_filter), NULL, NULL, NULL);
  g_object_unref (self->contact_filter);
  g_object_unref (self->history_filter);
  g_clear_object (&self->contacts);
  g_clear_object (&self->history);
  g_strfreev (self->words);

  G_OBJECT_CLASS (beckon_people_filter_parent_class)->finalize (object);
}

static void
beckon_people_filter_class_init (BeckonPeopleFilterClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = beckon_people_filter_finalize;
}

static void
beckon_people_filter_init (BeckonPeopleFilter *self)
{
  self->words = split_words ("");
  self->contact_filter = GTK_FILTER (gtk_custom_filter_new (match_contact, self, NULL));
  self->history_filter = GTK_FILTER (gtk_custom_filter_new (match_past_call, self, NULL));
}

static GListModel *
create_model (GListModel *model, GtkFilter *filter)
{
  return G_LIST_MODEL (gtk_filter_list_model_new (g_object_ref (model), g_object_ref (filter)));
}

BeckonPeopleFilter *
beckon_people_filter_new (BeckonPeople *people)
{
  BeckonPeopleFilter *self;

  g_return_val_if_fail (BECKON_IS_PEOPLE (people), NULL);

  self = g_object_new (BECKON_TYPE_PEOPLE_FILTER, NULL);
  self->contacts = create_model (beckon_people_get_contacts (people), self->contact_filter);
  self->history = create_model (beckon_people_get_history (people), self->history_filter);
  return self;
}

GListModel *
beckon_people_filter_get_contacts (BeckonPeopleFilter *self)
{
  g_return_val_if_fail (BECKON_IS_PEOPLE_FILTER (self), NULL);

  return self->contacts;
}

GListModel *
beckon_people_filter_get_history (BeckonPeopleFilter *self)
{
  g_return_val_if_fail (BECKON_IS_PEOPLE_FILTER (self), NULL);

  return self->history;
}

void
beckon_people_filter_set_search (BeckonPeopleFilter *self, const char *text)
{
  g_return_if_fail (BECKON_IS_PEOPLE_FILTER (self));
  g_return_if_fail (text != NULL);

  g_strfreev (self->words);
  self->words = split_words (text);
  gtk_filter_changed (self->contact_filter, GTK_FILTER_CHANGE_DIFFERENT);
  gtk_filter_changed (self->history_filter, GTK_FILTER_CHANGE_DIFFERENT);
}

gboolean
beckon_people_filter_is_searching (BeckonPeopleFilter *self)
{
  g_return_val_if_fail (BECKON_IS_PEOPLE_FILTER (self), FALSE);

  return self->words[0] != NULL;
}

void
beckon_people_filter_set_cleared (BeckonPeopleFilter *self, gint64 time)
{
  g_return_if_fail (BECKON_IS_PEOPLE_FILTER (self));

  if (self->cleared == time)
    return;
  self->cleared = time;
  gtk_filter_changed (self->history_filter, GTK_FILTER_CHANGE_DIFFERENT);
}
