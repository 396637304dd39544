/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "ended-page.h"

#include "phrases.h"
#include "toolkit.h"

struct _BeckonEndedPage
{
  AdwBin parent_instance;

  /* Template widgets */
  AdwAvatar *avatar;
  GtkLabel *line;
  GtkLabel *detail;
  GtkOrientable *buttons;
  GtkWidget *close;
  GtkWidget *again;
  GtkImage *again_icon;

  GtkEventControllerMotion *pointer; /* borrowed */
};

G_DEFINE_FINAL_TYPE (BeckonEndedPage, beckon_ended_page, ADW_TYPE_BIN)

static gboolean
beckon_ended_page_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (BECKON_ENDED_PAGE (widget)->close);
}

static void
beckon_ended_page_class_init (BeckonEndedPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->grab_focus = beckon_ended_page_grab_focus;

  gtk_widget_class_set_template_from_resource (widget_class, "/org/beckon/Beckon/ended-page.ui");
  gtk_widget_class_bind_template_child (widget_class, BeckonEndedPage, avatar);
  gtk_widget_class_bind_template_child (widget_class, BeckonEndedPage, line);
  gtk_widget_class_bind_template_child (widget_class, BeckonEndedPage, detail);
  gtk_widget_class_bind_template_child (widget_class, BeckonEndedPage, buttons);
  gtk_widget_class_bind_template_child (widget_class, BeckonEndedPage, close);
  gtk_widget_class_bind_template_child (widget_class, BeckonEndedPage, again);
  gtk_widget_class_bind_template_child (widget_class, BeckonEndedPage, again_icon);
}

static void
beckon_ended_page_init (BeckonEndedPage *self)
{
  GtkEventController *pointer = gtk_event_controller_motion_new ();

  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_widget_add_controller (adw_bin_get_child (ADW_BIN (self)), pointer);
  self->pointer = GTK_EVENT_CONTROLLER_MOTION (pointer);
}

void
beckon_ended_page_update (BeckonEndedPage *self, BeckonCall *call)
{
  g_autofree char *names = NULL;
  g_autofree char *line = NULL;
  g_autofree char *detail = NULL;

  g_return_if_fail (BECKON_IS_ENDED_PAGE (self));
  g_return_if_fail (BECKON_IS_CALL (call));

  names = beckon_phrase_for_people (beckon_call_get_members (call));
  line = beckon_phrase_for_end (call);
  detail = beckon_phrase_for_end_detail (call);
  adw_avatar_set_text (self->avatar, names);
  gtk_label_set_label (self->line, line);
  gtk_label_set_label (self->detail, detail);
  /* One is still in it, with another device. */
  gtk_widget_set_visible (self->again,
                          beckon_call_get_end (call) != BECKON_CALL_END_ANSWERED_ELSEWHERE);
  gtk_image_set_from_icon_name (self->again_icon, beckon_call_get_media (call) == BECKON_MEDIA_VIDEO
                                                      ? "beckon-camera-symbolic"
                                                      : "call-start-symbolic");
}

void
beckon_ended_page_set_narrow (BeckonEndedPage *self, gboolean narrow)
{
  g_return_if_fail (BECKON_IS_ENDED_PAGE (self));

  /* The two have no room beside each other in each language. */
  gtk_orientable_set_orientation (self->buttons,
                                  narrow ? GTK_ORIENTATION_VERTICAL : GTK_ORIENTATION_HORIZONTAL);
}

gboolean
beckon_ended_page_is_pointed_at (BeckonEndedPage *self)
{
  g_return_val_if_fail (BECKON_IS_ENDED_PAGE (self), FALSE);

  return gtk_event_controller_motion_contains_pointer (self->pointer);
}

void
beckon_ended_page_set_failure (BeckonEndedPage *self, const char *sentence)
{
  g_return_if_fail (BECKON_IS_ENDED_PAGE (self));
  g_return_if_fail (sentence != NULL);

  gtk_label_set_label (self->detail, sentence);
  beckon_announce (GTK_WIDGET (self), sentence, TRUE);
}
