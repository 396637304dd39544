/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "waiting-page.h"

#include "badge.h"
#include "css-class.h"
#include "phrases.h"
#include "video-view.h"

struct _BeckonWaitingPage
{
  AdwBin parent_instance;

  /* Template widgets */
  BeckonVideoView *preview;
  GtkWidget *scrim_top;
  GtkWidget *scrim_bottom;
  GtkWidget *block;
  GtkWidget *ring;
  AdwAvatar *avatar;
  GtkWidget *name;
  GtkWidget *progress_box;
  GtkWidget *spinner;
  GtkLabel *progress;
  BeckonBadge *microphone_badge;
  BeckonBadge *camera_badge;
};

G_DEFINE_FINAL_TYPE (BeckonWaitingPage, beckon_waiting_page, ADW_TYPE_BIN)

/* Over one's own picture the words stand above the controls, not over the face; without it they
 * have the middle of the window, below what is said about devices. */
static void
update_place (BeckonWaitingPage *self, gboolean picture)
{
  const GtkAlign align = picture ? GTK_ALIGN_START : GTK_ALIGN_CENTER;
  const gboolean told = gtk_widget_get_visible (GTK_WIDGET (self->microphone_badge)) ||
                        gtk_widget_get_visible (GTK_WIDGET (self->camera_badge));
  const gboolean crowded = told && !picture;

  gtk_widget_set_visible (GTK_WIDGET (self->preview), picture);
  gtk_widget_set_visible (self->scrim_top, picture);
  gtk_widget_set_visible (self->scrim_bottom, picture);
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self->block),
                                  picture ? GTK_ORIENTATION_HORIZONTAL : GTK_ORIENTATION_VERTICAL);
  gtk_widget_set_valign (self->block, picture ? GTK_ALIGN_END : GTK_ALIGN_CENTER);
  beckon_css_class_set (self->block, "centred", !picture);
  beckon_css_class_set (self->block, "crowded", crowded);
  beckon_css_class_set (self->ring, "small", picture);
  adw_avatar_set_size (self->avatar, picture ? 64 : crowded ? 96 : 128);
  gtk_widget_set_halign (self->name, align);
  gtk_widget_set_halign (self->progress_box, align);
  gtk_label_set_xalign (GTK_LABEL (self->name), picture ? 0 : 0.5);
  gtk_label_set_justify (GTK_LABEL (self->name), picture ? GTK_JUSTIFY_LEFT : GTK_JUSTIFY_CENTER);
  gtk_label_set_xalign (self->progress, picture ? 0 : 0.5);
  gtk_label_set_justify (self->progress, picture ? GTK_JUSTIFY_LEFT : GTK_JUSTIFY_CENTER);
}

static void
on_badge (BeckonWaitingPage *self)
{
  update_place (self, gtk_widget_get_visible (GTK_WIDGET (self->preview)));
}

void
beckon_waiting_page_update (BeckonWaitingPage *self, BeckonCall *call)
{
  BeckonCallProgress progress;
  GObject *local;
  gboolean picture;
  g_autofree char *names = NULL;
  g_autofree char *no_microphone = NULL;
  g_autofree char *no_camera = NULL;

  g_return_if_fail (BECKON_IS_WAITING_PAGE (self));
  g_return_if_fail (BECKON_IS_CALL (call));

  progress = beckon_call_get_progress (call);
  local = beckon_call_get_local_video (call);
  picture = local != NULL && beckon_call_get_camera (call);
  names = beckon_phrase_for_members (call);
  no_microphone = beckon_phrase_for_no_microphone (call);
  no_camera = beckon_phrase_for_no_camera (call);

  beckon_video_view_set_source (self->preview, picture ? local : NULL);
  update_place (self, picture);
  adw_avatar_set_text (self->avatar, names);
  gtk_label_set_label (GTK_LABEL (self->name), names);
  gtk_label_set_label (self->progress, beckon_phrase_for_progress (progress));
  gtk_widget_set_visible (self->spinner, progress == BECKON_CALL_PROGRESS_CONNECTING);
  beckon_css_class_set (self->ring, "ringing",
                        progress == BECKON_CALL_PROGRESS_CALLING ||
                            progress == BECKON_CALL_PROGRESS_RINGING);
  beckon_badge_set_sentence (self->microphone_badge, no_microphone);
  beckon_badge_set_sentence (self->camera_badge, no_camera);
}

static void
beckon_waiting_page_class_init (BeckonWaitingPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (BECKON_TYPE_BADGE);
  g_type_ensure (BECKON_TYPE_VIDEO_VIEW);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/beckon/Beckon/waiting-page.ui");
  gtk_widget_class_bind_template_child (widget_class, BeckonWaitingPage, preview);
  gtk_widget_class_bind_template_child (widget_class, BeckonWaitingPage, scrim_top);
  gtk_widget_class_bind_template_child (widget_class, BeckonWaitingPage, scrim_bottom);
  gtk_widget_class_bind_template_child (widget_class, BeckonWaitingPage, block);
  gtk_widget_class_bind_template_child (widget_class, BeckonWaitingPage, ring);
  gtk_widget_class_bind_template_child (widget_class, BeckonWaitingPage, avatar);
  gtk_widget_class_bind_template_child (widget_class, BeckonWaitingPage, name);
  gtk_widget_class_bind_template_child (widget_class, BeckonWaitingPage, progress_box);
  gtk_widget_class_bind_template_child (widget_class, BeckonWaitingPage, spinner);
  gtk_widget_class_bind_template_child (widget_class, BeckonWaitingPage, progress);
  gtk_widget_class_bind_template_child (widget_class, BeckonWaitingPage, microphone_badge);
  gtk_widget_class_bind_template_child (widget_class, BeckonWaitingPage, camera_badge);
  gtk_widget_class_bind_template_callback (widget_class, on_badge);
}

static void
beckon_waiting_page_init (BeckonWaitingPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
