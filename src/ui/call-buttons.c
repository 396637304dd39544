/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "call-buttons.h"

#include <glib/gi18n.h>

struct _BeckonCallButtons
{
  GtkBox parent_instance;

  /* Template widgets */
  GtkWidget *voice;
  GtkWidget *video;
};

G_DEFINE_FINAL_TYPE (BeckonCallButtons, beckon_call_buttons, GTK_TYPE_BOX)

static void
beckon_call_buttons_class_init (BeckonCallButtonsClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  gtk_widget_class_set_template_from_resource (widget_class, "/org/beckon/Beckon/call-buttons.ui");
  gtk_widget_class_bind_template_child (widget_class, BeckonCallButtons, voice);
  gtk_widget_class_bind_template_child (widget_class, BeckonCallButtons, video);
}

static void
beckon_call_buttons_init (BeckonCallButtons *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  beckon_call_buttons_set_obstacle (self, NULL);
}

void
beckon_call_buttons_set_people (BeckonCallButtons *self, const char *ids, const char *names)
{
  g_autofree char *voice = NULL;
  g_autofree char *video = NULL;

  g_return_if_fail (BECKON_IS_CALL_BUTTONS (self));
  g_return_if_fail (ids != NULL && names != NULL);

  /* Translators: %s is a person's name */
  voice = g_strdup_printf (_("Voice call with %s"), names);
  /* Translators: %s is a person's name */
  video = g_strdup_printf (_("Video call with %s"), names);
  gtk_actionable_set_action_target (GTK_ACTIONABLE (self->voice), "(ss)", ids, "voice");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (self->video), "(ss)", ids, "video");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->voice), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  voice, -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->video), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  video, -1);
}

void
beckon_call_buttons_set_obstacle (BeckonCallButtons *self, const char *obstacle)
{
  g_return_if_fail (BECKON_IS_CALL_BUTTONS (self));

  /* Translators: tooltip of a button: calls with sound only */
  gtk_widget_set_tooltip_text (self->voice, obstacle != NULL ? obstacle : _("Voice call"));
  /* Translators: tooltip of a button: calls with pictures */
  gtk_widget_set_tooltip_text (self->video, obstacle != NULL ? obstacle : _("Video call"));
}
