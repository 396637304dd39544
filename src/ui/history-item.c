/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "history-item.h"

#include "phrases.h"

#include <glib/gi18n.h>

struct _BeckonHistoryItem
{
  GObject parent_instance;

  BeckonPastCall *call;
};

G_DEFINE_FINAL_TYPE (BeckonHistoryItem, beckon_history_item, G_TYPE_OBJECT)

static const char *
describe_outcome (BeckonHistoryItem *self)
{
  const BeckonPastCall *call = self->call;
  gboolean video = call->media == BECKON_MEDIA_VIDEO;

  if (beckon_history_item_is_missed (self))
    /* Translators: notification, or past call in a list */
    return video ? _("Missed video call")
                 /* Translators: notification, or past call in a list */
                 : _("Missed voice call");
  if (g_strcmp0 (call->outcome, "answered") == 0)
    /* Translators: past call in a list: its kind, as in "Video, yesterday, 12 min" */
    return video ? C_("past call", "Video")
                 /* Translators: past call in a list: its kind, as in "Voice, yesterday, 12 min" */
                 : C_("past call", "Voice");
  if (g_strcmp0 (call->outcome, "declined") == 0)
    /* Translators: past call in a list: whom one called did not want to answer */
    return call->outgoing ? _("Declined")
                          /* Translators: how a call ended: one did not want to answer */
                          : _("You declined");
  if (g_strcmp0 (call->outcome, "busy") == 0)
    /* Translators: past call in a list: whom one called was in another call */
    return _("Busy");
  if (g_strcmp0 (call->outcome, "cancelled") == 0)
    /* Translators: past call in a list: the caller gave up before anybody answered */
    return _("Cancelled");
  /* Translators: how a call ended: whom one called did not answer */
  return _("No answer");
}

static void
beckon_history_item_finalize (GObject *object)
{
  BeckonHistoryItem *self = BECKON_HISTORY_ITEM (object);

  beckon_past_call_free (self->call);

  G_OBJECT_CLASS (beckon_history_item_parent_class)->finalize (object);
}

static void
beckon_history_item_class_init (BeckonHistoryItemClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = beckon_history_item_finalize;
}

static void
beckon_history_item_init (BeckonHistoryItem *self)
{
}

BeckonHistoryItem *
beckon_history_item_new (BeckonPastCall *call)
{
  BeckonHistoryItem *self;

  g_return_val_if_fail (call != NULL, NULL);

  self = g_object_new (BECKON_TYPE_HISTORY_ITEM, NULL);
  self->call = call;
  return self;
}

const BeckonPastCall *
beckon_history_item_get_call (BeckonHistoryItem *self)
{
  g_return_val_if_fail (BECKON_IS_HISTORY_ITEM (self), NULL);

  return self->call;
}

gboolean
beckon_history_item_is_missed (BeckonHistoryItem *self)
{
  g_return_val_if_fail (BECKON_IS_HISTORY_ITEM (self), FALSE);

  /* Who told us "busy" or gave up calling did not reach us either. */
  return !self->call->outgoing && g_strcmp0 (self->call->outcome, "answered") != 0 &&
         g_strcmp0 (self->call->outcome, "declined") != 0;
}

static gboolean
are_same_people (GPtrArray *some, GPtrArray *others)
{
  if (some->len != others->len)
    return FALSE;
  for (guint i = 0; i < some->len; i++)
    {
      const BeckonUser *one = g_ptr_array_index (some, i);
      const BeckonUser *other = g_ptr_array_index (others, i);

      if (!g_str_equal (one->id, other->id) || !g_str_equal (one->name, other->name))
        return FALSE;
    }
  return TRUE;
}

gboolean
beckon_history_item_equals (BeckonHistoryItem *self, BeckonHistoryItem *other)
{
  const BeckonPastCall *one;
  const BeckonPastCall *two;

  g_return_val_if_fail (BECKON_IS_HISTORY_ITEM (self), FALSE);
  g_return_val_if_fail (BECKON_IS_HISTORY_ITEM (other), FALSE);

  one = self->call;
  two = other->call;
  return g_strcmp0 (one->call, two->call) == 0 && one->outgoing == two->outgoing &&
         one->media == two->media && g_strcmp0 (one->outcome, two->outcome) == 0 &&
         one->started == two->started && one->duration == two->duration &&
         are_same_people (one->others, two->others);
}

char *
beckon_history_item_describe (BeckonHistoryItem *self, GDateTime *now)
{
  g_autofree char *when = NULL;
  g_autofree char *length = NULL;

  g_return_val_if_fail (BECKON_IS_HISTORY_ITEM (self), NULL);
  g_return_val_if_fail (now != NULL, NULL);

  when = beckon_phrase_for_time (self->call->started, now);
  if (self->call->duration <= 0)
    /* Translators: a past call: its kind or outcome, and when it was: "No answer, yesterday" */
    return g_strdup_printf (C_("past call", "%s, %s"), describe_outcome (self), when);
  length = beckon_phrase_for_length (self->call->duration);
  /* Translators: a past call: its kind, when it was, and how long: "Video, 8:40, 12 min" */
  return g_strdup_printf (_("%s, %s, %s"), describe_outcome (self), when, length);
}
