/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "dial-box.h"

#include "dial-completion.h"

#include <glib/gi18n.h>

struct _BeckonDialBox
{
  GtkBox parent_instance;

  /* Template widgets */
  GtkWidget *row;
  GtkWidget *entry;
  GtkWidget *voice;
  GtkWidget *video;

  GtkWidget *completion; /* borrowed: a child */

  /* Owned */
  char *obstacle; /* nullable */

  BeckonMedia default_media;
};

G_DEFINE_FINAL_TYPE (BeckonDialBox, beckon_dial_box, GTK_TYPE_BOX)

static gboolean
is_empty (BeckonDialBox *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->entry));

  return text[strspn (text, " \t,;")] == '\0';
}

static void
update (BeckonDialBox *self)
{
  const char *reason = self->obstacle;

  if (reason == NULL && is_empty (self))
    reason = _("Type the user ID of the person to call");
  gtk_widget_set_sensitive (self->voice, reason == NULL);
  gtk_widget_set_sensitive (self->video, reason == NULL);
  /* Translators: tooltip of a button: calls with sound only */
  gtk_widget_set_tooltip_text (self->voice, reason != NULL ? reason : _("Voice call"));
  /* Translators: tooltip of a button: calls with pictures */
  gtk_widget_set_tooltip_text (self->video, reason != NULL ? reason : _("Video call"));
}

static void
call (BeckonDialBox *self, BeckonMedia media)
{
  if (is_empty (self) || self->obstacle != NULL)
    return;
  gtk_widget_activate_action (GTK_WIDGET (self), "home.call", "(ss)",
                              gtk_editable_get_text (GTK_EDITABLE (self->entry)),
                              beckon_media_to_string (media));
}

static void
on_changed (BeckonDialBox *self)
{
  update (self);
}

static void
on_activate (BeckonDialBox *self)
{
  call (self, self->default_media);
}

static void
on_voice_clicked (BeckonDialBox *self)
{
  call (self, BECKON_MEDIA_VOICE);
}

static void
on_video_clicked (BeckonDialBox *self)
{
  call (self, BECKON_MEDIA_VIDEO);
}

static gboolean
beckon_dial_box_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (BECKON_DIAL_BOX (widget)->entry);
}

static void
beckon_dial_box_dispose (GObject *object)
{
  BeckonDialBox *self = BECKON_DIAL_BOX (object);

  g_clear_pointer (&self->completion, gtk_widget_unparent);

  G_OBJECT_CLASS (beckon_dial_box_parent_class)->dispose (object);
}

static void
beckon_dial_box_finalize (GObject *object)
{
  g_free (BECKON_DIAL_BOX (object)->obstacle);

  G_OBJECT_CLASS (beckon_dial_box_parent_class)->finalize (object);
}

static void
beckon_dial_box_class_init (BeckonDialBoxClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = beckon_dial_box_dispose;
  object_class->finalize = beckon_dial_box_finalize;
  widget_class->grab_focus = beckon_dial_box_grab_focus;

  gtk_widget_class_set_template_from_resource (widget_class, "/org/beckon/Beckon/dial-box.ui");
  gtk_widget_class_bind_template_child (widget_class, BeckonDialBox, row);
  gtk_widget_class_bind_template_child (widget_class, BeckonDialBox, entry);
  gtk_widget_class_bind_template_child (widget_class, BeckonDialBox, voice);
  gtk_widget_class_bind_template_child (widget_class, BeckonDialBox, video);
  gtk_widget_class_bind_template_callback (widget_class, on_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_activate);
  gtk_widget_class_bind_template_callback (widget_class, on_voice_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_video_clicked);
}

static void
beckon_dial_box_init (BeckonDialBox *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->default_media = BECKON_MEDIA_VIDEO;
  self->completion =
      beckon_dial_completion_new (GTK_WIDGET (self), GTK_EDITABLE (self->entry));
  update (self);
}

void
beckon_dial_box_set_obstacle (BeckonDialBox *self, const char *obstacle)
{
  g_return_if_fail (BECKON_IS_DIAL_BOX (self));

  g_free (self->obstacle);
  self->obstacle = g_strdup (obstacle);
  update (self);
}

void
beckon_dial_box_set_default_media (BeckonDialBox *self, BeckonMedia media)
{
  g_return_if_fail (BECKON_IS_DIAL_BOX (self));

  self->default_media = media;
}

void
beckon_dial_box_set_contacts (BeckonDialBox *self, GListModel *contacts)
{
  g_return_if_fail (BECKON_IS_DIAL_BOX (self));

  beckon_dial_completion_set_contacts (BECKON_DIAL_COMPLETION (self->completion), contacts);
}

void
beckon_dial_box_set_narrow (BeckonDialBox *self, gboolean narrow)
{
  g_return_if_fail (BECKON_IS_DIAL_BOX (self));

  gtk_orientable_set_orientation (GTK_ORIENTABLE (self->row),
                                  narrow ? GTK_ORIENTATION_VERTICAL : GTK_ORIENTATION_HORIZONTAL);
}

void
beckon_dial_box_clear (BeckonDialBox *self)
{
  g_return_if_fail (BECKON_IS_DIAL_BOX (self));

  gtk_editable_set_text (GTK_EDITABLE (self->entry), "");
}
