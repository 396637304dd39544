/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "contact-row.h"

#include "call-buttons.h"
#include "phrases.h"

#include <adwaita.h>

struct _BeckonContactRow
{
  GtkListBoxRow parent_instance;

  /* Template widgets */
  AdwAvatar *avatar;
  GtkImage *badge;
  GtkLabel *name;
  GtkLabel *status;
  BeckonCallButtons *buttons;
  GMenuModel *row_menu;

  /* Owned */
  BeckonContactItem *item;
  GtkWidget *popover; /* nullable: until it is asked for */
};

G_DEFINE_FINAL_TYPE (BeckonContactRow, beckon_contact_row, GTK_TYPE_LIST_BOX_ROW)

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

static void
update (BeckonContactRow *self)
{
  const BeckonPresence presence = beckon_contact_item_get_presence (self->item);

  for (guint i = 0; i < G_N_ELEMENTS (looks); i++)
    gtk_widget_remove_css_class (GTK_WIDGET (self->badge), looks[i].css_class);
  gtk_widget_add_css_class (GTK_WIDGET (self->badge), looks[presence].css_class);
  gtk_image_set_from_icon_name (self->badge, looks[presence].icon);
  gtk_label_set_label (self->status, beckon_phrase_for_presence (presence));
}

static void
open_menu (BeckonContactRow *self, const GdkRectangle *at)
{
  if (self->popover == NULL)
    {
      self->popover = gtk_popover_menu_new_from_model (self->row_menu);
      gtk_widget_set_parent (self->popover, GTK_WIDGET (self));
    }
  gtk_popover_set_pointing_to (GTK_POPOVER (self->popover), at);
  gtk_popover_popup (GTK_POPOVER (self->popover));
}

static void
on_secondary_click (BeckonContactRow *self, int n_press, double x, double y)
{
  open_menu (self, &(GdkRectangle){ (int) x, (int) y, 1, 1 });
}

static void
on_long_press (BeckonContactRow *self, double x, double y)
{
  open_menu (self, &(GdkRectangle){ (int) x, (int) y, 1, 1 });
}

static void
on_menu_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  open_menu (BECKON_CONTACT_ROW (widget), NULL);
}

static void
on_remove_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  BeckonContactRow *self = BECKON_CONTACT_ROW (widget);

  gtk_widget_activate_action (widget, "home.remove-contact", "s",
                              beckon_contact_item_get_id (self->item));
}

static void
beckon_contact_row_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  BeckonContactRow *self = BECKON_CONTACT_ROW (widget);

  GTK_WIDGET_CLASS (beckon_contact_row_parent_class)
      ->size_allocate (widget, width, height, baseline);
  if (self->popover != NULL)
    gtk_popover_present (GTK_POPOVER (self->popover));
}

static void
beckon_contact_row_dispose (GObject *object)
{
  BeckonContactRow *self = BECKON_CONTACT_ROW (object);

  g_clear_pointer (&self->popover, gtk_widget_unparent);
  g_clear_object (&self->item);

  G_OBJECT_CLASS (beckon_contact_row_parent_class)->dispose (object);
}

static void
beckon_contact_row_class_init (BeckonContactRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = beckon_contact_row_dispose;
  widget_class->size_allocate = beckon_contact_row_size_allocate;

  g_type_ensure (BECKON_TYPE_CALL_BUTTONS);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/beckon/Beckon/contact-row.ui");
  gtk_widget_class_bind_template_child (widget_class, BeckonContactRow, avatar);
  gtk_widget_class_bind_template_child (widget_class, BeckonContactRow, badge);
  gtk_widget_class_bind_template_child (widget_class, BeckonContactRow, name);
  gtk_widget_class_bind_template_child (widget_class, BeckonContactRow, status);
  gtk_widget_class_bind_template_child (widget_class, BeckonContactRow, buttons);
  gtk_widget_class_bind_template_child (widget_class, BeckonContactRow, row_menu);
  gtk_widget_class_bind_template_callback (widget_class, on_secondary_click);
  gtk_widget_class_bind_template_callback (widget_class, on_long_press);
  gtk_widget_class_install_action (widget_class, "row.menu", NULL, on_menu_action);
  gtk_widget_class_install_action (widget_class, "row.remove", NULL, on_remove_action);
}

static void
beckon_contact_row_init (BeckonContactRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
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
}
