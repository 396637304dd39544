/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "recent-row.h"

#include "call-buttons.h"
#include "phrases.h"

#include <adwaita.h>
#include <glib/gi18n.h>

struct _BeckonRecentRow
{
  BeckonPersonRow parent_instance;

  /* Template widgets */
  AdwAvatar *avatar;
  GtkLabel *name;
  GtkWidget *detail;
  GtkImage *way;
  GtkLabel *status;
  BeckonCallButtons *buttons;

  BeckonHistoryItem *item; /* owned */
};

G_DEFINE_FINAL_TYPE (BeckonRecentRow, beckon_recent_row, BECKON_TYPE_PERSON_ROW)

static char *
join_ids (GPtrArray *people)
{
  g_autoptr (GString) ids = g_string_new (NULL);

  for (guint i = 0; i < people->len; i++)
    g_string_append_printf (ids, "%s%s", i > 0 ? "," : "",
                            ((BeckonUser *) g_ptr_array_index (people, i))->id);
  return g_string_free (g_steal_pointer (&ids), FALSE);
}

static void
set_way (BeckonRecentRow *self, BeckonHistoryItem *item)
{
  const BeckonPastCall *call = beckon_history_item_get_call (item);
  const char *icon = "call-incoming-symbolic";
  /* Translators: of a past call, for screen readers: one was called, and answered */
  const char *word = _("Incoming");

  if (beckon_history_item_is_missed (item))
    {
      icon = "call-missed-symbolic";
      /* Translators: of a past call, for screen readers: one was called, and did not answer */
      word = _("Missed");
      gtk_widget_add_css_class (GTK_WIDGET (self), "missed");
    }
  else
    {
      gtk_widget_add_css_class (self->detail, "dim-label");
      if (call->outgoing)
        {
          icon = "call-outgoing-symbolic";
          /* Translators: of a past call, for screen readers: one called somebody */
          word = _("Outgoing");
        }
    }
  gtk_image_set_from_icon_name (self->way, icon);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->way), GTK_ACCESSIBLE_PROPERTY_LABEL, word,
                                  -1);
}

static void
beckon_recent_row_dispose (GObject *object)
{
  g_clear_object (&BECKON_RECENT_ROW (object)->item);

  G_OBJECT_CLASS (beckon_recent_row_parent_class)->dispose (object);
}

static void
beckon_recent_row_class_init (BeckonRecentRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = beckon_recent_row_dispose;

  g_type_ensure (BECKON_TYPE_CALL_BUTTONS);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/beckon/Beckon/recent-row.ui");
  gtk_widget_class_bind_template_child (widget_class, BeckonRecentRow, avatar);
  gtk_widget_class_bind_template_child (widget_class, BeckonRecentRow, name);
  gtk_widget_class_bind_template_child (widget_class, BeckonRecentRow, detail);
  gtk_widget_class_bind_template_child (widget_class, BeckonRecentRow, way);
  gtk_widget_class_bind_template_child (widget_class, BeckonRecentRow, status);
  gtk_widget_class_bind_template_child (widget_class, BeckonRecentRow, buttons);
}

static void
beckon_recent_row_init (BeckonRecentRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
beckon_recent_row_new (BeckonHistoryItem *item, GDateTime *now)
{
  BeckonRecentRow *self;
  const BeckonPastCall *call;
  g_autofree char *names = NULL;
  g_autofree char *ids = NULL;

  g_return_val_if_fail (BECKON_IS_HISTORY_ITEM (item), NULL);
  g_return_val_if_fail (now != NULL, NULL);

  self = g_object_new (BECKON_TYPE_RECENT_ROW, NULL);
  self->item = g_object_ref (item);
  call = beckon_history_item_get_call (item);
  names = beckon_phrase_for_people (call->others);
  ids = join_ids (call->others);
  adw_avatar_set_text (self->avatar, names);
  gtk_label_set_label (self->name, names);
  beckon_recent_row_set_now (self, now);
  set_way (self, item);
  beckon_call_buttons_set_people (self->buttons, ids, names);
  /* A menu about several would have to ask about whom. */
  if (call->others->len == 1)
    beckon_person_row_set_person (BECKON_PERSON_ROW (self), ids, names);
  return GTK_WIDGET (self);
}

void
beckon_recent_row_set_now (BeckonRecentRow *self, GDateTime *now)
{
  g_autofree char *status = NULL;

  g_return_if_fail (BECKON_IS_RECENT_ROW (self));
  g_return_if_fail (now != NULL);

  status = beckon_history_item_describe (self->item, now);
  gtk_label_set_label (self->status, status);
}

void
beckon_recent_row_set_obstacle (BeckonRecentRow *self, const char *obstacle)
{
  g_return_if_fail (BECKON_IS_RECENT_ROW (self));

  beckon_call_buttons_set_obstacle (self->buttons, obstacle);
  beckon_person_row_set_callable (BECKON_PERSON_ROW (self), obstacle == NULL);
}
