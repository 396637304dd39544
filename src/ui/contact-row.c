/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "contact-row.h"

#include "call-buttons.h"
#include "phrases.h"

#include <adwaita.h>
#include <glib/gi18n.h>

struct _BeckonContactRow
{
  BeckonPersonRow parent_instance;

  /* Template widgets */
  AdwAvatar *avatar;
  GtkImage *badge;
  GtkLabel *name;
  GtkLabel *status;
  BeckonCallButtons *buttons;

  /* Owned */
  BeckonContactItem *item;
};

G_DEFINE_FINAL_TYPE (BeckonContactRow, beckon_contact_row, BECKON_TYPE_PERSON_ROW)

typedef struct
{
  const char *icon;
  const char *css_class;
} PresenceLook;

static const PresenceLook looks[] = {
  [BECKON_PRESENCE_OFFLINE] = { "beckon-presence-offline-symbolic", "offline" },
  [BECKON_PRESENCE_ONLINE] = { "beckon-presence-online-symbolic", "online" },
  [BECKON_PRESENCE_IN_CALL] = { "beckon-presence-in-call-symbolic", "in-call" },
  [BECKON_PRESENCE_DND] = { "beckon-presence-busy-symbolic", "busy" },
};

/* What takes no room beside it says who it is. */
static const char *
get_status (BeckonContactRow *self, gboolean blocked)
{
  if (blocked)
    /* Translators: below a person's name: they cannot call; of a person */
    return _ ("Blocked");
  if (!beckon_contact_item_is_presence_known (self->item))
    return beckon_contact_item_get_id (self->item);
  return beckon_phrase_for_presence (beckon_contact_item_get_presence (self->item));
}

static void
update (BeckonContactRow *self)
{
  gboolean blocked = beckon_person_row_is_blocked (BECKON_PERSON_ROW (self));
  /* There is no icon of its own for it; the ring of "offline" is the quietest one. */
  const BeckonPresence presence =
      blocked ? BECKON_PRESENCE_OFFLINE : beckon_contact_item_get_presence (self->item);

  for (guint i = 0; i < G_N_ELEMENTS (looks); i++)
    gtk_widget_remove_css_class (GTK_WIDGET (self->badge), looks[i].css_class);
  gtk_widget_add_css_class (GTK_WIDGET (self->badge), looks[presence].css_class);
  gtk_image_set_from_icon_name (self->badge, looks[presence].icon);
  gtk_widget_set_visible (GTK_WIDGET (self->badge),
                          blocked || beckon_contact_item_is_presence_known (self->item));
  gtk_label_set_label (self->status, get_status (self, blocked));
}

static void
beckon_contact_row_dispose (GObject *object)
{
  BeckonContactRow *self = BECKON_CONTACT_ROW (object);

  g_clear_object (&self->item);

  G_OBJECT_CLASS (beckon_contact_row_parent_class)->dispose (object);
}

static void
beckon_contact_row_class_init (BeckonContactRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = beckon_contact_row_dispose;

  g_type_ensure (BECKON_TYPE_CALL_BUTTONS);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/beckon/Beckon/contact-row.ui");
  gtk_widget_class_bind_template_child (widget_class, BeckonContactRow, avatar);
  gtk_widget_class_bind_template_child (widget_class, BeckonContactRow, badge);
  gtk_widget_class_bind_template_child (widget_class, BeckonContactRow, name);
  gtk_widget_class_bind_template_child (widget_class, BeckonContactRow, status);
  gtk_widget_class_bind_template_child (widget_class, BeckonContactRow, buttons);
}

static void
beckon_contact_row_init (BeckonContactRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect (self, "notify::blocked", G_CALLBACK (update), NULL);
}

GtkWidget *
beckon_contact_row_new (BeckonContactItem *item)
{
  BeckonContactRow *self;
  const char *name;

  g_return_val_if_fail (BECKON_IS_CONTACT_ITEM (item), NULL);

  self = g_object_new (BECKON_TYPE_CONTACT_ROW, NULL);
  self->item = g_object_ref (item);
  name = beckon_contact_item_get_name (item);
  adw_avatar_set_text (self->avatar, name);
  gtk_label_set_label (self->name, name);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->name), beckon_contact_item_get_id (item));
  beckon_person_row_set_person (BECKON_PERSON_ROW (self), beckon_contact_item_get_id (item), name);
  beckon_person_row_set_contact (BECKON_PERSON_ROW (self), TRUE);
  beckon_call_buttons_set_people (self->buttons, beckon_contact_item_get_id (item), name);
  g_signal_connect_object (item, "notify::presence", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
  return GTK_WIDGET (self);
}

void
beckon_contact_row_set_obstacle (BeckonContactRow *self, const char *obstacle)
{
  g_return_if_fail (BECKON_IS_CONTACT_ROW (self));

  beckon_call_buttons_set_obstacle (self->buttons, obstacle);
  beckon_person_row_set_callable (BECKON_PERSON_ROW (self), obstacle == NULL);
}
