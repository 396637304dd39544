/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "member-volumes.h"

#include "volume-row.h"

struct _BeckonMemberVolumes
{
  GtkBox parent_instance;

  /* Template widgets */
  GtkBox *rows;

  /* Owned */
  BeckonCall *call;           /* nullable */
  BeckonVolumeMemory *memory; /* nullable: there is no call */
  GSignalGroup *call_signals;
};

G_DEFINE_FINAL_TYPE (BeckonMemberVolumes, beckon_member_volumes, GTK_TYPE_BOX)

/* Returns: (nullable) */
static BeckonVolumeRow *
find_row (BeckonMemberVolumes *self, const char *user)
{
  for (GtkWidget *row = gtk_widget_get_first_child (GTK_WIDGET (self->rows)); row != NULL;
       row = gtk_widget_get_next_sibling (row))
    if (g_str_equal (beckon_volume_row_get_user (BECKON_VOLUME_ROW (row)), user))
      return BECKON_VOLUME_ROW (row);
  return NULL;
}

static void
update_member (BeckonMemberVolumes *self, const BeckonUser *user)
{
  BeckonVolumeRow *row = find_row (self, user->id);
  const gboolean joined =
      beckon_call_get_member_state (self->call, user->id) == BECKON_MEMBER_JOINED;

  if (joined && row == NULL)
    gtk_box_append (self->rows, beckon_volume_row_new (self->call, user, self->memory));
  else if (joined)
    beckon_volume_row_set_name (row, user->name);
  else if (row != NULL)
    gtk_box_remove (self->rows, GTK_WIDGET (row));
}

static void
update (BeckonMemberVolumes *self)
{
  GPtrArray *members = beckon_call_get_members (self->call);

  for (guint i = 0; i < members->len; i++)
    update_member (self, g_ptr_array_index (members, i));
  gtk_widget_set_visible (GTK_WIDGET (self),
                          gtk_widget_get_first_child (GTK_WIDGET (self->rows)) != NULL);
}

void
beckon_member_volumes_set_call (BeckonMemberVolumes *self,
                                BeckonCall *call,
                                BeckonVolumeMemory *memory)
{
  GtkWidget *row;

  g_return_if_fail (BECKON_IS_MEMBER_VOLUMES (self));
  g_return_if_fail (call == NULL || memory != NULL);

  while ((row = gtk_widget_get_first_child (GTK_WIDGET (self->rows))) != NULL)
    gtk_box_remove (self->rows, row);
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
  g_set_object (&self->call, call);
  g_set_object (&self->memory, memory);
  g_signal_group_set_target (self->call_signals, call);
  if (call != NULL)
    update (self);
}

static void
beckon_member_volumes_dispose (GObject *object)
{
  BeckonMemberVolumes *self = BECKON_MEMBER_VOLUMES (object);

  g_clear_object (&self->call_signals);
  g_clear_object (&self->call);
  g_clear_object (&self->memory);
  G_OBJECT_CLASS (beckon_member_volumes_parent_class)->dispose (object);
}

static void
beckon_member_volumes_class_init (BeckonMemberVolumesClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = beckon_member_volumes_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/beckon/Beckon/member-volumes.ui");
  gtk_widget_class_bind_template_child (widget_class, BeckonMemberVolumes, rows);
}

static void
beckon_member_volumes_init (BeckonMemberVolumes *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->call_signals = g_signal_group_new (BECKON_TYPE_CALL);
  g_signal_group_connect_swapped (self->call_signals, "notify::members", G_CALLBACK (update), self);
}
