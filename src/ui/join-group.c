/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "join-group.h"

#include "dialogs.h"

#include <glib/gi18n.h>

struct _BeckonJoinGroup
{
  AdwPreferencesGroup parent_instance;

  GPtrArray *rows; /* borrowed widgets */

  /* Owned */
  BeckonLocalServer *server; /* nullable: until it is set */
};

G_DEFINE_FINAL_TYPE (BeckonJoinGroup, beckon_join_group, ADW_TYPE_PREFERENCES_GROUP)

static void
on_copy_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget),
                          g_variant_get_string (parameter, NULL));
  beckon_preferences_say (widget, _("The server’s address was copied"));
}

static void
add_row (BeckonJoinGroup *self, const char *title, const char *address)
{
  GtkWidget *row = adw_action_row_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  if (address != NULL)
    {
      GtkWidget *button = gtk_button_new_from_icon_name ("edit-copy-symbolic");
      g_autofree char *description = NULL;

      /* Translators: a button, for screen readers; %s is the address of a server */
      description = g_strdup_printf (_("Copy %s"), address);
      /* Translators: tooltip of a button beside the address of a server; imperative */
      gtk_widget_set_tooltip_text (button, _("Copy this address"));
      gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                      description, -1);
      gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
      gtk_widget_add_css_class (button, "flat");
      gtk_widget_add_css_class (button, "circular");
      gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "join.copy");
      gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "s", address);
      adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
    }
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self), row);
  g_ptr_array_add (self->rows, row);
}

static void
update (BeckonJoinGroup *self)
{
  const guint port = beckon_local_server_get_port (self->server);
  g_auto (GStrv) addresses = beckon_local_server_list_addresses (port);

  for (guint i = 0; i < self->rows->len; i++)
    adw_preferences_group_remove (ADW_PREFERENCES_GROUP (self), self->rows->pdata[i]);
  g_ptr_array_set_size (self->rows, 0);
  gtk_widget_set_visible (GTK_WIDGET (self), port != 0);
  if (addresses[0] == NULL)
    add_row (self, _("This computer is on no network now."), NULL);
  for (guint i = 0; addresses[i] != NULL; i++)
    add_row (self, addresses[i], addresses[i]);
}

static void
beckon_join_group_dispose (GObject *object)
{
  g_clear_object (&BECKON_JOIN_GROUP (object)->server);

  G_OBJECT_CLASS (beckon_join_group_parent_class)->dispose (object);
}

static void
beckon_join_group_finalize (GObject *object)
{
  g_ptr_array_unref (BECKON_JOIN_GROUP (object)->rows);

  G_OBJECT_CLASS (beckon_join_group_parent_class)->finalize (object);
}

static void
beckon_join_group_class_init (BeckonJoinGroupClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = beckon_join_group_dispose;
  G_OBJECT_CLASS (klass)->finalize = beckon_join_group_finalize;

  gtk_widget_class_install_action (GTK_WIDGET_CLASS (klass), "join.copy", "s", on_copy_action);
}

static void
beckon_join_group_init (BeckonJoinGroup *self)
{
  AdwPreferencesGroup *group = ADW_PREFERENCES_GROUP (self);

  self->rows = g_ptr_array_new ();
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
  /* Translators: heading: how other people get into this computer's server */
  adw_preferences_group_set_title (group, _("Others on This Network"));
  adw_preferences_group_set_description (
      group, _("They open Beckon, give one of these addresses as their server and create an "
               "account. It answers while Beckon runs here, and is meant for networks that you "
               "trust: the way to it is not encrypted."));
}

void
beckon_join_group_set_server (BeckonJoinGroup *self, BeckonLocalServer *server)
{
  g_return_if_fail (BECKON_IS_JOIN_GROUP (self));
  g_return_if_fail (BECKON_IS_LOCAL_SERVER (server));
  g_return_if_fail (self->server == NULL);

  self->server = g_object_ref (server);
  g_signal_connect_object (server, "notify::port", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (g_network_monitor_get_default (), "network-changed",
                           G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
}
